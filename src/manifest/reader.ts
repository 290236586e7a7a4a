import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import type { Told } from './aside.ts';
import { type Reading, READINGS } from './readings.ts';
import { ManifestFault } from './source.ts';

// The program of a thread: one reading, its answer, and the end of it. It steps behind the main thread in the
// scheduler's order (on Linux the priority is the thread's own).
const { reading, asked } = workerData as { reading: Reading; asked: never };
try {
  if (process.platform === 'linux') setPriority(0, 5);
} catch {
  // Where this is not allowed, the order stays as it is.
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(answer());

function answer(): Told {
  try {
    return { value: READINGS[reading](asked) };
  } catch (error) {
    if (error instanceof ManifestFault) return { faults: error.faults };
    if (error instanceof AppError) return { code: error.code, message: error.message, fields: error.fields };
    throw error;
  }
}
