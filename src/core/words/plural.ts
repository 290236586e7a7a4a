import { LANGUAGE_TAG, type Language } from '../language.ts';

/** Wordings of one phrase by number; `#` stands for the number. Languages that do not count have `other` alone. */
export type Forms = Partial<Record<'one' | 'many', string>> & { other: string };

const MOST_KNOWN = 200;

/** Chooses a wording as the language does and writes the number as it writes numbers. */
export function plurals(language: Language): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(LANGUAGE_TAG[language]);
  const figures = new Intl.NumberFormat(LANGUAGE_TAG[language]);
  // Pages count days and components: small numbers, again and again.
  const known = new Map<number, { category: Intl.LDMLPluralRule; figure: string }>();
  const look = (n: number) => {
    const made = { category: rules.select(n), figure: figures.format(n) };
    if (known.size < MOST_KNOWN) known.set(n, made);
    return made;
  };
  return (n, forms) => {
    const { category, figure } = known.get(n) ?? look(n);
    const form = category === 'one' ? forms.one : category === 'many' ? forms.many : undefined;
    return (form ?? forms.other).replace('#', () => figure);
  };
}
