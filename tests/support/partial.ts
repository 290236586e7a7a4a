// Until every slice exists: the app with whatever can be imported. To be deleted once src/app.ts loads.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Hono } from 'hono';
import type { Deps } from '../../src/deps.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { notFoundPage, onError } from '../../src/web/errors.ts';
import { createViews, type Views } from '../../src/web/render.ts';
import { limitBody, requestFacts, sameOrigin, secureHeaders } from '../../src/web/security.ts';
import { sessionMiddleware } from '../../src/web/session.ts';

const MOUNTS: [string, string, string][] = [
  ['/s', 'statuspages/public.ts', 'publicPages'],
  ['/', 'site/pages.ts', 'sitePages'],
  ['/', 'users/pages.ts', 'userPages'],
  ['/auth', 'users/auth.ts', 'authRoutes'],
  ['/', 'monitors/pages.ts', 'monitorPages'],
  ['/', 'incidents/pages.ts', 'incidentPages'],
  ['/', 'alerts/pages.ts', 'alertPages'],
  ['/', 'statuspages/pages.ts', 'statusPagePages'],
  ['/', 'accounts/pages.ts', 'accountPages'],
  ['/', 'monitors/live.ts', 'liveRoutes'],
  ['/api', 'site/health.ts', 'healthRoutes'],
  ['/api', 'monitors/api.ts', 'monitorApi'],
  ['/api', 'incidents/api.ts', 'incidentApi'],
  ['/api', 'alerts/api.ts', 'alertApi'],
  ['/api', 'statuspages/api.ts', 'statusPageApi'],
];

export async function partialApp(deps: Deps, health: () => unknown): Promise<Hono<AppEnv>> {
  const views = createViews(deps);
  const app = new Hono<AppEnv>();
  app.onError(onError(deps, views));
  app.notFound(notFoundPage(views));
  app.use(requestFacts(deps), secureHeaders(deps));
  app.use(limitBody(), sameOrigin(deps), sessionMiddleware(deps));
  for (const [path, file, name] of MOUNTS) {
    const found = resolve(import.meta.dirname, '../../src', file);
    if (!existsSync(found)) continue;
    try {
      const module = (await import(found)) as Record<
        string,
        (deps: Deps, views: Views | (() => unknown)) => Hono<AppEnv>
      >;
      const make = module[name];
      if (make) app.route(path, make(deps, name === 'healthRoutes' ? health : views));
    } catch (error) {
      console.warn(`not mounted: ${file}: ${String(error).slice(0, 200)}`);
    }
  }
  return app;
}
