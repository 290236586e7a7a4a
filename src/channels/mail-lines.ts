import { ReceiverAway } from './channel.ts';
import { type Envelope, type MailServer, type Reach, SmtpLine } from './smtp-line.ts';

/** An idle conversation is ended after this, long before servers end it, so that none is found dead. */
const IDLE_MS = 5_000;

/**
 * Conversations with mail servers, kept open between messages; how many go at once is the caller's choice.
 * One pool for the installation's server and those of single channels, told apart by everything they are reached with.
 */
export class MailLines {
  readonly #idle = new Map<string, IdleLines>();
  #closed = false;

  /** Hands a message over and returns the server's answer, or throws a failure of `channel.ts`. */
  async deliver(server: MailServer, envelope: Envelope, bytes: Buffer, reach: Reach): Promise<string> {
    const { signal } = reach;
    const key = JSON.stringify(server);
    const kept = this.#idle.get(key)?.take();
    if (kept) {
      try {
        return await this.#use(key, kept, envelope, bytes, signal);
      } catch (error) {
        // The server may have ended a conversation that lay idle; nothing was handed over, a fresh one is due.
        if (!(error instanceof ReceiverAway) || signal.aborted) throw error;
      }
    }
    return this.#use(key, await SmtpLine.open(server, reach), envelope, bytes, signal);
  }

  close(): void {
    this.#closed = true;
    for (const lines of this.#idle.values()) lines.close();
    this.#idle.clear();
  }

  async #use(key: string, line: SmtpLine, envelope: Envelope, bytes: Buffer, signal: AbortSignal): Promise<string> {
    const said = await line.send(envelope, bytes, signal);
    if (this.#closed) line.quit();
    else this.#keep(key, line);
    return said;
  }

  #keep(key: string, line: SmtpLine): void {
    const lines = this.#idle.get(key) ?? new IdleLines(() => this.#idle.delete(key));
    this.#idle.set(key, lines);
    lines.keep(line);
  }
}

/** Conversations with one server that wait for their next message. */
class IdleLines {
  readonly #lines = new Map<SmtpLine, NodeJS.Timeout>();
  readonly #emptied: () => void;

  constructor(emptied: () => void) {
    this.#emptied = emptied;
  }

  take(): SmtpLine | null {
    for (const [line, timer] of this.#lines) {
      clearTimeout(timer);
      this.#lines.delete(line);
      if (line.usable) return line;
    }
    return null;
  }

  keep(line: SmtpLine): void {
    if (!line.usable) return line.quit();
    const end = () => {
      this.#lines.delete(line);
      line.quit();
      if (this.#lines.size === 0) this.#emptied();
    };
    this.#lines.set(line, setTimeout(end, IDLE_MS).unref());
  }

  close(): void {
    for (const [line, timer] of this.#lines) {
      clearTimeout(timer);
      line.quit();
    }
    this.#lines.clear();
  }
}
