import { type SQL, sql } from 'drizzle-orm';
import type { AlertMessage, ChannelEvent, ChannelKind } from '../core/alert.ts';
import type { Tx } from '../db/client.ts';
import { channelsOf, included, LANE, receivers, verifiedReceiver, wants } from './reach-queries.ts';

/** One alert that is to go to every channel concerned. */
export interface IncidentAlert {
  event: 'down' | 'up' | 'reminder' | 'degraded';
  now: number;
  accountId: string;
  monitorNo: number;
  incidentId: string;
  alert: AlertMessage;
  /** Not before this instant, epoch ms. The message counts as written then, so that nobody reads that it is late. */
  notBefore?: number | undefined;
  /** What it waits for until then. */
  heldFor?: 'maintenance' | 'parent' | undefined;
  /** About an unstable time: a recovery then goes to whoever heard last that the monitor is not well. */
  toAll?: boolean | undefined;
  /** Exactly these channels, whatever they chose to hear of: a step of an escalation policy. */
  channelIds?: readonly string[] | undefined;
  /** Tells apart what is said again of the same incident and event; left out, it is said once (reminders are counted). */
  dedupLabel?: string | undefined;
}

/**
 * Writes one row for each receiver of each enabled channel concerned and returns how many. A failure goes to the
 * channels of the monitor; a recovery to the lanes that were to be told of the failure, so nobody hears "up" without
 * "down".
 */
export async function insertAlerts(tx: Tx, alert: IncidentAlert): Promise<number> {
  const { event, now, monitorNo, incidentId, heldFor = 'maintenance', toAll, channelIds } = alert;
  const due = Math.max(now, alert.notBefore ?? now);
  const unrest = wants('c', 'degraded' satisfies ChannelEvent);
  const own = wants('c', event satisfies ChannelEvent);
  // Where a monitor came to rest is also for those who only heard that it was down.
  const hears = toAll ? sql`(${unrest} or ${own})` : own;
  const concerned = channelIds
    ? sql`c.id in (select value from json_each(${JSON.stringify(channelIds)}))`
    : event === 'up'
      ? sql`${toAll ? unsettled(monitorNo) : told(incidentId)} and ${hears}`
      : sql`c.id in (${channelsOf(sql`${monitorNo}`)}) and ${hears}`;
  const earlier = sql`(select count(*) from deliveries where incident_id = ${incidentId} and lane = ${LANE}
    and event = 'reminder')`;
  const label = alert.dedupLabel ?? (event === 'reminder' ? sql`'reminder-' || ${earlier}` : event);
  return insertRows(tx, { ...alert, label: sql`${label}`, due, heldFor: due > now ? heldFor : null, concerned });
}

/**
 * Somebody acknowledged an incident: a row for each channel of these kinds that was to be told of the failure, with the
 * same message under another event. Other kinds have no word for it.
 */
export async function insertAcknowledgement(
  tx: Tx,
  one: { accountId: string; incidentId: string; now: number; by: string; kinds: readonly ChannelKind[] },
): Promise<number> {
  const { accountId, incidentId, now, by, kinds } = one;
  const result = await tx.run(sql`
    insert into deliveries (id, account_id, channel_id, recipient, lane, incident_id, event, dedup_key, order_key,
      payload, state, attempts, next_attempt_at, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), d.account_id, d.channel_id, d.recipient, d.lane, d.incident_id,
      'acknowledged', ${incidentId} || ':acknowledged:' || d.lane, d.order_key,
      json_set(d.payload, '$.event', 'acknowledged', '$.by', ${by}), 'queued', 0, ${now}, ${now}
    from deliveries d join channels c on c.id = d.channel_id
    where d.incident_id = ${incidentId} and d.account_id = ${accountId} and d.event = 'down' and d.state <> 'cancelled'
      and c.enabled = 1 and c.kind in (select value from json_each(${JSON.stringify(kinds)})) and ${included('c')}
    group by d.lane
    on conflict (dedup_key) do nothing`);
  return result.rowsAffected;
}

/** The lane was to be told of the incident and still is. */
function told(incidentId: string) {
  return sql`exists (select 1 from deliveries t
    where t.incident_id = ${incidentId} and t.event = 'down' and t.state <> 'cancelled' and t.lane = ${LANE})`;
}

/** Incidents of a monitor that the last word about it is looked for in. */
const NEWEST = 50;

/** The last that the lane was told about the monitor is not that it is up. */
function unsettled(monitorNo: number) {
  return sql`(select t.event
    from (select id from incidents where monitor_no = ${monitorNo} order by started_at desc limit ${NEWEST}) i
      cross join deliveries t on t.incident_id = i.id
    where t.lane = ${LANE} and t.state <> 'cancelled' and t.event in ('down', 'up', 'reminder', 'degraded')
    order by t.created_at desc, t.rowid desc limit 1) <> 'up'`;
}

async function insertRows(
  tx: Tx,
  row: Pick<IncidentAlert, 'accountId' | 'monitorNo' | 'incidentId' | 'alert'> & {
    event: string;
    label: SQL;
    due: number;
    heldFor: string | null;
    concerned: SQL;
  },
): Promise<number> {
  const { accountId, monitorNo, incidentId, event, label, due, heldFor, concerned } = row;
  const mayGo = verifiedReceiver('c', 'r.value');
  const result = await tx.run(sql`
    insert into deliveries (id, account_id, channel_id, recipient, lane, incident_id, event, dedup_key, order_key,
      payload, state, attempts, next_attempt_at, held_for, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), c.account_id, c.id, r.value, ${LANE}, ${incidentId}, ${event},
      ${incidentId} || ':' || ${label} || ':' || ${LANE}, ${String(monitorNo)} || ':' || ${LANE},
      ${JSON.stringify(row.alert)}, 'queued', 0, case when ${mayGo} then ${due} end,
      case when ${mayGo} then ${heldFor} else 'verification' end, ${due}
    from channels c, ${receivers('c')}
    where c.account_id = ${accountId} and c.enabled = 1 and ${included('c')} and ${concerned}
    on conflict (dedup_key) do nothing`);
  return result.rowsAffected;
}
