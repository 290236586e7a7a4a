import { recordChange } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { forgetReleased, releaseSlug } from '../accounts/slug-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { managedAfter } from '../core/managed.ts';
import { allows, PLAN, type Plan, planFor, planForPages } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { BRANDED } from '../core/page.ts';
import { arrange } from './arrange.ts';
import { listComponents, listWatched, saveComponents } from './component-queries.ts';
import type { ComponentChange, NewPageInput, PageInput } from './page-input.ts';
import { differingLines, pageRecord } from './page-record.ts';
import { tryPageSlug } from './page-slug.ts';
import { deletePage, findPage, insertPage, listPages, type PageRow, renameAccountSlug, updatePage } from './queries.ts';

/** Makes a page within the plan and returns its id; it is public at once. */
export async function createPage(deps: Deps, actor: Actor, input: NewPageInput): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const password = await hashed(deps, input);
  const id = await deps.db.write('create status page', (tx) => createInside(tx, actor, input, password, now));
  tell(deps, actor);
  return id;
}

/** What `createPage` does, for one who has a transaction and puts more into it: the import. */
export async function createInside(
  tx: Tx,
  actor: Actor,
  input: NewPageInput,
  password: { password_hash?: string },
  now: number,
): Promise<string> {
  const { accountId } = actor;
  const plan = await planOf(tx, actor);
  refuseTooMany(plan, (await listPages(tx, accountId)).length);
  const slug = await claimSlug(tx, accountId, input.slug, null, now);
  const pageId = await insertPage(tx, { accountId, slug, title: input.title, now });
  const page = await findPage(tx, accountId, pageId);
  if (!page) throw notFound();
  await apply(tx, actor, plan, { ...page, slug, ...password }, input, now);
  await recordChange(tx, actor, now, 'status_page.created', slug, { page: pageId, title: input.title });
  return pageId;
}

/** Changes what is given of a page; visitors see it with their next request. A left slug rests for 30 days. */
export async function changePage(deps: Deps, actor: Actor, pageId: string, input: PageInput): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const password = await hashed(deps, input);
  await deps.db.write('change status page', async (tx) => {
    const page = await findPage(tx, actor.accountId, pageId);
    if (!page) throw notFound();
    const before = await recordOf(tx, page);
    const slug = await changeInside(tx, actor, { ...page, ...password }, input, now);
    const detail = { page: pageId, ...(slug === page.slug ? {} : { from: page.slug, to: slug }) };
    await auditPage(tx, actor, now, slug, { page: pageId, before, detail });
  });
  tell(deps, actor);
}

/** Changes one line of a page and leaves the others as they are: what a script does that knows how its part stands. */
export async function changeComponent(
  deps: Deps,
  actor: Actor,
  pageId: string,
  componentId: string,
  change: ComponentChange,
): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('change component', async (tx) => {
    const { accountId } = actor;
    const page = await findPage(tx, accountId, pageId);
    const known = page ? await listComponents(tx, accountId, pageId) : [];
    if (!page || !known.some(({ id }) => id === componentId)) throw notFound();
    const before = pageRecord(page, known);
    const wanted = known.map(({ id }) => (id === componentId ? { ...change, id } : { id }));
    try {
      await saveComponents(tx, pageId, arrange(wanted, known, await listWatched(tx, accountId)));
    } catch (error) {
      throw ownFields(error);
    }
    await updatePage(tx, accountId, { ...page, updated_at: now });
    const detail = { page: pageId, component: componentId };
    await auditPage(tx, actor, now, page.slug, { page: pageId, before, detail });
  });
  tell(deps, actor);
}

/** `components.3.name` is `name` to one who sent a single line. */
function ownFields(error: unknown): unknown {
  if (!(error instanceof AppError) || error.fields.length === 0) return error;
  const fields = error.fields.map(({ field, message }) => ({
    field: field.replace(/^components\.\d+\./, ''),
    message,
  }));
  return new AppError(error.code, error.message, { fields });
}

/** What `changePage` does, for one who has a transaction and undoes it: the preview. Returns the slug it has then. */
export async function changeInside(
  tx: Tx,
  actor: Actor,
  page: PageRow,
  input: PageInput,
  now: number,
): Promise<string> {
  const { accountId } = actor;
  const moves = input.slug !== undefined && input.slug !== page.slug;
  const slug = moves ? await claimSlug(tx, accountId, input.slug ?? '', page.id, now) : page.slug;
  if (slug !== page.slug) {
    await releaseSlug(tx, page.slug, accountId, now);
    await renameAccountSlug(tx, accountId, page.slug, slug);
  }
  await apply(tx, actor, await planOf(tx, actor), { ...page, slug }, input, now);
  return slug;
}

/** Takes a page away with all that belongs to it. The last one stays: an account is known by its address. */
export async function removePage(deps: Deps, actor: Actor, pageId: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('delete status page', async (tx) => {
    const { accountId } = actor;
    const page = await findPage(tx, accountId, pageId);
    if (!page) throw notFound();
    const [other] = (await listPages(tx, accountId)).filter(({ id }) => id !== pageId);
    if (!other) {
      throw new AppError(
        'conflict',
        'This is your only page. Make another one first, or let only members see this one.',
      );
    }
    await deletePage(tx, accountId, pageId);
    await renameAccountSlug(tx, accountId, page.slug, other.slug);
    await releaseSlug(tx, page.slug, accountId, now);
    await recordChange(tx, actor, now, 'status_page.deleted', page.slug, { page: pageId, title: page.title });
  });
  tell(deps, actor);
}

async function apply(tx: Tx, actor: Actor, plan: Plan, page: PageRow, input: PageInput, now: number): Promise<void> {
  refuseUnbranded(plan, page, input);
  refuseUnlocked(plan, page, input);
  const { components, slug: _taken, password: _hashed, ...rest } = input;
  const mark = await managedAfter(input, page, async (key) => isKey(key, await listPages(tx, actor.accountId)));
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  await updatePage(tx, actor.accountId, { ...page, ...given, ...mark, updated_at: now });
  if (!components) return;
  const known = await listComponents(tx, actor.accountId, page.id);
  await saveComponents(tx, page.id, arrange(components, known, await listWatched(tx, actor.accountId)));
}

function isKey(key: string, pages: readonly PageRow[]): boolean {
  return pages.some((page) => page.managed_key === key);
}

async function claimSlug(tx: Tx, accountId: string, text: string, current: string | null, now: number) {
  const { slug, problem } = await tryPageSlug(tx, accountId, text, current, now);
  if (problem !== null) throw invalidField('slug', problem);
  await forgetReleased(tx, slug, now);
  return slug;
}

/** Own looks need the plan when they are new; what stands there from a better one may stay, and is not shown. */
function refuseUnbranded(plan: Plan, page: PageRow, input: PageInput): void {
  if (allows(plan, 'branding')) return;
  const { label } = PLAN[planFor('branding')];
  if (input.branding === false && page.branding) {
    throw locked('branding', `Taking our mark away is part of the ${label} plan.`);
  }
  const { appearance } = input;
  if (!appearance) return;
  const fresh = BRANDED.find((part) => (appearance[part] ?? '') !== '' && appearance[part] !== page.appearance[part]);
  if (fresh) throw locked(`appearance.${fresh}`, `Own colours and CSS are part of the ${label} plan.`);
}

/** A page that is private stays so on every plan; to make one so, or to give it a new password, needs the plan. */
function refuseUnlocked(plan: Plan, page: PageRow, input: PageInput): void {
  const becomes = input.visibility ?? page.visibility;
  if (becomes !== 'public' && becomes !== page.visibility && !allows(plan, 'privatePages')) {
    throw locked('visibility', `Private pages are part of the ${PLAN[planFor('privatePages')].label} plan.`);
  }
  if (becomes === 'password' && page.password_hash === null) {
    throw invalidField('password', 'Choose the password that opens the page.');
  }
}

function locked(field: string, message: string): AppError {
  return new AppError('limit', message, { fields: [{ field, message }] });
}

/** bcrypt, before the transaction: it takes long on purpose. */
async function hashed(deps: Deps, { password }: Pick<PageInput, 'password'>) {
  return password === undefined ? {} : { password_hash: await deps.passwords.hash(password) };
}

function refuseTooMany(plan: Plan, have: number): void {
  const { pages, label } = PLAN[plan];
  if (have < pages) return;
  const more = planForPages(have + 1);
  const held = pages === 1 ? 'one status page' : `${pages} status pages`;
  const way = more === null ? 'Delete one first.' : `The ${PLAN[more].label} plan holds ${PLAN[more].pages}.`;
  throw new AppError('limit', `The ${label} plan holds ${held}. ${way}`);
}

async function planOf(tx: Tx, actor: Actor): Promise<Plan> {
  return (await findAccount(tx, actor.accountId))?.plan ?? 'free';
}

async function recordOf(tx: Tx, page: PageRow) {
  return pageRecord(page, await listComponents(tx, page.account_id, page.id));
}

/** A page was changed from what `before` has to what it is now. */
async function auditPage(
  tx: Tx,
  actor: Actor,
  now: number,
  slug: string,
  change: { page: string; before: ReturnType<typeof pageRecord>; detail: Record<string, unknown> },
): Promise<void> {
  const { page: id, before, detail } = change;
  const page = await findPage(tx, actor.accountId, id);
  if (!page) throw notFound();
  const after = await recordOf(tx, page);
  const changes = changesOf(before.plain, after.plain, differingLines(before.shown, after.shown));
  await recordChange(tx, actor, now, 'status_page.changed', slug, { ...detail, title: page.title }, changes);
}

function tell(deps: Deps, actor: Actor): void {
  deps.live.publish({ accountId: actor.accountId, type: 'settings', monitorIds: [] });
}
