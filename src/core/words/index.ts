import type { Language } from '../language.ts';
import { en } from './en.ts';

/** Everything a visitor of a public page reads, in one language. English says which keys there are. */
export type PageWords = typeof en;

const CATALOGUES: Record<Language, PageWords> = { en, de: en, es: en, fr: en, pt: en, ja: en, zh: en };

/** The words of a language: `words('de').page.components`. */
export function words(language: Language): PageWords {
  return CATALOGUES[language];
}
