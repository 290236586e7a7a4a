import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { GRAINS, splitSpan } from '../../src/core/uptime.ts';
import { createHistory } from '../../src/engine/history.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { type Person, signUp } from '../support/world.ts';

let t: TestApp;
let clock: FakeClock;
let alice: Person;
let no: number;

beforeEach(async () => {
  clock = fakeClock(Date.parse('2026-11-21T12:00:00Z'));
  t = await testApp({ clock });
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
  const made = await alice.browser.json('POST', '/api/monitors', {
    name: 'Shop',
    type: 'http',
    target: 'https://shop.example',
    public: true,
  });
  const { id } = (await made.json()) as { id: string };
  const [row] = await t.deps.db.read.all<{ no: number }>(sql`select no from monitors where id = ${id}`);
  no = row?.no ?? 0;
});
afterEach(() => t.close());

/** Up all the time but for those minutes after each of the instants, in sums of every grain, as checks would have it. */
async function observe(from: string, outages: readonly [at: string, minutes: number][]): Promise<void> {
  const downs = outages.map(([at, minutes]) => [Date.parse(at), Date.parse(at) + minutes * MINUTE] as const);
  const spans: { from: number; to: number; down: boolean }[] = [];
  let at = Date.parse(from);
  for (const [start, end] of downs) {
    spans.push({ from: at, to: start, down: false }, { from: start, to: end, down: true });
    at = end;
  }
  spans.push({ from: at, to: clock.now(), down: false });
  await t.deps.db.write('observe', async (tx) => {
    for (const span of spans) {
      for (const grain of GRAINS) {
        for (const { slot, seconds } of splitSpan(grain, span.from / 1_000, span.to / 1_000)) {
          const [up, down] = span.down ? [0, seconds] : [seconds, 0];
          await tx.run(sql`
            insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds,
              excluded_seconds, sum_ms, max_ms, histogram)
            values (${no}, ${grain}, ${slot}, 0, 0, ${up}, ${down}, 0, 0, 0, 0, '')
            on conflict do update set up_seconds = up_seconds + excluded.up_seconds,
              down_seconds = down_seconds + excluded.down_seconds`);
        }
      }
    }
  });
}

async function outagesByDay(zone: string): Promise<Record<string, number>> {
  await t.deps.db.write('move', (tx) => tx.run(sql`update status_pages set timezone = ${zone}`));
  // Answers and closed days are remembered for a while.
  clock.advance(HOUR);
  const answer = (await (await t.visitor().get('/s/alice-shop/api')).json()) as {
    components: { days: { date: string; down_seconds: number }[] }[];
  };
  const days = answer.components[0]?.days ?? [];
  return Object.fromEntries(days.filter((day) => day.down_seconds > 0).map((day) => [day.date, day.down_seconds]));
}

test.each([
  // Midnight is at 18:30, at 18:15 and, in summer, at 13:30.
  ['Asia/Kolkata', '2026-11-18T18:20:00Z', { '2026-11-18': 600, '2026-11-19': 600 }],
  ['Asia/Kathmandu', '2026-11-18T18:05:00Z', { '2026-11-18': 600, '2026-11-19': 600 }],
  ['Australia/Adelaide', '2026-11-18T13:20:00Z', { '2026-11-18': 600, '2026-11-19': 600 }],
  // Yesterday and today are read anew each time, by a statement of their own.
  ['Asia/Kolkata', '2026-11-20T18:25:00Z', { '2026-11-20': 300, '2026-11-21': 900 }],
  ['Asia/Kolkata', '2026-11-19T18:25:00Z', { '2026-11-19': 300, '2026-11-20': 900 }],
  ['Asia/Tokyo', '2026-11-18T14:50:00Z', { '2026-11-18': 600, '2026-11-19': 600 }],
])('in %s an outage of 20 minutes over midnight is divided where the day ends', async (zone, at, days) => {
  await observe('2026-11-10T00:00:00Z', [[at, 20]]);
  expect(await outagesByDay(zone)).toEqual(days);
});

test('beyond the fortnight of five-minute sums an hour goes whole to one day, and nothing is lost', async () => {
  await observe('2026-10-01T00:00:00Z', [
    ['2026-10-10T18:20:00Z', 20],
    ['2026-11-18T18:20:00Z', 20],
  ]);
  const days = { '2026-10-10': 1_200, '2026-11-18': 600, '2026-11-19': 600 };
  expect(await outagesByDay('Asia/Kolkata')).toEqual(days);
  // The nightly clean-up takes the five minutes away; the answer stays.
  await createHistory(t.deps).run();
  expect(await outagesByDay('Asia/Kolkata')).toEqual(days);
  expect(await outagesByDay('Asia/Kathmandu')).toMatchObject({ '2026-10-11': 1_200 });
});
