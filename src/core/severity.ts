import type { MonitorStatus } from './monitor.ts';
import type { ManualStatus } from './page.ts';
import type { ReportImpact } from './status-report.ts';

/** What a public page and each of its components can be. One vocabulary for page, JSON, badge and feed. */
export type PageStatus = 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | 'unknown';

/** What a component is known to be: by its monitor, by hand, or because a report says so. */
export type ComponentState = MonitorStatus | ManualStatus;

/** The one order for page, group, badge, feed and title. */
export const STATUS_WORST_FIRST: readonly PageStatus[] = [
  'major_outage',
  'partial_outage',
  'degraded',
  'unknown',
  'maintenance',
  'operational',
];

const COMPONENT_STATUS: Record<ComponentState, PageStatus> = {
  down: 'major_outage',
  major_outage: 'major_outage',
  partial_outage: 'partial_outage',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'maintenance',
  up: 'operational',
  operational: 'operational',
  pending: 'unknown',
  paused: 'unknown',
};

/** The status that visitors and machines are told of one component. */
export function componentStatus(state: ComponentState): PageStatus {
  return COMPONENT_STATUS[state];
}

const IMPACT_STATUS: Record<ReportImpact, PageStatus> = {
  none: 'operational',
  minor: 'degraded',
  major: 'partial_outage',
  critical: 'major_outage',
};

/** What an open report makes of a page at least. */
export function impactStatus(impact: ReportImpact): PageStatus {
  return IMPACT_STATUS[impact];
}

const isSilent = (state: ComponentState): boolean => state === 'paused' || state === 'pending';

/** A component's state when open reports say this of it: words can only worsen what is measured. */
export function worsened(state: ComponentState, said: readonly ManualStatus[]): ComponentState {
  const words = said.filter((one) => one !== 'operational');
  const worst = STATUS_WORST_FIRST.find((one): one is ManualStatus => words.some((word) => word === one));
  if (worst === undefined) return state;
  return isSilent(state) || rank(worst) < rank(componentStatus(state)) ? worst : state;
}

/**
 * The verdict over components, of a page as of a group: outage > degraded > unknown > maintenance > operational.
 * Monitors that are paused or have no result yet say nothing about the service and are left out; when nothing is left
 * the verdict is `unknown`. Of outages, more than half of the components in a major one make a major one.
 * It is never better than any of `atLeast`, which open reports ask for.
 */
export function pageStatus(states: readonly ComponentState[], atLeast: readonly PageStatus[] = []): PageStatus {
  const counted = states.filter((state) => !isSilent(state)).map(componentStatus);
  const asked = atLeast.filter((status) => status !== 'operational');
  const worst = worstOf([measured(counted), ...asked]);
  // Nothing is known by measuring, but people have spoken.
  return counted.length === 0 && asked.length > 0 ? (worstOf(asked) ?? 'unknown') : (worst ?? 'unknown');
}

function measured(counted: readonly PageStatus[]): PageStatus {
  const worst = worstOf(counted) ?? 'unknown';
  if (worst !== 'major_outage') return worst;
  const major = counted.filter((status) => status === 'major_outage').length;
  return major * 2 > counted.length ? 'major_outage' : 'partial_outage';
}

/** The worst of several; null for none. */
export function worstOf(statuses: readonly PageStatus[]): PageStatus | null {
  return STATUS_WORST_FIRST.find((status) => statuses.includes(status)) ?? null;
}

function rank(status: PageStatus): number {
  return STATUS_WORST_FIRST.indexOf(status);
}
