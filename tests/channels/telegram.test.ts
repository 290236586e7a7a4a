import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentFailure, ReceiverGone, ReceiverMoved } from '../../src/channels/channel.ts';
import { telegram, telegramConfig } from '../../src/channels/telegram.ts';
import { findTelegramBot, findTelegramChats, telegramCode } from '../../src/channels/telegram-chats.ts';
import { type PlayedTelegram, playTelegram } from '../support/pager-servers.ts';
import { parcelOf, stormOf, told } from '../support/parcels.ts';
import { type Provider, startProvider } from '../support/providers.ts';
import { context } from '../support/sending.ts';

const TOKEN = '123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456';
const SHARED = '987654321:AAG-the-token-of-the-installation000000';
const CHAT = '-1001234567890';

let there: PlayedTelegram;

beforeEach(async () => {
  there = await playTelegram(TOKEN, [CHAT]);
});
afterEach(() => there.close());

const configOf = (more: Record<string, unknown> = {}) =>
  telegramConfig.parse({ chat_id: CHAT, token: TOKEN, api_url: there.url, ...more });
const send = (parcel = parcelOf(told()), more: Record<string, unknown> = {}) =>
  telegram.send(parcel, configOf(more), context());

describe('a message', () => {
  test('says what happened, with buttons to both pages and no preview', async () => {
    await send();
    expect(there.taken).toHaveLength(1);
    expect(there.taken[0]?.shown).toMatch(/^🔴 Shop is down\.\n\nMonitor: Shop\nAddress: https:\/\/shop\.example\n/);
    expect(there.taken[0]?.raw).toMatchObject({
      link_preview_options: { is_disabled: true },
      disable_notification: false,
      reply_markup: {
        inline_keyboard: [
          [
            { text: 'Open the incident', url: 'https://status.example.com/incidents/inc_1' },
            { text: 'Acknowledge', url: expect.stringContaining('/a/') as string },
          ],
        ],
      },
    });
  });

  test('shows hostile names as they are written', async () => {
    const name = '</b><a href="https://evil.example">a & b</a> &lt;';
    await send(parcelOf(told({ name })));
    expect(there.taken[0]?.shown).toContain(`${name} is down.`);
  });

  test('is silent about a recovery only where that is wanted', async () => {
    await send(parcelOf(told({ event: 'up' })));
    await send(parcelOf(told({ event: 'up' })), { silent_recoveries: 'on' });
    await send(parcelOf(told()), { silent_recoveries: true });
    expect(there.taken.map(({ raw }) => raw['disable_notification'])).toEqual([false, true, false]);
  });

  test('of a storm names every monitor, with the buttons below the last', async () => {
    await send(stormOf(500));
    const shown = there.taken.map((one) => one.shown).join('\n');
    expect(there.taken.length).toBeLessThanOrEqual(6);
    for (let no = 1; no <= 500; no += 1) expect(shown).toContain(`Shop ${no} of the north`);
    expect(there.taken.map(({ raw }) => 'reply_markup' in raw)).toEqual([
      ...Array.from({ length: there.taken.length - 1 }, () => false),
      true,
    ]);
  });

  test('of a few that were merged tells of each in a line', async () => {
    await send(parcelOf(told(), told({ no: 2, name: 'Blog', details: 'Nobody answered.' })));
    expect(there.taken).toHaveLength(1);
    expect(there.taken[0]?.shown).toContain('🔴 Blog (Down): Nobody answered.');
  });

  test('has its links in the text where Telegram takes no buttons', async () => {
    const parcel = { ...parcelOf(told()), link: 'http://localhost:3000/incidents/inc_1', acknowledge: null };
    await send(parcel);
    expect(there.heard).toHaveLength(1);
    expect(there.taken[0]?.raw).not.toHaveProperty('reply_markup');
    expect(there.taken[0]?.shown).toContain('Open the incident: http://localhost:3000/incidents/inc_1');
  });

  test('goes without buttons, then without its topic, when these are refused', async () => {
    const refusals = ["inline keyboard button URL 'x' is invalid: Wrong HTTP URL", 'message thread not found'];
    there.behave(() => {
      const description = refusals.shift();
      return description === undefined
        ? { status: 200, body: { ok: true } }
        : { status: 400, body: { ok: false, error_code: 400, description: `Bad Request: ${description}` } };
    });
    await send(parcelOf(told()), { message_thread_id: '7' });
    const [first, second, third] = there.heard.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(first).toMatchObject({ message_thread_id: 7, reply_markup: {} });
    expect(second).toMatchObject({
      message_thread_id: 7,
      text: expect.stringContaining('Acknowledge: https://') as string,
    });
    expect(second).not.toHaveProperty('reply_markup');
    expect(third).not.toHaveProperty('message_thread_id');
    expect(third?.['text']).toBe(second?.['text']);
  });

  test('follows a group that became a supergroup', async () => {
    const parameters = { migrate_to_chat_id: -1009999999999 };
    there.behave({
      status: 400,
      body: {
        ok: false,
        error_code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        parameters,
      },
    });
    const error: unknown = await send().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ReceiverMoved);
    expect((error as ReceiverMoved).changed).toEqual({ chat_id: '-1009999999999' });
  });
});

describe('the bot of the installation', () => {
  let ours: PlayedTelegram;
  beforeEach(async () => {
    ours = await playTelegram(SHARED, [CHAT]);
  });
  afterEach(() => ours.close());

  const shared = () => context({ telegram: { botToken: SHARED, apiUrl: ours.url } });

  test('writes where a channel has none of its own', async () => {
    await telegram.send(parcelOf(told()), telegramConfig.parse({ chat_id: CHAT }), shared());
    expect(ours.taken).toHaveLength(1);
  });

  test('never goes to a server of a customer', async () => {
    expect(telegramConfig.safeParse({ chat_id: CHAT, api_url: there.url }).success).toBe(false);
    // Not even from a row that was written by other means.
    const forged = { ...telegramConfig.parse({ chat_id: CHAT }), api_url: there.url };
    await telegram.send(parcelOf(told()), forged, shared());
    expect(there.heard).toEqual([]);
    await findTelegramChats({ api_url: there.url, code: '0123456789' }, shared()).catch(() => []);
    expect(there.heard).toEqual([]);
    await telegram.send(parcelOf(told()), configOf(), shared());
    expect(there.heard[0]?.path).toBe(`/bot${TOKEN}/sendMessage`);
  });

  test('that is refused switches nobody off, and its token is not told', async () => {
    ours.behave({ status: 401, body: { ok: false, error_code: 401, description: `Unauthorized ${SHARED}` } });
    const error: unknown = await telegram
      .send(parcelOf(told()), telegramConfig.parse({ chat_id: CHAT }), shared())
      .catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(PermanentFailure);
    expect(String(error)).not.toContain(SHARED);
    expect(String(error)).toContain('********');
    await ours.close();
    const away: unknown = await telegram
      .send(parcelOf(told()), telegramConfig.parse({ chat_id: CHAT }), shared())
      .catch((reason: unknown) => reason);
    expect(String(away)).not.toContain(SHARED.slice(SHARED.indexOf(':') + 1));
  });

  test('is missed with a sentence that says what to do', async () => {
    const sent = telegram.send(parcelOf(told()), telegramConfig.parse({ chat_id: CHAT }), context());
    await expect(sent).rejects.toThrow(/not configured.*TELEGRAM_BOT_TOKEN/);
    await expect(sent).rejects.toBeInstanceOf(PermanentFailure);
    await expect(sent).rejects.not.toBeInstanceOf(ReceiverGone);
  });
});

describe('finding the chat', () => {
  const code = telegramCode('secret', 'acc_alice');
  const update = (kind: string, chat: object, text?: string) => ({
    update_id: 1,
    [kind]: { message_id: 1, chat, text },
  });
  const ALICE = { id: 11, type: 'private', first_name: 'Alice', last_name: 'Adams' };
  const OPS = { id: -1002, type: 'supergroup', title: 'Ops <b>' };
  const NEWS = { id: -1003, type: 'channel', title: 'News' };
  const UPDATES = [
    update('message', ALICE, 'hello'),
    update('my_chat_member', NEWS),
    update('channel_post', NEWS, 'posted'),
    update('message', OPS, `/start ${code}`),
    { update_id: 9, callback_query: { id: 'x' } },
    update('message', ALICE, 'once more'),
  ];
  let api: Provider;

  beforeEach(async () => {
    api = await startProvider({ status: 200, body: { ok: true, result: UPDATES } });
  });
  afterEach(() => api.close());

  test('lists where one’s own bot was heard, newest first, each once', async () => {
    expect(await findTelegramChats({ token: TOKEN, api_url: api.url, code }, context())).toEqual([
      { id: '11', title: 'Alice Adams', kind: 'private' },
      { id: '-1002', title: 'Ops <b>', kind: 'supergroup' },
      { id: '-1003', title: 'News', kind: 'channel' },
    ]);
    expect(api.heard[0]?.path).toBe(`/bot${TOKEN}/getUpdates`);
  });

  test('through the installation’s bot shows only chats in which the code was written', async () => {
    const shared = context({ telegram: { botToken: SHARED, apiUrl: api.url } });
    expect(await findTelegramChats({ code }, shared)).toEqual([{ id: '-1002', title: 'Ops <b>', kind: 'supergroup' }]);
    expect(await findTelegramChats({ code: telegramCode('secret', 'acc_mallory') }, shared)).toEqual([]);
    expect(await findTelegramChats({ code: '' }, shared)).toEqual([]);
    expect(await findTelegramChats({ code: 'hello' }, shared)).toEqual([]);
  });

  test('asks for less when an answer is more than is read', async () => {
    const long = [update('message', OPS, 'x'.repeat(200_000))];
    api.behave(({ body }) => ({
      status: 200,
      body: { ok: true, result: (JSON.parse(body) as { limit: number }).limit > 2 ? long : UPDATES.slice(0, 1) },
    }));
    const found = await findTelegramChats({ token: TOKEN, api_url: api.url, code }, context());
    expect(found.map(({ id }) => id)).toEqual(['11']);
    expect(api.heard).toHaveLength(3);
  });

  test.each([
    [409, "Conflict: can't use getUpdates method while webhook is active", /webhook/],
    [409, 'Conflict: terminated by other getUpdates request', /Another program/],
    [401, 'Unauthorized', /does not know this bot token/],
    [500, `${TOKEN} broke`, /^Telegram did not tell its messages: 500 .*\*{8} broke/],
  ])('%i %s is told in words', async (status, description, words) => {
    api.behave({ status, body: { ok: false, error_code: status, description } });
    await expect(findTelegramChats({ token: TOKEN, api_url: api.url, code }, context())).rejects.toThrow(words);
  });

  test('the bot’s name is for people to write to', async () => {
    api.behave({ status: 200, body: { ok: true, result: { id: 1, is_bot: true, username: 'acme_bot' } } });
    expect(await findTelegramBot({ token: TOKEN, api_url: api.url }, context())).toBe('@acme_bot');
  });

  test('a code is one account’s', () => {
    expect(code).toMatch(/^[0-9a-f]{10}$/);
    expect(telegramCode('secret', 'acc_alice')).toBe(code);
    expect(telegramCode('secret', 'acc_bob')).not.toBe(code);
    expect(telegramCode('other', 'acc_alice')).not.toBe(code);
  });
});

test('two channels are told apart by chat, topic and bot', () => {
  const whole = (more: Record<string, unknown>) =>
    telegram.place(telegramConfig.parse({ chat_id: CHAT, ...more })).whole;
  const places = [{}, { message_thread_id: 3 }, { token: TOKEN }, { chat_id: 42 }, { chat_id: '@news' }].map(whole);
  expect(new Set(places).size).toBe(5);
  for (const place of places) expect(place).not.toContain('AAF-');
});
