import { sql } from 'drizzle-orm';
import type { Kind, StoredStatus } from '../core/monitor.ts';
import type { Reason } from '../core/verdict.ts';
import type { Db, Tx } from '../db/client.ts';
import { inWindow } from './window-queries.ts';

/** A member of a group with what `visibleStatus` asks for. */
export interface MemberRow {
  id: string;
  name: string;
  kind: Kind;
  paused_at: number | null;
  interval_seconds: number;
  timeout_seconds: number;
  created_at: number;
  status: StoredStatus;
  status_since: number | null;
  last_result_at: number | null;
  last_reason: Reason | null;
  in_maintenance: boolean;
}

/** Those of `ids` that are monitors of the account and not deleted, in the order of the list, as they are at `now`. */
export async function listMembers(
  db: Db | Tx,
  accountId: string,
  ids: readonly string[],
  now: number,
): Promise<MemberRow[]> {
  const rows = await db.all<Omit<MemberRow, 'in_maintenance'> & { in_maintenance: number }>(sql`
    select m.id, m.name, m.kind, m.paused_at, m.interval_seconds, m.timeout_seconds, m.created_at,
      coalesce(s.status, 'pending') as status, s.status_since, s.last_result_at, s.last_reason,
      ${inWindow(sql`m.no`, now)} as in_maintenance
    from json_each(${JSON.stringify(ids)}) j cross join monitors m on m.id = j.value
      left join monitor_states s on s.monitor_no = m.no
    where m.account_id = ${accountId} and m.deleted_at is null
    order by j.key`);
  return rows.map((row) => ({ ...row, in_maintenance: row.in_maintenance === 1 }));
}

/** The account a monitor belongs to, whoever asks: the engine has only its number. */
export async function ownerOf(db: Db | Tx, monitorNo: number): Promise<string | null> {
  const rows = await db.all<{ id: string }>(sql`select account_id as id from monitors where no = ${monitorNo}`);
  return rows[0]?.id ?? null;
}

/** Makes the groups around monitors that changed due at `now`; never in the second of their newest result. */
export async function recheckGroups(
  tx: Tx,
  changed: readonly { accountId: string; monitorId: string }[],
  now: number,
): Promise<void> {
  if (changed.length === 0) return;
  const accounts = [...new Set(changed.map(({ accountId }) => accountId))];
  const ids = changed.map(({ monitorId }) => monitorId);
  await tx.run(sql`
    update monitors set next_check_at = min(next_check_at, max(${now},
      coalesce((select last_result_at + 1000 from monitor_states where monitor_no = no), 0)))
    where account_id in (select value from json_each(${JSON.stringify(accounts)})) and kind = 'group'
      and next_check_at is not null and paused_at is null and deleted_at is null
      and exists (select 1 from json_each(config, '$.members')
        where value in (select value from json_each(${JSON.stringify(ids)})))`);
}
