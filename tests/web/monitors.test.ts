import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setPlan } from '../../src/engine/plans.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { KINDS, visibleStatus } from '../../src/core/monitor.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { testCheck } from '../../src/engine/test-check.ts';
import { findMonitor, listMonitorsWorstFirst } from '../../src/monitors/queries.ts';
import { readStates } from '../../src/monitors/result-queries.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DEGRADED, DOWN, UNKNOWN, UP } from '../support/engine-world.ts';
import { serveHttp } from '../support/servers.ts';
import { type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let checks: ReturnType<typeof checker>;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  checks = checker(it);
});
afterEach(async () => {
  await checks.stop();
  await it.close();
});

interface Json {
  [key: string]: unknown;
  id: string;
}
const URL_A = 'https://shop.example.com/';

async function call(person: Person, method: string, path: string, body?: unknown) {
  const answer = await person.browser.json(method, path, body);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === '' ? null : JSON.parse(text)) as Json };
}

async function add(person: Person, body: Record<string, unknown> = {}): Promise<Json> {
  const made = await call(person, 'POST', '/api/monitors', { name: 'Shop', url: URL_A, ...body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
}

async function row(id: string) {
  const found = await findMonitor(it.deps.db.read, w.alice.accountId, id, it.clock.now());
  if (!found) throw new Error(`no monitor ${id}`);
  return found;
}

describe('the API of monitors', () => {
  test('a new monitor has every field of the contract, the presets, the default channel, and is due at once', async () => {
    const made = await call(w.alice, 'POST', '/api/monitors', { url: 'shop.example.com' });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/monitors/${made.body.id}`);
    expect(Object.keys(made.body).toSorted()).toEqual(
      (
        'channel_ids config created_at escalation_id failure_threshold flap_detection id interval_seconds last_checked_at managed name ' +
        'next_check_at parent_id paused public recovery_threshold remind_every_minutes retries status status_since summary tags target ' +
        'timeout_seconds type'
      ).split(' '),
    );
    expect(made.body).toMatchObject({
      name: 'shop.example.com',
      type: 'http',
      target: 'https://shop.example.com',
      interval_seconds: 300,
      timeout_seconds: 30,
      failure_threshold: 3,
      recovery_threshold: 1,
      flap_detection: true,
      parent_id: null,
      remind_every_minutes: null,
      escalation_id: null,
      public: false,
      paused: false,
      tags: [],
      status: 'pending',
      last_checked_at: null,
      created_at: '2026-11-20T12:00:00.000Z',
      summary: {
        uptime_percent_24h: null,
        total_checks_24h: 0,
        failed_checks_24h: 0,
        avg_response_ms_24h: null,
        ongoing_incident: null,
      },
    });
    expect(made.body['channel_ids']).toHaveLength(1);
    expect(made.body['config']).toMatchObject({ method: 'GET', expected_status: '200-399', follow_redirects: true });
    expect((await row(made.body.id)).next_check_at).toBe(it.clock.now());
  });

  test('the summary follows the checks', async () => {
    const { id } = await add(w.alice, { failure_threshold: 1 });
    for (const verdict of [UP, UP, DOWN]) {
      it.clock.advance(5 * MINUTE);
      await checks.seen(id, verdict);
    }
    const { body } = await call(w.alice, 'GET', `/api/monitors/${id}`);
    expect(body).toMatchObject({ status: 'down', last_checked_at: new Date(it.clock.now()).toISOString() });
    expect(body['summary']).toMatchObject({
      uptime_percent_24h: 100,
      total_checks_24h: 3,
      failed_checks_24h: 1,
      avg_response_ms_24h: 120,
      ongoing_incident: { monitor_id: id, status: 'open', reason: 'bad_status', resolved_at: null },
    });
  });

  test('lists are pages that neither skip nor repeat, filtered by state, tag and text', async () => {
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4, 5]) {
      it.clock.advance(SECOND);
      ids.push((await add(w.alice, { name: `Shop ${n}`, tags: n % 2 ? ['odd'] : [] })).id);
    }
    await call(w.alice, 'POST', `/api/monitors/${ids[1]}/pause`);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await call(w.alice, 'GET', `/api/monitors?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(page.body['data'] as Json[]).map(({ id }) => id));
      cursor = (page.body['next_cursor'] as string | null) ?? '';
      it.clock.advance(SECOND);
      if (seen.length === 2) ids.push((await add(w.alice, { name: 'Late' })).id);
    } while (cursor !== '');
    expect(seen).toEqual(ids);
    const names = async (query: string) =>
      ((await call(w.alice, 'GET', `/api/monitors?${query}`)).body['data'] as Json[]).map(({ name }) => name);
    expect(await names('status=paused')).toEqual(['Shop 2']);
    expect(await names('tag=odd')).toEqual(['Shop 1', 'Shop 3', 'Shop 5']);
    expect(await names('q=LATE')).toEqual(['Late']);
    expect(await names('q=%25')).toEqual([]);
    for (const bad of ['limit=0', 'limit=1.5', 'limit=x', 'cursor=nonsense', 'status=fine']) {
      const refused = await call(w.alice, 'GET', `/api/monitors?${bad}`);
      expect([bad, refused.status, (refused.body['errors'] as Json[])[0]?.['field']]).toEqual([
        bad,
        422,
        bad.split('=')[0],
      ]);
    }
  });

  test('Bob may look and not touch; for Mallory there is nothing, as for an unknown id', async () => {
    const { id } = await add(w.alice);
    expect((await call(w.bob, 'GET', `/api/monitors/${id}`)).status).toBe(200);
    for (const [method, path] of writes(id)) {
      const body = method === 'POST' && path !== '/api/monitors' ? undefined : { url: URL_A };
      expect([method, path, (await call(w.bob, method, path, body)).status]).toEqual([method, path, 403]);
    }
    const unknown = (await call(w.mallory, 'GET', '/api/monitors/mon_0000000000000000')).body;
    for (const [method, path] of [...writes(id).slice(1), ...reads(id)]) {
      const answer = await call(w.mallory, method, path, method === 'GET' || method === 'POST' ? undefined : {});
      expect([method, path, answer.status]).toEqual([method, path, 404]);
      expect({ ...answer.body, instance: 0 }).toEqual({ ...unknown, instance: 0 });
    }
    expect((await call(w.mallory, 'GET', '/api/monitors')).body['data']).toEqual([]);
    expect((await row(id)).name).toBe('Shop');
  });

  const reads = (id: string) =>
    ['', '/results', '/history', '/uptime', '/response-times', '/incidents'].map(
      (rest) => ['GET', `/api/monitors/${id}${rest}`] as const,
    );
  const writes = (id: string) =>
    [
      ['POST', '/api/monitors'],
      ['PUT', `/api/monitors/${id}`],
      ['PATCH', `/api/monitors/${id}`],
      ['DELETE', `/api/monitors/${id}`],
      ['POST', `/api/monitors/${id}/test`],
      ['POST', `/api/monitors/${id}/check`],
      ['POST', `/api/monitors/${id}/pause`],
      ['POST', `/api/monitors/${id}/resume`],
    ] as const;

  test.each([
    [{}, 'target', 'Enter the address'],
    [{ url: 'ftp://x.example' }, 'target', 'Only http and https'],
    [{ url: URL_A, target: `${URL_A}other` }, 'url', 'send one of them'],
    [{ url: URL_A, interval_seconds: 'often' }, 'interval_seconds', 'whole number'],
    [{ url: URL_A, interval_seconds: 29 }, 'interval_seconds', 'at least 30'],
    [{ url: URL_A, interval_seconds: 30, timeout_seconds: 60 }, 'timeout_seconds', 'at most the interval'],
    [{ url: URL_A, interval_seconds: 3_601 }, 'interval_seconds', 'at most 3600'],
    [{ url: URL_A, timeout_seconds: 4 }, 'timeout_seconds', 'at least 5'],
    [{ url: URL_A, timeout_seconds: 121 }, 'timeout_seconds', 'at most 120'],
    [{ url: URL_A, retries: 0 }, 'retries', 'at least 1'],
    [{ url: URL_A, retries: 11 }, 'retries', 'at most 10'],
    [{ url: URL_A, config: { headers: '{"X-A": "1",\n "X-B" 2}' } }, 'config.headers', 'line 2, character 8'],
    [{ url: URL_A, config: { method: 'BREW' } }, 'config.method', 'one of GET'],
    [{ url: URL_A, config: { colour: 'red' } }, 'config.colour', 'no setting named colour'],
    [{ url: URL_A, failure_threshold: 21 }, 'failure_threshold', 'at most 20'],
    [{ url: URL_A, name: 'x'.repeat(101) }, 'name', '100 characters'],
    [{ url: URL_A, channel_ids: ['chn_of_somebody_else'] }, 'channel_ids', 'There is no channel'],
    [{ url: URL_A, type: 'smoke' }, 'type', 'one of'],
  ])('%j is refused with a sentence for its field and leaves nothing behind', async (body, field, words) => {
    const refused = await call(w.alice, 'POST', '/api/monitors', body);
    expect(refused.status).toBe(422);
    const errors = refused.body['errors'] as { field: string; message: string }[];
    expect(errors.map((error) => error.field)).toContain(field);
    expect(errors.map(({ message }) => message).join(' ')).toContain(words);
    expect((await call(w.alice, 'GET', '/api/monitors')).body['data']).toEqual([]);
  });

  test.each([
    { interval_seconds: 3_600, timeout_seconds: 120, retries: 10 },
    { interval_seconds: 300, timeout_seconds: 5, retries: 1 },
    { type: 'heartbeat', url: undefined, interval_seconds: 86_400 },
  ])('%j is within bounds', async (given) => {
    const made = await call(w.alice, 'POST', '/api/monitors', { url: URL_A, ...given });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ interval_seconds: given.interval_seconds });
  });

  test('a body that is not JSON is 400, another kind of body 415', async () => {
    const post = (type: string, body: string) =>
      w.alice.browser.request('/api/monitors', {
        method: 'POST',
        headers: { 'content-type': type, origin: it.deps.config.baseUrl },
        body,
      });
    const broken = await post('application/json', '{"url":');
    expect([broken.status, broken.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect((await post('text/plain', 'url')).status).toBe(415);
  });

  test("another account's channel is refused, one's own replaces the default", async () => {
    const foreign = ((await add(w.mallory))['channel_ids'] as string[])[0];
    const refused = await call(w.alice, 'POST', '/api/monitors', { url: URL_A, channel_ids: [foreign] });
    expect(refused.status).toBe(422);
    expect((await add(w.alice, { channel_ids: [] }))['channel_ids']).toEqual([]);
  });
});

describe('changing a monitor', () => {
  test('PATCH keeps what it does not name, PUT puts it back to its preset', async () => {
    const { id } = await add(w.alice, {
      tags: ['a'],
      interval_seconds: 60,
      config: { keyword: 'cart', method: 'POST' },
    });
    const patched = await call(w.alice, 'PATCH', `/api/monitors/${id}`, { config: { keyword: 'basket' } });
    expect(patched.body).toMatchObject({ name: 'Shop', tags: ['a'], interval_seconds: 60 });
    expect(patched.body['config']).toMatchObject({ keyword: 'basket', method: 'POST' });
    const put = await call(w.alice, 'PUT', `/api/monitors/${id}`, { url: URL_A, name: 'New' });
    expect(put.body).toMatchObject({ id, name: 'New', tags: [], interval_seconds: 300 });
    expect(put.body['config']).toMatchObject({ keyword: null, method: 'GET' });
    expect((await call(w.alice, 'PUT', `/api/monitors/${id}`, { name: 'New' })).status).toBe(422);
  });

  test('role, plan, owner, id and times cannot be written', async () => {
    const { id, created_at } = await add(w.alice);
    const body = { id: 'mon_x', account_id: w.mallory.accountId, created_at: '2001-01-01T00:00:00Z', status: 'up' };
    const refused = await call(w.alice, 'PATCH', `/api/monitors/${id}`, body);
    expect(refused.status).toBe(422);
    expect((refused.body['errors'] as Json[]).map(({ field }) => field)).toEqual(Object.keys(body));
    const { body: after } = await call(w.alice, 'GET', `/api/monitors/${id}`);
    expect(after).toMatchObject({ id, created_at, status: 'pending' });
  });

  test('a new target, kind or config starts afresh and closes the incident; a name, tag or channel changes nothing', async () => {
    const { id } = await add(w.alice, { failure_threshold: 1 });
    await checks.seen(id, DOWN);
    const version = (await row(id)).config_version;
    await call(w.alice, 'PATCH', `/api/monitors/${id}`, { name: 'Other', tags: ['x'], channel_ids: [], config: {} });
    expect(await row(id)).toMatchObject({ config_version: version, status: 'down', name: 'Other' });
    await call(w.alice, 'PATCH', `/api/monitors/${id}`, { url: 'https://other.example/' });
    expect(await row(id)).toMatchObject({
      config_version: version + 1,
      status: 'pending',
      next_check_at: it.clock.now(),
    });
    const [incident] = (await call(w.alice, 'GET', `/api/monitors/${id}/incidents`)).body['data'] as Json[];
    expect(incident).toMatchObject({ status: 'resolved' });
    const causes = await it.deps.db.read.all<{ cause: string }>(sql`select resolved_cause as cause from incidents`);
    expect(causes).toEqual([{ cause: 'changed' }]);
  });

  test('secrets are masked everywhere, and a mask sent back keeps the secret', async () => {
    const secret = 'planted-7d1f';
    const { id, config } = await add(w.alice, {
      config: { bearer_token: secret, headers: { 'X-Api-Key': secret, Accept: 'text/html' } },
    });
    expect(config).toMatchObject({
      bearer_token: '********',
      headers: { 'X-Api-Key': '********', Accept: 'text/html' },
    });
    const stored = async () => JSON.stringify((await row(id)).config);
    expect(await stored()).toContain(secret);
    await call(w.alice, 'PUT', `/api/monitors/${id}`, { url: URL_A, config });
    expect((await stored()).match(/planted-7d1f/g)).toHaveLength(2);
    const edit = await (await w.alice.browser.get(`/monitors/${id}/edit`)).text();
    expect(edit).toContain('********');
    const page = await (await w.alice.browser.get(`/monitors/${id}`)).text();
    const all = JSON.stringify([edit, page, (await call(w.alice, 'GET', '/api/monitors')).body, it.logged]);
    expect(all).not.toContain(secret);
    await call(w.alice, 'PATCH', `/api/monitors/${id}`, { config: { bearer_token: null, headers: {} } });
    expect(await stored()).not.toContain(secret);
  });

  test('pausing closes the incident without news, resuming starts from nothing known', async () => {
    const { id } = await add(w.alice, { failure_threshold: 1 });
    await checks.seen(id, DOWN);
    const paused = await call(w.alice, 'POST', `/api/monitors/${id}/pause`);
    expect(paused.body).toMatchObject({ status: 'paused', paused: true, next_check_at: null });
    expect((await call(w.alice, 'GET', '/api/incidents?status=resolved')).body['data']).toHaveLength(1);
    expect((await call(w.alice, 'POST', `/api/monitors/${id}/check`)).status).toBe(409);
    const resumed = await call(w.alice, 'POST', `/api/monitors/${id}/resume`);
    expect(resumed.body).toMatchObject({ status: 'pending', paused: false });
    const events = await it.deps.db.read.all<{ event: string }>(
      sql`select event from deliveries where channel_id is not null`,
    );
    expect(events.map(({ event }) => event)).toEqual(['down']);
  });

  test('deleted is gone at once and everywhere; the second time there is nothing to delete', async () => {
    const { id } = await add(w.alice, { failure_threshold: 1, public: true });
    await checks.seen(id, DOWN);
    expect((await call(w.alice, 'DELETE', `/api/monitors/${id}`)).status).toBe(204);
    expect((await call(w.alice, 'DELETE', `/api/monitors/${id}`)).status).toBe(404);
    for (const path of [`/api/monitors/${id}`, `/api/monitors/${id}/results`]) {
      expect((await call(w.alice, 'GET', path)).status).toBe(404);
    }
    for (const list of ['/api/monitors', '/api/incidents']) {
      expect((await call(w.alice, 'GET', list)).body['data']).toEqual([]);
    }
    expect(await (await w.alice.browser.get('/incidents')).text()).not.toContain(URL_A);
    const waiting = await it.deps.db.read.all(
      sql`select id from deliveries where channel_id is not null and state = 'queued'`,
    );
    expect(waiting).toEqual([]);
    const shown = await (await it.visitor().get(`/s/${w.alice.slug}/api`)).json();
    expect(shown).toMatchObject({ components: [] });
  });

  test('a check by hand makes it due now, and every change leaves a line in the audit log', async () => {
    const { id } = await add(w.alice);
    await checks.seen(id, UP);
    it.clock.advance(2 * SECOND);
    await it.deps.db.write('later', (tx) => tx.run(sql`update monitors set next_check_at = ${it.clock.now() + HOUR}`));
    expect((await call(w.alice, 'POST', `/api/monitors/${id}/check`)).status).toBe(202);
    expect((await row(id)).next_check_at).toBeLessThanOrEqual(it.clock.now());
    await call(w.alice, 'POST', `/api/monitors/${id}/pause`);
    await call(w.alice, 'DELETE', `/api/monitors/${id}`);
    const lines = await it.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where subject = ${id} and user_id = ${w.alice.userId} order by id`,
    );
    expect(lines.map(({ action }) => action)).toEqual(['monitor.created', 'monitor.paused', 'monitor.deleted']);
  });

  test('a test reaches out and stores nothing', async () => {
    const server = await serveHttp((_request, response) => response.writeHead(503).end('no'));
    try {
      const tried = await call(w.alice, 'POST', '/api/monitors/test', { url: server.url });
      expect(tried.status).toBe(200);
      expect(Object.keys(tried.body).toSorted()).toEqual(
        'message phases reason response_time_ms status status_code'.split(' '),
      );
      expect(tried.body).toMatchObject({ status: 'down', reason: 'bad_status', status_code: 503 });
      const { id } = await add(w.alice, { url: server.url });
      const accepting = { config: { expected_status: '503' } };
      expect((await call(w.alice, 'POST', `/api/monitors/${id}/test`)).body).toMatchObject({ status: 'down' });
      expect((await call(w.alice, 'POST', `/api/monitors/${id}/test`, accepting)).body).toMatchObject({ status: 'up' });
      expect((await call(w.alice, 'GET', `/api/monitors/${id}/results`)).body['data']).toEqual([]);
      expect((await row(id)).config['expected_status']).toBe('200-399');
    } finally {
      await server.close();
    }
  });
});

describe('kinds', () => {
  test('a form for every kind opens by its link, with its own fields, and nothing is saved by looking', async () => {
    for (const kind of KINDS) {
      const { label, fields, targetField } = CHECKS[kind];
      const page = await (await w.alice.browser.get(`/monitors/new?kind=${kind}`)).text();
      expect(page).toContain(`name="type" value="${kind}"`);
      expect(page).toContain(`data-kind="${kind}" aria-current="true">${label}</a>`);
      expect(page.includes('name="target"'), kind).toBe(targetField !== null);
      for (const { name } of fields) expect(page, kind).toContain(`name="config.${name}"`);
    }
    expect(await (await w.alice.browser.get('/monitors/new?kind=smoke')).text()).toContain('name="type" value="http"');
    expect((await call(w.alice, 'GET', '/api/monitors')).body['data']).toEqual([]);
  });

  test('choosing another kind keeps what holds for it too: name, tags, and the host of the address', async () => {
    const form = {
      intent: 'kind',
      type: 'ssl',
      target: 'https://shop.example/cart?x=1',
      name: 'Kept',
      failure_threshold: '9',
    };
    const page = await (await w.alice.browser.post('/monitors', form)).text();
    expect(page).toMatch(/name="target"[^>]* value="(https:\/\/)?shop\.example[^"]*"/);
    expect(page).toContain('value="Kept"');
    expect(page).not.toContain('value="9"');
    const job = await (await w.alice.browser.post('/monitors', { ...form, type: 'heartbeat' })).text();
    expect(job).not.toContain('name="target"');
    expect(job).not.toContain('data-test');
  });

  test('a kind that the plan lacks is refused by API and form, and locked in the form with the plan that has it', async () => {
    await setPlan(it.deps, w.alice.accountId, 'free');
    const body = { type: 'ssl', target: 'shop.example.com' };
    for (const path of ['/api/monitors', '/api/monitors/test']) {
      const refused = await call(w.alice, 'POST', path, body);
      expect([path, refused.status, refused.body['code']]).toEqual([path, 403, 'limit']);
      expect(refused.body['errors']).toMatchObject([
        { field: 'type', message: expect.stringContaining('Pro') as string },
      ]);
    }
    const posted = await w.alice.browser.post('/monitors', body);
    expect([posted.status, (await posted.text()).includes('Pro has them')]).toEqual([403, true]);
    const page = await (await w.alice.browser.get('/monitors/new')).text();
    expect(page).toMatch(/href="\/pricing" class="is-locked"[^>]*>[\s\S]{0,120}TLS certificate[\s\S]{0,60}Pro/);
    expect((await call(w.alice, 'GET', '/api/monitors')).body['data']).toEqual([]);
    await setPlan(it.deps, w.alice.accountId, 'pro');
    const made = await call(w.alice, 'POST', '/api/monitors', body);
    expect(made.body).toMatchObject({ type: 'ssl', name: 'shop.example.com certificate', target: 'shop.example.com' });
  });

  test('the kind of a monitor stays, whatever is written; PUT without one keeps it', async () => {
    const { id } = await add(w.alice, { name: 'Backup', url: undefined, type: 'heartbeat' });
    for (const method of ['PUT', 'PATCH']) {
      const refused = await call(w.alice, method, `/api/monitors/${id}`, { type: 'http', url: URL_A });
      expect([method, refused.status]).toEqual([method, 422]);
      expect(refused.body['errors']).toMatchObject([{ field: 'type' }]);
    }
    const put = await call(w.alice, 'PUT', `/api/monitors/${id}`, { name: 'Nightly', config: { grace_seconds: 60 } });
    expect(put.body).toMatchObject({ type: 'heartbeat', name: 'Nightly', target: '', config: { grace_seconds: 60 } });
  });

  test('a heartbeat shows its ping address to those who may write, and to nobody else', async () => {
    const { id, ping_url } = await add(w.alice, { url: undefined, type: 'heartbeat' });
    expect(ping_url).toMatch(/\/ping\/[\w-]{16,}$/);
    const token = String(ping_url).split('/').at(-1) ?? '';
    expect((await call(w.alice, 'GET', `/api/monitors/${id}`)).body['ping_url']).toBe(ping_url);
    for (const path of [`/api/monitors/${id}`, '/api/monitors', `/monitors/${id}`, '/dashboard']) {
      expect(await (await w.bob.browser.get(path)).text(), path).not.toContain(token);
    }
    expect(await add(w.alice)).not.toHaveProperty('ping_url');
  });

  test('the form says when a heartbeat is missed, and by which line a rule is wrong', async () => {
    const form = { type: 'heartbeat', intent: 'preview', interval_seconds: '3600', 'config.grace_seconds': '600' };
    const page = await (await w.alice.browser.post('/monitors', form)).text();
    expect(page).toContain('told about 1h 10m after the last ping');
    const cron = await w.alice.browser.post('/monitors', { ...form, intent: '', 'config.cron': '61 * * * *' });
    expect(cron.status).toBe(422);
    expect(await cron.text()).toMatch(/id="f-config\.cron-error">[\s\S]{0,300}at character/);
    const rules = { target: URL_A, 'config.json_assertions': '$.ok equals true\n$.[ equals 1' };
    const wrong = await w.alice.browser.post('/monitors', { type: 'http', ...rules });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toMatch(/id="f-config\.json_assertions-error">[\s\S]{0,300}Line 2: /);
  });

  test('a group offers the other monitors and reads its ticks back', async () => {
    const [a, b] = [await add(w.alice, { name: 'Ant' }), await add(w.alice, { name: 'Bee' })];
    const page = await (await w.alice.browser.get('/monitors/new?kind=group')).text();
    expect(page).toContain(`name="config.members" value="${a.id}"`);
    const none = await w.alice.browser.post('/monitors', { type: 'group', 'config.members': '' });
    expect([none.status, (await none.text()).includes('at least one monitor')]).toEqual([422, true]);
    const form = { type: 'group', name: 'Both', 'config.members': ['', a.id, b.id] };
    const made = await w.alice.browser.post('/monitors', form);
    expect(made.status).toBe(303);
    const id = made.headers.get('location')?.split('/').at(-1) ?? '';
    const edit = await (await w.alice.browser.get(`/monitors/${id}/edit`)).text();
    expect(edit).toMatch(new RegExp(`value="${b.id}" checked`));
    const shown = await (await w.alice.browser.get(`/monitors/${id}`)).text();
    expect(shown).toContain(`href="/monitors/${a.id}"`);
  });

  test.each(KINDS)('%s: saving its form untouched changes nothing', async (kind) => {
    const member = await add(w.alice);
    const target = CHECKS[kind].targetField?.placeholder;
    const config = CHECKS[kind].needs === 'members' ? { members: [member.id] } : {};
    const { id } = await add(w.alice, { type: kind, url: undefined, ...(target && { target }), config });
    const before = await row(id);
    const form = formOf(await (await w.alice.browser.get(`/monitors/${id}/edit`)).text());
    const saved = await w.alice.browser.post(`/monitors/${id}`, form);
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `/monitors/${id}`]);
    expect(await row(id)).toEqual(before);
    expect((await w.alice.browser.get(`/monitors/${id}`)).status).toBe(200);
  });

  test('a stored config that is no longer accepted hides nothing and breaks no page; saving anew mends it', async () => {
    const { id } = await add(w.alice);
    const old = JSON.stringify({ method: 'GET', expected_status: 'fine', retired: 'planted-2b' });
    await it.deps.db.write('an older release', (tx) =>
      tx.run(sql`update monitors set config = ${old} where id = ${id}`),
    );
    for (const path of [
      `/monitors/${id}`,
      `/monitors/${id}/edit`,
      '/dashboard',
      `/api/monitors/${id}`,
      '/api/monitors',
    ]) {
      const answer = await w.alice.browser.get(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(await answer.text()).not.toContain('planted-2b');
    }
    const tried = await testCheck(it.deps, { kind: 'http', target: URL_A, config: JSON.parse(old), timeoutSeconds: 5 });
    expect(tried).toMatchObject({ status: 'unknown', reason: 'internal' });
    expect(it.logged.filter(({ level }) => level === 50)).toEqual([]);
    const mended = await call(w.alice, 'PATCH', `/api/monitors/${id}`, { config: { expected_status: '200' } });
    expect(mended.body['config']).toMatchObject({ expected_status: '200', method: 'GET' });
  });
});

describe('plans', () => {
  test('fifty creations at once with room for one make exactly one', async () => {
    await setPlan(it.deps, w.alice.accountId, 'free');
    for (const n of [1, 2, 3, 4]) await add(w.alice, { name: `Shop ${n}` });
    const tries = await Promise.all(
      Array.from({ length: 50 }, (_, n) => call(w.alice, 'POST', '/api/monitors', { name: `Race ${n}`, url: URL_A })),
    );
    const refused = tries.filter(({ status }) => status === 403);
    expect([tries.filter(({ status }) => status === 201).length, refused.length]).toEqual([1, 49]);
    expect(refused[0]?.body).toMatchObject({ code: 'limit', detail: expect.stringContaining('Pro') as string });
  });

  test.each([
    ['free', 300, 60, 'Pro'],
    ['pro', 60, 30, 'Business'],
  ] as const)('%s checks every %i s and not every %i s', async (plan, floor, tooShort, opens) => {
    await setPlan(it.deps, w.alice.accountId, plan);
    const { id } = await add(w.alice, { interval_seconds: floor });
    for (const [method, path] of [
      ['POST', '/api/monitors'],
      ['PATCH', `/api/monitors/${id}`],
    ] as const) {
      const refused = await call(w.alice, method, path, {
        url: URL_A,
        interval_seconds: tooShort,
        timeout_seconds: 10,
      });
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({ code: 'limit', errors: [{ field: 'interval_seconds' }] });
      expect(refused.body['detail']).toContain(opens);
    }
  });

  test('business takes 30 s', async () => {
    expect((await add(w.alice, { interval_seconds: 30 }))['interval_seconds']).toBe(30);
  });

  test('a downgrade pauses the kinds that the smaller plan lacks, and an upgrade wakes them', async () => {
    const { id } = await add(w.alice, { type: 'ssl', url: undefined, target: 'shop.example.com' });
    const web = await add(w.alice);
    await setPlan(it.deps, w.alice.accountId, 'free');
    expect(await row(id)).toMatchObject({ status: 'paused', paused_by: 'plan' });
    expect((await row(web.id)).paused_at).toBeNull();
    const refused = await call(w.alice, 'POST', `/api/monitors/${id}/resume`);
    expect([refused.status, refused.body['code']]).toEqual([403, 'limit']);
    await setPlan(it.deps, w.alice.accountId, 'pro');
    expect((await row(id)).paused_at).toBeNull();
  });

  test('a downgrade pauses what is beyond the plan and says so; resuming it is refused while there is no room', async () => {
    const made: string[] = [];
    for (const n of [1, 2, 3, 4, 5, 6]) made.push((await add(w.alice, { name: `Shop ${n}`, interval_seconds: 30 })).id);
    await setPlan(it.deps, w.alice.accountId, 'free');
    const page = await (await w.alice.browser.get('/dashboard')).text();
    expect(page).toContain('moved to a smaller plan');
    expect(await row(made[5] ?? '')).toMatchObject({ status: 'paused', paused_by: 'plan', interval_seconds: 300 });
    const refused = await call(w.alice, 'POST', `/api/monitors/${made[5]}/resume`);
    expect([refused.status, refused.body['code']]).toEqual([403, 'limit']);
    const posted = await w.alice.browser.post(`/monitors/${made[5]}/resume`, { back: '/dashboard' });
    expect([posted.status, posted.headers.get('location')]).toEqual([303, '/dashboard']);
    expect(await (await w.alice.browser.get('/dashboard')).text()).toContain('runs 5 monitors at once');
    expect(await (await w.alice.browser.get(`/monitors/${made[5]}`)).text()).toContain('Paused by the smaller plan');
  });
});

describe('the pages of monitors', () => {
  test('an empty account asks for an address right there, and one post makes the monitor', async () => {
    const empty = await (await w.alice.browser.get('/dashboard')).text();
    expect(empty).toContain('What should we watch?');
    const made = await w.alice.browser.post('/monitors', { target: 'shop.example.com', back: '/dashboard' });
    expect([made.status, made.headers.get('location')]).toEqual([303, '/dashboard']);
    const page = await (await w.alice.browser.get('/dashboard')).text();
    expect(page).toContain('Waiting for the first check');
    expect(page).toContain('https://shop.example.com');
  });

  test('a refused form keeps every value and has the sentence beside the field', async () => {
    const refused = await w.alice.browser.post('/monitors', {
      target: 'mailto:me',
      name: 'My <shop>',
      interval_seconds: '600',
      failure_threshold: 'many',
      'config.keyword': 'cart',
      tags: 'a, b',
    });
    expect(refused.status).toBe(422);
    const page = await refused.text();
    for (const kept of [
      'value="mailto:me"',
      'value="My &lt;shop&gt;"',
      'value="many"',
      'value="cart"',
      'value="a, b"',
    ]) {
      expect(page).toContain(kept);
    }
    expect(page).toContain('aria-invalid="true"');
    expect(page).toContain('whole number from 1 to 20');
    expect((await call(w.alice, 'GET', '/api/monitors')).body['data']).toEqual([]);
  });

  test('the form round-trips a monitor unchanged, checkboxes included', async () => {
    const { id } = await add(w.alice, { config: { verify_tls: false, keyword: 'cart' }, tags: ['x'], public: true });
    const before = await row(id);
    const form = formOf(await (await w.alice.browser.get(`/monitors/${id}/edit`)).text());
    const saved = await w.alice.browser.post(`/monitors/${id}`, form);
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `/monitors/${id}`]);
    expect(await row(id)).toEqual(before);
    await w.alice.browser.post(`/monitors/${id}`, { ...form, public: 'false', 'config.verify_tls': ['false', 'true'] });
    expect(await row(id)).toMatchObject({ public: false, config: { verify_tls: true, keyword: 'cart' } });
  });

  test('intervals that the plan lacks are locked and named, and the form says when people are told', async () => {
    await setPlan(it.deps, w.alice.accountId, 'free');
    const page = await (await w.alice.browser.get('/monitors/new')).text();
    expect(page).toMatch(/value="60"[^>]* disabled>1m \(Pro plan\)/);
    expect(page).toMatch(/value="30"[^>]* disabled>30s \(Business plan\)/);
    expect(page).toMatch(/value="300" selected>5m</);
    expect(page).toContain('You will be told about 10s after it');
    const preview = await w.alice.browser.post('/monitors', {
      intent: 'preview',
      target: 'https://www.shop.example/cart',
      interval_seconds: '600',
      timeout_seconds: '20',
      failure_threshold: '1',
    });
    const text = await preview.text();
    expect(text).toContain('told with the first failed check');
    expect(text).toContain('placeholder="shop.example/cart"');
  });

  test('testing from the form shows what came and keeps the form', async () => {
    const server = await serveHttp((_request, response) => response.end('hello'));
    try {
      const form = { intent: 'test', target: server.url, name: 'Kept' };
      const page = await (await w.alice.browser.post('/monitors', form)).text();
      expect(page).toContain('HTTP 200');
      expect(page).toContain('First byte');
      expect(page).toContain('value="Kept"');
      expect((await call(w.alice, 'GET', '/api/monitors')).body['data']).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('the dashboard says the worst first, counts, filters and searches', async () => {
    const bad = await add(w.alice, { name: 'Zebra', failure_threshold: 1 });
    const slow = await add(w.alice, { name: 'Yak' });
    const good = await add(w.alice, { name: 'Ant' });
    await checks.seen(bad.id, DOWN);
    await checks.seen(slow.id, DEGRADED);
    await checks.seen(good.id, UP);
    const page = await (await w.alice.browser.get('/dashboard')).text();
    expect(page).toContain('Zebra is down');
    expect(page).toContain('(1 down)');
    expect(['Zebra', 'Yak', 'Ant'].map((name) => page.indexOf(`>${name}</a>`)).toSorted((a, b) => a - b)).toEqual(
      ['Zebra', 'Yak', 'Ant'].map((name) => page.indexOf(`>${name}</a>`)),
    );
    const filtered = await (await w.alice.browser.get('/dashboard?status=down')).text();
    expect([filtered.includes('>Zebra</a>'), filtered.includes('>Ant</a>')]).toEqual([true, false]);
    const nothing = await (await w.alice.browser.get('/dashboard?q=zzz')).text();
    expect(nothing).toContain('No monitor matches');
    const bobs = await (await w.bob.browser.get('/dashboard')).text();
    expect([bobs.includes('>Zebra</a>'), bobs.includes('formaction')]).toEqual([true, false]);
    expect(await (await w.mallory.browser.get('/dashboard')).text()).not.toContain('Zebra');
  });

  test('a long list comes in pages, each monitor once', async () => {
    const names = Array.from({ length: 120 }, (_, n) => `${['É', 'e', 'Z', 'a'][n % 4]} ${n}`);
    await it.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, failure_threshold, recovery_threshold, public, tags, created_at)
        select 'mon_' || key, ${w.alice.accountId}, value, 'http', 'https://shop.example', '{}', 300, 30, 3, 1, 0, '[]',
          ${it.clock.now()} from json_each(${JSON.stringify(names)})`);
    });
    const seen: string[] = [];
    for (let path = '/dashboard'; path !== ''; ) {
      const page = await (await w.alice.browser.get(path)).text();
      seen.push(...[...page.matchAll(/class="row-link"[^>]*>([^<]*)</g)].map(([, name = '']) => name));
      path = decode(/rel="next" href="([^"]*)"/.exec(page)?.[1] ?? '');
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  test('quick actions go back to the list they came from, and nowhere else', async () => {
    const { id } = await add(w.alice);
    for (const [back, to] of [
      ['/dashboard?status=up', '/dashboard?status=up'],
      ['//evil.example', `/monitors/${id}`],
      ['https://evil.example/dashboard', `/monitors/${id}`],
    ]) {
      const done = await w.alice.browser.post(`/monitors/${id}/check`, { back: back ?? '' });
      expect([done.status, done.headers.get('location')]).toEqual([303, to]);
    }
    expect((await w.bob.browser.post(`/monitors/${id}/pause`)).status).toBe(403);
    expect((await w.mallory.browser.post(`/monitors/${id}/pause`)).status).toBe(404);
    await w.alice.browser.post(`/monitors/${id}/delete`);
    expect((await w.alice.browser.get(`/monitors/${id}`)).status).toBe(404);
  });

  test('what a failing server wrote is shown to writers as text, and not to viewers', async () => {
    const { id } = await add(w.alice, { failure_threshold: 1 });
    const evidence = '<script>alert("planted-e1")</script>';
    await checks.seen(id, { ...DOWN, found: { evidence } });
    const page = await (await w.alice.browser.get(`/monitors/${id}`)).text();
    expect(page).toContain('&lt;script&gt;alert(');
    expect(page).not.toContain('<script>alert(');
    const results = `/api/monitors/${id}/results`;
    expect((await call(w.alice, 'GET', results)).body['data']).toMatchObject([{ evidence }]);
    expect((await call(w.bob, 'GET', results)).body['data']).toHaveLength(1);
    for (const path of [results, `/monitors/${id}`, '/dashboard', `/api/monitors/${id}`, '/api/incidents']) {
      expect(await (await w.bob.browser.get(path)).text(), path).not.toContain('planted-e1');
    }
  });

  test('the page of a monitor shows state, figures, chart, results and incidents, and a table for the chart', async () => {
    const { id } = await add(w.alice, { name: 'Shop', failure_threshold: 1 });
    for (const verdict of [UP, DOWN, UP, UP]) {
      await checks.seen(id, verdict);
      it.clock.advance(5 * MINUTE);
    }
    for (const range of ['1h', '6h', '24h', '7d', '30d', 'x']) {
      const page = await (await w.alice.browser.get(`/monitors/${id}?range=${range}`)).text();
      expect(page).toContain('data-status="up"');
      expect(page).toContain('The server answered 503.');
      expect(page).toContain('<svg class="chart"');
      expect(page).toContain('band-down');
      expect(page).toContain('The same as a table');
    }
  });
});

test('SQL and core agree on the state of a monitor', async () => {
  const ids = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) => (await add(w.alice, { name, failure_threshold: 2 })).id),
  );
  const scripts = [[], [UP], [DEGRADED], [DOWN], [UP, DOWN], [DOWN, DOWN], [UNKNOWN]];
  for (const [i, script] of scripts.entries()) {
    for (const verdict of script) {
      it.clock.advance(SECOND);
      const id = ids[i];
      if (id) await checks.seen(id, verdict);
    }
  }
  await call(w.alice, 'POST', `/api/monitors/${ids[1]}/pause`);
  for (const later of [0, 5 * MINUTE, 11 * MINUTE]) {
    const now = it.clock.now() + later;
    const filter = { now, after: null, limit: 50 };
    const rows = await listMonitorsWorstFirst(it.deps.db.read, w.alice.accountId, filter);
    const numbers = rows.map(({ no }) => no);
    const states = await readStates(it.deps.db.read, numbers);
    expect(rows).toHaveLength(6);
    expect(rows.map(({ status }) => status)).toEqual(
      rows.map((one) => visibleStatus(states.get(one.no) ?? null, one, now)),
    );
    expect(new Set(rows.map(({ status }) => status)).size).toBeGreaterThan(1);
  }
});

/** What a browser would post of the monitor form without touching it. */
function formOf(html: string): Record<string, string | string[]> {
  const form: Record<string, string[]> = {};
  const put = (name: string, value: string) => {
    form[name] = [...(form[name] ?? []), value];
  };
  const body = html.slice(html.indexOf('data-monitor-form'), html.indexOf('</main>'));
  const attribute = (tag: string, name: string) => decode(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
  for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
    if (/type="checkbox"/.test(tag) && !/ checked/.test(tag)) continue;
    put(attribute(tag, 'name'), attribute(tag, 'value'));
  }
  for (const [, tag = '', text = ''] of body.matchAll(/<textarea([^>]*)>([^<]*)</g))
    put(attribute(tag, 'name'), decode(text));
  for (const [, tag = '', options = ''] of body.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
    const chosen = [...options.matchAll(/<option([^>]*)>/g)].find(([option]) => option.includes(' selected'));
    put(attribute(tag, 'name'), attribute(chosen?.[1] ?? '', 'value'));
  }
  return form;
}

function decode(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
