import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { fc } from '../support/property.ts';
import { telling } from '../support/telling.ts';

/** A result of one of the monitors, so many seconds after the one before it. */
interface Seen {
  monitor: number;
  up: boolean;
  after: number;
}

const seen = fc.record({
  monitor: fc.integer({ min: 0, max: 3 }),
  up: fc.boolean(),
  // Around the half minute of the hold and the minute of the release, and long enough for neither.
  after: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 200, max: 2_000 })),
});

/** The parents of each: a chain of three, and a fourth that depends on the first as well. */
const PARENTS = [null, 0, 1, 0];

async function openNow(world: EngineWorld): Promise<boolean[]> {
  const rows = await world.db.read.all<{ no: number }>(
    sql`select monitor_no as no from incidents where resolved_at is null`,
  );
  return PARENTS.map((_, i) => rows.some(({ no }) => no === i + 1));
}

/** Whether something above it is down. */
function isExplained(monitor: number, open: readonly boolean[]): boolean {
  const parent = PARENTS[monitor] ?? null;
  return parent !== null && ((open[parent] ?? false) || isExplained(parent, open));
}

async function play(story: readonly Seen[], flapDetection: boolean): Promise<void> {
  const world = await engineWorld();
  const people = telling(world);
  try {
    for (const _ of PARENTS) await world.addMonitor({ threshold: 1 });
    for (const [i, parent] of PARENTS.entries()) if (parent !== null) await people.set(i + 1, 'parent_no', parent + 1);
    await world.db.write('arrange', (tx) => tx.run(sql`update monitors set flap_detection = ${flapDetection ? 1 : 0}`));
    /** The last word about each monitor, and how many words of each kind an incident got. */
    const last: (string | undefined)[] = PARENTS.map(() => undefined);
    const hear = async () => {
      const open = await openNow(world);
      const from = people.heard.length;
      await people.deliver();
      for (const { event, monitor } of people.heard.slice(from)) {
        const i = Number(monitor.split(' ')[1]) - 1;
        // A recovery may come whenever it likes, a failure only when nothing above explains it.
        if (event !== 'up') expect(isExplained(i, open), `${event} of ${monitor} while its parent is down`).toBe(false);
        if (event === 'up') expect(last[i], `${monitor} is up again, of which nobody knew it was down`).toBeDefined();
        last[i] = event;
      }
    };
    const now = PARENTS.map(() => true);
    const pass = async (ms: number) => {
      const until = world.clock.now() + ms;
      while (world.clock.now() < until) {
        const next = await world.db.read.get<{ at: number | null }>(
          sql`select min(next_attempt_at) as at from deliveries where state = 'queued'`,
        );
        const due = Math.max(world.clock.now(), Math.min(next.at ?? until, until));
        world.clock.advance(due - world.clock.now());
        await hear();
      }
    };
    for (const { monitor, up, after } of story) {
      await pass(after * SECOND);
      now[monitor] = up;
      await world.seen(monitor + 1, up ? UP : DOWN);
    }
    // In the end everything stays as it is, for as long as an unstable monitor needs to be believed.
    for (let round = 0; round < (flapDetection ? 8 : 2); round += 1) {
      for (const [i, up] of now.entries()) {
        await pass(SECOND);
        await world.seen(i + 1, up ? UP : DOWN);
      }
      await pass(5 * MINUTE);
    }
    const open = await openNow(world);
    expect(open).toEqual(now.map((up) => !up));
    for (const [i, down] of open.entries()) {
      if (down && !isExplained(i, open)) expect(last[i], `the last word of Shop ${i + 1}`).toBe('down');
      if (!down) expect(['up', undefined], `the last word of Shop ${i + 1}`).toContain(last[i]);
    }
    if (!flapDetection) {
      const twice = await world.db.read.all(sql`select incident_id, event from deliveries where state = 'sent'
        group by incident_id, event having count(*) > 1`);
      expect(twice).toEqual([]);
    }
  } finally {
    await world.close();
  }
}

test.each([
  ['each change is told', false],
  ['unrest is told once', true],
])(
  'whatever happens in whatever order, no alert behind a parent that is down, and the last word is true: %s',
  async (_, flap) => {
    await fc.assert(
      fc.asyncProperty(fc.array(seen, { minLength: 2, maxLength: 24 }), (story) => play(story, flap)),
      { numRuns: 25 },
    );
  },
  600_000,
);
