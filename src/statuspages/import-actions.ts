import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import type { Loss } from '../core/statuspage-documents.ts';
import type { ImportPlan } from '../core/statuspage-import.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { countComing, insertWindow, replaceCovered } from '../maintenance/queries.ts';
import { createInside } from './actions.ts';
import { saveComponents, type StoredComponent } from './component-queries.ts';
import { type ImportedReports, insertReports } from './import-queries.ts';

/** Windows ahead that an account may have, imported ones too. */
const MOST_WINDOWS = 200;

/** Makes a page of what an import planned, all of it or nothing, and returns its id. Nobody is told of what is in it. */
export async function importPage(
  deps: Deps,
  actor: Actor,
  slug: string,
  plan: ImportPlan,
  losses: readonly Loss[],
): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  const ids = new Map(plan.components.map(({ key }) => [key, newId('cmp')]));
  const pageId = await deps.db.write('import status page', async (tx) => {
    const id = await createInside(tx, actor, { ...plan.page, slug }, {}, now);
    await saveComponents(tx, id, linesOf(plan, ids));
    await insertReports(tx, reportsOf(plan, id, ids, actor.userId, now));
    await insertWork(tx, accountId, id, plan, now);
    const { components, reports, maintenance } = plan;
    const counts = { components: components.length, reports: reports.length, maintenance: maintenance.length };
    const detail = { title: plan.page.title, ...counts, lost: losses.map(({ what }) => what) };
    await insertAudit(tx, { accountId, userId, at: now, action: 'status_page.imported', subject: slug, detail });
    return id;
  });
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  return pageId;
}

function linesOf({ components }: ImportPlan, ids: ReadonlyMap<string, string>): StoredComponent[] {
  return components.map((one) => ({
    id: ids.get(one.key) ?? newId('cmp'),
    kind: one.kind,
    parent_id: ids.get(one.group ?? '') ?? null,
    monitor_no: null,
    name: one.name,
    description: one.description,
    manual_status: one.status,
    show_uptime: one.showUptime,
    show_chart: false,
    members_only: false,
  }));
}

/** They are dated as they were there: nothing of it is news. */
function reportsOf(
  plan: ImportPlan,
  pageId: string,
  ids: ReadonlyMap<string, string>,
  userId: string | null,
  now: number,
): ImportedReports {
  const rows: ImportedReports = { reports: [], updates: [], affected: [] };
  for (const one of plan.reports) {
    const id = newId('rep');
    rows.reports.push({
      id,
      page_id: pageId,
      title: one.title,
      impact: one.impact,
      status: one.status,
      published_at: one.startedAt,
      started_at: one.startedAt,
      resolved_at: one.resolvedAt,
      created_at: one.startedAt,
      updated_at: one.updates.at(-1)?.at ?? now,
    });
    for (const { status, body, at } of one.updates) {
      rows.updates.push({ id: newId('upd'), report_id: id, status, body, at, user_id: userId });
    }
    for (const { key, status } of one.components) {
      const component_id = ids.get(key);
      if (component_id !== undefined) rows.affected.push({ report_id: id, component_id, status });
    }
  }
  return rows;
}

async function insertWork(tx: Tx, accountId: string, pageId: string, plan: ImportPlan, now: number): Promise<void> {
  if (plan.maintenance.length === 0) return;
  if ((await countComing(tx, accountId)) + plan.maintenance.length > MOST_WINDOWS) {
    throw new AppError('limit', `An account has at most ${MOST_WINDOWS} windows ahead. Delete some first.`);
  }
  for (const { title, body, startsAt, endsAt } of plan.maintenance) {
    const id = newId('mnt');
    const times = { starts_at: startsAt, ends_at: endsAt, current_starts_at: startsAt, current_ends_at: endsAt };
    const { timezone } = plan.page;
    await insertWindow(tx, { id, account_id: accountId, title, body, timezone, ...times, created_at: now });
    await replaceCovered(tx, id, [], [pageId]);
  }
}
