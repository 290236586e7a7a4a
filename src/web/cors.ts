import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { HOUR, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from './env.ts';
import { fromElsewhere } from './security.ts';

/**
 * Lets scripts of the origins in `CORS_ORIGINS` call the API with a token of their own (C10, D58). To all others no
 * word is said of it, so browsers keep the answers from them. Credentials are never allowed: a browser that sent a
 * cookie along would not hand the answer over.
 */
export function allowOrigins({ config }: Deps): MiddlewareHandler<AppEnv> {
  const listed = new Set(config.corsOrigins);
  if (listed.size === 0) return (_c, next) => next();
  const allow = cors({
    origin: (origin) => origin,
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Idempotency-Key'],
    exposeHeaders: [
      'ETag',
      'Location',
      'Retry-After',
      'Idempotent-Replayed',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
    ],
    maxAge: (2 * HOUR) / SECOND,
  });
  return async (c, next) => {
    if (listed.has(c.req.header('origin') ?? '')) return allow(c, next);
    await next();
    c.res.headers.append('Vary', 'Origin');
  };
}

/** A cookie says who sits at the browser, not who wrote the script: on a call from elsewhere it counts for nothing. */
export function ignoreForeignCookies(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.get('session')?.via === 'cookie' && fromElsewhere(deps, c)) c.set('session', null);
    await next();
  };
}
