import { createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/core/time.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { apiToken } from '../support/tokens.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

interface Pair {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

let it: TestApp;
let w: World;
let pair: Pair;
let others: Pair;
let apiKey: string;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  pair = await logIn('alice@example.com');
  others = await logIn('mallory@example.net');
  apiKey = (await apiToken(it, w.alice, ['read', 'write'])).token;
  answers401 = await seen(await asProgram(null));
  answersUnknown = await seen(await asProgram('never-was-one'));
  answers303 = await seen(await asBrowser(null));
});
afterAll(() => it.close());

async function logIn(email: string): Promise<Pair> {
  const answer = await it.visitor().json('POST', '/auth/login', { email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Pair;
}

/** Two ways in: the access token of a program, the session cookie of a browser. */
type Way = 'access' | 'session';
const WAYS: Way[] = ['access', 'session'];

/** A token of ours, taken apart, for a forger to start from. */
interface Real {
  way: Way;
  token: string;
  head: Record<string, unknown>;
  claims: Record<string, unknown>;
  parts: [head: string, claims: string, signature: string];
}

function realToken(way: Way): Real {
  const token = way === 'access' ? pair.access_token : (w.alice.browser.cookies.get('sp_session') ?? '');
  const [head = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { way, token, head: read(head), claims: read(claims), parts: [head, claims, signature] };
}

const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const ownKey = () => createHmac('sha256', it.deps.config.secretKey).update('statusping log-in tokens').digest();
const hmac = (text: string, key: Uint8Array = ownKey(), hash = 'sha256') =>
  createHmac(hash, key).update(text).digest('base64url');
const sign = (head: string, claims: string, key?: Uint8Array, hash?: string) =>
  `${head}.${claims}.${hmac(`${head}.${claims}`, key, hash)}`;
/** With our own key: what is refused is refused for what it says, not for its signature. */
const signed = (real: Real, head: object, claims: object = {}) =>
  sign(b64({ ...real.head, ...head }), b64({ ...real.claims, ...claims }));
const now = () => Math.floor(it.clock.now() / SECOND);
/** Bytes of UTF-8 as a header carries them. */
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: typeof RSA.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();
function asymmetric(real: Real, alg: 'RS256' | 'ES256', extra: object = {}): string {
  const text = `${b64({ ...real.head, ...extra, alg })}.${b64(real.claims)}`;
  const key = alg === 'RS256' ? RSA.privateKey : EC.privateKey;
  const signature = createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const unsigned = (alg: unknown) => (real: Real) => `${b64({ ...real.head, alg })}.${real.parts[1]}.`;

const FORGERIES: [name: string, forge: (real: Real) => string][] = [
  ['alg none', unsigned('none')],
  ['alg None', unsigned('None')],
  ['alg NONE', unsigned('NONE')],
  ['alg nOnE', unsigned('nOnE')],
  ['alg none with a blank', unsigned('none ')],
  ['alg empty', unsigned('')],
  ['alg null', unsigned(null)],
  ['alg a list', unsigned(['HS256', 'none'])],
  [
    'alg none and the old signature',
    (real) => `${b64({ ...real.head, alg: 'none' })}.${real.parts[1]}.${real.parts[2]}`,
  ],
  ['alg none, signed all the same', (real) => signed(real, { alg: 'none' })],
  ['no alg', (real) => signed(real, { alg: undefined })],
  ['HS384 by the right key', (real) => sign(b64({ ...real.head, alg: 'HS384' }), real.parts[1], ownKey(), 'sha384')],
  ['HS512 by the right key', (real) => sign(b64({ ...real.head, alg: 'HS512' }), real.parts[1], ownKey(), 'sha512')],
  ['hs256 in small letters', (real) => signed(real, { alg: 'hs256' })],
  ['RS256 by a key of the forger', (real) => asymmetric(real, 'RS256')],
  ['ES256 by a key of the forger', (real) => asymmetric(real, 'ES256')],
  ['RS256 named, HMAC made', (real) => signed(real, { alg: 'RS256' })],
  [
    'HS256 with an RSA public key as secret',
    (real) => sign(real.parts[0], real.parts[1], Buffer.from(pem(RSA.publicKey))),
  ],
  [
    'HS256 with an EC public key as secret',
    (real) => sign(real.parts[0], real.parts[1], Buffer.from(pem(EC.publicKey))),
  ],
  ['EdDSA named', (real) => signed(real, { alg: 'EdDSA' })],
  ['another key', (real) => sign(real.parts[0], real.parts[1], randomBytes(32))],
  ['an empty key', (real) => sign(real.parts[0], real.parts[1], Buffer.alloc(0))],
  ['SECRET_KEY itself as key', (real) => sign(real.parts[0], real.parts[1], Buffer.from(it.deps.config.secretKey))],
  ['the word secret as key', (real) => sign(real.parts[0], real.parts[1], Buffer.from('secret'))],
  ['kid a path', (real) => signed(real, { kid: '../../../../dev/null' })],
  [
    'kid a path, signed with nothing',
    (real) => sign(b64({ ...real.head, kid: '/dev/null' }), real.parts[1], Buffer.alloc(0)),
  ],
  ['kid an SQL trick', (real) => signed(real, { kid: "x' union select 'k" })],
  ['kid a command', (real) => signed(real, { kid: '|cat /etc/passwd' })],
  ['jku', (real) => asymmetric(real, 'RS256', { jku: 'http://127.0.0.1:9/keys.json' })],
  ['x5u', (real) => asymmetric(real, 'RS256', { x5u: 'http://127.0.0.1:9/cert.pem' })],
  [
    'x5c',
    (real) =>
      asymmetric(real, 'RS256', { x5c: [RSA.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }),
  ],
  ['jwk of an RSA key', (real) => asymmetric(real, 'RS256', { jwk: RSA.publicKey.export({ format: 'jwk' }) })],
  [
    'jwk of a shared secret',
    (real) => sign(b64({ ...real.head, jwk: { kty: 'oct', k: b64('mine') } }), real.parts[1], Buffer.from('mine')),
  ],
  ['crit', (real) => signed(real, { crit: ['exp'] })],
  ['crit of an unencoded payload', (real) => signed(real, { crit: ['b64'], b64: false })],
  ['zip', (real) => signed(real, { zip: 'DEF' })],
  ['an encrypted token’s header', (real) => signed(real, { enc: 'A256GCM' })],
  ['an empty signature', (real) => `${real.parts[0]}.${real.parts[1]}.`],
  ['no signature, no dot', (real) => `${real.parts[0]}.${real.parts[1]}`],
  ['the claims alone', (real) => real.parts[1]],
  ['the signature cut short', (real) => real.token.slice(0, -4)],
  ['the signature one letter longer', (real) => `${real.token}A`],
  [
    'one bit of the signature turned',
    (real) => `${real.parts[0]}.${real.parts[1]}.${real.parts[2].replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
  ],
  ['head and claims swapped', (real) => `${real.parts[1]}.${real.parts[0]}.${real.parts[2]}`],
  ['four parts', (real) => `${real.token}.${real.parts[2]}`],
  ['five parts, as an encrypted token', (real) => `${real.parts[0]}..${real.parts[1]}.${real.parts[2]}.x`],
  [
    'another user’s claims under this signature',
    (real) => `${real.parts[0]}.${others.access_token.split('.')[1]}.${real.parts[2]}`,
  ],
  ['sub changed', (real) => `${real.parts[0]}.${b64({ ...real.claims, sub: w.mallory.userId })}.${real.parts[2]}`],
  [
    'sub changed, signed with a wrong key',
    (real) => sign(real.parts[0], b64({ ...real.claims, sub: w.mallory.userId }), randomBytes(32)),
  ],
  [
    'sid changed, signed with a wrong key',
    (real) => sign(real.parts[0], b64({ ...real.claims, sid: 'ses_x' }), randomBytes(32)),
  ],
  [
    'tv changed, signed with a wrong key',
    (real) => sign(real.parts[0], b64({ ...real.claims, tv: 9 }), randomBytes(32)),
  ],
  ['sub of another user', (real) => signed(real, {}, { sub: w.mallory.userId })],
  ['sub missing', (real) => signed(real, {}, { sub: undefined })],
  ['sub empty', (real) => signed(real, {}, { sub: '' })],
  ['sub a number', (real) => signed(real, {}, { sub: 1 })],
  ['sid of another user', (real) => signed(real, {}, { sid: sidOf(others.access_token) })],
  ['sid of nobody', (real) => signed(real, {}, { sid: 'ses_nobody' })],
  ['sid missing', (real) => signed(real, {}, { sid: undefined })],
  ['sid a list', (real) => signed(real, {}, { sid: [real.claims['sid']] })],
  ['sid an SQL trick', (real) => signed(real, {}, { sid: "' or 1=1 --" })],
  ['the token version of before', (real) => signed(real, {}, { tv: -1 })],
  ['a token version to come', (real) => signed(real, {}, { tv: 1 })],
  ['the token version as text', (real) => signed(real, {}, { tv: '0' })],
  ['purpose of the other kind', (real) => signed(real, {}, { purpose: real.way === 'access' ? 'session' : 'access' })],
  ['purpose device', (real) => signed(real, {}, { purpose: 'device' })],
  ['purpose missing', (real) => signed(real, {}, { purpose: undefined })],
  ['purpose a list', (real) => signed(real, {}, { purpose: ['access', 'session'] })],
  ['another issuer', (real) => signed(real, {}, { iss: 'https://evil.example' })],
  ['issuer missing', (real) => signed(real, {}, { iss: undefined })],
  ['another audience', (real) => signed(real, {}, { aud: 'https://evil.example' })],
  ['audience missing', (real) => signed(real, {}, { aud: undefined })],
  ['exp missing', (real) => signed(real, {}, { exp: undefined })],
  ['exp a second ago', (real) => signed(real, {}, { exp: now() - 1 })],
  ['exp this second', (real) => signed(real, {}, { exp: now() })],
  ['exp as text', (real) => signed(real, {}, { exp: '99999999999' })],
  ['exp null', (real) => signed(real, {}, { exp: null })],
  ['nbf in a minute', (real) => signed(real, {}, { nbf: now() + 60 })],
  ['iat missing', (real) => signed(real, {}, { iat: undefined })],
  ['iat as text', (real) => signed(real, {}, { iat: 'now' })],
  ['iat in an hour', (real) => signed(real, {}, { iat: now() + 3_600 })],
  ['claims that are a list', (real) => sign(real.parts[0], b64([real.claims]))],
  ['claims that are a text', (real) => sign(real.parts[0], b64(JSON.stringify('alice')))],
  ['claims that are null', (real) => sign(real.parts[0], b64('null'))],
  ['claims that are no JSON', (real) => sign(real.parts[0], b64('{"sub":'))],
  ['a head that is null', (real) => sign(b64('null'), real.parts[1])],
  ['a head with alg twice', (real) => sign(b64('{"alg":"none","typ":"JWT","alg":"none"}'), real.parts[1])],
  ['a head with alg twice, unsigned', (real) => `${b64('{"alg":"HS256","typ":"JWT","alg":"none"}')}.${real.parts[1]}.`],
  ['claims under __proto__', (real) => sign(real.parts[0], b64(`{"__proto__":${JSON.stringify(real.claims)}}`))],
  ['a token within a token', (real) => sign(b64({ ...real.head, cty: 'JWT' }), b64(real.token))],
  ['a token within a token’s claims', (real) => sign(real.parts[0], b64({ jwt: real.token }))],
  [
    'JSON serialisation',
    (real) => JSON.stringify({ protected: real.parts[0], payload: real.parts[1], signature: real.parts[2] }),
  ],
  [
    'JSON serialisation of many signatures',
    (real) =>
      JSON.stringify({ payload: real.parts[1], signatures: [{ protected: real.parts[0], signature: real.parts[2] }] }),
  ],
  ['padding after each part', (real) => real.parts.map((part) => `${part}==`).join('.')],
  ['padding after the signature', (real) => `${real.token}=`],
  ['the spare bits of the last letter', (real) => `${real.token.slice(0, -1)}${spare(real.token.at(-1) ?? '')}`],
  ['a plus for a minus', (real) => sign(`${real.parts[0]}+`, real.parts[1])],
  ['a blank before', (real) => `%20${real.token}`],
  ['a blank within', (real) => `${real.parts[0]} .${real.parts[1]}.${real.parts[2]}`],
  ['a line end after', (real) => `${real.token}%0A`],
  ['a tab within', (real) => `${real.parts[0]}.\t${real.parts[1]}.${real.parts[2]}`],
  ['a null byte after', (real) => `${real.token}%00`],
  ['a null byte and more', (real) => `${real.token}%00.admin`],
  ['a full-width dot', (real) => bytes(real.parts.join('\uff0e'))],
  [
    'a letter that looks the same',
    (real) => bytes(real.token.replace(/[aeo]/, (c) => ({ a: '\u0430', e: '\u0435', o: '\u043e' })[c] ?? c)),
  ],
  ['a zero-width blank', (real) => bytes(`${real.token}\u200b`)],
  ['very long', (real) => signed(real, {}, { exp: now() - 1, pad: 'x'.repeat(8_000) })],
  ['a thousand dots', () => '.'.repeat(1_000)],
  ['very deep claims', (real) => sign(real.parts[0], b64('['.repeat(3_000) + ']'.repeat(3_000)))],
  ['nothing but dots', () => '..'],
  ['quotes around it', (real) => `'${real.token}'`],
  ['twice', (real) => `${real.token},${real.token}`],
  ['the word Bearer once more', (real) => `Bearer%20${real.token}`],
  ['the token of the other way in', ({ way }) => realToken(way === 'access' ? 'session' : 'access').token],
  ['the cookie of a known browser', () => w.alice.browser.cookies.get('sp_device') ?? 'none'],
  ['a refresh token', () => pair.refresh_token],
  ['an API token changed', () => `${apiKey.slice(0, -1)}!`],
  ['the id of the session', (real) => String(real.claims['sid'])],
  ['the id of the user', () => w.alice.userId],
];

/** 43 letters hold 258 bits and a signature has 256: the last letter has neighbours that read the same. */
function spare(letter: string): string {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return all.charAt(all.indexOf(letter) ^ 1);
}

function sidOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
  return claims.sid;
}

let answers401: Seen;
/** What a program hears that shows a token which never was one. */
let answersUnknown: Seen;
let answers303: Seen;
type Seen = Awaited<ReturnType<typeof seen>>;

/** All of an answer but what is new each time. */
async function seen(answer: Response) {
  const headers = [...answer.headers].filter(([name]) => !/^x-(request-id|ratelimit)/.test(name));
  return { status: answer.status, headers, text: await answer.text() };
}

function asProgram(token: string | null): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  return it.visitor().request('/api/monitors', { headers });
}

function asBrowser(token: string | null): Promise<Response> {
  const headers: Record<string, string> = { accept: 'text/html' };
  if (token !== null) headers['cookie'] = `sp_session=${token}`;
  return it.visitor().request('/dashboard', { headers });
}

describe.each(WAYS)('a forged %s token', (way) => {
  const ask = (token: string) => (way === 'access' ? asProgram(token) : asBrowser(token));
  const asNobody = () => (way === 'access' ? answersUnknown : answers303);

  test('(the forge works: a copy made by it passes)', async () => {
    const real = realToken(way);
    for (const token of [real.token, signed(real, {}), signed(real, {}, { exp: now() + 60, nbf: now() })]) {
      expect((await ask(token)).status).toBe(200);
    }
  });

  test('(nobody is answered as nobody)', () => {
    expect([answers401, answersUnknown, answers303]).toMatchObject([{ status: 401 }, { status: 401 }, { status: 303 }]);
    expect(FORGERIES.length).toBeGreaterThanOrEqual(60);
    expect(new Set(FORGERIES.map(([name]) => name)).size).toBe(FORGERIES.length);
  });

  test.each(FORGERIES)('%s', async (_name, forge) => {
    const token = forge(realToken(way));
    expect(token).not.toBe(realToken(way).token);
    const answer = await seen(await ask(token));
    expect(answer.status).toBe(asNobody().status);
    expect(answer).toEqual(asNobody());
  });

  test('an API token as a cookie', async () => {
    expect((await asProgram(apiKey)).status).toBe(200);
    expect(await seen(await asBrowser(apiKey))).toEqual(answers303);
  });

  test('in the address', async () => {
    const { token } = realToken(way);
    for (const name of ['access_token', 'token', 'jwt', 'sp_session']) {
      const answer = await it
        .visitor()
        .request(`/api/monitors?${name}=${token}`, { headers: { accept: 'application/json' } });
      expect(await seen(answer)).toEqual(answers401);
    }
  });

  test('in headers of other names', async () => {
    const { token } = realToken(way);
    const elsewhere: Record<string, string>[] = [
      { authorization: `Token ${token}` },
      { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` },
      { authorization: token },
      { 'x-auth-token': token },
      { 'x-api-key': token },
      { 'proxy-authorization': `Bearer ${token}` },
      { cookie: `session=${token}; access_token=${token}` },
    ];
    for (const headers of elsewhere) {
      const answer = await it
        .visitor()
        .request('/api/monitors', { headers: { accept: 'application/json', ...headers } });
      expect(await seen(answer)).toEqual('authorization' in headers ? answersUnknown : answers401);
    }
  });
});

describe('how long tokens live', () => {
  let its: TestApp;
  beforeEach(async () => {
    its = await testApp();
    return () => its.close();
  });

  const start = async (test: TestApp) => {
    const who = { email: 'carol@example.com', password: PASSWORD, slug: 'carol' };
    return (await (await test.visitor().json('POST', '/auth/signup', who)).json()) as Pair;
  };
  const me = async (test: TestApp, token: string) => {
    const program = Object.assign(test.visitor(), { token });
    return (await program.json('GET', '/auth/me')).status;
  };
  const refresh = (test: TestApp, token: string) =>
    test.visitor().json('POST', '/auth/refresh', { refresh_token: token });

  test('an access token thirty minutes', async () => {
    const { access_token, expires_in } = await start(its);
    expect(expires_in).toBe(1_800);
    its.clock.advance(30 * MINUTE - SECOND);
    expect(await me(its, access_token)).toBe(200);
    its.clock.advance(SECOND);
    expect(await me(its, access_token)).toBe(401);
  });

  test('an unused refresh token seven days, and each new one as long again', async () => {
    const first = await start(its);
    its.clock.advance(7 * DAY - SECOND);
    const second = (await (await refresh(its, first.refresh_token)).json()) as Pair;
    its.clock.advance(7 * DAY - SECOND);
    const third = (await (await refresh(its, second.refresh_token)).json()) as Pair;
    expect(await me(its, third.access_token)).toBe(200);
    its.clock.advance(7 * DAY);
    expect((await refresh(its, third.refresh_token)).status).toBe(401);
  });

  test('as the operator sets them', async () => {
    const short = await testApp({ config: { accessTokenMs: MINUTE, refreshTokenMs: DAY } });
    const { access_token, refresh_token, expires_in } = await start(short);
    expect(expires_in).toBe(60);
    short.clock.advance(MINUTE - SECOND);
    expect(await me(short, access_token)).toBe(200);
    short.clock.advance(SECOND);
    expect(await me(short, access_token)).toBe(401);
    short.clock.advance(DAY - MINUTE);
    expect((await refresh(short, refresh_token)).status).toBe(401);
    await short.close();
  });

  test('one refresh token sent twice at once makes one pair, and ends the family', async () => {
    const { refresh_token } = await start(its);
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(its, refresh_token)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    const won = (await answers.find(({ status }) => status === 200)?.json()) as Pair;
    expect(await me(its, won.access_token)).toBe(401);
    expect((await refresh(its, won.refresh_token)).status).toBe(401);
    const actions = await its.deps.db.read.all(sql`select 1 from audit_log where action = 'session.refresh_reused'`);
    expect(actions).toHaveLength(1);
  });

  test('an access token in the place of a refresh token is refused, and ends nothing', async () => {
    const { access_token, refresh_token } = await start(its);
    for (const token of [access_token, `${sidOf(access_token)}.`, sidOf(access_token)]) {
      const answer = await refresh(its, token);
      expect([401, 422]).toContain(answer.status);
      if (token === access_token) expect(await me(its, access_token)).toBe(200);
    }
    expect((await refresh(its, refresh_token)).status).toBe(401);
  });
});
