import { describe, expect, test } from 'vitest';
import { cleanEmail, emailKey, mailboxKey } from '../../src/core/email.ts';

describe('addresses', () => {
  test.each([
    'a@b.co',
    'First.Last+tag@Sub.Example.org',
    "o'brien@example.ie",
    'jürgen@exämple.de',
    ' padded@example.com ',
  ])('%j is one', (text) => expect(cleanEmail(text)).toBe(text.trim()));

  test.each([
    '',
    'a',
    'a@b',
    '@b.co',
    'a@',
    'a b@c.de',
    'a@b.c\r\nBcc: x@y.z',
    'a@b.co,c@d.ef',
    '<a@b.co>',
    'a@@b.co',
    'a..b@c.de',
    'a@b..de',
    'a\u202emoc.elgoog@b.co',
    'a\u200bb@c.de',
    'a@b.\u2066co',
    '=?utf-8?Q?victim=40example.org=2C?=@b.co',
    `${'a'.repeat(250)}@b.co`,
  ])('%j is none', (text) => expect(cleanEmail(text)).toBeNull());

  test('uniqueness ignores case and full-width spelling', () => {
    expect(emailKey(' Alice@Example.COM ')).toBe('alice@example.com');
    expect(emailKey('ａlice@example.com')).toBe('alice@example.com');
  });

  test('limits ignore what comes after a plus', () => {
    expect(mailboxKey('Alice+News@example.com')).toBe('alice@example.com');
    expect(mailboxKey('no address')).toBe('no address');
  });
});
