import { createServer, type Server } from 'node:http';
import { serve } from '@hono/node-server';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newApiToken } from '../../src/db/api-token.ts';
import { newId, tokenHash } from '../../src/db/ids.ts';
import { DAY } from '../../src/core/time.ts';
import { healthyAt, type TestApp, testApp } from '../support/app.ts';
import { plantMonitors } from '../support/pages.ts';
import { PASSWORD, type Person, type World, world } from '../support/world.ts';

const TOKEN = 'metrics-token-of-this-test';
let t: TestApp;
let w: World;
beforeEach(async () => {
  t = await testApp({ config: { metricsToken: TOKEN } });
  w = await world(t, { plan: 'business' });
});
afterEach(() => t.close());

const FAR = { ip: '203.0.113.9' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const scrape = async (headers: Record<string, string>, path = '/metrics', who = FAR) => {
  const answer = await t.visitor(who).get(path, headers);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};

async function plant(person: Person, plans: Parameters<typeof plantMonitors>[4]) {
  const [page] = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${person.accountId}`,
  );
  return plantMonitors(t.deps.db, t.clock.now(), person.accountId, page?.id ?? '', plans);
}

async function apiToken(person: Person, scopes: string[]): Promise<string> {
  const token = newApiToken();
  await t.deps.db.write('token', (tx) =>
    tx.run(sql`insert into api_tokens (id, account_id, user_id, name, scopes, hash, hint, created_at)
      values (${newId('tok')}, ${person.accountId}, ${person.userId}, 'Prometheus', ${JSON.stringify(scopes)},
        ${tokenHash(token)}, 'sp_x', ${t.clock.now()})`),
  );
  return token;
}

/** The value of the one line that begins so. */
const value = (text: string, start: string) => {
  const found = text.split('\n').filter((line) => line.startsWith(start));
  expect(found, start).toHaveLength(1);
  return Number(found[0]?.split(' ').at(-1));
};

describe('who may read', () => {
  test('with the token, as bearer or as password of any name', async () => {
    for (const headers of [bearer(TOKEN), basic('', TOKEN), basic('prometheus', TOKEN)]) {
      const { status, text, headers: sent } = await scrape(headers);
      expect(status).toBe(200);
      expect(sent.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(text).toContain('statusping_build_info{');
    }
  });

  test.each([
    ['nothing', {}],
    ['a wrong token', bearer('metrics-token-of-this-tesT')],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['a wrong password', basic('metrics', 'x')],
    ['the token as name', basic(TOKEN, '')],
    ['a token that looks like ours', bearer(newApiToken())],
  ])('with %s from elsewhere is 401', async (_, headers: Record<string, string>) => {
    const { status, text, headers: sent } = await scrape(headers);
    expect(status).toBe(401);
    expect(sent.get('www-authenticate')).toBe('Bearer');
    expect(text).not.toContain('statusping_');
  });

  test('a person’s cookie opens nothing from elsewhere', async () => {
    const cookie = [...w.alice.browser.cookies].map(([name, text]) => `${name}=${text}`).join('; ');
    expect((await scrape({ cookie })).status).toBe(401);
  });

  test('from this machine nothing is needed, unless a proxy or a strange name stands between', async () => {
    for (const ip of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect((await scrape({}, '/metrics', { ip })).status).toBe(200);
      for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via']) {
        expect((await scrape({ [name]: '127.0.0.1' }, '/metrics', { ip })).status).toBe(401);
      }
    }
    const rebound = await t.app.request(
      'http://evil.example:8000/metrics',
      {},
      {
        incoming: { socket: { remoteAddress: '127.0.0.1' } },
      },
    );
    expect(rebound.status).toBe(401);
  });

  test('by the name another container knows us by, with the token', async () => {
    t.deps.config.baseUrl = 'https://status.example.com';
    const ask = (headers: Record<string, string>) =>
      t.app.request(
        'http://statusping:8000/metrics',
        { headers },
        { incoming: { socket: { remoteAddress: '10.0.0.2' } } },
      );
    expect((await ask(bearer(TOKEN))).status).toBe(200);
    expect((await ask({})).status).toBe(401);
  });

  test('where no token is set, nobody elsewhere learns that it is there', async () => {
    t.deps.config.metricsToken = '';
    expect((await scrape({})).status).toBe(404);
    expect((await scrape(bearer(''))).status).toBe(401);
    expect((await scrape({}, '/metrics', { ip: '127.0.0.1' })).status).toBe(200);
  });
});

describe('an account’s own scrape', () => {
  test('shows its monitors and nobody else’s, nor the installation', async () => {
    await plant(w.alice, [{ name: 'Shop', status: 'up' }]);
    await plant(w.mallory, [{ name: 'Theirs', status: 'down' }]);
    const token = await apiToken(w.alice, ['read']);
    for (const headers of [bearer(token), basic('', token)]) {
      const { status, text } = await scrape(headers, '/metrics?monitors=1');
      expect(status).toBe(200);
      expect(text).toContain('monitor_name="Shop"');
      expect(text).not.toMatch(/Theirs|statusping_build_info|account=|nodejs_/);
    }
    const login = await t.visitor().json('POST', '/auth/login', { email: w.bob.email, password: PASSWORD });
    const { access_token: access } = (await login.json()) as { access_token: string };
    expect((await scrape(bearer(access))).text).toContain('monitor_name="Shop"');
  });

  test('needs the scope read and a plan with tokens', async () => {
    for (const scopes of [['ping'], ['page'], []]) {
      expect((await scrape(bearer(await apiToken(w.alice, scopes)))).status).toBe(403);
    }
    const token = await apiToken(w.alice, ['read']);
    expect((await scrape(bearer(token))).status).toBe(200);
    await t.deps.db.write('downgrade', (tx) => tx.run(sql`update accounts set plan = 'pro'`));
    expect((await scrape(bearer(token))).status).toBe(403);
    await t.deps.db.write('revoke', (tx) => tx.run(sql`delete from api_tokens`));
    expect((await scrape(bearer(token))).status).toBe(401);
  });
});

describe('monitors', () => {
  test('have Kuma’s names and numbers, with hostile names escaped and secrets of addresses left out', async () => {
    const hostile = 'a"} 1\nmonitor_status{x="\\';
    const planted = await plant(w.alice, [
      { name: hostile, status: 'up', target: 'https://me:pw@shop.example:8443/in?key=s3cret' },
      { name: 'Down', status: 'down' },
      { name: 'Slow', status: 'degraded' },
      { name: 'Paused', paused: true },
      { name: 'Gone', deleted: true },
    ]);
    const now = t.clock.now();
    await t.deps.db.write('certificate', (tx) =>
      tx.run(sql`insert into certificates (monitor_no, host, fingerprint, key_fingerprint, subject, issuer, sans,
        not_before, not_after, first_seen_at, last_seen_at)
        values (${planted[0]?.no ?? 0}, 'h', 'a', 'b', 's', 'i', '[]', 0, ${now + 30.5 * DAY}, 0, 0)`),
    );
    const { text } = await scrape(bearer(TOKEN), '/metrics?monitors=1');
    const id = (i: number) => `account="alice-shop",monitor_id="${planted[i]?.id}"`;
    const name = 'monitor_name="a\\"} 1\\nmonitor_status{x=\\"\\\\"';
    const first = `${id(0)},${name},monitor_type="http",monitor_url="https://shop.example:8443/in",monitor_hostname="shop.example",monitor_port="8443"`;
    expect(value(text, `monitor_status{${first}}`)).toBe(1);
    expect(value(text, `monitor_cert_days_remaining{${first}}`)).toBe(30);
    expect(value(text, `monitor_cert_is_valid{${first}}`)).toBe(1);
    expect(value(text, `monitor_status{${id(1)}`)).toBe(0);
    expect(value(text, `monitor_status{${id(2)}`)).toBe(1);
    const state = text.split('\n').find((line) => line.startsWith(`statusping_monitor_state{${id(2)}`));
    expect(state).toContain('state="degraded"');
    expect(text).not.toContain(`monitor_status{${id(3)}`);
    expect(text).not.toMatch(/Gone|s3cret|me:pw/);
    expect(value(text, 'statusping_monitors_left_out')).toBe(0);
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
      expect(line).toMatch(/^[a-z_:][a-z0-9_:]*(\{([a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (?:nan|-?[\d.e+-]+)$/i);
    }
  });

  test('have the uptime and mean response time of a day and a month', async () => {
    const [planted] = await plant(w.alice, [{ name: 'Shop', status: 'up' }]);
    const no = planted?.no ?? 0;
    const now = t.clock.now();
    await t.deps.db.write('sums', async (tx) => {
      await tx.run(sql`delete from summaries`);
      for (const [grain, length, slots] of [
        [1, 3_600_000, 40],
        [2, DAY, 60],
      ] as const) {
        for (let i = 0; i < slots; i += 1) {
          const down = i < 1 ? 360 : 0;
          await tx.run(sql`insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds,
            degraded_seconds, excluded_seconds, sum_ms, max_ms, histogram)
            values (${no}, ${grain}, ${Math.floor(now / length) - i}, 1, 0, ${3_600 - down}, ${down}, 0, 0, 500, 500, '65:1')`);
        }
      }
    });
    const { text } = await scrape(bearer(TOKEN), '/metrics?monitors=1');
    const of = (family: string, window: string) => {
      const line = text.split('\n').find((one) => one.startsWith(`${family}{`) && one.includes(`window="${window}"`));
      return Number(line?.split(' ').at(-1));
    };
    expect(of('monitor_uptime_ratio', '1d')).toBeCloseTo(1 - 360 / (24 * 3_600), 4);
    expect(of('monitor_uptime_ratio', '30d')).toBeCloseTo(1 - 360 / (30 * 3_600), 4);
    expect(of('monitor_response_time_seconds', '1d')).toBe(0.5);
  });

  test('of all accounts stay away unless they are asked for', async () => {
    await plant(w.alice, [{ name: 'Shop', status: 'up' }]);
    expect((await scrape(bearer(TOKEN))).text).not.toContain('monitor_');
  });
});

describe('the installation', () => {
  test('says what the engine, the outbox and the process do', async () => {
    const now = t.clock.now();
    const health = healthyAt(now);
    Object.assign(health.scheduler, { ok: false, running: 3, startLagMs: { p50: 20, p99: 1_500 } });
    health.backup = { everyMs: DAY, lastAt: now - DAY, problem: 'No room.' };
    health.outbox.awaySince = now;
    await t.close();
    t = await testApp({ health, config: { metricsToken: TOKEN } });
    w = await world(t);
    t.deps.tally.check('http', 'up');
    t.deps.tally.check('http', 'up');
    t.deps.tally.check('tcp', 'down');
    t.deps.tally.delivery('email', 'failed');
    t.deps.tally.lateAlerts = 2;
    await w.alice.browser.get('/monitors/mon_1');
    await w.alice.browser.get('/monitors/mon_2');
    await t.visitor().get('/no/such/page');
    const { text } = await scrape(bearer(TOKEN));
    expect(value(text, 'statusping_checks_total{kind="http",result="up"}')).toBe(2);
    expect(value(text, 'statusping_checks_total{kind="tcp",result="down"}')).toBe(1);
    expect(value(text, 'statusping_deliveries_total{kind="email",result="failed"}')).toBe(1);
    expect(value(text, 'statusping_late_alerts_total')).toBe(2);
    expect(value(text, 'statusping_check_start_lag_p99_seconds')).toBe(1.5);
    expect(value(text, 'statusping_scheduler_up')).toBe(0);
    expect(value(text, 'statusping_mail_server_away')).toBe(1);
    expect(value(text, 'statusping_backup_failing')).toBe(1);
    expect(value(text, 'statusping_accounts')).toBe(2);
    expect(value(text, 'statusping_outbox_messages{state="queued"}')).toBeGreaterThan(0);
    expect(value(text, 'statusping_database_size_bytes')).toBeGreaterThanOrEqual(0);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    const route = 'method="GET",route="/monitors/:id",status="4xx"';
    expect(value(text, `statusping_http_request_duration_seconds_count{${route}}`)).toBe(2);
    expect(value(text, `statusping_http_request_duration_seconds_bucket{${route},le="+Inf"}`)).toBe(2);
    expect(text).not.toContain('no/such');
    // Asked again, what was counted is not counted twice.
    expect(value((await scrape(bearer(TOKEN))).text, 'statusping_checks_total{kind="http",result="up"}')).toBe(2);
  });

  test('is read over a real socket of this machine, and not through a proxy on it', async () => {
    const server = serve({ fetch: t.app.fetch, port: 0, createServer }) as Server;
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const url = `http://127.0.0.1:${port}/metrics`;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { headers: { 'x-forwarded-for': '198.51.100.1' } })).status).toBe(401);
    server.closeAllConnections();
    server.close();
  });
});
