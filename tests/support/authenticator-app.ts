import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { TestApp, Visitor } from './app.ts';
import { PASSWORD, type Person } from './world.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code an app shows at that moment, by RFC 6238 itself and not by the library the product uses. */
export function codeAt(secret: string, at: number): string {
  const bits = Array.from(secret.replaceAll(' ', ''), (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A code that is none of those that count at that moment. */
export function wrongCodeAt(secret: string, at: number): string {
  const near = [-60_000, -30_000, 0, 30_000, 60_000].map((ms) => codeAt(secret, at + ms));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? '';
}

/** Begins the set-up with the password and reads the secret off the page. */
export async function beginTotp(browser: Visitor): Promise<string> {
  const started = await browser.post('/settings/security/totp', { password: PASSWORD });
  expect(started.status, await started.clone().text()).toBe(303);
  const page = await (await browser.get('/settings/security/totp')).text();
  return page.match(/<code>([A-Z2-7 ]{32,})<\/code>/)?.[1] ?? '';
}

/** Switches two-step log-in on for a person, in their browser. The clock is half a minute on afterwards: a fresh code works. */
export async function withTotp(
  it: TestApp,
  person: Person,
): Promise<{ secret: string; codes: string[]; code: () => string }> {
  const secret = await beginTotp(person.browser);
  const code = () => codeAt(secret, it.clock.now());
  const done = await person.browser.post('/settings/security/totp/confirm', { code: code() });
  expect(done.status, await done.clone().text()).toBe(200);
  const codes = [...(await done.text()).matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, one = '']) => one);
  it.clock.advance(30_000);
  return { secret, codes, code };
}
