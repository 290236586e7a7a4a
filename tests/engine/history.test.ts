import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/core/time.ts';
import { closeOpenIncident } from '../../src/engine/ingest.ts';
import { createHistory } from '../../src/engine/history.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';

let world: EngineWorld;
beforeEach(async () => {
  world = await engineWorld();
});
afterEach(() => world.close());

async function setPlan(plan: string): Promise<void> {
  await world.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = ${plan}`));
}

async function oldest(table: string): Promise<number | null> {
  const row = await world.db.read.get<{ at: number | null }>(sql`select min(at) as at from ${sql.raw(table)}`);
  return row.at === null ? null : (world.clock.now() - row.at * 1_000) / DAY;
}

/** A result every six hours for the past `days`, every tenth one bad. */
async function past(no: number, days: number): Promise<void> {
  const now = world.clock.now();
  for (let i = days * 4; i >= 0; i -= 1) {
    const verdict = i % 10 === 0 ? DOWN : UP;
    world.ingest().submit({ monitorNo: no, configVersion: 0, at: now - i * 6 * HOUR, location: 0, verdict }, false);
  }
  await world.ingest().flush();
}

test.each([
  ['free', 1],
  ['pro', 90],
] as const)('results of %s go after %i days, the sums that pages need stay', async (plan, days) => {
  await setPlan(plan);
  await past(await world.addMonitor({ interval: 21_600 }), 120);
  await createHistory(world.deps).run();
  expect(await oldest('results')).toBe(days);
  const kept = await world.db.read.all<{ grain: number; age: number }>(sql`
    select grain, ${world.clock.now()} / 86400000.0 - min(slot) * (case grain when 0 then 300 when 1 then 3600 else 86400 end) / 86400.0 as age
    from summaries group by grain order by grain`);
  expect(kept.map(({ age }) => Math.round(age))).toEqual([14, 92, 92]);
});

test('details of good results go after three days, those of failures stay as long as the result', async () => {
  await past(await world.addMonitor({ interval: 21_600 }), 30);
  const history = createHistory(world.deps);
  await history.run();
  const rows = await world.db.read.all<{ good: number; n: number; age: number }>(sql`
    select good, count(*) as n, (${world.clock.now()} / 1000 - min(at)) / 86400.0 as age from result_details group by good`);
  expect(rows).toMatchObject([
    { good: 0, n: 13, age: 30 },
    { good: 1, age: 3 },
  ]);
  expect(await world.count('results')).toBe(121);
  await history.run();
  expect(await world.count('result_details')).toBe(13 + (rows[1]?.n ?? 0));
});

test('a pass takes many small transactions and leaves nothing that is due', async () => {
  const no = await world.addMonitor();
  const old = Math.floor((world.clock.now() - 400 * DAY) / 1_000);
  await world.db.write('arrange', (tx) =>
    tx.run(sql`insert into results (monitor_no, at, location, outcome)
      select ${no}, ${old} + value, 0, 0 from generate_series(1, 2500)`),
  );
  const sizes: number[] = [];
  const real = { ...world.db };
  let before = await world.count('results');
  world.db.write = async (name, change) => {
    const done = await real.write(name, change);
    const left = await world.count('results');
    sizes.push(before - left);
    before = left;
    return done;
  };
  await createHistory(world.deps).run();
  expect(await world.count('results')).toBe(0);
  expect(Math.max(...sizes)).toBe(1_000);
});

test('a deleted monitor goes with everything behind it, and nothing of another does (R-DU-11)', async () => {
  const [gone, stays] = [await world.addMonitor({ threshold: 1 }), await world.addMonitor({ threshold: 1 })];
  for (const no of [gone, stays]) {
    await world.seen(no, UP);
    world.clock.advance(60_000);
    await world.seen(no, DOWN);
  }
  await world.db.write('delete', async (tx) => {
    await tx.run(sql`update monitors set deleted_at = ${world.clock.now()} where no = ${gone}`);
    await closeOpenIncident(tx, { monitorNo: gone, cause: 'deleted', now: world.clock.now() });
  });
  await createHistory(world.deps).run();
  const left = async (table: string, column: string) =>
    (await world.db.read.all<{ no: number }>(sql.raw(`select distinct ${column} as no from ${table}`))).map(
      (r) => r.no,
    );
  expect(await left('monitors', 'no')).toEqual([stays]);
  for (const table of ['results', 'result_details', 'summaries', 'incidents', 'monitor_states', 'monitor_channels']) {
    expect(await left(table, 'monitor_no'), table).toEqual([stays]);
  }
  expect(await world.alerts()).toEqual(['down']);
});

test('sessions, tokens, limits and messages that are long over go, the others stay', async () => {
  const now = world.clock.now();
  await world.db.write('arrange', async (tx) => {
    for (const [id, ends] of [
      ['old', now - 2 * DAY],
      ['new', now + DAY],
    ] as const) {
      await tx.run(sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at)
        values (${id}, 'usr_alice', 'acc_alice', 'browser', 0, ${ends})`);
      await tx.run(sql`insert into one_time_tokens (hash, purpose, user_id, email_key, expires_at)
        values (${id}, 'reset', 'usr_alice', 'x', ${ends})`);
      await tx.run(
        sql`insert into challenges (hash, kind, data, expires_at) values (${id}, 'passkey_login', '{}', ${ends})`,
      );
      await tx.run(sql`insert into rate_limits (key, window_ends_at, count) values (${id}, ${ends}, 1)`);
    }
    for (const [id, state, created] of [
      ['old', 'sent', now - 91 * DAY],
      ['waiting', 'queued', now - 91 * DAY],
      ['new', 'sent', now],
    ] as const) {
      await tx.run(sql`insert into deliveries (id, account_id, event, dedup_key, payload, state, created_at)
        values (${id}, 'acc_alice', 'test', ${id}, '{}', ${state}, ${created})`);
    }
  });
  await createHistory(world.deps).run();
  const ids = async (query: string) =>
    (await world.db.read.all<{ id: string }>(sql.raw(query))).map((row) => row.id).toSorted();
  expect(await ids('select id from sessions')).toEqual(['new']);
  expect(await ids('select hash as id from one_time_tokens')).toEqual(['new']);
  expect(await ids('select hash as id from challenges')).toEqual(['new']);
  expect(await ids('select key as id from rate_limits')).toEqual(['new']);
  expect(await ids('select id from deliveries')).toEqual(['new', 'waiting']);
});

test('a stop ends a pass after its present step', async () => {
  const no = await world.addMonitor();
  await past(no, 1);
  await world.db.write('arrange', (tx) => tx.run(sql`update monitors set deleted_at = 1`));
  const history = createHistory(world.deps);
  history.stop();
  await history.run();
  expect(await world.count('monitors')).toBe(1);
});
