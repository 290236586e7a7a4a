import { sql } from 'drizzle-orm';
import type { Kind } from '../core/monitor.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';

/** What of a monitor can be changed together with others. */
export interface Fields {
  interval_seconds: number;
  failure_threshold: number;
  remind_every_minutes: number | null;
  escalation_id: string | null;
  public: boolean;
  tags: string[];
  /** In order. */
  channel_ids: string[];
  /** Null while it runs. */
  paused: { at: number; by: 'person' | 'plan' } | null;
}

/** A monitor as it stands before a change of many. */
export interface Target extends Fields {
  no: number;
  id: string;
  name: string;
  kind: Kind;
  timeout_seconds: number;
  /** Fields that a settings file decides. */
  decided: string[];
}

/** Those of `ids` that are monitors of the account, in the order of the list. */
export async function listTargets(db: Db | Tx, accountId: string, ids: readonly string[]): Promise<Target[]> {
  const rows = await db.all<{ row: string }>(sql`
    select json_object('no', m.no, 'id', m.id, 'name', m.name, 'kind', m.kind, 'interval_seconds', m.interval_seconds,
      'timeout_seconds', m.timeout_seconds, 'failure_threshold', m.failure_threshold,
      'remind_every_minutes', m.remind_every_minutes, 'escalation_id', m.escalation_id,
      'public', json(iif(m.public, 'true', 'false')), 'tags', json(m.tags),
      'paused', iif(m.paused_at is null, json('null'), json_object('at', m.paused_at, 'by', coalesce(m.paused_by, 'person'))),
      'decided', json(iif(m.managed_key is null, '[]', coalesce(m.managed_fields, '[]'))),
      'channel_ids', (select json_group_array(channel_id) from
        (select channel_id from monitor_channels where monitor_no = m.no order by channel_id))) as row
    from json_each(${JSON.stringify(ids)}) j cross join monitors m on m.id = j.value
    where m.account_id = ${accountId} and m.deleted_at is null order by j.key`);
  return rows.map(({ row }) => JSON.parse(row) as Target);
}

/** What is written of one monitor: fields that are absent stay. */
export interface FieldsRow {
  no: number;
  interval_seconds?: number;
  failure_threshold?: number;
  remind_every_minutes?: number | null;
  escalation_id?: string | null;
  public?: boolean;
  tags?: string[];
  paused_at?: number | null;
  paused_by?: 'person' | 'plan' | null;
  next_check_at?: number | null;
}

/** Changes the named fields of many monitors in one statement. */
export async function setFields(tx: Tx, rows: readonly FieldsRow[]): Promise<void> {
  // A JSON null is a value; only what is not there at all is left alone.
  const nullable = (name: keyof FieldsRow) => {
    const path = `$.${name}`;
    const column = sql.identifier(name);
    return sql`${column} = iif(json_type(j.value, ${path}) is null, ${column}, j.value ->> ${path})`;
  };
  await tx.run(sql`
    update monitors set
      interval_seconds = coalesce(j.value ->> '$.interval_seconds', interval_seconds),
      failure_threshold = coalesce(j.value ->> '$.failure_threshold', failure_threshold),
      public = coalesce(j.value ->> '$.public', public),
      tags = coalesce(j.value -> '$.tags', tags),
      ${nullable('remind_every_minutes')}, ${nullable('escalation_id')},
      ${nullable('paused_at')}, ${nullable('paused_by')}, ${nullable('next_check_at')}
    from json_each(${JSON.stringify(rows)}) j where no = j.value ->> '$.no'`);
}

/** Puts exactly these channels on each of many monitors; the caller has checked whose they are. */
export async function replaceChannelsOf(
  tx: Tx,
  rows: readonly { no: number; channel_ids: readonly string[] }[],
): Promise<void> {
  const list = JSON.stringify(rows);
  await tx.run(sql`
    delete from monitor_channels where monitor_no in (select value ->> '$.no' from json_each(${list}))`);
  await tx.run(sql`
    insert into monitor_channels (monitor_no, channel_id)
    select j.value ->> '$.no', c.value from json_each(${list}) j, json_each(j.value, '$.channel_ids') c`);
}

/**
 * Those of the monitors, all of one account, whose end touches more than themselves: others depend on them, a report is
 * about them, or a warning of their certificate waits that may be another's too.
 */
export async function listEntangled(tx: Tx, monitorNos: readonly number[]): Promise<Set<number>> {
  const [first] = monitorNos;
  if (first === undefined) return new Set();
  const rows = await tx.all<{ no: number }>(sql`
    select m.no from json_each(${JSON.stringify(monitorNos)}) j cross join monitors m on m.no = j.value
    where exists (select 1 from monitors c where c.parent_no = m.no)
      or exists (select 1 from components c cross join status_reports r on r.page_id = c.page_id
        where c.monitor_no = m.no and r.resolved_at is null)
      or m.id in (select d.payload ->> '$.monitor.id' from deliveries d
        where d.account_id = (select account_id from monitors where no = ${first})
          and d.state in ('queued','failed') and d.state <> 'sent' and d.event in ('ssl_expiring','domain_expiring'))`);
  return new Set(rows.map(({ no }) => no));
}

/** Monitors that are as if they had never been checked, from now on. */
export async function resetStates(tx: Tx, monitorNos: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    insert or replace into monitor_states (monitor_no, status_since)
    select value, ${now} from json_each(${JSON.stringify(monitorNos)})`);
}

/** Gone for everyone from now on, and nothing depends on them; the rows behind them are purged later. */
export async function setAllDeleted(tx: Tx, monitorNos: readonly number[], now: number): Promise<void> {
  const list = JSON.stringify(monitorNos);
  await tx.run(sql`
    update monitors set parent_no = null where parent_no in (select value from json_each(${list}))`);
  await tx.run(sql`
    update monitors set deleted_at = ${now}, next_check_at = null where no in (select value from json_each(${list}))`);
}

/** Puts monitors that have just become public on the account's first page, unless a page shows them already. */
export async function appendComponents(
  tx: Tx,
  accountId: string,
  monitorNos: readonly number[],
  now: number,
): Promise<void> {
  const list = JSON.stringify(monitorNos.map((no) => [no, newId('cmp')]));
  const first = sql`(select id from status_pages where account_id = ${accountId} order by created_at, rowid limit 1)`;
  const added = await tx.run(sql`
    insert into components (id, page_id, monitor_no, name, position)
    select j.value ->> 1, ${first}, j.value ->> 0, null,
      j.key + coalesce((select max(position) + 1 from components where page_id = ${first}), 0)
    from json_each(${list}) j where ${first} is not null and not exists (
      select 1 from components c cross join status_pages p on p.id = c.page_id
      where c.monitor_no = j.value ->> 0 and p.account_id = ${accountId})`);
  if (added.rowsAffected > 0) await tx.run(sql`update status_pages set updated_at = ${now} where id = ${first}`);
}
