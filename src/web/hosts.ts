import type { BlockList } from 'node:net';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { isLoopback, requestHost } from '../core/host-name.ts';
import type { Deps } from '../deps.ts';
import { listServedHosts } from '../statuspages/domain-queries.ts';
import type { AppEnv } from './env.ts';
import { insider } from './inside.ts';
import { clientIp, isTrusted, socketIp } from './security.ts';

/** What is answered whatever the request calls us: load balancers, Prometheus, jobs and Caddy know addresses, not names. */
const ANY_HOST =
  /^\/(?:api\/health$|metrics$|api\/caddy\/ask$|api\/push\/|ping\/|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/|$))/i;

/**
 * Which page a host belongs to, kept in memory and read anew after any change of settings, so that a stranger's host
 * costs no look into the database.
 */
export function createHosts(deps: Pick<Deps, 'db' | 'live'>) {
  let served: Promise<ReadonlyMap<string, string>> | null = null;
  deps.live.subscribe(null, ({ type }) => {
    if (type === 'settings') served = null;
  });
  async function read(): Promise<ReadonlyMap<string, string>> {
    return new Map((await listServedHosts(deps.db.read)).map(({ host, slug }) => [host, slug]));
  }
  return {
    /** The slug of the page that is served under a host, or null. */
    async slugOf(host: string): Promise<string | null> {
      for (;;) {
        const reading = (served ??= read().catch((error: unknown) => {
          served = null;
          throw error;
        }));
        const known = await reading;
        // A change during the reading: what was read may be older than it.
        if (served === reading) return known.get(host) ?? null;
      }
    },
  };
}
export type Hosts = ReturnType<typeof createHosts>;

/**
 * Sends each request where its host belongs: ours goes on, a page's own domain gets that page from `pages` and nothing
 * else, any other is 421. None but the first ever meets a session. `pages` knows the page as `/s/{slug}`.
 */
export function routeByHost(deps: Deps, hosts: Hosts, pages: Hono<AppEnv>): MiddlewareHandler<AppEnv> {
  const byPath = new Hono<AppEnv>({ getPath: (_request, options) => pagePath(options?.env) });
  byPath.route('/', pages);
  return (c, next) => {
    const host = requestHost(hostHeader(c));
    return host === ourHost(deps) || insider(c) !== null ? next() : elsewhere(c, host, next);
  };

  async function elsewhere(c: Context<AppEnv>, host: string, next: () => Promise<void>): Promise<Response | void> {
    const slug = (await hosts.slugOf(host)) ?? (await forwarded(c, host));
    if (slug === OURS || (slug === null && (isOurs(deps, host) || ANY_HOST.test(c.req.path)))) return next();
    if (slug === null) return misdirected();
    const path = `/s/${slug}${c.req.path === '/' ? '' : c.req.path}`;
    return byPath.fetch(c.req.raw, { ...(c.env as object), pageRoot: '', pagePath: path });
  }

  /**
   * A proxy that calls us by another name says what the visitor asked for (R-SP-6). It is believed only where `Host`
   * itself means nothing: a cache in front goes by `Host`, and must not learn two answers for one.
   */
  async function forwarded(c: Context<AppEnv>, host: string): Promise<string | null> {
    const said = c.req.header('x-forwarded-host');
    if (said === undefined || !isTrusted(socketIp(c), deps.config.trustedProxies)) return null;
    const name = requestHost(said.split(',')[0]?.trim() ?? '');
    if (name === host) return null;
    return name === ourHost(deps) ? OURS : hosts.slugOf(name);
  }
}

/** No slug has this form. */
const OURS = '/';

function pagePath(env: unknown): string {
  return (env as { pagePath: string }).pagePath;
}

function hostHeader(c: Context<AppEnv>): string {
  const { incoming } = (c.env ?? {}) as { incoming?: { headers?: { host?: string } } };
  return incoming?.headers?.host ?? c.req.header('host') ?? new URL(c.req.url).host;
}

let last = { baseUrl: '', host: '' };
function ourHost({ config }: Pick<Deps, 'config'>): string {
  if (last.baseUrl !== config.baseUrl) last = { baseUrl: config.baseUrl, host: new URL(config.baseUrl).hostname };
  return last.host;
}

/** Opened on this machine itself; or an installation that nobody has given a name yet, by whatever name it is found. */
function isOurs(deps: Deps, host: string): boolean {
  return isLoopback(host) || isLoopback(ourHost(deps));
}

function misdirected(): Response {
  return new Response('There is nothing under this name here.\n', {
    status: 421,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
    },
  });
}

/**
 * `GET /api/caddy/ask?domain=`: whether Caddy may get a certificate for a name. Only this machine and trusted proxies
 * may ask, and not on behalf of a visitor.
 */
export function caddyAsk(deps: Deps, hosts: Hosts): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/api/caddy/ask', async (c) => {
    const name = requestHost(c.req.query('domain') ?? '');
    const allowed = mayAsk(c, deps.config.trustedProxies);
    const known = allowed && name !== '' && (name === ourHost(deps) || (await hosts.slugOf(name)) !== null);
    return new Response(known ? 'yes\n' : 'no\n', {
      status: known ? 200 : 404,
      headers: { 'cache-control': 'no-store' },
    });
  });
}

function mayAsk(c: Context<AppEnv>, trusted: BlockList): boolean {
  const passedOn = c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined;
  const ip = clientIp(c, trusted);
  return !passedOn && (ip === '::1' || ip.startsWith('127.') || isTrusted(ip, trusted));
}
