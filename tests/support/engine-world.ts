import { dirname } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Verdict } from '../../src/core/verdict.ts';
import { NO_PHASES } from '../../src/core/verdict.ts';
import type { Deps } from '../../src/deps.ts';
import { createIngest, type Ingest } from '../../src/engine/ingest.ts';
import { Live, type LiveEvent } from '../../src/engine/live.ts';
import { Tally } from '../../src/engine/tally.ts';
import { createLog } from '../../src/log.ts';
import { readStates, type StateRow } from '../../src/monitors/result-queries.ts';
import { fakeClock } from './clock.ts';
import { openTestDatabase } from './db.ts';

export type EngineWorld = Awaited<ReturnType<typeof engineWorld>>;

export interface MonitorOptions {
  interval?: number;
  timeout?: number;
  threshold?: number;
  recovery?: number;
  target?: string;
  config?: Record<string, unknown>;
  retries?: number;
  plan?: string;
  due?: number | null;
}

export interface IncidentRow {
  id: string;
  monitor_no: number;
  reason: string;
  message: string;
  started_at: number;
  opened_at: number;
  resolved_at: number | null;
  resolved_cause: string | null;
}

export const UP: Verdict = {
  status: 'up',
  reason: null,
  message: null,
  responseTimeMs: 120,
  statusCode: 200,
  phases: { ...NO_PHASES, dns_ms: 3, connect_ms: 9, first_byte_ms: 100, transfer_ms: 8 },
};
export const DOWN: Verdict = {
  status: 'down',
  reason: 'bad_status',
  message: 'The server answered 503.',
  responseTimeMs: 40,
  statusCode: 503,
  phases: NO_PHASES,
};
export const DEGRADED: Verdict = { ...UP, status: 'degraded', reason: 'slow', message: 'It took 3 s.' };
export const UNKNOWN: Verdict = {
  ...DOWN,
  status: 'unknown',
  reason: 'internal',
  message: 'Our fault.',
  responseTimeMs: null,
  statusCode: null,
};

/** A database with Alice's account and channel, a clock that stands still, and an ingest to script the outside with. */
export async function engineWorld() {
  const { db, path, close } = await openTestDatabase();
  const clock = fakeClock();
  const logged: Record<string, unknown>[] = [];
  const events: LiveEvent[] = [];
  const live = new Live();
  live.subscribe(null, (event) => events.push(event));
  const woken = { outbox: 0, scheduler: 0 };
  const deps = {
    config: { databaseUrl: `file:${path}`, dataPath: dirname(path), backup: { everyMs: 0, keep: 1 }, demo: false },
    db,
    clock,
    log: createLog('debug', { write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>) }),
    live,
    tally: new Tally(),
    outbound: { allowPrivate: true, resolvers: [] },
    wake: {
      outbox: () => {
        woken.outbox += 1;
      },
      scheduler: () => {
        woken.scheduler += 1;
      },
    },
  } as unknown as Deps;
  const now = clock.now();
  await db.write('arrange', async (tx) => {
    await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
      values ('usr_alice', 'alice@example.com', 'alice@example.com', 'x', ${now}, ${now})`);
    await tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
      values ('acc_alice', 'Alice', 'alice', 'business', ${now})`);
    await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
      values ('acc_alice', 'usr_alice', 'owner', ${now})`);
    await tx.run(sql`insert into channels (id, account_id, kind, name, config, created_at)
      values ('chn_alice', 'acc_alice', 'email', 'Alice', '{"to":["alice@example.com"]}', ${now})`);
  });
  const ingests: Ingest[] = [];
  let ingest: Ingest;
  const open = (): Ingest => {
    ingest = createIngest(deps);
    ingests.push(ingest);
    return ingest;
  };
  open();

  let monitors = 0;
  async function addMonitor(options: MonitorOptions = {}): Promise<number> {
    monitors += 1;
    const no = monitors;
    const { interval = 60, timeout = 10, threshold = 3, recovery = 1, target = 'https://shop.example' } = options;
    const due = options.due === undefined ? clock.now() : options.due;
    await db.write('arrange', async (tx) => {
      await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, retries, failure_threshold, recovery_threshold, public, tags, created_at, next_check_at)
        values (${no}, ${`mon_${no}`}, 'acc_alice', ${`Shop ${no}`}, 'http', ${target},
          ${JSON.stringify(options.config ?? {})}, ${interval}, ${timeout}, ${options.retries ?? 0}, ${threshold},
          ${recovery}, 1, '[]', ${clock.now()}, ${due})`);
      await tx.run(sql`insert into monitor_channels (monitor_no, channel_id) values (${no}, 'chn_alice')`);
    });
    return no;
  }

  return {
    deps,
    db,
    path,
    clock,
    logged,
    events,
    woken,
    addMonitor,
    /** A new ingest on the same database: what a restart leaves. */
    restart: open,
    ingest: () => ingest,
    /** Hands in a result that started at `at` (default now) and waits for its commit. */
    seen: async (monitorNo: number, verdict: Verdict, at = clock.now(), configVersion = 0) => {
      ingest.submit({ monitorNo, configVersion, at, location: 0, verdict }, true);
      await ingest.flush();
    },
    state: async (monitorNo: number): Promise<StateRow> => {
      const row = (await readStates(db.read, [monitorNo])).get(monitorNo);
      if (!row) throw new Error(`monitor ${monitorNo} has no state`);
      return row;
    },
    incidents: () => db.read.all<IncidentRow>(sql`select * from incidents order by rowid`),
    timeline: () =>
      db.read.all<{ kind: string; text: string; at: number }>(
        sql`select kind, text, at from incident_events order by id`,
      ),
    alerts: async () => {
      const rows = await db.read.all<{ event: string; state: string }>(
        sql`select event, state from deliveries order by rowid`,
      );
      return rows.filter((row) => row.state !== 'cancelled').map((row) => row.event);
    },
    count: async (table: 'results' | 'result_details' | 'summaries' | 'monitors' | 'incidents') => {
      const row = await db.read.get<{ n: number }>(sql`select count(*) as n from ${sql.raw(table)}`);
      return row.n;
    },
    close: async () => {
      for (const one of ingests) await one.stop();
      await close();
    },
  };
}
