import { oneLine, utc } from './alert.ts';
import { duration } from './time.ts';

/** What whoever runs the installation is told about the installation itself. */
export const OPERATOR_EVENTS = ['network_offline', 'checks_stalled', 'monitors_silent', 'backup_failed'] as const;
export type OperatorEvent = (typeof OPERATOR_EVENTS)[number];

/** What happened: when it was told, and beginning and end of it, epoch ms. */
interface Told {
  at: number;
  data: {
    since?: number | undefined;
    until?: number | undefined;
    count?: number | undefined;
    reason?: string | undefined;
  };
}

/** The wording of such a mail; `baseUrl` is the installation's address without a slash at the end. */
export function operatorMailWords(event: OperatorEvent, { at, data }: Told, baseUrl: string) {
  return {
    ...wordsOf(event, { at, data }, baseUrl),
    footer: 'Sent to the operator of this StatusPing, because it concerns the whole of it.',
  };
}

function wordsOf(event: OperatorEvent, { at, data }: Told, baseUrl: string) {
  const { since = at, until, count = 0 } = data;
  const span = until === undefined ? '' : `from ${utc(since)} to ${utc(until)} (${duration(until - since)})`;
  const health = { label: 'See its health', href: `${baseUrl}/api/health` };
  switch (event) {
    case 'network_offline':
      return until === undefined
        ? {
            subject: 'StatusPing has lost its own network',
            headline: 'StatusPing cannot reach anything from where it runs.',
            paragraphs: [
              `Since ${utc(since)} neither the monitored hosts nor any witness has answered.`,
              'Failed checks count as unknown until a witness answers again: no incidents, no alerts, no lost uptime.',
            ],
            button: health,
          }
        : {
            subject: 'StatusPing has its network back',
            headline: 'StatusPing was cut off from the network and is back.',
            paragraphs: [`It could reach nothing ${span}.`, 'Checks that failed meanwhile count as unknown.'],
            button: health,
          };
    case 'checks_stalled':
      return until === undefined
        ? {
            subject: 'StatusPing has stopped checking',
            headline: 'Checks are not started any more, or far too late.',
            paragraphs: [`This began at ${utc(since)}.`, 'Look at the log and at the load of the machine.'],
            button: health,
          }
        : {
            subject: 'StatusPing checks again',
            headline: 'Checks are started in time again.',
            paragraphs: [`They were not ${span}.`],
            button: health,
          };
    case 'monitors_silent':
      return {
        subject: `StatusPing has no results of ${count === 1 ? 'a monitor' : `${count} monitors`}`,
        headline: `${count === 1 ? 'A monitor' : `${count} monitors`} should have results and ${count === 1 ? 'has' : 'have'} none.`,
        paragraphs: [
          'Nothing has come for two intervals and a timeout; pages show them as unknown. The log names them.',
        ],
        button: health,
      };
    case 'backup_failed':
      return until === undefined
        ? {
            subject: 'StatusPing could not back up its database',
            headline: 'The scheduled copy of the database was not made.',
            paragraphs: [
              oneLine(data.reason ?? '', 500),
              'It is tried again every hour. Older copies are kept until one succeeds.',
            ],
            button: health,
          }
        : {
            subject: 'StatusPing backs up its database again',
            headline: 'The scheduled copy of the database was made.',
            paragraphs: [`None could be made ${span}.`],
            button: health,
          };
  }
}
