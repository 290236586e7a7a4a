import type { ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newWebhookSecret } from '../../src/channels/webhook.ts';
import { GIVE_UP_MS } from '../../src/core/backoff.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { type HookServer, hookServer, type Manner, says } from '../support/hook-server.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';

// Receivers that misbehave, on real sockets.

let world: OutboxWorld;
let server: HookServer;
let sink: SmtpSink;
const others: TestServer[] = [];

beforeEach(async () => {
  server = await hookServer();
  sink = await smtpSink();
  world = await outboxWorld(sink.smtp);
});
afterEach(async () => {
  await world.close();
  for (const other of others.splice(0)) await other.close();
  await server.close();
  await sink.stop();
});

function addHook(path = '', more: { account?: string; url?: string } = {}): Promise<string> {
  const { url = server.url, ...whose } = more;
  const config = { url: `${url}/${path}`, secret: newWebhookSecret(), timeout_seconds: 1 };
  return world.addChannel({ kind: 'webhook', config, name: 'Hook', ...whose });
}

async function fail(channel: string, name = 'Shop'): Promise<number> {
  const no = await world.addMonitor(name, { channels: [channel] });
  await world.enqueue('down', no);
  return no;
}

const channelRow = (id: string) =>
  world.db.read.get<{ enabled: number; last_error: string | null; disabled_reason: string | null; config: string }>(
    sql`select enabled, last_error, disabled_reason, config from channels where id = ${id}`,
  );

const SECRET = 'planted-secret-of-a-header';

/** More than anybody reads; the receiver of it hangs up long before the end. */
const gigabyte: Manner = (response) => {
  response.writeHead(200);
  const chunk = Buffer.alloc(1 << 20, 'x');
  let left = 1_024;
  const pour = (): void => {
    while (left > 0 && response.write(chunk)) left -= 1;
    if (left === 0) response.end();
  };
  response.on('drain', pour).on('error', () => undefined);
  pour();
};

describe('an answer that is no success', () => {
  test.each<[string, Manner, string]>([
    ['500', says(500, {}, 'broken'), '500 Internal Server Error: broken'],
    ['a redirect', says(302, { location: 'http://127.0.0.1/' }), 'Redirects are not followed: 302 Found'],
    ['no answer', () => undefined, ''],
    ['a closed connection', (response) => response.destroy(), ''],
  ])('%s is tried again under the same key until it is taken', async (_name, manner, words) => {
    const channel = await addHook();
    server.behave(manner);
    await fail(channel);
    const outbox = world.open();
    await outbox.tick();
    const [first] = await world.rows();
    expect(first).toMatchObject({ state: 'failed', attempts: 1, sent_at: null });
    expect(first?.answer).toBe(first?.last_error);
    if (words) expect(first?.answer).toBe(words);
    expect((first?.next_attempt_at ?? 0) - world.clock.now()).toBeLessThanOrEqual(12 * SECOND);
    expect((await channelRow(channel))?.enabled).toBe(1);
    server.behave(says(202, {}, 'thanks'));
    world.clock.advance(12 * SECOND);
    await outbox.tick();
    expect((await world.rows())[0]).toMatchObject({
      state: 'sent',
      attempts: 2,
      last_error: null,
      answer: '202 Accepted: thanks',
    });
    expect(new Set(server.received.map(({ key }) => key))).toEqual(new Set([first?.id]));
  });

  test('a gigabyte is not read, and counts as taken', async () => {
    server.behave(gigabyte);
    await fail(await addHook());
    const before = process.memoryUsage().rss;
    await world.open().tick();
    const [row] = await world.rows();
    expect(row?.state).toBe('sent');
    expect(row?.answer?.length).toBeLessThan(600);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('Retry-After holds back everything for that receiver, and nobody else', async () => {
    const [channel, other] = [await addHook('a'), await addHook('b')];
    server.behave(says(429, { 'retry-after': '300' }));
    await fail(channel);
    const outbox = world.open();
    await outbox.tick();
    server.behave(says(200));
    await fail(channel, 'Second');
    await fail(other, 'Third');
    await outbox.tick();
    expect(server.received.map(({ body }) => body['monitor'])).toEqual(['Shop', 'Third']);
    world.clock.advance(299 * SECOND);
    await outbox.tick();
    expect(server.received).toHaveLength(2);
    world.clock.advance(SECOND);
    await outbox.tick();
    expect(
      server.received
        .slice(2)
        .map(({ body }) => String(body['monitor']))
        .toSorted(),
    ).toEqual(['Second', 'Shop']);
  });

  test('an answer that repeats a secret is kept without it', async () => {
    const config = { url: server.url, secret: newWebhookSecret(), headers: { Authorization: SECRET } };
    const channel = await world.addChannel({ kind: 'webhook', config });
    server.behave(says(500, {}, `you sent ${SECRET}`));
    await fail(channel);
    await world.open().tick();
    const [row] = await world.rows();
    expect(row?.answer).toContain('you sent ********');
    expect(JSON.stringify(await world.rows()) + world.logged.join('')).not.toContain(SECRET);
  });

  test('a day of them makes a dead letter and leaves the channel on; its owner reads why', async () => {
    const channel = await addHook();
    server.behave(says(503));
    await fail(channel);
    const outbox = world.open();
    for (let minutes = 0; minutes < 30 * 60; minutes += 10) {
      await outbox.tick();
      world.clock.advance(10 * MINUTE);
    }
    expect((await world.rows()).map(({ event, state, last_error: error }) => [event, state, error])).toEqual([
      ['down', 'dead', '503 Service Unavailable'],
    ]);
    expect(await channelRow(channel)).toMatchObject({ enabled: 1, last_error: '503 Service Unavailable' });
  });
});

describe('a message on its way', () => {
  test.each([
    ['its channel is switched off', sql`update channels set enabled = 0`, ['cancelled', 'cancelled']],
    [
      'its monitor is paused',
      sql`update incidents set resolved_at = 1, resolved_cause = 'paused'`,
      ['cancelled', 'failed'],
    ],
  ] as const)('is not tried again when %s meanwhile, but for a recovery', async (_name, meanwhile, states) => {
    const [first, second] = [await addHook('a'), await addHook('b')];
    await fail(first);
    const no = await fail(second, 'Back');
    await world.db.write('arrange', (tx) =>
      tx.run(sql`update deliveries set state = 'sent' where channel_id = ${second}`),
    );
    await world.enqueue('up', no);
    const waiting: ServerResponse[] = [];
    server.behave((response) => waiting.push(response));
    const outbox = world.open();
    outbox.wake();
    await server.waitFor(2);
    await world.db.write('act', (tx) => tx.run(meanwhile));
    for (const response of waiting) response.writeHead(500).end();
    await outbox.stop();
    const tried = (await world.rows()).filter(({ attempts }) => attempts > 0);
    expect(tried.map(({ state }) => state)).toEqual(states);
  });
});

describe('a receiver that hangs', () => {
  test('holds one slot of its own lane: others of its account and of others are told meanwhile', async () => {
    const stuck = await serveHttp(() => undefined);
    others.push(stuck);
    const [hanging, well] = [await addHook('', { url: stuck.url }), await addHook('well')];
    for (let i = 0; i < 3; i += 1) await fail(hanging, `Stuck ${i}`);
    await fail(well, 'Well');
    const outbox = world.open();
    outbox.wake();
    await server.waitFor(1);
    expect(stuck.connections()).toBe(1);
    await outbox.stop();
    expect((await world.rows()).filter(({ attempts }) => attempts > 0)).toHaveLength(2);
  });

  test('an account with many of them has eight slots, another account has its own', async () => {
    await world.addAccount('carol');
    const stuck = await serveHttp(() => undefined);
    others.push(stuck);
    for (let i = 0; i < 20; i += 1) await fail(await addHook(`${i}`, { url: stuck.url }), `Stuck ${i}`);
    const hers = await addHook('hers', { account: 'acc_carol' });
    await world.enqueue('down', await world.addMonitor('Hers', { account: 'acc_carol', channels: [hers] }));
    const outbox = world.open();
    outbox.wake();
    await server.waitFor(1);
    await outbox.stop();
    expect(stuck.connections()).toBe(8);
    expect(server.received[0]?.body['monitor']).toBe('Hers');
  });
});

describe('a receiver that is gone', () => {
  test('its channel is off with the reason, what waited is a dead letter, and keepers of the account have a mail', async () => {
    await world.db.write('arrange', async (tx) => {
      for (const [name, role, verified] of [
        ['bob', 'admin', 1],
        ['carol', 'member', 1],
        ['dave', 'admin', null],
      ] as const) {
        await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
          values (${`usr_${name}`}, ${`${name}@example.com`}, ${`${name}@example.com`}, 'x', ${verified}, 1)`);
        await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
          values ('acc_alice', ${`usr_${name}`}, ${role}, 1)`);
      }
    });
    const channel = await addHook();
    server.behave(says(410, {}, 'no such hook'));
    const no = await fail(channel);
    await world.enqueue('up', no);
    const told: string[] = [];
    world.deps.live.subscribe('acc_alice', ({ type }) => told.push(type));
    await world.open().tick();
    expect(server.received).toHaveLength(1);
    const alerts = (await world.rows()).filter(({ channel_id: id }) => id === channel);
    expect(alerts.map(({ event, state, last_error: error }) => [event, state, error])).toEqual([
      ['down', 'dead', '410 Gone: no such hook'],
      ['up', 'dead', '410 Gone: no such hook'],
    ]);
    expect(await channelRow(channel)).toMatchObject({ enabled: 0, disabled_reason: '410 Gone: no such hook' });
    expect(sink.mails.map(({ envelopeTo }) => envelopeTo[0] ?? '').toSorted()).toEqual([
      'alice@example.com',
      'bob@example.com',
    ]);
    expect(sink.mails[0]?.subject).toBe('Alert channel switched off: Hook');
    expect(sink.mails[0]?.text).toContain('no such hook');
    expect(sink.mails[0]?.text).toContain(`https://status.example.com/channels/${channel}`);
    expect(told).toContain('settings');
  });

  test('two channels that go at once are two mails', async () => {
    const [one, two] = [await addHook('one'), await addHook('two')];
    server.behave(says(404));
    await fail(one);
    await fail(two);
    await world.open().tick();
    expect(sink.mails).toHaveLength(2);
    expect(sink.mails[0]?.text).not.toBe(sink.mails[1]?.text);
  });
});

describe('a receiver that moved', () => {
  /** A channel that writes to group -5 through a bot whose server answers so; `asked` are the groups written to. */
  async function telegram(answer: (chatId: string) => [number, object]): Promise<{ asked: string[]; channel: string }> {
    const asked: string[] = [];
    const bot = await serveHttp((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { chat_id: id } = JSON.parse(Buffer.concat(chunks).toString()) as { chat_id: string };
        asked.push(id);
        const [status, body] = answer(id);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    others.push(bot);
    Object.assign(world.deps.config, { telegram: { botToken: '', apiUrl: bot.url } });
    const config = { token: '1:abc', chat_id: '-5', api_url: bot.url };
    return { asked, channel: await world.addChannel({ kind: 'telegram', config }) };
  }
  const moved = (to: number): [number, object] => [
    400,
    { ok: false, error_code: 400, description: 'group chat was upgraded', parameters: { migrate_to_chat_id: to } },
  ];

  test('is followed at once, and its new place is kept', async () => {
    const { asked, channel } = await telegram((id) =>
      id === '-5' ? moved(-1005) : [200, { ok: true, result: { message_id: 1 } }],
    );
    await fail(channel);
    await world.open().tick();
    expect(asked).toEqual(['-5', '-1005']);
    expect((await world.rows())[0]).toMatchObject({ state: 'sent', attempts: 1 });
    expect(JSON.parse((await channelRow(channel))?.config ?? '')).toMatchObject({ chat_id: '-1005', token: '1:abc' });
    const [entry] = await world.db.read.all<{ changes: string }>(
      sql`select changes from audit_log where action = 'channel.moved' and subject = ${channel} and user_id is null`,
    );
    expect(JSON.parse(entry?.changes ?? '')).toEqual({ chat_id: ['-5', '-1005'] });
  });

  test('once in a try: two places that point at each other do not end in a circle', async () => {
    const { asked, channel } = await telegram((id) => moved(id === '-5' ? -6 : -5));
    await fail(channel);
    await world.open().tick();
    expect(asked).toEqual(['-5', '-6']);
    expect((await world.rows())[0]).toMatchObject({ state: 'failed', attempts: 1 });
  });
});

describe('a mail server of a channel’s own', () => {
  async function addOwn(at: SmtpSink, to = ['ops@example.net']): Promise<string> {
    const { host, port } = at.smtp;
    const config = {
      to,
      smtp_server: host,
      smtp_port: port,
      from_email: 'a@example.net',
      username: '',
      password: '',
      use_tls: false,
    };
    return world.addChannel({ kind: 'email', config });
  }

  test('that is away stops nothing else, is knocked at less and less often, and loses nothing', async () => {
    const own = await smtpSink({ behaviour: 'busy' });
    try {
      const channel = await addOwn(own, ['ops@example.net', 'dev@example.net']);
      const no = await world.addMonitor('Shop', { channels: [channel, world.channelId] });
      await world.enqueue('down', no);
      const outbox = world.open();
      const knocks: number[] = [];
      for (let seconds = 0; seconds < 3_600; seconds += 10) {
        const before = own.connections();
        await outbox.tick();
        if (own.connections() > before) knocks.push(seconds);
        world.clock.advance(10 * SECOND);
      }
      expect(sink.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['alice@example.com']]);
      expect(outbox.health().awaySince).toBeNull();
      const gaps = knocks.slice(1).map((at, i) => at - (knocks[i] ?? 0));
      expect(gaps.slice(0, 6)).toEqual([10, 20, 40, 80, 160, 300]);
      expect(gaps.slice(6).every((gap) => gap === 300)).toBe(true);
      expect(own.connections()).toBe(knocks.length);
      expect((await channelRow(channel))?.last_error).toContain('421');
      const rows = (await world.rows()).filter(({ channel_id: id }) => id === channel);
      expect(rows.map(({ state, attempts }) => [state, attempts])).toEqual([
        ['queued', 0],
        ['queued', 0],
      ]);
      own.behave('accept');
      world.clock.advance(5 * MINUTE);
      await outbox.tick();
      expect(own.mails.map(({ envelopeTo }) => envelopeTo[0] ?? '').toSorted()).toEqual([
        'dev@example.net',
        'ops@example.net',
      ]);
      expect((await channelRow(channel))?.last_error).toBeNull();
    } finally {
      await own.stop();
    }
  });

  test('that is away for a day: given up where people see it, and only what it was to send', async () => {
    const own = await smtpSink({ behaviour: 'busy' });
    try {
      const channel = await addOwn(own);
      await fail(channel);
      const outbox = world.open();
      await outbox.tick();
      world.clock.advance(GIVE_UP_MS + HOUR);
      await fail(world.channelId, 'Other');
      await outbox.tick();
      expect((await world.rows()).map(({ state, last_error: error }) => [state, error])).toEqual([
        ['dead', 'The mail server could not be reached for 24 hours.'],
        ['sent', null],
      ]);
    } finally {
      await own.stop();
    }
  });
});

describe('mail of the installation', () => {
  test('a server that takes the message and never answers: tried again under the same key, others go on', async () => {
    sink.behave((to) => (to === 'alice@example.com' ? 'hang' : 'accept'));
    const carol = await world.addAccount('carol');
    const hers = await world.addChannel({ kind: 'email', config: { to: ['carol@example.com'] }, account: carol });
    await fail(world.channelId);
    await world.enqueue('down', await world.addMonitor('Hers', { account: carol, channels: [hers] }));
    const outbox = world.open();
    await outbox.tick();
    const [row] = await world.rows();
    expect(row).toMatchObject({ state: 'failed', attempts: 1 });
    sink.behave('accept');
    world.clock.advance(12 * SECOND);
    await outbox.tick();
    expect((await world.rows()).map(({ state }) => state)).toEqual(['sent', 'sent']);
    const keys = sink.mails
      .filter(({ envelopeTo }) => envelopeTo[0] === 'alice@example.com')
      .map((mail) => mail.messageId);
    expect(keys).toEqual([`<${row?.id}@statusping.test>`, `<${row?.id}@statusping.test>`]);
  });

  test('an account with hundreds of receivers does not keep another one waiting', async () => {
    const carol = await world.addAccount('carol');
    const hers = await world.addChannel({ kind: 'email', config: { to: ['carol@example.com'] }, account: carol });
    await fail(world.channelId);
    await world.db.write('arrange', (tx) =>
      tx.run(sql`
        insert into deliveries (id, account_id, channel_id, recipient, lane, incident_id, event, dedup_key, order_key,
          payload, state, attempts, next_attempt_at, created_at)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 1200)
        select 'dlv_' || i, account_id, channel_id, 'p' || i || '@example.com', channel_id || ':p' || i, incident_id, event,
          'k' || i, 'o' || i, payload, 'queued', 0, next_attempt_at, created_at from deliveries, n`),
    );
    world.clock.advance(SECOND);
    await world.enqueue('down', await world.addMonitor('Hers', { account: carol, channels: [hers] }));
    const outbox = world.open();
    outbox.wake();
    await sink.waitFor(({ envelopeTo }) => envelopeTo[0] === 'carol@example.com');
    const before = sink.mails.findIndex(({ envelopeTo }) => envelopeTo[0] === 'carol@example.com');
    await outbox.stop();
    expect(before).toBeLessThan(8);
  });

  test('away for ten minutes with hundreds waiting: one knock in ten seconds, all of it soon after', async () => {
    sink.behave('busy');
    const to = Array.from({ length: 20 }, (_, i) => `person${i}@example.com`);
    await world.db.write('arrange', async (tx) => {
      for (const address of to) {
        await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
          values (${address}, ${address}, ${address}, 'x', 1, 1)`);
        await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
          values ('acc_alice', ${address}, 'viewer', 1)`);
      }
    });
    const list = await world.addChannel({ kind: 'email', config: { to } });
    const outbox = world.open();
    for (let i = 0; i < 60; i += 1) {
      if (i < 20) await world.enqueue('down', await world.addMonitor(`Shop ${i}`, { channels: [list] }));
      await outbox.tick();
      world.clock.advance(10 * SECOND);
    }
    expect(sink.connections()).toBe(60);
    const waiting = await world.rows();
    expect(waiting).toHaveLength(400);
    expect(waiting.every(({ state, attempts }) => state === 'queued' && attempts === 0)).toBe(true);
    sink.behave('accept');
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await outbox.tick();
      world.clock.advance(MINUTE);
    }
    expect((await world.rows()).every(({ state }) => state === 'sent')).toBe(true);
    for (const address of to) {
      const texts = sink.mails.filter(({ envelopeTo }) => envelopeTo[0] === address).map(({ text }) => text);
      for (let i = 0; i < 20; i += 1) expect(texts.join(' ')).toContain(`Shop ${i}`);
    }
  });
});
