import { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { AppError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { LiveEvent } from '../engine/live.ts';
import { findSession } from '../users/session-queries.ts';
import type { AppEnv, Session } from '../web/env.ts';
import { requireAbility } from '../web/session.ts';

/** R-DO-2. */
const MOST = { user: 5, account: 50, process: 1_000 };
const HEARTBEAT_MS = 20 * SECOND;
/** A reader that takes longer than this for one line is gone or stuck. */
const SLOW_MS = 15 * SECOND;
/** At most one event a second goes out; what happens in between travels with it. */
const GATHER_MS = SECOND;
/** Longest time between the rendering of a page and the opening of its stream; what happened in between is news to it. */
const LOADING_MS = 10 * SECOND;
/** Beyond this many monitors an event names none: everything may have changed. */
const MOST_NAMED = 50;

interface OpenStream {
  session: Session;
  end(): void;
}

const open = new Set<OpenStream>();

/** Ends every stream, so that the server can stop. */
export function closeStreams(): void {
  for (const stream of open) stream.end();
}

/** `GET /live`: server-sent events that say which monitors of the account changed. The page then asks anew. */
export function liveRoutes(deps: Deps): Hono<AppEnv> {
  const latest = new Map<string, { event: LiveEvent; at: number }>();
  deps.live.subscribe(null, (event) => latest.set(event.accountId, { event, at: deps.clock.monotonic() }));
  const missed = (accountId: string): LiveEvent | null => {
    const last = latest.get(accountId);
    return last && deps.clock.monotonic() - last.at < LOADING_MS ? last.event : null;
  };
  return new Hono<AppEnv>().get('/live', (c) => {
    const session = requireAbility(c, 'read');
    refuseTooMany(session);
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, (stream) => follow(deps, session, stream, missed(session.account.id)));
  });
}

function refuseTooMany(session: Session): void {
  const all = [...open];
  const ofUser = all.filter((one) => one.session.user.id === session.user.id).length;
  const ofAccount = all.filter((one) => one.session.account.id === session.account.id).length;
  if (ofUser < MOST.user && ofAccount < MOST.account && all.length < MOST.process) return;
  throw new AppError('rate_limited', 'Too many pages follow along already. Close one of them.', {
    retryAfterSeconds: 30,
  });
}

async function follow(deps: Deps, session: Session, stream: SSEStreamingApi, missed: LiveEvent | null): Promise<void> {
  const news = new News();
  if (missed) news.add(missed);
  const stop = deps.live.subscribe(session.account.id, (event) => news.add(event));
  const stopWatching = deps.live.watchAccess(session.user.id, () => news.wake());
  const entry: OpenStream = { session, end: () => news.end() };
  open.add(entry);
  stream.onAbort(() => news.end());
  try {
    await inTime(stream.write('retry: 3000\n: ready\n\n'));
    while (!news.ended && !stream.aborted) {
      await news.wait(HEARTBEAT_MS);
      // Asked each time: a log-in that has ended hears nothing more (R-AU-6).
      if (!(await stillAllowed(deps, session))) break;
      const event = news.take();
      await inTime(event ? stream.writeSSE(event) : stream.write(': still here\n\n'));
      if (event) await news.rest(GATHER_MS);
    }
  } catch (error) {
    if (!(error instanceof SlowReader)) throw error;
    deps.log.debug({ account: session.account.id }, 'a live stream was dropped: its reader is too slow');
    stream.abort();
  } finally {
    open.delete(entry);
    stop();
    stopWatching();
  }
}

/** The log-in still exists and belongs to this account; its end closes the stream. */
async function stillAllowed(deps: Deps, session: Session): Promise<boolean> {
  const row = await findSession(deps.db.read, session.id, deps.clock.now());
  return row?.account_id === session.account.id;
}

class SlowReader extends Error {}

async function inTime(write: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SlowReader()), SLOW_MS);
  });
  await Promise.race([write, late]).finally(() => clearTimeout(timer));
}

/** What happened since the last event went out: a set, so a slow reader costs no memory. */
class News {
  ended = false;
  #woken = false;
  readonly #types = new Set<string>();
  readonly #monitors = new Set<string>();
  #onNews: () => void = () => {};
  #onEnd: () => void = () => {};

  add(event: LiveEvent): void {
    this.#types.add(event.type);
    for (const id of event.monitorIds) if (this.#monitors.size <= MOST_NAMED) this.#monitors.add(id);
    this.#onNews();
  }

  end(): void {
    this.ended = true;
    this.#onEnd();
  }

  /** Ends the present wait, or the next one, though nothing has happened. */
  wake(): void {
    this.#woken = true;
    this.#onEnd();
  }

  /** Until something happened, the end, or `ms` have passed. */
  async wait(ms: number): Promise<void> {
    if (this.#types.size === 0) await this.#sleep(ms, true);
    this.#woken = false;
  }

  /** `ms`, or less if the stream ends; what happens meanwhile is kept. */
  async rest(ms: number): Promise<void> {
    await this.#sleep(ms, false);
  }

  async #sleep(ms: number, lightly: boolean): Promise<void> {
    if (this.ended || this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onEnd = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#onNews = lightly ? this.#onEnd : () => {};
    });
  }

  take(): { event: string; data: string } | null {
    if (this.#types.size === 0) return null;
    const monitors = this.#monitors.size > MOST_NAMED ? [] : [...this.#monitors];
    const data = JSON.stringify({ types: [...this.#types], monitors });
    this.#types.clear();
    this.#monitors.clear();
    return { event: 'change', data };
  }
}
