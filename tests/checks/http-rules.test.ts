import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { httpConfig } from '../../src/checks/http-config.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { maskConfig } from '../../src/core/secrets.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { mint, mintAuthority } from '../support/certificates.ts';
import { closedPort, serveBytes, serveHttp, serveTls } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

function check(target: string, config: unknown = {}): Promise<Verdict> {
  return CHECKS.http.run(target, config, {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [] },
    timeoutMs: 3_000,
    signal: new AbortController().signal,
  });
}

const page = (body: string, status = 200, headers: Record<string, string> = {}) =>
  keep(serveHttp((_request, response) => response.writeHead(status, headers).end(body)));

describe('rules', () => {
  test('a JSON rule that holds is up, one that does not names value and expectation', async () => {
    const { url } = await page('{"status":"ok","queue":[{"depth":7}]}');
    expect(await check(url, { json_assertions: '$.status equals ok\n$.queue[*].depth lt 10' })).toMatchObject({
      status: 'up',
    });
    expect(await check(url, { json_assertions: [{ path: '$.queue[0].depth', op: 'lt', value: 5 }] })).toMatchObject({
      status: 'down',
      reason: 'json_mismatch',
      message: '$.queue[0].depth is 7, expected below 5.',
      found: { evidence: '{"status":"ok","queue":[{"depth":7}]}' },
    });
  });

  test('a page that is not JSON, and JSON larger than what is read, are mismatches that say so', async () => {
    const rule = { json_assertions: '$.a exists', max_body_bytes: 1_024 };
    const html = await page('<!doctype html>');
    expect(await check(html.url, rule)).toMatchObject({ reason: 'json_mismatch', message: 'The body is not JSON.' });
    const large = await page(JSON.stringify({ a: 'x'.repeat(2_000) }));
    expect(await check(large.url, rule)).toMatchObject({
      reason: 'json_mismatch',
      message: expect.stringMatching(/larger than the 1,024 bytes/),
    });
  });

  test('a header rule is judged without reading for it', async () => {
    const { url } = await page('x', 200, { 'X-Version': '12' });
    expect(await check(url, { header_assertions: 'x-version gte 12' })).toMatchObject({ status: 'up' });
    expect(await check(url, { header_assertions: 'X-Version gt 12' })).toMatchObject({
      status: 'down',
      reason: 'header_mismatch',
      message: 'The header X-Version is "12", expected above "12".',
    });
  });

  test('HEAD with a JSON rule is refused', () => {
    const parsed = httpConfig.safeParse({ method: 'HEAD', json_assertions: '$.a exists' });
    expect(parsed.error?.issues[0]?.message).toMatch(/HEAD has no body/);
  });
});

describe('turned round', () => {
  test('what answers is down, what does not is up, and a refusal of ours stays one', async () => {
    const { url } = await page('hello');
    expect(await check(url, { invert: true })).toMatchObject({ status: 'down', reason: 'bad_status' });
    const dead = `http://127.0.0.1:${await closedPort()}`;
    expect(await check(dead, { invert: true })).toMatchObject({
      status: 'up',
      reason: null,
      message: expect.stringMatching(/^Down, as it should be: 127\.0\.0\.1:\d+ refused/),
    });
    expect(await check('http://169.254.169.254/', { invert: true })).toMatchObject({ status: 'blocked' });
  });
});

describe('evidence', () => {
  test('the first KiB of a failing body is kept, cleaned, and nothing of a good one', async () => {
    const { url } = await page(`<h1>Out of order</h1>\r\n\u0000\u001b[31m${'é'.repeat(3_000)}`, 503);
    const { found } = await check(url);
    expect(found?.evidence).toMatch(/^<h1>Out of order<\/h1>\n \[31mé+/);
    expect(found?.evidence).not.toMatch(/[\u0000\u001b\r]/);
    expect(Buffer.byteLength(found?.evidence ?? '')).toBeLessThanOrEqual(1_024);
    expect((await check((await page('fine')).url)).found).toBeUndefined();
  });

  test('a body that breaks off is evidence as far as it came', async () => {
    const cut = await keep(serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun'));
    expect(await check(cut.url)).toMatchObject({ reason: 'truncated', found: { evidence: 'begun' } });
  });

  test('a target that echoes the request does not bring our credentials back', async () => {
    const echo = await keep(
      serveHttp((request: IncomingMessage, response) => {
        response.writeHead(500).end(JSON.stringify(request.headers));
      }),
    );
    const config = { basic_auth: 'robot:hunter22', headers: { 'X-Api-Key': 'key-12345' } };
    const { found } = await check(echo.url, config);
    expect(found?.evidence).toContain('user-agent');
    for (const secret of ['hunter22', 'key-12345', Buffer.from('robot:hunter22').toString('base64')]) {
      expect(found?.evidence).not.toContain(secret);
    }
    const asked = await check(echo.url, {
      ...config,
      expected_status: '500',
      json_assertions: [{ path: '$["x-api-key"]', op: 'equals', value: 'other' }],
    });
    expect(asked).toMatchObject({
      reason: 'json_mismatch',
      message: '$["x-api-key"] is "********", expected "other".',
    });
  });
});

test('a credential that the end of the evidence cuts in two is not shown by half', async () => {
  const body = `${'x'.repeat(1_014)}hunter2-and-more`;
  const { url } = await page(body, 500);
  const { found } = await check(url, { basic_auth: 'robot:hunter2-and-more' });
  expect(found?.evidence).not.toContain('hunter');
  expect(found?.evidence).toContain('xxx');
});

describe('a client certificate', () => {
  const authority = mintAuthority();
  const client = mint({ commonName: 'prober', names: ['prober.example'], issuer: authority });
  const gate = () =>
    keep(
      serveTls(
        (request, response) => {
          response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN);
        },
        { requestCert: true, rejectUnauthorized: true, ca: [authority.cert] },
      ),
    );

  test('is shown to the target, and its absence has a reason of its own', async () => {
    const { url } = await gate();
    const base = { verify_tls: false };
    expect(await check(url, base)).toMatchObject({ status: 'down', reason: 'tls_client_cert_required' });
    expect(
      await check(url, { ...base, client_cert: client.cert, client_key: client.key, keyword: 'prober' }),
    ).toMatchObject({ status: 'up' });
  });

  test('does not go along to another origin', async () => {
    const { url } = await gate();
    const other = await keep(serveTls((_request, response) => response.writeHead(302, { Location: url }).end(), {}));
    const config = { verify_tls: false, client_cert: client.cert, client_key: client.key };
    expect(await check(other.url, config)).toMatchObject({ reason: 'tls_client_cert_required' });
  });

  test.each([
    [{ client_cert: client.cert }, 'client_key', /key of this certificate is missing/],
    [{ client_key: client.key }, 'client_cert', /certificate of this key is missing/],
    [{ client_cert: 'x', client_key: client.key }, 'client_cert', /not a certificate/],
    [{ client_cert: client.cert, client_key: mint().key }, 'client_key', /not the unencrypted PEM key/],
    [{ client_cert: client.cert, client_key: 'x' }, 'client_key', /not the unencrypted PEM key/],
  ])('faults are refused where they are typed (%#)', (config, path, words) => {
    const issue = httpConfig.safeParse(config).error?.issues[0];
    expect([issue?.path.join('.'), issue?.message]).toEqual([path, expect.stringMatching(words)]);
  });

  test('the key is never shown again', () => {
    const config = httpConfig.parse({ client_cert: client.cert, client_key: client.key });
    expect(maskConfig(CHECKS.http, config)).toMatchObject({ client_key: '********', client_cert: client.cert });
  });
});
