import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ping } from '../../src/checks/ping.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { readEchoes } from '../../src/net/icmp.ts';

/** A folder in front of the path whose `ping` says what a test wants. */
let folder: string;
const path = process.env['PATH'] ?? '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ping-'));
});
afterEach(() => {
  process.env['PATH'] = path;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Puts a `ping` on the path: a shell script that first writes down how it was called. */
function program(script: string): void {
  const file = join(folder, 'ping');
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/args'\nenv > '${folder}/env'\n${script}\n`);
  chmodSync(file, 0o755);
  process.env['PATH'] = folder + delimiter + path;
}

const called = (): string[] => readFileSync(join(folder, 'args'), 'utf8').trim().split('\n');

function check(target: string, config: unknown = {}, timeoutMs = 3_000, allowPrivate = true): Promise<Verdict> {
  return CHECKS.ping.run(target, config, {
    clock: systemClock,
    outbound: { allowPrivate, resolvers: [] },
    timeoutMs,
    signal: new AbortController().signal,
  });
}

const summary = (sent: number, received: number, times = '0.017/0.022/0.030/0.005') =>
  `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
${sent} packets transmitted, ${received} received, ${Math.round((1 - received / sent) * 100)}% packet loss, time 402ms
${received > 0 ? `rtt min/avg/max/mdev = ${times} ms` : ''}`;

const say = (text: string, code = 0) => program(`cat <<'END'\n${text}\nEND\nexit ${code}`);

describe('the target', () => {
  test.each([
    ['example.com', 'example.com'],
    [' Example.COM. ', 'example.com.'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['0x7f.1', '127.0.0.1'],
  ])('%s becomes %s', (typed, target) => expect(ping.parseTarget(typed)).toEqual({ target }));

  test.each(['', 'example.com:80', 'https://example.com', '-f', '$(id)', 'a;b', 'a b', 'a|b/c'])(
    '%j is refused or harmless',
    (typed) => {
      const parsed = ping.parseTarget(typed);
      // What the URL parser lets pass as a name is resolved, and only the address reaches the program.
      if (!('target' in parsed)) expect(parsed.problem).toMatch(/\w/);
      else expect(['-f', '$(id)', 'a;b']).toContain(parsed.target);
    },
  );
});

describe('the summary', () => {
  test.each([
    ['iputils', summary(3, 3), { sent: 3, received: 3, minMs: 0.017, averageMs: 0.022, maxMs: 0.03 }],
    [
      'busybox',
      '3 packets transmitted, 2 packets received, 33% packet loss\nround-trip min/avg/max = 0.069/0.083/0.097 ms',
      { sent: 3, received: 2, averageMs: 0.083 },
    ],
    [
      'macOS',
      '3 packets transmitted, 3 packets received, 0.0% packet loss\nround-trip min/avg/max/stddev = 1.1/2.2/3.3/0.1 ms',
      { averageMs: 2.2 },
    ],
    [
      'errors',
      'From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2ms',
      { sent: 3, received: 0, unreachable: true, averageMs: null },
    ],
    ['duplicates', '1 packets transmitted, 1 received, +1 duplicates, 0% packet loss, time 0ms', { received: 1 }],
  ])('of %s is read', (_name, output, expected) => expect(readEchoes(output, '127.0.0.1')).toMatchObject(expected));

  test('words without counts are none', () => expect(readEchoes('ping: unknown option', '127.0.0.1')).toBeNull());
});

describe('the verdict', () => {
  test('every answer is up with the average as response time', async () => {
    say(summary(3, 3));
    expect(await check('127.0.0.1')).toMatchObject({
      status: 'up',
      reason: null,
      responseTimeMs: 0.022,
      message: '127.0.0.1 answered in 0.022 ms on average, none of 3 pings was lost.',
    });
  });

  test('the program gets the numeric address behind "--", and nothing of our environment', async () => {
    process.env['SECRET_KEY_OF_A_TEST'] = 'hidden';
    say(summary(5, 5));
    await check('localhost', { count: 5, ip_family: 'ipv4' });
    delete process.env['SECRET_KEY_OF_A_TEST'];
    expect(called().slice(-3)).toEqual(['-4', '--', '127.0.0.1']);
    expect(called().slice(0, 3)).toEqual(['-n', '-c', '5']);
    expect(readFileSync(join(folder, 'env'), 'utf8')).not.toContain('hidden');
  });

  test.each([
    [1, {}, 'down', 'packet_loss'],
    [2, {}, 'degraded', 'packet_loss'],
    [2, { max_loss_percent: 20 }, 'down', 'packet_loss'],
    [0, {}, 'down', 'connect_timeout'],
    [3, { degraded_over_ms: 1 }, 'degraded', 'slow'],
  ])('%i of 3 answers with %j is %s', async (received, config, status, reason) => {
    say(summary(3, received, '5/5/5/0'), received > 0 ? 0 : 1);
    expect(await check('127.0.0.1', config)).toMatchObject({ status, reason });
  });

  test('an unreachable host or net is told apart from silence', async () => {
    say(`From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n${summary(3, 0)}`, 1);
    expect(await check('127.0.0.1')).toMatchObject({ status: 'down', reason: 'unreachable' });
    program('echo "ping: connect: Network is unreachable" >&2; exit 2');
    expect(await check('127.0.0.1')).toMatchObject({ status: 'down', reason: 'unreachable' });
  });

  test("a missing right or program is ours, never the target's", async () => {
    program('echo "ping: socket: Operation not permitted" >&2; exit 2');
    expect(await check('127.0.0.1')).toMatchObject({
      status: 'unknown',
      reason: 'internal',
      message: expect.stringMatching(/no right to send pings.*NET_RAW/),
    });
    chmodSync(join(folder, 'ping'), 0o644);
    process.env['PATH'] = folder;
    expect((await check('127.0.0.1')).message).toMatch(/no right|no program/);
    process.env['PATH'] = join(folder, 'nothing');
    expect(await check('127.0.0.1')).toMatchObject({
      status: 'unknown',
      reason: 'internal',
      message: 'This server has no program named ping, so it cannot send any.',
    });
    program('echo "no idea"; exit 0');
    expect(await check('127.0.0.1')).toMatchObject({ status: 'unknown', reason: 'internal' });
  });

  test('a program that does not end is ended: asked for its summary first, then killed', async () => {
    program(`trap 'cat <<END\n${summary(3, 1)}\nEND\nexit 0' INT\nwhile :; do sleep 0.02; done`);
    expect(await check('127.0.0.1', {}, 4_000)).toMatchObject({ status: 'down', reason: 'packet_loss' });
    program(`trap '' INT\necho $$ > '${folder}/pid'\nwhile :; do sleep 0.02; done`);
    expect(await check('127.0.0.1', {}, 3_000)).toMatchObject({ status: 'down', reason: 'connect_timeout' });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('a name that does not exist and a refused address never reach the program', async () => {
    program('exit 9');
    rmSync(join(folder, 'args'), { force: true });
    expect(await check('169.254.169.254')).toMatchObject({ status: 'blocked', reason: 'target_blocked' });
    expect(await check('127.0.0.1', {}, 500, false)).toMatchObject({ status: 'blocked' });
    expect((await check('nowhere.invalid', {}, 500)).reason).toMatch(/^dns_/);
    expect(called).toThrow(/ENOENT/);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const real = spawnSync('ping', ['-c', '1', '-W', '1', '127.0.0.1']);
test.skipIf(real.status !== 0)(
  'the real program pings loopback (skipped where it is absent or not allowed)',
  async () => {
    expect(await check('127.0.0.1', { count: 2 })).toMatchObject({ status: 'up', responseTimeMs: expect.any(Number) });
  },
);
