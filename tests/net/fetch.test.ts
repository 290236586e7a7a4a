import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/time.ts';
import { type Exchange, exchange, type HttpRequest, type NetContext } from '../../src/net/fetch.ts';
import { headerOf } from '../../src/net/http1.ts';
import type { Outbound } from '../../src/net/guard.ts';
import { serveDns } from '../support/dns.ts';
import { closedPort, serveBytes, serveHttp, serveRaw, type TestServer } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** Keeps the server until the test is over. */
async function keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

const atHome: Outbound = { allowPrivate: true, resolvers: [] };
const hosted: Outbound = { allowPrivate: false, resolvers: [] };

function ask(url: string, request: Partial<HttpRequest> = {}, context: Partial<NetContext> = {}): Promise<Exchange> {
  return exchange(
    {
      method: 'GET',
      url: new URL(url),
      headers: {},
      body: null,
      redirects: 10,
      verifyTls: true,
      family: 'any',
      maxBodyBytes: 1024 * 1024,
      keepBody: true,
      headFallback: false,
      ...request,
    },
    { clock: systemClock, outbound: atHome, timeoutMs: 5_000, signal: new AbortController().signal, ...context },
  );
}

const text = ({ response }: Exchange): string | undefined => response?.body?.bytes.toString();

/** Answers each path with a status and Location; other paths tell what they were asked. */
const moved = (routes: Record<string, [status: number, location?: string]>) =>
  serveHttp((request, response) => {
    const route = routes[request.url ?? ''];
    if (route)
      return void response.writeHead(route[0], route[1] === undefined ? {} : { location: route[1] }).end('moved');
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      const { authorization = '', cookie = '', 'x-key': key = '', 'content-type': type = '' } = request.headers;
      response.end([request.method, request.url, authorization, cookie, String(key), type, body].join('|'));
    });
  });

const packed = (encoding: string, body: Buffer, extra: Record<string, string> = {}) =>
  serveHttp((_request, response) => response.writeHead(200, { 'content-encoding': encoding, ...extra }).end(body));

const drip = (head: string, piece: string) =>
  serveRaw((socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(piece), 50);
    socket.on('close', () => clearInterval(timer));
  });

describe('an ordinary exchange', () => {
  test('the answer, its phases, and what the server was sent', async () => {
    let seen: IncomingMessage | undefined;
    const server = await keep(
      serveHttp((request, response) => {
        seen = request;
        response.setHeader('X-One', '1');
        response.end('hello');
      }),
    );
    const result = await ask(
      `${server.url}/a%20b?q=1#part`,
      { headers: { 'X-Mine': 'yes' } },
      {
        outbound: { ...atHome, userAgent: 'StatusPing/9.9' },
      },
    );
    expect(result.failure).toBeNull();
    expect(result.response).toMatchObject({ status: 200, statusText: 'OK', tls: null, notes: [] });
    expect(text(result)).toBe('hello');
    expect(headerOf(result.response?.headers ?? [], 'x-one')).toBe('1');
    const { dns_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms } = result.phases;
    for (const phase of [dns_ms, connect_ms, first_byte_ms, transfer_ms]) expect(phase).toBeGreaterThanOrEqual(0);
    expect(tls_ms).toBeNull();
    expect(result.responseTimeMs).toBeGreaterThan(0);
    expect(seen?.url).toBe('/a%20b?q=1');
    expect(seen?.headers).toMatchObject({
      host: `127.0.0.1:${server.port}`,
      'user-agent': 'StatusPing/9.9',
      'x-mine': 'yes',
      connection: 'close',
    });
  });

  test('a fresh connection each time', async () => {
    const server = await keep(serveHttp((_request, response) => response.end()));
    await ask(server.url);
    await ask(server.url);
    expect(server.connections()).toBe(2);
  });

  test('a body is sent with its length', async () => {
    const server = await keep(serveHttp((request, response) => request.pipe(response)));
    expect(text(await ask(server.url, { method: 'POST', body: 'grün' }))).toBe('grün');
  });

  test('line breaks and framing headers cannot be sent', async () => {
    const server = await keep(serveHttp((_request, response) => response.end()));
    const wrong: Record<string, string>[] = [
      { 'X-A': 'b\r\nX-C: d' },
      { 'X A': 'b' },
      { 'Transfer-Encoding': 'chunked' },
      { 'X\n': '' },
    ];
    for (const headers of wrong) {
      expect((await ask(server.url, { headers })).failure?.reason).toBe('internal');
    }
  });

  test('a host override is one Host header', async () => {
    const server = await keep(serveHttp((request, response) => response.end(request.rawHeaders.join())));
    const said = text(await ask(server.url, { headers: { Host: 'other.example' } }));
    expect(said?.match(/host,/gi)).toHaveLength(1);
    expect(said).toContain('other.example');
  });
});

describe('connections that fail', () => {
  test('nothing listens', async () => {
    const result = await ask(`http://127.0.0.1:${await closedPort()}`);
    expect(result).toMatchObject({ response: null, failure: { reason: 'connect_refused' }, responseTimeMs: null });
    expect(result.phases.connect_ms).not.toBeNull();
    expect(result.phases.first_byte_ms).toBeNull();
  });

  test('a dead address beside a living one is up, and says so', async () => {
    const server = await keep(serveHttp((_request, response) => response.end('six'), '::1'));
    const result = await ask(`http://localhost:${server.port}`);
    expect(text(result)).toBe('six');
    expect(result.response?.notes.join()).toMatch(/127\.0\.0\.1:\d+ refused the connection/);
  });

  test('the other family does not help when one was asked for', async () => {
    const server = await keep(serveHttp((_request, response) => response.end('six'), '::1'));
    const result = await ask(`http://localhost:${server.port}`, { family: 'ipv4' });
    expect(result.failure?.reason).toBe('connect_refused');
  });

  test('a reset before the answer', async () => {
    const server = await keep(serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect((await ask(server.url)).failure?.reason).toBe('connection_reset');
  });

  test('a name that does not exist', async () => {
    const dns = await keep(serveDns(() => 'nxdomain'));
    const result = await ask('http://gone.example', {}, { outbound: { allowPrivate: true, resolvers: [dns.address] } });
    expect(result.failure).toMatchObject({ reason: 'dns_not_found', message: expect.stringContaining('gone.example') });
  });
});

describe('one deadline over everything', () => {
  test.each<[name: string, start: () => Promise<TestServer>, reason: string]>([
    ['silence', () => serveRaw(() => undefined), 'timeout_first_byte'],
    ['a head byte by byte', () => drip('HTTP/1.1 200 OK\r\nX: ', 'a'), 'timeout_first_byte'],
    ['endless 1xx', () => drip('', 'HTTP/1.1 100 Continue\r\n\r\n'), 'timeout_first_byte'],
    ['a body byte by byte', () => drip('HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n', 'a'), 'timeout_body'],
    [
      'endless chunks',
      () => drip('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'),
      'timeout_body',
    ],
    [
      'a body that stops',
      () => serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', { keepOpen: true }),
      'timeout_body',
    ],
  ])('%s', async (_name, start, reason) => {
    const server = await keep(start());
    const result = await ask(server.url, {}, { timeoutMs: 1_500 });
    expect(result.failure).toMatchObject({ reason, message: expect.stringContaining('1.5 s') });
  });

  test('a head that takes over ten seconds is given up before a long deadline', async () => {
    let now = 0;
    const clock = { now: () => 0, monotonic: () => now };
    const server = await keep(
      serveRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        socket.once('data', () => undefined);
        const timer = setInterval(() => {
          now += 4_000;
          socket.write('X: y\r\n');
        }, 20);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    const result = await ask(server.url, {}, { clock, timeoutMs: 20_000 });
    expect(result.failure).toMatchObject({ reason: 'timeout_first_byte', message: expect.stringContaining('10 s') });
  });

  test('redirects share it', async () => {
    const server = await keep(
      serveHttp((_request, response) => {
        setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 90);
      }),
    );
    const result = await ask(server.url, { redirects: 20 }, { timeoutMs: 400 });
    // A busy machine may reach the deadline while it connects.
    expect(result.failure?.reason).toMatch(/^(connect_timeout|timeout_first_byte)$/);
  });

  test('a caller that gives up says nothing about the target', async () => {
    const server = await keep(serveRaw(() => undefined));
    const stop = new AbortController();
    const asking = ask(server.url, {}, { signal: stop.signal });
    stop.abort();
    expect((await asking).failure?.reason).toBe('internal');
    expect((await ask(server.url, {}, { signal: stop.signal })).failure?.reason).toBe('internal');
  });

  test('a caller whose time is over means the target was slow', async () => {
    const server = await keep(serveRaw(() => undefined));
    const over = new AbortController();
    setTimeout(() => over.abort(), 1_480);
    const result = await ask(server.url, {}, { signal: over.signal, timeoutMs: 1_500 });
    expect(result.failure?.reason).toBe('timeout_first_byte');
    expect((await ask(server.url, {}, { signal: AbortSignal.timeout(1_000) })).failure?.reason).toBe(
      'timeout_first_byte',
    );
  });
});

describe('bodies', () => {
  const words = Buffer.from('many words '.repeat(2_000));

  test.each([
    ['gzip', gzipSync(words)],
    ['x-gzip', gzipSync(words)],
    ['GZIP', gzipSync(words)],
    ['deflate', deflateSync(words)],
    ['deflate', deflateRawSync(words)],
    ['br', brotliCompressSync(words)],
    ['gzip, br', brotliCompressSync(gzipSync(words))],
    ['identity', words],
  ])('%s is unpacked', async (encoding, body) => {
    const server = await keep(packed(encoding, body));
    const result = await ask(server.url);
    expect(result.failure).toBeNull();
    expect(result.response?.body).toMatchObject({ undecoded: null, capped: false });
    expect(text(result) === words.toString()).toBe(true);
  });

  test.each(['zstd', 'gzip, gzip, gzip'])('%s is left as it came', async (encoding) => {
    const server = await keep(packed(encoding, words));
    const result = await ask(server.url);
    expect(result.failure).toBeNull();
    expect(result.response?.body?.undecoded).toBe(encoding);
  });

  test('an empty body that claims to be packed', async () => {
    const server = await keep(packed('gzip', Buffer.alloc(0)));
    expect(await ask(server.url)).toMatchObject({ failure: null, response: { status: 200 } });
  });

  test('cut short, although the length is right', async () => {
    const server = await keep(packed('gzip', gzipSync(words).subarray(0, 60)));
    expect(await ask(server.url)).toMatchObject({ failure: { reason: 'truncated' }, response: { status: 200 } });
  });

  test('not packed at all', async () => {
    const server = await keep(packed('gzip', words));
    expect((await ask(server.url)).failure?.reason).toBe('decode_error');
  });

  test('a body that breaks off keeps its status', async () => {
    const server = await keep(serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
    const result = await ask(server.url);
    expect(result).toMatchObject({ failure: { reason: 'truncated' }, response: { status: 200 } });
    expect(result.responseTimeMs).not.toBeNull();
  });

  test('nothing is read past the cap', async () => {
    const server = await keep(
      serveHttp((_request, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      }),
    );
    const result = await ask(server.url, { maxBodyBytes: 100_000 });
    expect(result.failure).toBeNull();
    expect(result.response?.body?.capped).toBe(true);
    expect(text(result)).toHaveLength(100_000);
  });

  test('a bomb is unpacked up to the cap only', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(200 * 1024 * 1024)));
    const server = await keep(packed('gzip, gzip', bomb));
    const before = process.memoryUsage.rss();
    const result = await ask(server.url, { maxBodyBytes: 1024 * 1024 });
    expect(result).toMatchObject({ failure: null, response: { body: { capped: true } } });
    expect(text(result)).toHaveLength(1024 * 1024);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('a packed page larger than the cap is searched up to the cap, however fast it comes', async () => {
    const noise = randomBytes(3_000_000).toString('base64');
    const server = await keep(packed('gzip', gzipSync(noise)));
    const result = await ask(server.url, { maxBodyBytes: 1_000_000 });
    expect(result).toMatchObject({ failure: null, response: { body: { capped: true } } });
    expect(text(result) === noise.slice(0, 1_000_000)).toBe(true);
  });

  test('a packed body in a million chunks of one byte stays small', async () => {
    const bytes = gzipSync(randomBytes(700_000));
    const pieces = Buffer.concat([...bytes].map((byte) => Buffer.from([0x31, 13, 10, byte, 13, 10])));
    const head = 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n';
    const server = await keep(serveBytes(Buffer.concat([Buffer.from(head), pieces, Buffer.from('0\r\n\r\n')])));
    const before = process.memoryUsage.rss();
    const result = await ask(server.url);
    expect(result.failure).toBeNull();
    expect(result.response?.body?.bytes).toHaveLength(700_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('a body of exactly the cap is whole', async () => {
    const server = await keep(serveHttp((_request, response) => response.end('x'.repeat(5_000))));
    const result = await ask(server.url, { maxBodyBytes: 5_000 });
    expect(result.response?.body?.capped).toBe(false);
    expect(text(result)).toHaveLength(5_000);
  });

  test('a body nobody needs is checked and not kept', async () => {
    const server = await keep(packed('gzip', gzipSync(words)));
    expect(text(await ask(server.url, { keepBody: false }))).toHaveLength(1024);
    const broken = await keep(packed('gzip', gzipSync(words).subarray(0, 60)));
    expect((await ask(broken.url, { keepBody: false })).failure?.reason).toBe('truncated');
  });
});

describe('redirects', () => {
  const secrets = { Authorization: 'Basic abc', Cookie: 'sid=1', 'X-Key': 'k', 'Content-Type': 'text/x' };

  test.each(['latin1', 'utf8'] as const)('are followed to the last page, written in %s', async (encoding) => {
    const last = Buffer.from('/caf\u00e9', encoding).toString('latin1');
    const server = await keep(moved({ '/': [301, '/b'], '/b': [302, 'c?x=1'], '/c?x=1': [308, last] }));
    const followed = await ask(server.url);
    expect(followed.response?.url.pathname).toBe('/caf%C3%A9');
    expect(text(followed)).toMatch(/^GET\|\/caf%C3%A9\|/);
  });

  test('are an answer like any other when they are not followed', async () => {
    const server = await keep(moved({ '/': [302] }));
    expect(await ask(server.url, { redirects: null })).toMatchObject({ failure: null, response: { status: 302 } });
  });

  test('past the allowed number', async () => {
    const server = await keep(moved({ '/': [302, '/'] }));
    expect((await ask(server.url, { redirects: 3 })).failure?.reason).toBe('redirect_loop');
    expect(server.connections()).toBe(4);
    expect((await ask(server.url, { redirects: 0 })).failure?.reason).toBe('redirect_loop');
  });

  test.each([
    ['no address', undefined],
    ['an empty address', ''],
    ['no valid address', 'http://a b'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['FTP', 'ftp://127.0.0.1/'],
  ])('%s', async (_name, location) => {
    const server = await keep(moved({ '/': [302, location] }));
    expect(await ask(server.url)).toMatchObject({ failure: { reason: 'redirect_invalid' }, response: { status: 302 } });
  });

  test.each<[status: number, method: string, then: string, body: string]>([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'text/x|data'],
    [307, 'POST', 'POST', 'text/x|data'],
    [308, 'POST', 'POST', 'text/x|data'],
  ])('%i after %s asks with %s', async (status, method, then, body) => {
    const server = await keep(moved({ '/': [status, '/to'] }));
    const said = text(await ask(server.url, { method, body: 'data', headers: secrets }));
    expect(said).toBe(`${then}|/to|Basic abc|sid=1|k|${body || '|'}`);
  });

  test('another origin gets no credentials, cookies or headers, and they do not come back', async () => {
    const home = await keep(moved({}));
    const away = await keep(moved({ '/away': [307, `${home.url}/home`] }));
    const start = await keep(moved({ '/': [307, `${away.url}/plain`], '/far': [307, `${away.url}/away`] }));
    const post = { method: 'POST', body: 'data', headers: secrets };
    expect(text(await ask(start.url, post))).toBe('POST|/plain||||text/x|data');
    expect(text(await ask(`${start.url}/far`, post))).toBe('POST|/home||||text/x|data');
  });

  test('a name and password in Location are not sent', async () => {
    const home = await keep(moved({}));
    const start = await keep(moved({ '/': [302, home.url.replace('//', '//user:pw@')] }));
    expect(text(await ask(start.url))).toBe('GET|/|||||');
  });

  test('the body of a redirect is not waited for', async () => {
    const server = await keep(
      serveRaw((socket) =>
        socket.once('data', (asked) => {
          const again = asked.toString().startsWith('GET /b');
          socket.write(
            again ? 'HTTP/1.1 200 OK\r\n\r\nok' : 'HTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 99\r\n\r\n',
          );
          if (again) socket.end();
        }),
      ),
    );
    expect(text(await ask(server.url))).toBe('ok');
  });

  test('a failure behind a redirect does not show the redirect as the answer', async () => {
    const server = await keep(moved({ '/': [302, `http://127.0.0.1:${await closedPort()}/`] }));
    expect(await ask(server.url)).toMatchObject({ response: null, failure: { reason: 'connect_refused' } });
  });

  test.each([405, 501])('HEAD answered %i is asked again with GET', async (status) => {
    const server = await keep(
      serveHttp((request, response) => response.writeHead(request.method === 'HEAD' ? status : 200).end('page')),
    );
    expect(await ask(server.url, { method: 'HEAD', headFallback: true })).toMatchObject({ response: { status: 200 } });
    expect(await ask(server.url, { method: 'HEAD' })).toMatchObject({ response: { status } });
  });
});

describe('targets that must not be contacted', () => {
  const spellings = `
    127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 0x7f.1 127.0.0.1. %31%32%37.0.0.1 １２７.０.０.１ 127。0。0。1
    ①②⑦.0.0.1 localhost LOCALHOST localhost. a.localhost local\u00adhost 0.0.0.0 0 169.254.169.254 0xa9fea9fe
    [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] [::] [64:ff9b::7f00:1] [2002:7f00:1::]`
    .trim()
    .split(/[ \n]+/);

  test.each(spellings)('http://%s ends in the same refusal, and nothing is connected', async (host) => {
    const server = await keep(serveHttp((_request, response) => response.end('inside')));
    const result = await ask(`http://${host}:${server.port}`, {}, { outbound: hosted });
    expect(result).toMatchObject({ response: null, failure: { reason: 'target_blocked' }, responseTimeMs: null });
    expect(server.connections()).toBe(0);
  });

  test('an open and a closed port look alike', async () => {
    const server = await keep(serveHttp((_request, response) => response.end('inside')));
    const [a, b] = [
      await ask(server.url, {}, { outbound: hosted }),
      await ask('http://127.0.0.1:1999', {}, { outbound: hosted }),
    ];
    expect(a.failure).toEqual(b.failure);
    expect([a.phases.connect_ms, b.phases.connect_ms]).toEqual([null, null]);
  });

  test.each<[name: string, answer: string[]]>([
    ['a public name with a private address', ['10.0.0.1']],
    ['one private address among public ones', ['93.184.215.14', '127.0.0.1']],
    ['a public IPv4 and a private IPv6 address', ['93.184.215.14', 'fd00::1']],
    ['metadata behind NAT64', ['64:ff9b::a9fe:a9fe']],
  ])('%s', async (_name, answer) => {
    const dns = await keep(serveDns((_host, type) => answer.filter((ip) => ip.includes(':') === (type === 'AAAA'))));
    const outbound = { allowPrivate: false, resolvers: [dns.address] };
    const result = await ask('http://inside.example', {}, { outbound });
    expect(result.failure?.reason).toBe('target_blocked');
  });

  test('a name that moves inside between two look-ups gains nothing: each is judged, and only that one is dialled', async () => {
    const server = await keep(serveHttp((_request, response) => response.end('inside')));
    // 198.18.0.0/15 stands for the outside here: it is not routed, and the look-up that follows must not rescue it.
    const dns = await keep(
      serveDns((_host, type, times) => (type === 'AAAA' ? [] : times === 0 ? ['198.18.0.1'] : ['169.254.169.254'])),
    );
    const outbound = { allowPrivate: true, resolvers: [dns.address] };
    const first = await ask(`http://moving.example:${server.port}`, {}, { outbound, timeoutMs: 700 });
    expect(['connect_timeout', 'unreachable', 'connect_refused']).toContain(first.failure?.reason);
    expect(dns.questions.filter((q) => q.startsWith('A '))).toHaveLength(1);
    const second = await ask(`http://moving.example:${server.port}`, {}, { outbound });
    expect(second.failure?.reason).toBe('target_blocked');
    expect(server.connections()).toBe(0);
  });

  test('a redirect inside is blocked, named as such, and not connected', async () => {
    const inside = await keep(serveHttp((_request, response) => response.end('inside')));
    const start = await keep(
      serveHttp((_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end()),
    );
    const result = await ask(start.url);
    expect(result).toMatchObject({ response: null, failure: { reason: 'redirect_blocked' } });
    expect(inside.connections()).toBe(0);
  });

  test('metadata addresses stay refused for a self-hoster', async () => {
    const result = await ask('http://169.254.169.254/latest/meta-data/');
    expect(result.failure).toMatchObject({
      reason: 'target_blocked',
      message: expect.stringMatching(/never contacted/),
    });
  });

  test('ports of other services are refused in hosted mode before anything is looked up', async () => {
    const dns = await keep(serveDns(() => ['93.184.215.14']));
    const outbound = { allowPrivate: false, resolvers: [dns.address] };
    expect((await ask('http://mail.example:25', {}, { outbound })).failure?.reason).toBe('target_blocked');
    expect(dns.questions).toEqual([]);
  });
});
