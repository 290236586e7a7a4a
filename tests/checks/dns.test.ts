import { afterEach, describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import {
  name,
  numbers,
  pieces,
  type RecordAnswer,
  type RecordServer,
  serveRecords,
  words,
} from '../support/records.ts';

const open: RecordServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

type Answers = (name: string, type: string, times: number) => RecordAnswer;

async function serve(answer: RecordAnswer | Answers): Promise<RecordServer> {
  const server = await serveRecords(typeof answer === 'function' ? answer : () => answer);
  open.push(server);
  return server;
}

function check(
  server: string,
  config: Record<string, unknown> = {},
  { target = 'shop.example', timeoutMs = 2_500, allowPrivate = true, own = false } = {},
): Promise<Verdict> {
  return CHECKS.dns.run(target, own ? config : { resolver: server, ...config }, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [server] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

const v4 = (text: string): Buffer => Buffer.from(text.split('.').map(Number));

describe('a record', () => {
  test.each<[string, Buffer, string]>([
    ['A', v4('192.0.2.1'), '192.0.2.1'],
    ['AAAA', Buffer.from('20010db8000000000000000000000001', 'hex'), '2001:db8::1'],
    ['CNAME', name('Web.Example'), 'web.example'],
    ['NS', name('ns1.example'), 'ns1.example'],
    ['MX', Buffer.concat([numbers(10), name('mail.example')]), '10 mail.example'],
    ['TXT', pieces('v=spf1 ', '-all'), 'v=spf1 -all'],
    ['SRV', Buffer.concat([numbers(1, 2, 443), name('srv.example')]), '1 2 443 srv.example'],
    ['CAA', Buffer.concat([Buffer.from([0]), pieces('issue'), Buffer.from('ca.example')]), '0 issue ca.example'],
    [
      'SOA',
      Buffer.concat([name('ns1.example'), name('admin.example'), words(7, 3600, 600, 86400, 60)]),
      'ns1.example admin.example 7 3600 600 86400 60',
    ],
    ['PTR', name('host.example'), 'host.example'],
  ])('%s is read and compared', async (record, bytes, text) => {
    const server = await serve([bytes]);
    const verdict = await check(server.address, { record, expected: [text] });
    expect(verdict).toMatchObject({ status: 'up', reason: null, message: `${record}: ${text}` });
    expect(verdict.phases.dns_ms).toBeGreaterThan(0);
    expect(await check(server.address, { record, expected: ['something else'] })).toMatchObject({
      status: 'down',
      reason: 'record_mismatch',
    });
  });

  test('of an address is looked up backwards', async () => {
    const server = await serve([name('host.example')]);
    await check(server.address, { record: 'PTR' }, { target: '192.0.2.17' });
    await check(server.address, { record: 'PTR' }, { target: '2001:db8::1:ab' });
    const zeros = '0.'.repeat(16);
    expect(server.questions).toEqual([
      'PTR 17.2.0.192.in-addr.arpa',
      `PTR b.a.0.0.1.0.0.0.${zeros}8.b.d.0.1.0.0.2.ip6.arpa`,
    ]);
  });
});

describe('expected values', () => {
  const two = [v4('192.0.2.1'), v4('192.0.2.2')];
  test.each<[string, Record<string, unknown>, 'up' | 'down', string]>([
    ['none: any answer will do', {}, 'up', '192.0.2.1, 192.0.2.2'],
    ['any order', { expected: ['192.0.2.2', '192.0.2.1'] }, 'up', ''],
    ['as lines of a form', { expected: ' 192.0.2.2\r\n192.0.2.1 \n\n' }, 'up', ''],
    ['one is missing', { expected: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] }, 'down', '192.0.2.3 is missing'],
    ['one too many', { expected: ['192.0.2.1'] }, 'down', '192.0.2.2 is there and was not expected'],
    ['others do not matter', { expected: ['192.0.2.1'], match: 'contains' }, 'up', ''],
  ])('%s', async (_what, config, status, words) => {
    const server = await serve(two);
    const verdict = await check(server.address, config);
    expect(verdict.status).toBe(status);
    expect(verdict.reason).toBe(status === 'up' ? null : 'record_mismatch');
    expect(verdict.message).toContain(words);
  });

  test.each([
    ['MX', Buffer.concat([numbers(10), name('mail.example')]), 'Mail.Example.'],
    ['TXT', pieces('Case Matters'), '"Case Matters"'],
    ['AAAA', Buffer.from('20010db8000000000000000000000001', 'hex'), '2001:0DB8:0::1'],
    ['CAA', Buffer.concat([Buffer.from([0]), pieces('issue'), Buffer.from('ca.example')]), 'issue "ca.example"'],
  ])('%s may be written in other ways', async (record, bytes, written) => {
    const server = await serve([bytes]);
    expect((await check(server.address, { record, expected: [written] })).status).toBe('up');
  });

  test('text is compared letter by letter', async () => {
    const server = await serve([pieces('Case Matters')]);
    expect((await check(server.address, { record: 'TXT', expected: ['case matters'] })).reason).toBe('record_mismatch');
  });
});

describe('faults are told apart', () => {
  test.each<[RecordAnswer, string, string]>([
    ['nxdomain', 'dns_not_found', 'does not exist'],
    [[], 'dns_not_found', 'no A record'],
    ['servfail', 'dns_failure', 'SERVFAIL'],
    ['refused', 'dns_failure', 'REFUSED'],
    ['silence', 'dns_timeout', 'did not answer within 1.5 s'],
    ['garbage', 'dns_failure', 'could not answer'],
  ])('%s is %s', async (answer, reason, words) => {
    const server = await serve(answer);
    const verdict = await check(server.address, {}, { timeoutMs: 1_500 });
    expect(verdict).toMatchObject({ status: 'down', reason, responseTimeMs: null });
    expect(verdict.message).toContain(words);
  });

  test('a lost question is asked again', async () => {
    const server = await serve((_name, _type, times) => (times === 0 ? 'silence' : [v4('192.0.2.1')]));
    expect((await check(server.address)).status).toBe('up');
    expect(server.questions).toHaveLength(2);
  });
});

describe('the server that is asked', () => {
  test('on a private address is refused where that is not allowed', async () => {
    const server = await serve([v4('192.0.2.1')]);
    expect(await check(server.address, {}, { allowPrivate: false })).toMatchObject({ status: 'blocked' });
    const metadata = { resolver: '169.254.169.254' };
    expect(await check(server.address, metadata)).toMatchObject({ status: 'blocked', reason: 'target_blocked' });
    expect(server.questions).toEqual([]);
  });

  test('is our own when none is named', async () => {
    const server = await serve([v4('192.0.2.1')]);
    expect((await check(server.address, {}, { allowPrivate: false, own: true })).status).toBe('up');
  });
});

describe('what is typed', () => {
  test.each([
    ['Shop.Example.', 'shop.example'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com'],
    ['*.example.com', '*.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s is %s', (typed, target) => {
    expect(CHECKS.dns.parseTarget(typed)).toEqual({ target });
  });

  test.each(['', 'https://example.com', 'example.com:53', 'a..b', 'a b', `${'x'.repeat(64)}.example`])(
    '%j is refused',
    (typed) => expect(CHECKS.dns.parseTarget(typed)).toHaveProperty('problem'),
  );

  test.each([{ record: 'ANY' }, { resolver: 'dns.example' }, { resolver: '1.2.3.4:0' }, { expected: [1] }, { x: 1 }])(
    'the setting %o is refused',
    (config) => expect(() => CHECKS.dns.parseConfig(config)).toThrow(),
  );

  test('a record may be written small, a resolver as an address of either family', () => {
    expect(CHECKS.dns.parseConfig({ record: 'mx', resolver: '[2620:fe::fe]:5353' })).toEqual({
      record: 'MX',
      resolver: '[2620:fe::fe]:5353',
      expected: [],
      match: 'all',
    });
  });
});
