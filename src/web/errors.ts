import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, type FieldError, NoAccount, notFound } from '../core/errors.ts';
import { isLanguage } from '../core/language.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from './env.ts';
import { isJson } from './forms.ts';
import type { Views } from './render.ts';
import { bearerToken, setBetweenCookie } from './session.ts';

interface Trouble {
  status: ContentfulStatusCode;
  code: string;
  title: string;
  detail: string;
  fields: FieldError[];
  retryAfterSeconds: number | null;
}

const TITLES: Record<number, string> = {
  400: 'Not understood',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'In conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Wrong content type',
  422: 'Not valid',
  429: 'Too many tries',
  500: 'Our fault',
  503: 'Not just now',
};

/** The one answer to everything thrown: a problem document (RFC 9457) for programs, a page for people. */
export function onError(deps: Deps, views: Views): ErrorHandler<AppEnv> {
  return async (error, c) => {
    if (error instanceof NoAccount && !wantsProblem(c)) {
      await setBetweenCookie(deps, c, error);
      const asked = c.req.query('lang');
      return c.redirect(isLanguage(asked) ? `/no-account?lang=${asked}` : '/no-account', 303);
    }
    const trouble = describe(error);
    if (trouble.status >= 500 && !(error instanceof AppError)) {
      deps.log.error({ err: error, request: c.get('requestId'), method: c.req.method }, 'a request failed');
    }
    return answer(c, views, trouble);
  };
}

export function notFoundPage(views: Views): NotFoundHandler<AppEnv> {
  return (c) => answer(c, views, describe(notFound()));
}

function describe(error: unknown): Trouble {
  if (error instanceof AppError) {
    const { status, code, message, fields, retryAfterSeconds } = error;
    return { status, code, title: TITLES[status] ?? code, detail: message, fields, retryAfterSeconds };
  }
  const status = error instanceof HTTPException ? error.status : 500;
  const detail =
    error instanceof HTTPException && error.message !== ''
      ? error.message
      : 'Something went wrong on our side. It has been noted; please try again.';
  const title = TITLES[status] ?? 'Error';
  return { status, code: title.toLowerCase().replaceAll(' ', '_'), title, detail, fields: [], retryAfterSeconds: null };
}

async function answer(c: Context<AppEnv>, views: Views, trouble: Trouble): Promise<Response> {
  if (trouble.retryAfterSeconds !== null) c.header('Retry-After', String(trouble.retryAfterSeconds));
  if (wantsProblem(c)) return problem(c, trouble);
  if (trouble.status === 401) return c.redirect(`/login?next=${encodeURIComponent(cameFor(c))}`, 303);
  return views.page(c, 'errors/error', { ...trouble, requestId: c.get('requestId') }, trouble.status);
}

/** Whether a program is asking. */
function wantsProblem(c: Context): boolean {
  const { path } = c.req;
  if (path.startsWith('/api/') || path === '/metrics' || path === '/auth/me' || path === '/auth/refresh') return true;
  if (isJson(c) || bearerToken(c) !== null) return true;
  const accept = c.req.header('accept') ?? '';
  return /\bjson\b/.test(accept) && !accept.includes('text/html');
}

function problem(c: Context<AppEnv>, { status, code, title, detail, fields }: Trouble): Response {
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  const document = {
    type: 'about:blank',
    title,
    status,
    detail,
    instance: c.req.path,
    code,
    ...(fields.length > 0 ? { errors: fields } : {}),
  };
  return c.body(JSON.stringify(document), status, { 'Content-Type': 'application/problem+json' });
}

/** Where the log-in leads afterwards: the page asked for, but never a repeated change. */
function cameFor(c: Context): string {
  const url = new URL(c.req.url);
  return c.req.method === 'GET' ? `${url.pathname}${url.search}` : '/dashboard';
}
