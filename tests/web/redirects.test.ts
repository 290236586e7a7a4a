import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { BASE_URL, type TestApp, testApp } from '../support/app.ts';
import { codeAt, withTotp } from '../support/authenticator-app.ts';
import { SoftAuthenticator } from '../support/authenticator.ts';
import { signInThere, startProvider } from '../support/oidc.ts';
import { HOSTILE_PLACES } from '../support/hostile-places.ts';
import { PASSWORD, type Person, signUp } from '../support/world.ts';

// Open redirects (R-AU-15): whatever a `next` says, people stay on the host they were on.

let t: TestApp;
let there: Awaited<ReturnType<typeof startProvider>>;
let alice: Person;
let carol: Person;
let totp: string;
let monitor: string;
const key = new SoftAuthenticator();

beforeAll(async () => {
  there = await startProvider({ alice: { email: 'alice@example.com', email_verified: true } });
  t = await testApp({ config: { oidc: there.oidc } });
  alice = await signUp(t, 'alice@example.com', 'alice-shop');
  carol = await signUp(t, 'carol@example.com', 'carol-shop');
  ({ secret: totp } = await withTotp(t, carol));
  const offered = await alice.browser.json('POST', '/auth/passkeys/options', { name: 'Phone', password: PASSWORD });
  const { challenge } = (await offered.json()) as { challenge: string };
  const response = key.register(Buffer.from(alice.userId).toString('base64url'), { challenge, counter: 0 });
  await alice.browser.json('POST', '/auth/passkeys', { name: 'Phone', response });
  const made = await alice.browser.post('/monitors', { kind: 'http', name: 'Shop', target: 'https://example.com' });
  monitor = made.headers.get('location')?.split('?')[0] ?? '';
  expect(monitor).toMatch(/^\/monitors\/mon_/);
});
afterAll(async () => {
  await t.close();
  await there.close();
});

/** Where a browser on one of our pages ends up that is sent there, by its own rules. */
function landing(location: string | null | undefined): string {
  return new URL(location ?? '', `${BASE_URL}/auth/login`).origin;
}

/** A way to send somebody on: what it answers with, given a `next`. */
const WAYS: Record<string, (next: string) => Promise<string | null | undefined>> = {
  'log-in by form': async (next) => {
    const answer = await t.visitor().post('/auth/login', { email: alice.email, password: PASSWORD, next });
    expect(answer.status).toBe(303);
    return answer.headers.get('location');
  },
  'log-in page of somebody who is logged in': async (next) => {
    const answer = await alice.browser.get(`/login?next=${encodeURIComponent(next)}`);
    expect(answer.status).toBe(303);
    return answer.headers.get('location');
  },
  'sign-in page of somebody who is logged in': async (next) => {
    const answer = await alice.browser.get(`/auth/oidc?next=${encodeURIComponent(next)}`);
    expect(answer.status).toBe(303);
    return answer.headers.get('location');
  },
  'a monitor’s quick button': async (next) => {
    const answer = await alice.browser.post(`${monitor}/check`, { back: next });
    expect(answer.status).toBe(303);
    return answer.headers.get('location');
  },
};

describe.each(Object.keys(WAYS))('%s', (way) => {
  test('leads nowhere else', async () => {
    for (const next of HOSTILE_PLACES) {
      const location = await WAYS[way]?.(next);
      expect(landing(location), JSON.stringify(next)).toBe(BASE_URL);
      expect(location, JSON.stringify(next)).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
    }
  });
});

test('there are enough spellings, and each would lead away or is no place', () => {
  expect(new Set(HOSTILE_PLACES).size).toBeGreaterThanOrEqual(60);
});

describe('ways of more than one step', () => {
  const some = HOSTILE_PLACES.filter((_, i) => i % 6 === 0);

  test('the second step', async () => {
    for (const next of some) {
      const browser = t.visitor();
      await browser.post('/auth/login', { email: carol.email, password: PASSWORD, next });
      t.clock.advance(MINUTE);
      const answer = await browser.post('/auth/code', { code: codeAt(totp, t.clock.now()), next });
      expect(answer.status).toBe(303);
      expect(landing(answer.headers.get('location')), next).toBe(BASE_URL);
    }
  });

  test('a passkey, whose script follows what the answer says', async () => {
    for (const next of HOSTILE_PLACES) {
      const browser = t.visitor();
      const asked = await browser.json('POST', '/auth/passkeys/login/options', {});
      const { challenge } = (await asked.json()) as { challenge: string };
      const response = key.assert({ challenge, counter: 0 });
      const answer = await browser.json('POST', '/auth/passkeys/login', { response, next });
      const { location } = (await answer.json()) as { location: string };
      expect(landing(location), next).toBe(BASE_URL);
    }
  });

  test('the identity provider', async () => {
    for (const next of some) {
      const browser = t.visitor();
      const answer = await browser.get(
        await signInThere(browser, 'alice', `/auth/oidc?next=${encodeURIComponent(next)}`),
      );
      expect(answer.status).toBe(303);
      expect(landing(answer.headers.get('location')), next).toBe(BASE_URL);
    }
  });
});

test('no page writes a foreign place into a link or a form', async () => {
  for (const next of HOSTILE_PLACES) {
    for (const path of ['/login', '/signup', '/reset']) {
      const page = await (await t.visitor().get(`${path}?next=${encodeURIComponent(next)}`)).text();
      const leads = [...page.matchAll(/(?:href|action|value)="([^"]*)"/g)].map(([, address]) => address ?? '');
      expect(
        leads.filter((address) => /evil|javascript:|data:/i.test(decodeURIComponent(address))),
        next,
      ).toEqual([]);
    }
  }
});

test('a page that asks for the log-in takes along a path of ours only', async () => {
  for (const path of ['//evil.example/monitors', '/monitors//evil.example', '/monitors?next=//evil.example']) {
    const answer = await t.visitor().get(path);
    if (answer.status !== 303) continue;
    const login = new URL(answer.headers.get('location') ?? '', BASE_URL);
    expect(login.origin).toBe(BASE_URL);
    const browser = t.visitor();
    const form = { email: alice.email, password: PASSWORD, next: login.searchParams.get('next') ?? '' };
    expect(landing((await browser.post('/auth/login', form)).headers.get('location'))).toBe(BASE_URL);
  }
});

test.each<[string, string]>([
  ['host', 'evil.example'],
  ['x-forwarded-host', 'evil.example'],
  ['forwarded', 'host=evil.example'],
])('a forged %s leads nobody away', async (name, value) => {
  const answer = await t.visitor().get('/monitors', { [name]: value });
  expect(answer.headers.get('location') ?? '').not.toContain('evil.example');
  const way = await t.visitor().get('/auth/oidc', { [name]: value });
  const { searchParams } = new URL(way.headers.get('location') ?? '', BASE_URL);
  expect(searchParams.get('redirect_uri')).toBe(`${BASE_URL}/auth/oidc/callback`);
});
