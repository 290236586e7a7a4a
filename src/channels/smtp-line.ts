import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Config } from '../config.ts';
import { oneLine } from '../core/alert.ts';
import { PermanentFailure, ReceiverAway } from './channel.ts';

/** What nodemailer attaches to an error of a conversation. */
interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

/** Where mail is handed over, and which private authorities vouch for it beside the public ones (PEM). */
export type MailServer = Config['smtp'] & { authorities: string[] };

export interface Envelope {
  from: string;
  to: string;
}

/** One conversation with the mail server: opened, logged in, good for many messages one after the other. */
export class SmtpLine {
  readonly #connection: SMTPConnection;
  #sent = 0;
  #broken: SmtpError | null = null;
  /** Ends the wait for an answer when the connection breaks under it. */
  #fail: (error: SmtpError) => void = () => {};

  private constructor(smtp: MailServer) {
    this.#connection = new SMTPConnection({
      host: smtp.host,
      port: smtp.port,
      secure: smtp.port === 465,
      requireTLS: smtp.tls && smtp.port !== 465,
      ignoreTLS: !smtp.tls,
      socketCloseTimeout: 0,
      ...(smtp.authorities.length > 0 ? { tls: { ca: [...rootCertificates, ...smtp.authorities] } } : {}),
    });
    this.#connection.on('error', (error: SmtpError) => this.#break(error));
    this.#connection.once('end', () => this.#break(new Error('the server hung up')));
  }

  /** Connects, starts TLS, logs in. Throws `ReceiverAway` with a sentence that names no host and no secret. */
  static async open(smtp: MailServer, signal: AbortSignal): Promise<SmtpLine> {
    const line = new SmtpLine(smtp);
    const { username: user, password: pass } = smtp;
    try {
      await line.#wait(signal, (done) => line.#connection.connect(done));
      if (user !== '' && line.#connection.allowsAuth) {
        await line.#wait(signal, (done) => line.#connection.login({ user, pass, credentials: { user, pass } }, done));
      }
      return line;
    } catch (error) {
      line.#connection.close();
      throw new ReceiverAway(whyAway(error as SmtpError));
    }
  }

  /** Whether another message may go over it. */
  get usable(): boolean {
    return this.#broken === null && this.#sent < 100;
  }

  /**
   * Hands one message over and returns the server's answer. Throws `ReceiverAway` when the server hung up before a
   * byte of the message was read, `PermanentFailure` when it refused the address or the message for good, else `Error`.
   */
  async send(envelope: Envelope, message: Buffer, signal: AbortSignal): Promise<string> {
    const body = Readable.from([message]);
    this.#sent += 1;
    try {
      const info = await this.#wait<{ response: string }>(signal, (done) =>
        this.#connection.send(envelope, body, done),
      );
      return answer(info.response);
    } catch (error) {
      this.#broken ??= error as SmtpError;
      this.#connection.close();
      throw whySent(error as SmtpError, body.readableDidRead);
    }
  }

  quit(): void {
    if (this.#broken === null) this.#connection.quit();
  }

  #break(error: SmtpError): void {
    this.#broken ??= error;
    this.#fail(error);
  }

  #wait<T>(signal: AbortSignal, start: (done: (error?: Error | null, value?: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const cut = () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
      const settle = (end: () => void) => {
        signal.removeEventListener('abort', cut);
        end();
      };
      this.#fail = (error) => settle(() => reject(error));
      if (this.#broken) return this.#fail(this.#broken);
      if (signal.aborted) return cut();
      signal.addEventListener('abort', cut, { once: true });
      start((error, value) => settle(() => (error ? reject(error) : resolve(value as T))));
    });
  }
}

const CONNECT_FAULTS: Record<string, string> = {
  ECONNREFUSED: 'it refuses the connection',
  ETIMEDOUT: 'it does not answer in time',
  EDNS: 'its name is not found',
  ENOTFOUND: 'its name is not found',
  EAI_AGAIN: 'its name is not found',
  ECONNRESET: 'it broke the connection off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
};

/** Addresses and names of the operator's server stay out: account owners read this sentence. */
function whyAway(error: SmtpError): string {
  if (error.code === 'EAUTH' || error.command?.startsWith('AUTH')) {
    return `The mail server refused our log-in${error.responseCode ? ` (${error.responseCode})` : ''}.`;
  }
  if (error.code === 'ETLS' || error.command === 'STARTTLS') {
    return 'The mail server cannot be reached: it does not offer a connection we may trust (STARTTLS).';
  }
  if (error.responseCode) return `The mail server does not take mail now: ${answer(error.response ?? '')}`;
  const cause = CONNECT_FAULTS[faultCode(error)] ?? tlsFault(error) ?? 'the connection failed';
  return `The mail server cannot be reached: ${cause}.`;
}

/** nodemailer wraps the socket's error: its own code says less than the one inside. */
function faultCode(error: SmtpError): string {
  const inner = error.message.match(/\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EHOSTUNREACH|ENETUNREACH)\b/)?.[1];
  return inner ?? error.code ?? '';
}

function tlsFault(error: SmtpError): string | null {
  return /certificate|self.signed|altname|ssl|tls/i.test(error.message) ? 'its certificate is not to be trusted' : null;
}

function whySent(error: SmtpError, read: boolean): Error {
  if (!read && (error.responseCode === 421 || !error.responseCode)) return new ReceiverAway(whyAway(error));
  if (!error.responseCode) {
    const cause = error.code === 'ETIMEDOUT' ? 'gave no answer in time' : 'hung up';
    return new Error(`The mail server was handed the message and ${cause}.`);
  }
  const said = answer(error.response ?? '');
  // A refused sender is the operator's fault, not the address's: it may be mended while we try again.
  const forGood = error.responseCode >= 500 && error.responseCode !== 503 && error.command !== 'MAIL FROM';
  return forGood ? new PermanentFailure(said) : new Error(said);
}

/** The server's words, one line, at most 500 characters. */
function answer(response: string): string {
  return oneLine(response, 500);
}
