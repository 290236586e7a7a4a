import { timingSafeEqual } from 'node:crypto';
import { mac } from './signed-link.ts';

/** What the link in a message lets its reader do: acknowledge or snooze what it is about, in the name of this channel. */
export interface AlertLink {
  /** An incident, or the key of a message (`bat_…`) into which several alerts were merged. */
  about: string;
  channelId: string;
  /** Epoch ms. */
  expiresAt: number;
}

/** 160 bits: a link must stay short enough not to be broken by a mail program. */
const MAC_BYTES = 20;

/** The token of a link. The same facts always give the same token, so a message is the same bytes on every try. */
export function signAlertLink(secretKey: string, link: AlertLink): string {
  const body = Buffer.from(`${link.about} ${link.channelId} ${link.expiresAt.toString(36)}`);
  return Buffer.concat([shortMac(secretKey, body), body]).toString('base64url');
}

/** What a token of ours stands for; `expired` once its time is over, null for anything that we did not sign. */
export function readAlertLink(secretKey: string, token: string, now: number): AlertLink | 'expired' | null {
  const bytes = Buffer.from(token, 'base64url');
  // One token, one spelling: the decoder would overlook padding, foreign letters and stray last bits.
  if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const body = bytes.subarray(MAC_BYTES);
  if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), shortMac(secretKey, body))) return null;
  const [about = '', channelId = '', end = ''] = body.toString().split(' ');
  const expiresAt = Number.parseInt(end, 36);
  return now >= expiresAt ? 'expired' : { about, channelId, expiresAt };
}

function shortMac(secretKey: string, body: Uint8Array): Buffer {
  return mac(secretKey, 'alert links', body).subarray(0, MAC_BYTES);
}
