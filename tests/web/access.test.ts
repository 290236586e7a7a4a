import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/db/ids.ts';
import { channels, deliveries, incidents } from '../../src/db/schema/incidents.ts';
import { maintenance_windows, monitors } from '../../src/db/schema/monitors.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { addMember, type Person, type World, world } from '../support/world.ts';

/**
 * What a route asks of people: `open` to everybody, `read` of any member, `write` of those who may change things,
 * `manage` of those who may change the account, `own` of its owner, `self` of whoever is logged in, `operator` of who runs the installation.
 */
type Need = 'open' | 'self' | 'read' | 'write' | 'manage' | 'own' | 'operator';

/** Addresses that are nothing but a UUID, as Healthchecks has them. */
const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';

/** What programs read of a page, from pages of any origin. */
const READERS = [
  '',
  '/api',
  '/api/v2/summary.json',
  '/api/v2/status.json',
  '/api/v2/components.json',
  '/api/v2/incidents.json',
  '/api/v2/incidents/unresolved.json',
  '/api/v2/scheduled-maintenances.json',
  '/api/v2/scheduled-maintenances/upcoming.json',
  '/api/v2/scheduled-maintenances/active.json',
  '/feed.atom',
  '/feed.rss',
  '/maintenance.ics',
  '/components/:id/feed.atom',
  '/badge.svg',
  '/badge.json',
  '/components/:id/badge.svg',
  '/components/:id/badge.json',
  '/api/badge/:id/:what',
  '/api/badge/:id/:what/:duration',
  '/embed',
  '/embed.js',
  '/embed.json',
  '/health.json',
  '/og.png',
  '/text',
];

/** Every route. One that is missing here fails the test: whoever adds a route decides who may use it (R-MT-1). */
const ROUTES: Record<string, Need> = {
  ...Object.fromEntries(
    READERS.flatMap((path) => [`GET /s/:slug${path}`, `OPTIONS /s/:slug${path}`]).map(
      (route) => [route, 'open'] as const,
    ),
  ),
  'GET /api/badge/:id/:what': 'open',
  'GET /api/badge/:id/:what/:duration': 'open',
  'GET /s/:slug/history': 'open',
  'GET /s/:slug/og.png': 'open',
  'OPTIONS /s/:slug/og.png': 'open',
  'GET /s/:slug/incidents/:id': 'open',
  'GET /s/:slug/subscribe': 'open',
  'POST /s/:slug/subscribe': 'open',
  'GET /s/:slug/confirm/:token': 'open',
  'POST /s/:slug/confirm/:token': 'open',
  'GET /s/:slug/preferences/:token': 'open',
  'POST /s/:slug/preferences/:token': 'open',
  'GET /s/:slug/unsubscribe/:token': 'open',
  'POST /s/:slug/unsubscribe/:token': 'open',
  'GET /ping/:token': 'open',
  'POST /ping/:token': 'open',
  'GET /ping/:token/:signal': 'open',
  'POST /ping/:token/:signal': 'open',
  'GET /api/push/:token': 'open',
  'POST /api/push/:token': 'open',
  [`GET /:token{${UUID}}`]: 'open',
  [`POST /:token{${UUID}}`]: 'open',
  [`GET /:token{${UUID}}/:signal`]: 'open',
  [`POST /:token{${UUID}}/:signal`]: 'open',
  'GET /a/:token': 'open',
  'POST /a/:token': 'open',
  'GET /': 'open',
  'GET /pricing': 'open',
  'POST /demo': 'open',
  'GET /metrics': 'open',
  'GET /operator': 'operator',
  'GET /operator/accounts': 'operator',
  'GET /operator/accounts/:id': 'operator',
  'POST /operator/accounts/:id/plan': 'operator',
  'GET /operator/notice': 'operator',
  'POST /operator/notice': 'operator',
  'GET /operator/mode': 'operator',
  'POST /operator/mode': 'operator',
  'GET /favicon.svg': 'open',
  'GET /favicon.ico': 'open',
  'GET /robots.txt': 'open',
  'GET /design': 'open',
  'GET /signup': 'open',
  'GET /login': 'open',
  'GET /reset': 'open',
  'POST /reset': 'open',
  'GET /reset/:token': 'open',
  'POST /reset/:token': 'open',
  'GET /verify/:token': 'open',
  'POST /verify/:token': 'open',
  'POST /auth/signup': 'open',
  'POST /auth/login': 'open',
  'POST /auth/refresh': 'open',
  'POST /auth/logout': 'open',
  'GET /api/health': 'open',
  'GET /api/caddy/ask': 'open',
  'GET /openapi.json': 'open',
  'GET /docs': 'open',
  'GET /docs/api/:tag': 'open',
  'GET /docs/:page': 'open',
  'GET /changelog': 'open',
  'GET /auth/me': 'self',
  'POST /auth/verification': 'self',
  'POST /auth/switch': 'self',
  'GET /accounts': 'self',
  'POST /accounts': 'self',
  'POST /accounts/:id/open': 'self',
  'GET /settings/members/leave': 'self',
  'POST /settings/members/leave': 'self',
  'GET /no-account': 'open',
  'POST /no-account': 'open',
  'POST /no-account/:id/open': 'open',
  'GET /invite/:token': 'open',
  'POST /invite/:token': 'open',
  'GET /settings/profile/close': 'self',
  'POST /settings/profile/close': 'self',
  'GET /settings/profile': 'self',
  'POST /settings/profile/name': 'self',
  'POST /settings/profile/email': 'self',
  'POST /settings/profile/password': 'self',
  'GET /login/code': 'open',
  'POST /auth/code': 'open',
  'POST /auth/passkeys/login/options': 'open',
  'POST /auth/passkeys/login': 'open',
  'POST /auth/passkeys/options': 'self',
  'POST /auth/passkeys': 'self',
  'GET /settings/security': 'self',
  'POST /settings/security/sessions': 'self',
  'POST /settings/security/sessions/:id/end': 'self',
  'POST /settings/security/totp': 'self',
  'GET /settings/security/totp': 'self',
  'POST /settings/security/totp/confirm': 'self',
  'GET /settings/security/totp/off': 'self',
  'POST /settings/security/totp/off': 'self',
  'GET /settings/security/recovery-codes': 'self',
  'POST /settings/security/recovery-codes': 'self',
  'GET /settings/security/passkeys/:id': 'self',
  'POST /settings/security/passkeys/:id': 'self',
  'POST /settings/security/passkeys/:id/remove': 'self',
  'GET /auth/oidc': 'open',
  'GET /auth/oidc/callback': 'open',
  'POST /settings/security/identity': 'self',
  'POST /settings/security/identity/remove': 'self',
  'GET /api/sessions': 'self',
  'DELETE /api/sessions/:id': 'self',
  'GET /dashboard': 'read',
  'POST /dashboard/steps': 'self',
  'GET /live': 'read',
  'GET /monitors': 'open',
  'GET /monitors/:id': 'read',
  'GET /monitors/new': 'write',
  'POST /monitors': 'write',
  'GET /monitors/:id/edit': 'write',
  'POST /monitors/:id': 'write',
  'GET /monitors/:id/delete': 'write',
  'POST /monitors/:id/delete': 'write',
  'POST /monitors/:id/pause': 'write',
  'POST /monitors/:id/resume': 'write',
  'POST /monitors/:id/check': 'write',
  'GET /certificates': 'read',
  'GET /incidents': 'read',
  'GET /incidents/:id': 'read',
  'GET /incidents.csv': 'read',
  'POST /incidents/:id/acknowledge': 'write',
  'POST /incidents/:id/unacknowledge': 'write',
  'POST /incidents/:id/snooze': 'write',
  'POST /incidents/:id/unsnooze': 'write',
  'POST /incidents/:id/notes': 'write',
  'GET /r/:token': 'open',
  'GET /r/:token/report.csv': 'open',
  'GET /unsubscribe/:token': 'open',
  'POST /unsubscribe/:token': 'open',
  'GET /reports': 'read',
  'GET /reports.csv': 'read',
  'POST /reports/mail': 'self',
  'POST /reports/share': 'write',
  'GET /api/reports': 'read',
  'GET /maintenance': 'read',
  'GET /maintenance/new': 'write',
  'POST /maintenance': 'write',
  'GET /maintenance/:id/edit': 'write',
  'POST /maintenance/:id': 'write',
  'POST /maintenance/:id/end': 'write',
  'GET /maintenance/:id/delete': 'write',
  'POST /maintenance/:id/delete': 'write',
  'GET /channels': 'read',
  'GET /channels/new': 'write',
  'POST /channels': 'write',
  'GET /channels/:id/edit': 'write',
  'POST /channels/:id': 'write',
  'POST /channels/:id/test': 'write',
  'POST /channels/:id/rotate-secret': 'write',
  'POST /channels/:id/enable': 'write',
  'POST /channels/:id/disable': 'write',
  'GET /channels/:id/delete': 'write',
  'POST /channels/:id/delete': 'write',
  'GET /escalations': 'read',
  'GET /escalations/new': 'write',
  'POST /escalations': 'write',
  'GET /escalations/:id/edit': 'write',
  'POST /escalations/:id': 'write',
  'GET /escalations/:id/delete': 'write',
  'POST /escalations/:id/delete': 'write',
  'GET /deliveries': 'read',
  'GET /deliveries/:id': 'read',
  'POST /deliveries/:id/retry': 'write',
  'POST /deliveries/:id/replay': 'write',
  'GET /status-page': 'self',
  'GET /status-pages': 'read',
  'POST /status-pages': 'write',
  'GET /status-pages/new': 'write',
  'GET /status-pages/address': 'read',
  'GET /status-pages/import': 'write',
  'POST /status-pages/import': 'write',
  'GET /status-pages/:id': 'read',
  'GET /status-pages/:id/share': 'read',
  'GET /status-pages/:id/subscribers': 'read',
  'POST /status-pages/:id/subscribers': 'write',
  'POST /status-pages/:id/subscribers/:subscriber/remove': 'write',
  'POST /status-pages/:id/subscribers/:subscriber/resume': 'write',
  'GET /status-pages/:id/subscribers.csv': 'manage',
  'GET /status-pages/:id/subscribers/import': 'manage',
  'POST /status-pages/:id/subscribers/import': 'manage',
  'POST /status-pages/:id': 'write',
  'GET /status-pages/:id/reports': 'read',
  'GET /status-pages/:id/reports/new': 'write',
  'POST /status-pages/:id/reports': 'write',
  'GET /status-pages/:id/reports/:report_id': 'read',
  'POST /status-pages/:id/reports/:report_id': 'write',
  'GET /status-pages/:id/reports/:report_id/edit': 'write',
  'POST /status-pages/:id/reports/:report_id/updates': 'write',
  'GET /status-pages/:id/reports/:report_id/updates/:update_id/edit': 'write',
  'POST /status-pages/:id/reports/:report_id/updates/:update_id': 'write',
  'POST /status-pages/:id/reports/:report_id/publish': 'write',
  'GET /status-pages/:id/reports/:report_id/delete': 'write',
  'POST /status-pages/:id/reports/:report_id/delete': 'write',
  'GET /report-templates': 'read',
  'GET /report-templates/new': 'write',
  'POST /report-templates': 'write',
  'GET /report-templates/:id/edit': 'write',
  'POST /report-templates/:id': 'write',
  'GET /report-templates/:id/delete': 'write',
  'POST /report-templates/:id/delete': 'write',
  'GET /status-pages/:id/preview': 'read',
  'POST /status-pages/:id/preview': 'write',
  'GET /status-pages/:id/look': 'read',
  'POST /status-pages/:id/look': 'write',
  'POST /status-pages/:id/look/:picture': 'write',
  'POST /status-pages/:id/look/:picture/remove': 'write',
  'GET /status-pages/:id/access': 'read',
  'POST /status-pages/:id/access': 'write',
  'GET /s/:slug/unlock': 'open',
  'POST /s/:slug/unlock': 'open',
  'GET /s/:slug/assets/:file': 'open',
  'OPTIONS /s/:slug/assets/:file': 'open',
  'GET /status-pages/:id/copy': 'read',
  'POST /status-pages/:id/copy': 'write',
  'POST /status-pages/:id/copy/remove': 'write',
  'GET /status-pages/:id/domain': 'read',
  'POST /status-pages/:id/domain': 'write',
  'POST /status-pages/:id/domain/verify': 'write',
  'POST /status-pages/:id/domain/remove': 'write',
  'GET /status-pages/:id/settings': 'read',
  'POST /status-pages/:id/settings': 'write',
  'GET /status-pages/:id/delete': 'write',
  'POST /status-pages/:id/delete': 'write',
  'GET /settings': 'read',
  'POST /settings': 'manage',
  'GET /settings/members': 'read',
  'POST /settings/members': 'manage',
  'POST /settings/members/invitations/:id/resend': 'manage',
  'POST /settings/members/invitations/:id/revoke': 'manage',
  'GET /settings/members/:id': 'manage',
  'POST /settings/members/:id': 'manage',
  'POST /settings/members/:id/remove': 'manage',
  'GET /settings/ownership': 'own',
  'POST /settings/ownership': 'own',
  'GET /settings/export.json': 'manage',
  'GET /settings/delete': 'own',
  'POST /settings/delete': 'own',
  'GET /api/members': 'read',
  'POST /api/members': 'manage',
  'PATCH /api/members/:id': 'manage',
  'DELETE /api/members/:id': 'manage',
  'GET /api/members/invitations': 'manage',
  'GET /api/members/invitations/:id': 'manage',
  'POST /api/members/invitations/:id/resend': 'manage',
  'DELETE /api/members/invitations/:id': 'manage',
  'GET /api/account/export': 'manage',
  'GET /settings/audit': 'read',
  'GET /settings/audit.csv': 'manage',
  'GET /settings/audit.json': 'manage',
  'GET /settings/webhooks': 'manage',
  'GET /settings/webhooks/new': 'manage',
  'POST /settings/webhooks': 'manage',
  'GET /settings/webhooks/:id': 'manage',
  'POST /settings/webhooks/:id': 'manage',
  'POST /settings/webhooks/:id/test': 'manage',
  'POST /settings/webhooks/:id/rotate-secret': 'manage',
  'GET /settings/webhooks/:id/delete': 'manage',
  'POST /settings/webhooks/:id/delete': 'manage',
  'GET /api/audit-log': 'read',
  'GET /api/audit-log.csv': 'manage',
  'GET /api/webhooks': 'manage',
  'POST /api/webhooks': 'manage',
  'GET /api/webhooks/:id': 'manage',
  'PATCH /api/webhooks/:id': 'manage',
  'DELETE /api/webhooks/:id': 'manage',
  'POST /api/webhooks/:id/test': 'manage',
  'POST /api/webhooks/:id/rotate-secret': 'manage',
  'GET /settings/billing': 'manage',
  'POST /billing/checkout': 'manage',
  'POST /billing/portal': 'manage',
  'GET /billing/done': 'manage',
  'POST /billing/stripe': 'open',
  'GET /settings/tokens': 'read',
  'GET /settings/file': 'read',
  'POST /settings/file': 'write',
  'GET /settings/file/statusping.yaml': 'read',
  'POST /settings/file/apply': 'write',
  'GET /settings/file/progress': 'read',
  'POST /settings/tokens': 'write',
  'GET /settings/tokens/:id/revoke': 'self',
  'POST /settings/tokens/:id/revoke': 'self',
  'GET /api/tokens': 'read',
  'POST /api/tokens': 'write',
  'DELETE /api/tokens/:id': 'self',
  'GET /api/settings': 'read',
  'PUT /api/settings': 'manage',
  'PATCH /api/settings': 'manage',
  'GET /api/status': 'read',
  'GET /api/monitors': 'read',
  'POST /api/monitors': 'write',
  'POST /api/monitors/test': 'write',
  'GET /api/monitors/:id': 'read',
  'PUT /api/monitors/:id': 'write',
  'PATCH /api/monitors/:id': 'write',
  'DELETE /api/monitors/:id': 'write',
  'POST /api/monitors/:id/test': 'write',
  'POST /api/monitors/:id/check': 'write',
  'POST /api/monitors/:id/ping': 'write',
  'POST /api/monitors/:id/pause': 'write',
  'POST /api/monitors/:id/resume': 'write',
  'GET /api/monitors/:id/results': 'read',
  'GET /api/monitors/:id/history': 'read',
  'GET /api/monitors/:id/uptime': 'read',
  'GET /api/monitors/:id/response-times': 'read',
  'GET /api/monitors/:id/incidents': 'read',
  'GET /api/incidents': 'read',
  'GET /api/incidents/:id': 'read',
  'POST /api/incidents/:id/acknowledge': 'write',
  'POST /api/incidents/:id/unacknowledge': 'write',
  'POST /api/incidents/:id/snooze': 'write',
  'POST /api/incidents/:id/unsnooze': 'write',
  'GET /api/maintenance': 'read',
  'POST /api/maintenance': 'write',
  'GET /api/maintenance/:id': 'read',
  'PATCH /api/maintenance/:id': 'write',
  'DELETE /api/maintenance/:id': 'write',
  'GET /api/maintenance/:id/occurrences': 'read',
  'GET /api/channels': 'read',
  'POST /api/channels': 'write',
  'GET /api/channels/:id': 'read',
  'PATCH /api/channels/:id': 'write',
  'DELETE /api/channels/:id': 'write',
  'POST /api/channels/:id/test': 'write',
  'POST /api/channels/:id/rotate-secret': 'write',
  'POST /api/channels/test': 'write',
  'GET /api/escalation-policies': 'read',
  'POST /api/escalation-policies': 'write',
  'GET /api/escalation-policies/:id': 'read',
  'PATCH /api/escalation-policies/:id': 'write',
  'DELETE /api/escalation-policies/:id': 'write',
  'GET /api/deliveries': 'read',
  'GET /api/deliveries/:id': 'read',
  'POST /api/deliveries/:id/retry': 'write',
  'POST /api/deliveries/:id/replay': 'write',
  'GET /api/status-pages': 'read',
  'POST /api/status-pages': 'write',
  'POST /api/status-pages/import': 'write',
  'GET /api/status-pages/:id': 'read',
  'GET /api/status-pages/:id/subscribers': 'write',
  'POST /api/status-pages/:id/subscribers': 'write',
  'DELETE /api/status-pages/:id/subscribers/:subscriber_id': 'write',
  'PATCH /api/status-pages/:id': 'write',
  'DELETE /api/status-pages/:id': 'write',
  'PATCH /api/status-pages/:id/components/:component_id': 'write',
  'GET /api/status-pages/:id/copy': 'read',
  'PUT /api/status-pages/:id/copy': 'write',
  'DELETE /api/status-pages/:id/copy': 'write',
  'GET /api/status-pages/:id/domain': 'read',
  'PUT /api/status-pages/:id/domain': 'write',
  'DELETE /api/status-pages/:id/domain': 'write',
  'POST /api/status-pages/:id/domain/verify': 'write',
  'GET /api/status-pages/:id/reports': 'read',
  'POST /api/status-pages/:id/reports': 'write',
  'GET /api/status-pages/:id/reports/:report_id': 'read',
  'PATCH /api/status-pages/:id/reports/:report_id': 'write',
  'DELETE /api/status-pages/:id/reports/:report_id': 'write',
  'POST /api/status-pages/:id/reports/:report_id/publish': 'write',
  'POST /api/status-pages/:id/reports/:report_id/updates': 'write',
  'PATCH /api/status-pages/:id/reports/:report_id/updates/:update_id': 'write',
  'GET /api/report-templates': 'read',
  'POST /api/report-templates': 'write',
  'GET /api/report-templates/:id': 'read',
  'PATCH /api/report-templates/:id': 'write',
  'DELETE /api/report-templates/:id': 'write',
};

let it: TestApp;
let w: World;
let member: Person;
let removed: Person;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  member = await addMember(it, w.alice, 'member@example.com', 'member');
  removed = await addMember(it, w.alice, 'removed@example.com', 'member');
  await it.deps.db.write('remove', (tx) => tx.run(sql`delete from memberships where user_id = ${removed.userId}`));
});
afterAll(() => it.close());

test('every route of the product stands in the table, and nothing else does', () => {
  const mounted = it.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(mounted)].toSorted((a, b) => a.localeCompare(b))).toEqual(
    Object.keys(ROUTES).toSorted((a, b) => a.localeCompare(b)),
  );
});

const closed = Object.entries(ROUTES).filter(([, need]) => need !== 'open' && need !== 'operator');
const operating = Object.entries(ROUTES).filter(([, need]) => need === 'operator');

describe('of the operator', () => {
  test.each(operating)('%s (%s) is there for nobody else', async (route) => {
    const id = w.mallory.accountId;
    for (const visitor of [it.visitor(), removed.browser, w.bob.browser, member.browser, w.mallory.browser]) {
      expect((await ask(visitor, route, id)).status).toBe(404);
    }
    expect([200, 303, 422]).toContain((await ask(w.alice.browser, route, id)).status);
  });
});

describe('without a session', () => {
  test.each(closed)('%s (%s) leads to the log-in', async (route) => {
    for (const visitor of [it.visitor(), removed.browser]) {
      const answer = await ask(visitor, route, 'mon_unknown');
      expect(isForPrograms(route) ? 401 : 303).toBe(answer.status);
      if (!isForPrograms(route)) expect(answer.headers.get('location')).toMatch(/^\/login\?next=/);
    }
  });
});

describe('as a viewer', () => {
  test.each(closed.filter(([, need]) => need === 'write' || need === 'manage' || need === 'own'))(
    '%s (%s) is not allowed',
    async (route) => {
      const answer = await ask(w.bob.browser, route, await arrange(route));
      expect(answer.status).toBe(403);
    },
  );

  test.each(closed.filter(([, need]) => need === 'read'))('%s (%s) is allowed', async (route) => {
    expect((await ask(w.bob.browser, route, await arrange(route))).status).toBe(200);
  });
});

describe('as a member', () => {
  test.each(closed.filter(([, need]) => need === 'manage' || need === 'own'))(
    '%s (%s) is not allowed',
    async (route) => {
      expect((await ask(member.browser, route, await arrange(route))).status).toBe(403);
    },
  );
});

describe.each([
  ['the owner', () => w.alice],
  ['a member', () => member],
])('as %s', (name, person) => {
  const allowed = closed.filter(
    ([, need]) => need !== 'self' && (name === 'the owner' || (need !== 'manage' && need !== 'own')),
  );
  test.each(allowed)('%s (%s) is answered', async (route) => {
    const answer = await ask(person().browser, route, await arrange(route));
    expect([200, 201, 202, 204, 303, 409, 422]).toContain(answer.status);
  });
});

describe('as the owner of another account', () => {
  const withId = closed.filter(([route]) => route.includes(':id'));
  test.each(withId)('%s (%s) is the same as an id that never was', async (route) => {
    const id = await arrange(route);
    const unknown = `${id.slice(0, 4)}${'0'.repeat(id.length - 4)}`;
    const [foreign, never] = [await ask(w.mallory.browser, route, id), await ask(w.mallory.browser, route, unknown)];
    expect(foreign.status).toBe(404);
    const plain = async (answer: Response, itsId: string) => ({
      status: answer.status,
      headers: [...answer.headers].filter(([name]) => !/^x-(request-id|ratelimit-)/.test(name)),
      body: (await answer.text())
        .replaceAll(itsId, 'ID')
        .replaceAll(answer.headers.get('x-request-id') ?? '-', 'REQUEST'),
    });
    expect(await plain(foreign, id)).toEqual(await plain(never, unknown));
    expect(await fingerprint()).toBe(before);
  });

  test.each(closed.filter(([route, need]) => route.startsWith('GET') && need === 'read' && !route.includes(':id')))(
    '%s (%s) tells nothing of Alice',
    async (route) => {
      await arrange('GET /monitors/:id');
      const answer = await ask(w.mallory.browser, route, '');
      const text = route === 'GET /live' ? '' : await answer.text();
      expect(answer.status).toBe(200);
      for (const secret of ['Alice’s secret', 'alice@example.com', 'alice-shop', w.alice.accountId]) {
        expect(text).not.toContain(secret);
      }
    },
  );
});

/** What Alice owned when the last thing was arranged. */
let before = '';

async function fingerprint(): Promise<string> {
  const tables = [
    'monitors',
    'incidents',
    'incident_events',
    'maintenance_windows',
    'channels',
    'deliveries',
    'status_pages',
    'components',
    'escalation_policies',
    'api_tokens',
    'change_hooks',
    'status_reports',
    'status_report_updates',
    'status_report_templates',
    'subscribers',
    'accounts',
    'memberships',
    'invitations',
  ];
  const rows = await Promise.all(tables.map((table) => it.deps.db.read.all(sql.raw(`select * from ${table}`))));
  return JSON.stringify(rows);
}

/** Something of Alice's that the route is about, new each time; its id. */
async function arrange(route: string): Promise<string> {
  const at = it.clock.now();
  const account_id = w.alice.accountId;
  const [monitor, incident, channel, delivery] = [newId('mon'), newId('inc'), newId('chn'), newId('dlv')];
  const window = newId('mnt');
  const policy = newId('esc');
  const template = newId('tpl');
  const token = newId('tok');
  const session = newId('ses');
  const hook = newId('hok');
  await it.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`delete from status_reports`);
    await tx.run(sql`delete from status_report_templates`);
    await tx.run(sql`delete from subscribers`);
    await tx.run(sql`insert into subscribers (id, page_id, kind, target, target_key, confirmed_at, created_at)
      select 'sub_arranged', id, 'email', 'reader@example.org', 'reader@example.org', ${at}, ${at}
      from status_pages where account_id = ${account_id} order by created_at, id limit 1`);
    await tx.run(sql`insert or replace into components (id, page_id, kind, name, manual_status, position)
      select 'cmp_arranged', id, 'manual', 'Alice’s secret', 'operational', 0
      from status_pages where account_id = ${account_id} order by created_at, id limit 1`);
    await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, started_at, created_at, updated_at)
      select 'rep_arranged', id, 'Alice’s secret', 'minor', 'investigating', ${at}, ${at}, ${at}
      from status_pages where account_id = ${account_id} order by created_at, id limit 1`);
    await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at)
      select 'upd_arranged', id, 'investigating', 'Alice’s secret', ${at} from status_reports`);
    await tx.run(sql`insert into status_report_templates (id, account_id, name, title, body, impact, created_at)
      values (${template}, ${account_id}, 'Alice’s secret', 'Alice’s secret', 'x', 'minor', ${at})`);
    await tx.run(sql`delete from change_hooks`);
    await tx.run(sql`insert into change_hooks (id, account_id, name, url, secret, enabled, created_at)
      values (${hook}, ${account_id}, 'Alice’s secret', 'http://127.0.0.1:9/', 'whsec_', 1, ${at})`);
    await tx.run(sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at)
      values (${session}, ${w.alice.userId}, ${account_id}, 'browser', ${at}, ${at + 60_000})`);
    await tx.run(sql`insert or replace into passkeys (id, user_id, name, public_key, counter, created_at)
      values ('key_arranged', ${w.alice.userId}, 'Alice’s secret', 'AAAA', 0, ${at})`);
    await tx.run(sql`delete from api_tokens`);
    await tx.run(sql`insert into api_tokens (id, account_id, user_id, name, scopes, hash, hint, created_at)
      values (${token}, ${account_id}, ${w.alice.userId}, 'Alice’s secret', '["read"]', ${token}, 'sp_abc', ${at})`);
    await tx.run(sql`delete from invitations`);
    await tx.run(sql`insert into invitations (id, account_id, email, email_key, role, hash, created_at, expires_at)
      values ('inv_0123456789arranged', ${account_id}, 'asked@example.org', 'asked@example.org', 'viewer', 'x', ${at},
        ${at + 60_000})`);
    await tx.run(sql`insert or ignore into users (id, email, email_key, password_hash, created_at)
      values ('usr_0123456789arranged', 'extra@example.org', 'extra@example.org', 'x', ${at})`);
    await tx.run(sql`insert or ignore into memberships (account_id, user_id, role, created_at)
      values (${account_id}, 'usr_0123456789arranged', 'viewer', ${at})`);
    for (const table of ['monitors', 'channels', 'maintenance_windows', 'escalation_policies'])
      await tx.run(sql.raw(`delete from ${table}`));
    const [row] = await tx
      .insert(monitors)
      .values({
        id: monitor,
        account_id,
        name: 'Alice’s secret',
        kind: 'http',
        target: 'http://127.0.0.1:9/',
        config: {},
        interval_seconds: 300,
        timeout_seconds: 5,
        failure_threshold: 3,
        recovery_threshold: 1,
        public: false,
        tags: [],
        next_check_at: at,
        created_at: at,
      })
      .returning({ no: monitors.no });
    const fault = { reason: 'connect_refused', message: 'Alice’s secret' } as const;
    await tx
      .insert(incidents)
      .values({ id: incident, account_id, monitor_no: row?.no ?? 0, ...fault, started_at: at, opened_at: at });
    await tx.run(sql`insert into escalation_policies (id, account_id, name, steps, created_at)
      values (${policy}, ${account_id}, 'Alice’s secret', '[]', ${at})`);
    await tx.insert(maintenance_windows).values({
      id: window,
      account_id,
      title: 'Alice’s secret',
      timezone: 'UTC',
      starts_at: at,
      ends_at: at + 60_000,
      current_starts_at: at,
      current_ends_at: at + 60_000,
      created_at: at,
    });
    await tx.insert(channels).values({
      id: channel,
      account_id,
      kind: 'email',
      name: 'Alice’s secret',
      config: { to: w.alice.email },
      created_at: at,
    });
    await tx.insert(deliveries).values({
      id: delivery,
      account_id,
      channel_id: channel,
      event: 'down',
      dedup_key: delivery,
      payload: { note: 'Alice’s secret' },
      state: 'dead',
      created_at: at,
    });
  });
  before = await fingerprint();
  if (route.includes('/members/invitations/:id')) return 'inv_0123456789arranged';
  if (route.includes('/members/:id')) return 'usr_0123456789arranged';
  if (route.includes(' /accounts/:id')) return account_id;
  if (route.includes('/incidents/:id')) return incident;
  if (route.includes('/maintenance/:id')) return window;
  if (route.includes('/tokens/:id')) return token;
  if (route.includes('/sessions/:id')) return session;
  if (route.includes('/passkeys/:id')) return 'key_arranged';
  if (route.includes('/webhooks/:id')) return hook;
  if (route.includes('/escalation')) return policy;
  if (route.includes('/report-templates')) return template;
  if (route.includes('/channels/')) return channel;
  if (route.includes('/deliveries/')) return delivery;
  if (!route.includes('/status-pages/')) return monitor;
  const [page] = await it.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${account_id}`,
  );
  return page?.id ?? '';
}

function isForPrograms(route: string): boolean {
  return route.includes(' /api/') || route.endsWith(' /auth/me');
}

/** Asks as a page or as a program, whichever the route is for. A stream is let go at once. */
async function ask(visitor: Visitor, route: string, id: string): Promise<Response> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern
    .replace(':id', id)
    .replace(':component_id', 'cmp_arranged')
    .replace(':report_id', 'rep_arranged')
    .replace(':update_id', 'upd_arranged')
    .replace(/:subscriber(_id)?/, 'sub_arranged')
    .replace(':picture', 'logo');
  if (isForPrograms(route)) return visitor.json(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
  const answer = await (method === 'GET' ? visitor.get(path) : visitor.post(path, {}));
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) await answer.body?.cancel();
  return answer;
}
