import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { forgetReleased, releaseSlug, takenSlugs } from '../accounts/slug-queries.ts';
import { type Actor, can } from '../core/access.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import { foldSlug, slugProblem, suggestSlugs } from '../core/slug.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { PageInput } from './page-input.ts';
import {
  findPage,
  listPlaces,
  type NewPlace,
  type PageRow,
  renameAccountSlug,
  replaceComponents,
  updatePage,
} from './queries.ts';

/** Changes what is given of a page; visitors see it with their next request. A left slug rests for 30 days. */
export async function changePage(deps: Deps, actor: Actor, pageId: string, input: PageInput): Promise<void> {
  if (!can(actor.role, 'write')) throw new AppError('forbidden', 'Your role in this account only allows looking.');
  const now = deps.clock.now();
  await deps.db.write('change status page', async (tx) => {
    const page = await findPage(tx, actor.accountId, pageId);
    if (!page) throw notFound();
    await refuseUnbranded(tx, actor, page, input);
    const slug = input.slug === undefined ? page.slug : foldSlug(input.slug);
    if (slug !== page.slug) await moveSlug(tx, actor.accountId, page.slug, slug, now);
    await updatePage(tx, actor.accountId, {
      ...page,
      slug,
      title: input.title ?? page.title,
      description: input.description === undefined ? page.description : input.description,
      branding: input.branding ?? page.branding,
      updated_at: now,
    });
    if (input.components) await replaceComponents(tx, page.id, await placesFor(tx, actor, page, input.components));
    const detail = { changed: Object.keys(input), ...(slug === page.slug ? {} : { from: page.slug, to: slug }) };
    const { accountId, userId } = actor;
    await insertAudit(tx, { accountId, userId, at: now, action: 'status_page.changed', subject: slug, detail });
  });
  deps.live.publish({ accountId: actor.accountId, type: 'settings', monitorIds: [] });
}

async function refuseUnbranded(tx: Tx, actor: Actor, page: PageRow, input: PageInput): Promise<void> {
  if (input.branding !== false || !page.branding) return;
  const account = await findAccount(tx, actor.accountId);
  if (account && allows(account.plan, 'branding')) return;
  const message = `Taking our mark away is part of the ${PLAN[planFor('branding')].label} plan.`;
  throw new AppError('limit', message, { fields: [{ field: 'branding', message }] });
}

async function moveSlug(tx: Tx, accountId: string, from: string, to: string, now: number): Promise<void> {
  const unfit = slugProblem(to);
  const near = suggestSlugs(to).slice(0, 12);
  const taken = await takenSlugs(tx, [to, ...near], accountId, now);
  if (unfit || taken.has(to)) {
    const free = near.find((slug) => slug !== to && !taken.has(slug));
    throw invalidField('slug', `${unfit ?? `"${to}" is taken.`}${free ? ` "${free}" is free.` : ''}`);
  }
  await releaseSlug(tx, from, accountId, now);
  await forgetReleased(tx, to, now);
  await renameAccountSlug(tx, accountId, from, to);
}

/** The lines as rows; a monitor that was on the page keeps its component, and with it its place in links. */
async function placesFor(
  tx: Tx,
  actor: Actor,
  page: PageRow,
  wanted: NonNullable<PageInput['components']>,
): Promise<NewPlace[]> {
  const own = new Map((await listPlaces(tx, actor.accountId, page.id)).map((place) => [place.monitor_id, place]));
  const seen = new Set<string>();
  return wanted.map(({ monitor_id, name }, i) => {
    const place = own.get(monitor_id);
    if (!place) throw invalidField(`components.${i}.monitor_id`, 'There is no such monitor.');
    if (seen.has(monitor_id)) throw invalidField(`components.${i}.monitor_id`, 'This monitor is listed twice.');
    seen.add(monitor_id);
    return { id: place.component_id, monitorNo: place.monitor_no, name };
  });
}
