import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/core/time.ts';
import { REASONS } from '../../src/core/verdict.ts';
import { Body } from '../../src/net/body.ts';
import { NetFailure } from '../../src/net/failure.ts';
import { exchange } from '../../src/net/fetch.ts';
import { headerOf, ResponseReader } from '../../src/net/http1.ts';
import { serveRaw } from './servers.ts';

/** What a run found; everything but `cases` and `megabytes` should be nothing. */
export interface FuzzReport {
  cases: number;
  /** Anything thrown that is not a typed failure, with the bytes that did it. */
  crashes: string[];
  /** Cases whose outcome depends on how the bytes were cut into packets. */
  torn: string[];
  /** Cases that took longer than they may. */
  overruns: string[];
  /** Growth of the process's memory. */
  megabytes: number;
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const gzipped = gzipSync(Buffer.from('all is well '.repeat(40)));
const bytes = (text: string, ...rest: Buffer[]): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), ...rest]);

/** Sound answers of every framing. */
const ANSWERS: readonly Buffer[] = [
  bytes(`${OK}Content-Length: 11\r\nContent-Type: text/plain\r\n\r\nall is well`),
  bytes(`${OK}Server: x\r\nConnection: close\r\n\r\nuntil the connection ends`),
  bytes('HTTP/1.0 200 OK\n\nbare'),
  bytes(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x="y"\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n`),
  bytes(`${OK}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(30)}0\r\n\r\n`),
  bytes(`${OK}Content-Encoding: gzip\r\nContent-Length: ${gzipped.length}\r\n\r\n`, gzipped),
  bytes(
    `${OK}Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n${gzipped.length.toString(16)}\r\n`,
    gzipped,
    Buffer.from('\r\n0\r\n\r\n'),
  ),
  bytes(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`),
  bytes('HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n'),
  bytes('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'),
  bytes('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbusy'),
  bytes(`${OK}X-Folded: one\r\n  two\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 2\r\n\r\nhi`),
  bytes(`${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`),
  bytes(`${OK}X-Latin: caf\u00e9\r\nContent-Length: 2, 2\r\n\r\nhi and more`),
];

/** Pieces that mean something where they land. */
const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\u0000',
  ' ',
  ':',
  ',',
  ';',
  '0',
  '-1',
  '0x10',
  'ffffffffffff',
  '1e9',
  'Content-Length: 99999999999999\r\n',
  'Content-Length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity, chunked\r\n',
  'Content-Encoding: br\r\n',
  'Content-Encoding: gzip, gzip, gzip\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'HTTP/2 200\r\n',
  '0\r\n\r\n',
  '\u00ff\u00fe',
].map((text) => Buffer.from(text, 'latin1'));

const MOST_BYTES = 6_000;

/** One to four changes to a sound answer: cut, flip, insert, double, drop or swap. */
export function mutate(random: () => number): Buffer {
  const upTo = (n: number): number => Math.floor(random() * n);
  let answer = Buffer.from(ANSWERS[upTo(ANSWERS.length)] ?? '');
  for (let changes = 1 + upTo(4); changes > 0; changes -= 1) {
    const from = upTo(answer.length + 1);
    const to = Math.min(answer.length, from + 1 + upTo(1 + upTo(answer.length + 1)));
    const [before, part, after] = [answer.subarray(0, from), answer.subarray(from, to), answer.subarray(to)];
    const token = TOKENS[upTo(TOKENS.length)] ?? Buffer.alloc(0);
    switch (upTo(7)) {
      case 0:
        answer = Buffer.from(before);
        break;
      case 1:
        if (from < answer.length) answer[from] = (answer[from] ?? 0) ^ (1 << upTo(8));
        break;
      case 2:
        answer = Buffer.concat([before, token, part, after]);
        break;
      case 3:
        answer = Buffer.concat([before, part, part, after]);
        break;
      case 4:
        answer = Buffer.concat([before, after]);
        break;
      case 5:
        answer = Buffer.concat([before, token, after]);
        break;
      default:
        answer = Buffer.concat([after, part, before]);
    }
  }
  return answer.subarray(0, MOST_BYTES);
}

/** The answer in pieces, as packets might cut it. */
function split(answer: Buffer, random: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < answer.length; ) {
    const length = 1 + Math.floor(random() ** 3 * answer.length);
    pieces.push(answer.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

interface How {
  method: string;
  /** How the connection ends after the last byte. */
  end: 'clean' | 'reset' | 'open';
}

const CAP = 4_096;

/** Reads the pieces as an exchange does and says what came of it, in one line. Anything thrown is a crash. */
async function read(pieces: readonly Buffer[], { method, end }: How): Promise<string> {
  const taken: { body: Body | null } = { body: null };
  const reader = new ResponseReader(method, (part) => {
    taken.body ??= new Body(headerOf(reader.head?.headers ?? [], 'content-encoding'), CAP, true);
    taken.body.push(part);
  });
  const capped = () => taken.body?.capped ?? false;
  let said = '';
  try {
    for (const piece of pieces) {
      if (reader.done || capped()) break;
      reader.push(piece);
    }
    if (end !== 'open' && !capped()) reader.end(end === 'clean');
    if (reader.done) await taken.body?.finish();
  } catch (error) {
    if (!(error instanceof NetFailure)) throw error;
    if (!REASONS.includes(error.reason) || error.reason === 'internal') throw error;
    said = error.reason;
  }
  const kept = taken.body?.bytes ?? Buffer.alloc(0);
  taken.body?.release();
  if (kept.length > CAP) throw new Error(`the body has ${kept.length} bytes`);
  const status = reader.head?.status ?? '-';
  // Of a body that broke off, how much was unpacked depends on the moment.
  return `${status} ${reader.done ? 'done' : 'open'} ${said === '' ? kept.toString('hex') : said}`;
}

/** Time of the processor: a case of sound length is read in far less, and a machine that is busy elsewhere does not count. */
const CASE_MS = 1_000;

/** `cases` mutated answers through the reader, each once whole and once in pieces. */
export async function fuzzReader(cases: number, seed: number): Promise<FuzzReport> {
  const report: FuzzReport = { cases, crashes: [], torn: [], overruns: [], megabytes: 0 };
  const random = randomFrom(seed);
  const before = process.memoryUsage().rss;
  let most = before;
  for (let i = 0; i < cases; i += 1) {
    const answer = mutate(random);
    const how: How = {
      method: random() < 0.1 ? 'HEAD' : 'GET',
      end: (['clean', 'reset', 'open'] as const)[Math.floor(random() * 3)] ?? 'clean',
    };
    const pieces = split(answer, random);
    const started = process.cpuUsage();
    try {
      const whole = await read([answer], how);
      if ((await read(pieces, how)) !== whole) report.torn.push(shown(i, answer, how));
    } catch (error) {
      report.crashes.push(`${shown(i, answer, how)}: ${String(error)}`);
    }
    const { user, system } = process.cpuUsage(started);
    if (user + system > CASE_MS * 1_000) report.overruns.push(shown(i, answer, how));
    if (i % 1_000 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  report.megabytes = (Math.max(most, process.memoryUsage().rss) - before) / 2 ** 20;
  return report;
}

const TIMEOUT_MS = 400;
/** R-CK-2: over no later than a second after the timeout. */
const GRACE_MS = 1_000;
const AT_ONCE = 24;

/** `cases` mutated answers through whole exchanges with a real server, which also stays silent or resets. */
export async function fuzzSockets(cases: number, seed: number): Promise<FuzzReport> {
  const report: FuzzReport = { cases, crashes: [], torn: [], overruns: [], megabytes: 0 };
  const before = process.memoryUsage().rss;
  const server = await serveRaw((socket) => {
    socket.once('data', (request: Buffer) => {
      const random = randomFrom(seed + Number(/^GET \/(\d+)/.exec(request.toString('latin1'))?.[1]));
      const answer = mutate(random);
      for (const piece of split(answer, random)) socket.write(piece);
      const end = random();
      if (end < 0.6) socket.end();
      else if (end < 0.9) socket.resetAndDestroy();
    });
  });
  /** Asks for one case; whether it was over in time. */
  const inTime = async (no: number): Promise<boolean> => {
    const started = performance.now();
    const { response, failure } = await ask(`${server.url}/${no}`).catch((error: unknown) => {
      report.crashes.push(`case ${no}: ${String(error)}`);
      return { response: null, failure: null };
    });
    if (failure?.reason === 'internal') report.crashes.push(`case ${no}: ${failure.message}`);
    if ((response?.body?.bytes.length ?? 0) > CAP) report.crashes.push(`case ${no}: the body is beyond its cap`);
    return performance.now() - started <= TIMEOUT_MS + GRACE_MS;
  };
  let next = 0;
  const late: number[] = [];
  const worker = async (): Promise<void> => {
    while (next < cases) {
      const no = next;
      next += 1;
      if (!(await inTime(no))) late.push(no);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // A busy machine makes some case late once; an answer that does it by itself does so again, asked for alone.
  for (const no of late) if (!(await inTime(no))) report.overruns.push(`case ${no}`);
  await server.close();
  report.megabytes = (process.memoryUsage().rss - before) / 2 ** 20;
  return report;
}

function ask(url: string) {
  const request = {
    method: 'GET',
    url: new URL(url),
    headers: {},
    body: null,
    redirects: null,
    verifyTls: true,
    family: 'any' as const,
    maxBodyBytes: CAP,
    keepBody: true,
    headFallback: false,
  };
  const outbound = { allowPrivate: true, resolvers: [] };
  return exchange(request, {
    clock: systemClock,
    outbound,
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
  });
}

function shown(no: number, answer: Buffer, { method, end }: How): string {
  return `case ${no} (${method}, ${end}) ${JSON.stringify(answer.toString('latin1').slice(0, 400))}`;
}
