import { crc32, deflateSync } from 'node:zlib';
import type { PageStatus } from '../core/severity.ts';
import { statusColour } from './frame-view.ts';

/** What services that show links ask for. */
const [WIDTH, HEIGHT] = [1_200, 630];
/** Of the disc in the middle, and half the width of the strokes on it. */
const RADIUS = 170;
const STROKE = 17;

type Stroke = [x1: number, y1: number, x2: number, y2: number];

/** The sign of each status as strokes around the middle; a point is a stroke without length. */
const SIGNS: Record<PageStatus, Stroke[]> = {
  operational: [
    [-75, 5, -22, 60],
    [-22, 60, 78, -55],
  ],
  degraded: [
    [0, -85, 0, 20],
    [0, 80, 0, 80],
  ],
  partial_outage: [
    [-60, -60, 60, 60],
    [60, -60, -60, 60],
  ],
  major_outage: [
    [-60, -60, 60, 60],
    [60, -60, -60, 60],
  ],
  maintenance: [
    [-70, 10, 10, -70],
    [-70, 80, 80, -70],
    [-10, 70, 70, -10],
  ],
  unknown: [
    [-70, 0, -70, 0],
    [0, 0, 0, 0],
    [70, 0, 70, 0],
  ],
};

const DRAWN = new Map<string, Uint8Array<ArrayBuffer>>();

/** The picture for those who pass a link on: the status by colour and sign, as a PNG. Each is drawn once. */
export function statusPicture(status: PageStatus): Uint8Array<ArrayBuffer> {
  const known = DRAWN.get(status);
  if (known) return known;
  const made = png(draw(status));
  DRAWN.set(status, made);
  return made;
}

/** Rows of RGB, each after the byte that says it is not filtered. */
function draw(status: PageStatus): Buffer {
  const tone = rgb(statusColour(status));
  const length = 1 + 3 * WIDTH;
  const row = Buffer.alloc(length);
  for (let x = 0; x < WIDTH; x++) row.set(tone, 1 + 3 * x);
  const pixels = Buffer.concat(Array.from({ length: HEIGHT }, () => row));
  for (let y = -RADIUS - 1; y <= RADIUS + 1; y++) {
    for (let x = -RADIUS - 1; x <= RADIUS + 1; x++) {
      const sign = Math.min(...SIGNS[status].map((stroke) => distance(x, y, stroke))) - STROKE;
      const white = cover(Math.hypot(x, y) - RADIUS) * (1 - cover(sign));
      const at = (HEIGHT / 2 + y) * length + 1 + 3 * (WIDTH / 2 + x);
      for (let k = 0; k < 3; k++) pixels[at + k] = Math.round((tone[k] ?? 0) + (255 - (tone[k] ?? 0)) * white);
    }
  }
  return pixels;
}

/** How much of a pixel lies inside an edge that is this far away, 0 to 1. */
function cover(outside: number): number {
  return Math.min(1, Math.max(0, 0.5 - outside));
}

function distance(x: number, y: number, [x1, y1, x2, y2]: Stroke): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / square));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

function rgb(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function png(pixels: Buffer): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH, 0);
  head.writeUInt32BE(HEIGHT, 4);
  // Eight bits each of red, green and blue.
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const whole = Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return new Uint8Array(whole);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
