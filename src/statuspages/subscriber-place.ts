import { z } from '@hono/zod-openapi';
import { SUBSCRIBER_KINDS, type SubscriberKind } from '../core/subscriber.ts';
import type { Db } from '../db/client.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import { findTargetKey } from './subscriber-queries.ts';

const Cursor = z.tuple([z.enum(SUBSCRIBER_KINDS), z.string().max(1_000)]);

/** Where a list goes on after somebody. The address of a webhook may be a key, so a cursor names its row instead. */
export function packPlace(last: { kind: SubscriberKind; id: string; target_key: string }): string {
  return packCursor([last.kind, last.kind === 'email' ? last.target_key : last.id]);
}

/**
 * Kind and key that a list goes on after, or null for its beginning. When the one it names has gone meanwhile, that is
 * the beginning of their kind: some come twice, and nobody is left out. `AppError` `invalid` for a cursor not of ours.
 */
export async function placeAfter(
  db: Db,
  pageId: string,
  cursor: string | undefined,
): Promise<[kind: SubscriberKind, key: string] | null> {
  const place = unpackCursor(cursor, Cursor);
  if (place === null || place[0] === 'email') return place;
  return [place[0], (await findTargetKey(db, pageId, place[1])) ?? ''];
}
