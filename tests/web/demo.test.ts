import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { prepareDemo } from '../../src/demo.ts';
import { demoJob } from '../../src/engine/demo.ts';
import { createIngest } from '../../src/engine/ingest.ts';
import { listDue } from '../../src/monitors/due-queries.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { CHANGES } from '../support/route-table.ts';
import { PASSWORD, signUp } from '../support/world.ts';

let t: TestApp;
const open = async () => {
  t = await testApp({ config: { demo: true } });
  await prepareDemo(t.deps);
};

async function visit(): Promise<Visitor> {
  const browser = t.visitor();
  const answer = await browser.post('/demo');
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard']);
  return browser;
}

/** Everything that a person can change, but the log-ins themselves and what counts tries. */
async function fingerprint(): Promise<string> {
  const tables = await t.deps.db.read.all<{ name: string }>(sql`select name from sqlite_schema where type = 'table'
    and name not in ('sessions', 'rate_limits', 'installation') and name not like 'sqlite_%' order by name`);
  const rows = [];
  for (const { name } of tables) rows.push([name, await t.deps.db.read.all(sql.raw(`select * from ${name}`))]);
  return JSON.stringify(rows);
}

// Ninety days of made-up history take a moment: those who only look share one.
describe('a visitor', () => {
  beforeAll(open);
  afterAll(() => t.close());

  test('is offered the demo, gets in by one click and finds a living account', async () => {
    for (const path of ['/', '/login']) {
      expect(await (await t.visitor().get(path)).text()).toContain('action="/demo"');
    }
    const browser = await visit();
    const html = await (await browser.get('/dashboard')).text();
    expect(html).toContain('This is a demo.');
    expect(html).toContain('Checkout');
    expect(html).not.toContain('href="/operator"');
    for (const path of ['/incidents', '/reports', '/status-pages', '/channels', '/deliveries', '/settings']) {
      expect((await browser.get(path)).status).toBe(200);
    }
    const { data } = (await (await browser.json('GET', '/api/monitors')).json()) as { data: { status: string }[] };
    expect(data).toHaveLength(8);
    expect(data.map(({ status }) => status)).not.toContain('unknown');
  });

  test('changes nothing, whatever the route and the way', async () => {
    const browser = await visit();
    const before = await fingerprint();
    const own = /^\/(?:auth\/(?:login|logout|signup|code|passkeys\/login)|login|signup|reset|verify|demo)(?:\/|$)/;
    const early = /^\/(?:billing\/stripe|s|a|ping|r|unsubscribe|api\/push|:token)(?:\/|\{|$)/;
    const changing = CHANGES.filter(({ pattern }) => !own.test(pattern) && !early.test(pattern));
    expect(changing.length).toBeGreaterThan(60);
    const [{ id } = { id: '' }] = await t.deps.db.read.all<{ id: string }>(sql`select id from monitors limit 1`);
    for (const { method, pattern } of changing) {
      const path = pattern.replace(/:\w+(\{[^}]+\})?/g, id);
      const asProgram = await browser.json(method, path, { name: 'x', password: 'x' });
      expect(`${method} ${pattern} ${asProgram.status}`).toBe(`${method} ${pattern} 403`);
      if (method === 'POST') expect((await browser.post(path, { name: 'x' })).status).toBe(403);
    }
    const said = await (await browser.post('/settings/profile/password', { password: 'x' })).text();
    expect(said).toContain('nothing can be changed. Sign up, and all of it is yours to try.');
    expect(await fingerprint()).toBe(before);
  });

  test('learns nothing of the other visitors', async () => {
    await visit();
    const browser = await visit();
    for (const path of ['/settings/profile', '/settings/security', '/settings/sessions']) {
      expect((await browser.get(path)).status).toBe(403);
    }
    const rows = await t.deps.db.read.all(sql`select distinct ip, user_agent from sessions`);
    expect(rows).toEqual([{ ip: null, user_agent: null }]);
  });

  test('is sent away after two hours, and may leave before; a log-in of one’s own is not thrown away', async () => {
    const browser = await visit();
    t.clock.advance(2 * HOUR);
    expect((await browser.get('/dashboard')).status).toBe(303);
    const other = await visit();
    expect((await other.post('/auth/logout')).status).toBe(303);
    expect((await other.get('/dashboard')).status).toBe(303);
    const alice = await signUp(t, 'alice@example.com', 'alice-shop');
    await alice.browser.post('/demo');
    expect(await (await alice.browser.get('/dashboard')).text()).toContain('alice@example.com');
  });

  test('may sign up or log in from inside the demo', async () => {
    const browser = await visit();
    const answer = await browser.post('/auth/signup', {
      email: 'new@example.com',
      password: PASSWORD,
      slug: 'new-one',
    });
    expect(answer.status).toBe(303);
    expect(await (await browser.get('/dashboard')).text()).not.toContain('This is a demo.');
    expect((await browser.post('/settings/profile/name', { name: 'New' })).status).toBe(303);
  });
});

describe('the demo', () => {
  beforeEach(open);
  afterEach(() => t.close());

  test('is nobody’s: it has no owner, no operator, and the first person to come operates', async () => {
    const people = await t.deps.db.read.all(
      sql`select m.role, u.operator from memberships m join users u on u.id = m.user_id`,
    );
    expect(people).toEqual([{ role: 'viewer', operator: 0 }]);
    await signUp(t, 'alice@example.com', 'alice-shop');
    const found = await t.deps.db.read.all(sql`select email from users where operator = 1`);
    expect(found).toEqual([{ email: 'alice@example.com' }]);
  });

  test('is made once, and whole after a start that was cut off', async () => {
    const count = async () =>
      (await t.deps.db.read.all(sql`select count(*) as n from monitors where deleted_at is null`))[0];
    expect(await count()).toEqual({ n: 8 });
    await prepareDemo(t.deps);
    await t.deps.db.write('cut off', (tx) =>
      tx.run(sql`update installation set value = json_set(value, '$.seededAt', null) where key = 'demo'`),
    );
    expect((await t.visitor().post('/demo')).status).toBe(404);
    await prepareDemo(t.deps);
    expect(await count()).toEqual({ n: 8 });
    expect(await t.deps.db.read.all(sql`select count(*) as n from accounts`)).toEqual([{ n: 1 }]);
    expect((await (await visit()).get('/dashboard')).status).toBe(200);
  });

  test('is closed where it is not wanted, and those inside are sent away', async () => {
    const browser = await visit();
    t.deps.config.demo = false;
    await prepareDemo(t.deps);
    expect((await browser.get('/dashboard')).status).toBe(303);
    expect((await t.visitor().post('/demo')).status).toBe(404);
    expect(await (await t.visitor().get('/login')).text()).not.toContain('/demo');
  });

  test('contacts nothing: no check of it is ever due, also after a failure', async () => {
    const ingest = createIngest(t.deps);
    const job = demoJob(t.deps, ingest);
    for (let i = 0; i < 300; i += 1) {
      t.clock.advance(5 * MINUTE);
      await job();
      await ingest.flush();
    }
    expect(await listDue(t.deps.db.read, t.clock.now() + 1_000 * HOUR, 100)).toEqual([]);
    const incidents = await t.deps.db.read.all<{ n: number }>(
      sql`select count(*) as n from incidents where started_at > ${t.clock.now() - 25 * HOUR}`,
    );
    expect(incidents[0]?.n).toBeGreaterThan(0);
    const messages = await t.deps.db.read.all(sql`select id from deliveries where state in ('queued','failed','sent')`);
    expect(messages).toEqual([]);
    const browser = await visit();
    const { data } = (await (await browser.json('GET', '/api/monitors')).json()) as { data: { status: string }[] };
    expect(data.map(({ status }) => status)).not.toContain('unknown');
    await ingest.stop();
  });

  test('lets in ten times an hour from one address, and a bounded number at once', async () => {
    t.deps.config.baseUrl = 'https://status.example.com';
    const from = (ip: string) => t.visitor({ ip }).request('/demo', { method: 'POST' });
    for (let i = 0; i < 10; i += 1) expect((await from('198.51.100.7')).status).toBe(303);
    const refused = await from('198.51.100.7');
    expect(refused.status).toBe(429);
    await t.deps.db.write('crowd', async (tx) => {
      for (let i = 0; i < 190; i += 1)
        await tx.run(sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at)
          select ${`ses_${i}`}, user_id, account_id, kind, created_at, expires_at from sessions limit 1`);
    });
    expect((await from('198.51.100.8')).status).toBe(429);
  });
});
