import { type Context, Hono } from 'hono';
import { LANGUAGE_TAG } from '../core/language.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { accessRoutes, createGate } from './access.ts';
import { type Copy, createCopies, type Entry, type Wanted } from './copies.ts';
import { createFaults } from './faults.ts';
import type { Forms, PageForm } from './forms.ts';
import { frameView, NEUTRAL_FAVICON } from './frame-view.ts';
import { createHeaders, type Headers, PREFLIGHT } from './headers.ts';
import { languageOf, tailOf } from './language.ts';
import { createLooks } from './look.ts';
import { pageForms } from './page-forms.ts';
import { Says } from './says.ts';
import { type Gate, isOpen, type Kind, type PublicSite, requestHeader, rootOf } from './site.ts';
import { compactStyle } from './style.ts';
import { subscriberRoutes } from './subscriber-pages.ts';

/** Slugs have no other form; anything else is answered without asking the database. */
const SLUG = /^[a-z0-9-]{1,63}$/;
/** Named parts of a path, where a form does not say more. */
const PART = /^[\w-]{1,64}$/;
const NO_PARAMS: Readonly<Record<string, string>> = {};

/**
 * What visitors see, to be mounted at `/s` before every other middleware: each answer carries its own headers, and
 * neither session nor cookie is looked at unless the page is not open to all. Ready-made copies are sent as they are,
 * whatever else the query string says.
 */
export function publicPages(deps: Deps, views: Views, gate: Gate = createGate(deps)): Hono<AppEnv> {
  const style = compactStyle(views.text('statuspages/style', {}));
  const headers = createHeaders(style);
  const looks = createLooks(style);
  const forms = pageForms(deps, views, style);
  const copies = createCopies(deps, forms, (form, facts, audience) =>
    headers.form(form.kind, facts, form.contentType, form.spoken === true, audience),
  );
  const faults = createFaults(views, style);

  const site: PublicSite = {
    async visit(c, kind) {
      const entry = await enter(c, kind);
      if (entry instanceof Response) return entry;
      const { facts, audience } = entry;
      return { facts, audience, root: rootOf(c, facts.slug), language: languageOf(c, facts.language), tail: tailOf(c) };
    },
    page(view, visit, data, status = 200) {
      const context = {
        ...visit,
        audience: 'public',
        now: deps.clock.now(),
        baseUrl: deps.config.baseUrl,
        params: {},
      } as const;
      const frame = frameView(visit.facts, context, new Says(visit.facts, context), '', data.title);
      // It is about nobody but this visitor: no address to keep, nothing for search engines.
      const around = { ...frame, canonical: null, words: frame.w, favicon: NEUTRAL_FAVICON };
      const dress = { style, look: looks.view(visit.facts, visit.root) };
      return new Response(views.text(view, { ...around, ...data, ...dress }), {
        status,
        headers: headers.apart('page'),
      });
    },
    notFound: (kind, c) =>
      new Response(kind === 'page' ? faults(c, 'notFound') : problem('not_found', 'Not Found', 404), {
        status: 404,
        headers: headers.apart(kind),
      }),
    bare: (c, view, status, data) =>
      new Response(views.text(view, { title: data.heading, sheet: 'css/follow.css', ...nobody(c), ...data, style }), {
        status,
        headers: { ...headers.apart('page'), ...PRIVATE },
      }),
    refusal(status, more = {}) {
      const { code, title } = REFUSED[status];
      const around = { ...headers.apart('data'), ...PRIVATE, ...more };
      return new Response(problem(code, title, status), { status, headers: around });
    },
    async locked(c) {
      const slug = c.req.param('slug') ?? '';
      const entry = SLUG.test(slug) ? (copies.ready(slug, 'public') ?? (await copies.load(slug, 'public'))) : null;
      return entry?.facts.visibility === 'password' ? entry.facts : site.notFound('page', c);
    },
  };

  /** The page of the request for the one who asks, or the answer for one who may not read it. */
  async function enter(c: Context<AppEnv>, kind: Kind, basic = false): Promise<Entry | Response> {
    const slug = c.req.param('slug') ?? '';
    if (!SLUG.test(slug)) return site.notFound(kind, c);
    const open = copies.ready(slug, 'public') ?? (await copies.load(slug, 'public'));
    if (open === null) return site.notFound(kind, c);
    if (isOpen(open.facts)) return open;
    const audience = await gate(c, open.facts, kind, site, basic);
    if (audience instanceof Response || audience === 'public') return audience === 'public' ? open : audience;
    return copies.ready(slug, audience) ?? (await copies.load(slug, audience)) ?? site.notFound(kind, c);
  }

  function answer(c: Context<AppEnv>, name: string, form: PageForm): Response | Promise<Response> {
    const slug = c.req.param('slug') ?? '';
    const entry = SLUG.test(slug) ? copies.ready(slug, 'public') : null;
    if (entry && isOpen(entry.facts)) return give(c, entry, name, form);
    const basic = form.kind === 'data' && !form.contentType.startsWith('text/html');
    return enter(c, form.kind, basic).then((found) => (found instanceof Response ? found : give(c, found, name, form)));
  }

  function give(c: Context<AppEnv>, entry: Entry, name: string, form: PageForm): Response | Promise<Response> {
    const params = paramsOf(c, form);
    if (params === null) return site.notFound(form.kind, c);
    const language = form.spoken ? languageOf(c, entry.facts.language) : null;
    const tail = form.spoken ? tailOf(c) : '';
    const wanted: Wanted = { form: name, root: rootOf(c, entry.facts.slug), language, tail, params };
    const ready = copies.written(entry, wanted);
    if (ready) return send(c, ready);
    return copies.write(entry, wanted).then((copy) => (copy ? send(c, copy) : site.notFound(form.kind, c)));
  }

  const app = new Hono<AppEnv>();
  const inPlace = Object.entries(forms).filter(([, form]) => form.insteadOfPage);
  for (const [name, form] of Object.entries(forms)) {
    const path = `/:slug${form.path}`;
    if (form.kind === 'data') app.options(path, () => new Response(null, { status: 204, headers: PREFLIGHT }));
    if (form.path !== '') app.get(path, (c) => answer(c, name, form));
    else app.get(path, (c) => answer(c, ...(standIn(c, inPlace) ?? ([name, form] as const))));
  }
  app.route('/', subscriberRoutes(deps, site));
  app.route('/', accessRoutes(deps, site));
  app.all('*', (c) => site.notFound('page', c));
  app.onError((err, c) => {
    deps.log.error({ err }, 'a status page could not be drawn');
    const kind = isPage(forms, c.req.path) ? 'page' : 'data';
    const body = kind === 'page' ? faults(c, 'unavailable') : problem('unavailable', 'Service Unavailable', 503);
    return new Response(body, { status: 503, headers: { ...headers.apart(kind), 'retry-after': '10' } });
  });
  return app;
}

/** Code and title of what programs are told who may not read the page. */
const REFUSED = {
  401: { code: 'unauthorised', title: 'This page is private' },
  403: { code: 'forbidden', title: 'This page is private' },
  429: { code: 'rate_limited', title: 'Too many wrong passwords' },
};

/** Of an answer to one who may not read the page. */
const PRIVATE: Headers = { 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex' };

/** What stands around a view that tells nothing of any page. */
function nobody(c: Context<AppEnv>) {
  const language = languageOf(c, 'en');
  return { lang: LANGUAGE_TAG[language], language, favicon: NEUTRAL_FAVICON };
}

function standIn(c: Context<AppEnv>, forms: [string, PageForm][]): readonly [string, PageForm] | undefined {
  const accept = requestHeader(c, 'accept') ?? '';
  const agent = requestHeader(c, 'user-agent') ?? '';
  return forms.find(([, form]) => form.insteadOfPage?.(accept, agent));
}

function isPage(forms: Forms, path: string): boolean {
  const below = path.split('/').slice(3);
  return Object.values(forms).some(({ kind, path: own }) => {
    const parts = own.split('/').slice(1);
    return (
      kind === 'page' && parts.length === below.length && parts.every((one, i) => one[0] === ':' || one === below[i])
    );
  });
}

/** Named parts and known query parameters; null when one cannot be of this form. */
function paramsOf(c: Context<AppEnv>, form: PageForm): Readonly<Record<string, string>> | null {
  const asked = form.query !== undefined && c.req.url.includes('?');
  if (!form.path.includes(':') && !asked) return NO_PARAMS;
  const params: Record<string, string> = {};
  for (const [, name = ''] of form.path.matchAll(/:(\w+)/g)) {
    const value = c.req.param(name) ?? '';
    if (!(form.parts?.[name] ?? PART).test(value)) return null;
    params[name] = value;
  }
  for (const [name, shape] of Object.entries(form.query ?? {})) {
    const value = asked ? c.req.query(name) : undefined;
    // What a form cannot understand changes nothing, as what it does not know.
    if (value !== undefined && shape.test(value)) params[name] = value;
  }
  return params;
}

function problem(code: string, title: string, status: number): string {
  return JSON.stringify({ type: 'about:blank', title, status, code });
}

function send(c: Context<AppEnv>, copy: Copy): Response | Promise<Response> {
  const { status, headers } = copy;
  const wanted = requestHeader(c, 'if-none-match');
  const gzip = acceptsGzip(requestHeader(c, 'accept-encoding'));
  if (status === 200 && wanted !== undefined && matches(wanted, copy.etag)) {
    const { 'content-encoding': _body, ...rest } = headers[gzip ? 'gzip' : 'plain'];
    return new Response(null, { status: 304, headers: rest });
  }
  if (!gzip) return new Response(copy.plain, { status, headers: headers.plain });
  return copy.packed().then((body) => new Response(body, { status, headers: headers.gzip }));
}

/** RFC 9110: a list of tags, compared without regard to `W/`; both encodings say the same. */
function matches(wanted: string, etag: string): boolean {
  if (wanted === '*') return true;
  return wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '').replace(/-gz"$/, '"') === `"${etag}"`);
}

function acceptsGzip(header: string | undefined): boolean {
  return header !== undefined && /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\s*(?:,|$))/.test(header);
}
