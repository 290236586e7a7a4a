import type { Socket } from 'node:net';
import { SECOND } from '../core/time.ts';
import type { Body } from './body.ts';
import type { Trip } from './dial.ts';
import { errorCode, NetFailure } from './failure.ts';
import { type Head, ResponseReader } from './http1.ts';
import { tlsFailure } from './tls.ts';

/** A head that is still not complete this long after its first byte is held back on purpose. */
const HEAD_MS = 10 * SECOND;

/** Where the body of an answer goes, told as soon as its head is complete; null when it is of no interest. */
type OnHead = (head: Head) => Body | null;

/**
 * Sends one request and reads its answer, adding to the phases. Throws `NetFailure`; the socket stays the caller's to
 * destroy, so nothing here waits for a close.
 */
export async function converse(
  socket: Socket,
  request: Buffer | string,
  method: string,
  onHead: OnHead,
  { clock, phases, deadline }: Trip,
): Promise<void> {
  const sentAt = clock.monotonic();
  const answer = new Answer(method, onHead);
  try {
    await new Promise<void>((resolve, reject) => {
      const step = (act: () => void): void => {
        try {
          act();
          if (answer.over) resolve();
        } catch (error) {
          reject(error);
        }
      };
      socket.on('data', (chunk: Buffer) => step(() => answer.push(chunk, clock.monotonic())));
      socket.on('end', () => step(() => answer.reader.end(true)));
      socket.on('error', (error) => step(() => answer.broke(error)));
      socket.on('close', () => step(() => answer.reader.end(false)));
      deadline.stage(() => reject(answer.late(deadline.words)));
      if (socket.destroyed) step(() => answer.reader.end(false));
      if (typeof request === 'string') socket.write(request, 'latin1');
      else socket.write(request);
    });
    await unpack(answer, { deadline });
  } finally {
    answer.body?.release();
    const { firstByteAt } = answer;
    if (firstByteAt !== null) {
      phases.first_byte_ms = (phases.first_byte_ms ?? 0) + Math.max(0, firstByteAt - sentAt);
      phases.transfer_ms = (phases.transfer_ms ?? 0) + Math.max(0, clock.monotonic() - firstByteAt);
    }
  }
}

/** Waits for the decompressor, which works in another thread, under the same deadline. */
async function unpack(answer: Answer, { deadline }: Pick<Trip, 'deadline'>): Promise<void> {
  if (!answer.body) return;
  deadline.stage(() => answer.body?.release());
  await answer.body.finish();
  if (deadline.ended) throw answer.late(deadline.words);
}

/** The state of one answer: its reader, its head when known, where its body goes. */
class Answer {
  readonly reader: ResponseReader;
  body: Body | null = null;
  firstByteAt: number | null = null;
  readonly #onHead: OnHead;
  #headTaken = false;
  #unwanted = false;

  constructor(method: string, onHead: OnHead) {
    this.#onHead = onHead;
    this.reader = new ResponseReader(method, (part) => {
      this.#takeHead();
      this.body?.push(part);
    });
  }

  /** Nothing more has to be read. */
  get over(): boolean {
    return this.reader.done || this.#unwanted || (this.body?.capped ?? false);
  }

  push(chunk: Buffer, now: number): void {
    this.firstByteAt ??= now;
    if (this.over) return;
    if (!this.reader.head && now - this.firstByteAt > HEAD_MS) {
      throw new NetFailure(
        'timeout_first_byte',
        `The answer head was not complete ${HEAD_MS / SECOND} s after it began.`,
      );
    }
    this.reader.push(chunk);
    this.#takeHead();
  }

  /** The connection broke: TLS alerts have their own meaning, all else is an answer that ends early. */
  broke(error: Error): void {
    if (!this.reader.head && errorCode(error).startsWith('ERR_SSL_')) throw tlsFailure(error);
    this.reader.end(false);
  }

  late(words: string): NetFailure {
    return this.reader.head
      ? new NetFailure('timeout_body', `The body was not complete within ${words}.`)
      : new NetFailure('timeout_first_byte', `There was no complete answer head within ${words}.`);
  }

  #takeHead(): void {
    if (this.#headTaken || !this.reader.head) return;
    this.#headTaken = true;
    this.body = this.#onHead(this.reader.head);
    this.#unwanted = this.body === null;
  }
}
