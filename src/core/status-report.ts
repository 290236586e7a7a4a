/** Where the people who work on an outage stand; a report ends with `resolved` and may have a `postmortem`. */
export const REPORT_STATUSES = ['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** How much of the service is hit. */
export const REPORT_IMPACTS = ['none', 'minor', 'major', 'critical'] as const;
export type ReportImpact = (typeof REPORT_IMPACTS)[number];
