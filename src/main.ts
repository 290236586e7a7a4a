import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { buildApp } from './app.ts';
import { billingJobs } from './billing/jobs.ts';
import { type Config, VERSION } from './config.ts';
import { listenConsole } from './console.ts';
import { prepareDemo } from './demo.ts';
import { startEngine } from './engine/start.ts';
import { createLog, type Log } from './log.ts';
import { closeStreams } from './monitors/live.ts';
import { settleOperator } from './site/operator-actions.ts';
import { pageJobs } from './statuspages/jobs.ts';
import { giveUp, openDeps, readSettings } from './start.ts';

/** Container engines kill after ten seconds; what is not finished by then is done again after the next start. */
const GRACE_MS = 8_000;
/** R-DO-1: slow or silent clients cost a socket, not more. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 5_000,
};
/** A fault that comes back this often within a minute is not of one request or check: a new start is better. */
const FAULTS_PER_MINUTE = 50;

const leave = (code = 0): void => process.exit(code);

let config: Config | undefined;
try {
  config = readSettings();
  await start(config, createLog(config.logLevel));
} catch (error) {
  giveUp(error, config);
}

async function start(config: Config, log: Log): Promise<void> {
  // A process with id 1, as in a container, ignores the signals it has not asked for.
  let stop = leave;
  process.on('SIGTERM', () => stop());
  process.on('SIGINT', () => stop());
  surviveFaults(log, () => stop(1));

  const opened = await openDeps(config, log);
  const { deps } = opened;
  await settleOperator(deps);
  await prepareDemo(deps);
  const engine = startEngine(deps, [...pageJobs(deps), ...billingJobs(deps)]);
  Object.assign(deps.wake, engine.wake);
  const server = await listen(buildApp(deps, () => engine.health()).fetch, config);
  const remote = await listenConsole(deps);
  log.info({ version: VERSION, data: config.dataPath }, `StatusPing is ready at ${config.baseUrl}`);

  stop = (code) => {
    stop = () => {};
    log.info('stopping');
    setTimeout(() => {
      log.warn('stopped before everything was finished');
      process.exit(code);
    }, GRACE_MS);
    void Promise.all([drain(server), engine.stop(), remote.close()])
      .then(() => opened.close())
      .catch((error: unknown) => log.error({ err: error }, 'stopping failed'))
      .finally(() => process.exit(code));
  };
}

/** Resolves once the port is open; with WEB_PORT=0 the address of this installation is known only then. */
async function listen(fetch: Parameters<typeof serve>[0]['fetch'], config: Config): Promise<Server> {
  const server = serve({ fetch, port: config.webPort, serverOptions: LIMITS }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  if (config.baseUrl === 'http://localhost:0' && typeof address === 'object' && address) {
    config.baseUrl = `http://localhost:${address.port}`;
  }
  return server;
}

/** Answers what was asked already, ends the streams that would never end by themselves, takes nothing new. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  closeStreams();
  // A connection becomes idle when its answer has left, and browsers keep idle ones open.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS / 2);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

/** One request's or check's uncaught error must not end the others' (R-DO-6). */
function surviveFaults(log: Log, stop: () => void): void {
  let recent: number[] = [];
  const survive = (error: unknown) => {
    log.error({ err: error }, 'uncaught error');
    const now = performance.now();
    recent = [...recent.filter((at) => now - at < 60_000), now];
    if (recent.length > FAULTS_PER_MINUTE) stop();
  };
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);
}
