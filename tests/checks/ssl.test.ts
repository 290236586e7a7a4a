import { afterEach, describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { DAY, systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { type MintOptions, mint, mintAuthority } from '../support/certificates.ts';
import { closedPort, serveRaw, serveRawTls, type TestServer, type TlsServerOptions } from '../support/servers.ts';

const authority = mintAuthority();
const now = Date.now();
const open: TestServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function keep(server: Promise<TestServer>): Promise<TestServer> {
  open.push(await server);
  return server;
}

function show(minted: MintOptions, options: TlsServerOptions = {}): Promise<TestServer> {
  return keep(serveRawTls(() => undefined, { certificate: mint(minted), ...options }));
}

function check(port: number, config: unknown = {}, { timeoutMs = 5_000, allowPrivate = true } = {}): Promise<Verdict> {
  return CHECKS.ssl.run(`localhost:${port}`, config, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [], authorities: [authority.cert] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

describe('a certificate', () => {
  test('that is good for long is up, and handed on with all it says', async () => {
    const server = await show({ issuer: authority, notAfter: now + 90 * DAY });
    const verdict = await check(server.port);
    expect(verdict).toMatchObject({ status: 'up', reason: null });
    expect(verdict.message).toContain('89 days left');
    expect(verdict.message).toContain('issued by Test Authority');
    expect(verdict.responseTimeMs).toBeGreaterThan(0);
    expect(verdict.found).toMatchObject({
      certificate: { host: 'localhost', subject: 'CN=localhost', issuer: 'CN=Test Authority' },
      warnDays: [30, 14, 7, 3, 1],
    });
  });

  test.each([
    [29, {}, 'degraded'],
    [31, {}, 'up'],
    [29, { warn_days: [14, 7] }, 'up'],
    [13, { warn_days: '7 14' }, 'degraded'],
    [45, { warn_days: [60] }, 'degraded'],
  ])('with %i days left under %o is %s', async (days, config, status) => {
    const server = await show({ issuer: authority, notAfter: now + days * DAY });
    const verdict = await check(server.port, config);
    expect(verdict.status).toBe(status);
    expect(verdict.reason).toBe(status === 'up' ? null : 'certificate_expiring');
  });

  test.each<[string, MintOptions, string]>([
    ['expired', { issuer: authority, notBefore: now - 9 * DAY, notAfter: now - DAY }, 'tls_expired'],
    ['not valid yet', { issuer: authority, notBefore: now + DAY, notAfter: now + 9 * DAY }, 'tls_not_yet_valid'],
    ['of another host', { issuer: authority, names: ['other.example'] }, 'tls_wrong_host'],
    ['signed by itself', {}, 'tls_self_signed'],
    ['of nobody known', { issuer: mintAuthority('Unknown') }, 'tls_untrusted'],
  ])('that is %s is down, and known all the same', async (_what, minted, reason) => {
    const server = await show(minted);
    const verdict = await check(server.port);
    expect(verdict).toMatchObject({ status: 'down', reason });
    expect(verdict.found?.certificate?.host).toBe('localhost');
  });

  test('whose issuer ends first is as good as the issuer', async () => {
    const middle = mint({
      commonName: 'Middle',
      names: [],
      authority: true,
      issuer: authority,
      notAfter: now + 5 * DAY,
    });
    const server = await show({ issuer: middle, notAfter: now + 90 * DAY });
    const verdict = await check(server.port);
    expect(verdict).toMatchObject({ status: 'degraded', reason: 'certificate_expiring' });
    expect(verdict.message).toContain('Middle has 4 days left');
  });
});

describe('a server', () => {
  test('with nothing but TLS 1.1 is degraded', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const server = await show({ issuer: authority }, old);
    expect(await check(server.port)).toMatchObject({ status: 'degraded', reason: 'tls_handshake' });
  });

  test('that stalls in the handshake ends at the deadline', async () => {
    const server = await keep(serveRaw(() => undefined));
    expect(await check(server.port, {}, { timeoutMs: 1_500 })).toMatchObject({
      status: 'down',
      reason: 'tls_handshake',
    });
  });

  test('that speaks something else, or nothing', async () => {
    const server = await keep(serveRaw((socket) => socket.end('220 mail.example ESMTP\r\n')));
    expect(await check(server.port)).toMatchObject({ status: 'down', reason: 'tls_handshake' });
    expect(await check(await closedPort())).toMatchObject({ status: 'down', reason: 'connect_refused' });
  });

  test('on a private address is not contacted where that is not allowed', async () => {
    const server = await show({ issuer: authority });
    expect(await check(server.port, {}, { allowPrivate: false })).toMatchObject({ status: 'blocked' });
    expect(server.connections()).toBe(0);
  });
});

describe('what is typed', () => {
  test.each([
    ['Example.COM', 'example.com'],
    ['example.com:443', 'example.com'],
    ['https://example.com/shop?x=1', 'example.com'],
    [' mail.example.com:993 ', 'mail.example.com:993'],
    ['::1', '::1'],
    ['[::1]:8443', '[::1]:8443'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('%s is %s', (typed, target) => {
    expect(CHECKS.ssl.parseTarget(typed)).toEqual({ target });
  });

  test.each(['', 'example.com:0', 'example.com:70000', 'a b', 'user@example.com', 'example.com/path', 'a:b:c'])(
    '%j is refused',
    (typed) => {
      expect(CHECKS.ssl.parseTarget(typed)).toHaveProperty('problem');
    },
  );

  test.each([{ warn_days: '30, soon' }, { warn_days: [0] }, { warn_days: [400] }, { days: [30] }])(
    'the setting %o is refused',
    (config) => {
      expect(() => CHECKS.ssl.parseConfig(config)).toThrow();
    },
  );

  test('blank warnings are the usual ones, others are sorted and counted once', () => {
    expect(CHECKS.ssl.parseConfig({ warn_days: '' })).toEqual({ warn_days: [30, 14, 7, 3, 1] });
    expect(CHECKS.ssl.parseConfig({ warn_days: '7, 30, 7' })).toEqual({ warn_days: [30, 7] });
  });
});
