import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isLanguage, type Language, LANGUAGE_TAG, LANGUAGES, pickLanguage } from '../core/language.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../core/time.ts';
import { entryWords, translated } from '../core/words/entry/index.ts';
import { formats } from '../core/words/formats.ts';
import { words } from '../core/words/index.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { localPath } from './next.ts';

const WAIT = /^Too many tries\. Try again in ([\ddhms ]+)\.$/;
const UNIT: Record<string, number> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND };

/**
 * What the address, or `tail` that stands for one, asks for with `?lang=`, else what the visitor's browser wants most and
 * we speak, else English.
 */
export function entryLanguage(c: Context<AppEnv>, tail?: string): Language {
  const asked = tail ? (new URLSearchParams(tail).get('lang') ?? undefined) : c.req.query('lang');
  return isLanguage(asked) ? asked : pickLanguage(c.req.header('accept-language'), 'en');
}

/** What links and forms end with, so that a choice made by hand goes along. */
export function askedTail(c: Context<AppEnv>): string {
  const asked = c.req.query('lang');
  return isLanguage(asked) ? `?lang=${asked}` : '';
}

/** Sentences in English that the visitor reads in their own language. */
interface Refused {
  problem?: string | null;
  /** Why nobody may sign up. */
  closed?: string | null;
  errors?: Record<string, string>;
  /** What was typed. */
  values?: Record<string, unknown>;
  /** The plan that is bought next. */
  plan?: { id: string; askAt: string } | null;
}

/** Draws a page that is read before the log-in, in the visitor's language. What it is refused with comes in English. */
export function drawEntry(
  views: Views,
  c: Context<AppEnv>,
  name: string,
  data: Refused & Record<string, unknown>,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const language = entryLanguage(c);
  const next = c.req.query('next');
  const onward = { ...(next !== undefined && { next: localPath(next) }), ...(data.plan && { plan: data.plan.id }) };
  const errors = Object.entries(data.errors ?? {}).map(([field, text]) => [field, sentence(text, language)]);
  c.header('Vary', 'Accept-Language', { append: true });
  return views.page(
    c,
    name,
    {
      ...data,
      problem: data.problem ? sentence(data.problem, language) : null,
      closed: data.closed ? sentence(data.closed, language) : null,
      errors: Object.fromEntries(errors) as Record<string, string>,
      w: entryWords(language),
      lang: LANGUAGE_TAG[language],
      tail: askedTail(c),
      signInHref: signInHref(c, data.plan?.askAt ?? c.req.query('next') ?? data.values?.['next']),
      logInHref: data.plan ? withNext('/login', c, data.plan.askAt) : `/login${askedTail(c)}`,
      languages: LANGUAGES.map((one) => ({
        tag: LANGUAGE_TAG[one],
        name: words(one).language,
        href: `?${new URLSearchParams({ lang: one, ...onward }).toString()}`,
        current: one === language,
      })),
    },
    status,
  );
}

/** The way to the provider, with what the log-in would lead to. */
function signInHref(c: Context<AppEnv>, wanted: unknown): string {
  const next = localPath(typeof wanted === 'string' ? wanted : undefined);
  return next === '/dashboard' ? `/auth/oidc${askedTail(c)}` : withNext('/auth/oidc', c, next);
}

/** An address that leads on to another one, in the language that was asked for. */
function withNext(path: string, c: Context<AppEnv>, next: string): string {
  const query = new URLSearchParams(askedTail(c));
  query.set('next', next);
  return `${path}?${query.toString()}`;
}

function sentence(text: string, language: Language): string {
  const [, wait] = WAIT.exec(text) ?? [];
  if (wait === undefined) return translated(text, language);
  const parts = [...wait.matchAll(/(\d+)([dhms])/g)];
  const ms = parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNIT[unit] ?? 0), 0);
  return entryWords(language).tooMany(formats(language, 'UTC').duration(ms));
}
