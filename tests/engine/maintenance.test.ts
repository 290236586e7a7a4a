import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { releaseRecoveries } from '../../src/alerts/delivery-queries.ts';
import { unpackOutcome } from '../../src/core/outcome.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { maintenanceJob } from '../../src/engine/maintenance.ts';
import { findMonitor } from '../../src/monitors/queries.ts';
import { readUptime } from '../../src/monitors/result-queries.ts';
import { DOWN, engineWorld, type EngineWorld, UNKNOWN, UP } from '../support/engine-world.ts';

let world: EngineWorld;
let no: number;
beforeEach(async () => {
  world = await engineWorld();
  no = await world.addMonitor({ threshold: 2 });
});
afterEach(() => world.close());

interface Planned {
  from?: number;
  to?: number;
  cron?: string;
  seconds?: number;
}

/** A window over the monitor, from and to as ms from now. */
async function plan({ from = 0, to = HOUR, cron, seconds }: Planned = {}): Promise<void> {
  const now = world.clock.now();
  await world.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into maintenance_windows (id, account_id, title, timezone, starts_at, ends_at, cron,
        duration_seconds, current_starts_at, current_ends_at, created_at)
      values ('mnt_1', 'acc_alice', 'New disks', 'UTC', ${cron ? null : now + from}, ${cron ? null : now + to},
        ${cron ?? null}, ${seconds ?? null}, ${now + from}, ${now + to}, ${now})`);
    await tx.run(sql`insert into maintenance_monitors (window_id, monitor_no) values ('mnt_1', ${no})`);
  });
}

/** One result a minute. */
async function minutes(...verdicts: (typeof UP)[]): Promise<void> {
  for (const verdict of verdicts) {
    await world.seen(no, verdict);
    world.clock.advance(MINUTE);
  }
}

async function status(): Promise<string | undefined> {
  return (await findMonitor(world.db.read, 'acc_alice', 'mon_1', world.clock.now()))?.status;
}

async function uptime() {
  const sums = (await readUptime(world.db.read, [no], '24h', world.clock.now())).get(no);
  return { up: sums?.up_seconds, down: sums?.down_seconds, excluded: sums?.excluded_seconds };
}

function due() {
  return world.db.read.all<{ event: string; next_attempt_at: number }>(
    sql`select event, next_attempt_at from deliveries where state <> 'cancelled' order by rowid`,
  );
}

describe('inside a window', () => {
  test('failures are stored and marked, nothing opens, nobody is told, and the monitor shows it', async () => {
    await plan();
    await minutes(DOWN, DOWN, DOWN, DOWN);
    expect(await world.incidents()).toEqual([]);
    expect(await world.alerts()).toEqual([]);
    expect(await status()).toBe('maintenance');
    const stored = await world.db.read.all<{ outcome: number }>(sql`select outcome from results`);
    expect(stored).toHaveLength(4);
    for (const { outcome } of stored) {
      expect(unpackOutcome(outcome)).toEqual({
        status: 'down',
        reason: 'bad_status',
        statusCode: 503,
        maintenance: true,
      });
    }
  });

  test('a suspect monitor is not hurried', async () => {
    await plan();
    const before = await world.db.read.all(sql`select next_check_at from monitors`);
    await minutes(DOWN);
    expect(await world.db.read.all(sql`select next_check_at from monitors`)).toEqual(before);
  });

  test('still failing when it ends: the first failing check after it opens, from the first failure inside', async () => {
    await plan({ to: 3 * MINUTE });
    const began = world.clock.now();
    await minutes(DOWN, DOWN, DOWN);
    expect(await world.alerts()).toEqual([]);
    await minutes(DOWN);
    expect(await world.alerts()).toEqual(['down']);
    expect(await world.incidents()).toMatchObject([{ started_at: began, opened_at: began + 3 * MINUTE }]);
  });

  test('a failure outside of it is as loud as ever', async () => {
    await plan({ from: 2 * MINUTE });
    await minutes(DOWN, DOWN);
    expect(await world.alerts()).toEqual(['down']);
  });

  test('another monitor is not covered', async () => {
    await plan();
    const other = await world.addMonitor({ threshold: 1 });
    await world.seen(other, DOWN);
    expect(await world.alerts()).toEqual(['down']);
  });
});

describe('the recovery of an incident from before', () => {
  beforeEach(async () => {
    await minutes(DOWN, DOWN);
    await plan({ to: HOUR });
  });

  test('is told when the window ends', async () => {
    const end = world.clock.now() + HOUR;
    await minutes(UP);
    expect(await world.incidents()).toMatchObject([{ resolved_cause: 'recovered' }]);
    expect(await due()).toMatchObject([{ event: 'down' }, { event: 'up', next_attempt_at: end }]);
  });

  test('is told at once when the window is cut short', async () => {
    await minutes(UP);
    const now = world.clock.now();
    await world.db.write('end', (tx) =>
      tx.run(sql`update maintenance_windows set current_ends_at = ${now}, ends_at = ${now}`),
    );
    await world.db.write('let go', (tx) => releaseRecoveries(tx, [no], now));
    expect(await due()).toMatchObject([{ event: 'down' }, { event: 'up', next_attempt_at: now }]);
  });

  test('stays where it is while another window is on', async () => {
    const end = world.clock.now() + HOUR;
    await minutes(UP);
    await world.db.write('let go', (tx) => releaseRecoveries(tx, [no], world.clock.now()));
    expect(await due()).toMatchObject([{ event: 'down' }, { event: 'up', next_attempt_at: end }]);
  });
});

describe('uptime', () => {
  test('leaves the window out to the second, at both its ends', async () => {
    await plan({ from: 90 * SECOND, to: 210 * SECOND });
    await minutes(UP, UP, DOWN, DOWN, UP, UP);
    // Results at 0, 60, 120 (marked), 180 (marked), 240, 300; now is 360.
    expect(await uptime()).toEqual({ up: 90 + 120, down: 0, excluded: 150 });
  });

  test('keeps planned work apart from other gaps, in every grain', async () => {
    await plan({ from: 90 * SECOND, to: 210 * SECOND });
    await minutes(UP, UP, DOWN, DOWN, UP, UNKNOWN, UP);
    const sums = await world.db.read.all(sql`select grain, sum(excluded_seconds) as excluded,
      sum(maintenance_seconds) as planned from summaries group by grain order by grain`);
    expect(sums).toEqual([0, 1, 2].map((grain) => ({ grain, excluded: 150 + 60, planned: 150 })));
  });

  test('of the present follows from the newest result and the window that is on', async () => {
    await plan({ from: 30 * SECOND });
    await world.seen(no, UP);
    world.clock.advance(50 * SECOND);
    expect(await uptime()).toEqual({ up: 30, down: 0, excluded: 20 });
  });
});

describe('the job', () => {
  test('moves a recurring window on once its checks are settled, and ends a single one', async () => {
    const today = Math.floor(world.clock.now() / DAY) * DAY;
    const start = today + 2 * HOUR - world.clock.now();
    await plan({ cron: '0 2 * * *', seconds: 3_600, from: start, to: start + HOUR });
    world.clock.advance(start + HOUR + MINUTE);
    const run = maintenanceJob(world.deps);
    await run();
    expect(await present()).toEqual([today + 2 * HOUR]);
    world.clock.advance(2 * MINUTE);
    await run();
    expect(await present()).toEqual([today + DAY + 2 * HOUR]);
  });

  test('forgets a window that is over for good', async () => {
    await plan({ to: MINUTE });
    world.clock.advance(5 * MINUTE);
    await maintenanceJob(world.deps)();
    expect(await present()).toEqual([null]);
  });

  test('tells those who watch when a window begins and when it ends', async () => {
    await plan({ from: 10 * SECOND, to: 30 * SECOND });
    const run = maintenanceJob(world.deps);
    for (const seconds of [5, 10, 5, 15]) {
      world.clock.advance(seconds * SECOND);
      await run();
    }
    const told = world.events.filter(({ type }) => type === 'state').map(({ monitorIds }) => monitorIds);
    expect(told).toEqual([['mon_1'], ['mon_1']]);
  });

  describe('announces', () => {
    beforeEach(async () => {
      await world.db.write('arrange', async (tx) => {
        for (const id of ['pag_shows', 'pag_named', 'pag_other'])
          await tx.run(sql`insert into status_pages (id, account_id, slug, title, created_at, updated_at)
            values (${id}, 'acc_alice', ${id}, 'Alice', 0, 0)`);
        await tx.run(
          sql`insert into components (id, page_id, monitor_no, position) values ('cmp_1', 'pag_shows', ${no}, 0)`,
        );
      });
    });

    /** Page and event of each announcement, in the order they were made. */
    async function announced(): Promise<string[]> {
      const rows = await world.db.read.all<{ text: string }>(sql`
        select payload ->> '$.task.pageId' || ' ' || (payload ->> '$.task.what') as text
        from deliveries where event = 'fan' order by rowid`);
      return rows.map(({ text }) => text);
    }

    test('a begin and an end once each, on the pages that show or name it', async () => {
      await plan({ from: 10 * SECOND, to: 30 * SECOND });
      await world.db.write('arrange', (tx) =>
        tx.run(sql`insert into maintenance_pages (window_id, page_id) values ('mnt_1', 'pag_named')`),
      );
      const run = maintenanceJob(world.deps);
      await run();
      expect(await announced()).toEqual([]);
      world.clock.advance(10 * SECOND);
      await run();
      expect((await announced()).toSorted()).toEqual(['pag_named started', 'pag_shows started']);
      world.clock.advance(20 * SECOND);
      await run();
      // A process that comes up meanwhile knows nothing of the other's work.
      await maintenanceJob(world.deps)();
      world.clock.advance(20 * SECOND);
      await run();
      expect((await announced()).toSorted()).toEqual([
        'pag_named ended',
        'pag_named started',
        'pag_shows ended',
        'pag_shows started',
      ]);
    });

    test('an end that came while no process ran', async () => {
      await plan({ from: -HOUR, to: 5 * MINUTE });
      world.clock.advance(12 * MINUTE);
      await maintenanceJob(world.deps)();
      expect(await announced()).toEqual(['pag_shows ended']);
    });

    test('nothing of a private monitor', async () => {
      await plan();
      await world.db.write('arrange', (tx) => tx.run(sql`update monitors set public = 0`));
      await maintenanceJob(world.deps)();
      expect(await announced()).toEqual([]);
    });
  });

  async function present(): Promise<(number | null)[]> {
    const rows = await world.db.read.all<{ at: number | null }>(
      sql`select current_starts_at as at from maintenance_windows`,
    );
    return rows.map(({ at }) => at);
  }
});

describe('a monitor that keeps changing', () => {
  beforeEach(async () => {
    no = await world.addMonitor({ threshold: 1 });
  });

  test('is told of once, then nothing until it is calm, then where it came to rest', async () => {
    await minutes(DOWN, UP, DOWN, UP, DOWN, UP, DOWN, UP);
    expect(await world.alerts()).toEqual(['down', 'up', 'down', 'degraded']);
    expect(await world.incidents()).toHaveLength(4);
    await minutes(...Array<typeof UP>(28).fill(UP));
    expect(await world.alerts()).toHaveLength(4);
    await minutes(UP, UP);
    expect(await world.alerts()).toEqual(['down', 'up', 'down', 'degraded', 'up']);
    await minutes(DOWN, UP);
    expect((await world.alerts()).slice(5)).toEqual(['down', 'up']);
  });

  test('that comes to rest down is told down, and later its recovery', async () => {
    await minutes(DOWN, UP, DOWN, UP, DOWN, ...Array<typeof UP>(30).fill(DOWN));
    expect(await world.alerts()).toEqual(['down', 'up', 'down', 'degraded', 'down']);
    await minutes(UP);
    expect((await world.alerts()).at(-1)).toBe('up');
  });

  test('is told of each time when its flap detection is off', async () => {
    await world.db.write('arrange', (tx) => tx.run(sql`update monitors set flap_detection = 0`));
    await minutes(DOWN, UP, DOWN, UP, DOWN, UP);
    expect(await world.alerts()).toEqual(['down', 'up', 'down', 'up', 'down', 'up']);
  });

  test('keeps its count over a restart', async () => {
    await minutes(DOWN, UP, DOWN);
    world.restart();
    await minutes(UP);
    expect((await world.alerts()).at(-1)).toBe('degraded');
  });
});
