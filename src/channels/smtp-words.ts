import { oneLine } from '../core/alert.ts';
import type { NetFailure } from '../net/failure.ts';
import { MessageRefused, PermanentFailure, ReceiverAway } from './channel.ts';

/** What nodemailer attaches to an error of a conversation. */
export interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

const ANSWER_CHARS = 500;

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

/**
 * What goes wrong with a mail server, in sentences for account owners: the operator's server is not named, and no
 * password comes back although the server may repeat it.
 */
export class SmtpWords {
  readonly #own: boolean;
  readonly #secrets: string[];

  constructor({ own, username, password }: { own: boolean; username: string; password: string }) {
    this.#own = own;
    const encoded = [password, `\u0000${username}\u0000${password}`].map((text) =>
      Buffer.from(text).toString('base64'),
    );
    this.#secrets = password === '' ? [] : [...encoded, password].filter((secret) => secret.length >= 4);
  }

  /** The server's words, one line, at most 500 characters. */
  answer(response: string): string {
    const shown = this.#secrets.reduce((text, secret) => text.replaceAll(secret, '********'), response);
    return oneLine(shown, ANSWER_CHARS);
  }

  /** An own server that could not be dialled; one that must not be dialled is a failure for good. */
  unreached(failure: NetFailure): Error {
    return failure.reason === 'target_blocked'
      ? new PermanentFailure(`Your mail server may not be contacted. ${failure.message}`)
      : new ReceiverAway(`Your mail server cannot be reached. ${failure.message}`);
  }

  /** A conversation that did not get as far as a message. */
  away(error: SmtpError): ReceiverAway {
    return new ReceiverAway(this.#whyAway(error));
  }

  /** A message that was not taken; `read` says whether the server may have got some of it. */
  refused(error: SmtpError, read: boolean): Error {
    if (!read && (error.responseCode === 421 || !error.responseCode)) return this.away(error);
    if (!error.responseCode) {
      const cause = error.code === 'ETIMEDOUT' ? 'gave no answer in time' : 'hung up';
      return new Error(`${this.#server} was handed the message and ${cause}.`);
    }
    const said = this.answer(error.response ?? '');
    // A refused sender is not the address's fault: it may be mended while we try again.
    const forGood = error.responseCode >= 500 && error.responseCode !== 503 && error.command !== 'MAIL FROM';
    if (!forGood) return new Error(said);
    return error.command?.startsWith('RCPT') ? new PermanentFailure(said) : new MessageRefused(said);
  }

  get #server(): string {
    return this.#own ? 'Your mail server' : 'The mail server';
  }

  #whyAway(error: SmtpError): string {
    const server = this.#server;
    if (error.code === 'EAUTH' || error.command?.startsWith('AUTH')) {
      return `${server} refused ${this.#own ? 'the' : 'our'} log-in${error.responseCode ? ` (${error.responseCode})` : ''}.`;
    }
    if (error.code === 'ENOAUTH') return `${server} offers no log-in on this connection.`;
    if (error.code === 'ETLS' || error.command === 'STARTTLS') {
      return `${server} cannot be reached: it does not offer a connection we may trust (STARTTLS).`;
    }
    if (error.responseCode) return `${server} does not take mail now: ${this.answer(error.response ?? '')}`;
    const cause = CONNECT_FAULTS[faultCode(error)] ?? tlsFault(error) ?? 'the connection failed';
    return `${server} cannot be reached: ${cause}.`;
  }
}

/** nodemailer wraps the socket's error: its own code says less than the one inside. */
function faultCode(error: SmtpError): string {
  const inner = error.message.match(/\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EHOSTUNREACH|ENETUNREACH)\b/)?.[1];
  return inner ?? error.code ?? '';
}

function tlsFault({ message }: SmtpError): string | null {
  if (/certificate|self.signed|altname/i.test(message)) return 'its certificate is not to be trusted';
  return /ssl|tls/i.test(message) ? 'no TLS connection came about' : null;
}
