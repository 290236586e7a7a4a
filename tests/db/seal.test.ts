import { describe, expect, test } from 'vitest';
import { seal, unseal } from '../../src/db/seal.ts';
import { mac } from '../../src/engine/signed-link.ts';

const KEY = 'tests-only-0123456789abcdef0123456789abcdef';

describe('a sealed text', () => {
  test.each(['', 'JBSWY3DPEHPK3PXP', 'ä 漢 \u0000', 'x'.repeat(100_000)])('is read again: %#', (text) => {
    const sealed = seal(KEY, 'totp usr_a', text);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(unseal(KEY, 'totp usr_a', sealed)).toBe(text);
    if (text.length > 10) expect(sealed).not.toContain(text);
  });

  test('opens for its purpose and with its key alone', () => {
    const sealed = seal(KEY, 'totp usr_a', 'secret');
    expect(unseal(KEY, 'totp usr_b', sealed)).toBeNull();
    expect(unseal(KEY, 'totp pending usr_a', sealed)).toBeNull();
    expect(unseal(`${KEY}x`, 'totp usr_a', sealed)).toBeNull();
  });

  test('looks different each time', () => {
    expect(seal(KEY, 'a', 'same')).not.toBe(seal(KEY, 'a', 'same'));
  });

  test('is refused when any byte was changed, and when it is none', () => {
    const sealed = Buffer.from(seal(KEY, 'a', 'secret'), 'base64url');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
      expect(unseal(KEY, 'a', changed.toString('base64url'))).toBeNull();
    }
    for (const length of [0, 1, 11, 12, 27, sealed.length - 1]) {
      expect(unseal(KEY, 'a', sealed.subarray(0, length).toString('base64url'))).toBeNull();
    }
    expect(unseal(KEY, 'a', 'not a sealed text')).toBeNull();
    expect(unseal(KEY, 'a', mac(KEY, 'a', 'x').toString('base64url'))).toBeNull();
  });
});
