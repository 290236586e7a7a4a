/** Where the people who work on an outage stand; a report ends with `resolved` and may have a `postmortem`. */
export const REPORT_STATUSES = ['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** How much of the service is hit. */
export const REPORT_IMPACTS = ['none', 'minor', 'major', 'critical'] as const;
export type ReportImpact = (typeof REPORT_IMPACTS)[number];

/** Whether people say that it is over. */
export function isOver(status: ReportStatus): boolean {
  return status === 'resolved' || status === 'postmortem';
}

/** What a report's updates, oldest first, make of it: its status, and when it ended (null while it is on). */
export function standingOf(updates: readonly { status: ReportStatus; at: number }[]): {
  status: ReportStatus;
  resolvedAt: number | null;
} {
  const status = updates.at(-1)?.status ?? 'investigating';
  const lastOn = updates.findLastIndex((update) => !isOver(update.status));
  return { status, resolvedAt: updates[lastOn + 1]?.at ?? null };
}
