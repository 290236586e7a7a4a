/** What a TLS server showed of itself. Times are epoch milliseconds. */
export interface CertificateFacts {
  /** The name that was asked for. */
  host: string;
  /** SHA-256 of the certificate and of its public key, colon-separated hex. */
  fingerprint: string;
  key_fingerprint: string;
  /** "CN=shop.example" and so on, on one line. */
  subject: string;
  issuer: string;
  /** The names it is good for, at most a hundred. */
  sans: string[];
  not_before: number;
  not_after: number;
}

/** A new certificate this long before the end of the old one is not the usual renewal, ms. */
const EARLY_MS = 30 * 86_400_000;

/**
 * What is new about a certificate that came long before it was due, in words; null for a renewal. Renewing makes a new
 * key as a rule, so a change alone says nothing.
 */
export function unexpectedChange(
  before: Pick<CertificateFacts, 'fingerprint' | 'host' | 'key_fingerprint' | 'issuer' | 'not_after'>,
  after: CertificateFacts,
  now: number,
): string | null {
  if (before.fingerprint === after.fingerprint || before.host !== after.host) return null;
  if (before.not_after - now <= EARLY_MS) return null;
  if (before.issuer !== after.issuer) {
    return `It is issued by ${shortName(after.issuer)}; before it was ${shortName(before.issuer)}.`;
  }
  return before.key_fingerprint === after.key_fingerprint ? null : 'It has another key than before.';
}

/** The name a person knows a subject or issuer by: its common name, else its organisation, else all of it. */
export function shortName(distinguished: string): string {
  const part = (key: string): string | undefined =>
    distinguished
      .split(', ')
      .find((piece) => piece.startsWith(`${key}=`))
      ?.slice(key.length + 1);
  return part('CN') ?? part('O') ?? (distinguished || 'nobody');
}
