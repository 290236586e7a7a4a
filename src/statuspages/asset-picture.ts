import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import { cleanSvg } from '../core/svg.ts';

const unpack = promisify(inflate);

/** Largest upload in bytes, and longest side in pixels. */
export const MOST_BYTES = 512 * 1024;
export const MOST_PIXELS = 2_000;

/** A picture as it is kept: without metadata and without anything after its end. */
export interface Picture {
  mime: string;
  extension: string;
  bytes: Uint8Array;
}
export type Read = { picture: Picture; problem: null } | { picture: null; problem: string };

interface Measured {
  width: number;
  height: number;
  bytes: Uint8Array;
}

class Broken extends Error {}

/** Kinds by their first bytes; the name and type that came along do not matter. */
const KINDS: {
  mime: string;
  extension: string;
  starts(b: Buffer): boolean;
  read(b: Buffer): Measured | Promise<Measured>;
}[] = [
  { mime: 'image/png', extension: 'png', starts: (b) => b.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n', read: png },
  { mime: 'image/jpeg', extension: 'jpg', starts: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff, read: jpeg },
  { mime: 'image/gif', extension: 'gif', starts: (b) => /^GIF8[79]a$/.test(b.toString('latin1', 0, 6)), read: gif },
  {
    mime: 'image/webp',
    extension: 'webp',
    starts: (b) => b.toString('latin1', 0, 4) === 'RIFF' && b.toString('latin1', 8, 12) === 'WEBP',
    read: webp,
  },
];

/** Checks an upload by its bytes (R-SP-4) and writes it anew; a refusal is one sentence. */
export async function readPicture(upload: Uint8Array): Promise<Read> {
  const b = Buffer.from(upload.buffer, upload.byteOffset, upload.byteLength);
  if (b.length === 0) return refused('Choose a file first.');
  if (b.length > MOST_BYTES) return refused(`The file is too large: ${MOST_BYTES / 1024} KiB at most.`);
  const kind = KINDS.find((one) => one.starts(b));
  if (!kind) return readDrawing(b);
  try {
    const { width, height, bytes } = await kind.read(b);
    if (width < 1 || height < 1) return refused('The picture is damaged.');
    if (Math.max(width, height) > MOST_PIXELS) {
      return refused(`The picture is ${width} × ${height} pixels: ${MOST_PIXELS} a side at most.`);
    }
    return { picture: { mime: kind.mime, extension: kind.extension, bytes }, problem: null };
  } catch (error) {
    // Reading past the end is a RangeError of Buffer.
    if (error instanceof Broken || error instanceof RangeError) return refused('The picture is damaged.');
    throw error;
  }
}

function readDrawing(b: Buffer): Read {
  const text = b.toString('utf8');
  if (!/<svg[\s>]/.test(text.slice(0, 20_000)) || text.includes('\u0000')) {
    return refused('Use a PNG, JPEG, GIF, WebP or SVG file.');
  }
  const { svg, problem } = cleanSvg(text);
  if (problem !== null) return refused(problem);
  return { picture: { mime: 'image/svg+xml', extension: 'svg', bytes: new TextEncoder().encode(svg) }, problem: null };
}

function refused(problem: string): Read {
  return { picture: null, problem };
}

const PNG_KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'IDAT', 'IEND']);
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Chunks with right sums; the pixels must unpack to what the head says, so nothing else hides in them. */
async function png(b: Buffer): Promise<Measured> {
  const kept: Buffer[] = [b.subarray(0, 8)];
  const data: Buffer[] = [];
  let head: Buffer | null = null;
  for (let at = 8; ; ) {
    const length = b.readUInt32BE(at);
    const type = b.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (b.readUInt32BE(end - 4) !== crc32(b.subarray(at + 4, end - 4))) throw new Broken();
    const body = b.subarray(at + 8, end - 4);
    if (type === 'IHDR' && length === 13) head ??= body;
    if (head === null) throw new Broken();
    if (type === 'IDAT') data.push(body);
    if (PNG_KEPT.has(type)) kept.push(b.subarray(at, end));
    if (type === 'IEND') break;
    at = end;
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const bits = (head[8] ?? 0) * (CHANNELS[head[9] ?? 1] ?? 0);
  if (Math.max(width, height) <= MOST_PIXELS) {
    const most = (Math.ceil((width * bits) / 8) + 1) * height + 7 * (width + height) + 64;
    const pixels = await unpack(Buffer.concat(data), { maxOutputLength: most }).catch(() => null);
    if (bits === 0 || pixels === null || pixels.length < height) throw new Broken();
  }
  return { width, height, bytes: Buffer.concat(kept) };
}

/** Segments; notes (APPn, COM) go, except what decoders need: JFIF and Adobe's word on colours. */
function jpeg(b: Buffer): Measured {
  const kept: Buffer[] = [b.subarray(0, 2)];
  let size: { width: number; height: number } | null = null;
  for (let at = 2; ; ) {
    if (b.readUInt8(at) !== 0xff) throw new Broken();
    const marker = b.readUInt8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) break;
    const end = at + 2 + b.readUInt16BE(at + 2);
    if (end > b.length) throw new Broken();
    const note = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
    if (!note) kept.push(b.subarray(at, end));
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      size ??= { height: b.readUInt16BE(at + 5), width: b.readUInt16BE(at + 7) };
    }
    at = end;
    if (marker !== 0xda) continue;
    const start = at;
    // Within a scan 0xFF is followed by 0 or by a restart.
    while (!(b.readUInt8(at) === 0xff && b.readUInt8(at + 1) !== 0 && (b.readUInt8(at + 1) & 0xf8) !== 0xd0)) at++;
    kept.push(b.subarray(start, at));
  }
  if (size === null) throw new Broken();
  return { ...size, bytes: Buffer.concat([...kept, Buffer.from([0xff, 0xd9])]) };
}

/** Bytes of the colour table that such flags announce. */
function table(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Blocks; comments, texts and programs' own blocks go, except the one that repeats an animation. */
function gif(b: Buffer): Measured {
  const over = (from: number): number => {
    let at = from;
    while (b.readUInt8(at) !== 0) at += 1 + b.readUInt8(at);
    return at + 1;
  };
  let at = 13 + table(b.readUInt8(10));
  const kept: Buffer[] = [b.subarray(0, at)];
  let images = 0;
  for (;;) {
    const sign = b.readUInt8(at);
    if (sign === 0x3b) break;
    if (sign === 0x2c) {
      const end = over(at + 11 + table(b.readUInt8(at + 9)));
      kept.push(b.subarray(at, end));
      images++;
      at = end;
    } else if (sign === 0x21) {
      const end = over(at + 2);
      const label = b.readUInt8(at + 1);
      const repeats = label === 0xff && b.toString('latin1', at + 3, at + 14) === 'NETSCAPE2.0';
      if (label === 0xf9 || repeats) kept.push(b.subarray(at, end));
      at = end;
    } else throw new Broken();
  }
  if (images === 0) throw new Broken();
  const bytes = Buffer.concat([...kept, Buffer.from([0x3b])]);
  return { width: b.readUInt16LE(6), height: b.readUInt16LE(8), bytes };
}

const WEBP_KEPT = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF']);

/** Chunks of a RIFF file; EXIF, XMP and profiles go, and the flags that announce them. */
function webp(b: Buffer): Measured {
  const kept: Buffer[] = [];
  let size: { width: number; height: number } | null = null;
  const end = 8 + b.readUInt32LE(4);
  if (end > b.length) throw new Broken();
  for (let at = 12; at < end; ) {
    const type = b.toString('latin1', at, at + 4);
    const length = b.readUInt32LE(at + 4);
    const next = at + 8 + length + (length % 2);
    if (at + 8 + length > b.length) throw new Broken();
    const chunk = Buffer.from(b.subarray(at, next));
    const body = chunk.subarray(8);
    if (type === 'VP8X') {
      size = { width: body.readUIntLE(4, 3) + 1, height: body.readUIntLE(7, 3) + 1 };
      chunk.writeUInt8(body.readUInt8(0) & 0x12, 8);
    }
    if (type === 'VP8L') size ??= lossless(body);
    if (type === 'VP8 ') size ??= lossy(body);
    if (WEBP_KEPT.has(type)) kept.push(chunk);
    at = next;
  }
  if (size === null) throw new Broken();
  const body = Buffer.concat(kept);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + body.length, 4);
  return { ...size, bytes: Buffer.concat([head, body]) };
}

function lossless(body: Buffer) {
  if (body.readUInt8(0) !== 0x2f) throw new Broken();
  const bits = body.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function lossy(body: Buffer) {
  if (body.readUIntBE(3, 3) !== 0x9d012a) throw new Broken();
  return { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff };
}
