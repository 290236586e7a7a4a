import { describe, expect, test } from 'vitest';
import { type HeartbeatConfig, heartbeat, type KnownHeartbeat, waitOf } from '../../src/checks/heartbeat.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { NO_PHASES } from '../../src/core/verdict.ts';

const at = (text: string) => Date.parse(text);
const config = (input: Record<string, unknown>): HeartbeatConfig => heartbeat.config.parse(input);
const known = (more: Partial<KnownHeartbeat>): KnownHeartbeat => ({
  now: at('2026-11-20T12:00:00Z'),
  periodMs: HOUR,
  waitingSince: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  lastExitCode: null,
  startedAt: null,
  lastRunMs: null,
  ...more,
});
const judge = (input: Record<string, unknown>, facts: KnownHeartbeat | null) =>
  heartbeat.judge(config(input), { failure: null, responseTimeMs: null, phases: NO_PHASES, facts });

/** Until when a ping is waited for after each success, when the job pings the moment it is due. */
function deadlines(cron: string, timezone: string, from: string, count: number): string[] {
  const settings = config({ cron, timezone, grace_seconds: 600 });
  const found: string[] = [];
  let last = at(from);
  for (let i = 0; i < count; i += 1) {
    const { until } = waitOf(settings, known({ lastSuccessAt: last }));
    found.push(new Date(until).toISOString().slice(5, 16));
    last = until - 10 * MINUTE;
  }
  return found;
}

describe('a cron expression follows the wall clock of its zone', () => {
  test('at 03:00 in Berlin over the change to summer time: 23 hours lie between two pings', () => {
    expect(deadlines('0 3 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 2)).toEqual(['03-29T01:10', '03-30T01:10']);
  });
  test('and over the change to winter time: 25 hours', () => {
    expect(deadlines('0 3 * * *', 'Europe/Berlin', '2026-10-24T01:00:00Z', 2)).toEqual(['10-25T02:10', '10-26T02:10']);
  });
  test('a time that the change jumps over is due right after it, not a day later', () => {
    expect(deadlines('30 2 * * *', 'Europe/Berlin', '2026-03-28T01:30:00Z', 2)).toEqual(['03-29T01:10', '03-30T00:40']);
  });
  test('a time that comes twice is due once', () => {
    expect(deadlines('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:30:00Z', 2)).toEqual(['10-25T00:40', '10-26T01:40']);
  });
  test('on weekdays a Friday ping lasts until Monday', () => {
    expect(deadlines('0 22 * * 1-5', 'UTC', '2026-11-20T22:00:00Z', 1)).toEqual(['11-23T22:10']);
  });
});

describe('what the pings say', () => {
  const now = at('2026-11-20T12:00:00Z');
  const grace = { grace_seconds: 300 };
  test.each<[string, Partial<KnownHeartbeat>, string, string | null]>([
    ['a success within its period', { lastSuccessAt: now - HOUR }, 'up', null],
    ['one millisecond before the deadline', { lastSuccessAt: now - HOUR - 5 * MINUTE + 1 }, 'up', null],
    ['the deadline itself', { lastSuccessAt: now - HOUR - 5 * MINUTE }, 'down', 'heartbeat_missed'],
    ['a failure', { lastSuccessAt: now - 2, lastFailureAt: now - 1, lastExitCode: 1 }, 'down', 'heartbeat_failed'],
    ['nothing yet', { waitingSince: now - MINUTE }, 'unknown', null],
    ['nothing for too long', { waitingSince: now - HOUR - 5 * MINUTE }, 'down', 'heartbeat_missed'],
    ['a first run under way', { waitingSince: now - HOUR, startedAt: now - MINUTE }, 'unknown', null],
    ['a run in time', { lastSuccessAt: now - HOUR, startedAt: now - MINUTE }, 'up', null],
    [
      'a run that outlasts the deadline of the ping',
      { lastSuccessAt: now - HOUR - 6 * MINUTE, startedAt: now - 4 * MINUTE },
      'up',
      null,
    ],
    ['a run over its grace', { lastSuccessAt: now - HOUR, startedAt: now - 5 * MINUTE }, 'down', 'heartbeat_missed'],
    ['a start that came too late', { lastSuccessAt: now - 2 * HOUR, startedAt: now - 1 }, 'down', 'heartbeat_missed'],
    ['resumed after a long pause', { lastSuccessAt: now - 50 * HOUR, waitingSince: now - MINUTE }, 'unknown', null],
    ['changed while all was well', { lastSuccessAt: now - MINUTE, waitingSince: now - 1 }, 'up', null],
  ])('%s', (_what, facts, status, reason) => {
    expect(judge(grace, known({ ...facts, now }))).toMatchObject({ status, reason });
  });

  test('the run time of the last success is its response time; a try before saving has nothing to say', () => {
    expect(judge(grace, known({ now, lastSuccessAt: now - 1, lastRunMs: 1_234 })).responseTimeMs).toBe(1_234);
    expect(judge(grace, null)).toMatchObject({ status: 'unknown', reason: null });
  });
});

describe('settings', () => {
  test.each([
    [{ cron: '61 * * * *' }, 'cron', /at character 1\)/],
    [{ cron: '0 3 * * mox' }, 'cron', /at character 9\)/],
    [{ cron: '0 3 * *' }, 'cron', /five fields/],
    [{ cron: '0 0 30 2 *' }, 'cron', /never come/],
    [{ cron: '0 3 * * *', timezone: 'Mars/Olympus' }, 'timezone', /time zone/],
    [{ grace_seconds: 0 }, 'grace_seconds', /whole number/],
  ])('%j is refused beside its field', (input, field, words) => {
    const parsed = heartbeat.config.safeParse(input);
    expect(parsed.error?.issues[0]?.path).toEqual([field]);
    expect(parsed.error?.issues[0]?.message).toMatch(words);
  });

  test('every expression the form takes can be computed', () => {
    for (const cron of [
      '*/15 * * * *',
      '5/10 * * * *',
      '0 9-17/2 * * MON-FRI',
      '0 0 1,15 * 0',
      '30 2 29 2 *',
      '0 0 * JAN 7',
    ]) {
      expect(
        Number.isFinite(waitOf(config({ cron }), known({ lastSuccessAt: at('2026-11-20T12:00:00Z') })).until),
      ).toBe(true);
    }
  });

  test('left out, there are five minutes of grace and no expression', () => {
    expect(config({ cron: ' ', timezone: '' })).toEqual({ grace_seconds: 300, cron: null, timezone: 'UTC' });
    expect(heartbeat.config.safeParse({ grace: 1 }).success).toBe(false);
  });
});
