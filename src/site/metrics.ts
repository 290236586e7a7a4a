import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { scopeAllows } from '../core/access.ts';
import { AppError, notFound } from '../core/errors.ts';
import { isLoopback } from '../core/host-name.ts';
import { allows } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { openApiToken } from '../web/api-token.ts';
import type { AppEnv } from '../web/env.ts';
import { socketIp } from '../web/security.ts';
import { readSession } from '../web/session.ts';
import type { EngineHealth } from './health.ts';
import { monitorFamilies } from './metrics-monitors.ts';
import { createOwnMetrics } from './metrics-own.ts';
import { type Family, writeFamily } from './metrics-text.ts';
import type { BoardReader } from './operator-board.ts';

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts every request by its route and how long its answer took to begin. */
export function countRequests({ tally, clock }: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const from = clock.monotonic();
    await next();
    const method = METHODS.has(c.req.method) ? c.req.method : 'OTHER';
    tally.request(method, routePath(c), c.res.status, clock.monotonic() - from);
  };
}

/**
 * `/metrics` for Prometheus. With METRICS_TOKEN, or from this machine, it is the installation's own figures, and with
 * `?monitors=1` everybody's monitors too; with an API token it is the monitors of that account.
 */
export function metricsRoutes(deps: Deps, board: BoardReader, health: () => EngineHealth): Hono<AppEnv> {
  const own = createOwnMetrics(deps, board, health);
  const reading = new Map<string | null, Promise<Family[]>>();

  /** Who asks while the same is being found out waits for that answer. */
  function monitorsOf(accountId: string | null): Promise<Family[]> {
    let found = reading.get(accountId);
    if (!found) {
      found = monitorFamilies(deps, accountId).finally(() => reading.delete(accountId));
      reading.set(accountId, found);
    }
    return found;
  }

  return new Hono<AppEnv>().get('/metrics', async (c) => {
    c.header('Cache-Control', 'no-store');
    const asked = await whoAsks(deps, c);
    const parts = asked.accountId === null ? [await own()] : [];
    const monitors = asked.accountId !== null || c.req.query('monitors') === '1';
    const families = monitors ? await monitorsOf(asked.accountId) : [];
    return c.body(stream(parts, families), 200, { 'Content-Type': TYPE });
  });
}

/** One family at a time, so that the text of thousands of monitors is never made in one go. */
function stream(parts: string[], families: readonly Family[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const texts = [...parts.map((text) => () => text), ...families.map((one) => () => writeFamily(one))];
  return new ReadableStream({
    async pull(controller) {
      const text = texts.shift();
      if (!text) return controller.close();
      controller.enqueue(encoder.encode(text()));
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
}

/** The account whose token came, or null for the installation. Everybody else is 401, or 404 where no token is set. */
async function whoAsks(deps: Deps, c: Context<AppEnv>): Promise<{ accountId: string | null }> {
  const secret = secretOf(c);
  if (secret === null) {
    if (isFromHere(deps, c)) return { accountId: null };
    if (deps.config.metricsToken === '') throw notFound();
    throw refused();
  }
  if (deps.config.metricsToken !== '' && same(secret, deps.config.metricsToken)) return { accountId: null };
  const session = secret.startsWith('sp_') ? await openApiToken(deps, secret) : await bearerSession(deps, c);
  if (!session) throw refused();
  if (session.scopes && !(allows(session.account.plan, 'api') && scopeAllows(session.scopes, 'read', 'account'))) {
    throw new AppError('forbidden', 'This token lacks the scope "read", or the plan of its account has no API access.');
  }
  return { accountId: session.account.id };
}

/** What came as `Bearer`, or as the password of `Basic` with any name, as Prometheus and Kuma's users send it. */
function secretOf(c: Context): string | null {
  const header = c.req.header('authorization');
  if (header === undefined) return null;
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(header) ?? [];
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return '';
  return Buffer.from(value, 'base64').toString('utf8').split(/:(.*)/s)[1] ?? '';
}

async function bearerSession(deps: Deps, c: Context) {
  const session = await readSession(deps, c);
  return session?.via === 'bearer' ? session : null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function same(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

/**
 * A program on this machine: not somebody behind a proxy on it, nor a page that a browser here was made to read by a
 * name that suddenly means this machine.
 */
function isFromHere({ config }: Deps, c: Context): boolean {
  const ip = socketIp(c);
  if (!ip.startsWith('127.') && ip !== '::1') return false;
  if (FORWARDED.some((name) => c.req.header(name) !== undefined)) return false;
  const host = new URL(c.req.url).hostname;
  return isLoopback(host) || host === new URL(config.baseUrl).hostname;
}

function refused(): AppError {
  return new AppError('unauthorised', 'Send METRICS_TOKEN, or an API token with the scope "read", as a bearer token.');
}
