import { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { xmlText } from '../core/xml.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import type { PageFacts } from './facts.ts';
import { loadFacts } from './load.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';

const BADGES = [
  { label: 'Status', alt: 'Status', query: '' },
  { label: 'Status, compact', alt: 'Status', query: '?style=compact' },
  { label: 'Uptime', alt: 'Uptime', query: '?type=uptime' },
  { label: 'Response time', alt: 'Response time', query: '?type=response' },
];

/** `/status-pages/{id}/share`: what to copy into other sites, feed readers, calendars and programs. */
export function sharePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/status-pages/:id/share', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const facts = await loadFacts(deps, { pageId: page.id }, 'public');
    if (!facts) return c.notFound();
    const chosen = facts.components.find(({ id }) => id === c.req.query('for'));
    return views.page(c, 'statuspages/share', {
      frame: editorFrame(deps, page, 'share'),
      closed: facts.visibility !== 'public',
      subjects: [
        { value: '', label: 'The whole page', selected: !chosen },
        ...facts.components.map(({ id, name }) => ({ value: id, label: name, selected: id === chosen?.id })),
      ],
      badges: badges(facts, chosen ?? null),
      ...snippets(facts),
    });
  });
  return routes;
}

function badges(facts: PageFacts, chosen: { id: string; name: string } | null) {
  const path = chosen ? `/components/${chosen.id}/badge.svg` : '/badge.svg';
  const name = chosen ? `${facts.title}, ${chosen.name}` : facts.title;
  return BADGES.map(({ label, alt, query }) => ({
    label,
    shown: `/s/${facts.slug}${path}${query}`,
    html: `<a href="${facts.url}"><img src="${facts.url}${path}${query}" alt="${xmlText(`${alt} of ${name}`)}"></a>`,
    markdown: `[![${`${alt} of ${name}`.replaceAll(/[[\]\\\n]/g, ' ')}](${facts.url}${path}${query})](${facts.url})`,
  }));
}

function snippets({ url, title, slug }: PageFacts) {
  return {
    script: `<script src="${url}/embed.js" async></script>`,
    banner: `<script src="${url}/embed.js" data-style="banner" async></script>`,
    iframe: `<iframe src="${url}/embed" title="${xmlText(`Status of ${title}`)}" width="320" height="64" style="border:0"></iframe>`,
    embed: `/s/${slug}/embed`,
    feeds: [
      { label: 'Atom feed', text: `${url}/feed.atom` },
      { label: 'RSS feed', text: `${url}/feed.rss` },
      { label: 'Calendar of planned maintenance', text: `${url}/maintenance.ics` },
    ],
    programs: [
      { label: 'Statuspage API v2', text: `${url}/api/v2/summary.json` },
      { label: 'Everything as JSON', text: `${url}/api` },
      { label: 'Health for other monitors', text: `${url}/health.json` },
      {
        label: 'Badge for shields.io',
        text: `https://img.shields.io/endpoint?url=${encodeURIComponent(`${url}/badge.json`)}`,
      },
      { label: 'In a terminal', text: `curl ${url}` },
    ],
  };
}
