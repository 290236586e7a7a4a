import { z } from 'zod';
import { type AlertEntry, oneLine, utc } from './alert.ts';
import { OPERATOR_EVENTS, operatorMailWords } from './operator-mail.ts';
import { reportMailData, reportMailWords } from './report-mail.ts';

const ACCOUNT_MAIL_EVENTS = [
  'verify',
  'reset',
  'password_changed',
  'email_changed',
  'channel_disabled',
  'webhook_disabled',
  'report',
  'invite',
  'joined',
  'ownership',
  'log_in_changed',
  'payment_failed',
  'plan_ended',
  ...OPERATOR_EVENTS,
] as const;
export type AccountMailEvent = (typeof ACCOUNT_MAIL_EVENTS)[number];

/** What a mail about a person's log-in needs besides its address. */
const accountMailData = z.object({
  /** The whole address of the page behind the button (`verify`, `reset`, `channel_disabled`, `webhook_disabled`, `report`). */
  link: z.string().optional(),
  /** When the link stops working, epoch ms: after that the mail is not sent any more. */
  expiresAt: z.number().int().optional(),
  /** The new address (`email_changed`). */
  newEmail: z.string().optional(),
  /** The channel that was switched off, and what its receiver said (`channel_disabled`; of a webhook, `webhook_disabled`). */
  channelName: z.string().optional(),
  reason: z.string().optional(),
  /** Beginning and, once it is over, end of what the operator is told of, epoch ms. */
  since: z.number().int().optional(),
  until: z.number().int().optional(),
  /** The figures of a week or a month (`report`). */
  report: reportMailData.optional(),
  /** How many monitors are concerned (`monitors_silent`). */
  count: z.number().int().optional(),
  /** The account it is about, and who did it (`invite`, `joined`, `ownership`, `payment_failed`, `plan_ended`). */
  account: z.string().optional(),
  by: z.string().optional(),
  /** What was changed of the log-in, as a sentence (`log_in_changed`). */
  what: z.string().optional(),
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

/** A mail in words, as plain text. */
export interface AccountMailWords {
  subject: string;
  headline: string;
  paragraphs: string[];
  button: { label: string; href: string } | null;
  footer: string;
  /** Left out: none. Entries have the path of their page. */
  facts?: { label: string; value: string }[];
  entries?: AlertEntry[];
  /** Beside the footer: where the reader can change that this mail comes. */
  change?: { label: string; href: string };
  /** Address that ends these mails with one click (RFC 8058). */
  unsubscribe?: string;
}

/** The wording of a mail about a log-in or the installation; `baseUrl` is the installation's address without a slash at the end. */
export function accountMailWords(mail: AccountMail, baseUrl: string): AccountMailWords {
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
    case 'channel_disabled':
    case 'webhook_disabled':
      return switchedOffWords(mail.event, mail, link);
    case 'report':
      return reportMailWords(reportMailData.parse(mail.data.report), link);
    case 'invite':
    case 'joined':
    case 'ownership':
      return teamWords(mail.event, mail, link, until);
    case 'log_in_changed':
      return {
        subject: 'The way into your StatusPing log-in was changed',
        headline: oneLine(mail.data.what ?? '', 200),
        paragraphs: [`It happened on ${utc(mail.at)}.`, 'Was it not you? Set a new password now.'],
        button: locked,
        footer: 'Sent to the address of your StatusPing log-in, because it concerns its safety.',
      };
    case 'payment_failed':
    case 'plan_ended':
      return moneyWords(mail.event, mail, link);
    default:
      return operatorMailWords(mail.event, mail, baseUrl);
  }
}

function switchedOffWords(
  event: 'channel_disabled' | 'webhook_disabled',
  { data, at }: AccountMail,
  link: string,
): AccountMailWords {
  const name = oneLine(data.channelName ?? '', 80) || 'without a name';
  const reason = oneLine(data.reason ?? '', 500);
  const said = `On ${utc(at)} its receiver said that it takes no more messages${reason ? `: ${reason}` : '.'}`;
  return event === 'channel_disabled'
    ? {
        subject: `Alert channel switched off: ${name}`,
        headline: `The alert channel ${name} was switched off.`,
        paragraphs: [
          said,
          'Nobody is told through it any more. The deliveries page lists the alerts that did not get through.',
          'Mend its settings, switch it on again and send a test.',
        ],
        button: { label: 'Open the channel', href: link },
        footer: 'Sent to the owners and admins of the account, because its alerts no longer go there.',
      }
    : {
        subject: `Webhook for changes switched off: ${name}`,
        headline: `The webhook ${name} was switched off.`,
        paragraphs: [
          said,
          'It is not told of changes any more. Alerts are not concerned: they have channels of their own.',
          'Mend its address, switch it on again and send a test.',
        ],
        button: { label: 'Open the webhook', href: link },
        footer: 'Sent to the owners and admins of the account, because a program of theirs no longer hears of changes.',
      };
}

function teamWords(
  event: 'invite' | 'joined' | 'ownership',
  { data }: AccountMail,
  link: string,
  until: string[],
): AccountMailWords {
  const account = oneLine(data.account ?? '', 80);
  const by = oneLine(data.by ?? '', 120) || 'Somebody';
  if (event === 'invite') {
    return {
      subject: `${by} asks you into ${account} on StatusPing`,
      headline: `Join ${account}.`,
      paragraphs: [`${by} wants you to see and work on what ${account} monitors.`, ...until],
      button: { label: 'Open the invitation', href: link },
      footer: 'If you do not know who this is, leave this mail alone: nothing happens.',
    };
  }
  if (event === 'joined') {
    return {
      subject: `${by} joined ${account}`,
      headline: `${by} has joined ${account}.`,
      paragraphs: ['The invitation was accepted.'],
      button: { label: 'See the members', href: link },
      footer: 'Sent to whoever invited, and to the owner of the account.',
    };
  }
  return {
    subject: `${account} has a new owner`,
    headline: `${by} now owns ${account}.`,
    paragraphs: ['The owner before stays as an admin.'],
    button: { label: 'See the members', href: link },
    footer: 'Sent to the old and the new owner of the account.',
  };
}

function moneyWords(event: 'payment_failed' | 'plan_ended', { data }: AccountMail, link: string): AccountMailWords {
  const account = oneLine(data.account ?? '', 80);
  const { until } = data;
  return event === 'payment_failed'
    ? {
        subject: `A payment for ${account} failed`,
        headline: 'The last payment did not go through.',
        paragraphs: [
          `Everything goes on as before${until === undefined ? '' : ` until ${utc(until)}`}. It will be tried again meanwhile.`,
          'A new card, or the old one again, settles it.',
        ],
        button: { label: 'Open billing', href: link },
        footer: 'Sent to the owners and admins of the account, because its plan depends on it.',
      }
    : {
        subject: `${account} is on the Free plan now`,
        headline: 'The paid plan has ended.',
        paragraphs: ['Monitors beyond the Free plan are paused. Nothing was deleted: a new plan wakes them.'],
        button: { label: 'Open billing', href: link },
        footer: 'Sent to the owners and admins of the account, because its plan has changed.',
      };
}
