import { type Phases, judged } from '../core/verdict.ts';
import type { ResultRow } from '../monitors/result-queries.ts';
import type { IncidentRow } from './queries.ts';
import type { TimelineEntry } from './timeline.ts';

type StepKind = Exclude<TimelineEntry['kind'], 'check'>;

const TITLES: Record<StepKind, { title: string; tone: string }> = {
  first_failure: { title: 'First failed check', tone: 'tone-degraded' },
  opened: { title: 'Confirmed: incident opened', tone: 'tone-down' },
  acknowledged: { title: 'Acknowledged', tone: 'tone-accent' },
  unacknowledged: { title: 'Acknowledgement taken back', tone: 'tone-accent' },
  snoozed: { title: 'Snoozed', tone: 'tone-accent' },
  unsnoozed: { title: 'Snooze ended', tone: 'tone-accent' },
  muted: { title: 'Muted', tone: 'tone-unknown' },
  unmuted: { title: 'No longer muted', tone: 'tone-down' },
  escalated: { title: 'Escalated', tone: 'tone-down' },
  note: { title: 'Note', tone: 'tone-accent' },
  reminded: { title: 'Still down: reminder', tone: 'tone-down' },
  reason_changed: { title: 'It fails differently now', tone: 'tone-degraded' },
  resolved: { title: 'Resolved', tone: 'tone-up' },
  checks: { title: '', tone: '' },
  delivery: { title: '', tone: '' },
};

/** What a message that has not left waits for. */
const HELD: Record<string, string> = {
  verification: 'Waits until the address is confirmed.',
  quiet: 'Waits for the end of the channel’s quiet time.',
  maintenance: 'Waits for the end of the maintenance.',
  parent: 'Waits until it is known whether the parent is down too.',
};

/** A line of the timeline as the page draws it. `latest` is the newest check while the incident goes on. */
export function entryView(
  entry: TimelineEntry,
  incident: Pick<IncidentRow, 'started_at' | 'resolved_at' | 'muted_by'>,
  latest: TimelineEntry | undefined,
) {
  const { check, delivery, kind } = entry;
  const words = kind === 'check' && check ? checkTitle(check, incident, entry === latest) : TITLES[kind as StepKind];
  return {
    ...words,
    kind,
    at: entry.at,
    by: entry.by,
    text: entry.text,
    facts: check ? checkFacts(check) : [],
    evidence: check?.evidence ?? null,
    until: entry.folded?.until ?? null,
    parent: kind === 'muted' ? incident.muted_by : null,
    delivery: delivery && {
      id: delivery.id,
      state: delivery.state,
      sentAt: delivery.sent_at,
      took: delivery.sent_at === null ? null : Math.max(0, delivery.sent_at - delivery.created_at),
      attempts: delivery.attempts,
      held: delivery.sent_at === null && delivery.held_for ? HELD[delivery.held_for] : null,
      error: delivery.state === 'sent' ? null : delivery.last_error,
      answer: delivery.answer,
    },
  };
}

function checkTitle(
  check: ResultRow,
  { started_at, resolved_at }: Pick<IncidentRow, 'started_at' | 'resolved_at'>,
  isLatest: boolean,
) {
  const verdict = judged(check.status);
  if (verdict === 'unknown') return { title: 'A check without a verdict: it does not count', tone: 'tone-unknown' };
  if (verdict === 'bad' && isLatest) return { title: 'Latest check: it still fails', tone: 'tone-down' };
  if (verdict === 'bad') return { title: 'Failed again', tone: 'tone-degraded' };
  if (check.at + 999 < started_at) return { title: 'Last good check before', tone: 'tone-up' };
  if (resolved_at !== null && check.at > resolved_at) return { title: 'Still good', tone: 'tone-up' };
  return { title: 'A good check in between', tone: 'tone-degraded' };
}

function checkFacts({ statusCode, responseMs, phases, location }: ResultRow): string[] {
  const facts = [
    statusCode !== null && `HTTP ${statusCode}`,
    responseMs !== null && `${responseMs} ms`,
    phases && phaseWords(phases),
    location === 0 ? 'from this server' : `from location ${location}`,
  ];
  return facts.filter((fact): fact is string => Boolean(fact));
}

function phaseWords(phases: Phases): string {
  const parts: [string, number | null][] = [
    ['DNS', phases.dns_ms],
    ['connect', phases.connect_ms],
    ['TLS', phases.tls_ms],
    ['first byte', phases.first_byte_ms],
    ['transfer', phases.transfer_ms],
  ];
  return parts.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${ms}`])).join(' + ');
}
