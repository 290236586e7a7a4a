import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { COMMANDS, type Command, findCommand } from './commands.ts';
import { type Config, describeConfig, VERSION } from './config.ts';
import { askConsole, type ConsoleReply, type ConsoleRequest, runCommand } from './console.ts';
import { AppError } from './core/errors.ts';
import { FolderTaken } from './db/lock.ts';
import { createLog } from './log.ts';
import { giveUp, openDeps, readSettings } from './start.ts';

/** A server that is just starting holds the folder before it listens for commands. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

let config: Config | undefined;
try {
  const [first = 'help', second = ''] = process.argv.slice(2);
  if (/^(-h|--help|help)$/.test(first)) console.log(help());
  else if (first === 'config' && second === 'show') console.log(describeSettings());
  else {
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
  const lines = [...COMMANDS, own].map(({ usage, sentence }) => `  ${usage}\n      ${sentence}`);
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

async function askPassword(): Promise<string> {
  process.stderr.write('Password (leave empty to have one made): ');
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: hidden, terminal: true });
  const typed = await terminal.question('');
  terminal.close();
  process.stderr.write('\n');
  return typed;
}
