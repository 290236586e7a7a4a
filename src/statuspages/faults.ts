import type { Context } from 'hono';
import { LANGUAGE_TAG } from '../core/language.ts';
import { words } from '../core/words/index.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { languageOf } from './language.ts';
import { NEUTRAL_FAVICON } from './frame-view.ts';

/** The page that tells of a fault, in each language drawn once. */
export function createFaults(views: Views, style: string) {
  const drawn = new Map<string, string>();
  return (c: Context<AppEnv>, fault: 'notFound' | 'unavailable'): string => {
    const language = languageOf(c, 'en');
    const key = `${fault} ${language}`;
    const known = drawn.get(key);
    if (known) return known;
    const { errors } = words(language);
    const made = views.text('statuspages/message', {
      title: errors[`${fault}Title`],
      heading: errors[fault],
      text: errors[`${fault}Text`],
      favicon: NEUTRAL_FAVICON,
      style,
      lang: LANGUAGE_TAG[language],
      language,
    });
    drawn.set(key, made);
    return made;
  };
}
