import { cleanEmail, emailKey } from '../core/email.ts';
import { AppError, type FieldError, invalidField } from '../core/errors.ts';
import { passwordProblem } from '../core/password.ts';
import type { Plan } from '../core/plan.ts';
import { foldSlug, slugProblem } from '../core/slug.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { makeFirstOperator } from '../site/operator-queries.ts';
import { mailVerifyLink } from './links.ts';
import { findUserByEmail, insertUser } from './queries.ts';
import { type NewSession, openSession } from './sessions.ts';
import { freeSlug, insertTenant, slugRefusal } from './tenant.ts';

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
    const account = await insertOwner(deps, tx, {
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

/** Where strangers may not sign up, nobody but whoever runs the installation adds accounts: `AppError` `forbidden`. */
export function refuseClosed(deps: Deps, operator: boolean): void {
  const closed = operator ? null : signupsClosed(deps);
  if (closed) throw new AppError('forbidden', closed);
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
    const { userId, accountId } = await insertOwner(deps, tx, { email, name, slug, hash, plan, verified: true });
    return { email, slug, userId, accountId };
  });
}

/** Everything that can be said before the costly hash, all fields at once. */
async function refuseUnfit(deps: Deps, input: SignUp, slug: string): Promise<void> {
  const fields: FieldError[] = [];
  if (!cleanEmail(input.email)) fields.push({ field: 'email', message: 'That is not an e-mail address.' });
  const password = passwordProblem(input.password);
  if (password) fields.push({ field: 'password', message: password });
  const form = slugProblem(slug);
  if (form) fields.push({ field: 'slug', message: (await slugRefusal(deps.db.read, slug, deps.clock.now())) ?? form });
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
  const refused = await slugRefusal(db, slug, now);
  if (refused) fields.push({ field: 'slug', message: refused });
  if (fields.length > 0) throw new AppError('invalid', fields[0]?.message ?? '', { fields });
}

interface NewOwner {
  email: string;
  name?: string | null | undefined;
  slug: string;
  hash: string;
  plan: Plan;
  verified: boolean;
}

/** A person and the account they own; the verification mail is queued unless the address is taken as verified. */
export async function insertOwner(deps: Deps, tx: Tx, owner: NewOwner) {
  const now = deps.clock.now();
  const email = cleanEmail(owner.email) ?? owner.email;
  const name = owner.name?.trim() || null;
  const userId = newId('usr');
  await insertUser(tx, {
    id: userId,
    email,
    email_key: emailKey(email),
    name,
    password_hash: owner.hash,
    email_verified_at: owner.verified ? now : null,
    created_at: now,
  });
  await makeFirstOperator(tx, userId);
  const { slug, plan } = owner;
  const account = await insertTenant(tx, { userId, email, name, slug, plan, now });
  if (!owner.verified) await mailVerifyLink(deps, tx, { id: userId, email });
  return { ...account, userId, email, name };
}
