import { createHash, createHmac } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { claimKey, findKey, freeKey, keepAnswer } from '../accounts/idempotency-queries.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { DAY, MINUTE } from '../core/time.ts';
import { seal, unseal } from '../db/seal.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv, Session } from './env.ts';
import { insider } from './inside.ts';

/** How long an answer can be had again. */
const KEPT_MS = DAY;
/** A request that a restart cut off never answers: its key is free again after this. */
const GIVEN_UP_MS = MINUTE;
const KEY = /^[\x21-\x7e]{1,255}$/;
const HEADERS = ['Content-Type', 'Location', 'ETag'];
/** Refusals that say nothing of the request itself: the same one may well succeed later. */
const PASSING = new Set([401, 403, 429]);

/**
 * `Idempotency-Key` on a POST: the same request with the same key is done once, and its answer is given again for a day
 * with `Idempotent-Replayed: true`. Another request with that key is 422; one that comes while the first is still being
 * worked on is 409. Keys are each person's, or each token's, own. Answers are sealed: some show a secret for the only
 * time.
 */
export function replayAnswers(deps: Deps): MiddlewareHandler<AppEnv> {
  const running = new Set<string>();
  return async (c, next) => {
    const session = c.get('session');
    const given = c.req.header('idempotency-key');
    if (c.req.method !== 'POST' || given === undefined || session === null || insider(c) !== null) return next();
    if (!KEY.test(given)) {
      throw invalidField('Idempotency-Key', 'An idempotency key has 1 to 255 visible characters of ASCII.');
    }
    const key = keyOf(session, given);
    const claimedAt = deps.clock.now();
    const kept = await claim(deps, key, await requestOf(deps, c), claimedAt, running.has(key));
    if (kept) return replay(deps, key, kept);
    running.add(key);
    try {
      await next();
      await keep(deps, key, claimedAt, c.res);
    } finally {
      running.delete(key);
    }
  };
}

/** The answer that is kept for the key, or null when the request is to be worked on. */
async function claim(deps: Deps, key: string, request: string, now: number, runs: boolean) {
  const row = await deps.db.write('claim idempotency key', async (tx) => {
    const known = await findKey(tx, key);
    if (known && isLive(known, now, runs)) return known;
    await claimKey(tx, key, request, now);
    return null;
  });
  if (row && row.request !== request) {
    throw invalidField('Idempotency-Key', 'This idempotency key was used for another request.');
  }
  if (row && row.status === null) {
    throw new AppError('conflict', 'The first request with this idempotency key is still being worked on.', {
      retryAfterSeconds: 1,
    });
  }
  return row;
}

function isLive(row: { status: number | null; created_at: number }, now: number, runs: boolean): boolean {
  return now - row.created_at < (row.status === null ? GIVEN_UP_MS : KEPT_MS) || runs;
}

function replay(
  deps: Deps,
  key: string,
  kept: { status: number | null; headers: Record<string, string> | null; body: string | null },
): Response {
  const body = unseal(deps.config.secretKey, purposeOf(key), kept.body ?? '');
  if (body === null) throw new AppError('conflict', 'This was done already; its answer can no longer be read.');
  return new Response(body === '' ? null : body, {
    status: kept.status ?? 200,
    headers: { ...kept.headers, 'Idempotent-Replayed': 'true', 'Cache-Control': 'private, no-store' },
  });
}

async function keep(deps: Deps, key: string, claimedAt: number, answer: Response): Promise<void> {
  const { status, headers } = answer;
  if (status >= 500 || PASSING.has(status)) {
    await deps.db.write('free idempotency key', (tx) => freeKey(tx, key, claimedAt));
    return;
  }
  const body = seal(deps.config.secretKey, purposeOf(key), await answer.clone().text());
  const told: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value !== null) told[name] = value;
  }
  await deps.db.write('keep answer', (tx) => keepAnswer(tx, key, claimedAt, { status, headers: told, body }));
}

const purposeOf = (key: string): string => `answer ${key}`;

function keyOf({ account, user, via, id }: Session, given: string): string {
  return sha256(`${account.id} ${via === 'token' ? id : user.id} ${given}`);
}

/** Under a key: some bodies hold a password, and a plain digest of such a one can be guessed at. */
async function requestOf({ config }: Deps, c: Context): Promise<string> {
  const { pathname, search } = new URL(c.req.url);
  const request = `${c.req.method} ${pathname}${search}\n${await c.req.text()}`;
  return createHmac('sha256', config.secretKey).update(`statusping request ${request}`).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
