import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { foldHost, hostProblem } from '../core/host-name.ts';
import { proofRecords } from '../core/page-domain.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Db, Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { lookAtDomain, lookForProof, ownHost, proofToken } from '../engine/page-domains.ts';
import { deleteDomain, findDomainByHost, findDomainOfPage, insertDomain, type OwnedDomain } from './domain-queries.ts';
import { findPage } from './queries.ts';

/**
 * Names the host of a page and looks for its proof at once. A host that others have merely named is taken over when the
 * proof for this account stands in DNS already; one that is served by others is refused.
 */
export async function setDomain(deps: Deps, actor: Actor, pageId: string, text: string): Promise<void> {
  demand(actor.role, 'write');
  await refusePlan(deps.db.read, actor);
  if (!(await findPage(deps.db.read, actor.accountId, pageId))) throw notFound();
  const host = foldHost(text);
  const problem = hostProblem(host, ownHost(deps), deps.outbound.allowPrivate);
  if (host === null || problem !== null) throw invalidField('host', problem ?? 'Write a host name.');
  const token = proofToken(deps, actor.accountId, host);
  const holder = await findDomainByHost(deps.db.read, host);
  const proven = isForeign(holder, actor) && (await lookForProof(deps, host, token)) === null;
  const now = deps.clock.now();
  await deps.db.write('name page domain', async (tx) => {
    await refusePlan(tx, actor);
    if (!(await findPage(tx, actor.accountId, pageId))) throw notFound();
    const before = await findDomainOfPage(tx, actor.accountId, pageId);
    if (before?.host === host) return;
    const held = await findDomainByHost(tx, host);
    if (held) await takeOver(deps, tx, actor, held, proven, now);
    if (before) await giveUp(tx, actor, before.host, pageId, now);
    await insertDomain(tx, { host, page_id: pageId, token, created_at: now });
    await audit(tx, actor, now, 'page_domain.added', host, pageId);
  });
  tell(deps, actor.accountId);
  if (proven && holder) tell(deps, holder.account_id);
  await checkDomain(deps, actor, pageId);
}

/** Looks for the proof now. Returns why there is none, or null when the domain is served from here on. */
export async function checkDomain(deps: Deps, actor: Actor, pageId: string): Promise<string | null> {
  demand(actor.role, 'write');
  if (!(await findPage(deps.db.read, actor.accountId, pageId))) throw notFound();
  const row = await findDomainOfPage(deps.db.read, actor.accountId, pageId);
  if (!row) throw new AppError('conflict', 'This page has no domain of its own yet.');
  await refusePlan(deps.db.read, actor);
  return lookAtDomain(deps, { ...row, account_id: actor.accountId }, actor.userId);
}

/** Sets the host of a page free, if it has one: it is not answered any more, and anybody may name it. */
export async function removeDomain(deps: Deps, actor: Actor, pageId: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('remove page domain', async (tx) => {
    if (!(await findPage(tx, actor.accountId, pageId))) throw notFound();
    const row = await findDomainOfPage(tx, actor.accountId, pageId);
    if (row) await giveUp(tx, actor, row.host, pageId, now);
  });
  tell(deps, actor.accountId);
}

/** Somebody else's claim gives way to a proof, unless theirs stands too. */
async function takeOver(deps: Deps, tx: Tx, actor: Actor, held: OwnedDomain, proven: boolean, now: number) {
  const { host } = held;
  if (!isForeign(held, actor))
    throw invalidField('host', `${host} is on another page of yours; remove it there first.`);
  if (held.verified_at !== null && held.failing_since === null) {
    throw invalidField('host', `${host} is the domain of another status page.`);
  }
  if (!proven) {
    const { name, txt } = proofRecords(host, proofToken(deps, actor.accountId, host), ownHost(deps));
    const how = `Is it yours? Set the TXT record ${name} to ${txt}, wait until DNS shows it, and add it again.`;
    throw invalidField('host', `Somebody else has named ${host} without proof. ${how}`);
  }
  await deleteDomain(tx, host);
  const lost = { accountId: held.account_id, userId: null, at: now, action: 'page_domain.taken', subject: host };
  await insertAudit(tx, lost);
}

function isForeign(held: OwnedDomain | null, actor: Actor): boolean {
  return held !== null && held.account_id !== actor.accountId;
}

async function giveUp(tx: Tx, actor: Actor, host: string, pageId: string, now: number): Promise<void> {
  await deleteDomain(tx, host);
  await audit(tx, actor, now, 'page_domain.removed', host, pageId);
}

async function refusePlan(db: Db | Tx, { accountId }: Actor): Promise<void> {
  const plan = (await findAccount(db, accountId))?.plan ?? 'free';
  if (allows(plan, 'customDomain')) return;
  const message = `A domain of your own is part of the ${PLAN[planFor('customDomain')].label} plan.`;
  throw new AppError('limit', message, { fields: [{ field: 'host', message }] });
}

async function audit(
  tx: Tx,
  { accountId, userId }: Actor,
  at: number,
  action: string,
  host: string,
  page: string,
): Promise<void> {
  await insertAudit(tx, { accountId, userId, at, action, subject: host, detail: { page } });
}

function tell(deps: Deps, accountId: string): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}
