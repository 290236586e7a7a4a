import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { PLANS } from '../core/plan.ts';
import { iso } from '../core/time.ts';
import { isZone } from '../core/zone.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { changeAccount } from './actions.ts';
import { findAccount } from './queries.ts';

const Settings = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string().openapi({ description: 'Of the account’s first status page.' }),
    timezone: z.string().openapi({ description: 'Whose days its reports have.', example: 'Europe/Berlin' }),
    plan: z.enum(PLANS),
    created_at: z.iso.datetime(),
  })
  .openapi('Settings');

const SettingsInput = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, 'Give the account a name.')
      .max(80, 'Use at most 80 characters.')
      .openapi({ description: 'As mails and pages of the account say it.' }),
    timezone: z.string().refine(isZone, 'There is no such time zone.').openapi({ example: 'Europe/Berlin' }),
  })
  .partial()
  .openapi('SettingsInput');

const tags = ['Account'];

/** `/api/settings`: what an account can say of itself. Passwords and keys are no settings, so none is among them. */
export function settingsApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const read = async (accountId: string): Promise<z.infer<typeof Settings>> => {
    const account = await findAccount(deps.db.read, accountId);
    if (!account) throw notFound();
    const { id, name, slug, timezone, plan, created_at } = account;
    return { id, name, slug, timezone, plan, created_at: iso(created_at) };
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/settings',
      tags,
      summary: 'The settings of the account',
      middleware: guard('read'),
      responses: { 200: answer('The settings', Settings), ...problems(401) },
    }),
    async (c) => c.json(await read(requireSession(c).account.id), 200),
  );

  for (const method of ['put', 'patch'] as const) {
    api.openapi(
      createRoute({
        method,
        path: '/settings',
        tags,
        summary: 'Change settings of the account; what is left out stays',
        middleware: guard('manage'),
        request: { body: body(SettingsInput) },
        responses: { 200: answer('The settings from now on', Settings), ...problems(400, 401, 403, 422) },
      }),
      async (c) => {
        const actor = actorOf(requireSession(c));
        await changeAccount(deps, actor, c.req.valid('json'));
        return c.json(await read(actor.accountId), 200);
      },
    );
  }
  return api;
}
