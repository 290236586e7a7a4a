import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../src/config.ts';
import { buildOnce, openPlace, type Place } from './support/process.ts';

beforeAll(buildOnce);

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.close());

const KILLS = 8;

/** Runs `restore copy.db`, killed after `ms` unless it has ended by then; how long it ran, ms. */
async function restore(ms: number): Promise<number> {
  const from = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli.mjs'), 'restore', 'copy.db'], {
    cwd: join(place.data, '..'),
    env: { PATH: process.env['PATH'] ?? '', DATA_PATH: place.data },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  await once(child, 'close');
  clearTimeout(timer);
  return performance.now() - from;
}

/** What the database says, once it was found whole. */
async function look(): Promise<unknown> {
  const path = join(place.data, 'statusping.db');
  expect(existsSync(path)).toBe(true);
  const client = createClient({ url: `file:${path}` });
  expect((await client.execute('PRAGMA integrity_check')).rows[0]?.[0]).toBe('ok');
  const { rows } = await client.execute("select value from installation where key = 'word'");
  client.close();
  return rows[0]?.[0];
}

async function say(word: string): Promise<void> {
  const client = createClient({ url: `file:${join(place.data, 'statusping.db')}` });
  await client.execute({ sql: "insert or replace into installation values ('word', ?)", args: [word] });
  client.close();
}

test('killed at any moment, there is the old database or the new one, whole', async () => {
  mkdirSync(place.data, { recursive: true });
  expect((await place.cli(['migrate'])).code).toBe(0);
  await say('copied');
  // Some size, so that the moments fall into its copying and examining too.
  const client = createClient({ url: `file:${join(place.data, 'statusping.db')}` });
  await client.execute('create table filling (bytes)');
  await client.execute(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into filling select randomblob(4000) from n`);
  client.close();
  expect((await place.cli(['backup', 'copy.db'])).code).toBe(0);
  await say('now');
  const whole = await restore(60_000);
  expect(await look()).toBe('copied');
  for (let i = 1; i <= KILLS; i += 1) {
    await say('now');
    await restore((whole * i) / KILLS);
    expect(['now', 'copied']).toContain(await look());
  }
  await say('now');
  await restore(60_000);
  expect(await look()).toBe('copied');
});
