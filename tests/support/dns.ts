import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';

/** What a name answers: addresses of either family, or a fault. */
export type DnsAnswer = string[] | 'nxdomain' | 'servfail' | 'refused' | 'silence';

export interface TestDns {
  /** For `outbound.resolvers`. */
  address: string;
  /** Questions seen, as "A example.com". */
  questions: string[];
  close(): Promise<void>;
}

const RCODE = { nxdomain: 3, servfail: 2, refused: 5 } as const;

/**
 * A real DNS server on a free UDP port of 127.0.0.1. The function is asked for each question; `times` counts the
 * questions of this name and type before, so an answer can change (rebinding).
 */
export async function serveDns(
  answer: (name: string, type: 'A' | 'AAAA', times: number) => DnsAnswer,
): Promise<TestDns> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = question(query);
    const label = `${type} ${name}`;
    const said = answer(name, type, questions.filter((q) => q === label).length);
    questions.push(label);
    if (said !== 'silence') socket.send(reply(query, end, type, said), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function question(query: Buffer): { name: string; type: 'A' | 'AAAA'; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let n = query[at] ?? 0; n > 0; n = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + n));
    at += n + 1;
  }
  return {
    name: labels.join('.').toLowerCase(),
    type: query.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A',
    end: at + 5,
  };
}

function reply(query: Buffer, end: number, type: 'A' | 'AAAA', said: Exclude<DnsAnswer, 'silence'>): Buffer {
  const addresses = typeof said === 'string' ? [] : said.filter((ip) => isIPv4(ip) === (type === 'A'));
  const head = Buffer.alloc(12);
  head.writeUInt16BE(query.readUInt16BE(0), 0);
  head.writeUInt16BE(0x8180 | (typeof said === 'string' ? RCODE[said] : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([head, query.subarray(12, end), ...addresses.map((ip) => record(ip, type))]);
}

/** One record that points back at the question's name, with a TTL of 0. */
function record(ip: string, type: 'A' | 'AAAA'): Buffer {
  const value = type === 'A' ? Buffer.from(ip.split('.').map(Number)) : ipv6(ip);
  const head = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, value.length]);
  return Buffer.concat([head, value]);
}

function ipv6(ip: string): Buffer {
  const [left = '', right = ''] = ip.split('::');
  const start = groups(left);
  const tail = groups(right);
  const bytes = Buffer.alloc(16);
  start.forEach((group, i) => bytes.writeUInt16BE(group, i * 2));
  tail.forEach((group, i) => bytes.writeUInt16BE(group, 16 - (tail.length - i) * 2));
  return bytes;
}

function groups(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
}
