import { z } from 'zod';
import type { AlertEntry } from '../core/alert.ts';
import { SECOND } from '../core/time.ts';
import { COLOURS, entryLines, factsOf, fit, linksOf } from './card.ts';
import { type Channel, MessageRefused, type Parcel, ReceiverGone } from './channel.ts';
import { KEY_URL, keyField, keysIn, keyUrl } from './key-url.ts';
import { type Answer, judge, objectIn, post } from './post.ts';

/** Merged alerts of one message, in characters, and how much of it stands in one attachment. */
const ENTRIES_CHARS = 24_000;
const ATTACHMENT_CHARS = 6_000;

const settings = z.strictObject({
  url: keyUrl(
    'Paste the address of the incoming webhook.',
    'https://hooks.slack.com/services/…',
    ({ hostname, pathname }) =>
      hostname === 'hooks.slack.com' && !pathname.startsWith('/services/')
        ? 'This starts a workflow. Make an incoming webhook instead: its address has /services/ in it.'
        : null,
  ),
});
type SlackConfig = z.infer<typeof settings>;

/** Other products call the address `webhook_url`; who brings that along is understood. */
const config = z.preprocess((input) => {
  if (typeof input !== 'object' || input === null || !('webhook_url' in input)) return input;
  const { webhook_url: url, ...rest } = input;
  return { ...rest, url };
}, settings);

/** Slack's incoming webhooks, and Mattermost and Rocket.Chat, which take the same messages. */
export const slack: Channel<SlackConfig> = {
  kind: 'slack',
  label: 'Slack',
  receiver: 'The chat server',
  feature: 'webhook',
  about: 'A message in a channel of Slack, Mattermost or Rocket.Chat.',
  steps: [
    'Slack: open api.slack.com/apps, create an app for your workspace, and switch on Incoming Webhooks.',
    'Choose Add New Webhook to Workspace, pick the channel, and copy the address it gives you.',
    'Mattermost: Integrations, Incoming Webhooks, Add. Rocket.Chat: Workspace, Integrations, New, Incoming.',
    'Paste the address here and send a test.',
  ],
  config,
  fields: [keyField('Webhook address', 'https://hooks.slack.com/services/…')],
  ...KEY_URL,
  merges: true,
  async send(parcel, { url }, context) {
    const answer = await post(
      { url, body: slackMessage(parcel, context.config.baseUrl), secrets: keysIn(url) },
      context,
    );
    return judgeSlack(answer, parcel.now);
  },
};

/** Plain attachments, not blocks: the one form that all three servers show. Formatting is off where it can be. */
function slackMessage(parcel: Parcel, baseUrl: string): Record<string, unknown> {
  const { words, link, createdAt } = parcel;
  const colour = `#${COLOURS[words.tone]}`;
  const others = linksOf(parcel).slice(1);
  const text = [
    ...(words.late === null ? [] : [fit(words.late, 500, slackText)]),
    fit(words.nextStep, 1_000, slackText),
    ...others.map(({ label, href }) => `<${slackAddress(href)}|${slackText(label)}>`),
  ].join('\n');
  const about = {
    color: colour,
    fallback: fit(words.subject, 500, slackText),
    title: fit(words.linkLabel, 100, slackText),
    title_link: slackAddress(link),
    text,
    fields: factsOf(words).map(({ label, value }) => ({
      title: fit(label, 100, slackText),
      value: fit(value, 1_500, slackText),
      short: value.length <= 40,
    })),
    footer: fit(words.footer, 300, slackText),
    ts: Math.floor(createdAt / SECOND),
    mrkdwn_in: [],
  };
  const { lines } = entryLines(words.entries, ENTRIES_CHARS, [
    ({ badge, name, text: why, path }) =>
      `${slackText(badge)}: <${slackAddress(baseUrl + path)}|${slackText(name)}> – ${slackText(why)}`,
    ({ badge, name, text: why }) => `${slackText(badge)}: ${slackText(name)} – ${slackText(why)}`,
    ({ badge, name }: AlertEntry) => `${slackText(badge)}: ${slackText(name)}`,
    ({ name }) => fit(name, 40, slackText),
  ]);
  return {
    text: fit(words.headline, 2_000, slackText),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      ...chunks(lines).map((list) => ({ color: colour, fallback: about.fallback, text: list, mrkdwn_in: [] })),
      about,
    ],
  };
}

/**
 * People's words as plain text: `<…>` would be a link or call everybody, and servers of Slack's kind also read a bare
 * `@all` and Markdown's links. A word joiner, which nobody sees, takes their meaning away.
 */
export function slackText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<![\p{L}\p{N}._+-])@(?=[\p{L}\p{N}])/gu, '@\u2060')
    .replaceAll('](', ']\u2060(');
}

/** Our own addresses have none of these, but what stands between the brackets must never end them. */
export function slackAddress(href: string): string {
  return href.replace(/[<>|]/g, encodeURIComponent);
}

/** Lines in texts of limited length. */
function chunks(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + line.length >= ATTACHMENT_CHARS) texts.push(line);
    else texts[texts.length - 1] = `${last}\n${line}`;
  }
  return texts;
}

/** The whole answer with which Slack says that the webhook, its channel or its right to write is gone. */
const GONE = new Set([
  'invalid_token',
  'no_service',
  'no_service_id',
  'no_active_hooks',
  'no_team',
  'team_disabled',
  'channel_not_found',
  'channel_is_archived',
  'action_prohibited',
  'posting_to_general_channel_denied',
]);
/** And that this very message will never do. */
const REFUSED = new Set(['invalid_payload', 'no_text', 'too_many_attachments', 'invalid_attachments', 'msg_too_long']);

/** What the answer means: delivered, or a failure of `channel.ts`. */
export function judgeSlack(answer: Answer, now: number): string {
  const { status, text, words } = answer;
  const { id, success, error } = objectIn(answer);
  const word = text.trim();
  if (status >= 400 && status < 500 && status !== 429) {
    const mattermost = typeof id === 'string' && id.startsWith('web.incoming_webhook.invalid.');
    const rocket = typeof error === 'string' && error.startsWith('Invalid integration id');
    if (GONE.has(word) || mattermost || rocket) throw new ReceiverGone(words);
    if (REFUSED.has(word)) throw new MessageRefused(words);
  }
  const said = judge(answer, now);
  if (success === false) throw new Error(words);
  if (/^\s*<(!doctype|html)/i.test(text)) throw new Error(`This is a web page, not a webhook: ${words}`);
  return said;
}
