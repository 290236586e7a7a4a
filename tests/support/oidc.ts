import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import Provider from 'oidc-provider';
import { BASE_URL, type Visitor } from './app.ts';

export const CLIENT = { clientId: 'statusping', clientSecret: 'a-secret-of-the-tests', name: 'Example Ltd' };

/** Somebody the provider knows, by what they type as their name there. */
export interface KnownPerson {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** A real identity provider on loopback: whoever types a name there is let in as that person. */
export async function startProvider(
  people: Record<string, KnownPerson>,
  options: { public?: boolean; baseUrl?: string } = {},
) {
  const server = createServer();
  const issuer = await listen(server);
  const auth = options.public
    ? { token_endpoint_auth_method: 'none' as const }
    : { client_secret: CLIENT.clientSecret, token_endpoint_auth_method: 'client_secret_basic' as const };
  const provider = new Provider(issuer, {
    clients: [
      { client_id: CLIENT.clientId, redirect_uris: [`${options.baseUrl ?? BASE_URL}/auth/oidc/callback`], ...auth },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    cookies: { keys: ['keys of the tests'] },
    pkce: { required: () => true },
    ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 600, AccessToken: 600, AuthorizationCode: 60 },
  });
  // oxlint-disable-next-line typescript/no-misused-promises -- the package answers by itself
  server.on('request', provider.callback());
  return {
    oidc: { issuer, ...CLIENT, ...(options.public && { clientSecret: '' }) },
    provider,
    close: () => stop(server),
  };
}

/**
 * Walks a browser to the provider, signs in there as somebody and comes back as far as our callback. Returns its address
 * there, with the provider's answer in it, still to be opened.
 */
export async function signInThere(browser: Visitor, who: string, start = '/auth/oidc'): Promise<string> {
  const began = await browser.get(start);
  return answerFor(began.headers.get('location') ?? '', who);
}

/** The same from the provider's own address on. `cancel` turns back at its door. */
export async function answerFor(address: string, who: string, { cancel = false } = {}): Promise<string> {
  const jar = new Map<string, string>();
  let at = address;
  for (let step = 0; step < 15; step++) {
    if (at.startsWith(BASE_URL)) return at.slice(BASE_URL.length);
    const answer = await fetchWith(jar, at);
    const to = answer.headers.get('location');
    if (to !== null) {
      at = new URL(to, at).href;
      continue;
    }
    const page = await answer.text();
    const action = /<form[^>]+action="([^"]+)"/.exec(page)?.[1] ?? '';
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (prompt === undefined) throw new Error(`the provider shows no form but ${page.slice(0, 500)}`);
    const form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: who, password: 'anything' }) });
    const posted = cancel ? await fetchWith(jar, `${action}/abort`) : await fetchWith(jar, action, form);
    at = new URL(posted.headers.get('location') ?? '', at).href;
  }
  throw new Error('the provider leads round in circles');
}

async function fetchWith(jar: Map<string, string>, address: string, form?: URLSearchParams): Promise<Response> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const sent = form ? { method: 'POST', body: form } : {};
  const answer = await fetch(address, { ...sent, redirect: 'manual', headers: { cookie, accept: 'text/html' } });
  for (const line of answer.headers.getSetCookie()) {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  }
  return answer;
}

/** What a lying provider may do to the token it hands out. */
export interface Lie {
  claims?: JWTPayload;
  /** Claims that are missing. */
  without?: string[];
  sign?: 'none' | 'other key' | 'client secret';
  /** The whole answer of the token endpoint. */
  answer?: { status: number; body: string };
}

/** A provider that keeps the form of the protocol and lies in one point: `lie` is read at each token. */
export async function startLiar() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const other = await generateKeyPair('RS256');
  const liar = { lie: {} as Lie, nonce: '', asked: 0 };
  const server = createServer();
  const issuer = await listen(server);
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  server.on('request', (request, response) => {
    const json = (body: object | string, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const { pathname } = new URL(request.url ?? '', issuer);
    if (pathname === '/.well-known/openid-configuration') {
      liar.asked++;
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
        token_endpoint_auth_methods_supported: ['client_secret_post'],
      });
    }
    if (pathname === '/jwks') return json({ keys: [jwk] });
    if (liar.lie.answer) return json(liar.lie.answer.body, liar.lie.answer.status);
    void token().then((idToken) => json({ access_token: 'opaque', token_type: 'Bearer', id_token: idToken }));
  });
  return { oidc: { issuer, ...CLIENT }, liar, close: () => stop(server) };

  async function token(): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const truth: JWTPayload = {
      iss: issuer,
      sub: 'eve',
      aud: CLIENT.clientId,
      iat: now,
      exp: now + 300,
      nonce: liar.nonce,
      email: 'eve@example.org',
      email_verified: true,
    };
    const claims: JWTPayload = { ...truth, ...liar.lie.claims };
    for (const name of liar.lie.without ?? []) delete claims[name];
    if (liar.lie.sign === 'none') return new UnsecuredJWT(claims).encode();
    if (liar.lie.sign === 'client secret') {
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(CLIENT.clientSecret));
    }
    const key = liar.lie.sign === 'other key' ? other.privateKey : privateKey;
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
