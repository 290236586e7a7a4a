import { insertAudit } from '../accounts/audit-queries.ts';
import { insertAccount, insertMembership } from '../accounts/queries.ts';
import { forgetReleased, takenSlugs } from '../accounts/slug-queries.ts';
import { insertChannel } from '../alerts/queries.ts';
import type { Plan } from '../core/plan.ts';
import { slugFrom, slugProblem, suggestSlugs } from '../core/slug.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId, newToken } from '../db/ids.ts';
import { insertPage } from '../statuspages/queries.ts';

interface Tenant {
  /** Who owns it, and where its first alerts go. */
  userId: string;
  email: string;
  name: string | null;
  slug: string;
  plan: Plan;
  now: number;
}

/** The rows every account has: itself, its owner, a page and an e-mail channel. The slug has been looked at. */
export async function insertTenant(tx: Tx, { userId, email, name, slug, plan, now }: Tenant) {
  const accountId = newId('acc');
  const accountName = name ?? slug;
  await insertAccount(tx, { id: accountId, name: accountName, slug, plan, created_at: now });
  await insertMembership(tx, { account_id: accountId, user_id: userId, role: 'owner', created_at: now });
  await insertPage(tx, { accountId, slug, title: accountName, now });
  await forgetReleased(tx, slug, now);
  await insertChannel(tx, { accountId, kind: 'email', name: email, config: { to: [email] }, isDefault: true, now });
  await insertAudit(tx, { accountId, userId, at: now, action: 'account.created', subject: slug });
  return { accountId, accountName };
}

/** Why a new account cannot have this slug, with a free one beside it; null when it can. `slug` is folded. */
export async function slugRefusal(db: Db | Tx, slug: string, now: number): Promise<string | null> {
  const form = slugProblem(slug);
  if (form) return withSuggestion(db, form, slug, now);
  if (!(await takenSlugs(db, [slug], null, now)).has(slug)) return null;
  return withSuggestion(db, `"${slug}" is taken.`, slug, now);
}

/** A free slug made from any text. */
export async function freeSlug(tx: Tx, text: string, now: number): Promise<string> {
  const candidates = [...suggestSlugs(text), slugFrom(`${text.slice(0, 20)}-${newToken().replace(/[^a-z0-9]/g, '')}`)];
  const taken = await takenSlugs(tx, candidates, null, now);
  return candidates.find((slug) => !taken.has(slug)) ?? candidates[0] ?? text;
}

async function withSuggestion(db: Db | Tx, sentence: string, text: string, now: number): Promise<string> {
  const candidates = suggestSlugs(text).slice(0, 12);
  const taken = await takenSlugs(db, candidates, null, now);
  const free = candidates.find((slug) => !taken.has(slug));
  return free ? `${sentence} "${free}" is free.` : sentence;
}
