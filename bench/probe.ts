import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CHECKS } from '../src/checks/registry.ts';
import { systemClock } from '../src/core/time.ts';
import type { Outbound } from '../src/net/guard.ts';

const CHECKS_A_ROUND = 2_000;
const IN_FLIGHT = 32;
const ROUNDS = 5;

const outbound: Outbound = { allowPrivate: true, resolvers: [] };

/** CPU milliseconds of one probe, beside a bare socket loop in the same process: medians of a few rounds. */
export async function benchProbe(): Promise<string[]> {
  const target = fork(join(import.meta.dirname, 'probe-target.mjs'));
  const port = await new Promise<number>((resolve) => target.once('message', (said) => resolve(Number(said))));
  try {
    const config = CHECKS.http.parseConfig({});
    const check = (host: string): Promise<unknown> =>
      CHECKS.http.run(`http://${host}:${port}`, config, {
        clock: systemClock,
        outbound,
        timeoutMs: 10_000,
        signal: new AbortController().signal,
      });
    const lines: string[] = [];
    for (const [name, once] of [
      ['bare socket', () => bareFetch(port)],
      ['http check', () => check('127.0.0.1')],
      ['http check, localhost', () => check('localhost')],
    ] as const) {
      await round(once);
      const cpu: number[] = [];
      for (let i = 0; i < ROUNDS; i += 1) cpu.push(await round(once));
      const median = cpu.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
      lines.push(`${name.padEnd(22)} ${median.toFixed(3)} ms CPU a probe`);
    }
    return lines;
  } finally {
    target.disconnect();
  }
}

/** CPU milliseconds of one of many, `IN_FLIGHT` at a time. */
async function round(once: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  let left = CHECKS_A_ROUND;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await once();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / CHECKS_A_ROUND;
}

/** The least that could be done: connect, ask, read to the end, close. */
function bareFetch(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', () => undefined);
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

if (process.argv[1] === import.meta.filename) {
  for (const line of await benchProbe()) console.log(line);
}
