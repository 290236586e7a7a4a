import { z } from 'zod';
import { type AlertEvent, oneLine } from '../core/alert.ts';
import { HOOK_DEADLINE_MS } from '../core/backoff.ts';
import { choice } from '../core/config-values.ts';
import { linksOf } from './card.ts';
import { type Channel, PermanentFailure, ReceiverGone } from './channel.ts';
import { authorization, key, login, loginFields, loginSecrets, serverAddress } from './credentials.ts';
import { type Answer, judge, post } from './post.ts';
import { type Script, textPages } from './text-pages.ts';

const SERVER = 'https://ntfy.sh';

/** Config of an ntfy channel. */
export const ntfyConfig = z
  .strictObject({
    topic: key(
      'Give the topic.',
      /^[-_A-Za-z0-9]{1,64}$/,
      'A topic has up to 64 letters, digits, hyphens and underscores.',
    ),
    url: serverAddress(SERVER),
    priority: choice(['5', '4', '3'], '5'),
    ...login,
  })
  .refine(({ username, password }) => password === null || username !== null, {
    path: ['username'],
    message: 'A password needs a user name.',
  });
export type NtfyConfig = z.infer<typeof ntfyConfig>;

/** Push messages by ntfy, on ntfy.sh or a server of one's own. */
export const ntfy: Channel<NtfyConfig> = {
  kind: 'ntfy',
  label: 'ntfy',
  receiver: 'The ntfy server',
  feature: 'webhook',
  about: 'A push message to everybody who follows a topic.',
  steps: [
    'Install the ntfy app, or open ntfy.sh in a browser, and follow a topic with a name nobody can guess: on ntfy.sh whoever knows it can read along.',
    'Write the same topic here. On a server of your own give its address too, and an access token if it asks for one.',
    'Send a test.',
  ],
  config: ntfyConfig,
  fields: [
    { name: 'topic', label: 'Topic', type: 'text', placeholder: 'acme-alerts-7f3k9' },
    { name: 'url', label: 'Server', type: 'text', placeholder: SERVER },
    {
      name: 'priority',
      label: 'Priority of an outage',
      type: 'select',
      options: [
        { value: '5', label: 'Urgent: long vibration, a notice that pops over' },
        { value: '4', label: 'High' },
        { value: '3', label: 'Normal' },
      ],
    },
    ...loginFields,
  ],
  place: ({ url, topic }) => ({ field: 'topic', whole: `${url}/${topic}`, shown: `${new URL(url).host}/${topic}` }),
  secrets: loginSecrets,
  merges: true,
  deadlineMs: () => HOOK_DEADLINE_MS,
  async send(parcel, config, context) {
    const { words, link } = parcel;
    const { event } = parcel.alerts[0].alert;
    const loud = words.tone === 'bad' && (parcel.alerts.length > 1 || event === 'down' || event === 'reminder');
    const note = {
      topic: config.topic,
      title: oneLine(words.subject, 250),
      tags: [parcel.alerts.length > 1 ? TONE_TAGS[words.tone] : TAGS[event]],
      priority: loud ? Number(config.priority) : words.tone === 'bad' ? 4 : 3,
      click: link,
      actions: linksOf(parcel).map(({ label, href }) => ({ action: 'view', label, url: href })),
    };
    let said = '';
    for (const message of textPages(words, null, [], SCRIPT)) {
      const request = { url: `${config.url}/`, headers: authorization(config), body: { ...note, message } };
      said = judgeNtfy(await post({ ...request, secrets: loginSecrets(config) }, context), parcel.now);
    }
    return said;
  },
};

/** Names that the apps show as a picture. */
const TAGS: Record<AlertEvent, string> = {
  down: 'rotating_light',
  reminder: 'rotating_light',
  up: 'white_check_mark',
  degraded: 'warning',
  acknowledged: 'eyes',
  test: 'bell',
  ssl_expiring: 'hourglass',
  domain_expiring: 'hourglass',
};
const TONE_TAGS = { bad: 'rotating_light', good: 'white_check_mark', neutral: 'bell' } as const;

/** More than 4096 bytes would arrive as a file. */
const SCRIPT: Script = {
  most: 4_000,
  pages: 6,
  size: (text) => Buffer.byteLength(text),
  spell: (plain) => plain,
  bold: (text) => text,
};

/** 401 and 403 refuse the login or the topic; other refusals are about the message; 429 is a limit that passes. */
function judgeNtfy(answer: Answer, now: number): string {
  const { status, words: said } = answer;
  if (status === 401 || status === 403) throw new ReceiverGone(said);
  if (status === 400 || status === 413) throw new PermanentFailure(said);
  return judge(answer, now);
}
