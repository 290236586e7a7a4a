import { type Actor, type Role, roleOn, type Scope } from '../core/access.ts';
import type { Plan } from '../core/plan.ts';

/** Who is asking, decided by `web/session.ts` for each request. */
export interface Session {
  id: string;
  user: { id: string; email: string; name: string | null; email_verified: boolean; operator: boolean };
  account: { id: string; name: string; slug: string; plan: Plan; downgraded_from: Plan | null };
  role: Role;
  /** A cookie needs proof of same origin for changes; an access token and an API token do not. */
  via: 'cookie' | 'bearer' | 'token';
  /** What an API token is good for; null for people and their access tokens, who may do all that their role may. */
  scopes: readonly Scope[] | null;
  /** A visitor of the demo account, who may change nothing. */
  demo?: boolean;
}

/** The variables of a request's context. */
export interface AppEnv {
  Variables: {
    session: Session | null;
    /** Set once an API token was found good for what is asked: see `requireAbility`. */
    scoped?: boolean;
    requestId: string;
    /** The visitor's address after trusted proxies were believed. */
    clientIp: string;
  };
}

/** The row behind a log-in or a token (`WHO` of `users/session-queries.ts`). */
interface WhoRow {
  user_id: string;
  email: string;
  user_name: string | null;
  email_verified_at: number | null;
  account_id: string;
  account_name: string;
  slug: string;
  plan: Plan;
  downgraded_from: Plan | null;
  role: Role;
}

/** Person, account and the role they have there now, whichever way they came in. */
export function whoIs(row: WhoRow, operator: boolean): Pick<Session, 'user' | 'account' | 'role'> {
  const { user_id, email, user_name: name, plan, downgraded_from } = row;
  return {
    user: { id: user_id, email, name, email_verified: row.email_verified_at !== null, operator },
    account: { id: row.account_id, name: row.account_name, slug: row.slug, plan, downgraded_from },
    role: roleOn(plan, row.role),
  };
}

/** The person behind a session, as actions want to know them. */
export function actorOf(session: Session): Actor {
  return { accountId: session.account.id, userId: session.user.id, role: session.role };
}
