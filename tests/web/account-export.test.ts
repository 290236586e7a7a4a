import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { exportAccount } from '../../src/accounts/export.ts';
import { packOutcome } from '../../src/core/outcome.ts';
import { DAY } from '../../src/core/time.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { addMember, type World, world } from '../support/world.ts';

interface Export {
  exported_at: string;
  account: { id: string; name: string };
  you: { email: string; sessions: unknown[] };
  members: { email: string; role: string }[];
  monitors: { id: string; config: Record<string, unknown> }[];
  channels: { config: Record<string, unknown> }[];
  status_pages: { slug: string }[];
  audit: { action: string; at: string }[];
  deliveries: { id: string }[];
  incidents: { id: string; timeline: { text: string; at: string }[] }[];
  summaries: { monitor_id: string; slot: string }[];
  results?: { monitor_id: string; checked_at: string; status: string; reason: string | null }[];
  [section: string]: unknown;
}

let it: TestApp;
let w: World;
let monitorId: string;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  const made = await w.alice.browser.json('POST', '/api/monitors', {
    type: 'http',
    name: 'Shop',
    target: 'https://shop.example.com/',
    config: { basic_auth: { username: 'u', password: 'hunter2-secret' }, bearer_token: null },
  });
  expect(made.status, await made.clone().text()).toBe(201);
  monitorId = ((await made.json()) as { id: string }).id;
  const channel = await w.alice.browser.json('POST', '/api/channels', {
    kind: 'webhook',
    name: 'Hook',
    config: { url: 'https://hooks.example.com/x', headers: { authorization: 'Bearer very-secret' } },
  });
  expect(channel.status, await channel.clone().text()).toBe(201);
  const at = Math.floor(it.clock.now() / 1_000);
  await it.deps.db.write('arrange', async (tx) => {
    const [row] = await tx.all<{ no: number }>(sql`select no from monitors where id = ${monitorId}`);
    const no = row?.no ?? 0;
    const down = packOutcome({ status: 'down', reason: 'connect_refused', statusCode: null });
    await tx.run(sql`insert into results (monitor_no, at, location, outcome, response_ms)
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 1299)
      select ${no}, ${at} - i * 60, 0, ${down}, 12 from n`);
    await tx.run(sql`insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds,
        degraded_seconds, excluded_seconds, sum_ms, max_ms, histogram)
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 699)
      select ${no}, i % 2, 1000 + i, 1, 0, 300, 0, 0, 0, 12, 12, '' from n`);
    await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      values ('inc_x', ${w.alice.accountId}, ${no}, 'connect_refused', 'refused', ${it.clock.now()}, ${it.clock.now()})`);
    await tx.run(sql`insert into incident_events (incident_id, at, kind, text)
      values ('inc_x', ${it.clock.now()}, 'opened', 'It began.')`);
    const event = (id: string, age: number) => sql`insert into deliveries
        (id, account_id, event, dedup_key, payload, state, created_at)
      values (${id}, ${w.alice.accountId}, 'down', ${id}, '{}', 'sent', ${it.clock.now() - age})`;
    await tx.run(event('dlv_new', DAY));
    await tx.run(event('dlv_old', 31 * DAY));
    await tx.run(sql`insert into audit_log (account_id, at, action)
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 1099)
      select ${w.alice.accountId}, ${it.clock.now()}, 'x.counted' from n`);
  });
});
afterAll(() => it.close());

async function load(path: string): Promise<Export> {
  const answer = await w.alice.browser.get(path, { accept: 'application/json' });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Export;
}

describe.each(['/settings/export.json', '/api/account/export'])('%s', (path) => {
  test('holds the whole account, page after page of rows, times as the API spells them', async () => {
    const all = await load(path);
    expect(all.account).toMatchObject({ id: w.alice.accountId, name: 'alice-shop' });
    expect(all.you).toMatchObject({ email: w.alice.email, sessions: [expect.anything()] });
    expect(all.members.map(({ email, role }) => [email, role])).toEqual([
      [w.alice.email, 'owner'],
      [w.bob.email, 'viewer'],
    ]);
    expect(all.monitors.map(({ id }) => id)).toEqual([monitorId]);
    expect(all.status_pages).toMatchObject([{ slug: 'alice-shop' }]);
    expect(all.results).toHaveLength(1_300);
    expect(new Set(all.results?.map(({ checked_at }) => checked_at)).size).toBe(1_300);
    expect(all.results?.[0]).toMatchObject({ monitor_id: monitorId, status: 'down', reason: 'connect_refused' });
    expect(all.summaries).toHaveLength(700);
    expect(all.audit.filter(({ action }) => action === 'x.counted')).toHaveLength(1_100);
    expect(all.audit[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(all.incidents).toMatchObject([{ id: 'inc_x', timeline: [{ text: 'It began.' }] }]);
    expect(all.deliveries.map(({ id }) => id)).toContain('dlv_new');
    expect(all.deliveries.map(({ id }) => id)).not.toContain('dlv_old');
    expect(all.exported_at).toBe(new Date(it.clock.now()).toISOString());
  });

  test('leaves single results out when asked', async () => {
    const all = await load(`${path}?results=false`);
    expect(all).not.toHaveProperty('results');
    expect(all.summaries).toHaveLength(700);
  });

  test('gives no secret away', async () => {
    const text = JSON.stringify(await load(path));
    for (const secret of ['hunter2-secret', 'very-secret', 'whsec_', 'password_hash', '$2']) {
      expect(text).not.toContain(secret);
    }
  });

  test('is a file to keep, not to cache', async () => {
    const answer = await w.alice.browser.get(path);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="statusping-alice-shop-\d/);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect(answer.headers.get('etag')).toBeNull();
    await answer.body?.cancel();
  });

  test('is for those who run the account, and holds nothing of another', async () => {
    const member = await addMember(it, w.alice, `m${path.length}@example.com`, 'member');
    expect((await w.bob.browser.get(path)).status).toBe(403);
    expect((await member.browser.get(path)).status).toBe(403);
    const text = await (await w.mallory.browser.get(path)).text();
    for (const theirs of [w.alice.accountId, w.alice.email, monitorId, 'inc_x', 'dlv_new']) {
      expect(text).not.toContain(theirs);
    }
    await it.deps.db.write('arrange', (tx) => tx.run(sql`delete from memberships where user_id = ${member.userId}`));
  });

  test('is on record', async () => {
    await load(path);
    const rows = await it.deps.db.read.all(sql`select user_id from audit_log
      where account_id = ${w.alice.accountId} and action = 'account.exported'`);
    expect(rows).toContainEqual({ user_id: w.alice.userId });
  });
});

test('no API token takes a whole account away', async () => {
  const made = await w.alice.browser.json('POST', '/api/tokens', { name: 'all', scopes: ['read', 'write'] });
  const program = it.visitor();
  program.token = ((await made.json()) as { token: string }).token;
  expect((await program.json('GET', '/api/account/export')).status).toBe(403);
});

test('it comes in pieces of a page of rows, with a pause for others after each', async () => {
  const who = { accountId: w.alice.accountId, userId: w.alice.userId };
  let longest = 0;
  let turns = 0;
  let over = false;
  const others = () => {
    turns += 1;
    if (!over) setImmediate(others);
  };
  setImmediate(others);
  for await (const piece of exportAccount(it.deps, who, { results: true })) {
    longest = Math.max(longest, piece.split('\n').length);
  }
  over = true;
  // Each piece begins on the line that the one before has ended.
  expect(longest).toBeLessThanOrEqual(201);
  expect(turns).toBeGreaterThanOrEqual(8);
});
