import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Phase } from '../../core/incident.ts';
import type { Kind, StoredStatus } from '../../core/monitor.ts';
import type { Reason, ResultStatus } from '../../core/verdict.ts';
import { accounts } from './accounts.ts';

export const monitors = sqliteTable(
  'monitors',
  {
    /** Small number for the big tables; never shown. Never reused, so late rows cannot find a new owner. */
    no: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    kind: text().$type<Kind>().notNull(),
    target: text().notNull(),
    config: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    /** Raised when target, kind or config change: results of an older one are not counted (R-IN-9). */
    config_version: integer().notNull().default(0),
    interval_seconds: integer().notNull(),
    timeout_seconds: integer().notNull(),
    retries: integer().notNull().default(0),
    failure_threshold: integer().notNull(),
    recovery_threshold: integer().notNull(),
    flap_detection: integer({ mode: 'boolean' }).notNull().default(true),
    public: integer({ mode: 'boolean' }).notNull(),
    tags: text({ mode: 'json' }).$type<string[]>().notNull(),
    paused_at: integer(),
    /** `person`, or `plan` when a downgrade paused it. */
    paused_by: text().$type<'person' | 'plan'>(),
    /** When the next check starts. Null while paused. */
    next_check_at: integer(),
    /** Deleted for everyone at once; its rows are purged in small batches afterwards. */
    deleted_at: integer(),
    created_at: integer().notNull(),
  },
  (t) => [
    index('monitors_due').on(t.next_check_at).where(sql`next_check_at is not null`),
    index('monitors_account').on(t.account_id, t.no),
    index('monitors_deleted').on(t.deleted_at).where(sql`deleted_at is not null`),
  ],
);

/** What the incident machine and the pages need of a monitor; one row each, rewritten by every check. */
export const monitor_states = sqliteTable('monitor_states', {
  monitor_no: integer()
    .primaryKey()
    .references(() => monitors.no, { onDelete: 'cascade' }),
  phase: text().$type<Phase>().notNull().default('new'),
  bad_run: integer().notNull().default(0),
  good_run: integer().notNull().default(0),
  first_bad_at: integer(),
  first_good_at: integer(),
  /** Id of the open incident. */
  incident_id: text(),
  announced: integer({ mode: 'boolean' }).notNull().default(false),
  last_reminder_at: integer(),
  last_result_at: integer(),
  last_status: text().$type<ResultStatus>(),
  last_reason: text().$type<Reason>(),
  last_message: text(),
  last_response_ms: integer(),
  /** What people see as long as results keep coming and nobody paused it; `core/monitor.ts` visibleStatus has the rest. */
  status: text().$type<StoredStatus>().notNull().default('pending'),
  /** Since when `status` is what it is. */
  status_since: integer(),
});

/**
 * Every check, clustered by monitor and time (WITHOUT ROWID, written by hand in the migration).
 * `at` is epoch **seconds**; `outcome` packs status, reason and HTTP status, see `core/outcome.ts`.
 */
export const results = sqliteTable(
  'results',
  {
    monitor_no: integer().notNull(),
    at: integer().notNull(),
    location: integer().notNull(),
    outcome: integer().notNull(),
    response_ms: integer(),
  },
  (t) => [primaryKey({ columns: [t.monitor_no, t.at, t.location] })],
);

/**
 * Phases and message of a result: three days of the good ones, the others as long as the result itself.
 * `phases` is `dns,connect,tls,first_byte,transfer` in ms, empty for a phase not reached. WITHOUT ROWID.
 */
export const result_details = sqliteTable(
  'result_details',
  {
    monitor_no: integer().notNull(),
    at: integer().notNull(),
    location: integer().notNull(),
    good: integer().notNull(),
    phases: text(),
    message: text(),
  },
  (t) => [primaryKey({ columns: [t.monitor_no, t.at, t.location] })],
);

/**
 * Sums of a slot, written in the transaction of the results they sum. `grain` is 0 for 5 minutes, 1 for hours,
 * 2 for UTC days; `slot` is the number of the slot since the epoch (`at / length`). WITHOUT ROWID.
 * Seconds, not counts, are what uptime is made of: a result stands for the time until the next one.
 */
export const summaries = sqliteTable(
  'summaries',
  {
    monitor_no: integer().notNull(),
    grain: integer().notNull(),
    slot: integer().notNull(),
    checks: integer().notNull(),
    failed: integer().notNull(),
    up_seconds: integer().notNull(),
    down_seconds: integer().notNull(),
    degraded_seconds: integer().notNull(),
    excluded_seconds: integer().notNull(),
    /** Sum and greatest of the response times, ms. */
    sum_ms: integer().notNull(),
    max_ms: integer().notNull(),
    /** Histogram of response times, see `core/histogram.ts`. */
    histogram: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.monitor_no, t.grain, t.slot] })],
);
