import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/time.ts';
import { Deadline } from '../../src/net/deadline.ts';
import { NetFailure } from '../../src/net/failure.ts';
import { parseHosts } from '../../src/net/hosts-file.ts';
import { type IpFamily, resolveHost } from '../../src/net/resolve.ts';
import { type DnsAnswer, serveDns, type TestDns } from '../support/dns.ts';

const open: TestDns[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function dns(answer: Parameters<typeof serveDns>[0]): Promise<TestDns> {
  const server = await serveDns(answer);
  open.push(server);
  return server;
}

interface AskOptions {
  family?: IpFamily;
  timeoutMs?: number;
}

/** The addresses, or the reason why there are none. */
async function ask(host: string, servers: TestDns[], { family = 'any', timeoutMs = 5_000 }: AskOptions = {}) {
  const deadline = new Deadline(timeoutMs, new AbortController().signal);
  const outbound = { allowPrivate: true, resolvers: servers.map((server) => server.address) };
  try {
    const found = await resolveHost(host, family, outbound, deadline, systemClock.monotonic());
    return found.map(({ ip }) => ip);
  } catch (error) {
    if (!(error instanceof NetFailure)) throw error;
    return error.reason;
  } finally {
    deadline.release();
  }
}

const V4 = '192.0.2.10';
const V6 = '2001:db8::10';

describe('what DNS says', () => {
  test.each<[name: string, a: DnsAnswer, aaaa: DnsAnswer, expected: string | string[]]>([
    ['both families, IPv4 first', [V4], [V6], [V4, V6]],
    ['IPv4 alone', [V4], [], [V4]],
    ['IPv6 alone', [], [V6], [V6]],
    ['every address of an answer', [V4, '192.0.2.11'], [], [V4, '192.0.2.11']],
    ['no such name', 'nxdomain', 'nxdomain', 'dns_not_found'],
    ['a name without addresses', [], [], 'dns_not_found'],
    ['a server at its end', 'servfail', 'servfail', 'dns_failure'],
    ['a server that does not want to', 'refused', 'refused', 'dns_failure'],
    ['silence', 'silence', 'silence', 'dns_timeout'],
    ['IPv4, and a server that chokes on AAAA', [V4], 'servfail', [V4]],
    ['IPv4, and a server that denies the name for AAAA', [V4], 'nxdomain', [V4]],
    ['IPv4, and silence for AAAA', [V4], 'silence', [V4]],
    ['IPv6, and silence for A', 'silence', [V6], [V6]],
    ['nothing for A, a fault for AAAA', [], 'servfail', 'dns_failure'],
  ])('%s', async (_name, a, aaaa, expected) => {
    const server = await dns((_host, type) => (type === 'A' ? a : aaaa));
    expect(await ask('www.example.com', [server], { timeoutMs: 1_500 })).toEqual(expected);
  });

  test('one family can be asked for alone', async () => {
    const server = await dns((_host, type) => (type === 'A' ? [V4] : [V6]));
    expect(await ask('www.example.com', [server], { family: 'ipv6' })).toEqual([V6]);
    expect(await ask('www.example.com', [server], { family: 'ipv4' })).toEqual([V4]);
    expect(server.questions).toEqual(['AAAA www.example.com', 'A www.example.com']);
  });

  test('a name is asked again each time: a time to live of 0 is kept', async () => {
    const server = await dns((_host, type, times) => (type === 'A' ? [`192.0.2.${times + 1}`] : []));
    expect(await ask('www.example.com', [server])).toEqual(['192.0.2.1']);
    expect(await ask('www.example.com', [server])).toEqual(['192.0.2.2']);
  });
});

describe('several servers', () => {
  test('the second is asked after a fault of the first', async () => {
    const bad = await dns(() => 'servfail');
    const good = await dns((_host, type) => (type === 'A' ? [V4] : []));
    expect(await ask('www.example.com', [bad, good])).toEqual([V4]);
  });

  test('the second is asked when the first is silent', async () => {
    const mute = await dns(() => 'silence');
    const good = await dns((_host, type) => (type === 'A' ? [V4] : []));
    expect(await ask('www.example.com', [mute, good])).toEqual([V4]);
    expect(good.questions).toHaveLength(2);
  });

  test('a name that does not exist is not asked for elsewhere', async () => {
    const first = await dns(() => 'nxdomain');
    const second = await dns(() => [V4]);
    expect(await ask('www.example.com', [first, second])).toBe('dns_not_found');
    expect(second.questions).toEqual([]);
  });

  test('faults everywhere are a fault', async () => {
    const servers = [await dns(() => 'servfail'), await dns(() => 'refused')];
    expect(await ask('www.example.com', servers)).toBe('dns_failure');
  });
});

describe('names that DNS is not asked for', () => {
  test.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['LOCALHOST.', ['127.0.0.1', '::1']],
    ['app.localhost', ['127.0.0.1', '::1']],
    ['192.0.2.7', ['192.0.2.7']],
    ['2001:db8::7', ['2001:db8::7']],
  ])('%s', async (host, expected) => {
    const server = await dns(() => 'nxdomain');
    expect(await ask(host, [server])).toEqual(expected);
    expect(server.questions).toEqual([]);
  });

  test('a family that an address does not have', async () => {
    expect(await ask('192.0.2.7', [], { family: 'ipv6' })).toBe('dns_not_found');
  });

  test.each(['02.example.com', '10.example.com', 'xn--bcher-kva.example', 'localhost.example.com', 'a_b.example.com'])(
    '%s is an ordinary name',
    async (host) => {
      const server = await dns((_host, type) => (type === 'A' ? [V4] : []));
      expect(await ask(host, [server])).toEqual([V4]);
      expect(server.questions).toContain(`A ${host}`);
    },
  );

  test('the hosts file', () => {
    const names = parseHosts('127.0.0.1 localhost\n10.1.2.3\tDB.internal db # the database\n::1 db\nnonsense here\n');
    expect(names.get('db.internal')).toEqual([{ ip: '10.1.2.3', family: 4 }]);
    expect(names.get('db')).toEqual([
      { ip: '10.1.2.3', family: 4 },
      { ip: '::1', family: 6 },
    ]);
    expect([...names.keys()]).toEqual(['localhost', 'db.internal', 'db']);
  });
});
