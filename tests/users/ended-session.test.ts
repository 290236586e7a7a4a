import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { createAccount, leaveAccount, openAccount } from '../../src/users/account-actions.ts';
import { changeEmail } from '../../src/users/address-actions.ts';
import { joinByInvitation } from '../../src/users/join-actions.ts';
import { changePassword } from '../../src/users/password-actions.ts';
import { confirmTotp, findPendingTotp, startTotp, type Insider } from '../../src/users/totp-actions.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { codeAt } from '../support/authenticator-app.ts';
import { PASSWORD, type Person, signUp } from '../support/world.ts';

// A request waits its turn, or for a hash, and meanwhile its session ends: by another browser of the person, by a new
// password, by a second request that came with it. What it then does must not bring the session back to life.

let it: TestApp;
let alice: Person;
let actor: Insider;
let count = 0;
beforeAll(async () => {
  it = await testApp();
});
afterAll(() => it.close());
beforeEach(async () => {
  count += 1;
  alice = await signUp(it, `alice${count}@example.com`, `alice-${count}`, { plan: 'business' });
  const { userId, accountId } = alice;
  const [session] = await sessionsOf(userId);
  actor = { userId, accountId, sessionId: session ?? '', kind: 'browser', userAgent: 'Test Browser' };
});

const sessionsOf = async (userId: string) =>
  (await it.deps.db.read.all<{ id: string }>(sql`select id from sessions where user_id = ${userId}`)).map(
    ({ id }) => id,
  );

const end = () => it.deps.db.write('test', (tx) => tx.run(sql`delete from sessions where id = ${actor.sessionId}`));

async function expectRefused(late: () => Promise<unknown>): Promise<void> {
  await end();
  await expect(late()).rejects.toMatchObject({ code: 'unauthorised' });
  expect(await sessionsOf(alice.userId)).toEqual([]);
}

const person = () =>
  it.deps.db.read.get<{ token_version: number }>(
    sql`select email, password_hash, totp_since, token_version from users where id = ${alice.userId}`,
  );

test('a new address, a new password', async () => {
  const before = await person();
  await expectRefused(() => changeEmail(it.deps, actor, { email: `thief${count}@example.net`, current: PASSWORD }));
  await expectRefused(() => changePassword(it.deps, actor, { current: PASSWORD, password: 'another long sentence' }));
  expect(await person()).toEqual(before);
});

test('two-step log-in', async () => {
  await startTotp(it.deps, actor, PASSWORD);
  const secret = (await findPendingTotp(it.deps, actor))?.secret ?? '';
  await expectRefused(() => confirmTotp(it.deps, actor, codeAt(secret, it.clock.now())));
  expect(await person()).toMatchObject({ totp_since: null });
});

test('another account, and an account that is new', async () => {
  const mallory = await signUp(it, `mallory${count}@example.net`, `mallory-${count}`, { plan: 'business' });
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
      values (${mallory.accountId}, ${alice.userId}, 'viewer', ${it.clock.now()})`),
  );
  await expectRefused(() => openAccount(it.deps, actor, mallory.accountId));
  await expectRefused(() => createAccount(it.deps, actor, { name: 'Mine', slug: `mine-${count}` }));
  await expectRefused(() => leaveAccount(it.deps, { ...actor, accountId: mallory.accountId }));
});

test('an invitation, which stays good', async () => {
  const mallory = await signUp(it, `mallory${count}@example.net`, `mallory-${count}`, { plan: 'business' });
  await mallory.browser.json('POST', '/api/members', { email: alice.email, role: 'viewer' });
  const token = /\/invite\/([\w-]+)/.exec(JSON.stringify(await it.accountMails(alice.email)))?.[1] ?? '';
  await expectRefused(() => joinByInvitation(it.deps, actor, token));
  expect((await it.visitor().get(`/invite/${token}`)).status).toBe(200);
});

test('of two that leave their session at once, one goes on', async () => {
  const slugs = ['one', 'two'].map((name) => ({ name, slug: `${name}-${count}` }));
  const both = await Promise.allSettled(slugs.map((input) => createAccount(it.deps, actor, input)));
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await sessionsOf(alice.userId)).toHaveLength(1);
});

test('somebody between two accounts whose password is another one meanwhile', async () => {
  const who = {
    userId: alice.userId,
    sessionId: null,
    startedAt: it.clock.now(),
    kind: 'browser',
    userAgent: '',
  } as const;
  const between = { ...who, tokenVersion: (await person()).token_version };
  await changePassword(it.deps, actor, { current: PASSWORD, password: 'another long sentence' });
  const after = await sessionsOf(alice.userId);
  await expect(openAccount(it.deps, between, alice.accountId)).rejects.toMatchObject({ code: 'unauthorised' });
  const made = createAccount(it.deps, between, { name: 'Mine', slug: `mine-${count}` });
  await expect(made).rejects.toMatchObject({ code: 'unauthorised' });
  expect(await sessionsOf(alice.userId)).toEqual(after);
});
