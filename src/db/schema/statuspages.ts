import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { accounts } from './accounts.ts';
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
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [index('status_pages_account').on(t.account_id)],
);

/** A line of a status page. The monitor must also be public to be seen (E34). */
export const components = sqliteTable(
  'components',
  {
    id: text().primaryKey(),
    page_id: text()
      .notNull()
      .references(() => status_pages.id, { onDelete: 'cascade' }),
    monitor_no: integer()
      .notNull()
      .references(() => monitors.no, { onDelete: 'cascade' }),
    /** Customer-facing name; null shows the monitor's. */
    name: text(),
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
