/** Languages the public side speaks completely. */
export const LANGUAGES = ['en', 'de', 'es', 'fr', 'pt', 'ja', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What `lang`, `hreflang` and Intl are told: whose spelling, dates and script the catalogue is written in. */
export const LANGUAGE_TAG: Record<Language, string> = {
  en: 'en-GB',
  de: 'de',
  es: 'es',
  fr: 'fr',
  pt: 'pt-BR',
  ja: 'ja',
  zh: 'zh-Hans',
};

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((one) => one === text);
}

/**
 * The language of `Accept-Language` (RFC 9110) that we speak and that is wanted most; the first of equals.
 * Regions and scripts do not matter: `pt-BR` is `pt`, `zh-TW` is `zh`. Nothing of ours in it: `fallback`.
 */
export function pickLanguage(acceptLanguage: string | undefined, fallback: Language): Language {
  let best = fallback;
  let most = 0;
  // A header of many kilobytes is not a wish.
  for (const part of (acceptLanguage ?? '').slice(0, 500).split(',')) {
    const [range = '', ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const language = range === '*' ? fallback : range.split('-')[0];
    const weight = weightOf(parameters);
    if (isLanguage(language) && weight > most) [best, most] = [language, weight];
  }
  return best;
}

function weightOf(parameters: string[]): number {
  const given = parameters.find((one) => one.startsWith('q='))?.slice(2);
  if (given === undefined) return 1;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given) ? Number(given) : 0;
}
