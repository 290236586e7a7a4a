import { type Actor, can, demand, type Scope } from '../core/access.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import { apiTokenHint, newApiToken } from '../db/api-token.ts';
import { newId, tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { insertAudit } from './audit-queries.ts';
import { findAccount } from './queries.ts';
import type { TokenInput } from './token-input.ts';
import { countTokens, deleteToken, findToken, insertToken } from './token-queries.ts';

/** API tokens of an account, whoever made them. */
export const MOST_TOKENS = 50;

/** A token just made: the one moment at which its secret is known. */
export interface NewToken {
  id: string;
  name: string;
  scopes: Scope[];
  created_at: number;
  expires_at: number | null;
  token: string;
}

/**
 * Makes an API token that acts for its maker, never beyond the role they have at the time. `limit` where the plan has
 * no API access (E80 to E82) or the account has its fifty.
 */
export async function createToken(deps: Deps, actor: Actor, input: TokenInput): Promise<NewToken> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  const { name, scopes } = input;
  const expiresAt = input.expires_at ? Date.parse(input.expires_at) : null;
  if (expiresAt !== null && expiresAt <= now) throw invalidField('expires_at', 'Choose a time that is still to come.');
  const token = newApiToken();
  const row = { id: newId('tok'), name, scopes, created_at: now, expires_at: expiresAt };
  const hash = tokenHash(token);
  await deps.db.write('create API token', async (tx) => {
    const account = await findAccount(tx, accountId);
    if (!account || !allows(account.plan, 'api')) throw noApi();
    if ((await countTokens(tx, accountId)) >= MOST_TOKENS) {
      throw new AppError('limit', `An account has at most ${MOST_TOKENS} API tokens. Revoke one first.`);
    }
    await insertToken(tx, { ...row, account_id: accountId, user_id: userId, hash, hint: apiTokenHint(token) });
    const detail = { name, scopes, expires_at: input.expires_at ?? null };
    await insertAudit(tx, { accountId, userId, at: now, action: 'token.created', subject: row.id, detail });
  });
  return { ...row, token };
}

/** Ends a token at once: one's own, or anybody's for those who manage the account. */
export async function revokeToken(deps: Deps, actor: Actor, id: string): Promise<void> {
  const { accountId, userId } = actor;
  const at = deps.clock.now();
  await deps.db.write('revoke API token', async (tx) => {
    const row = await findToken(tx, accountId, id);
    if (!row || (row.user_id !== userId && !can(actor.role, 'manage'))) throw notFound();
    await deleteToken(tx, accountId, id);
    await insertAudit(tx, { accountId, userId, at, action: 'token.revoked', subject: id, detail: { name: row.name } });
  });
}

function noApi(): AppError {
  return new AppError('limit', `API tokens are part of the ${PLAN[planFor('api')].label} plan.`);
}
