import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { AppEnv, Session } from './env.ts';
import { type Askable, askInside, insider } from './inside.ts';
import { createTurns } from './turns.ts';

/** What changes of a resource without anybody changing it, by the names the API gives it. See `tagOf`. */
const STATE = new Set([
  'status',
  'state',
  'status_since',
  'last_checked_at',
  'next_check_at',
  'summary',
  'warning',
  'error',
  'last_error',
  'disabled_reason',
  'verified',
  'verified_at',
  'confirmed_at',
  'checked_at',
  'failing_since',
  'published_at',
  'last_used_at',
  'last_seen_at',
]);
/** Said in the answer to a creation and never again, so no tag can depend on it. */
const SAID_ONCE = new Set(['secret', 'token']);

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const CONDITIONAL = new Set(['PUT', 'PATCH', 'DELETE']);
/** Tries change nothing, and may take as long as the target lets them. */
const TRY = /\/test$/;

/**
 * Gives JSON answers a strong `ETag`, and 304 to whoever has them already. The answer to a creation or change carries
 * the tag that the resource has from then on, so the next change needs no reading in between.
 */
export function entityTags(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    if (!isResource(c)) return;
    const tag = tagOf(await c.res.clone().text());
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return c.res.headers.set('ETag', tag);
    // Kept, but asked for anew each time: that is what the tag is for.
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'private, no-cache');
    c.res.headers.set('ETag', tag);
    const known = c.req.header('if-none-match');
    if (known !== undefined && tagsIn(known).some((one) => one === '*' || one === tag)) {
      c.res = new Response(null, { status: 304 });
      c.res.headers.delete('Content-Type');
    }
  };
}

function isResource(c: Context): boolean {
  const { status, headers } = c.res;
  // What is handed out as a file may be as large as an account, and is written while it is sent.
  if (!/^application\/json\b/.test(headers.get('Content-Type') ?? '') || headers.has('Content-Disposition'))
    return false;
  if (c.req.method === 'POST') return status === 201 && headers.has('Location');
  return status === 200 && c.req.method !== 'DELETE';
}

/**
 * A tag in two halves: a digest of the settings, a point, a digest of everything. `If-None-Match` needs the whole, for
 * a reader wants to see each new state. `If-Match` looks at the first half alone: a check that ends between somebody's
 * reading and their change has touched nothing they could have overwritten, and at one check a minute nobody would ever
 * get a change through otherwise. Lists have no settings of their own.
 */
export function tagOf(json: string): string {
  const content: unknown = JSON.parse(json);
  if (typeof content !== 'object' || content === null || Array.isArray(content) || 'data' in content) {
    return `"${digest(json)}"`;
  }
  const lasting = Object.entries(content).filter(([name]) => !SAID_ONCE.has(name));
  const settings = lasting.filter(([name]) => !STATE.has(name));
  return `"${digest(JSON.stringify(settings))}.${digest(JSON.stringify(lasting))}"`;
}

/** 96 bits: two versions of one resource with the same tag are not to be met. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** A proxy that compresses on the way weakens the tag; it names the same version still. */
function tagsIn(header: string): string[] {
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

const settingsHalf = (tag: string): string => tag.replace(/^"/, '').split(/[."]/)[0] ?? '';

/**
 * `If-Match` (RFC 9110 section 13.1.1): a change is made only of the version its maker has read, else 412. Between the
 * comparison and the change no other of the same account may slip in, whether a program sends it or a page: one with
 * `If-Match` is alone, those without run beside each other.
 */
export function holdVersion(app: Askable): MiddlewareHandler<AppEnv> {
  const turn = createTurns();
  return async (c, next) => {
    const session = c.get('session');
    const { method, path } = c.req;
    if (session === null || SAFE.has(method) || TRY.test(path) || insider(c) !== null) return next();
    const wanted = path.startsWith('/api/') && CONDITIONAL.has(method) ? c.req.header('if-match') : undefined;
    let refused: Response | null = null;
    await turn(session.account.id, wanted !== undefined, async () => {
      if (wanted !== undefined) refused = await compare(app, c, session, wanted);
      if (refused === null) await next();
    });
    return refused ?? undefined;
  };
}

/** Asks for the resource as its changer would: null when it is still the one they know. */
async function compare(app: Askable, c: Context, session: Session, wanted: string): Promise<Response | null> {
  const look = new Request(c.req.url, { headers: { accept: 'application/json' } });
  const answer = await askInside(app, session, look, c.env);
  if (answer.status === 404) throw stale('There is nothing here that has an ETag, so nothing was changed.');
  if (answer.status !== 200) return answer;
  const tag = settingsHalf(answer.headers.get('etag') ?? '');
  if (tagsIn(wanted).some((one) => one === '*' || (tag !== '' && settingsHalf(one) === tag))) return null;
  throw stale('Somebody has changed this since you read it, so nothing was changed. Read it again and repeat.');
}

function stale(message: string): HTTPException {
  return new HTTPException(412, { message });
}
