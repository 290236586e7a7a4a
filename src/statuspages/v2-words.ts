import type { ComponentState, PageStatus } from '../core/severity.ts';

export type Indicator = 'none' | 'minor' | 'major' | 'critical' | 'maintenance';
export type V2ComponentStatus =
  | 'operational'
  | 'degraded_performance'
  | 'partial_outage'
  | 'major_outage'
  | 'under_maintenance';

/** A page's status in the words of Statuspage. Theirs has none for "nobody knows", which is no good news. */
export const INDICATOR: Record<PageStatus, Indicator> = {
  operational: 'none',
  degraded: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
  maintenance: 'maintenance',
  unknown: 'minor',
};

/**
 * The same for a component. One that is paused or has no result yet does not count for its page either, so it raises no
 * alarm; one whose results stopped coming does.
 */
export const V2_COMPONENT: Record<ComponentState, V2ComponentStatus> = {
  up: 'operational',
  operational: 'operational',
  pending: 'operational',
  paused: 'operational',
  degraded: 'degraded_performance',
  unknown: 'degraded_performance',
  partial_outage: 'partial_outage',
  major_outage: 'major_outage',
  down: 'major_outage',
  maintenance: 'under_maintenance',
};
