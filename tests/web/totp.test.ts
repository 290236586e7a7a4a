import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import { findCommand } from '../../src/commands.ts';
import { MINUTE } from '../../src/core/time.ts';
import { setPassword } from '../../src/users/queries.ts';
import { openSession } from '../../src/users/sessions.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { beginTotp, codeAt, withTotp, wrongCodeAt } from '../support/authenticator-app.ts';
import { PASSWORD, signUp, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it);
});
afterEach(() => it.close());

const me = async (who: Visitor) => (await who.json('GET', '/auth/me')).status;
const logIn = (who: Visitor, more: Record<string, string> = {}) =>
  who.post('/auth/login', { email: w.alice.email, password: PASSWORD, ...more });
const byJson = (who: Visitor, more: object = {}) =>
  who.json('POST', '/auth/login', { email: w.alice.email, password: PASSWORD, ...more });
const stored = async () => {
  const [row] = await it.deps.db.read.all<{ totp_secret: string | null; totp_since: number | null; tv: number }>(
    sql`select totp_secret, totp_since, token_version as tv from users where id = ${w.alice.userId}`,
  );
  return row;
};
const actions = () =>
  it.deps.db.read.all<{ action: string }>(sql`select action from audit_log where user_id = ${w.alice.userId}`);

describe('setting up', () => {
  test('asks the password, shows picture and secret, and is on with the first code', async () => {
    const { browser } = w.alice;
    expect((await browser.post('/settings/security/totp', { password: 'not mine' })).status).toBe(422);
    expect((await stored())?.totp_secret).toBeNull();
    const secret = await beginTotp(browser);
    const page = await (await browser.get('/settings/security/totp')).text();
    expect(page).toMatch(/<svg [^>]*viewBox/);
    expect(page).not.toMatch(/<svg[^>]* style=|<path[^>]* style=/);
    expect((await stored())?.totp_secret).not.toContain(secret.replaceAll(' ', ''));
    expect((await stored())?.totp_since).toBeNull();

    const wrong = await browser.post('/settings/security/totp/confirm', { code: wrongCodeAt(secret, it.clock.now()) });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('That is not the code the app shows now.');
    const right = await browser.post('/settings/security/totp/confirm', { code: codeAt(secret, it.clock.now()) });
    expect(right.status).toBe(200);
    const codes = [...(await right.text()).matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, code]) => code);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}$/);
    const kept = await it.deps.db.read.all<{ hash: string }>(sql`select hash from recovery_codes`);
    expect(JSON.stringify(kept)).not.toContain(codes[0]);
    expect((await stored())?.totp_secret).not.toContain(secret.replaceAll(' ', ''));
    expect(await (await browser.get('/settings/security')).text()).toContain('10 recovery codes are left.');
    expect((await it.accountMails(w.alice.email)).at(-1)).toMatchObject({
      event: 'log_in_changed',
      data: { what: 'Two-step log-in was switched on.' },
    });
    expect(await actions()).toContainEqual({ action: 'second_factor.on' });
  });

  test('ends every other session, by row and by token version, and keeps this browser', async () => {
    const elsewhere = it.visitor();
    await logIn(elsewhere);
    const stolen = w.alice.browser.cookies.get('sp_session') ?? '';
    const before = (await stored())?.tv ?? 0;
    await withTotp(it, w.alice);
    expect(await me(w.alice.browser)).toBe(200);
    expect(await me(elsewhere)).toBe(401);
    elsewhere.cookies.set('sp_session', stolen);
    expect(await me(elsewhere)).toBe(401);
    expect((await stored())?.tv).toBe(before + 1);
    expect(await me(w.bob.browser)).toBe(200);
  });

  test('cannot be finished from another session, nor half an hour later, nor twice', async () => {
    const secret = await beginTotp(w.alice.browser);
    const stranger = it.visitor();
    await logIn(stranger);
    const code = () => codeAt(secret, it.clock.now());
    expect((await stranger.get('/settings/security/totp')).status).toBe(303);
    expect((await stranger.post('/settings/security/totp/confirm', { code: code() })).status).toBe(303);
    it.clock.advance(30 * MINUTE);
    expect((await w.alice.browser.post('/settings/security/totp/confirm', { code: code() })).status).toBe(303);
    expect((await stored())?.totp_since).toBeNull();
    await withTotp(it, w.alice);
    const again = await w.alice.browser.post('/settings/security/totp', { password: PASSWORD });
    expect(again.status).toBe(409);
  });
});

describe('logging in by form', () => {
  test('asks the code on a page of its own and opens a session only then', async () => {
    const { code } = await withTotp(it, w.alice);
    const phone = it.visitor();
    const first = await logIn(phone, { next: '/channels' });
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe('/login/code');
    const cookie = first.headers.getSetCookie().find((line) => line.startsWith('sp_factor='));
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).toMatch(/Max-Age=600/);
    expect(phone.cookies.has('sp_session')).toBe(false);
    expect(phone.cookies.has('sp_device')).toBe(false);
    expect(await me(phone)).toBe(401);
    expect((await phone.get('/dashboard')).status).toBe(303);
    expect(await (await phone.get('/login/code')).text()).toContain('one-time-code');

    const done = await phone.post('/auth/code', { code: code() });
    expect(done.status).toBe(303);
    expect(done.headers.get('location')).toBe('/channels');
    expect(await me(phone)).toBe(200);
    expect(phone.cookies.has('sp_factor')).toBe(false);
  });

  test('names its cookie for the host alone on https', async () => {
    const safe = await testApp({ config: { baseUrl: 'https://status.example.com' } });
    const alice = await signUp(safe, 'alice@example.com', 'alice-shop');
    await withTotp(safe, alice);
    const half = await safe.visitor().post('/auth/login', { email: alice.email, password: PASSWORD });
    const cookie = half.headers.getSetCookie().find((line) => line.includes('sp_factor='));
    expect(cookie).toMatch(/^__Host-sp_factor=[\w-]{32}; .*HttpOnly; Secure/);
    await safe.close();
  });

  test('a code works once, within a step of now', async () => {
    const { secret, code } = await withTotp(it, w.alice);
    const used = code();
    const [one, two, three] = [it.visitor(), it.visitor(), it.visitor()];
    for (const browser of [one, two, three]) await logIn(browser);
    expect((await one.post('/auth/code', { code: used.replace(/(...)/, '$1 ') })).status).toBe(303);
    const again = await two.post('/auth/code', { code: used });
    expect(again.status).toBe(422);
    expect(await again.text()).toContain('That code is wrong, too old or was used before.');
    expect(await me(two)).toBe(401);
    // The step before the one that was taken has never been shown to us, and still it is too late for it.
    expect((await two.post('/auth/code', { code: codeAt(secret, it.clock.now() - 30_000) })).status).toBe(422);
    expect((await two.post('/auth/code', { code: codeAt(secret, it.clock.now() + 60_000) })).status).toBe(422);
    expect((await two.post('/auth/code', { code: codeAt(secret, it.clock.now() + 30_000) })).status).toBe(303);
    it.clock.advance(2 * MINUTE);
    expect((await three.post('/auth/code', { code: codeAt(secret, it.clock.now() - 60_000) })).status).toBe(422);
    expect((await three.post('/auth/code', { code: codeAt(secret, it.clock.now() - 30_000) })).status).toBe(303);
  });

  test('the same code from two browsers at the same moment opens one', async () => {
    const { code } = await withTotp(it, w.alice);
    const browsers = [it.visitor(), it.visitor(), it.visitor()];
    for (const browser of browsers) await logIn(browser);
    const answers = await Promise.all(browsers.map((browser) => browser.post('/auth/code', { code: code() })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422, 422]);
  });

  test('a half log-in is taken once, ends after ten minutes and with a change of the password', async () => {
    const { code } = await withTotp(it, w.alice);
    const phone = it.visitor();
    await logIn(phone);
    const half = phone.cookies.get('sp_factor') ?? '';
    expect((await phone.post('/auth/code', { code: code() })).status).toBe(303);
    const thief = it.visitor();
    thief.cookies.set('sp_factor', half);
    it.clock.advance(30_000);
    expect((await thief.post('/auth/code', { code: code() })).headers.get('location')).toBe('/login');

    await logIn(thief);
    it.clock.advance(10 * MINUTE);
    expect((await thief.post('/auth/code', { code: code() })).headers.get('location')).toBe('/login');

    await logIn(thief);
    const hash = await it.deps.passwords.hash('another horse');
    await it.deps.db.write('arrange', (tx) => setPassword(tx, w.alice.userId, hash));
    expect((await thief.post('/auth/code', { code: code() })).headers.get('location')).toBe('/login');
    expect(await me(thief)).toBe(401);
    for (const token of ['', 'x', '../..', half]) {
      thief.cookies.set('sp_factor', token);
      expect((await thief.get('/login/code')).status).toBe(303);
    }
  });

  test('a wrong code after the right password is in the record once an hour, from where it came', async () => {
    const { secret, code } = await withTotp(it, w.alice);
    const refused = () =>
      it.deps.db.read.all<{ account_id: string; user_id: string; ip: string }>(
        sql`select account_id, user_id, ip from audit_log where action = 'second_factor.refused' order by id`,
      );
    const thief = it.visitor({ ip: '203.0.113.9' });
    // Whoever does not know the password leaves nothing: anybody could fill the record so.
    await thief.post('/auth/login', { email: w.alice.email, password: 'not hers' });
    await logIn(thief);
    expect(await refused()).toEqual([]);
    const wrong = wrongCodeAt(secret, it.clock.now());
    expect((await thief.post('/auth/code', { code: wrong })).status).toBe(422);
    expect((await thief.post('/auth/code', { code: wrong })).status).toBe(422);
    expect((await byJson(it.visitor(), { code: wrong })).status).toBe(401);
    expect(await refused()).toEqual([{ account_id: w.alice.accountId, user_id: w.alice.userId, ip: '203.0.113.9' }]);
    it.clock.advance(60 * MINUTE);
    const later = it.visitor({ ip: '203.0.113.10' });
    await logIn(later);
    const stale = wrongCodeAt(secret, it.clock.now());
    expect((await later.post('/auth/code', { code: stale })).status).toBe(422);
    expect(await refused()).toHaveLength(2);
    expect((await later.post('/auth/code', { code: code() })).status).toBe(303);
    expect(await refused()).toHaveLength(2);
    const read = await (await w.alice.browser.get('/settings/audit')).text();
    expect(read).toContain('Log-in refused: the password was right, the code was not');
    expect(await (await w.mallory.browser.get('/settings/audit')).text()).not.toContain('Log-in refused');
  });

  test('five wrong codes in five minutes are the end of it, whoever asks, and the owner keeps a way in', async () => {
    const { secret, code } = await withTotp(it, w.alice);
    const thief = it.visitor({ ip: '203.0.113.9' });
    await logIn(thief);
    const wrong = wrongCodeAt(secret, it.clock.now());
    for (let n = 0; n < 5; n++) expect((await thief.post('/auth/code', { code: wrong })).status).toBe(422);
    const late = await thief.post('/auth/code', { code: code() });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    // By JSON it is the same count, and a right code is none the less refused.
    const program = it.visitor({ ip: '203.0.113.10' });
    expect((await byJson(program, { code: code() })).status).toBe(429);
    // Alice's own browser, which has logged in before, counts for itself.
    await w.alice.browser.post('/auth/logout');
    expect((await logIn(w.alice.browser)).headers.get('location')).toBe('/login/code');
    expect((await w.alice.browser.post('/auth/code', { code: code() })).status).toBe(303);
    it.clock.advance(5 * MINUTE);
    expect((await thief.post('/auth/code', { code: wrong })).status).toBe(422);
  });

  test('a wrong password is answered alike with two steps and without', async () => {
    await withTotp(it, w.alice);
    const seen = [];
    for (const email of [w.alice.email, w.bob.email, 'nobody@example.com']) {
      const answer = await it.visitor().json('POST', '/auth/login', { email, password: 'not this', code: '123456' });
      const { detail, code } = (await answer.json()) as { detail: string; code: string };
      seen.push({ status: answer.status, detail, code });
    }
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
  });
});

describe('logging in by JSON', () => {
  test('says that a code is required once the password is right, and takes it along', async () => {
    const { secret, code } = await withTotp(it, w.alice);
    const program = it.visitor();
    for (const more of [{}, { code: '' }]) {
      const asked = await byJson(program, more);
      expect(asked.status).toBe(401);
      expect(await asked.json()).toMatchObject({ code: 'second_factor_required' });
      expect(asked.headers.getSetCookie()).toEqual([]);
    }
    const wrong = await byJson(program, { code: wrongCodeAt(secret, it.clock.now()) });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ code: 'unauthorised' });
    const right = await byJson(program, { code: code() });
    expect(right.status).toBe(200);
    program.token = ((await right.json()) as { access_token: string }).access_token;
    expect(await me(program)).toBe(200);
  });

  test.each([7, null, ['123456'], { a: 1 }, 'x'.repeat(101)])('refuses the code %j', async (code) => {
    await withTotp(it, w.alice);
    expect((await byJson(it.visitor(), { code })).status).toBe(422);
  });
});

describe('recovery codes', () => {
  test('stand in for the app once each, and their owner is told', async () => {
    const { codes } = await withTotp(it, w.alice);
    const [first = ''] = codes;
    const phone = it.visitor();
    await logIn(phone);
    expect((await phone.post('/auth/code', { code: first.toUpperCase().replaceAll('-', ' ') })).status).toBe(303);
    expect((await it.accountMails(w.alice.email)).at(-1)?.data.what).toBe('A recovery code was used; 9 are left.');
    expect(await actions()).toContainEqual({ action: 'recovery_code.used' });
    const other = it.visitor();
    await logIn(other);
    expect((await other.post('/auth/code', { code: first })).status).toBe(422);
    expect((await byJson(it.visitor(), { code: codes[1] })).status).toBe(200);
  });

  test('of one person are none of another', async () => {
    const { codes } = await withTotp(it, w.alice);
    await withTotp(it, w.mallory);
    const program = it.visitor();
    const credentials = { email: w.mallory.email, password: PASSWORD, code: codes[0] };
    expect((await program.json('POST', '/auth/login', credentials)).status).toBe(401);
    expect((await byJson(program, { code: codes[0] })).status).toBe(200);
  });

  test('are made anew for a code, and the old ones stop', async () => {
    const { codes, code, secret } = await withTotp(it, w.alice);
    const ask = (given: string) => w.alice.browser.post('/settings/security/recovery-codes', { code: given });
    expect((await ask(wrongCodeAt(secret, it.clock.now()))).status).toBe(422);
    expect((await ask('')).status).toBe(422);
    const made = await (await ask(code())).text();
    const [fresh = ''] = [...made.matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, one = '']) => one);
    expect((await byJson(it.visitor(), { code: codes[3] })).status).toBe(401);
    expect((await byJson(it.visitor(), { code: fresh })).status).toBe(200);
  });
});

describe('no way around the second step', () => {
  test('a reset of the password keeps it on and opens no session', async () => {
    const { code } = await withTotp(it, w.alice);
    const thief = it.visitor();
    await thief.post('/reset', { email: w.alice.email });
    const link = (await it.accountMails(w.alice.email)).findLast(({ event }) => event === 'reset')?.data.link ?? '';
    const done = await thief.post(new URL(link).pathname, { password: 'another horse' });
    expect(done.headers.get('location')).toBe('/login');
    expect(await me(thief)).toBe(401);
    expect((await stored())?.totp_since).not.toBeNull();
    const half = await thief.post('/auth/login', { email: w.alice.email, password: 'another horse' });
    expect(half.headers.get('location')).toBe('/login/code');
    expect(await me(thief)).toBe(401);
    expect((await thief.post('/auth/code', { code: code() })).status).toBe(303);
  });

  test('a link that verifies an address opens no session', async () => {
    await withTotp(it, w.alice);
    const moved = await w.alice.browser.post('/settings/profile/email', {
      email: 'new@example.com',
      email_password: PASSWORD,
    });
    expect(moved.status).toBe(303);
    expect(await me(w.alice.browser)).toBe(200);
    const link = (await it.accountMails('new@example.com')).at(-1)?.data.link ?? '';
    const thief = it.visitor();
    expect((await thief.post(new URL(link).pathname)).headers.get('location')).toBe('/login');
    expect(await me(thief)).toBe(401);
    expect((await stored())?.totp_since).not.toBeNull();
  });

  test('an invitation to the address opens no session, nor does its sign-up change the password', async () => {
    await it.deps.db.write('arrange', (tx) => setAccountPlan(tx, w.mallory.accountId, 'business', null));
    await withTotp(it, w.alice);
    const asked = await w.mallory.browser.json('POST', '/api/members', { email: w.alice.email, role: 'member' });
    expect(asked.status, await asked.clone().text()).toBe(201);
    const link = (await it.accountMails(w.alice.email)).at(-1)?.data.link ?? '';
    const thief = it.visitor();
    const form = { name: 'Alice', password: 'another horse' };
    expect((await thief.post(new URL(link).pathname, form)).status).toBe(409);
    expect(await me(thief)).toBe(401);
    // Half a log-in is none: not for the invitation, not for another account.
    await logIn(thief);
    expect((await thief.post(new URL(link).pathname, form)).status).toBe(409);
    for (const path of [
      '/no-account',
      `/no-account/${w.alice.accountId}/open`,
      `/accounts/${w.alice.accountId}/open`,
    ]) {
      const answer = await thief.post(path, { name: 'x', slug: 'thief-shop' });
      expect(answer.headers.get('location'), path).toMatch(/^\/login/);
    }
    expect(await me(thief)).toBe(401);
    // Whoever has the code goes on to it.
    const moved = await w.alice.browser.post(new URL(link).pathname);
    expect(moved.headers.get('location')).toBe('/dashboard');
    expect(await me(w.alice.browser)).toBe(200);
  });

  test('somebody without an account is asked as well', async () => {
    const { code } = await withTotp(it, w.bob);
    await it.deps.db.write('arrange', (tx) => tx.run(sql`delete from memberships where user_id = ${w.bob.userId}`));
    const credentials = { email: w.bob.email, password: PASSWORD };
    const thief = it.visitor();
    expect((await thief.post('/auth/login', credentials)).headers.get('location')).toBe('/login/code');
    expect((await thief.get('/no-account')).headers.get('location')).toBe('/login');
    expect(await (await thief.json('POST', '/auth/login', credentials)).json()).toMatchObject({
      code: 'second_factor_required',
    });
    expect((await thief.post('/auth/code', { code: code() })).headers.get('location')).toBe('/no-account');
    expect((await thief.get('/no-account')).status).toBe(200);
  });

  test('a browser that has been used before, and its cookie in another one, open nothing', async () => {
    await withTotp(it, w.alice);
    const thief = it.visitor();
    thief.cookies.set('sp_device', w.alice.browser.cookies.get('sp_device') ?? '');
    expect((await logIn(thief)).headers.get('location')).toBe('/login/code');
    expect(await me(thief)).toBe(401);
  });

  test('tokens from before it was on are dead: access, refresh and half log-ins', async () => {
    const program = it.visitor();
    const tokens = (await (await byJson(program)).json()) as { access_token: string; refresh_token: string };
    await withTotp(it, w.alice);
    program.token = tokens.access_token;
    expect(await me(program)).toBe(401);
    const refreshed = await it.visitor().json('POST', '/auth/refresh', { refresh_token: tokens.refresh_token });
    expect(refreshed.status).toBe(401);
  });

  test('a change of the password continues a session that has shown it', async () => {
    const { code } = await withTotp(it, w.alice);
    const form = { current: PASSWORD, password: 'another horse' };
    expect((await w.alice.browser.post('/settings/profile/password', form)).status).toBe(303);
    expect(await me(w.alice.browser)).toBe(200);
    const program = it.visitor();
    const again = { email: w.alice.email, password: 'another horse' };
    expect((await program.json('POST', '/auth/login', again)).status).toBe(401);
    expect((await program.json('POST', '/auth/login', { ...again, code: code() })).status).toBe(200);
  });

  test('a road that forgot to ask opens nothing', async () => {
    await withTotp(it, w.alice);
    const { userId, accountId } = w.alice;
    const forgetful = it.deps.db.write('open', (tx) =>
      openSession(it.deps, tx, { userId, accountId, tokenVersion: 1, kind: 'browser', userAgent: '' }),
    );
    await expect(forgetful).rejects.toMatchObject({ code: 'second_factor_required' });
  });
});

describe('switching off', () => {
  test('asks password and code, ends the other sessions and mails', async () => {
    const { secret, code } = await withTotp(it, w.alice);
    const elsewhere = it.visitor();
    await logIn(elsewhere);
    await elsewhere.post('/auth/code', { code: code() });
    it.clock.advance(30_000);
    const off = (form: Record<string, string>) => w.alice.browser.post('/settings/security/totp/off', form);
    expect((await off({ password: 'not mine', code: code() })).status).toBe(422);
    expect((await off({ password: PASSWORD, code: wrongCodeAt(secret, it.clock.now()) })).status).toBe(422);
    expect((await off({ password: PASSWORD })).status).toBe(422);
    expect((await stored())?.totp_since).not.toBeNull();
    expect(await me(elsewhere)).toBe(200);

    expect((await off({ password: PASSWORD, code: code() })).status).toBe(303);
    expect(await stored()).toMatchObject({ totp_secret: null, totp_since: null });
    expect(await me(elsewhere)).toBe(401);
    expect(await me(w.alice.browser)).toBe(200);
    expect(await it.deps.db.read.all(sql`select 1 from recovery_codes`)).toEqual([]);
    expect((await it.accountMails(w.alice.email)).at(-1)?.data.what).toBe('Two-step log-in was switched off.');
    expect((await logIn(it.visitor())).headers.get('location')).toBe('/dashboard');
  });

  test('is done by the operator for somebody who lost everything', async () => {
    await withTotp(it, w.alice);
    const said = await findCommand('user reset-second-factor').run(it.deps, [w.alice.email]);
    expect(said.join('\n')).toContain(w.alice.email);
    expect(await me(w.alice.browser)).toBe(401);
    expect((await logIn(it.visitor())).headers.get('location')).toBe('/dashboard');
    expect((await it.accountMails(w.alice.email)).at(-1)?.event).toBe('log_in_changed');
    const [entry] = await it.deps.db.read.all(
      sql`select user_id, subject from audit_log where action = 'second_factor.reset'`,
    );
    expect(entry).toEqual({ user_id: null, subject: w.alice.email });
    await expect(findCommand('user reset-second-factor').run(it.deps, ['nobody@example.com'])).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('somebody without a password', () => {
  beforeEach(() =>
    it.deps.db.write('arrange', (tx) => tx.run(sql`update users set password_hash = '!' where id = ${w.alice.userId}`)),
  );

  test('does by a fresh log-in what others do by the password, and later must log in anew or set one', async () => {
    expect((await w.alice.browser.post('/settings/security/totp', {})).status).toBe(303);
    it.clock.advance(10 * MINUTE);
    const late = await w.alice.browser.post('/settings/security/totp', { password: '!' });
    expect(late.status).toBe(422);
    expect(await late.text()).toContain('Set a password first');
    const form = { email: 'new@example.com', email_password: '!' };
    const moved = await w.alice.browser.post('/settings/profile/email', form);
    expect(moved.status).toBe(422);
    expect(await moved.text()).toContain('Set a password first');
  });

  test('chooses one within ten minutes of a log-in', async () => {
    const page = await (await w.alice.browser.get('/settings/profile')).text();
    expect(page).not.toContain('name="current"');
    expect((await w.alice.browser.post('/settings/profile/password', { password: 'another horse' })).status).toBe(303);
    const login = { email: w.alice.email, password: 'another horse' };
    expect((await it.visitor().json('POST', '/auth/login', login)).status).toBe(200);
    expect(await (await w.alice.browser.get('/settings/profile')).text()).toContain('name="current"');
  });

  test('cannot log in by any', async () => {
    for (const password of ['!', '', PASSWORD]) {
      expect((await it.visitor().json('POST', '/auth/login', { email: w.alice.email, password })).status).toBe(401);
    }
  });
});
