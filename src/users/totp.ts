import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { SECOND } from '../core/time.ts';

const PERIOD_SECONDS = 30;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** Sixteen of these are 78 random bits; no letter is taken for another or for a digit. */
const LETTERS = '23456789abcdefghjkmnpqrstvwxyz';

/** A secret for an authenticator app, in base32 (RFC 6238 with SHA-1, six digits, 30 seconds: what every app can). */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What the app reads from the picture. `host` tells several installations apart in the app's list. */
export function totpUri(secret: string, email: string, host: string): string {
  return totp(secret, host === 'localhost' ? 'StatusPing' : `StatusPing (${host})`, email).toString();
}

/** The 30-second step a six-digit code belongs to, the one before and the one after `now` included; null for others. */
export function totpStep(secret: string, code: string, now: number): number | null {
  const delta = totp(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? null : Math.floor(now / (PERIOD_SECONDS * SECOND)) + delta;
}

function totp(secret: string, issuer = 'StatusPing', label = ''): TOTP {
  const parts = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS };
  return new TOTP({ ...parts, issuer, label, secret: Secret.fromBase32(secret) });
}

/** Ten codes that stand in for the app, each once: `k7pm-3x9t-…`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    return letters.replace(/(.{4})(?=.)/g, '$1-');
  });
}

/** A code as typed: spaces, hyphens and capitals do not matter. */
export function plainCode(typed: string): string {
  return typed.slice(0, 100).replace(/[\s-]/g, '').toLowerCase();
}
