import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** An opaque id with a prefix people can tell apart, e.g. `mon_…`; 80 random bits. */
export function newId(
  prefix:
    | 'usr'
    | 'rep'
    | 'upd'
    | 'tpl'
    | 'sub'
    | 'esc'
    | 'bat'
    | 'acc'
    | 'mnt'
    | 'ses'
    | 'mon'
    | 'inc'
    | 'chn'
    | 'dlv'
    | 'pag'
    | 'cmp'
    | 'inv'
    | 'tok'
    | 'hok'
    | 'und'
    | 'tgr',
): string {
  let id = `${prefix}_`;
  for (const byte of randomBytes(16)) id += ALPHABET[byte % 32];
  return id;
}

/** A secret for links and refresh tokens: 192 random bits, URL-safe. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** What is kept of a token that travelled by mail or belongs to a program: SHA-256, hex. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
