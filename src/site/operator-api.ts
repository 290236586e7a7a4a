import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, createApi, guardOperator, problems } from '../web/openapi.ts';
import { requireOperator } from '../web/session.ts';
import type { EngineHealth } from './health.ts';
import { addOperatorAccountApi } from './operator-account-api.ts';
import { noticeInput, putNotice, setMaintenance } from './operator-actions.ts';
import type { BoardReader } from './operator-board.ts';
import { findings, loadFigures } from './operator-overview.ts';

const tags = ['Operator'];
const time = z.iso.datetime();
const count = z.int().min(0);
const ms = z.number().min(0);
const percentiles = z.object({ p50: ms, p99: ms });

const Notice = z
  .object({
    text: z.string(),
    tone: z.enum(['info', 'warn']),
    until: time.nullable().openapi({ description: 'Null until somebody takes it down.' }),
  })
  .openapi('OperatorNotice');
const NoticeAnswer = z
  .object({ notice: z.union([Notice, z.null()]).openapi({ description: 'Null while none is up.' }) })
  .openapi('OperatorNoticeAnswer');
const NoticeInput = z
  .object({
    text: noticeInput.shape.text,
    tone: noticeInput.shape.tone.default('info'),
    lasts: noticeInput.shape.lasts
      .exclude([''], 'Choose how long it stays.')
      .nullable()
      .default(null)
      .openapi({ description: 'Null until somebody takes it down.' }),
  })
  .strict()
  .openapi('OperatorNoticeInput', { example: { text: 'Tonight at 22:00 UTC we work on the network.', lasts: '4h' } });

const Mode = z
  .object({
    maintenance: z
      .boolean()
      .openapi({ description: 'While it is on nobody changes anything; checks and alerts go on.' }),
    since: time.nullable(),
  })
  .openapi('OperatorMode');
const ModeInput = z
  .object({ maintenance: z.boolean('Say true or false.') })
  .strict()
  .openapi('OperatorModeInput', { example: { maintenance: false } });

const Overview = z
  .object({
    at: time,
    version: z.string(),
    started_at: time,
    findings: z
      .array(z.object({ tone: z.enum(['down', 'degraded', 'maintenance']), text: z.string() }))
      .openapi({ description: 'What is bad, the worst first; empty when nothing is.' }),
    accounts: count,
    people: count,
    sessions: count,
    active_monitors: count,
    checks_per_second: z.number().min(0),
    open_incidents: count,
    scheduler: z.object({
      ok: z.boolean(),
      running: count,
      waiting: count,
      start_lag_ms: percentiles.openapi({ description: 'How late checks start.' }),
      loop_lag_ms: z.object({ p99: ms, max: ms }).openapi({ description: 'How long the program is held up.' }),
      results_waiting: count,
    }),
    outbox: z.object({
      waiting: count,
      oldest_due_ms: ms.openapi({ description: 'How long the oldest message that should have left waits.' }),
      given_up_24h: count,
      late_24h: count.openapi({ description: 'Alerts that left later than promised.' }),
      mail_server_away_since: time.nullable(),
      newest: z
        .array(z.object({ kind: z.string(), sent: count, given_up: count, late: count }))
        .openapi({ description: 'The newest messages of the last day by the kind of their channel.' }),
    }),
    network_gone_since: time.nullable(),
    database: z.object({ file_bytes: count, log_bytes: count }).nullable().openapi({
      description: 'Null where the database is a server.',
    }),
    disk_free_bytes: z.number().min(0).nullable(),
    backup: z.object({ every_seconds: count.nullable(), last_at: time.nullable(), problem: z.string().nullable() }),
    notice: z.union([Notice, z.null()]),
    maintenance_since: time.nullable(),
  })
  .openapi('OperatorOverview');

/** `/api/operator`: the whole installation, as the operator's pages show it. */
export function operatorApi(deps: Deps, board: BoardReader, health: () => EngineHealth): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const route = { tags, middleware: guardOperator() };

  api.openapi(
    createRoute({
      ...route,
      method: 'get',
      path: '/operator',
      summary: 'How the installation is',
      description: 'For those who run it, with a log-in of their own; 404 for everybody else.',
      responses: { 200: answer('Figures, and what is bad', Overview), ...problems(401, 404) },
    }),
    async (c) => c.json(await load(), 200),
  );

  addOperatorAccountApi(api, deps, route);

  api.openapi(
    createRoute({
      ...route,
      method: 'get',
      path: '/operator/notice',
      summary: 'The notice above every page',
      responses: { 200: answer('The notice', NoticeAnswer), ...problems(401, 404) },
    }),
    async (c) => c.json(noticeJson((await board.read()).notice), 200),
  );

  api.openapi(
    createRoute({
      ...route,
      method: 'put',
      path: '/operator/notice',
      summary: 'Put a notice above every page of everybody who is signed in',
      request: { body: body(NoticeInput) },
      responses: { 200: answer('The notice', NoticeAnswer), ...problems(400, 401, 404, 422) },
    }),
    async (c) => {
      const { lasts, ...input } = c.req.valid('json');
      await putNotice(deps, operatorId(c), { ...input, lasts: lasts ?? '' });
      board.forget();
      return c.json(noticeJson((await board.read()).notice), 200);
    },
  );

  api.openapi(
    createRoute({
      ...route,
      method: 'delete',
      path: '/operator/notice',
      summary: 'Take the notice down',
      responses: { 204: { description: 'There is none' }, ...problems(401, 404) },
    }),
    async (c) => {
      await putNotice(deps, operatorId(c), null);
      board.forget();
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...route,
      method: 'get',
      path: '/operator/mode',
      summary: 'Whether maintenance mode is on',
      responses: { 200: answer('The mode', Mode), ...problems(401, 404) },
    }),
    async (c) => c.json(modeJson((await board.read()).maintenance), 200),
  );

  api.openapi(
    createRoute({
      ...route,
      method: 'put',
      path: '/operator/mode',
      summary: 'Turn maintenance mode on or off',
      request: { body: body(ModeInput) },
      responses: { 200: answer('The mode', Mode), ...problems(400, 401, 404, 422) },
    }),
    async (c) => {
      await setMaintenance(deps, c.req.valid('json').maintenance, operatorId(c));
      board.forget();
      return c.json(modeJson((await board.read()).maintenance), 200);
    },
  );

  async function load(): Promise<z.infer<typeof Overview>> {
    const [figures, put] = [await loadFigures(deps, health()), await board.read()];
    const { counts, engine, database } = figures;
    const { scheduler, outbox, ingest, network, backup } = engine;
    return {
      at: iso(figures.now),
      version: figures.version,
      started_at: iso(Math.round(figures.startedAt)),
      findings: findings(figures, put),
      accounts: counts.accounts,
      people: counts.users,
      sessions: counts.sessions,
      active_monitors: counts.active,
      checks_per_second: counts.checks_per_second,
      open_incidents: counts.open_incidents,
      scheduler: {
        ok: scheduler.ok,
        running: scheduler.running,
        waiting: scheduler.waiting,
        start_lag_ms: { p50: scheduler.startLagMs.p50, p99: scheduler.startLagMs.p99 },
        loop_lag_ms: { p99: scheduler.loopLagMs.p99, max: scheduler.loopLagMs.max },
        results_waiting: ingest.waiting,
      },
      outbox: {
        waiting: figures.waiting,
        oldest_due_ms: figures.oldestMs,
        given_up_24h: figures.dead,
        late_24h: figures.late,
        mail_server_away_since: iso(outbox.awaySince),
        newest: figures.sends.map(({ kind, sent, dead, late }) => ({ kind, sent, given_up: dead, late })),
      },
      network_gone_since: iso(network.offlineSince),
      database: database && { file_bytes: database.file, log_bytes: database.log },
      disk_free_bytes: figures.free,
      backup: {
        every_seconds: backup.everyMs === 0 ? null : Math.round(backup.everyMs / SECOND),
        last_at: iso(backup.lastAt),
        problem: backup.problem,
      },
      notice: noticeJson(put.notice).notice,
      maintenance_since: iso(put.maintenance?.since ?? null),
    };
  }

  return api;
}

const operatorId = (c: Parameters<typeof requireOperator>[0]) => requireOperator(c, { programs: true }).user.id;

function noticeJson(notice: { text: string; tone: 'info' | 'warn'; until: number | null } | null) {
  return { notice: notice && { text: notice.text, tone: notice.tone, until: iso(notice.until) } };
}

function modeJson(maintenance: { since: number } | null): z.infer<typeof Mode> {
  return { maintenance: maintenance !== null, since: iso(maintenance?.since ?? null) };
}
