import { and, eq, inArray, sql } from 'drizzle-orm';
import { LOOK_MS, WAITING_MS } from '../core/page-domain.ts';
import type { Db, Tx } from '../db/client.ts';
import { page_domains, status_pages } from '../db/schema/statuspages.ts';

export type DomainRow = typeof page_domains.$inferSelect;
/** With the account whose page it is. */
export type OwnedDomain = DomainRow & { account_id: string };

const OWNED = sql`select d.*, p.account_id from ${page_domains} d join ${status_pages} p on p.id = d.page_id`;

/** The host of a page of the account, or null. */
export async function findDomainOfPage(db: Db | Tx, accountId: string, pageId: string): Promise<DomainRow | null> {
  const rows = await db.all<OwnedDomain>(
    sql`${OWNED} where d.page_id = ${pageId} and p.account_id = ${accountId} order by d.created_at, d.host limit 1`,
  );
  return rows[0] ?? null;
}

/** Who has named a host, whichever account it is: a host belongs to one page only. */
export async function findDomainByHost(db: Db | Tx, host: string): Promise<OwnedDomain | null> {
  const rows = await db.all<OwnedDomain>(sql`${OWNED} where d.host = ${host}`);
  return rows[0] ?? null;
}

export async function insertDomain(tx: Tx, row: Pick<DomainRow, 'host' | 'page_id' | 'token' | 'created_at'>) {
  await tx.insert(page_domains).values(row);
}

export async function deleteDomain(tx: Tx, host: string): Promise<void> {
  await tx.delete(page_domains).where(eq(page_domains.host, host));
}

/** Sets an account's hosts free; they may be named by anybody again. Returns them. */
export async function releaseDomains(tx: Tx, accountId: string): Promise<string[]> {
  const pages = tx.select({ id: status_pages.id }).from(status_pages).where(eq(status_pages.account_id, accountId));
  const gone = await tx
    .delete(page_domains)
    .where(inArray(page_domains.page_id, pages))
    .returning({ host: page_domains.host });
  return gone.map(({ host }) => host);
}

/** Writes what a look found, unless the host has been given up or named anew since. Returns whether it was there. */
export async function recordLook(
  tx: Tx,
  domain: Pick<DomainRow, 'host' | 'token'>,
  found: Pick<DomainRow, 'verified_at' | 'failing_since' | 'error' | 'checked_at'>,
): Promise<boolean> {
  const done = await tx
    .update(page_domains)
    .set(found)
    .where(and(eq(page_domains.host, domain.host), eq(page_domains.token, domain.token)))
    .returning({ host: page_domains.host });
  return done.length > 0;
}

/** Hosts whose proof is to be looked for again, the longest unseen first. */
export async function listDueDomains(db: Db, now: number, limit: number): Promise<OwnedDomain[]> {
  return db.all<OwnedDomain>(sql`${OWNED} where d.checked_at is null or d.checked_at <= ${now} - case
      when d.verified_at is not null and d.failing_since is null then ${LOOK_MS.proven}
      when d.verified_at is not null then ${LOOK_MS.missed}
      when d.created_at > ${now - WAITING_MS} then ${LOOK_MS.waiting}
      else ${LOOK_MS.given_up} end
    order by d.checked_at limit ${limit}`);
}

/** Every host that is served, and the slug of its page. */
export async function listServedHosts(db: Db): Promise<{ host: string; slug: string }[]> {
  return db.all(sql`select d.host, p.slug from ${page_domains} d join ${status_pages} p on p.id = d.page_id
    where d.verified_at is not null`);
}
