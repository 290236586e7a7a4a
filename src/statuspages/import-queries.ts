import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { status_report_components, status_report_updates, status_reports } from '../db/schema/statuspages.ts';

export interface ImportedReports {
  reports: (typeof status_reports.$inferInsert)[];
  updates: (typeof status_report_updates.$inferInsert)[];
  affected: (typeof status_report_components.$inferInsert)[];
}

/** Writes reports with what was said in them, each kind in one statement: there may be thousands of rows. */
export async function insertReports(tx: Tx, { reports, updates, affected }: ImportedReports): Promise<void> {
  await tx.run(sql`
    insert into ${status_reports} (id, page_id, title, impact, status, published_at, started_at, resolved_at,
      created_at, updated_at)
    select value ->> 'id', value ->> 'page_id', value ->> 'title', value ->> 'impact', value ->> 'status',
      value ->> 'published_at', value ->> 'started_at', value ->> 'resolved_at', value ->> 'created_at',
      value ->> 'updated_at' from json_each(${JSON.stringify(reports)})`);
  await tx.run(sql`
    insert into ${status_report_updates} (id, report_id, status, body, at, user_id, notified)
    select value ->> 'id', value ->> 'report_id', value ->> 'status', value ->> 'body', value ->> 'at',
      value ->> 'user_id', 0 from json_each(${JSON.stringify(updates)})`);
  await tx.run(sql`
    insert into ${status_report_components} (report_id, component_id, status)
    select value ->> 'report_id', value ->> 'component_id', value ->> 'status'
    from json_each(${JSON.stringify(affected)})`);
}
