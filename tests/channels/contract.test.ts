import { afterEach, describe, expect, test } from 'vitest';
import { ZodError } from 'zod';
import {
  type AnyChannel,
  PermanentFailure,
  ReceiverGone,
  RetryLater,
  type SendContext,
} from '../../src/channels/channel.ts';
import { CHANNELS } from '../../src/channels/registry.ts';
import { ALERT_EVENTS, CHANNEL_KINDS } from '../../src/core/alert.ts';
import { PLANS, allows } from '../../src/core/plan.ts';
import { keepSecrets, MASK, maskConfig } from '../../src/core/secrets.ts';
import { systemClock } from '../../src/core/time.ts';
import { PAGING } from '../support/pager-manners.ts';
import { BASE_URL, parcelOf, stormOf, told } from '../support/parcels.ts';
import {
  PROVIDERS as CHATS,
  type Manners,
  type Provider,
  type Reply,
  startProvider,
  textsIn,
} from '../support/providers.ts';

const PROVIDERS = { ...CHATS, ...PAGING };

/** What every kind promises to form, API and outbox, whoever it writes to. */
const every = CHANNEL_KINDS.map((kind): [string, AnyChannel] => [kind, CHANNELS[kind]]);
const spoken = CHANNEL_KINDS.flatMap((kind): [string, AnyChannel, Manners][] => {
  const manners = PROVIDERS[kind];
  return manners ? [[kind, CHANNELS[kind], manners]] : [];
});
const sentence = /^[\p{Lu}"“].{8,}[.!?]$/su;

/** Names that mean something to somebody: none may change more than the words of a message. */
const HOSTILE: Record<string, string> = {
  quotes: `"'\\"}],{"event":"up"}`,
  'line breaks': 'Shop\r\n\r\nX-Injected: 1\n--boundary\n.\r\nQUIT',
  'a call to a Slack channel': '<!channel> <!here|here> <@U123> <https://evil.example|Shop>',
  'a call to everybody': '@everyone @here @channel @all <@&123> <@!1>',
  Markdown: '[Shop](https://evil.example) ![x](https://evil.example/i.png) **b** __u__ ~~s~~ `c` > q # h ||x||',
  HTML: '<b>x</b><script>alert(1)</script><a href="https://evil.example">Shop</a>&lt;&amp;',
  'marks of direction': '\u202eevil\u2066\u200f\u200b\ufeff',
  controls: 'Shop\u0000\u0007\u001b[31m\u007f\u2028\u2029',
  'ten thousand characters': 'Shop '.repeat(2_000),
  'ten thousand marks': '<&*"'.repeat(2_500),
  emoji: '👩‍👩‍👧‍👦🇩🇪'.repeat(100),
  'half a character': '\ud83dShop\udc00',
  placeholders: '{{monitor}} ${x} {{DATE(2026-11-21T10:00:00Z)}} %s $1 {0}',
  nothing: '',
};

let provider: Provider | null = null;

afterEach(async () => {
  await provider?.close();
  provider = null;
});

async function play(reply: Reply): Promise<Provider> {
  provider = await startProvider(reply);
  return provider;
}

function contextOf(overrides: Partial<SendContext> = {}): SendContext {
  return {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [] },
    config: { baseUrl: BASE_URL, telegram: { botToken: '', apiUrl: 'https://api.telegram.org' } },
    mail: null,
    signal: AbortSignal.timeout(60_000),
    ...overrides,
  } as unknown as SendContext;
}

/** The config that a form with these settings leads to, all other inputs left alone. */
function configOf(channel: AnyChannel, settings: Record<string, string>): Record<string, unknown> {
  const blank = Object.fromEntries(channel.fields.map(({ name }) => [name, '']));
  const made = channel.create();
  return channel.parseConfig(keepSecrets(channel, { ...made, ...blank, ...settings }, made));
}

/** The same keys and lists, without what they say. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(skeleton);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, skeleton(inner)]));
}

function parsed(manners: Manners, { heard }: Provider): unknown[] {
  return heard.map((one) => (manners.parse ? manners.parse(one) : (JSON.parse(one.body) as unknown)));
}

/** All that was said is within limits and without a second meaning. */
function inspect(manners: Manners, at: Provider): unknown[] {
  const messages = parsed(manners, at);
  for (const [index, message] of messages.entries()) {
    const heard = at.heard[index];
    if (!heard) continue;
    manners.fits(message, heard);
    manners.inert(message, heard);
  }
  return messages;
}

async function failureOf(sending: Promise<string>): Promise<unknown> {
  return sending.then(
    (words) => expect.fail(`it was delivered: ${words}`),
    (error: unknown) => error,
  );
}

test('every kind that is not mail is played by a local server', () => {
  expect(CHANNEL_KINDS.filter((kind) => !PROVIDERS[kind])).toEqual(['email']);
});

describe.each(every)('%s', (kind, channel) => {
  test('has a name, a plan that opens it, and says how to set it up', () => {
    expect(channel.kind).toBe(kind);
    expect(channel.label).toMatch(/^\p{L}[\p{L} ()-]{2,39}$/u);
    expect(channel.receiver).toMatch(/^\p{Lu}[\p{L} -]{2,39}$/u);
    expect(channel.about).toMatch(sentence);
    expect(PLANS.some((plan) => allows(plan, channel.feature))).toBe(true);
    for (const step of channel.steps) expect(step).toMatch(/[.!)]$/);
  });

  test('has fields with a label each, one for each name', () => {
    const names = channel.fields.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const field of channel.fields) {
      expect(field.label, field.name).toMatch(/\p{L}{2}/u);
      if (field.type === 'select') expect(field.options?.length, field.name).toBeGreaterThan(1);
      if (field.type === 'password') expect(field.secret, field.name).toBe(true);
    }
  });

  test('says in sentences what is missing', () => {
    const { error } = caught(() => channel.parseConfig(channel.create()));
    expect(error.issues.length).toBeGreaterThan(0);
    for (const { message, path } of error.issues) expect(message, path.join('.')).toMatch(sentence);
  });

  test('a config that is no longer valid is refused for good, and leads nowhere', async () => {
    expect(await failureOf(channel.send(parcelOf(told()), { nonsense: 1 }, contextOf()))).toBeInstanceOf(
      PermanentFailure,
    );
    expect(channel.place({ nonsense: 1 }).shown).toBe('nowhere');
    expect(channel.secrets({ nonsense: 1 })).toEqual([]);
  });
});

describe.each(spoken)('%s', (_kind, channel, manners) => {
  const at = (url: string): Record<string, unknown> => configOf(channel, manners.settings(url));
  const inputs = manners.settings('http://127.0.0.1:8080');

  test('takes its form, and reads back what it stored', () => {
    const config = configOf(channel, inputs);
    const stored = JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
    expect(channel.parseConfig(stored)).toEqual(config);
    expect(channel.fields.filter(({ name }) => !(name in config))).toEqual([]);
    expect(channel.deadlineMs(config)).toBeGreaterThanOrEqual(1_000);
    expect(channel.deadlineMs(config)).toBeLessThanOrEqual(30_000);
  });

  test.each(Object.entries(manners.wrong).flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
    'refuses %s %j with a sentence at the field',
    (field, value) => {
      const { error } = caught(() => configOf(channel, { ...inputs, [field]: value }));
      const about = error.issues.filter(({ path }) => path[0] === field);
      expect(about.length).toBeGreaterThan(0);
      for (const { message } of about) expect(message).toMatch(sentence);
    },
  );

  test('what opens doors is masked, and not in what everybody may read', () => {
    const config = configOf(channel, inputs);
    const { whole, shown, field } = channel.place(config);
    expect(channel.fields.map(({ name }) => name)).toContain(field);
    expect(whole).not.toBe('');
    const secret = channel.fields.filter((one) => one.secret && config[one.name] !== null);
    for (const { name } of secret) expect(maskConfig(channel, config)[name]).toBe(MASK);
    for (const key of [...manners.keys, ...secret.map(({ name }) => String(config[name]))]) {
      expect(shown).not.toContain(key);
      expect(
        channel.secrets(config).some((one) => one.includes(key)),
        key,
      ).toBe(true);
    }
  });

  test('an answer that repeats the keys is shown without them', async () => {
    const config = at((await play({ status: 200 })).url);
    const said = `you sent ${manners.keys.join(' and ')} ${channel.secrets(config).join(' ')}`;
    for (const reply of [manners.ok, { status: 500, body: said }, { status: 400, body: { error: said, said } }]) {
      provider?.behave(reply);
      const words = await channel.send(parcelOf(told()), config, contextOf()).catch((error: Error) => error.message);
      for (const key of manners.keys) expect(words).not.toContain(key);
    }
    provider?.behave('close');
    const words = await channel.send(parcelOf(told()), config, contextOf()).catch((error: Error) => error.message);
    for (const key of manners.keys) expect(words).not.toContain(key);
  });

  test.each(ALERT_EVENTS)('can tell of %s', async (event) => {
    const there = await play(manners.ok);
    await channel.send(parcelOf(told({ event })), at(there.url), contextOf());
    if (channel.merges && event !== 'acknowledged') expect(there.heard.length).toBeGreaterThan(0);
    inspect(manners, there);
  });

  test.each(Object.entries(HOSTILE))('%s in names change no more than words', async (_what, text) => {
    const there = await play(manners.ok);
    await channel.send(parcelOf(told()), at(there.url), contextOf());
    const plain = skeleton(inspect(manners, there));
    there.heard.length = 0;
    const hostile = told({ name: text, account: text, details: text || 'x', target: text || 'https://shop.example' });
    await channel.send(parcelOf(hostile), at(there.url), contextOf());
    expect(skeleton(inspect(manners, there))).toEqual(plain);
    for (const one of there.heard) expect(one.headers).not.toHaveProperty('x-injected');
  });

  test('the same message twice is the same to the byte', async () => {
    const there = await play(manners.ok);
    const config = at(there.url);
    await channel.send(parcelOf(told()), config, contextOf());
    const first = there.heard.map(({ body }) => body);
    there.heard.length = 0;
    await channel.send(parcelOf(told()), config, contextOf());
    expect(there.heard.map(({ body }) => body)).toEqual(first);
  });

  test.each(Object.entries(HOSTILE))('500 times %s stay within the limits', async (_what, text) => {
    const there = await play(manners.ok);
    const storm = channel.merges ? stormOf(500, (no) => `${no} ${text}`) : parcelOf(told({ name: text }));
    await channel.send(storm, at(there.url), contextOf());
    expect(there.heard.length).toBeGreaterThan(0);
    inspect(manners, there);
  });

  test.each(Object.entries(manners.gone))('%s switches it off', async (_what, reply) => {
    const there = await play(reply);
    expect(await failureOf(channel.send(parcelOf(told()), at(there.url), contextOf()))).toBeInstanceOf(ReceiverGone);
  });

  test.each(Object.entries(manners.refused))('%s ends this message only', async (_what, reply) => {
    const there = await play(reply);
    const error = await failureOf(channel.send(parcelOf(told()), at(there.url), contextOf()));
    expect(error).toBeInstanceOf(PermanentFailure);
    expect(error).not.toBeInstanceOf(ReceiverGone);
  });

  test.each(Object.entries(manners.again))('%s is tried again', async (_what, reply) => {
    const there = await play(reply);
    const error = await failureOf(channel.send(parcelOf(told()), at(there.url), contextOf()));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(PermanentFailure);
  });

  test.each(Object.entries(manners.patience))('%s is believed', async (_what, { reply, ms }) => {
    const there = await play(reply);
    const error = await failureOf(channel.send(parcelOf(told()), at(there.url), contextOf()));
    expect(error).toBeInstanceOf(RetryLater);
    expect((error as RetryLater).afterMs).toBe(ms);
  });

  test.each([301, 302, 303, 307, 308])('a redirect with %i is not followed', async (status) => {
    const there = await play(manners.ok);
    there.behave({ status, headers: { location: `${there.url}/elsewhere` } });
    const error = await failureOf(channel.send(parcelOf(told()), at(there.url), contextOf()));
    expect(error).not.toBeInstanceOf(PermanentFailure);
    expect(there.heard).toHaveLength(1);
  });

  test('a receiver that never answers is given up at the deadline, to be tried again', async () => {
    const there = await play('hang');
    const deadline = new AbortController();
    const failed = failureOf(channel.send(parcelOf(told()), at(there.url), contextOf({ signal: deadline.signal })));
    await expect.poll(() => there.heard.length).toBe(1);
    deadline.abort(new DOMException('too late', 'TimeoutError'));
    const error = await failed;
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(PermanentFailure);
    expect(there.heard).toHaveLength(1);
  });

  test('an answer without end is cut off', async () => {
    const there = await play('endless');
    await channel.send(parcelOf(told()), at(there.url), contextOf());
    expect(there.heard.length).toBeGreaterThan(0);
  });

  test('a private address is refused for good where only public ones are allowed', async () => {
    const there = await play(manners.ok);
    const context = contextOf({ outbound: { allowPrivate: false, resolvers: [] } });
    const error = await failureOf(channel.send(parcelOf(told()), at(there.url), context));
    expect(error).toBeInstanceOf(PermanentFailure);
    expect(there.heard).toEqual([]);
  });
});

function caught(act: () => unknown): { error: ZodError } {
  try {
    act();
  } catch (error) {
    if (error instanceof ZodError) return { error };
    throw error;
  }
  return expect.fail('it was taken');
}

describe.each(spoken.filter(([, channel]) => channel.merges))('%s merges', (_kind, channel, manners) => {
  test('names all of 500 that were merged, within the limits', async () => {
    const there = await play(manners.ok);
    await channel.send(stormOf(500), configOf(channel, manners.settings(there.url)), contextOf());
    const said = textsIn(inspect(manners, there)).join('\n').replaceAll('\\', '');
    const missing = Array.from({ length: 500 }, (_, i) => `Shop ${i + 1} of the north`).filter(
      (n) => !said.includes(n),
    );
    expect(missing).toEqual([]);
  });
});
