import { sql } from 'drizzle-orm';
import type { StoredStatus } from '../../src/core/monitor.ts';
import type { Plan } from '../../src/core/plan.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { slotAt } from '../../src/core/uptime.ts';
import type { Reason } from '../../src/core/verdict.ts';
import type { Database, Tx } from '../../src/db/client.ts';
import { newId } from '../../src/db/ids.ts';
import { accounts } from '../../src/db/schema/accounts.ts';
import { incidents } from '../../src/db/schema/incidents.ts';
import { monitor_states, monitors, summaries } from '../../src/db/schema/monitors.ts';
import { components, status_pages } from '../../src/db/schema/statuspages.ts';

/** What a monitor's owner may read and a visitor may not. */
export const SECRET_MESSAGE = 'GET https://internal.example.test/secret-path answered 503 from 10.1.2.3.';

export interface PlannedMonitor {
  name: string;
  /** Customer-facing name, when it differs. */
  shownAs?: string;
  target?: string;
  public?: boolean;
  paused?: boolean;
  deleted?: boolean;
  /** What results have made of it; `pending` for none. Default up. */
  status?: StoredStatus;
  /** Age of the newest result in ms. */
  heardAgo?: number;
  /** Downtime in seconds by days ago; other days were up, `null` days were not watched. */
  downSeconds?: (daysAgo: number) => number | null;
  /** Incidents by start and end, both ms ago; no end leaves it open. */
  incidents?: { startedAgo: number; endedAgo?: number; reason?: Reason; message?: string }[];
}

export interface PlannedPage {
  slug: string;
  title?: string;
  description?: string;
  plan?: Plan;
  branding?: boolean;
  monitors: PlannedMonitor[];
}

export interface PlantedMonitor {
  no: number;
  id: string;
  componentId: string;
  incidentIds: string[];
}

/** Writes an account with a page, its monitors and their past straight into the tables, as the engine would have. */
export async function plantPage(db: Database, now: number, page: PlannedPage) {
  const [accountId, pageId] = [newId('acc'), newId('pag')];
  const title = page.title ?? 'Acme';
  const made = now - 100 * DAY;
  await db.write('plant page', async (tx) => {
    const plan = page.plan ?? 'free';
    await tx.insert(accounts).values({ id: accountId, name: title, slug: page.slug, plan, created_at: made });
    await tx.insert(status_pages).values({
      id: pageId,
      account_id: accountId,
      slug: page.slug,
      title,
      description: page.description ?? null,
      branding: page.branding ?? true,
      created_at: made,
      updated_at: made,
    });
  });
  return { accountId, pageId, monitors: await plantMonitors(db, now, accountId, pageId, page.monitors) };
}

/** Puts monitors with their past at the end of a page. */
export async function plantMonitors(
  db: Database,
  now: number,
  accountId: string,
  pageId: string,
  plans: PlannedMonitor[],
): Promise<PlantedMonitor[]> {
  return db.write('plant monitors', async (tx) => {
    const planted: PlantedMonitor[] = [];
    for (const [position, plan] of plans.entries()) {
      const id = newId('mon');
      const no = await plantMonitor(tx, now, accountId, id, plan);
      await plantDays(tx, now, no, plan);
      const componentId = newId('cmp');
      const name = plan.shownAs ?? null;
      await tx.insert(components).values({ id: componentId, page_id: pageId, monitor_no: no, name, position });
      planted.push({ no, id, componentId, incidentIds: await plantIncidents(tx, now, accountId, no, plan) });
    }
    return planted;
  });
}

async function plantMonitor(tx: Tx, now: number, accountId: string, id: string, plan: PlannedMonitor): Promise<number> {
  const status = plan.status ?? 'up';
  const [row] = await tx
    .insert(monitors)
    .values({
      id,
      account_id: accountId,
      name: plan.name,
      kind: 'http',
      target: plan.target ?? 'https://internal.example.test/secret-path',
      config: {},
      interval_seconds: 300,
      timeout_seconds: 30,
      failure_threshold: 3,
      recovery_threshold: 1,
      public: plan.public ?? true,
      tags: [],
      paused_at: plan.paused ? now - DAY : null,
      deleted_at: plan.deleted ? now - MINUTE : null,
      created_at: status === 'pending' ? now - MINUTE : now - 100 * DAY,
    })
    .returning({ no: monitors.no });
  const no = row?.no ?? 0;
  if (status === 'pending') return no;
  await tx.insert(monitor_states).values({
    monitor_no: no,
    phase: status === 'down' ? 'down' : 'up',
    last_result_at: now - (plan.heardAgo ?? 0),
    last_status: status,
    last_message: SECRET_MESSAGE,
    status,
    status_since: now - DAY,
  });
  return no;
}

/** Ninety days; today has been watched for ten hours. */
async function plantDays(tx: Tx, now: number, no: number, plan: PlannedMonitor): Promise<void> {
  const days: number[][] = [];
  for (let ago = 0; ago < 90; ago++) {
    const down = plan.downSeconds ? plan.downSeconds(ago) : 0;
    if (down !== null) days.push([no, slotAt(2, now) - ago, (ago === 0 ? 36_000 : 86_400) - down, down]);
  }
  await tx.run(sql`
    insert into ${summaries} (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds,
      excluded_seconds, sum_ms, max_ms, histogram)
    select value->>0, 2, value->>1, 288, 0, value->>2, value->>3, 0, 0, 28800, 300, '20:288'
    from json_each(${JSON.stringify(days)})`);
}

async function plantIncidents(tx: Tx, now: number, accountId: string, no: number, plan: PlannedMonitor) {
  const ids: string[] = [];
  for (const { startedAgo, endedAgo, reason, message } of plan.incidents ?? []) {
    const id = newId('inc');
    ids.push(id);
    await tx.insert(incidents).values({
      id,
      account_id: accountId,
      monitor_no: no,
      reason: reason ?? 'bad_status',
      message: message ?? SECRET_MESSAGE,
      started_at: now - startedAgo,
      opened_at: now - startedAgo + 10_000,
      resolved_at: endedAgo === undefined ? null : now - endedAgo,
      resolved_cause: endedAgo === undefined ? null : 'recovered',
    });
  }
  return ids;
}
