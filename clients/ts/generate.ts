import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { testApp } from '../../tests/support/app.ts';
import { type ApiDocument, writeTypes } from './typescript.ts';

/**
 * Writes `api.ts` from the OpenAPI document: `npm run client:generate`; with `--check` it only says whether that would
 * change anything. We have our own small generator because openapi-typescript needs an older TypeScript than ours.
 */
const TARGET = join(import.meta.dirname, 'api.ts');

/** What `api.ts` should hold now, formatted. The document comes from the routes themselves; no server is started. */
export async function generated(): Promise<string> {
  const it = await testApp();
  try {
    const answer = await it.app.request('/openapi.json');
    return formatted(writeTypes((await answer.json()) as ApiDocument));
  } finally {
    await it.close();
  }
}

function formatted(source: string): string {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const ran = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=clients/ts/api.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    input: source,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (ran.status !== 0) throw new Error(`The generated client cannot be formatted: ${ran.stderr}`);
  return ran.stdout;
}

if (process.argv[1] === import.meta.filename) {
  const source = await generated();
  const same = (await readFile(TARGET, 'utf8').catch(() => '')) === source;
  if (process.argv.includes('--check')) {
    if (!same) console.error('clients/ts/api.ts is behind the API: run npm run client:generate');
    process.exit(same ? 0 : 1);
  }
  await writeFile(TARGET, source);
  console.log(same ? 'clients/ts/api.ts is as it was' : 'clients/ts/api.ts is written');
}
