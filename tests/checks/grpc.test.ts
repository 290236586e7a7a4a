import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { healthRequest, readHealth } from '../../src/checks/grpc-health.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { mint, mintAuthority } from '../support/certificates.ts';
import { closedPort, serveBytes, serveRaw } from '../support/servers.ts';

const authority = mintAuthority();
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function listen(server: Http2Server): Promise<number> {
  server.on('session', (session) => {
    session.on('error', () => undefined);
    open.push(() => session.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

type Handler = (stream: ServerHttp2Stream, request: { path: string; body: Buffer }) => void;

function answer(handler: Handler): (stream: ServerHttp2Stream, headers: { ':path'?: string }) => void {
  return (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => handler(stream, { path: headers[':path'] ?? '', body: Buffer.concat(chunks) }));
  };
}

async function serve(handler: Handler): Promise<number> {
  const server = createServer();
  server.on('stream', answer(handler));
  return listen(server);
}

/** A well-formed answer: the message, then the status. */
function reply(stream: ServerHttp2Stream, message: number[], status = '0', text = ''): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'grpc-status': status, ...(text ? { 'grpc-message': text } : {}) }),
  );
  stream.end(
    message.length === 0 && status !== '0' ? undefined : Buffer.from([0, 0, 0, 0, message.length, ...message]),
  );
}

function check(
  port: number,
  config: Record<string, unknown> = {},
  { timeoutMs = 3_000, allowPrivate = true } = {},
): Promise<Verdict> {
  return CHECKS.grpc.run(`localhost:${port}`, config, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [], authorities: [authority.cert] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

describe('the standard health service', () => {
  test.each<[string, number[], Verdict['status'], string | null]>([
    ['SERVING', [8, 1], 'up', null],
    ['NOT_SERVING', [8, 2], 'down', 'bad_status'],
    ['SERVICE_UNKNOWN', [8, 3], 'down', 'bad_status'],
    ['UNKNOWN', [], 'down', 'bad_status'],
  ])('%s', async (state, message, status, reason) => {
    const port = await serve((stream) => reply(stream, message));
    const verdict = await check(port);
    expect(verdict).toMatchObject({ status, reason });
    if (status === 'down') expect(verdict.message).toContain(`says ${state},`);
    expect(verdict.responseTimeMs).toBeGreaterThan(0);
  });

  test('is asked for the service by its name', async () => {
    const seen: { path: string; body: Buffer }[] = [];
    const port = await serve((stream, request) => {
      seen.push(request);
      reply(stream, [8, 1]);
    });
    await check(port, { service: 'shop.Cart' });
    expect(seen[0]?.path).toBe('/grpc.health.v1.Health/Check');
    expect(seen[0]?.body).toEqual(Buffer.from('\u0000\u0000\u0000\u0000\u000b\n\tshop.Cart', 'latin1'));
  });

  test('over TLS, with the certificate it shows', async () => {
    const { cert, key } = mint({ issuer: authority });
    const server = createSecureServer({ cert, key });
    server.on(
      'stream',
      answer((stream) => reply(stream, [8, 1])),
    );
    const port = await listen(server);
    const verdict = await check(port, { tls: true });
    expect(verdict).toMatchObject({ status: 'up', found: { certificate: { issuer: 'CN=Test Authority' } } });
    expect((await check(port)).status).toBe('down');
  });
});

describe('an answer that is none', () => {
  test.each<[string, Handler, string, string]>([
    ['an unknown service', (stream) => reply(stream, [], '5'), 'bad_status', 'no service named ""'],
    ['no health service', (stream) => reply(stream, [], '12'), 'protocol_error', 'standard health service'],
    ['a refusal', (stream) => reply(stream, [], '16', 'log%20in'), 'bad_status', 'gRPC status 16: log in'],
    ['a wrong status', (stream) => stream.respond({ ':status': 503 }, { endStream: true }), 'bad_status', '503'],
    [
      'a page',
      (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/html' });
        stream.end('<p>hello');
      },
      'protocol_error',
      'text/html',
    ],
    [
      'no status at the end',
      (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
      },
      'truncated',
      'before its status',
    ],
    ['a broken message', (stream) => reply(stream, [8, 0xff]), 'protocol_error', 'no valid message'],
    ['a reset', (stream) => stream.close(2), 'protocol_error', 'HTTP/2'],
    [
      'more than anybody needs',
      (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.end(Buffer.alloc(100_000));
      },
      'too_large',
      '64 KiB',
    ],
  ])('%s', async (_what, handler, reason, words) => {
    const verdict = await check(await serve(handler));
    expect(verdict).toMatchObject({ status: 'down', reason });
    expect(verdict.message).toContain(words);
  });

  test('silence, before and after the head', async () => {
    const silent = await serveRaw(() => undefined);
    open.push(() => silent.close());
    expect(await check(silent.port, {}, { timeoutMs: 1_500 })).toMatchObject({ reason: 'timeout_first_byte' });
    const port = await serve((stream) => stream.respond({ ':status': 200, 'content-type': 'application/grpc' }));
    expect(await check(port, {}, { timeoutMs: 1_500 })).toMatchObject({ reason: 'timeout_body' });
  });

  test('another protocol, nobody, and an address not to be contacted', async () => {
    const web = await serveBytes('HTTP/1.1 400 Bad Request\r\n\r\n');
    open.push(() => web.close());
    expect(await check(web.port)).toMatchObject({ status: 'down', reason: 'protocol_error' });
    expect(await check(await closedPort())).toMatchObject({ reason: 'connect_refused' });
    expect(await check(web.port, {}, { allowPrivate: false })).toMatchObject({ status: 'blocked' });
  });
});

test('the messages, byte for byte', () => {
  expect(healthRequest('')).toEqual(Buffer.alloc(5));
  expect(healthRequest('x'.repeat(200)).subarray(0, 8)).toEqual(Buffer.from([0, 0, 0, 0, 203, 10, 200, 1]));
  const unknownFields = [0x12, 2, 65, 66, 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 8, 1];
  expect(readHealth(Buffer.from([0, 0, 0, 0, unknownFields.length, ...unknownFields]))).toEqual({ state: 'SERVING' });
  expect(readHealth(Buffer.from([0, 0, 0, 0, 2, 8, 9]))).toEqual({ state: 'state 9' });
  for (const bytes of [[], [1, 0, 0, 0, 0], [0, 0, 0, 0, 9, 8, 1], [0, 0, 0, 0, 2, 0x12, 9]]) {
    expect(readHealth(Buffer.from(bytes))).toHaveProperty('problem');
  }
});

describe('what is typed', () => {
  test.each([
    ['Example.com:50051', 'example.com:50051'],
    ['grpc://example.com:50051', 'example.com:50051'],
    ['[::1]:50051', '[::1]:50051'],
  ])('%s is %s', (typed, target) => expect(CHECKS.grpc.parseTarget(typed)).toEqual({ target }));

  test.each(['', 'example.com', 'example.com:0', 'https://example.com:1'])('%j is refused', (typed) =>
    expect(CHECKS.grpc.parseTarget(typed)).toHaveProperty('problem'),
  );
});
