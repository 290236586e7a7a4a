import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ApiProblem, createClient } from '../../clients/ts/client.ts';
import { AppError } from '../core/errors.ts';
import { applyPlan, unreachable } from './apply.ts';
import { parseManifest } from './parse.ts';
import { type Plan, planManifest } from './plan.ts';
import { type Client, readServer } from './server.ts';
import { ManifestFault } from './source.ts';
import { outcomeLines, planJson, planLines, progressLine } from './words.ts';
import { exportManifest } from './write.ts';

/** What these commands may use of the process they run in. */
export interface Shell {
  env: Readonly<Record<string, string | undefined>>;
  /** Where the server is when nothing is said. */
  baseUrl(): string;
  print(text: string): void;
  complain(text: string): void;
  /** Asks the person; null where nobody can be asked. */
  confirm(question: string): Promise<boolean | null>;
}

const SERVER = '[--url URL] [--token-file FILE]';

/** Commands that speak to a server as any program does: over its API, with a token from STATUSPING_TOKEN or a file. */
export const MANIFEST_COMMANDS = [
  {
    name: 'plan',
    usage: `plan FILE [--prune] [--secrets] [--json] ${SERVER}`,
    sentence: 'Show what a settings file would change. Exit code 0: nothing, 2: something, 1: it cannot be said.',
  },
  {
    name: 'apply',
    usage: `apply FILE [--yes] [--prune] [--secrets] ${SERVER}`,
    sentence: 'Make the account as a settings file says. --prune deletes what the file managed and has no more.',
  },
  {
    name: 'export',
    usage: `export [FILE] [--force] ${SERVER}`,
    sentence: 'Write the account as a settings file, secrets as ${NAMES}; without FILE it is printed.',
  },
] as const;
type Name = (typeof MANIFEST_COMMANDS)[number]['name'];

export function isManifestCommand(word: string | undefined): word is Name {
  return MANIFEST_COMMANDS.some(({ name }) => name === word);
}

const FLAG = { type: 'boolean', default: false } as const;
const FLAGS = {
  plan: { prune: FLAG, secrets: FLAG, json: FLAG },
  apply: { yes: FLAG, prune: FLAG, secrets: FLAG },
  export: { force: FLAG },
} as const;

interface Options {
  file: string | null;
  flags: ReadonlySet<string>;
  client: Client;
}

/** Runs one of them and returns its exit code; what went wrong is said in one line, faults of a file in one each. */
export async function runManifestCommand(name: Name, words: string[], shell: Shell): Promise<number> {
  try {
    const options = read(name, words, shell);
    if (name === 'export') return await runExport(options, shell);
    if (options.file === null) throw new AppError('invalid', `Say which file: ${name} statusping.yaml`);
    return name === 'plan' ? await runPlan(options, shell) : await runApply(options, shell);
  } catch (error) {
    for (const line of complaint(error)) shell.complain(line);
    return 1;
  }
}

function read(name: Name, words: string[], shell: Shell): Options {
  const shape = { url: { type: 'string' }, 'token-file': { type: 'string' }, ...FLAGS[name] } as const;
  const { values, positionals } = parseWords(() =>
    parseArgs({ args: words, options: shape, allowPositionals: true, strict: true }),
  );
  if (positionals.length > 1) throw new AppError('invalid', `One file at a time, not ${positionals.length}.`);
  const path = values['token-file'];
  const token = (path === undefined ? (shell.env['STATUSPING_TOKEN'] ?? '') : contents(path)).trim();
  if (token === '') {
    throw new AppError(
      'invalid',
      'Give an API token in the environment as STATUSPING_TOKEN, or in a file by --token-file.',
    );
  }
  const baseUrl = values.url ?? shell.baseUrl();
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new AppError('invalid', `"${baseUrl}" is no address; write for example --url https://status.example.com`);
  }
  const flags = new Set(Object.entries(values).flatMap(([flag, value]) => (value === true ? [flag] : [])));
  return { file: positionals[0] ?? null, flags, client: createClient({ baseUrl, token }) };
}

function parseWords<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new AppError('invalid', error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('invalid', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function makePlan({ file, flags, client }: Options, { env }: Shell): Promise<Plan> {
  const parsed = parseManifest(contents(file ?? ''), env);
  return planManifest(await readServer(client), parsed, { prune: flags.has('prune'), secrets: flags.has('secrets') });
}

async function runPlan(options: Options, shell: Shell): Promise<number> {
  const plan = await makePlan(options, shell);
  if (options.flags.has('json')) shell.print(JSON.stringify(planJson(plan), null, 2));
  else for (const line of planLines(plan)) shell.print(line);
  return plan.steps.length === 0 ? 0 : 2;
}

async function runApply(options: Options, shell: Shell): Promise<number> {
  const plan = await makePlan(options, shell);
  for (const line of planLines(plan)) shell.print(line);
  if (plan.steps.length === 0) return 0;
  if (!options.flags.has('yes')) {
    const said = await shell.confirm('Apply this? Type yes: ');
    if (said === null) throw new AppError('invalid', 'Nothing was changed: add --yes where nobody can be asked.');
    if (!said) {
      shell.print('Nothing was changed.');
      return 1;
    }
  }
  const outcome = await applyPlan(options.client, plan, (progress) => shell.print(progressLine(progress)));
  for (const line of outcomeLines(outcome)) {
    if (outcome.failed) shell.complain(line);
    else shell.print(line);
  }
  return outcome.failed ? 1 : 0;
}

async function runExport({ file, flags, client }: Options, shell: Shell): Promise<number> {
  const text = exportManifest(await readServer(client));
  if (file === null) {
    shell.print(text.trimEnd());
    return 0;
  }
  try {
    writeFileSync(file, text, { flag: flags.has('force') ? 'w' : 'wx' });
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'invalid',
      taken ? `${file} is there already; add --force to write over it.` : `Cannot write ${file}: ${why}`,
    );
  }
  shell.print(`Wrote ${file}`);
  return 0;
}

function complaint(error: unknown): string[] {
  if (error instanceof ManifestFault) {
    return error.faults.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
  }
  if (error instanceof AppError) return [error.message];
  if (error instanceof ApiProblem) return [`The server refused (${error.status}): ${error.detail}`];
  const away = unreachable(error);
  if (away !== null) return [away];
  throw error;
}
