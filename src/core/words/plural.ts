import { LANGUAGE_TAG, type Language } from '../language.ts';

/** Wordings of one phrase by number; `#` stands for the number. Languages that do not count have `other` alone. */
export type Forms = Partial<Record<'one' | 'many', string>> & { other: string };

/** Chooses a wording as the language does and writes the number as it writes numbers. */
export function plurals(language: Language): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(LANGUAGE_TAG[language]);
  const figures = new Intl.NumberFormat(LANGUAGE_TAG[language]);
  return (n, forms) => {
    const category = rules.select(n);
    const form = category === 'one' ? forms.one : category === 'many' ? forms.many : undefined;
    return (form ?? forms.other).replace('#', () => figures.format(n));
  };
}
