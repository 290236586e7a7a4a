import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { Phase } from '../../core/incident.ts';
import type { Kind, StoredStatus } from '../../core/monitor.ts';
import type { Reason, ResultStatus } from '../../core/verdict.ts';
import { accounts } from './accounts.ts';
import { escalation_policies } from './escalations.ts';

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
    /** While it is down: another message this often. Null is never. */
    remind_every_minutes: integer(),
    /** While that one is down, nobody is told of this one. */
    parent_no: integer().references((): AnySQLiteColumn => monitors.no, { onDelete: 'set null' }),
    escalation_id: text().references(() => escalation_policies.id, { onDelete: 'set null' }),
    public: integer({ mode: 'boolean' }).notNull(),
    tags: text({ mode: 'json' }).$type<string[]>().notNull(),
    paused_at: integer(),
    /** `person`, or `plan` when a downgrade paused it. */
    paused_by: text().$type<'person' | 'plan'>(),
    /** When the next check starts. Null while paused. */
    next_check_at: integer(),
    /** Deleted for everyone at once; its rows are purged in small batches afterwards. */
    deleted_at: integer(),
    /** Its name in the settings file it comes from, and the fields that file decides. */
    managed_key: text(),
    managed_fields: text({ mode: 'json' }).$type<string[]>(),
    created_at: integer().notNull(),
  },
  (t) => [
    uniqueIndex('monitors_managed')
      .on(t.account_id, t.managed_key)
      .where(sql`managed_key is not null and deleted_at is null`),
    index('monitors_due').on(t.next_check_at).where(sql`next_check_at is not null`),
    index('monitors_account').on(t.account_id, t.no),
    index('monitors_parent').on(t.parent_no).where(sql`parent_no is not null`),
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
  /** Times of the latest changes between good and down, epoch ms, comma-separated: what flap detection counts. */
  flips: text(),
  /** Set while the monitor is too unsettled to alert on every change (R-IN-11). */
  flapping_since: integer(),
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
    /** First kilobyte of a failing answer's body, shown to writers only (R-SS-10). */
    evidence: text(),
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
    /** Of the excluded ones, those of planned work. */
    maintenance_seconds: integer().notNull().default(0),
    /** Sum and greatest of the response times, ms. */
    sum_ms: integer().notNull(),
    max_ms: integer().notNull(),
    /** Histogram of response times, see `core/histogram.ts`. */
    histogram: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.monitor_no, t.grain, t.slot] })],
);

/** The certificate a monitor saw last, and when it was first seen: what the inventory lists. */
export const certificates = sqliteTable(
  'certificates',
  {
    monitor_no: integer()
      .primaryKey()
      .references(() => monitors.no, { onDelete: 'cascade' }),
    host: text().notNull(),
    /** SHA-256 of the certificate and of its public key, hex. */
    fingerprint: text().notNull(),
    key_fingerprint: text().notNull(),
    subject: text().notNull(),
    issuer: text().notNull(),
    sans: text({ mode: 'json' }).$type<string[]>().notNull(),
    not_before: integer().notNull(),
    not_after: integer().notNull(),
    first_seen_at: integer().notNull(),
    last_seen_at: integer().notNull(),
  },
  (t) => [index('certificates_end').on(t.not_after)],
);

/** What registries said of a domain: one question per domain and day, whoever asks. */
export const domains = sqliteTable('domains', {
  name: text().primaryKey(),
  expires_at: integer(),
  registrar: text(),
  /** The reason and sentence of a question that failed; the last good answer stays beside it. */
  error_reason: text().$type<Reason>(),
  error_message: text(),
  asked_at: integer().notNull(),
});

/** Warnings that went out: once per threshold for each certificate or domain of an account. */
export const expiry_warnings = sqliteTable(
  'expiry_warnings',
  {
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** `cert:<fingerprint>` or `domain:<name>:<expiry>`. */
    subject: text().notNull(),
    /** Days of the threshold crossed; 0 is expired, -1 a change of issuer or key. */
    threshold: integer().notNull(),
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.account_id, t.subject, t.threshold] })],
);

/** What a heartbeat monitor knows of its job; one row each. */
export const heartbeats = sqliteTable('heartbeats', {
  monitor_no: integer()
    .primaryKey()
    .references(() => monitors.no, { onDelete: 'cascade' }),
  /** The secret part of its ping address. */
  token: text().notNull().unique(),
  last_ping_at: integer(),
  last_success_at: integer(),
  last_failure_at: integer(),
  last_exit_code: integer(),
  /** Start of the run under way and its id. */
  started_at: integer(),
  run_id: text(),
  last_run_ms: integer(),
  created_at: integer().notNull(),
});

/** The log of pings, newest hundred of each monitor. */
export const heartbeat_pings = sqliteTable(
  'heartbeat_pings',
  {
    id: integer().primaryKey(),
    monitor_no: integer()
      .notNull()
      .references(() => monitors.no, { onDelete: 'cascade' }),
    at: integer().notNull(),
    kind: text().$type<'success' | 'start' | 'fail' | 'log'>().notNull(),
    exit_code: integer(),
    run_id: text(),
    run_ms: integer(),
    /** At most 10 kB of what the job sent. */
    body: text(),
    source_ip: text(),
    user_agent: text(),
  },
  (t) => [index('heartbeat_pings_monitor').on(t.monitor_no, t.at)],
);

/** Planned work: once (`starts_at`, `ends_at`) or recurring (`cron` in `timezone`, `duration_seconds`). */
export const maintenance_windows = sqliteTable(
  'maintenance_windows',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    title: text().notNull(),
    body: text(),
    timezone: text().notNull(),
    starts_at: integer(),
    ends_at: integer(),
    cron: text(),
    duration_seconds: integer(),
    /** The occurrence that is on or comes next, epoch ms; null when there is none left. Moved on by a job. */
    current_starts_at: integer(),
    current_ends_at: integer(),
    /** How often it was changed: calendars ask for it. */
    changes: integer().notNull().default(0),
    created_at: integer().notNull(),
    deleted_at: integer(),
  },
  (t) => [
    index('maintenance_account').on(t.account_id, t.created_at),
    index('maintenance_current').on(t.current_ends_at).where(sql`current_ends_at is not null`),
  ],
);

export const maintenance_monitors = sqliteTable(
  'maintenance_monitors',
  {
    window_id: text()
      .notNull()
      .references(() => maintenance_windows.id, { onDelete: 'cascade' }),
    monitor_no: integer()
      .notNull()
      .references(() => monitors.no, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.window_id, t.monitor_no] }), index('maintenance_monitors_monitor').on(t.monitor_no)],
);
