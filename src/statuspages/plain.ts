import { columnsOf, fit, plainLine, wrap } from '../core/columns.ts';
import { plainMarkdown } from '../core/markdown.ts';
import { STATUS_WORST_FIRST } from '../core/severity.ts';
import type { ComponentFacts, MaintenanceFacts, PageFacts, ReportFacts } from './facts.ts';
import type { FormContext, Forms, PageForm } from './forms.ts';
import { incidentTitle, incidentUpdates } from './incident-words.ts';
import { Says } from './says.ts';
import { isOpen } from './site.ts';
import { headlineOf, sentenceOf } from './visitor-view.ts';

const COLUMNS = 80;
/** Of the status beside a name: the longest word of all languages fits. */
const WORD = 26;
const UPTIME = 10;
/** Programs for terminals that do not say what they would like to read. */
const TERMINAL = /^(?:curl|wget|httpie|xh|lynx|w3m|links|elinks|fetch)\b/i;

/** The page for terminals: at `/text`, and in place of the page for those who ask for text or come with `curl`. */
export function plainForms(): Forms {
  const text: PageForm = {
    path: '/text',
    contentType: 'text/plain; charset=utf-8',
    kind: 'data',
    spoken: true,
    write: plainPage,
  };
  return {
    text,
    terminal: {
      ...text,
      path: '',
      // What lies between would give it to the next browser.
      headers: (facts) => ({ 'cache-control': isOpen(facts) ? 'private, no-cache' : 'private, no-store' }),
      insteadOfPage: wantsText,
    },
  };
}

function wantsText(accept: string, agent: string): boolean {
  if (accept === '' || accept.includes('*/*') || accept.includes('text/plain')) {
    if (accept.includes('text/html')) return false;
    return accept.includes('text/plain') || TERMINAL.test(agent);
  }
  return false;
}

/** At most 80 columns, worst first, no control characters but line ends. */
function plainPage(facts: PageFacts, context: FormContext): string {
  const says = new Says(facts, context);
  const blocks = [
    head(facts, says),
    ...openOnes(facts, says),
    ...facts.maintenance.map((one) => maintenance(one, facts, says)),
    components(facts, says),
    [facts.url],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function head(facts: PageFacts, says: Says): string[] {
  return [
    ...wrap(facts.title, COLUMNS),
    '='.repeat(Math.min(COLUMNS, columnsOf(plainLine(facts.title)))),
    ...wrap(says.w.page.summary(headlineOf(facts, says.w), sentenceOf(facts, says)), COLUMNS),
    `${says.w.page.updated} ${says.f.stamp(facts.updatedAt)}`,
  ];
}

function openOnes(facts: PageFacts, says: Says): string[][] {
  const reports = facts.reports.filter(({ resolvedAt }) => resolvedAt === null).map((one) => report(one, facts, says));
  const found = facts.incidents
    .filter(({ resolvedAt }) => resolvedAt === null)
    .map((one) => [
      ...wrap(`! ${incidentTitle(one, says.w)}`, COLUMNS),
      ...wrap(says.w.times.open(says.f.stamp(one.startedAt), says.lasted(says.now - one.startedAt)), COLUMNS, '  '),
      ...incidentUpdates(one, says.w).flatMap(({ body }) => wrap(body, COLUMNS, '  ')),
    ]);
  return [...reports, ...found];
}

function report(one: ReportFacts, facts: PageFacts, says: Says): string[] {
  const [newest] = one.updates;
  const names = namesOf(facts, one.componentIds);
  const { reports } = says.w;
  return [
    ...wrap(`! ${one.title}`, COLUMNS),
    ...wrap(
      says.w.page.summary(
        reports.impact[one.impact],
        says.w.times.open(says.f.stamp(one.startedAt), says.lasted(says.now - one.startedAt)),
      ),
      COLUMNS,
      '  ',
    ),
    ...(names.length === 0 ? [] : wrap(reports.affected(says.names(names)), COLUMNS, '  ')),
    ...(newest === undefined
      ? []
      : wrap(
          `${reports.status[newest.status]}, ${says.f.stamp(newest.at)}: ${plainMarkdown(newest.body)}`,
          COLUMNS,
          '  ',
        )),
    ...(one.nextUpdateBy === null || one.nextUpdateBy <= says.now
      ? []
      : wrap(reports.nextUpdate(says.f.stamp(one.nextUpdateBy)), COLUMNS, '  ')),
  ];
}

function maintenance(one: MaintenanceFacts, facts: PageFacts, says: Says): string[] {
  const { maintenance: spoken, times } = says.w;
  const names = namesOf(facts, one.components);
  return [
    ...wrap(`# ${one.active ? spoken.underWay : spoken.planned}: ${one.title}`, COLUMNS),
    ...wrap(times.range(says.f.stamp(one.starts_at), says.f.stamp(one.ends_at)), COLUMNS, '  '),
    ...(names.length === 0 ? [] : wrap(spoken.affects(says.names(names)), COLUMNS, '  ')),
  ];
}

function namesOf(facts: PageFacts, ids: readonly string[]): string[] {
  return facts.components.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
}

function components(facts: PageFacts, says: Says): string[] {
  return worstFirst(facts, null, 0).map(({ one, depth }) => {
    const indent = '  '.repeat(depth);
    const uptime = one.uptimePercent === null ? '' : says.f.percent(one.uptimePercent);
    const room = COLUMNS - WORD - UPTIME - indent.length - 2;
    const name = fit(plainLine(one.name) || one.id, room);
    return `${indent}${name} ${fit(says.w.component[one.state], WORD)} ${uptime}`.trimEnd();
  });
}

/** Groups stay with their own; among siblings the worst comes first, equals in the page's order. */
function worstFirst(facts: PageFacts, groupId: string | null, depth: number): { one: ComponentFacts; depth: number }[] {
  return facts.components
    .filter((one) => one.groupId === groupId)
    .toSorted((a, b) => STATUS_WORST_FIRST.indexOf(a.status) - STATUS_WORST_FIRST.indexOf(b.status))
    .flatMap((one) => [{ one, depth }, ...(one.kind === 'group' ? worstFirst(facts, one.id, depth + 1) : [])]);
}
