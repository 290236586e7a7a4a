import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { smtp } from '../../src/checks/smtp.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { type Minted, mint, mintAuthority } from '../support/certificates.ts';
import { closedPort, serveRaw, type TestServer } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(onSocket: (socket: Socket) => void): Promise<TestServer> {
  const server = await serveRaw(onSocket);
  open.push(server);
  return server;
}

const authority = mintAuthority();
const good = mint({ issuer: authority });

function check({ port }: { port: number }, config: unknown = {}, timeoutMs = 2_000): Promise<Verdict> {
  return CHECKS.smtp.run(`localhost:${port}`, config, {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [], authorities: [authority.cert] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

/** A mail server by script: what it answers to each command; `seen` collects the commands, in TLS marked by "*". */
function mailServer(options: { hello?: string; greeting?: string; starttls?: string; certificate?: Minted } = {}) {
  const seen: string[] = [];
  const { hello = '250-mail.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n', certificate = good } = options;
  const serving = serve((raw) => {
    raw.write(options.greeting ?? '220-mail.test\r\n220 ready\r\n');
    const answer = (socket: Socket, mark: string) => (data: Buffer) => {
      for (const command of data.toString().split('\r\n').filter(Boolean)) {
        seen.push(mark + command);
        if (command.startsWith('EHLO')) socket.write(mark === '' ? hello : '250 mail.test\r\n');
        if (command !== 'STARTTLS') continue;
        raw.removeAllListeners('data');
        raw.write(options.starttls ?? '220 go ahead\r\n');
        if (options.starttls) continue;
        const secured = new TLSSocket(raw, {
          isServer: true,
          secureContext: createSecureContext({ cert: certificate.cert, key: certificate.key }),
        });
        secured.on('error', () => undefined);
        secured.on('data', answer(secured, '*'));
      }
    };
    raw.on('data', answer(raw, ''));
  });
  return serving.then((server) => ({ ...server, seen }));
}

describe('the target', () => {
  test.each([
    ['mail.example.com', 'mail.example.com'],
    ['mail.example.com:25', 'mail.example.com'],
    ['smtp://Mail.example.com:587', 'mail.example.com:587'],
  ])('%s becomes %s', (typed, target) => expect(smtp.parseTarget(typed)).toEqual({ target }));

  test('a path is refused', () => {
    expect(smtp.parseTarget('mail.example.com/x')).toEqual({ problem: expect.any(String) });
  });
});

describe('a conversation', () => {
  test('with STARTTLS is up, and says hello again inside', async () => {
    const server = await mailServer();
    const verdict = await check(server);
    expect(verdict).toMatchObject({ status: 'up', reason: null, found: { certificate: { host: 'localhost' } } });
    expect(verdict.phases.tls_ms).toBeGreaterThan(0);
    expect(server.seen.slice(0, 3)).toEqual(['EHLO localhost', 'STARTTLS', '*EHLO localhost']);
  });

  test('without the offer is up, unless it is required', async () => {
    const server = await mailServer({ hello: '250 mail.test\r\n' });
    expect(await check(server)).toMatchObject({ status: 'up' });
    expect(await check(server, { starttls: 'required' })).toMatchObject({
      status: 'down',
      reason: 'tls_handshake',
      message: 'The server does not offer STARTTLS.',
    });
  });

  test('never is never', async () => {
    const server = await mailServer();
    expect(await check(server, { starttls: 'never' })).toMatchObject({ status: 'up' });
    expect(server.seen).not.toContain('STARTTLS');
  });

  test('a certificate nobody vouches for is down, unless it is not checked', async () => {
    const server = await mailServer({ certificate: mint() });
    expect(await check(server)).toMatchObject({ status: 'down', reason: 'tls_self_signed' });
    expect(await check(server, { verify_tls: false })).toMatchObject({ status: 'up' });
  });

  test('an expired certificate has its own reason', async () => {
    const past = mint({ issuer: authority, notBefore: Date.now() - 9e8, notAfter: Date.now() - 1e8 });
    expect(await check(await mailServer({ certificate: past }))).toMatchObject({ reason: 'tls_expired' });
  });
});

describe('a server that refuses, lies or stalls', () => {
  test('a greeting that refuses is told with its code', async () => {
    const server = await mailServer({ greeting: '554 5.7.1 Go away\r\n' });
    expect(await check(server)).toMatchObject({
      status: 'down',
      reason: 'bad_status',
      statusCode: 554,
      message: 'The server greeted with 554 5.7.1 Go away',
    });
  });

  test('a refused EHLO and a refused STARTTLS name the command', async () => {
    expect((await check(await mailServer({ hello: '502 no\r\n' }))).message).toBe('To EHLO the server answered 502 no');
    const server = await mailServer({ starttls: '454 not now\r\n' });
    expect(await check(server)).toMatchObject({ message: 'To STARTTLS the server answered 454 not now' });
  });

  test('words smuggled in front of TLS are not taken for an answer inside', async () => {
    const server = await mailServer({ starttls: '220 go ahead\r\n250 injected\r\n' });
    expect(await check(server)).toMatchObject({ status: 'down', reason: 'protocol_error' });
  });

  test('another protocol is told at once', async () => {
    const server = await mailServer({ greeting: 'SSH-2.0-OpenSSH_9.2\r\n' });
    expect(await check(server)).toMatchObject({
      reason: 'protocol_error',
      message: 'This is not an answer of a mail server: "SSH-2.0-OpenSSH_9.2".',
    });
  });

  test('silence, half an answer, a close and nobody there', async () => {
    const silent = await serve(() => undefined);
    const half = await serve((socket) => socket.write('220-mail'));
    const closing = await serve((socket) => socket.end());
    const [a, b, c, d] = await Promise.all([
      check(silent, {}, 1_500),
      check(half, {}, 1_500),
      check(closing),
      check({ port: await closedPort() }),
    ]);
    expect([a.reason, b.reason, c.reason, d.reason]).toEqual([
      'timeout_first_byte',
      'timeout_body',
      'protocol_error',
      'connect_refused',
    ]);
  });

  test('an endless answer ends at the cap', async () => {
    const server = await serve((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write('220-more\r\n'.repeat(1_000)));
      };
      socket.on('drain', pour);
      pour();
    });
    expect(await check(server)).toMatchObject({ status: 'down', reason: 'protocol_error' });
  });
});
