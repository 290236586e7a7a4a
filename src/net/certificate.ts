import { createHash, type X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../core/certificate.ts';

const MOST_NAMES = 100;
const MOST_KEPT = 1_000;
const MOST_ISSUERS = 8;

/** Reading one costs more than the rest of a quick check, and a server shows the same one every time. */
const kept = new Map<string, Omit<CertificateFacts, 'host'>>();

/** What is worth knowing of a server's certificate. */
export function readCertificate(certificate: X509Certificate, host: string): CertificateFacts {
  const { fingerprint256 } = certificate;
  const known = kept.get(fingerprint256);
  if (known) return { host, ...known };
  if (kept.size >= MOST_KEPT) kept.clear();
  const facts = {
    fingerprint: fingerprint256,
    key_fingerprint: keyFingerprint(certificate),
    subject: nameLine(certificate.subject),
    issuer: nameLine(certificate.issuer),
    sans: alternativeNames(certificate),
    not_before: Date.parse(certificate.validFrom),
    not_after: Date.parse(certificate.validTo),
  };
  kept.set(fingerprint256, facts);
  return { host, ...facts };
}

/** The certificates behind the server's own, as far as they are known: name and end (epoch ms), nearest first. */
export function readIssuers(certificate: X509Certificate): { name: string; not_after: number }[] {
  const issuers: { name: string; not_after: number }[] = [];
  let at = certificate.issuerCertificate;
  while (at && issuers.length < MOST_ISSUERS) {
    issuers.push({ name: nameLine(at.subject), not_after: Date.parse(at.validTo) });
    at = at.issuerCertificate;
  }
  return issuers;
}

/** A key of a kind that OpenSSL does not know has no fingerprint of its own. */
function keyFingerprint(certificate: X509Certificate): string {
  try {
    const der = certificate.publicKey.export({ type: 'spki', format: 'der' });
    const hex = createHash('sha256').update(der).digest('hex').toUpperCase();
    return hex.replace(/..(?=.)/g, '$&:');
  } catch {
    return certificate.fingerprint256;
  }
}

/** Node writes one part a line. */
function nameLine(name: string | undefined): string {
  return (name ?? '').split('\n').filter(Boolean).join(', ').slice(0, 500);
}

function alternativeNames(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, '').slice(0, 253))
    .filter(Boolean)
    .slice(0, MOST_NAMES);
}
