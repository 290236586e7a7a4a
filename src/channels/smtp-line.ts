import { isIP, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Config } from '../config.ts';
import { SEND_DEADLINE_MS } from '../core/backoff.ts';
import { NO_PHASES } from '../core/verdict.ts';
import { Deadline } from '../net/deadline.ts';
import { dial } from '../net/dial.ts';
import { NetFailure } from '../net/failure.ts';
import type { Outbound } from '../net/guard.ts';
import { PermanentFailure, type SendContext } from './channel.ts';
import { type SmtpError, SmtpWords } from './smtp-words.ts';

/** Where mail is handed over. `own` is a customer's choice: dialled at public addresses only, and only with a log-in. */
export type MailServer = Config['smtp'] & { own: boolean };

/** What it takes to reach one. */
export type Reach = Pick<SendContext, 'clock' | 'outbound' | 'signal'>;

export interface Envelope {
  from: string;
  to: string;
}

/** Here TLS comes before the first word (RFC 8314). */
const SECURE_SUBMISSION = 465;

/** One conversation with the mail server: opened, logged in, good for many messages one after the other. */
export class SmtpLine {
  readonly #connection: SMTPConnection;
  readonly #words: SmtpWords;
  #sent = 0;
  #broken: SmtpError | null = null;
  /** Ends the wait for an answer when the connection breaks under it. */
  #fail: (error: SmtpError) => void = () => {};

  private constructor(
    Connection: typeof SMTPConnection,
    server: MailServer,
    { authorities = [], own }: Outbound,
    socket: Socket | null,
  ) {
    const secure = server.port === SECURE_SUBMISSION;
    const name = own && isIP(own.host) === 0 && own.host.includes('.') ? own.host : null;
    this.#words = new SmtpWords(server);
    this.#connection = new Connection({
      host: server.host,
      port: server.port,
      secure,
      requireTLS: server.tls && !secure,
      ignoreTLS: !server.tls,
      socketCloseTimeout: 0,
      ...(socket ? { connection: socket, secured: secure } : {}),
      // The name of this machine is nobody's business.
      ...(server.own && name ? { name } : {}),
      ...(authorities.length > 0 ? { tls: { ca: [...rootCertificates, ...authorities] } } : {}),
    });
    this.#connection.on('error', (error: SmtpError) => this.#break(error));
    this.#connection.once('end', () => this.#break(new Error('the server hung up')));
  }

  /**
   * Connects, starts TLS, logs in. Throws `ReceiverAway` with a sentence that names no host of the operator's and no
   * secret, `PermanentFailure` for a server that must not be contacted.
   */
  static async open(server: MailServer, reach: Reach): Promise<SmtpLine> {
    const { outbound, signal } = reach;
    // Loaded with the first mail: an installation may never send one.
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const line = new SmtpLine(Connection, server, outbound, server.own ? await reachOwn(server, reach) : null);
    const { username: user, password: pass } = server;
    try {
      await line.#wait(signal, (done) => line.#connection.connect(done));
      const { allowsAuth } = line.#connection;
      if (server.own && user !== '' && !allowsAuth) {
        throw Object.assign(new Error('no AUTH'), { code: 'ENOAUTH' });
      }
      if (user !== '' && allowsAuth) {
        await line.#wait(signal, (done) => line.#connection.login({ user, pass, credentials: { user, pass } }, done));
      }
      return line;
    } catch (error) {
      line.#connection.close();
      throw line.#words.away(error as SmtpError);
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
      return this.#words.answer(info.response);
    } catch (error) {
      this.#broken ??= error as SmtpError;
      this.#connection.close();
      throw this.#words.refused(error as SmtpError, body.readableDidRead);
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

/**
 * A connection to a server of a customer's choice, guarded like every other. On the open internet it needs a log-in:
 * otherwise it could be a relay that trusts our address, or anybody's mailbox.
 */
async function reachOwn(server: MailServer, { clock, outbound, signal }: Reach): Promise<Socket> {
  if (server.username === '' && !outbound.allowPrivate) {
    throw new PermanentFailure('Your mail server must ask for a log-in: give its user name and password.');
  }
  const deadline = new Deadline(SEND_DEADLINE_MS, signal);
  const { host, port } = server;
  const secure = port === SECURE_SUBMISSION;
  try {
    const { socket } = await dial(
      { host, port, secure, verifyTls: true, family: 'any', alpn: [], anyPort: true },
      { clock, outbound, deadline, phases: { ...NO_PHASES } },
    );
    return socket;
  } catch (error) {
    throw error instanceof NetFailure ? new SmtpWords(server).unreached(error) : error;
  } finally {
    deadline.release();
  }
}
