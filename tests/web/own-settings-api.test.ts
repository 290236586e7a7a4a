import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { codeAt, wrongCodeAt } from '../support/authenticator-app.ts';
import { programOf, refused, told } from '../support/program.ts';
import { apiToken } from '../support/tokens.ts';
import { PASSWORD, type Person, type World, world } from '../support/world.ts';

// What people change about themselves in the browser, done by a program that holds their tokens.

let it: TestApp;
let w: World;
let program: Visitor;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  program = await programOf(it, w.alice);
});
afterEach(() => it.close());

interface Tokens {
  access_token: string;
  refresh_token: string;
}

function withToken(visitor: Visitor, tokens: Tokens | null): Visitor {
  visitor.token = tokens?.access_token ?? null;
  return visitor;
}

const me = async (who: Visitor) => (await who.json('GET', '/auth/me')).status;
const recorded = async (who: Person) =>
  (
    await it.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where user_id = ${who.userId} order by id`,
    )
  ).map(({ action }) => action);

interface Profile {
  email: string;
  email_verified: boolean;
  name: string | null;
  has_password: boolean;
  operator: boolean;
  two_step: { enabled: boolean; since: string | null; recovery_codes_left: number };
  passkeys: number;
  identity: null;
}

describe('the profile', () => {
  test('says who the person is and how they log in', async () => {
    const profile = await told<Profile>(await program.json('GET', '/api/profile'));
    expect(profile).toMatchObject({ email: w.alice.email, email_verified: true, has_password: true, operator: true });
    expect(profile).toMatchObject({ passkeys: 0, identity: null });
    expect(profile.two_step).toEqual({ enabled: false, since: null, recovery_codes_left: 0 });
    expect(JSON.stringify(profile)).not.toContain('$2');
    const bob = await told<Profile>(await (await programOf(it, w.bob)).json('GET', '/api/profile'));
    expect(bob).toMatchObject({ email: w.bob.email, operator: false });
  });

  test('a name is given and taken away; anything else is refused by name', async () => {
    const change = (body: unknown) => program.json('PATCH', '/api/profile', body);
    expect(await told<Profile>(await change({ name: ' Alice ' }))).toMatchObject({ name: 'Alice' });
    expect(await told<Profile>(await change({ name: null }))).toMatchObject({ name: null });
    await refused(await change({ name: 'x'.repeat(81) }), 422, 'name');
    await refused(await change({ name: 'A', operator: true }), 422, 'operator');
    expect(await recorded(w.alice)).toContain('profile.renamed');
  });

  test('another address takes the password, and moves the session', async () => {
    const other = await programOf(it, w.alice);
    const move = (body: object) => program.json('PUT', '/api/profile/email', body);
    await refused(await move({ email: 'new@example.com', password: 'not mine' }), 422, 'password');
    await refused(await move({ email: 'no address', password: PASSWORD }), 422, 'email');
    await refused(await move({ email: w.mallory.email, password: PASSWORD }), 422, 'email');
    expect(await me(other)).toBe(200);
    const { profile, tokens } = await told<{ profile: Profile; tokens: Tokens }>(
      await move({ email: 'new@example.com', password: PASSWORD }),
    );
    expect(profile).toMatchObject({ email: 'new@example.com', email_verified: false });
    expect([await me(program), await me(other), await me(w.alice.browser)]).toEqual([401, 401, 401]);
    expect(await me(withToken(program, tokens))).toBe(200);
    expect((await it.accountMails('new@example.com')).map(({ event }) => event)).toEqual(['verify']);
    const again = await it.visitor().json('POST', '/auth/refresh', { refresh_token: tokens.refresh_token });
    expect(again.status).toBe(200);
  });

  test('another password ends every other session and hands over the next tokens', async () => {
    const password = 'an even longer horse';
    const move = (body: object) => program.json('PUT', '/api/profile/password', body);
    await refused(await move({ current: 'not mine', password }), 422, 'current');
    await refused(await move({ current: PASSWORD, password: 'short' }), 422, 'password');
    const { tokens } = await told<{ tokens: Tokens }>(await move({ current: PASSWORD, password }));
    expect([await me(program), await me(w.alice.browser)]).toEqual([401, 401]);
    expect(await me(withToken(program, tokens))).toBe(200);
    const next = it.visitor();
    expect((await next.json('POST', '/auth/login', { email: w.alice.email, password })).status).toBe(200);
    expect(await recorded(w.alice)).toContain('password.changed');
  });

  test('a script of our own page is given a cookie in place of tokens', async () => {
    const { browser } = w.alice;
    const body = { current: PASSWORD, password: 'an even longer horse' };
    expect(await told<object>(await browser.json('PUT', '/api/profile/password', body))).toMatchObject({
      tokens: null,
    });
    expect([await me(browser), await me(program)]).toEqual([200, 401]);
  });

  test('tries at the password are counted with those of the page', async () => {
    const wrong = { email: 'new@example.com', password: 'not mine' };
    const form = { email: wrong.email, email_password: wrong.password };
    for (let i = 0; i < 5; i += 1) {
      expect((await program.json('PUT', '/api/profile/email', wrong)).status).toBe(422);
      expect((await w.alice.browser.post('/settings/profile/email', form)).status).toBe(422);
    }
    const answer = await program.json('PUT', '/api/profile/email', { ...wrong, password: PASSWORD });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a log-in is closed by its password, once no account is owned', async () => {
    const close = (who: Visitor, password: string) => who.json('POST', '/api/profile/close', { password });
    await refused(await close(program, PASSWORD), 409);
    const bob = await programOf(it, w.bob);
    await refused(await close(bob, 'not mine'), 422, 'password');
    expect(await me(bob)).toBe(200);
    expect((await close(bob, PASSWORD)).status).toBe(204);
    expect(await me(bob)).toBe(401);
    const members = await told<{ data: unknown[] }>(await program.json('GET', '/api/members'));
    expect(members.data).toHaveLength(1);
    expect(await recorded(w.alice)).not.toContain('member.left');
  });
});

describe('two-step log-in', () => {
  interface On {
    recovery_codes: string[];
    tokens: Tokens;
  }

  /** Switches it on; the clock is half a minute on afterwards, so that the next code is a fresh one. */
  async function switchOn(): Promise<On & { secret: string }> {
    const { secret, uri } = await told<{ secret: string; uri: string }>(
      await program.json('POST', '/api/two-step', { password: PASSWORD }),
    );
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    const code = codeAt(secret, it.clock.now());
    const on = await told<On>(await program.json('POST', '/api/two-step/confirm', { code }));
    withToken(program, on.tokens);
    it.clock.advance(30_000);
    return { ...on, secret };
  }

  test('is set up by password and first code; the log-in asks for a code from then on', async () => {
    await refused(await program.json('POST', '/api/two-step', { password: 'not mine' }), 422, 'password');
    await refused(await program.json('POST', '/api/two-step/confirm', { code: '123456' }), 409);
    const { secret } = await told<{ secret: string }>(
      await program.json('POST', '/api/two-step', { password: PASSWORD }),
    );
    const wrong = wrongCodeAt(secret, it.clock.now());
    await refused(await program.json('POST', '/api/two-step/confirm', { code: wrong }), 422, 'code');
    // Whoever holds another session does not finish what this one began.
    const other = await programOf(it, w.alice);
    const code = codeAt(secret, it.clock.now());
    await refused(await other.json('POST', '/api/two-step/confirm', { code }), 409);

    const { recovery_codes: codes, tokens } = await switchOn();
    expect(new Set(codes).size).toBe(10);
    expect([await me(other), await me(w.alice.browser), await me(program)]).toEqual([401, 401, 200]);
    expect(tokens.refresh_token).toMatch(/^ses_/);
    const { two_step } = await told<Profile>(await program.json('GET', '/api/profile'));
    expect(two_step).toMatchObject({ enabled: true, recovery_codes_left: 10 });
    expect(await recorded(w.alice)).toContain('second_factor.on');

    const half = await it.visitor().json('POST', '/auth/login', { email: w.alice.email, password: PASSWORD });
    expect(half.status).toBe(401);
    expect(await half.json()).toMatchObject({ code: 'second_factor_required' });
    expect(await me(await programOf(it, w.alice, { code: codes[0] }))).toBe(200);
  });

  test('new recovery codes take a code, and make the old ones useless', async () => {
    const { secret, recovery_codes: old } = await switchOn();
    const renew = (code: string) => program.json('POST', '/api/two-step/recovery-codes', { code });
    await refused(await renew(wrongCodeAt(secret, it.clock.now())), 422, 'code');
    const { recovery_codes: codes } = await told<On>(await renew(codeAt(secret, it.clock.now())));
    expect(codes).toHaveLength(10);
    expect(codes.filter((one) => old.includes(one))).toEqual([]);
    const dead = { email: w.alice.email, password: PASSWORD, code: old[0] };
    expect((await it.visitor().json('POST', '/auth/login', dead)).status).toBe(401);
    expect(await recorded(w.alice)).toContain('recovery_codes.renewed');
  });

  test('is switched off by password and code together', async () => {
    const { secret } = await switchOn();
    const off = (body: object) => program.json('POST', '/api/two-step/switch-off', body);
    const code = codeAt(secret, it.clock.now());
    await refused(await off({ password: 'not mine', code }), 422, 'password');
    await refused(await off({ password: PASSWORD, code: wrongCodeAt(secret, it.clock.now()) }), 422, 'code');
    await refused(await off({ password: PASSWORD }), 422, 'code');
    const { tokens } = await told<{ tokens: Tokens }>(await off({ password: PASSWORD, code }));
    expect(await me(program)).toBe(401);
    expect(await me(withToken(program, tokens))).toBe(200);
    expect(await me(await programOf(it, w.alice))).toBe(200);
    expect(await recorded(w.alice)).toContain('second_factor.off');
  });

  test('guesses at the code are counted', async () => {
    const { secret } = await switchOn();
    const wrong = { code: wrongCodeAt(secret, it.clock.now()) };
    const statuses = [];
    for (let i = 0; i < 6; i += 1)
      statuses.push((await program.json('POST', '/api/two-step/recovery-codes', wrong)).status);
    expect(statuses.at(0)).toBe(422);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('passkeys', () => {
  async function plant(who: Person, id: string): Promise<void> {
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into passkeys (id, user_id, name, public_key, counter, transports, created_at)
        values (${id}, ${who.userId}, ${id}, 'x', 0, '["usb"]', ${it.clock.now()})`),
    );
  }
  beforeEach(async () => {
    await plant(w.alice, 'hers');
    await plant(w.mallory, 'his');
  });

  test('are listed, named and removed, each person’s own', async () => {
    const { data } = await told<{ data: { id: string }[] }>(await program.json('GET', '/api/passkeys'));
    expect(data).toMatchObject([{ id: 'hers', name: 'hers', transports: ['usb'], last_used_at: null }]);
    expect(JSON.stringify(data)).not.toContain('public_key');
    const renamed = await told<object>(await program.json('PATCH', '/api/passkeys/hers', { name: 'Blue key' }));
    expect(renamed).toMatchObject({ id: 'hers', name: 'Blue key' });
    await refused(await program.json('PATCH', '/api/passkeys/hers', { name: ' ' }), 422, 'name');
    for (const id of ['his', 'never']) {
      await refused(await program.json('GET', `/api/passkeys/${id}`), 404);
      await refused(await program.json('PATCH', `/api/passkeys/${id}`, { name: 7 }), 404);
      await refused(await program.json('POST', `/api/passkeys/${id}/remove`, { password: PASSWORD }), 404);
    }
  });

  test('removing one takes the password once the log-in is ten minutes old', async () => {
    it.clock.advance(11 * MINUTE);
    const remove = (password: string) => program.json('POST', '/api/passkeys/hers/remove', { password });
    await refused(await remove('not mine'), 422, 'password');
    expect((await remove(PASSWORD)).status).toBe(204);
    // The session that asked goes on, the others are over.
    expect([await me(program), await me(w.alice.browser)]).toEqual([200, 401]);
    expect((await told<{ data: unknown[] }>(await program.json('GET', '/api/passkeys'))).data).toEqual([]);
    expect(await recorded(w.alice)).toContain('passkey.removed');
  });
});

test('all other sessions end at once, and nobody else’s', async () => {
  const other = await programOf(it, w.alice);
  expect(await told<object>(await program.json('DELETE', '/api/sessions'))).toEqual({ ended: 2 });
  expect([await me(program), await me(other), await me(w.alice.browser)]).toEqual([200, 401, 401]);
  expect([await me(w.bob.browser), await me(w.mallory.browser)]).toEqual([200, 200]);
  expect(await recorded(w.alice)).toContain('session.others_ended');
});

test('no API token does any of it', async () => {
  const token = await apiToken(it, w.alice, ['read', 'write', 'ping', 'page']);
  const asked: [string, string, object?][] = [
    ['GET', '/api/profile'],
    ['PATCH', '/api/profile', { name: 'x' }],
    ['PUT', '/api/profile/password', { current: PASSWORD, password: 'an even longer horse' }],
    ['POST', '/api/two-step', { password: PASSWORD }],
    ['GET', '/api/passkeys'],
    ['DELETE', '/api/sessions'],
    ['POST', '/api/profile/close', { password: PASSWORD }],
  ];
  for (const [method, path, body] of asked) {
    expect((await token.json(method, path, body)).status, `${method} ${path}`).toBe(403);
  }
  expect(await me(w.alice.browser)).toBe(200);
});
