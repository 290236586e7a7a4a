import { PermanentFailure } from '../channels/channel.ts';
import { findTelegramBot, findTelegramChats, telegramCode } from '../channels/telegram-chats.ts';
import { invalidField } from '../core/errors.ts';
import { MASK } from '../core/secrets.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';

const DEADLINE_MS = 15 * SECOND;

/** Chats a bot was written to in; with none, what to do so that there is one. */
export interface FoundChats {
  chats: { id: string; title: string; kind: string }[];
  hint: string;
}

/**
 * Chats the bot of these settings was written to in. `stored` is the config whose token goes with them when none is
 * given; it is only shown to the server it is for. Throws `AppError` `invalid` when the bot cannot tell.
 */
export async function findChats(
  deps: Deps,
  accountId: string,
  input: Record<string, unknown>,
  stored: Record<string, unknown> | null,
): Promise<FoundChats> {
  const server = textOf(input['api_url']);
  const given = textOf(input['token']);
  const isKept = given === null || given === MASK;
  const token = isKept ? (server === textOf(stored?.['api_url']) ? textOf(stored?.['token']) : null) : given;
  const { clock, outbound, config } = deps;
  const context = { clock, outbound, config, signal: AbortSignal.timeout(DEADLINE_MS) };
  const code = telegramCode(config.secretKey, accountId);
  const wanted = { token, api_url: token === null ? null : server };
  try {
    const chats = await findTelegramChats({ ...wanted, code }, context);
    if (chats.length > 0) return { chats, hint: '' };
    const bot = await findTelegramBot(wanted, context);
    // In a group a bot hears only what is said to it by such a command.
    const rest = token === null ? ` ${code}` : '';
    const hint = `Write /start${rest} to ${bot}, or /start${bot}${rest} into a group it is a member of. Then look again.`;
    return { chats, hint };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const words = error instanceof PermanentFailure ? error.message : `Telegram was not reached: ${error.message}`;
    throw invalidField('config.chat_id', words);
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
