import { setImmediate as nextTurn } from 'node:timers/promises';
import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { findPolicy } from '../alerts/escalation-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import type { Changes } from '../core/changes.ts';
import { invalidField } from '../core/errors.ts';
import { PLAN } from '../core/plan.ts';
import { MINUTE } from '../core/time.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { closeOpenIncidents } from '../engine/closing.ts';
import { applyPlanned, findTargets, pieces, type Planned } from './bulk-apply.ts';
import { effectOn, type Kept } from './bulk-effect.ts';
import { type BulkChange, type Choice, MOST_AT_ONCE } from './bulk-input.ts';
import { type Fields, setAllDeleted, type Target } from './bulk-queries.ts';
import { doneWords } from './bulk-words.ts';
import { listChannelChoices, ownChannelIds } from './channel-queries.ts';
import { recheckGroups } from './group-queries.ts';
import { refuseTooOften } from './plan-limits.ts';
import { countMonitors, listMatchingIds } from './queries.ts';
import { insertUndo } from './undo-queries.ts';

/** How long a change of many can be taken back. */
export const UNDO_MS = 10 * MINUTE;
/** Names that the record keeps of them. */
const MOST_NAMED = 50;

/** A monitor as lists name it. */
type Named = Pick<Target, 'id' | 'name'>;

/** What a change of many does, before or after it was done. */
export interface Outcome {
  matched: number;
  /** A few words: "Paused 3 monitors". */
  what: string;
  changed: Named[];
  unchanged: (Named & { reason: Kept })[];
  /** Changed, but not in every way that was asked for. */
  partly: (Named & { field: keyof Fields; reason: Kept })[];
  /** Changed, although a settings file decides what was changed: applying it puts that back. */
  managed: Named[];
}

/** What `changeMonitors` would do now. Refuses what it would refuse. */
export async function previewChange(deps: Deps, actor: Actor, choice: Choice, change: BulkChange): Promise<Outcome> {
  demand(actor.role, 'write');
  return (await plan(deps.db.read, actor, choice, change, deps.clock.now())).outcome;
}

/**
 * Changes up to a thousand monitors together, or none: one transaction, one line in the record. Throws `AppError`
 * `invalid` for what is not of the account and `limit` for what its plan lacks. `undo` takes it back for ten minutes;
 * null when nothing changed, and for a deletion.
 */
export async function changeMonitors(
  deps: Deps,
  actor: Actor,
  choice: Choice,
  change: BulkChange,
): Promise<Outcome & { undo: { id: string; until: number } | null }> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const done = await deps.db.write('change monitors', async (tx) => {
    const { outcome, planned } = await plan(tx, actor, choice, change, now);
    if (outcome.changed.length === 0) return { ...outcome, undo: null };
    if (change.delete) await deleteAll(tx, actor, planned, now);
    else await applyPlanned(tx, actor.accountId, planned, now);
    const undo = change.delete ? null : { id: newId('und'), until: now + UNDO_MS };
    if (undo) await keep(tx, actor, undo, outcome.what, planned, now);
    await insertAudit(tx, {
      accountId: actor.accountId,
      userId: actor.userId,
      at: now,
      action: change.delete ? 'monitors.deleted' : 'monitors.changed',
      subject: undo?.id ?? outcome.what,
      detail: recordOf(outcome),
      changes: change.delete ? undefined : changesOfMany(planned),
    });
    return { ...outcome, undo };
  });
  if (done.changed.length > 0) {
    const monitorIds = done.changed.map(({ id }) => id);
    deps.live.publish({ accountId: actor.accountId, type: 'settings', monitorIds });
    deps.wake.scheduler();
  }
  return done;
}

async function plan(db: Db | Tx, actor: Actor, choice: Choice, change: BulkChange, now: number) {
  const { accountId } = actor;
  const account = await findAccount(db, accountId);
  const itsPlan = account?.plan ?? 'free';
  const { interval_seconds: seconds } = change;
  if (seconds !== undefined) refuseTooOften(itsPlan, seconds, 'change.interval_seconds');
  const channelNames = await refuseStrangers(db, accountId, change);
  const targets = await chosen(db, accountId, choice, now);
  await nextTurn();
  const { active } = await countMonitors(db, accountId);
  const room = { plan: itsPlan, free: PLAN[itsPlan].monitors - active };
  const planned: Planned[] = [];
  const outcome: Outcome = { matched: targets.length, what: '', changed: [], unchanged: [], partly: [], managed: [] };
  for (const target of targets) {
    const { id, name } = target;
    const { after, kept } = change.delete ? { after: {}, kept: [] } : effectOn(target, change, room, now);
    if (!change.delete && Object.keys(after).length === 0) {
      outcome.unchanged.push({ id, name, reason: kept[0]?.reason ?? 'already' });
      continue;
    }
    planned.push({ target, after });
    outcome.changed.push({ id, name });
    for (const one of kept) outcome.partly.push({ id, name, ...one });
    if (Object.keys(after).some((field) => target.decided.includes(field))) outcome.managed.push({ id, name });
  }
  await nextTurn();
  outcome.what = doneWords(change, planned.length, channelNames);
  return { outcome, planned };
}

/** The monitors meant, all of the account's own: a foreign id is one that never was. */
async function chosen(db: Db | Tx, accountId: string, { ids, filter }: Choice, now: number): Promise<Target[]> {
  if (ids === undefined) {
    const { status, tag, q } = filter ?? {};
    const wanted = { now, status, tag: tag || undefined, q: q || undefined };
    const found = await listMatchingIds(db, accountId, wanted, MOST_AT_ONCE + 1);
    if (found.length > MOST_AT_ONCE) {
      throw invalidField('filter', `More than ${MOST_AT_ONCE} monitors match. Narrow the filter.`);
    }
    return findTargets(db, accountId, found);
  }
  const targets = await findTargets(db, accountId, ids);
  if (targets.length < ids.length) {
    const known = new Set(targets.map(({ id }) => id));
    throw invalidField('ids', `There is no monitor "${ids.find((id) => !known.has(id))}" in this account.`);
  }
  return targets;
}

/** Refuses channels and policies that are not the account's; the names of its channels by id. */
async function refuseStrangers(db: Db | Tx, accountId: string, change: BulkChange): Promise<Map<string, string>> {
  const lists = ['channels_set', 'channels_add', 'channels_remove'] as const;
  for (const list of lists) {
    const own = new Set(await ownChannelIds(db, accountId, change[list] ?? []));
    const missing = change[list]?.find((id) => !own.has(id));
    if (missing === undefined) continue;
    throw invalidField(`change.${list}`, `There is no channel "${missing}" in this account.`);
  }
  const { escalation_id: policy } = change;
  if (typeof policy === 'string' && !(await findPolicy(db, accountId, policy))) {
    throw invalidField('change.escalation_id', `There is no escalation policy "${policy}" in this account.`);
  }
  if (lists.every((list) => change[list] === undefined)) return new Map();
  return new Map((await listChannelChoices(db, accountId)).map(({ id, name }) => [id, name]));
}

async function deleteAll(tx: Tx, { accountId }: Actor, planned: readonly Planned[], now: number): Promise<void> {
  for (const piece of pieces(planned.map(({ target }) => target))) {
    const monitorNos = piece.map(({ no }) => no);
    await closeOpenIncidents(tx, { monitorNos, cause: 'deleted', now });
    await setAllDeleted(tx, monitorNos, now);
    await recheckGroups(
      tx,
      piece.map(({ id }) => ({ accountId, monitorId: id })),
      now,
    );
    await nextTurn();
  }
}

/** What each changed field was and became, so that an undo knows whether somebody else came in between. */
async function keep(
  tx: Tx,
  { accountId, userId }: Actor,
  undo: { id: string; until: number },
  what: string,
  planned: readonly Planned[],
  now: number,
): Promise<void> {
  const monitors = planned.map(({ target, after }) => [
    target.id,
    Object.entries(after).map(([field, value]) => [field, target[field as keyof Fields], value]),
  ]);
  const row = { id: undo.id, account_id: accountId, user_id: userId, what, expires_at: undo.until };
  await insertUndo(tx, { ...row, before: { monitors } }, now);
}

function recordOf({ what, changed, unchanged }: Outcome): Record<string, unknown> {
  const monitors = changed.slice(0, MOST_NAMED).map(({ name }) => name);
  return { name: what, monitors, changed: changed.length, unchanged: unchanged.length };
}

/** What the fields were before, each value once, and what they are. */
function changesOfMany(planned: readonly Planned[]): Changes {
  const sides = new Map<string, [Set<string>, Set<string>]>();
  for (const { target, after } of planned) {
    for (const [field, value] of Object.entries(after)) {
      const [was, is] = sides.get(field) ?? [new Set<string>(), new Set<string>()];
      sides.set(field, [was, is]);
      was.add(JSON.stringify(plain(field, target[field as keyof Fields])));
      is.add(JSON.stringify(plain(field, value)));
    }
  }
  return Object.fromEntries([...sides].map(([field, [was, is]]) => [field, [fewOf(was), fewOf(is)] as const]));
}

function plain(field: string, value: unknown): unknown {
  return field === 'paused' ? value !== null : value;
}

/** The value all share; of different ones the first few. */
function fewOf(values: ReadonlySet<string>): unknown {
  const all = [...values].slice(0, 5).map((text) => JSON.parse(text) as unknown);
  return values.size === 1 ? all[0] : [...all, ...(values.size > 5 ? ['…'] : [])];
}
