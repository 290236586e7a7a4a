import { describe, expect, test } from 'vitest';
import { NetFailure } from '../../src/net/failure.ts';
import { headerOf, ResponseReader } from '../../src/net/http1.ts';

interface Read {
  status: number | null;
  body: string;
  done: boolean;
  reason: string | null;
  headers: [string, string][];
}

/** Reads the bytes in pieces of the given size; `close` says how the connection ends after them. */
function read(bytes: string, { method = 'GET', piece = 1e9, close = 'clean' }: ReadOptions = {}): Read {
  let body = '';
  const reader = new ResponseReader(method, (part) => {
    body += part.toString('latin1');
  });
  let reason: string | null = null;
  try {
    const all = Buffer.from(bytes, 'latin1');
    for (let at = 0; at < all.length; at += piece) reader.push(all.subarray(at, at + piece));
    if (close !== 'open') reader.end(close === 'clean');
  } catch (error) {
    if (!(error instanceof NetFailure)) throw error;
    reason = error.reason;
  }
  const { head, done } = reader;
  return { status: head?.status ?? null, body, done, reason, headers: head?.headers ?? [] };
}

interface ReadOptions {
  method?: string;
  piece?: number;
  close?: 'clean' | 'reset' | 'open';
}

const OK = 'HTTP/1.1 200 OK\r\n';
const big = 'x'.repeat(60_000);

describe('answers that are well', () => {
  test.each<[name: string, bytes: string, status: number, body: string, options?: ReadOptions]>([
    ['counted body', `${OK}Content-Length: 5\r\n\r\nhello`, 200, 'hello', { close: 'open' }],
    ['empty body', `${OK}Content-Length: 0\r\n\r\n`, 200, '', { close: 'open' }],
    ['bare LF head', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi', 200, 'hi'],
    ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi', 200, 'hi'],
    ['no reason phrase, one blank', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi', 200, 'hi'],
    ['HTTP/1.0 without length', 'HTTP/1.0 200 OK\r\n\r\nuntil the end', 200, 'until the end'],
    ['body after 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\noops', 204, ''],
    ['body after 304', 'HTTP/1.1 304 Not Modified\r\n\r\noops', 304, ''],
    ['bytes after the length', `${OK}Content-Length: 2\r\n\r\nhi and more`, 200, 'hi'],
    ['chunk extensions', `${OK}Transfer-Encoding: chunked\r\n\r\n5;a="b;c"\r\nhello\r\n0;z\r\n\r\n`, 200, 'hello'],
    ['trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`, 200, 'hi'],
    ['chunks with bare LF', `${OK}Transfer-Encoding: chunked\n\n2\nhi\n0\n\n`, 200, 'hi'],
    [
      'chunked beats length',
      `${OK}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
      200,
      'hi',
    ],
    [
      '100, 102 and 103 first',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`,
      200,
      'hi',
    ],
    ['folded header', `${OK}X-Long: one\r\n  two\r\nContent-Length: 2\r\n\r\nhi`, 200, 'hi'],
    ['header bytes beyond ASCII', `${OK}X-Name: caf\u00e9 \u00ff\r\nContent-Length: 2\r\n\r\nhi`, 200, 'hi'],
    ['equal lengths twice', `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`, 200, 'hi'],
    ['equal lengths in a list', `${OK}Content-Length: 2, 02\r\n\r\nhi`, 200, 'hi'],
    ['60 kB of headers', `${OK}X-Big: ${big}\r\nContent-Length: 2\r\n\r\nhi`, 200, 'hi'],
    ['empty line first', `\r\n${OK}Content-Length: 2\r\n\r\nhi`, 200, 'hi'],
    ['a line that is no header', `${OK}nonsense\r\nContent-Length: 2\r\n\r\nhi`, 200, 'hi'],
    ['HEAD with a length', `${OK}Content-Length: 5000\r\n\r\n`, 200, '', { method: 'HEAD', close: 'open' }],
    ['599', 'HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n', 599, ''],
  ])('%s, whole and byte by byte', (_name, bytes, status, body, options = {}) => {
    expect(read(bytes, options)).toMatchObject({ status, body, done: true, reason: null });
    expect(read(bytes, { ...options, piece: 1 })).toMatchObject({ status, body, done: true, reason: null });
    expect(read(bytes, { ...options, piece: 7 })).toMatchObject({ status, body, done: true, reason: null });
  });

  test('folded and repeated headers are joined', () => {
    const { headers } = read(`${OK}X-A: one\r\n\ttwo\r\nx-a: three\r\nContent-Length: 0\r\n\r\n`);
    expect(headerOf(headers, 'x-a')).toBe('one two, three');
    expect(headerOf(headers, 'x-b')).toBeNull();
  });
});

describe('answers that are broken', () => {
  test.each<[name: string, bytes: string, reason: string, options?: ReadOptions]>([
    ['two lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi`, 'protocol_error'],
    ['a length that is no number', `${OK}Content-Length: -2\r\n\r\nhi`, 'protocol_error'],
    ['HTTP/0.9', '<html>hello</html>', 'protocol_error', { close: 'open' }],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2\r\n', 'protocol_error', { close: 'open' }],
    ['a mail banner', '220 mail.example.com ESMTP\r\n', 'protocol_error', { close: 'open' }],
    ['HTTP/2 bytes', '\u0000\u0000\u0012\u0004', 'protocol_error', { close: 'open' }],
    ['status 99', 'HTTP/1.1 099 Low\r\n\r\n', 'protocol_error', { close: 'open' }],
    ['status 600', 'HTTP/1.1 600 High\r\n\r\n', 'protocol_error', { close: 'open' }],
    ['status 2000', 'HTTP/1.1 2000 OK\r\n\r\n', 'protocol_error', { close: 'open' }],
    ['an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'protocol_error', { close: 'open' }],
    ['66 kB of headers', `${OK}X-Big: ${big}\r\nX-More: ${big}\r\n\r\n`, 'protocol_error', { close: 'open' }],
    ['headers without end', `${OK}${'X: y\r\n'.repeat(12_000)}`, 'protocol_error', { close: 'open' }],
    ['one endless header line', `${OK}X: ${big}${big}`, 'protocol_error', { close: 'open' }],
    ['1xx without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(4_000), 'protocol_error', { close: 'open' }],
    [
      'trailers without end',
      `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X: y\r\n'.repeat(40_000)}`,
      'protocol_error',
      { close: 'open' },
    ],
    ['a chunk size that is none', `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'protocol_error', { close: 'open' }],
    [
      'a chunk longer than it says',
      `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhiho\r\n`,
      'protocol_error',
      { close: 'open' },
    ],
    ['nothing at all', '', 'protocol_error'],
    ['closed within the head', `${OK}Content-Le`, 'protocol_error'],
    ['reset before an answer', '', 'connection_reset', { close: 'reset' }],
    ['reset within the head', `${OK}Content-Le`, 'connection_reset', { close: 'reset' }],
    ['closed within the body', `${OK}Content-Length: 10\r\n\r\nhalf`, 'truncated'],
    ['closed between chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`, 'truncated'],
    ['closed before the last line', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n`, 'truncated'],
    ['reset in a body without length', `${OK}\r\nhalf`, 'truncated', { close: 'reset' }],
  ])('%s', (_name, bytes, reason, options = {}) => {
    expect(read(bytes, options)).toMatchObject({ reason, done: false });
    expect(read(bytes, { ...options, piece: 5 })).toMatchObject({ reason, done: false });
  });
});
