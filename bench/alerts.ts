import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { CHANNELS } from '../src/channels/registry.ts';
import { loadConfig } from '../src/config.ts';
import { nextDue } from '../src/core/monitor.ts';
import { SECOND, systemClock } from '../src/core/time.ts';
import { type Database, openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import type { Deps } from '../src/deps.ts';
import { Live } from '../src/engine/live.ts';
import { Tally } from '../src/engine/tally.ts';
import { startEngine } from '../src/engine/start.ts';
import { createLog } from '../src/log.ts';

/**
 * From the decision to the receiver: 1,000 monitors of 100 accounts are checked as usual while some of them fail; then
 * 1,000 of one account fail at once; then a backlog of deliveries leaves. Targets and receivers are another process,
 * which writes down when each message arrived. Takes about two minutes.
 */
const ACCOUNTS = 100;
const MONITORS = 1_000;
const INTERVAL = 30;
const FAILING = 200;
const BACKLOG = 3_000;
const STORM_MS = 60 * SECOND;

/** Targets fail when told (`/fail?no,no`); `/hook/n` takes messages; `/log` gives `[arrived, body]` and forgets them. */
const WORLD = `
  const failing = new Set();
  let log = [];
  const server = require('node:http').createServer((request, response) => {
    const [path, query = ''] = request.url.split('?');
    if (path === '/fail') { for (const no of query.split(',')) failing.add(no); return response.end(); }
    if (path === '/log') { response.end(JSON.stringify(log)); log = []; return; }
    if (!path.startsWith('/hook')) {
      response.writeHead(failing.has(path.slice(1)) ? 503 : 200);
      return void setTimeout(() => response.end('x'.repeat(1024)), 20);
    }
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => { log.push([Date.now(), body]); response.end('ok'); });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

interface Said {
  id: string;
  incident_id: string | null;
  alerts?: Said[];
}

const folder = mkdtempSync(join(tmpdir(), 'statusping-bench-'));
const world = spawn(process.execPath, ['-e', WORLD], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const port = await portOf(world);
  await measureLatency(port);
  await measureStorm(port);
  await measureBacklog(port);
} finally {
  world.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function measureLatency(port: number): Promise<void> {
  const { db, deps } = await open('latency');
  await arrange(db, port, { accounts: ACCOUNTS, monitors: MONITORS });
  const engine = startEngine(deps);
  Object.assign(deps.wake, engine.wake);
  await sleep(INTERVAL * SECOND);
  await ask(port, '/log');
  const chosen = Array.from({ length: FAILING }, (_, i) => 1 + i * (MONITORS / FAILING));
  await ask(port, `/fail?${chosen.join(',')}`);
  await waitFor(async () => (await count(db, 'incidents')) >= FAILING && (await undone(db)) === 0, STORM_MS);
  const arrived = new Map((await told(port)).flatMap(([at, ids]) => ids.map((id) => [id, at] as const)));
  const rows = await db.read.all<{ id: string; created_at: number }>(sql`select id, created_at from deliveries`);
  const waits = rows.map(({ id, created_at: at }) => (arrived.get(id) ?? Number.POSITIVE_INFINITY) - at);
  waits.sort((a, b) => a - b);
  console.log(
    `latency    decision to arrival: p50 ${waits[Math.floor(waits.length / 2)]} ms, p99 ${waits[Math.floor(waits.length * 0.99)]} ms of ${waits.length} alerts`,
  );
  await engine.stop();
  await db.close();
}

/** All monitors of one account fail at their next check; another account's monitor fails in the middle of it. */
async function measureStorm(port: number): Promise<void> {
  const { db, deps } = await open('storm');
  await arrange(db, port, { accounts: 1, monitors: MONITORS, from: 10_000 });
  await arrange(db, port, { accounts: 1, monitors: 1, from: 20_000 });
  const engine = startEngine(deps);
  Object.assign(deps.wake, engine.wake);
  await sleep(INTERVAL * SECOND);
  await ask(port, '/log');
  const cpu = process.cpuUsage();
  const began = Date.now();
  const all = Array.from({ length: MONITORS }, (_, i) => 10_001 + i);
  await ask(port, `/fail?${[...all, 20_001].join(',')}`);
  await waitFor(async () => (await count(db, 'incidents')) > MONITORS && (await undone(db)) === 0, 2 * STORM_MS);
  const used = process.cpuUsage(cpu);
  const messages = await told(port);
  const mine = messages.filter(([, , incidents]) => incidents.length > 0);
  const named = new Set(mine.flatMap(([, , incidents]) => incidents));
  const [other] = await db.read.all<{ wait: number }>(
    sql`select sent_at - created_at as wait from deliveries where account_id = 'acc_20000'`,
  );
  console.log(
    `storm      ${MONITORS} down: ${mine.length - 1} messages, ${named.size - 1} incidents named, last after ${Math.round((Math.max(...mine.map(([at]) => at)) - began) / SECOND)} s, ${((used.user + used.system) / 1e6).toFixed(2)} s CPU; another account's alert after ${other?.wait} ms`,
  );
  await engine.stop();
  await db.close();
}

/** Deliveries of many channels that all are due, beside the same number of bare requests. */
async function measureBacklog(port: number): Promise<void> {
  const { db, deps } = await open('backlog');
  await arrange(db, port, { accounts: BACKLOG / 10, monitors: BACKLOG, from: 30_000, next: null });
  await db.write('arrange', async (tx) => {
    const now = Date.now();
    await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      select 'inc_' || no, account_id, no, 'bad_status', 'The server answered 503.', ${now}, ${now} from monitors`);
    await tx.run(sql`insert into deliveries (id, account_id, channel_id, lane, incident_id, event, dedup_key, order_key, payload,
        state, attempts, next_attempt_at, created_at)
      select 'dlv_' || m.no, m.account_id, mc.channel_id, mc.channel_id, 'inc_' || m.no, 'down', 'k' || m.no, m.no || ':c',
        json_object('event', 'down', 'accountName', 'A', 'monitor', json_object('id', m.id, 'name', m.name, 'kind', 'http',
          'target', m.target), 'incident', json_object('id', 'inc_' || m.no, 'reason', 'bad_status',
          'message', 'The server answered 503.', 'startedAt', ${now}, 'resolvedAt', null)),
        'queued', 0, ${now}, ${now}
      from monitors m join monitor_channels mc on mc.monitor_no = m.no`);
  });
  await ask(port, '/log');
  const [began, cpu] = [Date.now(), process.cpuUsage()];
  const engine = startEngine(deps);
  Object.assign(deps.wake, engine.wake);
  await waitFor(async () => (await undone(db)) === 0, STORM_MS);
  const seconds = (Date.now() - began) / SECOND;
  const used = process.cpuUsage(cpu);
  await engine.stop();
  const sent = (await told(port)).length;
  const bare = await measureBare(port);
  console.log(
    `deliveries ${(sent / seconds).toFixed(0)}/s, ${((used.user + used.system) / 1_000 / sent).toFixed(2)} ms CPU each (${sent} sent); bare request ${bare.toFixed(2)} ms`,
  );
  await db.close();
}

/** The least: a JSON body posted over a connection of its own. */
async function measureBare(port: number): Promise<number> {
  const cpu = process.cpuUsage();
  let left = BACKLOG;
  const worker = async () => {
    while (left-- > 0) await ask(port, '/hook/bare', 'x'.repeat(600));
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  const used = process.cpuUsage(cpu);
  return (used.user + used.system) / 1_000 / BACKLOG;
}

async function open(name: string): Promise<{ db: Database; deps: Deps }> {
  const db = await openDatabase(`file:${join(folder, `${name}.db`)}`);
  await migrate(db, null);
  const deps = {
    config: loadConfig({ DATA_PATH: folder, WITNESS_TARGETS: 'none' }),
    db,
    clock: systemClock,
    log: createLog('error'),
    live: new Live(),
    tally: new Tally(),
    outbound: { allowPrivate: true, resolvers: [] },
    wake: { outbox: () => {}, scheduler: () => {} },
  } as unknown as Deps;
  return { db, deps };
}

/** Accounts with one webhook each and their share of the monitors, spread over the interval; `next: null` checks none. */
async function arrange(
  db: Database,
  port: number,
  { accounts, monitors, from = 0, next }: { accounts: number; monitors: number; from?: number; next?: null },
): Promise<void> {
  const now = Date.now();
  const each = monitors / accounts;
  await db.write('arrange', async (tx) => {
    for (let i = 0; i < accounts; i += 1) {
      const account = `acc_${from + i}`;
      const config = CHANNELS.webhook.parseConfig({
        ...CHANNELS.webhook.create(),
        url: `http://127.0.0.1:${port}/hook/${from + i}`,
      });
      await tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
        values (${account}, 'A', ${`a${from + i}`}, 'business', ${now})`);
      await tx.run(sql`insert into channels (id, account_id, kind, name, config, per_minute, created_at)
        values (${`chn_${from + i}`}, ${account}, 'webhook', 'Hook', ${JSON.stringify(config)}, ${accounts > 1 ? 60 : null}, ${now})`);
      for (let k = 1; k <= each; k += 1) {
        const no = from + i * each + k;
        const due = next === null ? null : nextDue(no, INTERVAL * SECOND, now);
        await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds,
            timeout_seconds, failure_threshold, recovery_threshold, public, tags, created_at, next_check_at)
          values (${no}, ${`mon_${no}`}, ${account}, ${`Shop ${no}`}, 'http', ${`http://127.0.0.1:${port}/${no}`}, '{}',
            ${INTERVAL}, 10, 1, 1, 1, '[]', ${now}, ${due})`);
        await tx.run(sql`insert into monitor_channels (monitor_no, channel_id) values (${no}, ${`chn_${from + i}`})`);
      }
    }
  });
}

/** When each message came, the deliveries in it and the incidents it names. */
async function told(port: number): Promise<[at: number, ids: string[], incidents: string[]][]> {
  const log = JSON.parse(await ask(port, '/log')) as [number, string][];
  return log.map(([at, body]) => {
    const whole = JSON.parse(body) as Said;
    const parts = whole.alerts ?? [whole];
    return [at, parts.map(({ id }) => id), parts.flatMap(({ incident_id: id }) => (id ? [id] : []))];
  });
}

async function count(db: Database, table: 'incidents'): Promise<number> {
  return (await db.read.get<{ n: number }>(sql`select count(*) as n from ${sql.raw(table)}`)).n;
}

async function undone(db: Database): Promise<number> {
  const states = sql.raw("('queued','failed','sending')");
  return (await db.read.get<{ n: number }>(sql`select count(*) as n from deliveries where state in ${states}`)).n;
}

async function waitFor(done: () => Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!(await done())) {
    if (Date.now() > end) {
      console.log(`NOT DONE after ${ms / SECOND} s`);
      return;
    }
    await sleep(100);
  }
}

function ask(port: number, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request({ port, host: '127.0.0.1', path, method, agent: false }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of child.stdout ?? []) return Number(String(line));
  throw new Error('the receivers did not start');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
