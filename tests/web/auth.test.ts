import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { releaseSlug } from '../../src/accounts/slug-queries.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { PASSWORD, signUp, world } from '../support/world.ts';

let it: TestApp;
beforeEach(async () => {
  it = await testApp();
});
afterEach(() => it.close());

const ALICE = { email: 'alice@example.com', password: PASSWORD, slug: 'alice-shop' };

interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

async function count(table: string): Promise<number> {
  const [row] = await it.deps.db.read.all<{ n: number }>(sql.raw(`select count(*) as n from ${table}`));
  return row?.n ?? 0;
}

async function body<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}

describe('signing up', () => {
  test('by form makes everything an account needs and logs in', async () => {
    const alice = it.visitor();
    const answer = await alice.post('/auth/signup', { ...ALICE, name: 'Alice & Sons' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/dashboard');
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('sp_session='));
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).not.toMatch(/Domain|Secure/);
    expect(await body(await alice.json('GET', '/auth/me'))).toEqual({
      user: { id: expect.stringMatching(/^usr_/), email: ALICE.email, name: 'Alice & Sons', email_verified: false },
      account: {
        id: expect.stringMatching(/^acc_/),
        name: 'Alice & Sons',
        slug: 'alice-shop',
        plan: 'free',
        role: 'owner',
      },
    });
    for (const table of [
      'users',
      'accounts',
      'memberships',
      'sessions',
      'status_pages',
      'channels',
      'one_time_tokens',
    ]) {
      expect(await count(table), table).toBe(1);
    }
    const [mail] = await it.accountMails(ALICE.email);
    expect(mail).toMatchObject({
      event: 'verify',
      data: { link: expect.stringMatching(/^http:\/\/localhost:8000\/verify\//) },
    });
    expect(await count('audit_log')).toBe(1);
  });

  test('by JSON answers 201 with a token pair that works', async () => {
    const program = it.visitor();
    const answer = await program.request('/auth/signup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ALICE),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const made = await body<Tokens & { account: { plan: string } }>(answer);
    expect(made).toMatchObject({ token_type: 'bearer', expires_in: 1_800, account: { plan: 'free', role: 'owner' } });
    program.token = made.access_token;
    expect(await body(await program.json('GET', '/auth/me'))).toMatchObject({ user: { email: ALICE.email } });
  });

  test('shows the form again with what was typed, never the password', async () => {
    const answer = await it.visitor().post('/auth/signup', {
      email: 'not an address',
      password: 'short',
      slug: 'Admin',
      name: 'Älice <b>',
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('value="not an address"');
    expect(page).toContain('value="Admin"');
    expect(page).toContain('value="Älice &lt;b&gt;"');
    expect(page).toContain('That is not an e-mail address.');
    expect(page).toContain('Use at least 8 characters.');
    expect(page).toContain('&quot;admin-site&quot; is free.');
    expect(page).not.toContain('short');
    expect(await count('users')).toBe(0);
  });

  test('by JSON names every field that does not fit', async () => {
    const answer = await it.visitor().json('POST', '/auth/signup', { email: 7, slug: 'x' });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = await body<{ errors: { field: string; message: string }[] }>(answer);
    expect(problem).toMatchObject({ status: 422, code: 'invalid', instance: '/auth/signup' });
    expect(problem.errors.map(({ field }) => field)).toEqual(['email', 'password']);
    for (const { message } of problem.errors) expect(message).toMatch(/^[A-Z].*\.$/);
  });

  test('refuses a taken slug and a taken address beside their fields', async () => {
    await signUp(it, ALICE.email, ALICE.slug);
    const answer = await it.visitor().json('POST', '/auth/signup', { ...ALICE, email: 'ALICE@example.com' });
    expect(answer.status).toBe(422);
    const { errors } = await body<{ errors: { field: string; message: string }[] }>(answer);
    expect(errors).toEqual([
      { field: 'email', message: expect.stringContaining('already') },
      { field: 'slug', message: expect.stringContaining('"alice-shop-status" is free.') },
    ]);
  });

  test('gives a slug to one of two who ask at the same moment', async () => {
    const answers = await Promise.all(
      ['a@example.com', 'b@example.com'].map((email) => it.visitor().post('/auth/signup', { ...ALICE, email })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422]);
    expect(await count('users')).toBe(1);
    expect(await count('status_pages')).toBe(1);
  });

  test('keeps a released slug from others for thirty days', async () => {
    await it.deps.db.write('arrange', (tx) => releaseSlug(tx, 'alice-shop', 'acc_gone', it.clock.now()));
    it.clock.advance(30 * DAY - MINUTE);
    expect((await it.visitor().post('/auth/signup', ALICE)).status).toBe(422);
    it.clock.advance(2 * MINUTE);
    expect((await it.visitor().post('/auth/signup', ALICE)).status).toBe(303);
  });

  test.each(['closed', 'invite'] as const)('is refused with a sentence when SIGNUPS is %s', async (signups) => {
    const shut = await testApp({ config: { signups } });
    const answer = await shut.visitor().post('/auth/signup', ALICE);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Ask whoever runs this StatusPing.');
    expect(await (await shut.visitor().get('/signup')).text()).not.toContain('<form');
    await shut.close();
  });

  test('takes no password longer than bcrypt reads', async () => {
    const start = 'ä'.repeat(36);
    const visitor = it.visitor();
    expect((await visitor.post('/auth/signup', { ...ALICE, password: `${start}x` })).status).toBe(422);
    expect((await visitor.post('/auth/signup', { ...ALICE, password: start })).status).toBe(303);
    const longer = await it.visitor().post('/auth/login', { email: ALICE.email, password: `${start}x` });
    expect(longer.status).toBe(422);
  });
});

describe('logging in and out', () => {
  beforeEach(() => signUp(it, ALICE.email, ALICE.slug));

  test('opens a new session each time and leads to where the person was going', async () => {
    const visitor = it.visitor();
    const asked = await visitor.get('/settings?tab=plan');
    expect(asked.headers.get('location')).toBe('/login?next=%2Fsettings%3Ftab%3Dplan');
    const form = await (await visitor.get('/login?next=%2Fsettings%3Ftab%3Dplan')).text();
    expect(form).toContain('name="next" value="/settings?tab=plan"');
    const next = { next: '/settings?tab=plan' };
    const first = await visitor.post('/auth/login', { ...ALICE, ...next });
    expect(first.headers.get('location')).toBe('/settings?tab=plan');
    const before = visitor.cookies.get('sp_session');
    await visitor.post('/auth/login', ALICE);
    expect(visitor.cookies.get('sp_session')).not.toBe(before);
  });

  test('answers an unknown address and a wrong password alike', async () => {
    const wrong = await it.visitor().post('/auth/login', { ...ALICE, password: 'wrong horse' });
    const unknown = await it.visitor().post('/auth/login', { ...ALICE, email: 'alicf@example.com' });
    expect([wrong.status, unknown.status]).toEqual([422, 422]);
    const strip = (page: string) => page.replace(/value="alic.@example.com"|<code>[^<]*<\/code>/g, '');
    expect(strip(await wrong.text())).toBe(strip(await unknown.text()));
    const json = await it.visitor().json('POST', '/auth/login', { ...ALICE, password: 'wrong horse' });
    expect(json.status).toBe(401);
  });

  test('a log-out kills the cookie at once, also a copy of it', async () => {
    const visitor = it.visitor();
    await visitor.post('/auth/login', ALICE);
    const copy = it.visitor();
    for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
    expect((await copy.json('GET', '/auth/me')).status).toBe(200);
    const out = await visitor.post('/auth/logout');
    expect(out.status).toBe(303);
    expect(visitor.cookies.has('sp_session')).toBe(false);
    expect((await copy.json('GET', '/auth/me')).status).toBe(401);
  });

  test('a session ends by itself after thirty days', async () => {
    const visitor = it.visitor();
    await visitor.post('/auth/login', ALICE);
    it.clock.advance(30 * DAY - MINUTE);
    expect((await visitor.json('GET', '/auth/me')).status).toBe(200);
    it.clock.advance(2 * MINUTE);
    expect((await visitor.json('GET', '/auth/me')).status).toBe(401);
  });

  test('a session ends with the membership behind it', async () => {
    const { alice, bob } = await world(await fresh());
    expect((await bob.browser.json('GET', '/auth/me')).status).toBe(200);
    await it.deps.db.write('remove', (tx) => tx.run(sql`delete from memberships where user_id = ${bob.userId}`));
    expect((await bob.browser.json('GET', '/auth/me')).status).toBe(401);
    expect((await alice.browser.json('GET', '/auth/me')).status).toBe(200);
  });

  async function fresh(): Promise<TestApp> {
    await it.close();
    it = await testApp();
    return it;
  }
});

describe('tokens for programs', () => {
  let program: Visitor;
  let first: Tokens;
  beforeEach(async () => {
    program = it.visitor();
    await program.json('POST', '/auth/signup', ALICE);
    first = await body<Tokens>(await program.json('POST', '/auth/login', ALICE));
  });

  const refresh = (token: string) => it.visitor().json('POST', '/auth/refresh', { refresh_token: token });
  const me = (token: string) => {
    const visitor = it.visitor();
    visitor.token = token;
    return visitor.json('GET', '/auth/me').then(({ status }) => status);
  };

  test('an access token lasts half an hour, its refresh token makes the next', async () => {
    expect(await me(first.access_token)).toBe(200);
    it.clock.advance(31 * MINUTE);
    expect(await me(first.access_token)).toBe(401);
    const second = await body<Tokens>(await refresh(first.refresh_token));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await me(second.access_token)).toBe(200);
  });

  test('a refresh token that comes twice ends the whole family', async () => {
    const second = await body<Tokens>(await refresh(first.refresh_token));
    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect(await me(second.access_token)).toBe(401);
    expect((await refresh(second.refresh_token)).status).toBe(401);
  });

  test('a log-out by bearer ends access and refresh', async () => {
    program.token = first.access_token;
    const out = () => program.json('POST', '/auth/logout').then(({ status }) => status);
    expect([await out(), await out()]).toEqual([204, 204]);
    expect(await me(first.access_token)).toBe(401);
    expect((await refresh(first.refresh_token)).status).toBe(401);
  });

  test.each([['nonsense'], ['ses_x.y'], [''], ['x'.repeat(1_000)]])('%j is no refresh token', async (token) => {
    expect((await refresh(token)).status).toBe(401);
  });

  test('neither kind of token passes for the other', async () => {
    const browser = await signUp(it, 'carol@example.com', 'carol');
    const cookie = browser.browser.cookies.get('sp_session') ?? '';
    expect(await me(cookie)).toBe(401);
    const visitor = it.visitor();
    visitor.cookies.set('sp_session', first.access_token);
    expect((await visitor.json('GET', '/auth/me')).status).toBe(401);
    expect(await me(first.access_token)).toBe(200);
  });
});

describe('verifying the address', () => {
  test('needs the button, works once, and the banner goes', async () => {
    const alice = await signUp(it, ALICE.email, ALICE.slug, { verified: false });
    const [mail] = await it.accountMails(ALICE.email);
    const path = new URL(mail?.data.link ?? '').pathname;
    expect(await (await alice.browser.get('/settings')).text()).toContain('Confirm your e-mail address.');
    const page = await it.visitor().get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await (await alice.browser.get('/settings')).text()).toContain('Confirm your e-mail address.');
    const done = await alice.browser.post(path);
    expect(done.headers.get('location')).toBe('/dashboard');
    expect(await (await alice.browser.get('/settings')).text()).not.toContain('Confirm your e-mail address.');
    expect((await alice.browser.get(path)).status).toBe(404);
    expect((await alice.browser.post(path)).status).toBe(409);
  });

  test('a program that asks for another mail is not led to a page', async () => {
    await signUp(it, ALICE.email, ALICE.slug, { verified: false });
    const before = (await it.accountMails(ALICE.email)).at(-1)?.data.link;
    const login = await it.visitor().json('POST', '/auth/login', { email: ALICE.email, password: PASSWORD });
    const program = it.visitor();
    program.token = ((await login.json()) as { access_token: string }).access_token;
    const answer = await program.json('POST', '/auth/verification');
    expect([answer.status, answer.headers.get('location')]).toEqual([202, null]);
    expect((await it.accountMails(ALICE.email)).at(-1)?.data.link).not.toBe(before);
  });

  test('a mail asked for again replaces the first and is limited', async () => {
    const alice = await signUp(it, ALICE.email, ALICE.slug, { verified: false });
    const [first] = await it.accountMails(ALICE.email);
    for (let i = 0; i < 3; i++) expect((await alice.browser.post('/auth/verification')).status).toBe(303);
    expect((await alice.browser.post('/auth/verification')).status).toBe(429);
    expect((await it.visitor().post(new URL(first?.data.link ?? '').pathname)).status).toBe(409);
    const mails = await it.accountMails(ALICE.email);
    expect((await it.visitor().post(new URL(mails.at(-1)?.data.link ?? '').pathname)).status).toBe(303);
  });
});

describe('resetting a password', () => {
  beforeEach(() => signUp(it, ALICE.email, ALICE.slug, { verified: false }));

  const resetPath = async () => {
    const mail = (await it.accountMails(ALICE.email)).findLast(({ event }) => event === 'reset');
    return new URL(mail?.data.link ?? 'http://none/').pathname;
  };

  test('says the same for a known and an unknown address', async () => {
    const known = await it.visitor().post('/reset', { email: ALICE.email });
    const unknown = await it.visitor().post('/reset', { email: 'nobody@example.com' });
    expect([known.status, unknown.status]).toEqual([200, 200]);
    expect(await known.text()).toBe(await unknown.text());
    expect(await it.accountMails('nobody@example.com')).toEqual([]);
  });

  test('sets the new password, ends every session and works once', async () => {
    const elsewhere = it.visitor();
    await elsewhere.post('/auth/login', ALICE);
    await it.visitor().post('/reset', { email: ' Alice@Example.com ' });
    const path = await resetPath();
    const page = await it.visitor().get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect((await elsewhere.json('GET', '/auth/me')).status).toBe(200);

    const short = await it.visitor().post(path, { password: 'short' });
    expect(short.status).toBe(422);
    expect(await short.text()).toContain('Use at least 8 characters.');

    const done = await it.visitor().post(path, { password: 'another horse' });
    expect(done.headers.get('location')).toBe('/login');
    expect((await elsewhere.json('GET', '/auth/me')).status).toBe(401);
    expect((await it.visitor().post('/auth/login', ALICE)).status).toBe(422);
    const back = it.visitor();
    expect((await back.post('/auth/login', { ...ALICE, password: 'another horse' })).status).toBe(303);
    // Who reads the mailbox has shown that it is theirs.
    expect(await body(await back.json('GET', '/auth/me'))).toMatchObject({ user: { email_verified: true } });
    expect((await it.visitor().post(path, { password: 'a third horse' })).status).toBe(409);
    expect((await it.accountMails(ALICE.email)).map(({ event }) => event)).toContain('password_changed');
  });

  test('a link dies after an hour and with a newer one', async () => {
    await it.visitor().post('/reset', { email: ALICE.email });
    const old = await resetPath();
    await it.visitor().post('/reset', { email: ALICE.email });
    expect((await it.visitor().get(old)).status).toBe(404);
    const path = await resetPath();
    it.clock.advance(HOUR + 1_000);
    expect((await it.visitor().post(path, { password: 'another horse' })).status).toBe(409);
  });

  test('two who press the button at once: one wins', async () => {
    await it.visitor().post('/reset', { email: ALICE.email });
    const path = await resetPath();
    const answers = await Promise.all(
      ['first horse', 'second horse'].map((password) => it.visitor().post(path, { password })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409]);
  });

  test('only the hash of a link is kept', async () => {
    await it.visitor().post('/reset', { email: ALICE.email });
    const token = (await resetPath()).split('/').at(-1) ?? '';
    const rows = await it.deps.db.read.all<{ hash: string }>(sql`select hash from one_time_tokens`);
    expect(rows.length).toBeGreaterThan(0);
    for (const { hash } of rows) expect(hash).not.toContain(token);
  });

  test('a flooded mailbox gets three mails in a quarter and the answer stays the same', async () => {
    const ask = async () => (await it.visitor().post('/reset', { email: ALICE.email })).text();
    const first = [await ask(), await ask(), await ask()];
    const third = await resetPath();
    const later = [await ask(), await ask()];
    expect(new Set([...first, ...later]).size).toBe(1);
    expect(await resetPath()).toBe(third);
    it.clock.advance(15 * MINUTE);
    await ask();
    expect(await resetPath()).not.toBe(third);
  });
});

describe('limits', () => {
  beforeEach(() => signUp(it, ALICE.email, ALICE.slug));

  const guess = (visitor: Visitor, email: string) => visitor.post('/auth/login', { email, password: 'wrong horse' });

  test('ten wrong guesses at a mailbox, however it is spelt, are enough for a quarter of an hour', async () => {
    const spellings = ['alice@example.com', 'ALICE@example.com', 'alice+x@example.com', ' Alice+Y@Example.com'];
    for (let i = 0; i < 10; i++) expect((await guess(it.visitor(), spellings[i % 4] ?? '')).status).toBe(422);
    const refused = await guess(it.visitor({ ip: '203.0.113.9' }), ALICE.email);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await it.visitor().post('/auth/login', ALICE)).status).toBe(429);
    it.clock.advance(15 * MINUTE);
    expect((await it.visitor().post('/auth/login', ALICE)).status).toBe(303);
  });

  test("others' guesses do not lock out a browser the owner has used before", async () => {
    const owner = it.visitor();
    await owner.post('/auth/login', ALICE);
    await owner.post('/auth/logout');
    for (let i = 0; i < 12; i++) await guess(it.visitor({ ip: '203.0.113.9' }), ALICE.email);
    expect((await it.visitor().post('/auth/login', ALICE)).status).toBe(429);
    expect((await owner.post('/auth/login', ALICE)).status).toBe(303);
  });

  test("a browser that somebody else has used gains nothing at Alice's door", async () => {
    const { browser } = await signUp(it, 'mallory@example.net', 'mallory-inc');
    for (let i = 0; i < 10; i++) await guess(it.visitor(), ALICE.email);
    expect((await guess(browser, ALICE.email)).status).toBe(429);
  });

  test('a rightful log-in takes its own try back', async () => {
    for (let i = 0; i < 30; i++) expect((await it.visitor().post('/auth/login', ALICE)).status).toBe(303);
  });

  test('count before hashing and survive a restart', async () => {
    for (let i = 0; i < 11; i++) await guess(it.visitor(), 'nobody@example.com');
    let hashed = 0;
    const real = it.deps.passwords;
    it.deps.passwords = {
      ...real,
      verify: (...args) => {
        hashed += 1;
        return real.verify(...args);
      },
    };
    expect((await guess(it.visitor(), 'nobody@example.com')).status).toBe(429);
    expect(hashed).toBe(0);
    const rows = await it.deps.db.read.all(sql`select * from rate_limits where key = 'login:box:nobody@example.com'`);
    expect(rows).toHaveLength(1);
  });

  test('one address on the internet has twenty tries an hour, an IPv6 /64 counts as one', async () => {
    const net = await testApp({ config: { baseUrl: 'https://status.example.com' } });
    const spread = (i: number) => net.visitor({ ip: `2001:db8:1:2:${i.toString(16)}::${i + 1}` });
    for (let i = 0; i < 20; i++) expect((await guess(spread(i), `u${i}@example.com`)).status).toBe(422);
    expect((await guess(spread(20), 'u20@example.com')).status).toBe(429);
    const neighbour = net.visitor({ ip: '2001:db8:1:3::1' });
    expect((await guess(neighbour, 'u21@example.com')).status).toBe(422);
    await net.close();
  });
});
