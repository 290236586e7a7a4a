import { insertAudit } from '../accounts/audit-queries.ts';
import { countMembers, deleteMember, listAccountsOf, standing } from '../accounts/member-queries.ts';
import { findHomeAccount, listOwnedAccounts } from '../accounts/queries.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { foldSlug } from '../core/slug.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { findUser } from './queries.ts';
import { deleteSession } from './session-queries.ts';
import { type NewSession, openSession, sessionOver, startGoneOnWith } from './sessions.ts';
import { insertTenant, slugRefusal } from './tenant.ts';

/** Most accounts one person owns. */
const MOST_OWNED = 10;

/** A person on their way from one session to the next. */
export interface Mover {
  userId: string;
  /** Ends with the step; null for somebody who has none. */
  sessionId: string | null;
  /** Of somebody without a session: when they logged in, epoch ms, and their `token_version` then. */
  startedAt?: number;
  tokenVersion?: number;
  kind: NewSession['kind'];
  userAgent: string;
}

/** Moves a person to another account of theirs: a new session there, and the end of the one they had (R-AU-3). */
export async function openAccount(deps: Deps, who: Mover, accountId: string): Promise<NewSession> {
  const session = await deps.db.write('open account', async (tx) => {
    if (!(await standing(tx, accountId, who.userId))) throw notFound();
    const tokenVersion = (await findUser(tx, who.userId))?.token_version ?? 0;
    const startedAt = await startOf(tx, who);
    if (who.sessionId !== null) await deleteSession(tx, who.sessionId);
    return openSession(deps, tx, { ...who, accountId, tokenVersion, secondStep: 'continues', startedAt });
  });
  deps.live.recheckAccess(who.userId);
  return session;
}

/** Makes another account that the person owns, and moves them there. */
export async function createAccount(
  deps: Deps,
  who: Mover,
  input: { name: string; slug: string },
): Promise<{ session: NewSession; accountId: string }> {
  const name = input.name.trim();
  if (name === '') throw invalidField('name', 'Give the account a name.');
  const slug = foldSlug(input.slug);
  const now = deps.clock.now();
  const made = await deps.db.write('create account', async (tx) => {
    const user = await findUser(tx, who.userId);
    if (!user) throw notFound();
    if ((await listOwnedAccounts(tx, user.id)).length >= MOST_OWNED) {
      throw new AppError('conflict', `One person owns at most ${MOST_OWNED} accounts.`);
    }
    const refused = await slugRefusal(tx, slug, now);
    if (refused) throw invalidField('slug', refused);
    const plan = deps.config.defaultPlan;
    const { accountId } = await insertTenant(tx, { userId: user.id, email: user.email, name, slug, plan, now });
    const startedAt = await startOf(tx, who);
    if (who.sessionId !== null) await deleteSession(tx, who.sessionId);
    const session = await openSession(deps, tx, {
      ...who,
      accountId,
      tokenVersion: user.token_version,
      secondStep: 'continues',
      startedAt,
    });
    return { session, accountId };
  });
  deps.live.recheckAccess(who.userId);
  return made;
}

/**
 * A person leaves an account by themselves, whatever their role; only the last owner has to stay. Returns the session
 * in the account they go on with, or null when that was the last one they belonged to.
 */
export async function leaveAccount(
  deps: Deps,
  who: Mover & { accountId: string },
): Promise<
  { session: NewSession; accountId: string } | { session: null; tokenVersion: number; startedAt: number | null }
> {
  const { userId, accountId } = who;
  const next = await deps.db.write('leave account', async (tx) => {
    const mine = (await listAccountsOf(tx, userId)).find(({ id }) => id === accountId);
    const user = await findUser(tx, userId);
    if (!mine || !user) throw notFound();
    if (mine.role === 'owner' && (await countMembers(tx, accountId, 'owner')) === 1) {
      throw new AppError('conflict', 'An account needs an owner. Hand it over to somebody first, or delete it.');
    }
    const startedAt = await startOf(tx, who);
    await deleteMember(tx, accountId, userId);
    const at = deps.clock.now();
    await insertAudit(tx, { accountId, userId, at, action: 'member.left', subject: user.email });
    const tokenVersion = user.token_version;
    const home = await findHomeAccount(tx, userId);
    if (!home) return { session: null, tokenVersion, startedAt };
    const going = { ...who, accountId: home.id, tokenVersion, startedAt };
    const session = await openSession(deps, tx, { ...going, secondStep: 'continues' });
    return { session, accountId: home.id };
  });
  deps.live.recheckAccess(userId);
  return next;
}

/** When the person logged in: moving about does not make a log-in younger. `unauthorised` once their session has ended. */
export async function startOf(tx: Tx, { userId, sessionId, startedAt, tokenVersion }: Mover): Promise<number | null> {
  if (sessionId !== null) return startGoneOnWith(tx, { userId, sessionId });
  if ((await findUser(tx, userId))?.token_version !== tokenVersion) throw sessionOver();
  return startedAt ?? null;
}
