import { insertAudit } from '../accounts/audit-queries.ts';
import { AGAIN_MS, autoBody, autoEnd, autoTitle, endOf, placeFor } from '../core/auto-report.ts';
import { type ReportStatus, standingOf } from '../core/status-report.ts';
import { DAY } from '../core/time.ts';
import type { Reason } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import {
  deleteForgottenDrafts,
  listMadeAbout,
  listMadeLately,
  listReportingPages,
  type MadeReport,
  type ReportingPage,
  setAffected,
} from '../statuspages/auto-report-queries.ts';
import { insertReport, insertUpdate, setAffectedWell, updateReport } from '../statuspages/report-queries.ts';
import { announceUpdate } from './subscribers.ts';

/** Drafts that nobody wanted are kept this long. */
const FORGOTTEN_MS = 14 * DAY;

/** An incident that opened. */
export interface Opened {
  accountId: string;
  monitorNo: number;
  incidentId: string;
  reason: Reason;
  startedAt: number;
  /** Another incident explains it: it may join a report, but not make one. */
  explained: boolean;
  now: number;
}

/** Drafts or publishes a report on each page that wants one of its incidents; at most one an incident. */
export async function reportOpened(tx: Tx, opened: Opened): Promise<void> {
  for (const page of await listReportingPages(tx, opened.monitorNo)) {
    const made = await listMadeLately(tx, page.page_id, opened.now - AGAIN_MS);
    const place = placeFor(made, page.component_id, opened.now);
    if (place.does === 'join') await join(tx, page, place.report, opened.now);
    else if (opened.explained) continue;
    else if (place.does === 'reopen') await reopen(tx, page, place.report, opened);
    else if (place.does === 'new') await make(tx, page, opened);
  }
}

async function join(tx: Tx, page: ReportingPage, report: MadeReport, now: number): Promise<void> {
  await setAffected(tx, report.id, page.component_id, 'major_outage');
  if (report.components.some(({ id }) => id === page.component_id)) return;
  const all = [...report.components, page].toSorted((a, b) => a.position - b.position);
  // A title that somebody wrote stays.
  const own = report.title === autoTitle(namesOf(report.components), page.language);
  const title = own ? autoTitle(namesOf(all), page.language) : report.title;
  await updateReport(tx, report.id, { title, updated_at: now });
}

function namesOf(components: readonly { name: string }[]): string[] {
  return components.map(({ name }) => name);
}

async function reopen(tx: Tx, page: ReportingPage, report: MadeReport, opened: Opened): Promise<void> {
  await setAffected(tx, report.id, page.component_id, 'major_outage');
  const body = autoBody(page.name, opened.reason, page.language);
  await say(tx, report, { status: 'investigating', body, at: opened.now, now: opened.now });
}

async function make(tx: Tx, page: ReportingPage, opened: Opened): Promise<void> {
  const { accountId, incidentId, reason, startedAt, now } = opened;
  const title = autoTitle([page.name], page.language);
  const [id, updateId] = [newId('rep'), newId('upd')];
  const published = page.auto_report === 'publish';
  if (!published) await deleteForgottenDrafts(tx, page.page_id, now - FORGOTTEN_MS);
  await insertReport(tx, {
    id,
    page_id: page.page_id,
    title,
    impact: 'major',
    status: 'investigating',
    published_at: published ? now : null,
    started_at: startedAt,
    incident_id: incidentId,
    created_at: now,
    updated_at: now,
  });
  const body = autoBody(page.name, reason, page.language);
  await insertUpdate(tx, { id: updateId, report_id: id, status: 'investigating', body, at: now, notified: published });
  await setAffected(tx, id, page.component_id, 'major_outage');
  if (published) await announceUpdate(tx, { pageId: page.page_id, reportId: id, updateId, now });
  const action = published ? 'status_report.published' : 'status_report.drafted';
  await insertAudit(tx, { accountId, userId: null, at: now, action, subject: id, detail: { title, incidentId } });
}

/** A monitor's incident that ended, and why. */
export interface Ended {
  monitorNo: number;
  cause: 'recovered' | 'paused' | 'changed' | 'deleted';
  endedAt: number;
  now: number;
}

/**
 * To be called once the incident is closed: ends the reports that were about it, when nothing else of theirs is down.
 * A report that people have written in is theirs to end; it only says that the checks are well again.
 */
export async function reportEnded(tx: Tx, { monitorNo, cause, endedAt, now }: Ended): Promise<void> {
  for (const report of await listMadeAbout(tx, monitorNo)) {
    const others = report.components.filter((one) => one.monitor_no !== monitorNo);
    if (others.some(({ down }) => down)) {
      for (const one of report.components) {
        if (one.monitor_no === monitorNo) await setAffected(tx, report.id, one.id, 'operational');
      }
      await updateReport(tx, report.id, { updated_at: now });
      continue;
    }
    const status = endOf(report.updates);
    if (status === null) continue;
    if (status === 'resolved') await setAffectedWell(tx, report.id);
    const body = autoEnd(cause, report.language);
    await say(tx, report, { status, body, at: status === 'resolved' ? endedAt : now, now });
  }
}

async function say(
  tx: Tx,
  report: MadeReport,
  { status, body, at, now }: { status: ReportStatus; body: string; at: number; now: number },
): Promise<void> {
  const id = newId('upd');
  // Later than the last one even if the clock was set back: the newest says how it stands.
  const said = Math.max(at, (report.updates.at(-1)?.at ?? 0) + 1);
  const published = report.published_at !== null;
  await insertUpdate(tx, { id, report_id: report.id, status, body, at: said, notified: published });
  const { resolvedAt } = standingOf([...report.updates, { status, at: said }]);
  await updateReport(tx, report.id, {
    status,
    resolved_at: resolvedAt,
    ...(resolvedAt === null ? {} : { next_update_by: null }),
    updated_at: now,
  });
  if (published) await announceUpdate(tx, { pageId: report.page_id, reportId: report.id, updateId: id, now });
}
