import { describe, expect, test } from 'vitest';
import { accountMailWords } from '../../src/core/account-mail.ts';
import { INCIDENT_EVENTS, type IncidentMessage, alertWords, oneLine } from '../../src/core/alert.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { fc } from '../support/property.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

function alert(
  event: IncidentMessage['event'],
  more: Partial<IncidentMessage['incident']> = {},
  name = 'Shop',
): IncidentMessage {
  return {
    event,
    accountName: 'Acme',
    monitor: { id: 'mon_1', name, kind: 'http', target: 'https://shop.example/' },
    incident: {
      id: 'inc_1',
      reason: 'connect_refused',
      message: 'The server refused the connection.',
      startedAt: NOON,
      resolvedAt: null,
      ...more,
    },
  };
}

const flat = (words: ReturnType<typeof alertWords>) =>
  [words.subject, words.headline, ...words.facts.map(({ label, value }) => `${label}: ${value}`)].join('\n');

describe('alertWords', () => {
  test('a failure says why it came to this reader, what lies behind it, and which reminder it is', () => {
    const more = (parts: Partial<IncidentMessage>) =>
      flat(alertWords({ ...alert('reminder'), ...parts }, NOON + MINUTE, NOON + MINUTE));
    expect(more({ escalation: { step: 2, minutes: 10 } })).toContain(
      'Why you: Nobody acknowledged it within 10 minutes (step 2 of the policy)',
    );
    expect(more({ escalation: { step: 1, minutes: 1 } })).toContain('within a minute (step 1');
    expect(more({ muted: { count: 1 } })).toContain(
      'Also down: 1 monitor that depends on it is down too. No message is sent for it.',
    );
    expect(more({ muted: { count: 12 } })).toContain(
      'Also down: 12 monitors that depend on it are down too. No message is sent for them.',
    );
    expect(more({ reminder: 3 })).toContain('Reminder: Number 3 of this incident');
    expect(more({ muted: { count: 0 } })).not.toContain('Also down');
  });

  test('down says what, since when, why and how long', () => {
    const words = alertWords(alert('down'), NOON + MINUTE, NOON + MINUTE);
    expect(flat(words)).toBe(
      [
        'Down: Shop',
        'Shop is down.',
        'Monitor: Shop',
        'Address: https://shop.example/',
        'Down since: 2026-11-20 12:00:00 UTC',
        'Why: The server refused the connection.',
        'For: 1m',
      ].join('\n'),
    );
    expect(words).toMatchObject({ tone: 'bad', path: '/incidents/inc_1', late: null });
  });

  test('up says how long it was down, counted between the checks and not until the mail', () => {
    const end = NOON + 2 * HOUR + 5 * MINUTE;
    const words = alertWords(alert('up', { resolvedAt: end }), end, end + 3 * HOUR);
    expect(words.subject).toBe('Up again: Shop (down for 2h 5m)');
    expect(flat(words)).toContain('Up since: 2026-11-20 14:05:00 UTC');
    expect(words.tone).toBe('good');
  });

  test('a reminder counts until now', () => {
    expect(alertWords(alert('reminder'), NOON + HOUR, NOON + HOUR).headline).toBe('Shop has been down for 1h.');
  });

  test.each([
    ['five minutes', 5 * MINUTE, null],
    ['longer', 5 * MINUTE + 1, expect.stringContaining('This message is late')],
  ])('%s after the event', (_name, delay, late) => {
    expect(alertWords(alert('down'), NOON, NOON + delay).late).toEqual(late);
  });

  test('a name made of nothing visible still gives a subject', () => {
    expect(alertWords(alert('down', {}, '\u200b\r\n'), NOON, NOON).subject).toBe('Down: Your monitor');
  });

  test('whatever the name, every line stays one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...INCIDENT_EVENTS), (name, event) => {
        const words = alertWords(alert(event, { message: name }, name), NOON, NOON);
        for (const line of [words.subject, words.headline, words.footer, ...words.facts.map(({ value }) => value)]) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
        }
      }),
    );
  });
});

describe('oneLine', () => {
  test.each([
    ['line breaks', 'a\r\nBcc: x@y.z', 'a Bcc: x@y.z'],
    ['NUL and controls', 'a\u0000b\u001bc', 'a b c'],
    ['direction marks', 'abc\u202egnp.exe', 'abc gnp.exe'],
    ['a broken half of a character', 'a\ud83d', 'a'],
    ['line separators', 'a\u2028b', 'a b'],
    ['ordinary text in any script', 'Ünïcødé 商店 🚀 <b>&', 'Ünïcødé 商店 🚀 <b>&'],
  ])('%s', (_name, text, line) => expect(oneLine(text, 100)).toBe(line));

  test('long text is cut between characters', () => {
    expect(oneLine('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(oneLine(`${'x'.repeat(8)}🚀🚀`, 10)).toBe(`${'x'.repeat(8)}…`);
  });
});

describe('accountMailWords', () => {
  test.each(['verify', 'reset'] as const)('%s leads to its link and says until when', (event) => {
    const data = { link: 'https://s.example/x/token', expiresAt: NOON + HOUR };
    const words = accountMailWords({ event, to: 'a@b.example', at: NOON, data }, 'https://s.example');
    expect(words.button?.href).toBe('https://s.example/x/token');
    expect(words.paragraphs.join(' ')).toContain('until 2026-11-20 13:00:00 UTC');
  });

  test('a changed password leads to a new one', () => {
    const mail = { event: 'password_changed' as const, to: 'a@b.example', at: NOON, data: {} };
    expect(accountMailWords(mail, 'https://s.example').button?.href).toBe('https://s.example/reset');
  });
});
