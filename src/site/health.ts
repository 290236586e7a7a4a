import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { VERSION } from '../config.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, createApi } from '../web/openapi.ts';
import { oldestDueAt, touchInstallation } from './health-queries.ts';
import { addStatus } from './status.ts';

/** What is asked of the engine; `engine/start.ts` answers more than this. */
export interface EngineHealth {
  scheduler: {
    ok: boolean;
    lastTickAt: number | null;
    running: number;
    waiting: number;
    startLagMs: { p50: number; p99: number };
    loopLagMs: { p99: number; max: number };
  };
  outbox: { awaySince: number | null };
  ingest: { waiting: number };
  network: { offlineSince: number | null };
  backup: { everyMs: number; lastAt: number | null; problem: string | null };
}

/** Anyone may ask, so the answer is found at most once a second. */
const KEEP_MS = SECOND;
const WRITE_WITHIN_MS = 2 * SECOND;
/** A message that has been due for longer is late. */
const LATE_MS = 5 * MINUTE;

const Check = z.object({ status: z.string() });
const Health = z
  .object({
    status: z.enum(['ok', 'failing']),
    version: z.string(),
    checks: z.object({
      database: Check.extend({ status: z.enum(['ok', 'failing']), write_ms: z.int().nullable() }),
      scheduler: Check.extend({
        status: z.enum(['ok', 'failing']),
        last_tick_seconds_ago: z.int().nullable(),
        start_lag_ms: z.int(),
      }),
      outbox: Check.extend({
        status: z.enum(['ok', 'late', 'away']).openapi({ description: 'Mail that waits does not make us unwell.' }),
        oldest_due_seconds: z.int(),
      }),
      network: Check.extend({
        status: z.enum(['ok', 'offline']).openapi({
          description: 'Offline: neither targets nor witnesses answer, so failed checks count as unknown.',
        }),
        offline_seconds: z.int(),
      }),
      backup: Check.extend({
        status: z.enum(['ok', 'failing', 'off']).openapi({
          description: 'Scheduled copies of the database; one that fails does not make us unwell.',
        }),
        last_seconds_ago: z.int().nullable(),
      }),
    }),
  })
  .openapi('Health');
type Health = z.infer<typeof Health>;

/** `/api/health` for load balancers and `/api/status` for the account; `engine` tells how the scheduler is. */
export function healthRoutes(deps: Deps, engine: () => EngineHealth): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const examine = rarely(deps, () => examineOnce(deps, engine()));
  api.openapi(
    createRoute({
      method: 'get',
      path: '/health',
      tags: ['Operations'],
      summary: 'Whether the database takes writes and checks are being started',
      security: [],
      responses: { 200: answer('All is well', Health), 503: answer('Something is not', Health) },
    }),
    async (c) => {
      const health = await examine();
      c.header('Cache-Control', 'no-store');
      return c.json(health, health.status === 'ok' ? 200 : 503);
    },
  );
  addStatus(api, deps);
  return api;
}

async function examineOnce(deps: Deps, engine: EngineHealth): Promise<Health> {
  const now = deps.clock.now();
  const write_ms = await timeWrite(deps, now);
  const database = { status: write_ms === null ? ('failing' as const) : ('ok' as const), write_ms };
  const { ok, lastTickAt, startLagMs } = engine.scheduler;
  const scheduler = {
    status: ok ? ('ok' as const) : ('failing' as const),
    last_tick_seconds_ago: lastTickAt === null ? null : Math.max(0, Math.round((now - lastTickAt) / SECOND)),
    start_lag_ms: Math.round(startLagMs.p99),
  };
  const outbox = await lookAtOutbox(deps, engine, now);
  const { offlineSince } = engine.network;
  const network = {
    status: offlineSince === null ? ('ok' as const) : ('offline' as const),
    offline_seconds: offlineSince === null ? 0 : Math.max(0, Math.round((now - offlineSince) / SECOND)),
  };
  const backup = lookAtBackup(engine, now);
  const status = write_ms !== null && ok ? ('ok' as const) : ('failing' as const);
  return { status, version: VERSION, checks: { database, scheduler, outbox, network, backup } };
}

/** How long a write takes, turn at the gate included; null when it fails or is not done in time. */
async function timeWrite(deps: Deps, now: number): Promise<number | null> {
  const from = deps.clock.monotonic();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no write within ${WRITE_WITHIN_MS} ms`)), WRITE_WITHIN_MS);
  });
  try {
    await Promise.race([deps.db.write('health', (tx) => touchInstallation(tx, now)), tooLong]);
    return Math.round(deps.clock.monotonic() - from);
  } catch (err) {
    deps.log.warn({ err }, 'health: the database takes no writes');
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function lookAtOutbox(deps: Deps, engine: EngineHealth, now: number): Promise<Health['checks']['outbox']> {
  // Without a database this question has no answer; the write above has already said so.
  const dueAt = await oldestDueAt(deps.db.read, now).catch(() => null);
  const age = dueAt === null ? 0 : now - dueAt;
  const status = engine.outbox.awaySince !== null ? 'away' : age > LATE_MS ? 'late' : 'ok';
  return { status, oldest_due_seconds: Math.round(age / SECOND) };
}

function lookAtBackup({ backup: { everyMs, lastAt, problem } }: EngineHealth, now: number): Health['checks']['backup'] {
  const status = everyMs === 0 ? 'off' : problem === null ? 'ok' : 'failing';
  return { status, last_seconds_ago: lastAt === null ? null : Math.max(0, Math.round((now - lastAt) / SECOND)) };
}

/** The same answer for a second, however many ask. */
function rarely<T>(deps: Deps, work: () => Promise<T>): () => Promise<T> {
  let at = Number.NEGATIVE_INFINITY;
  let latest: Promise<T> | undefined;
  return () => {
    const now = deps.clock.monotonic();
    if (latest === undefined || now - at >= KEEP_MS) {
      at = now;
      latest = work();
    }
    return latest;
  };
}
