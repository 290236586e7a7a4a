import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Config, ConfigError, loadConfig, VERSION } from './config.ts';
import { systemClock } from './core/time.ts';
import type { Deps } from './deps.ts';
import { openDatabase } from './db/client.ts';
import { DatabaseRefused, filePath } from './db/file.ts';
import { type Lock, lockFolder } from './db/lock.ts';
import { migrate } from './db/migrate.ts';
import { Live } from './engine/live.ts';
import { Tally } from './engine/tally.ts';
import { createLog, type Log } from './log.ts';
import { createPasswords } from './users/passwords.ts';

/** The settings: the environment, completed by a file `.env` in the current folder when there is one. */
export function readSettings(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return loadConfig(process.env);
}

/**
 * Locks the data folder, opens and migrates the database and builds what everything is handed. Nothing runs yet:
 * `wake` does nothing until somebody replaces its functions.
 */
export async function openDeps(config: Config, log: Log): Promise<{ deps: Deps; close(): Promise<void> }> {
  const local = config.databaseUrl.startsWith('file:');
  const folders = new Set([config.dataPath, ...(local ? [dirname(filePath(config.databaseUrl))] : [])]);
  const locks: Lock[] = [];
  for (const folder of folders) locks.push(await lockFolder(folder));
  const db = await openDatabase(config.databaseUrl);
  const applied = await migrate(db, local ? config.dataPath : null);
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated');
  const deps: Deps = {
    config,
    db,
    clock: systemClock,
    log,
    live: new Live(),
    tally: new Tally(),
    outbound: {
      allowPrivate: config.allowPrivateTargets,
      resolvers: [],
      own: {
        host: new URL(config.baseUrl).hostname.replace(/^\[|\]$/g, ''),
        port: config.webPort,
        id: createHash('sha256').update(`check ${config.baseUrl}`).digest('hex').slice(0, 16),
      },
      userAgent: `StatusPing/${VERSION} (+${config.baseUrl})`,
    },
    passwords: createPasswords(),
    wake: { outbox: () => {}, scheduler: () => {} },
  };
  const close = async () => {
    await deps.passwords.close();
    await db.close();
    for (const lock of locks) lock.release();
  };
  return { deps, close };
}

/** What a failed start says to the operator, in one line; null for a fault of ours, which needs its stack. */
function explainFailure(error: unknown, config?: Config): string | null {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof DatabaseRefused) {
    const url = config?.databaseUrl ?? '';
    const name = url.startsWith('file:') ? filePath(url) : 'at DATABASE_URL';
    return `The database ${name} cannot be used: ${error.message}. Nothing was changed in it.`;
  }
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return `WEB_PORT: port ${config?.webPort} is ${code === 'EACCES' ? 'reserved' : 'in use'}. Example: WEB_PORT=8001`;
  }
  return null;
}

/** Ends a start that failed: one line, or the logged stack of our own fault; exit code 1. */
export function giveUp(error: unknown, config?: Config): never {
  const line = explainFailure(error, config);
  if (line === null) createLog('error').error({ err: error }, 'start failed');
  else console.error(line.replaceAll('\n', ' '));
  process.exit(1);
}
