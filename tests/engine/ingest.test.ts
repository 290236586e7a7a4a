import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { closeOpenIncident } from '../../src/engine/ingest.ts';
import { listResults } from '../../src/monitors/result-queries.ts';
import { DEGRADED, DOWN, type EngineWorld, engineWorld, UNKNOWN, UP } from '../support/engine-world.ts';

let world: EngineWorld;
beforeEach(async () => {
  world = await engineWorld();
});
afterEach(() => world.close());

describe('threshold', () => {
  test('the third failure in a row opens one incident that starts with the first, and queues one alert', async () => {
    const no = await world.addMonitor({ threshold: 3 });
    await world.seen(no, UP);
    world.clock.advance(MINUTE);
    const first = world.clock.now();
    await world.seen(no, { ...DOWN, message: 'Connection refused.', reason: 'connect_refused' });
    world.clock.advance(5 * SECOND);
    await world.seen(no, DOWN);
    expect(await world.incidents()).toEqual([]);
    expect((await world.state(no)).status).toBe('up');
    world.clock.advance(5 * SECOND);
    await world.seen(no, DOWN);

    const [incident, ...more] = await world.incidents();
    expect(more).toEqual([]);
    expect(incident).toMatchObject({ started_at: first, opened_at: first + 10 * SECOND, reason: 'bad_status' });
    expect(incident).toMatchObject({ message: 'The server answered 503.', resolved_at: null });
    expect(await world.alerts()).toEqual(['down']);
    expect(world.woken.outbox).toBe(1);
    expect(await world.state(no)).toMatchObject({ status: 'down', status_since: first, phase: 'down' });
    expect(await world.timeline()).toMatchObject([
      { kind: 'first_failure', text: 'Connection refused.', at: first },
      { kind: 'opened', text: 'Confirmed by 3 failed checks in a row. The server answered 503.' },
    ]);
  });

  test('two failures and a success are a blip: nothing opens, the failures stay in the history', async () => {
    const no = await world.addMonitor();
    for (const verdict of [UP, DOWN, DOWN, UP, DOWN, DOWN]) {
      await world.seen(no, verdict);
      world.clock.advance(MINUTE);
    }
    expect(await world.incidents()).toEqual([]);
    const rows = await listResults(world.db.read, no, { limit: 10 });
    expect(rows.map((row) => row.status)).toEqual(['down', 'down', 'up', 'down', 'down', 'up']);
    expect(rows[0]).toMatchObject({ reason: 'bad_status', statusCode: 503, message: 'The server answered 503.' });
    expect(rows[5]?.phases).toEqual({ dns_ms: 3, connect_ms: 9, tls_ms: null, first_byte_ms: 100, transfer_ms: 8 });
  });

  test('the first success closes it, the alert says up, and the end is that success', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    await world.seen(no, DOWN);
    world.clock.advance(3 * MINUTE);
    const back = world.clock.now();
    await world.seen(no, DEGRADED);
    expect(await world.incidents()).toMatchObject([{ resolved_at: back, resolved_cause: 'recovered' }]);
    expect(await world.alerts()).toEqual(['down', 'up']);
    expect(await world.state(no)).toMatchObject({ status: 'degraded', status_since: back, incident_id: null });
    expect((await world.timeline()).at(-1)).toMatchObject({ kind: 'resolved', text: 'Answers again after 3m.' });
  });

  test('with a recovery threshold of two, the end is the first of the two', async () => {
    const no = await world.addMonitor({ threshold: 1, recovery: 2 });
    await world.seen(no, DOWN);
    world.clock.advance(MINUTE);
    const back = world.clock.now();
    await world.seen(no, UP);
    expect((await world.state(no)).status).toBe('down');
    world.clock.advance(MINUTE);
    await world.seen(no, UP);
    expect(await world.incidents()).toMatchObject([{ resolved_at: back }]);
  });

  test('our own faults neither raise nor reset the counter (R-IN-6)', async () => {
    const no = await world.addMonitor({ threshold: 2 });
    for (const verdict of [UP, DOWN, UNKNOWN, { ...UNKNOWN, status: 'blocked' as const }]) {
      await world.seen(no, verdict);
      world.clock.advance(MINUTE);
    }
    expect(await world.incidents()).toEqual([]);
    expect((await world.state(no)).status).toBe('unknown');
    await world.seen(no, DOWN);
    expect(await world.incidents()).toHaveLength(1);
  });

  test('a suspect monitor is checked again five seconds after the start of the failed check', async () => {
    const no = await world.addMonitor({ interval: 300, due: world.clock.now() + 200 * SECOND });
    await world.seen(no, UP);
    await world.seen(no, DOWN, world.clock.now() + SECOND);
    const [row] = await world.db.read.all<{ next_check_at: number }>(sql`select next_check_at from monitors`);
    expect(row?.next_check_at).toBe(world.clock.now() + 6 * SECOND);
  });

  test('a failure that changes its face is noted once for each change', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    const refused = { ...DOWN, reason: 'connect_refused' as const, message: 'Connection refused.' };
    for (const verdict of [DOWN, DOWN, refused, refused]) {
      await world.seen(no, verdict);
      world.clock.advance(MINUTE);
    }
    const changes = (await world.timeline()).filter((line) => line.kind === 'reason_changed');
    expect(changes).toMatchObject([{ text: 'Connection refused.' }]);
  });
});

describe('restarts (R-IN-4)', () => {
  test('two failures, a restart and a third one open the incident', async () => {
    const no = await world.addMonitor({ threshold: 3 });
    for (const restart of [false, false, true]) {
      if (restart) world.restart();
      await world.seen(no, DOWN);
      world.clock.advance(10 * SECOND);
    }
    expect(await world.incidents()).toHaveLength(1);
  });

  test('open, restart, more failures: no second incident and no second alert', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    await world.seen(no, DOWN);
    world.restart();
    world.clock.advance(MINUTE);
    await world.seen(no, DOWN);
    expect(await world.incidents()).toHaveLength(1);
    expect(await world.alerts()).toEqual(['down']);
  });

  test('a state that lost its incident finds it again instead of opening another (R-IN-1)', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    await world.seen(no, DOWN);
    await world.db.write('arrange', (tx) => tx.run(sql`delete from monitor_states`));
    world.clock.advance(MINUTE);
    await world.seen(no, DOWN);
    expect(await world.incidents()).toHaveLength(1);
    world.clock.advance(MINUTE);
    await world.seen(no, UP);
    expect(await world.incidents()).toMatchObject([{ resolved_cause: 'recovered' }]);
  });
});

describe('late and double results (R-IN-5)', () => {
  test('an older result is stored and changes nothing else', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    world.clock.advance(MINUTE);
    await world.seen(no, UP);
    await world.seen(no, DOWN, world.clock.now() - 30 * SECOND);
    expect(await world.count('results')).toBe(2);
    expect(await world.incidents()).toEqual([]);
    expect(await world.state(no)).toMatchObject({ phase: 'up', last_status: 'up' });
    const [day] = await world.db.read.all(sql`select checks, failed from summaries where grain = 2`);
    expect(day).toMatchObject({ checks: 2, failed: 1 });
  });

  test('the same result twice counts once, in one batch and in two, late and new', async () => {
    const no = await world.addMonitor({ threshold: 3 });
    const at = world.clock.now();
    for (const _ of [1, 2, 3]) {
      world.ingest().submit({ monitorNo: no, configVersion: 0, at, location: 0, verdict: DOWN }, true);
    }
    await world.ingest().flush();
    await world.seen(no, DOWN, at);
    await world.seen(no, DOWN, at - 5 * SECOND);
    await world.seen(no, DOWN, at - 5 * SECOND);
    expect(await world.count('results')).toBe(2);
    expect(await world.incidents()).toEqual([]);
    expect((await world.state(no)).bad_run).toBe(1);
    const [day] = await world.db.read.all(sql`select checks from summaries where grain = 2`);
    expect(day).toMatchObject({ checks: 2 });
  });

  test('results of one batch count in the order of their own time', async () => {
    const no = await world.addMonitor({ threshold: 2 });
    const at = world.clock.now();
    const script = [
      { at: at + 2_000, verdict: UP },
      { at, verdict: DOWN },
      { at: at + 1_000, verdict: DOWN },
    ];
    for (const { at: start, verdict } of script) {
      world.ingest().submit({ monitorNo: no, configVersion: 0, at: start, location: 0, verdict }, false);
    }
    await world.ingest().flush();
    expect(await world.incidents()).toMatchObject([{ started_at: at, opened_at: at + 1_000, resolved_at: at + 2_000 }]);
    expect(await world.alerts()).toEqual(['down', 'up']);
  });

  test('after the wall clock was set back an hour, results count again at once and nothing lasts less than no time', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    await world.seen(no, UP);
    world.clock.advance(MINUTE);
    await world.seen(no, DOWN);
    world.clock.step(-3_600_000);
    await world.seen(no, UP);
    const [incident] = await world.incidents();
    expect(incident?.resolved_at).toBe(incident?.started_at);
    expect(await world.state(no)).toMatchObject({ status: 'up' });
    const negative = await world.db.read.all(
      sql`select 1 from summaries where up_seconds < 0 or down_seconds < 0 or excluded_seconds < 0`,
    );
    expect(negative).toEqual([]);
  });
});

describe('people change monitors', () => {
  async function openOne(): Promise<number> {
    const no = await world.addMonitor({ threshold: 1 });
    await world.seen(no, DOWN);
    world.clock.advance(MINUTE);
    return no;
  }

  test('a pause closes the incident without a recovery alert, and results on their way are dropped (R-IN-7)', async () => {
    const no = await openOne();
    const now = world.clock.now();
    await world.db.write('pause', async (tx) => {
      await tx.run(sql`update monitors set paused_at = ${now}, next_check_at = null where no = ${no}`);
      await closeOpenIncident(tx, { monitorNo: no, cause: 'paused', now });
    });
    await world.seen(no, UP);
    expect(await world.incidents()).toMatchObject([{ resolved_at: now, resolved_cause: 'paused' }]);
    expect(await world.alerts()).not.toContain('up');
    expect(await world.count('results')).toBe(1);

    await world.db.write('resume', (tx) => tx.run(sql`update monitors set paused_at = null where no = ${no}`));
    expect(await world.state(no)).toMatchObject({ phase: 'new', bad_run: 0, status: 'pending', last_status: null });
    world.clock.advance(30 * MINUTE);
    await world.seen(no, UP);
    expect(await world.alerts()).not.toContain('up');
    const [day] = await world.db.read.all(sql`select up_seconds, down_seconds from summaries where grain = 2`);
    expect(day).toMatchObject({ up_seconds: 0, down_seconds: 0 });
  });

  test('a change of what is checked closes it, and results of the old settings do not count (R-IN-9)', async () => {
    const no = await openOne();
    await world.db.write('change', async (tx) => {
      await tx.run(sql`update monitors set config_version = 1 where no = ${no}`);
      await closeOpenIncident(tx, { monitorNo: no, cause: 'changed', now: world.clock.now() });
    });
    await world.seen(no, DOWN, world.clock.now(), 0);
    expect(await world.incidents()).toMatchObject([{ resolved_cause: 'changed' }]);
    expect(await world.count('results')).toBe(1);
    world.clock.advance(MINUTE);
    await world.seen(no, DOWN, world.clock.now(), 1);
    expect(await world.incidents()).toMatchObject([{ resolved_cause: 'changed' }, { resolved_at: null }]);
  });

  test('a deletion closes it and takes back what was not sent (R-IN-10)', async () => {
    const no = await openOne();
    await world.db.write('delete', async (tx) => {
      await tx.run(sql`update monitors set deleted_at = ${world.clock.now()}, next_check_at = null where no = ${no}`);
      await closeOpenIncident(tx, { monitorNo: no, cause: 'deleted', now: world.clock.now() });
    });
    await world.seen(no, DOWN);
    expect(await world.incidents()).toMatchObject([{ resolved_cause: 'deleted' }]);
    expect(await world.alerts()).toEqual([]);
  });

  test('two ingests that see the same outage at the same time open one incident (R-IN-1)', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    const both = [world.ingest(), world.restart()];
    for (const [i, ingest] of both.entries()) {
      const at = world.clock.now() + i * 1_000;
      ingest.submit({ monitorNo: no, configVersion: 0, at, location: 0, verdict: DOWN }, true);
    }
    await Promise.all(both.map((ingest) => ingest.flush()));
    expect(await world.incidents()).toHaveLength(1);
    expect(await world.alerts()).toEqual(['down']);
  });
});

describe('those who watch', () => {
  test('hear of results and, only when the visible state changed, of states', async () => {
    const no = await world.addMonitor({ threshold: 2 });
    for (const verdict of [UP, DOWN, DOWN]) {
      await world.seen(no, verdict);
      world.clock.advance(MINUTE);
    }
    expect(world.events.map((event) => event.type)).toEqual(['result', 'state', 'result', 'result', 'state']);
    expect(world.events[0]).toMatchObject({ accountId: 'acc_alice', monitorIds: [`mon_${no}`] });
  });

  test('hear nothing of a transaction that failed; its results are kept and stored when the database is back', async () => {
    const no = await world.addMonitor();
    const real = { ...world.db };
    world.db.write = () => Promise.reject(Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' }));
    await world.seen(no, UP);
    expect(world.events).toEqual([]);
    expect(world.ingest().waiting()).toBe(1);
    expect(world.logged.filter((line) => line.level === 50)).toHaveLength(1);
    Object.assign(world.db, real);
    await world.ingest().flush();
    expect(world.ingest().waiting()).toBe(0);
    expect(await world.count('results')).toBe(1);
    const [hour] = await world.db.read.all(sql`select checks from summaries where grain = 1`);
    expect(hour).toMatchObject({ checks: 1 });
  });

  test('one result that cannot be stored does not hold up the others', async () => {
    const good = await world.addMonitor();
    const bad = await world.addMonitor({ threshold: 1 });
    await world.db.write('arrange', (tx) =>
      tx.run(sql`create trigger refuse before insert on incidents begin select raise(abort, 'refused'); end`),
    );
    const at = world.clock.now();
    world.ingest().submit({ monitorNo: bad, configVersion: 0, at, location: 0, verdict: DOWN }, true);
    world.ingest().submit({ monitorNo: good, configVersion: 0, at, location: 0, verdict: UP }, true);
    for (let i = 0; i < 6; i += 1) await world.ingest().flush();
    expect(world.ingest().waiting()).toBe(0);
    expect((await world.state(good)).status).toBe('up');
    expect(world.logged.some((line) => line.msg === 'a result cannot be stored, dropped')).toBe(true);
  });

  test('stop commits what still lingers', async () => {
    const no = await world.addMonitor();
    world.ingest().submit({ monitorNo: no, configVersion: 0, at: world.clock.now(), location: 0, verdict: UP }, false);
    await world.ingest().stop();
    expect(await world.count('results')).toBe(1);
  });
});
