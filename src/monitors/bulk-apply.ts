import { setImmediate as nextTurn } from 'node:timers/promises';
import { SECOND } from '../core/time.ts';
import type { Db, Tx } from '../db/client.ts';
import { closeOpenIncidents } from '../engine/closing.ts';
import {
  appendComponents,
  type Fields,
  type FieldsRow,
  replaceChannelsOf,
  setFields,
  type Target,
  listTargets,
} from './bulk-queries.ts';
import { recheckGroups } from './group-queries.ts';

/** So many rows a statement rewrites within a few milliseconds. */
const PIECE = 100;
/** Checks that become due in one second: a thousand at once would be late one by one. */
const STARTS_A_SECOND = 20;

/** A monitor and the fields it is to have. */
export interface Planned {
  target: Target;
  after: Partial<Fields>;
}

/**
 * Writes what was planned, with the effects the single changes have: whoever pauses or resumes starts anew, a new
 * interval counts at once, what becomes public joins the first page.
 */
export async function applyPlanned(tx: Tx, accountId: string, planned: readonly Planned[], now: number): Promise<void> {
  let starts = 0;
  const startAt = () => now + Math.floor(starts++ / STARTS_A_SECOND) * SECOND;
  for (const piece of pieces(planned)) {
    await setFields(
      tx,
      piece.map((one) => rowOf(one, startAt)),
    );
    await nextTurn();
    const channels = piece.flatMap(({ target, after }) =>
      after.channel_ids ? [{ no: target.no, channel_ids: after.channel_ids }] : [],
    );
    if (channels.length > 0) await replaceChannelsOf(tx, channels);
    await nextTurn();
  }
  for (const piece of pieces(planned.filter(({ target, after }) => after.public && !target.public))) {
    const nos = piece.map(({ target }) => target.no);
    await appendComponents(tx, accountId, nos, now);
    await nextTurn();
  }
  for (const piece of pieces(planned.filter(({ after }) => after.paused !== undefined))) {
    const stopped = piece.map(({ target }) => target);
    await closeOpenIncidents(tx, { monitorNos: stopped.map(({ no }) => no), cause: 'paused', now });
    await recheckGroups(
      tx,
      stopped.map(({ id }) => ({ accountId, monitorId: id })),
      now,
    );
    await nextTurn();
  }
}

/** `listTargets` of many, with turns for others in between. */
export async function findTargets(db: Db | Tx, accountId: string, ids: readonly string[]): Promise<Target[]> {
  const found: Target[] = [];
  for (const piece of pieces(ids)) {
    found.push(...(await listTargets(db, accountId, piece)));
    await nextTurn();
  }
  return found;
}

/** Parts small enough that none holds the event loop up. */
export function* pieces<T>(all: readonly T[]): Generator<T[]> {
  for (let i = 0; i < all.length; i += PIECE) yield all.slice(i, i + PIECE);
}

function rowOf({ target, after }: Planned, startAt: () => number): FieldsRow {
  const { paused, channel_ids: _own, ...fields } = after;
  const row: FieldsRow = { no: target.no, ...fields };
  if (paused) return { ...row, paused_at: paused.at, paused_by: paused.by, next_check_at: null };
  if (paused === null) return { ...row, paused_at: null, paused_by: null, next_check_at: startAt() };
  if (after.interval_seconds !== undefined && target.paused === null) return { ...row, next_check_at: startAt() };
  return row;
}
