import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { newId, tokenHash } from '../../src/db/ids.ts';
import { CALLER_PACE } from '../../src/web/rate.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { apiToken } from '../support/tokens.ts';
import { addMember, PASSWORD, type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

const change = (work: Parameters<TestApp['deps']['db']['write']>[1]) => it.deps.db.write('arrange', work);
const onPlan = (plan: Plan) => change((tx) => setAccountPlan(tx, w.alice.accountId, plan, null));

/** A road to one more: asked once, says how it went. */
type Road = (i: number) => Promise<Response>;

/** Fifty at once, each road in its turn: how many were let through. */
async function atOnce(roads: Road[]): Promise<number> {
  const asked = Array.from({ length: 50 }, (_, i) => roads[i % roads.length] ?? fail()).map((road, i) => road(i));
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  const passed = statuses.filter((status) => status < 300 || status === 303);
  const others = statuses.filter((status) => !passed.includes(status));
  expect(others.filter((status) => ![403, 409, 422].includes(status))).toEqual([]);
  return passed.length;
}

async function count(table: string, where = sql`account_id = ${w.alice.accountId}`): Promise<number> {
  const [row] = await it.deps.db.read.all<{ n: number }>(
    sql`select count(*) as n from ${sql.raw(table)} where ${where}`,
  );
  return row?.n ?? 0;
}

/** A log-in by JSON: the same person beside their browser. */
async function accessToken({ email }: Person): Promise<Visitor> {
  const program = it.visitor();
  const answer = await program.json('POST', '/auth/login', { email, password: PASSWORD });
  program.token = ((await answer.json()) as { access_token: string }).access_token;
  return program;
}

/** The same creation by everybody and everything that may: pages' scripts, a member, access and API tokens. */
async function roadsTo(path: string, body: (i: number) => object, scope: 'write' | 'page' = 'write'): Promise<Road[]> {
  const member = await addMember(it, w.alice, 'member@example.com', 'member');
  const visitors = [w.alice.browser, member.browser, await accessToken(w.alice), await apiToken(it, w.alice, [scope])];
  return visitors.map((visitor) => (i) => visitor.json('POST', path, body(i)));
}

describe('of fifty at once with room for one, one comes through (R-MT-5)', () => {
  const HTTP = { type: 'http', name: 'New', target: 'http://127.0.0.1:9/', interval_seconds: 300 };
  const active = () =>
    count('monitors', sql`account_id = ${w.alice.accountId} and paused_at is null and deleted_at is null`);

  async function monitors(howMany: number, paused: boolean): Promise<string[]> {
    const ids = Array.from({ length: howMany }, () => newId('mon'));
    const at = it.clock.now();
    await change(async (tx) => {
      for (const id of ids)
        await tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds,
            timeout_seconds, failure_threshold, recovery_threshold, public, tags, paused_at, paused_by, created_at)
          values (${id}, ${w.alice.accountId}, 'Old', 'http', 'http://127.0.0.1:9/', '{}', 300, 5, 3, 1, 0, '[]',
            ${paused ? at : null}, ${paused ? 'person' : null}, ${at})`);
    });
    return ids;
  }

  test.each([
    ['free', 5],
    ['pro', 50],
  ] as const)('monitors on %s, made by API, by page, woken one by one and in bulk', async (plan, limit) => {
    const { browser } = w.alice;
    const access = await accessToken(w.alice);
    await onPlan(plan);
    await monitors(limit - 1, false);
    const asleep = await monitors(50, true);
    // A page that cannot wake one goes back and says so: 303 as well, so rows are counted.
    await atOnce([
      () => browser.json('POST', '/api/monitors', HTTP),
      () => access.json('POST', '/api/monitors', HTTP),
      () =>
        browser.post('/monitors', {
          kind: 'http',
          name: 'New',
          target: 'http://127.0.0.1:9/',
          interval_seconds: '300',
        }),
      (i) => browser.json('POST', `/api/monitors/${asleep[i]}/resume`),
      (i) => browser.json('PATCH', `/api/monitors/${asleep[i]}`, { paused: false }),
      (i) => browser.post(`/monitors/${asleep[i]}/resume`),
    ]);
    expect(await active()).toBe(limit);
    // Many together fill what is left and no more.
    await change((tx) =>
      tx.run(sql`delete from monitors where account_id = ${w.alice.accountId} and paused_at is null`),
    );
    await monitors(limit - 1, false);
    const wake = (i: number) => ({ ids: [asleep[i]], change: { paused: false } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => browser.json('POST', '/api/monitors/bulk', wake(i))),
    );
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await active()).toBe(limit);
  });

  test.each([
    ['pro', 3],
    ['business', 20],
  ] as const)('status pages on %s', async (plan, limit) => {
    await change(async (tx) => {
      for (let i = 2; i < limit; i += 1) {
        const at = it.clock.now();
        await tx.run(sql`insert into status_pages (id, account_id, slug, title, created_at, updated_at)
          values (${newId('pag')}, ${w.alice.accountId}, ${`old-page-${i}`}, 'Old', ${at}, ${at})`);
      }
    });
    const page = (i: number) => ({ title: 'New', slug: `new-page-${i}` });
    const roads = await roadsTo('/api/status-pages', page, 'page');
    roads.push((i) => w.alice.browser.post('/status-pages', page(i)));
    if (plan === 'pro') {
      await onPlan(plan);
      // No team and no API there: the owner alone makes pages.
      roads.splice(1, 1);
      roads.splice(2, 1);
    }
    expect([await atOnce(roads), await count('status_pages')]).toEqual([1, limit]);
  });

  interface Made {
    channel: string;
    monitor: string;
  }
  const ROWS: [
    name: string,
    limit: number,
    table: string,
    path: string,
    body: (i: number, made: Made) => object,
    fill: string,
  ][] = [
    [
      'channels',
      50,
      'channels',
      '/api/channels',
      (i) => ({ kind: 'webhook', config: { url: `http://127.0.0.1:9/${i}` } }),
      `(id, account_id, kind, name, config, created_at) values (?id, ?account, 'webhook', 'Old', '{}', 0)`,
    ],
    [
      'escalation policies',
      50,
      'escalation_policies',
      '/api/escalation-policies',
      (i, { channel }) => ({ name: `New ${i}`, steps: [{ after_minutes: 5, channel_ids: [channel] }] }),
      `(id, account_id, name, steps, created_at) values (?id, ?account, 'Old', '[]', 0)`,
    ],
    [
      'report templates',
      100,
      'status_report_templates',
      '/api/report-templates',
      (i) => ({ name: `New ${i}`, title: 'x', body: 'x' }),
      `(id, account_id, name, title, body, impact, created_at) values (?id, ?account, 'Old', 'x', 'x', 'minor', 0)`,
    ],
    [
      'windows ahead',
      200,
      'maintenance_windows',
      '/api/maintenance',
      (i, { monitor }) => ({ title: `New ${i}`, monitor_ids: [monitor], cron: '0 3 * * 0', duration_seconds: 600 }),
      `(id, account_id, title, timezone, starts_at, ends_at, current_starts_at, current_ends_at, created_at)
        values (?id, ?account, 'Old', 'UTC', 1900000000000, 1900000060000, 1900000000000, 1900000060000, 0)`,
    ],
  ];
  test.each(ROWS)('%s: %i', async (_name, limit, table, path, body, fill) => {
    const make = async (at: string, what: object) =>
      ((await (await w.alice.browser.json('POST', at, what)).json()) as { id: string }).id;
    const made = {
      channel: await make('/api/channels', { kind: 'webhook', config: { url: 'http://127.0.0.1:9/' } }),
      monitor: await make('/api/monitors', { name: 'Job', type: 'heartbeat' }),
    };
    const roads = await roadsTo(path, (i) => body(i, made), path === '/api/report-templates' ? 'page' : 'write');
    const before = await count(table);
    await change(async (tx) => {
      for (let i = before; i < limit - 1; i += 1) {
        const row = fill.replace('?id', `'old_${i}'`).replace('?account', `'${w.alice.accountId}'`);
        await tx.run(sql.raw(`insert into ${table} ${row}`));
      }
    });
    expect([await atOnce(roads), await count(table)]).toEqual([1, limit]);
  });

  test.each([
    [
      'change webhooks',
      10,
      'change_hooks',
      '/api/webhooks',
      (i: number) => ({ name: `New ${i}`, url: 'http://127.0.0.1:9/' }),
      `(id, account_id, name, url, secret, created_at) values (?id, ?account, 'Old', 'http://127.0.0.1:9/', 'x', 0)`,
    ],
    [
      'API tokens',
      50,
      'api_tokens',
      '/api/tokens',
      (i: number) => ({ name: `New ${i}`, scopes: ['read'] }),
      `(id, account_id, user_id, name, scopes, hash, hint, created_at) values (?id, ?account, ?user, 'Old', '[]', ?id, 'x', 0)`,
    ],
    [
      'invitations',
      50,
      'invitations',
      '/api/members',
      (i: number) => ({ email: `new-${i}@example.org`, role: 'viewer' }),
      `(id, account_id, email, email_key, role, hash, created_at, expires_at)
        values (?id, ?account, ?id, ?id, 'viewer', ?id, 0, 4000000000000)`,
    ],
  ] as const)('%s: %i, made by people', async (_name, limit, table, path, body, fill) => {
    const admin = await addMember(it, w.alice, 'admin@example.com', 'admin');
    await change((tx) => tx.run(sql`update users set email_verified_at = 1`));
    const visitors = [w.alice.browser, admin.browser, await accessToken(w.alice)];
    await change(async (tx) => {
      for (let i = 0; i < limit - 1; i += 1) {
        const words = { '?id': `old_${i}`, '?account': w.alice.accountId, '?user': w.alice.userId };
        let row: string = fill;
        for (const [mark, word] of Object.entries(words)) row = row.replaceAll(mark, `'${word}'`);
        await tx.run(sql.raw(`insert into ${table} ${row}`));
      }
    });
    const roads = visitors.map(
      (visitor): Road =>
        (i) =>
          visitor.json('POST', path, body(i)),
    );
    expect([await atOnce(roads), await count(table)]).toEqual([1, limit]);
  });

  test('accounts that one person owns: ten', async () => {
    const { userId, email } = w.alice;
    await change(async (tx) => {
      for (let i = 1; i < 9; i += 1) {
        await tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
          values (${`acc_old_${i}`}, 'Old', ${`old-account-${i}`}, 'free', 0)`);
        await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
          values (${`acc_old_${i}`}, ${userId}, 'owner', 0)`);
      }
    });
    // Whoever makes an account moves there, so each comes from a log-in of its own.
    const browsers: Visitor[] = [];
    for (let i = 0; i < 50; i += 1) {
      const browser = it.visitor();
      expect((await browser.post('/auth/login', { email, password: PASSWORD })).status).toBe(303);
      browsers.push(browser);
      await change((tx) => tx.run(sql`delete from rate_limits`));
    }
    const road: Road = async (i) => browsers[i]?.post('/accounts', { name: 'New', slug: `new-account-${i}` }) ?? fail();
    expect(await atOnce([road])).toBe(1);
    expect(await count('memberships', sql`user_id = ${userId} and role = 'owner'`)).toBe(10);
  });

  test('members: two hundred, whoever comes through the door', async () => {
    const at = it.clock.now();
    const guests = Array.from({ length: 50 }, (_, i) => ({
      email: `guest-${i}@example.org`,
      token: `guest-token-${i}`,
    }));
    const hash = await it.deps.passwords.hash(PASSWORD);
    await change(async (tx) => {
      const join = async (i: number) => {
        const id = `usr_old_${i}`;
        await tx.run(
          sql`insert into users (id, email, email_key, password_hash, created_at) values (${id}, ${id}, ${id}, 'x', 0)`,
        );
        await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
          values (${w.alice.accountId}, ${id}, 'viewer', 0)`);
      };
      for (let i = 2; i < 199; i += 1) await join(i);
      for (const [i, { email, token }] of guests.entries()) {
        await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
          values (${`usr_guest_${i}`}, ${email}, ${email}, ${hash}, ${at}, ${at})`);
        await tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
          values (${`acc_guest_${i}`}, 'Own', ${`guest-own-${i}`}, 'free', 0)`);
        await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
          values (${`acc_guest_${i}`}, ${`usr_guest_${i}`}, 'owner', 0)`);
        await tx.run(sql`insert into invitations (id, account_id, email, email_key, role, hash, created_at, expires_at)
          values (${`inv_guest_${i}`}, ${w.alice.accountId}, ${email}, ${email}, 'viewer', ${tokenHash(token)}, ${at},
            ${at + HOUR})`);
      }
    });
    const browsers = await Promise.all(
      guests.map(async ({ email }) => {
        const browser = it.visitor();
        expect((await browser.post('/auth/login', { email, password: PASSWORD })).status).toBe(303);
        return browser;
      }),
    );
    expect(await count('memberships')).toBe(199);
    await atOnce([(i) => browsers[i]?.post(`/invite/${guests[i]?.token}`) ?? fail()]);
    expect(await count('memberships')).toBe(200);
  });
});

function fail(): never {
  throw new Error('there are fifty');
}

describe('who asks too much', () => {
  test('is refused alone: the other account is answered as if nothing were (R-MT-6, R-TK-5)', async () => {
    // On people's own machine the limit is wider: here it is the one of an installation on the internet.
    await it.close();
    it = await testApp({ config: { baseUrl: 'https://status.example.com' } });
    w = await world(it, { plan: 'business' });
    const [hers, theirs] = [await apiToken(it, w.alice, ['read']), await apiToken(it, w.mallory, ['read', 'write'])];
    it.clock.advance(MINUTE);
    const paths = ['/api/monitors', '/api/channels', '/api/incidents', '/api/reports', '/api/audit-log', '/api/status'];
    const look = async () => {
      const answers = [];
      for (const path of paths) {
        const answer = await hers.json('GET', path);
        answers.push([answer.status, answer.headers.get('x-ratelimit-remaining'), await answer.text()]);
      }
      it.clock.advance(MINUTE);
      return answers;
    };
    const quiet = await look();
    const flood = Array.from({ length: CALLER_PACE.burst + 200 }, (_, i) =>
      i % 2 === 0 ? theirs.json('GET', '/api/monitors') : theirs.json('POST', '/api/monitors', { name: 'x' }),
    );
    const among = look();
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(199);
    const strip = (answers: unknown[][]) =>
      JSON.stringify(answers).replaceAll(/"(generated_at|at|until|since)\\?":[^,}]*/g, '');
    expect(strip(await among)).toBe(strip(quiet));
    expect(strip(await look())).toBe(strip(quiet));
  });
});

describe('who was removed (R-MT-7)', () => {
  let gone: Person;
  beforeEach(async () => {
    gone = await addMember(it, w.alice, 'gone@example.com', 'member');
  });
  const remove = async () =>
    expect((await w.alice.browser.json('DELETE', `/api/members/${gone.userId}`)).status).toBe(204);

  test('is nobody at the next request: browser, access token, refresh token, API token', async () => {
    const access = it.visitor();
    const answer = await access.json('POST', '/auth/login', { email: gone.email, password: PASSWORD });
    const pair = (await answer.json()) as { access_token: string; refresh_token: string };
    access.token = pair.access_token;
    const token = await apiToken(it, gone, ['read', 'write']);
    for (const one of [gone.browser, access, token]) expect((await one.json('GET', '/api/monitors')).status).toBe(200);
    await remove();
    for (const one of [gone.browser, access, token]) expect((await one.json('GET', '/api/monitors')).status).toBe(401);
    const refreshed = await it.visitor().json('POST', '/auth/refresh', { refresh_token: pair.refresh_token });
    expect(refreshed.status).toBe(401);
  });

  test('takes nothing back any more, and an answer kept for them is not given again', async () => {
    const made = await w.alice.browser.json('POST', '/api/monitors', { name: 'Job', type: 'heartbeat' });
    const { id } = (await made.json()) as { id: string };
    const token = await apiToken(it, gone, ['write']);
    const key = { 'idempotency-key': 'mine' };
    const body = { ids: [id], change: { public: true } };
    const changed = await token.json('POST', '/api/monitors/bulk', body, key);
    const { undo_id: undo } = (await changed.json()) as { undo_id: string };
    expect(undo).toMatch(/^und_/);
    await remove();
    for (const one of [gone.browser, token]) {
      expect((await one.json('POST', `/api/undo/${undo}`)).status).toBe(401);
      expect((await one.json('POST', '/api/monitors/bulk', body, key)).status).toBe(401);
    }
    expect(await count('monitors', sql`id = ${id} and public = 1`)).toBe(1);
  });

  test('reads an export that is under way to no end', async () => {
    await change((tx) => tx.run(sql`update memberships set role = 'admin' where user_id = ${gone.userId}`));
    const answer = await gone.browser.get('/settings/export.json');
    expect(answer.status).toBe(200);
    await remove();
    await answer.text();
    expect((await gone.browser.json('GET', '/api/account/export')).status).toBe(401);
    const left = await it.deps.db.read.all(sql`select action from audit_log where action like '%export%'`);
    expect(left).toHaveLength(1);
  });
});
