import type { Actor } from '../core/access.ts';
import type { Deps } from '../deps.ts';
import { insertAudit } from './audit-queries.ts';

/** Notes that everything was taken out, for the others of the account may want to know. */
export async function recordExport(deps: Deps, { accountId, userId }: Actor): Promise<void> {
  const at = deps.clock.now();
  await deps.db.write('export account', (tx) => insertAudit(tx, { accountId, userId, at, action: 'account.exported' }));
}
