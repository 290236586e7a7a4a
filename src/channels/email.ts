import MailComposer from 'nodemailer/lib/mail-composer';
import { z } from 'zod';
import type { AccountMail } from '../core/account-mail.ts';
import type { AlertMessage } from '../core/alert.ts';
import { SEND_DEADLINE_MS } from '../core/backoff.ts';
import { cleanEmail } from '../core/email.ts';
import type { Deps } from '../deps.ts';
import { type Outgoing, PermanentFailure, ReceiverAway } from './channel.ts';
import { type RenderedMail, renderAccountMail, renderAlert } from './mail-render.ts';
import { SmtpLine } from './smtp-line.ts';

/** Config of an e-mail channel: one address. */
export const emailConfig = z.object({
  to: z.string().refine((to) => cleanEmail(to) === to, 'This is not an address.'),
});

/** An idle conversation is ended after this, long before servers end it, so that none is found dead. */
const IDLE_MS = 5_000;

/**
 * Mail through the installation's SMTP server. Conversations are kept open between messages; how many go at once
 * is the caller's choice. Certificates are always verified; `SMTP_USE_TLS=false` means no TLS at all.
 */
export function createEmailChannel(deps: Pick<Deps, 'config' | 'outbound'>) {
  const { smtp, baseUrl } = deps.config;
  const server = { ...smtp, authorities: deps.outbound.authorities ?? [] };
  const lines = new IdleLines();

  async function deliver(to: unknown, mail: RenderedMail, outgoing: Outgoing, headers: Threading): Promise<string> {
    const parsed = emailConfig.safeParse({ to });
    if (!parsed.success) throw new PermanentFailure('The address is not a valid e-mail address.');
    const envelope = { from: smtp.from, to: parsed.data.to };
    const bytes = await compose(envelope, mail, outgoing, headers);
    const kept = lines.take();
    if (kept) {
      try {
        return await use(kept, envelope, bytes, outgoing.signal);
      } catch (error) {
        // The server may have ended a conversation that lay idle; nothing was handed over, a fresh one is due.
        if (!(error instanceof ReceiverAway) || outgoing.signal.aborted) throw error;
      }
    }
    return use(await SmtpLine.open(server, outgoing.signal), envelope, bytes, outgoing.signal);
  }

  async function use(line: SmtpLine, envelope: { from: string; to: string }, bytes: Buffer, signal: AbortSignal) {
    const said = await line.send(envelope, bytes, signal);
    lines.keep(line);
    return said;
  }

  const domain = smtp.from.slice(smtp.from.lastIndexOf('@') + 1);
  return {
    deadlineMs: SEND_DEADLINE_MS,
    /** Sends an alert and returns the server's answer, or throws a failure of `channel.ts`. */
    alert(message: AlertMessage, config: Record<string, unknown>, outgoing: Outgoing): Promise<string> {
      const thread =
        message.event === 'test' || message.incident === null ? null : `<${message.incident.id}@${domain}>`;
      const headers = { messageId: `<${outgoing.id}@${domain}>`, thread };
      return deliver(config['to'], renderAlert(message, outgoing, baseUrl), outgoing, headers);
    },
    /** The same for a mail about a log-in. */
    accountMail(mail: AccountMail, outgoing: Outgoing): Promise<string> {
      const headers = { messageId: `<${outgoing.id}@${domain}>`, thread: null };
      return deliver(mail.to, renderAccountMail(mail, baseUrl), outgoing, headers);
    },
    close: () => lines.close(),
  };
}

export type EmailChannel = ReturnType<typeof createEmailChannel>;

interface Threading {
  messageId: string;
  /** The root that all mails of one incident refer to, so that readers show them together. */
  thread: string | null;
}

/** The whole message as bytes. Names and addresses go in as objects, so none of them can add a header (R-EM-1). */
function compose(
  envelope: { from: string; to: string },
  mail: RenderedMail,
  outgoing: Outgoing,
  { messageId, thread }: Threading,
): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: 'StatusPing', address: envelope.from },
    to: { name: '', address: envelope.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId,
    date: new Date(outgoing.now),
    ...(thread ? { inReplyTo: thread, references: [thread] } : {}),
    headers: { 'Auto-Submitted': 'auto-generated', Precedence: 'bulk', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** Conversations that wait for their next message. */
class IdleLines {
  readonly #lines = new Map<SmtpLine, NodeJS.Timeout>();
  #closed = false;

  take(): SmtpLine | null {
    for (const [line, timer] of this.#lines) {
      clearTimeout(timer);
      this.#lines.delete(line);
      if (line.usable) return line;
    }
    return null;
  }

  keep(line: SmtpLine): void {
    if (this.#closed || !line.usable) return line.quit();
    const end = () => {
      this.#lines.delete(line);
      line.quit();
    };
    this.#lines.set(line, setTimeout(end, IDLE_MS).unref());
  }

  close(): void {
    this.#closed = true;
    for (const [line, timer] of this.#lines) {
      clearTimeout(timer);
      line.quit();
    }
    this.#lines.clear();
  }
}
