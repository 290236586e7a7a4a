import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertChannel } from '../../src/alerts/queries.ts';
import { newWebhookSecret, webhookConfig } from '../../src/channels/webhook.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { recordExpiry } from '../../src/engine/expiry.ts';
import { createOutbox } from '../../src/engine/outbox.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { closedPort, serveHttp, type TestServer } from '../support/servers.ts';

interface Received {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Body {
  id: string;
  event: string;
  [key: string]: unknown;
}

type Answer = (response: ServerResponse) => void;

/** A receiver that keeps what it gets and answers as it is told, 200 at first. */
async function receiver(answer: Answer = (response) => response.end('thanks')) {
  const received: Received[] = [];
  let waiting: (() => void) | null = null;
  let answering = answer;
  const server = await serveHttp((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      received.push({ method: request.method ?? '', headers: request.headers, body });
      waiting?.();
      answering(response);
    });
  });
  servers.push(server);
  return {
    url: `${server.url}/hook`,
    received,
    bodies: () => received.map(({ body }) => JSON.parse(body) as Body),
    behave: (next: Answer) => {
      answering = next;
    },
    /** The next request has come. */
    next: () =>
      new Promise<void>((resolve) => {
        waiting = resolve;
      }),
  };
}

const says =
  (status: number, text = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(text);

let w: EngineWorld;
let outbox: ReturnType<typeof createOutbox>;
let servers: TestServer[];
const SECRET = newWebhookSecret();

beforeEach(async () => {
  servers = [];
  w = await engineWorld();
  const smtp = {
    host: '127.0.0.1',
    port: await closedPort(),
    username: '',
    password: '',
    from: 'a@b.test',
    tls: false,
  };
  Object.assign(w.deps.config, { smtp, baseUrl: 'https://status.example.com', secretKey: 'k'.repeat(32) });
  outbox = createOutbox(w.deps);
  await w.db.write('arrange', (tx) => tx.run(sql`delete from channels`));
});

afterEach(async () => {
  for (const server of servers) await server.close();
  await outbox.stop();
  await w.close();
});

async function hook(url: string, more: Record<string, unknown> = {}): Promise<string> {
  const config = webhookConfig.parse({ url, secret: SECRET, ...more });
  const channel = { accountId: 'acc_alice', kind: 'webhook', name: 'Hook', config, isDefault: true } as const;
  return w.db.write('arrange', (tx) => insertChannel(tx, { ...channel, now: w.clock.now() }));
}

/** A monitor that tells this channel; engineWorld wires its own one, which is gone. */
async function monitorOn(channelId: string): Promise<number> {
  await w.db.write('arrange', (tx) =>
    tx.run(sql`insert into channels (id, account_id, kind, name, config, enabled, created_at)
      values ('chn_alice', 'acc_alice', 'email', 'Alice', '{"to":["alice@example.com"]}', 0, 0) on conflict do nothing`),
  );
  const no = await w.addMonitor();
  await w.db.write('arrange', (tx) =>
    tx.run(sql`update monitor_channels set channel_id = ${channelId} where monitor_no = ${no}`),
  );
  return no;
}

async function fail(no: number): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await w.seen(no, DOWN);
    w.clock.advance(MINUTE);
  }
}

interface Row {
  id: string;
  event: string;
  state: string;
  attempts: number;
  last_error: string | null;
  next_attempt_at: number | null;
}

const rows = () => w.db.read.all<Row>(sql`select * from deliveries order by rowid`);
const channel = (id: string) =>
  w.db.read.get<{ enabled: number; last_error: string | null }>(
    sql`select enabled, last_error from channels where id = ${id}`,
  );

/** Moves the clock to the next try of the only delivery and sends. */
async function nextTry(): Promise<number> {
  const at = (await rows())[0]?.next_attempt_at;
  if (!at) throw new Error('nothing is to be tried again');
  const waited = at - w.clock.now();
  w.clock.advance(waited);
  await outbox.tick();
  return waited;
}

test('a target that goes down and up is told with exactly one down and one up', async () => {
  const there = await receiver();
  const shop = await monitorOn(await hook(there.url));
  const startedAt = w.clock.now();
  await fail(shop);
  await w.seen(shop, DOWN);
  w.clock.advance(MINUTE);
  await outbox.tick();
  const upAt = w.clock.now();
  await w.seen(shop, UP);
  w.clock.advance(MINUTE);
  await w.seen(shop, UP);
  await outbox.tick();
  await outbox.tick();
  const [incident] = await w.incidents();
  const [down, up] = there.bodies();
  expect(there.received).toHaveLength(2);
  expect(down).toEqual({
    id: there.received[0]?.headers['webhook-id'],
    event: 'down',
    monitor: 'Shop 1',
    type: 'http',
    target: 'https://shop.example',
    details: 'The server answered 503.',
    timestamp: new Date(startedAt + 2 * MINUTE).toISOString(),
    monitor_id: 'mon_1',
    incident_id: incident?.id,
    status: 'down',
    reason: 'bad_status',
    started_at: new Date(startedAt).toISOString(),
    resolved_at: null,
    duration_seconds: null,
    url: `https://status.example.com/incidents/${incident?.id}`,
    acknowledge_url: expect.stringMatching(/^https:\/\/status\.example\.com\/a\/[\w-]{40,}$/) as string,
  });
  expect(up).toMatchObject({
    event: 'up',
    status: 'up',
    incident_id: incident?.id,
    resolved_at: new Date(upAt).toISOString(),
    duration_seconds: (upAt - startedAt) / 1000,
    acknowledge_url: null,
  });
  expect(up?.id).not.toBe(down?.id);
});

test('an expiring certificate is told once for each threshold', async () => {
  const there = await receiver();
  const shop = await monitorOn(await hook(there.url));
  const expiresAt = w.clock.now() + 20 * DAY;
  const record = () =>
    w.db.write('record', (tx) =>
      recordExpiry(tx, {
        event: 'ssl_expiring',
        accountId: 'acc_alice',
        monitorNo: shop,
        subject: 'cert:AA',
        host: 'shop.example',
        expiresAt,
        warnDays: undefined,
        now: w.clock.now(),
      }),
    );
  for (let day = 0; day < 10; day += 1) {
    await record();
    await record();
    await outbox.tick();
    w.clock.advance(DAY);
  }
  expect(there.bodies()).toMatchObject([
    { event: 'ssl_expiring', status: 'degraded', reason: 'certificate_expiring', incident_id: null },
    { event: 'ssl_expiring', details: 'The certificate of shop.example has 14 days left.', monitor_id: 'mon_1' },
  ]);
});

test('the signature is that of Standard Webhooks, the id stays over tries, the moment moves', async () => {
  const there = await receiver(says(500, 'not now'));
  const id = await hook(there.url, { method: 'put', headers: { 'X-Team': 'ops' } });
  await fail(await monitorOn(id));
  await outbox.tick();
  expect(await rows()).toMatchObject([{ state: 'failed', last_error: '500 Internal Server Error: not now' }]);
  there.behave(says(204));
  await nextTry();
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2, last_error: null }]);
  const [first, second] = there.received;
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  expect(key.length).toBeGreaterThanOrEqual(24);
  for (const { method, headers, body } of there.received) {
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(method).toBe('PUT');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'ops' });
  }
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.body).toBe(first?.body);
  expect(Number(second?.headers['webhook-timestamp'])).toBe(Math.floor(w.clock.now() / SECOND));
  expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThan(Number(first?.headers['webhook-timestamp']));
});

test.each([404, 410])('%i switches the channel off, gives up what waits and tells the owner', async (status) => {
  const there = await receiver(says(status, 'no such hook'));
  const id = await hook(there.url);
  await fail(await monitorOn(id));
  await fail(await monitorOn(id));
  await outbox.tick();
  expect((await rows()).map(({ event, state }) => [event, state])).toEqual([
    ['down', 'dead'],
    ['down', 'dead'],
    ['channel_disabled', 'queued'],
  ]);
  expect(await channel(id)).toMatchObject({
    enabled: 0,
    last_error: expect.stringContaining('no such hook') as string,
  });
  expect(there.received).toHaveLength(1);
});

test.each<[string, number, Record<string, string>, number, number]>([
  ['429 with seconds', 429, { 'retry-after': '600' }, 600 * SECOND, 600 * SECOND],
  ['503 with more than an hour', 503, { 'retry-after': '86400' }, HOUR, HOUR],
  ['500 without', 500, {}, 8 * SECOND, 12 * SECOND],
  ['429 with nonsense', 429, { 'retry-after': 'soon' }, 8 * SECOND, 12 * SECOND],
  ['a redirect', 302, { location: '/elsewhere' }, 8 * SECOND, 12 * SECOND],
])('%s is tried again in its time', async (_what, status, headers, least, most) => {
  const there = await receiver(says(status, '', headers));
  const id = await hook(there.url);
  await fail(await monitorOn(id));
  await outbox.tick();
  expect(there.received).toHaveLength(1);
  expect(await channel(id)).toMatchObject({ enabled: 1 });
  there.behave(says(200));
  const waited = await nextTry();
  expect(waited).toBeGreaterThanOrEqual(least);
  expect(waited).toBeLessThanOrEqual(most);
  expect(await rows()).toMatchObject([{ state: 'sent' }]);
});

test('an answer without end counts by its status, and little of it is read', async () => {
  const there = await receiver((response) => {
    const more = () => {
      while (response.write('x'.repeat(16_384))) if (response.destroyed) return;
    };
    response.on('drain', more);
    more();
  });
  await fail(await monitorOn(await hook(there.url)));
  await outbox.tick();
  expect(await rows()).toMatchObject([{ state: 'sent' }]);
});

test('a receiver that hangs holds up only its own channel', async () => {
  const stuck = await receiver(() => undefined);
  const well = await receiver();
  const stuckId = await hook(stuck.url, { timeout_seconds: 1 });
  const wellId = await hook(well.url);
  await fail(await monitorOn(stuckId));
  await fail(await monitorOn(stuckId));
  await fail(await monitorOn(wellId));
  await fail(await monitorOn(wellId));
  const hangs = stuck.next();
  const sending = outbox.tick();
  await hangs;
  while (well.received.length < 2) await well.next();
  expect(stuck.received).toHaveLength(1);
  await sending;
  expect((await rows()).map(({ state }) => state)).toEqual(['failed', 'failed', 'sent', 'sent']);
});

test('mail that cannot leave and webhooks do not stand in each other’s way', async () => {
  const there = await receiver(says(500));
  const shop = await monitorOn(await hook(there.url));
  await w.db.write('arrange', async (tx) => {
    await tx.run(sql`update channels set enabled = 1 where id = 'chn_alice'`);
    await tx.run(sql`insert into monitor_channels (monitor_no, channel_id) values (${shop}, 'chn_alice')`);
  });
  await fail(shop);
  await outbox.tick();
  expect(there.received).toHaveLength(1);
  // A failing webhook says nothing of the mail server, and a mail server that is away nothing of the webhook.
  expect(outbox.health().awaySince).not.toBeNull();
  there.behave(says(200));
  w.clock.advance(MINUTE);
  await outbox.tick();
  const states = await w.db.read.all(
    sql`select c.kind, d.state from deliveries d join channels c on c.id = d.channel_id order by c.kind`,
  );
  expect(states).toEqual([
    { kind: 'email', state: 'queued' },
    { kind: 'webhook', state: 'sent' },
  ]);
  expect(outbox.health().awaySince).not.toBeNull();
});

test('a private address is refused for good where only public ones are allowed', async () => {
  w.deps.outbound.allowPrivate = false;
  const there = await receiver();
  await fail(await monitorOn(await hook(there.url)));
  await outbox.tick();
  expect(there.received).toEqual([]);
  expect(await rows()).toMatchObject([
    { state: 'dead', attempts: 1, last_error: expect.stringMatching(/private|web server/) as string },
  ]);
});

test.each([
  'quote " and \\',
  'line\nbreak\r\n',
  '<!channel> @everyone **x**',
  '\u202eltr\u0000',
  '{"event":"up"}',
  '\ud800',
])('the name %j stays inside its string', async (name) => {
  const there = await receiver();
  const shop = await monitorOn(await hook(there.url));
  await w.db.write('arrange', (tx) => tx.run(sql`update monitors set name = ${name} where no = ${shop}`));
  const [stored] = await w.db.read.all<{ name: string }>(sql`select name from monitors where no = ${shop}`);
  await fail(shop);
  await outbox.tick();
  const [body] = there.bodies();
  expect(body).toMatchObject({ event: 'down', monitor: stored?.name });
  expect(Object.keys(body ?? {})).toHaveLength(16);
});

test('what opens doors is in no log and in no error, even when the receiver repeats it', async () => {
  const there = await receiver(says(500, `you sent s3cr3t-value and ${SECRET}`));
  await fail(await monitorOn(await hook(there.url, { headers: { Authorization: 's3cr3t-value' } })));
  await outbox.tick();
  const [row] = await rows();
  expect(row?.last_error).toBe('500 Internal Server Error: you sent ******** and ********');
  const log = JSON.stringify(w.logged);
  expect(log).toContain('message not delivered');
  expect(log).not.toContain('s3cr3t-value');
  expect(log).not.toContain(SECRET);
});

test('a plan without webhooks sends none', async () => {
  const there = await receiver();
  const shop = await monitorOn(await hook(there.url));
  await w.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'free'`));
  await fail(shop);
  await outbox.tick();
  expect(there.received).toEqual([]);
  expect(await w.incidents()).toHaveLength(1);
});

describe('settings', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no address', { url: undefined }],
    ['another protocol', { url: 'ftp://example.com' }],
    ['no host', { url: 'https://' }],
    ['a log-in in the address', { url: 'https://a:b@example.com' }],
    ['GET', { method: 'GET' }],
    ['no time', { timeout_seconds: 0 }],
    ['31 seconds', { timeout_seconds: '31' }],
    ['a line break', { headers: { 'X-A': 'a\r\nX-B: b' } }],
    ['Host', { headers: { Host: 'example.org' } }],
    ['Content-Length', { headers: { 'content-length': '3' } }],
    ['our signature', { headers: { 'Webhook-Signature': 'x' } }],
    ['21 headers', { headers: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`X-${i}`, 'x'])) }],
    ['a long header', { headers: { 'X-A': 'x'.repeat(1_100) } }],
    ['what nobody knows', { sign: false }],
  ])('%s is refused', (_what, wrong) => {
    const good = { url: 'https://example.com/hook', secret: SECRET };
    expect(webhookConfig.safeParse(good).success).toBe(true);
    expect(webhookConfig.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});
