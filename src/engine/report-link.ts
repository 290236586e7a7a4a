import { z } from 'zod';
import { MAIL_PERIODS } from '../core/report-period.ts';
import { readSigned, sign } from './signed-link.ts';

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
  return sharedReport.safeParse(readSigned(secretKey, 'shared reports', token)).data ?? null;
}

/** The token behind `/unsubscribe/`; it never ends, as the mail it stands in is kept. */
export function signUnsubscribe(secretKey: string, who: MailedTo): string {
  return sign(secretKey, 'report mails', who);
}

export function readUnsubscribe(secretKey: string, token: string): MailedTo | null {
  return mailedTo.safeParse(readSigned(secretKey, 'report mails', token)).data ?? null;
}
