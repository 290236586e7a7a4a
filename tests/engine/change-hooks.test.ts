import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertAudit } from '../../src/accounts/audit-queries.ts';
import { insertHook, toldStatement, updateHook } from '../../src/accounts/hook-queries.ts';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import { newWebhookSecret } from '../../src/channels/webhook.ts';
import { MINUTE } from '../../src/core/time.ts';
import { withOrigin } from '../../src/db/origin.ts';
import { createOutbox } from '../../src/engine/outbox.ts';
import { oldestDueAt } from '../../src/site/health-queries.ts';
import { type HookServer, hookServer, says } from '../support/hook-server.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';

let world: OutboxWorld;
let server: HookServer;
beforeEach(async () => {
  world = await outboxWorld(null);
  server = await hookServer();
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const secret = newWebhookSecret();

async function addHook(set: Partial<Parameters<typeof insertHook>[1]> = {}): Promise<string> {
  const id = set.id ?? 'hok_one';
  const row = { id, account_id: 'acc_alice', name: 'Archive', url: server.url, secret, created_at: 0, ...set };
  await world.db.write('arrange', (tx) => insertHook(tx, row));
  return id;
}

/** Something is changed, as an action does it. */
async function change(action: string, subject: string, more: Partial<Parameters<typeof insertAudit>[1]> = {}) {
  const entry = { accountId: 'acc_alice', userId: 'usr_alice', at: world.clock.now(), action, subject, ...more };
  await world.db.write('act', (tx) => insertAudit(tx, entry));
}

interface Message {
  type: string;
  timestamp: string;
  data: { id: string; subject: string; changes: Record<string, { before: unknown; after: unknown }> };
}

const received = () => server.received.map(({ body }) => body as unknown as Message);
const heard = () => received().map(({ type, data }) => `${type} ${data.subject}`);
const states = async () => (await world.rows()).map(({ state }) => state);

/** What is due is sent, and what that made wait comes after it. */
async function sendAll(outbox = world.open()): Promise<void> {
  await outbox.tick();
}

describe('a change', () => {
  test('is told once, signed, with who did it, from where and what became of what', async () => {
    await addHook();
    await withOrigin({ via: 'page', ip: '198.51.100.7' }, () =>
      change('monitor.changed', 'mon_1', { detail: { name: 'Shop' }, changes: { interval_seconds: [60, 300] } }),
    );
    await sendAll();
    await sendAll();
    expect(received()).toHaveLength(1);
    const [message] = server.received;
    const [entry] = await world.db.read.all<{ id: number }>(sql`select id from audit_log`);
    expect(message?.body).toEqual({
      type: 'monitor.changed',
      timestamp: new Date(world.clock.now()).toISOString(),
      data: {
        id: String(entry?.id),
        account_id: 'acc_alice',
        subject: 'mon_1',
        name: 'Shop',
        actor: { id: 'usr_alice', email: 'alice@example.com' },
        via: 'page',
        changes: { interval_seconds: { before: 60, after: 300 } },
        detail: { name: 'Shop' },
      },
    });
    expect(JSON.stringify(message)).not.toContain('198.51.100.7');
    const headers = Object.fromEntries(Object.entries(message?.headers ?? {}).map(([k, v]) => [k, String(v)]));
    const body = JSON.stringify(message?.body);
    // The library knows no other clock than the real one: the signature is recomputed at the time it names.
    const signed = new Webhook(secret).sign(
      headers['webhook-id'] ?? '',
      new Date(Number(headers['webhook-timestamp']) * 1_000),
      body,
    );
    expect(headers['webhook-signature']).toBe(signed);
    expect(await world.rows()).toMatchObject([{ id: headers['webhook-id'], state: 'sent', event: 'change' }]);
  });

  test('by the product itself has nobody as its actor', async () => {
    await addHook();
    await change('plan.changed', 'free', { userId: null });
    await sendAll();
    expect(received()[0]?.data).toMatchObject({ actor: null, via: null });
  });

  test('queues nothing where nobody asked, and nothing for other accounts', async () => {
    const bob = await world.addAccount('bob');
    await addHook({ id: 'hok_bob', account_id: bob });
    await change('monitor.deleted', 'mon_1');
    expect(await world.rows()).toEqual([]);
    await change('monitor.deleted', 'mon_2', { accountId: bob, userId: null });
    expect(await world.rows()).toMatchObject([{ lane: 'hok_bob' }]);
  });

  test('looks for its receivers in indexes alone', async () => {
    const plan = await world.db.read.all<{ detail: string }>(
      sql`explain query plan ${toldStatement({
        entry: 1,
        accountId: 'acc_alice',
        userId: 'usr_alice',
        at: 0,
        action: 'monitor.changed',
        body: {},
      })}`,
    );
    expect(plan.map(({ detail }) => detail).join('\n')).toContain('SEARCH h USING INDEX change_hooks_account');
    expect(plan.filter(({ detail }) => /^SCAN (?!e\b)/.test(detail))).toEqual([]);
  });

  test('that was rolled back was never told', async () => {
    await addHook();
    const entry = { accountId: 'acc_alice', userId: null, at: 0, action: 'monitor.deleted', subject: 'mon_1' };
    await expect(
      world.db.write('act', async (tx) => {
        await insertAudit(tx, entry);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await world.rows()).toEqual([]);
  });
});

describe('who hears of what', () => {
  test.each([
    [null, ['monitor.created', 'monitor.deleted', 'channel.created']],
    [['monitor'], ['monitor.created', 'monitor.deleted']],
    [
      ['monitor.deleted', 'channel'],
      ['monitor.deleted', 'channel.created'],
    ],
    [['mon'], []],
    [['plan'], []],
  ])('%j hears of %j', async (events, told) => {
    await addHook({ events });
    for (const action of ['monitor.created', 'monitor.deleted', 'channel.created']) await change(action, 'x');
    await sendAll();
    expect(received().map(({ type }) => type)).toEqual(told);
  });

  test('one that is off hears nothing, and an account whose plan has no webhooks tells nobody', async () => {
    await addHook({ enabled: false });
    await change('monitor.created', 'mon_1');
    await world.db.write('arrange', async (tx) => {
      await updateHook(tx, 'acc_alice', 'hok_one', { enabled: true });
      await setAccountPlan(tx, 'acc_alice', 'free', null);
    });
    await change('monitor.created', 'mon_2');
    await world.db.write('arrange', (tx) => setAccountPlan(tx, 'acc_alice', 'pro', null));
    await change('monitor.created', 'mon_3');
    await sendAll();
    expect(heard()).toEqual(['monitor.created mon_3']);
  });
});

describe('a receiver', () => {
  test('that is away is asked again with the same key, and hears the rest after it, in order', async () => {
    await addHook();
    server.behave(says(503));
    for (const n of [1, 2, 3]) await change('monitor.changed', `mon_${n}`);
    const outbox = world.open();
    await sendAll(outbox);
    expect(heard()).toEqual(['monitor.changed mon_1']);
    expect(await states()).toEqual(['failed', 'queued', 'queued']);
    // Our own health does not suffer from it.
    expect(await oldestDueAt(world.db.read, world.clock.now())).toBe(null);
    server.behave(says(200));
    world.clock.advance(MINUTE);
    await sendAll(outbox);
    expect(heard()).toEqual(['mon_1', 'mon_1', 'mon_2', 'mon_3'].map((id) => `monitor.changed ${id}`));
    const [first, again, next] = server.received.map(({ key }) => key);
    expect(again).toBe(first);
    expect(next).not.toBe(first);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
  });

  test.each([404, 410])('that answers %i is switched off, people are told, the record says so', async (status) => {
    await addHook();
    await addHook({ id: 'hok_other', name: 'Second', events: ['webhook'] });
    server.behave((response) => says(server.received.length === 1 ? status : 200)(response));
    await change('monitor.changed', 'mon_1');
    await change('monitor.changed', 'mon_2');
    const outbox = world.open();
    await sendAll(outbox);
    const [hook] = await world.db.read.all<{ enabled: number; last_error: string }>(
      sql`select enabled, last_error from change_hooks where id = 'hok_one'`,
    );
    expect(hook?.enabled).toBe(0);
    expect(hook?.last_error).toContain(String(status));
    const rows = await world.rows();
    expect(rows.filter(({ lane }) => lane === 'hok_one').map(({ state }) => state)).toEqual(['dead', 'dead']);
    expect(rows.filter(({ event }) => event === 'webhook_disabled')).toHaveLength(1);
    const off = await world.db.read.all(sql`select user_id, via from audit_log where action = 'webhook.switched_off'`);
    expect(off).toEqual([{ user_id: null, via: null }]);
    await sendAll(outbox);
    // The one that was left has heard of it; telling it is no change, so it ends there.
    expect(heard()).toEqual(['monitor.changed mon_1', 'webhook.switched_off hok_one']);
    await change('monitor.changed', 'mon_3');
    await sendAll(outbox);
    expect(received()).toHaveLength(2);
  });

  test('inside the network is refused without a word to it', async () => {
    Object.assign(world.deps.outbound, { allowPrivate: false });
    await addHook();
    await change('monitor.changed', 'mon_1');
    await sendAll();
    expect(received()).toEqual([]);
    expect(await world.rows()).toMatchObject([{ state: 'dead', attempts: 1 }]);
    const [hook] = await world.db.read.all<{ last_error: string | null; enabled: number }>(
      sql`select last_error, enabled from change_hooks`,
    );
    expect(hook?.last_error).toMatch(/private|not allowed|refused|address/i);
    expect(hook?.enabled).toBe(1);
  });

  test('that repeats what it was sent does not bring the secret into the log', async () => {
    await addHook();
    server.behave(says(500, {}, `you sent ${secret}`));
    await change('monitor.changed', 'mon_1');
    await sendAll();
    const [row] = await world.rows();
    expect(row?.last_error).toContain('you sent ********');
    expect(world.logged.join('\n')).not.toContain(secret);
  });

  test('that was switched off while a message was on its way is not asked again', async () => {
    await addHook();
    let letGo: () => void = () => {};
    server.behave((response) => (letGo = () => void says(503)(response)));
    await change('monitor.changed', 'mon_1');
    const outbox = world.open();
    const sending = outbox.tick();
    await server.waitFor(1);
    await world.db.write('arrange', (tx) => updateHook(tx, 'acc_alice', 'hok_one', { enabled: false }));
    letGo();
    await sending;
    expect(await states()).toEqual(['cancelled']);
  });

  test('hears after a crash what it had not answered for, under the same key', async () => {
    await addHook();
    await change('monitor.changed', 'mon_1');
    await world.db.write('crash', (tx) =>
      tx.run(sql`update deliveries set state = 'sending', attempts = 1, lease_until = ${world.clock.now() + MINUTE}`),
    );
    const fresh = createOutbox(world.deps);
    await fresh.takeOver();
    await fresh.tick();
    await fresh.stop();
    const [row] = await world.rows();
    expect(server.received.map(({ key }) => key)).toEqual([row?.id]);
    expect(row).toMatchObject({ state: 'sent', attempts: 2 });
  });

  test('that is slow leaves the account’s alerts their places', async () => {
    const alerts = await hookServer();
    const waiting: (() => void)[] = [];
    server.behave((response) => waiting.push(() => void says(200)(response)));
    for (let n = 0; n < 10; n++) await addHook({ id: `hok_${n}` });
    await change('monitor.changed', 'mon_1');
    const config = { url: alerts.url, method: 'POST', headers: {}, timeout_seconds: 30, secret };
    const channel = await world.addChannel({ kind: 'webhook', config });
    const no = await world.addMonitor('Shop', { channels: [channel] });
    await world.enqueue('down', no);
    const outbox = world.open();
    const sending = outbox.tick();
    await alerts.waitFor(1);
    expect(server.received.length).toBeLessThanOrEqual(2);
    const drain = setInterval(() => waiting.splice(0).forEach((answer) => answer()), 1);
    await sending;
    clearInterval(drain);
    expect(server.received).toHaveLength(10);
    await alerts.close();
  });
});

test('mail that waits for its server takes no change along', async () => {
  await addHook();
  await change('monitor.changed', 'mon_1');
  const no = await world.addMonitor('Shop');
  await world.enqueue('down', no);
  await sendAll();
  const rows = await world.rows();
  expect(rows.map(({ event, state }) => `${event} ${state}`)).toEqual(['change sent', 'down queued']);
  // What it said is kept, for it can be sent again; of account mail nothing is.
  expect(JSON.parse(rows[0]?.payload ?? '{}')).toMatchObject({ type: 'monitor.changed' });
});
