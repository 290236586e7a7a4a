import { describe, expect, test } from 'vitest';
import { htmlToMarkdown } from '../../src/core/html-text.ts';
import { renderMarkdown } from '../../src/core/markdown.ts';
import { Documents } from '../../src/core/statuspage-documents.ts';
import { MOST, planImport } from '../../src/core/statuspage-import.ts';
import { spentMs } from '../support/spent.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

const component = (id: string, more: object = {}) => ({
  id,
  name: id.toUpperCase(),
  status: 'operational',
  created_at: '2024-01-01T00:00:00.000Z',
  updated_at: '2024-01-01T00:00:00.000Z',
  position: 1,
  description: null,
  showcase: true,
  start_date: '2024-01-01',
  group_id: null,
  page_id: 'kctbh9vrtdwd',
  group: false,
  only_show_if_degraded: false,
  ...more,
});

const incident = (id: string, more: object = {}) => ({
  id,
  name: 'Payments fail',
  status: 'resolved',
  impact: 'major',
  created_at: '2026-11-10T10:00:00.000+01:00',
  started_at: '2026-11-10T10:00:00.000+01:00',
  resolved_at: '2026-11-10T11:30:00.000+01:00',
  monitoring_at: null,
  shortlink: 'https://stspg.io/x',
  components: [component('api', { status: 'operational' })],
  incident_updates: [
    { id: 'u2', status: 'resolved', body: 'All is well.', created_at: '2026-11-10T10:30:00Z', display_at: null },
    {
      id: 'u1',
      status: 'investigating',
      body: 'We look into it.<br />See <a href="https://example.com/x">the log</a> &amp; wait.',
      created_at: '2026-11-10T09:05:00Z',
      display_at: '2026-11-10T09:01:00Z',
    },
  ],
  ...more,
});

const documents = (more: object = {}): Documents =>
  Documents.parse({
    page: {
      id: 'kctbh9vrtdwd',
      name: ' Acme   status ',
      url: 'https://status.acme.example',
      time_zone: 'Europe/Berlin',
    },
    components: [
      component('www', { position: 3, status: 'degraded_performance' }),
      component('edge', { position: 2, group: true, components: ['api'] }),
      component('api', { position: 1, group_id: 'edge', description: 'The <b>API</b>' }),
    ],
    incidents: [incident('i1')],
    scheduled_maintenances: [],
    future_member: { of: ['theirs'] },
    ...more,
  });

const plan = (more: object = {}) => planImport(documents(more), NOW);
const lost = (more: object = {}) => plan(more).losses.map(({ what }) => what);

describe('the plan of an import', () => {
  test('has page, lines in order with their groups, and reports with their times', () => {
    const first = plan();
    expect(first.plan).toEqual({
      page: { title: 'Acme status', timezone: 'Europe/Berlin' },
      components: [
        { key: 'edge', kind: 'group', group: null, name: 'EDGE', description: null, status: null, showUptime: true },
        {
          key: 'api',
          kind: 'manual',
          group: 'edge',
          name: 'API',
          description: 'The **API**',
          status: 'operational',
          showUptime: true,
        },
        {
          key: 'www',
          kind: 'manual',
          group: null,
          name: 'WWW',
          description: null,
          status: 'degraded',
          showUptime: true,
        },
      ],
      reports: [
        {
          title: 'Payments fail',
          impact: 'major',
          status: 'resolved',
          startedAt: Date.parse('2026-11-10T09:00:00Z'),
          resolvedAt: Date.parse('2026-11-10T10:30:00Z'),
          components: [{ key: 'api', status: 'operational' }],
          updates: [
            {
              status: 'investigating',
              body: 'We look into it.\nSee [the log](https://example.com/x) & wait.',
              at: Date.parse('2026-11-10T09:01:00Z'),
            },
            { status: 'resolved', body: 'All is well.', at: Date.parse('2026-11-10T10:30:00Z') },
          ],
        },
      ],
      maintenance: [],
    });
    expect(plan()).toEqual(first);
    expect(lost()).toEqual([
      'Subscribers',
      'Uptime history',
      'Metrics',
      'Automation of components',
      'Looks, links and team',
      'Addresses of old reports',
    ]);
  });

  test('an open incident says of its components what its newest update says', () => {
    const open = incident('i2', {
      status: 'identified',
      resolved_at: null,
      components: [component('api', { status: 'operational' }), component('gone')],
      incident_updates: [
        {
          status: 'identified',
          body: 'Found.',
          created_at: '2026-11-21T11:00:00Z',
          affected_components: [{ code: 'api', name: 'API', old_status: 'operational', new_status: 'partial_outage' }],
        },
      ],
    });
    const { plan: made, losses } = plan({ incidents: [open] });
    expect(made.reports[0]).toMatchObject({
      status: 'identified',
      resolvedAt: null,
      components: [{ key: 'api', status: 'partial_outage' }],
    });
    expect(losses[0]).toEqual({ what: 'Component of an incident', why: 'It is no longer on the page.' });
  });

  test.each([
    [
      'shown only while degraded',
      { components: [component('a', { only_show_if_degraded: true })] },
      'Shown only while degraded',
    ],
    [
      'an unknown word of a component',
      { components: [component('a', { status: 'constructor' })] },
      'Status of a component',
    ],
    ['an unknown word of an incident', { incidents: [incident('a', { status: 'dreaming' })] }, 'Status of an incident'],
    ['the impact of maintenance', { incidents: [incident('a', { impact: 'maintenance' })] }, 'Impact of an incident'],
    ['an unknown time zone', { page: { name: 'A', time_zone: 'Mars/Base' } }, 'Time zone'],
    ['a row that is none', { components: [component('a'), 7] }, 'Component'],
    [
      'a full list of incidents',
      { incidents: Array.from({ length: 50 }, (_, i) => incident(`i${i}`)) },
      'Incidents before these',
    ],
    ['a long name', { components: [component('a', { name: 'x'.repeat(500) })] }, 'Name of a component: the end'],
    ['a group in itself', { components: [component('a', { group: true, group_id: 'a' })] }, 'Place of a group'],
  ])('%s is named among the losses', (_what, more, expected) => {
    expect(lost(more)).toContain(expected);
  });

  test('groups go two deep, whatever the file says', () => {
    const group = (id: string, group_id: string | null) => component(id, { group: true, group_id });
    const { plan: made } = plan({
      components: [
        group('a', null),
        group('b', 'a'),
        group('c', 'b'),
        component('x', { group_id: 'c' }),
        group('d', 'd'),
      ],
    });
    expect(made.components.map(({ key, group: inside }) => [key, inside])).toEqual([
      ['a', null],
      ['b', 'a'],
      ['c', 'a'],
      ['x', 'c'],
      ['d', null],
    ]);
  });

  test('work to come is planned, what is over or has no times is lost', () => {
    const work = (id: string, from: string, to: string, more: object = {}) =>
      incident(id, {
        name: id,
        status: 'scheduled',
        components: [],
        scheduled_for: from,
        scheduled_until: to,
        ...more,
      });
    const { plan: made, losses } = plan({
      scheduled_maintenances: [
        work('later', '2026-12-02T02:00:00Z', '2026-12-02T04:00:00Z'),
        work('soon', '2026-11-22T02:00:00Z', '2026-11-22T04:00:00Z'),
        work('soon', '2026-11-22T02:00:00Z', '2026-11-22T04:00:00Z'),
        work('past', '2026-10-02T02:00:00Z', '2026-10-02T04:00:00Z'),
        work('never', 'soon', 'later'),
        work('ages', '2026-11-22T02:00:00Z', '2027-11-22T04:00:00Z'),
      ],
    });
    expect(made.maintenance.map(({ title }) => title)).toEqual(['soon', 'later']);
    expect(losses.slice(0, 3).map(({ what }) => what)).toEqual([
      'Maintenance that is over',
      'Maintenance without times',
      'Maintenance of an unusual length',
    ]);
  });

  test('is bounded, and nothing in the files makes it fail', () => {
    const { plan: made, losses } = plan({
      components: Array.from({ length: 900 }, (_, i) => component(`c${i}`)),
      incidents: [
        incident('long', {
          incident_updates: Array.from({ length: 300 }, () => ({ status: 'monitoring', body: 'x'.repeat(50_000) })),
        }),
        ...Array.from({ length: 300 }, (_, i) => ({ id: `n${i}`, name: null, incident_updates: 'no', components: {} })),
        null,
      ],
      scheduled_maintenances: [[], 'x', { scheduled_for: 1 }],
    });
    expect(made.components).toHaveLength(MOST.components);
    expect(made.reports.length).toBeLessThanOrEqual(MOST.reports);
    expect(made.reports.filter(({ resolvedAt }) => resolvedAt === null)).toHaveLength(MOST.open);
    for (const report of made.reports) {
      expect(report.title).not.toBe('');
      expect(report.updates.length).toBeGreaterThan(0);
      expect(report.updates.length).toBeLessThanOrEqual(MOST.updates);
      expect(report.updates.every(({ body }) => body.length > 0 && body.length <= 10_000)).toBe(true);
      expect(report.startedAt).toBeLessThanOrEqual(NOW);
    }
    expect(losses.map(({ what }) => what)).toContain('Component beyond 500');
  });
});

describe('HTML of a body as text', () => {
  test.each([
    ['<p>One</p><p>Two<br>three</p>', 'One\n\nTwo\nthree'],
    ['<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
    ['<strong>Now</strong> and <em>then</em>', '**Now** and *then*'],
    ['a<script>alert(1)</script>b<!-- c -->d<style>x', 'abd'],
    ['<a href="javascript:alert(1)">click</a>', 'click'],
    ['<a href=\'https://e.example/a(b)\' onclick="x">e</a>', '[e](https://e.example/a%28b%29)'],
    ['1 < 2 and 3 > 2, set <TOKEN> first', '1 < 2 and 3 > 2, set <TOKEN> first'],
    ['&lt;img src=x onerror=alert(1)&gt; &#8217;&#x1F600;&#0;', '<img src=x onerror=alert(1)> ’😀'],
    ['<scr<script></script>ipt>alert(1)', '<script>alert(1)'],
  ])('%s', (html, text) => {
    expect(htmlToMarkdown(html)).toBe(text);
  });

  test('what it leaves is harmless where it is shown', () => {
    for (const nasty of [
      '&lt;script&gt;alert(1)&lt;/script&gt;',
      '<a href="https://x.example/&quot;onx=">y</a>',
      '<img src=x onerror=y>z',
    ])
      expect(renderMarkdown(htmlToMarkdown(nasty))).not.toMatch(/<(script|img)|"onx/);
  });

  test('takes time linear in the text', () => {
    for (const piece of ['<!--', '<script ', '<a href=', '&#', '<', '</', '<b ']) {
      expect(spentMs(() => htmlToMarkdown(piece.repeat(100_000)))).toBeLessThan(5_000);
    }
  });
});
