import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { monitors, summaries } from '../db/schema/monitors.ts';
import { components } from '../db/schema/statuspages.ts';

/** Histograms of response times by hour slot (`from` to `to`, both included), by component; public monitors only. */
export async function readResponseHours(
  db: Db,
  componentIds: readonly string[],
  from: number,
  to: number,
): Promise<Map<string, [slot: number, histogram: string][]>> {
  const rows = await db.all<{ id: string; hours: string }>(sql`
    select c.id, json_group_array(json_array(d.slot, d.histogram)) as hours
    from json_each(${JSON.stringify(componentIds)}) j cross join ${components} c on c.id = j.value
      cross join ${monitors} m on m.no = c.monitor_no and m.public = 1 and m.deleted_at is null
      cross join ${summaries} d on d.monitor_no = m.no and d.grain = 1 and d.slot between ${from} and ${to}
    group by c.id`);
  return new Map(rows.map(({ id, hours }) => [id, JSON.parse(hours) as [number, string][]]));
}
