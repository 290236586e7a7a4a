import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertChannel } from '../../src/alerts/queries.ts';
import { CHANNELS } from '../../src/channels/registry.ts';
import type { ChannelKind } from '../../src/core/alert.ts';
import { MINUTE } from '../../src/core/time.ts';
import { createOutbox, enqueueAcknowledgement } from '../../src/engine/outbox.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { playPagerduty, playTelegram } from '../support/pager-servers.ts';
import type { Provider } from '../support/providers.ts';
import { context } from '../support/sending.ts';

const TOKEN = '123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456';
const ROUTING = 'R0123456789abcdefghijABCDEFGHIJ1';

let w: EngineWorld;
let outbox: ReturnType<typeof createOutbox>;
let there: Provider | null;

beforeEach(async () => {
  there = null;
  w = await engineWorld();
  Object.assign(w.deps.config, context().config, { secretKey: 'k'.repeat(32) });
  outbox = createOutbox(w.deps);
});

afterEach(async () => {
  await outbox.stop();
  await there?.close();
  await w.close();
});

/** A monitor that tells one channel of this kind and nobody else. */
async function monitorOn(kind: ChannelKind, settings: Record<string, unknown>): Promise<number> {
  const config = CHANNELS[kind].parseConfig(settings);
  const no = await w.addMonitor();
  await w.db.write('arrange', async (tx) => {
    const channel = { accountId: 'acc_alice', kind, name: kind, config, isDefault: false, now: w.clock.now() };
    const id = await insertChannel(tx, channel);
    await tx.run(sql`update monitor_channels set channel_id = ${id} where monitor_no = ${no}`);
  });
  return no;
}

async function see(no: number, ...verdicts: (typeof DOWN)[]): Promise<void> {
  for (const verdict of verdicts) {
    await w.seen(no, verdict);
    w.clock.advance(MINUTE);
    await outbox.tick();
  }
}

test('an outage is one Telegram message to the saved chat, and one when it is over', async () => {
  const telegram = await playTelegram(TOKEN, ['-1001234567890']);
  there = telegram;
  const no = await monitorOn('telegram', { chat_id: '-1001234567890', token: TOKEN, api_url: telegram.url });
  await see(no, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
  expect(telegram.taken.map(({ chat, shown }) => [chat, shown.split('\n')[0]])).toEqual([
    ['-1001234567890', '🔴 Shop 1 is down.'],
  ]);
  expect(telegram.taken[0]?.shown).toContain('The server answered 503.');
  await see(no, UP, UP);
  expect(telegram.taken.map(({ shown }) => shown.split('\n')[0])).toEqual([
    '🔴 Shop 1 is down.',
    '🟢 Shop 1 is up again.',
  ]);
});

test('a group that moved is followed, and its new number is kept', async () => {
  const telegram = await playTelegram(TOKEN, ['-1009999999999']);
  there = telegram;
  const no = await monitorOn('telegram', { chat_id: '-42', token: TOKEN, api_url: telegram.url });
  telegram.behave(({ body }) =>
    (JSON.parse(body) as { chat_id: string }).chat_id === '-42'
      ? {
          status: 400,
          body: {
            ok: false,
            error_code: 400,
            description: 'Bad Request: group chat was upgraded to a supergroup chat',
            parameters: { migrate_to_chat_id: -1009999999999 },
          },
        }
      : { status: 200, body: { ok: true, result: { message_id: 1 } } },
  );
  await see(no, DOWN, DOWN, DOWN);
  const kept = await w.db.read.get<{ config: string; enabled: number }>(sql`select config, enabled from channels
    where kind = 'telegram'`);
  expect(JSON.parse(kept?.config ?? '')).toMatchObject({ chat_id: '-1009999999999', token: TOKEN });
  expect(kept?.enabled).toBe(1);
  expect(await w.db.read.all(sql`select state from deliveries`)).toEqual([{ state: 'sent' }]);
});

test('what is acknowledged here is acknowledged at PagerDuty, and resolved with the recovery', async () => {
  const pagerduty = await playPagerduty(ROUTING);
  there = pagerduty;
  const no = await monitorOn('pagerduty', { routing_key: ROUTING, api_url: pagerduty.url });
  await see(no, DOWN, DOWN, DOWN);
  expect([...pagerduty.states.values()]).toEqual(['triggered']);
  const [incident] = await w.incidents();
  await w.db.write('acknowledge', (tx) =>
    enqueueAcknowledgement(tx, {
      accountId: 'acc_alice',
      incidentId: incident?.id ?? '',
      now: w.clock.now(),
      by: 'Alice',
    }),
  );
  await outbox.tick();
  expect([...pagerduty.states.values()]).toEqual(['acknowledged']);
  await see(no, UP);
  expect([...pagerduty.states.values()]).toEqual(['resolved']);
});

test('unrest from beginning to end leaves nobody paged', async () => {
  const pagerduty = await playPagerduty(ROUTING);
  there = pagerduty;
  const no = await monitorOn('pagerduty', { routing_key: ROUTING, api_url: pagerduty.url });
  for (let round = 0; round < 5; round += 1) await see(no, DOWN, DOWN, DOWN, UP);
  expect([...pagerduty.states.values()]).toEqual(['triggered']);
  expect(pagerduty.heard.map(({ body }) => body).join('\n')).toContain('Unstable: Shop 1');
  for (let calm = 0; calm < 40; calm += 1) await see(no, UP);
  expect([...pagerduty.states.values()]).toEqual(['resolved']);
  expect((await w.incidents()).length).toBeGreaterThan(2);
});
