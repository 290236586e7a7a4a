import type { Language } from './language.ts';
import { publicName } from './page.ts';
import type { ReportStatus } from './status-report.ts';
import { HOUR, MINUTE } from './time.ts';
import type { Reason } from './verdict.ts';
import { formats } from './words/formats.ts';
import { words } from './words/index.ts';
import { publicReason } from './words/reason.ts';

/** What fails this soon after a report was made belongs to it: a cause rarely hits one thing alone. */
const TOGETHER_MS = 10 * MINUTE;
/** What fails again this soon after the end goes on in the same report. */
export const AGAIN_MS = HOUR;
/** After this many updates a report that reopens again and again says no more by itself. */
const MOST_SAID = 6;
const LONGEST_TITLE = 120;
/** Names in a title before the rest is counted. */
const NAMED = 2;

/** A report that an incident made, as far as the decision needs it. */
export interface Made {
  resolved_at: number | null;
  created_at: number;
  updates: readonly unknown[];
  components: readonly { id: string }[];
}

/**
 * What an incident of a component becomes: part of a report that is open, the next chapter of one that just ended, a
 * new one, or nothing more where that has happened too often.
 */
export function placeFor<T extends Made>(
  made: readonly T[],
  componentId: string,
  now: number,
): { does: 'join' | 'reopen'; report: T } | { does: 'new' | 'nothing' } {
  const has = (report: T) => report.components.some(({ id }) => id === componentId);
  const open = made.filter(({ resolved_at }) => resolved_at === null);
  const joined = open.find(has) ?? open.find(({ created_at }) => now - created_at <= TOGETHER_MS);
  if (joined) return { does: 'join', report: joined };
  const ended = made.find((report) => has(report) && now - (report.resolved_at ?? 0) <= AGAIN_MS);
  if (!ended) return { does: 'new' };
  return ended.updates.length < MOST_SAID ? { does: 'reopen', report: ended } : { does: 'nothing' };
}

/** What a recovery says in a report that people have begun to write in: they end it themselves. */
export function endOf(updates: readonly { by: string | null; status: ReportStatus }[]): ReportStatus | null {
  if (updates.every(({ by }) => by === null)) return 'resolved';
  return updates.at(-1)?.status === 'monitoring' ? null : 'monitoring';
}

/** "Shop and API are down", with the names visitors know (R-SP-9). */
export function autoTitle(names: readonly string[], language: Language): string {
  const { page } = words(language);
  const plain = names.map(publicName);
  const rest = plain.length - NAMED;
  const shown = rest > 1 ? [...plain.slice(0, NAMED), page.moreNames(rest)] : plain;
  const title = page.down(formats(language, 'UTC').list(shown), plain.length).replace(/\s*[.\u3002]$/, '');
  return title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title;
}

/** First words of a report, in markdown. */
export function autoBody(name: string, reason: Reason, language: Language): string {
  const { reason: reasons, incidents } = words(language);
  return `${escaped(publicName(name))}: ${reasons[publicReason(reason)]}.\n${incidents.confirmed}`;
}

/** Last words of it. */
export function autoEnd(cause: 'recovered' | 'paused' | 'changed' | 'deleted', language: Language): string {
  const { recovered, closedPaused, closedChanged, closedDeleted } = words(language).incidents;
  return { recovered, paused: closedPaused, changed: closedChanged, deleted: closedDeleted }[cause];
}

function escaped(name: string): string {
  return name.replace(/[\\*`[\]<]/g, '\\$&');
}
