import type { RequestListener } from 'node:http';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchSource } from '../../src/statuspages/import-source.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';
import { type World, world } from '../support/world.ts';

let t: TestApp;
let w: World;
let servers: TestServer[];
beforeEach(async () => {
  t = await testApp();
  w = await world(t, { plan: 'pro' });
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await t.close();
});

interface Answer {
  plan: {
    title: string;
    slug: string;
    components: { name: string; manual_status: string | null; group: string | null }[];
    reports: { title: string; status: string; updates: { body: string; status: string }[] }[];
    maintenance: { title: string }[];
  };
  losses: { what: string; why: string }[];
  page_id: string | null;
  errors?: { field: string; message: string }[];
}

const at = (days: number) => new Date(t.clock.now() + days * 86_400_000).toISOString();

/** The documented files of a small page. */
function files(): Record<string, object> {
  const page = { id: 'k1', name: 'Acme status', url: 'https://status.acme.example', time_zone: 'Europe/Berlin' };
  const components = [
    { id: 'g', name: 'Edge', status: 'operational', group: true, group_id: null, position: 1, components: ['c'] },
    { id: 'c', name: 'API', status: 'partial_outage', group: false, group_id: 'g', position: 1 },
    { id: 'd', name: '<img src=x onerror=alert(1)>', status: 'operational', group: false, position: 2 },
  ];
  const incident = {
    id: 'i',
    name: 'API <script>alert(2)</script>',
    status: 'investigating',
    impact: 'major',
    created_at: at(-1),
    started_at: at(-1),
    resolved_at: null,
    components: [{ id: 'c', status: 'partial_outage' }],
    incident_updates: [
      { id: 'u', status: 'investigating', body: '<p>We <b>look</b>.</p><script>alert(3)</script>', created_at: at(-1) },
    ],
  };
  const work = {
    id: 'm',
    name: 'New disks',
    status: 'scheduled',
    scheduled_for: at(2),
    scheduled_until: at(2.1),
    incident_updates: [{ status: 'scheduled', body: 'We change disks.', created_at: at(-2) }],
    components: [],
  };
  return {
    '/api/v2/summary.json': { page, status: {}, components, incidents: [incident], scheduled_maintenances: [work] },
    '/api/v2/components.json': { page, components },
    '/api/v2/incidents.json': { page, incidents: [incident] },
    '/api/v2/scheduled-maintenances.json': { page, scheduled_maintenances: [work] },
  };
}

async function serve(handler: RequestListener): Promise<string> {
  const server = await serveHttp(handler);
  servers.push(server);
  return server.url;
}

const serveFiles = (docs: Record<string, object | string>, prefix = '') =>
  serve((request, response) => {
    const file = docs[(request.url ?? '').slice(prefix.length)];
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(typeof file === 'string' ? file : JSON.stringify(file ?? {}));
  });

const ask = (body: object, person = w.alice) => person.browser.json('POST', '/api/status-pages/import', body);
const asked = async (body: object) => (await (await ask(body)).json()) as Answer;

/** How many rows each table has. That somebody tried is counted too, and nothing of the account's. */
async function rowCounts(): Promise<Record<string, number>> {
  const tables = await t.deps.db.read.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table' and name not in ('rate_limits') order by name`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await t.deps.db.read.all<{ n: number }>(sql.raw(`select count(*) as n from "${name}"`));
    counts[name] = row?.n ?? -1;
  }
  return counts;
}

describe('a page of Statuspage', () => {
  test('is planned first, and nothing is written', async () => {
    const url = await serveFiles(files());
    const before = await rowCounts();
    const { plan, losses, page_id } = await asked({ url });
    expect(page_id).toBeNull();
    expect(plan).toMatchObject({
      title: 'Acme status',
      slug: 'acme-status',
      timezone: 'Europe/Berlin',
      components: [
        { name: 'Edge' },
        { name: 'API', manual_status: 'partial_outage' },
        { manual_status: 'operational' },
      ],
      maintenance: [{ title: 'New disks', body: 'We change disks.' }],
    });
    expect(losses.map(({ what }) => what)).toContain('Subscribers');
    const html = await (await w.alice.browser.post('/status-pages/import', { url })).text();
    expect(html).toContain('What does not come over');
    expect(html).toContain('value="acme-status"');
    expect(html).not.toMatch(/<img src=x|<script>alert/);
    expect(await rowCounts()).toEqual(before);
  });

  test('becomes a page of its own by the second step, and nobody is told', async () => {
    const url = await serveFiles(files());
    await t.deps.db.write('arrange', (tx) => tx.run(sql`delete from deliveries`));
    const answer = await w.alice.browser.post('/status-pages/import', { url, slug: 'acme-news', confirm: 'true' });
    expect(answer.status, await answer.clone().text()).toBe(303);
    const editor = answer.headers.get('location') ?? '';
    expect(editor).toMatch(/^\/status-pages\/pag_/);
    const seen = await (await w.alice.browser.get(editor)).text();
    expect(seen).toContain('Imported: 2 components, 1 report. Not taken over: subscribers');
    expect(await (await w.alice.browser.get(editor)).text()).not.toContain('Not taken over');
    const page = (await (await t.visitor().get('/s/acme-news/api/v2/summary.json')).json()) as {
      page: { name: string; time_zone: string };
      components: { name: string; status: string }[];
      incidents: { name: string; status: string; incident_updates: { body: string }[] }[];
      scheduled_maintenances: { name: string }[];
    };
    expect(page).toMatchObject({
      page: { name: 'Acme status', time_zone: 'Europe/Berlin' },
      components: [{ name: 'Edge' }, { name: 'API', status: 'partial_outage' }, { status: 'operational' }],
      incidents: [{ status: 'investigating', incident_updates: [{ body: 'We look.' }] }],
      scheduled_maintenances: [{ name: 'New disks' }],
    });
    const shown = await (await t.visitor().get('/s/acme-news')).text();
    expect(shown).not.toMatch(/<img src=x|<script>alert/);
    const { deliveries } = await rowCounts();
    expect(deliveries).toBe(0);
    const audited = await t.deps.db.read.all<{ subject: string; detail: string }>(
      sql`select subject, detail from audit_log where action = 'status_page.imported'`,
    );
    expect(audited).toHaveLength(1);
    expect(audited[0]?.subject).toBe('acme-news');
    expect(audited[0]?.detail).toContain('Uptime history');
  });

  test('comes from files too, which the dry run carries along', async () => {
    const text = JSON.stringify(files()['/api/v2/summary.json']);
    const html = await (await w.alice.browser.post('/status-pages/import', { url: '', pasted: text })).text();
    expect(html).toContain('incidents.json');
    const carried = /name="text" value="([^"]*)"/.exec(html)?.[1]?.replace(/&#(\d+);|&(\w+);/g, (_, code, name) => {
      return code
        ? String.fromCodePoint(Number(code))
        : ({ quot: '"', amp: '&', lt: '<', gt: '>' }[String(name)] ?? '?');
    });
    expect(carried).toBe(text);
    const made = await w.alice.browser.post('/status-pages/import', {
      url: '',
      text: carried ?? '',
      slug: 'from-files',
      confirm: 'true',
    });
    expect(made.status).toBe(303);
    expect((await t.visitor().get('/s/from-files')).status).toBe(200);
  });

  test('the same page of ours has the same lines and says the same after it went out and in', async () => {
    const api = async (path: string, body: object) => (await w.alice.browser.json('POST', path, body)).json();
    const page = (await api('/api/status-pages', {
      title: 'Round trip',
      slug: 'round-trip',
      components: [
        { id: 'g', kind: 'group', name: 'Group' },
        { id: 'h', kind: 'group', name: 'Inner', group_id: 'g' },
        { kind: 'manual', name: 'Deep', group_id: 'h', manual_status: 'major_outage' },
        { kind: 'manual', name: 'Alone', manual_status: 'degraded', description: 'By itself' },
      ],
    })) as { id: string; components: { id: string; name: string }[] };
    const deep = page.components.find(({ name }) => name === 'Deep')?.id;
    const report = (await api(`/api/status-pages/${page.id}/reports`, {
      title: 'Deep trouble',
      impact: 'critical',
      body: 'We see it.',
      components: [{ id: deep, status: 'major_outage' }],
    })) as { id: string };
    t.clock.advance(60_000);
    await api(`/api/status-pages/${page.id}/reports/${report.id}/updates`, { status: 'identified', body: 'Found it.' });
    const out = async (slug: string, file: string) =>
      (await t.visitor().get(`/s/${slug}/api/v2/${file}.json`)).json() as Promise<Record<string, never>>;
    const names = ['summary', 'components', 'incidents', 'scheduled-maintenances'];
    const docs: Record<string, object> = {};
    for (const file of names) docs[`/api/v2/${file}.json`] = await out('round-trip', file);
    const url = await serveFiles(docs, '/s/round-trip');
    const { page_id } = await asked({ url: `${url}/s/round-trip/history`, slug: 'round-again', dry_run: false });
    expect(page_id).toMatch(/^pag_/);
    const said = async (slug: string) => {
      const { components, incidents } = (await out(slug, 'summary')) as unknown as {
        components: { name: string; status: string; description: string | null }[];
        incidents: {
          name: string;
          impact: string;
          started_at: string;
          components: { name: string }[];
          incident_updates: { status: string; body: string; created_at: string }[];
        }[];
      };
      return {
        lines: components.map(({ name, status, description }) => ({ name, status, description })),
        told: incidents.map(({ name, impact, started_at, components: hit, incident_updates: updates }) => ({
          name,
          impact,
          started_at,
          hit: hit.map((one) => one.name),
          updates: updates.map(({ status, body, created_at }) => ({ status, body, created_at })),
        })),
      };
    };
    expect((await said('round-trip')).told[0]?.updates).toHaveLength(2);
    expect(await said('round-again')).toEqual(await said('round-trip'));
  });
});

describe('what cannot be imported', () => {
  const problem = async (body: object) => {
    const answer = await ask(body);
    const { errors } = (await answer.json()) as Answer;
    return { status: answer.status, [errors?.[0]?.field ?? '']: errors?.[0]?.message };
  };

  test('no page there, HTML, a wrong status, too much, and what breaks off are told beside the address', async () => {
    const summary = '/api/v2/summary.json';
    const page = files()[summary];
    const none = await serveFiles({});
    expect(await problem({ url: none })).toEqual({
      status: 422,
      url: expect.stringContaining('no page of Statuspage'),
    });
    const html = await serveFiles({ [summary]: '<!doctype html><h1>Hi</h1>' });
    expect(await problem({ url: html })).toEqual({ status: 422, url: expect.stringContaining('a page of HTML') });
    const other = await serveFiles({ [summary]: { hello: 'world' } });
    expect(await problem({ url: other })).toEqual({ status: 422, url: expect.stringContaining('are missing') });
    const huge = await serveFiles({ [summary]: JSON.stringify({ ...page, x: 'x'.repeat(4 * 1_048_576) }) });
    expect(await problem({ url: huge })).toEqual({ status: 422, url: 'summary.json is larger than 4 MiB.' });
    const ill = await serve((_request, response) => response.writeHead(503).end());
    expect(await problem({ url: ill })).toEqual({ status: 422, url: expect.stringContaining('answered 503') });
    const broken = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
      response.destroy();
    });
    expect(await problem({ url: broken })).toEqual({ status: 422, url: expect.stringContaining('could not be read') });
    const deep = await serveFiles({ [summary]: `${'['.repeat(200_000)}${']'.repeat(200_000)}` });
    expect(await problem({ url: deep })).toMatchObject({ status: 422 });
    for (const url of ['ftp://x.example', 'http://', 'not an address', 'file:///etc/passwd', ''])
      expect(await problem({ url }), url).toMatchObject({ status: 422, url: expect.any(String) });
    const shown = await (await w.alice.browser.post('/status-pages/import', { url: none })).text();
    expect(shown).toContain('no page of Statuspage');
    expect(shown).toContain(`value="${none}"`);
  });

  test('a server that never answers is given up', async () => {
    const slow = await serve(() => {});
    await expect(fetchSource(t.deps, slow, 200)).rejects.toMatchObject({
      code: 'invalid',
      fields: [{ field: 'url', message: expect.stringContaining('summary.json could not be read.') }],
    });
  });

  test('a redirect to another host is not followed, one to the same host is', async () => {
    const inner = await serveFiles(files());
    const away = await serve((request, response) => {
      response.writeHead(302, { location: inner.replace('127.0.0.1', 'localhost') + request.url }).end();
    });
    expect(await problem({ url: away })).toEqual({
      status: 422,
      url: expect.stringContaining('leads on to http://localhost'),
    });
    const near = await serve((request, response) => response.writeHead(301, { location: inner + request.url }).end());
    expect((await asked({ url: near })).plan.title).toBe('Acme status');
    const round = await serve((request, response) => response.writeHead(301, { location: request.url }).end());
    expect(await problem({ url: round })).toEqual({ status: 422, url: expect.stringContaining('do not end') });
  });

  test('private addresses are refused on the open internet', async () => {
    const url = await serveFiles(files());
    t.deps.outbound.allowPrivate = false;
    expect(await problem({ url })).toEqual({ status: 422, url: expect.stringContaining('private or reserved') });
    expect(servers[0]?.connections()).toBe(0);
  });

  test('a taken address and a full plan are told, and nothing is made', async () => {
    const url = await serveFiles(files());
    const before = await rowCounts();
    expect(await problem({ url, slug: 'mallory-inc', dry_run: false })).toEqual({
      status: 422,
      slug: expect.stringContaining('taken'),
    });
    const again = await w.alice.browser.post('/status-pages/import', { url, slug: 'mallory-inc', confirm: 'true' });
    expect(again.status).toBe(422);
    expect(await again.text()).toContain('&quot;mallory-inc&quot; is taken');
    await t.deps.db.write('plan', (tx) => tx.run(sql`update accounts set plan = 'free'`));
    expect((await ask({ url, dry_run: false })).status).toBe(403);
    expect(await rowCounts()).toEqual(before);
  });

  test('viewers do not import, and strangers are sent to the log-in', async () => {
    const url = await serveFiles(files());
    expect((await ask({ url }, w.bob)).status).toBe(403);
    expect((await t.visitor().post('/status-pages/import', { url })).status).toBe(303);
    expect(servers[0]?.connections()).toBe(0);
  });
});
