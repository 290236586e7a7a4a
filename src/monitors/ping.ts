import { type Context, Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { clientIp } from '../web/security.ts';
import { findHeartbeatByToken, type Ping } from './heartbeat-queries.ts';
import type { PingIntake } from './ping-intake.ts';
import { PING_TOKEN } from './settings.ts';

/** Bytes of a ping's body that are kept; the rest is not read. */
export const BODY_LIMIT = 10_000;
const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
const METHODS = ['GET', 'POST'];

/** The address a job calls when it is done. */
export function pingUrl(config: { baseUrl: string }, token: string): string {
  return `${config.baseUrl}/ping/${token}`;
}

/** What a call says, whichever product's spelling it uses. */
type Said = Pick<Ping, 'kind' | 'exit_code' | 'run_ms' | 'body'>;

/**
 * The public addresses of heartbeats, to be mounted before sessions, cookies and origin checks: the token is the only
 * key. `/ping/<token>` and the bare UUID are spelled as Healthchecks does, `/api/push/<token>` as Uptime Kuma does.
 */
export function pingRoutes(deps: Deps, intake: PingIntake): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  const take = async (c: Context<AppEnv>, said: (body: string | null) => Said | null): Promise<Outcome> => {
    const token = c.req.param('token') ?? '';
    const row = PING_TOKEN.test(token) ? await findHeartbeatByToken(deps.db.read, token) : null;
    if (row === null) return 'unknown';
    if (!intake.allow(row.monitor_no)) return 'too many';
    const ping = said(await readBody(c));
    if (ping === null) return 'unknown';
    await intake.record(row, {
      ...ping,
      at: deps.clock.now(),
      run_id: cut(c.req.query('rid'), 64),
      source_ip: clientIp(c, deps.config.trustedProxies),
      user_agent: cut(c.req.header('user-agent'), 200),
    });
    return 'taken';
  };

  const ping = async (c: Context<AppEnv>) => plain(await take(c, (body) => saidByPath(c.req.param('signal'), body)));
  for (const path of ['/ping/:token', `/:token{${UUID}}`]) {
    app.on(METHODS, path, ping);
    app.on(METHODS, `${path}/:signal`, ping);
  }
  app.on(METHODS, '/api/push/:token', async (c) => pushed(await take(c, () => saidByPush(c.req.query()))));
  app.onError((err) => {
    deps.log.error({ err }, 'a ping could not be stored');
    return new Response('not stored, try again', { status: 503, headers: { ...HEADERS, 'retry-after': '5' } });
  });
  return app;
}

type Outcome = 'taken' | 'unknown' | 'too many';

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'ping-body-limit': String(BODY_LIMIT),
};

function plain(outcome: Outcome): Response {
  if (outcome === 'taken') return new Response('OK', { headers: HEADERS });
  if (outcome === 'unknown') return new Response('not found', { status: 404, headers: HEADERS });
  return new Response('rate limited', { status: 429, headers: { ...HEADERS, 'retry-after': '60' } });
}

function pushed(outcome: Outcome): Response {
  const headers = { ...HEADERS, 'content-type': 'application/json' };
  if (outcome === 'taken') return new Response('{"ok":true}', { headers });
  if (outcome === 'unknown') {
    return new Response('{"ok":false,"msg":"Monitor not found or not active."}', { status: 404, headers });
  }
  const body = '{"ok":false,"msg":"Too many pings."}';
  return new Response(body, { status: 429, headers: { ...headers, 'retry-after': '60' } });
}

/** `/start`, `/fail`, `/log`, an exit code, or nothing for a success; null for anything else. */
function saidByPath(signal: string | undefined, body: string | null): Said | null {
  const said = (kind: Said['kind'], exit_code: number | null = null): Said => ({ kind, exit_code, run_ms: null, body });
  if (signal === undefined) return said('success');
  if (signal === 'start' || signal === 'fail' || signal === 'log') return said(signal);
  const code = /^\d{1,3}$/.test(signal) ? Number(signal) : 256;
  return code > 255 ? null : said(code === 0 ? 'success' : 'fail', code);
}

function saidByPush({ status, msg, ping }: Record<string, string>): Said {
  const ms = ping !== undefined && /^\d{1,9}(\.\d+)?$/.test(ping) ? Math.round(Number(ping)) : null;
  return { kind: status === 'down' ? 'fail' : 'success', exit_code: null, run_ms: ms, body: cut(msg, BODY_LIMIT) };
}

function cut(text: string | undefined, max: number): string | null {
  return text === undefined || text === '' ? null : text.slice(0, max);
}

/** The first bytes of the body as text; a client that goes on sending is not listened to. */
async function readBody(c: Context<AppEnv>): Promise<string | null> {
  if (c.req.method !== 'POST' || !c.req.raw.body) return null;
  const reader = c.req.raw.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; size < BODY_LIMIT; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  await reader.cancel();
  const text = Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString('utf8').replaceAll('\u0000', '');
  return text === '' ? null : text;
}
