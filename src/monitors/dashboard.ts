import { z } from 'zod';
import { CHECKS } from '../checks/registry.ts';
import { can } from '../core/access.ts';
import { MONITOR_STATUSES, type MonitorStatus, WORST_FIRST } from '../core/monitor.ts';
import { PLAN } from '../core/plan.ts';
import { duration, iso, SECOND } from '../core/time.ts';
import { averageMs, NO_TOTALS, type Totals, uptimePercent } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import { incidentTally } from '../incidents/queries.ts';
import { actorOf, type Session } from '../web/env.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import {
  countByStatus,
  countMatching,
  hasPublicMonitor,
  listMonitorsWorstFirst,
  listTags,
  type MonitorFilter,
  type MonitorRow,
} from './queries.ts';
import { findNewestUndo } from './undo-queries.ts';
import { readUptime } from './result-queries.ts';
import { loadDaySlots, type Slot } from './statistics.ts';

/** Rows of one page: what is drawn in a blink, and more than most accounts have. */
const ROWS = 50;

/** What the address bar says of the list. */
export const DashboardQuery = z.object({
  status: z.enum(MONITOR_STATUSES).optional().catch(undefined),
  tag: z.string().max(40).optional().catch(undefined),
  q: z.string().trim().max(100).optional().catch(undefined),
  after: z.string().max(300).optional().catch(undefined),
});
type DashboardQuery = z.infer<typeof DashboardQuery>;

/** Everything the dashboard shows, from a handful of queries whatever the number of monitors. */
export async function loadDashboard(deps: Deps, session: Session, query: DashboardQuery) {
  const now = deps.clock.now();
  const db = deps.db.read;
  const accountId = session.account.id;
  const filter: MonitorFilter = { now, status: query.status, tag: query.tag || undefined, q: query.q || undefined };
  const after = unpackCursor(query.after, z.tuple([z.int(), z.string(), z.string()]));
  const mayWrite = can(actorOf(session).role, 'write');
  const [counts, found, tags, tally, shownPublicly, undo] = await Promise.all([
    countByStatus(db, accountId, now),
    listMonitorsWorstFirst(db, accountId, { ...filter, after, limit: ROWS + 1 }),
    listTags(db, accountId),
    incidentTally(db, accountId),
    hasPublicMonitor(db, accountId),
    mayWrite ? findNewestUndo(db, accountId, session.user.id, now) : null,
  ]);
  const rows = found.slice(0, ROWS);
  const last = found.length > ROWS ? rows.at(-1) : undefined;
  const numbers = rows.map((row) => row.no);
  const [uptime, slots] = await Promise.all([readUptime(db, numbers, '24h', now), loadDaySlots(db, rows, now)]);
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const limit = PLAN[session.account.plan].monitors;
  const filtered = Boolean(filter.status ?? filter.tag ?? filter.q);
  return {
    now,
    total,
    query,
    here: address({ ...query, after: undefined }),
    tags,
    filtered,
    matching: filtered ? await countMatching(db, accountId, filter) : total,
    undo,
    verdict: verdict(counts, total, rows),
    quietSince: tally.ongoing === 0 && tally.lastEndedAt !== null ? tally.lastEndedAt : null,
    counts: countLinks(counts, query),
    known: { down: counts.down ?? 0 },
    rows: rows.map((row) => rowView(row, uptime.get(row.no) ?? NO_TOTALS, slots.get(row.no) ?? [], now)),
    next: last ? address({ ...query, after: packCursor([last.rank, last.name, last.id]) }) : null,
    first: after ? address({ ...query, after: undefined }) : null,
    mayWrite,
    steps: steps(session, total, shownPublicly),
    room: Number.isFinite(limit) ? { used: total, of: limit, full: total >= limit } : null,
  };
}

/** The way from nothing to a page for customers; null once it is walked. */
function steps(session: Session, total: number, shownPublicly: boolean) {
  const all = [
    {
      done: total > 0,
      title: 'Add an address',
      text: 'A website or an API. Checks start at once.',
      href: '/monitors/new',
    },
    {
      done: session.user.email_verified,
      title: 'Confirm your e-mail',
      text: `Alerts go to ${session.user.email} once you opened the link in our mail.`,
      href: '/channels',
    },
    {
      done: shownPublicly,
      title: 'Show your customers',
      text: 'Mark a monitor as public and share the page.',
      href: `/s/${session.account.slug}`,
    },
  ];
  return all.every(({ done }) => done) ? null : all;
}

export type RowView = ReturnType<typeof rowView>;

function rowView(row: MonitorRow, day: Totals, slots: Slot[], now: number) {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind === 'http' ? null : CHECKS[row.kind].label,
    // What has no address says how it is instead.
    target: row.target === '' ? row.last_message : row.target,
    fromFile: row.managed_key !== null,
    status: row.status,
    tags: row.tags,
    public: row.public,
    paused: row.paused_at !== null,
    message: rowMessage(row, now),
    since: row.paused_at ?? row.status_since,
    checkedAt: row.last_result_at,
    uptime: uptimePercent(day),
    response: averageMs(day),
    slots: slotViews(slots),
    summary: slotSummary(row.name, day),
  };
}

/** What is wrong, in a few words, when something is; a well monitor shows its address there. */
function rowMessage(row: MonitorRow, now: number): string | null {
  if (row.status === 'down' || row.status === 'degraded') return row.last_message;
  if (row.status !== 'unknown') return null;
  if (row.last_status === 'blocked' || row.last_status === 'unknown') return row.last_message;
  return row.last_result_at === null ? 'No result so far' : `No result for ${duration(now - row.last_result_at)}`;
}

const WORDS: Record<Slot['status'], string> = {
  up: 'up',
  degraded: 'slow',
  partial: 'partly down',
  down: 'down',
  unknown: 'no data',
  maintenance: 'maintenance',
  none: 'not watched yet',
};

/** Bars as the bar partial draws them; a partly bad slot is as red as a bad one, the words tell them apart. */
export function slotViews(slots: readonly Slot[], href?: (slot: Slot) => string | undefined) {
  return slots.map((slot) => ({
    status: slot.status === 'partial' ? 'down' : slot.status,
    title: slotTitle(slot),
    href: href?.(slot),
  }));
}

function slotTitle({ at, length, status, uptime_percent, down_seconds }: Slot): string {
  const lost = down_seconds > 0 ? `, down for ${duration(down_seconds * SECOND)}` : '';
  const share = uptime_percent === null || status === 'up' ? '' : ` ${Math.floor(uptime_percent * 10) / 10}% up${lost}`;
  return `${clockTime(at)}–${clockTime(at + length)} UTC: ${share === '' ? WORDS[status] : share.trim()}`;
}

function clockTime(ms: number): string {
  return iso(ms).slice(11, 16);
}

function slotSummary(name: string, day: Totals): string {
  const percent = uptimePercent(day);
  if (percent === null) return `${name}, last 24 hours: no data yet`;
  const lost = day.down_seconds > 0 ? `, down for ${duration(day.down_seconds * SECOND)}` : '';
  return `${name}, last 24 hours: ${Math.floor(percent * 100) / 100}% up${lost}`;
}

interface Verdict {
  tone: 'up' | 'degraded' | 'down' | 'maintenance' | 'unknown';
  shape: string;
  text: string;
}

/** The one sentence of the first screen: the worst there is, by name when it is one alone. */
function verdict(counts: Partial<Record<MonitorStatus, number>>, total: number, rows: readonly MonitorRow[]): Verdict {
  const n = (status: MonitorStatus) => counts[status] ?? 0;
  const who = (status: MonitorStatus, one: string, many: string) => {
    const count = n(status);
    const name = count === 1 ? rows.find((row) => row.status === status)?.name : undefined;
    return name ? `${name} ${one}` : `${count} ${count === 1 ? `monitor ${one}` : `monitors ${many}`}`;
  };
  if (n('down') > 0) return { tone: 'down', shape: 's-down', text: who('down', 'is down', 'are down') };
  if (n('degraded') > 0) return { tone: 'degraded', shape: 's-degraded', text: who('degraded', 'is slow', 'are slow') };
  if (n('unknown') > 0) {
    return { tone: 'unknown', shape: 's-unknown', text: who('unknown', 'has no current data', 'have no current data') };
  }
  if (n('maintenance') > 0) return { tone: 'maintenance', shape: 's-maintenance', text: 'Maintenance is under way' };
  if (n('up') > 0) {
    const text = n('up') === 1 ? who('up', 'is up', '') : `All ${n('up')} monitors are up`;
    return { tone: 'up', shape: 's-up', text };
  }
  if (n('pending') > 0) return { tone: 'unknown', shape: 's-pending', text: 'Waiting for the first check' };
  const text = total === 0 ? 'Nothing is watched yet' : 'Everything is paused';
  return { tone: 'unknown', shape: 's-paused', text };
}

const COUNTED: Record<MonitorStatus, { word: string; tone: string; shape: string }> = {
  down: { word: 'down', tone: 'tone-down', shape: 's-down' },
  degraded: { word: 'degraded', tone: 'tone-degraded', shape: 's-degraded' },
  unknown: { word: 'no data', tone: 'tone-unknown', shape: 's-unknown' },
  maintenance: { word: 'in maintenance', tone: 'tone-maintenance', shape: 's-maintenance' },
  pending: { word: 'waiting', tone: 'tone-unknown', shape: 's-pending' },
  up: { word: 'up', tone: 'tone-up', shape: 's-up' },
  paused: { word: 'paused', tone: 'tone-unknown', shape: 's-paused' },
};

/** One link a state: it filters, and takes the filter off again. Up and down are there even when nobody is. */
function countLinks(counts: Partial<Record<MonitorStatus, number>>, query: DashboardQuery) {
  return WORST_FIRST.filter(
    (status) => counts[status] || status === 'up' || status === 'down' || status === query.status,
  ).map((status) => ({
    ...COUNTED[status],
    n: counts[status] ?? 0,
    current: status === query.status,
    href: address({ ...query, after: undefined, status: status === query.status ? undefined : status }),
  }));
}

function address(query: DashboardQuery): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? '/dashboard' : `/dashboard?${new URLSearchParams(given).toString()}`;
}
