import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { telling } from '../support/telling.ts';

let world: EngineWorld;
let people: ReturnType<typeof telling>;
let no: number;
beforeEach(async () => {
  world = await engineWorld();
  people = telling(world);
  no = await world.addMonitor({ threshold: 1 });
});
afterEach(() => world.close());

/** A failing check every minute; returns what people heard, each with the minute. */
async function staysDown(minutes: number): Promise<string[]> {
  const heard: string[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    world.clock.advance(MINUTE);
    await world.seen(no, DOWN);
    heard.push(...(await people.deliver()).map((message) => `${minute}: ${message}`));
  }
  return heard;
}

test('nobody is reminded unless it was asked for (R-AL-12)', async () => {
  await world.seen(no, DOWN);
  expect(await people.deliver()).toEqual(['down Shop 1']);
  expect(await staysDown(30)).toEqual([]);
});

test('reminders come at their pace, numbered for each incident, and end with it', async () => {
  await people.set(no, 'remind_every_minutes', 5);
  await world.seen(no, DOWN);
  await people.deliver();
  expect(await staysDown(11)).toEqual(['5: reminder Shop 1', '10: reminder Shop 1']);
  expect(people.heard.map(({ payload }) => payload.reminder)).toEqual([undefined, 1, 2]);
  expect(await people.story(no, 'reminded')).toEqual([
    'reminded: Reminder 1: down for 5m. The server answered 503.',
    'reminded: Reminder 2: down for 10m. The server answered 503.',
  ]);
  await world.seen(no, UP, world.clock.now() + 1_000);
  expect(await people.deliver()).toEqual(['up Shop 1']);
  world.clock.advance(MINUTE);
  await world.seen(no, DOWN);
  await people.deliver();
  await staysDown(5);
  expect(people.heard.at(-1)).toMatchObject({ event: 'reminder', payload: { reminder: 1 } });
});

test('a restart between two of them changes nothing', async () => {
  await people.set(no, 'remind_every_minutes', 5);
  await world.seen(no, DOWN);
  await people.deliver();
  expect(await staysDown(3)).toEqual([]);
  world.restart();
  expect(await staysDown(3)).toEqual(['2: reminder Shop 1']);
});

test('an acknowledged incident reminds nobody, until that is taken back', async () => {
  await people.set(no, 'remind_every_minutes', 5);
  await world.seen(no, DOWN);
  await people.deliver();
  await people.mark(no, 'acknowledged_at', world.clock.now());
  expect(await staysDown(12)).toEqual([]);
  await people.mark(no, 'acknowledged_at', null);
  expect(await staysDown(2)).toEqual(['1: reminder Shop 1']);
});

test('a snoozed incident reminds nobody before its time, then at once', async () => {
  await people.set(no, 'remind_every_minutes', 5);
  await world.seen(no, DOWN);
  await people.deliver();
  await people.mark(no, 'snoozed_until', world.clock.now() + 20 * MINUTE);
  expect(await staysDown(26)).toEqual(['20: reminder Shop 1', '25: reminder Shop 1']);
});

test('planned work reminds nobody', async () => {
  await people.set(no, 'remind_every_minutes', 5);
  await world.seen(no, DOWN);
  await people.deliver();
  const now = world.clock.now();
  await world.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into maintenance_windows (id, account_id, title, timezone, starts_at, ends_at,
        current_starts_at, current_ends_at, created_at)
      values ('mnt_1', 'acc_alice', 'Move', 'UTC', ${now}, ${now + 15 * MINUTE}, ${now}, ${now + 15 * MINUTE}, ${now})`);
    await tx.run(sql`insert into maintenance_monitors (window_id, monitor_no) values ('mnt_1', ${no})`);
  });
  expect(await staysDown(16)).toEqual(['15: reminder Shop 1']);
});

test('a monitor that keeps changing reminds nobody', async () => {
  await people.set(no, 'remind_every_minutes', 5);
  for (const verdict of [DOWN, UP, DOWN, UP, DOWN]) {
    world.clock.advance(MINUTE);
    await world.seen(no, verdict);
  }
  await people.deliver();
  expect((await world.state(no)).flapping_since).not.toBeNull();
  expect(await staysDown(20)).toEqual([]);
});
