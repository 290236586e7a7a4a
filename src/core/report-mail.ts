import { z } from 'zod';
import { type AlertEntry, oneLine } from './alert.ts';
import { MAIL_PERIODS } from './report-period.ts';
import { duration, SECOND } from './time.ts';

const figures = z.object({
  uptime: z.number().nullable(),
  incidents: z.number().int(),
  downSeconds: z.number().int(),
});

/** What the mail of a week or a month says, as it is stored in the outbox. */
export const reportMailData = z.object({
  accountName: z.string(),
  period: z.enum(MAIL_PERIODS),
  /** "2 to 8 Nov 2026" */
  days: z.string(),
  now: figures,
  /** The week or month before it. */
  before: figures,
  longestSeconds: z.number().int().nullable(),
  monitors: z.number().int(),
  /** Those that lost most, the worst first. */
  worst: z.array(z.object({ id: z.string(), name: z.string(), ...figures.shape })),
  /** Whole address that ends these mails. */
  unsubscribe: z.string(),
});
export type ReportMailData = z.infer<typeof reportMailData>;

/** Wording of the report by mail, in plain text. */
export function reportMailWords(data: ReportMailData, link: string) {
  const { period, now, before, worst, unsubscribe } = data;
  const account = oneLine(data.accountName, 80) || 'Your account';
  const often = period === 'week' ? 'Weekly' : 'Monthly';
  const earlier = (value: string) => `(the ${period} before: ${value})`;
  const incidents = `${now.incidents === 0 ? 'no' : now.incidents} incident${now.incidents === 1 ? '' : 's'}`;
  const headline =
    now.uptime === null
      ? `Nothing was measured in the ${period}.`
      : `${account} was up ${percentWords(now.uptime)} of the ${period}.`;
  return {
    subject: `${often} report: ${now.uptime === null ? 'nothing measured' : `${percentWords(now.uptime)} up`}, ${incidents} (${account})`,
    headline,
    facts: [
      { label: 'Days', value: data.days },
      { label: 'Uptime', value: `${percentWords(now.uptime)} ${earlier(percentWords(before.uptime))}` },
      { label: 'Incidents', value: `${now.incidents} ${earlier(String(before.incidents))}` },
      { label: 'Down', value: `${secondsWords(now.downSeconds)} ${earlier(secondsWords(before.downSeconds))}` },
      ...(data.longestSeconds === null ? [] : [{ label: 'Longest', value: secondsWords(data.longestSeconds) }]),
      { label: 'Monitors', value: String(data.monitors) },
    ],
    entries: worst.map(
      ({ id, name, uptime, incidents: count, downSeconds }): AlertEntry => ({
        tone: downSeconds > 0 ? 'bad' : 'neutral',
        badge: percentWords(uptime),
        name: oneLine(name, 120) || 'A monitor',
        text: `Down for ${secondsWords(downSeconds)}, ${count === 1 ? 'one incident' : `${count} incidents`}`,
        path: `/monitors/${encodeURIComponent(id)}`,
      }),
    ),
    paragraphs: [
      worst.length === 0
        ? 'No monitor lost any time. The report has the response times and the seconds behind the figure.'
        : 'The report has every monitor, the longest outages, and the seconds behind each figure.',
    ],
    button: { label: 'Open the report', href: link },
    footer: `Sent by StatusPing every ${period} because you asked for the report of ${account}.`,
    change: { label: 'Stop these mails', href: unsubscribe },
    unsubscribe,
  };
}

/** Cut as it is, never rounded up. */
function percentWords(percent: number | null): string {
  if (percent === null) return 'no figure';
  return percent === 100 ? '100%' : `${percent.toFixed(3)}%`;
}

function secondsWords(seconds: number): string {
  return seconds === 0 ? 'never' : duration(seconds * SECOND);
}
