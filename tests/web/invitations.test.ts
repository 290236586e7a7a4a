import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { DAY, HOUR } from '../../src/core/time.ts';
import { createHistory } from '../../src/engine/history.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { addMember, PASSWORD, type Person, signUp } from '../support/world.ts';

let it: TestApp;
beforeAll(async () => {
  it = await testApp();
});
afterAll(() => it.close());

let alice: Person;
let mallory: Person;
let count = 0;

beforeEach(async () => {
  count += 1;
  alice = await signUp(it, `alice${count}@example.com`, `alice-${count}`, { plan: 'business' });
  mallory = await signUp(it, `mallory${count}@example.net`, `mallory-${count}`, { plan: 'business' });
});

const invite = (by: Person, email: string, role = 'member') => by.browser.json('POST', '/api/members', { email, role });

/** Path of the link in the newest invitation to an address that has not been taken back. */
async function linkTo(email: string): Promise<string> {
  const mails = (await it.accountMails(email)).filter(({ event }) => event === 'invite');
  return new URL(mails.at(-1)?.data.link ?? 'http://none.invalid/').pathname;
}

async function membership(email: string) {
  const rows = await it.deps.db.read.all<{ role: string; verified: number | null }>(sql`
    select m.role, u.email_verified_at as verified from memberships m join users u on u.id = m.user_id
    where m.account_id = ${alice.accountId} and u.email = ${email}`);
  return rows[0] ?? null;
}

const me = async (browser: Visitor) =>
  (await (await browser.json('GET', '/auth/me')).json()) as { account: { id: string; role: string } };

describe('asking somebody in (E79)', () => {
  test('answers 201, mails a link, and is listed until it is answered', async () => {
    const answer = await invite(alice, 'New@Example.org', 'admin');
    expect(answer.status).toBe(201);
    const made = (await answer.json()) as { id: string };
    expect(answer.headers.get('location')).toBe(`/api/members/invitations/${made.id}`);
    expect(made).toMatchObject({ email: 'New@Example.org', role: 'admin', invited_by: alice.email });
    const list = await alice.browser.json('GET', '/api/members/invitations');
    expect(await list.json()).toMatchObject({ data: [{ id: made.id }] });
    const [mail] = await it.accountMails('New@Example.org');
    expect(mail).toMatchObject({ event: 'invite', data: { account: `alice-${count}`, by: alice.email } });
    expect(mail?.data.link).toMatch(/^http:\/\/localhost:8000\/invite\/[\w-]{20,}$/);
  });

  test.each([
    ['an address that is none', { email: 'nobody', role: 'viewer' }, 422],
    ['a role nobody gives', { email: 'x@example.org', role: 'owner' }, 422],
    ['a field nobody knows', { email: 'x@example.org', role: 'viewer', account_id: 'acc_x' }, 422],
    ['nothing', {}, 422],
  ])('refuses %s', async (_name, body, status) => {
    expect((await alice.browser.json('POST', '/api/members', body)).status).toBe(status);
    const page = await alice.browser.post('/settings/members', { email: 'nobody', role: 'viewer' });
    expect(page.status).toBe(422);
    expect(await page.text()).toContain('That is not an e-mail address');
  });

  test('a member is told apart, a stranger with and without a log-in is not', async () => {
    const bob = await addMember(it, alice, `bob${count}@example.com`, 'viewer');
    const again = await invite(alice, bob.email);
    expect(again.status).toBe(422);
    expect(await again.text()).toContain('member already');
    const [known, unknown] = [await invite(alice, mallory.email), await invite(alice, `none${count}@example.org`)];
    const plain = async (answer: Response, email: string) => ({
      status: answer.status,
      body: (await answer.text()).replaceAll(email, 'ADDRESS').replace(/inv_\w+/, 'ID'),
    });
    expect(await plain(known, mallory.email)).toEqual(await plain(unknown, `none${count}@example.org`));
  });

  test('needs a confirmed address of whoever asks (R-AU-12)', async () => {
    const admin = await addMember(it, alice, `admin${count}@example.com`, 'admin');
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update users set email_verified_at = null where id = ${admin.userId}`),
    );
    const answer = await invite(admin, 'x@example.org');
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Confirm your own e-mail address');
  });

  test.each(['member', 'viewer'] as const)('a %s asks nobody', async (role) => {
    const bob = await addMember(it, alice, `bob${count}@example.com`, role);
    expect((await invite(bob, 'x@example.org')).status).toBe(403);
    expect((await bob.browser.post('/settings/members', { email: 'x@example.org', role: 'viewer' })).status).toBe(403);
    expect((await bob.browser.json('GET', '/api/members/invitations')).status).toBe(403);
  });

  test('of 50 at once with room for one, one is made', async () => {
    const now = it.clock.now();
    await it.deps.db.write('arrange', async (tx) => {
      for (let i = 0; i < 49; i += 1) {
        const id = `inv_${count}_${i}`;
        await tx.run(sql`insert into invitations (id, account_id, email, email_key, role, hash, created_at, expires_at)
          values (${id}, ${alice.accountId}, ${`${i}@x.org`}, ${`${i}@x.org`}, 'viewer', ${id}, ${now}, ${now + DAY})`);
      }
    });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => invite(alice, `many${i}@example.org`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    const open = await it.deps.db.read.all(sql`select id from invitations where account_id = ${alice.accountId}`);
    expect(open).toHaveLength(50);
  });

  test('an account sends so many an hour, and more in the next', async () => {
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into rate_limits (key, window_ends_at, count)
        values (${`invite:${alice.accountId}`}, ${it.clock.now() + HOUR}, 60)`),
    );
    const answer = await invite(alice, 'x@example.org');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    it.clock.advance(HOUR + 1);
    expect((await invite(alice, 'x@example.org')).status).toBe(201);
  });
});

describe('a newer invitation', () => {
  test('replaces the older: its link ends and its mail does not leave', async () => {
    await invite(alice, 'new@example.org', 'viewer');
    const before = await linkTo('new@example.org');
    await invite(alice, 'NEW@example.org', 'admin');
    expect((await it.visitor().get(before)).status).toBe(404);
    const [row] = await it.deps.db.read.all<{ n: number }>(
      sql`select count(*) as n from invitations where account_id = ${alice.accountId}`,
    );
    expect(row?.n).toBe(1);
    expect(await it.accountMails('new@example.org')).not.toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ link: expect.stringContaining(before) }) }),
    );
  });

  test('is sent again with a new link', async () => {
    const { id } = (await (await invite(alice, `again${count}@example.org`)).json()) as { id: string };
    const before = await linkTo(`again${count}@example.org`);
    it.clock.advance(6 * DAY);
    expect((await alice.browser.post(`/settings/members/invitations/${id}/resend`)).status).toBe(303);
    const after = await linkTo(`again${count}@example.org`);
    expect(after).not.toBe(before);
    expect((await it.visitor().get(before)).status).toBe(404);
    it.clock.advance(6 * DAY);
    expect((await it.visitor().get(after)).status).toBe(200);
    expect((await alice.browser.json('POST', `/api/members/invitations/${id}/resend`)).status).toBe(200);
  });

  test('and a revoked one opens nothing', async () => {
    const { id } = (await (await invite(alice, `gone${count}@example.org`)).json()) as { id: string };
    const link = await linkTo(`gone${count}@example.org`);
    expect((await alice.browser.json('DELETE', `/api/members/invitations/${id}`)).status).toBe(204);
    expect((await alice.browser.json('DELETE', `/api/members/invitations/${id}`)).status).toBe(404);
    const page = await it.visitor().get(link);
    expect(page.status).toBe(404);
    expect(await page.text()).toContain('This invitation has ended');
    expect(await it.accountMails(`gone${count}@example.org`)).toEqual([]);
  });

  test('somebody else’s is an id that never was', async () => {
    const { id } = (await (await invite(alice, `mine${count}@example.org`)).json()) as { id: string };
    for (const one of [id, 'inv_0000000000000000']) {
      expect((await mallory.browser.json('GET', `/api/members/invitations/${one}`)).status).toBe(404);
      expect((await mallory.browser.json('DELETE', `/api/members/invitations/${one}`)).status).toBe(404);
      expect((await mallory.browser.json('POST', `/api/members/invitations/${one}/resend`)).status).toBe(404);
      expect((await mallory.browser.post(`/settings/members/invitations/${one}/revoke`)).status).toBe(404);
    }
    expect((await it.visitor().get(await linkTo(`mine${count}@example.org`))).status).toBe(200);
  });
});

test('one that nobody answered does not stay for ever', async () => {
  const { id } = (await (await invite(alice, `old${count}@example.org`)).json()) as { id: string };
  const left = () => it.deps.db.read.all(sql`select id from invitations where id = ${id}`);
  it.clock.advance(8 * DAY);
  await createHistory(it.deps).run();
  expect(await left()).toHaveLength(1);
  it.clock.advance(DAY);
  await createHistory(it.deps).run();
  expect(await left()).toEqual([]);
});

describe('the link', () => {
  test('tells nobody where it came from, and looking does nothing', async () => {
    await invite(alice, mallory.email);
    const page = await mallory.browser.get(await linkTo(mallory.email));
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('x-robots-tag')).toBe('noindex');
    expect(await membership(mallory.email)).toBeNull();
  });

  test('joins over plain http too, where a page without a referrer comes from the origin "null"', async () => {
    await invite(alice, mallory.email);
    const link = await linkTo(mallory.email);
    const press = (more: Record<string, string>) =>
      mallory.browser.request(link, { method: 'POST', headers: { accept: 'text/html', origin: 'null', ...more } });
    expect((await press({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await press({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await press({})).headers.get('location')).toBe('/dashboard');
    expect((await me(mallory.browser)).account.id).toBe(alice.accountId);
  });

  test('lets somebody else log out there, so their origin is named', async () => {
    await invite(alice, 'else@example.org');
    const page = await mallory.browser.get(await linkTo('else@example.org'));
    expect(await page.text()).toContain('action="/auth/logout"');
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
  });

  test('joins whoever is logged in with its address: new session there, role at once, mail to who asked', async () => {
    await invite(alice, mallory.email, 'member');
    const link = await linkTo(mallory.email);
    const session = mallory.browser.cookies.get('sp_session');
    expect(await (await mallory.browser.get(link)).text()).toContain('You are logged in as');
    expect((await mallory.browser.post(link)).headers.get('location')).toBe('/dashboard');
    expect(mallory.browser.cookies.get('sp_session')).not.toBe(session);
    expect((await me(mallory.browser)).account).toMatchObject({ id: alice.accountId, role: 'member' });
    const stale = it.visitor();
    stale.cookies.set('sp_session', session ?? '');
    expect((await stale.json('GET', '/auth/me')).status).toBe(401);
    expect((await it.accountMails(alice.email)).at(-1)).toMatchObject({ event: 'joined', data: { by: mallory.email } });
    expect((await mallory.browser.post(link)).status).toBe(409);
  });

  test('used twice at once makes one membership', async () => {
    await invite(alice, mallory.email);
    const link = await linkTo(mallory.email);
    const other = it.visitor();
    await other.post('/auth/login', { email: mallory.email, password: PASSWORD });
    const answers = await Promise.all([mallory.browser.post(link), other.post(link)]);
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([303, 409]));
    expect(await membership(mallory.email)).toMatchObject({ role: 'member' });
  });

  test('does not join somebody else, who is told whose it is', async () => {
    await invite(alice, `carol${count}@example.org`);
    const link = await linkTo(`carol${count}@example.org`);
    const page = await (await mallory.browser.get(link)).text();
    expect(page).toContain(`carol${count}@example.org`);
    expect(page).toContain('action="/auth/logout"');
    expect((await mallory.browser.post(link, { name: 'M', password: PASSWORD })).status).toBe(403);
    expect(await membership(mallory.email)).toBeNull();
    expect(await membership(`carol${count}@example.org`)).toBeNull();
  });

  test('leads a known address to the log-in and back', async () => {
    await invite(alice, mallory.email);
    const link = await linkTo(mallory.email);
    const browser = it.visitor();
    expect(await (await browser.get(link)).text()).toContain(`href="/login?next=${encodeURIComponent(link)}"`);
    const refused = await browser.post(link, { name: 'M', password: 'another password' });
    expect(refused.status).toBe(409);
    const entered = await browser.post('/auth/login', { email: mallory.email, password: PASSWORD, next: link });
    expect(entered.headers.get('location')).toBe(link);
    await browser.post(link);
    expect((await me(browser)).account.id).toBe(alice.accountId);
  });

  test('is dead after seven days, and for nonsense', async () => {
    await invite(alice, `late${count}@example.org`);
    const link = await linkTo(`late${count}@example.org`);
    it.clock.advance(7 * DAY + 1);
    expect((await it.visitor().get(link)).status).toBe(404);
    const late = await it.visitor().post(link, { password: PASSWORD });
    expect(late.status).toBe(409);
    expect((await it.visitor().get('/invite/nonsense')).status).toBe(404);
    expect(await membership(`late${count}@example.org`)).toBeNull();
  });

  test('of an account whose plan has lost its team joins nobody', async () => {
    await invite(alice, mallory.email);
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'pro' where id = ${alice.accountId}`),
    );
    const answer = await mallory.browser.post(await linkTo(mallory.email));
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('has no team any more');
    expect(await membership(mallory.email)).toBeNull();
  });

  test('lets somebody back in who had no account left', async () => {
    const bob = await addMember(it, alice, `bob${count}@example.com`, 'viewer');
    await alice.browser.json('DELETE', `/api/members/${bob.userId}`);
    await invite(alice, bob.email, 'member');
    await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    const link = await linkTo(bob.email);
    expect(await (await bob.browser.get(link)).text()).toContain('You are logged in as');
    expect((await bob.browser.post(link)).status).toBe(303);
    expect((await me(bob.browser)).account).toMatchObject({ id: alice.accountId, role: 'member' });
  });
});

describe.each(['open', 'invite', 'closed'] as const)('somebody without a log-in, sign-ups %s', (signups) => {
  test('makes one with the link, verified and without an account of their own', async () => {
    it.deps.config.signups = signups;
    const email = `carol-${signups}${count}@example.org`;
    await invite(alice, email, 'viewer');
    const link = await linkTo(email);
    const browser = it.visitor();
    expect(await (await browser.get(link)).text()).toContain('name="password"');
    const short = await browser.post(link, { name: 'Carol', password: 'short' });
    expect(short.status).toBe(422);
    const page = await short.text();
    expect(page).toContain('Use at least 8 characters');
    expect(page).toContain('value="Carol"');
    const done = await browser.post(link, { name: 'Carol', password: PASSWORD });
    expect(done.headers.get('location')).toBe('/dashboard');
    expect(await membership(email)).toMatchObject({ role: 'viewer', verified: it.clock.now() });
    const owned = await it.deps.db.read.all(sql`select m.account_id from memberships m join users u on u.id = m.user_id
      where u.email = ${email} and m.role = 'owner'`);
    expect(owned).toEqual([]);
    expect((await me(browser)).account).toMatchObject({ id: alice.accountId, role: 'viewer' });
    const again = it.visitor();
    expect((await again.post(link, { name: 'X', password: PASSWORD })).status).toBe(409);
    expect((await again.post('/auth/login', { email, password: PASSWORD })).headers.get('location')).toBe('/dashboard');
    it.deps.config.signups = 'open';
  });
});
