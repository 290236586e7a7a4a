import { Cron } from 'croner';
import { z } from 'zod';
import { parseCron } from '../core/cron.ts';
import { duration, iso, SECOND } from '../core/time.ts';
import { NO_PHASES, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import { isZone } from '../core/zone.ts';
import type { Check } from './check.ts';
import { noSuchSetting, optionalText, whole } from '../core/config-values.ts';

const YEAR_SECONDS = 31_536_000;

const schedule = optionalText(120).superRefine((text, ctx) => {
  const fault = text === null ? null : cronFault(text);
  if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
});

const timezone = optionalText(64)
  .transform((name) => name ?? 'UTC')
  .refine(isZone, 'There is no time zone of this name. Write for example Europe/Berlin or UTC.');

/** When a ping is due: each interval of the monitor, or at the times of `cron` in `timezone`; then `grace_seconds` pass. */
export const heartbeatConfig = z.strictObject(
  { grace_seconds: whole(1, YEAR_SECONDS, 300), cron: schedule, timezone },
  {
    error: noSuchSetting('A heartbeat'),
  },
);
export type HeartbeatConfig = z.infer<typeof heartbeatConfig>;

/** What the pings of a job have told so far. Times are epoch ms. */
export interface KnownHeartbeat {
  now: number;
  /** Period of a heartbeat without a cron expression, ms. */
  periodMs: number;
  /** Since when a first ping is waited for (made, resumed or changed); null once the monitor was judged. */
  waitingSince: number | null;
  lastSuccessAt: number | null;
  /** A failure that no success followed. */
  lastFailureAt: number | null;
  lastExitCode: number | null;
  /** Start of the run under way. */
  startedAt: number | null;
  lastRunMs: number | null;
}

export const heartbeat: Check<HeartbeatConfig, KnownHeartbeat> = {
  kind: 'heartbeat',
  longestIntervalSeconds: 86_400,
  label: 'Heartbeat of a job',
  targetField: null,
  needs: 'heartbeat',
  config: heartbeatConfig,
  fields: [
    {
      name: 'grace_seconds',
      label: 'Grace',
      type: 'number',
      unit: 'seconds',
      placeholder: '300',
      help: 'A ping may be this late, and a run may take this long after its start ping.',
    },
    {
      name: 'cron',
      label: 'Cron expression',
      type: 'text',
      placeholder: '0 3 * * *',
      help: 'When the job runs. Left empty, a ping is due once per interval.',
    },
    {
      name: 'timezone',
      label: 'Time zone of the cron expression',
      type: 'text',
      placeholder: 'UTC',
      help: 'For example Europe/Berlin.',
    },
  ],
  parseTarget: () => ({ target: '' }),
  probe: async (_target, _config, { known }) => {
    const facts = (known ?? null) as KnownHeartbeat | null;
    return { failure: null, responseTimeMs: null, phases: NO_PHASES, facts };
  },
  judge,
};

/** Why a cron expression cannot be used, with the place of the fault; null when it can. */
function cronFault(text: string): string | null {
  const read = parseCron(text);
  if ('fault' in read) return `${read.fault.message} (at character ${read.fault.position})`;
  try {
    return cronOf(text, 'UTC').nextRun() === null ? 'These times never come.' : null;
  } catch {
    return 'This cron expression is not understood.';
  }
}

function cronOf(pattern: string, zone: string): Cron {
  return new Cron(pattern, { timezone: zone, paused: true, sloppyRanges: true });
}

/** When the ping after `since` is due, grace not counted. Daylight saving follows the wall clock of the zone. */
function dueAfter(config: HeartbeatConfig, periodMs: number, since: number): number {
  if (config.cron === null) return since + periodMs;
  return cronOf(config.cron, config.timezone).nextRun(new Date(since))?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** What is waited for and until when (epoch ms): the end of a run that reported its start, or the next success. */
interface Wait {
  until: number;
  running: boolean;
}

/** A start before the deadline moves it: from then on the run has the grace to end. A late one changes nothing. */
export function waitOf(config: HeartbeatConfig, known: KnownHeartbeat): Wait {
  const grace = config.grace_seconds * SECOND;
  const since = Math.max(known.lastSuccessAt ?? 0, known.waitingSince ?? 0);
  const until = dueAfter(config, known.periodMs, since) + grace;
  const { startedAt } = known;
  if (startedAt === null || startedAt >= until) return { until, running: false };
  return { until: startedAt + grace, running: true };
}

function judge(config: HeartbeatConfig, { facts: known }: Observation<KnownHeartbeat>): Verdict {
  const say = (status: Verdict['status'], reason: Reason | null, message: string): Verdict => {
    const responseTimeMs = status === 'up' ? (known?.lastRunMs ?? null) : null;
    return { status, reason, message, responseTimeMs, statusCode: null, phases: NO_PHASES };
  };
  if (known === null) {
    return say('unknown', null, 'There is nothing to try: a heartbeat is judged by the pings it receives.');
  }
  const { now, lastSuccessAt, lastFailureAt, lastExitCode } = known;
  const wait = waitOf(config, known);
  if (lastFailureAt !== null) {
    const code = lastExitCode === null ? '' : ` with exit code ${lastExitCode}`;
    return say('down', 'heartbeat_failed', `The job reported a failure${code} at ${moment(lastFailureAt)}.`);
  }
  if (now >= wait.until) return say('down', 'heartbeat_missed', missedSentence(config, known, wait));
  // After a pause or a change the last success may be too old to vouch for anything.
  const vouched = lastSuccessAt !== null && now < waitOf(config, { ...known, waitingSince: null }).until;
  if (wait.running) return say(vouched ? 'up' : 'unknown', null, 'The job is running.');
  if (!vouched) return say('unknown', null, `Waiting for a ping until ${moment(wait.until)}.`);
  return say('up', null, `Last ping at ${moment(lastSuccessAt)}, the next one by ${moment(wait.until)}.`);
}

function missedSentence(config: HeartbeatConfig, { startedAt, lastSuccessAt }: KnownHeartbeat, wait: Wait): string {
  const grace = duration(config.grace_seconds * SECOND);
  if (wait.running && startedAt !== null) {
    return `The run that started at ${moment(startedAt)} did not report its end within ${grace}.`;
  }
  const last = lastSuccessAt === null ? 'none has ever arrived' : `the last one came at ${moment(lastSuccessAt)}`;
  return `A ping was due by ${moment(wait.until)}, ${grace} of grace included; ${last}.`;
}

/** `2026-11-21 03:00:05 UTC` */
function moment(ms: number): string {
  return Number.isFinite(ms) ? `${iso(ms).slice(0, 19).replace('T', ' ')} UTC` : 'the end of time';
}
