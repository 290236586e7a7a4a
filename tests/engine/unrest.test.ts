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

async function goes(...verdicts: (typeof UP)[]): Promise<string[]> {
  const heard: string[] = [];
  for (const verdict of verdicts) {
    world.clock.advance(MINUTE);
    await world.seen(no, verdict);
    heard.push(...(await people.deliver()));
  }
  return heard;
}

async function rests(verdict: typeof UP): Promise<string[]> {
  world.clock.advance(31 * MINUTE);
  await world.seen(no, verdict);
  return people.deliver();
}

const unsettled = [DOWN, UP, DOWN, UP];

test('a channel that does not want to hear of unrest still hears that it is up in the end', async () => {
  await world.db.write('arrange', (tx) => tx.run(sql`update channels set events = '["down","up"]'`));
  expect(await goes(...unsettled)).toEqual(['down Shop 1', 'up Shop 1', 'down Shop 1']);
  expect(await rests(UP)).toEqual(['up Shop 1']);
});

test('and that it is down in the end', async () => {
  await world.db.write('arrange', (tx) => tx.run(sql`update channels set events = '["down","up"]'`));
  expect(await goes(...unsettled, DOWN)).toEqual(['down Shop 1', 'up Shop 1', 'down Shop 1']);
  expect(await rests(DOWN)).toEqual(['down Shop 1']);
  expect(await rests(DOWN)).toEqual([]);
});

test('a monitor that rests down escalates from then on, and its recovery is told', async () => {
  await people.addChannel('chn_phone');
  await people.set(no, 'escalation_id', await people.addPolicy([{ after_minutes: 10, channel_ids: ['chn_phone'] }]));
  await goes(...unsettled, DOWN);
  const due = () =>
    world.db.read.get<{ at: number | null }>(
      sql`select next_escalation_at as at from incidents where resolved_at is null`,
    );
  expect((await due()).at).toBeNull();
  await rests(DOWN);
  expect((await due()).at).toBe(world.clock.now() + 10 * MINUTE);
  expect(await goes(UP)).toEqual(['up Shop 1']);
});
