import { z } from 'zod';
import { choice } from '../core/config-values.ts';
import { oneLine } from '../core/alert.ts';
import { iso } from '../core/time.ts';
import { factsOf, linksOf } from './card.ts';
import { type Channel, type Parcel, PermanentFailure, ReceiverGone } from './channel.ts';
import { key, keyEnd, otherServerField, serverAddress } from './credentials.ts';
import { type PagerStep, pagerKey, pagerSteps, urgency } from './pager.ts';
import { type Answer, judge, objectIn, post } from './post.ts';

const SERVER = 'https://events.pagerduty.com';
const ACTIONS: Record<PagerStep, string> = { open: 'trigger', acknowledge: 'acknowledge', close: 'resolve' };

/** Config of a PagerDuty channel: an integration of the type Events API v2. */
export const pagerdutyConfig = z.strictObject({
  routing_key: key(
    'Give the integration key.',
    /^[A-Za-z0-9]{32}$/,
    'An integration key of the Events API v2 has 32 letters and digits.',
  ),
  severity: choice(['critical', 'error', 'warning', 'info'], 'critical'),
  api_url: serverAddress(SERVER),
});
export type PagerdutyConfig = z.infer<typeof pagerdutyConfig>;

/** PagerDuty by its Events API v2: opens, acknowledges and resolves. */
export const pagerduty: Channel<PagerdutyConfig> = {
  kind: 'pagerduty',
  label: 'PagerDuty',
  receiver: 'PagerDuty',
  feature: 'webhook',
  about: 'Pages whoever is on call, and resolves by itself when the monitor is up again.',
  steps: [
    'In PagerDuty open Services, choose the service that shall page, and go to its Integrations.',
    'Add an integration of the type "Events API V2" and copy its Integration Key.',
    'Paste the key here and send a test: it opens an incident and resolves it at once.',
  ],
  config: pagerdutyConfig,
  fields: [
    { name: 'routing_key', label: 'Integration key', type: 'password', secret: true, help: '32 letters and digits.' },
    {
      name: 'severity',
      label: 'Severity of an outage',
      type: 'select',
      options: [
        { value: 'critical', label: 'Critical' },
        { value: 'error', label: 'Error' },
        { value: 'warning', label: 'Warning' },
        { value: 'info', label: 'Info' },
      ],
      help: 'Unrest and certificates that end are warnings.',
    },
    { ...otherServerField(SERVER), help: 'In the EU region: https://events.eu.pagerduty.com.' },
  ],
  place: ({ routing_key: routing, api_url: server }) => {
    const { host } = new URL(server);
    return { field: 'routing_key', whole: `${server} ${routing}`, shown: `${host} ${keyEnd(routing)}` };
  },
  secrets: ({ routing_key: routing }) => [routing],
  merges: false,
  acknowledges: true,
  async send(parcel, config, context) {
    const steps = pagerSteps(parcel.alerts[0].alert.event);
    let said = '';
    for (const step of steps) {
      const body = pagerdutyEvent(parcel, step, config);
      const answer = await post({ url: `${config.api_url}/v2/enqueue`, body, secrets: [config.routing_key] }, context);
      said = judgePagerduty(answer, parcel.now);
    }
    return steps.length > 1 ? `${said} (opened and resolved at once: nobody stays paged)` : said;
  },
};

/** One event. The links and the client are for people: only the key decides which incident it is about. */
function pagerdutyEvent(parcel: Parcel, step: PagerStep, config: PagerdutyConfig): Record<string, unknown> {
  const { words, link, createdAt } = parcel;
  const { alert } = parcel.alerts[0];
  const base = { routing_key: config.routing_key, event_action: ACTIONS[step], dedup_key: pagerKey(parcel) };
  if (step !== 'open') return base;
  const how = urgency(alert);
  return {
    ...base,
    payload: {
      summary: oneLine(words.subject, 1_024),
      source: oneLine(alert.monitor.target, 255) || 'StatusPing',
      severity: how === 'outage' ? config.severity : how === 'warning' ? 'warning' : 'info',
      timestamp: iso(alert.incident?.startedAt ?? createdAt),
      component: oneLine(alert.monitor.name, 255),
      group: oneLine(alert.accountName, 255),
      class: alert.incident?.reason ?? alert.event,
      custom_details: {
        ...Object.fromEntries(factsOf(words).map(({ label, value }) => [label, value])),
        ...(words.late === null ? {} : { Late: words.late }),
        Next: words.nextStep,
      },
    },
    links: linksOf(parcel).map(({ label, href }) => ({ href, text: label })),
    client: 'StatusPing',
    client_url: link,
  };
}

/** 400 is about the event itself: it will not get better. A key that is refused ends the channel. */
function judgePagerduty(answer: Answer, now: number): string {
  if (answer.status === 400) {
    const { errors } = objectIn(answer);
    const list = z.array(z.string()).safeParse(errors).data ?? [];
    throw list.some((error) => /routing.?key/i.test(error))
      ? new ReceiverGone(answer.words)
      : new PermanentFailure(answer.words);
  }
  if (answer.status === 401 || answer.status === 403) throw new ReceiverGone(answer.words);
  return judge(answer, now);
}
