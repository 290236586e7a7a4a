import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { loadConfig } from '../src/config.ts';
import { nextDue } from '../src/core/monitor.ts';
import { SECOND, systemClock } from '../src/core/time.ts';
import type { CheckResult } from '../src/core/verdict.ts';
import { openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import type { Deps } from '../src/deps.ts';
import { createIngest } from '../src/engine/ingest.ts';
import { Live } from '../src/engine/live.ts';
import { Tally } from '../src/engine/tally.ts';
import { createRunner } from '../src/engine/runner.ts';
import { createWitnessStand } from '../src/engine/witness.ts';
import { createLog } from '../src/log.ts';

/**
 * What 200 hostile targets cost 1,000 healthy ones: how late their checks start, and the memory all of it takes.
 * The targets live in another process; checks, verdicts and storing are all here. Takes less than a minute.
 */
const HEALTHY = 1_000;
const HOSTILE = 200;
const INTERVAL = 30;
const TIMEOUT = 10;
const EARLY_MS = 2;
/** Healthy monitors alone, then both. */
const ALONE_MS = 15 * SECOND;
const TOGETHER_MS = 35 * SECOND;
const GOAL = { lagMs: 2_000, megabytes: 128 };

/** One port for each behaviour; prints name and port of each, the healthy one first. */
const TARGETS = `
  const net = require('node:net'), zlib = require('node:zlib');
  const OK = 'HTTP/1.1 200 OK\\r\\n';
  const block = Buffer.alloc(65536, 'x');
  const bomb = zlib.gzipSync(Buffer.alloc(64 * 2 ** 20));
  const drip = (socket, start, piece) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(piece), 200);
    socket.on('close', () => clearInterval(timer));
  };
  const flood = (socket, start, piece) => {
    const pour = () => { while (!socket.destroyed && socket.write(piece)); };
    socket.on('drain', pour);
    socket.write(start);
    pour();
  };
  const behaviours = {
    healthy: (s) => setTimeout(() => s.end(OK + 'Content-Length: 1024\\r\\n\\r\\n' + 'x'.repeat(1024)), 20),
    drip: (s) => drip(s, OK + 'Content-Length: 5000\\r\\n\\r\\n', 'x'),
    'slow head': (s) => drip(s, OK + 'X: ', 'y'),
    hang: () => {},
    endless: (s) => flood(s, OK + '\\r\\n', block),
    'endless head': (s) => flood(s, OK, 'X: y\\r\\n'.repeat(1000)),
    'endless 1xx': (s) => flood(s, '', 'HTTP/1.1 100 Continue\\r\\n\\r\\n'.repeat(500)),
    reset: (s) => { s.write(OK + 'Content-Length: 9\\r\\n\\r\\nhalf'); setTimeout(() => s.resetAndDestroy(), 20); },
    bomb: (s) => s.end(Buffer.concat([Buffer.from(OK + 'Content-Encoding: gzip\\r\\nContent-Length: ' + bomb.length + '\\r\\n\\r\\n'), bomb])),
  };
  let waiting = Object.keys(behaviours).length;
  const ports = {};
  for (const [name, act] of Object.entries(behaviours)) {
    const server = net.createServer((s) => { s.on('error', () => {}); s.once('data', () => act(s)); });
    server.listen(0, '127.0.0.1', () => {
      ports[name] = server.address().port;
      waiting -= 1;
      if (waiting === 0) console.log(JSON.stringify(ports));
    });
  }
`;

const folder = mkdtempSync(join(tmpdir(), 'statusping-hostile-'));
const targets = spawn(process.execPath, ['-e', TARGETS], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  process.exitCode = (await measure(await portsOf(targets))) ? 0 : 1;
} finally {
  targets.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ healthy, ...hostile }: Record<string, number>): Promise<boolean> {
  const db = await openDatabase(`file:${join(folder, 'hostile.db')}`);
  await migrate(db, null);
  const deps = {
    config: { ...loadConfig({ DATA_PATH: folder, WITNESS_TARGETS: 'none' }) },
    db,
    clock: systemClock,
    log: createLog('error'),
    live: new Live(),
    tally: new Tally(),
    outbound: { allowPrivate: true, resolvers: [] },
    wake: { outbox: () => {}, scheduler: () => {} },
  } as unknown as Deps;
  const names = Object.keys(hostile);
  await db.write('arrange', async (tx) => {
    const now = Date.now();
    await tx.run(
      sql`insert into accounts (id, name, slug, plan, created_at) values ('acc', 'A', 'a', 'business', ${now})`,
    );
    for (let no = 1; no <= HEALTHY + HOSTILE; no += 1) {
      const port = no <= HEALTHY ? healthy : hostile[names[no % names.length] ?? ''];
      const due = no <= HEALTHY ? nextDue(no, INTERVAL * SECOND, now) : null;
      await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, failure_threshold, recovery_threshold, public, tags, created_at, next_check_at)
        values (${no}, ${`mon_${no}`}, 'acc', ${`Shop ${no}`}, 'http', ${`http://127.0.0.1:${port}/${no}`}, '{}',
          ${INTERVAL}, ${TIMEOUT}, 3, 1, 1, '[]', ${now}, ${due})`);
    }
  });
  const ingest = createIngest(deps);
  const stand = createWitnessStand(deps, ingest);
  const seen = { lags: [] as number[], sick: 0, verdicts: new Map<string, number>() };
  const note = ({ monitorNo, at, verdict }: CheckResult): void => {
    if (monitorNo <= HEALTHY) {
      // The beat within the interval before the start; timers fire up to a millisecond early.
      const beat = nextDue(monitorNo, INTERVAL * SECOND, at + EARLY_MS - (INTERVAL + 1) * SECOND);
      seen.lags.push(Math.max(0, at - beat));
      if (verdict.status !== 'up') seen.sick += 1;
      return;
    }
    const key = `${names[monitorNo % names.length]}: ${verdict.status} ${verdict.reason ?? ''}`.trim();
    seen.verdicts.set(key, (seen.verdicts.get(key) ?? 0) + 1);
  };
  const runner = createRunner(deps, {
    submit: (result, urgent, host) => {
      note(result);
      stand.submit(result, urgent, host);
    },
  });
  const ticking = setInterval(() => void runner.tick(), SECOND);
  await sleep(ALONE_MS);
  const before = process.memoryUsage().rss;
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 100);
  console.log(`alone      ${describe(seen.lags)}`);
  seen.lags = [];
  await db.write('let them in', async (tx) => {
    for (let no = HEALTHY + 1; no <= HEALTHY + HOSTILE; no += 1) {
      const due = nextDue(no, INTERVAL * SECOND, Date.now());
      await tx.run(sql`update monitors set next_check_at = ${due} where no = ${no}`);
    }
  });
  await sleep(TOGETHER_MS);
  clearInterval(ticking);
  clearInterval(watching);
  const lag = share(seen.lags, 0.99);
  const megabytes = (most - before) / 2 ** 20;
  console.log(`together   ${describe(seen.lags)} (goal p99 ${GOAL.lagMs} ms)`);
  console.log(`memory     ${megabytes.toFixed(0)} MiB more at the most (goal ${GOAL.megabytes} MiB)`);
  for (const [verdict, times] of [...seen.verdicts].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`  ${times} x ${verdict}`);
  if (seen.sick > 0) console.log(`NOT ALL HEALTHY ONES WERE UP: ${seen.sick}`);
  await runner.stop(0);
  await stand.stop();
  await ingest.stop();
  await db.close();
  return seen.sick === 0 && seen.lags.length > 0 && lag <= GOAL.lagMs && megabytes <= GOAL.megabytes;
}

function describe(lags: readonly number[]): string {
  return `${lags.length} healthy checks, start lag p50 ${share(lags, 0.5)} ms, p99 ${share(lags, 0.99)} ms, max ${share(lags, 1)} ms`;
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

async function portsOf(child: ChildProcess): Promise<Record<string, number>> {
  for await (const line of child.stdout ?? []) return JSON.parse(String(line)) as Record<string, number>;
  throw new Error('the targets did not start');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
