import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { auditApi } from './accounts/audit-api.ts';
import { auditPages } from './accounts/audit-pages.ts';
import { hookApi } from './accounts/hook-api.ts';
import { hookPages } from './accounts/hook-pages.ts';
import { decisionApi } from './accounts/decision-api.ts';
import { exportApi } from './accounts/export-routes.ts';
import { memberApi } from './accounts/member-api.ts';
import { listAccountsOf } from './accounts/member-queries.ts';
import { accountPages } from './accounts/pages.ts';
import { settingsApi } from './accounts/settings-api.ts';
import { tokenApi } from './accounts/token-api.ts';
import { tokenPages } from './accounts/token-pages.ts';
import { alertApi } from './alerts/api.ts';
import { mailProblem } from './alerts/notice.ts';
import { alertPages } from './alerts/pages.ts';
import { billingApi } from './billing/api.ts';
import { billingPages } from './billing/pages.ts';
import { findGrace } from './billing/queries.ts';
import { createTill } from './billing/till.ts';
import { stripeWebhook } from './billing/webhook.ts';
import { can } from './core/access.ts';
import { allows } from './core/plan.ts';
import type { Deps } from './deps.ts';
import { incidentApi } from './incidents/api.ts';
import { incidentLinks } from './incidents/link-pages.ts';
import { incidentPages } from './incidents/pages.ts';
import { maintenanceApi } from './maintenance/api.ts';
import { maintenancePages } from './maintenance/pages.ts';
import { importApi } from './manifest/import-api.ts';
import { importPages } from './manifest/import-pages.ts';
import { createJobs } from './manifest/job.ts';
import { manifestPages } from './manifest/pages.ts';
import { monitorApi } from './monitors/api.ts';
import { inventoryApi } from './monitors/inventory-api.ts';
import { inventoryPages } from './monitors/inventory.ts';
import { liveRoutes } from './monitors/live.ts';
import { pingApi } from './monitors/ping-api.ts';
import { createPingIntake } from './monitors/ping-intake.ts';
import { pingRoutes } from './monitors/ping.ts';
import { monitorPages } from './monitors/pages.ts';
import { countByStatus } from './monitors/queries.ts';
import { reportApi } from './reports/api.ts';
import { reportLinks } from './reports/links.ts';
import { reportPages } from './reports/pages.ts';
import { reportShareApi } from './reports/share-api.ts';
import { demoGuard, demoPages } from './site/demo-pages.ts';
import { docsPages } from './site/docs.ts';
import { type EngineHealth, healthRoutes } from './site/health.ts';
import { countRequests, metricsRoutes } from './site/metrics.ts';
import { createBoard } from './site/operator-board.ts';
import { maintenanceGate } from './site/operator-gate.ts';
import { operatorApi } from './site/operator-api.ts';
import { operatorPages } from './site/operator-pages.ts';
import { sitePages } from './site/pages.ts';
import { statusPageApi } from './statuspages/api.ts';
import { copyApi } from './statuspages/copy-api.ts';
import { domainApi } from './statuspages/domain-api.ts';
import { statusPagePages } from './statuspages/pages.ts';
import { pageImportApi } from './statuspages/import-api.ts';
import { kumaBadges } from './statuspages/kuma-badges.ts';
import { pictureApi } from './statuspages/picture-api.ts';
import { publicPages } from './statuspages/public.ts';
import { statusReportApi } from './statuspages/report-api.ts';
import { subscriberApi } from './statuspages/subscriber-api.ts';
import { statusReportPages } from './statuspages/report-pages.ts';
import { accountsApi } from './users/accounts-api.ts';
import { describeAuth } from './users/auth-api.ts';
import { authRoutes } from './users/auth.ts';
import { userPages } from './users/pages.ts';
import { passkeyApi } from './users/passkey-api.ts';
import { profileApi } from './users/profile-api.ts';
import { sessionApi } from './users/session-api.ts';
import { twoStepApi } from './users/two-step-api.ts';
import { allowOrigins, ignoreForeignCookies } from './web/cors.ts';
import type { AppEnv, Session } from './web/env.ts';
import { notFoundPage, onError } from './web/errors.ts';
import { entityTags, holdVersion } from './web/etag.ts';
import { serveDocument } from './web/document.ts';
import { createApi } from './web/openapi.ts';
import { caddyAsk, createHosts, routeByHost } from './web/hosts.ts';
import { recordOrigin } from './web/origin.ts';
import { replayAnswers } from './web/idempotency.ts';
import { limitJson } from './web/json-limits.ts';
import { limitCalls } from './web/rate.ts';
import { createViews, type Known, type Notices, PUBLIC_ROOT } from './web/render.ts';
import { limitBody, refuseLoops, requestFacts, sameOrigin, secureHeaders } from './web/security.ts';
import { sessionMiddleware } from './web/session.ts';

/** The whole product as one function from request to answer: what `main.ts` serves and tests call. */
export function buildApp(deps: Deps, health: () => EngineHealth): Hono<AppEnv> {
  const board = createBoard(deps);
  const views = createViews(deps, notices(deps), () => board.read());
  const app = new Hono<AppEnv>();
  const refuse = onError(deps, views);
  app.onError(refuse);
  app.notFound(notFoundPage(views));

  app.use(countRequests(deps));
  app.use(refuseLoops(deps));
  app.use(maintenanceGate(deps, board, refuse));
  // Public pages come first: no cookie, no session, their own headers, and a ready copy leaves at once.
  const visitors = publicPages(deps, views);
  const hosts = createHosts(deps);
  app.use(routeByHost(deps, hosts, onOwnDomain(visitors)));
  app.route('/s', visitors);
  app.route('/', caddyAsk(deps, hosts));
  app.route('/api/badge', kumaBadges(deps, visitors));
  // Jobs call with nothing but a token.
  const pings = createPingIntake(deps);
  app.route('/', pingRoutes(deps, pings));
  app.use(requestFacts(deps), secureHeaders(deps));
  app.use('/assets/*', staticFiles());
  app.route('/', metricsRoutes(deps, board, health));
  const origins = allowOrigins(deps);
  app.use('/api/*', origins).use('/openapi.json', origins);
  app.use(limitBody());
  const till = createTill(deps);
  app.route('/', stripeWebhook(deps, till));
  // Links in alerts: the token is the authority, so there is no cookie whose use could be forged.
  app.use(recordOrigin('link'));
  app.route('/', incidentLinks(deps, views));
  app.route('/', reportLinks(deps, views));
  app.use(sameOrigin(deps), sessionMiddleware(deps), demoGuard(deps), recordOrigin());
  app.use('/api/*', ignoreForeignCookies(deps), limitCalls(deps), limitJson({ only: true }), replayAnswers(deps));
  app.use('/auth/*', limitJson({ only: false }));
  app.use(holdVersion(app));
  app.use('/api/*', entityTags());

  app.route('/', sitePages(deps, views));
  app.route('/', userPages(deps, views));
  app.route('/auth', authRoutes(deps, views));
  app.route('/', monitorPages(deps, views));
  app.route('/', inventoryPages(deps, views));
  app.route('/', incidentPages(deps, views));
  app.route('/', reportPages(deps, views));
  app.route('/', maintenancePages(deps, views));
  app.route('/', alertPages(deps, views));
  app.route('/', statusPagePages(deps, views));
  app.route('/', statusReportPages(deps, views));
  app.route('/', accountPages(deps, views));
  app.route('/', auditPages(deps, views));
  app.route('/', hookPages(deps, views));
  app.route('/', tokenPages(deps, views));
  app.route('/', billingPages(deps, views, till));
  const jobs = createJobs(deps);
  app.route('/', manifestPages(deps, views, app, jobs));
  app.route('/', importPages(deps, views, app, jobs));
  app.route('/', liveRoutes(deps));
  app.route('/', demoPages(deps));
  app.route('/', operatorPages(deps, views, board, health));

  const api = createApi(deps);
  api.route('/api', healthRoutes(deps, health));
  api.route('/api', settingsApi(deps));
  api.route('/api', auditApi(deps));
  api.route('/api', hookApi(deps));
  api.route('/api', monitorApi(deps));
  api.route('/api', inventoryApi(deps));
  api.route('/api', pingApi(deps, pings));
  api.route('/api', incidentApi(deps));
  api.route('/api', reportApi(deps));
  api.route('/api', reportShareApi(deps));
  api.route('/api', maintenanceApi(deps));
  api.route('/api', alertApi(deps));
  api.route('/api', memberApi(deps));
  api.route('/api', exportApi(deps));
  api.route('/api', billingApi(deps, till));
  api.route('/api', tokenApi(deps));
  api.route('/api', sessionApi(deps));
  api.route('/api', profileApi(deps));
  api.route('/api', twoStepApi(deps));
  api.route('/api', passkeyApi(deps));
  api.route('/api', accountsApi(deps));
  api.route('/api', decisionApi(deps));
  api.route('/api', statusPageApi(deps));
  api.route('/api', pictureApi(deps));
  api.route('/api', pageImportApi(deps));
  api.route('/api', importApi(deps, app, jobs));
  api.route('/api', domainApi(deps));
  api.route('/api', copyApi(deps));
  api.route('/api', statusReportApi(deps));
  api.route('/api', subscriberApi(deps));
  api.route('/api', operatorApi(deps, board, health));
  describeAuth(api);
  const document = serveDocument(api, deps);
  app.route('/', api);
  app.route('/', docsPages(deps, views, document));
  return app;
}

/** All that is answered on a page's own domain: the page, and the files it shows. */
function onOwnDomain(visitors: Hono<AppEnv>): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/s/:slug/assets/*', staticFiles()).route('/s', visitors);
}

/** Files of `public/`; their addresses carry a fingerprint, so they may be kept for ever. */
function staticFiles() {
  return serveStatic<AppEnv>({
    root: PUBLIC_ROOT,
    rewriteRequestPath: (path) => path.replace(/^(?:\/s\/[^/]+)?\/assets/, ''),
    onFound: (_path, c) => {
      c.header('Cache-Control', 'public, max-age=31536000, immutable');
      c.header('X-Content-Type-Options', 'nosniff');
    },
  });
}

/** What every page of an account says in its frame: mail that cannot leave, monitors that are down, money owed, other accounts. */
function notices(deps: Deps): (session: Session, known: Known) => Promise<Notices> {
  const sells = deps.config.stripe !== null;
  return async ({ account, user, role }, known) => {
    const accounts = await listAccountsOf(deps.db.read, user.id);
    return {
      mailProblem: await mailProblem(deps.db.read, account.id),
      down: known.down ?? (await countByStatus(deps.db.read, account.id, deps.clock.now())).down ?? 0,
      accounts: accounts.filter(({ id }) => id !== account.id),
      onlyLooking: role !== 'owner' && !allows(account.plan, 'team'),
      payUntil: sells && can(role, 'manage') ? await findGrace(deps.db.read, account.id, deps.clock.now()) : null,
    };
  };
}
