import { Hono, type MiddlewareHandler } from 'hono';
import { AppError } from '../core/errors.ts';
import { HOUR } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { limitAddress } from '../web/limits.ts';
import { setSessionCookie } from '../web/session.ts';
import { openDemo } from './demo-actions.ts';
import { type Demo, readDemo } from './demo-queries.ts';

const PER_ADDRESS = { max: 10, windowMs: HOUR };
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Who looks at the demo may leave it, and may become somebody. */
const OPEN = /^\/(?:auth\/(?:login|logout|signup|code|passkeys\/login)|login|signup|reset|verify|demo)(?:\/|$)/;
/** Pages about the person: the person is everybody here. */
const PERSONAL = /^\/(?:settings\/(?:profile|security|sessions)|api\/(?:sessions|passkeys|profile|two-step))(?:\/|$)/;

/** `POST /demo` opens the demo account for anybody, to look at. */
export function demoPages(deps: Deps): Hono<AppEnv> {
  return new Hono<AppEnv>().post('/demo', async (c) => {
    // Somebody's own log-in is not thrown away for a look.
    if (c.get('session')) return c.redirect('/dashboard', 303);
    await limitAddress(deps, 'demo', c.get('clientIp'), PER_ADDRESS);
    const session = await openDemo(deps);
    await setSessionCookie(deps, c, session, session.expiresAt, { device: false });
    return c.redirect('/dashboard', 303);
  });
}

/** Marks the sessions of the demo, and lets them change nothing, whatever the route. */
export function demoGuard(deps: Deps): MiddlewareHandler<AppEnv> {
  let known: Promise<Demo | null> | undefined;
  return async (c, next) => {
    const session = c.get('session');
    if (!session || !deps.config.demo) return next();
    known ??= readDemo(deps.db.read).catch(() => {
      known = undefined;
      return null;
    });
    const demo = await known;
    if (demo === null) known = undefined;
    if (session.user.id !== demo?.userId) return next();
    c.set('session', { ...session, demo: true });
    const { method, path } = c.req;
    if (SAFE.has(method) ? !PERSONAL.test(path) : OPEN.test(path)) return next();
    throw new AppError(
      'forbidden',
      'This is the demo: look at everything, but nothing can be changed. Sign up, and all of it is yours to try.',
    );
  };
}
