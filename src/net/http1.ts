import { NetFailure } from './failure.ts';

/** Name in lower case, value as Latin-1 text, in the order they came. */
export type HeaderList = [name: string, value: string][];

export interface Head {
  status: number;
  /** May be empty: the phrase is optional. */
  statusText: string;
  headers: HeaderList;
}

/** The values of a header joined by ", " (RFC 9110, section 5.3), or null. `name` in lower case. */
export function headerOf(headers: HeaderList, name: string): string | null {
  const values = headers.filter(([key]) => key === name).map(([, value]) => value);
  return values.length > 0 ? values.join(', ') : null;
}

const HEAD_CAP = 64 * 1024;
const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);

type State = 'head' | 'counted' | 'until_close' | 'size' | 'chunk' | 'chunk_end' | 'trailer' | 'done';

/**
 * Reads one HTTP/1 answer from bytes as they come. Lenient where browsers are (bare LF, missing phrase, folded and
 * non-ASCII headers, bytes after the end), strict where an answer would be ambiguous. Throws `NetFailure`.
 */
export class ResponseReader {
  head: Head | null = null;
  readonly #bodyless: boolean;
  readonly #onBody: (part: Buffer) => void;
  #state: State = 'head';
  #left = 0;
  #fields: string[] = [];
  #headBytes = 0;
  readonly #line = new LineBuffer();

  /** `onBody` gets each part of the body, without the framing. Parts are views: copy what must outlive the call. */
  constructor(method: string, onBody: (part: Buffer) => void) {
    this.#bodyless = method === 'HEAD';
    this.#onBody = onBody;
  }

  /** The answer is complete; whatever follows is none of ours. */
  get done(): boolean {
    return this.#state === 'done';
  }

  push(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.#state !== 'done') rest = this.#step(rest);
  }

  /** The other side closed (`clean`) or the connection broke. Says what is missing, if anything. */
  end(clean: boolean): void {
    if (this.#state === 'done') return;
    if (!this.head) throw this.#headless(clean);
    if (this.#state !== 'until_close' || !clean) {
      throw new NetFailure('truncated', 'The connection ended before the whole body had come.');
    }
    this.#state = 'done';
  }

  #headless(clean: boolean): NetFailure {
    if (!clean) return new NetFailure('connection_reset', 'The connection was reset before an answer came.');
    const words = this.#headBytes + this.#line.length > 0 ? 'in the middle of the answer head' : 'without an answer';
    return new NetFailure('protocol_error', `The server closed the connection ${words}.`);
  }

  #step(bytes: Buffer): Buffer {
    switch (this.#state) {
      case 'counted':
      case 'chunk': {
        const part = bytes.subarray(0, this.#left);
        this.#left -= part.length;
        if (this.#left === 0) this.#state = this.#state === 'chunk' ? 'chunk_end' : 'done';
        this.#onBody(part);
        return bytes.subarray(part.length);
      }
      case 'until_close':
        this.#onBody(bytes);
        return NOTHING;
      default:
        return this.#stepLine(bytes);
    }
  }

  /** Everything that is read by line: the head, chunk sizes, trailers. */
  #stepLine(bytes: Buffer): Buffer {
    const end = bytes.indexOf(LF);
    if (this.#state === 'head') this.#countHead(end === -1 ? bytes.length : end + 1, bytes);
    if (end === -1) {
      this.#line.add(bytes, this.#state === 'head' ? HEAD_CAP : 8_192);
      return NOTHING;
    }
    this.#takeLine(this.#line.finish(bytes.subarray(0, end)));
    return bytes.subarray(end + 1);
  }

  #countHead(n: number, bytes: Buffer): void {
    this.#headBytes += n;
    if (this.#headBytes > HEAD_CAP) throw new NetFailure('protocol_error', 'The answer head is larger than 64 KiB.');
    if (this.#fields.length === 0) refuseOtherProtocols(this.#line.start(bytes));
  }

  #takeLine(line: string): void {
    if (this.#state === 'head') {
      if (line !== '') this.#fields.push(line);
      else if (this.#fields.length > 0) this.#takeHead();
    } else if (this.#state === 'size') this.#takeSize(line);
    else if (this.#state === 'chunk_end') {
      if (line !== '') throw broken('a chunk is longer than it says');
      this.#state = 'size';
    } else if (line === '') this.#state = 'done';
    else this.#countTrailer(line.length);
  }

  #takeHead(): void {
    const head = parseHead(this.#fields);
    this.#fields = [];
    if (head.status === 101) throw broken('it switches to another protocol unasked');
    if (head.status < 200) return; // 100, 102, 103: the answer is still to come
    this.head = head;
    this.#frame(head);
  }

  /** How the end of the body is found: RFC 9112, section 6.3. */
  #frame({ status, headers }: Head): void {
    const length = contentLength(headers);
    const codings = (headerOf(headers, 'transfer-encoding') ?? '').toLowerCase().split(/[\s,]+/);
    if (this.#bodyless || status === 204 || status === 304) this.#state = 'done';
    else if (codings.includes('chunked')) this.#state = 'size';
    else if (length === null) this.#state = 'until_close';
    else {
      this.#left = length;
      this.#state = length === 0 ? 'done' : 'counted';
    }
  }

  #takeSize(line: string): void {
    const digits = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
    if (digits === undefined) throw broken('a chunk has no size');
    this.#left = Number.parseInt(digits, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'chunk';
  }

  #countTrailer(n: number): void {
    this.#headBytes += n;
    if (this.#headBytes > 2 * HEAD_CAP) throw broken('its trailers do not end');
  }
}

/** Collects one line that arrives in pieces. The usual case, a line inside one piece, copies nothing. */
class LineBuffer {
  #bytes: Buffer = NOTHING;
  length = 0;

  add(part: Buffer, cap: number): void {
    const needed = this.length + part.length;
    if (needed > cap) throw broken('a line does not end');
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(256, needed * 2));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    part.copy(this.#bytes, this.length);
    this.length = needed;
  }

  /** The line without its end, as Latin-1 text. */
  finish(last: Buffer): string {
    if (this.length > 0) {
      this.add(last, Number.POSITIVE_INFINITY);
      const whole = this.#bytes.subarray(0, this.length);
      this.length = 0;
      return lineText(whole);
    }
    return lineText(last);
  }

  /** Its first bytes, with those of the piece that comes next. */
  start(next: Buffer): string {
    return this.#bytes.toString('latin1', 0, Math.min(this.length, 8)) + next.toString('latin1', 0, 8);
  }
}

function lineText(bytes: Buffer): string {
  return bytes.toString('latin1', 0, bytes[bytes.length - 1] === CR ? bytes.length - 1 : bytes.length);
}

function broken(what: string): NetFailure {
  return new NetFailure('protocol_error', `The answer is not proper HTTP: ${what}.`);
}

/** Stops at the first byte that no status line has, so that a banner is not waited on until the deadline. */
function refuseOtherProtocols(start: string): void {
  const seen = start.replace(/^[\r\n]+/, '').slice(0, 7);
  if ('HTTP/1.'.startsWith(seen)) return;
  if (seen.startsWith('SSH-')) throw broken('this is an SSH server');
  throw broken(/^\d{3}[ -]/.test(seen) ? 'this looks like a mail or file server' : 'it does not begin with HTTP/1');
}

function parseHead([statusLine = '', ...lines]: string[]): Head {
  const match = /^HTTP\/1\.\d[ \t]+(\d{3})(?:[ \t]+(.*))?$/.exec(statusLine.trimEnd());
  if (!match) throw broken('its status line cannot be read');
  const status = Number(match[1]);
  if (status < 100 || status > 599) throw broken(`there is no status ${match[1]}`);
  return { status, statusText: match[2] ?? '', headers: parseFields(lines) };
}

function parseFields(lines: string[]): HeaderList {
  const headers: HeaderList = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (last && /^[ \t]/.test(line)) {
      last[1] += ` ${line.trim()}`; // folded, RFC 9112 section 5.2
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
  }
  return headers;
}

/** Equal repeats are one; different ones are an attack or a fault (RFC 9112, section 6.3). */
function contentLength(headers: HeaderList): number | null {
  const said = headerOf(headers, 'content-length');
  if (said === null) return null;
  const lengths = new Set(said.split(',').map((value) => value.trim().replace(/^0+(?=\d)/, '')));
  const [only = ''] = lengths;
  if (lengths.size > 1) throw broken('it states two different lengths');
  if (!/^\d{1,15}$/.test(only)) throw broken('its length is not a number');
  return Number(only);
}
