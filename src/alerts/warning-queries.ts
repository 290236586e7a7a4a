import { sql } from 'drizzle-orm';
import type { ExpiryMessage } from '../core/alert.ts';
import type { Tx } from '../db/client.ts';
import { included, verified } from './reach-queries.ts';

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
 * Writes one row for each enabled channel of the monitor, and of all others of the account that were shown the same
 * certificate; returns how many.
 */
export async function insertExpiryAlerts(tx: Tx, { accountId, monitorNo, now, alert }: ExpiryAlert): Promise<number> {
  const { subject, threshold } = alert.expiry;
  const result = await tx.run(sql`
    insert into deliveries (id, account_id, channel_id, event, dedup_key, order_key, payload, state, attempts,
      next_attempt_at, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), c.account_id, c.id, ${alert.event},
      ${`${subject}:${threshold}:`} || c.id, ${`${subject}:`} || c.id, ${JSON.stringify(alert)}, 'queued', 0,
      case when ${verified('c')} then ${now} end, ${now}
    from channels c
    where c.account_id = ${accountId} and c.enabled = 1 and ${included('c')} and c.id in (
      select mc.channel_id from monitor_channels mc join monitors m on m.no = mc.monitor_no
        left join certificates ce on ce.monitor_no = m.no
      where m.account_id = ${accountId} and m.deleted_at is null
        and (m.no = ${monitorNo} or 'cert:' || ce.fingerprint = ${subject}))
    on conflict (dedup_key) do nothing`);
  return result.rowsAffected;
}
