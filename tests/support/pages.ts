import { sql } from 'drizzle-orm';
import type { StoredStatus } from '../../src/core/monitor.ts';
import type { Plan } from '../../src/core/plan.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { slotAt } from '../../src/core/uptime.ts';
import type { Reason } from '../../src/core/verdict.ts';
import type { Database } from '../../src/db/client.ts';
import { newId } from '../../src/db/ids.ts';
import { accounts } from '../../src/db/schema/accounts.ts';
import { incidents } from '../../src/db/schema/incidents.ts';
import { monitor_states, monitors, summaries } from '../../src/db/schema/monitors.ts';
import { components, status_pages } from '../../src/db/schema/statuspages.ts';

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
  /** An existing account; without one the page gets an account of its own. */
  accountId?: string;
  monitors: PlannedMonitor[];
}

/** Writes a page with its monitors and their past straight into the tables, as the engine would have left them. */
export async function plantPage(db: Database, now: number, page: PlannedPage) {
  const accountId = page.accountId ?? newId('acc');
  const pageId = newId('pag');
  const planted: { no: number; id: string; componentId: string; incidentIds: string[] }[] = [];
  await db.write('plant page', async (tx) => {
    const title = page.title ?? 'Acme';
    if (!page.accountId) {
      const plan = page.plan ?? 'free';
      await tx.insert(accounts).values({ id: accountId, name: title, slug: page.slug, plan, created_at: now - 100 * DAY });
    }
    await tx.insert(status_pages).values({
      id: pageId,
      account_id: accountId,
      slug: page.slug,
      title,
      description: page.description ?? null,
      branding: page.branding ?? true,
      created_at: now - 100 * DAY,
      updated_at: now - 100 * DAY,
    });
    for (const [position, plan] of page.monitors.entries()) {
      const id = newId('mon');
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
          created_at: now - 100 * DAY,
        })
        .returning({ no: monitors.no });
      const no = row?.no ?? 0;
      const status = plan.status ?? 'up';
      if (status !== 'pending') {
        await tx.insert(monitor_states).values({
          monitor_no: no,
          phase: status === 'down' ? 'down' : 'up',
          last_result_at: now - (plan.heardAgo ?? 0),
          last_status: status,
          status,
          status_since: now - DAY,
        });
      }
      const days = Array.from({ length: 90 }, (_, ago) => {
        const down = plan.downSeconds?.(ago) ?? (plan.downSeconds ? null : 0);
        return down === null ? null : [no, slotAt(2, now) - ago, ago === 0 ? 36_000 - down : 86_400 - down, down];
      }).filter((day) => day !== null);
      await tx.run(sql`
        insert into ${summaries} (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds,
          excluded_seconds, sum_ms, max_ms, histogram)
        select value->>0, 2, value->>1, 288, 0, value->>2, value->>3, 0, 0, 28800, 300, '20:288'
        from json_each(${JSON.stringify(days)})`);
      const componentId = newId('cmp');
      const name = plan.shownAs ?? null;
      await tx.insert(components).values({ id: componentId, page_id: pageId, monitor_no: no, name, position });
      const incidentIds: string[] = [];
      for (const one of plan.incidents ?? []) {
        const incidentId = newId('inc');
        incidentIds.push(incidentId);
        await tx.insert(incidents).values({
          id: incidentId,
          account_id: accountId,
          monitor_no: no,
          reason: one.reason ?? 'bad_status',
          message: one.message ?? 'GET https://internal.example.test/secret-path answered 503.',
          started_at: now - one.startedAgo,
          opened_at: now - one.startedAgo + 10_000,
          resolved_at: one.endedAgo === undefined ? null : now - one.endedAgo,
          resolved_cause: one.endedAgo === undefined ? null : 'recovered',
        });
      }
      planted.push({ no, id, componentId, incidentIds });
    }
  });
  return { accountId, pageId, monitors: planted };
}
