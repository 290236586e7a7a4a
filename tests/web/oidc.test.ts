import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { tokenHash } from '../../src/db/ids.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { LANGUAGES } from '../../src/core/language.ts';
import { entryWords } from '../../src/core/words/entry/index.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { codeAt, withTotp } from '../support/authenticator-app.ts';
import { answerFor, CLIENT, type Lie, signInThere, startLiar, startProvider } from '../support/oidc.ts';
import { PASSWORD, signUp } from '../support/world.ts';

const REFUSED = entryWords('en').provider.refused;

const PEOPLE = {
  newcomer: { email: 'New.Comer@Example.org', email_verified: true, name: 'New Comer' },
  alice: { email: 'alice@example.com', email_verified: true, name: 'Alice' },
  alice2: { email: 'alice@example.com', email_verified: true },
  carol: { email: 'carol@example.com', email_verified: true },
  hijacked: { email: 'hijacked@example.com', email_verified: true },
  unverified: { email: 'alice@example.com', email_verified: false },
  silent: {},
  dave: { email: 'dave@elsewhere.example', email_verified: true },
  guest: { email: 'guest@example.com', email_verified: true },
};

let there: Awaited<ReturnType<typeof startProvider>>;
let t: TestApp;

beforeAll(async () => {
  there = await startProvider(PEOPLE);
  t = await testApp({ config: { oidc: there.oidc } });
});
afterAll(async () => {
  await t.close();
  await there.close();
});

async function me(browser: Visitor) {
  const answer = await browser.json('GET', '/auth/me');
  return answer.status === 200
    ? ((await answer.json()) as { user: { id: string; email: string; email_verified: boolean }; account: object })
    : null;
}

/** The sentence the log-in page then shows. */
async function refusedWith(browser: Visitor, answer: Response): Promise<string> {
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/login');
  expect(await me(browser)).toBeNull();
  return browser.get('/login').then((page) => page.text());
}

const countOf = async (app: TestApp, table: 'users' | 'identities' | 'sessions' | 'accounts') =>
  (await app.deps.db.read.all<{ n: number }>(sql`select count(*) as n from ${sql.identifier(table)}`))[0]?.n ?? 0;

describe('the way there', () => {
  test('the button stands on both pages and takes along where the log-in leads', async () => {
    const logIn = await (await t.visitor().get('/login?next=/channels&lang=de')).text();
    expect(logIn).toContain('href="/auth/oidc?lang=de&amp;next=%2Fchannels"');
    expect(logIn).toContain('Über Example Ltd anmelden');
    expect(await (await t.visitor().get('/signup')).text()).toContain('Log in at Example Ltd');
    const wrong = await t
      .visitor()
      .post('/auth/login', { email: 'nobody@example.com', password: 'x', next: '/channels' });
    expect(await wrong.text()).toContain('href="/auth/oidc?next=%2Fchannels"');
  });

  test('every request is new, and nothing of it but its own token is in the browser', async () => {
    const [one, two] = [t.visitor(), t.visitor()];
    const [a, b] = [await one.get('/auth/oidc'), await two.get('/auth/oidc')];
    const [to, other] = [a, b].map((answer) => new URL(answer.headers.get('location') ?? ''));
    expect(to?.origin).toBe(there.oidc.issuer);
    const sent = Object.fromEntries(to?.searchParams ?? []);
    expect(sent).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', client_id: CLIENT.clientId });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(sent[name]?.length).toBeGreaterThanOrEqual(22);
      expect(other?.searchParams.get(name)).not.toBe(sent[name]);
    }
    const cookie = a.headers.getSetCookie().find((line) => line.startsWith('sp_oidc='));
    expect(cookie).toMatch(/; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax/);
    const token = one.cookies.get('sp_oidc') ?? '';
    expect(Object.values(sent)).not.toContain(token);
    const rows = await t.deps.db.read.all<{ hash: string }>(sql`select hash from challenges where kind = 'oidc'`);
    expect(rows.map(({ hash }) => hash)).toContain(tokenHash(token));
  });

  test('no button, and no such address, without a provider', async () => {
    const plain = await testApp();
    expect(await (await plain.visitor().get('/login')).text()).not.toContain('/auth/oidc');
    expect((await plain.visitor().get('/auth/oidc')).status).toBe(404);
    expect((await plain.visitor().get('/auth/oidc/callback?code=x&state=y')).status).toBe(404);
    await plain.close();
  });

  test('a provider that is away is said in a sentence, and the page works on without it', async () => {
    const gone = await startProvider({});
    await gone.close();
    const app = await testApp({ config: { oidc: gone.oidc } });
    const browser = app.visitor();
    const answer = await browser.get('/auth/oidc?lang=fr');
    expect(answer.headers.get('location')).toBe('/login?lang=fr');
    expect(await (await browser.get('/login?lang=fr')).text()).toContain(entryWords('fr').provider.refused.away);
    await signUp(app, 'alice@example.com', 'alice-shop');
    await app.close();
  });

  test('its description is asked for once an hour', async () => {
    const { liar, oidc, close } = await startLiar();
    const app = await testApp({ config: { oidc } });
    await Promise.all([app.visitor().get('/auth/oidc'), app.visitor().get('/auth/oidc')]);
    await app.visitor().get('/auth/oidc');
    expect(liar.asked).toBe(1);
    app.clock.advance(HOUR);
    await app.visitor().get('/auth/oidc');
    expect(liar.asked).toBe(2);
    await app.close();
    await close();
  });
});

describe('who it is', () => {
  test('somebody new gets a log-in with a verified address, an account and no password', async () => {
    const browser = t.visitor();
    const back = await signInThere(browser, 'newcomer', '/auth/oidc?next=/channels');
    const answer = await browser.get(back);
    expect(answer.headers.get('location')).toBe('/channels');
    expect(await me(browser)).toMatchObject({
      user: { email: 'New.Comer@Example.org', email_verified: true },
      account: { slug: 'new-comer', role: 'owner' },
    });
    const [row] = await t.deps.db.read.all(
      sql`select password_hash from users where email_key = 'new.comer@example.org'`,
    );
    expect(row).toEqual({ password_hash: '!' });
    for (const password of ['!', '', PASSWORD]) {
      const tried = await t.visitor().post('/auth/login', { email: 'new.comer@example.org', password });
      expect(tried.status).toBe(422);
    }
  });

  test('they come back as the same person, whatever their address is by now', async () => {
    const before = await countOf(t, 'users');
    PEOPLE.newcomer.email = 'renamed@example.org';
    const browser = t.visitor();
    await browser.get(await signInThere(browser, 'newcomer'));
    expect((await me(browser))?.user.email).toBe('New.Comer@Example.org');
    expect(await countOf(t, 'users')).toBe(before);
  });

  test('a log-in whose address is verified here is connected, recorded and told', async () => {
    const alice = await signUp(t, 'alice@example.com', 'alice-shop');
    const browser = t.visitor();
    await browser.get(await signInThere(browser, 'alice'));
    expect((await me(browser))?.user.id).toBe(alice.userId);
    const mails = await t.accountMails(alice.email);
    expect(mails.filter(({ event }) => event === 'log_in_changed').map(({ data }) => data.what)).toEqual([
      'Your log-in opens by signing in at Example Ltd from now on.',
    ]);
    const record = await (await alice.browser.get('/settings/audit')).text();
    expect(record).toContain('Connected with the sign-in provider');
    const stays = await t.visitor().post('/auth/login', { email: alice.email, password: PASSWORD });
    expect(stays.status).toBe(303);
  });

  test('an address that went to another person there opens nothing of the first', async () => {
    const browser = t.visitor();
    expect(await refusedWith(browser, await browser.get(await signInThere(browser, 'alice2')))).toContain(
      REFUSED.taken,
    );
  });

  test('a log-in nobody has confirmed is not connected: somebody may have taken the address to wait inside', async () => {
    const squatter = await signUp(t, 'hijacked@example.com', 'squatter', { verified: false });
    const browser = t.visitor();
    const page = await refusedWith(browser, await browser.get(await signInThere(browser, 'hijacked')));
    expect(page).toContain(REFUSED.unconfirmed);
    // The way out it names: the link goes to the address itself, ends the squatter's session and confirms.
    await browser.post('/reset', { email: 'hijacked@example.com' });
    const mail = (await t.accountMails('hijacked@example.com')).find(({ event }) => event === 'reset');
    await browser.post(new URL(mail?.data.link ?? '').pathname, { password: 'another good password' });
    expect(await me(squatter.browser)).toBeNull();
    await browser.get(await signInThere(browser, 'hijacked'));
    expect((await me(browser))?.user.id).toBe(squatter.userId);
  });

  test.each(['unverified', 'silent'])('an address the provider does not vouch for opens nothing: %s', async (who) => {
    const before = [await countOf(t, 'users'), await countOf(t, 'identities')];
    const browser = t.visitor();
    const page = await refusedWith(browser, await browser.get(await signInThere(browser, who)));
    expect(page).toContain(REFUSED.unverified);
    expect([await countOf(t, 'users'), await countOf(t, 'identities')]).toEqual(before);
  });

  test('whoever has two-step log-in is asked for the code, and let in by it only', async () => {
    const carol = await signUp(t, 'carol@example.com', 'carol-shop');
    const { secret } = await withTotp(t, carol);
    const browser = t.visitor();
    const answer = await browser.get(await signInThere(browser, 'carol', '/auth/oidc?next=/monitors'));
    expect(answer.headers.get('location')).toBe('/login/code');
    expect(await me(browser)).toBeNull();
    t.clock.advance(MINUTE);
    const entered = await browser.post('/auth/code', { code: codeAt(secret, t.clock.now()) });
    expect(entered.headers.get('location')).toBe('/monitors');
    expect((await me(browser))?.user.id).toBe(carol.userId);
  });

  test('a public client needs no secret', async () => {
    const other = await startProvider(PEOPLE, { public: true });
    const app = await testApp({ config: { oidc: other.oidc } });
    const browser = app.visitor();
    await browser.get(await signInThere(browser, 'guest'));
    expect((await me(browser))?.user.email).toBe('guest@example.com');
    await app.close();
    await other.close();
  });
});

describe('where strangers may not sign up', () => {
  test.each([
    ['closed', 'New accounts cannot be made here.'],
    ['invite', 'You need an invitation to sign up here.'],
  ] satisfies [Config['signups'], string][])(
    '%s: refused, unless an invitation for that address leads',
    async (signups, sentence) => {
      const app = await testApp({ config: { oidc: there.oidc, signups: 'open' } });
      const alice = await signUp(app, 'alice@example.com', 'alice-shop', { plan: 'business' });
      await alice.browser.post('/settings/members', { email: 'guest@example.com', role: 'viewer' });
      const [mail] = await app.accountMails('guest@example.com');
      const invite = new URL(mail?.data.link ?? '').pathname;
      app.deps.config.signups = signups;

      const stranger = app.visitor();
      expect(await refusedWith(stranger, await stranger.get(await signInThere(stranger, 'guest')))).toContain(sentence);
      const thief = app.visitor();
      const way = `/auth/oidc?next=${encodeURIComponent(invite)}`;
      expect(await refusedWith(thief, await thief.get(await signInThere(thief, 'dave', way)))).toContain(sentence);
      expect(await countOf(app, 'users')).toBe(1);

      const guest = app.visitor();
      const page = await (await guest.get(invite)).text();
      expect(page).toContain(way.replaceAll('&', '&amp;'));
      // A language chosen by hand goes along, and the invitation is found all the same.
      const german = `${invite}?lang=de`;
      const onward = `/auth/oidc?${new URLSearchParams({ next: german, lang: 'de' }).toString()}`;
      expect(await (await guest.get(german)).text()).toContain(onward.replaceAll('&', '&amp;'));
      const back = await guest.get(await signInThere(guest, 'guest', onward));
      expect(back.headers.get('location')).toBe(german);
      expect(await (await guest.get(invite)).text()).toContain('Join alice-shop');
      await guest.post(invite);
      expect(await me(guest)).toMatchObject({ user: { email: 'guest@example.com' }, account: { role: 'viewer' } });
      expect(await countOf(app, 'accounts')).toBe(1);
      await app.close();
    },
  );
});

describe('answers that open nothing', () => {
  let dave: Visitor;
  let answer: string;
  let before: number[];

  const counts = () => Promise.all((['users', 'identities', 'sessions'] as const).map((table) => countOf(t, table)));

  async function ready() {
    dave = t.visitor();
    answer = await signInThere(dave, 'dave');
    before = await counts();
  }

  const changed = (set: (query: URLSearchParams) => void): string => {
    const url = new URL(answer, 'http://x');
    set(url.searchParams);
    return url.pathname + url.search;
  };

  test.each([
    ['no code', (q: URLSearchParams) => q.delete('code'), 'failed'],
    ['another code', (q: URLSearchParams) => q.set('code', 'made-up'), 'failed'],
    ['no state', (q: URLSearchParams) => q.delete('state'), 'failed'],
    ['another state', (q: URLSearchParams) => q.set('state', 'made-up'), 'failed'],
    ['two states', (q: URLSearchParams) => q.append('state', 'made-up'), 'failed'],
    ['another issuer', (q: URLSearchParams) => q.set('iss', 'https://evil.example'), 'failed'],
    ['no issuer, though the provider always names itself', (q: URLSearchParams) => q.delete('iss'), 'failed'],
    ['an error', (q: URLSearchParams) => q.set('error', 'server_error'), 'failed'],
    ['an error with markup', (q: URLSearchParams) => q.set('error', '<script>alert(1)</script>'), 'failed'],
    ['calling off', (q: URLSearchParams) => q.set('error', 'access_denied'), 'cancelled'],
  ] as const)('%s', async (_, set, reason) => {
    await ready();
    const page = await refusedWith(dave, await dave.get(changed(set)));
    expect(page).toContain(REFUSED[reason]);
    expect(page).not.toContain('<script>alert');
    expect(await counts()).toEqual(before);
  });

  test('turning back at the provider', async () => {
    const browser = t.visitor();
    const { location = '' } = Object.fromEntries((await browser.get('/auth/oidc')).headers);
    const back = await answerFor(location, 'dave', { cancel: true });
    expect(back).toContain('error=access_denied');
    expect(await refusedWith(browser, await browser.get(back))).toContain(REFUSED.cancelled);
  });

  test('an answer to something else leaves the right one waiting', async () => {
    await ready();
    await refusedWith(dave, await dave.get('/auth/oidc/callback?code=evil&state=evil'));
    await dave.get(answer);
    expect((await me(dave))?.user.email).toBe('dave@elsewhere.example');
  });

  test('a second time', async () => {
    await ready();
    const cookie = dave.cookies.get('sp_oidc') ?? '';
    await dave.get(answer);
    expect(dave.cookies.has('sp_oidc')).toBe(false);
    const thief = t.visitor();
    thief.cookies.set('sp_oidc', cookie);
    expect(await refusedWith(thief, await thief.get(answer))).toContain(REFUSED.late);
  });

  test('in another browser, with a sign-in of its own or without', async () => {
    await ready();
    const victim = t.visitor();
    expect(await refusedWith(victim, await victim.get(answer))).toContain(REFUSED.late);
    await victim.get('/auth/oidc');
    expect(await refusedWith(victim, await victim.get(answer))).toContain(REFUSED.failed);
    expect(await counts()).toEqual(before);
  });

  test('after ten minutes', async () => {
    await ready();
    t.clock.advance(10 * MINUTE);
    expect(await refusedWith(dave, await dave.get(answer))).toContain(REFUSED.late);
  });

  test('another code of the same provider, got in a browser of one’s own', async () => {
    await ready();
    const mallory = t.visitor();
    const stolen = new URL(await signInThere(mallory, 'alice'), 'http://x').searchParams.get('code') ?? '';
    const page = await refusedWith(dave, await dave.get(changed((q) => q.set('code', stolen))));
    expect(page).toContain(REFUSED.failed);
  });
});

describe('tokens that open nothing', () => {
  let lying: Awaited<ReturnType<typeof startLiar>>;
  let app: TestApp;

  beforeAll(async () => {
    lying = await startLiar();
    app = await testApp({ config: { oidc: lying.oidc } });
  });
  afterAll(async () => {
    await app.close();
    await lying.close();
  });

  async function callback(lie: Lie) {
    const browser = app.visitor();
    const sent = new URL((await browser.get('/auth/oidc')).headers.get('location') ?? '').searchParams;
    lying.liar.nonce = sent.get('nonce') ?? '';
    lying.liar.lie = lie;
    return { browser, answer: await browser.get(`/auth/oidc/callback?code=x&state=${sent.get('state')}`) };
  }

  const now = Math.floor(Date.now() / 1_000);

  test.each([
    ['another audience', { claims: { aud: 'another-client' } }],
    ['several audiences, another the bearer', { claims: { aud: [CLIENT.clientId, 'other'], azp: 'other' } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['another nonce', { claims: { nonce: 'made-up' } }],
    ['no nonce', { without: ['nonce'] }],
    ['no subject', { without: ['sub'] }],
    ['no audience', { without: ['aud'] }],
    ['no expiry', { without: ['exp'] }],
    ['expired', { claims: { iat: now - 900, exp: now - 600 } }],
    ['not valid yet', { claims: { nbf: now + 600 } }],
    ['unsigned, though the provider says it signs so too', { sign: 'none' }],
    ['signed with another key', { sign: 'other key' }],
    ['signed with our own secret', { sign: 'client secret' }],
    ['an error', { answer: { status: 400, body: '{"error":"invalid_grant"}' } }],
    ['no token', { answer: { status: 200, body: '{"access_token":"x","token_type":"Bearer"}' } }],
    ['no JSON', { answer: { status: 200, body: '<html>' } }],
    ['a fault', { answer: { status: 500, body: '{}' } }],
  ] satisfies [string, Lie][])('%s', async (_, lie) => {
    const { browser, answer } = await callback(lie);
    expect(await refusedWith(browser, answer)).toContain(REFUSED.failed);
    expect(await countOf(app, 'users')).toBe(0);
  });

  test('an address that is verified in words only', async () => {
    const { browser, answer } = await callback({ claims: { email_verified: 'true' } });
    expect(await refusedWith(browser, answer)).toContain(REFUSED.unverified);
    const odd = await callback({ claims: { email: 'no address' } });
    expect(await refusedWith(odd.browser, odd.answer)).toContain(REFUSED.unverified);
  });

  test('the truth lets in, so it was the lies that did not', async () => {
    const { browser } = await callback({});
    expect((await me(browser))?.user.email).toBe('eve@example.org');
  });

  test('the log says why, and nothing of what was sent', () => {
    const lines = app.logged.filter(({ msg }) => msg === 'a sign-in at the identity provider was refused');
    expect(lines.length).toBeGreaterThan(10);
    expect(JSON.stringify(lines)).not.toMatch(/eyJ|eve@|a-secret/);
  });
});

describe('connecting in the settings', () => {
  /** Asks to be connected and signs in there. Returns the way back. */
  async function connectAs(browser: Visitor, who: string): Promise<string> {
    const answer = await browser.post('/settings/security/identity', { identity_password: PASSWORD });
    expect(answer.status, await answer.clone().text()).toBe(200);
    const address = /^0; url=(.+)$/.exec(answer.headers.get('refresh') ?? '')?.[1] ?? '';
    return answerFor(address, who);
  }

  test('connects another address, and that opens the log-in', async () => {
    const erin = await signUp(t, 'erin@example.com', 'erin-shop');
    expect(await (await erin.browser.get('/settings/security')).text()).toContain('Not connected');
    const back = await connectAs(erin.browser, 'erin-there');
    expect((await erin.browser.get(back)).headers.get('location')).toBe('/settings/security');
    const page = await (await erin.browser.get('/settings/security')).text();
    expect(page).toContain('Connected. You can log in with Example Ltd from now on.');
    const other = t.visitor();
    await other.get(await signInThere(other, 'erin-there'));
    expect((await me(other))?.user.id).toBe(erin.userId);

    t.clock.advance(MINUTE);
    const ended = await erin.browser.post('/settings/security/identity/remove');
    expect(ended.status).toBe(303);
    expect(await me(other)).toBeNull();
    expect((await me(erin.browser))?.user.id).toBe(erin.userId);
    const told = (await t.accountMails(erin.email)).filter(({ event }) => event === 'log_in_changed');
    expect(told.map(({ data }) => data.what)).toEqual([
      'Your log-in opens by signing in at Example Ltd from now on.',
      'Your log-in does not open by signing in at Example Ltd any more.',
    ]);
    expect(await refusedWith(other, await other.get(await signInThere(other, 'erin-there')))).toContain(
      REFUSED.unverified,
    );
    expect((await erin.browser.post('/settings/security/identity/remove')).status).toBe(404);
  });

  test('needs the password once the log-in is not fresh', async () => {
    const frank = await signUp(t, 'frank@example.com', 'frank-shop');
    t.clock.advance(HOUR);
    const wrong = await frank.browser.post('/settings/security/identity', { identity_password: 'guess' });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('That is not your password.');
    expect(wrong.headers.get('refresh')).toBeNull();
    await frank.browser.get(await connectAs(frank.browser, 'frank-there'));
    const removing = await frank.browser.post('/settings/security/identity/remove', { identity_password: 'guess' });
    expect(removing.status).toBe(422);
    expect(await (await frank.browser.get('/settings/security')).text()).toContain('Connected since');
  });

  test('an answer connects only in the session that asked', async () => {
    const grace = await signUp(t, 'grace@example.com', 'grace-shop');
    const heidi = await signUp(t, 'heidi@example.com', 'heidi-shop');
    const back = await connectAs(grace.browser, 'grace-there');
    const before = await countOf(t, 'identities');
    // Mallory's answer in Grace's browser, and Grace's cookie with another's session.
    await heidi.browser.get(back);
    heidi.browser.cookies.set('sp_oidc', grace.browser.cookies.get('sp_oidc') ?? '');
    await heidi.browser.get(back);
    expect(await (await heidi.browser.get('/settings/security')).text()).toContain(REFUSED.late);
    await grace.browser.get(back);
    expect(await countOf(t, 'identities')).toBe(before);
  });

  test('who is connected already stays where they are', async () => {
    const ivan = await signUp(t, 'ivan@example.com', 'ivan-shop');
    const judy = await signUp(t, 'judy@example.com', 'judy-shop');
    await ivan.browser.get(await connectAs(ivan.browser, 'ivan-there'));
    await judy.browser.get(await connectAs(judy.browser, 'ivan-there'));
    expect(await (await judy.browser.get('/settings/security')).text()).toContain('Another log-in here is connected');
    await ivan.browser.get(await connectAs(ivan.browser, 'ivan-elsewhere'));
    expect(await (await ivan.browser.get('/settings/security')).text()).toContain('Disconnect that one first');
    const browser = t.visitor();
    await browser.get(await signInThere(browser, 'ivan-there'));
    expect((await me(browser))?.user.id).toBe(ivan.userId);
  });

  test('the only way in cannot be taken away', async () => {
    const browser = t.visitor();
    await browser.get(await signInThere(browser, 'guest'));
    const answer = await browser.post('/settings/security/identity/remove');
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('It is your only way in.');
    const again = t.visitor();
    await again.get(await signInThere(again, 'guest'));
    expect((await me(again))?.user.email).toBe('guest@example.com');
  });

  test('nobody logged in, nothing connected', async () => {
    const answer = await t.visitor().post('/settings/security/identity');
    expect(answer.headers.get('location')).toMatch(/^\/login/);
  });
});

test.each(LANGUAGES)('every refusal has words of its own in %s', (language) => {
  const { refused, button } = entryWords(language).provider;
  expect(new Set(Object.values(refused)).size).toBe(7);
  expect(button('Example Ltd')).toContain('Example Ltd');
  if (language !== 'en')
    for (const [key, text] of Object.entries(REFUSED)) expect(refused[key as keyof typeof refused]).not.toBe(text);
});
