import { pruneRecord } from '../accounts/audit-list-queries.ts';
import { pruneKeys } from '../accounts/idempotency-queries.ts';
import { listEmptied, purgeAccount, purgeAccountRows } from '../accounts/deletion-queries.ts';
import { pruneReleased } from '../accounts/slug-queries.ts';
import { pruneDeliveries } from '../alerts/expiry-queries.ts';
import { pruneEvents } from '../billing/queries.ts';
import { PLAN } from '../core/plan.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import { GRAINS, SUMMARY_MS, slotAt } from '../core/uptime.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import {
  type Kept,
  listKept,
  pruneGoodDetails,
  pruneResults,
  pruneSummaries,
  purgeIncidents,
  purgeMonitor,
} from '../monitors/history-queries.ts';
import { pruneExpired } from '../users/expiry-queries.ts';

/** Rows of one table that one transaction may delete, and the pause after it (R-DU-11). */
const BATCH = 1_000;
const PAUSE_MS = 25;
/** Incidents carry timelines and deliveries along. */
const INCIDENT_BATCH = 100;
const PAGE = 200;

const GOOD_DETAILS_MS = 72 * HOUR;
const DELIVERIES_MS = 90 * DAY;
/** Who changed what is kept for a year. */
const RECORD_MS = 365 * DAY;
/** Stripe repeats an event for three days, and by hand for thirty. */
const EVENTS_MS = 60 * DAY;
/** An ended session is kept a day longer, so that its reuse can still be told from an unknown one. */
const EXPIRED_MS = DAY;

/** Keeps the database from growing for ever: in small steps, so that checks and requests never wait for it. */
export interface History {
  /** One pass over everything. */
  run(): Promise<void>;
  /** Ends a running pass after its present step. */
  stop(): void;
}

export function createHistory(deps: Deps): History {
  /** Up to where the good details of a monitor are gone, epoch seconds: bad ones that stay are not looked at again. */
  const detailsDone = new Map<number, number>();
  const stopping = new AbortController();
  const stopped = () => stopping.signal.aborted;

  /** Repeats a transaction while it says that there is more, with a pause after each. */
  async function steps(name: string, step: (tx: Tx) => Promise<boolean>): Promise<void> {
    for (let more = true; more && !stopped(); ) {
      more = await deps.db.write(name, step);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async function prune({ no, plan }: Kept): Promise<void> {
    const now = deps.clock.now();
    await steps('prune history', async (tx) => {
      const limit = BATCH;
      let most = await pruneResults(tx, no, Math.floor((now - PLAN[plan].retention) / SECOND), limit);
      for (const grain of GRAINS) {
        const before = slotAt(grain, now - SUMMARY_MS[grain](PLAN[plan].retention));
        most = Math.max(most, await pruneSummaries(tx, no, grain, before, limit));
      }
      return most >= limit;
    });
    const before = Math.floor((now - GOOD_DETAILS_MS) / SECOND);
    await steps('prune details', async (tx) => {
      const end = await pruneGoodDetails(tx, no, { from: detailsDone.get(no) ?? 0, before, limit: BATCH });
      detailsDone.set(no, end ?? before);
      return end !== null;
    });
  }

  async function purge(no: number): Promise<void> {
    await steps('purge monitor', async (tx) => {
      let more = (await pruneResults(tx, no, Number.MAX_SAFE_INTEGER, BATCH)) >= BATCH;
      for (const grain of GRAINS) {
        more = (await pruneSummaries(tx, no, grain, Number.MAX_SAFE_INTEGER, BATCH)) >= BATCH || more;
      }
      return more;
    });
    await steps('purge incidents', async (tx) => (await purgeIncidents(tx, no, INCIDENT_BATCH)) >= INCIDENT_BATCH);
    if (stopped()) return;
    await deps.db.write('purge monitor', (tx) => purgeMonitor(tx, no));
    detailsDone.delete(no);
  }

  /** What is left of an account that was deleted, once none of its monitors is. */
  async function bury(accountId: string): Promise<void> {
    await steps('purge account', async (tx) => (await purgeAccountRows(tx, accountId, BATCH)) >= BATCH);
    if (!stopped()) await deps.db.write('purge account', (tx) => purgeAccount(tx, accountId));
  }

  async function run(): Promise<void> {
    for (let after = 0; !stopped(); ) {
      const page = await listKept(deps.db.read, after, PAGE);
      for (const monitor of page) {
        if (stopped()) return;
        await (monitor.deleted ? purge(monitor.no) : prune(monitor));
      }
      after = page.at(-1)?.no ?? after;
      if (page.length < PAGE) break;
    }
    const now = deps.clock.now();
    await steps('prune sessions', async (tx) => (await pruneExpired(tx, now - EXPIRED_MS, BATCH)) >= BATCH);
    await steps('prune slugs', async (tx) => (await pruneReleased(tx, now, BATCH)) >= BATCH);
    await steps('prune idempotency keys', async (tx) => (await pruneKeys(tx, now - DAY, BATCH)) >= BATCH);
    await steps('prune billing events', async (tx) => (await pruneEvents(tx, now - EVENTS_MS, BATCH)) >= BATCH);
    await steps('prune the record', async (tx) => (await pruneRecord(tx, now - RECORD_MS, BATCH)) >= BATCH);
    for (const accountId of await listEmptied(deps.db.read, PAGE)) await bury(accountId);
    let afterRow = 0;
    await steps('prune deliveries', async (tx) => {
      const end = await pruneDeliveries(tx, { afterRow, before: now - DELIVERIES_MS, limit: BATCH });
      afterRow = end ?? afterRow;
      return end !== null;
    });
  }

  return {
    run,
    stop: () => stopping.abort(),
  };
}
