import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { AnyCheck } from '../src/checks/check.ts';
import { CHECKS } from '../src/checks/registry.ts';
import { DAY, HOUR, systemClock } from '../src/core/time.ts';
import type { Outbound } from '../src/net/guard.ts';
import { mint, mintAuthority } from '../tests/support/certificates.ts';

/** CPU milliseconds of one check of every kind there is, beside a bare connection: medians of a few rounds. */
const CHECKS_A_ROUND = 600;
const IN_FLIGHT = 16;
const ROUNDS = 5;

interface Ports {
  http: number;
  tcp: number;
  tls: number;
  smtp: number;
  grpc: number;
  dns: number;
}

/** What a check of a kind is asked and told; a kind that is not here is named as not measured. */
interface Scene {
  target: string;
  config?: Record<string, unknown>;
  known?: unknown;
}

function scenes(ports: Ports): Record<string, Scene> {
  const now = systemClock.now();
  return {
    http: { target: `http://127.0.0.1:${ports.http}/` },
    tcp: { target: `127.0.0.1:${ports.tcp}` },
    ssl: { target: `localhost:${ports.tls}` },
    dns: { target: 'shop.example', config: { resolver: `127.0.0.1:${ports.dns}` } },
    websocket: { target: `ws://127.0.0.1:${ports.http}/` },
    smtp: { target: `127.0.0.1:${ports.smtp}`, config: { starttls: 'never' } },
    grpc: { target: `127.0.0.1:${ports.grpc}`, config: { tls: false } },
    ping: { target: '127.0.0.1', config: { count: 1 } },
    heartbeat: {
      target: '',
      known: {
        now,
        periodMs: HOUR,
        waitingSince: null,
        lastSuccessAt: now - 60_000,
        lastFailureAt: null,
        lastExitCode: 0,
        startedAt: null,
        lastRunMs: 4_000,
      },
    },
    group: {
      target: '',
      config: { members: ['mon_a', 'mon_b', 'mon_c'] },
      known: ['a', 'b', 'c'].map((name) => ({ name, status: 'up', reason: null })),
    },
    domain: {
      target: 'shop.example',
      known: { now, name: 'shop.example', expiresAt: now + 90 * DAY, registrar: 'A', failure: null },
    },
  };
}

const authority = mintAuthority();
const { cert, key } = mint({ issuer: authority });
const target = fork(join(import.meta.dirname, 'kinds-target.mjs'), {
  env: { ...process.env, BENCH_CERT: cert, BENCH_KEY: key },
});
try {
  const ports = await new Promise<Ports>((resolve) => target.once('message', (said) => resolve(said as Ports)));
  const outbound: Outbound = { allowPrivate: true, resolvers: [], authorities: [authority.cert] };
  const bare = await median(() => bareConnect(ports.tcp));
  line('bare connection', bare, bare);
  const known = scenes(ports);
  for (const check of Object.values(CHECKS)) {
    const scene = known[check.kind];
    if (scene === undefined) console.log(`${check.kind.padEnd(18)} not measured: nothing here answers it`);
    else await measure(check, scene, outbound, bare);
  }
} finally {
  target.disconnect();
}

async function measure(check: AnyCheck, scene: Scene, outbound: Outbound, bare: number): Promise<void> {
  const config = check.parseConfig(scene.config ?? {});
  const once = () =>
    check.run(scene.target, config, {
      clock: systemClock,
      outbound,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      known: scene.known,
    });
  const first = await once();
  // A failure may be cheaper than the work it stands in for.
  if (first.status !== 'up') console.log(`${check.kind.padEnd(18)} not measured: ${first.status}, ${first.message}`);
  else line(check.kind, await median(once), bare, check.kind === 'ping' ? ', without the ping command itself' : '');
}

function line(name: string, cpu: number, bare: number, remark = ''): void {
  console.log(
    `${name.padEnd(18)} ${cpu.toFixed(3).padStart(7)} ms CPU a check, ${(cpu / bare).toFixed(1)} bare connections${remark}`,
  );
}

async function median(once: () => Promise<unknown>): Promise<number> {
  await round(once);
  const cpu: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) cpu.push(await round(once));
  return cpu.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
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

/** The least that could be done: connect and hang up. */
function bareConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.destroy());
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}
