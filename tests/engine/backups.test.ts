import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/core/time.ts';
import { openDatabase } from '../../src/db/client.ts';
import { type Backups, createBackups } from '../../src/engine/backups.ts';
import { type EngineWorld, engineWorld } from '../support/engine-world.ts';

let world: EngineWorld;
let folder: string;
const made: Backups[] = [];
beforeEach(async () => {
  world = await engineWorld();
  folder = mkdtempSync(join(tmpdir(), 'statusping-backups-'));
  const databaseUrl = pathToFileURL(world.path).href;
  Object.assign(world.deps.config, { dataPath: folder, databaseUrl, backup: { everyMs: DAY, keep: 2 } });
});
afterEach(async () => {
  for (const one of made.splice(0)) one.stop();
  await world.close();
  rmSync(folder, { recursive: true });
});

function open(free?: () => Promise<number>): Backups {
  const backups = free ? createBackups(world.deps, free) : createBackups(world.deps);
  made.push(backups);
  return backups;
}
/** Without what looking at one leaves beside it. */
const copies = () =>
  readdirSync(join(folder, 'backups'))
    .filter((name) => !/-(?:wal|shm)$/.test(name))
    .toSorted();
const mails = () =>
  world.db.read.all<{ event: string; reason: string | null; until: number | null }>(sql`
    select event, payload->>'$.data.reason' as reason, payload->>'$.data.until' as until
    from deliveries where user_id is not null and state = 'queued' order by rowid`);

test('a copy is made when one is due, under writes, whole, for the owner’s eyes only', async () => {
  const backups = open();
  const done = backups.look();
  let writes = 0;
  const finished = new AbortController();
  void done.finally(() => finished.abort());
  while (!finished.signal.aborted) {
    await world.db.write('pair', async (tx) => {
      await tx.run(sql`insert into installation values (${`a${writes}`}, hex(randomblob(300)))`);
      await tx.run(sql`insert into installation values (${`b${writes}`}, hex(randomblob(300)))`);
    });
    writes += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  expect(writes).toBeGreaterThan(0);
  expect(copies()).toEqual(['scheduled-20261120120000.db']);
  const file = join(folder, 'backups', copies()[0] ?? '');
  expect([statSync(file).mode & 0o777, statSync(join(folder, 'backups')).mode & 0o777]).toEqual([0o600, 0o700]);
  const copy = await openDatabase(pathToFileURL(file).href);
  const [pairs] = await copy.read.all<{ a: number; b: number }>(
    sql`select sum(key like 'a%') as a, sum(key like 'b%' and key <> 'backup') as b from installation`,
  );
  expect(pairs?.a).toBe(pairs?.b);
  await copy.close();
  expect(backups.health()).toEqual({ everyMs: DAY, lastAt: world.clock.now(), problem: null });
  await backups.look();
  expect(copies()).toHaveLength(1);
});

test('the newest are kept, those a person made for ever; a restart knows when the last one was', async () => {
  mkdirSync(join(folder, 'backups'));
  writeFileSync(join(folder, 'backups', 'statusping-20260101000000.db'), 'mine');
  writeFileSync(join(folder, 'backups', 'scheduled-20260101000000.db.part'), 'half');
  for (let day = 0; day < 4; day += 1) {
    await open().look();
    world.clock.advance(DAY);
  }
  expect(copies()).toEqual([
    'scheduled-20261122120000.db',
    'scheduled-20261123120000.db',
    'statusping-20260101000000.db',
  ]);
  world.clock.advance(-HOUR);
  const restarted = open();
  await restarted.look();
  expect(copies()).toHaveLength(3);
  expect(restarted.health().lastAt).toBe(world.clock.now() - DAY + HOUR);
  // Somebody removed the newest: it is made again.
  rmSync(join(folder, 'backups', 'scheduled-20261123120000.db'));
  await restarted.look();
  expect(copies()).toContain('scheduled-20261124110000.db');
});

test('a disk without room for two is left alone; the operator is told once, and once when it works again', async () => {
  let room = 1_000;
  const backups = open(() => Promise.resolve(room));
  await backups.look();
  expect(copies()).toEqual([]);
  expect(backups.health().problem).toMatch(/^The disk has 0\.0 MiB left and a copy needs \d+\.\d MiB\.$/);
  expect(await mails()).toEqual([{ event: 'backup_failed', reason: backups.health().problem, until: null }]);
  await backups.look();
  room = 1e12;
  await backups.look();
  expect(copies()).toEqual([]);
  world.clock.advance(HOUR);
  await backups.look();
  expect(copies()).toHaveLength(1);
  expect(backups.health().problem).toBe(null);
  expect(await mails()).toEqual([{ event: 'backup_failed', reason: null, until: world.clock.now() }]);
});

test('a copy that fails leaves no half of itself, older ones stay, and the reason is in the log only', async () => {
  const backups = open();
  await backups.look();
  world.clock.advance(DAY);
  Object.assign(world.deps.config, { databaseUrl: pathToFileURL(join(folder, 'none', 'none.db')).href });
  await backups.look();
  expect(copies()).toEqual(['scheduled-20261120120000.db']);
  expect(backups.health().problem).toBe('The copy could not be made; the log says why.');
  expect(world.logged.some(({ msg }) => msg === 'the database could not be copied')).toBe(true);
});

test('never means never, and a database server makes its own', async () => {
  Object.assign(world.deps.config, { backup: { everyMs: 0, keep: 2 } });
  await open().look();
  Object.assign(world.deps.config, { backup: { everyMs: DAY, keep: 2 }, databaseUrl: 'libsql://db.example.com' });
  const backups = open();
  await backups.look();
  expect(backups.health()).toEqual({ everyMs: 0, lastAt: null, problem: null });
  expect(existsSync(join(folder, 'backups'))).toBe(false);
});
