import type { Context, MiddlewareHandler } from 'hono';
import { withOrigin } from '../db/origin.ts';
import type { AppEnv } from './env.ts';

/**
 * What a request changes goes on record with the road it took and the visitor's address. `via` names the road of routes
 * that know no session; without it the session says.
 */
export function recordOrigin(via?: 'link'): MiddlewareHandler<AppEnv> {
  return (c, next) => withOrigin({ via: via ?? roadOf(c), ip: c.get('clientIp') }, next);
}

/** A token is named, for it can be taken back; with nobody logged in, whoever changes something holds a link from a mail. */
function roadOf(c: Context<AppEnv>): string {
  const session = c.get('session');
  if (session?.via === 'token') return `token ${session.id}`;
  if (session?.via === 'bearer' || c.req.path.startsWith('/api/')) return 'api';
  if (session || c.req.path.startsWith('/auth/')) return asksForJson(c) ? 'api' : 'page';
  return 'link';
}

function asksForJson(c: Context): boolean {
  return c.req.header('content-type')?.startsWith('application/json') ?? false;
}
