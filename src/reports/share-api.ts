import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { MAIL_PERIODS } from '../core/report-period.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, guardPerson, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { chooseMails, SHARE_DAYS, shareReport } from './actions.ts';
import { findReportAccount, listReported } from './queries.ts';
import { daysAsked, ReportQuery, scopeAsked } from './report-input.ts';
import { listSubscriptions } from './subscription-queries.ts';

const tags = ['Reports'];

const Mails = z
  .object({
    weekly: z.boolean(),
    monthly: z.boolean(),
    next_at: z.iso.datetime().nullable().openapi({ description: 'When the next one is sent; null is never.' }),
  })
  .openapi('ReportMails');
const MailsInput = z
  .object({ weekly: z.boolean('Say true or false.'), monthly: z.boolean('Say true or false.') })
  .strict()
  .openapi('ReportMailsInput');

const { period, from, to, monitor, tag } = ReportQuery.shape;
const ShareInput = z
  .object({
    period,
    from,
    to,
    monitor,
    tag,
    days: z
      .literal([...SHARE_DAYS], `Must be one of: ${SHARE_DAYS.join(', ')}.`)
      .default(30)
      .openapi({ type: 'integer', description: 'For how many days the address works.' }),
  })
  .strict()
  .openapi('ReportShareInput', { example: { period: 'last-month', days: 30 } });
const Shared = z.object({ url: z.url(), expires_at: z.iso.datetime() }).openapi('SharedReport');

/** `/api/reports/mails` and `/api/reports/share`: reports by mail, and for those who have no log-in. */
export function reportShareApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/reports/mails',
      tags,
      summary: 'Which report mails you get about this account',
      middleware: guardPerson('read'),
      responses: { 200: answer('Your choice', Mails), ...problems(401, 403) },
    }),
    async (c) => {
      const { account, user } = requireSession(c);
      return c.json(await load(account.id, user.id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/reports/mails',
      tags,
      summary: 'Choose which report mails you get about this account',
      middleware: guardPerson('read'),
      request: { body: body(MailsInput) },
      responses: { 200: answer('Your choice', Mails), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      const wanted = c.req.valid('json');
      const periods = MAIL_PERIODS.filter((one) => wanted[one === 'week' ? 'weekly' : 'monthly']);
      await chooseMails(deps, actor, new Set(periods));
      return c.json(await load(actor.accountId, actor.userId), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/reports/share',
      operationId: 'shareReport',
      tags,
      summary: 'An address that shows one report to whoever has it',
      description: 'It cannot be taken back before its time. `from` and `to` belong to the period `custom`.',
      middleware: guard('write'),
      request: { body: body(ShareInput) },
      responses: { 200: answer('The address', Shared), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { days: forDays, ...query } = c.req.valid('json');
      const account = await findReportAccount(deps.db.read, session.account.id);
      if (!account) throw notFound();
      const [days, scope] = [daysAsked(query, account.timezone, deps.clock.now()), scopeAsked(query)];
      if (scope.monitorId !== undefined && (await listReported(deps.db.read, account.id, scope, 1)).length === 0)
        throw notFound();
      const { url, expiresAt } = await shareReport(deps, actorOf(session), { days, scope, forDays });
      return c.json({ url, expires_at: iso(expiresAt) }, 200);
    },
  );

  async function load(accountId: string, userId: string): Promise<z.infer<typeof Mails>> {
    const rows = await listSubscriptions(deps.db.read, accountId, userId);
    const has = (wanted: string) => rows.some((row) => row.period === wanted);
    const next = rows.length === 0 ? null : Math.min(...rows.map(({ next_at }) => next_at));
    return { weekly: has('week'), monthly: has('month'), next_at: iso(next) };
  }

  return api;
}
