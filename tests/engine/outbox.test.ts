import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import { readMailAway } from '../../src/alerts/away-queries.ts';
import { listDueLanes } from '../../src/alerts/lane-queries.ts';
import { claimLane } from '../../src/alerts/sending-queries.ts';
import { GIVE_UP_MS, LEASE_MS, PROBE_EVERY_MS } from '../../src/core/backoff.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { cancelOfMonitor } from '../../src/alerts/delivery-queries.ts';
import { enqueueAccountMail, releaseAddress } from '../../src/engine/outbox.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';

const open: { close(): Promise<void> }[] = [];
const sinks: SmtpSink[] = [];

afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
  for (const sink of sinks.splice(0)) await sink.stop();
});

async function sinkOf(options: Parameters<typeof smtpSink>[0] = {}): Promise<SmtpSink> {
  const sink = await smtpSink(options);
  sinks.push(sink);
  return sink;
}

async function worldOf(...args: Parameters<typeof outboxWorld>): Promise<OutboxWorld> {
  const world = await outboxWorld(...args);
  open.push(world);
  return world;
}

const laneOf = (world: OutboxWorld) => `${world.channelId}:alice@example.com`;
const states = async (world: OutboxWorld) => (await world.rows()).map(({ event, state }) => `${event} ${state}`);

describe('what is queued', () => {
  test('one row for each enabled channel of the monitor, the same fact once', async () => {
    const world = await worldOf(null);
    const no = await world.addMonitor();
    expect(await world.enqueue('down', no)).toBe(1);
    expect(await world.enqueue('down', no)).toBe(0);
    expect(await world.enqueue('reminder', no)).toBe(1);
    expect(await world.enqueue('reminder', no)).toBe(1);
    expect(await states(world)).toEqual(['down queued', 'reminder queued', 'reminder queued']);
  });

  test('nobody hears of a recovery who was not to hear of the failure', async () => {
    const world = await worldOf(null);
    const no = await world.addMonitor();
    expect(await world.enqueue('up', no)).toBe(0);
    await world.db.write('arrange', (tx) => tx.run(sql`update channels set enabled = 0`));
    expect(await world.enqueue('down', no)).toBe(0);
    await world.db.write('arrange', (tx) => tx.run(sql`update channels set enabled = 1`));
    expect(await world.enqueue('up', no)).toBe(0);
    expect(await world.enqueue('down', no)).toBe(1);
    expect(await world.enqueue('up', no)).toBe(1);
  });

  test('a recovery reaches a channel that was taken off the monitor during the outage', async () => {
    const world = await worldOf(null);
    const no = await world.addMonitor();
    await world.enqueue('down', no);
    await world.db.write('arrange', (tx) => tx.run(sql`delete from monitor_channels`));
    expect(await world.enqueue('up', no)).toBe(1);
  });

  test('a rolled-back change leaves no message behind', async () => {
    const world = await worldOf(null);
    const gone = world.db.write('arrange', async (tx) => {
      const mail = { event: 'reset' as const, now: 1, userId: 'usr_alice', to: 'alice@example.com', data: {} };
      await enqueueAccountMail(tx, mail);
      throw new Error('changed my mind');
    });
    await expect(gone).rejects.toThrow('changed my mind');
    expect(await world.rows()).toEqual([]);
  });

  test('a newer reset mail replaces the unsent older one, whose link is gone', async () => {
    const world = await worldOf(null);
    for (const link of ['https://s/reset/old-secret', 'https://s/reset/new-secret']) {
      await world.db.write('arrange', (tx) =>
        enqueueAccountMail(tx, {
          event: 'reset',
          now: world.clock.now(),
          userId: 'usr_alice',
          to: 'alice@example.com',
          data: { link },
        }),
      );
    }
    expect(await states(world)).toEqual(['reset cancelled', 'reset queued']);
    const [old, fresh] = await world.rows();
    expect(old?.payload).not.toContain('old-secret');
    expect(fresh?.payload).toContain('new-secret');
  });

  test('deleting or pausing a monitor takes back what has not left, of that monitor only', async () => {
    const world = await worldOf(null);
    const [shop, blog] = [await world.addMonitor('Shop'), await world.addMonitor('Blog')];
    await world.enqueue('down', shop);
    await world.enqueue('down', blog);
    await world.db.write('act', (tx) => cancelOfMonitor(tx, shop));
    expect(await states(world)).toEqual(['down cancelled', 'down queued']);
  });
});

describe('sending', () => {
  test('down and up arrive in order, in one thread, each once', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp);
    const no = await world.addMonitor('Shop');
    await world.enqueue('down', no);
    await world.enqueue('up', no);
    const outbox = world.open();
    await outbox.tick();
    await outbox.tick();
    expect(sink.mails.map(({ subject }) => subject)).toEqual(['Down: Shop', 'Up again: Shop (down for 1m 30s)']);
    const [down, up] = sink.mails;
    expect(down?.inReplyTo).toBe('<inc_1@statusping.test>');
    expect(up?.references).toBe(down?.references);
    const rows = await world.rows();
    expect(rows.map(({ state, attempts, sent_at }) => [state, attempts, sent_at])).toEqual([
      ['sent', 1, world.clock.now()],
      ['sent', 1, world.clock.now()],
    ]);
    expect([down?.messageId, up?.messageId]).toEqual(rows.map(({ id }) => `<${id}@statusping.test>`));
  });

  test('a recovery waits while its failure is tried again, other monitors do not', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp);
    const [shop, blog] = [await world.addMonitor('Shop'), await world.addMonitor('Blog')];
    sink.behave('defer');
    const outbox = world.open();
    await world.enqueue('down', shop);
    await outbox.tick();
    await world.enqueue('up', shop);
    sink.behave('accept');
    await world.enqueue('down', blog);
    await outbox.tick();
    expect(sink.mails.map(({ subject }) => subject)).toEqual(['Down: Blog']);
    world.clock.advance(15 * SECOND);
    await outbox.tick();
    world.clock.advance(20 * SECOND);
    await outbox.tick();
    expect(sink.mails.map(({ subject }) => subject?.replace(/ \(.*/, ''))).toEqual([
      'Down: Blog',
      'Down: Shop',
      'Up again: Shop',
    ]);
  });

  test.each([
    ['450 for the address', 'defer', '450 4.2.1 mailbox busy, try again later'],
    ['a dropped conversation after the message', 'drop', 'The mail server was handed the message and hung up.'],
  ] as const)('%s is tried again with growing waits', async (_name, behaviour, reason) => {
    const sink = await sinkOf({ behaviour });
    const world = await worldOf(sink.smtp);
    await world.enqueue('down', await world.addMonitor());
    const outbox = world.open();
    await outbox.tick();
    const [first] = await world.rows();
    expect(first).toMatchObject({ state: 'failed', attempts: 1, last_error: reason });
    const wait = (first?.next_attempt_at ?? 0) - world.clock.now();
    expect(wait).toBeGreaterThanOrEqual(8 * SECOND);
    expect(wait).toBeLessThanOrEqual(12 * SECOND);
    world.clock.advance(7 * SECOND);
    await outbox.tick();
    expect((await world.rows())[0]?.attempts).toBe(1);
    world.clock.advance(5 * SECOND);
    await outbox.tick();
    const [second] = await world.rows();
    expect(second?.attempts).toBe(2);
    expect((second?.next_attempt_at ?? 0) - world.clock.now()).toBeGreaterThanOrEqual(24 * SECOND);
    sink.behave('accept');
    world.clock.advance(MINUTE);
    await outbox.tick();
    expect((await world.rows())[0]).toMatchObject({ state: 'sent', attempts: 3, last_error: null });
  });

  test('after a day of refusals it is a dead letter with the last answer', async () => {
    const sink = await sinkOf({ behaviour: 'defer' });
    const world = await worldOf(sink.smtp);
    await world.enqueue('down', await world.addMonitor());
    const outbox = world.open();
    const start = world.clock.now();
    for (let tries = 0; tries < 100 && (await world.rows())[0]?.state !== 'dead'; tries += 1) {
      await outbox.tick();
      const next = (await world.rows())[0]?.next_attempt_at ?? world.clock.now();
      world.clock.advance(next - world.clock.now());
    }
    const [row] = await world.rows();
    expect(row).toMatchObject({ state: 'dead', last_error: '450 4.2.1 mailbox busy, try again later' });
    const hours = (world.clock.now() - start) / HOUR;
    expect(hours).toBeGreaterThan(18);
    expect(hours).toBeLessThan(29);
  });

  test.each([
    ['refuse', '550 5.1.1 no such mailbox here'],
    ['reject', '554 5.7.1 message not wanted'],
  ] as const)('%s: final at once, shown on message and channel, others go on', async (behaviour, answer) => {
    const sink = await sinkOf({ behaviour });
    const world = await worldOf(sink.smtp);
    await world.enqueue('down', await world.addMonitor());
    const outbox = world.open();
    await outbox.tick();
    expect((await world.rows())[0]).toMatchObject({
      state: 'dead',
      attempts: 1,
      last_error: answer,
      next_attempt_at: null,
    });
    const channel = sql`select last_error from channels where id = ${world.channelId}`;
    expect(await world.db.read.all(channel)).toEqual([{ last_error: answer }]);
    sink.behave('accept');
    await world.enqueue('down', await world.addMonitor());
    await outbox.tick();
    expect(await world.db.read.all(channel)).toEqual([{ last_error: null }]);
  });

  test('a message that comes long after the event says so', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp);
    await world.enqueue('down', await world.addMonitor());
    world.clock.advance(20 * MINUTE);
    await world.open().tick();
    expect(sink.mails[0]?.text).toMatch(/This message is late: .* 20m ago/);
    expect(sink.mails[0]?.html).toContain('This message is late');
  });

  test('a mail about a log-in needs no verified address, and its link leaves the database with it', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp, { verified: false });
    const link = 'https://status.example.com/verify/planted-token-1';
    const mail = { event: 'verify' as const, userId: 'usr_alice', to: 'alice@example.com', data: { link } };
    await world.db.write('act', (tx) => enqueueAccountMail(tx, { ...mail, now: world.clock.now() }));
    await world.open().tick();
    expect(sink.mails[0]?.text).toContain(link);
    expect(sink.mails[0]?.html).toContain(`href="${link}"`);
    expect((await world.rows())[0]).toMatchObject({ state: 'sent', payload: '{}' });
    expect(world.logged.join('')).not.toContain('planted-token-1');
  });

  test('a link that ran out is not sent any more', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp);
    const now = world.clock.now();
    const data = { link: 'https://status.example.com/reset/x', expiresAt: now + HOUR };
    const mail = { event: 'reset' as const, now, userId: 'usr_alice', to: 'alice@example.com', data };
    await world.db.write('act', (tx) => enqueueAccountMail(tx, mail));
    world.clock.advance(HOUR);
    await world.open().tick();
    expect(sink.mails).toEqual([]);
    expect((await world.rows())[0]).toMatchObject({ state: 'cancelled', payload: '{}' });
  });
});

describe('an address that is not verified', () => {
  test('its alerts wait; verification lets them go in order', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp, { verified: false });
    const no = await world.addMonitor();
    await world.enqueue('down', no);
    await world.enqueue('up', no);
    const outbox = world.open();
    await outbox.tick();
    world.clock.advance(2 * HOUR);
    await outbox.tick();
    expect(sink.connections()).toBe(0);
    expect(await states(world)).toEqual(['down queued', 'up queued']);
    await world.db.write('act', async (tx) => {
      await tx.run(sql`update users set email_verified_at = ${world.clock.now()}`);
      await releaseAddress(tx, 'alice@example.com', world.clock.now());
    });
    await outbox.tick();
    expect(sink.mails.map(({ subject }) => subject?.split(':')[0])).toEqual(['Down', 'Up again']);
  });

  test('verifying an address of another account lets nothing go', async () => {
    const world = await worldOf(null, { verified: false });
    await world.enqueue('down', await world.addMonitor());
    await world.db.write('act', async (tx) => {
      await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
        values ('usr_mallory', 'm@example.net', 'm@example.net', 'x', 1, 1)`);
      await tx.run(sql`update channels set config = '{"to":["m@example.net"]}'`);
      await tx.run(sql`update deliveries set recipient = 'm@example.net'`);
      await releaseAddress(tx, 'm@example.net', world.clock.now());
    });
    expect((await world.rows())[0]?.next_attempt_at).toBeNull();
  });

  test('what was over a day before the verification is a dead letter, what still lasts is told', async () => {
    const world = await worldOf(null, { verified: false });
    const [over, lasting] = [await world.addMonitor('Over'), await world.addMonitor('Lasting')];
    await world.enqueue('down', over);
    await world.enqueue('down', lasting);
    await world.db.write('arrange', (tx) =>
      tx.run(sql`update incidents set resolved_at = ${world.clock.now() + 1} where id = ${`inc_${over}`}`),
    );
    world.clock.advance(GIVE_UP_MS + MINUTE);
    await world.db.write('act', (tx) => releaseAddress(tx, 'alice@example.com', world.clock.now()));
    expect((await world.rows()).map(({ state, next_attempt_at }) => [state, next_attempt_at])).toEqual([
      ['dead', null],
      ['queued', world.clock.now()],
    ]);
  });
});

describe('a mail server that is away', () => {
  test('one knock in ten seconds whatever waits, no try is counted, all goes out on its return', async () => {
    const sink = await sinkOf({ behaviour: 'busy' });
    const world = await worldOf(sink.smtp);
    for (let i = 0; i < 30; i += 1) await world.enqueue('down', await world.addMonitor(`Shop ${i}`));
    const outbox = world.open();
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await outbox.tick();
      world.clock.advance(SECOND);
    }
    expect(sink.connections()).toBe(60_000 / PROBE_EVERY_MS);
    const rows = await world.rows();
    expect(rows.every(({ state, attempts }) => state === 'queued' && attempts === 0)).toBe(true);
    const away = await readMailAway(world.db.read);
    expect(away?.error).toContain('421');
    expect(outbox.health().awaySince).toBe(away?.since);

    sink.behave('accept');
    world.clock.advance(PROBE_EVERY_MS);
    await outbox.tick();
    expect(sink.mails.map(({ subject }) => subject)).toEqual([
      '30 monitors are down: Shop 0, Shop 1, Shop 2 and 27 more',
    ]);
    for (let i = 0; i < 30; i += 1) expect(sink.mails[0]?.text).toContain(`Shop ${i}`);
    expect(await readMailAway(world.db.read)).toBeNull();
    expect(outbox.health().awaySince).toBeNull();
  });

  test('nothing listens, then a server comes up on that port', async () => {
    const first = await smtpSink();
    await first.stop();
    const world = await worldOf(first.smtp);
    await world.enqueue('down', await world.addMonitor());
    const outbox = world.open();
    await outbox.tick();
    const [row] = await world.rows();
    expect(row).toMatchObject({
      state: 'queued',
      last_error: 'The mail server cannot be reached: it refuses the connection.',
    });
    world.clock.advance(HOUR);
    await outbox.tick();
    const second = await sinkOf({ port: first.port });
    world.clock.advance(PROBE_EVERY_MS);
    await outbox.tick();
    expect(second.mails).toHaveLength(1);
  });

  test('away for a day: given up where people see it, links removed', async () => {
    const world = await worldOf(null);
    await world.enqueue('down', await world.addMonitor());
    const data = { link: 'https://status.example.com/verify/planted-token-2' };
    const mail = {
      event: 'verify' as const,
      now: world.clock.now(),
      userId: 'usr_alice',
      to: 'alice@example.com',
      data,
    };
    await world.db.write('act', (tx) => enqueueAccountMail(tx, mail));
    const outbox = world.open();
    await outbox.tick();
    world.clock.advance(GIVE_UP_MS - MINUTE);
    await outbox.tick();
    expect(await states(world)).toEqual(['down queued', 'verify queued']);
    world.clock.advance(2 * MINUTE);
    await outbox.tick();
    expect(await states(world)).toEqual(['down dead', 'verify dead']);
    expect(JSON.stringify(await world.rows())).not.toContain('planted-token-2');
  });

  test('a refused log-in counts as away, and the password is nowhere', async () => {
    const sink = await sinkOf({ auth: { user: 'alerts', pass: 'right' } });
    const world = await worldOf({ ...sink.smtp, password: 'planted-secret-3' });
    await world.enqueue('down', await world.addMonitor());
    const outbox = world.open();
    await outbox.tick();
    expect((await world.rows())[0]).toMatchObject({
      state: 'queued',
      attempts: 0,
      last_error: 'The mail server refused our log-in (535).',
    });
    const everything = world.logged.join('') + JSON.stringify([await world.rows(), await readMailAway(world.db.read)]);
    expect(everything).not.toContain('planted-secret-3');
    expect(everything).not.toContain(Buffer.from('planted-secret-3').toString('base64'));
  });
});

describe('a process that dies', () => {
  test('between claim and send: another sends it once the lease ran out, not before', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp);
    await world.enqueue('down', await world.addMonitor());
    const now = world.clock.now();
    await world.db.write('the dead one', (tx) =>
      claimLane(tx, laneOf(world), { now, leaseUntil: now + LEASE_MS, oneByOne: 3, merges: true }),
    );
    const outbox = world.open();
    world.clock.advance(LEASE_MS - 1);
    await outbox.tick();
    expect(sink.mails).toEqual([]);
    world.clock.advance(1);
    await outbox.tick();
    expect(sink.mails).toHaveLength(1);
  });

  test('between send and mark: the second copy carries the same Message-ID', async () => {
    const sink = await sinkOf();
    const world = await worldOf(sink.smtp);
    await world.enqueue('down', await world.addMonitor());
    const dying = world.open();
    const write: typeof world.db.write = (name, change) => world.db.write(name, change);
    world.deps.db = {
      ...world.db,
      write: (name, change) =>
        name === 'outbox: record a try' ? Promise.reject(new Error('killed')) : write(name, change),
    };
    dying.wake();
    await sink.waitFor(1);
    await dying.stop();
    world.deps.db = world.db;
    expect(await states(world)).toEqual(['down sending']);
    world.clock.advance(LEASE_MS);
    await world.open().tick();
    expect(sink.mails).toHaveLength(2);
    expect(sink.mails[1]?.messageId).toBe(sink.mails[0]?.messageId);
    expect((await world.rows())[0]).toMatchObject({ state: 'sent', attempts: 2 });
  });

  test('a sender that comes back after its lease was taken changes nothing', async () => {
    const world = await worldOf(null);
    await world.enqueue('down', await world.addMonitor());
    const { finishDelivery } = await import('../../src/alerts/sending-queries.ts');
    const now = world.clock.now();
    const slow = await world.db.write('slow', (tx) =>
      claimLane(tx, laneOf(world), { now, leaseUntil: now + LEASE_MS, oneByOne: 1, merges: true }),
    );
    const later = now + LEASE_MS;
    const quick = await world.db.write('quick', (tx) =>
      claimLane(tx, laneOf(world), { now: later, leaseUntil: later + LEASE_MS, oneByOne: 1, merges: true }),
    );
    if (!slow || !quick) throw new Error('nothing was claimed');
    await world.db.write('slow ends', async (tx) => {
      expect(await finishDelivery(tx, slow, { state: 'dead', error: 'too late' })).toBe(false);
      expect(await finishDelivery(tx, quick, { state: 'sent', at: later })).toBe(true);
    });
    expect(await states(world)).toEqual(['down sent']);
    const search = { now: later + HOUR, mail: true, followers: false, busy: [], after: '', limit: 10 };
    expect(await listDueLanes(world.db.read, search)).toEqual({ lanes: [], last: null });
  });
});
