import type { Socket } from 'node:net';
import type { Deadline } from './deadline.ts';
import { errorCode, NetFailure } from './failure.ts';

/** What a server says is read up to here; a banner is short. */
const MOST_BYTES = 16 * 1024;
const PARTS_AT_ONCE = 8;
const LOOK_AGAIN_MS = 250;

/**
 * Collects what a socket says until `enough` is satisfied with all of it, and returns that text (UTF-8, bytes that do
 * not fit replaced). Throws `NetFailure`: silence until the deadline, an end before it was enough, too much of it.
 */
export function listenUntil(
  socket: Socket,
  deadline: Deadline,
  enough: (text: string) => boolean,
  waitedFor: string,
): Promise<string> {
  socket.resume();
  const parts: Buffer[] = [];
  let size = 0;
  let later: NodeJS.Timeout | undefined;
  return new Promise<string>((resolve, reject) => {
    const look = (): void => {
      clearTimeout(later);
      later = undefined;
      const text = said(parts);
      if (enough(text)) resolve(text);
      else if (size >= MOST_BYTES) reject(new Unfinished(`The first 16 KiB hold no sign of ${waitedFor}.`, text));
    };
    const end = (broken: boolean): void => {
      look();
      if (broken) reject(new NetFailure('connection_reset', `The connection was reset before ${waitedFor} came.`));
      else reject(new Unfinished(`The server closed the connection before ${waitedFor} came.`, said(parts)));
    };
    socket.on('data', (part: Buffer) => {
      parts.push(part.subarray(0, MOST_BYTES - size));
      size += Math.min(part.length, MOST_BYTES - size);
      // Who sends single bytes must not have everything read anew for each of them.
      if (parts.length < PARTS_AT_ONCE || size >= MOST_BYTES) look();
      else later ??= setTimeout(look, LOOK_AGAIN_MS);
    });
    socket.on('end', () => end(false));
    socket.on('error', (error) => end(errorCode(error) !== 'ERR_STREAM_WRITE_AFTER_END'));
    socket.on('close', (broken) => end(broken));
    deadline.stage(() => {
      reject(
        size === 0
          ? new NetFailure('timeout_first_byte', `The server said nothing within ${deadline.words}.`)
          : new Unfinished(`Within ${deadline.words} the server did not send ${waitedFor}.`, said(parts)),
      );
    });
    if (socket.destroyed) end(false);
  }).finally(() => {
    clearTimeout(later);
    socket.removeAllListeners('data');
    socket.removeAllListeners('end');
    socket.removeAllListeners('error');
    socket.removeAllListeners('close');
    // Whatever breaks after this is nobody's concern, but must not be uncaught.
    socket.on('error', () => undefined);
    socket.pause();
  });
}

function said(parts: Buffer[]): string {
  return Buffer.concat(parts).toString('utf8');
}

/** The server spoke, but not what was waited for; `said` is all of it. */
export class Unfinished extends NetFailure {
  readonly said: string;

  constructor(message: string, said: string) {
    super('protocol_error', message);
    this.said = said;
  }
}
