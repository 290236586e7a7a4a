import { parseFlips, printFlips, weigh } from '../core/flap.ts';
import { type IncidentPolicy, type IncidentState, step } from '../core/incident.ts';
import { isInside } from '../core/maintenance.ts';
import { recheckSeconds, type StoredStatus, statusAfter } from '../core/monitor.ts';
import { packOutcome } from '../core/outcome.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import { countCheck, creditPlanned, creditSeconds, GRAINS, slotAt, splitSpan, spokenFor } from '../core/uptime.ts';
import { type CheckResult, cleanMessage, judged, type Verdict } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { recheckAt } from '../monitors/due-queries.ts';
import { recheckGroups } from '../monitors/group-queries.ts';
import {
  hasResult,
  type IngestRow,
  insertResults,
  type NewResult,
  readForIngest,
  replaceStates,
} from '../monitors/ingest-queries.ts';
import { toWindows } from '../monitors/window-queries.ts';
import { clearBelow } from './dependencies.ts';
import { type Expiry, recordCertificates, recordExpiry, type Shown } from './expiry.ts';
import { type Happening, recordHappening } from './incidents.ts';
import { SlotChanges, type Slots } from './slots.ts';

/** What a transaction of results did, for those who are told after its commit. */
export interface Absorbed {
  touched: { accountId: string; monitorId: string; from: StoredStatus; to: StoredStatus }[];
  /** Deliveries queued. */
  queued: number;
  /** To be called after the commit, not before. */
  keepSlots(): void;
}

/** Results whose time lies this far before a state's newest one are late; a state from the future is a set-back clock. */
const CLOCK_SLACK_MS = SECOND;

/**
 * Turns results into stored checks, summaries, states, incidents and deliveries, all in the given transaction (R-IN-3).
 * Results of paused, deleted or since changed monitors are dropped, doubles count once, late ones are only stored (R-IN-5).
 */
export async function absorb(tx: Tx, batch: readonly CheckResult[], slots: Slots, now: number): Promise<Absorbed> {
  const before = await readForIngest(tx, [...new Set(batch.map((result) => result.monitorNo))]);
  const work: Work = {
    now,
    after: new Map(),
    results: [],
    happenings: [],
    shown: [],
    ends: [],
    changes: new SlotChanges(slots),
  };
  const seen = new Set<string>();
  for (const result of batch.toSorted((a, b) => a.at - b.at)) {
    const row = work.after.get(result.monitorNo) ?? before.get(result.monitorNo);
    const key = `${result.monitorNo}:${Math.floor(result.at / SECOND)}:${result.location}`;
    if (!row || row.config_version !== result.configVersion || seen.has(key)) continue;
    seen.add(key);
    await absorbOne(tx, work, row, result);
  }
  if (work.results.length > 0) await insertResults(tx, work.results);
  await work.changes.write(tx);
  if (work.after.size > 0) await replaceStates(tx, [...work.after.values()]);
  const rechecks = rechecksOf(work);
  if (rechecks.length > 0) await recheckAt(tx, rechecks);
  let queued = 0;
  for (const happening of work.happenings) queued += await recordHappening(tx, happening);
  for (const { no } of [...work.after.values()].filter((row) => row.has_children === 1 && row.phase === 'up')) {
    queued += await clearBelow(tx, no, now);
  }
  queued += await recordCertificates(tx, work.shown, now);
  for (const end of work.ends) queued += await recordExpiry(tx, end);
  const touched = [...work.after.values()].map((row) => ({
    accountId: row.account_id,
    monitorId: row.id,
    from: before.get(row.no)?.status ?? row.status,
    to: row.status,
  }));
  await recheckGroups(
    tx,
    touched.filter(({ from, to }) => from !== to),
    now,
  );
  return { touched, queued, keepSlots: () => work.changes.keep() };
}

interface Work {
  now: number;
  after: Map<number, IngestRow>;
  results: NewResult[];
  happenings: Happening[];
  shown: Shown[];
  /** Ends of domain registrations. */
  ends: Expiry[];
  changes: SlotChanges;
}

async function absorbOne(tx: Tx, work: Work, row: IngestRow, result: CheckResult): Promise<void> {
  const { verdict, location } = result;
  const at = Math.floor(result.at / SECOND);
  const newest = row.last_result_at;
  const clockWentBack = newest !== null && newest > work.now + CLOCK_SLACK_MS;
  const late = newest !== null && !clockWentBack && at <= Math.floor(newest / SECOND);
  if (late && (await hasResult(tx, row.no, at, location))) return;
  work.results.push(stored(result, at, inMaintenance(row, result.at)));
  for (const grain of GRAINS) {
    work.changes.add(row.no, grain, slotAt(grain, result.at), (slot) =>
      countCheck(slot, verdict.status, rounded(verdict.responseTimeMs)),
    );
  }
  if (late) return;
  const { found } = verdict;
  if (found?.domain) work.ends.push(endOfDomain(row, found.domain, found.warnDays, work.now));
  if (found?.certificate) {
    work.shown.push({
      monitorNo: row.no,
      accountId: row.account_id,
      found: { ...found, certificate: found.certificate },
    });
  }
  if (!clockWentBack) creditSpan(work, row, at);
  work.after.set(row.no, advance(work, row, result));
}

function stored({ monitorNo, location, verdict }: CheckResult, at: number, maintenance: boolean): NewResult {
  return {
    monitorNo,
    at,
    location,
    outcome: packOutcome({ ...verdict, maintenance }),
    responseMs: rounded(verdict.responseTimeMs),
    good: judged(verdict.status) === 'good',
    phases: verdict.phases,
    message: sentence(verdict),
    evidence: verdict.found?.evidence ?? null,
  };
}

function endOfDomain(
  row: IngestRow,
  { name, expiresAt }: { name: string; expiresAt: number },
  warnDays: readonly number[] | undefined,
  now: number,
): Expiry {
  const subject = `domain:${name}:${expiresAt}`;
  const { account_id: accountId, no: monitorNo } = row;
  return { event: 'domain_expiring', accountId, monitorNo, subject, host: name, expiresAt, warnDays, now };
}

/** The time since the newest result belongs to that result's status, as far as it speaks for it. */
function creditSpan(work: Work, row: IngestRow, at: number): void {
  if (row.last_result_at === null || row.last_status === null) return;
  const newest = {
    ...row,
    last_result_at: row.last_result_at,
    last_status: row.last_status,
    windows: toWindows(row.windows),
  };
  for (const { status, planned, from, to } of spokenFor(newest, at)) {
    for (const grain of GRAINS) {
      for (const { slot, seconds } of splitSpan(grain, from, to)) {
        work.changes.add(row.no, grain, slot, (sums) =>
          planned ? creditPlanned(sums, seconds) : creditSeconds(sums, status, seconds),
        );
      }
    }
  }
}

function inMaintenance(row: IngestRow, at: number): boolean {
  return isInside(toWindows(row.windows), at);
}

/** The row after the machine saw the result; what happened goes to the happenings. */
function advance(work: Work, row: IngestRow, result: CheckResult): IngestRow {
  const { verdict } = result;
  const suppressed = inMaintenance(row, result.at);
  const stepped = step(stateOf(row), judged(verdict.status), result.at, policyOf(row, result.at, suppressed));
  const { events } = stepped;
  const before = { flips: parseFlips(row.flips), since: row.flapping_since };
  const seen = { at: result.at, watched: row.flap_detection === 1, suppressed };
  const { flap, state, silent, notice } = weigh(before, stepped, seen);
  const opened = events.find((event) => event.type === 'opened');
  const resolved = events.find((event) => event.type === 'resolved');
  const incidentId = opened ? newId('inc') : row.incident_id;
  const about = {
    monitorNo: row.no,
    accountId: row.account_id,
    incidentId: incidentId ?? '',
    badRun: state.badRun,
    reason: verdict.reason ?? 'internal',
    message: sentence(verdict) ?? '',
    now: work.now,
    silent,
    hasParent: row.has_parent === 1,
    notBefore: suppressed ? endOfMaintenance(row, result.at) : undefined,
  };
  for (const event of events) work.happenings.push({ ...about, event });
  if (notice) work.happenings.push({ ...about, event: { type: notice, at: result.at } });
  const newReason = verdict.status === 'down' && row.last_status === 'down' && row.last_reason !== verdict.reason;
  if (row.incident_id !== null && newReason) {
    work.happenings.push({ ...about, event: { type: 'reason_changed', at: result.at } });
  }
  const status = statusAfter(row.status, verdict.status, state.open);
  const since = opened?.startedAt ?? resolved?.endedAt ?? result.at;
  return {
    ...row,
    phase: state.phase,
    bad_run: state.badRun,
    good_run: state.goodRun,
    first_bad_at: state.firstBadAt,
    first_good_at: state.firstGoodAt,
    incident_id: state.open ? incidentId : null,
    ...(opened || resolved ? { acknowledged_at: null, snoozed_until: null, muted_by: null } : {}),
    announced: state.announced ? 1 : 0,
    last_reminder_at: state.lastReminderAt,
    last_result_at: result.at,
    last_status: verdict.status,
    last_reason: verdict.reason,
    last_message: sentence(verdict),
    last_response_ms: rounded(verdict.responseTimeMs),
    status,
    status_since: status === row.status ? row.status_since : since,
    flips: printFlips(flap.flips),
    flapping_since: flap.since,
    last_marked: suppressed ? 1 : 0,
  };
}

/** The end of the window that covers an instant; of several the last, so that nothing is told while one is on. */
function endOfMaintenance(row: IngestRow, at: number): number {
  return Math.max(...row.windows.filter(([from, to]) => from <= at && at < to).map(([, to]) => to));
}

function stateOf(row: IngestRow): IncidentState {
  return {
    phase: row.phase,
    badRun: row.bad_run,
    goodRun: row.good_run,
    firstBadAt: row.first_bad_at,
    firstGoodAt: row.first_good_at,
    open: row.incident_id !== null,
    announced: row.announced === 1,
    lastReminderAt: row.last_reminder_at,
  };
}

function policyOf(row: IngestRow, at: number, suppressed: boolean): IncidentPolicy {
  const snoozed = row.snoozed_until !== null && row.snoozed_until > at;
  const quiet = row.acknowledged_at !== null || row.muted_by !== null || snoozed;
  return {
    failureThreshold: row.failure_threshold,
    recoveryThreshold: row.recovery_threshold,
    remindEveryMs: row.remind_every_minutes === null || quiet ? null : row.remind_every_minutes * MINUTE,
    suppressed,
  };
}

/** A monitor that failed but is not down yet is looked at again soon, counted from the start of the failed check. */
function rechecksOf(work: Work): [number, number][] {
  return (
    [...work.after.values()]
      // Planned work confirms nothing, however often it is looked at.
      .filter((row) => row.phase === 'suspect' && row.last_status === 'down' && !row.last_marked)
      .map((row) => {
        const soon = (row.last_result_at ?? work.now) + recheckSeconds(row.interval_seconds) * SECOND;
        return [row.no, Math.max(work.now, soon)];
      })
  );
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.max(0, Math.round(ms));
}

function sentence(verdict: Verdict): string | null {
  return verdict.message === null ? null : cleanMessage(verdict.message);
}
