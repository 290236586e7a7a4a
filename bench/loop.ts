import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { sql } from 'drizzle-orm';
import { systemClock } from '../src/core/time.ts';

/**
 * The longest that one piece of a large job holds the event loop, with 1,000 monitors and their history: each job comes
 * over a real connection from another process, and the loop of this one is watched meanwhile. Checks and requests of
 * everybody wait that long. Most run twice: cold code and warm code. Takes about a minute.
 */
const MONITORS = 1_000;
const GOAL_MS = 20;
const TICK_MS = 1;

// Views are kept compiled in production only, and this is read when the module is loaded.
process.env['NODE_ENV'] = 'production';
const { testApp } = await import('../tests/support/app.ts');
const { PASSWORD, signUp } = await import('../tests/support/world.ts');
const { plantMonitors } = await import('../tests/support/pages.ts');

const CALLER = `
  const { writeFileSync } = require('node:fs');
  process.on('message', async ({ url, file, ...init }) => {
    const answer = await fetch(url, { redirect: 'manual', ...init });
    const body = Buffer.from(await answer.arrayBuffer());
    writeFileSync(file, body);
    process.send({ status: answer.status, bytes: body.length });
  });
`;

interface Call {
  path: string;
  method?: string;
  form?: Record<string, string>;
  json?: unknown;
}

const folder = mkdtempSync(join(tmpdir(), 'statusping-loop-'));
writeFileSync(join(folder, 'caller.cjs'), CALLER);
const bodyFile = join(folder, 'body');
const test = await testApp({ clock: systemClock });
const owner = await signUp(test, 'bench@example.com', 'bench', { plan: 'business' });
const page = await test.deps.db.read.get<{ id: string }>('select id from status_pages');
const plans = Array.from({ length: MONITORS }, (_, i) => ({
  name: `Service number ${i + 1}`,
  target: `https://service-${i + 1}.internal.example.test/health/of/everything?with=a&long=query&and=${'x'.repeat(20)}`,
}));
await plantMonitors(test.deps.db, systemClock.now(), owner.accountId, page.id, plans);
// A page shows at most 500 lines.
await test.deps.db.write('arrange', (tx) => tx.run(sql`delete from components where position >= 400`));
const server = serve({ fetch: test.app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
if (!server.listening) await once(server, 'listening');
const caller: ChildProcess = fork(join(folder, 'caller.cjs'), { execArgv: [] });
const cookie = [...owner.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

console.log(`${MONITORS} monitors with 90 days of history; goal: nothing holds the loop over ${GOAL_MS} ms`);
await row('GET /metrics?monitors=1', { path: '/metrics?monitors=1' });
await row('GET account export', { path: '/settings/export.json' });
await row('GET reports.csv', { path: '/reports.csv' });
await row('GET settings file', { path: '/settings/file/statusping.yaml' });
const file = readFileSync(bodyFile, 'utf8');
await measureFile();
await measureImports();
await measureBulk();
await row('GET record as CSV', { path: '/settings/audit.csv' });
await row('GET record as JSON', { path: '/settings/audit.json' });
const name = (await test.deps.db.read.get<{ name: string }>('select name from accounts')).name;
await timed('POST delete the account', { path: '/settings/delete', form: { name, password: PASSWORD } });

caller.kill();
server.close();
await test.close();
rmSync(folder, { recursive: true });
process.exit(0);

/** The whole road of a settings file: its plan, the plan again at the button, a thousand changes. */
async function measureFile(): Promise<void> {
  const text = file.replaceAll(/^ {4}target: /gm, '    interval: 10m\n    target: ');
  const kilobytes = Math.round(Buffer.byteLength(text) / 1_024);
  const form = { text };
  await row(`POST settings file of ${kilobytes} KiB, plan`, { path: '/settings/file', form });
  const seen = /name="seen" value="([^"]+)"/.exec(readFileSync(bodyFile, 'utf8'))?.[1] ?? '';
  const steps = async () => {
    await call({ path: '/settings/file/apply', form: { ...form, seen } });
    // The page says it itself: while it draws itself again, the work goes on.
    for (;;) {
      const status = await call({ path: '/settings/file/progress' });
      if (!readFileSync(bodyFile, 'utf8').includes('in the background')) return status;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  await watched(`POST settings file, apply ${MONITORS} changes`, steps, 0);
}

async function measureImports(): Promise<void> {
  const kuma = {
    version: '1.23.16',
    notificationList: [],
    monitorList: Array.from({ length: MONITORS }, (_, i) => ({
      id: i + 1,
      name: `Kuma ${i + 1}`,
      type: 'http',
      url: `https://kuma-${i + 1}.example.com/`,
      interval: 60,
      maxretries: 2,
      timeout: 48,
      active: true,
      accepted_statuscodes: ['200-299'],
      headers: '{"X-Probe": "yes"}',
      method: 'GET',
      notificationIDList: {},
      tags: [{ name: 'shop', value: 'eu' }],
    })),
  };
  const gatus = Array.from(
    { length: MONITORS },
    (_, i) =>
      `  - name: Gatus ${i + 1}\n    group: core\n    url: "https://gatus-${i + 1}.example.org/health"\n    interval: 2m\n    conditions:\n      - "[STATUS] == 200"\n      - "[RESPONSE_TIME] < 500"\n      - "[BODY].status == UP"\n`,
  );
  const [backup, endpoints] = [JSON.stringify(kuma), `endpoints:\n${gatus.join('')}`];
  await row('POST import of Kuma JSON, dry run', { path: '/api/import', json: { content: backup } });
  await row('POST import of Gatus YAML, dry run', { path: '/api/import', json: { content: endpoints } });
  await row('POST import of Gatus YAML, page', {
    path: '/settings/import',
    form: { text: endpoints, source: 'gatus' },
  });
}

async function measureBulk(): Promise<void> {
  const changes = {
    'tags added': { tags_add: ['bench'] },
    'interval set': { interval_seconds: 600 },
    paused: { paused: true },
    resumed: { paused: false },
    hidden: { public: false },
    shown: { public: true },
  };
  for (const [word, change] of Object.entries(changes)) {
    const sent = { path: '/api/monitors/bulk', json: { filter: {}, change } };
    await timed(`POST bulk, ${word}`, sent);
    if (word !== 'tags added') continue;
    const { undo_id } = JSON.parse(readFileSync(bodyFile, 'utf8')) as { undo_id: string };
    await timed('POST bulk, undone', { path: `/api/undo/${undo_id}`, json: {} });
  }
  await row('POST bulk page, preview', { path: '/monitors/bulk', form: { all: 'true', do: 'pause' } });
}

async function row(what: string, sent: Call): Promise<void> {
  for (const no of [0, 1]) await timed(what, sent, no);
}

async function timed(what: string, sent: Call, no = 0): Promise<void> {
  await watched(what, () => call(sent), no);
}

async function watched(what: string, work: () => Promise<number>, no: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const loop = watchLoop();
  const [before, from] = [process.cpuUsage(), performance.now()];
  const status = await work();
  const { user, system } = process.cpuUsage(before);
  const took = ((performance.now() - from) / 1_000).toFixed(2);
  const { busy, away } = loop.stop();
  const holds = `held ${busy.toFixed(0).padStart(4)} ms busy, ${away.toFixed(0).padStart(4)} ms by the clock`;
  const cpu = ((user + system) / 1e6).toFixed(2).padStart(5);
  const told = `${what}${no === 0 ? '' : ', again'}`.padEnd(48);
  console.log(`${told} ${holds}  ${cpu} s CPU of ${took.padStart(5)} s  ${status}${busy > GOAL_MS ? '  OVER' : ''}`);
}

/**
 * The longest that the loop did not come round: by the clock, and how much of that its thread was at work, which is what
 * counts where other programs want the processor too.
 */
function watchLoop() {
  let [busy, away, from, worked] = [0, 0, performance.now(), threadMs()];
  const timer = setInterval(() => {
    const [now, own] = [performance.now(), threadMs()];
    const hold = now - from - TICK_MS;
    away = Math.max(away, hold);
    busy = Math.max(busy, Math.min(hold, own - worked));
    [from, worked] = [now, own];
  }, TICK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return { busy, away };
    },
  };
}

/** Time that the main thread had a processor; elsewhere than on Linux that of all threads. */
function threadMs(): number {
  if (process.platform === 'linux') {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function call({ path, method, form, json }: Call): Promise<number> {
  const sending = form !== undefined || json !== undefined;
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const body = form === undefined ? JSON.stringify(json) : new URLSearchParams(form).toString();
  const origin = { origin: test.deps.config.baseUrl, 'sec-fetch-site': 'same-origin' };
  caller.send({
    url: `${base}${path}`,
    file: bodyFile,
    method: method ?? (sending ? 'POST' : 'GET'),
    headers: { cookie, ...origin, accept: '*/*', ...(sending ? { 'content-type': type } : {}) },
    ...(sending ? { body } : {}),
  });
  const [{ status }] = (await once(caller, 'message')) as [{ status: number }];
  return status;
}
