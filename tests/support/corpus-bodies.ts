import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type Behaviour, drip, flood, hold, noise, pause, reset } from './corpus.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const UP = { status: 'up', reason: null } as const;
const BROKEN = { status: 'down', reason: 'protocol_error' } as const;
const CUT = { status: 'down', reason: 'truncated' } as const;
const LATE = { status: 'down', reason: 'timeout_body', timeoutMs: 2_500 } as const;
const UNDECODED = { status: 'down', reason: 'decode_error' } as const;
const MISSING = { status: 'down', reason: 'keyword_missing' } as const;

const LENGTHS: Behaviour[] = [
  { name: 'a length, kept open', does: [`${OK}Content-Length: 2\r\n\r\nhi`, hold], ...UP },
  { name: 'length 0, kept open', does: [`${OK}Content-Length: 0\r\n\r\n`, hold], ...UP },
  { name: 'equal lengths twice', does: [`${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`], ...UP },
  { name: 'equal lengths in a list', does: [`${OK}Content-Length: 2, 2\r\n\r\nhi`], ...UP },
  { name: 'a length with zeros before it', does: [`${OK}Content-Length: 0002\r\n\r\nhi`], ...UP },
  { name: 'a length among blanks', does: [`${OK}Content-Length: \t 2 \t\r\n\r\nhi`], ...UP },
  { name: 'bytes after the length', does: [`${OK}Content-Length: 2\r\n\r\nhi and more`], ...UP },
  {
    name: 'bytes after the length, for ever',
    does: [`${OK}Content-Length: 2\r\n\r\nhi`, flood('x'.repeat(9_999))],
    ...UP,
  },
  { name: 'different lengths', does: [`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi`], ...BROKEN },
  { name: 'different lengths in a list', does: [`${OK}Content-Length: 2, 3\r\n\r\nhi`], ...BROKEN },
  { name: 'a negative length', does: [`${OK}Content-Length: -2\r\n\r\nhi`], ...BROKEN },
  { name: 'a length with a plus', does: [`${OK}Content-Length: +2\r\n\r\nhi`], ...BROKEN },
  { name: 'a length in hexadecimal', does: [`${OK}Content-Length: 0x2\r\n\r\nhi`], ...BROKEN },
  { name: 'a length with a unit', does: [`${OK}Content-Length: 2 bytes\r\n\r\nhi`], ...BROKEN },
  { name: 'a length with a point', does: [`${OK}Content-Length: 2.0\r\n\r\nhi`], ...BROKEN },
  { name: 'a length of thirty digits', does: [`${OK}Content-Length: ${'9'.repeat(30)}\r\n\r\nhi`], ...BROKEN },
  { name: 'an empty length', does: [`${OK}Content-Length:\r\n\r\nhi`], ...BROKEN },
  { name: 'a length of a petabyte that is not kept', does: [`${OK}Content-Length: 999999999999999\r\n\r\nhi`], ...CUT },
  { name: 'a close before the length is reached', does: [`${OK}Content-Length: 10\r\n\r\nhalf`], ...CUT },
  { name: 'a close right after the head', does: [`${OK}Content-Length: 10\r\n\r\n`], ...CUT },
  { name: 'a reset in a counted body', does: [`${OK}Content-Length: 10\r\n\r\nhalf`, pause(20), reset], ...CUT },
  { name: 'a reset in a body without length', does: [`${OK}\r\nhalf`, pause(20), reset], ...CUT },
  { name: 'a counted body that stops', does: [`${OK}Content-Length: 10\r\n\r\nhalf`, hold], ...LATE },
  { name: 'a body without length that stops', does: [`${OK}\r\nhalf`, hold], ...LATE },
  { name: 'a body byte by byte', does: [`${OK}Content-Length: 99999\r\n\r\n`, drip('x', 30)], ...LATE },
  { name: 'a body after 204', does: ['HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\noops'], ...UP },
  { name: 'a length after 204 and nothing', does: ['HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\n', hold], ...UP },
  { name: 'a body after 304', does: ['HTTP/1.1 304 Same\r\n\r\noops'], ...UP },
  { name: 'chunks after 304', does: ['HTTP/1.1 304 Same\r\nTransfer-Encoding: chunked\r\n\r\n', hold], ...UP },
  { name: 'a body after HEAD', does: [`${OK}Content-Length: 4\r\n\r\noops`], config: { method: 'HEAD' }, ...UP },
  { name: 'a length after HEAD', does: [`${OK}Content-Length: 4000\r\n\r\n`, hold], config: { method: 'HEAD' }, ...UP },
  { name: 'a megabyte and a half', does: [`${OK}Content-Length: 1500000\r\n\r\n`, noise(1_500_000)], ...UP },
  { name: 'a body without end', does: [`${OK}\r\n`, flood('x'.repeat(65_536))], ...UP },
];

const CHUNKS: Behaviour[] = [
  { name: 'chunks', does: [`${CHUNKED}2\r\nhi\r\n0\r\n\r\n`, hold], ...UP },
  { name: 'chunk extensions', does: [`${CHUNKED}2;a="b;c";d\r\nhi\r\n0;z\r\n\r\n`, hold], ...UP },
  { name: 'trailers', does: [`${CHUNKED}2\r\nhi\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`, hold], ...UP },
  { name: 'chunk sizes with zeros and capitals', does: [`${CHUNKED}00A\r\n0123456789\r\n000\r\n\r\n`, hold], ...UP },
  { name: 'a blank after a chunk size', does: [`${CHUNKED}2 \r\nhi\r\n0 \r\n\r\n`, hold], ...UP },
  { name: 'chunks with line feeds alone', does: [`${CHUNKED}2\nhi\n0\n\n`, hold], ...UP },
  { name: 'a thousand chunks of one byte', does: [`${CHUNKED}${'1\r\nx\r\n'.repeat(1_000)}0\r\n\r\n`, hold], ...UP },
  { name: 'a chunk cut by packets', does: [CHUNKED, '1', pause(20), '\r', pause(20), '\nx\r\n0\r\n\r\n', hold], ...UP },
  { name: 'Chunked in capitals', does: [`${OK}Transfer-Encoding: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, hold], ...UP },
  {
    name: 'chunks and a length',
    does: [`${OK}Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, hold],
    ...UP,
  },
  { name: 'bytes after the last chunk', does: [`${CHUNKED}2\r\nhi\r\n0\r\n\r\nmore`], ...UP },
  { name: 'a chunk size that is none', does: [`${CHUNKED}zz\r\nhi\r\n`], ...BROKEN },
  { name: 'a blank before a chunk size', does: [`${CHUNKED} 2\r\nhi\r\n0\r\n\r\n`], ...BROKEN },
  { name: 'a negative chunk size', does: [`${CHUNKED}-2\r\nhi\r\n0\r\n\r\n`], ...BROKEN },
  { name: 'a chunk size with 0x', does: [`${CHUNKED}0x2\r\nhi\r\n0\r\n\r\n`], ...BROKEN },
  { name: 'a chunk size of twenty digits', does: [`${CHUNKED}${'f'.repeat(20)}\r\nhi\r\n`], ...BROKEN },
  { name: 'a chunk longer than it says', does: [`${CHUNKED}2\r\nhiho\r\n0\r\n\r\n`], ...BROKEN },
  { name: 'an empty line for a chunk size', does: [`${CHUNKED}\r\n2\r\nhi\r\n`], ...BROKEN },
  { name: 'said to be chunked and is not', does: [`${CHUNKED}<html>hello</html>\r\n`], ...BROKEN },
  { name: 'a chunk extension without end', does: [`${CHUNKED}2;`, flood('x'.repeat(4_096))], ...BROKEN },
  { name: 'trailers without end', does: [`${CHUNKED}0\r\n`, flood('X: y\r\n'.repeat(1_000))], ...BROKEN },
  { name: 'a close between chunks', does: [`${CHUNKED}2\r\nhi\r\n`], ...CUT },
  { name: 'a close in a chunk', does: [`${CHUNKED}9\r\nhi`], ...CUT },
  { name: 'a close before the last empty line', does: [`${CHUNKED}2\r\nhi\r\n0\r\n`], ...CUT },
  { name: 'a close in a chunk size', does: [`${CHUNKED}2\r\nhi\r\n1`], ...CUT },
  { name: 'a reset between chunks', does: [`${CHUNKED}2\r\nhi\r\n`, pause(20), reset], ...CUT },
  { name: 'a reset in the trailers', does: [`${CHUNKED}2\r\nhi\r\n0\r\nX: y\r\n`, pause(20), reset], ...CUT },
  { name: 'chunks that stop', does: [`${CHUNKED}2\r\nhi\r\n`, hold], ...LATE },
  { name: 'chunks without end, slowly', does: [CHUNKED, drip('1\r\nx\r\n', 30)], ...LATE },
  { name: 'chunks without end, fast', does: [CHUNKED, flood('fff\r\n'.concat('x'.repeat(4_095), '\r\n'))], ...UP },
];

const page = Buffer.from('all is well, and has been for a while. '.repeat(400));
const packed = (encoding: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${OK}Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
const word = { keyword: 'all is well' };
const bomb = gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024)));

const ENCODINGS: Behaviour[] = [
  { name: 'gzip', does: [packed('gzip', gzipSync(page))], config: word, ...UP },
  { name: 'x-gzip in capitals', does: [packed('X-GZIP', gzipSync(page))], config: word, ...UP },
  { name: 'deflate as the standard has it', does: [packed('deflate', deflateSync(page))], config: word, ...UP },
  { name: 'deflate as some servers have it', does: [packed('deflate', deflateRawSync(page))], config: word, ...UP },
  { name: 'brotli', does: [packed('br', brotliCompressSync(page))], config: word, ...UP },
  { name: 'identity', does: [packed('identity', page)], config: word, ...UP },
  { name: 'gzip in brotli', does: [packed('gzip, br', brotliCompressSync(gzipSync(page)))], config: word, ...UP },
  { name: 'gzip in gzip', does: [packed('gzip, gzip', gzipSync(gzipSync(page)))], config: word, ...UP },
  {
    name: 'two gzip files one after the other',
    does: [packed('gzip', Buffer.concat([gzipSync('all '), gzipSync('is well')]))],
    config: word,
    ...UP,
  },
  { name: 'gzip of nothing', does: [packed('gzip', gzipSync(''))], ...UP },
  { name: 'nothing, said to be gzip', does: [packed('gzip', Buffer.alloc(0))], ...UP },
  { name: 'gzip after 304', does: ['HTTP/1.1 304 Same\r\nContent-Encoding: gzip\r\n\r\n'], ...UP },
  { name: 'three gzips, no rule', does: [packed('gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(page))))], ...UP },
  { name: 'three gzips and a keyword', does: [packed('gzip,gzip,gzip', page)], config: word, ...UNDECODED },
  { name: 'zstd, no rule', does: [packed('zstd', noise(400))], ...UP },
  { name: 'zstd and a keyword', does: [packed('zstd', noise(400))], config: word, ...UNDECODED },
  { name: 'an encoding nobody knows, no rule', does: [packed('klingon', page)], ...UP },
  { name: 'an encoding nobody knows and a keyword', does: [packed('klingon', page)], config: word, ...UNDECODED },
  { name: 'plain text said to be gzip', does: [packed('gzip', page)], ...UNDECODED },
  { name: 'plain text said to be brotli', does: [packed('br', page)], ...UNDECODED },
  { name: 'plain text said to be deflate', does: [packed('deflate', page)], ...UNDECODED },
  { name: 'gzip cut short, the length right', does: [packed('gzip', gzipSync(noise(900)).subarray(0, 500))], ...CUT },
  { name: 'brotli cut short', does: [packed('br', brotliCompressSync(noise(900)).subarray(0, 500))], ...CUT },
  { name: 'gzip with a wrong sum', does: [packed('gzip', wrongSum(gzipSync(page)))], ...UNDECODED },
  {
    name: 'garbage after gzip',
    does: [packed('gzip', Buffer.concat([gzipSync(page), noise(100)]))],
    config: word,
    ...UNDECODED,
  },
  { name: 'zeros after gzip', does: [packed('gzip', Buffer.concat([gzipSync(page), Buffer.alloc(64)]))], ...UP },
  { name: 'a bomb', does: [packed('gzip, gzip', bomb)], ...UP },
  { name: 'a bomb and a keyword', does: [packed('gzip, gzip', bomb)], config: word, ...MISSING },
  {
    name: 'gzip byte by byte',
    does: [`${OK}Content-Encoding: gzip\r\n\r\n`, gzipSync(page).subarray(0, 20), drip('\u0000', 30)],
    ...LATE,
  },
];

function wrongSum(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 8] = (copy[copy.length - 8] ?? 0) ^ 1;
  return copy;
}

const typed = (type: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${OK}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
const green = { keyword: 'grün' };

const KEYWORDS: Behaviour[] = [
  { name: 'a keyword across packets', does: [`${OK}\r\nall is`, pause(20), ' well'], config: word, ...UP },
  { name: 'a keyword across chunks', does: [`${CHUNKED}3\r\nall\r\n8\r\n is well\r\n0\r\n\r\n`], config: word, ...UP },
  {
    name: 'a letter across chunks',
    does: [CHUNKED, '3\r\ngr\xc3\r\n', '2\r\n\xbcn\r\n0\r\n\r\n'],
    config: green,
    ...UP,
  },
  {
    name: 'Latin-1',
    does: [typed('text/html; charset=ISO-8859-1', Buffer.from('grün', 'latin1'))],
    config: green,
    ...UP,
  },
  {
    name: 'charset in quotes',
    does: [typed('a/b; charset="latin1"', Buffer.from('grün', 'latin1'))],
    config: green,
    ...UP,
  },
  { name: 'UTF-8 by default', does: [typed('text/html', Buffer.from('grün'))], config: green, ...UP },
  { name: 'UTF-8 with a mark', does: [typed('text/html', Buffer.from('\ufeffgrün'))], config: green, ...UP },
  {
    name: 'UTF-16 by its mark',
    does: [typed('text/html', Buffer.from('\ufeffgrün', 'utf16le'))],
    config: green,
    ...UP,
  },
  {
    name: 'UTF-16 the other way round',
    does: [typed('text/html', Buffer.from('\ufeffgrün', 'utf16le').swap16())],
    config: green,
    ...UP,
  },
  {
    name: 'Shift JIS',
    does: [typed('a/b; charset=Shift_JIS', Buffer.from('93fa967b', 'hex'))],
    config: { keyword: '日本' },
    ...UP,
  },
  { name: 'a charset nobody knows', does: [typed('a/b; charset=klingon', Buffer.from('grün'))], config: green, ...UP },
  {
    name: 'bytes that are no UTF-8',
    does: [typed('a/b', Buffer.from('\xff\xfegr\xfcn', 'latin1'))],
    config: green,
    ...MISSING,
  },
  {
    name: 'a keyword past the cap',
    does: [`${OK}\r\n${'x'.repeat(5_000)}all is well`],
    config: { ...word, max_body_bytes: 2_048 },
    ...MISSING,
  },
  {
    name: 'a word that must not be there',
    does: [`${OK}\r\nFatal error in line 3`],
    config: { keyword_absent: 'Fatal error' },
    status: 'down',
    reason: 'keyword_present',
  },
  {
    name: 'a keyword in a body that breaks off',
    does: [`${OK}Content-Length: 99\r\n\r\nall is well`],
    config: word,
    ...CUT,
  },
];

export const BODIES: Behaviour[] = [...LENGTHS, ...CHUNKS, ...ENCODINGS, ...KEYWORDS];
