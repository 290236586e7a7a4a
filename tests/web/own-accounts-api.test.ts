import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { programOf, refused, told } from '../support/program.ts';
import { apiToken } from '../support/tokens.ts';
import { addMember, PASSWORD, type World, world } from '../support/world.ts';

// Which accounts a person has, and what only an owner decides, by a program that holds their tokens.

let it: TestApp;
let w: World;
let program: Visitor;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  program = await programOf(it, w.alice);
});
afterEach(() => it.close());

interface Entered {
  account: { id: string; name: string; slug: string; role: string; plan: string; current: boolean } | null;
  tokens: { access_token: string } | null;
}

const where = async (who: Visitor) => {
  const answer = await who.json('GET', '/auth/me');
  return answer.status === 200 ? ((await answer.json()) as { account: { id: string } }).account.id : answer.status;
};
const recorded = async (accountId: string) =>
  (
    await it.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where account_id = ${accountId} order by id`,
    )
  ).map(({ action }) => action);

describe('accounts of a person', () => {
  test('are listed with the role they have there', async () => {
    const { data } = await told<{ data: object[] }>(await program.json('GET', '/api/accounts'));
    expect(data).toMatchObject([
      { id: w.alice.accountId, slug: 'alice-shop', role: 'owner', plan: 'business', current: true },
    ]);
    const bobs = await told<{ data: object[] }>(await (await programOf(it, w.bob)).json('GET', '/api/accounts'));
    expect(bobs.data).toMatchObject([{ id: w.alice.accountId, role: 'viewer', current: true }]);
  });

  test('another one is made and entered; the way back is a switch', async () => {
    const make = (body: object) => program.json('POST', '/api/accounts', body);
    await refused(await make({ name: 'Second', slug: 'mallory-inc' }), 422, 'slug');
    await refused(await make({ name: ' ', slug: 'second' }), 422, 'name');
    await refused(await make({ name: 'Second', slug: 'second', plan: 'business' }), 422, 'plan');
    const made = await told<Entered>(await make({ name: 'Second', slug: 'second' }), 201);
    expect(made.account).toMatchObject({ name: 'Second', slug: 'second', role: 'owner', plan: 'free', current: true });
    expect(await where(program)).toBe(401);
    program.token = made.tokens?.access_token ?? null;
    expect(await where(program)).toBe(made.account?.id);
    expect(await recorded(made.account?.id ?? '')).toContain('account.created');
    const back = await told<{ access_token: string }>(
      await program.json('POST', '/auth/switch', { account_id: w.alice.accountId }),
    );
    program.token = back.access_token;
    expect(await where(program)).toBe(w.alice.accountId);
  });

  test('where sign-ups are closed, only whoever runs the installation makes one', async () => {
    it.deps.config.signups = 'closed';
    const mallory = await programOf(it, w.mallory);
    await refused(await mallory.json('POST', '/api/accounts', { name: 'Second', slug: 'second' }), 403);
    await told(await program.json('POST', '/api/accounts', { name: 'Second', slug: 'second' }), 201);
  });

  test('an invitation is accepted by its token, for the address it was sent to', async () => {
    await told(await program.json('POST', '/api/members', { email: w.mallory.email, role: 'member' }), 201);
    const [mail] = (await it.accountMails(w.mallory.email)).filter(({ event }) => event === 'invite');
    const { link = '' } = (mail?.data ?? {}) as { link?: string };
    const token = link.split('/').at(-1);
    const join = (who: Visitor, body: object) => who.json('POST', '/api/accounts/join', body);
    await refused(await join(await programOf(it, w.bob), { token }), 403);
    const mallory = await programOf(it, w.mallory);
    await refused(await join(mallory, { token: 'x' }), 409);
    await refused(await join(mallory, {}), 422, 'token');
    const joined = await told<Entered>(await join(mallory, { token }));
    expect(joined.account).toMatchObject({ id: w.alice.accountId, role: 'member', current: true });
    mallory.token = joined.tokens?.access_token ?? null;
    expect(await where(mallory)).toBe(w.alice.accountId);
    await refused(await join(mallory, { token }), 409);
    expect(await recorded(w.alice.accountId)).toContain('member.joined');
  });

  test('a member leaves, the only owner stays', async () => {
    await refused(await program.json('POST', '/api/account/leave'), 409);
    const bob = await programOf(it, w.bob);
    const left = await told<Entered>(await bob.json('POST', '/api/account/leave'));
    expect(left).toEqual({ account: null, tokens: null });
    expect(await where(bob)).toBe(401);
    expect(await recorded(w.alice.accountId)).toContain('member.left');
  });
});

describe('what the owner decides', () => {
  const handOver = (who: Visitor, body: object) => who.json('POST', '/api/account/hand-over', body);
  const end = (who: Visitor, body: object) => who.json('POST', '/api/account/delete', body);

  test('the account is handed over by password, to a member', async () => {
    const carol = await addMember(it, w.alice, 'carol@example.com', 'member');
    const give = { user_id: carol.userId, password: PASSWORD };
    await refused(await handOver(program, { ...give, password: 'not mine' }), 422, 'password');
    await refused(await handOver(program, { ...give, user_id: w.mallory.userId }), 422, 'user_id');
    await refused(await handOver(await programOf(it, w.bob), give), 403);
    await refused(await handOver(await apiToken(it, w.alice, ['read', 'write']), give), 403);
    expect((await handOver(program, give)).status).toBe(204);
    const { data } = await told<{ data: { email: string; role: string }[] }>(await program.json('GET', '/api/members'));
    const roles = Object.fromEntries(data.map(({ email, role }) => [email, role]));
    expect(roles).toEqual({ [carol.email]: 'owner', [w.alice.email]: 'admin', [w.bob.email]: 'viewer' });
    expect(await recorded(w.alice.accountId)).toContain('account.handed_over');
    await refused(await handOver(program, give), 403);
  });

  test('the account is deleted by its name and the password', async () => {
    const all = { name: 'alice-shop', password: PASSWORD };
    await refused(await end(program, { ...all, name: 'mallory-inc' }), 422, 'name');
    await refused(await end(program, { ...all, password: 'not mine' }), 422, 'password');
    await refused(await end(program, { password: PASSWORD }), 422, 'name');
    await refused(await end(await programOf(it, w.bob), all), 403);
    await refused(await end(await apiToken(it, w.alice, ['read', 'write']), all), 403);
    expect(await where(program)).toBe(w.alice.accountId);
    expect((await end(program, all)).status).toBe(204);
    expect([await where(program), await where(w.alice.browser), await where(w.bob.browser)]).toEqual([401, 401, 401]);
    expect(await where(w.mallory.browser)).toBe(w.mallory.accountId);
    expect((await it.visitor().get('/s/alice-shop')).status).toBe(404);
  });
});
