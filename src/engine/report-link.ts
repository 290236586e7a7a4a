import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { MAIL_PERIODS } from '../core/report-period.ts';

// Addresses of reports that work without a log-in. Nothing is stored for them: what they may show is in them, signed.

const sharedReport = z.object({
  account: z.string(),
  /** First and last day, and the zone whose days they are. */
  first: z.string(),
  last: z.string(),
  zone: z.string(),
  monitor: z.string().optional(),
  tag: z.string().optional(),
  /** Epoch ms. */
  expiresAt: z.number().int(),
});
/** What a shared address shows: one report of one account, until it ends. */
export type SharedReport = z.infer<typeof sharedReport>;

const mailedTo = z.object({ account: z.string(), user: z.string(), period: z.enum(MAIL_PERIODS) });
/** Which mails an address in them stops. */
export type MailedTo = z.infer<typeof mailedTo>;

/** The token behind `/r/`. */
export function signSharedReport(secretKey: string, report: SharedReport): string {
  return sign(secretKey, 'shared reports', report);
}

/** What a token shows, whether or not it has ended; null for anything that is not ours. */
export function readSharedReport(secretKey: string, token: string): SharedReport | null {
  return sharedReport.safeParse(read(secretKey, 'shared reports', token)).data ?? null;
}

/** The token behind `/unsubscribe/`; it never ends, as the mail it stands in is kept. */
export function signUnsubscribe(secretKey: string, who: MailedTo): string {
  return sign(secretKey, 'report mails', who);
}

export function readUnsubscribe(secretKey: string, token: string): MailedTo | null {
  return mailedTo.safeParse(read(secretKey, 'report mails', token)).data ?? null;
}

/** Longest token that is looked at, in characters. */
const LONGEST = 1_000;

function sign(secretKey: string, purpose: string, content: object): string {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${text}.${mac(secretKey, purpose, text).toString('base64url')}`;
}

function read(secretKey: string, purpose: string, token: string): unknown {
  const [text = '', given = '', ...more] = token.length > LONGEST ? [] : token.split('.');
  const wanted = mac(secretKey, purpose, text);
  const bytes = Buffer.from(given, 'base64url');
  // One spelling each: other characters decode to the same bytes.
  if (more.length > 0 || bytes.length !== wanted.length || bytes.toString('base64url') !== given) return null;
  return timingSafeEqual(bytes, wanted) ? JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) : null;
}

/** A key for each purpose, so that a signature made for one is none for another. */
function mac(secretKey: string, purpose: string, text: string): Buffer {
  const key = createHmac('sha256', secretKey).update(`statusping ${purpose}`).digest();
  return createHmac('sha256', key).update(text).digest();
}
