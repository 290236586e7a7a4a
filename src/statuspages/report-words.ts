import type { ManualStatus } from '../core/page.ts';
import type { ReportImpact, ReportStatus } from '../core/status-report.ts';

/** States of a report as their writers choose them; tone and icon stand beside the word. */
export const STATUS_WORDS: Record<ReportStatus, { label: string; tone: string; icon: string }> = {
  investigating: { label: 'Investigating', tone: 'tone-down', icon: 's-down' },
  identified: { label: 'Identified', tone: 'tone-degraded', icon: 's-degraded' },
  monitoring: { label: 'Monitoring', tone: 'tone-maintenance', icon: 's-seen' },
  resolved: { label: 'Resolved', tone: 'tone-up', icon: 's-up' },
  postmortem: { label: 'Postmortem', tone: 'tone-unknown', icon: 'report' },
};

/** Impacts with what they make of the page. */
export const IMPACT_WORDS: Record<ReportImpact, { label: string; means: string }> = {
  none: { label: 'None', means: 'None: the page stays as it is' },
  minor: { label: 'Minor', means: 'Minor: degraded performance' },
  major: { label: 'Major', means: 'Major: partial outage' },
  critical: { label: 'Critical', means: 'Critical: major outage' },
};

export const COMPONENT_WORDS: Record<ManualStatus, string> = {
  operational: 'Operational',
  degraded: 'Degraded',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
  maintenance: 'Maintenance',
};
