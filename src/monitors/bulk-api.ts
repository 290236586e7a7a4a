import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { changeMonitors, previewChange } from './bulk-actions.ts';
import { KEPT, KEPT_WORDS, type Kept } from './bulk-effect.ts';
import { BulkInput } from './bulk-input.ts';
import { undoChange } from './undo-actions.ts';

const tags = ['Monitors'];
const why = { reason: z.enum(KEPT), message: z.string().openapi({ description: 'The reason as a sentence.' }) };

const BulkOutcome = z
  .object({
    matched: z.int().openapi({ description: 'Monitors that were named or match.' }),
    changed: z.int(),
    unchanged: z.array(z.object({ id: z.string(), ...why })),
    partly: z
      .array(z.object({ id: z.string(), field: z.string(), ...why }))
      .openapi({ description: 'Changed monitors with a field that stayed as it was.' }),
    managed: z.array(z.string()).openapi({
      description: 'Changed monitors of which a settings file decides what was changed: applying it puts that back.',
    }),
    undo_id: z.string().nullable().openapi({ description: 'Null when nothing changed, and for what has no undo.' }),
    undo_until: z.iso.datetime().nullable(),
  })
  .openapi('BulkOutcome');

const Undone = z
  .object({
    restored: z.int().openapi({ description: 'Monitors of which something was put back.' }),
    skipped: z.array(
      z.object({
        id: z.string(),
        field: z.string().nullable().openapi({ description: 'Null when the whole monitor is gone.' }),
        reason: z.enum(['changed_since', 'deleted', 'plan']),
      }),
    ),
  })
  .openapi('Undone');

/** `/api/monitors/bulk` and `/api/undo`: many monitors changed in one go, and the way back. */
export function addBulkApi(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/monitors/bulk',
      tags,
      summary: 'Change many monitors together, or none',
      description:
        'Up to 1,000 monitors in one transaction, chosen by id or by filter. A fault in the input changes nothing at all. `dry_run` says what would change. Undo is possible for ten minutes, except after a deletion.',
      middleware: guard('write'),
      request: { body: body(BulkInput) },
      responses: { 200: answer('What changed and what did not', BulkOutcome), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      const { change, dry_run: dry, ...choice } = c.req.valid('json');
      const { undo, ...outcome } = dry
        ? { ...(await previewChange(deps, actor, choice, change)), undo: null }
        : await changeMonitors(deps, actor, choice, change);
      const told = {
        matched: outcome.matched,
        changed: outcome.changed.length,
        unchanged: outcome.unchanged.map(({ id, reason }) => ({ id, ...wordsFor(reason) })),
        partly: outcome.partly.map(({ id, field, reason }) => ({ id, field, ...wordsFor(reason) })),
        managed: outcome.managed.map(({ id }) => id),
        undo_id: undo?.id ?? null,
        undo_until: iso(undo?.until ?? null),
      };
      return c.json(told, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/undo/{id}',
      tags,
      summary: 'Take a change of many monitors back',
      description:
        'Once, within ten minutes. A field that somebody changed since stays as it is. Incidents that a pause closed stay closed.',
      middleware: guard('write'),
      request: { params: z.object({ id: z.string() }) },
      responses: { 200: answer('What was put back', Undone), ...problems(401, 403, 404) },
    }),
    async (c) => {
      const { restored, skipped } = await undoChange(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.json({ restored, skipped: skipped.map(({ name: _name, ...one }) => one) }, 200);
    },
  );
}

function wordsFor(reason: Kept) {
  return { reason, message: KEPT_WORDS[reason] };
}
