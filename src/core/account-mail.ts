import { z } from 'zod';
import { utc } from './alert.ts';

export const ACCOUNT_MAIL_EVENTS = ['verify', 'reset', 'password_changed', 'email_changed'] as const;
export type AccountMailEvent = (typeof ACCOUNT_MAIL_EVENTS)[number];

/** What a mail about a person's log-in needs besides its address. */
export const accountMailData = z.object({
  /** The whole address of the page behind the button (`verify`, `reset`). */
  link: z.string().optional(),
  /** When the link stops working, epoch ms: after that the mail is not sent any more. */
  expiresAt: z.number().int().optional(),
  /** The new address (`email_changed`). */
  newEmail: z.string().optional(),
});
export type AccountMailData = z.infer<typeof accountMailData>;

/** The stored form in the outbox; `data` is emptied once the mail is out, for it holds a working link. */
export const accountMail = z.object({
  event: z.enum(ACCOUNT_MAIL_EVENTS),
  to: z.string(),
  /** When it was asked for, epoch ms. */
  at: z.number().int(),
  data: accountMailData,
});
export type AccountMail = z.infer<typeof accountMail>;

/** The wording of a mail about a log-in; `baseUrl` is the installation's address without a slash at the end. */
export function accountMailWords(mail: AccountMail, baseUrl: string) {
  const { link = baseUrl, expiresAt, newEmail = '' } = mail.data;
  const until = expiresAt === undefined ? [] : [`The link works once, until ${utc(expiresAt)}.`];
  const locked = { label: 'Set a new password', href: `${baseUrl}/reset` };
  switch (mail.event) {
    case 'verify':
      return {
        subject: 'Confirm your address for StatusPing',
        headline: 'Confirm that this address is yours.',
        paragraphs: ['Alerts about your monitors are sent here once you have confirmed it.', ...until],
        button: { label: 'Confirm this address', href: link },
        footer: 'Somebody signed up to StatusPing with this address. If it was not you, leave this mail alone.',
      };
    case 'reset':
      return {
        subject: 'Set a new password for StatusPing',
        headline: 'Set a new password.',
        paragraphs: ['The button opens a page where you choose a new password.', ...until],
        button: { label: 'Choose a new password', href: link },
        footer:
          'Somebody asked for this at the log-in page. If it was not you, leave this mail alone: nothing changes.',
      };
    case 'password_changed':
      return {
        subject: 'Your StatusPing password was changed',
        headline: 'Your password was changed.',
        paragraphs: [
          `It happened on ${utc(mail.at)}. All other devices were logged out.`,
          'Was it not you? Set a new one now.',
        ],
        button: locked,
        footer: 'Sent to the address of your StatusPing log-in, because it concerns its safety.',
      };
    case 'email_changed':
      return {
        subject: 'Your StatusPing address was changed',
        headline: 'Your log-in has a new address.',
        paragraphs: [
          `It is ${newEmail} since ${utc(mail.at)}. This is the last mail to the old address.`,
          'Was it not you? Then somebody knows your password: write to the people who run this installation.',
        ],
        button: null,
        footer: 'Sent to the former address of your StatusPing log-in, because it concerns its safety.',
      };
  }
}
