import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { COMMANDS, type Command, findCommand } from './commands.ts';
import { type Config, describeConfig, VERSION } from './config.ts';
import { askConsole, type ConsoleReply, type ConsoleRequest, runCommand } from './console.ts';
import { AppError } from './core/errors.ts';
import { DatabaseRefused, filePath } from './db/file.ts';
import { FolderTaken, type Lock, lockFolder } from './db/lock.ts';
import { restoreDatabase } from './db/restore.ts';
import { systemClock } from './core/time.ts';
import { createLog } from './log.ts';
import { isManifestCommand, MANIFEST_COMMANDS, runManifestCommand } from './manifest/command.ts';
import { IMPORT_COMMAND, runImportCommand } from './manifest/import-command.ts';
import { giveUp, openDeps, readSettings } from './start.ts';

/** A server that is just starting holds the folder before it listens for commands. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

let config: Config | undefined;
try {
  const [first = 'help', second = ''] = process.argv.slice(2);
  if (/^(-h|--help|help)$/.test(first)) console.log(help());
  else if (/^(-v|--version|version)$/.test(first)) console.log(`StatusPing ${VERSION}`);
  else if (first === 'config' && second === 'show') console.log(describeSettings());
  else if (isManifestCommand(first)) process.exitCode = await runManifestCommand(first, process.argv.slice(3), shell());
  else if (first === IMPORT_COMMAND.name) process.exitCode = await runImportCommand(process.argv.slice(3), shell());
  else if (first === 'restore') {
    config = readSettings();
    await restore(config, process.argv.slice(3));
  } else {
    config = readSettings();
    process.exitCode = await run(config, process.argv.slice(2));
  }
} catch (error) {
  if (!(error instanceof AppError)) giveUp(error, config);
  console.error(error.message);
  process.exitCode = 1;
}

function help(): string {
  const own = { usage: 'config show', sentence: 'Print the settings in force, secrets masked.' };
  const back = {
    usage: 'restore FILE',
    sentence: 'Put a copy in the place of the database, which is kept beside it. Only while no server runs.',
  };
  const lines = [...COMMANDS, back, own, ...MANIFEST_COMMANDS, IMPORT_COMMAND].map(
    ({ usage, sentence }) => `  ${usage}\n      ${sentence}`,
  );
  return [`StatusPing ${VERSION}`, '', ...lines].join('\n');
}

function describeSettings(): string {
  try {
    readSettings();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
  return describeConfig(process.env).join('\n');
}

/** Not a command like the others: nobody may have the database open. */
async function restore(config: Config, words: string[]): Promise<void> {
  const [file, ...rest] = words;
  if (!file || rest.length > 0) throw new AppError('invalid', 'Say which copy: restore FILE');
  const folders = config.databaseUrl.startsWith('file:') ? [dirname(filePath(config.databaseUrl))] : [];
  const locks: Lock[] = [];
  try {
    for (const folder of new Set([config.dataPath, ...folders])) locks.push(await lockFolder(folder));
    const aside = await restoreDatabase(config.databaseUrl, resolve(file), systemClock.now());
    console.log(`Restored from ${file}. Start the server; it brings an older copy up to date.`);
    if (aside) console.log(`The database of before is ${aside}`);
  } catch (error) {
    if (error instanceof FolderTaken) {
      throw new AppError('conflict', 'A StatusPing is running on this folder. Stop it first.');
    }
    if (!(error instanceof DatabaseRefused)) throw error;
    throw new AppError('invalid', `${file} was not restored: ${error.message}. Nothing was changed.`);
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Runs a command where the database is open, and prints what it answers. Returns the exit code. */
async function run(config: Config, words: string[]): Promise<number> {
  const length = COMMANDS.some(({ name }) => name === words[0]) ? 1 : 2;
  const command = findCommand(words.slice(0, length).join(' '));
  const args = await complete(command, words.slice(length));
  const reply = await ask(config, { command: command.name, args });
  if ('error' in reply) {
    console.error(reply.error);
    return 1;
  }
  for (const line of reply.lines) console.log(line);
  return 0;
}

async function ask(config: Config, request: ConsoleRequest): Promise<ConsoleReply> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answered = await askConsole(config.dataPath, request);
    if (answered) return answered;
    try {
      return await runHere(config, request);
    } catch (error) {
      if (!(error instanceof FolderTaken) || performance.now() > until) throw error;
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

/** No server runs: this process is the one that has the database open, for as long as the command takes. */
async function runHere(config: Config, request: ConsoleRequest): Promise<ConsoleReply> {
  const opened = await openDeps(config, createLog('warn'));
  try {
    return await runCommand(opened.deps, request);
  } finally {
    await opened.close();
  }
}

/** Fills in what the person left out, on this side: only here is there a terminal and a current folder. */
async function complete(command: Command, args: string[]): Promise<string[]> {
  if (command.completes === 'path') return args.map((word, i) => (i === args.length - 1 ? resolve(word) : word));
  if (command.completes !== 'password' || args.some((arg) => /^--password(=|$)/.test(arg))) return args;
  const typed = process.stdin.isTTY ? await askPassword() : '';
  return typed === '' ? args : [...args, `--password=${typed}`];
}

/** These commands speak to a server, which need not be on this machine: settings matter only for its address. */
function shell() {
  return {
    env: process.env,
    baseUrl: () => readSettings().baseUrl,
    print: (text: string) => console.log(text),
    complain: (text: string) => console.error(text),
    confirm: async (question: string) => {
      if (!process.stdin.isTTY) return null;
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      const typed = await terminal.question(question);
      terminal.close();
      return typed.trim().toLowerCase() === 'yes';
    },
  };
}

async function askPassword(): Promise<string> {
  process.stderr.write('Password (leave empty to have one made): ');
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: hidden, terminal: true });
  const typed = await terminal.question('');
  terminal.close();
  process.stderr.write('\n');
  return typed;
}
