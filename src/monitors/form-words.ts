import type { AnyCheck, Needs } from '../checks/check.ts';
import { timeToAlert } from '../core/monitor.ts';
import { duration, SECOND } from '../core/time.ts';
import { HOLD_MS } from '../engine/dependencies.ts';
import { proposedName } from './settings.ts';

/** The heading over a kind's own fields. */
export const RULES_TITLE: Record<Needs | 'answer', string> = {
  answer: 'What a good answer looks like',
  heartbeat: 'When the job has to report',
  members: 'What belongs to it',
  domain: 'When to warn',
};

/** When people hear of an outage, computed from the values as they stand in the form; empty when they make no sense. */
export function toldWords({ needs }: AnyCheck, text: (name: string) => string): string {
  const told = needs === 'heartbeat' ? heartbeatSentence(text) : toldSentence(text);
  return [told, parentSentence(text)].filter(Boolean).join(' ');
}

function toldSentence(text: (name: string) => string): string | null {
  const [intervalSeconds = 0, timeoutSeconds = 0, failureThreshold = 0] = [
    'interval_seconds',
    'timeout_seconds',
    'failure_threshold',
  ].map((name) => Number(text(name)));
  if (!(intervalSeconds > 0 && timeoutSeconds > 0 && failureThreshold > 0)) return null;
  const { afterFailureMs, worstMs } = timeToAlert({ intervalSeconds, timeoutSeconds, failureThreshold });
  const worst = `at the very worst ${duration(worstMs)} after the outage began`;
  if (afterFailureMs === 0) return `You will be told with the first failed check; ${worst}.`;
  return `A failed check is looked at again within seconds. You will be told about ${duration(afterFailureMs)} after it; ${worst}.`;
}

/** The same for a job that is expected to report: its period and grace pass before anything is wrong. */
function heartbeatSentence(text: (name: string) => string): string | null {
  const [interval = 0, grace = 0] = [text('interval_seconds'), text('config.grace_seconds')].map(Number);
  if (!(interval > 0 && grace > 0)) return null;
  if (text('config.cron').trim() !== '') {
    return `You will be told about ${duration(grace * SECOND)} after a run of the schedule that sent no ping, and at once when the job reports a failure.`;
  }
  return `You will be told about ${duration((interval + grace) * SECOND)} after the last ping, and at once when the job reports a failure.`;
}

/** What a parent adds to the time until people are told. */
function parentSentence(text: (name: string) => string): string | null {
  if (text('parent_id') === '') return null;
  return `Because it depends on another monitor, that one is looked at first: up to ${duration(HOLD_MS)} more.`;
}

/** The name a monitor gets when nobody types one. */
export function proposedFor(check: AnyCheck, target: string): string {
  const parsed = check.parseTarget(target);
  return 'target' in parsed ? proposedName(check, parsed.target) : 'Taken from the address';
}

/** What is folded away, in a few words before a colon. */
export function namedFew(labels: string[]): string {
  return labels.length === 0 ? '' : `${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ' and more' : ''}: `;
}
