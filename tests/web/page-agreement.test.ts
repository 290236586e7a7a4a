import ICAL from 'ical.js';
import Parser from 'rss-parser';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/core/columns.ts';
import type { PageStatus } from '../../src/core/severity.ts';
import { INDICATOR } from '../../src/statuspages/v2-words.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { AGREED, HOSTILE, namesOf } from '../support/agreement.ts';
import { plantState } from '../support/page-states.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await t.app.request(path, { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const sorted = (ids: readonly string[]) => ids.toSorted((a, b) => a.localeCompare(b));
const VERDICT: Record<PageStatus, [string, number]> = {
  operational: ['pass', 200],
  degraded: ['warn', 200],
  partial_outage: ['warn', 200],
  major_outage: ['fail', 503],
  maintenance: ['warn', 200],
  unknown: ['warn', 200],
};
const V2 = {
  operational: ['operational'],
  degraded: ['degraded_performance'],
  partial_outage: ['partial_outage'],
  major_outage: ['major_outage'],
  maintenance: ['under_maintenance'],
  // Paused ones and those without a result raise no alarm.
  unknown: ['degraded_performance', 'operational'],
};
const HEADLINE: Record<PageStatus, RegExp> = {
  operational: /^All systems operational$/,
  degraded: /^Degraded performance$/,
  partial_outage: /^Partial outage$/,
  major_outage: /^Major outage$/,
  maintenance: /^Under maintenance$/,
  unknown: /^(No current data|Not reporting yet)$/,
};

interface Json {
  status: PageStatus;
  components: { id: string; status: PageStatus }[];
}
interface V2Summary {
  page: { id: string };
  status: { indicator: string; description: string };
  components: { id: string; status: string; group: boolean }[];
}

describe.each(Object.entries(AGREED))('%s', (slug, state) => {
  let planted: Awaited<ReturnType<typeof plantState>>;
  /** Ids of the lines that visitors may see, groups included, and without them. */
  let shown: string[];
  let leaves: string[];
  beforeAll(async () => {
    planted = await plantState(t.deps.db, t.clock.now(), slug, state);
    const idsOf = (groups: boolean) =>
      namesOf(state.lines, groups)
        .filter((name) => !state.hidden?.includes(name))
        .map((name) => planted.ids.get(name) ?? '');
    [shown, leaves] = [idsOf(true), idsOf(false)];
  });

  test('every form says the same status', async () => {
    const at = (path: string) => get(`/s/${slug}${path}`);
    const page = (await at('')).text;
    expect(/class="verdict (\w+)"/.exec(page)?.[1]).toBe(state.status);
    const headline = (/<h2>([^<]*)<\/h2>/.exec(page)?.[1] ?? '').trim();
    expect(headline).toMatch(HEADLINE[state.status]);
    expect((JSON.parse((await at('/api')).text) as Json).status).toBe(state.status);

    for (const file of ['summary', 'status']) {
      const v2 = JSON.parse((await at(`/api/v2/${file}.json`)).text) as V2Summary;
      expect(v2.status).toEqual({ indicator: INDICATOR[state.status], description: headline });
      expect(v2.page.id).toBe(planted.pageId);
    }
    const atom = (await at('/feed.atom')).text;
    expect(/<category term="(\w+)"/.exec(atom)?.[1]).toBe(state.status);
    expect(/<subtitle>(.*)<\/subtitle>/.exec(atom)?.[1]).toBe(headline);
    const rss = await new Parser<{ category: string; description: string }>({
      customFields: { feed: ['category'] },
    }).parseString((await at('/feed.rss')).text);
    expect([rss.category, rss.description]).toEqual([state.status, headline]);

    const badge = (await at('/badge.svg')).text;
    const shield = JSON.parse((await at('/badge.json')).text) as { message: string; isError: boolean };
    const word = state.status === 'unknown' ? 'no data' : state.status.replace('_', ' ');
    expect(/<title>(.*)<\/title>/.exec(badge)?.[1]).toBe(`status: ${word}`);
    expect(shield).toMatchObject({ message: word, isError: state.status.endsWith('_outage') });

    const health = await at('/health.json');
    const [verdict, code] = VERDICT[state.status];
    expect([JSON.parse(health.text).status, health.status]).toEqual([verdict, code]);
    expect(JSON.parse(health.text)).toMatchObject({ output: headline, notes: [state.status] });

    const embed = JSON.parse((await at('/embed.json')).text) as { status: string; headline: string };
    expect(embed).toMatchObject({ status: state.status, headline });
    expect((await at('/embed')).text).toContain(`<strong>${headline}</strong>`);
    expect((await at('/embed.js')).text).toContain(`"status":"${state.status}","headline":"${headline}"`);
    const text = (await at('/text')).text;
    expect(text).toContain(`\n${headline}. `);
  });

  test('every form has the same components in the same states', async () => {
    const { components } = JSON.parse((await get(`/s/${slug}/api`)).text) as Json;
    const statusOf = new Map(components.map((one) => [one.id, one.status]));
    expect(sorted([...statusOf.keys()])).toEqual(sorted(leaves));

    const page = (await get(`/s/${slug}`)).text;
    const lines = [...page.matchAll(/data-part="(cmp_\w+)"/g)].map(([, id = '']) => id);
    expect(sorted(lines)).toEqual(sorted(shown));

    for (const file of ['summary', 'components']) {
      const v2 = JSON.parse((await get(`/s/${slug}/api/v2/${file}.json`)).text) as V2Summary;
      expect(sorted(v2.components.map(({ id }) => id))).toEqual(sorted(shown));
      for (const { id, status, group } of v2.components) {
        if (!group) expect(V2[statusOf.get(id) ?? 'unknown']).toContain(status);
      }
    }
    const health = JSON.parse((await get(`/s/${slug}/health.json`)).text) as {
      checks: Record<string, { componentId: string; observedValue: string }[]>;
    };
    const checks = Object.values(health.checks).flat();
    expect(new Map(checks.map((one) => [one.componentId, one.observedValue]))).toEqual(statusOf);

    const text = (await get(`/s/${slug}/text`)).text.trimEnd().split('\n');
    if (shown.length > 0) {
      const rows = text.slice(text.lastIndexOf('', text.length - 3) + 1, -2);
      expect(rows).toHaveLength(shown.length);
    }
    for (const [, id] of planted.ids) {
      const seen = shown.includes(id);
      const badge = await get(`/s/${slug}/components/${id}/badge.json`);
      expect(badge.status).toBe(seen ? 200 : 404);
      expect((await get(`/s/${slug}/components/${id}/feed.atom`)).status).toBe(seen ? 200 : 404);
      const said = statusOf.get(id);
      if (said) {
        const word = said === 'unknown' ? 'no data' : said.replace('_', ' ');
        expect((JSON.parse(badge.text) as { message: string }).message).toBe(word);
      }
      if (planted.ids.size > 20) break;
    }
  });

  test('what is hidden is in no form', async () => {
    const forms = t.app.routes
      .filter(({ method, path }) => method === 'GET' && /^\/s\/:slug(?!.*:(id|hash|token|role|name))/.test(path))
      .map(({ path }) => path.replace(':slug', slug));
    expect(forms.length).toBeGreaterThan(15);
    for (const path of new Set(forms)) {
      const { text } = await get(path);
      for (const secret of ['internal.example', 'secret-path', planted.accountId]) {
        expect(text, path).not.toContain(secret);
      }
      for (const secret of state.hidden ?? []) expect(text, path).not.toContain(secret);
      expect(text, path).not.toMatch(/\bmon_/);
    }
  });

  test('feeds and calendar can be read, and their ids stay', async () => {
    const read = async () => {
      const feeds = await Promise.all(
        ['/feed.atom', '/feed.rss'].map(async (path) =>
          new Parser().parseString((await get(`/s/${slug}${path}`)).text),
        ),
      );
      return feeds.map(({ items }) => items.map((item) => item['id'] ?? item.guid));
    };
    const [atom, rss] = await read();
    expect(atom).toEqual(rss);
    expect(new Set(atom).size).toBe(atom?.length);
    for (const id of atom ?? [])
      expect(id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await t.deps.db.write('move', (tx) =>
      tx.run(sql`update status_pages set slug = ${`${slug}-moved`} where id = ${planted.pageId}`),
    );
    t.deps.live.publish({ accountId: planted.accountId, type: 'settings', monitorIds: [] });
    expect(
      (await new Parser().parseString((await get(`/s/${slug}-moved/feed.rss`)).text)).items.map(({ guid }) => guid),
    ).toEqual(rss);
    await t.deps.db.write('move', (tx) =>
      tx.run(sql`update status_pages set slug = ${slug} where id = ${planted.pageId}`),
    );
    t.deps.live.publish({ accountId: planted.accountId, type: 'settings', monitorIds: [] });

    const ics = (await get(`/s/${slug}/maintenance.ics`)).text;
    for (const line of ics.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(ics.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}/u);
    const calendar = new ICAL.Component(ICAL.parse(ics) as string[]);
    const visible = (state.maintenance ?? []).filter(({ title }) => !state.hidden?.includes(title));
    expect(calendar.getAllSubcomponents('vevent')).toHaveLength(visible.length);
    expect(calendar.getAllSubcomponents()).toHaveLength(visible.length);
  });

  test('the text fits a terminal', async () => {
    const { text, headers } = await get(`/s/${slug}/text`);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    for (const line of text.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
  });
});

test('hostile names come out as they went in', async () => {
  const slug = 'hostile';
  const titles = (await new Parser().parseString((await get(`/s/${slug}/feed.atom`)).text)).items.map(
    ({ title }) => title,
  );
  for (const name of HOSTILE.slice(0, 3)) expect(titles).toContain(`Investigating: ${name}`);
  const calendar = new ICAL.Component(ICAL.parse((await get(`/s/${slug}/maintenance.ics`)).text) as string[]);
  const summaries = calendar.getAllSubcomponents('vevent').map((one) => String(one.getFirstPropertyValue('summary')));
  expect(summaries).toContain(`Acme <b>"&'</b> [31m: ${HOSTILE[2]}`);
  const page = (await get(`/s/${slug}/embed`)).text;
  expect(page).not.toContain('<b>');
});
