import { createSocket } from 'node:dgram';

/** Records as their bytes, a fault, or no answer at all. */
export type RecordAnswer = Buffer[] | 'nxdomain' | 'servfail' | 'refused' | 'garbage' | 'silence';

export interface RecordServer {
  /** `127.0.0.1:port`. */
  address: string;
  questions: string[];
  close(): Promise<void>;
}

const TYPES: Record<number, string> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  257: 'CAA',
};
const RCODE = { nxdomain: 3, servfail: 2, refused: 5 } as const;

/** A DNS server on a free UDP port that answers any type; `times` counts the same question before. */
export async function serveRecords(
  answer: (name: string, type: string, times: number) => RecordAnswer,
): Promise<RecordServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let n = query[at] ?? 0; n > 0; n = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + n));
      at += n + 1;
    }
    const code = query.readUInt16BE(at + 1);
    const label = `${TYPES[code] ?? code} ${labels.join('.').toLowerCase()}`;
    const said = answer(labels.join('.').toLowerCase(), TYPES[code] ?? '', questions.filter((q) => q === label).length);
    questions.push(label);
    if (said === 'silence') return;
    if (said === 'garbage') return socket.send(query.subarray(0, 5), from.port, from.address);
    const head = Buffer.alloc(12);
    const records = typeof said === 'string' ? [] : said;
    head.writeUInt16BE(query.readUInt16BE(0), 0);
    head.writeUInt16BE(0x8180 | (typeof said === 'string' ? RCODE[said] : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    const reply = [head, query.subarray(12, at + 5), ...records.map((bytes) => record(code, bytes))];
    socket.send(Buffer.concat(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function record(type: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name of the question
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}

/** A name as its labels. */
export function name(text: string): Buffer {
  const labels = text.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

export function numbers(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
}

export function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value, i * 4));
  return bytes;
}

/** Pieces of text, each with its length in front. */
export function pieces(...texts: string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])));
}
