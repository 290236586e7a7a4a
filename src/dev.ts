import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { SMTPServer } from 'smtp-server';
import { buildApp } from './app.ts';
import { ROOT } from './config.ts';
import { seedDemo } from './db/seed.ts';
import { newToken } from './db/ids.ts';
import type { Deps } from './deps.ts';
import { startEngine } from './engine/start.ts';
import { createLog } from './log.ts';
import { findUserByEmail } from './users/queries.ts';
import { createUser } from './users/actions.ts';
import { pageJobs } from './statuspages/jobs.ts';
import { giveUp, openDeps, readSettings } from './start.ts';

// `npm run dev`: the product from its sources, with a demo world in data/dev, a small site to watch that fails in
// parts, a mailbox that prints what arrives, and a link that logs in. Not part of the built program.

const DEMO = { email: 'demo@example.com', password: 'only for development', name: 'Corner Shop', slug: 'corner-shop' };
const port = Number(process.env['WEB_PORT'] ?? 8000);
const SITE_PORT = port + 1;
const MAIL_PORT = port + 2;

Object.assign(process.env, {
  NODE_ENV: 'development',
  DATA_PATH: 'data/dev',
  ALLOW_PRIVATE_TARGETS: 'true',
  DEFAULT_PLAN: 'business',
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(MAIL_PORT),
  SMTP_USERNAME: '',
  SMTP_PASSWORD: '',
  SMTP_USE_TLS: 'false',
});

try {
  await start();
} catch (error) {
  giveUp(error);
}

async function start(): Promise<void> {
  const config = readSettings();
  const { deps } = await openDeps(config, createLog('info'));
  const style = watchStyles();
  await listen(demoSite(), SITE_PORT);
  mailbox().listen(MAIL_PORT, '127.0.0.1');
  await seedOnce(deps);
  const engine = startEngine(deps, pageJobs(deps));
  Object.assign(deps.wake, engine.wake);
  const app = buildApp(deps, () => engine.health());
  const token = newToken();
  const outer = new Hono().get(`/dev/${token}`, () => logIn(app)).mount('/', app.fetch);
  serve({ fetch: outer.fetch, port: config.webPort });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      style.kill();
      // The database needs no farewell: what was acknowledged is in its log.
      process.exit(0);
    });
  }
  console.log(`\n  Open ${config.baseUrl}/dev/${token} to be logged in as ${DEMO.email}`);
  console.log(`  Its site, part of which fails, is http://localhost:${SITE_PORT}; delete data/dev to start anew.\n`);
}

async function seedOnce(deps: Deps): Promise<void> {
  if (await findUserByEmail(deps.db.read, DEMO.email)) return;
  const { accountId } = await createUser(deps, { ...DEMO, plan: 'business' });
  const origin = `http://localhost:${SITE_PORT}`;
  await seedDemo(deps.db, { accountId, origin, alerts: true, now: deps.clock.now() });
}

/** The answer of the log-in form to the right password: a cookie, and on to the dashboard. */
function logIn(app: ReturnType<typeof buildApp>): Promise<Response> | Response {
  return app.request('/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ email: DEMO.email, password: DEMO.password }).toString(),
  });
}

/** What the demo monitors watch: `/down` fails, `/slow` takes its time, everything else is well. */
function demoSite(): Server {
  return createServer((request, response) => {
    const path = request.url ?? '/';
    response.statusCode = path === '/down' ? 503 : 200;
    setTimeout(() => response.end(`This is ${path}`), path === '/slow' ? 2_500 : 20 + 60 * Math.random());
  });
}

async function listen(server: Server, at: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, '127.0.0.1', resolve);
  });
}

/** Takes every mail and prints who it is for, its subject and its first link. */
function mailbox(): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString();
      });
      stream.on('end', () => {
        const subject = /^Subject: (.+)$/im.exec(text)?.[1]?.trim() ?? '';
        const link = /https?:\/\/\S+/.exec(text.replace(/=\r?\n/g, ''))?.[0] ?? '';
        const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
        console.log(`  Mail to ${to}: ${subject} ${link}`);
        done();
      });
    },
  });
}

/** Rebuilds the style sheet when a view or a style changes; `always`, because it would stop with its input. */
function watchStyles() {
  const tailwind = join(ROOT, 'node_modules/@tailwindcss/cli/dist/index.mjs');
  const files = ['-i', 'views/styles/app.css', '-o', 'public/build/app.css'];
  return spawn(process.execPath, [tailwind, '--watch=always', ...files], { cwd: ROOT, stdio: 'ignore' });
}
