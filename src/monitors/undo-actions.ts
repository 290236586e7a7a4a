import { z } from 'zod';
import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { findPolicy } from '../alerts/escalation-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { pace } from '../core/pace.ts';
import { PLAN } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { applyPlanned, findTargets, type Planned } from './bulk-apply.ts';
import { refusalOfInterval, refusalToRun, type Room } from './bulk-effect.ts';
import { type Fields, type Target } from './bulk-queries.ts';
import { ownChannelIds } from './channel-queries.ts';
import { countMonitors } from './queries.ts';
import { deleteUndo, findUndo } from './undo-queries.ts';

const paused = z.object({ at: z.number(), by: z.enum(['person', 'plan']) }).nullable();
/** One changed field as `changeMonitors` keeps it: its name, what it was, what it became. */
const Change = z.union([
  z.tuple([z.enum(['interval_seconds', 'failure_threshold']), z.number(), z.number()]),
  z.tuple([z.literal('remind_every_minutes'), z.number().nullable(), z.number().nullable()]),
  z.tuple([z.literal('escalation_id'), z.string().nullable(), z.string().nullable()]),
  z.tuple([z.literal('public'), z.boolean(), z.boolean()]),
  z.tuple([z.enum(['tags', 'channel_ids']), z.array(z.string()), z.array(z.string())]),
  z.tuple([z.literal('paused'), paused, paused]),
]);
type Change = z.infer<typeof Change>;
const Kept = z.tuple([z.string(), z.array(Change)]);
const AllKept = z.object({ monitors: z.array(z.unknown()) });

/** Why a field was not put back: somebody changed it since, it is gone with its monitor, or the plan forbids it now. */
export type Skip = 'changed_since' | 'deleted' | 'plan';

export interface Undone {
  /** What was taken back, as it was told when it was done. */
  what: string;
  restored: number;
  skipped: { id: string; name: string | null; field: string | null; reason: Skip }[];
}

/**
 * Takes a change of many back, once: each field that still is what that change made of it becomes what it was. Throws
 * `AppError` `not_found` when it was taken back before, or ten minutes ago.
 */
export async function undoChange(deps: Deps, actor: Actor, id: string): Promise<Undone> {
  demand(actor.role, 'write');
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  const { undone, monitorIds } = await deps.db.write('undo', async (tx) => {
    const row = await findUndo(tx, accountId, id, now);
    if (!row) throw notFound();
    await deleteUndo(tx, accountId, id);
    const breathe = pace();
    const kept: z.infer<typeof Kept>[] = [];
    for (const one of AllKept.parse(row.before).monitors) {
      kept.push(Kept.parse(one));
      await breathe();
    }
    const ids = kept.map(([monitorId]) => monitorId);
    const targets = new Map((await findTargets(tx, accountId, ids)).map((target) => [target.id, target]));
    const world = await worldOf(tx, accountId, kept);
    const planned: Planned[] = [];
    const skipped: Undone['skipped'] = [];
    for (const [monitorId, changes] of kept) {
      await breathe();
      const target = targets.get(monitorId);
      if (!target) {
        skipped.push({ id: monitorId, name: null, field: null, reason: 'deleted' });
        continue;
      }
      const one: Planned = { target, after: {} };
      // Whether it may run depends on the interval it gets back.
      for (const change of changes.toSorted(([a], [b]) => Number(a === 'paused') - Number(b === 'paused'))) {
        const reason = restore(one, change, world, now);
        if (reason) skipped.push({ id: monitorId, name: target.name, field: change[0], reason });
      }
      if (Object.keys(one.after).length > 0) planned.push(one);
    }
    await applyPlanned(tx, accountId, planned, now);
    const undone = { what: row.what, restored: planned.length, skipped };
    const detail = { name: row.what, restored: undone.restored, skipped: skipped.length };
    await insertAudit(tx, { accountId, userId, at: now, action: 'undo.done', subject: id, detail });
    return { undone, monitorIds: planned.map(({ target }) => target.id) };
  });
  deps.live.publish({ accountId, type: 'settings', monitorIds });
  deps.wake.scheduler();
  return undone;
}

interface World {
  room: Room;
  channels: Set<string>;
  policies: Set<string>;
}

/** What a monitor could be given back still exists: the account's channels and policies, the room of its plan. */
async function worldOf(tx: Tx, accountId: string, kept: readonly z.infer<typeof Kept>[]): Promise<World> {
  const plan = (await findAccount(tx, accountId))?.plan ?? 'free';
  const { active } = await countMonitors(tx, accountId);
  const changes = kept.flatMap(([, own]) => own);
  const channelIds = changes.flatMap(([field, before]) => (field === 'channel_ids' ? before : []));
  const policyIds = changes.flatMap(([field, before]) =>
    field === 'escalation_id' && before !== null ? [before] : [],
  );
  const policies = new Set<string>();
  for (const id of new Set(policyIds)) if (await findPolicy(tx, accountId, id)) policies.add(id);
  const channels = new Set(await ownChannelIds(tx, accountId, [...new Set(channelIds)]));
  return { room: { plan, free: PLAN[plan].monitors - active }, channels, policies };
}

/** Puts one field back, or says why it stays. */
function restore({ target, after }: Planned, change: Change, world: World, now: number): Skip | null {
  const [field, before, became] = change;
  if (JSON.stringify(target[field]) !== JSON.stringify(became)) return 'changed_since';
  switch (field) {
    case 'channel_ids':
      after.channel_ids = before.filter((id) => world.channels.has(id));
      return null;
    case 'escalation_id':
      if (before !== null && !world.policies.has(before)) return 'changed_since';
      after.escalation_id = before;
      return null;
    case 'interval_seconds':
      if (before < PLAN[world.room.plan].interval) return 'plan';
      // Its timeout was raised in between.
      if (refusalOfInterval(target, before) !== null) return 'changed_since';
      after.interval_seconds = before;
      return null;
    case 'paused':
      return restorePause(target, after, before, world.room, now);
    default:
      Object.assign(after, { [field]: before });
      return null;
  }
}

function restorePause(
  target: Target,
  after: Partial<Fields>,
  before: Fields['paused'],
  room: Room,
  now: number,
): Skip | null {
  if (before !== null) {
    after.paused = { at: now, by: before.by };
    return null;
  }
  if (refusalToRun(target.kind, after.interval_seconds ?? target.interval_seconds, room) !== null) return 'plan';
  room.free--;
  after.paused = null;
  return null;
}
