import type { Changes } from '../core/changes.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { type PlanChange, setPlan } from '../engine/plans.ts';
import { moveSubscriptions } from '../reports/subscription-queries.ts';
import { findUserByEmail } from '../users/queries.ts';
import { insertAudit } from './audit-queries.ts';
import { findAccount, listOwnedAccounts, setAccountName, setAccountZone } from './queries.ts';

/** `setPlan` for every account that the person with this address owns. */
export async function setPlanByEmail(deps: Deps, email: string, plan: Plan): Promise<PlanChange> {
  const user = await findUserByEmail(deps.db.read, emailKey(email));
  const owned = user ? await listOwnedAccounts(deps.db.read, user.id) : [];
  if (owned.length === 0) throw new AppError('not_found', `Nobody with the address ${email} owns an account here.`);
  const total: PlanChange = { paused: 0, resumed: 0, slowed: 0 };
  for (const { id } of owned) {
    const { paused, resumed, slowed } = await setPlan(deps, id, plan);
    total.paused += paused;
    total.resumed += resumed;
    total.slowed += slowed;
  }
  return total;
}

/** The account's name, as its mails and its settings say it, and the zone whose days its reports have; what is left out stays. */
export async function changeAccount(
  deps: Deps,
  actor: { userId: string; accountId: string },
  change: { name?: string | undefined; timezone?: string | undefined },
): Promise<void> {
  const clean = change.name?.trim();
  if (clean === '') throw invalidField('account_name', 'Give the account a name.');
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  await deps.db.write('change account', async (tx) => {
    const before = await findAccount(tx, accountId);
    const audit = (action: string, subject: string, changes: Changes) =>
      insertAudit(tx, { accountId, userId, at: now, action, subject, changes });
    if (clean !== undefined && before?.name !== clean) {
      await setAccountName(tx, accountId, clean);
      await audit('account.renamed', clean, { name: [before?.name, clean] });
    }
    const { timezone = before?.timezone } = change;
    if (timezone === undefined || timezone === before?.timezone) return;
    await setAccountZone(tx, accountId, timezone);
    await moveSubscriptions(tx, accountId, timezone, now);
    await audit('account.zone_changed', timezone, { timezone: [before?.timezone, timezone] });
  });
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}
