import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { iso, MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { findHeartbeatById } from './heartbeat-queries.ts';
import { BODY_LIMIT } from './ping.ts';
import type { PingIntake } from './ping-intake.ts';

const SIGNALS = ['success', 'start', 'fail', 'log'] as const;

const PingInput = z
  .object({
    signal: z
      .enum(SIGNALS, `Must be one of: ${SIGNALS.join(', ')}.`)
      .optional()
      .openapi({ description: 'What happened; a success unless said, or unless the exit code says a failure.' }),
    exit_code: z
      .int('Must be a whole number from 0 to 255.')
      .min(0, 'Must be a whole number from 0 to 255.')
      .max(255, 'Must be a whole number from 0 to 255.')
      .optional()
      .openapi({ description: 'Of the job that ended: 0 is a success, anything else a failure.' }),
    message: z
      .string('A message is a text.')
      .max(BODY_LIMIT, `Use at most ${BODY_LIMIT} characters.`)
      .optional()
      .openapi({ description: 'Kept with the ping, e.g. the end of its output.' }),
    run_id: z
      .string('A run id is a text.')
      .max(64, 'Use at most 64 characters.')
      .optional()
      .openapi({ description: 'The same at the start and the end of a run, where runs overlap.' }),
  })
  .strict()
  .openapi('PingInput');

const PingAnswer = z
  .object({ monitor_id: z.string(), signal: z.enum(SIGNALS), received_at: z.iso.datetime() })
  .openapi('Ping');

/** `POST /api/monitors/{id}/ping`: a job reports by the id of its monitor, with a token that may do nothing else. */
export function pingApi(deps: Deps, intake: PingIntake): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  api.openapi(
    createRoute({
      method: 'post',
      path: '/monitors/{id}/ping',
      tags: ['Monitors'],
      summary: 'Report what a job did',
      description:
        'For heartbeat monitors. The same as a call to its ping address, for programs that hold a token with the scope `ping` or `write`.',
      middleware: guard('write', 'ping'),
      request: { params: z.object({ id: z.string() }), body: body(PingInput) },
      responses: {
        202: answer('Taken; the monitor is judged at once', PingAnswer),
        ...problems(400, 401, 403, 404, 409, 422, 429),
      },
    }),
    async (c) => {
      const { account } = requireSession(c);
      const { id } = c.req.valid('param');
      const said = c.req.valid('json');
      const monitor = await findHeartbeatById(deps.db.read, account.id, id);
      if (!monitor) throw notFound();
      if (!monitor.row) {
        throw new AppError('conflict', `This monitor is of the kind ${monitor.kind}: only heartbeats are reported to.`);
      }
      const kind = kindOf(said);
      if (!intake.allow(monitor.row.monitor_no)) throw tooMany();
      const at = deps.clock.now();
      await intake.record(monitor.row, {
        at,
        kind,
        exit_code: said.exit_code ?? null,
        run_id: said.run_id || null,
        run_ms: null,
        body: said.message?.replaceAll('\u0000', '') || null,
        source_ip: c.get('clientIp'),
        user_agent: c.req.header('user-agent')?.slice(0, 200) || null,
      });
      return c.json({ monitor_id: id, signal: kind, received_at: iso(at) }, 202);
    },
  );
  return api;
}

/** An exit code says by itself how a job ended; one that contradicts the signal is a mistake of the caller. */
function kindOf({ signal, exit_code: code }: z.infer<typeof PingInput>): (typeof SIGNALS)[number] {
  if (code === undefined) return signal ?? 'success';
  const ended = code === 0 ? 'success' : 'fail';
  if (signal !== undefined && signal !== ended) {
    throw invalidField('exit_code', `The exit code ${code} says "${ended}", and the signal says "${signal}".`);
  }
  return ended;
}

function tooMany(): AppError {
  const retryAfterSeconds = MINUTE / SECOND;
  return new AppError('rate_limited', 'Too many pings of this heartbeat. Try again in a minute.', {
    retryAfterSeconds,
  });
}
