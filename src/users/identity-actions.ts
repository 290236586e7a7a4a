import { insertAudit } from '../accounts/audit-queries.ts';
import { findHomeAccount } from '../accounts/queries.ts';
import { AppError, notFound } from '../core/errors.ts';
import { NO_PASSWORD } from '../core/password.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { deleteIdentity, findIdentity, findIdentityOf, insertIdentity } from './identity-queries.ts';
import type { Claimed, Provider } from './oidc-provider.ts';
import { countPasskeys } from './passkey-queries.ts';
import { findUser, type User } from './queries.ts';
import { tellLogInChanged } from './second-factor.ts';
import { deleteSessions } from './session-queries.ts';
import type { Insider } from './totp-actions.ts';

/** Beside which field of the security page the password is asked. */
const FIELD = 'identity_password';

/** Before somebody connects themselves: their password, unless they logged in just now. */
export async function confirmConnecting(deps: Deps, actor: Insider, password: string): Promise<void> {
  await confirmPerson(deps, actor, password, { field: FIELD, freshIsEnough: true });
}

/** Lets the person log in as who the provider says they are, whatever address they have there. */
export async function connectIdentity(deps: Deps, actor: Insider, who: Claimed): Promise<void> {
  await deps.db.write('connect an identity', async (tx) => {
    const user = await findUser(tx, actor.userId);
    if (!user) throw notFound();
    const identity = await findIdentity(tx, who.issuer, who.subject);
    if (identity?.user_id === user.id) return;
    if (identity) throw new AppError('conflict', 'Another log-in here is connected to that person already.');
    if (await findIdentityOf(tx, user.id, who.issuer)) {
      throw new AppError('conflict', 'You are connected as another person there. Disconnect that one first.');
    }
    await recordConnected(deps, tx, user, actor.accountId, who);
  });
  deps.wake.outbox();
}

/** Writes it down, and tells the owner of the log-in. `account` is null where nobody is logged in yet. */
export async function recordConnected(
  deps: Deps,
  tx: Tx,
  user: User,
  account: string | null,
  who: Claimed,
): Promise<void> {
  const { issuer, subject } = who;
  const at = deps.clock.now();
  await insertIdentity(tx, { issuer, subject, user_id: user.id, created_at: at });
  const accountId = account ?? (await findHomeAccount(tx, user.id))?.id;
  const entry = { userId: user.id, at, action: 'identity.connected', subject: user.email };
  if (accountId) await insertAudit(tx, { ...entry, accountId });
  await tellLogInChanged(deps, tx, user, `Your log-in opens by signing in at ${providerName(deps)} from now on.`);
}

/**
 * Asks as connecting does. Every other session ends, for one of them may have come in that way. Throws `conflict` when
 * nothing else would open the log-in.
 */
export async function disconnectIdentity(
  deps: Deps,
  provider: Provider,
  actor: Insider,
  password: string,
  field = FIELD,
): Promise<void> {
  await confirmPerson(deps, actor, password, { field, freshIsEnough: true });
  const { accountId, userId } = actor;
  await deps.db.write('disconnect an identity', async (tx) => {
    const user = await findUser(tx, userId);
    if (!user || !(await findIdentityOf(tx, userId, provider.issuer))) throw notFound();
    if (user.password_hash === NO_PASSWORD && (await countPasskeys(tx, userId)) === 0) {
      throw new AppError('conflict', 'It is your only way in. Add a passkey or set a password first.');
    }
    await deleteIdentity(tx, userId, provider.issuer);
    await deleteSessions(tx, userId, actor.sessionId);
    const at = deps.clock.now();
    await insertAudit(tx, { accountId, userId, at, action: 'identity.disconnected', subject: user.email });
    await tellLogInChanged(
      deps,
      tx,
      user,
      `Your log-in does not open by signing in at ${providerName(deps)} any more.`,
    );
  });
  deps.live.recheckAccess(userId);
  deps.wake.outbox();
}

function providerName(deps: Deps): string {
  return deps.config.oidc?.name ?? 'your provider';
}
