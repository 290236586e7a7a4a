import type { Language } from '../language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import { pt } from './pt.ts';
import { zh } from './zh.ts';

/** The same keys and the same things put in, whatever the words. */
type Shape<T> = T extends (...values: infer Values) => string
  ? (...values: Values) => string
  : T extends string
    ? string
    : { [Key in keyof T]: Shape<T[Key]> };

/** Everything a visitor of a public page reads, in one language. English says which keys there are. */
export type PageWords = Shape<typeof en>;

const CATALOGUES: Record<Language, PageWords> = { en, de, es, fr, pt, ja, zh };

/** The words of a language: `words('de').page.components`. */
export function words(language: Language): PageWords {
  return CATALOGUES[language];
}
