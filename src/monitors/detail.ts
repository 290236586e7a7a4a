import { z } from 'zod';
import { CHECKS } from '../checks/registry.ts';
import { can } from '../core/access.ts';
import { shortName } from '../core/certificate.ts';
import { visibleStatus } from '../core/monitor.ts';
import { PLAN } from '../core/plan.ts';
import { DAY, duration, iso, SECOND } from '../core/time.ts';
import { WINDOWS, type Window } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import { listIncidents, openIncidents } from '../incidents/queries.ts';
import type { Session } from '../web/env.ts';
import { incidentLasted, incidentStatus } from '../web/incident-shape.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import { audienceOf } from './audience.ts';
import { findCertificate } from './certificate-queries.ts';
import { drawChart, drawPhases, phaseTotal } from './charts.ts';
import { slotViews } from './dashboard.ts';
import { listMembers } from './group-queries.ts';
import { heartbeatView } from './heartbeat-view.ts';
import { listChildIds } from './parent-queries.ts';
import type { MonitorRow } from './queries.ts';
import { listResults, type ResultRow } from './result-queries.ts';
import {
  historyReach,
  loadHistory,
  loadLastHour,
  loadSeries,
  loadUptime,
  planForReach,
  RANGE_NAMES,
  RANGES,
  type Range,
  type Uptime,
  windowOpen,
} from './statistics.ts';

const RESULTS = 25;
const INCIDENTS = 8;
const BAR_HOURS = 72;

export const DetailQuery = z.object({
  range: z.enum(RANGE_NAMES).catch('24h'),
  before: z.string().max(100).optional().catch(undefined),
});

/** Everything the page of a monitor shows. */
export async function loadDetail(deps: Deps, session: Session, row: MonitorRow, query: z.infer<typeof DetailQuery>) {
  const now = deps.clock.now();
  const db = deps.db.read;
  const { plan } = session.account;
  const range = RANGES[query.range].length <= historyReach(plan) ? query.range : '24h';
  const before = unpackCursor(query.before, z.tuple([z.int()]))?.[0];
  const [uptime, series, history, results, incidents, open, certificate, members, audience, family] = await Promise.all(
    [
      loadUptime(db, row, plan, now),
      range === '1h' ? loadLastHour(db, row, now) : loadSeries(db, row.no, RANGES[range], now),
      loadHistory(db, row, BAR_HOURS, now),
      listResults(db, row.no, { before, sinceMs: now - PLAN[plan].retention, limit: RESULTS + 1 }),
      listIncidents(db, row.account_id, { monitorId: row.id, before: null, limit: INCIDENTS }),
      openIncidents(db, [row.no]),
      findCertificate(db, row.no),
      membersOf(deps, row, now),
      audienceOf(deps, row, plan),
      familyOf(deps, row, now),
    ],
  );
  const shown = results.slice(0, RESULTS);
  const last = results.length > RESULTS ? shown.at(-1) : undefined;
  const longest = Math.max(1, ...shown.map((result) => phaseTotal(result.phases)));
  const here = `/monitors/${row.id}`;
  const mayWrite = can(session.role, 'write');
  const ongoing = open.get(row.no);
  return {
    now,
    here,
    monitor: head(row),
    ongoing: ongoing ? { ...ongoing, lasted: incidentLasted(ongoing, now), status: incidentStatus(ongoing) } : null,
    windows: windowStats(uptime, plan, row, now),
    response: uptime.response_ms,
    range,
    ranges: RANGE_NAMES.map((name) => rangeLink(name, range, here, plan)),
    heartbeat: await heartbeatView(deps, row, mayWrite),
    chart: drawChart(series),
    bars: slotViews(history),
    barsSummary: `${row.name}, last 72 hours: ${lostIn(history)}`,
    results: shown.map((result) => resultView(result, longest, mayWrite)),
    olderHref: last ? `${here}?range=${range}&before=${packCursor([last.at / SECOND])}#results` : null,
    newestHref: before === undefined ? null : `${here}?range=${range}#results`,
    kept: duration(PLAN[plan].retention),
    incidents: incidents.map((one) => ({ ...one, lasted: incidentLasted(one, now), status: incidentStatus(one) })),
    certificate: certificate && certificateView(certificate, now),
    members,
    audience,
    ...family,
    mayWrite,
  };
}

/** The monitors of a group as they are now; null for every other kind. */
async function membersOf(deps: Deps, row: MonitorRow, now: number) {
  if (CHECKS[row.kind].needs !== 'members') return null;
  const ids = z.array(z.string()).catch([]).parse(row.config['members']);
  const found = await listMembers(deps.db.read, row.account_id, ids, now);
  return found.map((member) => ({ id: member.id, name: member.name, status: visibleStatus(member, member, now) }));
}

/** What it depends on and what depends on it, each as it is now. */
async function familyOf({ db }: Deps, row: MonitorRow, now: number) {
  const ids = await listChildIds(db.read, row.no);
  const wanted = row.parent_id === null ? ids : [row.parent_id, ...ids];
  const found = wanted.length === 0 ? [] : await listMembers(db.read, row.account_id, wanted, now);
  const all = found.map((one) => ({ id: one.id, name: one.name, status: visibleStatus(one, one, now) }));
  return {
    parent: all.find(({ id }) => id === row.parent_id) ?? null,
    children: all.filter(({ id }) => id !== row.parent_id),
  };
}

/** `daysLeft` is negative once it has ended. */
function certificateView(shown: NonNullable<Awaited<ReturnType<typeof findCertificate>>>, now: number) {
  const { host, subject, issuer, sans, not_before, not_after, fingerprint, first_seen_at } = shown;
  return {
    host,
    sans,
    not_before,
    not_after,
    first_seen_at,
    subject: shortName(subject),
    issuer: shortName(issuer),
    daysLeft: Math.floor((not_after - now) / DAY),
    fingerprint,
    fingerprintStart: fingerprint.slice(0, 17),
  };
}

function head(row: MonitorRow) {
  const { id, name, kind, target, status, tags, interval_seconds, timeout_seconds, failure_threshold } = row;
  const state = {
    since: row.paused_at ?? row.status_since,
    checkedAt: row.last_result_at,
    nextAt: row.next_check_at,
    message: row.last_message,
    suspect: row.phase === 'suspect' ? row.bad_run : 0,
    paused: row.paused_at !== null,
    pausedByPlan: row.paused_by === 'plan',
  };
  const { remind_every_minutes } = row;
  const settings = {
    tags,
    interval_seconds,
    timeout_seconds,
    failure_threshold,
    public: row.public,
    remind_every_minutes,
  };
  const href = kind === 'http' ? target : null;
  return {
    id,
    name,
    kind,
    label: CHECKS[kind].label,
    /** It reports to us: what is measured is its run, what passes between checks its period. */
    waits: CHECKS[kind].needs === 'heartbeat',
    target,
    href,
    status,
    created_at: row.created_at,
    ...settings,
    ...state,
  };
}

const LABELS: Record<Window, string> = {
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '365d': '1 year',
};

function windowStats(uptime: Uptime, plan: Session['account']['plan'], row: MonitorRow, now: number) {
  return (Object.keys(LABELS) as Window[]).map((window) => {
    const { uptime_percent, down_seconds, incidents } = uptime.windows[window];
    const young = now - row.created_at < WINDOWS[window] - DAY;
    return {
      label: LABELS[window],
      key: window,
      percent: uptime_percent,
      lost: down_seconds > 0 ? `${duration(down_seconds * SECOND)} down` : null,
      incidents,
      young,
      locked: windowOpen(window, plan) ? null : PLAN[planForReach(WINDOWS[window])].label,
    };
  });
}

function rangeLink(name: Range, present: Range, here: string, plan: Session['account']['plan']) {
  const { label, length } = RANGES[name];
  const locked = length > historyReach(plan) ? PLAN[planForReach(length)].label : null;
  return { label, href: `${here}?range=${name}#chart`, current: name === present, locked };
}

function lostIn(slots: readonly { down_seconds: number }[]): string {
  const lost = slots.reduce((sum, slot) => sum + slot.down_seconds, 0);
  return lost === 0 ? 'no downtime' : `down for ${duration(lost * SECOND)}`;
}

/**
 * `longestMs` is what the whole width of a bar of phases stands for. What a failing server wrote may hold anything, so
 * only those who may change monitors see it (R-SS-10).
 */
function resultView(result: ResultRow, longestMs: number, mayWrite: boolean) {
  const { at, status, reason, statusCode, responseMs, message, phases } = result;
  const evidence = mayWrite ? result.evidence : null;
  const parts = drawPhases(phases, longestMs);
  return { at, iso: iso(at), status, reason, statusCode, responseMs, message, parts, evidence };
}
