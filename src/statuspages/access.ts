import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, readForm, textOf } from '../web/forms.ts';
import { readSession } from '../web/session.ts';
import { hasAccessCookie, setAccessCookie } from './access-cookie.ts';
import { findPagePassword, isMember } from './access-queries.ts';
import type { PageFacts } from './facts.ts';
import { languageOf } from './language.ts';
import { basicPassword, createBasicTries, mayChallenge, tryPassword } from './page-password.ts';
import type { Audience } from './shown-queries.ts';
import { type Gate, isOwnHost, type Kind, type PublicSite, rootOf } from './site.ts';

const MOST_BYTES = 8 * 1024;
/** Where a visitor wanted to go below the page; never another host. */
const BELOW = /^(?:\/[\w.-]+)*(?:\?[\w=&%.-]*)?$/;

/** Who the one asking is to the page: a member of its account, somebody else, or nobody we know. */
export type Standing = 'member' | 'stranger' | 'nobody';
/** Who may read how much (R-SP-8): asked before every form of a page that is not open to all. */
export type Reading = 'public' | 'member' | 'refused';

/** What the page shows to the one who asks. Sessions count on our own host alone: others are their owners'. */
async function mayRead(deps: Deps, c: Context<AppEnv>, page: PageFacts): Promise<Reading> {
  if ((await standingOf(deps, c, page)) === 'member') return 'member';
  if (page.visibility === 'public') return 'public';
  if (page.visibility === 'members') return 'refused';
  const hash = await findPagePassword(deps.db.read, page.id);
  return hash !== null && hasAccessCookie(deps, c, page.id, hash) ? 'public' : 'refused';
}

/** Who the browser's log-in, or a program's token, belongs to. */
async function standingOf(deps: Deps, c: Context<AppEnv>, page: PageFacts): Promise<Standing> {
  const session = isOwnHost(c) ? await readSession(deps, c) : null;
  if (!session) return 'nobody';
  const member =
    session.account.id === page.accountId || (await isMember(deps.db.read, page.accountId, session.user.id));
  return member ? 'member' : 'stranger';
}

/** Says nothing of the page, not even its name. */
const CHALLENGE = 'Basic realm="Status page", charset="UTF-8"';

/** The gate before every public route: lets a reader through or answers without a word of the page. */
export function createGate(deps: Deps): Gate {
  const tryBasic = createBasicTries(deps);
  return async (c, facts, kind, site, basic) => {
    const reading = await mayRead(deps, c, facts);
    if (reading !== 'refused') return reading;
    return basic && facts.visibility === 'password' ? byBasic(c, facts, site) : refuse(deps, c, facts, kind, site);
  };

  /** Feed readers and calendars know no forms: they give the password as HTTP Basic, with each request. */
  async function byBasic(c: Context<AppEnv>, facts: PageFacts, site: PublicSite): Promise<Audience | Response> {
    const password = basicPassword(c);
    const tried = password === null ? null : await tryBasic(c, facts.id, password);
    if (tried !== null && 'hash' in tried) return 'public';
    if (tried !== null && 'waitSeconds' in tried) {
      return site.refusal(429, { 'retry-after': String(tried.waitSeconds) });
    }
    return site.refusal(401, mayChallenge(c) ? { 'www-authenticate': CHALLENGE } : {});
  }
}

async function refuse(
  deps: Deps,
  c: Context<AppEnv>,
  facts: PageFacts,
  kind: Kind,
  site: PublicSite,
): Promise<Response> {
  const { visibility } = facts;
  const stranger = visibility === 'members' && (await standingOf(deps, c, facts)) === 'stranger';
  const status = stranger ? 403 : 401;
  if (kind === 'data') return site.refusal(status);
  if (visibility === 'password') return passwordPage(c, site, facts, below(c), null, 401);
  const { access } = words(languageOf(c, 'en'));
  const next = `/s/${facts.slug}${below(c)}`;
  return site.bare(c, 'statuspages/access', status, {
    heading: access.membersHeading,
    text: access.membersText,
    logIn: stranger ? null : `${deps.config.baseUrl}/login?next=${encodeURIComponent(next)}`,
    w: access,
  });
}

/** Asks for the word; says nothing of the page, not even its name. */
function passwordPage(
  c: Context<AppEnv>,
  site: PublicSite,
  facts: Pick<PageFacts, 'slug'>,
  to: string,
  fault: string | null,
  status: number,
): Response {
  const { access } = words(languageOf(c, 'en'));
  const action = `${rootOf(c, facts.slug)}/unlock${new URL(c.req.url).search.match(/^\?lang=[a-z]{2}$/)?.[0] ?? ''}`;
  const form = { action, to, fault };
  return site.bare(c, 'statuspages/access', status, {
    heading: access.passwordHeading,
    text: access.passwordText,
    form,
    w: access,
  });
}

/** `/unlock`: the password of a page, by a form that needs no script. */
export function accessRoutes(deps: Deps, site: PublicSite): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const small = bodyLimit({ maxSize: MOST_BYTES, onError: () => new Response(null, { status: 413 }) });

  routes.get('/:slug/unlock', async (c) => {
    const facts = await site.locked(c);
    if (facts instanceof Response) return facts;
    c.header('cache-control', 'private, no-store');
    if ((await mayRead(deps, c, facts)) !== 'refused') return c.redirect(rootOf(c, facts.slug) || '/', 303);
    return passwordPage(c, site, facts, '', null, 401);
  });

  routes.post('/:slug/unlock', small, async (c) => {
    const facts = await site.locked(c);
    if (facts instanceof Response) return facts;
    const { password, to } = await posted(c);
    const { access } = words(languageOf(c, 'en'));
    const tried = await tryPassword(deps, c, facts.id, password);
    if ('waitSeconds' in tried) return passwordPage(c, site, facts, to, access.tooMany, 429);
    if ('wrong' in tried) return passwordPage(c, site, facts, to, access.passwordWrong, 401);
    const root = rootOf(c, facts.slug);
    setAccessCookie(deps, c, { id: facts.id, root }, tried.hash);
    c.header('cache-control', 'private, no-store');
    return c.redirect(`${root}${to}` || '/', 303);
  });
  return routes;
}

/** What was sent by the form; a body that is no form holds no password. */
async function posted(c: Context<AppEnv>): Promise<{ password: string; to: string }> {
  const form = await readForm(c).catch((error: unknown): Form => {
    if (error instanceof HTTPException) return {};
    throw error;
  });
  const to = textOf(form, 'to');
  return { password: textOf(form, 'password'), to: BELOW.test(to) ? to : '' };
}

/** Where on the page the request wanted to go. */
function below(c: Context<AppEnv>): string {
  const { search } = new URL(c.req.url);
  const path = c.req.path.split('/').slice(3).join('/');
  const to = `${path === '' ? '' : `/${path}`}${search}`;
  return c.req.method === 'GET' && BELOW.test(to) ? to : '';
}
