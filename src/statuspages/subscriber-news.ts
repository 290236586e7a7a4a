import type { News } from '../core/news.ts';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import type { Job } from '../engine/jobs.ts';
import { fanOutJob, forgetUnconfirmedJob } from '../engine/subscribers.ts';
import { type PageFacts, reportFacts } from './facts.ts';
import { loadFacts } from './load.ts';
import { findWork, type Task, type Told } from './news-queries.ts';
import { readEntry } from './past-queries.ts';
import { maintenance, reported } from './v2.ts';
import { INDICATOR } from './v2-words.ts';

/** What recurs for those who follow pages. */
export function subscriberJobs(deps: Deps): Job[] {
  return [
    { name: 'page news', pattern: '* * * * * *', run: fanOutJob(deps, (task) => lookUp(deps, task)) },
    { name: 'unconfirmed subscribers', pattern: '25 17 * * * *', run: forgetUnconfirmedJob(deps) },
  ];
}

/** What a task tells, by what every visitor of the page may see; null when that is nothing. */
export async function lookUp(deps: Pick<Deps, 'db' | 'clock' | 'config'>, task: Task): Promise<Told | null> {
  const facts = await loadFacts(deps, { pageId: task.pageId }, 'public');
  if (!facts) return null;
  return task.kind === 'report' ? ofReport(deps, facts, task) : ofWork(deps, facts, task);
}

async function ofReport(
  deps: Pick<Deps, 'db'>,
  facts: PageFacts,
  task: Extract<Task, { kind: 'report' }>,
): Promise<Told | null> {
  // Whatever its age: what was learnt is often written weeks later.
  const [row] = (await readEntry(deps.db.read, facts.id, 'public', task.reportId)).reports;
  const report = row && reportFacts(row);
  const at = report?.updates.findIndex(({ id }) => id === task.updateId) ?? -1;
  const update = report?.updates[at];
  if (!report || !update) return null;
  // As it was when this was said, whatever was said since.
  const then = { ...report, status: update.status, updatedAt: update.at, updates: report.updates.slice(at) };
  const news: News = {
    ...about(facts, report.componentIds),
    kind: 'report',
    reportId: report.id,
    title: report.title,
    impact: report.impact,
    status: update.status,
    nextUpdateBy: report.nextUpdateBy,
    body: update.body,
    link: `${facts.url}/incidents/${report.id}`,
    statuspage: { page: pageOf(facts), incident: reported(facts, then) },
  };
  return { news, touched: around(facts, report.componentIds) };
}

async function ofWork(
  deps: Pick<Deps, 'db'>,
  facts: PageFacts,
  task: Extract<Task, { kind: 'maintenance' }>,
): Promise<Told | null> {
  const work = await findWork(deps.db.read, facts.id, task.windowId);
  if (!work) return null;
  const { windowId, what, startsAt, endsAt } = task;
  const shown = work.covered.filter((id) => facts.components.some((one) => one.id === id));
  if (shown.length === 0 && !work.named) return null;
  const { named: _named, covered: _covered, ...stored } = work;
  const active = what === 'started';
  const known = {
    ...stored,
    id: windowId,
    starts_at: startsAt,
    ends_at: endsAt,
    components: shown,
    changes: 0,
    active,
  };
  const news: News = {
    ...about(facts, shown),
    kind: 'maintenance',
    windowId,
    what,
    startsAt,
    endsAt,
    title: work.title,
    body: work.body ?? '',
    link: facts.url,
    statuspage: { page: pageOf(facts), incident: maintenance(facts, known, what === 'ended') },
  };
  return { news, touched: around(facts, shown) };
}

function about(facts: PageFacts, ids: readonly string[]) {
  const affected = facts.components.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  return { pageTitle: facts.title, timezone: facts.timezone, affected };
}

function pageOf(facts: PageFacts) {
  return {
    id: facts.id,
    status_indicator: INDICATOR[facts.status],
    status_description: words(facts.language).headline[facts.status],
  };
}

/** These components with the groups they are in and what is below them: whoever chose one of all these is concerned. */
function around(facts: PageFacts, ids: readonly string[]): string[] {
  const parent = new Map(facts.components.map(({ id, groupId }) => [id, groupId]));
  const above = (id: string): string[] => {
    const group = parent.get(id) ?? null;
    return group === null ? [id] : [id, ...above(group)];
  };
  const named = new Set(ids);
  const below = facts.components.map(({ id }) => id).filter((id) => above(id).some((one) => named.has(one)));
  return [...new Set([...ids.flatMap(above), ...below])];
}
