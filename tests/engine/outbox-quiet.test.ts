import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { releaseQuiet } from '../../src/alerts/lane-queries.ts';
import { newWebhookSecret } from '../../src/channels/webhook.ts';
import { LATE_MS } from '../../src/core/backoff.ts';
import type { QuietHours } from '../../src/core/quiet.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { enqueueAccountMail } from '../../src/engine/outbox.ts';
import { type HookServer, hookServer, says } from '../support/hook-server.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';

/** The world begins on Friday at 12:00 UTC, which is 13:00 in Berlin. */
const NOON: QuietHours = { timezone: 'Europe/Berlin', hours: { from: '12:30', to: '15:00' }, days: [] };

let world: OutboxWorld;
let server: HookServer;
let sink: SmtpSink;

beforeEach(async () => {
  server = await hookServer();
  sink = await smtpSink();
  world = await outboxWorld(sink.smtp);
});
afterEach(async () => {
  await world.close();
  await server.close();
  await sink.stop();
});

function addHook(quiet: QuietHours | null): Promise<string> {
  const config = { url: server.url, secret: newWebhookSecret() };
  return world.addChannel({ kind: 'webhook', config, set: quiet ? { quiet } : {} });
}

const events = () =>
  server.received.map(({ body }) => body.alerts?.map((one) => `${one.event} ${one.monitor}`) ?? body.event);

test('what is due in a quiet time waits, and leaves as one digest at its end that is not late', async () => {
  const channel = await addHook(NOON);
  const [shop, blog] = [
    await world.addMonitor('Shop', { channels: [channel] }),
    await world.addMonitor('Blog', { channels: [channel] }),
  ];
  const began = world.clock.now();
  const outbox = world.open();
  await world.enqueue('down', shop);
  await outbox.tick();
  world.clock.advance(HOUR);
  await world.enqueue('up', shop);
  await world.enqueue('down', blog);
  await outbox.tick();
  expect(server.received).toEqual([]);
  const end = began + 2 * HOUR;
  const held = await world.rows();
  expect(held.filter(({ held_for: why }) => why === 'quiet').map(({ next_attempt_at: at }) => at)).toEqual([
    end,
    end,
    end,
  ]);
  world.clock.advance(HOUR - 1);
  await outbox.tick();
  expect(server.received).toEqual([]);
  world.clock.advance(1);
  await outbox.tick();
  expect(events()).toEqual([['down Shop', 'up Shop', 'down Blog']]);
  const rows = await world.rows();
  expect(rows.map(({ state, held_for: why }) => [state, why])).toEqual(rows.map(() => ['sent', null]));
  expect(rows.some((row) => (row.sent_at ?? 0) - row.created_at > LATE_MS)).toBe(false);
});

test('others of the same monitor are told at once', async () => {
  const [quiet, awake] = [await addHook(NOON), await addHook(null)];
  await world.enqueue('down', await world.addMonitor('Shop', { channels: [quiet, awake] }));
  await world.open().tick();
  expect((await world.rows()).map(({ channel_id: id, state }) => [id, state])).toEqual([
    [quiet, 'queued'],
    [awake, 'sent'],
  ]);
});

test('a try that failed before the quiet time waits for its end under its key', async () => {
  const channel = await addHook({ ...NOON, hours: { from: '13:01', to: '15:00' } });
  server.behave(says(500));
  await world.enqueue('down', await world.addMonitor('Shop', { channels: [channel] }));
  const outbox = world.open();
  await outbox.tick();
  const [before] = await world.rows();
  server.behave(says(200));
  world.clock.advance(MINUTE);
  await outbox.tick();
  expect((await world.rows())[0]).toMatchObject({ state: 'failed', held_for: 'quiet', created_at: before?.created_at });
  world.clock.advance(2 * HOUR);
  await outbox.tick();
  expect(server.received.map(({ key }) => key)).toEqual([before?.id, before?.id]);
});

test('quiet hours that were changed let go what they held, if it is not quiet still', async () => {
  const channel = await addHook(NOON);
  await world.enqueue('down', await world.addMonitor('Shop', { channels: [channel] }));
  const outbox = world.open();
  await outbox.tick();
  const release = () => world.db.write('act', (tx) => releaseQuiet(tx, channel, world.clock.now()));
  await release();
  await outbox.tick();
  expect(server.received).toEqual([]);
  await world.db.write('act', (tx) => tx.run(sql`update channels set quiet = null where id = ${channel}`));
  await release();
  await outbox.tick();
  expect(events()).toEqual(['down']);
});

test('planned work that ends earlier does not end the quiet time', async () => {
  const { releaseRecoveries } = await import('../../src/alerts/delivery-queries.ts');
  const channel = await addHook(NOON);
  const no = await world.addMonitor('Shop', { channels: [channel] });
  await world.enqueue('down', no);
  await world.db.write('arrange', (tx) => tx.run(sql`update deliveries set state = 'sent'`));
  await world.enqueue('up', no);
  const outbox = world.open();
  await outbox.tick();
  await world.db.write('act', (tx) => releaseRecoveries(tx, [no], world.clock.now()));
  await outbox.tick();
  expect(server.received).toEqual([]);
});

test('mail about a log-in does not wait', async () => {
  await world.db.write('arrange', (tx) => tx.run(sql`update channels set quiet = ${JSON.stringify(NOON)}`));
  const mail = {
    event: 'reset' as const,
    now: world.clock.now(),
    userId: 'usr_alice',
    to: 'alice@example.com',
    data: {},
  };
  await world.db.write('act', (tx) => enqueueAccountMail(tx, mail));
  await world.enqueue('down', await world.addMonitor());
  await world.open().tick();
  expect(sink.mails.map(({ subject }) => subject)).toEqual(['Set a new password for StatusPing']);
});
