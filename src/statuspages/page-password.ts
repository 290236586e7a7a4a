import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { AppError } from '../core/errors.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { addressKey, forgiveTries, limitAddress, limitRate, refuseOverAddress, refuseOverRate } from '../web/limits.ts';
import { clientIp } from '../web/security.ts';
import { findPagePassword } from './access-queries.ts';

/** Wrong guesses of one visitor at one page, and of everybody together: then even the right word must wait. */
const PER_VISITOR = { max: 10, windowMs: 15 * MINUTE };
const PER_PAGE = { max: 1_000, windowMs: HOUR };
const MOST_LETTERS = 500;
/** Pages whose right word is remembered. */
const MOST_PAGES = 1_000;

/** The hash a password fits, or why it opens nothing: it is wrong, or there were too many guesses before it. */
export type Tried = { hash: string } | { wrong: true } | { waitSeconds: number };

/** Tries the password of a page for whoever sends the request; a wrong one counts against them and against the page. */
export async function tryPassword(deps: Deps, c: Context<AppEnv>, pageId: string, password: string): Promise<Tried> {
  const ip = clientIp(c, deps.config.trustedProxies);
  const key = `page-password:${pageId}`;
  const waitSeconds = await waitOf(async () => {
    await limitAddress(deps, key, ip, PER_VISITOR);
    await limitRate(deps, key, PER_PAGE);
  });
  if (waitSeconds !== null) return { waitSeconds };
  const hash = await findPagePassword(deps.db.read, pageId);
  if (!(await deps.passwords.verify(password.slice(0, MOST_LETTERS), hash)) || hash === null) return { wrong: true };
  await forgiveTries(deps, [addressKey(key, ip), key]);
  return { hash };
}

/** Seconds to wait when one of the limits is reached, else null. */
async function waitOf(limits: () => Promise<void>): Promise<number | null> {
  try {
    await limits();
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') return error.retryAfterSeconds ?? 60;
    throw error;
  }
}

/**
 * `tryPassword` for programs, which send the password along each time: what was right before is known again by its MAC
 * under a key of this process, without a bcrypt and without a write. The limits hold all the same, or a guesser who
 * has to wait would learn here which word is right.
 */
export function createBasicTries(deps: Deps) {
  const secret = randomBytes(32);
  /** MAC of the right word, by its hash: a new password is another one. */
  const known = new Map<string, Buffer>();
  /** One try for all requests that come with the same word at once. */
  const pending = new Map<string, Promise<Tried>>();

  return async (c: Context<AppEnv>, pageId: string, password: string): Promise<Tried> => {
    const ip = clientIp(c, deps.config.trustedProxies);
    const mac = createHmac('sha256', secret).update(password.slice(0, MOST_LETTERS)).digest();
    const hash = await findPagePassword(deps.db.read, pageId);
    const right = hash === null ? undefined : known.get(hash);
    if (hash !== null && right !== undefined && timingSafeEqual(mac, right)) {
      const key = `page-password:${pageId}`;
      const waitSeconds = await waitOf(async () => {
        await refuseOverAddress(deps, key, ip, PER_VISITOR);
        await refuseOverRate(deps, key, PER_PAGE);
      });
      return waitSeconds === null ? { hash } : { waitSeconds };
    }
    const id = `${pageId} ${ip} ${mac.toString('base64')}`;
    const trying = pending.get(id) ?? tryOnce(c, pageId, password, mac).finally(() => pending.delete(id));
    pending.set(id, trying);
    return trying;
  };

  async function tryOnce(c: Context<AppEnv>, pageId: string, password: string, mac: Buffer): Promise<Tried> {
    const tried = await tryPassword(deps, c, pageId, password);
    if ('hash' in tried) {
      if (known.size >= MOST_PAGES) known.clear();
      known.set(tried.hash, mac);
    }
    return tried;
  }
}

/**
 * The password of HTTP Basic (RFC 7617), whatever the user's name; null for none. Browsers send it along with requests
 * that other sites make them send: those do not count.
 */
export function basicPassword(c: Context<AppEnv>): string | null {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return null;
  const [, coded] = /^basic +([\w+/=-]{1,4000})$/i.exec(c.req.header('authorization') ?? '') ?? [];
  if (coded === undefined) return null;
  const pair = Buffer.from(coded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1);
}

/** Whether to ask for HTTP Basic: a window of the browser's own, opened by what a page loads, would only puzzle people. */
export function mayChallenge(c: Context<AppEnv>): boolean {
  const mode = c.req.header('sec-fetch-mode');
  return mode === undefined || mode === 'navigate';
}
