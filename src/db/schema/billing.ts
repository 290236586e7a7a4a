import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Plan } from '../../core/plan.ts';
import { accounts } from './accounts.ts';

/** What the payment provider says of an account; the plan follows from it. */
export const subscriptions = sqliteTable(
  'subscriptions',
  {
    account_id: text()
      .primaryKey()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    customer_id: text().notNull().unique(),
    /** Null until the first payment, and again once it has ended. */
    subscription_id: text().unique(),
    /** As the provider spells it: `active`, `past_due`, `canceled`, … */
    status: text(),
    plan: text().$type<Plan>(),
    period_ends_at: integer(),
    cancel_at_period_end: integer({ mode: 'boolean' }).notNull().default(false),
    /** A payment failed: until then the plan stays. */
    grace_until: integer(),
    /** When it was last taken what the provider says; grows each time, so that an answer that was overtaken is known. */
    heard_at: integer().notNull().default(0),
  },
  (t) => [index('subscriptions_grace').on(t.grace_until)],
);

/** Events of the provider that were taken: each counts once. */
export const billing_events = sqliteTable(
  'billing_events',
  { id: text().primaryKey(), type: text().notNull(), at: integer().notNull() },
  (t) => [index('billing_events_age').on(t.at)],
);
