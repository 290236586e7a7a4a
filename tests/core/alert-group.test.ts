import { describe, expect, test } from 'vitest';
import type { AlertMessage, IncidentMessage } from '../../src/core/alert.ts';
import { groupWords } from '../../src/core/alert-group.ts';
import { commonCause } from '../../src/core/common-cause.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

function told(
  event: IncidentMessage['event'],
  no: number,
  more: {
    target?: string;
    reason?: IncidentMessage['incident']['reason'];
    startedAt?: number;
    resolvedAt?: number;
  } = {},
): { createdAt: number; alert: AlertMessage } {
  const {
    target = `https://host${no}.example.com/`,
    reason = 'connect_refused',
    startedAt = NOON,
    resolvedAt = null,
  } = more;
  return {
    createdAt: NOON + MINUTE,
    alert: {
      event,
      accountName: 'Acme',
      monitor: { id: `mon_${no}`, name: `Monitor ${no}`, kind: 'http', target },
      incident: { id: `inc_${no}`, reason, message: 'The server refused the connection.', startedAt, resolvedAt },
    },
  };
}

const words = (...queued: ReturnType<typeof told>[]) => groupWords(queued, NOON + MINUTE);

describe('several alerts in one message', () => {
  test('counts, names every monitor once and puts the worst first', () => {
    const up = told('up', 9, { resolvedAt: NOON + 30 * SECOND });
    const said = words(up, told('down', 1), told('down', 2), told('down', 3), told('down', 4));
    expect(said.headline).toBe('4 monitors are down, 1 is up again.');
    expect(said.subject).toBe('4 monitors are down, 1 is up again: Monitor 1, Monitor 2, Monitor 3 and 2 more');
    expect(said.entries.map(({ name }) => name)).toEqual([1, 2, 3, 4, 9].map((no) => `Monitor ${no}`));
    expect(said.entries.at(-1)).toMatchObject({ tone: 'good', text: expect.stringContaining('Was down for 30s') });
    expect(said).toMatchObject({ tone: 'bad', badge: '4 down', late: null });
  });

  test('a failure and its recovery are one entry, and nothing is red any more', () => {
    const said = words(told('down', 1), told('up', 1, { resolvedAt: NOON + 40 * SECOND }));
    expect(said.entries).toHaveLength(1);
    expect(said).toMatchObject({ tone: 'good', headline: '1 monitor is up again.' });
  });

  test('says when it is late', () => {
    expect(groupWords([told('down', 1), told('down', 2)], NOON + 30 * MINUTE).late).toContain('29m ago');
  });

  test('line breaks in names stay out of the subject', () => {
    const evil = told('down', 1);
    evil.alert.monitor.name = 'Shop\r\nBcc: all@example.com';
    expect(words(evil, told('down', 2)).subject).not.toMatch(/[\r\n]/);
  });
});

describe('what failures have in common', () => {
  const failed = (target: string, reason: IncidentMessage['incident']['reason'] = 'bad_status') => ({
    target,
    reason,
    message: 'x',
    startedAt: NOON,
  });
  test.each([
    [
      ['https://a.example.com/1', 'https://a.example.com/2'],
      'All of them are on a.example.com, and the status code is wrong.',
    ],
    [
      ['a.example.com:5432', 'https://b.example.com'],
      'All of them are under example.com, and the status code is wrong.',
    ],
    [
      ['https://a.shop.co.uk', 'https://b.shop.co.uk'],
      'All of them are under shop.co.uk, and the status code is wrong.',
    ],
    [['https://a.co.uk', 'https://b.com'], 'All of them fail the same way: the status code is wrong.'],
    [['https://10.0.0.1/', '10.0.0.1:22', '10.0.0.2:22'], 'All of them fail the same way: the status code is wrong.'],
  ])('%j', (targets, sentence) => {
    expect(commonCause(targets.map((target) => failed(target)))).toBe(sentence);
  });

  test('most is enough, half is not, one alone has nothing in common', () => {
    const five = ['a', 'a', 'a', 'a', 'b'].map((name, i) => failed(`https://${name}.example${name}.com/${i}`));
    expect(commonCause(five)).toContain('4 of 5 are on a.examplea.com');
    const mixed = [failed('https://a.com', 'dns_not_found'), failed('https://b.org', 'bad_status')];
    expect(commonCause(mixed)).toBeNull();
    expect(commonCause([failed('https://a.com')])).toBeNull();
    expect(commonCause([failed('', 'heartbeat_missed'), failed('', 'heartbeat_missed')])).toBe(
      'All of them fail the same way: jobs do not report.',
    );
  });
});
