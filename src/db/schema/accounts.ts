import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Role } from '../../core/access.ts';
import type { Plan } from '../../core/plan.ts';

// All times are epoch milliseconds unless the name ends in another unit.

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  email: text().notNull(),
  /** Trimmed and lower-cased: what uniqueness means. */
  email_key: text().notNull().unique(),
  name: text(),
  password_hash: text().notNull(),
  email_verified_at: integer(),
  /** Raised by a password or address change: every token issued before it is dead. */
  token_version: integer().notNull().default(0),
  created_at: integer().notNull(),
});

/** The tenant. */
export const accounts = sqliteTable('accounts', {
  id: text().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  plan: text().$type<Plan>().notNull(),
  /** Set while a downgrade has paused monitors: the banner names the plan left. */
  downgraded_from: text().$type<Plan>(),
  /** IANA name: the days and weeks of its reports. */
  timezone: text().notNull().default('UTC'),
  created_at: integer().notNull(),
});

export const memberships = sqliteTable(
  'memberships',
  {
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text().$type<Role>().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.account_id, t.user_id] }), index('memberships_user').on(t.user_id)],
);

/** A log-in: browser cookie or token pair. Deleting the row ends it at once. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    kind: text().$type<'browser' | 'token'>().notNull(),
    /** SHA-256 of the present refresh token (`token` only); an older one ends the family. */
    refresh_hash: text(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
    user_agent: text(),
  },
  (t) => [index('sessions_user').on(t.user_id), index('sessions_expiry').on(t.expires_at)],
);

/** Verification and reset links: only the SHA-256 is kept, each works once. */
export const one_time_tokens = sqliteTable(
  'one_time_tokens',
  {
    hash: text().primaryKey(),
    purpose: text().$type<'verify' | 'reset'>().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The address the link was sent to: a later change of address kills it. */
    email_key: text().notNull(),
    expires_at: integer().notNull(),
  },
  (t) => [index('one_time_tokens_user').on(t.user_id, t.purpose)],
);

/** Fixed windows of counted tries, e.g. `login:ip:203.0.113.7`. */
export const rate_limits = sqliteTable(
  'rate_limits',
  {
    key: text().primaryKey(),
    window_ends_at: integer().notNull(),
    count: integer().notNull(),
  },
  (t) => [index('rate_limits_window').on(t.window_ends_at)],
);

/** Slugs given up lately: nobody else may take them for 30 days (R-SP-11). */
export const released_slugs = sqliteTable('released_slugs', {
  slug: text().primaryKey(),
  account_id: text().notNull(),
  released_at: integer().notNull(),
});

export const audit_log = sqliteTable(
  'audit_log',
  {
    id: integer().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    user_id: text(),
    at: integer().notNull(),
    /** Noun and verb: `monitor.created`. */
    action: text().notNull(),
    subject: text(),
    detail: text({ mode: 'json' }).$type<Record<string, unknown>>(),
  },
  (t) => [index('audit_log_account').on(t.account_id, t.id)],
);

/** Small facts of the installation, e.g. the row the health check writes. */
export const installation = sqliteTable('installation', { key: text().primaryKey(), value: text().notNull() });
