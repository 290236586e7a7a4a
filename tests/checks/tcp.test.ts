import { afterEach, describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { tcp } from '../../src/checks/tcp.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { closedPort, serveRaw, serveRawTls } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

function check(target: string, config: unknown = {}, timeoutMs = 2_000, allowPrivate = true): Promise<Verdict> {
  return CHECKS.tcp.run(target, config, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

describe('the target', () => {
  test.each([
    ['db.example.com:5432', 'db.example.com:5432'],
    [' TCP://Example.com:80 ', 'example.com:80'],
    ['[2001:DB8::1]:22', '[2001:db8::1]:22'],
    ['0x7f.1:80', '127.0.0.1:80'],
  ])('%s becomes %s', (typed, target) => expect(tcp.parseTarget(typed)).toEqual({ target }));

  test.each([
    ['', /Enter a host/],
    ['example.com', /port too/],
    ['example.com:0', /from 1 to 65535/],
    ['example.com:99999', /from 1 to 65535/],
    ['example.com:80/path', /only a host and a port/],
    ['a@b:80', /only a host and a port/],
  ])('%s is refused', (typed, words) => {
    expect(tcp.parseTarget(typed)).toEqual({ problem: expect.stringMatching(words) });
  });
});

describe('connecting', () => {
  test('an open port is up with its times, though the server says nothing', async () => {
    const server = await keep(serveRaw(() => undefined));
    const verdict = await check(`127.0.0.1:${server.port}`);
    expect(verdict).toMatchObject({ status: 'up', reason: null, statusCode: null });
    expect(verdict.phases.connect_ms).toBeGreaterThanOrEqual(0);
    expect(verdict.responseTimeMs).toBeGreaterThanOrEqual(0);
  });

  test('a closed port is refused, an unknown name not found', async () => {
    expect(await check(`127.0.0.1:${await closedPort()}`)).toMatchObject({ status: 'down', reason: 'connect_refused' });
    expect(await check('nowhere.localhost.invalid:80', {}, 500)).toMatchObject({
      status: 'down',
      reason: expect.stringMatching(/^dns_/),
    });
  });

  test('a private address is blocked on the open internet, and metadata always', async () => {
    const server = await keep(serveRaw(() => undefined));
    expect(await check(`127.0.0.1:${server.port}`, {}, 500, false)).toMatchObject({ status: 'blocked' });
    expect(await check('169.254.169.254:80')).toMatchObject({ status: 'blocked', reason: 'target_blocked' });
    expect(server.connections()).toBe(0);
  });

  test('a port of another service may be connected to, but is sent nothing', async () => {
    const hosted = (config: unknown) => check('127.0.0.1:6379', config, 500, false);
    expect((await hosted({})).message).toMatch(/private/);
    expect(await hosted({ send: 'PING' })).toMatchObject({
      status: 'blocked',
      message: expect.stringMatching(/^Nothing is sent/),
    });
  });
});

describe('send and expect', () => {
  const redis = () =>
    keep(
      serveRaw((socket) => {
        socket.on('data', (data) => {
          const pong = data.toString() === 'PING\r\n';
          socket.write(pong ? '+PO' : '-ERR');
          if (pong) setImmediate(() => socket.write('NG\r\n'));
        });
      }),
    );

  test.each([
    ['PING\\r\\n', '+PONG'],
    ['\\x50ING\\r\\n', '/^\\+P.NG/'],
    ['PING\\r\\n', '/pong/i'],
  ])('%s is answered with %s, even in two parts', async (send, expected) => {
    const server = await redis();
    expect(await check(`127.0.0.1:${server.port}`, { send, expect: expected })).toMatchObject({ status: 'up' });
  });

  test('another answer is down with what was said as evidence', async () => {
    const server = await redis();
    expect(await check(`127.0.0.1:${server.port}`, { send: 'HELLO', expect: '+PONG' }, 1_500)).toMatchObject({
      status: 'down',
      reason: 'keyword_missing',
      message: 'The server said "-ERR", expected +PONG',
      found: { evidence: '-ERR' },
    });
  });

  test('a banner alone is read', async () => {
    const server = await keep(serveRaw((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')));
    expect(await check(`127.0.0.1:${server.port}`, { expect: 'SSH-2.0' })).toMatchObject({ status: 'up' });
  });

  test('silence, a close, a reset and a flood each have their reason', async () => {
    const silent = await keep(serveRaw(() => undefined));
    const closing = await keep(serveRaw((socket) => socket.end('bye')));
    const resetting = await keep(serveRaw((socket) => socket.resetAndDestroy()));
    const flood = await keep(
      serveRaw((socket) => {
        const pour = (): void => {
          while (!socket.destroyed && socket.write('x'.repeat(16_384)));
        };
        socket.on('drain', pour);
        pour();
      }),
    );
    const config = { expect: 'hello' };
    const [a, b, c, d] = await Promise.all([
      check(`127.0.0.1:${silent.port}`, config, 1_500),
      check(`127.0.0.1:${closing.port}`, config),
      check(`127.0.0.1:${resetting.port}`, config),
      check(`127.0.0.1:${flood.port}`, config),
    ]);
    expect(a).toMatchObject({ status: 'down', reason: 'timeout_first_byte' });
    expect(b).toMatchObject({ status: 'down', reason: 'keyword_missing', message: expect.stringMatching(/"bye"/) });
    expect(c).toMatchObject({ status: 'down', reason: 'connection_reset' });
    expect(d).toMatchObject({ status: 'down', reason: 'keyword_missing' });
  });

  test('a pattern that cannot be read is refused with its position', () => {
    expect(() => CHECKS.tcp.parseConfig({ expect: '/a(b/' })).toThrow(/character 4/);
  });
});

describe('TLS', () => {
  test('is judged when asked for', async () => {
    const server = await keep(serveRawTls((socket) => socket.write('ready')));
    const target = `localhost:${server.port}`;
    expect(await check(target, { tls: true })).toMatchObject({ status: 'down', reason: 'tls_self_signed' });
    const lenient = await check(target, { tls: true, verify_tls: false, expect: 'ready' });
    expect(lenient).toMatchObject({ status: 'up', found: { certificate: { host: 'localhost' } } });
  });

  test('a server that does not speak it is down', async () => {
    const plain = await keep(serveRaw((socket) => socket.write('220 hello\r\n')));
    expect(await check(`127.0.0.1:${plain.port}`, { tls: true })).toMatchObject({ reason: 'tls_handshake' });
  });
});
