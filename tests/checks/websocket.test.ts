import { createHash } from 'node:crypto';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { mint, mintAuthority } from '../support/certificates.ts';
import { closedPort, serveHttp, serveRaw } from '../support/servers.ts';

const authority = mintAuthority();
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(onSocket: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'chat' });
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  open.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A server below WebSocket: what it answers to the request. */
async function raw(answer: (key: string) => string | Buffer, end = false): Promise<string> {
  const server = await serveRaw((socket) => {
    socket.once('data', (head) => {
      socket.write(answer(/sec-websocket-key: (\S+)/i.exec(head.toString())?.[1] ?? ''));
      if (end) socket.end();
    });
  });
  open.push(() => server.close());
  return server.url.replace('http', 'ws');
}

function check(
  target: string,
  config: Record<string, unknown> = {},
  { timeoutMs = 3_000, allowPrivate = true } = {},
): Promise<Verdict> {
  return CHECKS.websocket.run(target, config, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [], authorities: [authority.cert] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

const accept = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const welcome = (key: string): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`;

describe('a server that behaves', () => {
  test('is up once the handshake is done', async () => {
    const verdict = await check(await serve(() => undefined));
    expect(verdict).toMatchObject({ status: 'up', reason: null, statusCode: 101 });
    expect(verdict.phases.first_byte_ms).toBeGreaterThan(0);
  });

  test('answers a message', async () => {
    const url = await serve((socket) =>
      socket.on('message', (data: Buffer) => {
        socket.send('something else');
        socket.send(`you said ${data.toString()}`);
      }),
    );
    expect((await check(url, { send: 'hello', expect: 'said hello' })).status).toBe('up');
    expect(await check(url, { send: 'hello', expect: 'goodbye' }, { timeoutMs: 1_500 })).toMatchObject({
      status: 'down',
      reason: 'keyword_missing',
    });
  });

  test('speaks the subprotocol asked for', async () => {
    const url = await serve(() => undefined);
    expect((await check(url, { subprotocol: 'chat' })).status).toBe('up');
    expect(await check(url, { subprotocol: 'other' })).toMatchObject({ status: 'down', reason: 'protocol_error' });
  });

  test('over TLS shows its certificate', async () => {
    const { cert, key } = mint({ issuer: authority });
    const https = createHttpsServer({ cert, key });
    const server = new WebSocketServer({ server: https });
    server.on('connection', (socket) => socket.send('welcome'));
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    open.push(() => {
      for (const client of server.clients) client.terminate();
      https.close();
    });
    const verdict = await check(`wss://localhost:${(https.address() as AddressInfo).port}/`, { expect: 'welcome' });
    expect(verdict).toMatchObject({ status: 'up', found: { certificate: { issuer: 'CN=Test Authority' } } });
  });
});

describe('a server that does not', () => {
  test('a page instead of a handshake is a wrong status', async () => {
    const server = await serveHttp((_request, response) => response.writeHead(404).end('nothing here'));
    open.push(() => server.close());
    expect(await check(server.url.replace('http', 'ws'))).toMatchObject({
      status: 'down',
      reason: 'bad_status',
      statusCode: 404,
    });
  });

  test('a redirect is not followed', async () => {
    const other = await serveHttp((_request, response) => response.end());
    const server = await serveHttp((_request, response) => response.writeHead(302, { location: other.url }).end());
    open.push(
      () => server.close(),
      () => other.close(),
    );
    expect(await check(server.url.replace('http', 'ws'))).toMatchObject({ reason: 'bad_status', statusCode: 302 });
    expect(other.connections()).toBe(0);
  });

  test('a key that does not fit', async () => {
    expect(await check(await raw(() => welcome('not yours')))).toMatchObject({
      status: 'down',
      reason: 'protocol_error',
    });
  });

  test('frames that break the rules', async () => {
    const url = await raw((key) => Buffer.concat([Buffer.from(welcome(key)), Buffer.from([0xf1, 1, 65])]));
    expect(await check(url, { expect: 'A' })).toMatchObject({ status: 'down', reason: 'protocol_error' });
  });

  test('a message without end is not kept', async () => {
    const huge = Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0]);
    const url = await raw((key) => Buffer.concat([Buffer.from(welcome(key)), huge]));
    expect(await check(url, { expect: 'A' })).toMatchObject({ status: 'down', reason: 'too_large' });
  });

  test('leaves before it has answered', async () => {
    const url = await serve((socket) => socket.close(1011));
    const verdict = await check(url, { expect: 'A' });
    expect(verdict).toMatchObject({ status: 'down', reason: 'truncated' });
    expect(verdict.message).toContain('1011');
    expect(await check(await raw(() => 'HTTP/1.1 10', true))).toMatchObject({ status: 'down' });
  });

  test('stalls before or after the handshake', async () => {
    expect(await check(await raw(() => ''), {}, { timeoutMs: 1_500 })).toMatchObject({ reason: 'timeout_first_byte' });
    const url = await serve(() => undefined);
    expect(await check(url, { expect: 'A' }, { timeoutMs: 1_500 })).toMatchObject({ reason: 'timeout_body' });
  });

  test('is not there, or not to be contacted', async () => {
    expect(await check(`ws://127.0.0.1:${await closedPort()}/`)).toMatchObject({ reason: 'connect_refused' });
    expect(await check('ws://127.0.0.1:8080/', {}, { allowPrivate: false })).toMatchObject({ status: 'blocked' });
  });
});

describe('what is typed', () => {
  test.each([
    ['example.com/socket', 'wss://example.com/socket'],
    ['WS://Example.com', 'ws://example.com/'],
    ['wss://example.com:8443/a?b=c#d', 'wss://example.com:8443/a?b=c'],
  ])('%s is %s', (typed, target) => expect(CHECKS.websocket.parseTarget(typed)).toEqual({ target }));

  test.each(['', 'https://example.com', 'wss://', 'wss://user:secret@example.com', 'ws://a b'])(
    '%j is refused',
    (typed) => expect(CHECKS.websocket.parseTarget(typed)).toHaveProperty('problem'),
  );

  test.each([{ subprotocol: 'two words' }, { retries: 1 }, { send: 5 }])('the setting %o is refused', (config) =>
    expect(() => CHECKS.websocket.parseConfig(config)).toThrow(),
  );
});
