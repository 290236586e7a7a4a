import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/core/time.ts';
import { type Verdict, NO_PHASES, type Observation } from '../../src/core/verdict.ts';
import { decodeText, http, type HttpFacts } from '../../src/checks/http.ts';
import { httpConfig } from '../../src/checks/http-config.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { closedPort, serveBytes, serveHttp, serveRaw, serveTls, targetThatCanFail } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

function check(target: string, config: unknown = {}, allowPrivate = true): Promise<Verdict> {
  return CHECKS.http.run(target, config, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [] },
    timeoutMs: 2_000,
    signal: new AbortController().signal,
  });
}

/** field → sentence of every complaint about a config. */
function complaints(config: unknown): Record<string, string> {
  const result = httpConfig.safeParse(config);
  return result.success ? {} : Object.fromEntries(result.error.issues.map((i) => [i.path.join('.'), i.message]));
}

const page = (body: string | Buffer, type = 'text/html') =>
  keep(serveHttp((_request, response) => response.writeHead(200, { 'content-type': type }).end(body)));

const seen = (facts: Partial<HttpFacts>): Observation<HttpFacts> => ({
  failure: null,
  responseTimeMs: 20,
  phases: NO_PHASES,
  facts: {
    status: 200,
    statusText: 'OK',
    text: null,
    beginning: '',
    headers: [],
    capped: false,
    undecoded: null,
    tls: null,
    notes: [],
    ...facts,
  },
});

describe('the target', () => {
  test.each([
    ['https://example.com', 'https://example.com'],
    ['https://example.com/', 'https://example.com/'],
    ['example.com', 'https://example.com'],
    ['  example.com/path?q=1#part ', 'https://example.com/path?q=1'],
    ['example.com:8080', 'https://example.com:8080'],
    ['localhost:3000/x', 'https://localhost:3000/x'],
    ['HTTP://EXAMPLE.com:80/A', 'http://example.com/A'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
    ['http://[2001:db8::1]:8080/', 'http://[2001:db8::1]:8080/'],
    ['02.example.com', 'https://02.example.com'],
  ])('%s becomes %s', (typed, target) => expect(http.parseTarget(typed)).toEqual({ target }));

  test.each([
    ['', /Enter the address/],
    ['ftp://example.com', /not ftp/],
    ['file:///etc/passwd', /not file/],
    ['javascript:alert(1)', /not javascript/],
    ['https://user:secret@example.com', /basic auth/],
    ['user@example.com', /basic auth/],
    ['https://', /not a valid address/],
    ['http://999.1.1.1', /not a valid address/],
    ['https://exa mple.com', /space/],
    ['https://example.com/\r\nX: y', /control character/],
    [`https://example.com/${'a'.repeat(2_100)}`, /longer/],
  ])('%s is refused', (typed, words) => {
    expect(http.parseTarget(typed)).toEqual({ problem: expect.stringMatching(words) });
  });
});

describe('the settings', () => {
  test('nothing given is every preset, and parsing that again changes nothing', () => {
    const presets = CHECKS.http.parseConfig({});
    expect(presets).toEqual({
      method: 'GET',
      headers: {},
      body: null,
      expected_status: '200-399',
      json_assertions: [],
      header_assertions: [],
      invert: false,
      client_cert: null,
      client_key: null,
      keyword: null,
      keyword_absent: null,
      keyword_case_sensitive: true,
      follow_redirects: true,
      max_redirects: 10,
      verify_tls: true,
      degraded_over_ms: null,
      ip_family: 'any',
      basic_auth: null,
      bearer_token: null,
      max_body_bytes: 1_048_576,
    });
    expect(CHECKS.http.parseConfig(presets)).toEqual(presets);
  });

  test('a form says the same with text', () => {
    const form = {
      method: 'post',
      headers: 'X-A: 1\r\nX-B: two: three\n\n',
      body: '{"a":1}',
      expected_status: ' 200, 204 ,300-302 ',
      keyword: '',
      keyword_absent: 'Oops',
      keyword_case_sensitive: 'false',
      follow_redirects: ['false', 'on'],
      verify_tls: 'false',
      max_redirects: '3',
      degraded_over_ms: ' 800 ',
      ip_family: 'ipv6',
      basic_auth: 'me:pass:word',
      bearer_token: '',
      max_body_bytes: '',
    };
    const config = CHECKS.http.parseConfig(form);
    expect(config).toMatchObject({
      method: 'POST',
      headers: { 'X-A': '1', 'X-B': 'two: three' },
      expected_status: '200,204,300-302',
      keyword: null,
      keyword_absent: 'Oops',
      keyword_case_sensitive: false,
      follow_redirects: true,
      verify_tls: false,
      max_redirects: 3,
      degraded_over_ms: 800,
      ip_family: 'ipv6',
      basic_auth: { username: 'me', password: 'pass:word' },
      bearer_token: null,
      max_body_bytes: 1_048_576,
    });
    expect(CHECKS.http.parseConfig(config)).toEqual(config);
  });

  test.each<[unknown, string]>([
    [[200, 201, '300-302'], '200,201,300-302'],
    [204, '204'],
    ['2XX', '2xx'],
    ['', '200-399'],
  ])('expected status %j is kept as %s', (given, kept) => {
    expect(CHECKS.http.parseConfig({ expected_status: given })).toMatchObject({ expected_status: kept });
  });

  test.each<[field: string, value: unknown, words: RegExp]>([
    ['method', 'TRACE', /Must be one of GET/],
    ['expected_status', '700', /"700" is not a status/],
    ['expected_status', '300-200', /is not a status/],
    ['expected_status', 'ok', /Write for example/],
    ['headers', 'no colon here', /one header a line/],
    ['headers', { 'Bad Name': 'x' }, /not a header name/],
    ['headers', { 'X-A': 'b\r\nX-C: d' }, /line break/],
    ['headers', { 'Content-Length': '3' }, /set by the check/],
    ['headers', { 'Transfer-Encoding': 'chunked' }, /set by the check/],
    ['max_redirects', 99, /from 0 to 20/],
    ['max_redirects', '2.5', /whole number/],
    ['degraded_over_ms', 0, /from 1 to 60000/],
    ['max_body_bytes', 99_000_000, /whole number from 1024/],
    ['verify_tls', 'maybe', /true or false/],
    ['ip_family', 'ipv5', /Must be one of/],
    ['basic_auth', 'no-colon', /username:password/],
    ['bearer_token', 'a\nb', /no spaces/],
    ['keyword', 'x'.repeat(600), /at most 512/],
    ['body', 5, /Must be text/],
  ])('%s %j is refused with a sentence', (field, value, words) => {
    expect(complaints({ [field]: value })[field]).toMatch(words);
  });

  test('a setting that does not exist is named', () => {
    expect(Object.values(complaints({ keywrod: 'x' })).join()).toMatch(/no setting named keywrod/);
    expect(Object.values(complaints('text')).join()).toMatch(/object of settings/);
  });

  test('settings that contradict each other', () => {
    expect(complaints({ basic_auth: 'a:b', bearer_token: 'c' })).toHaveProperty('bearer_token');
    expect(complaints({ method: 'HEAD', keyword: 'x' })).toHaveProperty('method');
  });

  test('every field of the form is a setting, and every setting has a field', () => {
    const { data } = z.object({ headers: z.unknown() }).loose().safeParse(CHECKS.http.parseConfig({}));
    expect(http.fields.map((field) => field.name).toSorted()).toEqual(Object.keys(data ?? {}).toSorted());
  });
});

describe('verdicts on real servers', () => {
  test('up, down with its status, and up again', async () => {
    const target = await keep(targetThatCanFail());
    expect(await check(target.url)).toMatchObject({ status: 'up', reason: null, message: null, statusCode: 200 });
    target.down();
    const down = await check(target.url);
    expect(down).toMatchObject({ status: 'down', reason: 'bad_status', statusCode: 503 });
    expect(down.message).toBe('503 Service Unavailable, expected 200-399');
    expect(down.responseTimeMs).toBeGreaterThan(0);
    target.up();
    expect((await check(target.url)).status).toBe('up');
  });

  test('a status may be expected that is an error elsewhere', async () => {
    const target = await keep(targetThatCanFail());
    target.down(404);
    expect((await check(target.url, { expected_status: '404' })).status).toBe('up');
    expect((await check(target.url, { expected_status: '200,500-599' })).message).toBe(
      '404 Not Found, expected 200, 500-599',
    );
  });

  test('nothing listens', async () => {
    expect(await check(`http://127.0.0.1:${await closedPort()}`)).toMatchObject({
      status: 'down',
      reason: 'connect_refused',
      responseTimeMs: null,
      statusCode: null,
    });
  });

  test('a refused address is no outage', async () => {
    const target = await keep(targetThatCanFail());
    expect(await check(target.url, {}, false)).toMatchObject({
      status: 'blocked',
      reason: 'target_blocked',
      statusCode: null,
    });
    expect(target.connections()).toBe(0);
  });

  test('slow is degraded, not down', async () => {
    const server = await keep(serveHttp((_request, response) => void setTimeout(() => response.end('x'), 40)));
    expect(await check(server.url, { degraded_over_ms: 10 })).toMatchObject({ status: 'degraded', reason: 'slow' });
    expect(await check(server.url, { degraded_over_ms: 60_000 })).toMatchObject({ status: 'up' });
  });

  test('a wrong status that also breaks off is reported by its status', async () => {
    const server = await keep(serveBytes('HTTP/1.1 500 Oops\r\nContent-Length: 50\r\n\r\nhalf'));
    expect(await check(server.url)).toMatchObject({ status: 'down', reason: 'bad_status', statusCode: 500 });
  });

  test('a good status whose body breaks off is down', async () => {
    const server = await keep(serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf'));
    expect(await check(server.url)).toMatchObject({ status: 'down', reason: 'truncated', statusCode: 200 });
  });

  test('an untrusted certificate is down, and up when nobody asks', async () => {
    const server = await keep(serveTls((_request, response) => response.end('x')));
    expect(await check(server.url)).toMatchObject({ status: 'down', reason: 'tls_self_signed' });
    expect(await check(server.url, { verify_tls: false })).toMatchObject({ status: 'up', statusCode: 200 });
  });

  test('GET failing where HEAD works is down for a GET monitor', async () => {
    const server = await keep(
      serveHttp((request, response) => response.writeHead(request.method === 'GET' ? 500 : 200).end()),
    );
    expect((await check(server.url)).status).toBe('down');
    expect((await check(server.url, { method: 'HEAD' })).status).toBe('up');
  });

  test('HEAD that a server does not know is asked again with GET', async () => {
    const server = await keep(
      serveHttp((request, response) => response.writeHead(request.method === 'HEAD' ? 405 : 200).end()),
    );
    expect(await check(server.url, { method: 'HEAD' })).toMatchObject({ status: 'up', statusCode: 200 });
  });

  test('redirects can be looked at instead of followed', async () => {
    const server = await keep(serveHttp((_request, response) => response.writeHead(301, { location: '/' }).end()));
    expect(await check(server.url, { follow_redirects: 'false', expected_status: '301' })).toMatchObject({
      status: 'up',
    });
    expect(await check(server.url, { max_redirects: 2 })).toMatchObject({ status: 'down', reason: 'redirect_loop' });
  });

  test.each<[config: Record<string, unknown>, header: string, value: string]>([
    [{ basic_auth: 'me:pä:ss' }, 'authorization', `Basic ${Buffer.from('me:pä:ss').toString('base64')}`],
    [{ bearer_token: 'abc.def' }, 'authorization', 'Bearer abc.def'],
    [{ headers: { authorization: 'Own x' }, bearer_token: 'abc' }, 'authorization', 'Own x'],
    [{ method: 'POST', body: '{"a":1}' }, 'content-type', 'application/json'],
    [{ method: 'POST', body: 'a' }, 'content-type', 'text/plain; charset=utf-8'],
    [{ method: 'POST', body: 'a', headers: 'Content-Type: x/y' }, 'content-type', 'x/y'],
  ])('%j sends its %s', async (config, header, value) => {
    const server = await keep(
      serveHttp((request, response) => response.end(`<${request.headers[header]?.toString()}>`)),
    );
    expect(await check(server.url, { ...config, keyword: `<${value}>` })).toMatchObject({ status: 'up' });
  });

  test('no message ever carries what was sent in confidence', async () => {
    const secret = { basic_auth: 'me:hunter2', headers: { 'X-Key': 'hunter3' } };
    const server = await keep(serveRaw((socket) => socket.once('data', (asked) => socket.end(asked))));
    const verdict = await check(`${server.url}/?key=hunter4`, secret);
    expect(verdict.reason).toBe('protocol_error');
    expect(JSON.stringify(verdict)).not.toMatch(/hunter|bWU6/);
  });

  test('control characters of a status line do not reach the message', async () => {
    const server = await keep(serveBytes('HTTP/1.1 500 Bad\u0007\u001b[31m\r\nContent-Length: 0\r\n\r\n'));
    expect((await check(server.url)).message).toBe('500 Bad [31m, expected 200-399');
  });
});

describe('keywords', () => {
  test.each<
    [name: string, body: string | Buffer, config: Record<string, unknown>, reason: string | null, type?: string]
  >([
    ['there', 'all is well', { keyword: 'is well' }, null],
    ['missing', 'all is well', { keyword: 'broken' }, 'keyword_missing'],
    ['other case', 'All Is Well', { keyword: 'all is' }, 'keyword_missing'],
    ['other case allowed', 'All Is Well', { keyword: 'all is', keyword_case_sensitive: false }, null],
    ['letters with accents, other case', 'ÄRGER', { keyword: 'ärger', keyword_case_sensitive: false }, null],
    ['not a pattern', 'price: $5 (a+b)', { keyword: '$5 (A+B)', keyword_case_sensitive: false }, null],
    ['dots are dots', 'axb', { keyword: 'a.b', keyword_case_sensitive: false }, 'keyword_missing'],
    ['forbidden and there', 'Fatal error', { keyword_absent: 'Fatal' }, 'keyword_present'],
    ['forbidden and not there', 'fine', { keyword_absent: 'Fatal' }, null],
    ['both rules', 'fine Fatal', { keyword: 'fine', keyword_absent: 'Fatal' }, 'keyword_present'],
    ['entities are left alone', 'a &amp; b', { keyword: 'a & b' }, 'keyword_missing'],
    [
      'Latin-1 by its header',
      Buffer.from('grün', 'latin1'),
      { keyword: 'grün' },
      null,
      'text/html; charset=ISO-8859-1',
    ],
    ['UTF-8 without a header', 'grün', { keyword: 'grün' }, null, 'text/html'],
    ['a byte order mark', Buffer.from('\ufeffgrün'), { keyword: 'grün' }, null],
    ['UTF-16 by its mark', Buffer.from('\ufeffgrün', 'utf16le'), { keyword: 'grün' }, null],
    ['a charset nobody knows', 'grün', { keyword: 'grün' }, null, 'text/html; charset=klingon'],
    [
      'invalid bytes around it',
      Buffer.concat([Buffer.from([0xff, 0xc3]), Buffer.from('grün')]),
      { keyword: 'grün' },
      null,
    ],
  ])('%s', async (_name, body, config, reason, type) => {
    const server = await page(body, type);
    expect((await check(server.url, config)).reason).toBe(reason);
  });

  test('across the border of two chunks', async () => {
    const server = await keep(
      serveHttp((_request, response) => {
        response.write('all is w');
        setTimeout(() => response.end('ell'), 20);
      }),
    );
    expect((await check(server.url, { keyword: 'is well' })).status).toBe('up');
  });

  test('beyond the cap is not found, and the sentence says how far was looked', async () => {
    const server = await page(`${'x'.repeat(5_000)}needle`);
    const verdict = await check(server.url, { keyword: 'needle', max_body_bytes: 2_000 });
    expect(verdict).toMatchObject({ status: 'down', reason: 'keyword_missing' });
    expect(verdict.message).toBe('"needle" was not found in the first 2,000 bytes of the page');
    expect((await check(server.url, { max_body_bytes: 2_000 })).status).toBe('up');
  });

  test('an encoding nobody can undo matters only where there is something to search', async () => {
    const server = await keep(
      serveHttp((_request, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('???')),
    );
    expect((await check(server.url)).status).toBe('up');
    expect((await check(server.url, { keyword: 'x' })).reason).toBe('decode_error');
    expect((await check(server.url, { keyword_absent: 'x' })).reason).toBe('decode_error');
  });

  test('a charset in quotes', () => {
    expect(decodeText(Buffer.from([0xe9]), [['content-type', 'text/html; charset="windows-1252"']])).toBe('é');
  });
});

describe('judging a stored observation again', () => {
  const config = httpConfig.parse({});

  test('an old TLS version is degraded', () => {
    const shown = { host: 'a', fingerprint: '', key_fingerprint: '', subject: '', issuer: '', sans: [] };
    const tls = {
      protocol: 'TLSv1.1',
      certificate: { ...shown, not_before: 0, not_after: 0 },
      issuers: [],
      fault: null,
    };
    expect(http.judge(config, seen({ tls }))).toMatchObject({ status: 'degraded', reason: 'tls_handshake' });
  });

  test('notes are told although it is up', () => {
    expect(http.judge(config, seen({ notes: ['One address is dead.'] }))).toMatchObject({
      status: 'up',
      message: 'One address is dead.',
    });
  });
});
