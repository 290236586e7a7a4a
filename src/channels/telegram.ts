import { isIP } from 'node:net';
import { z } from 'zod';
import { HOOK_DEADLINE_MS } from '../core/backoff.ts';
import { flag, optionalWhole } from '../core/config-values.ts';
import { SECOND } from '../core/time.ts';
import { linksOf } from './card.ts';
import {
  type Channel,
  PermanentFailure,
  ReceiverGone,
  ReceiverMoved,
  RetryLater,
  type SendContext,
} from './channel.ts';
import { key, optionalKey, otherServer } from './credentials.ts';
import { type Answer, judge, objectIn, post } from './post.ts';
import { MARKS, type Script, textPages } from './text-pages.ts';

/** It goes into the path of the address, so nothing else may be in it. */
const TOKEN = /^\d{1,20}:[\w-]{1,200}$/;
const NOT_READY =
  'Telegram is not configured: give the channel the token of a bot of your own (the steps are beside the form), or ask the operator to set TELEGRAM_BOT_TOKEN.';

/** Config of a Telegram channel. Without a token of its own the bot of the installation writes. */
export const telegramConfig = z
  .strictObject({
    chat_id: z.preprocess(
      (value) => (typeof value === 'number' ? String(value) : value),
      key(
        'Give the id of the chat.',
        /^(-?\d{1,20}|@[A-Za-z]\w{3,31})$/,
        'A chat is a number such as -1001234567890, or the @name of a public channel.',
      ),
    ),
    message_thread_id: optionalWhole(1, 2_147_483_647),
    token: optionalKey(TOKEN, 'A bot token looks like 123456789:ABCdef… as BotFather gives it.'),
    silent_recoveries: flag(false),
    api_url: otherServer(),
  })
  .refine(({ token, api_url: server }) => server === null || token !== null, {
    path: ['api_url'],
    message: 'A server of your own works with a bot token of your own only.',
  });
export type TelegramConfig = z.infer<typeof telegramConfig>;

/** The bot that speaks: where its API is, and whether it is the installation's. */
export interface TelegramBot {
  base: string;
  token: string;
  shared: boolean;
}

/**
 * The bot of a channel. The installation's token goes to the installation's server only, whatever the channel says.
 * Throws `PermanentFailure` when there is no token at all.
 */
export function telegramBot(
  { token, api_url: server }: { token?: string | null; api_url?: string | null },
  { botToken, apiUrl }: SendContext['config']['telegram'],
): TelegramBot {
  if (token) return { base: server ?? 'https://api.telegram.org', token, shared: false };
  if (!botToken) throw new PermanentFailure(NOT_READY);
  return { base: apiUrl, token: botToken, shared: true };
}

/** One call of the Bot API. The token is part of the address, and in nothing that comes back. */
export function askTelegram(
  bot: TelegramBot,
  method: string,
  body: Record<string, unknown>,
  context: Omit<SendContext, 'mail'>,
): Promise<Answer> {
  return post({ url: `${bot.base}/bot${bot.token}/${method}`, body, secrets: secretsOf(bot.token) }, context);
}

/** Messages of a Telegram bot to a person, a group or a channel. */
export const telegram: Channel<TelegramConfig> = {
  kind: 'telegram',
  label: 'Telegram',
  receiver: 'Telegram',
  feature: 'webhook',
  about: 'A bot writes to you, to a group or to a channel.',
  steps: [
    'Open a chat with @BotFather in Telegram, send /newbot and follow it. It gives you a token: paste it below. (Where the operator has set up a bot for everybody, no token is needed.)',
    'Open a chat with the bot and press Start, or add it to your group. In a channel make it an administrator who may post.',
    'Write /start there (in a group /start@ and the name of the bot), then press "Find my chat" here and choose the chat. For a public channel its @name works as well.',
    'To write into a topic of a group, open the topic in a browser: its number is at the end of the address.',
  ],
  config: telegramConfig,
  fields: [
    {
      name: 'token',
      label: 'Bot token',
      type: 'password',
      secret: true,
      placeholder: '123456789:ABCdef…',
      help: 'From @BotFather. Empty: the bot of this installation, if there is one.',
    },
    {
      name: 'chat_id',
      label: 'Chat',
      type: 'text',
      placeholder: '-1001234567890',
      help: 'A number, or the @name of a public channel.',
    },
    { name: 'message_thread_id', label: 'Topic', type: 'number', help: 'Only for groups with topics.', advanced: true },
    { name: 'silent_recoveries', label: 'No sound when it is up again', type: 'checkbox', advanced: true },
    {
      name: 'api_url',
      label: 'Bot API server',
      type: 'text',
      placeholder: 'https://api.telegram.org',
      help: 'Only for a server of your own, with a token of your own.',
      advanced: true,
    },
  ],
  place: ({ chat_id: chat, message_thread_id: thread, token, api_url: server }) => {
    const shown = thread === null ? chat : `${chat}, topic ${thread}`;
    const bot = token === null ? '' : (token.split(':')[0] ?? '');
    return { field: 'chat_id', whole: `${server ?? ''} ${bot} ${shown}`, shown };
  },
  secrets: ({ token }) => (token === null ? [] : secretsOf(token)),
  merges: true,
  deadlineMs: () => HOOK_DEADLINE_MS,
  async send(parcel, config, context) {
    const bot = telegramBot(config, context.config.telegram);
    const { words } = parcel;
    const links = linksOf(parcel);
    const linkLines = links.map(({ label, href }) => `${escape(label)}: ${escape(href)}`);
    const buttons = links.every(({ href }) => isPublicHost(new URL(href).hostname));
    const pages = textPages(words, `${MARKS[words.tone]} ${words.headline}`, buttons ? [] : linkLines, SCRIPT);
    let said = '';
    for (const [index, text] of pages.entries()) {
      const message: Message = {
        chat_id: config.chat_id,
        text,
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        disable_notification: config.silent_recoveries && words.tone === 'good',
      };
      if (config.message_thread_id !== null) message.message_thread_id = config.message_thread_id;
      if (buttons && index === pages.length - 1) {
        message.reply_markup = { inline_keyboard: [links.map(({ label, href }) => ({ text: label, url: href }))] };
      }
      said = await write(message, linkLines, bot, context, parcel.now);
    }
    return said;
  },
};

/** A message of the Bot API, as far as it is used here. */
interface Message extends Record<string, unknown> {
  chat_id: string;
  text: string;
  message_thread_id?: number;
  reply_markup?: { inline_keyboard: { text: string; url: string }[][] };
}

/** Sends one message; without its topic or its buttons where Telegram refuses just these. */
async function write(
  message: Message,
  linkLines: string[],
  bot: TelegramBot,
  context: SendContext,
  now: number,
): Promise<string> {
  const answer = await askTelegram(bot, 'sendMessage', message, context);
  const about = answer.status === 400 ? describe(answer) : '';
  const { message_thread_id: thread, reply_markup: buttons, ...bare } = message;
  if (thread !== undefined && /thread not found|topic/i.test(about)) {
    return write(buttons ? { ...bare, reply_markup: buttons } : bare, linkLines, bot, context, now);
  }
  if (buttons && /button|reply markup|url is invalid/i.test(about)) {
    const text = [message.text, ...linkLines].join('\n');
    return write(
      thread === undefined ? { ...bare, text } : { ...bare, text, message_thread_id: thread },
      [],
      bot,
      context,
      now,
    );
  }
  return judgeTelegram(answer, bot, now);
}

/**
 * What an answer of the Bot API means: a chat that is closed to the bot is gone, a group that became a supergroup has
 * moved, and a token that is refused ends the channel unless it is everybody's.
 */
function judgeTelegram(answer: Answer, { shared }: TelegramBot, now: number): string {
  const { status, words: said } = answer;
  const parameters = parametersSchema.safeParse(objectIn(answer)['parameters']).data;
  if (parameters?.migrate_to_chat_id !== undefined) {
    throw new ReceiverMoved(said, { chat_id: String(parameters.migrate_to_chat_id) });
  }
  if (status === 429 && parameters?.retry_after !== undefined) {
    throw new RetryLater(said, parameters.retry_after * SECOND);
  }
  if (status === 401 || status === 404) {
    if (shared) throw new Error(`Telegram does not know the bot of this installation: ${said}`);
    throw new ReceiverGone(`Telegram does not know this bot token. ${said}`);
  }
  if (status === 403) throw new ReceiverGone(said);
  if (status === 400) {
    const gone = /chat not found|deactivated|peer_id_invalid|not enough rights|write_forbidden|have no rights/i;
    throw gone.test(describe(answer)) ? new ReceiverGone(said) : new PermanentFailure(said);
  }
  return judge(answer, now);
}

const parametersSchema = z.object({
  retry_after: z.number().nonnegative().optional(),
  migrate_to_chat_id: z.union([z.number(), z.string()]).optional(),
});

/** What Telegram says went wrong. */
export function describe(answer: Answer): string {
  const { description } = objectIn(answer);
  return typeof description === 'string' ? description : '';
}

/** The secret half may be repeated without the other. */
function secretsOf(token: string): string[] {
  return [token, token.slice(token.indexOf(':') + 1)];
}

/** 4096 is what Telegram takes (Bot API, sendMessage): the rest is kept for links that could not be buttons. */
const SCRIPT: Script = {
  most: 3_400,
  pages: 6,
  size: ({ length }) => length,
  spell: escape,
  bold: (text) => `<b>${text}</b>`,
};

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Telegram takes buttons only to hosts that could be reached from outside. */
function isPublicHost(host: string): boolean {
  return (
    isIP(host.replace(/^\[|\]$/g, '')) === 0 && host.includes('.') && !/\.(local|localhost|internal|lan)$/i.test(host)
  );
}
