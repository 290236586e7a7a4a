import { afterEach, describe, expect, test } from 'vitest';
import { DAY, systemClock } from '../../src/core/time.ts';
import { exchange } from '../../src/net/fetch.ts';
import { type MintOptions, mint, mintAuthority } from '../support/certificates.ts';
import { serveDns } from '../support/dns.ts';
import { serveRaw, serveRawTls, serveTls, type TlsServerOptions } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

const authority = mintAuthority();
const stranger = mintAuthority('Unknown Authority');
const now = systemClock.now();

function ask(url: string, options: { verifyTls?: boolean; resolvers?: string[]; timeoutMs?: number } = {}) {
  const { verifyTls = true, resolvers = [], timeoutMs = 5_000 } = options;
  return exchange(
    {
      method: 'GET',
      url: new URL(url),
      headers: {},
      body: null,
      redirects: 10,
      verifyTls,
      family: 'any',
      maxBodyBytes: 1024,
      keepBody: true,
      headFallback: false,
    },
    {
      clock: systemClock,
      outbound: { allowPrivate: true, resolvers, authorities: [authority.cert] },
      timeoutMs,
      signal: new AbortController().signal,
    },
  );
}

const site = (minted: MintOptions, options: TlsServerOptions = {}) =>
  keep(serveTls((_request, response) => response.end('safe'), { certificate: mint(minted), ...options }));

describe('certificates', () => {
  test('a good one: what it says, and the time the handshake took', async () => {
    const server = await site({ issuer: authority, notAfter: now + 40 * DAY });
    const { response, failure, phases } = await ask(server.url);
    expect(failure).toBeNull();
    expect(response?.tls).toMatchObject({
      protocol: 'TLSv1.3',
      fault: null,
      certificate: {
        host: 'localhost',
        fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as unknown,
        key_fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as unknown,
        subject: 'CN=localhost',
        issuer: 'CN=Test Authority',
        sans: ['localhost', '127.0.0.1'],
        not_after: Math.floor((now + 40 * DAY) / 1000) * 1000,
      },
    });
    expect(phases.tls_ms).toBeGreaterThan(0);
  });

  test('one for an address', async () => {
    const server = await site({ issuer: authority, names: ['127.0.0.1'] });
    expect((await ask(`https://127.0.0.1:${server.port}`)).failure).toBeNull();
    expect((await ask(server.url)).failure?.reason).toBe('tls_wrong_host');
  });

  test.each<[name: string, minted: MintOptions, reason: string, words: RegExp]>([
    [
      'expired',
      { issuer: authority, notBefore: now - 9 * DAY, notAfter: now - 3 * DAY - 60_000 },
      'tls_expired',
      /expired 3d ago/,
    ],
    [
      'expired and self-signed',
      { notBefore: now - 9 * DAY, notAfter: now - DAY },
      'tls_expired',
      /expired .*signed by itself/,
    ],
    ['not yet valid', { issuer: authority, notBefore: now + DAY }, 'tls_not_yet_valid', /not valid before 20/],
    [
      'for another host',
      { issuer: authority, names: ['a.example', 'b.example'] },
      'tls_wrong_host',
      /a\.example.*not for localhost/,
    ],
    ['self-signed', {}, 'tls_self_signed', /signed by itself/],
    ['from an unknown authority', { issuer: stranger }, 'tls_untrusted', /authority/],
    [
      'unknown authority and wrong host',
      { issuer: stranger, names: ['a.example'] },
      'tls_untrusted',
      /authority.*a\.example/,
    ],
  ])('%s', async (_name, minted, reason, words) => {
    const server = await site(minted);
    const result = await ask(server.url);
    expect(result).toMatchObject({ response: null, failure: { reason, message: expect.stringMatching(words) } });
    expect(await ask(server.url, { verifyTls: false })).toMatchObject({ failure: null, response: { status: 200 } });
  });

  test('a server that leaves out the certificate between', async () => {
    const between = mint({ commonName: 'Between', names: [], authority: true, issuer: authority });
    const leaf = mint({ issuer: between });
    const serve = (certificate: typeof leaf) =>
      keep(serveTls((_request, response) => response.end('safe'), { certificate }));
    expect((await ask((await serve(leaf)).url)).failure).toBeNull();
    const alone = { ...leaf, cert: `${leaf.cert.split('-----END CERTIFICATE-----\n')[0]}-----END CERTIFICATE-----\n` };
    expect((await ask((await serve(alone)).url)).failure?.reason).toBe('tls_untrusted');
  });

  test('the name asked for is sent, so that a shared server can choose', async () => {
    const dns = await keep(serveDns((_host, type) => (type === 'A' ? ['127.0.0.1'] : [])));
    const names: string[] = [];
    const server = await site(
      { issuer: authority, names: ['*.shop.example'] },
      {
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
      },
    );
    const result = await ask(`https://www.shop.example.:${server.port}`, { resolvers: [dns.address] });
    expect(result.failure).toBeNull();
    expect(names).toEqual(['www.shop.example']);
  });
});

describe('handshakes', () => {
  test('a server that knows only TLS 1.1 can be reached, and its age is told', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const server = await site({ issuer: authority }, old);
    const { failure, response } = await ask(server.url, { verifyTls: false });
    expect(failure).toBeNull();
    expect(response?.tls?.protocol).toBe('TLSv1.1');
    expect(server.connections()).toBe(2);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a server that asks for a client certificate (%s)', async (version) => {
    const server = await site(
      { issuer: authority },
      { requestCert: true, rejectUnauthorized: true, ca: authority.cert, minVersion: version, maxVersion: version },
    );
    const { failure } = await ask(server.url);
    expect(failure?.reason).toBe(version === 'TLSv1.3' ? 'tls_client_cert_required' : 'tls_handshake');
  });

  test('no cipher in common', async () => {
    const server = await site({ issuer: authority }, { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' });
    expect((await ask(server.url)).failure).toMatchObject({ reason: 'tls_handshake' });
  });

  test.each<[name: string, bytes: string | null]>([
    ['plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a banner', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a close', null],
  ])('%s instead of TLS', async (_name, bytes) => {
    const server = await keep(
      serveRaw((socket) => {
        socket.once('data', () => (bytes === null ? socket.end() : socket.write(bytes)));
      }),
    );
    expect((await ask(`https://localhost:${server.port}`)).failure?.reason).toBe('tls_handshake');
  });

  test('silence instead of a handshake ends at the deadline', async () => {
    const server = await keep(serveRaw(() => undefined));
    const { failure } = await ask(`https://localhost:${server.port}`, { timeoutMs: 1_500 });
    expect(failure).toMatchObject({ reason: 'tls_handshake', message: expect.stringContaining('1.5 s') });
  });

  test('an answer that breaks off inside TLS is truncated', async () => {
    const server = await keep(
      serveRawTls(
        (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf')),
        { certificate: mint({ issuer: authority }) },
      ),
    );
    expect(await ask(server.url)).toMatchObject({ failure: { reason: 'truncated' }, response: { status: 200 } });
  });
});
