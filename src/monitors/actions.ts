import { recordChange } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { CHECKS } from '../checks/registry.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { managedAfter } from '../core/managed.ts';
import type { Plan } from '../core/plan.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { newId, newToken } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { releaseBelow } from '../engine/dependencies.ts';
import { closeOpenIncident } from '../engine/ingest.ts';
import { knownFor } from '../engine/known.ts';
import { testCheck } from '../engine/test-check.ts';
import { appendComponent } from '../statuspages/queries.ts';
import { defaultChannelIds, ownChannelIds, replaceChannels } from './channel-queries.ts';
import { recheckAt } from './due-queries.ts';
import { refuseForeignMembers } from './group-members.ts';
import { recheckGroups } from './group-queries.ts';
import { ensureHeartbeat, isTokenTaken } from './heartbeat-queries.ts';
import { type Links, linksFor } from './links.ts';
import { monitorRecord } from './monitor-record.ts';
import { refuseLockedKind, refuseOverActive, refuseOverCount, refuseTooOften } from './plan-limits.ts';
import {
  findMonitor,
  insertMonitor,
  isManagedMonitor,
  type MonitorRow,
  setDeleted,
  setPaused,
  setResumed,
  updateMonitorRow,
} from './queries.ts';
import { givenByRules } from './rule-presets.ts';
import { completeSettings, type MonitorInput, presets, type Settings, settingsOf } from './settings.ts';

type Mark = Pick<MonitorRow, 'managed_key' | 'managed_fields'>;

/** Creates a monitor within the plan and returns its id; the first check follows at once. */
export async function createMonitor(deps: Deps, actor: Actor, said: MonitorInput): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const id = newId('mon');
  await deps.db.write('create monitor', async (tx) => {
    const plan = await planOf(tx, actor);
    await refuseOverCount(tx, actor, plan);
    const input = await withRules(deps, tx, actor, plan, said);
    const settings = completeSettings(input, presets(deps.config, plan, input.type), null);
    await refuseForeignMembers(tx, actor, settings, now);
    refuseLockedKind(plan, settings.kind);
    refuseTooOften(plan, settings.interval_seconds);
    const paused = input.paused === true;
    const links = await linksFor(tx, actor.accountId, input, { no: null, parent_no: null, escalation_id: null });
    const no = await insertMonitor(tx, {
      ...settings,
      ...links,
      ...(await markFor(tx, actor, input, { managed_key: null, managed_fields: null })),
      id,
      account_id: actor.accountId,
      paused_at: paused ? now : null,
      paused_by: paused ? 'person' : null,
      next_check_at: paused ? null : now,
      created_at: now,
    });
    if (CHECKS[settings.kind].needs === 'heartbeat') await ensureHeartbeat(tx, no, await pingToken(tx, input), now);
    else if (input.ping_token !== undefined) throw invalidField('ping_token', 'Only a heartbeat has a ping address.');
    await replaceChannels(tx, no, await channelsFor(tx, actor, input.channel_ids));
    if (settings.public) await appendComponent(tx, actor.accountId, no, now);
    const { name, target } = settings;
    await recordChange(tx, actor, now, 'monitor.created', id, { name, type: settings.kind, target });
  });
  tell(deps, actor, id);
  return id;
}

/** What the maker said, and what the account's rules by tag give where they said nothing. */
async function withRules(deps: Deps, tx: Tx, actor: Actor, plan: Plan, said: MonitorInput): Promise<MonitorInput> {
  const { type: kind = 'http', tags = [], timeout_seconds: timeoutSeconds = deps.config.defaultTimeoutSeconds } = said;
  const given = await givenByRules(tx, actor.accountId, { kind, plan, tags, timeoutSeconds });
  const own = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...given.settings, ...own };
}

/**
 * Changes a monitor: `merge` keeps what `input` leaves out, `replace` puts it back to its preset. A new target or
 * config starts the monitor afresh (R-IN-9); a new name, tag or channel changes nothing of its state.
 */
export async function updateMonitor(
  deps: Deps,
  actor: Actor,
  id: string,
  input: MonitorInput,
  mode: 'merge' | 'replace',
): Promise<void> {
  demand(actor.role, 'write');
  if (input.ping_token !== undefined) {
    throw invalidField('ping_token', 'A ping address is given once, when the monitor is made.');
  }
  const now = deps.clock.now();
  await deps.db.write('update monitor', async (tx) => {
    const row = await mine(tx, actor, id, now);
    const before = await monitorRecord(tx, row);
    const plan = await planOf(tx, actor);
    const base = mode === 'merge' ? settingsOf(row) : presets(deps.config, plan, row.kind);
    const settings = completeSettings(input, base, row.config);
    refuseOtherKind(row, settings);
    await refuseForeignMembers(tx, actor, settings, now, row.config);
    if (settings.interval_seconds !== row.interval_seconds) refuseTooOften(plan, settings.interval_seconds);
    const unlinked = { no: row.no, parent_no: null, escalation_id: null };
    const links = await linksFor(tx, actor.accountId, input, mode === 'merge' ? row : unlinked);
    await store(tx, row, { ...settings, ...links, ...(await markFor(tx, actor, input, row)) }, now);
    if (input.channel_ids || mode === 'replace') {
      await replaceChannels(tx, row.no, await channelsFor(tx, actor, input.channel_ids));
    }
    if (settings.public && !row.public) await appendComponent(tx, actor.accountId, row.no, now);
    if (input.paused !== undefined) await switchPause(tx, actor, row, settings.interval_seconds, input.paused, now);
    const after = await monitorRecord(tx, await mine(tx, actor, id, now));
    const changes = changesOf(before.plain, after.plain, [before.shown, after.shown]);
    await recordChange(tx, actor, now, 'monitor.changed', id, { name: settings.name }, changes);
  });
  tell(deps, actor, id);
}

/** What a settings file has to do with it: unchanged unless the input says so. */
function markFor(tx: Tx, actor: Actor, input: MonitorInput, before: Mark): Promise<Mark> {
  return managedAfter(input, before, (key) => isManagedMonitor(tx, actor.accountId, key));
}

async function store(tx: Tx, row: MonitorRow, settings: Settings & Links & Mark, now: number): Promise<void> {
  const fresh = isOther(row, settings);
  const due = fresh || settings.interval_seconds !== row.interval_seconds;
  await updateMonitorRow(tx, row.no, {
    ...settings,
    config_version: row.config_version + (fresh ? 1 : 0),
    next_check_at: due && row.paused_at === null ? now : row.next_check_at,
  });
  if (fresh) await closeOpenIncident(tx, { monitorNo: row.no, cause: 'changed', now });
  // What the parent before it explained is not explained by another.
  if (settings.parent_no !== row.parent_no) await releaseBelow(tx, row.no, now);
}

/** A new secret, or the one that jobs elsewhere use already; nobody else's. */
async function pingToken(tx: Tx, { ping_token: given }: MonitorInput): Promise<string> {
  if (given === undefined) return newToken();
  if (await isTokenTaken(tx, given)) throw invalidField('ping_token', 'Another monitor answers to this token.');
  return given;
}

/** A kind is chosen once: results, incidents and shares of one and the same monitor must mean the same. */
function refuseOtherKind(row: MonitorRow, settings: Settings): void {
  if (row.kind === settings.kind) return;
  const { label } = CHECKS[row.kind];
  throw invalidField(
    'type',
    `The kind of a monitor cannot change. This one is "${label}"; add another monitor instead.`,
  );
}

/** Whether results of the stored settings say nothing about the new ones. */
function isOther(row: MonitorRow, settings: Settings): boolean {
  if (row.target !== settings.target) return true;
  // The stored config may have been written before its schema had all of today's fields.
  const before = CHECKS[row.kind].readConfig(row.config);
  return JSON.stringify(before) !== JSON.stringify(settings.config);
}

/** Stops the checks and closes an open incident without a recovery alert (R-IN-7). */
export async function pauseMonitor(deps: Deps, actor: Actor, id: string): Promise<void> {
  await setPause(deps, actor, id, true);
}

/** Starts the checks again, from nothing known, if the plan has room for one more. */
export async function resumeMonitor(deps: Deps, actor: Actor, id: string): Promise<void> {
  await setPause(deps, actor, id, false);
}

async function setPause(deps: Deps, actor: Actor, id: string, paused: boolean): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write(paused ? 'pause monitor' : 'resume monitor', async (tx) => {
    const row = await mine(tx, actor, id, now);
    await switchPause(tx, actor, row, row.interval_seconds, paused, now);
  });
  tell(deps, actor, id);
}

async function switchPause(
  tx: Tx,
  actor: Actor,
  row: MonitorRow,
  intervalSeconds: number,
  paused: boolean,
  now: number,
): Promise<void> {
  if (paused === (row.paused_at !== null)) return;
  if (paused) {
    await setPaused(tx, row.no, 'person', now);
  } else {
    const plan = await planOf(tx, actor);
    refuseLockedKind(plan, row.kind);
    refuseTooOften(plan, intervalSeconds);
    await refuseOverActive(tx, actor, plan);
    await setResumed(tx, row.no, now);
  }
  await closeOpenIncident(tx, { monitorNo: row.no, cause: 'paused', now });
  await recheckGroups(tx, [{ accountId: actor.accountId, monitorId: row.id }], now);
  const action = paused ? 'monitor.paused' : 'monitor.resumed';
  await recordChange(tx, actor, now, action, row.id, { name: row.name }, { paused: [!paused, paused] });
}

/** Takes a monitor out of every page at once; alerts that have not left are taken back (R-IN-10). */
export async function deleteMonitor(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('delete monitor', async (tx) => {
    const row = await mine(tx, actor, id, now);
    await closeOpenIncident(tx, { monitorNo: row.no, cause: 'deleted', now });
    await setDeleted(tx, row.no, now);
    await recheckGroups(tx, [{ accountId: actor.accountId, monitorId: id }], now);
    await recordChange(tx, actor, now, 'monitor.deleted', id, { name: row.name, type: row.kind, target: row.target });
  });
  tell(deps, actor, id);
}

/** Makes a running monitor due at once; its result arrives like any other. */
export async function checkNow(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('check now', async (tx) => {
    const row = await mine(tx, actor, id, now);
    if (row.paused_at !== null) throw new AppError('conflict', 'This monitor is paused. Resume it first.');
    await recheckAt(tx, [[row.no, now]]);
  });
  deps.wake.scheduler();
}

/** One check of settings that need not be saved; nothing is stored. With `id`, secrets and gaps come from that monitor. */
export async function testMonitor(deps: Deps, actor: Actor, input: MonitorInput, id?: string): Promise<Verdict> {
  demand(actor.role, 'write');
  const row = id === undefined ? null : await findMonitor(deps.db.read, actor.accountId, id, deps.clock.now());
  if (id !== undefined && row === null) throw notFound();
  const account = await findAccount(deps.db.read, actor.accountId);
  const base = row ? settingsOf(row) : presets(deps.config, account?.plan ?? 'free');
  const { kind, target, config, timeout_seconds } = completeSettings(input, base, row?.config ?? null);
  refuseLockedKind(account?.plan ?? 'free', kind);
  const known = knownFor(deps, CHECKS[kind], {
    target,
    config,
    ...(row ? { no: row.no } : { accountId: actor.accountId }),
  });
  return testCheck(deps, { kind, target, config, timeoutSeconds: timeout_seconds, known });
}

async function mine(tx: Tx, actor: Actor, id: string, now: number): Promise<MonitorRow> {
  const row = await findMonitor(tx, actor.accountId, id, now);
  if (!row) throw notFound();
  return row;
}

/** The plan as it is now: the session's copy may be older than a downgrade. */
async function planOf(tx: Tx, actor: Actor): Promise<Plan> {
  return (await findAccount(tx, actor.accountId))?.plan ?? 'free';
}

/** The channels asked for, all of them the account's own; its default ones when nothing was asked. */
async function channelsFor(tx: Tx, actor: Actor, asked: readonly string[] | undefined): Promise<string[]> {
  if (!asked) return defaultChannelIds(tx, actor.accountId);
  const wanted = [...new Set(asked)];
  const own = await ownChannelIds(tx, actor.accountId, wanted);
  const missing = wanted.find((id) => !own.includes(id));
  if (missing !== undefined) throw invalidField('channel_ids', `There is no channel "${missing}" in this account.`);
  return wanted;
}

function tell(deps: Deps, actor: Actor, id: string): void {
  deps.live.publish({ accountId: actor.accountId, type: 'settings', monitorIds: [id] });
  deps.wake.scheduler();
}
