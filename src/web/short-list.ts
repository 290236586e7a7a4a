import { z } from '@hono/zod-openapi';
import { MAX_LIMIT, packCursor, pageQuery, unpackCursor } from './openapi.ts';

const Cursor = z.tuple([z.int().min(0), z.string().max(1_400)]);

/** `cursor` and `limit` of a list that is read whole because a limit of its own keeps it short (R-DO-3). */
export const shortListQuery = pageQuery(MAX_LIMIT);

/**
 * One page of such a list. It goes on after the row the last page ended with; if that row has gone meanwhile, at the
 * place where it was. Throws `AppError` `invalid` for a cursor that is not ours.
 */
export function cutPage<T extends { id: string }>(
  rows: T[],
  { cursor, limit }: z.output<typeof shortListQuery>,
): { data: T[]; next_cursor: string | null } {
  const begin = placeAfter(rows, unpackCursor(cursor, Cursor));
  const data = rows.slice(begin, begin + limit);
  const last = data.at(-1);
  const end = begin + data.length;
  return { data, next_cursor: last && end < rows.length ? packCursor([end - 1, last.id]) : null };
}

function placeAfter(rows: { id: string }[], last: z.output<typeof Cursor> | null): number {
  if (last === null) return 0;
  const found = rows.findIndex(({ id }) => id === last[1]);
  return found === -1 ? last[0] : found + 1;
}
