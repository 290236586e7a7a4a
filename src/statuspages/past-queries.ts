import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { incidents } from '../db/schema/incidents.ts';
import { status_pages } from '../db/schema/statuspages.ts';
import { COVERED, INCIDENT, LINES, reportTuples, TOLD, visible } from './public-queries.ts';
import {
  type Audience,
  incident,
  type IncidentCells,
  report,
  type ReportCells,
  type ShownIncident,
  type ShownReport,
  tuples,
} from './shown-queries.ts';

/** Reports and outages of a page, of whatever time; nothing that the audience may not see. */
export interface Past {
  reports: ShownReport[];
  incidents: { incident: ShownIncident; component: { id: string; name: string | null } }[];
}

/** Most entries of one kind in a month. */
const MOST = 200;

/** What went on in a stretch of time (epoch ms): what began in it, and what had begun before and was not over. */
export function readPast(db: Db, pageId: string, audience: Audience, from: number, to: number): Promise<Past> {
  const during = (t: SQL) =>
    sql`${t}.started_at < ${to} and (${t}.resolved_at is null or ${t}.resolved_at >= ${from} or ${t}.started_at >= ${from})`;
  return read(db, pageId, audience, during(sql.raw('r')), sql`${during(sql.raw('i'))} and not ${COVERED}`);
}

/** One report or outage by its id; the outage that a report tells of is that report. */
export function readEntry(db: Db, pageId: string, audience: Audience, id: string): Promise<Past> {
  return read(db, pageId, audience, sql`(r.id = ${id} or r.incident_id = ${id})`, sql`i.id = ${id} and not ${TOLD}`);
}

async function read(db: Db, pageId: string, audience: Audience, reports: SQL, outages: SQL): Promise<Past> {
  const rows = await db.all<{ reports: string; incidents: string }>(sql`
    with shown as materialized (select c.id, m.no, coalesce(c.name, m.name) as name from ${status_pages} p
      cross join ${LINES} where p.id = ${pageId} and ${visible(audience)})
    select (${reportTuples(reports, MOST)}) as reports,
      (select json_group_array(json_array(line, name, json(cells)))
        from (select min(one.id) as line, one.name, ${INCIDENT} as cells from shown one cross join ${incidents} i
          where i.monitor_no = one.no and ${outages} group by i.id order by i.started_at desc limit ${MOST})) as incidents
    from ${status_pages} p where p.id = ${pageId}`);
  const row = rows[0];
  const found = tuples<[id: string, name: string | null, cells: IncidentCells]>(row?.incidents);
  return {
    reports: tuples<ReportCells>(row?.reports).map(report),
    incidents: found.map(([id, name, cells]) => ({ incident: incident(cells), component: { id, name } })),
  };
}
