import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { HOUR, utcDate } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import { answer, createApi, guardPerson, problems } from '../web/openapi.ts';
import { requireAbility } from '../web/session.ts';
import { exportAccount } from './export.ts';
import { recordExport } from './export-actions.ts';

const PER_ACCOUNT = { max: 20, windowMs: HOUR };

const query = z.object({
  results: z
    .enum(['true', 'false'], 'Say true or false.')
    .default('true')
    .openapi({ description: 'False leaves the single checks out; summaries stay.' }),
});

/** `/settings/export.json`: everything of the account as one file. */
export function exportPages(deps: Deps): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/settings/export.json', (c) =>
    download(deps, c, requireAbility(c, 'manage'), c.req.query('results') !== 'false'),
  );
  return routes;
}

/** `/api/account/export`: the same for programs of people; no API token takes a whole account away (R-TK-2). */
export function exportApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  api.openapi(
    createRoute({
      method: 'get',
      path: '/account/export',
      tags: ['Account'],
      summary: 'Everything of the account as one JSON document',
      description: 'Streamed as it is read; secrets are masked. Deliveries of the last 30 days.',
      middleware: guardPerson('manage'),
      request: { query },
      responses: {
        200: answer('The account', z.object({ exported_at: z.iso.datetime() }).loose().openapi('AccountExport')),
        ...problems(401, 403, 422, 429),
      },
    }),
    async (c) => {
      const session = requireAbility(c, 'manage');
      return (await download(deps, c, session, c.req.valid('query').results === 'true')) as never;
    },
  );
  return api;
}

async function download(deps: Deps, c: Context<AppEnv>, session: Session, results: boolean): Promise<Response> {
  const { account, user } = session;
  await limitRate(deps, `export:${account.id}`, PER_ACCOUNT);
  await recordExport(deps, actorOf(session));
  const name = `statusping-${account.slug}-${utcDate(deps.clock.now())}.json`;
  c.header('Content-Type', 'application/json; charset=utf-8');
  c.header('Content-Disposition', `attachment; filename="${name}"`);
  c.header('Cache-Control', 'private, no-store');
  return c.body(streamOf(deps, exportAccount(deps, { accountId: account.id, userId: user.id }, { results })));
}

/** Read as fast as it is taken; a reader that goes away ends the reading. */
function streamOf(deps: Deps, pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(stream) {
      try {
        const { value, done } = await pieces.next();
        if (done) stream.close();
        else stream.enqueue(encoder.encode(value));
      } catch (err) {
        deps.log.error({ err }, 'an export broke off');
        stream.error(err);
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
