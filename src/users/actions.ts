import { insertAudit } from '../accounts/audit-queries.ts';
import { insertAccount, insertMembership } from '../accounts/queries.ts';
import { forgetReleased, takenSlugs } from '../accounts/slug-queries.ts';
import { insertChannel } from '../alerts/queries.ts';
import { cleanEmail, emailKey } from '../core/email.ts';
import { AppError, type FieldError, invalidField } from '../core/errors.ts';
import { passwordProblem } from '../core/password.ts';
import type { Plan } from '../core/plan.ts';
import { foldSlug, slugFrom, slugProblem, suggestSlugs } from '../core/slug.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId, newToken } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { insertPage } from '../statuspages/queries.ts';
import { mailVerifyLink } from './links.ts';
import { findUserByEmail, insertUser } from './queries.ts';
import { type NewSession, openSession } from './sessions.ts';

export interface SignUp {
  email: string;
  password: string;
  slug: string;
  name?: string | undefined;
}

/** The account a sign-up made, and the session it starts with. */
export interface SignedUp {
  user: { id: string; email: string; name: string | null };
  account: { id: string; name: string; slug: string; plan: Plan };
  session: NewSession;
}

/**
 * Makes user, account, membership, page, e-mail channel and session in one transaction and queues the verification
 * mail. Throws `AppError` `invalid` with every field that cannot be taken, a taken slug with a free one beside it.
 */
export async function signUp(
  deps: Deps,
  input: SignUp,
  kind: NewSession['kind'],
  userAgent: string,
): Promise<SignedUp> {
  if (deps.config.signups !== 'open') throw new AppError('forbidden', signupsClosed(deps) ?? '');
  const slug = foldSlug(input.slug);
  await refuseUnfit(deps, input, slug);
  const hash = await deps.passwords.hash(input.password);
  const made = await deps.db.write('sign up', async (tx) => {
    // Looked at again: two people may have asked for the same at once.
    await refuseTaken(tx, input.email, slug, deps.clock.now());
    const account = await insertTenant(deps, tx, {
      ...input,
      slug,
      hash,
      plan: deps.config.defaultPlan,
      verified: false,
    });
    const opened = await openSession(deps, tx, { ...account, tokenVersion: 0, kind, userAgent });
    return { ...account, session: opened };
  });
  deps.wake.outbox();
  return {
    user: { id: made.userId, email: made.email, name: made.name },
    account: { id: made.accountId, name: made.accountName, slug, plan: deps.config.defaultPlan },
    session: made.session,
  };
}

/** Why nobody may sign up here, as a sentence; null when everybody may. */
export function signupsClosed(deps: Deps): string | null {
  if (deps.config.signups === 'closed') return 'New accounts cannot be made here. Ask whoever runs this StatusPing.';
  if (deps.config.signups === 'invite')
    return 'You need an invitation to sign up here. Ask whoever runs this StatusPing.';
  return null;
}

/** Makes an account for the operator, its address taken as verified; the slug comes from the address when none is given. */
export async function createUser(
  deps: Deps,
  input: { email: string; password: string; name?: string | null; slug?: string | null; plan?: Plan | null },
): Promise<{ email: string; slug: string; userId: string; accountId: string }> {
  const email = cleanEmail(input.email);
  if (!email) throw invalidField('email', 'That is not an e-mail address.');
  const problem = passwordProblem(input.password);
  if (problem) throw invalidField('password', problem);
  const hash = await deps.passwords.hash(input.password);
  const plan = input.plan ?? deps.config.defaultPlan;
  return deps.db.write('create user', async (tx) => {
    const slug = foldSlug(input.slug ?? (await freeSlug(tx, email.split('@')[0] ?? '', deps.clock.now())));
    const unfit = slugProblem(slug);
    if (unfit) throw invalidField('slug', unfit);
    await refuseTaken(tx, email, slug, deps.clock.now());
    const { name } = input;
    const { userId, accountId } = await insertTenant(deps, tx, { email, name, slug, hash, plan, verified: true });
    return { email, slug, userId, accountId };
  });
}

/** A free slug made from any text. */
async function freeSlug(tx: Tx, text: string, now: number): Promise<string> {
  const candidates = [...suggestSlugs(text), slugFrom(`${text.slice(0, 20)}-${newToken().replace(/[^a-z0-9]/g, '')}`)];
  const taken = await takenSlugs(tx, candidates, null, now);
  return candidates.find((slug) => !taken.has(slug)) ?? candidates[0] ?? text;
}

/** Everything that can be said before the costly hash, all fields at once. */
async function refuseUnfit(deps: Deps, input: SignUp, slug: string): Promise<void> {
  const fields: FieldError[] = [];
  if (!cleanEmail(input.email)) fields.push({ field: 'email', message: 'That is not an e-mail address.' });
  const password = passwordProblem(input.password);
  if (password) fields.push({ field: 'password', message: password });
  const form = slugProblem(slug);
  if (form) fields.push({ field: 'slug', message: await withSuggestion(deps.db.read, form, slug, deps.clock.now()) });
  if (fields.length === 0) return refuseTaken(deps.db.read, input.email, slug, deps.clock.now());
  throw new AppError('invalid', fields[0]?.message ?? '', { fields });
}

async function refuseTaken(db: Db | Tx, email: string, slug: string, now: number): Promise<void> {
  const fields: FieldError[] = [];
  if (await findUserByEmail(db, emailKey(email))) {
    fields.push({
      field: 'email',
      message: 'There is an account with this address already. Log in, or reset its password.',
    });
  }
  if ((await takenSlugs(db, [slug], null, now)).has(slug)) {
    fields.push({ field: 'slug', message: await withSuggestion(db, `"${slug}" is taken.`, slug, now) });
  }
  if (fields.length > 0) throw new AppError('invalid', fields[0]?.message ?? '', { fields });
}

async function withSuggestion(db: Db | Tx, sentence: string, text: string, now: number): Promise<string> {
  const candidates = suggestSlugs(text).slice(0, 12);
  const taken = await takenSlugs(db, candidates, null, now);
  const free = candidates.find((slug) => !taken.has(slug));
  return free ? `${sentence} "${free}" is free.` : sentence;
}

interface Tenant {
  email: string;
  name?: string | null | undefined;
  slug: string;
  hash: string;
  plan: Plan;
  verified: boolean;
}

/** The rows every account has. */
async function insertTenant(deps: Deps, tx: Tx, tenant: Tenant) {
  const now = deps.clock.now();
  const email = cleanEmail(tenant.email) ?? tenant.email;
  const name = tenant.name?.trim() || null;
  const accountName = name ?? tenant.slug;
  const [userId, accountId] = [newId('usr'), newId('acc')];
  await insertUser(tx, {
    id: userId,
    email,
    email_key: emailKey(email),
    name,
    password_hash: tenant.hash,
    email_verified_at: tenant.verified ? now : null,
    created_at: now,
  });
  await insertAccount(tx, { id: accountId, name: accountName, slug: tenant.slug, plan: tenant.plan, created_at: now });
  await insertMembership(tx, { account_id: accountId, user_id: userId, role: 'owner', created_at: now });
  await insertPage(tx, { accountId, slug: tenant.slug, title: accountName, now });
  await forgetReleased(tx, tenant.slug, now);
  await insertChannel(tx, { accountId, kind: 'email', name: email, config: { to: [email] }, isDefault: true, now });
  if (!tenant.verified) await mailVerifyLink(deps, tx, { id: userId, email });
  await insertAudit(tx, { accountId, userId, at: now, action: 'account.created', subject: tenant.slug });
  return { userId, accountId, accountName, email, name };
}
