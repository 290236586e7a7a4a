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
import type { ChannelEvent, ChannelKind } from '../../core/alert.ts';
import type { QuietHours } from '../../core/quiet.ts';
import type { Reason } from '../../core/verdict.ts';
import { accounts, users } from './accounts.ts';
import { monitors } from './monitors.ts';
import { subscribers } from './statuspages.ts';

export const incidents = sqliteTable(
  'incidents',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    monitor_no: integer()
      .notNull()
      .references(() => monitors.no, { onDelete: 'cascade' }),
    reason: text().$type<Reason>().notNull(),
    message: text().notNull(),
    /** First failed check of the run, not the confirming one. */
    started_at: integer().notNull(),
    opened_at: integer().notNull(),
    resolved_at: integer(),
    resolved_cause: text().$type<'recovered' | 'paused' | 'changed' | 'deleted'>(),
    acknowledged_at: integer(),
    /** A person, or the channel whose message had the link. */
    acknowledged_by: text(),
    /** No reminder and no escalation before this. */
    snoozed_until: integer(),
    /** Open incident of the parent that explains this one: nobody is told of it. */
    muted_by: text(),
    /** Steps of the escalation policy that were taken, and when the next is due. */
    escalation_step: integer().notNull().default(0),
    next_escalation_at: integer(),
  },
  (t) => [
    index('incidents_escalation').on(t.next_escalation_at).where(sql`next_escalation_at is not null`),
    uniqueIndex('incidents_one_open').on(t.monitor_no).where(sql`resolved_at is null`),
    index('incidents_monitor').on(t.monitor_no, t.started_at),
    index('incidents_account').on(t.account_id, t.started_at),
  ],
);

/** The timeline of an incident, oldest first. */
export const incident_events = sqliteTable(
  'incident_events',
  {
    id: integer().primaryKey(),
    incident_id: text()
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    at: integer().notNull(),
    kind: text()
      .$type<
        | 'first_failure'
        | 'opened'
        | 'acknowledged'
        | 'unacknowledged'
        | 'snoozed'
        | 'unsnoozed'
        | 'muted'
        | 'unmuted'
        | 'escalated'
        | 'note'
        | 'reminded'
        | 'reason_changed'
        | 'resolved'
      >()
      .notNull(),
    /** One sentence for people. */
    text: text().notNull(),
    /** Who did it: a person, or the channel whose message had the link. Null is the product. */
    user_id: text(),
  },
  (t) => [index('incident_events_incident').on(t.incident_id, t.at)],
);

/** Where alerts of an account go. */
export const channels = sqliteTable(
  'channels',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    kind: text().$type<ChannelKind>().notNull(),
    name: text().notNull(),
    config: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull().default(true),
    /** New monitors get it. */
    is_default: integer({ mode: 'boolean' }).notNull().default(true),
    /** What it is told of; null is everything. */
    events: text({ mode: 'json' }).$type<ChannelEvent[]>(),
    /** Monitors with one of these tags have it too. */
    tags: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    /** When it must be quiet: what is due then waits and leaves as one digest. */
    quiet: text({ mode: 'json' }).$type<QuietHours>(),
    /** Messages a minute; what is beyond is merged. Null is the preset of its kind. */
    per_minute: integer(),
    /** Why the product itself switched it off, until somebody switches it on again. */
    disabled_reason: text(),
    last_error: text(),
    /** Its name in the settings file it comes from, and the fields that file decides. */
    managed_key: text(),
    managed_fields: text({ mode: 'json' }).$type<string[]>(),
    created_at: integer().notNull(),
  },
  (t) => [
    index('channels_account').on(t.account_id),
    uniqueIndex('channels_managed').on(t.account_id, t.managed_key).where(sql`managed_key is not null`),
  ],
);

/** Addresses of programs that want to hear of every change of an account. */
export const change_hooks = sqliteTable(
  'change_hooks',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    url: text().notNull(),
    /** `whsec_…`: signs each message (Standard Webhooks). */
    secret: text().notNull(),
    /** Beginnings of what it hears, as `monitor` or `channel.created`; null is everything. */
    events: text({ mode: 'json' }).$type<string[]>(),
    enabled: integer({ mode: 'boolean' }).notNull().default(true),
    last_error: text(),
    created_at: integer().notNull(),
  },
  (t) => [index('change_hooks_account').on(t.account_id)],
);

/** Reports by mail: who wants which, and when the next is due. */
export const report_subscriptions = sqliteTable(
  'report_subscriptions',
  {
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    period: text().$type<'week' | 'month'>().notNull(),
    timezone: text().notNull(),
    next_at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.account_id, t.user_id, t.period] }),
    index('report_subscriptions_next').on(t.next_at),
  ],
);

export const monitor_channels = sqliteTable(
  'monitor_channels',
  {
    monitor_no: integer()
      .notNull()
      .references(() => monitors.no, { onDelete: 'cascade' }),
    channel_id: text()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.monitor_no, t.channel_id] }), index('monitor_channels_channel').on(t.channel_id)],
);

/**
 * The outbox: every message that must leave, written with the change it tells of.
 * It is queue, record and log at once. Account mail has no channel.
 */
export const deliveries = sqliteTable(
  'deliveries',
  {
    /** Also the idempotency key and the local part of the Message-ID. */
    id: text().primaryKey(),
    account_id: text().references(() => accounts.id, { onDelete: 'cascade' }),
    user_id: text().references(() => users.id, { onDelete: 'cascade' }),
    channel_id: text().references(() => channels.id, { onDelete: 'cascade' }),
    /** The one address it goes to, for channels with several; each has a row of its own. */
    recipient: text(),
    /** Channel and recipient: messages of one lane leave one after the other, and may be merged. */
    lane: text().notNull().default(''),
    incident_id: text().references(() => incidents.id, { onDelete: 'cascade' }),
    /** Set for messages to those who follow a status page. */
    subscriber_id: text().references((): AnySQLiteColumn => subscribers.id, { onDelete: 'cascade' }),
    /** Set for messages to those who want to hear of changes. */
    hook_id: text().references(() => change_hooks.id, { onDelete: 'cascade' }),
    /** `down`, `up`, `reminder`, `test`, `verify`, `reset`, … */
    event: text().notNull(),
    /** Incident, event and channel: the same fact is never queued twice (R-AL-6). */
    dedup_key: text().notNull().unique(),
    /** Deliveries that share it leave in the order they were written (R-AL-5). */
    order_key: text(),
    payload: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    state: text().$type<'queued' | 'sending' | 'sent' | 'failed' | 'dead' | 'cancelled'>().notNull(),
    attempts: integer().notNull().default(0),
    /** Not before this. Null while the address it goes to is not verified yet. */
    next_attempt_at: integer(),
    lease_until: integer(),
    /** Deliveries with the same one leave as one message, whose key it is: fixed before the first try. */
    batch_id: text(),
    /** Why it waits although nothing failed. */
    held_for: text().$type<'verification' | 'quiet' | 'maintenance' | 'parent'>(),
    last_error: text(),
    /** The receiver's own words after the last try. */
    answer: text(),
    /** When it was to leave first, which is later than it was written where `held_for` held it back; late is counted from here. */
    created_at: integer().notNull(),
    sent_at: integer(),
  },
  (t) => [
    index('deliveries_due').on(t.next_attempt_at).where(sql`state in ('queued','failed','sending')`),
    index('deliveries_account').on(t.account_id, t.created_at),
    index('deliveries_incident').on(t.incident_id),
    index('deliveries_subscriber').on(t.subscriber_id).where(sql`subscriber_id is not null`),
    index('deliveries_channel').on(t.channel_id, t.created_at),
    index('deliveries_event').on(t.account_id, t.event, t.created_at).where(sql`event not in ('down','up')`),
    index('deliveries_order').on(t.order_key, t.created_at).where(sql`state in ('queued','failed','sending')`),
    index('deliveries_lane').on(t.lane, t.next_attempt_at).where(sql`state in ('queued','failed','sending')`),
    index('deliveries_unsent').on(t.account_id, t.state, t.created_at).where(sql`state <> 'sent'`),
    index('deliveries_hook').on(t.hook_id, t.created_at).where(sql`hook_id is not null`),
    index('deliveries_batch').on(t.batch_id).where(sql`batch_id is not null`),
  ],
);
