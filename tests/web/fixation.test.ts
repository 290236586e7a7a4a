import { decodeJwt } from 'jose';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { codeAt, withTotp } from '../support/authenticator-app.ts';
import { SoftAuthenticator } from '../support/authenticator.ts';
import { signInThere, startProvider } from '../support/oidc.ts';
import { addMember, PASSWORD, type Person, signUp } from '../support/world.ts';

// Session fixation (R-AU-3): whatever an attacker puts into a browser beforehand, no log-in goes on with it.

let t: TestApp;
let there: Awaited<ReturnType<typeof startProvider>>;
let alice: Person;
let carol: Person;
let mallory: Person;
let totp: string;
const key = new SoftAuthenticator();
let turn = 0;

beforeAll(async () => {
  there = await startProvider({ alice: { email: 'alice@example.com', email_verified: true } });
  t = await testApp({ config: { oidc: there.oidc } });
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
  carol = await signUp(t, 'carol@example.com', 'carol-shop');
  mallory = await signUp(t, 'mallory@example.net', 'mallory-inc');
  ({ secret: totp } = await withTotp(t, carol));
  const offered = await alice.browser.json('POST', '/auth/passkeys/options', { name: 'Phone', password: PASSWORD });
  const { challenge } = (await offered.json()) as { challenge: string };
  const handle = Buffer.from(alice.userId).toString('base64url');
  const response = key.register(handle, { challenge, counter: 0 });
  expect((await alice.browser.json('POST', '/auth/passkeys', { name: 'Phone', response })).status).toBe(201);
});
afterAll(async () => {
  await t.close();
  await there.close();
});

const idOf = (browser: Visitor) => {
  const token = browser.cookies.get('sp_session');
  return token === undefined ? null : String(decodeJwt(token)['sid']);
};

async function whoIs(browser: Visitor): Promise<string | null> {
  const answer = await browser.json('GET', '/auth/me');
  return answer.status === 200 ? ((await answer.json()) as { user: { id: string } }).user.id : null;
}

const sessionIds = async () =>
  (await t.deps.db.read.all<{ id: string }>(sql`select id from sessions`)).map(({ id }) => id);

type Headers = Record<string, string>;
interface Planted {
  query?: string;
  headers?: Headers;
  form?: Record<string, string>;
}

/** Each way into the product, taken with what was planted. Returns whose log-in it opened. */
const ROADS: Record<string, (browser: Visitor, planted: Planted) => Promise<string>> = {
  password: async (browser, { query = '', headers, form }) => {
    await browser.post(`/auth/login${query}`, { ...form, email: alice.email, password: PASSWORD }, headers);
    return alice.userId;
  },
  'second step': async (browser, { query = '', headers, form }) => {
    await browser.post(`/auth/login${query}`, { ...form, email: carol.email, password: PASSWORD }, headers);
    t.clock.advance(MINUTE);
    await browser.post(`/auth/code${query}`, { ...form, code: codeAt(totp, t.clock.now()) }, headers);
    return carol.userId;
  },
  passkey: async (browser, { query = '', headers, form }) => {
    const asked = await browser.json('POST', `/auth/passkeys/login/options${query}`, {}, headers);
    const { challenge } = (await asked.json()) as { challenge: string };
    const response = key.assert({ challenge, counter: 0 });
    await browser.json('POST', `/auth/passkeys/login${query}`, { ...form, response }, headers);
    return alice.userId;
  },
  'identity provider': async (browser, { query = '' }) => {
    // The provider's answer carries nothing but its own words: what is planted comes with the browser.
    const back = await signInThere(browser, 'alice', `/auth/oidc${query}`);
    await browser.get(`${back}${query.replace('?', '&')}`);
    return alice.userId;
  },
  'sign-up': async (browser, { query = '', headers, form }) => {
    turn += 1;
    const own = { email: `new${turn}@example.com`, password: PASSWORD, slug: `new-shop-${turn}` };
    await browser.post(`/auth/signup${query}`, { ...form, ...own }, headers);
    const [row] = await t.deps.db.read.all<{ id: string }>(sql`select id from users where email = ${own.email}`);
    return row?.id ?? '';
  },
};

/** What an attacker may have put there: their own live session, a made-up id, or somebody's ended one. */
async function plantable(): Promise<Record<string, string>> {
  const left = t.visitor();
  await left.post('/auth/login', { email: mallory.email, password: PASSWORD });
  const ended = left.cookies.get('sp_session') ?? '';
  await left.post('/auth/logout');
  return {
    'a live session of theirs': mallory.browser.cookies.get('sp_session') ?? '',
    'an ended session': ended,
    'a made-up id': 'ses_000000000000000000000',
  };
}

const PLACES: Record<string, (value: string, browser: Visitor) => Planted> = {
  'the session cookie': (value, browser) => {
    browser.cookies.set('sp_session', value);
    return {};
  },
  'cookies of other names': (value, browser) => {
    for (const name of ['session', 'sid', 'connect.sid', '__Host-sp_session', 'sp_between', 'sp_factor', 'sp_oidc'])
      browser.cookies.set(name, value);
    return {};
  },
  'the address': (value) => ({
    query: `?${new URLSearchParams({ sp_session: value, session: value, sid: value, session_id: value }).toString()}`,
  }),
  'the form': (value) => ({ form: { sp_session: value, session: value, sid: value, session_id: value } }),
  headers: (value) => ({ headers: { 'x-session': value, 'x-session-id': value, 'sp-session': value } }),
};

describe.each(Object.keys(ROADS))('coming in by %s', (road) => {
  test.each(Object.keys(PLACES))('with something planted in %s', async (place) => {
    for (const [what, value] of Object.entries(await plantable())) {
      const browser = t.visitor();
      const before = await sessionIds();
      const planted = PLACES[place]?.(value, browser) ?? {};
      // A page of somebody who is logged in has no log-in: the attacker's session would have to end first.
      if (place === 'the session cookie' && road === 'identity provider') browser.cookies.delete('sp_session');
      const opened = await ROADS[road]?.(browser, planted);
      const said = `${what} in ${place}`;
      expect(await whoIs(browser), said).toBe(opened);
      expect(before, said).not.toContain(idOf(browser));
      expect(browser.cookies.get('sp_session'), said).not.toBe(value);
      const attacker = t.visitor();
      attacker.cookies.set('sp_session', value);
      expect(await whoIs(attacker), said).toBe(what.startsWith('a live') ? mallory.userId : null);
      expect(await sessionIds(), said).not.toContain('ses_000000000000000000000');
    }
  });
});

describe('an id is another after', () => {
  async function moves(person: Person, change: (browser: Visitor) => Promise<Response>) {
    const browser = person.browser;
    const before = idOf(browser);
    const copy = t.visitor();
    copy.cookies.set('sp_session', browser.cookies.get('sp_session') ?? '');
    expect(await whoIs(copy)).toBe(person.userId);
    const answer = await change(browser);
    expect(answer.status, await answer.clone().text()).toBeLessThan(400);
    expect(await whoIs(browser)).toBe(person.userId);
    expect(idOf(browser)).not.toBe(before);
    expect(await whoIs(copy)).toBeNull();
  }

  test('two log-ins', async () => {
    const browser = t.visitor();
    const ids = new Set<string | null>();
    for (let i = 0; i < 3; i++) {
      await browser.post('/auth/login', { email: alice.email, password: PASSWORD });
      ids.add(idOf(browser));
      await browser.post('/auth/logout');
    }
    expect(ids.size).toBe(3);
  });

  test('moving to another account, and what was before opens nothing', async () => {
    const dora = await signUp(t, 'dora@example.com', 'dora-shop', { plan: 'business' });
    await t.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
        values (${alice.accountId}, ${dora.userId}, 'viewer', ${t.clock.now()})`),
    );
    await moves(dora, (browser) => browser.post(`/accounts/${alice.accountId}/open`));
    await moves(dora, (browser) => browser.post(`/accounts/${dora.accountId}/open`));
    await moves(dora, (browser) => browser.post('/accounts', { name: 'Another', slug: 'dora-second' }));
  });

  test('a new password, a new address, two-step log-in on', async () => {
    const erin = await signUp(t, 'erin@example.com', 'erin-shop');
    const next = 'another good password';
    await moves(erin, (browser) => browser.post('/settings/profile/password', { current: PASSWORD, password: next }));
    const email = { email: 'erin2@example.com', email_password: next };
    await moves(erin, (browser) => browser.post('/settings/profile/email', email));
    await erin.browser.post('/settings/security/totp', { password: next });
    const page = await (await erin.browser.get('/settings/security/totp')).text();
    const secret = page.match(/<code>([A-Z2-7 ]{32,})<\/code>/)?.[1] ?? '';
    const code = codeAt(secret, t.clock.now());
    await moves(erin, (browser) => browser.post('/settings/security/totp/confirm', { code }));
  });
});

test('half a log-in opens nothing, and its token is not the session’s', async () => {
  const browser = t.visitor();
  await browser.post('/auth/login', { email: carol.email, password: PASSWORD });
  const half = browser.cookies.get('sp_factor') ?? '';
  expect(half).not.toBe('');
  expect(await whoIs(browser)).toBeNull();
  const other = t.visitor();
  other.cookies.set('sp_session', half);
  expect(await whoIs(other)).toBeNull();
  t.clock.advance(MINUTE);
  await browser.post('/auth/code', { code: codeAt(totp, t.clock.now()) });
  expect(await whoIs(browser)).toBe(carol.userId);
  expect(browser.cookies.has('sp_factor')).toBe(false);
  const late = t.visitor();
  late.cookies.set('sp_factor', half);
  t.clock.advance(MINUTE);
  await late.post('/auth/code', { code: codeAt(totp, t.clock.now()) });
  expect(await whoIs(late)).toBeNull();
});

test('a role is read at each request: one that changes is not carried on in a session from before', async () => {
  const bob = await addMember(t, alice, 'bob@example.com', 'admin');
  expect((await bob.browser.get('/monitors/new')).status).toBe(200);
  const changed = await alice.browser.post(`/settings/members/${bob.userId}`, { role: 'viewer' });
  expect(changed.status, await changed.clone().text()).toBe(303);
  expect((await bob.browser.get('/monitors/new')).status).toBe(403);
  expect((await bob.browser.post('/settings', { account_name: 'Evil' })).status).toBe(403);
});
