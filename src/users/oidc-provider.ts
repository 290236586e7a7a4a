import type { ClientAuth, Configuration } from 'openid-client';
import { isLocal } from '../config.ts';
import { HOUR, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';

/** How long the provider's description of itself is believed. */
const DISCOVERY_MS = HOUR;
/** Of each call to the provider. */
const DEADLINE_MS = 10 * SECOND;
const SCOPE = 'openid email profile';
export const CALLBACK = '/auth/oidc/callback';

/** Read when somebody first signs in this way: most installations have no provider. */
const library = () => import('openid-client');

/** Whom the provider says it has before it. */
export interface Claimed {
  issuer: string;
  subject: string;
  /** Null unless the provider says that it has verified the address. */
  email: string | null;
  name: string | null;
}

/** What an answer of the provider must fit: ours alone, each used once. */
export interface Secrets {
  state: string;
  nonce: string;
  verifier: string;
}

/** Why nobody was let in; a key of the entry words, so that people read it in their language. */
export class OidcRefusal extends Error {
  readonly reason: 'away' | 'failed' | 'cancelled' | 'late' | 'unverified' | 'unconfirmed' | 'taken' | 'signups';

  constructor(reason: OidcRefusal['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** The configured provider. Nothing is asked of it before the first person comes, so it may be away when we start. */
export function createProvider({ config, clock, log }: Pick<Deps, 'config' | 'clock' | 'log'>) {
  const { oidc, baseUrl } = config;
  if (oidc === null) return null;
  const { issuer, clientId, clientSecret, name } = oidc;
  let known: { at: number; configuration: Promise<Configuration> } | null = null;

  // One spelling, whatever slash either side ends it with.
  const key = new URL(issuer).href;
  return { name, issuer: key, begin, claim };

  /** Where the person is sent. Throws `OidcRefusal` `away`. */
  async function begin({ state, nonce, verifier }: Secrets): Promise<URL> {
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
    try {
      return buildAuthorizationUrl(await discovered(), {
        redirect_uri: baseUrl + CALLBACK,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    } catch (error) {
      log.warn({ problem: problemOf(error) }, 'the identity provider is away');
      throw new OidcRefusal('away');
    }
  }

  /** Whom the answer in `search` is about, its token's signature, audience, issuer and nonce checked. Throws `OidcRefusal`. */
  async function claim(search: string, { state, nonce, verifier }: Secrets): Promise<Claimed> {
    const { authorizationCodeGrant, AuthorizationResponseError } = await library();
    try {
      const configuration = await discovered();
      const tokens = await authorizationCodeGrant(configuration, new URL(baseUrl + CALLBACK + search), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('no ID token');
      return claimed(key, claims.sub, await addressOf(configuration, tokens.access_token, claims));
    } catch (error) {
      log.info({ problem: problemOf(error) }, 'a sign-in at the identity provider was refused');
      const called = error instanceof AuthorizationResponseError && error.error === 'access_denied';
      throw new OidcRefusal(called ? 'cancelled' : 'failed');
    }
  }

  function discovered(): Promise<Configuration> {
    const now = clock.now();
    if (known && now - known.at < DISCOVERY_MS) return known.configuration;
    const configuration = discover();
    const mine = { at: now, configuration };
    known = mine;
    configuration.catch(() => {
      if (known === mine) known = null;
    });
    return configuration;
  }

  async function discover(): Promise<Configuration> {
    const { allowInsecureRequests, discovery, enableNonRepudiationChecks } = await library();
    // oxlint-disable-next-line typescript/no-deprecated -- for a provider on the same machine; elsewhere config demands https
    const plain = issuer.startsWith('http:') && isLocal(issuer) ? [allowInsecureRequests] : [];
    return discovery(new URL(issuer), clientId, {}, await authentication(), {
      execute: [enableNonRepudiationChecks, ...plain],
      timeout: DEADLINE_MS / SECOND,
    });
  }

  async function authentication(): Promise<ClientAuth> {
    const { ClientSecretBasic, ClientSecretPost, None } = await library();
    if (clientSecret === '') return None();
    const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
    return (server, client, body, headers) => {
      // OpenID Connect Discovery 1.0, section 3: basic where nothing is said.
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      const authenticate = methods.includes('client_secret_basic') ? basic : post;
      return authenticate(server, client, body, headers);
    };
  }
}

export type Provider = NonNullable<ReturnType<typeof createProvider>>;

/** Many providers keep the address out of the token. */
async function addressOf(configuration: Configuration, accessToken: string, claims: { sub: string; email?: unknown }) {
  if (claims.email !== undefined || !configuration.serverMetadata().userinfo_endpoint) return claims;
  const { fetchUserInfo } = await library();
  return fetchUserInfo(configuration, accessToken, claims.sub);
}

function claimed(issuer: string, subject: string, said: Record<string, unknown>): Claimed {
  const { email, email_verified: verified, name } = said;
  return {
    issuer,
    subject,
    email: typeof email === 'string' && verified === true ? email : null,
    name: typeof name === 'string' ? name.trim().slice(0, 80) || null : null,
  };
}

/** For the log: what went wrong, and nothing of what was sent. */
function problemOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return `${name}: ${message}`.slice(0, 300);
}
