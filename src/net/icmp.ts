import { type ChildProcess, spawn } from 'node:child_process';
import { type Failure, NO_PHASES, type Phases } from '../core/verdict.ts';
import { Deadline } from './deadline.ts';
import { guardedAddresses, type Trip } from './dial.ts';
import { asFailure, errorCode, NetFailure } from './failure.ts';
import type { NetContext } from './fetch.ts';
import type { Address } from './guard.ts';
import type { IpFamily } from './resolve.ts';

export interface PingRequest {
  host: string;
  family: IpFamily;
  /** Echo requests to send, a fifth of a second apart. */
  count: number;
}

/** What came back. Times are milliseconds, null when the program does not tell them. */
export interface Echoes {
  ip: string;
  sent: number;
  received: number;
  minMs: number | null;
  averageMs: number | null;
  maxMs: number | null;
  /** The network said that the host or its net cannot be reached. */
  unreachable: boolean;
}

export interface PingResult {
  echoes: Echoes | null;
  failure: Failure | null;
  phases: Phases;
}

const APART_SECONDS = 0.2;
/** Of the time it has, the program is asked for its summary this long before the end: a busy machine is slow to say it. */
const SUMMARY_SHARE = 0.25;
const LONGEST_SUMMARY_MS = 1_000;
const MOST_OUTPUT = 16 * 1024;
/** Starting a program holds up everything else for some milliseconds, so not many start at once. */
const AT_ONCE = 16;

/**
 * Pings one judged address of a host with the system's `ping`, which has the right to. No shell sees anything, and the
 * program gets only the numeric address that was judged. Never throws for the target's sake.
 */
export async function ping(request: PingRequest, context: NetContext): Promise<PingResult> {
  const { clock, outbound, timeoutMs, signal } = context;
  const until = clock.monotonic() + timeoutMs;
  const deadline = new Deadline(timeoutMs, signal);
  const trip: Trip = { clock, outbound, deadline, phases: { ...NO_PHASES } };
  try {
    const [address] = await guardedAddresses(request, null, trip);
    if (!address) throw new NetFailure('dns_not_found', `${request.host} has no IP address.`);
    const release = await takeTurn(deadline);
    try {
      const echoes = await run(address, request.count, deadline, until - clock.monotonic());
      return { echoes, failure: null, phases: trip.phases };
    } finally {
      release();
    }
  } catch (error) {
    const stopped: Failure = { reason: 'internal', message: 'The check was stopped before it was over.' };
    const failure = deadline.ended === 'stopped' ? stopped : asFailure(error);
    return { echoes: null, failure, phases: trip.phases };
  } finally {
    deadline.release();
  }
}

let running = 0;
const waiting: (() => void)[] = [];

async function takeTurn(deadline: Deadline): Promise<() => void> {
  if (running >= AT_ONCE) {
    await new Promise<void>((resolve, reject) => {
      waiting.push(resolve);
      deadline.stage(() => {
        const place = waiting.indexOf(resolve);
        if (place !== -1) waiting.splice(place, 1);
        reject(new NetFailure('internal', 'Too many pings were under way here to send another one in time.'));
      });
    });
  }
  running += 1;
  return () => {
    running -= 1;
    waiting.shift()?.();
  };
}

function run(address: Address, count: number, deadline: Deadline, leftMs: number): Promise<Echoes> {
  const wait = Math.max(1, Math.floor((leftMs - (count - 1) * APART_SECONDS * 1_000) / 1_000));
  const args = ['-n', '-c', String(count), '-i', String(APART_SECONDS), '-W', String(wait), `-${address.family}`];
  // Nothing of our own environment: it holds secrets.
  const env = { LC_ALL: 'C', PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  return new Promise((resolve, reject) => {
    const child = spawn('ping', [...args, '--', address.ip], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = collect(child);
    const summaryMs = Math.min(LONGEST_SUMMARY_MS, leftMs * SUMMARY_SHARE);
    const summary = setTimeout(() => child.kill('SIGINT'), leftMs - summaryMs);
    deadline.stage(() => {
      child.kill('SIGKILL');
      reject(new NetFailure('connect_timeout', `No ping was answered within ${deadline.words}.`));
    });
    child.on('error', (error) => {
      clearTimeout(summary);
      reject(startFailure(error));
    });
    child.on('close', () => {
      clearTimeout(summary);
      const echoes = readEchoes(said(), address.ip);
      if (echoes) resolve(echoes);
      else reject(programFailure(said()));
    });
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (part: string) => {
      text += part.slice(0, MOST_OUTPUT - text.length);
    });
  }
  return () => text;
}

/** Reads the summary of iputils, busybox, BSD and macOS; null when there is none. */
export function readEchoes(output: string, ip: string): Echoes | null {
  const counts = /(\d+) packets transmitted, (\d+)(?: packets)? received/.exec(output);
  if (!counts || Number(counts[1]) === 0) return null;
  const times = /(?:rtt|round-trip) min\/avg\/max\S* = ([\d.]+)\/([\d.]+)\/([\d.]+)/.exec(output);
  const [minMs, averageMs, maxMs] = [1, 2, 3].map((i) => (times?.[i] === undefined ? null : Number(times[i])));
  return {
    ip,
    sent: Number(counts[1]),
    received: Math.min(Number(counts[1]), Number(counts[2])),
    minMs: minMs ?? null,
    averageMs: averageMs ?? null,
    maxMs: maxMs ?? null,
    unreachable: /unreachable|no route to host/i.test(output),
  };
}

const NO_RIGHT =
  'This server has no right to send pings. Its operator can allow it with the capability NET_RAW or the setting net.ipv4.ping_group_range.';

function startFailure(error: Error): NetFailure {
  const code = errorCode(error);
  if (code === 'ENOENT') {
    return new NetFailure('internal', 'This server has no program named ping, so it cannot send any.');
  }
  if (code === 'EPERM' || code === 'EACCES') return new NetFailure('internal', NO_RIGHT);
  return new NetFailure('internal', `The program ping could not be started here (${code}).`);
}

/** The program ended without a summary. Only the network's own answer says something about the target. */
function programFailure(output: string): NetFailure {
  if (/not permitted|permission denied|lacking privilege|must be root/i.test(output)) {
    return new NetFailure('internal', NO_RIGHT);
  }
  if (/network is unreachable|no route to host/i.test(output)) {
    return new NetFailure('unreachable', 'There is no route to the host.');
  }
  return new NetFailure('internal', 'The program ping gave no result that can be read here.');
}
