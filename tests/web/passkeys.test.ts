import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { withTotp } from '../support/authenticator-app.ts';
import { type Ceremony, SoftAuthenticator } from '../support/authenticator.ts';
import { PASSWORD, type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let key: SoftAuthenticator;
beforeEach(async () => {
  it = await testApp();
  w = await world(it);
  key = new SoftAuthenticator();
});
afterEach(() => it.close());

interface Offer {
  challenge: string;
  rp: { id: string };
  user: { id: string; name: string };
  excludeCredentials: { id: string }[];
  authenticatorSelection: object;
}

const me = async (who: Visitor) => (await who.json('GET', '/auth/me')).status;
const handle = (person: Person) => Buffer.from(person.userId).toString('base64url');
const count = async (table: string) =>
  (await it.deps.db.read.all<{ n: number }>(sql.raw(`select count(*) as n from ${table}`)))[0]?.n;

async function offer(who: Visitor, password = ''): Promise<Offer> {
  const answer = await who.json('POST', '/auth/passkeys/options', { name: 'Phone', password });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Offer;
}

async function register(person: Person, authenticator = key, lie: Partial<Ceremony> = {}, name = 'Phone') {
  const { challenge } = await offer(person.browser);
  const response = authenticator.register(handle(person), { challenge, counter: 0, ...lie });
  return person.browser.json('POST', '/auth/passkeys', { name, response });
}

async function challenged(who: Visitor): Promise<string> {
  const answer = await who.json('POST', '/auth/passkeys/login/options', {});
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { challenge: string }).challenge;
}

async function logIn(who: Visitor, lie: Partial<Ceremony> = {}, as?: string, authenticator = key) {
  const response = authenticator.assert({ challenge: await challenged(who), ...lie }, as);
  return who.json('POST', '/auth/passkeys/login', { response });
}

describe('adding one', () => {
  test('offers what a discoverable, recognised key needs, and keeps only its public half', async () => {
    const offered = await offer(w.alice.browser);
    expect(offered).toMatchObject({
      rp: { id: 'localhost' },
      user: { id: handle(w.alice), name: w.alice.email },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [],
    });
    expect((await register(w.alice)).status).toBe(201);
    const page = await (await w.alice.browser.get('/settings/security')).text();
    expect(page).toContain('Phone');
    expect((await it.accountMails(w.alice.email)).at(-1)?.data.what).toBe('The passkey "Phone" was added.');
    expect(await offer(w.alice.browser)).toMatchObject({ excludeCredentials: [{ id: key.id }] });
    expect(await (await w.mallory.browser.get('/settings/security')).text()).not.toContain('Phone');
  });

  test('asks the password once the log-in is ten minutes old', async () => {
    it.clock.advance(10 * MINUTE);
    for (const password of ['', 'not mine']) {
      const answer = await w.alice.browser.json('POST', '/auth/passkeys/options', { name: 'Phone', password });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ errors: [{ field: 'password' }] });
    }
    // Moving about makes no log-in newer, nor does what is changed meanwhile.
    expect((await w.alice.browser.post(`/accounts/${w.alice.accountId}/open`)).status).toBe(303);
    const renewed = { current: PASSWORD, password: PASSWORD };
    expect((await w.alice.browser.post('/settings/profile/password', renewed)).status).toBe(303);
    expect((await w.alice.browser.json('POST', '/auth/passkeys/options', { name: 'Phone' })).status).toBe(422);

    const { challenge } = await offer(w.alice.browser, PASSWORD);
    const response = key.register(handle(w.alice), { challenge });
    expect((await w.alice.browser.json('POST', '/auth/passkeys', { name: 'Phone', response })).status).toBe(201);
  });

  test.each<[string, Partial<Ceremony>]>([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of another port', { origin: 'http://localhost:8001' }],
    ['for another host', { rpId: 'evil.example' }],
    ['that recognised nobody', { flags: 0x01 }],
    ['where nobody was there', { flags: 0x04 }],
    ['of a log-in', { type: 'webauthn.get' }],
    ['of a challenge nobody asked', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
  ])('refuses an answer %s', async (_, lie) => {
    const answer = await register(w.alice, key, lie);
    expect(answer.status).toBe(422);
    expect(await count('passkeys')).toBe(0);
  });

  test('takes a challenge once, within five minutes, of this person in this session', async () => {
    const { challenge } = await offer(w.alice.browser);
    const response = key.register(handle(w.alice), { challenge });
    const sent = { name: 'Phone', response };
    expect((await w.mallory.browser.json('POST', '/auth/passkeys', sent)).status).toBe(422);
    expect((await w.alice.browser.json('POST', '/auth/passkeys', sent)).status).toBe(422);

    const late = key.register(handle(w.alice), { challenge: (await offer(w.alice.browser)).challenge });
    it.clock.advance(5 * MINUTE);
    expect((await w.alice.browser.json('POST', '/auth/passkeys', { name: 'Phone', response: late })).status).toBe(422);

    const elsewhere = it.visitor();
    await elsewhere.post('/auth/login', { email: w.alice.email, password: PASSWORD });
    const own = key.register(handle(w.alice), { challenge: (await offer(elsewhere)).challenge });
    expect((await w.alice.browser.json('POST', '/auth/passkeys', { name: 'Phone', response: own })).status).toBe(422);

    // A challenge of the log-in is none for adding.
    const other = key.register(handle(w.alice), { challenge: await challenged(w.alice.browser) });
    expect((await w.alice.browser.json('POST', '/auth/passkeys', { name: 'Phone', response: other })).status).toBe(422);
    expect(await count('passkeys')).toBe(0);
  });

  test('refuses a key that somebody has registered already, and the twenty-first', async () => {
    expect((await register(w.alice)).status).toBe(201);
    expect((await register(w.mallory)).status).toBe(409);
    await it.deps.db.write('arrange', async (tx) => {
      for (let n = 0; n < 19; n++) {
        await tx.run(sql`insert into passkeys (id, user_id, name, public_key, counter, created_at)
          values (${`key${n}`}, ${w.alice.userId}, 'x', 'x', 0, 0)`);
      }
    });
    const full = await w.alice.browser.json('POST', '/auth/passkeys/options', { name: 'One more' });
    expect(full.status).toBe(409);
    expect(await (await w.alice.browser.get('/settings/security')).text()).toContain('as many as there may be');
  });

  test.each([
    ['nothing', {}],
    ['no name', { name: '', response: {} }],
    ['a name of 81', { name: 'x'.repeat(81) }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a list', []],
    ['an answer that is a text', { name: 'Phone', response: 'x' }],
    ['an answer with a huge part', { name: 'Phone', response: { id: 'x'.repeat(100_000) } }],
  ])('refuses %s', async (_, body) => {
    expect((await w.alice.browser.json('POST', '/auth/passkeys', body)).status).toBe(422);
  });

  test('is for people who are logged in, and for pages of this site', async () => {
    for (const path of ['/auth/passkeys', '/auth/passkeys/options']) {
      expect((await it.visitor().json('POST', path, { name: 'x' })).status).toBe(401);
      const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      expect((await w.alice.browser.json('POST', path, { name: 'x' }, foreign)).status).toBe(403);
    }
    const form = await w.alice.browser.post('/auth/passkeys/options', { name: 'x' });
    expect(form.status).toBe(422);
  });
});

describe('logging in with one', () => {
  beforeEach(async () => {
    expect((await register(w.alice)).status).toBe(201);
  });

  test('needs no address and opens a new session', async () => {
    const phone = it.visitor();
    const answer = await logIn(phone);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ location: '/dashboard' });
    const told = (await (await phone.json('GET', '/auth/me')).json()) as { user: { email: string } };
    expect(told.user.email).toBe(w.alice.email);
    expect(await count('challenges')).toBe(0);
    const page = await (await phone.get('/settings/security')).text();
    expect(page).not.toMatch(/data-label="Last used">never/);
  });

  test('leads on to a page of this site only', async () => {
    for (const [next, where] of [
      ['/channels', '/channels'],
      ['https://evil.example', '/dashboard'],
      ['//evil.example', '/dashboard'],
    ]) {
      const phone = it.visitor();
      const response = key.assert({ challenge: await challenged(phone), counter: 0 });
      await it.deps.db.write('arrange', (tx) => tx.run(sql`update passkeys set counter = 0`));
      const answer = await phone.json('POST', '/auth/passkeys/login', { response, next });
      expect(await answer.json()).toEqual({ location: where });
    }
  });

  test('of somebody without an account leads to where they make one', async () => {
    await it.deps.db.write('arrange', (tx) => tx.run(sql`delete from memberships where user_id = ${w.alice.userId}`));
    const phone = it.visitor();
    expect(await (await logIn(phone)).json()).toEqual({ location: '/no-account' });
    expect(phone.cookies.has('sp_session')).toBe(false);
    expect((await phone.get('/no-account')).status).toBe(200);
  });

  test('counts as both steps', async () => {
    await withTotp(it, w.alice);
    const phone = it.visitor();
    expect((await logIn(phone)).status).toBe(200);
    expect(await me(phone)).toBe(200);
  });

  test.each<[string, Partial<Ceremony>]>([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of a subdomain', { origin: 'http://evil.localhost:8000' }],
    ['for another host', { rpId: 'evil.example' }],
    ['that recognised nobody', { flags: 0x01 }],
    ['of a registration', { type: 'webauthn.create' }],
    ['of a challenge nobody asked', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['without a challenge', { challenge: '' }],
  ])('refuses an answer %s', async (_, lie) => {
    const phone = it.visitor();
    const answer = await logIn(phone, lie);
    expect([401, 422]).toContain(answer.status);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await me(phone)).toBe(401);
  });

  test('refuses what was sent before, from the same browser and from another', async () => {
    const phone = it.visitor();
    const response = key.assert({ challenge: await challenged(phone) });
    expect((await phone.json('POST', '/auth/passkeys/login', { response })).status).toBe(200);
    for (const who of [phone, it.visitor()]) {
      expect((await who.json('POST', '/auth/passkeys/login', { response })).status).toBe(401);
    }
  });

  test('takes one of two that are sent at the same moment', async () => {
    const phone = it.visitor();
    const response = key.assert({ challenge: await challenged(phone) });
    const two = await Promise.all([1, 2].map(() => it.visitor().json('POST', '/auth/passkeys/login', { response })));
    expect(two.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  test('a refused answer has used its challenge up', async () => {
    const phone = it.visitor();
    const challenge = await challenged(phone);
    const wrong = key.assert({ challenge, origin: 'https://evil.example' });
    expect((await phone.json('POST', '/auth/passkeys/login', { response: wrong })).status).toBe(401);
    const right = key.assert({ challenge });
    expect((await phone.json('POST', '/auth/passkeys/login', { response: right })).status).toBe(401);
  });

  test('a challenge ends after five minutes', async () => {
    const phone = it.visitor();
    const response = key.assert({ challenge: await challenged(phone) });
    it.clock.advance(5 * MINUTE);
    expect((await phone.json('POST', '/auth/passkeys/login', { response })).status).toBe(401);
  });

  test('a counter that does not rise is a copy of the key', async () => {
    expect((await logIn(it.visitor(), { counter: 7 })).status).toBe(200);
    for (const counter of [7, 3, 0]) expect((await logIn(it.visitor(), { counter })).status).toBe(401);
    expect((await logIn(it.visitor(), { counter: 8 })).status).toBe(200);
  });

  test.each<[string, (response: ReturnType<SoftAuthenticator['assert']>) => object]>([
    ['client data', (r) => ({ ...r, response: { ...r.response, clientDataJSON: swapped(r.response.clientDataJSON) } })],
    [
      'authenticator data',
      (r) => ({ ...r, response: { ...r.response, authenticatorData: swapped(r.response.authenticatorData) } }),
    ],
    ['signature', (r) => ({ ...r, response: { ...r.response, signature: swapped(r.response.signature) } })],
    ['raw id', (r) => ({ ...r, rawId: swapped(r.rawId) })],
    ['id', (r) => ({ ...r, id: swapped(r.id), rawId: swapped(r.rawId) })],
  ])('refuses a changed %s', async (_, change) => {
    const phone = it.visitor();
    const response = change(key.assert({ challenge: await challenged(phone) }));
    const answer = await phone.json('POST', '/auth/passkeys/login', { response });
    expect(answer.status).toBe(401);
    expect(await me(phone)).toBe(401);
  });

  test('refuses a key that says it is somebody else, and a key of somebody else that says it is this person', async () => {
    expect((await logIn(it.visitor(), {}, handle(w.mallory))).status).toBe(401);
    const hers = new SoftAuthenticator();
    expect((await register(w.mallory, hers)).status).toBe(201);
    expect((await logIn(it.visitor(), {}, handle(w.alice), hers)).status).toBe(401);
    expect((await logIn(it.visitor(), {}, handle(w.mallory), hers)).status).toBe(200);
    // Its signature under the id of Alice's key.
    const phone = it.visitor();
    const forged = {
      ...hers.assert({ challenge: await challenged(phone) }, handle(w.alice)),
      id: key.id,
      rawId: key.id,
    };
    expect((await phone.json('POST', '/auth/passkeys/login', { response: forged })).status).toBe(401);
  });

  test.each([
    ['nothing', {}],
    ['a list', []],
    ['no handle', { response: { ...new SoftAuthenticator().assert({ challenge: 'x' }, '') } }],
    ['client data that is no JSON', { response: changed({ clientDataJSON: 'AAAA' }) }],
    ['client data that is null', { response: changed({ clientDataJSON: Buffer.from('null').toString('base64url') }) }],
    ['client data of five thousand letters', { response: changed({ clientDataJSON: 'A'.repeat(5_000) }) }],
    ['a signature that is a number', { response: changed({ signature: 7 }) }],
  ])('refuses %s', async (_, body) => {
    const answer = await it.visitor().json('POST', '/auth/passkeys/login', body);
    expect([401, 422]).toContain(answer.status);
  });

  test('is for pages of this site', async () => {
    const phone = it.visitor();
    const response = key.assert({ challenge: await challenged(phone) });
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await phone.json('POST', '/auth/passkeys/login', { response }, foreign)).status).toBe(403);
  });
});

describe('an own passkey', () => {
  const path = () => `/settings/security/passkeys/${key.id}`;
  beforeEach(async () => {
    expect((await register(w.alice)).status).toBe(201);
  });

  test('is renamed', async () => {
    expect((await w.alice.browser.post(path(), { name: 'Old <phone>' })).status).toBe(303);
    expect(await (await w.alice.browser.get(path())).text()).toContain('<h1>Old &lt;phone&gt;</h1>');
    const refused = await w.alice.browser.post(path(), { name: ' ' });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('Give it a name.');
  });

  test('is removed with the password, opens nothing any more, and what it opened has ended', async () => {
    const phone = it.visitor();
    await logIn(phone);
    it.clock.advance(10 * MINUTE);
    const wrong = await w.alice.browser.post(`${path()}/remove`, { password: 'not mine' });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('That is not your password.');
    expect((await w.alice.browser.post(`${path()}/remove`, { password: PASSWORD })).status).toBe(303);
    expect((await logIn(it.visitor(), { counter: 5 })).status).toBe(401);
    expect(await me(phone)).toBe(401);
    expect(await me(w.alice.browser)).toBe(200);
    expect((await it.accountMails(w.alice.email)).at(-1)?.data.what).toBe('The passkey "Phone" was removed.');
    const actions = await it.deps.db.read.all(
      sql`select action from audit_log where action like 'passkey.%' order by id`,
    );
    expect(actions).toEqual([{ action: 'passkey.added' }, { action: 'passkey.removed' }]);
  });

  test("is nobody else's: like one that never was", async () => {
    for (const stranger of [w.mallory.browser, w.bob.browser]) {
      for (const at of [path(), '/settings/security/passkeys/never']) {
        expect((await stranger.get(at)).status).toBe(404);
        expect((await stranger.post(at, { name: 'mine' })).status).toBe(404);
        expect((await stranger.post(`${at}/remove`, { password: PASSWORD })).status).toBe(404);
      }
    }
    expect((await logIn(it.visitor())).status).toBe(200);
  });
});

/** The same with one character changed, in the middle where every bit counts. */
function swapped(encoded: string): string {
  const at = encoded.length >> 1;
  return `${encoded.slice(0, at)}${encoded[at] === 'A' ? 'B' : 'A'}${encoded.slice(at + 1)}`;
}

function changed(parts: object) {
  const whole = new SoftAuthenticator().assert({ challenge: 'AAAA' }, 'AAAA');
  return { ...whole, response: { ...whole.response, ...parts } };
}
