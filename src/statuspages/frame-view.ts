import { LANGUAGES, LANGUAGE_TAG } from '../core/language.ts';
import { words } from '../core/words/index.ts';
import { symbolOf } from './entry-view.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import type { Says } from './says.ts';

/** What stands around every page of visitors: head, links, foot. `path` and `query` are its address below the page's. */
export function frameView(facts: PageFacts, context: FormContext, says: Says, path: string, title: string, query = '') {
  const { appearance } = facts;
  const { root, language } = context;
  const zone = facts.timezone.replaceAll('_', ' ');
  return {
    facts,
    root,
    tail: context.tail,
    language,
    lang: says.lang,
    w: says.w,
    title,
    name: facts.title,
    home: says.link(''),
    historyHref: says.hasHistory ? says.link('/history') : null,
    canonical: says.whole(path, query),
    /** Where the visitor's own language decides. */
    unspoken: `${facts.url}${path}${query && `?${query}`}`,
    /** Services keep a picture by its address, so each status has its own. */
    picture: `${facts.url}/og.png?${facts.status}`,
    favicon: favicon(symbolOf(facts.status)),
    noindex: facts.hiddenFromSearch || facts.visibility !== 'public',
    headerLinks: appearance.header_links ?? [],
    footerText: appearance.footer_text ?? null,
    footerLinks: appearance.footer_links ?? [],
    branding: facts.branding,
    /** Without a script, times are on the page's clock; with one, on the visitor's, named in place of `#`. */
    zoneWords: says.w.times.zone(zone),
    zonesWords: says.w.times.zones('#', zone),
    languages: LANGUAGES.map((one) => ({
      tag: LANGUAGE_TAG[one],
      name: words(one).language,
      href: `${root}${path}?${query && `${query}&`}lang=${one}`,
      /** For search engines, which want whole addresses. */
      whole: `${facts.url}${path}?${query && `${query}&`}lang=${one}`,
      code: one === 'zh' ? LANGUAGE_TAG.zh : one,
      current: one === language,
    })),
  };
}

const FAVICON: Record<string, string> = {
  up: '%232f9e63',
  degraded: '%23d98a00',
  down: '%23d92d2d',
  maintenance: '%238b5cf6',
  unknown: '%238a8580',
};

/** A dot for the tab: another shape when something is down, since colour alone says too little. */
function favicon(icon: string): string {
  const fill = FAVICON[icon] ?? FAVICON['unknown'];
  const shape = icon === 'down' ? "path d='M5 1h6l4 4v6l-4 4H5l-4-4V5z'" : "circle cx='8' cy='8' r='6'";
  return `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><${shape} fill='${fill}'/></svg>`;
}

/** The tab of a page that has no state, such as a 404. */
export const NEUTRAL_FAVICON = favicon('unknown');
