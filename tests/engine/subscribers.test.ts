import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listDueLanes } from '../../src/alerts/lane-queries.ts';
import { LEASE_MS } from '../../src/core/backoff.ts';
import { MINUTE } from '../../src/core/time.ts';
import { newId } from '../../src/db/ids.ts';
import { announceMaintenance, announceUpdate, fanOutJob, forgetUnconfirmedJob } from '../../src/engine/subscribers.ts';
import { nextFan } from '../../src/statuspages/news-queries.ts';
import { lookUp } from '../../src/statuspages/subscriber-news.ts';
import { type FollowerWorld, followerWorld } from '../support/followers.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';

let sink: SmtpSink;
let world: FollowerWorld;
let hook: TestServer;
let heard: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
let answer: (path: string, res: ServerResponse) => void;

beforeAll(async () => {
  sink = await smtpSink();
  hook = await serveHttp((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      heard.push({ path: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(req.url ?? '', res);
    });
  });
});
afterAll(async () => {
  await hook.close();
  await sink.stop();
});
beforeEach(async () => {
  sink.mails.length = 0;
  sink.behave('accept');
  heard = [];
  answer = (_path, res) => res.end('ok');
  world = await followerWorld(sink.smtp);
});
afterEach(() => world.close());

function ask(by: string, target: string) {
  const wish = { by, target, incidents: 'true', maintenance: 'true', scope: 'all' };
  return world.test.visitor().post('/s/alice-shop/subscribe', wish);
}

interface Body {
  meta: { unsubscribe: string; documentation: string; generated_at: string };
  page: { id: string; status_indicator: string; status_description: string };
  incident: {
    id: string;
    name: string;
    status: string;
    impact: string;
    resolved_at: string | null;
    scheduled_for?: string;
    incident_updates: { id: string; status: string; body: string }[];
    components: { id: string; name: string; status: string }[];
  };
  confirmation?: { url: string };
}

describe('webhooks', () => {
  test('the address is proven first; news has the shape of Statuspage and a signature that fits', async () => {
    const url = `${hook.url}/news`;
    expect((await ask('webhook', url)).status).toBe(200);
    await world.publish([]);
    await world.run();
    expect(heard).toHaveLength(1);
    const [row] = await world.followers();
    const signed = new Webhook(row?.secret ?? '');
    const first = JSON.parse(heard[0]?.body ?? '') as Body;
    const path = new URL(first.confirmation?.url ?? '').pathname;
    expect((await world.test.visitor().get(path)).status).toBe(200);
    await world.publish([]);
    await world.run();
    expect(heard).toHaveLength(1);

    const yes = await world.test.visitor().post(path);
    expect(await yes.text()).toContain(row?.secret ?? 'no secret');
    const report = await world.publish([world.lines.api], 'We are **looking** into it.');
    await world.run();
    expect(heard).toHaveLength(2);
    const { headers, body } = heard[1] as (typeof heard)[number];
    // Its clock is the real one; ours stands still. So the time is checked apart.
    const id = String(headers['webhook-id']);
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    expect(at.getTime()).toBe(world.clock.now());
    expect(signed.sign(id, at, body)).toBe(headers['webhook-signature']);
    const news = JSON.parse(body) as Body;
    expect(Object.keys(news)).toEqual(['meta', 'page', 'incident']);
    expect(news.page).toMatchObject({ id: world.pageId, status_indicator: 'major' });
    expect(news.incident).toMatchObject({ id: report, name: 'Orders fail', status: 'investigating', impact: 'major' });
    expect(news.incident.incident_updates[0]).toMatchObject({ body: 'We are looking into it.' });
    expect(news.incident.components.map(({ name }) => name)).toEqual(['API']);
    const leave = await world.test.visitor().post(new URL(news.meta.unsubscribe).pathname);
    expect(leave.status).toBe(200);
    expect(await world.followers()).toEqual([]);
  });

  test('a retry carries the same id; 410 ends it for good', async () => {
    await world.follow('webhook', `${hook.url}/busy`);
    await world.follow('webhook', `${hook.url}/gone`);
    answer = (path, res) => {
      res.statusCode = path === '/gone' ? 410 : heard.filter((one) => one.path === '/busy').length > 1 ? 200 : 503;
      res.end();
    };
    await world.publish([]);
    await world.run();
    world.clock.advance(MINUTE);
    await world.publish([]);
    await world.run();
    const busy = heard.filter(({ path }) => path === '/busy').map(({ headers }) => headers['webhook-id']);
    expect(busy).toHaveLength(3);
    expect(busy[0]).toBe(busy[1]);
    expect(heard.filter(({ path }) => path === '/gone')).toHaveLength(1);
    expect(await world.followers()).toMatchObject([{ disabled_at: null }, { disabled_at: expect.any(Number) }]);
  });

  test('an address inside the network is refused when private targets are', async () => {
    world.deps.outbound.allowPrivate = false;
    await ask('webhook', 'http://127.0.0.1:1/hook');
    await world.run();
    expect(await world.states()).toEqual(['confirm dead']);
  });

  test('mail that cannot leave holds up no webhook', async () => {
    await world.follow('email', 'reader@example.org');
    await world.follow('webhook', `${hook.url}/news`);
    sink.behave('busy');
    await world.publish([]);
    await world.run();
    expect(heard).toHaveLength(1);
    expect((await world.states()).toSorted()).toEqual(['news queued', 'news sent']);
  });
});

test('Slack gets a link to confirm, then a line with an attachment in which nobody is called by name', async () => {
  await ask('slack', `${hook.url}/services/T0/B0/key0key0key0key0`);
  await world.run();
  const first = JSON.parse(heard[0]?.body ?? '') as { text: string; attachments: { title_link: string }[] };
  expect(first.text).toBe('Confirm your subscription to Alice Shop');
  await world.test.visitor().post(new URL(first.attachments[0]?.title_link ?? '').pathname);
  await world.publish([world.lines.shop], 'Hello <!channel> & <https://evil.example|click>');
  await world.run();
  const news = JSON.parse(heard[1]?.body ?? '') as { text: string; attachments: { text: string; color: string }[] };
  expect(news.text).toBe('[Alice Shop] Investigating: Orders fail');
  expect(news.attachments[0]?.color).toBe('#D92D20');
  expect(news.attachments[0]?.text).toContain('Hello &lt;!channel&gt;');
  expect(news.attachments[0]?.text).not.toContain('<!channel>');
});

test('planned work: who follows a component of it, or everything, hears of it once', async () => {
  const { deps, pageId, lines, clock } = world;
  const [windowId, now] = [newId('mnt'), clock.now()];
  await deps.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into maintenance_windows (id, account_id, title, body, timezone, created_at)
      values (${windowId}, ${world.alice.accountId}, 'New database', 'Read **only**.', 'UTC', ${now})`);
    await tx.run(sql`insert into maintenance_pages (window_id, page_id) values (${windowId}, ${pageId})`);
  });
  await world.follow('email', 'all@example.org');
  await world.follow('email', 'incidents@example.org', { maintenance: 0 });
  await world.follow('webhook', `${hook.url}/work`, { components: [lines.shop] });
  const tell = (what: 'scheduled' | 'started' | 'ended') =>
    deps.db.write('arrange', (tx) =>
      announceMaintenance(tx, { pageId, windowId, what, startsAt: now + MINUTE, endsAt: now + 9 * MINUTE, now }),
    );
  await tell('scheduled');
  await tell('scheduled');
  await world.run();
  await tell('ended');
  await world.run();
  expect(sink.mails.map(({ subject }) => subject)).toEqual([
    '[Alice Shop] Planned maintenance: New database',
    '[Alice Shop] Maintenance completed: New database',
  ]);
  const work = heard.map(({ body }) => (JSON.parse(body) as Body).incident);
  expect(work.map(({ status, impact }) => `${status} ${impact}`)).toEqual([
    'scheduled maintenance',
    'completed maintenance',
  ]);
  expect(work[0]?.scheduled_for).toBe(new Date(now + MINUTE).toISOString());
});

test('five thousand are told in small steps, each once, also when the process dies between', async () => {
  const { deps, pageId, clock } = world;
  const now = clock.now();
  const many = Array.from({ length: 5_000 }, (_, i) => `reader${i}@example.org`);
  await deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into subscribers (id, page_id, kind, target, target_key, language, confirmed_at, created_at)
      select 'sub_' || key, ${pageId}, 'email', value, value, 'en', ${now}, ${now} from json_each(${JSON.stringify(many)})`),
  );
  await world.publish([]);
  // Ten pieces, then the process dies: what it wrote stays, what it was about to write does not.
  let pieces = 0;
  const write = deps.db.write.bind(deps.db);
  const dying = async <T>(name: string, change: Parameters<typeof write<T>>[1]): Promise<T> => {
    if (name === 'hand out news' && ++pieces > 10) throw new Error('killed');
    return write(name, change);
  };
  deps.db.write = dying;
  await world.job();
  deps.db.write = write;
  expect(await world.states()).toHaveLength(1_500);
  const before = await nextFan(deps.db.read);
  expect(before?.after[1]).not.toBe('');
  await world.job();
  expect(await nextFan(deps.db.read)).toBeNull();
  const [count] = await deps.db.read.all<{ rows: number; whom: number; keys: number }>(sql`
    select count(*) as rows, count(distinct subscriber_id) as whom, count(distinct dedup_key) as keys
    from deliveries where event = 'news'`);
  expect(count).toEqual({ rows: 5_000, whom: 5_000, keys: 5_000 });
  // Whoever looks for something else does not meet one of them on the way: one step is enough to know that there is nothing.
  const road = { now, busy: [], after: '', limit: 1 };
  for (const others of [
    { mail: true, followers: false },
    { mail: false, followers: false },
    { mail: false, followers: true },
  ]) {
    expect(await listDueLanes(deps.db.read, { ...road, ...others })).toEqual({ lanes: [], last: null });
  }
  expect((await listDueLanes(deps.db.read, { ...road, mail: true, followers: true })).lanes).toHaveLength(1);
});

test('alerts go first while thousands of followers wait', async () => {
  for (let i = 0; i < 60; i++) await world.follow('email', `reader${i}@example.org`);
  await world.publish([]);
  await world.job();
  const sending = world.outbox.tick();
  await sink.waitFor(5);
  await world.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into deliveries (id, user_id, lane, event, dedup_key, payload, state, next_attempt_at, created_at)
      values ('dlv_alert', ${world.alice.userId}, ${`mail:${world.alice.userId}`}, 'password_changed', 'alert',
        ${JSON.stringify({ event: 'password_changed', to: 'alice@example.com', at: world.clock.now(), data: {} })}, 'queued',
        ${world.clock.now()}, ${world.clock.now()})`),
  );
  world.outbox.wake();
  await sink.waitFor((mail) => mail.envelopeTo[0] === 'alice@example.com');
  const before = sink.mails.findIndex(({ envelopeTo: [to] }) => to === 'alice@example.com');
  expect(before).toBeLessThan(30);
  await sending;
  expect(sink.mails).toHaveLength(61);
});

test('the same update is announced once, whatever calls it', async () => {
  await world.follow('email', 'reader@example.org');
  const report = await world.publish([]);
  const id = await world.update(report, 'identified', 'Found it.');
  const { pageId, clock } = world;
  await world.deps.db.write('arrange', (tx) =>
    announceUpdate(tx, { pageId, reportId: report, updateId: id, now: clock.now() }),
  );
  await world.run();
  expect(sink.mails.map(({ subject }) => subject)).toEqual([
    '[Alice Shop] Investigating: Orders fail',
    '[Alice Shop] Identified: Orders fail',
  ]);
});

test('news that cannot be handed out holds up no other, and is given up after a day', async () => {
  await world.follow('email', 'reader@example.org');
  const first = await world.publish([], 'Broken.', 'First');
  await world.publish([], 'Fine.', 'Second');
  const job = fanOutJob(world.deps, (task) => {
    if (task.kind === 'report' && task.reportId === first) throw new Error('no words for this');
    return lookUp(world.deps, task);
  });
  await job();
  await world.outbox.tick();
  expect(sink.mails.map(({ subject }) => subject)).toEqual(['[Alice Shop] Investigating: Second']);
  expect(await nextFan(world.deps.db.read)).not.toBeNull();
  world.clock.advance(25 * 60 * MINUTE);
  await job();
  expect(await nextFan(world.deps.db.read)).toBeNull();
});

test('messages that a mail server does not want switch nobody off', async () => {
  await world.follow('email', 'reader@example.org');
  sink.behave('reject');
  for (let i = 0; i < 4; i++) {
    await world.publish([], `Words ${i}`);
    await world.run();
  }
  expect(await world.states()).toEqual(Array.from({ length: 4 }, () => 'news dead'));
  expect(await world.followers()).toMatchObject([{ failures: 0, disabled_at: null }]);
});

test('what somebody was sent is known for a week, not for ever', async () => {
  await world.follow('email', 'reader@example.org');
  for (const days of [0, 5, 5]) {
    world.clock.advance(days * 24 * 60 * MINUTE);
    await world.publish([]);
    await world.run();
  }
  expect(sink.mails).toHaveLength(3);
  expect(await world.states()).toEqual(['news sent', 'news sent']);
});

test('who never said yes is forgotten after three days, everybody else stays', async () => {
  await ask('email', 'never@example.org');
  await world.follow('email', 'reader@example.org');
  world.clock.advance(73 * 60 * MINUTE);
  await forgetUnconfirmedJob(world.deps)();
  expect((await world.followers()).map(({ target }) => target)).toEqual(['reader@example.org']);
});

test('kill -9 while a mail is handed over: the next process sends it again under the same key', async () => {
  world.clock.advance(Date.now() - world.clock.now());
  await world.follow('email', 'reader@example.org');
  await world.publish([]);
  await world.job();
  sink.behave('hang');
  const child = resolve(import.meta.dirname, '../support/outbox-child.ts');
  const [file] = await world.deps.db.read.all<{ file: string }>(sql`pragma database_list`);
  const args = ['--import', 'tsx', child, file?.file ?? '', String(sink.port), ''];
  const dying = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await sink.waitFor(1);
  const gone = once(dying, 'exit');
  dying.kill('SIGKILL');
  await gone;
  sink.behave('accept');
  world.clock.advance(Date.now() - world.clock.now() + LEASE_MS);
  await world.outbox.tick();
  expect(sink.mails).toHaveLength(2);
  expect(new Set(sink.mails.map(({ messageId }) => messageId)).size).toBe(1);
  expect(await world.states()).toEqual(['news sent']);
});
