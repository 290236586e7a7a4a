import { sql } from 'drizzle-orm';
import type { ChannelEvent, ChannelKind } from '../core/alert.ts';
import type { Db } from '../db/client.ts';
import { included, verified } from './reach-queries.ts';

/** A channel that hears of a monitor, and by which ways it came to it. */
export interface Listener {
  id: string;
  name: string;
  kind: ChannelKind;
  enabled: boolean;
  /** Its kind is part of the account's plan. */
  included: boolean;
  verified: boolean;
  /** What it is told of; null is everything. */
  events: ChannelEvent[] | null;
  quiet: boolean;
  /** It was put on the monitor. */
  own: boolean;
  /** Tags that it shares with the monitor. */
  tags: string[];
  /** Minutes after which steps of the monitor's policy tell it, in order. */
  steps: number[];
}

/** Everybody who hears of a monitor going down, at once or later, in the order the channels were made. */
export async function listListeners(db: Db, monitorNo: number): Promise<Listener[]> {
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(json_object('id', c.id, 'name', c.name, 'kind', c.kind,
      'enabled', json(iif(c.enabled, 'true', 'false')), 'included', json(iif(${included('c')}, 'true', 'false')),
      'verified', json(iif(${verified('c')}, 'true', 'false')), 'events', json(c.events),
      'quiet', json(iif(c.quiet is null or c.quiet = 'null', 'false', 'true')),
      'own', json(iif(l.own, 'true', 'false')), 'tags', json(l.tags), 'steps', json(l.steps))) as list
    from (select c.id,
        exists (select 1 from monitor_channels x where x.monitor_no = m.no and x.channel_id = c.id) as own,
        (select json_group_array(a.value) from json_each(c.tags) a
          where a.value in (select b.value from json_each(m.tags) b)) as tags,
        (select json_group_array(s.value ->> '$.after_minutes')
          from escalation_policies p, json_each(p.steps) s
          where p.id = m.escalation_id
            and c.id in (select n.value from json_each(s.value -> '$.channel_ids') n)) as steps
      from monitors m join channels c on c.account_id = m.account_id
      where m.no = ${monitorNo}) l
      join channels c on c.id = l.id
    where l.own or l.tags <> '[]' or l.steps <> '[]'
    order by c.created_at, c.id`);
  return JSON.parse(found.list) as Listener[];
}
