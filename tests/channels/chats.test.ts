import { afterEach, expect, test } from 'vitest';
import type { Parcel, SendContext } from '../../src/channels/channel.ts';
import { CHANNELS } from '../../src/channels/registry.ts';
import { alertWords } from '../../src/core/alert.ts';
import { HOUR, systemClock } from '../../src/core/time.ts';
import { BASE_URL, parcelOf, QUEUED_AT, stormOf, told } from '../support/parcels.ts';
import { type Provider, PROVIDERS, startProvider } from '../support/providers.ts';

type Chat = 'slack' | 'discord' | 'teams';

let there: Provider | null = null;

afterEach(async () => {
  await there?.close();
  there = null;
});

/** What the chat heard of this parcel. */
async function said(kind: Chat, parcel: Parcel): Promise<unknown> {
  const manners = PROVIDERS[kind] ?? expect.fail('nobody plays it');
  const provider = await startProvider(manners.ok);
  there = provider;
  const config = CHANNELS[kind].parseConfig(manners.settings(provider.url));
  const answer = await CHANNELS[kind].send(parcel, config, {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [] },
    config: { baseUrl: BASE_URL },
    signal: AbortSignal.timeout(60_000),
  } as unknown as SendContext);
  expect(answer).toMatch(/^20\d /);
  expect(provider.heard).toHaveLength(1);
  const [one] = provider.heard;
  if (!one) return null;
  expect(one.method).toBe('POST');
  return manners.parse ? manners.parse(one) : (JSON.parse(one.body) as unknown);
}

/** A message that leaves hours after its time. */
function late(): Parcel {
  const parcel = parcelOf(told());
  const now = QUEUED_AT + 3 * HOUR;
  return { ...parcel, now, words: alertWords(parcel.alerts[0].alert, QUEUED_AT, now) };
}

test('Slack gets a line for the notification, and the facts and links beside the colour', async () => {
  const parcel = parcelOf(told({ name: 'Shop & Co <b>' }));
  expect(await said('slack', parcel)).toMatchObject({
    text: 'Shop &amp; Co &lt;b&gt; is down.',
    attachments: [
      {
        color: '#D92D20',
        fallback: 'Down: Shop &amp; Co &lt;b&gt;',
        title: 'Open the incident',
        title_link: `${BASE_URL}/incidents/inc_1`,
        text: expect.stringContaining(`<${parcel.acknowledge}|Acknowledge>`) as string,
        fields: expect.arrayContaining([{ title: 'Why', value: 'The server answered 503.', short: true }]) as unknown[],
        ts: QUEUED_AT / 1_000,
      },
    ],
  });
});

test('Slack gets a link for each of some merged alerts', async () => {
  const { text, attachments } = (await said('slack', stormOf(12))) as { text: string; attachments: { text: string }[] };
  expect(text).toBe('12 monitors are down.');
  for (let no = 1; no <= 12; no += 1) {
    expect(attachments[0]?.text).toContain(`Down: <${BASE_URL}/incidents/inc_${no}|Shop ${no} of the north> – `);
  }
});

test('a recovery is green and has nothing to acknowledge', async () => {
  const { attachments } = (await said('slack', parcelOf(told({ event: 'up' })))) as {
    attachments: { color: string; text: string }[];
  };
  expect(attachments[0]?.color).toBe('#16A34A');
  expect(attachments[0]?.text).not.toContain('Acknowledge');
});

test.each<Chat>(['slack', 'discord', 'teams'])('%s is told that a message is late', async (kind) => {
  expect(JSON.stringify(await said(kind, late()))).toContain('This message is late');
});

test('Discord gets an embed with the facts, and links as words', async () => {
  const parcel = parcelOf(told({ name: 'my_shop *1*' }));
  expect(await said('discord', parcel)).toMatchObject({
    content: 'my\\_shop \\*1\\* is down.',
    embeds: [
      {
        title: 'Open the incident',
        url: `${BASE_URL}/incidents/inc_1`,
        color: 0xd92d20,
        timestamp: '2026-11-21T10:00:00.000Z',
        description: expect.stringContaining(`[Acknowledge](${parcel.acknowledge})`) as string,
        fields: expect.arrayContaining([
          { name: 'Address', value: 'https://shop.example', inline: true },
          { name: 'Why', value: 'The server answered 503.', inline: true },
        ]) as unknown[],
      },
    ],
  });
});

test('Discord gets a file with the names that its message has no room for', async () => {
  const few = (await said('discord', stormOf(10))) as { file?: string };
  expect(few).not.toHaveProperty('file');
  await there?.close();
  const many = (await said('discord', stormOf(500))) as { file: string; embeds: { description: string }[] };
  expect(many.file.split('\n')).toHaveLength(500);
  expect(many.embeds[0]?.description).toMatch(/… and \d+ more/);
});

test('the address of a Discord webhook keeps its thread', async () => {
  const provider = await startProvider({ status: 200, body: {} });
  there = provider;
  const url = `${provider.url}/api/webhooks/1/abc?thread_id=77`;
  await CHANNELS.discord.send(parcelOf(told()), { url }, {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [] },
    config: { baseUrl: BASE_URL },
    signal: AbortSignal.timeout(60_000),
  } as unknown as SendContext);
  expect(provider.heard[0]?.path).toBe('/api/webhooks/1/abc?thread_id=77&wait=true');
});

test('Teams gets a card whose buttons open the pages', async () => {
  const parcel = parcelOf(told());
  const { attachments } = (await said('teams', parcel)) as { attachments: { content: object }[] };
  expect(attachments[0]?.content).toMatchObject({
    fallbackText: 'Down: Shop',
    body: expect.arrayContaining([
      {
        type: 'RichTextBlock',
        spacing: 'Small',
        inlines: [
          { type: 'TextRun', text: 'Why: ', weight: 'Bolder' },
          { type: 'TextRun', text: 'The server answered 503.' },
        ],
      },
    ]) as unknown[],
    actions: [
      { type: 'Action.OpenUrl', title: 'Open the incident', url: parcel.link },
      { type: 'Action.OpenUrl', title: 'Acknowledge', url: parcel.acknowledge },
    ],
  });
});

test('Teams hears the beginning of each name, however long 500 of them are', async () => {
  const parcel = stormOf(500, (no) => `${no} 监控服务器的名称非常非常非常长`);
  const text = JSON.stringify(await said('teams', parcel));
  expect(Buffer.byteLength(text)).toBeLessThan(28_000);
  for (let no = 1; no <= 500; no += 1) expect(text).toContain(`${no} 监控服`);
});

test('Slack’s address is also understood under the name that others give it', () => {
  const url = 'https://hooks.slack.com/services/T0/B0/xyz';
  expect(CHANNELS.slack.parseConfig({ webhook_url: url })).toEqual({ url });
  expect(() => CHANNELS.slack.parseConfig({ webhook_url: 'http://hooks.slack.com/services/T0/B0/xyz' })).toThrow(
    /https/,
  );
});

test.each([
  ['http://mattermost/hooks/abc', true],
  ['http://10.1.2.3:8065/hooks/abc', true],
  ['http://[fd00::1]/hooks/abc', true],
  ['https://chat.example.com/hooks/abc', true],
  ['http://chat.example.com/hooks/abc', false],
  ['http://8.8.8.8/hooks/abc', false],
])('%s may be a chat of one’s own: %s', (url, good) => {
  const parse = () => CHANNELS.slack.parseConfig({ url });
  if (good) expect(parse()).toEqual({ url });
  else expect(parse).toThrow(/https:\/\//);
});
