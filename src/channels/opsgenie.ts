import { z } from 'zod';
import { oneLine } from '../core/alert.ts';
import { choice } from '../core/config-values.ts';
import { factsOf, linksOf } from './card.ts';
import { type Channel, type Parcel, PermanentFailure, ReceiverGone } from './channel.ts';
import { key, keyEnd, otherServer, otherServerField } from './credentials.ts';
import { type PagerStep, pagerKey, pagerSteps, urgency } from './pager.ts';
import { type Answer, judge, post } from './post.ts';

const SERVERS = { us: 'https://api.opsgenie.com', eu: 'https://api.eu.opsgenie.com' } as const;
const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;

/** Config of an Opsgenie channel: an API integration of a team. */
export const opsgenieConfig = z.strictObject({
  api_key: key('Give the API key.', /^[\w-]{8,128}$/, 'An API key has letters, digits and hyphens only.'),
  region: choice(['us', 'eu'], 'us'),
  priority: choice(PRIORITIES, 'P1'),
  api_url: otherServer(),
});
export type OpsgenieConfig = z.infer<typeof opsgenieConfig>;

/** Opsgenie, and Jira Service Management, which took over its alerts: opens, acknowledges and closes. */
export const opsgenie: Channel<OpsgenieConfig> = {
  kind: 'opsgenie',
  label: 'Opsgenie',
  receiver: 'Opsgenie',
  feature: 'webhook',
  about: 'An alert for the team on call, closed by itself when the monitor is up again.',
  steps: [
    'In Opsgenie open Teams, choose the team, go to Integrations and add an integration of the type "API".',
    'Let it create and update alerts, switch it on, and copy its API key.',
    'Paste the key here, choose the region of your site, and send a test: it opens an alert and closes it at once.',
  ],
  config: opsgenieConfig,
  fields: [
    { name: 'api_key', label: 'API key', type: 'password', secret: true },
    {
      name: 'region',
      label: 'Region',
      type: 'select',
      options: [
        { value: 'us', label: 'United States (app.opsgenie.com)' },
        { value: 'eu', label: 'Europe (app.eu.opsgenie.com)' },
      ],
    },
    {
      name: 'priority',
      label: 'Priority of an outage',
      type: 'select',
      options: PRIORITIES.map((value) => ({ value, label: value })),
      help: 'Unrest and certificates that end are P3.',
    },
    otherServerField(SERVERS.us),
  ],
  place: ({ api_key: apiKey, region, api_url: server }) => {
    const base = server ?? SERVERS[region];
    return { field: 'api_key', whole: `${base} ${apiKey}`, shown: `${new URL(base).host} ${keyEnd(apiKey)}` };
  },
  secrets: ({ api_key: apiKey }) => [apiKey],
  merges: false,
  acknowledges: true,
  async send(parcel, config, context) {
    const steps = pagerSteps(parcel.alerts[0].alert.event);
    const headers = { Authorization: `GenieKey ${config.api_key}` };
    let said = '';
    for (const step of steps) {
      const answer = await post({ ...requestOf(parcel, step, config), headers, secrets: [config.api_key] }, context);
      said = judgeOpsgenie(answer, step, parcel.now);
    }
    return steps.length > 1 ? `${said} (opened and closed at once: nobody stays paged)` : said;
  },
};

function requestOf(parcel: Parcel, step: PagerStep, config: OpsgenieConfig): { url: string; body: unknown } {
  const { words } = parcel;
  const { alert } = parcel.alerts[0];
  const alerts = `${config.api_url ?? SERVERS[config.region]}/v2/alerts`;
  const alias = pagerKey(parcel);
  if (step !== 'open') {
    const url = `${alerts}/${encodeURIComponent(alias)}/${step}?identifierType=alias`;
    return { url, body: { source: 'StatusPing', note: oneLine(words.headline, 1_000) } };
  }
  const how = urgency(alert);
  const lines = [
    ...(words.late === null ? [] : [words.late]),
    words.headline,
    ...factsOf(words).map(({ label, value }) => `${label}: ${value}`),
    words.nextStep,
    ...linksOf(parcel).map(({ label, href }) => `${label}: ${href}`),
  ];
  const body = {
    message: oneLine(words.subject, 130),
    alias,
    description: lines
      .join('\n')
      .slice(0, 15_000)
      .replace(/\p{Cs}$/u, ''),
    tags: ['StatusPing', alert.event],
    details: Object.fromEntries(factsOf(words).map(({ label, value }) => [label, oneLine(value, 500)])),
    entity: oneLine(alert.monitor.name, 512),
    source: 'StatusPing',
    priority: how === 'outage' ? config.priority : how === 'warning' ? 'P3' : 'P5',
  };
  return { url: alerts, body };
}

/** 202 is taken; 401 and 403 refuse the key; an alert that is not there any more needs no closing. */
function judgeOpsgenie(answer: Answer, step: PagerStep, now: number): string {
  const { status, words: said } = answer;
  if (status === 401 || status === 403) throw new ReceiverGone(said);
  if (status === 404 && step !== 'open') return said;
  if (status === 400 || status === 402 || status === 422) throw new PermanentFailure(said);
  return judge(answer, now);
}
