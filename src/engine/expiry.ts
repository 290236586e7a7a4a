import { readPlan } from '../accounts/plan-queries.ts';
import { insertExpiryAlerts, noteWarnings } from '../alerts/warning-queries.ts';
import type { ExpiryMessage } from '../core/alert.ts';
import { type CertificateFacts, unexpectedChange } from '../core/certificate.ts';
import { CHANGED, crossedThresholds, daysUntil, WARN_DAYS } from '../core/expiry.ts';
import { allows } from '../core/plan.ts';
import { DAY } from '../core/time.ts';
import type { Found } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { readAlertSubject } from '../incidents/machine-queries.ts';
import { readCertificates, storeCertificate, type StoredCertificate } from '../monitors/certificate-queries.ts';

/** Something that ends and of which a monitor has just learned when. Times are epoch ms. */
export interface Expiry {
  event: 'ssl_expiring' | 'domain_expiring';
  accountId: string;
  monitorNo: number;
  /** What is warned of once, `cert:<fingerprint>` or `domain:<name>:<expiry>`. */
  subject: string;
  host: string;
  expiresAt: number;
  warnDays: readonly number[] | undefined;
  now: number;
}

/**
 * Queues a warning when a threshold was crossed that nobody of the account was warned of before; however many are
 * crossed at once, it is one message, about the nearest. Returns how many deliveries were queued.
 */
export async function recordExpiry(tx: Tx, expiry: Expiry): Promise<number> {
  const thresholds = crossedThresholds(expiry.expiresAt, expiry.warnDays ?? WARN_DAYS, expiry.now);
  if (thresholds.length === 0) return 0;
  return warn(tx, expiry, thresholds, null);
}

async function warn(tx: Tx, expiry: Expiry, thresholds: number[], note: string | null): Promise<number> {
  const { event, accountId, monitorNo, subject, host, expiresAt, now } = expiry;
  if (event === 'ssl_expiring' && !allows(await readPlan(tx, accountId), 'ssl')) return 0;
  const fresh = await noteWarnings(tx, { accountId, subject, thresholds, now });
  const threshold = Math.min(...thresholds);
  if (!fresh.includes(threshold)) return 0;
  const about = await readAlertSubject(tx, monitorNo);
  if (!about) return 0;
  const alert: ExpiryMessage = {
    event,
    ...about,
    incident: null,
    expiry: { subject, host, expiresAt, daysLeft: daysUntil(expiresAt, now), threshold, note },
  };
  return insertExpiryAlerts(tx, { accountId, monitorNo, now, alert });
}

/** A certificate that a check of a monitor was shown. */
export interface Shown {
  monitorNo: number;
  accountId: string;
  found: Found & { certificate: CertificateFacts };
}

/**
 * Stores new certificates, once a day the old ones too, and queues what people are to be told: thresholds crossed, and
 * another issuer or key long before it was due. Nothing is written while nothing is new. Returns the deliveries queued.
 */
export async function recordCertificates(tx: Tx, shown: readonly Shown[], now: number): Promise<number> {
  if (shown.length === 0) return 0;
  const known = await readCertificates(
    tx,
    shown.map(({ monitorNo }) => monitorNo),
  );
  let queued = 0;
  for (const one of shown) {
    const before = known.get(one.monitorNo);
    if (before && isOldNews(before, one.found, now)) continue;
    queued += await recordOne(tx, one, before, now);
  }
  return queued;
}

function isOldNews(before: StoredCertificate, { certificate, warnDays = WARN_DAYS }: Shown['found'], now: number) {
  const { not_after } = certificate;
  return (
    before.fingerprint === certificate.fingerprint &&
    before.host === certificate.host &&
    now - before.last_seen_at < DAY &&
    crossedThresholds(not_after, warnDays, before.last_seen_at).length ===
      crossedThresholds(not_after, warnDays, now).length
  );
}

async function recordOne(tx: Tx, shown: Shown, before: StoredCertificate | undefined, now: number): Promise<number> {
  const { accountId, monitorNo, found } = shown;
  const { certificate, warnDays } = found;
  await storeCertificate(tx, monitorNo, certificate, now);
  const expiry: Expiry = {
    event: 'ssl_expiring',
    accountId,
    monitorNo,
    subject: `cert:${certificate.fingerprint}`,
    host: certificate.host,
    expiresAt: certificate.not_after,
    warnDays,
    now,
  };
  const change = before ? unexpectedChange(before, certificate, now) : null;
  const told = change === null ? 0 : await warn(tx, expiry, [CHANGED], change);
  return told + (await recordExpiry(tx, expiry));
}
