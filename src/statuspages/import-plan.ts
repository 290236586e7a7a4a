import { slugFrom } from '../core/slug.ts';
import type { Loss } from '../core/statuspage-documents.ts';
import { type ImportPlan, planImport } from '../core/statuspage-import.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { listWatched } from './component-queries.ts';
import type { Source } from './import-source.ts';
import { tryPageSlug } from './page-slug.ts';
import { listPages } from './queries.ts';

/** Other people's servers are asked on behalf of an account this often at most. */
export const IMPORT_TRIES = { max: 30, windowMs: 10 * MINUTE };

/** The plan of what was read now; files that were not there are losses too. */
export function planOf(
  deps: Pick<Deps, 'clock'>,
  { documents, missing }: Source,
): { plan: ImportPlan; losses: Loss[] } {
  const { plan, losses } = planImport(documents, deps.clock.now());
  const gone = missing.map((name) => ({
    what: name,
    why: 'This file was not there; what only it holds is not taken.',
  }));
  return { plan, losses: [...gone, ...losses] };
}

/** An address for the new page that is free: that of its title, or one near it. */
export async function proposeSlug(deps: Deps, accountId: string, title: string): Promise<string> {
  const { slug, problem, free } = await tryPageSlug(deps.db.read, accountId, slugFrom(title), null, deps.clock.now());
  return problem === null ? slug : (free ?? slug);
}

/** What of the plan the account has already, as sentences: an import adds a page and touches none. */
export async function alreadyThere(deps: Deps, accountId: string, plan: ImportPlan): Promise<string[]> {
  const pages = await listPages(deps.db.read, accountId);
  const names = new Set((await listWatched(deps.db.read, accountId)).map(({ name }) => name.trim().toLowerCase()));
  const watched = plan.components.filter(({ kind, name }) => kind === 'manual' && names.has(name.toLowerCase()));
  const same = pages.filter(({ title }) => title.trim().toLowerCase() === plan.page.title.toLowerCase());
  return [
    ...same.map(({ title }) => `You have a page called “${title}”. It stays as it is; this makes another one.`),
    ...watched
      .slice(0, 10)
      .map(
        ({ name }) => `You have a monitor called “${name}”. Put it in place of the line of that name in the editor.`,
      ),
    ...(watched.length > 10 ? [`The same holds for ${watched.length - 10} more monitors.`] : []),
  ];
}
