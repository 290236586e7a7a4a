import { HOUR } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { listSilent } from '../monitors/due-queries.ts';
import { tellOperator } from './operator.ts';

/** Silent monitors named in the log of one look. */
const MAX_NAMED = 100;
/** The operator gets a mail about silence at most this often. */
const MAIL_EVERY_MS = HOUR;

/**
 * R-CK-19: a monitor that should have results and has none is named in the log, once until it is heard again, and the
 * operator gets a mail when it is still silent at the next look. Its pages change without a result, so those who watch
 * are told as well.
 */
export function silenceAlarm(deps: Deps): () => Promise<void> {
  let known = new Set<number>();
  const mailed = new Set<number>();
  let mailAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const silent = await listSilent(deps.db.read, deps.clock.now(), MAX_NAMED);
    const fresh = silent.filter(({ no }) => !known.has(no));
    const lasting = silent.filter(({ no }) => known.has(no));
    known = new Set(silent.map(({ no }) => no));
    for (const no of mailed) if (!known.has(no)) mailed.delete(no);
    if (fresh.length > 0) {
      deps.log.warn({ monitors: fresh.map(({ id }) => id) }, 'monitors without results');
      for (const { account_id: accountId, id } of fresh) {
        deps.live.publish({ accountId, type: 'state', monitorIds: [id] });
      }
    }
    const now = deps.clock.monotonic();
    if (now < mailAt || lasting.every(({ no }) => mailed.has(no))) return;
    mailAt = now + MAIL_EVERY_MS;
    for (const { no } of lasting) mailed.add(no);
    await tellOperator(deps, 'monitors_silent', { count: lasting.length });
  };
}
