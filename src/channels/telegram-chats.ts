import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { oneLine } from '../core/alert.ts';
import { PermanentFailure, type SendContext } from './channel.ts';
import { type Answer, objectIn } from './post.ts';
import { askTelegram, describe, type TelegramBot, telegramBot } from './telegram.ts';

/** A chat that a bot was written to in. `kind` is Telegram's: private, group, supergroup or channel. */
export interface TelegramChat {
  id: string;
  title: string;
  kind: string;
}

interface Wanted {
  token?: string | null;
  api_url?: string | null;
}

type Context = Omit<SendContext, 'mail'>;

/** Updates asked for in turn: a lively group's may be more than is read of an answer. */
const PAGE_SIZES = [50, 10, 2] as const;
const CODE_CHARS = 10;

/**
 * Chats that the bot heard of lately, newest first. Everybody's chats pass through the installation's bot, so with it
 * only those count in which somebody wrote `code`. Throws `PermanentFailure` with a sentence when the bot cannot tell.
 */
export async function findTelegramChats(wanted: Wanted & { code: string }, context: Context): Promise<TelegramChat[]> {
  const bot = telegramBot(wanted, context.config.telegram);
  const updates = (await readUpdates(bot, context)).toReversed();
  const found = new Map<string, TelegramChat>();
  for (const { message, channel_post: posted, my_chat_member: membership } of updates) {
    const heard = message ?? posted ?? membership;
    if (!heard || (bot.shared && !says(message?.text ?? posted?.text, wanted.code))) continue;
    const { id, type, title, username, first_name: first, last_name: last } = heard.chat;
    const person = [first, last].filter(Boolean).join(' ');
    const name = oneLine(title ?? (person || (username ? `@${username}` : '')), 120) || String(id);
    if (!found.has(String(id))) found.set(String(id), { id: String(id), title: name, kind: type });
  }
  return [...found.values()];
}

/** The bot's name with its @, for people to write to. Throws like `findTelegramChats`. */
export async function findTelegramBot(wanted: Wanted, context: Context): Promise<string> {
  const bot = telegramBot(wanted, context.config.telegram);
  const answer = await askTelegram(bot, 'getMe', {}, context);
  const me = z.object({ username: z.string() }).safeParse(resultOf(answer, bot));
  return me.success ? `@${me.data.username}` : 'the bot';
}

/** What a member of the account writes to the installation's bot, so that their chat is shown to them and nobody else. */
export function telegramCode(secretKey: string, accountId: string): string {
  const key = createHmac('sha256', secretKey).update('statusping telegram chats').digest();
  return createHmac('sha256', key).update(accountId).digest('hex').slice(0, CODE_CHARS);
}

function says(text: string | undefined, code: string): boolean {
  return code.length >= CODE_CHARS && (text ?? '').split(/\s+/).includes(code);
}

const chat = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});
const spoken = z.object({ chat, text: z.string().optional() }).optional().catch(undefined);
const updatesSchema = z.array(z.object({ message: spoken, channel_post: spoken, my_chat_member: spoken }));

async function readUpdates(bot: TelegramBot, context: Context): Promise<z.infer<typeof updatesSchema>> {
  for (const size of PAGE_SIZES) {
    // A negative offset counts from the newest.
    const answer = await askTelegram(bot, 'getUpdates', { offset: -size, limit: size, timeout: 0 }, context);
    const updates = updatesSchema.safeParse(resultOf(answer, bot));
    if (updates.success) return updates.data;
  }
  throw new PermanentFailure('The bot hears too much to find your chat. Write the number of the chat by hand.');
}

function resultOf(answer: Answer, { shared }: TelegramBot): unknown {
  const { status } = answer;
  if (status === 401 || status === 404) {
    throw new PermanentFailure(
      shared
        ? 'Telegram does not know the bot of this installation. Please tell the operator.'
        : 'Telegram does not know this bot token. Copy it once more from @BotFather.',
    );
  }
  if (status === 409) {
    throw new PermanentFailure(
      /webhook/i.test(describe(answer))
        ? 'This bot hands its messages to a webhook, so they cannot be read here. Write the number of the chat by hand, or use a bot of its own for alerts.'
        : 'Another program is reading the messages of this bot. Write the number of the chat by hand, or use a bot of its own for alerts.',
    );
  }
  if (status !== 200) throw new PermanentFailure(`Telegram did not tell its messages: ${answer.words}`);
  return objectIn(answer)['result'];
}
