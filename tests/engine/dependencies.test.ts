import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { closeOpenIncident } from '../../src/engine/ingest.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { telling } from '../support/telling.ts';

let world: EngineWorld;
let people: ReturnType<typeof telling>;
/** The router, and the shop behind it. */
let parent: number;
let child: number;
beforeEach(async () => {
  world = await engineWorld();
  people = telling(world);
  const due = world.clock.now() + 60 * MINUTE;
  parent = await world.addMonitor({ threshold: 1, due });
  child = await world.addMonitor({ threshold: 1, due });
  await people.set(child, 'parent_no', parent);
  await world.seen(parent, UP);
  await world.seen(child, UP);
  world.clock.advance(MINUTE);
});
afterEach(() => world.close());

const ROUTER = 'Shop 1';
const SHOP = 'Shop 2';
const openOf = async (no: number) => (await world.incidents()).find((one) => one.monitor_no === no && !one.resolved_at);
const mutedBy = async (no: number) =>
  (
    await world.db.read.get<{ muted_by: string | null } | undefined>(
      sql`select muted_by from incidents where monitor_no = ${no} order by rowid desc limit 1`,
    )
  )?.muted_by;
const dueOf = async (no: number) =>
  (await world.db.read.get<{ at: number }>(sql`select next_check_at as at from monitors where no = ${no}`)).at;

describe('while the parent is down', () => {
  beforeEach(async () => {
    await world.seen(parent, DOWN);
    await people.deliver();
    world.clock.advance(5 * SECOND);
    await world.seen(child, DOWN);
  });

  test('the child is recorded, nobody is told, and its timeline names the parent', async () => {
    expect(await openOf(child)).toBeDefined();
    expect(await mutedBy(child)).toBe((await openOf(parent))?.id);
    world.clock.advance(10 * MINUTE);
    expect(await people.deliver()).toEqual([]);
    expect(await people.story(child, 'muted')).toEqual([
      'muted: Nobody is told: this depends on "Shop 1", which is down.',
    ]);
  });

  test('a child that comes back first is not spoken of at all', async () => {
    world.clock.advance(MINUTE);
    await world.seen(child, UP);
    world.clock.advance(MINUTE);
    await world.seen(parent, UP);
    world.clock.advance(10 * MINUTE);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`]);
  });

  test('a child that comes back within a minute of its parent is not spoken of at all', async () => {
    world.clock.advance(20 * MINUTE);
    await world.seen(parent, UP);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`]);
    expect(await dueOf(child)).toBe(world.clock.now());
    world.clock.advance(55 * SECOND);
    await world.seen(child, UP);
    world.clock.advance(10 * MINUTE);
    expect(await people.deliver()).toEqual([]);
  });

  test('a child that stays down is told of a minute after its parent came back, and its recovery too', async () => {
    world.clock.advance(20 * MINUTE);
    await world.seen(parent, UP);
    await people.deliver();
    world.clock.advance(30 * SECOND);
    await world.seen(child, DOWN);
    expect(await people.deliver()).toEqual([]);
    world.clock.advance(30 * SECOND);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
    expect(await mutedBy(child)).toBeNull();
    expect(await people.story(child, 'unmuted')).toEqual([
      'unmuted: "Shop 1" is up again. People are told in a minute if this does not come back before.',
    ]);
    world.clock.advance(MINUTE);
    await world.seen(child, UP);
    expect(await people.deliver()).toEqual([`up ${SHOP}`]);
  });

  test('a parent that falls again within that minute mutes it again, and the next release tells', async () => {
    world.clock.advance(30 * MINUTE);
    await world.seen(parent, UP);
    world.clock.advance(20 * SECOND);
    await world.seen(parent, DOWN);
    world.clock.advance(5 * MINUTE);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`, `down ${ROUTER}`]);
    await world.seen(parent, UP);
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`, `down ${SHOP}`]);
  });

  test.each(['paused', 'deleted', 'changed'] as const)('a parent that is %s lets go of it', async (cause) => {
    const now = world.clock.now();
    await world.db.write('close', (tx) => closeOpenIncident(tx, { monitorNo: parent, cause, now }));
    expect(await people.deliver()).toEqual([]);
    expect((await people.story(child, 'unmuted'))[0]).toContain(`"Shop 1" was ${cause}.`);
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
  });

  test('a child paused while it is muted leaves nothing to tell', async () => {
    const now = world.clock.now();
    await world.db.write('close', (tx) => closeOpenIncident(tx, { monitorNo: child, cause: 'paused', now }));
    await world.seen(parent, UP);
    world.clock.advance(10 * MINUTE);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`]);
  });

  test('no reminder leaves, and after the release the first one takes its whole time', async () => {
    await people.set(child, 'remind_every_minutes', 5);
    world.clock.advance(20 * MINUTE);
    await world.seen(child, DOWN);
    expect(await people.deliver()).toEqual([]);
    await world.seen(parent, UP);
    await people.deliver();
    world.clock.advance(MINUTE);
    await world.seen(child, DOWN);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
    world.clock.advance(4 * MINUTE);
    await world.seen(child, DOWN);
    expect(await people.deliver()).toEqual([`reminder ${SHOP}`]);
  });
});

describe('a child that fails first', () => {
  test('waits for half a minute while its parent is looked at at once', async () => {
    await world.seen(child, DOWN);
    expect(await dueOf(parent)).toBe(world.clock.now());
    world.clock.advance(29 * SECOND);
    expect(await people.deliver()).toEqual([]);
    world.clock.advance(SECOND);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
  });

  test('is told of as soon as its parent was looked at and is well, with its recovery behind it', async () => {
    await world.seen(child, DOWN);
    world.clock.advance(2 * SECOND);
    await world.seen(parent, UP);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
    world.clock.advance(MINUTE);
    await world.seen(child, UP);
    expect(await people.deliver()).toEqual([`up ${SHOP}`]);
    world.clock.advance(40 * MINUTE);
    await world.seen(child, DOWN);
    world.clock.advance(3 * SECOND);
    await world.seen(child, UP);
    expect(await people.deliver()).toEqual([]);
    world.clock.advance(SECOND);
    await world.seen(parent, UP);
    expect(await people.deliver()).toEqual([`down ${SHOP}`, `up ${SHOP}`]);
  });

  test('is not cleared by an answer of its parent from before, nor while one further above was not looked at', async () => {
    const top = await world.addMonitor({ threshold: 1 });
    await people.set(parent, 'parent_no', top);
    await world.seen(child, DOWN);
    await world.seen(parent, UP, world.clock.now() - 10 * SECOND);
    expect(await people.deliver()).toEqual([]);
    world.clock.advance(SECOND);
    await world.seen(parent, UP);
    expect(await people.deliver()).toEqual([]);
    await world.seen(top, UP);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
  });

  test('is muted when its parent turns out to be down, and the parent says how many', async () => {
    const other = await world.addMonitor({ threshold: 1 });
    await people.set(other, 'parent_no', child);
    await world.seen(child, DOWN);
    await world.seen(other, DOWN);
    world.clock.advance(10 * SECOND);
    await world.seen(parent, DOWN);
    world.clock.advance(10 * MINUTE);
    expect(await people.deliver()).toEqual([`down ${ROUTER}`]);
    expect(people.heard[0]?.payload.muted).toEqual({ count: 1 });
    expect(await mutedBy(child)).toBe((await openOf(parent))?.id);
    // The one behind the child is explained by the child, which is nearer.
    expect(await mutedBy(other)).toBe((await openOf(child))?.id);
  });

  test('that people heard of already stays theirs: the parent mutes nothing they know', async () => {
    await world.seen(child, DOWN);
    world.clock.advance(30 * SECOND);
    await people.deliver();
    world.clock.advance(SECOND);
    await world.seen(parent, DOWN);
    expect(await mutedBy(child)).toBeNull();
    expect(await people.deliver()).toEqual([`down ${ROUTER}`]);
    world.clock.advance(MINUTE);
    await world.seen(parent, UP);
    await world.seen(child, UP);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`, `up ${SHOP}`]);
  });

  test('and comes back while it waits is told of: its failure was its own', async () => {
    await world.seen(child, DOWN);
    world.clock.advance(10 * SECOND);
    await world.seen(child, UP);
    world.clock.advance(MINUTE);
    expect((await people.deliver()).toSorted()).toEqual([`down ${SHOP}`, `up ${SHOP}`]);
  });

  test('does not wait for a parent that nobody checks', async () => {
    await world.db.write('arrange', (tx) =>
      tx.run(sql`update monitors set paused_at = 1, next_check_at = null where no = ${parent}`),
    );
    await world.seen(child, DOWN);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
  });
});

describe('three storeys', () => {
  test('what the top explains passes to the middle when only the top comes back', async () => {
    const low = await world.addMonitor({ threshold: 1 });
    await people.set(low, 'parent_no', child);
    await world.seen(parent, DOWN);
    await people.deliver();
    await world.seen(low, DOWN);
    await world.seen(child, DOWN);
    expect(await mutedBy(low)).toBe((await openOf(parent))?.id);
    world.clock.advance(MINUTE);
    await world.seen(parent, UP);
    expect(await mutedBy(low)).toBe((await openOf(child))?.id);
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`, `down ${SHOP}`]);
    await world.seen(child, UP);
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`up ${SHOP}`, 'down Shop 3']);
  });

  test('a loop in the data ends', async () => {
    await people.set(parent, 'parent_no', child);
    await world.seen(child, DOWN);
    await world.seen(parent, DOWN);
    await world.seen(child, UP);
    await world.seen(parent, UP);
    expect(await world.incidents()).toHaveLength(2);
  });
});

describe('an unstable child', () => {
  test("whose unrest is its parent's is not spoken of, and told of when it alone stays down", async () => {
    await world.seen(parent, DOWN);
    await people.deliver();
    for (const verdict of [DOWN, UP, DOWN, UP, DOWN]) {
      world.clock.advance(MINUTE);
      await world.seen(child, verdict);
    }
    expect((await world.state(child)).flapping_since).not.toBeNull();
    expect(await people.deliver()).toEqual([]);
    await world.seen(parent, UP);
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`up ${ROUTER}`, `down ${SHOP}`]);
  });

  test('that is found to be unstable while its alert is kept back is spoken of once', async () => {
    await world.seen(child, DOWN);
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`down ${SHOP}`]);
    for (const verdict of [UP, DOWN, UP]) {
      world.clock.advance(2 * SECOND);
      await world.seen(child, verdict);
    }
    world.clock.advance(MINUTE);
    expect(await people.deliver()).toEqual([`up ${SHOP}`, `degraded ${SHOP}`]);
    world.clock.advance(31 * MINUTE);
    await world.seen(child, UP);
    expect(await people.deliver()).toEqual([`up ${SHOP}`]);
  });

  test('that settles up without anybody having heard of it is not said to be up again', async () => {
    await world.seen(parent, DOWN);
    await people.deliver();
    for (const verdict of [DOWN, UP, DOWN, UP]) {
      world.clock.advance(MINUTE);
      await world.seen(child, verdict);
    }
    await world.seen(parent, UP);
    await people.deliver();
    world.clock.advance(31 * MINUTE);
    await world.seen(child, UP);
    expect((await world.state(child)).flapping_since).toBeNull();
    expect(await people.deliver()).toEqual([]);
  });
});
