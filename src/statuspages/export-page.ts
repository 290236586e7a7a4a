import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { folderPlace } from './copy-folder.ts';
import { loadFacts } from './load.ts';
import { formsOf } from './publish.ts';
import { writeStaticCopy } from './static-copy.ts';

/** Writes a public page into a folder as it is now. Returns how many files it has. */
export async function exportPage(deps: Deps, slug: string, folder: string): Promise<number> {
  const facts = await loadFacts(deps, { slug }, 'public');
  if (!facts) throw new AppError('not_found', `There is no page with the address "${slug}".`);
  if (facts.visibility !== 'public') {
    throw new AppError('conflict', `The page "${slug}" is not open to everybody, and files have no lock.`);
  }
  const files = await writeStaticCopy(deps, formsOf(deps), facts, deps.clock.now());
  const place = folderPlace(folder);
  for (const [name, file] of files) await place.put(name, file);
  return files.size;
}
