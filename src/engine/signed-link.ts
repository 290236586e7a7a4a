import { createHmac, timingSafeEqual } from 'node:crypto';

/** Longest token that is looked at, in characters. */
const LONGEST = 1_000;

/** Content that only this installation can have written, for one purpose. The purpose is part of the key. */
export function sign(secretKey: string, purpose: string, content: object): string {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${text}.${mac(secretKey, purpose, text).toString('base64url')}`;
}

/** What was signed for this purpose; null for anything else. */
export function readSigned(secretKey: string, purpose: string, token: string): unknown {
  const [text = '', given = '', ...more] = token.length > LONGEST ? [] : token.split('.');
  const wanted = mac(secretKey, purpose, text);
  const bytes = Buffer.from(given, 'base64url');
  // One spelling each: other characters decode to the same bytes.
  if (more.length > 0 || bytes.length !== wanted.length || bytes.toString('base64url') !== given) return null;
  return timingSafeEqual(bytes, wanted) ? JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) : null;
}

/** A key for each purpose, so that a signature made for one is none for another. 32 bytes. */
export function mac(secretKey: string, purpose: string, text: string | Uint8Array): Buffer {
  const key = createHmac('sha256', secretKey).update(`statusping ${purpose}`).digest();
  return createHmac('sha256', key).update(text).digest();
}
