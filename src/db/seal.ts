import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Text that only this installation can read again, for one purpose: AES-256-GCM as base64url. Name in `purpose` whose it
 * is (`totp usr_…`), so that a sealed text moved to another row does not open there.
 */
export function seal(secretKey: string, purpose: string, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(secretKey, purpose), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** What was sealed for this purpose; null for anything else, a text sealed under another SECRET_KEY included. */
export function unseal(secretKey: string, purpose: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const opener = createDecipheriv(CIPHER, sealingKey(secretKey, purpose), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  opener.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([opener.update(bytes.subarray(IV_BYTES + TAG_BYTES)), opener.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** A key for sealing and for this purpose alone: what SECRET_KEY signs has keys of its own (see `engine/signed-link.ts`). */
function sealingKey(secretKey: string, purpose: string): Buffer {
  return createHmac('sha256', secretKey).update(`statusping seal ${purpose}`).digest();
}
