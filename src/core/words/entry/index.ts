import type { Language } from '../../language.ts';
import type { Shape } from '../shape.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import { pt } from './pt.ts';
import { zh } from './zh.ts';

/** What people read before they are logged in, in one language. English says which keys there are. */
export type EntryWords = Shape<typeof en>;

const CATALOGUES: Record<Language, EntryWords> = { en, de, es, fr, pt, ja, zh };

export function entryWords(language: Language): EntryWords {
  return CATALOGUES[language];
}

type Sentence = keyof typeof en.sentences;
const PATTERNS = (Object.keys(en.sentences) as Sentence[]).map((sentence) => {
  const parts = sentence.split('#').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { sentence, pattern: new RegExp(parts.join('([^"\\s]+)'), 'y') };
});

/** One or more English sentences that a form is refused with, in another language; unknown ones stay as they are. */
export function translated(text: string, language: Language): string {
  if (language === 'en') return text;
  const said: string[] = [];
  for (let at = 0; at < text.length; ) {
    const found = sentenceAt(text, at, language);
    if (found === null) return text;
    said.push(found.text);
    at = found.end;
    while (text[at] === ' ') at++;
  }
  return said.join(language === 'ja' || language === 'zh' ? '' : ' ');
}

/** The longest sentence that begins there: some begin as others do. */
function sentenceAt(text: string, at: number, language: Language): { text: string; end: number } | null {
  let best: { text: string; end: number } | null = null;
  for (const { sentence, pattern } of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match || (best !== null && best.end >= pattern.lastIndex)) continue;
    const given = match.slice(1);
    const own = entryWords(language).sentences[sentence].replace(/#/g, () => given.shift() ?? '');
    best = { text: own, end: pattern.lastIndex };
  }
  return best;
}
