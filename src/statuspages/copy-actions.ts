import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { invalidField, notFound } from '../core/errors.ts';
import { MASK } from '../core/secrets.ts';
import type { Deps } from '../deps.ts';
import { type CopyInput, targetFrom } from './copy-input.ts';
import { isFolderTaken, setPublishTarget } from './copy-queries.ts';
import { copyFault, inTurn, withdrawCopy } from './publish.ts';
import { findPage } from './queries.ts';

/**
 * Sets where a page is copied to after each change; null ends it. What lies at the place before is taken away. Returns
 * why that was not possible, or null.
 */
export async function setCopyTarget(
  deps: Deps,
  actor: Actor,
  pageId: string,
  input: CopyInput | null,
): Promise<string | null> {
  demand(actor.role, 'write');
  return inTurn(deps, pageId, () => change(deps, actor, pageId, input));
}

async function change(deps: Deps, actor: Actor, pageId: string, input: CopyInput | null): Promise<string | null> {
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  const { before, target } = await deps.db.write('set copy target', async (tx) => {
    const page = await findPage(tx, accountId, pageId);
    if (!page) throw notFound();
    const target = input && targetFrom(input, page.publish_to);
    if (input && !target) throw invalidField('secret_key', 'Give the secret key.');
    if (target?.kind === 'folder' && (await isFolderTaken(tx, target.folder, pageId))) {
      throw invalidField('folder', 'Another page is copied there.');
    }
    if (!target && !page.publish_to) return { before: null, target };
    await setPublishTarget(tx, accountId, pageId, target);
    const action = target ? 'page_copy.set' : 'page_copy.removed';
    const changes = changesOf({ ...page.publish_to }, { ...target }, [shown(page.publish_to), shown(target)]);
    const entry = { accountId, userId, at: now, action, subject: page.slug, detail: { page: pageId } };
    await insertAudit(tx, { ...entry, changes });
    return { before: page.publish_to, target };
  });
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  if (!before || samePlace(before, target)) return null;
  try {
    await withdrawCopy(deps, pageId, before);
    return null;
  } catch (error) {
    return copyFault(error);
  }
}

function shown(target: object | null): Record<string, unknown> {
  return target && 'secret_key' in target ? { ...target, secret_key: MASK } : { ...target };
}

function samePlace(a: object | null, b: object | null): boolean {
  return placeIn(a) === placeIn(b);
}

/** Without what only opens it. */
function placeIn(target: object | null): string {
  const { access_key: _key, secret_key: _secret, region: _region, ...rest } = { ...target } as Record<string, unknown>;
  return JSON.stringify(rest);
}
