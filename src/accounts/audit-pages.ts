import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { CHANGE_GROUPS } from '../core/change-nouns.ts';
import { DAY, utcDate } from '../core/time.ts';
import { instantOf } from '../core/zone.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv, Session } from '../web/env.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { recordCsv, recordJson } from './audit-file.ts';
import { listRecord, listRecorded, type RecordFilter } from './audit-list-queries.ts';
import { mayKnowAddresses, nounsOf } from './audit-shape.ts';
import { auditLine } from './audit-words.ts';
import { findAccount } from './queries.ts';

/** Entries of one page. */
const SHOWN = 50;

const text = z.string().trim().min(1).max(200).optional().catch(undefined);
const date = z.iso.date().optional().catch(undefined);

/** What the page is asked for by its address; what does not fit is not asked. */
const RecordQuery = z.object({ by: text, part: text, q: text, subject: text, from: date, to: date });
type RecordQuery = z.infer<typeof RecordQuery>;

/** `/settings/audit`: the record of changes, and the same as a file. */
export function auditPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/audit', async (c) => {
    const session = requireAbility(c, 'read');
    return views.page(c, 'accounts/audit', await loadRecord(deps, c, session));
  });

  routes.get('/settings/audit.csv', async (c) => {
    const { account } = requireAbility(c, 'manage');
    const asked = await filterOf(deps, account.id, RecordQuery.parse(c.req.query()));
    c.header('Content-Type', 'text/csv; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="record-${utcDate(deps.clock.now())}.csv"`);
    return c.body(recordCsv(deps.db.read, account.id, asked));
  });

  routes.get('/settings/audit.json', async (c) => {
    const { account } = requireAbility(c, 'manage');
    const asked = await filterOf(deps, account.id, RecordQuery.parse(c.req.query()));
    c.header('Content-Type', 'application/json; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="record-${utcDate(deps.clock.now())}.json"`);
    return c.body(recordJson(deps.db.read, account.id, asked));
  });
  return routes;
}

async function loadRecord(deps: Deps, c: Context<AppEnv>, session: Session) {
  const query = RecordQuery.parse(c.req.query());
  const before = unpackCursor(c.req.query('cursor'), z.tuple([z.int().positive()]))?.[0];
  const accountId = session.account.id;
  const asked = await filterOf(deps, accountId, query);
  const rows = await listRecord(deps.db.read, accountId, { ...asked, before, limit: SHOWN + 1 });
  const last = rows.length > SHOWN ? rows[SHOWN - 1] : undefined;
  const addresses = mayKnowAddresses(session);
  return {
    query,
    filtered: Object.values(query).some((value) => value !== undefined),
    people: await listRecorded(deps.db.read, accountId),
    parts: CHANGE_GROUPS.map(({ key, label }) => ({ key, label })),
    entries: rows.slice(0, SHOWN).map((row) => auditLine(row, addresses)),
    files: can(session.role, 'manage')
      ? { csv: address(query, '/settings/audit.csv'), json: address(query, '/settings/audit.json') }
      : null,
    pager: {
      text: before ? 'Older changes' : 'The newest changes',
      first: before ? address(query) : null,
      next: last ? address({ ...query, cursor: packCursor([last.id]) }) : null,
    },
  };
}

/** Days are those of the account's clock. */
async function filterOf(
  deps: Deps,
  accountId: string,
  { by, part, q, subject, from, to }: RecordQuery,
): Promise<Omit<RecordFilter, 'before' | 'limit'>> {
  const zone = (await findAccount(deps.db.read, accountId))?.timezone ?? 'UTC';
  const sinceMs = from === undefined ? undefined : instantOf(Date.parse(from), zone);
  const untilMs = to === undefined ? undefined : instantOf(Date.parse(to) + DAY, zone);
  return { userId: by, nouns: nounsOf(part), q, subject, sinceMs, untilMs };
}

function address(query: RecordQuery & { cursor?: string }, path = '/settings/audit'): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
