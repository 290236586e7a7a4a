import MailComposer from 'nodemailer/lib/mail-composer';
import { z } from 'zod';
import type { AccountMail } from '../core/account-mail.ts';
import { cleanEmail } from '../core/email.ts';
import { type Channel, type Parcel, PermanentFailure, type SendContext } from './channel.ts';
import { type RenderedMail, renderAccountMail, renderAlert } from './mail-render.ts';
import type { MailServer } from './smtp-line.ts';

const address = z.string().refine((to) => cleanEmail(to) === to, 'This is not an address.');

/** Config of an e-mail channel. One address may be given as plain text. */
export const emailConfig = z.object({
  to: z.preprocess((to) => (typeof to === 'string' ? [to.trim()] : to), z.array(address).min(1).max(20)),
});
export type EmailConfig = z.infer<typeof emailConfig>;

/** Mail. Certificates are always verified; `SMTP_USE_TLS=false` means no TLS at all. */
export const email: Channel<EmailConfig> = {
  kind: 'email',
  label: 'E-mail',
  receiver: 'The mail server',
  feature: 'email',
  about: 'One mail when a monitor goes down, one when it is back.',
  steps: [],
  config: emailConfig,
  fields: [],
  place: ({ to }) => ({ field: 'to', whole: to.join(','), shown: to.join(', ') }),
  secrets: () => [],
  merges: true,
  recipients: ({ to }) => to,
  server: () => 'installation',
  async send(parcel, _config, context) {
    const incident = parcel.alerts[0].alert.incident;
    const root = parcel.alerts[0].alert.event === 'test' || incident === null ? null : incident.id;
    return deliver(parcel.recipient, renderAlert(parcel), { ...parcel, root }, context);
  },
};

/** Sends a mail about a log-in through the installation's server and returns its answer, or throws like a channel. */
export function sendAccountMail(
  mail: AccountMail,
  { id, now }: Pick<Parcel, 'id' | 'now'>,
  context: SendContext,
): Promise<string> {
  return deliver(mail.to, renderAccountMail(mail, context.config.baseUrl), { id, now, root: null }, context);
}

interface Marks {
  /** Key of the message: its Message-ID. */
  id: string;
  now: number;
  /** What all mails of one incident refer to, so that readers show them together. */
  root: string | null;
}

async function deliver(to: string | null, mail: RenderedMail, marks: Marks, context: SendContext): Promise<string> {
  const parsed = address.safeParse(to);
  if (!parsed.success) throw new PermanentFailure('The address is not a valid e-mail address.');
  const { smtp } = context.config;
  const server: MailServer = { ...smtp, authorities: context.outbound.authorities ?? [] };
  const envelope = { from: smtp.from, to: parsed.data };
  return context.mail.deliver(server, envelope, await compose(envelope, mail, marks), context.signal);
}

/** The whole message as bytes. Names and addresses go in as objects, so none of them can add a header (R-EM-1). */
function compose(
  envelope: { from: string; to: string },
  mail: RenderedMail,
  { id, now, root }: Marks,
): Promise<Buffer> {
  const domain = envelope.from.slice(envelope.from.lastIndexOf('@') + 1);
  const thread = root === null ? null : `<${root}@${domain}>`;
  const composer = new MailComposer({
    from: { name: 'StatusPing', address: envelope.from },
    to: { name: '', address: envelope.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${id}@${domain}>`,
    date: new Date(now),
    ...(thread ? { inReplyTo: thread, references: [thread] } : {}),
    headers: { 'Auto-Submitted': 'auto-generated', Precedence: 'bulk', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
