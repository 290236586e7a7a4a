import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { CHANGE_GROUPS } from '../core/change-nouns.ts';
import { utcDate } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, createApi, guard, listOf, packCursor, pageQuery, problems, unpackCursor } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { recordCsv } from './audit-file.ts';
import { listRecord, type RecordFilter } from './audit-list-queries.ts';
import { AuditEntry, entryJson, mayKnowAddresses, nounsOf } from './audit-shape.ts';

const tags = ['Account'];
const PARTS = CHANGE_GROUPS.map(({ key }) => key);
const time = z.iso.datetime({ offset: true, error: 'Must be an instant, as 2026-11-21T10:00:00Z.' }).optional();

const filters = {
  user_id: z.string().max(80).optional().openapi({ description: 'Who did it.' }),
  part: z
    .enum(PARTS, `Must be one of: ${PARTS.join(', ')}.`)
    .optional()
    .openapi({ description: 'What it is about.' }),
  subject: z.string().max(200).optional().openapi({ description: 'Exactly this id or name.' }),
  q: z.string().max(80).optional().openapi({ description: 'A piece of the id or the name.' }),
  since: time.openapi({ description: 'From this instant on.' }),
  until: time.openapi({ description: 'Before this instant.' }),
};
type Asked = z.infer<z.ZodObject<typeof filters>>;

/** `/api/audit-log`: who changed what, when and from where. */
export function auditApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/audit-log',
      tags,
      summary: 'The record of changes, the newest first; kept for a year',
      middleware: guard('read'),
      request: { query: pageQuery(50).extend(filters) },
      responses: { 200: answer('One page of it', listOf(AuditEntry)), ...problems(401, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { cursor, limit, ...asked } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int().positive()]))?.[0];
      const rows = await listRecord(deps.db.read, session.account.id, { ...filterOf(asked), before, limit: limit + 1 });
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const addresses = mayKnowAddresses(session);
      const data = rows.slice(0, limit).map((row) => entryJson(row, addresses));
      return c.json({ data, next_cursor: last ? packCursor([last.id]) : null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/audit-log.csv',
      tags,
      summary: 'The same as a CSV file, whole',
      middleware: guard('manage'),
      request: { query: z.object(filters) },
      responses: {
        200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } },
        ...problems(401, 403, 422),
      },
    }),
    (c) => {
      const { account } = requireSession(c);
      c.header('Content-Type', 'text/csv; charset=utf-8');
      c.header('Content-Disposition', `attachment; filename="record-${utcDate(deps.clock.now())}.csv"`);
      return c.body(recordCsv(deps.db.read, account.id, filterOf(c.req.valid('query'))));
    },
  );
  return api;
}

function filterOf({ user_id: userId, part, subject, q, since, until }: Asked): Omit<RecordFilter, 'before' | 'limit'> {
  const [sinceMs, untilMs] = [since, until].map((text) => (text === undefined ? undefined : Date.parse(text)));
  return { userId, nouns: nounsOf(part), subject, q, sinceMs, untilMs };
}
