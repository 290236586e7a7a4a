import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

/** One table of an account, as its export reads it. */
interface Section {
  name: string;
  /** Table or join; the rows are those of `t`. */
  from: SQL;
  where: (accountId: string, since: number) => SQL;
  /** What is read of a row, spelled out: a column that is added later is not given away by itself. */
  columns: SQL;
  /** Orders the rows before their rowid does, where an index of the account has it. */
  order?: SQL;
}

const own = (accountId: string) => sql`t.account_id = ${accountId}`;
const ofPage = (accountId: string) => sql`p.account_id = ${accountId}`;
const ALIVE = sql`t.deleted_at is null`;

/** In the order they stand in the document. Times are epoch ms, and become ISO 8601 when they are written. */
export const SECTIONS: readonly Section[] = [
  {
    name: 'members',
    from: sql`memberships t join users u on u.id = t.user_id`,
    where: own,
    columns: sql`'id', u.id, 'email', u.email, 'name', u.name, 'role', t.role, 'created_at', t.created_at`,
  },
  {
    name: 'invitations',
    from: sql`invitations t`,
    where: own,
    columns: sql`'id', t.id, 'email', t.email, 'role', t.role, 'created_at', t.created_at, 'expires_at', t.expires_at`,
  },
  {
    name: 'api_tokens',
    from: sql`api_tokens t`,
    where: own,
    columns: sql`'id', t.id, 'name', t.name, 'scopes', json(t.scopes), 'hint', t.hint, 'user_id', t.user_id,
      'created_at', t.created_at, 'expires_at', t.expires_at, 'last_used_at', t.last_used_at`,
  },
  {
    name: 'monitors',
    from: sql`monitors t`,
    where: (accountId) => sql`${own(accountId)} and ${ALIVE}`,
    columns: sql`'id', t.id, 'name', t.name, 'type', t.kind, 'target', t.target, 'config', json(t.config),
      'interval_seconds', t.interval_seconds, 'timeout_seconds', t.timeout_seconds, 'retries', t.retries,
      'failure_threshold', t.failure_threshold, 'recovery_threshold', t.recovery_threshold,
      'flap_detection', json(iif(t.flap_detection, 'true', 'false')), 'remind_every_minutes', t.remind_every_minutes,
      'parent_id', (select m.id from monitors m where m.no = t.parent_no), 'escalation_id', t.escalation_id,
      'public', json(iif(t.public, 'true', 'false')), 'tags', json(t.tags), 'paused_at', t.paused_at,
      'paused_by', t.paused_by, 'channel_ids', (select json_group_array(mc.channel_id) from monitor_channels mc
        where mc.monitor_no = t.no), 'created_at', t.created_at`,
  },
  {
    name: 'channels',
    from: sql`channels t`,
    where: own,
    columns: sql`'id', t.id, 'kind', t.kind, 'name', t.name, 'enabled', json(iif(t.enabled, 'true', 'false')),
      'is_default', json(iif(t.is_default, 'true', 'false')), 'config', json(t.config), 'events', json(t.events),
      'tags', json(t.tags), 'quiet', json(t.quiet), 'per_minute', t.per_minute, 'created_at', t.created_at`,
  },
  {
    name: 'change_webhooks',
    from: sql`change_hooks t`,
    where: own,
    columns: sql`'id', t.id, 'name', t.name, 'url', t.url, 'events', json(t.events),
      'enabled', json(iif(t.enabled, 'true', 'false')), 'created_at', t.created_at`,
  },
  {
    name: 'escalation_policies',
    from: sql`escalation_policies t`,
    where: own,
    columns: sql`'id', t.id, 'name', t.name, 'steps', json(t.steps), 'created_at', t.created_at`,
  },
  {
    name: 'tag_rules',
    from: sql`tag_rules t`,
    where: own,
    columns: sql`'id', t.id, 'tag', t.tag, 'settings', json(t.settings), 'position', t.position`,
  },
  {
    name: 'maintenance',
    from: sql`maintenance_windows t`,
    where: (accountId) => sql`${own(accountId)} and ${ALIVE}`,
    columns: sql`'id', t.id, 'title', t.title, 'body', t.body, 'timezone', t.timezone, 'starts_at', t.starts_at,
      'ends_at', t.ends_at, 'cron', t.cron, 'duration_seconds', t.duration_seconds,
      'monitor_ids', (select json_group_array(m.id) from maintenance_monitors mm join monitors m on m.no = mm.monitor_no
        where mm.window_id = t.id), 'status_page_ids', (select json_group_array(mp.page_id) from maintenance_pages mp
        where mp.window_id = t.id), 'created_at', t.created_at`,
  },
  {
    name: 'status_pages',
    from: sql`status_pages t`,
    where: own,
    columns: sql`'id', t.id, 'slug', t.slug, 'title', t.title, 'description', t.description,
      'branding', json(iif(t.branding, 'true', 'false')), 'timezone', t.timezone, 'language', t.language,
      'appearance', json(t.appearance), 'visibility', t.visibility,
      'hidden_from_search', json(iif(t.hidden_from_search, 'true', 'false')), 'auto_report', t.auto_report,
      'domains', (select json_group_array(d.host) from page_domains d where d.page_id = t.id),
      'created_at', t.created_at, 'updated_at', t.updated_at`,
  },
  {
    name: 'components',
    from: sql`components t join status_pages p on p.id = t.page_id`,
    where: ofPage,
    columns: sql`'id', t.id, 'status_page_id', t.page_id, 'kind', t.kind, 'parent_id', t.parent_id,
      'monitor_id', (select m.id from monitors m where m.no = t.monitor_no), 'name', t.name,
      'description', t.description, 'manual_status', t.manual_status, 'position', t.position,
      'members_only', json(iif(t.members_only, 'true', 'false'))`,
  },
  {
    name: 'reports',
    from: sql`status_reports t join status_pages p on p.id = t.page_id`,
    where: ofPage,
    columns: sql`'id', t.id, 'status_page_id', t.page_id, 'title', t.title, 'impact', t.impact, 'status', t.status,
      'published_at', t.published_at, 'started_at', t.started_at, 'resolved_at', t.resolved_at,
      'created_at', t.created_at,
      'updates', (select json_group_array(json_object('status', u.status, 'body', u.body, 'at', u.at))
        from (select * from status_report_updates where report_id = t.id order by at) u),
      'components', (select json_group_array(json_object('component_id', c.component_id, 'status', c.status))
        from status_report_components c where c.report_id = t.id)`,
  },
  {
    name: 'report_templates',
    from: sql`status_report_templates t`,
    where: own,
    columns: sql`'id', t.id, 'name', t.name, 'title', t.title, 'body', t.body, 'impact', t.impact,
      'created_at', t.created_at`,
  },
  {
    name: 'subscribers',
    from: sql`subscribers t join status_pages p on p.id = t.page_id`,
    where: ofPage,
    columns: sql`'id', t.id, 'status_page_id', t.page_id, 'kind', t.kind, 'target', t.target,
      'component_ids', json(t.component_ids), 'language', t.language, 'confirmed_at', t.confirmed_at,
      'created_at', t.created_at`,
  },
  {
    name: 'incidents',
    from: sql`incidents t join monitors m on m.no = t.monitor_no`,
    where: own,
    order: sql`t.started_at`,
    columns: sql`'id', t.id, 'monitor_id', m.id, 'monitor_name', m.name, 'reason', t.reason, 'message', t.message,
      'started_at', t.started_at, 'opened_at', t.opened_at, 'resolved_at', t.resolved_at,
      'resolved_cause', t.resolved_cause, 'acknowledged_at', t.acknowledged_at,
      'timeline', (select json_group_array(json_object('at', e.at, 'kind', e.kind, 'text', e.text))
        from (select * from incident_events where incident_id = t.id order by at, id) e)`,
  },
  {
    name: 'audit',
    from: sql`audit_log t`,
    where: own,
    columns: sql`'at', t.at, 'user_id', t.user_id, 'action', t.action, 'subject', t.subject,
      'detail', json(t.detail), 'changes', json(t.changes), 'via', t.via, 'ip', t.ip`,
  },
  {
    name: 'deliveries',
    from: sql`deliveries t`,
    where: (accountId, since) => sql`${own(accountId)} and t.created_at >= ${since}`,
    order: sql`t.created_at`,
    columns: sql`'id', t.id, 'channel_id', t.channel_id, 'incident_id', t.incident_id, 'event', t.event,
      'state', t.state, 'attempts', t.attempts, 'last_error', t.last_error, 'created_at', t.created_at,
      'sent_at', t.sent_at`,
  },
];

/** Where a section goes on: the order value and the rowid of the last row that was read. */
export type Mark = readonly [order: number, row: number];
export const START: Mark = [Number.MIN_SAFE_INTEGER, 0];

/** Up to `limit` rows of a section after `mark`, as one text of `[order, rowid, row]`, which the driver hands over fast. */
export async function readSection(
  db: Db,
  { from, where, columns, order = sql`t.rowid` }: Section,
  ask: { accountId: string; since: number; mark: Mark; limit: number },
): Promise<[order: number, row: number, content: Record<string, unknown>][]> {
  const [at, row] = ask.mark;
  // Which rows they are is found out first: what is only sorted is not written as JSON.
  const rows = sql`select t.rowid from ${from}
    where ${where(ask.accountId, ask.since)} and (${order}, t.rowid) > (${at}, ${row})
    order by ${order}, t.rowid limit ${ask.limit}`;
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(json_array(o, r, json(c))) as list from (
      select ${order} as o, t.rowid as r, json_object(${columns}) as c from ${from}
      where t.rowid in (${rows}) order by ${order}, t.rowid)`);
  return JSON.parse(found.list) as [number, number, Record<string, unknown>][];
}

/** Numbers and ids of an account's monitors after `no`: what the big tables go by. */
export async function listNumbers(db: Db, accountId: string, no: number, limit: number) {
  return db.all<{ no: number; id: string }>(sql`
    select no, id from monitors where account_id = ${accountId} and no > ${no} and deleted_at is null
    order by no limit ${limit}`);
}

/** Rows of `summaries` after a slot: `[grain, slot, checks, failed, up, down, degraded, excluded, sum_ms, max_ms]`. */
export async function readSummaryRows(db: Db, no: number, [grain, slot]: readonly [number, number], limit: number) {
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(json(c)) as list from (
      select json_array(grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds, excluded_seconds,
        sum_ms, max_ms) as c
      from summaries where monitor_no = ${no} and (grain, slot) > (${grain}, ${slot}) order by grain, slot limit ${limit})`);
  return JSON.parse(found.list) as number[][];
}

/** Rows of `results` after one: `[at, location, outcome, response_ms]`, `at` in epoch seconds. */
export async function readResultRows(db: Db, no: number, [at, location]: readonly [number, number], limit: number) {
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(json(c)) as list from (
      select json_array(at, location, outcome, response_ms) as c
      from results where monitor_no = ${no} and (at, location) > (${at}, ${location}) order by at, location limit ${limit})`);
  return JSON.parse(found.list) as [at: number, location: number, outcome: number, ms: number | null][];
}

/** What is kept of a person besides their memberships; no secret among it. */
export async function readPerson(db: Db, userId: string): Promise<Record<string, unknown>> {
  const found = await db.get<{ person: string }>(sql`
    select json_object('id', u.id, 'email', u.email, 'name', u.name, 'email_verified_at', u.email_verified_at,
      'two_factor_since', u.totp_since, 'created_at', u.created_at,
      'sessions', (select json_group_array(json_object('kind', s.kind, 'created_at', s.created_at,
        'expires_at', s.expires_at, 'last_seen_at', s.last_seen_at, 'user_agent', s.user_agent, 'ip', s.ip))
        from sessions s where s.user_id = u.id),
      'passkeys', (select json_group_array(json_object('name', k.name, 'created_at', k.created_at,
        'last_used_at', k.last_used_at)) from passkeys k where k.user_id = u.id),
      'identities', (select json_group_array(json_object('issuer', i.issuer, 'subject', i.subject,
        'created_at', i.created_at)) from identities i where i.user_id = u.id)) as person
    from users u where u.id = ${userId}`);
  return JSON.parse(found.person) as Record<string, unknown>;
}
