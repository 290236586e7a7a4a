import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/** Closes whatever is open of these monitors, with a line in each timeline; alerts that have not left never leave. */
export async function closeIncidentsOf(
  tx: Tx,
  monitorNos: readonly number[],
  { cause, text, now }: { cause: 'paused' | 'deleted'; text: string; now: number },
): Promise<void> {
  const open = sql`monitor_no in (select value from json_each(${JSON.stringify(monitorNos)})) and resolved_at is null`;
  await tx.run(sql`
    insert into incident_events (incident_id, at, kind, text)
    select id, max(${now}, started_at), 'resolved', ${text} from incidents where ${open}`);
  await tx.run(sql`
    update incidents set resolved_at = max(${now}, started_at), resolved_cause = ${cause}, next_escalation_at = null
    where ${open}`);
  // Whoever heard of a failure hears of its end: that message stays.
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null, held_for = null
    where state in ('queued','failed')
      and incident_id in (select id from incidents
        where monitor_no in (select value from json_each(${JSON.stringify(monitorNos)})))
      and not (event = 'up' and exists (select 1 from deliveries down
        where down.incident_id = deliveries.incident_id and down.lane = deliveries.lane
          and down.event = 'down' and down.state = 'sent'))`);
}
