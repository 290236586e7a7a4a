import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../config.ts';
import { HOUR } from '../core/time.ts';
import { backupDatabase, databaseSize, freeBytes } from '../db/backup.ts';
import type { Deps } from '../deps.ts';
import { readFact, writeFact } from '../site/installation-queries.ts';
import { tellOperator } from './operator.ts';

/** How the scheduled copies are. */
export interface BackupHealth {
  /** How often one is made, ms; 0 is never. */
  everyMs: number;
  /** When the newest one was made, epoch ms. */
  lastAt: number | null;
  /** Why the latest try made none, as a sentence; null when it did. */
  problem: string | null;
}

export interface Backups {
  /** Makes a copy if one is due; called by the timer. Never throws. */
  look(): Promise<void>;
  health(): BackupHealth;
  /** Gives up a copy being made. */
  stop(): void;
}

interface Made {
  at: number;
  file: string;
}

const FACT = 'backup';
/** Only what this made is ever removed by it: copies that a person made have other names. */
const OURS = /^scheduled-\d{14}\.db$/;
/** A try that failed is repeated after this. */
const RETRY_MS = HOUR;

/**
 * Copies the database into `DATA_PATH/backups` as often as the settings say and keeps the newest ones. The operator is
 * told when a copy fails, once until one succeeds. `free` says how much room there is, in bytes.
 */
export function createBackups(deps: Deps, free: typeof freeBytes = freeBytes): Backups {
  const { config, clock, log, db } = deps;
  const everyMs = config.databaseUrl.startsWith('file:') ? config.backup.everyMs : 0;
  const folder = join(config.dataPath, 'backups');
  const stopping = new AbortController();
  let last: Made | null = null;
  let failing: { since: number; at: number; problem: string } | null = null;
  let looking: Promise<void> | null = null;
  const remembered = readFact<Made>(db.read, FACT).then(
    (found) => {
      last = found;
    },
    (err: unknown) => log.warn({ err }, 'when the database was last copied is not known'),
  );

  async function makeOne(now: number): Promise<Made> {
    makeFolder(folder);
    chmodSync(folder, 0o700);
    for (const name of readdirSync(folder)) {
      if (name.startsWith('scheduled-') && name.endsWith('.part')) rmSync(join(folder, name));
    }
    const size = databaseSize(config.databaseUrl) ?? { file: 0, log: 0 };
    const [needed, room] = [2 * (size.file + size.log), await free(folder)];
    if (room < needed) throw new NoRoom(`The disk has ${megabytes(room)} left and a copy needs ${megabytes(needed)}.`);
    const file = `scheduled-${new Date(now).toISOString().replace(/\D/g, '').slice(0, 14)}.db`;
    await backupDatabase(config.databaseUrl, join(folder, file), stopping.signal);
    const made = { at: now, file };
    await db.write('backup made', (tx) => writeFact(tx, FACT, made));
    return made;
  }

  function rotate(): void {
    const copies = readdirSync(folder).filter((name) => OURS.test(name));
    for (const old of copies.toSorted().toReversed().slice(config.backup.keep)) rmSync(join(folder, old));
  }

  async function examine(): Promise<void> {
    await remembered;
    const now = clock.now();
    // A copy somebody removed does not count, and one from the future is a clock that was set back.
    const present = last && last.at <= now && existsSync(join(folder, last.file)) ? last.at : null;
    if (present !== null && now - present < everyMs) return;
    if (failing && now >= failing.at && now - failing.at < RETRY_MS) return;
    last = await makeOne(now);
    rotate();
    log.info({ file: last.file }, 'the database was copied');
    if (failing) await tellOperator(deps, 'backup_failed', { since: failing.since, until: clock.now() });
    failing = null;
  }

  async function failed(error: unknown): Promise<void> {
    if (stopping.signal.aborted) return;
    const problem = error instanceof NoRoom ? error.message : 'The copy could not be made; the log says why.';
    const at = clock.now();
    log.error({ err: error }, 'the database could not be copied');
    const first = failing === null;
    failing = { since: failing?.since ?? at, at, problem };
    if (first) await tellOperator(deps, 'backup_failed', { since: at, reason: problem });
  }

  return {
    look: () => {
      if (everyMs === 0 || stopping.signal.aborted) return Promise.resolve();
      looking ??= examine()
        .catch(failed)
        .finally(() => {
          looking = null;
        });
      return looking;
    },
    health: () => ({ everyMs, lastAt: last?.at ?? null, problem: failing?.problem ?? null }),
    stop: () => stopping.abort(),
  };
}

class NoRoom extends Error {}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
