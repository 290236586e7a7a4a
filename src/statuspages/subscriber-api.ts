import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { LANGUAGES } from '../core/language.ts';
import { SUBSCRIBER_KINDS } from '../core/subscriber.ts';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, guardPerson, listOf, pageQuery, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { listNamedLines } from './component-queries.ts';
import { guardPage, loadOwnPage } from './own-page.ts';
import { pageParams } from './page-input.ts';
import { SubscriberInput, wishOf } from './subscriber-input.ts';
import { MOST_ROWS, readImport } from './subscriber-import.ts';
import { packPlace, placeAfter } from './subscriber-place.ts';
import { addSubscriber, importSubscribers, removeSubscriber, resumeSubscriber } from './subscriber-list-actions.ts';
import { findSubscriber, listSubscribers, type ListedSubscriber } from './subscriber-queries.ts';
import { shownTarget } from './subscriber-target.ts';
import { SUBSCRIBER_STATES, subscriberState } from './subscriber-view.ts';

const Subscriber = z
  .object({
    id: z.string(),
    kind: z.enum(SUBSCRIBER_KINDS),
    target: z.string().openapi({ description: 'A mail address; of a webhook only its host.' }),
    component_ids: z.array(z.string()).nullable().openapi({ description: 'Null is all of them.' }),
    incidents: z.boolean(),
    maintenance: z.boolean(),
    language: z.enum(LANGUAGES),
    state: z.enum(SUBSCRIBER_STATES).openapi({ description: '`waiting` has not used the link in its first message.' }),
    last_error: z.string().nullable(),
    confirmed_at: z.string().nullable(),
    created_at: z.string(),
  })
  .openapi('Subscriber');
type Subscriber = z.infer<typeof Subscriber>;

const ImportInput = z
  .object({
    csv: z
      .string('Send the lines of the file.')
      .max(1_000_000, 'That is too long. Split it.')
      .openapi({
        description: `Columns by their names in the first line, or addresses alone; ${MOST_ROWS} lines at most.`,
        example: 'email\nreader@example.org',
      }),
    consent: z.boolean().default(false).openapi({
      description:
        'You declare that they asked for it: mail addresses then count as confirmed. Others are asked first.',
    }),
  })
  .strict()
  .openapi('SubscriberImport');
const ImportAnswer = z
  .object({
    added: z.int(),
    known: z.int().openapi({ description: 'Were on the list before.' }),
    faults: z.array(z.object({ line: z.int(), message: z.string() })),
  })
  .openapi('SubscriberImportAnswer');

const tags = ['Subscribers'];
const params = pageParams.extend({ subscriber_id: z.string() });

/** `/api/status-pages/{id}/subscribers`: who follows a page. Mounted at `/api`. */
export function subscriberApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages/{id}/subscribers',
      tags,
      summary: 'Who follows a status page, by kind and address',
      middleware: guard('write', 'page'),
      request: {
        params: pageParams,
        query: pageQuery(50).extend({
          find: z.string().max(200).optional(),
          state: z.enum(SUBSCRIBER_STATES).optional(),
        }),
      },
      responses: { 200: answer('A page of subscribers', listOf(Subscriber)), ...problems(401, 403, 404, 422) },
    }),
    async (c) => {
      const page = await loadOwnPage(deps, requireSession(c), c.req.valid('param').id);
      const { cursor, limit, find = '', state } = c.req.valid('query');
      const after = await placeAfter(deps.db.read, page.id, cursor);
      const filter = { find, ...(state ? { state } : {}), after, limit: limit + 1 };
      const rows = await listSubscribers(deps.db.read, page.id, filter);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packPlace(last) : null;
      return c.json({ data: shown.map(json), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/{id}/subscribers',
      tags,
      summary: 'Add a subscriber, who is asked to confirm',
      middleware: [guard('write', 'page'), guardPage(deps)],
      request: { params: pageParams, body: body(SubscriberInput) },
      responses: { 201: answer('The new subscriber', Subscriber), ...problems(400, 401, 403, 404, 422, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      const page = await loadOwnPage(deps, session, c.req.valid('param').id);
      const wish = await wishOf(deps, page, c.req.valid('json'));
      const found = await findSubscriber(deps.db.read, await addSubscriber(deps, actorOf(session), wish));
      if (!found) throw notFound();
      return c.json(json({ ...found, last_error: null }), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/status-pages/{id}/subscribers/{subscriber_id}',
      tags,
      summary: 'Take a subscriber off the list',
      middleware: guard('write', 'page'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      const { id, subscriber_id: subscriber } = c.req.valid('param');
      await removeSubscriber(deps, actorOf(requireSession(c)), id, subscriber);
      return c.body(null, 204);
    },
  );
  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/{id}/subscribers/{subscriber_id}/resume',
      tags,
      summary: 'Send to a subscriber again who was given up',
      description: 'For those who have confirmed once; whoever never did is added again.',
      middleware: guard('write', 'page'),
      request: { params },
      responses: { 204: { description: 'They get the next message again' }, ...problems(401, 403, 404, 422) },
    }),
    async (c) => {
      const { id, subscriber_id: subscriber } = c.req.valid('param');
      await resumeSubscriber(deps, actorOf(requireSession(c)), id, subscriber);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/{id}/subscribers/import',
      operationId: 'importSubscribers',
      tags,
      summary: 'Add the subscribers of a file, and tell of each line that was not taken',
      description: 'For people who manage the account.',
      middleware: [guardPerson('manage'), guardPage(deps)],
      request: { params: pageParams, body: body(ImportInput) },
      responses: { 200: answer('What became of it', ImportAnswer), ...problems(400, 401, 403, 404, 422, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      const page = await loadOwnPage(deps, session, c.req.valid('param').id);
      const { csv, consent } = c.req.valid('json');
      const read = readImport(csv, await listNamedLines(deps.db.read, page), page.language);
      return c.json(await importSubscribers(deps, actorOf(session), page.id, { ...read, consent }), 200);
    },
  );
  return api;
}

function json(one: ListedSubscriber): Subscriber {
  const { id, kind, target, component_ids, incidents, maintenance, language, last_error, confirmed_at } = one;
  return {
    id,
    kind,
    target: shownTarget(kind, target),
    component_ids,
    incidents,
    maintenance,
    language,
    state: subscriberState(one),
    last_error,
    confirmed_at: confirmed_at === null ? null : iso(confirmed_at),
    created_at: iso(one.created_at),
  };
}
