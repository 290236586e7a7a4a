import type { Hono } from 'hono';
import { z } from 'zod';
import { findAccount } from '../accounts/queries.ts';
import { iso, SECOND, utcDate } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { listMonitorNames } from '../monitors/queries.ts';
import type { AppEnv, Session } from '../web/env.ts';
import { incidentLasted, incidentStatus } from '../web/incident-shape.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { listAddress, ListQuery, monthsUntil, timeAsked } from './list-filter.ts';
import { type IncidentRow, incidentTally, listIncidents } from './queries.ts';

const ROWS = 30;
/** Rows of the file that are read at once. */
const CSV_ROWS = 500;
const Position = z.tuple([z.int(), z.string()]);
const STATES = [
  { value: '', label: 'Any state' },
  { value: 'ongoing', label: 'Open or acknowledged' },
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'resolved', label: 'Resolved' },
];

/** `/incidents` and the same as a file: by monitor, state and time. */
export function addIncidentLists(pages: Hono<AppEnv>, deps: Deps, views: Views): void {
  pages.get('/incidents', async (c) => {
    const session = requireAbility(c, 'read');
    return views.page(c, 'incidents/index', await loadList(deps, session, ListQuery.parse(c.req.query())));
  });

  pages.get('/incidents.csv', async (c) => {
    const { account } = requireAbility(c, 'read');
    const query = ListQuery.parse(c.req.query());
    const zone = await zoneOf(deps, account.id);
    const asked = { status: query.status, monitorId: query.monitor, ...timeAsked(query, zone) };
    const now = deps.clock.now();
    c.header('Content-Type', 'text/csv; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="incidents-${utcDate(now)}.csv"`);
    return c.body(stream(csvParts(deps, account.id, asked, now)));
  });
}

async function loadList(deps: Deps, session: Session, query: ListQuery) {
  const now = deps.clock.now();
  const accountId = session.account.id;
  const { before, ...filter } = query;
  const position = unpackCursor(before, Position);
  const zone = await zoneOf(deps, accountId);
  const time = timeAsked(filter, zone);
  const asked = { status: filter.status, monitorId: filter.monitor, ...time, before: position, limit: ROWS + 1 };
  const [rows, tally, monitors] = await Promise.all([
    listIncidents(deps.db.read, accountId, asked),
    incidentTally(deps.db.read, accountId),
    listMonitorNames(deps.db.read, accountId),
  ]);
  const shown = rows.slice(0, ROWS);
  const last = rows.length > ROWS ? shown.at(-1) : undefined;
  return {
    filter,
    filtered: Object.values(filter).some((value) => value !== undefined),
    tally,
    zone,
    states: STATES.filter(({ value }) => value !== 'ongoing' || filter.status === 'ongoing'),
    months: monthsUntil(now, zone, filter.month),
    monitors,
    csv: listAddress(filter, '/incidents.csv'),
    incidents: shown.map((row) => ({ ...row, status: incidentStatus(row), lasted: incidentLasted(row, now) })),
    next: last ? listAddress({ ...filter, before: packCursor([last.started_at, last.id]) }) : null,
    first: position ? listAddress(filter) : null,
  };
}

async function zoneOf(deps: Deps, accountId: string): Promise<string> {
  return (await findAccount(deps.db.read, accountId))?.timezone ?? 'UTC';
}

const COLUMNS = [
  'id',
  'monitor_id',
  'monitor',
  'status',
  'reason',
  'details',
  'started_at',
  'resolved_at',
  'duration_seconds',
  'acknowledged_at',
];

/** The file piece by piece, so that years of incidents are never in memory at once. */
async function* csvParts(
  deps: Deps,
  accountId: string,
  asked: Omit<Parameters<typeof listIncidents>[2], 'before' | 'limit'>,
  now: number,
): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for (let before: readonly [number, string] | null = null; ; ) {
    const rows: IncidentRow[] = await listIncidents(deps.db.read, accountId, { ...asked, before, limit: CSV_ROWS });
    if (rows.length > 0) yield rows.map((row) => csvLine(cells(row, now))).join('');
    const last = rows.at(-1);
    if (!last || rows.length < CSV_ROWS) return;
    before = [last.started_at, last.id];
  }
}

function cells(row: IncidentRow, now: number): string[] {
  return [
    row.id,
    row.monitor_id,
    row.monitor_name,
    incidentStatus(row),
    row.reason,
    row.message,
    iso(row.started_at),
    iso(row.resolved_at) ?? '',
    String(Math.floor(incidentLasted(row, now) / SECOND)),
    iso(row.acknowledged_at) ?? '',
  ];
}

/** One line as RFC 4180 has it. A cell that a table program would take for a formula gets an apostrophe in front. */
function csvLine(values: readonly string[]): string {
  const line = values.map((value) => {
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${line.join(',')}\r\n`;
}

function stream(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}
