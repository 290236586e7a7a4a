import type { Actor, Role, Scope } from '../core/access.ts';
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

/** The person behind a session, as actions want to know them. */
export function actorOf(session: Session): Actor {
  return { accountId: session.account.id, userId: session.user.id, role: session.role };
}
