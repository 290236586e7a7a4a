import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { loadConfig } from '../src/config.ts';
import { nextDue } from '../src/core/monitor.ts';
import { SECOND, systemClock } from '../src/core/time.ts';
import { openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import type { Deps } from '../src/deps.ts';
import { Live } from '../src/engine/live.ts';
import { Tally } from '../src/engine/tally.ts';
import { startEngine } from '../src/engine/start.ts';
import { createLog } from '../src/log.ts';

/**
 * What a stored check costs: the whole engine on a real database against a local server in another process, beside
 * a bare loop that connects and stores rows in batches, in the same process kind. CPU is user + system of this process.
 */
const { values } = parseArgs({
  options: {
    monitors: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '25' },
  },
});
const MONITORS = Number(values.monitors);
const INTERVAL = Number(values.interval);
const SECONDS = Math.min(120, Number(values.seconds));
const WARM_MS = 5 * SECOND;
/** Sampling time of the loop's lag; Node counts it as delay. */
const SAMPLE_MS = 20;

/** 20 ms, then 1 KiB. */
const TARGET = `
  const body = 'x'.repeat(1024);
  const server = require('node:http').createServer((request, response) => {
    setTimeout(() => response.end(body), 20);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const folder = mkdtempSync(join(tmpdir(), 'statusping-bench-'));
const target = spawn(process.execPath, ['-e', TARGET], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const port = await portOf(target);
  console.log(`${MONITORS} monitors, every ${INTERVAL} s, ${SECONDS} s measured`);
  const ours = await measureEngine(port);
  const bare = await measureBare(port);
  console.log(`engine     ${ours.toFixed(2)} ms CPU a check`);
  console.log(`bare loop  ${bare.toFixed(2)} ms CPU a check`);
} finally {
  target.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function measureEngine(port: number): Promise<number> {
  const path = join(folder, 'engine.db');
  const db = await openDatabase(`file:${path}`);
  await migrate(db, null);
  const deps = {
    config: loadConfig({ DATA_PATH: folder }),
    db,
    clock: systemClock,
    log: createLog('error'),
    live: new Live(),
    tally: new Tally(),
    outbound: { allowPrivate: true, resolvers: [] },
    wake: { outbox: () => {}, scheduler: () => {} },
  } as unknown as Deps;
  const now = Date.now();
  await db.write('arrange', async (tx) => {
    await tx.run(
      sql`insert into accounts (id, name, slug, plan, created_at) values ('acc', 'A', 'a', 'business', ${now})`,
    );
    for (let no = 1; no <= MONITORS; no += 1) {
      const due = nextDue(no, INTERVAL * SECOND, now);
      await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, failure_threshold, recovery_threshold, public, tags, created_at, next_check_at)
        values (${no}, ${`mon_${no}`}, 'acc', ${`Shop ${no}`}, 'http', ${`http://127.0.0.1:${port}/${no}`}, '{}',
          ${INTERVAL}, 10, 3, 1, 1, '[]', ${now}, ${due})`);
    }
  });
  const engine = startEngine(deps);
  Object.assign(deps.wake, engine.wake);
  const stored = async () => (await db.read.get<{ n: number }>(sql`select count(*) as n from results`)).n;
  await warmUp(deps, stored);
  const loop = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  loop.enable();
  const [before, cpu] = [await stored(), process.cpuUsage()];
  await sleep(SECONDS * SECOND);
  loop.disable();
  const used = process.cpuUsage(cpu);
  const checks = (await stored()) - before;
  const { scheduler } = engine.health();
  const [user, system] = [used.user / 1_000 / checks, used.system / 1_000 / checks];
  console.log(`cpu        ${user.toFixed(2)} ms user, ${system.toFixed(2)} ms system a check`);
  const rss = process.memoryUsage().rss / 1e6;
  console.log(`stored     ${checks} of ${Math.round((MONITORS / INTERVAL) * SECONDS)} expected`);
  console.log(
    `start lag  p50 ${scheduler.startLagMs.p50} ms, p99 ${scheduler.startLagMs.p99} ms, max ${scheduler.startLagMs.max} ms`,
  );
  console.log(
    `loop lag   p99 ${(loop.percentile(99) / 1e6 - SAMPLE_MS).toFixed(1)} ms, max ${(loop.max / 1e6 - SAMPLE_MS).toFixed(1)} ms`,
  );
  console.log(`memory     ${rss.toFixed(0)} MB RSS`);
  const bad = await db.read.get<{ n: number }>(sql`select count(*) as n from results where outcome <> 0`);
  if (bad.n > 0) console.log(`NOT ALL WERE UP: ${bad.n}`);
  await engine.stop();
  await db.close();
  console.log(`disk       ${(statSync(path).size / 1e6).toFixed(1)} MB`);
  return (used.user + used.system) / 1_000 / checks;
}

/** A process that runs for days has its code compiled: all monitors are checked a few times as fast as it goes. */
async function warmUp(deps: Deps, stored: () => Promise<number>): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const wanted = (await stored()) + MONITORS;
    await deps.db.write('warm up', (tx) => tx.run(sql`update monitors set next_check_at = ${Date.now()}`));
    deps.wake.scheduler();
    while ((await stored()) < wanted) await sleep(SECOND);
  }
  await deps.db.write('spread', async (tx) => {
    for (let no = 1; no <= MONITORS; no += 1) {
      const due = nextDue(no, INTERVAL * SECOND, Date.now());
      await tx.run(sql`update monitors set next_check_at = ${due} where no = ${no}`);
    }
  });
  await sleep(WARM_MS);
}

/** The least that must be done: connect, ask, read, and store rows four times a second. */
async function measureBare(port: number): Promise<number> {
  const client = createClient({ url: `file:${join(folder, 'bare.db')}`, concurrency: 1 });
  for (const pragma of ['journal_mode=WAL', 'synchronous=FULL']) await client.execute(`PRAGMA ${pragma}`);
  await client.execute('create table r (m integer, at integer, ms integer, primary key (m, at)) without rowid');
  let rows: [number, number, number][] = [];
  let stored = 0;
  let no = 0;
  const write = async () => {
    const batch = rows;
    rows = [];
    if (batch.length === 0) return;
    stored += batch.length;
    await client.execute({
      sql: 'insert or ignore into r select value->>0, value->>1, value->>2 from json_each(?)',
      args: [JSON.stringify(batch)],
    });
  };
  const pace = setInterval(
    () => {
      const started = performance.now();
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      );
      socket.on('data', () => {});
      socket.on('error', () => {});
      socket.on('close', () => {
        no += 1;
        rows.push([no % MONITORS, no, Math.round(performance.now() - started)]);
      });
    },
    (INTERVAL * SECOND) / MONITORS,
  );
  const flush = setInterval(() => void write(), 250);
  await sleep(WARM_MS / 2);
  const [before, cpu] = [stored, process.cpuUsage()];
  await sleep((SECONDS * SECOND) / 2);
  const used = process.cpuUsage(cpu);
  const checks = stored - before;
  clearInterval(pace);
  clearInterval(flush);
  await write();
  client.close();
  return (used.user + used.system) / 1_000 / checks;
}

async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of child.stdout ?? []) return Number(String(line));
  throw new Error('the target did not start');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
