import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Role, Scope } from '../../core/access.ts';
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
  /** May see and run the whole installation. */
  operator: integer({ mode: 'boolean' }).notNull().default(false),
  /** Secret of the authenticator app, sealed with the installation's key; in force once `totp_since` is set. */
  totp_secret: text(),
  totp_since: integer(),
  /** The latest 30-second step whose code was taken: none works twice. */
  totp_step: integer(),
  created_at: integer().notNull(),
});

/** What an authenticator app is replaced by, each once: only the SHA-256 is kept. */
export const recovery_codes = sqliteTable(
  'recovery_codes',
  {
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.hash] })],
);

/** Passkeys (WebAuthn): `id` and `public_key` are base64url. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    public_key: text().notNull(),
    counter: integer().notNull(),
    transports: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    created_at: integer().notNull(),
    last_used_at: integer(),
  },
  (t) => [index('passkeys_user').on(t.user_id)],
);

/** Who a person is at an identity provider (OpenID Connect). */
export const identities = sqliteTable(
  'identities',
  {
    issuer: text().notNull(),
    subject: text().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.issuer, t.subject] }), index('identities_user').on(t.user_id)],
);

/** A log-in half done, or a key being made: what we asked waits here and is taken once. Only the SHA-256 of its token is kept. */
export const challenges = sqliteTable(
  'challenges',
  {
    hash: text().primaryKey(),
    kind: text().$type<'second_factor' | 'passkey_login' | 'passkey_add' | 'oidc'>().notNull(),
    user_id: text().references(() => users.id, { onDelete: 'cascade' }),
    data: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    expires_at: integer().notNull(),
  },
  (t) => [index('challenges_expiry').on(t.expires_at)],
);

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
  /** Gone for everyone at once; what is left of it is purged afterwards. */
  deleted_at: integer(),
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
    /** From where it was opened, and when it was last used, to within five minutes. */
    ip: text(),
    last_seen_at: integer(),
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
    /** What it was and what it is, by field. Secrets are masked. */
    changes: text({ mode: 'json' }).$type<Record<string, readonly [before: unknown, after: unknown]>>(),
    /** From where: `page`, `api`, `token tok_…`, `console`; null is the product itself. */
    via: text(),
    ip: text(),
  },
  (t) => [
    index('audit_log_account').on(t.account_id, t.id),
    index('audit_log_subject').on(t.account_id, t.subject, t.id),
    index('audit_log_action').on(t.account_id, t.action, t.id),
    index('audit_log_user').on(t.account_id, t.user_id, t.id),
  ],
);

/** Somebody asked into an account. Only the SHA-256 of the link's token is kept. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    email: text().notNull(),
    email_key: text().notNull(),
    role: text().$type<Role>().notNull(),
    hash: text().notNull().unique(),
    invited_by: text().references(() => users.id, { onDelete: 'set null' }),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (t) => [uniqueIndex('invitations_address').on(t.account_id, t.email_key)],
);

/** What programs log in with (`sp_…`): only the SHA-256 is kept. It acts for who made it, within its scopes. */
export const api_tokens = sqliteTable(
  'api_tokens',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    hash: text().notNull().unique(),
    /** Its first characters, by which people know it again. */
    hint: text().notNull(),
    created_at: integer().notNull(),
    expires_at: integer(),
    /** To within a minute. */
    last_used_at: integer(),
  },
  (t) => [index('api_tokens_account').on(t.account_id), index('api_tokens_user').on(t.user_id)],
);

/** Answers to POSTs with an `Idempotency-Key`, kept for a day: the same key never does a thing twice. */
export const idempotency_keys = sqliteTable(
  'idempotency_keys',
  {
    /** SHA-256 of account, person and key. */
    key: text().primaryKey(),
    /** SHA-256 of method, address and body: another request must not use the same key. */
    request: text().notNull(),
    /** Null while the first one is still being worked on. */
    status: integer(),
    headers: text({ mode: 'json' }).$type<Record<string, string>>(),
    body: text(),
    created_at: integer().notNull(),
  },
  (t) => [index('idempotency_keys_age').on(t.created_at)],
);

/** Changes that can be taken back for a while: what a bulk action found before it changed it. */
export const undos = sqliteTable(
  'undos',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    user_id: text().notNull(),
    /** One sentence: what was done. */
    what: text().notNull(),
    before: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    expires_at: integer().notNull(),
  },
  (t) => [index('undos_expiry').on(t.expires_at)],
);

/** Defaults by tag: what a new monitor with the tag is given where its maker says nothing. */
export const tag_rules = sqliteTable(
  'tag_rules',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    tag: text().notNull(),
    /** Fields of a monitor as the API spells them. */
    settings: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    position: integer().notNull(),
  },
  (t) => [uniqueIndex('tag_rules_tag').on(t.account_id, t.tag)],
);

/** Small facts of the installation, e.g. the row the health check writes. */
export const installation = sqliteTable('installation', { key: text().primaryKey(), value: text().notNull() });
