import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { Deadline } from '../../src/net/deadline.ts';
import { type Outbound, refuseAddress, refusePort } from '../../src/net/guard.ts';
import { resolveHost } from '../../src/net/resolve.ts';
import { type NameAnswer, serveNames } from '../support/corpus-names.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';
import { HERE, INSIDE_V6, notations } from '../support/spellings.ts';

const OUTSIDE = '93.184.215.14';
const OUTSIDE_V6 = '26064700000000000000000000001111';
const HERE_V6 = '1'.padStart(32, '0');
const INSIDE = words(`
  127.0.0.1 10.0.0.1 169.254.169.254 192.168.1.1 172.16.0.1 100.100.100.200 0.0.0.0 100.64.0.1 192.0.0.192 198.18.0.1`);
const SPELLINGS = [...new Set([...INSIDE.flatMap(notations), ...INSIDE_V6, ...HERE])];
/** Names whose answers lead inside, wholly or in part. */
const NAMES = [
  ...INSIDE.map((ip) => `v4-${ip.replaceAll('.', '-')}.example`),
  ...[HERE_V6, `fd${'0'.repeat(30)}`, '0064ff9b0000000000000000a9fea9fe', '00000000000000000000ffff7f000001'].map(
    (digits) => `v6-${digits}.example`,
  ),
  'mixed.example',
  'mixed-last.example',
  'mixed-six.example',
  'alias.example',
  'moving.example',
  'tcp.example',
];

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** What the name server of this test says. */
function script(name: string, type: string, times: number): NameAnswer {
  const [a, aaaa] = [type === 'A', type === 'AAAA'];
  const own = /^v4-(\d+)-(\d+)-(\d+)-(\d+)\./.exec(name)?.slice(1).join('.');
  if (own !== undefined) return a ? [{ a: own }] : [];
  const six = /^v6-([0-9a-f]{32})\./.exec(name)?.[1];
  if (six !== undefined) return aaaa ? [{ aaaa: six }] : [];
  switch (name) {
    case 'mixed.example':
      return a ? [{ a: '127.0.0.1' }, { a: OUTSIDE }] : [];
    case 'mixed-last.example':
      return a ? [...Array.from({ length: 12 }, () => ({ a: OUTSIDE })), { a: '127.0.0.1' }] : [];
    case 'mixed-six.example':
      return a ? [{ a: OUTSIDE }] : [{ aaaa: HERE_V6 }];
    case 'alias.example':
      return a ? [{ cname: 'in.example' }, { name: 'in.example', a: '127.0.0.1' }] : [];
    case 'moving.example':
      return a ? [{ a: times % 2 === 0 ? '127.0.0.1' : '10.0.0.1' }] : [];
    case 'tcp.example':
      return a ? { overTcp: [{ a: '127.0.0.1' }] } : [];
    case 'start.example':
      // Stands in for a public site in the redirect tests, where loopback is allowed.
      return a ? [{ a: times === 0 ? '127.0.0.1' : '169.254.169.254' }] : [];
    default:
      return a ? [{ a: OUTSIDE }] : [{ aaaa: OUTSIDE_V6 }];
  }
}

/** Must never be reached: it listens on loopback, in both families. */
let sentinel: Server;
let port = 0;
let reached = 0;
let names: Awaited<ReturnType<typeof serveNames>>;

beforeAll(async () => {
  sentinel = createServer((socket: Socket) => {
    reached += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => sentinel.listen(0, '::', resolve));
  const address = sentinel.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  names = await serveNames(script);
});

afterAll(async () => {
  await names.close();
  await new Promise((resolve) => sentinel.close(resolve));
});

const outbound = (allowPrivate: boolean): Outbound => ({ allowPrivate, resolvers: [names.address] });

function check(target: string, allowPrivate = false): Promise<Verdict> {
  return CHECKS.http.run(
    target,
    {},
    {
      clock: systemClock,
      outbound: outbound(allowPrivate),
      timeoutMs: 5_000,
      signal: new AbortController().signal,
    },
  );
}

/** Types an address into a new monitor and, where it is taken, checks it. */
async function attempt(typed: string): Promise<string> {
  const parsed = CHECKS.http.parseTarget(typed);
  if ('problem' in parsed) return 'not an address';
  const { status, reason, responseTimeMs, phases } = await check(parsed.target);
  return status === 'blocked' && responseTimeMs === null && phases.connect_ms === null ? 'blocked' : `${reason}`;
}

test('the sentinel would notice', async () => {
  await check(`http://127.0.0.1:${port}`, true);
  await check(`http://[::1]:${port}`, true);
  expect(reached).toBe(2);
  reached = 0;
});

describe('addresses inside', () => {
  test('are tried in at least 300 spellings', () => {
    expect(SPELLINGS.length + NAMES.length).toBeGreaterThanOrEqual(300);
  });

  test.each(['http', 'https'])('none of them is contacted over %s', async (scheme) => {
    const outcomes = new Map<string, string>();
    for (const host of [...SPELLINGS, ...NAMES]) outcomes.set(host, await attempt(`${scheme}://${host}:${port}/`));
    const through = [...outcomes].filter(([, outcome]) => outcome !== 'blocked' && outcome !== 'not an address');
    expect(through).toEqual([]);
    expect(reached).toBe(0);
    // Most are addresses to the parser too, so the guard and not the parser is what refused them.
    expect([...outcomes.values()].filter((outcome) => outcome === 'blocked').length).toBeGreaterThanOrEqual(300);
  });

  test.each([
    'http://127.0.0.1:PORT\\@shop.example/',
    'http://shop.example@127.0.0.1:PORT/',
    'http://127.0.0.1:PORT#@shop.example/',
    'http://127.0.0.1:PORT?@shop.example/',
    'http:127.0.0.1:PORT',
    'http:/127.0.0.1:PORT',
    'http:///127.0.0.1:PORT',
    'http:\\\\127.0.0.1:PORT\\',
    '127.0.0.1:PORT',
    '[::1]:PORT',
    '//127.0.0.1:PORT/',
    'HTTP://127.0.0.1:PORT',
    'http://127.0.0.1:0PORT/',
    'unix:/var/run/docker.sock',
    'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:PORT/_x',
    'dict://127.0.0.1:PORT/',
    'ws://127.0.0.1:PORT/',
    'jar:http://127.0.0.1:PORT/!/',
    'http://127.0.0.1:PORT/\r\nHost: shop.example',
    'http://shop.example\u0000.127.0.0.1:PORT/',
  ])('the address %j leads nowhere', async (address) => {
    expect(['blocked', 'not an address']).toContain(await attempt(address.replaceAll('PORT', `${port}`)));
    expect(reached).toBe(0);
  });

  test('a name that changes its answer is judged anew each time', async () => {
    for (let n = 0; n < 6; n += 1) expect(await attempt(`http://moving.example:${port}`)).toBe('blocked');
    expect(reached).toBe(0);
  });
});

describe('every other kind that dials', () => {
  const dialling = Object.values(CHECKS).filter(
    ({ kind, needs }) => needs === null && kind !== 'http' && kind !== 'dns',
  );
  const hosts = [...notations('127.0.0.1'), ...INSIDE_V6, ...HERE, ...NAMES];

  test.each(dialling.map(({ kind }) => kind))('%s contacts none of them', async (kind) => {
    const own = CHECKS[kind];
    const through: string[] = [];
    let blocked = 0;
    for (const host of hosts) {
      const address = kind === 'ping' ? host.replace(/^\[|\]$/g, '') : `${host}:${port}`;
      const parsed = own.parseTarget(kind === 'websocket' ? `ws://${address}/` : address);
      if ('problem' in parsed) continue;
      const { status, reason, responseTimeMs } = await own.run(parsed.target, own.parseConfig({}), {
        clock: systemClock,
        outbound: outbound(false),
        timeoutMs: 5_000,
        signal: new AbortController().signal,
      });
      if (status === 'blocked' && responseTimeMs === null) blocked += 1;
      else through.push(`${host}: ${status}, ${reason}`);
    }
    expect(through).toEqual([]);
    expect(reached).toBe(0);
    expect(blocked).toBeGreaterThanOrEqual(40);
  });
});

test('a chosen name server inside is not asked', async () => {
  let questions = 0;
  const inside = await serveNames(() => {
    questions += 1;
    return [{ a: OUTSIDE }];
  });
  const ask = (allowPrivate: boolean): Promise<Verdict> =>
    CHECKS.dns.run('shop.example', CHECKS.dns.parseConfig({ resolver: inside.address }), {
      clock: systemClock,
      outbound: outbound(allowPrivate),
      timeoutMs: 5_000,
      signal: new AbortController().signal,
    });
  expect((await ask(false)).status).toBe('blocked');
  expect(questions).toBe(0);
  expect((await ask(true)).status).toBe('up');
  expect(questions).toBeGreaterThan(0);
  await inside.close();
});

describe('redirects inside', () => {
  // Loopback has to be allowed to reach the first server, so these lead to what is refused even then.
  const never = ['169.254.169.254', '100.100.100.200', '0.0.0.0', '192.0.0.192'].flatMap(notations);

  test('a redirect to any spelling of what is never contacted is not followed', async () => {
    let location = '';
    const start = await serveHttp((_request, response) => response.writeHead(302, { location }).end());
    const followed: string[] = [];
    for (const host of never) {
      location = encodeURI(`http://${host}:${port}/latest/`)
        .replaceAll('%25', '%')
        .replace('%5B', '[')
        .replace('%5D', ']');
      const { status, reason } = await check(start.url, true);
      const stopped = status === 'blocked' ? reason === 'redirect_blocked' : reason === 'redirect_invalid';
      if (!stopped) followed.push(`${host}: ${reason}`);
    }
    await start.close();
    expect(followed).toEqual([]);
    expect(reached).toBe(0);
  });

  test('a name that moves inside between two hops is looked up and judged again', async () => {
    let start: TestServer | null = null;
    start = await serveHttp((_request, response) => response.writeHead(307, { location: '/again' }).end());
    const verdict = await check(`http://start.example:${start.port}/`, true);
    expect(verdict).toMatchObject({ status: 'blocked', reason: 'redirect_blocked' });
    expect(start.connections()).toBe(1);
    await start.close();
  });
});

describe('ordinary names', () => {
  const LABELS = words(`
    www shop api localhost 127 10 02 0x7f 192-168-1-1 internal metadata admin bücher straße 例え пример
    a1 1a 00 a_b db 169-254 private`);
  const ENDS = words('example.com example.org example.co.uk shop.example münchen.example 10.example.com 例え.example');
  const ordinary = LABELS.flatMap((label) =>
    ENDS.flatMap((end) =>
      [1, 10, 127].map((n) => [`${label}.${end}`, `${n}.${label}.${end}`, `${n}-${label}.${end}`]).flat(),
    ),
  );
  const distinct = [...new Set(ordinary)];

  test('are a thousand and more, and none is refused', async () => {
    expect(distinct.length).toBeGreaterThanOrEqual(1_000);
    const refused: string[] = [];
    const hosted = outbound(false);
    for (const name of distinct) {
      const parsed = CHECKS.http.parseTarget(name);
      if ('problem' in parsed) {
        refused.push(`${name}: ${parsed.problem}`);
        continue;
      }
      const { hostname } = new URL(parsed.target);
      const deadline = new Deadline(5_000, new AbortController().signal);
      const addresses = await resolveHost(hostname, 'any', hosted, deadline, systemClock.monotonic());
      deadline.release();
      // Nothing is dialled: the decision of the guard is what is looked at.
      if (addresses.length !== 2 || addresses.some(({ ip }) => refuseAddress(ip, hosted) !== null)) refused.push(name);
    }
    expect(refused).toEqual([]);
    expect(refusePort(443, hosted)).toBeNull();
  });
});
