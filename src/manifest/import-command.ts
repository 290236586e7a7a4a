import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '../core/errors.ts';
import { IMPORT_SOURCES, type ImportSource, SOURCE_NAMES } from '../core/import-draft.ts';
import type { Shell } from './command.ts';
import { isDatabase, readDatabaseFile } from './import-database.ts';
import { importText, settle } from './import-document.ts';
import { type Foreign, MOST_TEXT, readForeign } from './import-source.ts';
import { lossLines } from './import-words.ts';

/** The command that turns the settings of another product into a settings file, without a server. */
export const IMPORT_COMMAND = {
  name: 'import',
  usage: `import FILE [--from ${IMPORT_SOURCES.join('|')}] [--out FILE] [--force] [--with-secrets]`,
  sentence:
    'Turn settings of another product into statusping.yaml, and say what does not come over. Then: plan, apply.',
} as const;

/**
 * Writes the settings file and prints what is lost. Secrets become placeholders whose values are not printed, unless
 * `--with-secrets` has them written into the file. Returns the exit code.
 */
export async function runImportCommand(words: string[], shell: Pick<Shell, 'print' | 'complain'>): Promise<number> {
  try {
    const { path, source, out, force, open } = read(words);
    const foreign = await load(path, source);
    const settled = settle(foreign.draft, foreign.spelled);
    const { text, secrets } = importText(settled, open);
    write(out, text, force);
    const { monitors, channels, pages } = settled.parsed.manifest;
    const counts = [monitors, channels, pages].map((part) => Object.keys(part).length);
    shell.print(
      `From ${SOURCE_NAMES[foreign.source]}: ${counts[0]} monitors, ${counts[1]} channels, ${counts[2]} status pages.`,
    );
    shell.print(`Wrote ${out}${open ? '; it holds secrets, so keep it to yourself' : ''}`);
    if (secrets.size > 0) {
      shell.print('Secrets are not in it. Set these in the environment, or write them with --with-secrets:');
      for (const name of secrets.keys()) shell.print(`  ${name}`);
    }
    shell.print('');
    shell.print(settled.losses.length === 0 ? '' : 'What does not come over:');
    for (const line of lossLines(settled.losses)) shell.print(`  ${line}`);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    shell.complain(error.message);
    return 1;
  }
}

function read(words: string[]) {
  const { values, positionals } = parseWords(words);
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new AppError('invalid', 'Say which file: import FILE');
  const source = IMPORT_SOURCES.find((one) => one === values.from) ?? null;
  if (values.from !== undefined && source === null) {
    throw new AppError('invalid', `"${values.from}" cannot be read; there are ${IMPORT_SOURCES.join(', ')}.`);
  }
  return { path, source, out: values.out ?? 'statusping.yaml', force: values.force, open: values['with-secrets'] };
}

function parseWords(words: string[]) {
  const options = {
    from: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean', default: false },
    'with-secrets': { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: words, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new AppError('invalid', error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

async function load(path: string, source: ImportSource | null): Promise<Foreign> {
  try {
    if (isDatabase(firstBytes(path))) return await readDatabaseFile(path);
    if (statSync(path).size > MOST_TEXT) throw new AppError('invalid', 'This file is larger than 4 MiB.');
    return readForeign(readFileSync(path, 'utf8'), source);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
    throw new AppError('invalid', `${path} cannot be read: ${error.message}`);
  }
}

function firstBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(16);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** Nobody but its owner may read what may hold secrets. */
function write(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'invalid',
      taken ? `${path} is there already; add --force to write over it.` : `Cannot write ${path}: ${why}`,
    );
  }
}
