import type { Context, MiddlewareHandler } from 'hono';
import { isLocal } from '../config.ts';
import { AppError } from '../core/errors.ts';
import { duration, MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from './env.ts';
import { insider } from './inside.ts';
import { addressKey, LOCAL_FACTOR } from './limits.ts';

/** Calls that come back every minute, and how many may be made at once after a pause. */
export interface Pace {
  perMinute: number;
  burst: number;
}

/** Of each token and each log-in (R-TK-5). */
export const CALLER_PACE: Pace = { perMinute: 600, burst: 100 };
/** Of each address that calls without either. */
export const ADDRESS_PACE: Pace = { perMinute: 120, burst: 120 };
/** Load balancers ask often, and many may stand behind one address. */
const UNCOUNTED = new Set(['/api/health']);
/** Callers remembered at once. The one that was quiet longest is dropped first: its bucket is the fullest. */
const MOST_CALLERS = 50_000;

/**
 * Counts calls of the API, each caller for itself: `X-RateLimit-Limit` is what a rested caller may ask at once,
 * `-Remaining` what is left of it, `-Reset` the seconds until it is whole again. Beyond it 429 with `Retry-After`.
 * In memory: what a restart forgives, it forgives everybody.
 */
export function limitCalls(deps: Deps): MiddlewareHandler<AppEnv> {
  const buckets = createBuckets(MOST_CALLERS);
  return async (c, next) => {
    if (UNCOUNTED.has(c.req.path) || insider(c) !== null) return next();
    const { key, pace } = callerOf(deps, c);
    const { allowed, remaining, resetMs, waitMs } = buckets.take(key, pace, deps.clock.monotonic());
    const headers = [
      ['X-RateLimit-Limit', pace.burst],
      ['X-RateLimit-Remaining', remaining],
      ['X-RateLimit-Reset', Math.ceil(resetMs / SECOND)],
    ] as const;
    if (!allowed) {
      for (const [name, value] of headers) c.header(name, String(value));
      const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / SECOND));
      const sentence = `Too many calls: ${pace.perMinute} a minute. Try again in ${duration(retryAfterSeconds * SECOND)}.`;
      throw new AppError('rate_limited', sentence, { retryAfterSeconds });
    }
    await next();
    for (const [name, value] of headers) c.res.headers.set(name, String(value));
  };
}

/** People who try the product on their own machine hurry nobody but themselves. */
function callerOf(deps: Deps, c: Context<AppEnv>): { key: string; pace: Pace } {
  const session = c.get('session');
  const key = session ? `session:${session.id}` : addressKey('api', c.get('clientIp'));
  const { perMinute, burst } = session ? CALLER_PACE : ADDRESS_PACE;
  const factor = isLocal(deps.config.baseUrl) ? LOCAL_FACTOR : 1;
  return { key, pace: { perMinute: perMinute * factor, burst: burst * factor } };
}

interface Take {
  allowed: boolean;
  /** Whole calls left. */
  remaining: number;
  /** Until the bucket is full. */
  resetMs: number;
  /** Until the next call is allowed. */
  waitMs: number;
}

/** Token buckets by key, at most `most` of them. A call that is refused takes nothing. */
export function createBuckets(most: number) {
  // A Map keeps the order of insertion, and each use inserts anew: the first is the one that was quiet longest.
  const buckets = new Map<string, { level: number; at: number }>();
  return {
    take(key: string, { perMinute, burst }: Pace, now: number): Take {
      const perMs = perMinute / MINUTE;
      const before = buckets.get(key) ?? { level: burst, at: now };
      const full = Math.min(burst, before.level + (now - before.at) * perMs);
      const allowed = full >= 1;
      const level = allowed ? full - 1 : full;
      buckets.delete(key);
      buckets.set(key, { level, at: now });
      forget(burst / perMs, now);
      return {
        allowed,
        remaining: Math.floor(level),
        resetMs: (burst - level) / perMs,
        waitMs: allowed ? 0 : (1 - full) / perMs,
      };
    },
    get size() {
      return buckets.size;
    },
  };

  /** A bucket untouched for as long as it takes to fill says nothing any more; each call drops a few. */
  function forget(fillMs: number, now: number): void {
    let looked = 0;
    for (const [key, { at }] of buckets) {
      if (looked++ === 4 || (buckets.size <= most && now - at < Math.max(fillMs, MINUTE))) break;
      buckets.delete(key);
    }
  }
}
