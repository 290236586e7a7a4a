import { LANGUAGE_TAG } from '../core/language.ts';
import { iso } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import { xmlText as x } from '../core/xml.ts';
import type { PageFacts } from './facts.ts';
import { type FeedEntry, feedEntries, feedId } from './feed-entries.ts';
import type { FormContext, Forms } from './forms.ts';
import { headlineOf } from './visitor-view.ts';

/** Atom and RSS of the page, Atom of each of its components: one entry for each update. */
export function feedForms(): Forms {
  return {
    atom: {
      path: '/feed.atom',
      contentType: 'application/atom+xml; charset=utf-8',
      kind: 'data',
      write: (facts, context) => atom(facts, context, null),
    },
    rss: {
      path: '/feed.rss',
      contentType: 'application/rss+xml; charset=utf-8',
      kind: 'data',
      write: (facts, context) => rss(facts, context),
    },
    'component atom': {
      path: '/components/:id/feed.atom',
      contentType: 'application/atom+xml; charset=utf-8',
      kind: 'data',
      write(facts, context) {
        const one = facts.components.find(({ id }) => id === context.params['id']);
        return one ? atom(facts, context, one) : null;
      },
    },
  };
}

interface Subject {
  id: string;
  name: string;
  status: PageFacts['status'];
}

/** Also says in one word how the page, or the component, is now: as the category of the feed. */
function atom(facts: PageFacts, context: FormContext, one: Subject | null): string {
  const spoken = words(context.language);
  const { feeds } = spoken;
  const status = one?.status ?? facts.status;
  const said = one ? spoken.headline[one.status] : headlineOf(facts, spoken);
  const entries = feedEntries(facts, context, one?.id ?? null);
  const self = one ? `${facts.url}/components/${one.id}/feed.atom` : `${facts.url}/feed.atom`;
  const title = feeds.title(one ? `${facts.title}, ${one.name}` : facts.title);
  const newest = entries[0]?.at ?? facts.createdAt;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${LANGUAGE_TAG[context.language]}">`,
    `<id>${feedId(one?.id ?? facts.id)}</id>`,
    `<title>${x(title)}</title>`,
    `<subtitle>${x(said)}</subtitle>`,
    `<category term="${status}" label="${x(said)}"/>`,
    `<updated>${iso(newest)}</updated>`,
    `<author><name>${x(facts.title)}</name></author>`,
    `<link rel="self" type="application/atom+xml" href="${x(self)}"/>`,
    `<link rel="alternate" type="text/html" href="${x(facts.url)}"/>`,
    ...entries.map(atomEntry),
    '</feed>\n',
  ].join('\n');
}

function atomEntry(entry: FeedEntry): string {
  return [
    '<entry>',
    `<id>${entry.id}</id>`,
    `<title>${x(entry.title)}</title>`,
    `<published>${iso(entry.at)}</published>`,
    `<updated>${iso(entry.at)}</updated>`,
    `<link rel="alternate" type="text/html" href="${x(entry.link)}"/>`,
    `<content type="html">${x(entry.html)}</content>`,
    '</entry>',
  ].join('\n');
}

function rss(facts: PageFacts, context: FormContext): string {
  const spoken = words(context.language);
  const entries = feedEntries(facts, context, null);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">',
    '<channel>',
    `<title>${x(spoken.feeds.title(facts.title))}</title>`,
    `<link>${x(facts.url)}</link>`,
    `<description>${x(headlineOf(facts, spoken))}</description>`,
    `<language>${LANGUAGE_TAG[context.language]}</language>`,
    `<category>${facts.status}</category>`,
    `<lastBuildDate>${rfc822(entries[0]?.at ?? facts.createdAt)}</lastBuildDate>`,
    `<atom:link rel="self" type="application/rss+xml" href="${x(facts.url)}/feed.rss"/>`,
    ...entries.map(rssItem),
    '</channel>',
    '</rss>\n',
  ].join('\n');
}

function rssItem(entry: FeedEntry): string {
  return [
    '<item>',
    `<title>${x(entry.title)}</title>`,
    `<link>${x(entry.link)}</link>`,
    `<guid isPermaLink="false">${entry.id}</guid>`,
    `<pubDate>${rfc822(entry.at)}</pubDate>`,
    `<description>${x(entry.html)}</description>`,
    '</item>',
  ].join('\n');
}

/** `Fri, 20 Nov 2026 12:00:00 GMT` */
function rfc822(ms: number): string {
  return new Date(ms).toUTCString();
}
