import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { ROOT } from '../src/config.ts';
import { DAY, systemClock } from '../src/core/time.ts';
import { openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';

/**
 * From the start of the process to its first answer, and its memory: medians of some starts. V8 gives back what the
 * start took when little has happened for half a minute.
 */
const STARTS = 7;
const SETTLED_MS = 5_000;
const IDLE_MS = 60_000;

const BARE = `
  const server = require('node:http').createServer((q, a) => a.end('ok')).listen(0, () =>
    console.log('ready at http://localhost:' + server.address().port));
`;

execFileSync(process.execPath, [join(ROOT, 'build.mjs'), '--if-stale', '--quiet']);
await row('bare node:http', ['-e', BARE], 0);
await row('new installation', [join(ROOT, 'dist/main.mjs')], 0);
await row('1,000 monitors', [join(ROOT, 'dist/main.mjs')], 1_000);

async function row(name: string, words: string[], monitors: number): Promise<void> {
  const times: number[] = [];
  const used: number[] = [];
  let [settled, idle] = [0, 0];
  for (let i = 0; i < STARTS; i += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'statusping-bench-'));
    if (monitors > 0) await fill(folder, monitors);
    const from = performance.now();
    const child = spawn(process.execPath, words, { env: { ...process.env, DATA_PATH: folder, WEB_PORT: '0' } });
    const answer = await fetch(await address(child));
    await answer.text();
    times.push(performance.now() - from);
    used.push(cpuMilliseconds(child.pid ?? 0));
    // Memory is looked at in the last round only: it takes a while to settle.
    if (i === STARTS - 1) {
      await sleep(SETTLED_MS);
      settled = residentMegabytes(child.pid ?? 0);
      await sleep(IDLE_MS - SETTLED_MS);
      idle = residentMegabytes(child.pid ?? 0);
    }
    child.kill('SIGTERM');
    await once(child, 'close');
    rmSync(folder, { recursive: true });
  }
  const [wall, cpu] = [median(times).toFixed(0).padStart(5), median(used).toFixed(0).padStart(4)];
  console.log(
    `${name.padEnd(22)} ${wall} ms to the first answer, ${cpu} ms CPU, ${settled} MB after ${SETTLED_MS / 1_000} s, ${idle} MB idle`,
  );
}

/** What it says it listens on; its output is read on, so that it never waits for us. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      const url = /ready at (http:\/\/[^"\s]+)/.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once('close', () => reject(new Error('it did not start')));
  });
}

/** Monitors that are not due while we measure. */
async function fill(folder: string, count: number): Promise<void> {
  const db = await openDatabase(`file:${join(folder, 'statusping.db')}`);
  await migrate(db, null);
  const now = systemClock.now();
  await db.write('fill', async (tx) => {
    await tx.run(
      sql`insert into accounts (id, name, slug, plan, created_at) values ('acc_1', 'A', 'a', 'business', 0)`,
    );
    await tx.run(sql`
      insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, next_check_at, created_at)
      select 'mon_' || value, 'acc_1', 'Monitor ' || value, 'http', 'http://127.0.0.1:1/', '{}', 300, 30, 3, 1, 1, '[]',
        ${now + DAY}, ${now} from generate_series(1, ${count})`);
  });
  await db.close();
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** User and system time of a process so far; the kernel counts in hundredths of a second. */
function cpuMilliseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1_024);
}
