import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo } from 'node:net';

/** One record of an answer; `name` is the name asked for unless said. */
export interface NameRecord {
  name?: string;
  cname?: string;
  a?: string;
  /** All 32 digits, for example 20010db8… */
  aaaa?: string;
}

/** What is said to one question: records, a fault, the same over TCP only, raw bytes, or nothing at all. */
export type NameAnswer =
  | NameRecord[]
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'formerr'
  | 'notimp'
  | 'silence'
  | 'garbage'
  | 'other id'
  | { overTcp: NameRecord[] };

/** `times` counts the questions of this name and type before. */
export type NameScript = (name: string, type: 'A' | 'AAAA' | 'other', times: number) => NameAnswer;

const RCODES: Record<string, number> = { formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5 };
const TRUNCATED = 0x0200;

/** A name server that may lie, on one port for UDP and TCP. `address` is for `outbound.resolvers`. */
export async function serveNames(script: NameScript): Promise<{ address: string; close(): Promise<void> }> {
  const asked = new Map<string, number>();
  const answer = (query: Buffer, tcp: boolean): Buffer | null => {
    const { name, type, end } = question(query);
    const label = `${type} ${name}`;
    const times = asked.get(label) ?? 0;
    asked.set(label, times + 1);
    return reply(query.subarray(0, end), script(name, type, times), tcp);
  };
  const { udp, tcp } = await bindBoth();
  udp.on('message', (query, from) => {
    const bytes = answer(query, false);
    if (bytes) udp.send(bytes, from.port, from.address);
  });
  tcp.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (query: Buffer) => {
      const bytes = answer(query.subarray(2), true);
      if (!bytes) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
  });
  return {
    address: `127.0.0.1:${udp.address().port}`,
    close: async () => {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      tcp.close();
    },
  };
}

/** A free TCP port may be taken for UDP by a neighbour: then another one. */
async function bindBoth() {
  for (;;) {
    const tcp = createServer();
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const udp = createSocket('udp4');
    const bound = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false));
      udp.bind((tcp.address() as AddressInfo).port, '127.0.0.1', () => resolve(true));
    });
    if (bound) return { udp, tcp };
    tcp.close();
    udp.close();
  }
}

function question(query: Buffer): { name: string; type: 'A' | 'AAAA' | 'other'; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let n = query[at] ?? 0; n > 0; n = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + n));
    at += n + 1;
  }
  const type = query.readUInt16BE(at + 1);
  return { name: labels.join('.').toLowerCase(), type: type === 1 ? 'A' : type === 28 ? 'AAAA' : 'other', end: at + 5 };
}

function reply(query: Buffer, said: NameAnswer, tcp: boolean): Buffer | null {
  if (said === 'silence') return null;
  if (said === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.from('not a DNS answer at all')]);
  if (said === 'other id') return message(query, 0, [{ a: '127.0.0.1' }], 1);
  if (typeof said === 'string') return message(query, RCODES[said] ?? 0, []);
  if (Array.isArray(said)) return message(query, 0, said);
  return tcp ? message(query, 0, said.overTcp) : message(query, TRUNCATED, []);
}

function message(query: Buffer, flags: number, records: NameRecord[], idShift = 0): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE((query.readUInt16BE(0) + idShift) % 65_536, 0);
  head.writeUInt16BE(0x8180 | flags, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, query.subarray(12), ...records.map(record)]);
}

function record({ name, cname, a, aaaa }: NameRecord): Buffer {
  const owner = name === undefined ? Buffer.from([0xc0, 12]) : encoded(name);
  const value =
    cname !== undefined ? encoded(cname) : a !== undefined ? Buffer.from(a.split('.').map(Number)) : hex(aaaa ?? '');
  const type = cname !== undefined ? 5 : a !== undefined ? 1 : 28;
  return Buffer.concat([owner, Buffer.from([0, type, 0, 1, 0, 0, 0, 0, 0, value.length]), value]);
}

function hex(digits: string): Buffer {
  return Buffer.from(digits.padStart(32, '0'), 'hex');
}

function encoded(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
