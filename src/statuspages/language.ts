import type { Context } from 'hono';
import { isLanguage, type Language, pickLanguage } from '../core/language.ts';
import type { AppEnv } from '../web/env.ts';
import { requestHeader } from './site.ts';

const PICKED = new Map<string, Language>();
const MOST_PICKED = 1_000;

/** The language that the address asks for with `?lang=`; null when it asks for none that we speak. */
export function askedLanguage(c: Context<AppEnv>): Language | null {
  if (!c.req.url.includes('lang=')) return null;
  const asked = c.req.query('lang');
  return isLanguage(asked) ? asked : null;
}

/** What the address asks for, else what the visitor's browser wants most and we speak, else `fallback`. */
export function languageOf(c: Context<AppEnv>, fallback: Language): Language {
  const asked = askedLanguage(c);
  if (asked !== null) return asked;
  const header = requestHeader(c, 'accept-language');
  if (header === undefined) return fallback;
  const key = `${fallback} ${header}`;
  const picked = PICKED.get(key);
  if (picked) return picked;
  const made = pickLanguage(header, fallback);
  // Browsers send few and short ones; whatever else comes is read each time.
  if (key.length > 100) return made;
  if (PICKED.size >= MOST_PICKED) PICKED.clear();
  PICKED.set(key, made);
  return made;
}

/** What links within a page end with, so that a choice made by hand goes along: nothing, or `?lang=de`. */
export function tailOf(c: Context<AppEnv>): string {
  const asked = askedLanguage(c);
  return asked === null ? '' : `?lang=${asked}`;
}
