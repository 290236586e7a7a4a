import { recordChange } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import type { ManualStatus } from '../core/page.ts';
import { isOver, standingOf } from '../core/status-report.ts';
import { iso } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { announceUpdate } from '../engine/subscribers.ts';
import { findPage } from './queries.ts';
import type { ReportInput, ReportPatch, UpdateInput, UpdatePatch } from './report-input.ts';
import {
  changeUpdateRow,
  countUnfinished,
  deleteReportRow,
  findReport,
  insertReport,
  insertUpdate,
  listChoices,
  type ReportRow,
  replaceAffected,
  setAffectedWell,
  updateReport,
} from './report-queries.ts';

/** Drafts and open reports of one page: each is read with every request for it. */
const MOST_UNFINISHED = 100;
/** Updates of one report. */
const MOST_UPDATES = 200;

/** Writes a report with its first update, published at once unless it is a draft. Returns its id. */
export async function createReport(deps: Deps, actor: Actor, pageId: string, input: ReportInput): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const [id, updateId] = [newId('rep'), newId('upd')];
  await deps.db.write('create status report', async (tx) => {
    if (!(await findPage(tx, actor.accountId, pageId))) throw notFound();
    if ((await countUnfinished(tx, pageId)) >= MOST_UNFINISHED) {
      throw new AppError('limit', `A page has at most ${MOST_UNFINISHED} drafts and open reports. End one first.`);
    }
    const { title, impact, status, body, draft } = input;
    await insertReport(tx, {
      id,
      page_id: pageId,
      title,
      impact,
      ...standing([{ status, at: now }]),
      published_at: draft ? null : now,
      started_at: begun(input.started_at, now) ?? now,
      next_update_by: isOver(status) ? null : promised(input.next_update_by, now),
      created_at: now,
      updated_at: now,
    });
    const told = !draft && input.notify;
    await insertUpdate(tx, {
      id: updateId,
      report_id: id,
      status,
      body,
      at: now,
      user_id: actor.userId,
      notified: told,
    });
    await affect(tx, actor, { id, page_id: pageId }, input.components);
    if (isOver(status)) await setAffectedWell(tx, id);
    if (told) await announceUpdate(tx, { pageId, reportId: id, updateId, now });
    await recordChange(tx, actor, now, draft ? 'status_report.drafted' : 'status_report.published', id, { title });
  });
  tell(deps, actor);
  return id;
}

/** Shows a draft to everybody. What was written by hand is dated now; what a monitor found keeps its times. */
export async function publishReport(
  deps: Deps,
  actor: Actor,
  pageId: string,
  reportId: string,
  { notify }: { notify: boolean },
): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('publish status report', async (tx) => {
    const report = await mine(tx, actor, pageId, reportId);
    if (report.published_at !== null) throw new AppError('conflict', 'This report is published already.');
    const [newest] = report.updates;
    if (report.incident_id === null && newest) {
      await changeUpdateRow(tx, newest.id, { at: now });
      const unsaid = report.started_at === report.created_at;
      await updateReport(tx, reportId, {
        ...standing([{ status: newest.status, at: now }]),
        ...(unsaid ? { started_at: now } : {}),
      });
    }
    await updateReport(tx, reportId, { published_at: now, updated_at: now });
    if (newest && notify) {
      await changeUpdateRow(tx, newest.id, { notified: true });
      await announceUpdate(tx, { pageId, reportId, updateId: newest.id, now });
    }
    const changes = { published: [false, true] as const };
    await recordChange(tx, actor, now, 'status_report.published', reportId, { title: report.title }, changes);
  });
  tell(deps, actor);
}

/** Says the next thing in a published report. Its components are well again with the end. Returns the update's id. */
export async function postUpdate(
  deps: Deps,
  actor: Actor,
  pageId: string,
  reportId: string,
  input: UpdateInput,
): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const id = newId('upd');
  await deps.db.write('post status report update', async (tx) => {
    const report = await mine(tx, actor, pageId, reportId);
    const { status, body, notify } = input;
    if (report.published_at === null) throw new AppError('conflict', 'This is a draft: publish it first.');
    if (status === 'postmortem' && report.resolved_at === null) {
      throw invalidField('status', 'A postmortem comes after the end. Resolve the report first.');
    }
    if (report.updates.length >= MOST_UPDATES) {
      throw new AppError('limit', `A report has at most ${MOST_UPDATES} updates. Write a new one.`);
    }
    // Later than the last one even if the clock was set back: the newest says how it stands.
    const at = Math.max(now, (report.updates[0]?.at ?? 0) + 1);
    await insertUpdate(tx, { id, report_id: reportId, status, body, at, user_id: actor.userId, notified: notify });
    if (input.components) await affect(tx, actor, report, input.components);
    if (isOver(status)) await setAffectedWell(tx, reportId);
    await updateReport(tx, reportId, {
      ...standing([...report.updates.toReversed(), { status, at }]),
      next_update_by: isOver(status) ? null : promised(input.next_update_by, now),
      updated_at: now,
    });
    if (notify) await announceUpdate(tx, { pageId, reportId, updateId: id, now });
    const changes = changesOf({ status: report.status }, { status });
    await recordChange(tx, actor, now, 'status_report.updated', reportId, { title: report.title, status }, changes);
  });
  tell(deps, actor);
  return id;
}

/** Changes what a report is about; what was said in it stays. */
export async function changeReport(
  deps: Deps,
  actor: Actor,
  pageId: string,
  reportId: string,
  patch: ReportPatch,
): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('change status report', async (tx) => {
    const report = await mine(tx, actor, pageId, reportId);
    const { title = report.title, impact = report.impact, components } = patch;
    const startedAt = begun(patch.started_at, now) ?? report.started_at;
    if (report.resolved_at !== null && startedAt > report.resolved_at) {
      throw invalidField('started_at', 'This is later than its end.');
    }
    // A promise that was not kept may stand; a new one must lie ahead.
    const kept = patch.next_update_by === undefined || Date.parse(patch.next_update_by ?? '') === report.next_update_by;
    const next = kept ? report.next_update_by : promised(patch.next_update_by ?? null, now);
    const over = report.resolved_at !== null;
    await updateReport(tx, reportId, {
      title,
      impact,
      started_at: startedAt,
      next_update_by: over ? null : next,
      updated_at: now,
    });
    if (components) await affect(tx, actor, report, components);
    if (components && over) await setAffectedWell(tx, reportId);
    const changes = changesOf(recordOf(report), recordOf(await mine(tx, actor, pageId, reportId)));
    await recordChange(tx, actor, now, 'status_report.changed', reportId, { title }, changes);
  });
  tell(deps, actor);
}

/** Corrects something that was said; the report stands as its updates then say. */
export async function changeUpdate(
  deps: Deps,
  actor: Actor,
  pageId: string,
  reportId: string,
  updateId: string,
  patch: UpdatePatch,
): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('change status report update', async (tx) => {
    const report = await mine(tx, actor, pageId, reportId);
    const update = report.updates.find(({ id }) => id === updateId);
    if (!update) throw notFound();
    const { status = update.status, body = update.body } = patch;
    const updates = report.updates.map((one) => (one.id === updateId ? { ...one, status } : one)).toReversed();
    await changeUpdateRow(tx, updateId, { status, body });
    const stands = standing(updates);
    await updateReport(tx, reportId, { ...stands, updated_at: now });
    if (stands.resolved_at !== null) {
      await updateReport(tx, reportId, { next_update_by: null });
      await setAffectedWell(tx, reportId);
    }
    const changes = changesOf({ status: update.status, body: update.body }, { status, body });
    await recordChange(tx, actor, now, 'status_report.corrected', reportId, { title: report.title }, changes);
  });
  tell(deps, actor);
}

/** Removes a report, draft or not, with all that was said in it. */
export async function deleteReport(deps: Deps, actor: Actor, pageId: string, reportId: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('delete status report', async (tx) => {
    const { title } = await mine(tx, actor, pageId, reportId);
    await deleteReportRow(tx, reportId);
    await recordChange(tx, actor, now, 'status_report.deleted', reportId, { title });
  });
  tell(deps, actor);
}

function standing(updates: readonly { status: ReportRow['status']; at: number }[]) {
  const { status, resolvedAt } = standingOf(updates);
  return { status, resolved_at: resolvedAt };
}

function begun(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  if (at > now) throw invalidField('started_at', 'This is in the future.');
  return at;
}

function promised(text: string | null, now: number): number | null {
  if (text === null) return null;
  const at = Date.parse(text);
  if (at <= now) throw invalidField('next_update_by', 'This is in the past.');
  return at;
}

/** What is not on the page is refused as not there, whoever's it may be. */
async function affect(
  tx: Tx,
  actor: Actor,
  report: Pick<ReportRow, 'id' | 'page_id'>,
  components: readonly { id: string; status: ManualStatus }[],
): Promise<void> {
  const own = new Set((await listChoices(tx, actor.accountId, report.page_id)).map(({ id }) => id));
  const once = new Map(components.map((one) => [one.id, one]));
  for (const id of once.keys()) if (!own.has(id)) throw invalidField('components', 'There is no such component.');
  await replaceAffected(tx, report.id, [...once.values()]);
}

async function mine(tx: Tx, actor: Actor, pageId: string, reportId: string): Promise<ReportRow> {
  const report = await findReport(tx, actor.accountId, pageId, reportId);
  if (!report) throw notFound();
  return report;
}

/** What may be changed of a report, as the API spells it. */
function recordOf({ title, impact, started_at, next_update_by, components }: ReportRow) {
  const promise = next_update_by === null ? null : iso(next_update_by);
  return { title, impact, started_at: iso(started_at), next_update_by: promise, components };
}

/** The page is written anew, and subscribers' messages leave. */
function tell(deps: Deps, { accountId }: Actor): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  deps.wake.outbox();
}
