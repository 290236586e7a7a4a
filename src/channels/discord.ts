import { z } from 'zod';
import { oneLine } from '../core/alert.ts';
import { iso, SECOND } from '../core/time.ts';
import { headerOf } from '../net/http1.ts';
import { COLOURS, entryLines, factsOf, fit, linksOf } from './card.ts';
import { type Channel, type Parcel, PermanentFailure, ReceiverGone, RetryLater } from './channel.ts';
import { KEY_URL, keyField, keysIn, keyUrl } from './key-url.ts';
import { type Answer, judge, objectIn, post, retryAfter } from './post.ts';

/** Discord's limits, in characters. */
const MOST = { content: 2_000, title: 256, description: 4_096, name: 256, value: 1_024, fields: 25, footer: 2_048 };
/** Of the 6,000 for everything in embeds: for merged alerts, and for the facts beside them or alone. */
const ENTRIES_CHARS = 2_500;
const FACTS_CHARS = { beside: 1_500, alone: 3_500 };

const config = z.strictObject({
  url: keyUrl('Paste the address of the webhook.', 'https://discord.com/api/webhooks/…', ({ pathname }) =>
    /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+\/?$/.test(pathname)
      ? null
      : 'This is not the address of a webhook: it looks like https://discord.com/api/webhooks/123/abc.',
  ),
});
type DiscordConfig = z.infer<typeof config>;

/** Discord's webhooks: an embed, and nobody is ever mentioned. */
export const discord: Channel<DiscordConfig> = {
  kind: 'discord',
  label: 'Discord',
  receiver: 'Discord',
  feature: 'webhook',
  about: 'A message in a channel of your Discord server.',
  steps: [
    'In Discord, open Server Settings, Integrations, Webhooks. You need the right to manage webhooks.',
    'Choose New Webhook, pick the channel, and press Copy Webhook URL.',
    'Paste the address here and send a test.',
  ],
  config,
  fields: [keyField('Webhook address', 'https://discord.com/api/webhooks/…')],
  ...KEY_URL,
  merges: true,
  async send(parcel, { url }, context) {
    const to = new URL(url);
    to.searchParams.set('wait', 'true'); // without it Discord takes what it cannot post
    const answer = await post(
      { url: to.href, ...discordRequest(parcel, context.config.baseUrl), secrets: keysIn(url) },
      context,
    );
    return judgeDiscord(answer, parcel.now);
  },
};

/** The message; names that do not fit into it go along as a text file. */
function discordRequest(parcel: Parcel, baseUrl: string): { headers: Record<string, string>; body: unknown } {
  const { words } = parcel;
  const { lines, left } = entryLines(words.entries, ENTRIES_CHARS, [
    ({ badge, name, text, path }) => `${plain(badge)}: [${plain(name)}](${address(baseUrl + path)}) – ${plain(text)}`,
    ({ badge, name, text }) => `${plain(badge)}: ${plain(name)} – ${plain(text)}`,
    ({ badge, name }) => `${plain(badge)}: ${plain(name)}`,
    ({ name }) => fit(name, 60, plain),
  ]);
  const message = discordMessage(parcel, lines);
  if (left === 0) return { headers: {}, body: message };
  const all = words.entries.map(({ badge, name, text }) => oneLine(`${badge}: ${name} - ${text}`, 600)).join('\n');
  return multipart(parcel.id, message, all);
}

function discordMessage(parcel: Parcel, lines: readonly string[]): Record<string, unknown> {
  const { words, link, createdAt } = parcel;
  const links = linksOf(parcel)
    .slice(1) // the title leads to the page
    .map(({ label, href }) => `[${plain(label)}](${address(href)})`);
  const description = [
    ...(words.late === null ? [] : [fit(words.late, 300, plain)]),
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    fit(words.nextStep, 500, plain),
    ...links,
  ].join('\n\n');
  let room = lines.length > 0 ? FACTS_CHARS.beside : FACTS_CHARS.alone;
  const fields = factsOf(words).flatMap(({ label, value }) => {
    const field = {
      name: fit(label, MOST.name, plain),
      value: fit(value, Math.min(MOST.value, 600), plain),
      inline: value.length <= 40,
    };
    room -= field.name.length + field.value.length;
    return room >= 0 && field.value !== '' ? [field] : [];
  });
  return {
    content: fit(words.headline, MOST.content, plain),
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: fit(words.linkLabel, MOST.title, plain),
        url: link,
        description: description.slice(0, MOST.description),
        color: Number.parseInt(COLOURS[words.tone], 16),
        timestamp: iso(createdAt),
        fields: fields.slice(0, MOST.fields),
        footer: { text: fit(words.footer, Math.min(MOST.footer, 300)) },
      },
    ],
  };
}

/** People's words without a meaning in Discord's Markdown. A plain address stays as it is, so that it can be opened. */
function plain(text: string): string {
  if (/^https?:\/\/[\w.~:/?#@!$&+,;=%-]+$/i.test(text) && !/__|~~/.test(text)) return text;
  return text.replace(/[\\*_~`|<>[\]()#@]|^[-+]/g, '\\$&');
}

function address(href: string): string {
  return href.replace(/[()<>\s]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}

function multipart(id: string, message: object, file: string): { headers: Record<string, string>; body: string } {
  const boundary = `statusping-${id}`;
  const part = (head: string, content: string): string =>
    `--${boundary}\r\nContent-Disposition: ${head}\r\n\r\n${content}\r\n`;
  const body =
    part('form-data; name="payload_json"\r\nContent-Type: application/json', JSON.stringify(message)) +
    part('form-data; name="files[0]"; filename="alerts.txt"\r\nContent-Type: text/plain; charset=utf-8', file);
  return {
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: `${body}--${boundary}--\r\n`,
  };
}

/** Discord's own errors have a number; a page of the network before it has none and says nothing of the webhook. */
function judgeDiscord(answer: Answer, now: number): string {
  const { status, headers, words } = answer;
  const { code, retry_after: patience } = objectIn(answer);
  const known = typeof code === 'number';
  if ((status === 401 || status === 403) && known && code !== NETWORK_ERROR) throw new ReceiverGone(words);
  if ((status === 400 || status === 413) && known) throw new PermanentFailure(words);
  if (status === 429) {
    const asked = typeof patience === 'number' ? Math.ceil(patience * SECOND) : 0;
    throw new RetryLater(words, Math.max(asked, retryAfter(headerOf(headers, 'retry-after'), now) ?? 0));
  }
  return judge(answer, now);
}

/** "Internal network error", with status 403. */
const NETWORK_ERROR = 40_333;
