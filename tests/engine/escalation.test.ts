import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { escalationJob } from '../../src/engine/escalation.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { telling } from '../support/telling.ts';

let world: EngineWorld;
let people: ReturnType<typeof telling>;
let no: number;
let run: () => Promise<void>;
/** Alice at once, the phone after 10 minutes, Alice again and the boss after 30. */
beforeEach(async () => {
  world = await engineWorld();
  people = telling(world);
  run = escalationJob(world.deps);
  no = await world.addMonitor({ threshold: 1 });
  await people.addChannel('chn_phone');
  await people.addChannel('chn_boss');
  const policy = await people.addPolicy([
    { after_minutes: 0, channel_ids: ['chn_alice'] },
    { after_minutes: 10, channel_ids: ['chn_phone', 'chn_gone'] },
    { after_minutes: 30, channel_ids: ['chn_alice', 'chn_boss'] },
  ]);
  await people.set(no, 'escalation_id', policy);
});
afterEach(() => world.close());

/** The job each minute; returns what people heard, each with the minute. */
async function passes(minutes: number): Promise<string[]> {
  const heard: string[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    world.clock.advance(MINUTE);
    await run();
    heard.push(...(await people.deliver()).map((message) => `${minute}: ${message}`));
  }
  return heard;
}

async function goesDown(): Promise<void> {
  await world.seen(no, DOWN);
  await run();
  expect(await people.deliver()).toEqual(['down Shop 1']);
}

test('without an acknowledgement each step tells its channels: the new ones that it is down, the others again', async () => {
  await goesDown();
  expect(await passes(60)).toEqual(['10: down Shop 1>chn_phone', '30: reminder Shop 1', '30: down Shop 1>chn_boss']);
  expect(people.heard.map(({ payload }) => payload.escalation)).toEqual([
    undefined,
    { step: 2, minutes: 10 },
    { step: 3, minutes: 30 },
    { step: 3, minutes: 30 },
  ]);
  expect(await people.story(no, 'escalated')).toEqual([
    'escalated: Nobody acknowledged it for 10 minutes: step 2 of the policy tells chn_phone.',
    'escalated: Nobody acknowledged it for 30 minutes: step 3 of the policy tells Alice, chn_boss.',
  ]);
  expect(world.woken.outbox).toBe(3);
  await world.seen(no, UP);
  expect((await people.deliver()).toSorted()).toEqual(['up Shop 1', 'up Shop 1>chn_boss', 'up Shop 1>chn_phone']);
});

test('an acknowledgement stops it, taking that back lets it go on where it stood', async () => {
  await goesDown();
  expect(await passes(9)).toEqual([]);
  await people.mark(no, 'acknowledged_at', world.clock.now());
  expect(await passes(60)).toEqual([]);
  await people.mark(no, 'acknowledged_at', null);
  expect(await passes(1)).toEqual(['1: down Shop 1>chn_phone']);
});

test('a snooze puts it off', async () => {
  await goesDown();
  await people.mark(no, 'snoozed_until', world.clock.now() + 20 * MINUTE);
  expect(await passes(40)).toEqual(['20: down Shop 1>chn_phone', '30: reminder Shop 1', '30: down Shop 1>chn_boss']);
});

test('a recovery ends it', async () => {
  await goesDown();
  await world.seen(no, UP, world.clock.now() + SECOND);
  expect(await people.deliver()).toEqual(['up Shop 1']);
  expect(await passes(60)).toEqual([]);
});

test('a policy that was deleted, or a channel, escalates to nobody', async () => {
  await goesDown();
  await world.db.write('arrange', (tx) => tx.run(sql`delete from channels where id = 'chn_phone'`));
  expect(await passes(10)).toEqual([]);
  expect(await people.story(no, 'escalated')).toEqual([
    'escalated: Nobody acknowledged it for 10 minutes: step 2 of the policy has no channel left to tell.',
  ]);
  await people.set(no, 'escalation_id', null);
  expect(await passes(60)).toEqual([]);
  const left = await world.db.read.get<{ n: number }>(
    sql`select count(*) as n from incidents where next_escalation_at is not null`,
  );
  expect(left.n).toBe(0);
});

test('nobody is woken by a muted incident; once it is let go the minutes count from when people are told', async () => {
  const parent = await world.addMonitor({ threshold: 1 });
  await people.set(no, 'parent_no', parent);
  await world.seen(parent, DOWN);
  await people.deliver();
  world.clock.advance(SECOND);
  await world.seen(no, DOWN);
  expect(await passes(60)).toEqual([]);
  await world.seen(parent, UP);
  expect(await people.deliver()).toEqual(['up Shop 2']);
  expect(await passes(12)).toEqual(['1: down Shop 1', '11: down Shop 1>chn_phone']);
});

test('what failed unheard and is muted in the last moment does not escalate', async () => {
  const parent = await world.addMonitor({ threshold: 1 });
  await people.set(no, 'parent_no', parent);
  await world.seen(no, DOWN);
  world.clock.advance(10 * SECOND);
  await world.seen(parent, DOWN);
  expect(await passes(60)).toEqual(['1: down Shop 2']);
});

test('planned work wakes nobody; what is down when it ends goes on', async () => {
  await goesDown();
  const now = world.clock.now();
  await world.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into maintenance_windows (id, account_id, title, timezone, starts_at, ends_at,
        current_starts_at, current_ends_at, created_at)
      values ('mnt_1', 'acc_alice', 'Move', 'UTC', ${now}, ${now + 15 * MINUTE}, ${now}, ${now + 15 * MINUTE}, ${now})`);
    await tx.run(sql`insert into maintenance_monitors (window_id, monitor_no) values ('mnt_1', ${no})`);
  });
  expect(await passes(16)).toEqual(['15: down Shop 1>chn_phone']);
});

test('a process that was away takes what it missed, each step once', async () => {
  await goesDown();
  world.clock.advance(120 * MINUTE);
  await run();
  await run();
  await run();
  expect(await people.deliver()).toEqual(['down Shop 1>chn_phone', 'reminder Shop 1', 'down Shop 1>chn_boss']);
});
