import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { moveEmailChannels } from '../../src/alerts/address-queries.ts';
import { cancelOfMonitor, cancelUntried, holdOrRelease, requeueDelivery } from '../../src/alerts/delivery-queries.ts';
import { cancelWarnings, insertExpiryAlerts } from '../../src/alerts/warning-queries.ts';
import type { ExpiryMessage } from '../../src/core/alert.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { enqueueAcknowledgement, releaseAddress } from '../../src/engine/outbox.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';

// Who is told: rows of the outbox, nothing is sent here.

let world: OutboxWorld;
const act = (change: Parameters<OutboxWorld['db']['write']>[1]) => world.db.write('act', change);

beforeEach(async () => {
  world = await outboxWorld(null);
});
afterEach(() => world.close());

/** `event receiver state`, with what it waits for. */
async function queued(): Promise<string[]> {
  return (await world.rows()).map(({ event, recipient, channel_id, state, held_for }) =>
    [event, recipient ?? channel_id, state, held_for].filter(Boolean).join(' '),
  );
}

const OWN = { smtp_server: 'mail.example.com', smtp_port: 25, from_email: 'a@example.com', use_tls: false };

describe('addresses', () => {
  test('each has a row and a lane of its own, and is held for itself', async () => {
    const two = await world.addChannel({ kind: 'email', config: { to: ['alice@example.com', 'bob@example.com'] } });
    const no = await world.addMonitor('Shop', { channels: [two] });
    expect(await world.enqueue('down', no)).toBe(2);
    expect(await world.enqueue('down', no)).toBe(0);
    expect(await queued()).toEqual(['down alice@example.com queued', 'down bob@example.com queued verification']);
    const rows = await world.rows();
    expect(rows.map(({ lane }) => lane)).toEqual([`${two}:alice@example.com`, `${two}:bob@example.com`]);
    expect(rows.map(({ next_attempt_at }) => next_attempt_at)).toEqual([world.clock.now(), null]);
  });

  test('a verified address lets go what waited for it, and nothing of another', async () => {
    const two = await world.addChannel({ kind: 'email', config: { to: ['bob@example.com', 'carol@example.com'] } });
    await world.enqueue('down', await world.addMonitor('Shop', { channels: [two] }));
    await act(async (tx) => {
      await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
        values ('usr_bob', 'Bob@example.com', 'bob@example.com', 'x', 1, 1)`);
      await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
        values ('acc_alice', 'usr_bob', 'viewer', 1)`);
      await releaseAddress(tx, 'bob@example.com', world.clock.now());
    });
    expect(await queued()).toEqual(['down bob@example.com queued', 'down carol@example.com queued verification']);
  });

  test('a mail server of the channel’s own answers for strangers itself', async () => {
    const own = await world.addChannel({ kind: 'email', config: { to: ['stranger@example.net'], ...OWN } });
    await world.enqueue('down', await world.addMonitor('Shop', { channels: [own] }));
    expect(await queued()).toEqual(['down stranger@example.net queued']);
  });

  test('a person with a new address takes along channels, what waits, and recoveries to come', async () => {
    const [shop, blog] = [await world.addMonitor('Shop'), await world.addMonitor('Blog')];
    await world.enqueue('down', shop);
    await world.db.write('arrange', (tx) => tx.run(sql`update deliveries set state = 'sent', sent_at = 1`));
    await world.enqueue('down', blog);
    const move = { userId: 'usr_alice', from: 'alice@example.com', fromKey: 'alice@example.com', to: 'al@example.org' };
    await act(async (tx) => {
      await tx.run(
        sql`update users set email = 'al@example.org', email_key = 'al@example.org', email_verified_at = null`,
      );
      await moveEmailChannels(tx, move);
    });
    await world.enqueue('up', shop);
    expect(await queued()).toEqual([
      'down alice@example.com sent',
      'down al@example.org queued verification',
      'up al@example.org queued verification',
    ]);
    const config = await world.db.read.get<{ config: string }>(sql`select config from channels`);
    expect(JSON.parse(config?.config ?? '')).toEqual({ to: ['al@example.org'] });
  });

  test('what waits for an address that a channel no longer has goes to its first, once', async () => {
    const list = await world.addChannel({ kind: 'email', config: { to: ['old@example.com', 'older@example.com'] } });
    await world.enqueue('down', await world.addMonitor('Shop', { channels: [list] }));
    await act(async (tx) => {
      await tx.run(sql`update channels set config = '{"to":["alice@example.com"]}' where id = ${list}`);
      await holdOrRelease(tx, list, world.clock.now());
    });
    expect(await queued()).toEqual(['down alice@example.com queued', 'down older@example.com cancelled']);
    expect((await world.rows())[0]?.lane).toBe(`${list}:alice@example.com`);
  });
});

describe('channels', () => {
  const hook = { kind: 'webhook' as const, config: { url: 'https://hook.example' } };

  test('those on the monitor, those that share a tag, those its policy tells at once; each once', async () => {
    const [tagged, other, first, later] = [
      await world.addChannel({ ...hook, set: { tags: ['web', 'eu'] } }),
      await world.addChannel({ ...hook, set: { tags: ['db'] } }),
      await world.addChannel(hook),
      await world.addChannel(hook),
    ];
    const steps = [
      { after_minutes: 0, channel_ids: [first, tagged] },
      { after_minutes: 5, channel_ids: [later] },
    ];
    await world.db.write('arrange', (tx) =>
      tx.run(sql`insert into escalation_policies (id, account_id, name, steps, created_at)
        values ('esc_1', 'acc_alice', 'On call', ${JSON.stringify(steps)}, 1)`),
    );
    const no = await world.addMonitor('Shop', { tags: ['eu', 'shop'], escalation: 'esc_1' });
    expect(await world.enqueue('down', no)).toBe(3);
    expect((await world.rows()).map(({ channel_id }) => channel_id)).toEqual([world.channelId, tagged, first]);
    expect(other).not.toBe(later);
  });

  test('a tag of another account leads nowhere', async () => {
    await world.addAccount('mallory');
    await world.addChannel({ ...hook, account: 'acc_mallory', set: { tags: ['web'] } });
    expect(await world.enqueue('down', await world.addMonitor('Shop', { tags: ['web'] }))).toBe(1);
  });

  test('a channel hears only of what it chose', async () => {
    const [ups, downs] = [
      await world.addChannel({ ...hook, set: { events: ['up', 'reminder'] } }),
      await world.addChannel({ ...hook, set: { events: ['down', 'ssl_expiring'] } }),
    ];
    const no = await world.addMonitor('Shop', { channels: [ups, downs] });
    await world.enqueue('down', no);
    await world.enqueue('reminder', no);
    await world.enqueue('degraded', no);
    await world.enqueue('up', no);
    expect(await queued()).toEqual([`down ${downs} queued`, `reminder ${ups} queued`]);
  });

  test('the end of unrest counts as unrest', async () => {
    const [calm, all] = [
      await world.addChannel({ ...hook, set: { events: ['down', 'up'] } }),
      await world.addChannel(hook),
    ];
    const no = await world.addMonitor('Shop', { channels: [calm, all] });
    await world.enqueue('degraded', no);
    await world.enqueue('up', no, { toAll: true });
    expect(await queued()).toEqual([`degraded ${all} queued`, `up ${all} queued`]);
  });

  test('a step of a policy tells exactly its channels, whatever they chose', async () => {
    const [one, two] = [await world.addChannel({ ...hook, set: { events: ['up'] } }), await world.addChannel(hook)];
    const no = await world.addMonitor('Shop');
    await world.enqueue('down', no, { channelIds: [one] });
    await world.enqueue('up', no);
    expect(await queued()).toEqual([`down ${one} queued`, `up ${one} queued`]);
    expect(await world.enqueue('down', no, { channelIds: [two], dedupLabel: 'again' })).toBe(1);
  });

  test('an acknowledgement reaches pagers that were told of the failure, and nobody else', async () => {
    const routing = { routing_key: 'a'.repeat(32) };
    const [told, untold] = [
      await world.addChannel({ kind: 'pagerduty', config: routing }),
      await world.addChannel({ kind: 'pagerduty', config: routing }),
    ];
    const no = await world.addMonitor('Shop', { channels: [told, world.channelId] });
    await world.enqueue('down', no);
    const one = { accountId: 'acc_alice', incidentId: `inc_${no}`, now: world.clock.now(), by: 'Alice' };
    expect(await act((tx) => enqueueAcknowledgement(tx, one))).toBe(1);
    expect(await act((tx) => enqueueAcknowledgement(tx, one))).toBe(0);
    const last = (await world.rows()).at(-1);
    expect(last).toMatchObject({ event: 'acknowledged', channel_id: told, state: 'queued' });
    expect(JSON.parse(last?.payload ?? '')).toMatchObject({
      event: 'acknowledged',
      by: 'Alice',
      monitor: { name: 'Shop' },
    });
    expect(untold).not.toBe(told);
  });
});

describe('what is taken back', () => {
  test('a pause keeps the recovery of a failure that has arrived', async () => {
    const [shop, blog] = [await world.addMonitor('Shop'), await world.addMonitor('Blog')];
    for (const no of [shop, blog]) await world.enqueue('down', no);
    await world.db.write('arrange', (tx) =>
      tx.run(sql`update deliveries set state = 'sent' where incident_id = 'inc_1'`),
    );
    for (const no of [shop, blog]) await world.enqueue('up', no);
    for (const no of [shop, blog]) await act((tx) => cancelOfMonitor(tx, no));
    expect((await world.rows()).map(({ event, state }) => `${event} ${state}`)).toEqual([
      'down sent',
      'down cancelled',
      'up queued',
      'up cancelled',
    ]);
  });

  test('what was never tried of an incident, and its recovery finds nobody', async () => {
    const no = await world.addMonitor();
    await world.enqueue('down', no, { notBefore: world.clock.now() + 30_000, heldFor: 'parent' });
    expect(await queued()).toEqual(['down alice@example.com queued parent']);
    expect(await act((tx) => cancelUntried(tx, `inc_${no}`))).toBe(1);
    expect(await act((tx) => cancelUntried(tx, `inc_${no}`))).toBe(0);
    expect(await world.enqueue('up', no)).toBe(0);
    expect(await world.enqueue('down', no, { dedupLabel: 'released' })).toBe(1);
    expect(await world.enqueue('up', no)).toBe(1);
  });

  test('a warning of a deleted monitor, unless another brings the same certificate', async () => {
    const [shop, twin, lone] = [
      await world.addMonitor('Shop'),
      await world.addMonitor('Twin'),
      await world.addMonitor('Lone'),
    ];
    const warning = (no: number, subject: string) => ({
      accountId: 'acc_alice',
      monitorNo: no,
      now: world.clock.now(),
      alert: {
        event: 'ssl_expiring',
        accountName: 'Alice',
        monitor: { id: `mon_${no}`, name: 'x', kind: 'http', target: 'https://shop.example' },
        incident: null,
        expiry: { subject, host: 'shop.example', expiresAt: 9, daysLeft: 7, threshold: 7, note: null },
      } satisfies ExpiryMessage,
    });
    await act(async (tx) => {
      for (const no of [shop, twin]) {
        await tx.run(sql`insert into certificates (monitor_no, host, fingerprint, key_fingerprint, subject, issuer, sans,
            not_before, not_after, first_seen_at, last_seen_at)
          values (${no}, 'shop.example', 'shared', 'k', 's', 'i', '[]', 1, 9, 1, 1)`);
      }
      expect(await insertExpiryAlerts(tx, warning(shop, 'cert:shared'))).toBe(1);
      expect(await insertExpiryAlerts(tx, warning(lone, 'cert:alone'))).toBe(1);
      await cancelWarnings(tx, shop);
      await cancelWarnings(tx, lone);
    });
    expect((await world.rows()).map(({ state }) => state)).toEqual(['queued', 'cancelled']);
    await act(async (tx) => {
      await tx.run(sql`update monitors set deleted_at = 1 where no = ${twin}`);
      await cancelWarnings(tx, shop);
    });
    expect((await world.rows()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  test('another try by hand is refused where the channel is off or not part of the plan', async () => {
    const hooked = await world.addChannel({ kind: 'webhook', config: { url: 'https://hook.example' } });
    await world.enqueue('down', await world.addMonitor('Shop', { channels: [hooked] }));
    const [row] = await world.rows();
    const retry = () => act((tx) => requeueDelivery(tx, 'acc_alice', row?.id ?? '', world.clock.now()));
    await act((tx) => tx.run(sql`update deliveries set state = 'dead', attempts = 31`));
    await act((tx) => tx.run(sql`update channels set enabled = 0 where id = ${hooked}`));
    expect(await retry()).toBe(false);
    await act((tx) => tx.run(sql`update channels set enabled = 1 where id = ${hooked}`));
    await act((tx) => tx.run(sql`update accounts set plan = 'free'`));
    expect(await retry()).toBe(false);
    await act((tx) => tx.run(sql`update accounts set plan = 'pro'`));
    expect(await retry()).toBe(true);
    // Its key stays its own: nothing may be merged into what was tried.
    expect((await world.rows())[0]).toMatchObject({ state: 'queued', attempts: 0, batch_id: row?.id });
  });

  test('a message held by planned work counts from its end', async () => {
    const notBefore = world.clock.now() + HOUR;
    await world.enqueue('down', await world.addMonitor(), { notBefore });
    expect((await world.rows())[0]).toMatchObject({
      held_for: 'maintenance',
      created_at: notBefore,
      next_attempt_at: notBefore,
    });
    expect(notBefore).toBeLessThan(world.clock.now() + DAY);
  });
});
