import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { dropFact, readFact, writeFact } from './installation-queries.ts';

/** Somebody who may see and run the whole installation. */
export interface Operator {
  userId: string;
  email: string;
}

/**
 * Whom the installation writes to: the operator of longest standing with a verified address; where there is none, the
 * verified owner of the oldest account; else null.
 */
export async function findOperator(tx: Tx): Promise<Operator | null> {
  const rows = await tx.all<Operator>(sql`
    select id as userId, email from users where operator = 1 and email_verified_at is not null
    order by created_at, rowid limit 1`);
  return rows[0] ?? (await findFirstOwner(tx));
}

async function findFirstOwner(tx: Tx): Promise<Operator | null> {
  const rows = await tx.all<Operator>(sql`
    select u.id as userId, u.email
    from (select id from accounts where id <> ${DEMO_ACCOUNT} and deleted_at is null order by created_at, rowid limit 1) a
      join memberships m on m.account_id = a.id and m.role = 'owner' join users u on u.id = m.user_id
    where u.email_verified_at is not null
    order by m.created_at limit 1`);
  return rows[0] ?? null;
}

/** The demo is nobody's: neither its user nor its account counts as the first of an installation. */
const DEMO_USER = sql`coalesce((select value->>'$.userId' from installation where key = 'demo'), '')`;
const DEMO_ACCOUNT = sql`coalesce((select value->>'$.accountId' from installation where key = 'demo'), '')`;

/** Makes a user just inserted the operator if they are the very first of the installation (R-AU-13). */
export async function makeFirstOperator(tx: Tx, userId: string): Promise<void> {
  await tx.run(sql`
    update users set operator = 1
    where id = ${userId} and not exists (select 1 from users where id <> ${userId} and id <> ${DEMO_USER})`);
}

/** Set once the question who operates is settled: afterwards only an operator of the machine decides. */
const SETTLED = 'operator';

/** An installation from before there were operators gets one, once. Returns the address, null when nothing was done. */
export async function chooseOperator(tx: Tx, now: number): Promise<string | null> {
  if ((await readFact(tx, SETTLED)) !== null) return null;
  const present = await tx.all(sql`select 1 from users where operator = 1 limit 1`);
  const chosen = present.length > 0 ? null : await findFirstOwner(tx);
  if (chosen) await tx.run(sql`update users set operator = 1 where id = ${chosen.userId}`);
  if (chosen || present.length > 0) await writeFact(tx, SETTLED, now);
  return chosen?.email ?? null;
}

/** Every operator, those of longest standing first. */
export async function listOperators(db: Db): Promise<{ email: string; verified: 0 | 1 }[]> {
  return db.all(sql`
    select email, email_verified_at is not null as verified from users where operator = 1
    order by created_at, rowid limit 1000`);
}

/** Makes a person an operator or takes it away; null when nobody has the address. */
export async function setOperator(tx: Tx, emailKey: string, operator: boolean, now: number) {
  const rows = await tx.all<{ id: string; email: string; verified: 0 | 1 }>(sql`
    update users set operator = ${operator ? 1 : 0} where email_key = ${emailKey} and id <> ${DEMO_USER}
    returning id, email, email_verified_at is not null as verified`);
  if (rows[0]) await writeFact(tx, SETTLED, now);
  return rows[0] ?? null;
}

/** What is remembered of this location's own network, so that a restart in the middle of an outage goes on with it. */
export interface NetworkMemory {
  /** Epoch ms; null while the network works. */
  offlineSince: number | null;
  /** When each witness answered last, epoch ms. */
  answered: Record<string, number>;
}

const NETWORK = 'network';

export async function readNetwork(db: Db): Promise<NetworkMemory> {
  return (await readFact<NetworkMemory>(db, NETWORK)) ?? { offlineSince: null, answered: {} };
}

export async function writeNetwork(tx: Tx, memory: NetworkMemory): Promise<void> {
  await writeFact(tx, NETWORK, memory);
}

/** What everybody who is signed in reads above each page. */
export interface Notice {
  text: string;
  tone: 'info' | 'warn';
  /** Epoch ms; null until somebody takes it down. */
  until: number | null;
}

/** While it is on, nobody changes anything; checks and alerts go on. */
export interface Maintenance {
  /** Epoch ms. */
  since: number;
}

const NOTICE = 'notice';
const MAINTENANCE = 'maintenance';

export async function readNotice(db: Db): Promise<Notice | null> {
  return readFact<Notice>(db, NOTICE);
}

export async function readMaintenance(db: Db | Tx): Promise<Maintenance | null> {
  return readFact<Maintenance>(db, MAINTENANCE);
}

export async function writeNotice(tx: Tx, notice: Notice | null): Promise<void> {
  await (notice ? writeFact(tx, NOTICE, notice) : dropFact(tx, NOTICE));
}

export async function writeMaintenance(tx: Tx, maintenance: Maintenance | null): Promise<void> {
  await (maintenance ? writeFact(tx, MAINTENANCE, maintenance) : dropFact(tx, MAINTENANCE));
}
