import { sql } from 'drizzle-orm';
import type { CertificateFacts } from '../core/certificate.ts';
import type { Db, Tx } from '../db/client.ts';

/** A certificate as it was stored last. Times are epoch ms. */
export type StoredCertificate = Omit<CertificateFacts, 'sans' | 'subject'> & {
  monitor_no: number;
  first_seen_at: number;
  last_seen_at: number;
};

/** What was known of the certificates of these monitors, by number. */
export async function readCertificates(tx: Tx, monitorNos: readonly number[]): Promise<Map<number, StoredCertificate>> {
  const rows = await tx.all<StoredCertificate>(sql`
    select c.monitor_no, c.host, c.fingerprint, c.key_fingerprint, c.issuer, c.not_before, c.not_after, c.first_seen_at,
      c.last_seen_at
    from json_each(${JSON.stringify(monitorNos)}) j cross join certificates c on c.monitor_no = j.value`);
  return new Map(rows.map((row) => [row.monitor_no, row]));
}

/** Stores what a monitor was shown; the same one as before keeps the day it was first seen. */
export async function storeCertificate(tx: Tx, monitorNo: number, shown: CertificateFacts, now: number): Promise<void> {
  const { host, fingerprint, key_fingerprint, subject, issuer, sans, not_before, not_after } = shown;
  await tx.run(sql`
    insert into certificates (monitor_no, host, fingerprint, key_fingerprint, subject, issuer, sans, not_before,
      not_after, first_seen_at, last_seen_at)
    values (${monitorNo}, ${host}, ${fingerprint}, ${key_fingerprint}, ${subject}, ${issuer}, ${JSON.stringify(sans)},
      ${not_before}, ${not_after}, ${now}, ${now})
    on conflict (monitor_no) do update set
      first_seen_at = case when fingerprint = excluded.fingerprint then first_seen_at else excluded.first_seen_at end,
      host = excluded.host, fingerprint = excluded.fingerprint, key_fingerprint = excluded.key_fingerprint,
      subject = excluded.subject, issuer = excluded.issuer, sans = excluded.sans, not_before = excluded.not_before,
      not_after = excluded.not_after, last_seen_at = excluded.last_seen_at`);
}

/** The monitor looks elsewhere now. */
export async function forgetCertificate(tx: Tx, monitorNo: number): Promise<void> {
  await tx.run(sql`delete from certificates where monitor_no = ${monitorNo}`);
}

/** An account's certificate and the monitors that were shown it. */
export interface CertificateRow {
  fingerprint: string;
  host: string;
  subject: string;
  issuer: string;
  sans: string[];
  not_before: number;
  not_after: number;
  first_seen_at: number;
  last_seen_at: number;
  monitors: { id: string; name: string }[];
}

/** Every certificate of an account once, whatever number of monitors see it, the first to end first. */
export async function listCertificates(db: Db, accountId: string, limit: number): Promise<CertificateRow[]> {
  const rows = await db.all<Omit<CertificateRow, 'sans' | 'monitors'> & { sans: string; monitors: string }>(sql`
    select c.fingerprint, min(c.host) as host, c.subject, c.issuer, c.sans, c.not_before, c.not_after,
      min(c.first_seen_at) as first_seen_at, max(c.last_seen_at) as last_seen_at,
      json_group_array(json_object('id', m.id, 'name', m.name)) as monitors
    from monitors m join certificates c on c.monitor_no = m.no
    where m.account_id = ${accountId} and m.deleted_at is null
    group by c.fingerprint order by c.not_after, host limit ${limit}`);
  return rows.map((row) => ({
    ...row,
    sans: JSON.parse(row.sans) as string[],
    monitors: JSON.parse(row.monitors) as CertificateRow['monitors'],
  }));
}

/** The certificate a monitor was shown last, or null. */
export async function findCertificate(db: Db, monitorNo: number): Promise<Omit<CertificateRow, 'monitors'> | null> {
  const rows = await db.all<Omit<CertificateRow, 'sans' | 'monitors'> & { sans: string }>(sql`
    select fingerprint, host, subject, issuer, sans, not_before, not_after, first_seen_at, last_seen_at
    from certificates where monitor_no = ${monitorNo}`);
  return rows[0] ? { ...rows[0], sans: JSON.parse(rows[0].sans) as string[] } : null;
}

/** A domain that monitors of an account watch, as its registry told last. */
export interface DomainRow {
  name: string;
  expires_at: number | null;
  registrar: string | null;
  monitors: { id: string; name: string }[];
}

/** An account's domains, the first to end first, those without a known end last. */
export async function listDomains(db: Db, accountId: string, limit: number): Promise<DomainRow[]> {
  const rows = await db.all<Omit<DomainRow, 'monitors'> & { monitors: string }>(sql`
    select d.name, d.expires_at, d.registrar,
      json_group_array(json_object('id', m.id, 'name', m.name)) as monitors
    from monitors m join domains d on d.name = m.target
    where m.account_id = ${accountId} and m.deleted_at is null and m.kind = 'domain'
    group by d.name order by d.expires_at is null, d.expires_at limit ${limit}`);
  return rows.map((row) => ({ ...row, monitors: JSON.parse(row.monitors) as DomainRow['monitors'] }));
}
