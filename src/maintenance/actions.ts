import { recordChange } from '../accounts/audit-queries.ts';
import { releaseRecoveries } from '../alerts/delivery-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { currentOccurrence, isInside, type Schedule } from '../core/maintenance.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { announceTurn } from '../engine/maintenance.ts';
import {
  countComing,
  deleteWindowRow,
  findMonitorNos,
  findPageIds,
  findPlanned,
  findWindow,
  insertWindow,
  replaceCovered,
  scheduleIn,
  updateWindow,
  type WindowRow,
} from './queries.ts';
import { readSchedule, type WindowInput, type WindowPatch } from './window-input.ts';

/** Windows that are on or to come; each costs every check a look. */
const MOST_WINDOWS = 200;

/** Plans a window and returns its id. */
export async function createWindow(deps: Deps, actor: Actor, input: WindowInput): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const schedule = readSchedule(input, now);
  const id = newId('mnt');
  const monitorIds = await deps.db.write('create maintenance', async (tx) => {
    if ((await countComing(tx, actor.accountId)) >= MOST_WINDOWS) {
      throw new AppError('limit', `An account has at most ${MOST_WINDOWS} windows ahead. Delete one first.`);
    }
    const { title, body = null, timezone = 'UTC', monitor_ids = [], status_page_ids = [] } = input;
    const times = columnsOf(schedule, now);
    const row = { id, account_id: actor.accountId, title, body: body || null, timezone, ...times, created_at: now };
    await insertWindow(tx, row);
    await cover(tx, actor, id, monitor_ids, status_page_ids);
    await announcePlan(tx, id, now);
    await recordChange(tx, actor, now, 'maintenance.created', id, { title });
    return monitor_ids;
  });
  tell(deps, actor, monitorIds);
  return id;
}

/** Changes a window. A schedule that is left as it is keeps its present occurrence. */
export async function changeWindow(deps: Deps, actor: Actor, id: string, patch: WindowPatch): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const touched = await deps.db.write('change maintenance', async (tx) => {
    const row = await mine(tx, actor, id);
    const rescheduled = newSchedule(row, patch, now);
    const { title, body, timezone } = patch;
    await updateWindow(tx, actor.accountId, id, {
      title: title ?? row.title,
      body: body === undefined ? row.body : body || null,
      timezone: timezone ?? row.timezone,
      ...(rescheduled ? columnsOf(rescheduled, now) : {}),
    });
    const before = row.monitors.map(([monitorId]) => monitorId);
    const after = patch.monitor_ids ?? before;
    await cover(tx, actor, id, after, patch.status_page_ids ?? row.page_ids);
    await letGo(tx, actor, [...before, ...after], now);
    // The next one of a series is no news by itself.
    if (rescheduled || row.cron === null) await announcePlan(tx, id, now);
    const changed = await mine(tx, actor, id);
    const changes = changesOf(recordOf(row), recordOf(changed));
    await recordChange(tx, actor, now, 'maintenance.changed', id, { title: changed.title }, changes);
    return [...new Set([...before, ...after])];
  });
  tell(deps, actor, touched);
}

/** Ends the occurrence that is on; a recurring window comes back at its next time. */
export async function endWindow(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const touched = await deps.db.write('end maintenance', async (tx) => {
    const row = await mine(tx, actor, id);
    if (windowState(row, now) !== 'active') throw new AppError('conflict', 'This window is not on now.');
    await updateWindow(tx, actor.accountId, id, {
      current_ends_at: now,
      ...(row.cron === null ? { ends_at: now } : {}),
    });
    const monitorIds = row.monitors.map(([monitorId]) => monitorId);
    await letGo(tx, actor, monitorIds, now);
    const changes = { current_ends_at: [isoOf(row.current_ends_at), isoOf(now)] as const };
    await recordChange(tx, actor, now, 'maintenance.ended', id, { title: row.title }, changes);
    return monitorIds;
  });
  tell(deps, actor, touched);
}

export async function deleteWindow(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const touched = await deps.db.write('delete maintenance', async (tx) => {
    const row = await mine(tx, actor, id);
    await deleteWindowRow(tx, actor.accountId, id);
    const monitorIds = row.monitors.map(([monitorId]) => monitorId);
    await letGo(tx, actor, monitorIds, now);
    await recordChange(tx, actor, now, 'maintenance.deleted', id, { title: row.title });
    return monitorIds;
  });
  tell(deps, actor, touched);
}

/** `active` while it lasts, `scheduled` while another occurrence is to come, else `completed`. */
export function windowState(row: WindowRow, now: number): 'scheduled' | 'active' | 'completed' {
  const { current_starts_at: startsAt, current_ends_at: endsAt } = row;
  if (startsAt === null || endsAt === null) return 'completed';
  if (isInside([{ startsAt, endsAt }], now)) return 'active';
  return endsAt <= now && currentOccurrence(scheduleIn(row), now, startsAt) === null ? 'completed' : 'scheduled';
}

/** The changed schedule, or null when the patch leaves it. Naming one way of it drops the other. */
function newSchedule(row: WindowRow, patch: WindowPatch, now: number): Schedule | null {
  const { starts_at, ends_at, cron, duration_seconds, timezone = row.timezone } = patch;
  const once = { starts_at: isoOf(row.starts_at), ends_at: isoOf(row.ends_at) };
  const again = { cron: row.cron, duration_seconds: row.duration_seconds };
  if (cron || duration_seconds) {
    const both = { starts_at: starts_at ?? null, ends_at: ends_at ?? null };
    const { cron: c, duration_seconds: d } = again;
    return readSchedule({ ...both, cron: given(cron, c), duration_seconds: given(duration_seconds, d), timezone }, now);
  }
  if (starts_at || ends_at) {
    const times = { starts_at: given(starts_at, once.starts_at), ends_at: given(ends_at, once.ends_at) };
    return readSchedule({ ...times, timezone }, now);
  }
  const emptied = [starts_at, ends_at, cron, duration_seconds].includes(null);
  const moved = row.cron !== null && timezone !== row.timezone;
  if (!emptied && !moved) return null;
  const left = {
    starts_at: given(starts_at, once.starts_at),
    ends_at: given(ends_at, once.ends_at),
    cron: given(cron, again.cron),
    duration_seconds: given(duration_seconds, again.duration_seconds),
  };
  return readSchedule({ ...left, timezone }, now);
}

function given<T>(value: T | null | undefined, stored: T | null): T | null {
  return value === undefined ? stored : value;
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function columnsOf(schedule: Schedule, now: number) {
  const current = currentOccurrence(schedule, now);
  const present = { current_starts_at: current?.startsAt ?? null, current_ends_at: current?.endsAt ?? null };
  if ('startsAt' in schedule) {
    const { startsAt: starts_at, endsAt: ends_at } = schedule;
    return { starts_at, ends_at, cron: null, duration_seconds: null, ...present };
  }
  const { cron, durationSeconds: duration_seconds } = schedule;
  return { starts_at: null, ends_at: null, cron, duration_seconds, ...present };
}

/** What is not the account's is refused as not there, whoever's it may be. */
async function cover(tx: Tx, actor: Actor, id: string, monitorIds: readonly string[], pageIds: readonly string[]) {
  if (monitorIds.length === 0 && pageIds.length === 0) {
    throw invalidField('monitor_ids', 'Choose at least one monitor.');
  }
  const numbers = await findMonitorNos(tx, actor.accountId, monitorIds);
  if (monitorIds.some((one) => !numbers.has(one))) throw invalidField('monitor_ids', 'There is no such monitor.');
  const pages = await findPageIds(tx, actor.accountId, pageIds);
  if (pageIds.some((one) => !pages.includes(one))) throw invalidField('status_page_ids', 'There is no such page.');
  await replaceCovered(tx, id, [...new Set(numbers.values())], pages);
}

/** Followers of its pages hear of planned work, and again only when it moves or on a page that is new to it. */
async function announcePlan(tx: Tx, id: string, now: number): Promise<void> {
  const planned = await findPlanned(tx, id, now);
  if (planned) await announceTurn(tx, planned, now);
}

/** Recoveries that waited for an end which has moved: those of monitors in no window are due now. */
async function letGo(tx: Tx, actor: Actor, monitorIds: readonly string[], now: number): Promise<void> {
  const numbers = await findMonitorNos(tx, actor.accountId, monitorIds);
  await releaseRecoveries(tx, [...numbers.values()], now);
}

async function mine(tx: Tx, actor: Actor, id: string): Promise<WindowRow> {
  const row = await findWindow(tx, actor.accountId, id);
  if (!row) throw notFound();
  return row;
}

/** What may be changed of a window, as the API spells it. */
function recordOf({ title, body, timezone, cron, duration_seconds, ...row }: WindowRow) {
  const [starts_at, ends_at] = [isoOf(row.starts_at), isoOf(row.ends_at)];
  const covers = { monitor_ids: row.monitors.map(([id]) => id), status_page_ids: row.page_ids };
  return { title, body, timezone, starts_at, ends_at, cron, duration_seconds, ...covers };
}

/** Pages are drawn anew, and the outbox looks for what was let go. */
function tell(deps: Deps, { accountId }: Actor, monitorIds: string[]): void {
  deps.live.publish({ accountId, type: 'state', monitorIds });
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  deps.wake.outbox();
}
