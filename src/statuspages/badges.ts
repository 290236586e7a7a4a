import type { PageStatus } from '../core/severity.ts';
import { averageMs, NO_TOTALS, type Totals, uptimePercent, type Window } from '../core/uptime.ts';
import { formats } from '../core/words/formats.ts';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import { readUptime } from '../monitors/result-queries.ts';
import { monitorNosOf } from './badge-queries.ts';
import { type Badge, drawBadge } from './badge-svg.ts';
import { BAR_DAYS, dayAt } from './days.ts';
import type { ComponentFacts, PageFacts } from './facts.ts';
import type { FormContext, Forms, PageForm } from './forms.ts';

/** Dark enough for white words on them. */
export const STATUS_COLOUR: Record<PageStatus, string> = {
  operational: '#1f7a4d',
  degraded: '#8f5a00',
  partial_outage: '#b3431c',
  major_outage: '#b3261e',
  maintenance: '#6d46a8',
  unknown: '#66605b',
};
const NEUTRAL = '#3459b0';
/** Shares of time that still look good, and that look bad. */
const GOOD = 99.9;
const POOR = 99;

export const BADGE_QUERY = {
  type: /^(?:status|uptime|response)$/,
  style: /^[\w-]{1,20}$/,
  label: /^[^\p{Cc}\p{Cs}]{0,40}$/u,
  color: /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i,
  window: /^(?:24h|7d|30d|90d)$/,
};

type Subject = Pick<ComponentFacts, 'name' | 'status'> & { leaves: ComponentFacts[] };

/** Badges of a page and of its components: as SVG, and as what shields.io asks for. */
export function badgeForms(deps: Pick<Deps, 'db'>): Forms {
  const form = (path: string, json: boolean): PageForm => ({
    path,
    contentType: json ? 'application/json; charset=utf-8' : 'image/svg+xml; charset=utf-8',
    kind: 'data',
    query: BADGE_QUERY,
    write: (facts, context) => writeBadge(deps, facts, context, json),
  });
  return {
    badge: form('/badge.svg', false),
    'badge json': form('/badge.json', true),
    'component badge': form('/components/:id/badge.svg', false),
    'component badge json': form('/components/:id/badge.json', true),
  };
}

/** A badge by the parameters `id`, `type`, `window`, `style`, `label` and `color`; null when the page has no such line. */
export async function writeBadge(
  deps: Pick<Deps, 'db'>,
  facts: PageFacts,
  context: FormContext,
  json = false,
): Promise<string | null> {
  const subject = subjectOf(facts, context.params['id']);
  if (subject === null) return null;
  const badge = await makeBadge(deps, facts, subject, context);
  if (json) return JSON.stringify(shield(badge, subject, context));
  return drawBadge(badge, context.params['style'] === 'compact' ? 'compact' : 'flat');
}

/** The page, or a component or group of it; null for another id. */
function subjectOf(facts: PageFacts, id: string | undefined): Subject | null {
  const leaves = facts.components.filter(({ kind }) => kind !== 'group');
  if (id === undefined) return { name: facts.title, status: facts.status, leaves };
  const one = facts.components.find((other) => other.id === id);
  if (!one) return null;
  return { ...one, leaves: one.kind === 'group' ? leaves.filter((leaf) => isWithin(facts, leaf, id)) : [one] };
}

function isWithin(facts: PageFacts, leaf: ComponentFacts, groupId: string): boolean {
  let at: ComponentFacts | undefined = leaf;
  while (at !== undefined && at.groupId !== null) {
    if (at.groupId === groupId) return true;
    const parent: string = at.groupId;
    at = facts.components.find(({ id }) => id === parent);
  }
  return false;
}

async function makeBadge(
  deps: Pick<Deps, 'db'>,
  facts: PageFacts,
  subject: Subject,
  context: FormContext,
): Promise<Badge> {
  const { badges } = words(context.language);
  const { type = 'status', label, color } = context.params;
  const made =
    type === 'uptime'
      ? { label: badges.uptime, ...(await uptimeOf(deps, facts, subject, context)) }
      : type === 'response'
        ? { label: badges.responseTime, ...(await responseOf(deps, subject, context)) }
        : { label: badges.status, message: badges.value[subject.status], colour: STATUS_COLOUR[subject.status] };
  return {
    message: made.message,
    label: label ?? made.label,
    colour: color === undefined ? made.colour : longColour(color),
  };
}

/** The figure of the page over its 90 days; other windows end now. Hidden uptime stays hidden. */
async function uptimeOf(deps: Pick<Deps, 'db'>, facts: PageFacts, subject: Subject, context: FormContext) {
  const shown = subject.leaves.filter(({ showUptime }) => showUptime);
  const window = (context.params['window'] ?? '90d') as Window;
  const sum = { up_seconds: 0, down_seconds: 0, degraded_seconds: 0 };
  const parts =
    window === '90d'
      ? shown.flatMap(({ days }) => Array.from({ length: BAR_DAYS }, (_, i) => dayAt(days, i)))
      : await totalsOf(deps, shown, window, context.now);
  for (const part of parts) {
    sum.up_seconds += part.up_seconds;
    sum.down_seconds += part.down_seconds;
    sum.degraded_seconds += part.degraded_seconds;
  }
  const percent = uptimePercent(sum);
  const { badges } = words(context.language);
  if (percent === null) return { message: badges.value.unknown, colour: STATUS_COLOUR.unknown };
  const status = percent >= GOOD ? 'operational' : percent >= POOR ? 'degraded' : 'major_outage';
  return { message: formats(context.language, facts.timezone).percent(percent), colour: STATUS_COLOUR[status] };
}

/** Mean of the last 24 hours or the window asked for; only where the page shows response times. */
async function responseOf(deps: Pick<Deps, 'db'>, subject: Subject, context: FormContext) {
  const shown = subject.leaves.filter(({ showChart }) => showChart);
  const totals = await totalsOf(deps, shown, (context.params['window'] ?? '24h') as Window, context.now);
  const mean = averageMs({
    sum_ms: totals.reduce((sum, one) => sum + one.sum_ms, 0),
    histogram: totals.map(({ histogram }) => histogram).join(' '),
  });
  const { badges } = words(context.language);
  if (mean === null) return { message: badges.value.unknown, colour: STATUS_COLOUR.unknown };
  return { message: formats(context.language, 'UTC').milliseconds(mean), colour: NEUTRAL };
}

async function totalsOf(
  deps: Pick<Deps, 'db'>,
  shown: readonly ComponentFacts[],
  window: Window,
  now: number,
): Promise<Totals[]> {
  if (shown.length === 0) return [];
  const nos = await monitorNosOf(
    deps.db.read,
    shown.map(({ id }) => id),
  );
  const totals = await readUptime(deps.db.read, nos, window, now);
  return nos.map((no) => totals.get(no) ?? NO_TOTALS);
}

/** What shields.io reads from an endpoint; `isError` keeps others from painting an outage in their own colour. */
function shield(badge: Badge, { status }: Subject, { params }: FormContext) {
  const bad = status === 'major_outage' || status === 'partial_outage';
  return {
    schemaVersion: 1,
    label: badge.label,
    message: badge.message,
    color: badge.colour,
    isError: (params['type'] ?? 'status') === 'status' && bad,
    cacheSeconds: 300,
  };
}

function longColour(text: string): string {
  const hex = text.replace('#', '').toLowerCase();
  return `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`;
}
