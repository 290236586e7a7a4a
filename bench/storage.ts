import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { SECOND } from '../src/core/time.ts';
import { type CheckResult, NO_PHASES } from '../src/core/verdict.ts';
import { type Database, openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import type { Deps } from '../src/deps.ts';
import { absorb } from '../src/engine/absorb.ts';
import { createHistory } from '../src/engine/history.ts';
import { Slots } from '../src/engine/slots.ts';

/** Bytes a check takes on disk after a year, written and pruned by the product's own code. */
interface Scene {
  name: string;
  monitors: number;
  intervalSeconds: number;
  checksEach: number;
}

const SCENES: Scene[] = [
  { name: '1 monitor, a year of 30 s checks', monitors: 1, intervalSeconds: 30, checksEach: 1_051_200 },
  { name: '20 monitors at 30 s, interleaved', monitors: 20, intervalSeconds: 30, checksEach: 52_560 },
];
const YEAR_OF_CHECKS = 1_051_200;
const BATCH = 500;
const START = Date.UTC(2025, 10, 1);

const share = Number(process.argv[2] ?? '1');
for (const scene of SCENES) await measure({ ...scene, checksEach: Math.round(scene.checksEach * share) });

async function measure(scene: Scene): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-bench-'));
  const path = join(folder, 'bench.db');
  const db = await openDatabase(`file:${path}`);
  try {
    await migrate(db, null);
    await arrange(db, scene);
    const empty = await sizeOf(db, path);
    const started = performance.now();
    await fill(db, scene);
    const seconds = (performance.now() - started) / 1_000;
    const full = await sizeOf(db, path);
    const checks = scene.monitors * scene.checksEach;
    console.log(`${scene.name}: ${((full - empty) / checks).toFixed(2)} bytes a check`);
    console.log(`  ${checks} checks, ${(full / 1e6).toFixed(1)} MB, written in ${seconds.toFixed(0)} s`);
    console.log(`  ${await byTable(db, scene)}`);
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function arrange(db: Database, scene: Scene): Promise<void> {
  await db.execute('PRAGMA synchronous=OFF');
  await db.write('arrange', async (tx) => {
    await tx.run(sql`insert into accounts (id, name, slug, plan, created_at) values ('acc', 'A', 'a', 'business', 0)`);
    for (let no = 1; no <= scene.monitors; no += 1) {
      await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, failure_threshold, recovery_threshold, public, tags, created_at)
        values (${no}, ${`mon_${no}`}, 'acc', 'Shop', 'http', 'https://shop.example', '{}', ${scene.intervalSeconds},
          10, 3, 1, 1, '[]', ${START})`);
    }
  });
}

async function fill(db: Database, scene: Scene): Promise<void> {
  const slots = new Slots();
  const random = generator(7);
  let now = START;
  const silent = { error: () => {}, info: () => {}, warn: () => {} };
  const deps = { db, clock: { now: () => now, monotonic: () => now }, log: silent } as unknown as Deps;
  const history = createHistory(deps);
  let batch: CheckResult[] = [];
  let pruned = START;
  for (let i = 0; i < scene.checksEach; i += 1) {
    for (let no = 1; no <= scene.monitors; no += 1) {
      now = START + i * scene.intervalSeconds * SECOND + Math.floor((no * scene.intervalSeconds * SECOND) / 23);
      batch.push(result(no, now, random));
      if (batch.length < BATCH) continue;
      const results = batch;
      batch = [];
      const absorbed = await db.write('bench', (tx) => absorb(tx, results, slots, now));
      absorbed.keepSlots();
    }
    if (now - pruned > 86_400 * SECOND) {
      await history.run();
      pruned = now;
    }
  }
}

/** One check in a thousand fails; response times are what a web server far away gives, with a long tail. */
function result(monitorNo: number, at: number, random: () => number): CheckResult {
  const total = Math.round(120 * Math.exp(0.35 * normal(random)) * (random() < 0.02 ? 5 : 1));
  const phases = {
    ...NO_PHASES,
    dns_ms: Math.round(total * 0.05),
    connect_ms: Math.round(total * 0.2),
    tls_ms: Math.round(total * 0.25),
    first_byte_ms: Math.round(total * 0.4),
    transfer_ms: Math.round(total * 0.1),
  };
  const failed = random() < 0.001;
  return {
    monitorNo,
    configVersion: 0,
    at,
    location: 0,
    verdict: {
      status: failed ? 'down' : 'up',
      reason: failed ? 'bad_status' : null,
      message: failed ? 'The server answered 503 Service Unavailable.' : null,
      responseTimeMs: total,
      statusCode: failed ? 503 : 200,
      phases,
    },
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
}

/** The same numbers in each run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function sizeOf(db: Database, path: string): Promise<number> {
  await db.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  return statSync(path).size;
}

/** Bytes of each table; for a shorter time than a year also what a year comes to, as details and fine sums stop growing. */
async function byTable(db: Database, scene: Scene): Promise<string> {
  const checks = scene.monitors * scene.checksEach;
  const size = async (table: string) => {
    const rows = await db.execute(`select sum(pgsize) from dbstat where name like '%${table}%' and aggregate = true`);
    return Number(rows.rows[0]?.[0] ?? 0);
  };
  const [results, details, summaries] = [await size('results'), await size('result_details'), await size('summaries')];
  const fine = await db.execute('select avg(grain = 0) from summaries');
  const kept = details + summaries * Number(fine.rows[0]?.[0] ?? 0);
  const year = (results + details + summaries - kept) / checks + kept / (scene.monitors * YEAR_OF_CHECKS);
  const each = (bytes: number) => (bytes / checks).toFixed(2);
  return `results ${each(results)}, details ${each(details)}, summaries ${each(summaries)}; over a year ${year.toFixed(2)}`;
}
