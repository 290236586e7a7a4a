import { insertAudit } from '../accounts/audit-queries.ts';
import { AppError, notFound } from '../core/errors.ts';
import { MINUTE } from '../core/time.ts';
import { tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { type ChallengeKind, insertChallenge, takeChallenge } from './challenge-queries.ts';
import { type Assertion, challengeOf, type Registration } from './passkey-input.ts';
import {
  countPasskeys,
  deletePasskey,
  findPasskey,
  findPasskeyById,
  insertPasskey,
  listPasskeys,
  MOST_PASSKEYS,
  setPasskeyName,
} from './passkey-queries.ts';
import { findUser, type User } from './queries.ts';
import { tellLogInChanged } from './second-factor.ts';
import { deleteSessions } from './session-queries.ts';
import type { Insider } from './totp-actions.ts';

const CHALLENGE_MS = 5 * MINUTE;
/** Ed25519, ES256 and RS256: between them every authenticator there is. */
const ALGORITHMS = [-8, -7, -257];

/** Read when somebody first uses a passkey: 0.2 s and 25 MB that most starts do without. */
const webauthn = () => import('@simplewebauthn/server');

/** What the browser needs to make a key for this person. Asks the password, unless they logged in just now. */
export async function offerPasskey(deps: Deps, actor: Insider, password: string) {
  const user = await confirmPerson(deps, actor, password, { freshIsEnough: true });
  const own = await listPasskeys(deps.db.read, user.id);
  if (own.length >= MOST_PASSKEYS) throw tooMany();
  const { generateRegistrationOptions } = await webauthn();
  const options = await generateRegistrationOptions({
    rpName: 'StatusPing',
    rpID: rpId(deps),
    userID: new TextEncoder().encode(user.id),
    userName: user.email,
    userDisplayName: user.name ?? user.email,
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    excludeCredentials: own.map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  await keep(deps, 'passkey_add', options.challenge, user.id, { session: actor.sessionId });
  return options;
}

/** Registers the key a browser has made for our offer. Throws `AppError` `invalid` for any other. */
export async function addPasskey(
  deps: Deps,
  actor: Insider,
  input: { name: string; made: Registration },
): Promise<void> {
  const { made } = input;
  const asked = await take(deps, 'passkey_add', made.response.clientDataJSON);
  const user = await findUser(deps.db.read, actor.userId);
  if (!user || asked?.user_id !== user.id || asked.data['session'] !== actor.sessionId) throw notMade();
  const { verifyRegistrationResponse } = await webauthn();
  const registered = await checked(deps, () =>
    verifyRegistrationResponse({
      response: { ...asJson(made), response: made.response },
      expectedChallenge: asked.challenge,
      expectedOrigin: origin(deps),
      expectedRPID: rpId(deps),
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!registered?.registrationInfo) throw notMade();
  const { credential } = registered.registrationInfo;
  await deps.db.write('add a passkey', async (tx) => {
    if ((await countPasskeys(tx, user.id)) >= MOST_PASSKEYS) throw tooMany();
    const now = deps.clock.now();
    const added = await insertPasskey(tx, {
      id: credential.id,
      user_id: user.id,
      name: input.name,
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: made.response.transports ?? [],
      created_at: now,
    });
    if (!added) throw new AppError('conflict', 'This passkey is registered already.');
    const { accountId, userId } = actor;
    await insertAudit(tx, { accountId, userId, at: now, action: 'passkey.added', subject: input.name });
    await tellLogInChanged(deps, tx, user, `The passkey "${input.name}" was added.`);
  });
  deps.wake.outbox();
}

/** What the browser needs to log in with a key. It names nobody: the key itself says whose it is. */
export async function askPasskey(deps: Deps) {
  const { generateAuthenticationOptions } = await webauthn();
  const options = await generateAuthenticationOptions({
    rpID: rpId(deps),
    timeout: CHALLENGE_MS,
    userVerification: 'required',
  });
  await keep(deps, 'passkey_login', options.challenge, null, {});
  return options;
}

/** A key that has signed our challenge; its counter is written when the session opens. */
export interface PasskeyUse {
  id: string;
  /** The counter it was judged by. */
  before: number;
  counter: number;
}

/**
 * Who signed the challenge. Each is taken once, before anything else is looked at, so that nothing can be sent twice.
 * Whatever is wrong is one answer, `AppError` `unauthorised`.
 */
export async function provePasskey(deps: Deps, signed: Assertion): Promise<{ user: User; passkey: PasskeyUse }> {
  const asked = await take(deps, 'passkey_login', signed.response.clientDataJSON);
  const key = asked && (await findPasskeyById(deps.db.read, signed.id));
  const user = key && (await findUser(deps.db.read, key.user_id));
  if (!asked || !key || !user || handleOf(signed) !== user.id) throw notTaken();
  const { verifyAuthenticationResponse } = await webauthn();
  const proof = await checked(deps, () =>
    verifyAuthenticationResponse({
      response: { ...asJson(signed), response: signed.response },
      expectedChallenge: asked.challenge,
      expectedOrigin: origin(deps),
      expectedRPID: rpId(deps),
      credential: {
        id: key.id,
        publicKey: new Uint8Array(Buffer.from(key.public_key, 'base64url')),
        counter: key.counter,
      },
      requireUserVerification: true,
    }),
  );
  if (!proof?.verified) throw notTaken();
  return { user, passkey: { id: key.id, before: key.counter, counter: proof.authenticationInfo.newCounter } };
}

/** A name to know it by. */
export async function renamePasskey(deps: Deps, actor: Insider, id: string, name: string): Promise<void> {
  const { accountId, userId } = actor;
  await deps.db.write('rename a passkey', async (tx) => {
    const key = await findPasskey(tx, userId, id);
    if (!key) throw notFound();
    await setPasskeyName(tx, userId, id, name);
    const changes = { name: [key.name, name] as const };
    await insertAudit(tx, {
      accountId,
      userId,
      at: deps.clock.now(),
      action: 'passkey.renamed',
      subject: name,
      changes,
    });
  });
}

/** Asks as adding does. Every other session ends: the key may be in wrong hands, and one of them opened with it. */
export async function removePasskey(deps: Deps, actor: Insider, id: string, password: string): Promise<void> {
  const { accountId, userId } = actor;
  if (!(await findPasskey(deps.db.read, userId, id))) throw notFound();
  const user = await confirmPerson(deps, actor, password, { freshIsEnough: true });
  await deps.db.write('remove a passkey', async (tx) => {
    const key = await findPasskey(tx, userId, id);
    if (!key) throw notFound();
    await deletePasskey(tx, userId, id);
    await deleteSessions(tx, userId, actor.sessionId);
    await insertAudit(tx, { accountId, userId, at: deps.clock.now(), action: 'passkey.removed', subject: key.name });
    await tellLogInChanged(deps, tx, user, `The passkey "${key.name}" was removed.`);
  });
  deps.live.recheckAccess(userId);
  deps.wake.outbox();
}

/** Passkeys belong to a host name; its port and scheme are in the origin. */
function rpId(deps: Deps): string {
  return new URL(deps.config.baseUrl).hostname;
}

function origin(deps: Deps): string {
  return new URL(deps.config.baseUrl).origin;
}

async function keep(deps: Deps, kind: ChallengeKind, challenge: string, userId: string | null, data: object) {
  const expiresAt = deps.clock.now() + CHALLENGE_MS;
  const row = { hash: tokenHash(challenge), kind, user_id: userId, data: { ...data }, expires_at: expiresAt };
  await deps.db.write('ask for a passkey', (tx) => insertChallenge(tx, row));
}

/** The challenge of ours that is answered, gone with this; null for any other. */
async function take(deps: Deps, kind: ChallengeKind, clientDataJSON: string) {
  const challenge = challengeOf(clientDataJSON);
  if (challenge === null) return null;
  const hash = tokenHash(challenge);
  const taken = await deps.db.write('take a challenge', (tx) => takeChallenge(tx, kind, hash, deps.clock.now()));
  return taken && { ...taken, challenge };
}

function asJson({ id, rawId, type }: Registration | Assertion) {
  return { id, rawId, type, clientExtensionResults: {} };
}

/** The library says by throwing what it finds wrong; the log keeps the reason, the visitor learns none. */
async function checked<T>(deps: Deps, verify: () => Promise<T>): Promise<T | null> {
  try {
    return await verify();
  } catch (err) {
    deps.log.debug({ err }, 'a passkey was refused');
    return null;
  }
}

function handleOf(signed: Assertion): string {
  return Buffer.from(signed.response.userHandle, 'base64url').toString('utf8');
}

function notTaken(): AppError {
  return new AppError('unauthorised', 'This passkey was not taken. Try once more, or use your password.');
}

function notMade(): AppError {
  return new AppError('invalid', 'The passkey could not be registered. Reload the page and try again.');
}

function tooMany(): AppError {
  return new AppError('conflict', `You have ${MOST_PASSKEYS} passkeys already. Remove one you do not use.`);
}
