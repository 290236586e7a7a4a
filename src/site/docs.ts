import { Hono } from 'hono';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { ApiDocument } from '../web/document.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { listManual, readChangelog, readManual } from './manual.ts';
import { describeTag, listTags, type TagView } from './reference-view.ts';

/** `/docs`: the manual, what has changed, and the reference of the API drawn from its own OpenAPI document. */
export function docsPages(deps: Deps, views: Views, document: () => ApiDocument): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  let tags: TagView[] | undefined;
  const around = () => ({ tags: (tags ??= listTags(document())), manual: listManual(), signups: deps.config.signups });

  app.get('/docs', (c) => {
    const q = (c.req.query('q') ?? '').trim().slice(0, 100);
    const shown = around();
    const found = q === '' ? null : search(shown, q);
    return views.page(c, 'site/docs', { ...shown, q, found });
  });

  app.get('/docs/api/:tag', (c) => {
    const tag = describeTag(document(), c.req.param('tag'), deps.config.baseUrl);
    if (!tag) throw notFound();
    return views.page(c, 'site/reference', { ...around(), tag });
  });

  app.get('/docs/:page', (c) => {
    const page = readManual(c.req.param('page'));
    if (!page) throw notFound();
    return views.page(c, 'site/manual', { ...around(), ...page });
  });

  app.get('/changelog', (c) => {
    const page = readChangelog();
    if (!page) throw notFound();
    return views.page(c, 'site/manual', { ...around(), ...page });
  });
  return app;
}

interface Found {
  title: string;
  href: string;
  /** Method and path of an operation; null for a page. */
  route: { method: string; path: string } | null;
}

/** Pages and operations that have every word of `q` in their names, paths or summaries. */
function search({ tags, manual }: { tags: TagView[]; manual: { title: string; href: string }[] }, q: string): Found[] {
  const words = q.toLowerCase().split(/\s+/);
  const fits = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const pages = [...tags.map(({ name, href }) => ({ title: name, href })), ...manual]
    .filter(({ title }) => fits(title))
    .map(({ title, href }) => ({ title, href, route: null }));
  const operations = tags.flatMap((tag) =>
    tag.operations
      .filter(({ method, path, summary }) => fits(`${tag.name} ${method} ${path} ${summary}`))
      .map(({ method, path, summary, href }) => ({ title: summary, href, route: { method, path } })),
  );
  return [...pages, ...operations];
}
