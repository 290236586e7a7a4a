import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { systemClock } from '../src/core/time.ts';
import type { Deps } from '../src/deps.ts';
import { Live } from '../src/engine/live.ts';
import { createLog } from '../src/log.ts';
import type { AppEnv } from '../src/web/env.ts';
import { openTestDatabase } from '../tests/support/db.ts';
import { plantPage } from '../tests/support/pages.ts';

/**
 * Requests per second and p99 of a status page with 50 monitors over 90 days, beside a static file of the same bytes from a
 * bare node:http. Both are served by this process, one after the other; the load comes from another one (wrk where it
 * is installed). CPU is user + system of this process.
 */
const SECONDS = 4;
const CONNECTIONS = 64;

// Views are kept compiled in production only, and this is read when the module is loaded.
process.env['NODE_ENV'] = 'production';
const { publicPages } = await import('../src/statuspages/public.ts');
const { createViews } = await import('../src/web/render.ts');

const LOAD = `
  const http = require('node:http');
  const [url, connections, seconds, encoding] = process.argv.slice(1);
  const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connections) });
  const until = Date.now() + Number(seconds) * 1000;
  let open = 0;
  const took = [];
  const next = () => {
    if (Date.now() > until) {
      if (--open === 0) {
        took.sort((a, b) => a - b);
        console.log(took.length + ' requests in, 99% ' + took[Math.floor(took.length * 0.99)].toFixed(2) + 'ms');
        process.exit();
      }
      return;
    }
    const from = performance.now();
    http.get(url, { agent, headers: { accept: 'text/html', ...(encoding ? { 'accept-encoding': encoding } : {}) } }, (r) => {
      r.resume(); r.on('end', () => { took.push(performance.now() - from); next(); });
    });
  };
  for (; open < Number(connections); open++) next();
`;
const hasWrk = installed('wrk');

const { db, close } = await openTestDatabase();
const pages = await startPages();
const address = `http://127.0.0.1:${port(pages)}/s/bench`;
const body = Buffer.from(await (await fetch(address, { headers: { 'accept-encoding': 'identity' } })).arrayBuffer());
const json = await fetch(`${address}/api`, { headers: { 'accept-encoding': 'gzip' } });
const files = await startStatic(body);

console.log(
  `50 monitors, 90 days: HTML ${body.length} B, JSON ${json.headers.get('content-length')} B packed; load by ${hasWrk ? 'wrk' : 'node'}`,
);
await row('static file of the same bytes', `http://127.0.0.1:${port(files)}/`, CONNECTIONS);
await row('page, ready-made', address, CONNECTIONS);
await row('page, unknown query parameters', `${address}?utm_source=x&y=1`, CONNECTIONS);
await row('page, gzip', address, CONNECTIONS, 'gzip');
await row('JSON, gzip', `${address}/api`, CONNECTIONS, 'gzip');
// One at a time: requests that come together share one rendering.
await row('page, read and rendered each time', `http://127.0.0.1:${port(pages)}/fresh/bench`, 1);

pages.close();
files.close();
await close();
process.exit(0);

async function startPages(): Promise<Server> {
  const monitors = Array.from({ length: 50 }, (_, i) => ({
    name: `Service number ${i + 1}`,
    downSeconds: (ago: number) => ((ago * 7_919 + i * 104_729) % 41 === 0 ? 60 * (1 + ((ago * i) % 300)) : 0),
  }));
  const page = await plantPage(db, systemClock.now(), { slug: 'bench', title: 'Bench', monitors });
  const events = new Live();
  const deps = {
    config: { baseUrl: 'http://localhost' },
    db,
    clock: systemClock,
    live: events,
    log: createLog('error'),
  } as unknown as Deps;
  const app = new Hono<AppEnv>();
  app.route('/s', publicPages(deps, createViews(deps)));
  app.use('/fresh/*', async (_c, next) => {
    events.publish({ accountId: page.accountId, type: 'settings', monitorIds: [] });
    await next();
  });
  app.route('/fresh', publicPages(deps, createViews(deps)));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  if (!server.listening) await once(server, 'listening');
  return server;
}

async function startStatic(bytes: Buffer): Promise<Server> {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-length': bytes.length };
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function row(name: string, url: string, connections: number, encoding = ''): Promise<void> {
  await load(url, connections, 1, encoding);
  const before = process.cpuUsage();
  const from = performance.now();
  const { done, p99 } = await load(url, connections, SECONDS, encoding);
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(before);
  const perSecond = Math.round(done / seconds).toLocaleString('en-US');
  const each = ((user + system) / 1_000 / done).toFixed(4);
  console.log(`${name.padEnd(34)} ${perSecond.padStart(8)} /s  p99 ${p99.padStart(9)}  ${each} ms CPU each`);
}

/** Answers in that time and the slowest hundredth, from a process of its own. */
async function load(url: string, connections: number, seconds: number, encoding: string) {
  const header = encoding === '' ? [] : ['-H', `accept-encoding: ${encoding}`];
  const child = hasWrk
    ? spawn('wrk', ['-t1', '--latency', `-c${connections}`, `-d${seconds}s`, '-H', 'accept: text/html', ...header, url])
    : spawn(process.execPath, ['-e', LOAD, url, String(connections), String(seconds), encoding]);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child, 'close');
  return { done: Number(said.match(/(\d+) requests in/)?.[1]), p99: said.match(/99%\s+(\S+)/)?.[1] ?? '' };
}

function installed(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}
