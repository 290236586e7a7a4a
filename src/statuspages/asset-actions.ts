import { createHash } from 'node:crypto';
import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { type Actor, demand } from '../core/access.ts';
import type { Changes } from '../core/changes.ts';
import { AppError, notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { readPicture } from './asset-picture.ts';
import { type AssetRole, deleteAsset, listAssets, saveAsset } from './asset-queries.ts';
import { findPage } from './queries.ts';

/** Puts an uploaded picture on a page. `AppError` `invalid` or `limit` says beside `field` why it was not taken. */
export async function putAsset(
  deps: Deps,
  actor: Actor,
  pageId: string,
  role: AssetRole,
  upload: Uint8Array,
  field: string = role,
): Promise<void> {
  demand(actor.role, 'write');
  const { picture, problem } = await readPicture(upload);
  if (problem !== null) throw new AppError('invalid', problem, { fields: [{ field, message: problem }] });
  const now = deps.clock.now();
  const data = Buffer.from(picture.bytes).toString('base64');
  const hash = createHash('sha256').update(picture.bytes).digest('hex').slice(0, 16);
  await deps.db.write('save page picture', async (tx) => {
    const page = await findPage(tx, actor.accountId, pageId);
    if (!page) throw notFound();
    const plan = (await findAccount(tx, actor.accountId))?.plan ?? 'free';
    if (!allows(plan, 'branding')) {
      const message = `Own pictures are part of the ${PLAN[planFor('branding')].label} plan.`;
      throw new AppError('limit', message, { fields: [{ field, message }] });
    }
    const changes = await pictureChange(tx, actor, pageId, role, { mime: picture.mime, hash });
    await saveAsset(tx, { page_id: pageId, role, mime: picture.mime, hash, data, updated_at: now });
    const detail = { page: pageId, picture: role, bytes: picture.bytes.length };
    const entry = { ...who(actor), at: now, action: 'status_page.changed', subject: page.slug };
    await insertAudit(tx, { ...entry, detail, changes });
  });
  deps.live.publish({ accountId: actor.accountId, type: 'settings', monitorIds: [] });
}

/** Takes a picture away; on every plan. Where there is none nothing is done, and nothing goes on record. */
export async function removeAsset(deps: Deps, actor: Actor, pageId: string, role: AssetRole): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('remove page picture', async (tx) => {
    const page = await findPage(tx, actor.accountId, pageId);
    if (!page) throw notFound();
    const changes = await pictureChange(tx, actor, pageId, role, null);
    if (!(await deleteAsset(tx, pageId, role))) return;
    const entry = { ...who(actor), at: now, action: 'status_page.changed', subject: page.slug };
    await insertAudit(tx, { ...entry, detail: { page: pageId, picture: role, removed: true }, changes });
  });
  deps.live.publish({ accountId: actor.accountId, type: 'settings', monitorIds: [] });
}

/** Pictures are told by their kind and their fingerprint. */
async function pictureChange(
  tx: Tx,
  actor: Actor,
  pageId: string,
  role: AssetRole,
  picture: { mime: string; hash: string } | null,
): Promise<Changes> {
  const before = (await listAssets(tx, actor.accountId, pageId)).find((asset) => asset.role === role);
  const [was, is] = [before, picture].map((one) => (one ? `${one.mime} ${one.hash}` : null));
  return { [`pictures.${role}`]: [was, is] };
}

function who({ accountId, userId }: Actor) {
  return { accountId, userId };
}
