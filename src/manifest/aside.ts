import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode, type FieldError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import { type Answered, type Asked, type Reading, READINGS } from './readings.ts';
import { type Fault, ManifestFault } from './source.ts';
import { Turns } from './turns.ts';

/** What a thread says: an answer, or what is wrong with what it was given. */
export type Told =
  | { value: unknown }
  | { faults: readonly Fault[] }
  | { code: ErrorCode; message: string; fields: FieldError[] };

/** What one reading may take. */
interface Limits {
  memoryMb: number;
  timeMs: number;
}

const LIMITS: Limits = { memoryMb: 256, timeMs: 60 * SECOND };
const THREADS = new Turns({ atOnce: 2, waiting: 20, ofOne: 5 });
/** So many characters, or monitors and the like, take a few milliseconds: less than it takes to start a thread. */
const FEW_CHARACTERS = 4_096;
const FEW_THINGS = 15;

/** Does small work at once and all other in a thread of its own, so that checks and requests go on meanwhile. */
export async function readAside<R extends Reading>(account: string, reading: R, asked: Asked<R>): Promise<Answered<R>> {
  if (isSmall(asked)) return (READINGS[reading] as (asked: Asked<R>) => Answered<R>)(asked);
  return inThread(account, reading, asked);
}

function isSmall(asked: Asked<Reading>): boolean {
  if ('text' in asked) return asked.text.length <= FEW_CHARACTERS;
  if ('given' in asked) return asked.given.content.length <= FEW_CHARACTERS;
  return Object.values(asked.current).flat().length <= FEW_THINGS;
}

/**
 * One reading in a thread that ends with it. A file may be made to keep its reader busy or to fill the memory: that ends
 * the thread, and is `AppError` `invalid`; with too many before it, it is `rate_limited`. A fault of ours is an `Error`.
 */
export async function inThread<R extends Reading>(
  account: string,
  reading: R,
  asked: Asked<R>,
  limits: Limits = LIMITS,
): Promise<Answered<R>> {
  const told = await THREADS.take(account, () => ask(reading, asked, limits));
  if ('value' in told) return told.value as Answered<R>;
  if ('faults' in told) throw new ManifestFault(told.faults);
  throw new AppError(told.code, told.message, { fields: told.fields });
}

/** Run from the sources (tests, `npm run dev`), a thread has to learn first what TypeScript is. */
const FROM_SOURCES = `
import('tsx/esm/api').then(({ register }) => {
  register();
  return import(require('node:worker_threads').workerData.program);
});`;

/** The program is a file beside this one, in the sources as in the bundle. It needs nothing of the environment. */
async function ask(reading: Reading, asked: unknown, { memoryMb, timeMs }: Limits): Promise<Told> {
  const isSource = import.meta.url.endsWith('.ts');
  const program = new URL(isSource ? './reader.ts' : './reader.mjs', import.meta.url);
  const worker = new Worker(isSource ? FROM_SOURCES : program, {
    eval: isSource,
    workerData: { reading, asked, program: program.href },
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Told>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => reject(isTooMuch(error) ? tooLarge('memory') : error));
      worker.once('exit', (code) => reject(new Error(`the thread for "${reading}" ended with code ${code}`)));
      timer = setTimeout(() => reject(tooLarge('time')), timeMs);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function isTooMuch(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooLarge(what: 'memory' | 'time'): AppError {
  return new AppError('invalid', `Reading this takes too much ${what}. Divide it into several files.`);
}
