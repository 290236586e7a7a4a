import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { ROOT, VERSION } from '../config.ts';
import type { Database } from './client.ts';
import { DatabaseRefused } from './file.ts';

const FOLDER = join(ROOT, 'drizzle');
/** How many copies made before migrations are kept. */
const COPIES = 3;
/** drizzle's own table, so that drizzle-kit and this runner agree about what has been applied. */
const JOURNAL =
  'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)';

interface Migration {
  /** File name without `.sql`, e.g. `0001_add_tags`. */
  tag: string;
  /** The number drizzle knows it by, epoch ms of its making. */
  when: number;
}

/**
 * Brings the schema up to date in one transaction and returns the names of what was applied. An existing database is
 * first copied into `copyFolder` (null for a remote one). Throws `DatabaseRefused` for a database of a newer version
 * or of another program, leaving it as it was (R-DU-10).
 */
export async function migrate(db: Database, copyFolder: string | null, folder = FOLDER): Promise<string[]> {
  const known = knownMigrations(folder);
  const applied = await appliedMigrations(db);
  refuseForeign(known, applied);
  const newest = Math.max(0, ...applied);
  const pending = known.filter(({ when }) => when > newest);
  if (pending.length === 0) return [];
  if (applied.length > 0 && copyFolder) await copyBefore(db, copyFolder, pending[0]?.tag ?? '');
  await apply(db, pending, folder);
  return pending.map(({ tag }) => tag);
}

/**
 * Throws `DatabaseRefused` unless the database is one of ours, of this version or an older one; changes nothing.
 */
export async function refuseUnknown(db: Database, folder = FOLDER): Promise<void> {
  const applied = await appliedMigrations(db);
  if (applied.length === 0) throw new DatabaseRefused('it is empty, so it is no copy of ours');
  refuseForeign(knownMigrations(folder), applied);
}

function knownMigrations(folder: string): Migration[] {
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as { entries: Migration[] };
  return journal.entries.map(({ tag, when }) => ({ tag, when }));
}

/** The numbers of what the database has; throws when it holds tables but no journal. */
async function appliedMigrations(db: Database): Promise<number[]> {
  const tables = await db.read.all<{ name: string }>(sql`select name from sqlite_schema where type = 'table'`);
  if (tables.length === 0) return [];
  if (!tables.some(({ name }) => name === '__drizzle_migrations')) {
    throw new DatabaseRefused('it holds tables of another program; give StatusPing a file of its own');
  }
  const rows = await db.read.all<{ at: number }>(sql`select created_at as at from __drizzle_migrations`);
  return rows.map(({ at }) => at);
}

function refuseForeign(known: Migration[], applied: number[]): void {
  if (applied.every((at) => known.some(({ when }) => when === at))) return;
  throw new DatabaseRefused(
    `a newer StatusPing has changed its tables and version ${VERSION} does not know them; ` +
      'start the newer version, or restore the copy it made (statusping.before-….db)',
  );
}

/** A compact copy beside the data; written under another name first, so that a half-made one is never mistaken. */
async function copyBefore(db: Database, folder: string, tag: string): Promise<void> {
  const target = join(folder, `statusping.before-${tag}.db`);
  const half = `${target}.part`;
  rmSync(half, { force: true });
  await db.execute(`VACUUM INTO '${half.replaceAll("'", "''")}'`);
  chmodSync(half, 0o600);
  renameSync(half, target);
  const copies = readdirSync(folder)
    .filter((name) => /^statusping\.before-.+\.db$/.test(name))
    .map((name) => join(folder, name))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of copies.slice(COPIES)) rmSync(old);
}

/** Foreign keys are off while tables are rebuilt, which SQLite allows outside a transaction only, and checked after. */
async function apply(db: Database, pending: Migration[], folder: string): Promise<void> {
  await db.execute('PRAGMA foreign_keys=OFF');
  try {
    await db.write('migrate', async (tx) => {
      await tx.run(sql.raw(JOURNAL));
      for (const { tag, when } of pending) {
        const file = join(folder, `${tag}.sql`);
        if (!existsSync(file)) throw new Error(`the migration ${file} is missing`);
        const text = readFileSync(file, 'utf8');
        for (const statement of text.split('--> statement-breakpoint')) await tx.run(sql.raw(statement));
        const hash = createHash('sha256').update(text).digest('hex');
        await tx.run(sql`insert into __drizzle_migrations (hash, created_at) values (${hash}, ${when})`);
      }
      const orphans = await tx.all(sql`PRAGMA foreign_key_check`);
      if (orphans.length > 0) throw new DatabaseRefused('rows without their parents were found while migrating');
    });
  } finally {
    await db.execute('PRAGMA foreign_keys=ON');
  }
}
