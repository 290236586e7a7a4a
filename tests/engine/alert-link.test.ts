import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readAlertLink, signAlertLink } from '../../src/engine/alert-link.ts';

const KEY = 'k'.repeat(64);
const NOW = Date.UTC(2026, 10, 21, 10);
const LINK = { about: 'inc_0123456789abcdef', channelId: 'chn_fedcba9876543210', expiresAt: NOW + 1_000 };
const TOKEN = signAlertLink(KEY, LINK);

describe('the link in a message', () => {
  test('says what was signed, and is the same on every try', () => {
    expect(readAlertLink(KEY, TOKEN, NOW)).toEqual(LINK);
    expect(signAlertLink(KEY, { ...LINK })).toBe(TOKEN);
    expect(TOKEN).toMatch(/^[\w-]{60,110}$/);
  });

  test('ends at its time to the millisecond', () => {
    expect(readAlertLink(KEY, TOKEN, LINK.expiresAt - 1)).toEqual(LINK);
    expect(readAlertLink(KEY, TOKEN, LINK.expiresAt)).toBe('expired');
  });

  test('is worth nothing once any one letter differs', () => {
    for (let i = 0; i < TOKEN.length; i += 1) {
      for (const letter of ['A', 'B', '_', '=', '.', '']) {
        if (letter === TOKEN[i]) continue;
        const changed = TOKEN.slice(0, i) + letter + TOKEN.slice(i + 1);
        expect(readAlertLink(KEY, changed, NOW), `letter ${i} as "${letter}"`).toBeNull();
      }
    }
  });

  test('is worth nothing once any one bit differs, the signature included', () => {
    const bytes = Buffer.from(TOKEN, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readAlertLink(KEY, changed.toString('base64url'), NOW), `bit ${bit}`).toBeNull();
    }
  });

  test.each([
    '',
    'A',
    'A'.repeat(27),
    'A'.repeat(200),
    `${TOKEN}=`,
    `${TOKEN}A`,
    ` ${TOKEN}`,
    TOKEN.slice(0, 40),
    'é€',
  ])('nothing of ours: "%s"', (token) => expect(readAlertLink(KEY, token, NOW)).toBeNull());

  test('another installation cannot sign it, nor another use of the same key', () => {
    expect(readAlertLink('l'.repeat(64), TOKEN, NOW)).toBeNull();
    const body = Buffer.from(TOKEN, 'base64url').subarray(20);
    const forge = (key: string | Buffer) =>
      Buffer.concat([createHmac('sha256', key).update(body).digest().subarray(0, 20), body]).toString('base64url');
    const derived = (purpose: string) => createHmac('sha256', KEY).update(purpose).digest();
    expect(readAlertLink(KEY, forge(KEY), NOW)).toBeNull();
    expect(readAlertLink(KEY, forge(derived('statusping log-in tokens')), NOW)).toBeNull();
    // The same forgery with the right key is accepted, so the two above fail for their key alone.
    expect(readAlertLink(KEY, forge(derived('statusping alert links')), NOW)).toEqual(LINK);
  });

  test('an incident and a channel cannot trade places or borders', () => {
    const swapped = signAlertLink(KEY, { ...LINK, about: LINK.channelId, channelId: LINK.about });
    expect(swapped).not.toBe(TOKEN);
    expect(readAlertLink(KEY, swapped, NOW)).toMatchObject({ about: LINK.channelId });
  });
});
