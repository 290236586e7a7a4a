import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requeueDelivery } from '../../src/alerts/delivery-queries.ts';
import { HOOK_LEASE_MS } from '../../src/core/backoff.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { newWebhookSecret } from '../../src/channels/webhook.ts';
import { type HookServer, hookServer, says } from '../support/hook-server.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';

let world: OutboxWorld;
let server: HookServer;

beforeEach(async () => {
  server = await hookServer();
  world = await outboxWorld(null);
});
afterEach(async () => {
  await world.close();
  await server.close();
});

type Set = Parameters<OutboxWorld['addChannel']>[0]['set'];

function addHook(set: Set = {}, more: { account?: string; path?: string } = {}): Promise<string> {
  const { path = '', ...whose } = more;
  const config = { url: `${server.url}/${path}`, secret: newWebhookSecret() };
  return world.addChannel({ kind: 'webhook', config, set, ...whose });
}

async function fail(names: string[], channel: string): Promise<number[]> {
  const nos: number[] = [];
  for (const name of names) {
    const no = await world.addMonitor(name, { channels: [channel] });
    await world.enqueue('down', no);
    nos.push(no);
  }
  return nos;
}

const names = (count: number, prefix = 'Shop') => Array.from({ length: count }, (_, i) => `${prefix} ${i}`);

/** Names in a message, one or many. */
const named = (index: number): string[] => {
  const body = server.received[index]?.body;
  return body?.alerts ? body.alerts.map(({ monitor }) => monitor) : [String(body?.['monitor'])];
};

describe('merging', () => {
  test('a few leave one by one, many as one message under a key of its own', async () => {
    const channel = await addHook();
    const outbox = world.open();
    await fail(names(3), channel);
    await outbox.tick();
    expect(server.received.map((_, i) => named(i))).toEqual([['Shop 0'], ['Shop 1'], ['Shop 2']]);
    await fail(names(5, 'Blog'), channel);
    await outbox.tick();
    expect(server.received).toHaveLength(3);
    world.clock.advance(20 * SECOND);
    await outbox.tick();
    expect(server.received).toHaveLength(4);
    expect(named(3)).toEqual(names(5, 'Blog'));
    const batch = (await world.rows()).filter(({ batch_id: id }) => id !== null);
    expect(new Set(batch.map(({ batch_id: id }) => id))).toEqual(new Set([server.received[3]?.key]));
    expect(server.received[3]?.key).toMatch(/^bat_/);
    expect(batch.every(({ state, answer }) => state === 'sent' && answer?.startsWith('200'))).toBe(true);
    expect(server.received[3]?.body.alerts?.map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
  });

  test('a batch is tried again as it was, what came later leaves in another', async () => {
    const channel = await addHook();
    server.behave(says(500));
    await fail(names(10), channel);
    const outbox = world.open();
    await outbox.tick();
    await fail(names(10, 'Blog'), channel);
    server.behave(says(200));
    world.clock.advance(MINUTE);
    await outbox.tick();
    const [first, ...rest] = server.received.map(({ key }, i) => ({ key, named: named(i) }));
    expect(rest.filter(({ key }) => key === first?.key)).toEqual([first]);
    expect(rest.filter(({ key }) => key !== first?.key).map((one) => one.named)).toEqual([names(10, 'Blog')]);
    expect(server.received).toHaveLength(3);
    expect((await world.rows()).every(({ state }) => state === 'sent')).toBe(true);
  });

  test('a message that was tried alone keeps its key and is not merged', async () => {
    const channel = await addHook();
    server.behave(says(500));
    await fail(['First'], channel);
    const outbox = world.open();
    await outbox.tick();
    server.behave(says(200));
    world.clock.advance(MINUTE);
    await fail(names(8), channel);
    await outbox.tick();
    expect(server.received[1]?.key).toBe(server.received[0]?.key);
    expect(named(1)).toEqual(['First']);
    expect(named(2)).toEqual(names(8));
  });

  test('another try by hand of one takes along all that were merged with it', async () => {
    const channel = await addHook();
    await fail(names(6), channel);
    const outbox = world.open();
    await outbox.tick();
    await world.db.write('arrange', (tx) => tx.run(sql`update deliveries set state = 'dead'`));
    const [row] = await world.rows();
    await world.db.write('act', (tx) => requeueDelivery(tx, 'acc_alice', row?.id ?? '', world.clock.now()));
    world.clock.advance(MINUTE);
    await outbox.tick();
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.key).toBe(server.received[0]?.key);
    expect(named(1)).toEqual(names(6));
  });

  test('pagers keep a state for each incident: nothing is merged there', async () => {
    const channel = await world.addChannel({
      kind: 'pagerduty',
      config: { routing_key: 'a'.repeat(32), url: server.url, api_url: server.url },
    });
    await fail(names(12), channel);
    const outbox = world.open();
    await outbox.tick();
    const rows = await world.rows();
    expect(rows.every(({ batch_id: id, attempts }) => id === null && attempts === 1)).toBe(true);
  });

  test('a down of which the up is there as well is one entry, in order', async () => {
    const channel = await addHook({ per_minute: 1 });
    const outbox = world.open();
    const [first] = await fail(['First'], channel);
    await outbox.tick();
    const nos = await fail(['Shop', 'Blog'], channel);
    await world.enqueue('up', nos[0] ?? 0);
    await world.enqueue('up', first ?? 0);
    world.clock.advance(2 * MINUTE);
    await outbox.tick();
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.body.alerts?.map(({ event, monitor }) => `${event} ${monitor}`)).toEqual([
      'down Shop',
      'down Blog',
      'up Shop',
      'up First',
    ]);
    expect((await world.rows()).every(({ state }) => state === 'sent')).toBe(true);
  });

  test('an up never leaves with others while its down is tried again', async () => {
    const channel = await addHook();
    const outbox = world.open();
    server.behave(says(500));
    const [shop = 0] = await fail(['Shop'], channel);
    await outbox.tick();
    server.behave(says(200));
    await world.enqueue('up', shop);
    await fail(names(7, 'Blog'), channel);
    await outbox.tick();
    expect(named(1)).toEqual(names(7, 'Blog'));
    world.clock.advance(MINUTE);
    await outbox.tick();
    expect(server.received.slice(2).map(({ body }) => body.event)).toEqual(['down', 'up']);
  });
});

describe('a process that dies', () => {
  /** Cuts the outbox off from its record, as a kill does after the receiver took the message. */
  async function killedAfterSend(): Promise<void> {
    const write: typeof world.db.write = (name, change) => world.db.write(name, change);
    world.deps.db = {
      ...world.db,
      write: (name, change) =>
        name === 'outbox: record a try' ? Promise.reject(new Error('killed')) : write(name, change),
    };
    const dying = world.open();
    dying.wake();
    await server.waitFor(1);
    await dying.stop();
    world.deps.db = world.db;
  }

  test('after a batch was sent: the second copy is the same under the same key, with nothing added', async () => {
    const channel = await addHook();
    await fail(names(9), channel);
    await killedAfterSend();
    await fail(names(2, 'Later'), channel);
    world.clock.advance(HOOK_LEASE_MS);
    await world.open().tick();
    const copies = server.received.filter(({ key }) => key.startsWith('bat_'));
    expect(copies).toHaveLength(2);
    expect(copies[1]?.key).toBe(copies[0]?.key);
    expect(copies[1]?.body.alerts).toEqual(copies[0]?.body.alerts);
    expect((await world.rows()).every(({ state }) => state === 'sent')).toBe(true);
  });

  test('after a batch was written down and before it was sent: it leaves as it was', async () => {
    const channel = await addHook();
    await fail(names(9), channel);
    const { claimLane } = await import('../../src/alerts/sending-queries.ts');
    const now = world.clock.now();
    const held = await world.db.write('the dead one', (tx) =>
      claimLane(tx, channel, { now, leaseUntil: now + HOOK_LEASE_MS, oneByOne: 3, merges: true }),
    );
    expect(held?.merged).toHaveLength(9);
    const outbox = world.open();
    await outbox.tick();
    expect(server.received).toEqual([]);
    world.clock.advance(HOOK_LEASE_MS);
    await outbox.tick();
    expect(server.received.map(({ key }) => key)).toEqual([held?.id]);
  });
});

describe('a storm', () => {
  test('of 1,000: at most 20 messages to each channel in five minutes, each incident named, others at once', async () => {
    const [one, two] = [await addHook({}, { path: 'one' }), await addHook({}, { path: 'two' })];
    await world.addAccount('carol');
    const hers = await addHook({}, { account: 'acc_carol', path: 'carol' });
    const outbox = world.open();
    const nos: number[] = [];
    for (let i = 0; i < 1_000; i += 1) nos.push(await world.addMonitor(`Shop ${i}`, { channels: [one, two] }));
    const blog = await world.addMonitor('Blog', { account: 'acc_carol', channels: [hers] });
    for (let second = 0; second < 60; second += 1) {
      for (const no of nos.slice(second * 17, (second + 1) * 17)) await world.enqueue('down', no);
      if (second === 30) {
        await world.enqueue('down', blog);
        await outbox.tick();
        expect(server.received.at(-1)?.body).toMatchObject({ monitor: 'Blog' });
      }
      await outbox.tick();
      world.clock.advance(SECOND);
    }
    for (let second = 60; second < 300; second += 1) {
      await outbox.tick();
      world.clock.advance(SECOND);
    }
    const rows = await world.rows();
    expect(rows.filter(({ state }) => state !== 'sent')).toEqual([]);
    for (const channel of [one, two]) {
      const keys = new Set(
        rows.filter(({ channel_id: id }) => id === channel).map(({ id, batch_id: batch }) => batch ?? id),
      );
      const messages = server.received.filter(({ key }) => keys.has(key));
      expect(messages.length).toBeLessThanOrEqual(20);
      const told = messages.flatMap(
        ({ body }) => body.alerts?.map(({ monitor }) => monitor) ?? [String(body['monitor'])],
      );
      expect(told.toSorted()).toEqual(names(1_000).toSorted());
    }
  });

  test('20,000 that wait for one receiver take neither time nor memory from another', async () => {
    const [slow, quick] = [await addHook({}, { path: 'slow' }), await addHook({}, { path: 'quick' })];
    const no = await world.addMonitor('Shop', { channels: [quick] });
    await world.enqueue('down', no);
    await world.db.write('arrange', (tx) =>
      tx.run(sql`
        insert into deliveries (id, account_id, channel_id, lane, incident_id, event, dedup_key, order_key, payload,
          state, attempts, next_attempt_at, created_at)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
        select 'dlv_' || i, account_id, ${slow}, ${slow}, incident_id, event, 'k' || i, 'o' || i, payload, 'queued', 0,
          next_attempt_at, created_at from deliveries, n`),
    );
    const outbox = world.open();
    await outbox.tick();
    // Three leave as messages of 500; the rest waits for its turn in the file.
    expect(server.received.map(({ body }) => body.alerts?.length ?? 1).toSorted((a, b) => a - b)).toEqual([
      1, 500, 500, 500,
    ]);
    for (let i = 0; i < 37; i += 1) {
      world.clock.advance(20 * SECOND);
      await outbox.tick();
    }
    expect((await world.rows()).filter(({ state }) => state !== 'sent')).toEqual([]);
  });
});
