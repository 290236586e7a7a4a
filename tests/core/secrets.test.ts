import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { keepSecrets, MASK, maskConfig } from '../../src/core/secrets.ts';

const check = CHECKS.http;
const stored = check.parseConfig({
  basic_auth: 'me:hunter2',
  headers: { 'X-Api-Key': 'hunter3', 'X-Plain': 'seen', Authorization: 'Basic hunter4' },
});

describe('secrets of a config', () => {
  test('are masked when shown, and nothing else is', () => {
    const shown = maskConfig(check, stored);
    expect(JSON.stringify(shown)).not.toMatch(/hunter/);
    expect(shown).toMatchObject({
      basic_auth: MASK,
      bearer_token: null,
      method: 'GET',
      headers: { 'X-Api-Key': MASK, 'X-Plain': 'seen', Authorization: MASK },
    });
  });

  test('survive being shown and sent back, as JSON', () => {
    expect(check.parseConfig(keepSecrets(check, maskConfig(check, stored), stored))).toEqual(stored);
  });

  test('survive a form that shows headers as lines and leaves passwords blank', () => {
    const form = { basic_auth: '', headers: `x-api-key: ${MASK}\r\nX-Plain: changed\r\nX-New: 1` };
    expect(check.parseConfig(keepSecrets(check, form, stored))).toMatchObject({
      basic_auth: { username: 'me', password: 'hunter2' },
      headers: { 'x-api-key': 'hunter3', 'X-Plain': 'changed', 'X-New': '1' },
    });
  });

  test('can be replaced and removed', () => {
    const replaced = keepSecrets(check, { basic_auth: 'you:new', headers: {} }, stored);
    expect(check.parseConfig(replaced)).toMatchObject({
      basic_auth: { username: 'you', password: 'new' },
      headers: {},
    });
    expect(check.parseConfig(keepSecrets(check, { basic_auth: null }, stored))).toMatchObject({ basic_auth: null });
  });

  test('a mask with nothing behind it is not stored as a secret', () => {
    const fresh = check.parseConfig({});
    const kept = check.parseConfig(keepSecrets(check, { basic_auth: MASK, headers: { 'X-Api-Key': MASK } }, fresh));
    expect(kept).toMatchObject({ basic_auth: null, headers: { 'X-Api-Key': '' } });
  });
});
