import { listListeners, type Listener } from '../alerts/audience-queries.ts';
import { findPolicy } from '../alerts/escalation-queries.ts';
import { CHANNELS } from '../channels/registry.ts';
import { type Plan, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import type { MonitorRow } from './queries.ts';

/** One channel in the list of who is told. */
interface Told {
  id: string;
  name: string;
  label: string;
  /** Why it is told, or when. */
  why: string;
  /** What keeps messages from it, or null. */
  but: string | null;
  /** What it chose to hear, when that is not everything. */
  only: string | null;
}

export interface Audience {
  /** Told as soon as it is down. */
  first: Told[];
  /** Told while nobody acknowledges, in the order of the steps. */
  later: (Told & { minutes: number })[];
  policy: { id: string; name: string } | null;
  /** Nobody would hear that it is down, at once or ever. */
  problem: string | null;
}

/** Who hears of a monitor, by which way, and whether anybody does. */
export async function audienceOf({ db }: Deps, row: MonitorRow, plan: Plan): Promise<Audience> {
  const [listeners, policy] = await Promise.all([
    listListeners(db.read, row.no),
    row.escalation_id === null ? null : findPolicy(db.read, row.account_id, row.escalation_id),
  ]);
  const first = listeners.filter(isFirst);
  const later = listeners
    .flatMap((one) => one.steps.filter((minutes) => minutes > 0).map((minutes) => ({ one, minutes })))
    .toSorted((a, b) => a.minutes - b.minutes)
    .map(({ one, minutes }) => ({ ...told(one, plan, `after ${printMinutes(minutes)}`), minutes, only: null }));
  const shown = first.map((one) => told(one, plan, reasonOf(one)));
  return {
    first: shown,
    later,
    policy: policy && { id: policy.id, name: policy.name },
    problem: problemOf(first, shown, later),
  };
}

function isFirst({ own, tags, steps }: Listener): boolean {
  return own || tags.length > 0 || steps.includes(0);
}

function told(one: Listener, plan: Plan, why: string): Told {
  const { id, name, kind } = one;
  return { id, name, label: CHANNELS[kind].label, why, but: obstacle(one, plan), only: choiceOf(one) };
}

function reasonOf({ own, tags, steps }: Listener): string {
  const ways = [
    own ? 'on this monitor' : '',
    tags.length > 0 ? `by tag ${tags.join(', ')}` : '',
    steps.includes(0) ? 'by its policy' : '',
  ];
  return ways.filter((way) => way !== '').join(', ');
}

function obstacle({ enabled, included, verified }: Listener, plan: Plan): string | null {
  if (!enabled) return 'switched off';
  if (!included) return `not part of the ${PLAN[plan].label} plan, but of ${PLAN[planFor('webhook')].label}`;
  return verified ? null : 'an address is not verified yet: its messages wait';
}

/** A channel that does not hear of failures says what it hears of instead. */
function choiceOf({ events, quiet }: Listener): string | null {
  const parts = [
    events === null || events.includes('down') ? '' : 'not of failures',
    events !== null && events.includes('down') && !events.includes('up') ? 'not of recoveries' : '',
    quiet ? 'has quiet hours' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(', ');
}

function problemOf(first: readonly Listener[], shown: readonly Told[], later: readonly Told[]): string | null {
  const hears = first.some(({ events }, i) => shown[i]?.but === null && (events === null || events.includes('down')));
  if (hears) return null;
  if (later.some(({ but }) => but === null)) {
    return 'Nobody is told at first. Only the escalation policy tells somebody, later.';
  }
  return first.length === 0
    ? 'Nobody is told when this goes down.'
    : 'Nobody is told when this goes down: no channel of it can be reached as things stand.';
}

function printMinutes(minutes: number): string {
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
