import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { EscalationStep } from '../../core/escalation.ts';
import { accounts } from './accounts.ts';

/** Who else is told of an incident that nobody acknowledges: `steps` in order, minutes since it was opened. */
export const escalation_policies = sqliteTable(
  'escalation_policies',
  {
    id: text().primaryKey(),
    account_id: text()
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    steps: text({ mode: 'json' }).$type<EscalationStep[]>().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [index('escalation_policies_account').on(t.account_id)],
);
