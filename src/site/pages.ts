import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { notFound } from '../core/errors.ts';
import { PLAN } from '../core/plan.ts';
import { planTable } from '../core/plan-table.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { FROM_SOURCE, PUBLIC_ROOT, type Views } from '../web/render.ts';
import { requireSession } from '../web/session.ts';
import { componentStates } from './components.ts';
import { SAMPLE_MONITORS } from './sample.ts';

/** Landing, pricing, the two files browsers and robots ask for at the root, and in development the component page. */
export function sitePages(deps: Deps, views: Views): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const { signups, defaultPlan } = deps.config;
  const common = { signups, startsOn: PLAN[defaultPlan].label, table: planTable(), sold: Boolean(deps.config.stripe) };

  app.get('/', async (c) => {
    if (c.get('session')) return c.redirect('/dashboard', 303);
    return views.page(c, 'site/home', { ...common, monitors: SAMPLE_MONITORS });
  });
  app.get('/pricing', (c) => views.page(c, 'site/pricing', common));

  app.get('/favicon.svg', async (c) =>
    c.body(await readFile(join(PUBLIC_ROOT, 'favicon.svg'), 'utf8'), 200, {
      'Content-Type': 'image/svg+xml',
      'Cache-Control': 'public, max-age=86400',
    }),
  );
  app.get('/favicon.ico', (c) => c.redirect('/favicon.svg', 301));
  app.get('/robots.txt', async (c) => c.text(await readFile(join(PUBLIC_ROOT, 'robots.txt'), 'utf8')));

  app.get('/design', (c) => {
    if (!FROM_SOURCE || process.env['NODE_ENV'] === 'production') throw notFound();
    requireSession(c);
    return views.page(c, 'design/index', { ...componentStates(deps.clock.now()), table: planTable() });
  });
  return app;
}
