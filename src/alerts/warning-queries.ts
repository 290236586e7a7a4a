import { sql } from 'drizzle-orm';
import type { ExpiryMessage } from '../core/alert.ts';
import type { Tx } from '../db/client.ts';
import { channelsOf, included, LANE, receivers, verifiedReceiver, wants } from './reach-queries.ts';

/** Notes that people were warned, once per threshold of a subject; returns the thresholds that were not noted before. */
export async function noteWarnings(
  tx: Tx,
  { accountId, subject, thresholds, now }: { accountId: string; subject: string; thresholds: number[]; now: number },
): Promise<number[]> {
  const rows = await tx.all<{ threshold: number }>(sql`
    insert into expiry_warnings (account_id, subject, threshold, at)
    select ${accountId}, ${subject}, value, ${now} from json_each(${JSON.stringify(thresholds)}) where true
    on conflict do nothing returning threshold`);
  return rows.map(({ threshold }) => threshold);
}

/** One warning that is to go to every channel of the monitors concerned. */
export interface ExpiryAlert {
  accountId: string;
  monitorNo: number;
  now: number;
  alert: ExpiryMessage;
}

/**
 * Writes one row for each receiver of each enabled channel that hears of the monitor, or of another of the account that
 * was shown the same certificate; returns how many.
 */
export async function insertExpiryAlerts(tx: Tx, { accountId, monitorNo, now, alert }: ExpiryAlert): Promise<number> {
  const { subject, threshold } = alert.expiry;
  const mayGo = verifiedReceiver('c', 'r.value');
  const concerned = sql`select m.no from monitors m left join certificates ce on ce.monitor_no = m.no
    where m.account_id = ${accountId} and m.deleted_at is null
      and (m.no = ${monitorNo} or 'cert:' || ce.fingerprint = ${subject})`;
  const result = await tx.run(sql`
    insert into deliveries (id, account_id, channel_id, recipient, lane, event, dedup_key, order_key, payload, state,
      attempts, next_attempt_at, held_for, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), c.account_id, c.id, r.value, ${LANE}, ${alert.event},
      ${`${subject}:${threshold}:`} || ${LANE}, ${`${subject}:`} || ${LANE}, ${JSON.stringify(alert)}, 'queued', 0,
      case when ${mayGo} then ${now} end, case when not ${mayGo} then 'verification' end, ${now}
    from channels c, ${receivers('c')}
    where c.account_id = ${accountId} and c.enabled = 1 and ${included('c')} and ${wants('c', alert.event)}
      and c.id in (${channelsOf(concerned)})
    on conflict (dedup_key) do nothing`);
  return result.rowsAffected;
}

/** A monitor is deleted: warnings that it brought and that no other of the account would have brought do not leave. */
export async function cancelWarnings(tx: Tx, monitorNo: number): Promise<void> {
  const gone = sql`select id from monitors where no = ${monitorNo}`;
  await tx.run(sql`
    update deliveries as d set state = 'cancelled', next_attempt_at = null, held_for = null
    where d.state <> 'sent' and d.state in ('queued','failed') and d.event in ('ssl_expiring','domain_expiring')
      and d.account_id = (select account_id from monitors where no = ${monitorNo})
      and d.payload ->> '$.monitor.id' = (${gone})
      and not exists (
        select 1 from monitors o left join certificates ce on ce.monitor_no = o.no
        where o.account_id = d.account_id and o.no <> ${monitorNo} and o.deleted_at is null
          and ('cert:' || ce.fingerprint = d.payload ->> '$.expiry.subject'
            or (d.event = 'domain_expiring' and o.kind = 'domain' and o.target = d.payload ->> '$.monitor.target')))`);
}
