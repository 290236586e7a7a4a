import { type AlertEntry, type AlertMessage, type AlertWords, alertWords, oneLine, utc } from './alert.ts';
import { LATE_MS } from './backoff.ts';
import { commonCause } from './common-cause.ts';
import { duration } from './time.ts';

/** An alert and when it was queued, epoch ms. */
export interface Queued {
  createdAt: number;
  alert: AlertMessage;
}

/** How many names a subject holds. */
const NAMED = 3;

/**
 * The wording of several alerts that leave as one message, in the order they were queued. What happened to one monitor
 * in one incident is one entry; every incident is named.
 */
export function groupWords(queued: readonly Queued[], now: number): AlertWords {
  const stories = [...storiesOf(queued).values()];
  const entries = stories.map((story) => entryOf(story, now)).toSorted((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone]);
  const bad = stories.filter(({ last }) => isDown(last.alert));
  const others = { up: 0, rest: 0 };
  for (const { last } of stories) if (!isDown(last.alert)) others[last.alert.event === 'up' ? 'up' : 'rest'] += 1;
  const cause = commonCause(
    bad.flatMap(({ last: { alert } }) => (alert.incident ? [{ ...alert.incident, ...alert.monitor }] : [])),
  );
  const oldest = Math.min(...queued.map(({ createdAt }) => createdAt));
  const account = oneLine(queued[0]?.alert.accountName ?? '', 120);
  const summary = summaryOf(bad.length, others.up, others.rest);
  const names = entries.slice(0, NAMED).map(({ name }) => name);
  const more = entries.length - names.length;
  return {
    tone: bad.length > 0 ? 'bad' : others.up > 0 && others.rest === 0 ? 'good' : 'neutral',
    badge: bad.length > 0 ? `${bad.length} down` : others.up > 0 ? 'Up again' : 'News',
    subject: `${summary}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    headline: `${summary}.`,
    facts: [...(cause ? [{ label: 'In common', value: cause }] : []), ...span(bad)],
    entries,
    nextStep:
      bad.length > 0
        ? 'They came close together, so they are in one message. We keep checking and write again when they are back.'
        : 'They came close together, so they are in one message.',
    linkLabel: 'Open the incidents',
    path: '/incidents',
    late:
      now - oldest > LATE_MS
        ? `This message tells of what happened since ${utc(oldest)}, ${duration(now - oldest)} ago.`
        : null,
    footer: `Sent by StatusPing because this address receives the alerts of ${account}.`,
  };
}

const WEIGHT: Record<AlertWords['tone'], number> = { bad: 0, neutral: 1, good: 2 };

interface Story {
  last: Queued;
}

/** By incident, or by what is told of none; a later alert takes the place of the earlier one. */
function storiesOf(queued: readonly Queued[]): Map<string, Story> {
  const stories = new Map<string, Story>();
  for (const one of queued) {
    const { alert } = one;
    const key = alert.incident
      ? `${alert.incident.id}:${alert.event === 'degraded' ? 'unrest' : ''}`
      : alert.expiry.subject;
    stories.set(key, { last: one });
  }
  return stories;
}

function isDown({ event }: AlertMessage): boolean {
  return event === 'down' || event === 'reminder';
}

function entryOf({ last: { alert, createdAt } }: Story, now: number): AlertEntry {
  const words = alertWords(alert, createdAt, now);
  const name = oneLine(alert.incident ? alert.monitor.name : alert.expiry.host, 120) || 'Your monitor';
  return { tone: words.tone, badge: words.badge, name, text: textOf(alert, words, now), path: words.path };
}

function textOf(alert: AlertMessage, words: AlertWords, now: number): string {
  if (!alert.incident) return words.headline;
  const { message, startedAt, resolvedAt } = alert.incident;
  const why = oneLine(message, 300);
  if (alert.event === 'up') return `Was down for ${duration((resolvedAt ?? now) - startedAt)}: ${why}`;
  return alert.event === 'degraded' ? words.headline : `${why} Since ${utc(startedAt).slice(11, 19)} UTC.`;
}

function summaryOf(down: number, up: number, rest: number): string {
  const parts = [
    down > 0 ? `${count(down, 'monitor')} ${down === 1 ? 'is' : 'are'} down` : '',
    up > 0 ? `${down > 0 ? up : count(up, 'monitor')} ${up === 1 ? 'is' : 'are'} up again` : '',
    rest > 0 ? count(rest, 'other notice') : '',
  ];
  return parts.filter(Boolean).join(', ');
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}

/** When the failures began: one instant, or the first and the last of them. */
function span(stories: readonly Story[]): { label: string; value: string }[] {
  const starts = stories.flatMap(({ last: { alert } }) => (alert.incident ? [alert.incident.startedAt] : []));
  if (starts.length === 0) return [];
  const [first, last] = [Math.min(...starts), Math.max(...starts)];
  const within = last - first >= 1_000 ? `, within ${duration(last - first)}` : '';
  return [{ label: 'Down since', value: `${utc(first)}${within}` }];
}
