import type { Language } from '../language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import { pt } from './pt.ts';
import type { Shape } from './shape.ts';
import { zh } from './zh.ts';

/** Everything a visitor of a public page reads, in one language. English says which keys there are. */
export type PageWords = Shape<typeof en>;

const CATALOGUES: Record<Language, PageWords> = { en, de, es, fr, pt, ja, zh };

/** The words of a language: `words('de').page.components`. */
export function words(language: Language): PageWords {
  return CATALOGUES[language];
}
