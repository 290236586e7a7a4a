import { isIPv6 } from 'node:net';
import { isLocal } from '../config.ts';
import { AppError } from '../core/errors.ts';
import { duration } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { countTry, findTries, uncountTry } from '../users/link-queries.ts';

export interface Limit {
  /** Most tries in one window. */
  max: number;
  windowMs: number;
}

/** People who try the product on their own machine all come from one address. */
export const LOCAL_FACTOR = 50;

/**
 * Counts one try under `key`, which survives a restart, and throws `AppError` `rate_limited` once there were more than
 * `max` in the window. Call it before any costly work.
 */
export async function limitRate(deps: Deps, key: string, { max, windowMs }: Limit): Promise<void> {
  const now = deps.clock.now();
  const { count, windowEndsAt } = await deps.db.write('count a try', (tx) => countTry(tx, key, now, windowMs));
  if (count > max) throw tooMany(windowEndsAt - now);
}

/** Throws as `limitRate` would at one more try, and counts none. */
export async function refuseOverRate(deps: Deps, key: string, { max }: Limit): Promise<void> {
  const now = deps.clock.now();
  const tries = await findTries(deps.db.read, key, now);
  if (tries !== null && tries.count >= max) throw tooMany(tries.windowEndsAt - now);
}

function tooMany(waitMs: number): AppError {
  const wait = Math.max(1_000, waitMs);
  return new AppError('rate_limited', `Too many tries. Try again in ${duration(wait)}.`, {
    retryAfterSeconds: Math.ceil(wait / 1_000),
  });
}

/** `limitRate` for one visitor's address; an IPv6 subscriber's whole /64 counts as one. */
export async function limitAddress(deps: Deps, what: string, ip: string, limit: Limit): Promise<void> {
  await limitRate(deps, addressKey(what, ip), ofAddress(deps, limit));
}

/** `refuseOverRate` for one visitor's address. */
export async function refuseOverAddress(deps: Deps, what: string, ip: string, limit: Limit): Promise<void> {
  await refuseOverRate(deps, addressKey(what, ip), ofAddress(deps, limit));
}

function ofAddress(deps: Deps, limit: Limit): Limit {
  return isLocal(deps.config.baseUrl) ? { ...limit, max: limit.max * LOCAL_FACTOR } : limit;
}

/** Takes tries back that turned out to be a rightful log-in. */
export async function forgiveTries(deps: Deps, keys: string[]): Promise<void> {
  await deps.db.write('forgive a try', async (tx) => {
    for (const key of keys) await uncountTry(tx, key);
  });
}

export function addressKey(what: string, ip: string): string {
  return `${what}:ip:${isIPv6(ip) ? subnet64(ip) : ip}`;
}

/** The first four groups of an IPv6 address, written in one way only. */
function subnet64(ip: string): string {
  const [head = '', tail] = (ip.split('%')[0] ?? '').toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0');
  const groups = [...front, ...zeros, ...back].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
