import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Language } from '../../core/language.ts';
import type { Appearance, ManualStatus, PublishTarget, Visibility } from '../../core/page.ts';
import type { ReportImpact, ReportStatus } from '../../core/status-report.ts';
import type { SubscriberKind } from '../../core/subscriber.ts';
import { accounts } from './accounts.ts';
import { incidents } from './incidents.ts';
import { maintenance_windows, monitors } from './monitors.ts';

export const status_pages = sqliteTable(
  'status_pages',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    slug: text().notNull().unique(),
    title: text().notNull(),
    description: text(),
    /** Our mark at the foot; only a plan with branding may take it away. */
    branding: integer({ mode: 'boolean' }).notNull().default(true),
    /** IANA name: whose days the bars show. */
    timezone: text().notNull().default('UTC'),
    /** Of visitors whose own language the catalogue does not have. */
    language: text().$type<Language>().notNull().default('en'),
    /** Colours, links and what is shown; absent parts are presets. */
    appearance: text({ mode: 'json' }).$type<Appearance>().notNull().default({}),
    visibility: text().$type<Visibility>().notNull().default('public'),
    /** bcrypt, for `password`. */
    password_hash: text(),
    /** Search engines are asked to stay away. */
    hidden_from_search: integer({ mode: 'boolean' }).notNull().default(false),
    /** What a monitor's incident makes by itself: nothing, a draft or a published report. */
    auto_report: text().$type<'none' | 'draft' | 'publish'>().notNull().default('none'),
    /** Where a static copy is written after each change. */
    publish_to: text({ mode: 'json' }).$type<PublishTarget>(),
    published_at: integer(),
    publish_error: text(),
    /** Its name in the settings file it comes from, and the fields that file decides. */
    managed_key: text(),
    managed_fields: text({ mode: 'json' }).$type<string[]>(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [
    index('status_pages_account').on(t.account_id),
    uniqueIndex('status_pages_managed').on(t.account_id, t.managed_key).where(sql`managed_key is not null`),
  ],
);

/** A line of a status page: a monitor (which must also be public to be seen, E34), a group of lines, or a line set by hand. */
export const components = sqliteTable(
  'components',
  {
    id: text().primaryKey(),
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
    kind: text().$type<'monitor' | 'group' | 'manual'>().notNull().default('monitor'),
    /** The group it is in. */
    parent_id: text(),
    monitor_no: integer().references(() => monitors.no, { onDelete: 'cascade' }),
    /** Customer-facing name; null shows the monitor's. */
    name: text(),
    description: text(),
    /** Of a line set by hand. */
    manual_status: text().$type<ManualStatus>(),
    show_uptime: integer({ mode: 'boolean' }).notNull().default(true),
    show_chart: integer({ mode: 'boolean' }).notNull().default(false),
    /** Seen by members of the account only. */
    members_only: integer({ mode: 'boolean' }).notNull().default(false),
    position: integer().notNull(),
  },
  (t) => [index('components_page').on(t.page_id, t.position), index('components_monitor').on(t.monitor_no)],
);

/** Windows that a page announces by name, beside those of its own monitors. */
export const maintenance_pages = sqliteTable(
  'maintenance_pages',
  {
    window_id: text()
      .notNull()
      .references(() => maintenance_windows.id, { onDelete: 'cascade' }),
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.window_id, t.page_id] }), index('maintenance_pages_page').on(t.page_id)],
);

/** Hosts of their owners' own: answered only while `verified_at` is set. */
export const page_domains = sqliteTable(
  'page_domains',
  {
    host: text().primaryKey(),
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
    /** What the TXT record must say. */
    token: text().notNull(),
    verified_at: integer(),
    checked_at: integer(),
    /** Since when the daily look finds the proof missing. */
    failing_since: integer(),
    error: text(),
    created_at: integer().notNull(),
  },
  (t) => [index('page_domains_page').on(t.page_id), index('page_domains_checked').on(t.checked_at)],
);

/** Uploaded pictures, re-encoded or checked, as base64. */
export const page_assets = sqliteTable(
  'page_assets',
  {
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
    role: text().$type<'logo' | 'logo_dark' | 'favicon'>().notNull(),
    mime: text().notNull(),
    /** First 16 hex digits of the SHA-256: part of its address. */
    hash: text().notNull(),
    data: text().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.page_id, t.role] })],
);

/** What people write about an outage, for everyone who reads the page. */
export const status_reports = sqliteTable(
  'status_reports',
  {
    id: text().primaryKey(),
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
    title: text().notNull(),
    impact: text().$type<ReportImpact>().notNull(),
    /** Of its newest update. */
    status: text().$type<ReportStatus>().notNull(),
    /** Null while it is a draft. */
    published_at: integer(),
    started_at: integer().notNull(),
    resolved_at: integer(),
    /** When readers are promised to hear more. */
    next_update_by: integer(),
    /** The incident it was made from. */
    incident_id: text().references(() => incidents.id, { onDelete: 'set null' }),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [
    index('status_reports_page').on(t.page_id, t.started_at),
    uniqueIndex('status_reports_incident').on(t.page_id, t.incident_id).where(sql`incident_id is not null`),
  ],
);

/** What was said when; the source of the page, feeds and subscribers' messages. */
export const status_report_updates = sqliteTable(
  'status_report_updates',
  {
    id: text().primaryKey(),
    report_id: text()
      .notNull()
      .references(() => status_reports.id, { onDelete: 'cascade' }),
    status: text().$type<ReportStatus>().notNull(),
    /** Markdown as it was written. */
    body: text().notNull(),
    at: integer().notNull(),
    user_id: text(),
    /** Whether subscribers were told. */
    notified: integer({ mode: 'boolean' }).notNull().default(true),
  },
  (t) => [index('status_report_updates_report').on(t.report_id, t.at)],
);

/** Components a report is about, and how it says they are. */
export const status_report_components = sqliteTable(
  'status_report_components',
  {
    report_id: text()
      .notNull()
      .references(() => status_reports.id, { onDelete: 'cascade' }),
    component_id: text()
      .notNull()
      .references(() => components.id, { onDelete: 'cascade' }),
    status: text().$type<ManualStatus>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.report_id, t.component_id] }),
    index('status_report_components_component').on(t.component_id),
  ],
);

/** Texts to begin a report with. */
export const status_report_templates = sqliteTable(
  'status_report_templates',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    impact: text().$type<ReportImpact>().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [index('status_report_templates_account').on(t.account_id)],
);

/** Who is told of what a page says. */
export const subscribers = sqliteTable(
  'subscribers',
  {
    id: text().primaryKey(),
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
    kind: text().$type<SubscriberKind>().notNull(),
    /** The address as it was given, and what uniqueness means. */
    target: text().notNull(),
    target_key: text().notNull(),
    /** Ids of components; null is all of them. */
    component_ids: text({ mode: 'json' }).$type<string[]>(),
    incidents: integer({ mode: 'boolean' }).notNull().default(true),
    maintenance: integer({ mode: 'boolean' }).notNull().default(true),
    language: text().$type<Language>().notNull().default('en'),
    /** Signs what a webhook is sent. */
    secret: text(),
    /** Null until the link in the first mail was used: nothing else is sent before. */
    confirmed_at: integer(),
    /** Permanent failures in a row. */
    failures: integer().notNull().default(0),
    disabled_at: integer(),
    created_at: integer().notNull(),
  },
  (t) => [uniqueIndex('subscribers_target').on(t.page_id, t.kind, t.target_key)],
);
