import { takenSlugs } from '../accounts/slug-queries.ts';
import { foldSlug, slugProblem, suggestSlugs } from '../core/slug.ts';
import type { Db, Tx } from '../db/client.ts';
import { listPages } from './queries.ts';

/**
 * Whether a page of the account may have this address. `current` is the page that has one already, null a new page.
 * `problem` is a sentence, with a free address in it where there is one; null when `slug` may be taken.
 */
export async function tryPageSlug(
  db: Db | Tx,
  accountId: string,
  text: string,
  current: string | null,
  now: number,
): Promise<{ slug: string; problem: string | null; free: string | null }> {
  const slug = foldSlug(text);
  const near = suggestSlugs(slug).slice(0, 12);
  const taken = await takenSlugs(db, [slug, ...near], accountId, now);
  for (const page of await listPages(db, accountId)) if (page.id !== current) taken.add(page.slug);
  const unfit = slugProblem(slug) ?? (taken.has(slug) ? `"${slug}" is taken.` : null);
  if (unfit === null) return { slug, problem: null, free: null };
  const free = near.find((one) => one !== slug && !taken.has(one)) ?? null;
  return { slug, problem: free === null ? unfit : `${unfit} "${free}" is free.`, free };
}
