import { cancelUntried, releaseKeptBack } from '../alerts/delivery-queries.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import {
  listAncestors,
  listExplanations,
  listKeptBack,
  listMuted,
  listUnheardBelow,
  type MutedIncident,
  noteMuting,
  setMuted,
  setUnmuted,
  wasTold,
} from '../incidents/dependency-queries.ts';
import { lastOfTimeline, readAlertSubject } from '../incidents/machine-queries.ts';
import { recheckAt } from '../monitors/due-queries.ts';
import { tell, tellDown } from './telling.ts';

/** How long a failure is kept back while the monitor it depends on is looked at. */
export const HOLD_MS = 30 * SECOND;
/** How long a monitor may take to come back after the one it depends on did. */
const COME_BACK_MS = MINUTE;

/** What the monitors above say to a failure: it is theirs, or wait until they were looked at, or nothing. */
export type Standing = { by: 'nobody' } | { by: 'muted'; incidentId: string } | { by: 'held'; until: number };

/**
 * To be asked when an incident opens. A parent, or a parent's parent, with an open incident explains it: it is muted,
 * and its timeline says so. Else those that run are looked at at once, and the alert waits for what they say.
 */
export async function standBehind(tx: Tx, monitorNo: number, incidentId: string, now: number): Promise<Standing> {
  const above = await listAncestors(tx, monitorNo);
  const down = above.find((one) => one.incident_id !== null);
  if (down?.incident_id) {
    await mute(tx, [incidentId], { name: down.name, incidentId: down.incident_id }, now);
    return { by: 'muted', incidentId: down.incident_id };
  }
  const running = above.filter((one) => one.running === 1);
  if (running.length === 0) return { by: 'nobody' };
  await recheckAt(
    tx,
    running.map(({ no }) => [no, now]),
  );
  return { by: 'held', until: now + HOLD_MS };
}

/**
 * A monitor went down: what depends on it and failed just before, so that nobody heard of it yet, is explained by it.
 * Returns how many were muted.
 */
export async function muteBelow(
  tx: Tx,
  parent: { monitorNo: number; incidentId: string },
  now: number,
): Promise<number> {
  const ids = await listUnheardBelow(tx, parent.monitorNo, now);
  if (ids.length === 0) return 0;
  for (const id of ids) await cancelUntried(tx, id);
  const name = (await readAlertSubject(tx, parent.monitorNo))?.monitor.name ?? '';
  await mute(tx, ids, { name, incidentId: parent.incidentId }, now);
  return ids.length;
}

/**
 * A monitor answered well: alerts that were only kept back to hear from it leave at once, unless another above them was
 * not looked at yet. Returns how many were let go.
 */
export async function clearBelow(tx: Tx, monitorNo: number, now: number): Promise<number> {
  let cleared = 0;
  for (const { id, monitor_no, opened_at } of await listKeptBack(tx, monitorNo, now)) {
    const above = (await listAncestors(tx, monitor_no)).filter((one) => one.running === 1);
    if (above.some(({ well_at }) => well_at === null || well_at < opened_at)) continue;
    cleared += await releaseKeptBack(tx, id, now);
  }
  return cleared;
}

async function mute(
  tx: Tx,
  ids: readonly string[],
  by: { name: string; incidentId: string },
  now: number,
): Promise<void> {
  await setMuted(tx, ids, by.incidentId);
  const text = `Nobody is told: this depends on "${by.name}", which is down.`;
  await noteMuting(tx, ids, { at: now, kind: 'muted', text });
}

/**
 * A monitor is no longer down, or does not stand above another any more: what was muted by it and is down still is
 * looked at again, and people are told of it in a minute unless it comes back before. The same for the monitor itself,
 * when it was given another parent. Returns the messages queued.
 */
export async function releaseBelow(tx: Tx, monitorNo: number, now: number): Promise<number> {
  const muted = await listMuted(tx, monitorNo);
  if (muted.length === 0) return 0;
  const explained = await listExplanations(
    tx,
    muted.map((one) => one.monitor_no),
  );
  const free: MutedIncident[] = [];
  for (const one of muted) {
    const by = explained.get(one.monitor_no);
    if (!by) free.push(one);
    else if (by.incidentId !== one.muted_by) await mute(tx, [one.id], by, now);
  }
  return free.length === 0 ? 0 : release(tx, free, now);
}

const ENDED = {
  recovered: 'is up again',
  paused: 'was paused',
  changed: 'was changed',
  deleted: 'was deleted',
} as const;

/** In few statements, for there may be a thousand of them behind one router. */
async function release(tx: Tx, free: readonly MutedIncident[], now: number): Promise<number> {
  await setUnmuted(tx, free, now);
  const reasons = new Map<string, string[]>();
  for (const { id, by_name: name, by_cause: cause } of free) {
    const why = cause ? `"${name}" ${ENDED[cause]}` : `This does not depend on "${name}" now`;
    reasons.set(why, [...(reasons.get(why) ?? []), id]);
  }
  for (const [why, ids] of reasons) {
    const text = `${why}. People are told in a minute if this does not come back before.`;
    await noteMuting(tx, ids, { at: now, kind: 'unmuted', text });
  }
  await recheckAt(
    tx,
    free.map((one) => [one.monitor_no, now]),
  );
  let queued = 0;
  for (const one of free) queued += await tellReleased(tx, one, now);
  return queued;
}

async function tellReleased(tx: Tx, muted: MutedIncident, now: number): Promise<number> {
  const { id, monitor_no: monitorNo, account_id: accountId, reason, message, started_at: startedAt } = muted;
  // Whoever knows that it keeps changing is told where it comes to rest.
  if (muted.flapping_since !== null && (await wasTold(tx, monitorNo, muted.flapping_since))) return 0;
  const soon = now + COME_BACK_MS;
  const works = muted.windows.filter(([from, to]) => from <= soon && soon < to).map(([, to]) => to);
  const telling = {
    now,
    accountId,
    monitorNo,
    incident: { id, reason, message, startedAt, resolvedAt: null },
    notBefore: Math.max(soon, ...works),
    heldFor: works.length > 0 ? ('maintenance' as const) : ('parent' as const),
    // The failure may have been queued and taken back before: this is another telling of it.
    dedupLabel: `down-${muted.released + 1}`,
  };
  return muted.has_policy ? tellDown(tx, telling) : tell(tx, { ...telling, event: 'down' });
}

/**
 * Part of a recovery: an incident that came back within the minute after what it depends on needs no message, neither
 * of its failure nor of its end.
 */
export async function forgetReleased(tx: Tx, incidentId: string, now: number): Promise<void> {
  const released = await lastOfTimeline(tx, incidentId, 'unmuted');
  if (released !== null && now < released + COME_BACK_MS) await cancelUntried(tx, incidentId);
}
