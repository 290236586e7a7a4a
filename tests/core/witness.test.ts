import { describe, expect, test } from 'vitest';
import type { Reason, Verdict } from '../../src/core/verdict.ts';
import { NO_PHASES } from '../../src/core/verdict.ts';
import { isNetworkFailure, LastMinute, needsNetwork, parseWitness, withoutNetwork } from '../../src/core/witness.ts';

const T = Date.UTC(2026, 10, 20, 12);
const up = { status: 'up', reason: null } as const;
const down = (reason: Reason) => ({ status: 'down', reason }) as const;
const dead = down('connect_timeout');

describe('parseWitness', () => {
  test.each([
    ['router.lan:53', { host: 'router.lan', port: 53 }],
    ['192.168.1.1:80', { host: '192.168.1.1', port: 80 }],
    ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
    ['https://example.com/alive', { url: 'https://example.com/alive' }],
    ['HTTP://example.com', { url: 'http://example.com/' }],
  ])('%s', (text, read) => {
    expect(parseWitness(text)).toEqual({ text, ...read });
  });

  test.each([
    '',
    'router',
    'router:',
    ':53',
    'router:0',
    'router:65536',
    '2001:db8::1:443',
    'ftp://x:21',
    'a b:1',
    'http://',
  ])('"%s" is none', (text) => {
    expect(parseWitness(text)).toBeNull();
  });
});

describe('what looks like our own network', () => {
  test.each<[Reason, boolean]>([
    ['dns_failure', true],
    ['connect_refused', true],
    ['unreachable', true],
    ['timeout_body', true],
    ['connection_reset', true],
    ['bad_status', false],
    ['keyword_missing', false],
    ['tls_expired', false],
    ['truncated', false],
  ])('%s: %s', (reason, ours) => {
    expect(isNetworkFailure(down(reason))).toBe(ours);
    expect(needsNetwork(down(reason))).toBe(ours);
  });

  test('a missed sign of life only once we are known to be offline', () => {
    expect(isNetworkFailure(down('heartbeat_missed'))).toBe(false);
    expect(needsNetwork(down('heartbeat_missed'))).toBe(true);
  });

  test('without a network there is no verdict and nothing of the old one', () => {
    const verdict: Verdict = {
      status: 'down',
      reason: 'connect_refused',
      message: '10.0.0.1:80 refused the connection.',
      responseTimeMs: 4,
      statusCode: null,
      phases: NO_PHASES,
    };
    expect(withoutNetwork(verdict)).toEqual({
      status: 'unknown',
      reason: 'internal',
      message: 'Our own network failed.',
      responseTimeMs: null,
      statusCode: null,
      phases: NO_PHASES,
    });
  });
});

describe('suspicion', () => {
  /** `n` monitors on hosts of their own; the first `failing` fail, in the order of their numbers, one each 10 ms. */
  function seen(n: number, failing: number, at = T): LastMinute {
    const minute = new LastMinute();
    for (let no = n; no >= 1; no -= 1) minute.see(no, `h${no}`, no <= failing ? dead : up, at + (n - no) * 10);
    return minute;
  }

  test.each([
    [10, 4, false],
    [10, 5, true],
    [9, 5, true],
    [11, 5, false],
    [8, 4, false],
    [1_000, 500, true],
    [1_000, 499, false],
  ])('of %i hosts that answered just now, %i fail: %s', (n, failing, suspicious) => {
    expect(seen(n, failing).suspicious(T + n * 10)).toBe(suspicious);
  });

  test('five monitors of one host are one host', () => {
    const minute = new LastMinute();
    minute.see(99, 'other', up, T);
    for (let no = 1; no <= 5; no += 1) minute.see(no, 'same', dead, T + no);
    expect(minute.suspicious(T + 10)).toBe(false);
  });

  test('a single failure while nobody else has answered lately', () => {
    const minute = new LastMinute();
    minute.see(1, 'a', up, T);
    minute.see(2, 'b', dead, T + 5_000);
    expect(minute.suspicious(T + 5_000)).toBe(false);
    minute.see(2, 'b', dead, T + 5_001);
    expect(minute.suspicious(T + 5_001)).toBe(true);
  });

  test('an answer, however wrong, is an answer', () => {
    const minute = new LastMinute();
    minute.see(1, 'a', down('bad_status'), T);
    minute.see(2, 'b', dead, T + 1_000);
    expect(minute.suspicious(T + 1_000)).toBe(false);
  });

  test('what needs no network proves nothing', () => {
    const minute = new LastMinute();
    minute.see(2, 'b', dead, T);
    minute.see(1, '', up, T);
    minute.see(3, 'c', { status: 'unknown', reason: 'internal' }, T);
    minute.see(4, 'd', { status: 'blocked', reason: 'target_blocked' }, T);
    expect(minute.suspicious(T)).toBe(true);
  });

  test('only the latest result of a monitor counts, and only for a minute', () => {
    const minute = seen(10, 5);
    expect(minute.suspicious(T + 100)).toBe(true);
    minute.see(1, 'h1', up, T + 200);
    expect(minute.suspicious(T + 200)).toBe(false);
    const old = seen(10, 5);
    old.see(11, 'h11', up, T + 60_090);
    expect(old.suspicious(T + 60_090)).toBe(false);
    old.see(11, 'h11', up, T + 70_000);
    expect(old.suspicious(T + 80_000)).toBe(false);
  });
});
