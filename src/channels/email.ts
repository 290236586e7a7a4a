import type { AccountMail } from '../core/account-mail.ts';
import { cleanEmail } from '../core/email.ts';
import { type Channel, type Parcel, PermanentFailure, type SendContext } from './channel.ts';
import { type EmailConfig, emailConfig, emailFields, hasOwnServer } from './email-config.ts';
import { type RenderedMail, renderAccountMail, renderAlert } from './mail-render.ts';
import type { MailServer } from './smtp-line.ts';

const SHOWN_ADDRESSES = 3;
/** Room for one in a line of 76 (RFC 2047, section 2), beside the header's name. */
const ENCODED_WORD_LENGTH = 52;

/** Mail. Certificates are always verified; `use_tls` false (`SMTP_USE_TLS=false`) means no TLS at all. */
export const email: Channel<EmailConfig> = {
  kind: 'email',
  label: 'E-mail',
  receiver: 'The mail server',
  feature: 'email',
  about: 'One mail when a monitor goes down, one when it is back.',
  steps: [
    'Choose who is to be told. Each person gets a mail of their own and sees nobody else’s address.',
    'Whoever has not confirmed their address yet is told as soon as they have.',
    'For people outside this account, or a sender of your own, open the part about your own mail server: one address a line, then the server’s name, port, sender and log-in.',
    'Gmail: switch on 2-step verification, make an app password at myaccount.google.com/apppasswords, then use smtp.gmail.com, port 587, your whole address as user name and sender, and the app password.',
    'Fastmail, iCloud, Zoho and Yahoo want an app password too. Others name their server under “SMTP” or “outgoing mail” in their help.',
    'Send a test: the answer of the mail server is shown.',
  ],
  config: emailConfig,
  fields: emailFields,
  place: (config) => {
    const { to } = config;
    const via = hasOwnServer(config) ? config.smtp_server : '';
    const more = to.length > SHOWN_ADDRESSES ? ` and ${to.length - SHOWN_ADDRESSES} more` : '';
    const shown = `${to.slice(0, SHOWN_ADDRESSES).join(', ')}${more}${via && ` through ${via}`}`;
    return { field: 'to', whole: JSON.stringify([to.map((address) => address.toLowerCase()).toSorted(), via]), shown };
  },
  secrets: (config) => (hasOwnServer(config) && config.password !== '' ? [config.password] : []),
  merges: true,
  recipients: ({ to }) => to,
  server: (config) => (hasOwnServer(config) ? 'own' : 'installation'),
  async send(parcel, config, context) {
    const server = hasOwnServer(config) ? ownServer(config) : installationServer(context);
    return deliver(
      parcel.recipient,
      renderAlert(parcel, context.config.baseUrl),
      server,
      { ...parcel, root: thread(parcel) },
      context,
    );
  },
};

/** Sends a mail about a log-in through the installation's server and returns its answer, or throws like a channel. */
export function sendAccountMail(
  mail: AccountMail,
  { id, now }: Pick<Parcel, 'id' | 'now'>,
  context: SendContext,
): Promise<string> {
  const rendered = renderAccountMail(mail, context.config.baseUrl);
  return deliver(mail.to, rendered, installationServer(context), { id, now, root: null }, context);
}

/** Sends a mail to somebody who follows a page, in the page's name; `root` is what its thread is named after. */
export function sendFollowerMail(
  to: string,
  mail: RenderedMail,
  marks: { id: string; now: number; root: string | null; sender: string },
  context: SendContext,
): Promise<string> {
  return deliver(to, mail, installationServer(context), marks, context);
}

function installationServer({ config }: SendContext): MailServer {
  return { ...config.smtp, own: false };
}

function ownServer(config: Extract<EmailConfig, { smtp_server: string }>): MailServer {
  const { smtp_server: host, smtp_port: port, username, password, from_email: from, use_tls: tls } = config;
  return { host, port, username, password, from, tls, own: true };
}

/** The incident all alerts of the message are about, if there is one: what its thread is named after. */
function thread({ alerts: [first, ...others] }: Parcel): string | null {
  const { event, incident } = first.alert;
  if (event === 'test' || incident === null) return null;
  return others.every(({ alert }) => alert.incident?.id === incident.id) ? incident.id : null;
}

interface Marks {
  /** Key of the message: its Message-ID. */
  id: string;
  now: number;
  /** What all mails of one incident refer to, so that readers show them together. */
  root: string | null;
  /** Whose name it comes in, if not the product's. */
  sender?: string;
}

async function deliver(
  recipient: string | null,
  mail: RenderedMail,
  server: MailServer,
  marks: Marks,
  context: SendContext,
): Promise<string> {
  const to = cleanEmail(recipient ?? '');
  if (to === null || to !== recipient) throw new PermanentFailure('The address is not a valid e-mail address.');
  const envelope = { from: server.from, to };
  return context.mail.deliver(server, envelope, await compose(envelope, mail, marks), context);
}

/** The whole message as bytes. Names and addresses go in as objects, so none of them can add a header (R-EM-1). */
async function compose(
  envelope: { from: string; to: string },
  mail: RenderedMail,
  { id, now, root, sender = 'StatusPing' }: Marks,
): Promise<Buffer> {
  // Loaded with the first mail: an installation may never send one.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { encodeWord } = await import('nodemailer/lib/mime-funcs');
  const domain = envelope.from.slice(envelope.from.lastIndexOf('@') + 1);
  const thread = root === null ? null : `<${root}@${domain}>`;
  const composer = new MailComposer({
    // Readers decode what is spelled like an encoded word even in quotes.
    from: { name: sender.replaceAll('=?', '= ?'), address: envelope.from },
    to: { name: '', address: envelope.to },
    // What a name spells like an encoded word would be decoded by readers unless it is encoded itself.
    subject: mail.subject.includes('=?') ? encodeWord(mail.subject, 'B', ENCODED_WORD_LENGTH) : mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${id}@${domain}>`,
    date: new Date(now),
    ...(thread ? { inReplyTo: thread, references: [thread] } : {}),
    headers: {
      'Auto-Submitted': 'auto-generated',
      Precedence: 'bulk',
      'X-Auto-Response-Suppress': 'All',
      // Two headers that belong together (RFC 8058): the mail program itself may post to the address.
      ...(mail.unsubscribe && {
        'List-Unsubscribe': `<${mail.unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
