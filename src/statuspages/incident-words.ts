import type { PageWords } from '../core/words/index.ts';
import { publicReason } from '../core/words/reason.ts';
import type { IncidentFacts } from './facts.ts';

/** What an outage found by a monitor is called: never an address, a host name or the text of an error (R-SP-9). */
export function incidentTitle(one: Pick<IncidentFacts, 'componentName' | 'reason'>, words: PageWords): string {
  return words.incidents.title(one.componentName, words.reason[publicReason(one.reason)]);
}

/** What there is to say of such an outage, newest first. */
export function incidentUpdates(
  one: Pick<IncidentFacts, 'openedAt' | 'resolvedAt' | 'resolvedCause'>,
  { incidents }: PageWords,
): { status: 'open' | 'resolved'; body: string; at: number }[] {
  const opened = { status: 'open' as const, body: incidents.confirmed, at: one.openedAt };
  if (one.resolvedAt === null) return [opened];
  const said = {
    recovered: incidents.recovered,
    paused: incidents.closedPaused,
    changed: incidents.closedChanged,
    deleted: incidents.closedDeleted,
  };
  return [{ status: 'resolved', body: said[one.resolvedCause ?? 'recovered'], at: one.resolvedAt }, opened];
}
