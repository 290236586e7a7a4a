import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import type { PageStatus } from '../core/severity.ts';
import { STATUS_COLOUR } from './badges.ts';
import type { Forms } from './forms.ts';

const pack = promisify(deflate);
const WIDTH = 1_200;
const HEIGHT = 630;
const PAPER = [250, 249, 247] as const;
const RADIUS = 150;
/** Half the thickness of a stroke. */
const STROKE = 15;

type Segment = readonly [fromX: number, fromY: number, toX: number, toY: number];
const DOT: Segment = [0, 66, 0, 67];
/** Strokes of the sign in the disc, from its middle. A shape each, because colour alone says too little. */
const SIGN: Record<PageStatus, readonly Segment[]> = {
  operational: [
    [-62, 4, -16, 50],
    [-16, 50, 66, -44],
  ],
  degraded: [[0, -72, 0, 18], DOT],
  partial_outage: [[-64, 0, 64, 0]],
  major_outage: [
    [-52, -52, 52, 52],
    [52, -52, -52, 52],
  ],
  maintenance: [
    [-30, -58, -30, 58],
    [30, -58, 30, 58],
  ],
  unknown: [
    [-40, -38, -28, -64],
    [-28, -64, 0, -74],
    [0, -74, 28, -64],
    [28, -64, 40, -38],
    [40, -38, 28, -10],
    [28, -10, 0, 8],
    [0, 8, 0, 26],
    DOT,
  ],
};

/** The picture that messengers and social sites show beside a link to the page: the status as a sign. */
export function pictureForms(): Forms {
  const made = new Map<PageStatus, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    picture: {
      path: '/og.png',
      contentType: 'image/png',
      kind: 'data',
      write({ status }) {
        const picture = made.get(status) ?? drawPicture(status);
        made.set(status, picture);
        return picture;
      },
    },
  };
}

/** 1200 by 630 pixels, the size that previews ask for. */
async function drawPicture(status: PageStatus): Promise<Uint8Array<ArrayBuffer>> {
  const ink = [1, 3, 5].map((at) => Number.parseInt(STATUS_COLOUR[status].slice(at, at + 2), 16));
  // Each row begins with its filter, which is none.
  const row = new Uint8Array([0, ...Array.from({ length: WIDTH }, () => PAPER).flat()]);
  const rows = new Uint8Array(HEIGHT * row.length);
  for (let y = 0; y < HEIGHT; y++) rows.set(row, y * row.length);
  for (let dy = -RADIUS - 1; dy <= RADIUS + 1; dy++) {
    for (let dx = -RADIUS - 1; dx <= RADIUS + 1; dx++) {
      const disc = cover(RADIUS - Math.sqrt(dx * dx + dy * dy));
      if (disc === 0) continue;
      const sign = cover(STROKE - nearest(dx, dy, SIGN[status]));
      const at = (HEIGHT / 2 + dy) * row.length + 1 + (WIDTH / 2 + dx) * 3;
      for (const [i, paper] of PAPER.entries()) {
        const painted = (ink[i] ?? 0) * (1 - sign) + 255 * sign;
        rows[at + i] = Math.round(paper * (1 - disc) + painted * disc);
      }
    }
  }
  return png(await pack(rows));
}

/** How much of a pixel is covered, by its distance from the edge. */
function cover(inside: number): number {
  return Math.min(1, Math.max(0, inside + 0.5));
}

/** Distance of a point from the nearest of these strokes. */
function nearest(x: number, y: number, strokes: readonly Segment[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [ax, ay, bx, by] of strokes) {
    const dx = bx - ax;
    const dy = by - ay;
    const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    const ex = x - ax - along * dx;
    const ey = y - ay - along * dy;
    least = Math.min(least, ex * ex + ey * ey);
  }
  return Math.sqrt(least);
}

/** A PNG of eight bits a channel, without transparency. */
function png(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH, 0);
  head.writeUInt32BE(HEIGHT, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', packed), chunk('IEND', new Uint8Array())]),
  );
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
