import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';

/** The person who runs this installation: the owner of its oldest account, if that address is verified; else null. */
export async function findOperator(tx: Tx): Promise<{ userId: string; email: string } | null> {
  const rows = await tx.all<{ userId: string; email: string }>(sql`
    select u.id as userId, u.email
    from (select id from accounts order by created_at, rowid limit 1) a
      join memberships m on m.account_id = a.id and m.role = 'owner' join users u on u.id = m.user_id
    where u.email_verified_at is not null
    order by m.created_at limit 1`);
  return rows[0] ?? null;
}

/** What is remembered of this location's own network, so that a restart in the middle of an outage goes on with it. */
export interface NetworkMemory {
  /** Epoch ms; null while the network works. */
  offlineSince: number | null;
  /** When each witness answered last, epoch ms. */
  answered: Record<string, number>;
}

const KEY = 'network';

export async function readNetwork(db: Db): Promise<NetworkMemory> {
  const rows = await db.all<{ value: string }>(sql`select value from installation where key = ${KEY}`);
  return rows[0] ? (JSON.parse(rows[0].value) as NetworkMemory) : { offlineSince: null, answered: {} };
}

export async function writeNetwork(tx: Tx, memory: NetworkMemory): Promise<void> {
  await tx.run(sql`
    insert into installation (key, value) values (${KEY}, ${JSON.stringify(memory)})
    on conflict (key) do update set value = excluded.value`);
}
