import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { errorCode, NetFailure } from './failure.ts';

/** A chain of more encodings than this is an attempt to make us work. */
const MOST_ENCODINGS = 2;
const KNOWN = new Set(['gzip', 'x-gzip', 'deflate', 'br']);
const NOTHING = Buffer.alloc(0);
/** Of a body that is only counted this much is kept, to show what came. */
const BEGINNING_BYTES = 1_024;

/**
 * A body on its way in: decoded, and cut at a cap that counts decoded bytes. A chain that cannot be decoded is kept
 * as it came and named in `undecoded`.
 */
export class Body {
  readonly undecoded: string | null;
  /** The cap was reached; `bytes` is its beginning. */
  capped = false;
  readonly #cap: number;
  readonly #keepBytes: number;
  readonly #encodings: string[];
  #decoder: Decoder | null = null;
  #rawLeft: number;
  #size = 0;
  #kept = 0;
  #bytes: Buffer = NOTHING;

  /** `keep` false counts the body and keeps its first KiB. */
  constructor(contentEncoding: string | null, cap: number, keep: boolean) {
    const encodings = (contentEncoding ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((name) => name && name !== 'identity');
    const able = encodings.length <= MOST_ENCODINGS && encodings.every((name) => KNOWN.has(name));
    this.undecoded = able ? null : encodings.join(', ').slice(0, 60);
    this.#encodings = able ? encodings.toReversed() : [];
    this.#cap = cap;
    this.#rawLeft = cap;
    this.#keepBytes = keep ? cap : Math.min(cap, BEGINNING_BYTES);
  }

  push(part: Buffer): void {
    if (this.capped) return;
    if (this.#encodings.length === 0) return this.#take(part);
    this.#decoder ??= new Decoder(this.#encodings, part, (decoded) => this.#take(decoded));
    this.#decoder.write(part.subarray(0, this.#rawLeft));
    this.#rawLeft -= part.length;
    if (this.#rawLeft < 0) this.capped = true; // enough is in hand; the decoder finishes what it has
  }

  /** All has come: waits for the decoder. Throws `NetFailure` for a body that cannot be decoded or is cut short. */
  async finish(): Promise<void> {
    await this.#decoder?.finish().catch((error: unknown) => {
      if (!this.capped) throw error; // we cut it short ourselves
    });
  }

  /** Frees the decoder, however things ended. */
  release(): void {
    this.#decoder?.destroy();
  }

  /** What was kept, decoded. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#kept);
  }

  #take(part: Buffer): void {
    const room = this.#cap - this.#size;
    const taken = part.length > room ? part.subarray(0, room) : part;
    if (this.#kept < this.#keepBytes) this.#store(taken.subarray(0, this.#keepBytes - this.#kept));
    this.#size += taken.length;
    if (part.length <= room) return;
    this.capped = true;
    this.#decoder?.destroy();
  }

  /** One growing buffer: a million tiny parts must not become a million objects. */
  #store(part: Buffer): void {
    const needed = this.#kept + part.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#keepBytes, Math.max(1024, needed, this.#bytes.length * 2)));
      this.#bytes.copy(larger, 0, 0, this.#kept);
      this.#bytes = larger;
    }
    part.copy(this.#bytes, this.#kept);
    this.#kept = needed;
  }
}

const BATCH_BYTES = 16 * 1024;

/** The decompressors of a chain, outermost first. What comes in is bounded by the cap, so nothing waits for a drain. */
class Decoder {
  readonly #stages: Transform[];
  readonly #over: Promise<void>;
  #batch: Buffer = NOTHING;
  #batched = 0;

  constructor(encodings: string[], first: Buffer, onPart: (part: Buffer) => void) {
    this.#stages = encodings.map((name, i) => decompressor(name, i === 0 ? first : null));
    this.#over = new Promise((resolve, reject) => {
      for (const stage of this.#stages) stage.on('error', (error) => reject(decodeFailure(error)));
      this.#stages.at(-1)?.on('end', resolve).on('close', resolve);
    });
    this.#over.catch(() => undefined); // told by finish(), which may never be asked
    this.#stages.reduce((from, to) => from.pipe(to));
    this.#stages.at(-1)?.on('data', onPart);
  }

  /** Copies into batches: parts are views of the socket's memory, and each write costs a trip to another thread. */
  write(part: Buffer): void {
    for (let rest = part; rest.length > 0; ) {
      if (this.#batched === this.#batch.length) this.#flush(Buffer.allocUnsafe(BATCH_BYTES));
      const copied = rest.copy(this.#batch, this.#batched);
      this.#batched += copied;
      rest = rest.subarray(copied);
    }
  }

  finish(): Promise<void> {
    this.#flush(NOTHING);
    this.#stages[0]?.end();
    return this.#over;
  }

  destroy(): void {
    for (const stage of this.#stages) stage.destroy();
  }

  #flush(next: Buffer): void {
    const full = this.#batch.subarray(0, this.#batched);
    if (full.length > 0 && !this.#stages[0]?.destroyed) this.#stages[0]?.write(full);
    this.#batch = next;
    this.#batched = 0;
  }
}

/** "deflate" is zlib by the standard and bare deflate by habit; the first byte tells. */
function decompressor(encoding: string, first: Buffer | null): Transform {
  if (encoding === 'br') return createBrotliDecompress();
  if (encoding !== 'deflate') return createGunzip();
  return first && ((first[0] ?? 0) & 15) !== 8 ? createInflateRaw() : createInflate();
}

function decodeFailure(error: Error): NetFailure {
  if (errorCode(error) === 'Z_BUF_ERROR') {
    return new NetFailure('truncated', 'The compressed body ends in the middle.');
  }
  return new NetFailure('decode_error', 'The compressed body cannot be unpacked.');
}
