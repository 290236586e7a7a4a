import { setImmediate } from 'node:timers/promises';
import { keyPlace } from '../channels/key-url.ts';
import { CHANNELS } from '../channels/registry.ts';
import { CHECKS } from '../checks/registry.ts';
import type { ChannelKind } from '../core/alert.ts';
import type { Kind } from '../core/monitor.ts';
import { unpackOutcome } from '../core/outcome.ts';
import { pace } from '../core/pace.ts';
import { maskConfig } from '../core/secrets.ts';
import { DAY, iso, SECOND } from '../core/time.ts';
import { GRAINS, slotStart } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import {
  listNumbers,
  type Mark,
  readPerson,
  readResultRows,
  readSection,
  readSummaryRows,
  SECTIONS,
  START,
} from './export-queries.ts';
import { findAccount } from './queries.ts';

/** Rows read at once: a few milliseconds of work, after which others have their turn. Those of a section are wide. */
const ROWS = 200;
const WIDE_ROWS = 50;
const DELIVERIES_MS = 30 * DAY;
const GRAIN_NAMES = ['5m', '1h', '1d'] as const;

type Row = Record<string, unknown>;

/**
 * Everything of an account as one JSON document in small pieces: whatever there is, a page of rows is held at a time and
 * the event loop is let go after each. Secrets are masked as the API masks them. `results: false` leaves the single
 * checks out, which are by far the most.
 */
export async function* exportAccount(
  deps: Deps,
  who: { accountId: string; userId: string },
  { results }: { results: boolean },
): AsyncGenerator<string> {
  const account = await findAccount(deps.db.read, who.accountId);
  const { id, name, slug, plan, timezone, created_at } = account ?? {};
  const head = { exported_at: deps.clock.now(), account: { id, name, slug, plan, timezone, created_at } };
  yield JSON.stringify(readable(head)).slice(0, -1);
  yield `,"you":${JSON.stringify(readable(await readPerson(deps.db.read, who.userId)))}`;
  for (const section of SECTIONS) {
    yield `,${JSON.stringify(section.name)}:`;
    yield* list(sectionRows(deps, section, who.accountId));
  }
  yield ',"summaries":';
  yield* list(summaryRows(deps, who.accountId));
  if (results) {
    yield ',"results":';
    yield* list(resultRows(deps, who.accountId));
  }
  yield '}\n';
}

/** Pages of rows as one JSON array. */
async function* list(pages: AsyncIterable<Row[]>): AsyncGenerator<string> {
  const breathe = pace();
  let lead = '[';
  for await (const rows of pages) {
    // A thousand monitors without anything are a thousand questions too.
    if (rows.length === 0) await breathe();
    if (rows.length === 0) continue;
    yield lead + rows.map((row) => JSON.stringify(row)).join(',\n');
    lead = ',\n';
    await setImmediate();
  }
  yield lead === '[' ? '[]' : ']';
}

async function* sectionRows(deps: Deps, section: (typeof SECTIONS)[number], accountId: string) {
  const since = deps.clock.now() - DELIVERIES_MS;
  const show = SHOWN[section.name] ?? ((row: Row) => row);
  for (let mark: Mark = START; ; ) {
    const found = await readSection(deps.db.read, section, { accountId, since, mark, limit: WIDE_ROWS });
    yield found.map(([, , row]) => readable(show(row)));
    const last = found.at(-1);
    if (!last || found.length < WIDE_ROWS) return;
    mark = [last[0], last[1]];
  }
}

async function* summaryRows(deps: Deps, accountId: string) {
  for await (const { no, id } of monitorsOf(deps, accountId)) {
    for (let mark: readonly [number, number] = [-1, 0]; ; ) {
      const found = await readSummaryRows(deps.db.read, no, mark, ROWS);
      yield found.map((row) => summary(id, row));
      const [grain = 0, slot = 0] = found.at(-1) ?? [];
      if (found.length < ROWS) break;
      mark = [grain, slot];
    }
  }
}

async function* resultRows(deps: Deps, accountId: string) {
  for await (const { no, id } of monitorsOf(deps, accountId)) {
    for (let mark: readonly [number, number] = [-1, 0]; ; ) {
      const found = await readResultRows(deps.db.read, no, mark, ROWS);
      yield found.map(([at, location, outcome, ms]) => {
        const { status, reason, statusCode } = unpackOutcome(outcome);
        const time = iso(at * SECOND);
        return {
          monitor_id: id,
          checked_at: time,
          status,
          reason,
          status_code: statusCode,
          response_time_ms: ms,
          location,
        };
      });
      const [at = 0, location = 0] = found.at(-1) ?? [];
      if (found.length < ROWS) break;
      mark = [at, location];
    }
  }
}

async function* monitorsOf(deps: Deps, accountId: string) {
  for (let no = 0; ; ) {
    const found = await listNumbers(deps.db.read, accountId, no, ROWS);
    yield* found;
    no = found.at(-1)?.no ?? no;
    if (found.length < ROWS) return;
  }
}

function summary(monitorId: string, row: number[]): Row {
  const [index = 0, slot = 0, checks, failed, up, down, degraded, excluded, sum, max] = row;
  const grain = GRAINS[index] ?? 0;
  return {
    monitor_id: monitorId,
    slot: GRAIN_NAMES[grain],
    starts_at: iso(slotStart(grain, slot)),
    checks,
    failed,
    up_seconds: up,
    down_seconds: down,
    degraded_seconds: degraded,
    excluded_seconds: excluded,
    sum_response_ms: sum,
    max_response_ms: max,
  };
}

/** What of a row may be shown, where that is not all. */
const SHOWN: Record<string, (row: Row) => Row> = {
  monitors: (row) => {
    const check = CHECKS[row['type'] as Kind];
    return { ...row, config: maskConfig(check, check.readConfig(row['config'] as Row)) };
  },
  channels: (row) => ({ ...row, config: maskConfig(CHANNELS[row['kind'] as ChannelKind], row['config'] as Row) }),
  // The address of a webhook is the key to it.
  subscribers: (row) => (row['kind'] === 'email' ? row : { ...row, target: keyPlace(String(row['target'])).shown }),
};

/** Times of the database as the API spells them, however deep. */
function readable(value: unknown): Row {
  return withTimes(value) as Row;
}

function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'number' && /(^|_)(at|since)$/.test(key) ? iso(inner) : withTimes(inner),
    ]),
  );
}
