import { z } from 'zod';
import { findInvitationByHash } from '../accounts/invitation-queries.ts';
import { cleanEmail, emailKey } from '../core/email.ts';
import { NO_PASSWORD } from '../core/password.ts';
import { MINUTE } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newId, newToken, tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { insertOwner } from './actions.ts';
import { findChallenge, insertChallenge, takeChallenge } from './challenge-queries.ts';
import { recordConnected } from './identity-actions.ts';
import { findIdentity, findIdentityOf, insertIdentity } from './identity-queries.ts';
import { type Claimed, OidcRefusal, type Provider } from './oidc-provider.ts';
import { findUser, findUserByEmail, insertUser, type User } from './queries.ts';
import { freeSlug } from './tenant.ts';

const WAIT_MS = 10 * MINUTE;

/** What a sign-in carries along while the person is at the provider. */
const waiting = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Where it leads, a path of ours. */
  next: z.string(),
  /** What a link of ours ends with: the language somebody chose by hand. */
  tail: z.string(),
  /** The session that connects its person; null for a log-in. */
  session: z.string().nullable(),
});
export type Waiting = z.infer<typeof waiting>;

/**
 * Sends somebody to the provider. State, nonce and PKCE verifier stay here; the browser holds one token that names
 * them. Throws `OidcRefusal` `away`.
 */
export async function beginSignIn(
  deps: Deps,
  provider: Provider,
  onward: Pick<Waiting, 'next' | 'tail'> & { connects?: { userId: string; sessionId: string } },
): Promise<{ url: URL; token: string; expiresAt: number }> {
  const secrets = { state: newToken(), nonce: newToken(), verifier: newToken() + newToken() };
  const url = await provider.begin(secrets);
  const token = newToken();
  const expiresAt = deps.clock.now() + WAIT_MS;
  const { next, tail, connects } = onward;
  const data: Waiting = { ...secrets, next, tail, session: connects?.sessionId ?? null };
  await deps.db.write('begin a sign-in', (tx) =>
    insertChallenge(tx, {
      hash: tokenHash(token),
      kind: 'oidc',
      user_id: connects?.userId ?? null,
      data,
      expires_at: expiresAt,
    }),
  );
  return { url, token, expiresAt };
}

/**
 * What this browser waits for under its token, once, if the answer is to what it asked: an answer to something else,
 * sent by another site, leaves it waiting. Throws `OidcRefusal` `failed` or `late`.
 */
export async function takeSignIn(deps: Deps, token: string, state: string | undefined): Promise<Waiting> {
  return deps.db.write('take a sign-in', async (tx) => {
    const [hash, now] = [tokenHash(token), deps.clock.now()];
    const found = await findChallenge(tx, 'oidc', hash, now);
    if (!found) throw new OidcRefusal('late');
    const asked = waiting.parse(found.data);
    if (state !== asked.state) throw new OidcRefusal('failed');
    await takeChallenge(tx, 'oidc', hash, now);
    return asked;
  });
}

/**
 * Whose log-in that is. Somebody new is connected by the address the provider has verified, but only to a log-in whose
 * address was verified here as well: whoever signed up with another's address and a password of their own would
 * otherwise wait inside for its owner. Without such a log-in one is made, where people may sign up or `next` is an
 * invitation for that address. Throws `OidcRefusal`.
 */
export async function findSignedIn(deps: Deps, who: Claimed, next: string): Promise<User> {
  const user = await deps.db.write('sign in by provider', async (tx) => {
    const identity = await findIdentity(tx, who.issuer, who.subject);
    if (identity) return findUser(tx, identity.user_id);
    const email = who.email === null ? null : cleanEmail(who.email);
    if (email === null) throw new OidcRefusal('unverified');
    const same = await findUserByEmail(tx, emailKey(email));
    const userId = same ? await connectSame(deps, tx, who, same) : await signUpNew(deps, tx, who, email, next);
    return findUser(tx, userId);
  });
  deps.wake.outbox();
  if (!user) throw new OidcRefusal('failed');
  return user;
}

async function connectSame(deps: Deps, tx: Tx, who: Claimed, user: User): Promise<string> {
  if (user.email_verified_at === null) throw new OidcRefusal('unconfirmed');
  // The address has gone to another person there, who is not the one who logs in here.
  if (await findIdentityOf(tx, user.id, who.issuer)) throw new OidcRefusal('taken');
  await recordConnected(deps, tx, user, null, who);
  return user.id;
}

async function signUpNew(deps: Deps, tx: Tx, who: Claimed, email: string, next: string): Promise<string> {
  const now = deps.clock.now();
  const userId = (await isInvited(tx, email, next, now))
    ? await insertGuest(tx, email, who.name, now)
    : await insertNewOwner(deps, tx, email, who.name);
  const { issuer, subject } = who;
  await insertIdentity(tx, { issuer, subject, user_id: userId, created_at: now });
  return userId;
}

async function isInvited(tx: Tx, email: string, next: string, now: number): Promise<boolean> {
  const token = /^\/invite\/([\w-]+)(?:\?lang=[a-z]{2})?$/.exec(next)?.[1];
  const invitation = token === undefined ? null : await findInvitationByHash(tx, tokenHash(token), now);
  return invitation !== null && invitation.email_key === emailKey(email);
}

/** Somebody without an account, on the way to the one they were asked into. */
async function insertGuest(tx: Tx, email: string, name: string | null, now: number): Promise<string> {
  const id = newId('usr');
  await insertUser(tx, {
    id,
    email,
    email_key: emailKey(email),
    name,
    password_hash: NO_PASSWORD,
    email_verified_at: now,
    created_at: now,
  });
  return id;
}

async function insertNewOwner(deps: Deps, tx: Tx, email: string, name: string | null): Promise<string> {
  if (deps.config.signups !== 'open') throw new OidcRefusal('signups');
  const slug = await freeSlug(tx, email.split('@')[0] ?? '', deps.clock.now());
  const plan = deps.config.defaultPlan;
  const { userId } = await insertOwner(deps, tx, { email, name, slug, hash: NO_PASSWORD, plan, verified: true });
  return userId;
}
