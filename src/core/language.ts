/** Languages the public side speaks completely. */
export const LANGUAGES = ['en', 'de', 'es', 'fr', 'pt', 'ja', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
