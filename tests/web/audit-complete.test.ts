import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANGE_NOUNS } from '../../src/core/change-nouns.ts';
import { newId } from '../../src/db/ids.ts';
import { serveDns, type TestDns } from '../support/dns.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { CHANGES as ROUTES_THAT_CHANGE } from '../support/route-table.ts';
import { addMember, PASSWORD, type World, world } from '../support/world.ts';

// Whoever adds a change to the API says here how it is made, or why it leaves no entry in the record.

let it: TestApp;
let w: World;
let page: string;
let dns: TestDns;
beforeAll(async () => {
  it = await testApp();
  dns = await serveDns(() => 'nxdomain');
  it.deps.outbound.resolvers = [dns.address];
  w = await world(it, { plan: 'business' });
  ({ id: page } = await first('/api/status-pages'));
});
afterAll(async () => {
  await dns.close();
  await it.close();
});

const ask = (method: string, path: string, body?: unknown) => w.alice.browser.json(method, path, body);

async function first(path: string): Promise<{ id: string }> {
  const [row] = ((await (await ask('GET', path)).json()) as { data: { id: string }[] }).data;
  return row ?? { id: '' };
}

async function make(path: string, body: unknown): Promise<string> {
  const answer = await ask('POST', path, body);
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

let made = 0;
const next = () => (made += 1);
const monitor = () => make('/api/monitors', { name: `Job ${next()}`, type: 'heartbeat' });
const channel = () => make('/api/channels', { kind: 'webhook', config: { url: `http://127.0.0.1:9/${next()}` } });
const maintenance = async () =>
  make('/api/maintenance', { title: 'Work', monitor_ids: [await monitor()], cron: '0 3 * * 0', duration_seconds: 600 });
const policy = async () =>
  make('/api/escalation-policies', { name: 'Night', steps: [{ after_minutes: 5, channel_ids: [await channel()] }] });
const hook = () => make('/api/webhooks', { name: `Hook ${next()}`, url: 'http://127.0.0.1:9/' });
const template = () => make('/api/report-templates', { name: 'T', title: 'T', body: 'T', impact: 'minor' });
const report = (more: object = {}) =>
  make(`/api/status-pages/${page}/reports`, { title: 'Slow', body: 'We look.', ...more });
const statusPage = () => make('/api/status-pages', { slug: `extra-page-${next()}`, title: 'Extra' });
const subscriber = () =>
  make(`/api/status-pages/${page}/subscribers`, { kind: 'email', target: `r${next()}@example.org` });
const token = () => make('/api/tokens', { name: 'T', scopes: ['read'] });
const member = async () => (await addMember(it, w.alice, `m${next()}@example.com`, 'member')).userId;

async function invitation(): Promise<string> {
  const answer = await ask('POST', '/api/members', { email: `i${next()}@example.com`, role: 'viewer' });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await first('/api/members/invitations')).id;
}

async function incident(set: { acknowledged?: boolean; snoozed?: boolean } = {}): Promise<string> {
  const [id, monitorId, at] = [newId('inc'), await monitor(), it.clock.now()];
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at,
        acknowledged_at, acknowledged_by, snoozed_until)
      select ${id}, account_id, no, 'internal', 'x', ${at}, ${at}, ${set.acknowledged ? at : null},
        ${set.acknowledged ? w.alice.userId : null}, ${set.snoozed ? at + 3_600_000 : null}
      from monitors where id = ${monitorId}`),
  );
  return id;
}

async function delivery(state: 'dead' | 'sent'): Promise<string> {
  const [id, channelId, at] = [newId('dlv'), await channel(), it.clock.now()];
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into deliveries (id, account_id, channel_id, lane, event, dedup_key, payload, state, created_at)
      values (${id}, ${w.alice.accountId}, ${channelId}, ${channelId}, 'down', ${id}, '{}', ${state}, ${at})`),
  );
  return id;
}

async function bulkUndo(): Promise<string> {
  const answer = await ask('POST', '/api/monitors/bulk', { ids: [await monitor()], change: { tags_add: ['x'] } });
  return ((await answer.json()) as { undo_id: string }).undo_id;
}

async function tagRule(): Promise<string> {
  const answer = await ask('POST', '/api/tag-rules', { tag: `tag-${next()}`, settings: { public: false } });
  return ((await answer.json()) as { id: string }).id;
}

async function update(): Promise<string> {
  const id = await report();
  const { updates } = (await (await ask('GET', `/api/status-pages/${page}/reports/${id}`)).json()) as {
    updates: { id: string }[];
  };
  return `${id}/updates/${updates[0]?.id}`;
}

async function otherSession(): Promise<string> {
  const visitor = it.visitor();
  await visitor.post('/auth/login', { email: w.alice.email, password: 'correct horse battery' });
  const { data } = (await (await ask('GET', '/api/sessions')).json()) as { data: { id: string; current: boolean }[] };
  return data.find(({ current }) => !current)?.id ?? '';
}

/** A window that is on now. */
async function running(): Promise<string> {
  const at = it.clock.now();
  const [starts_at, ends_at] = [at - 60_000, at + 3_600_000].map((ms) => new Date(ms).toISOString());
  return make('/api/maintenance', { title: 'Now', monitor_ids: [await monitor()], starts_at, ends_at });
}

/** One that no authenticator holds. */
async function passkey(): Promise<string> {
  const id = `key-${next()}`;
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into passkeys (id, user_id, name, public_key, counter, transports, created_at)
      values (${id}, ${w.alice.userId}, ${id}, 'x', 0, '[]', ${it.clock.now()})`),
  );
  return id;
}

/** One transparent pixel. */
const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

const folder = { kind: 'folder', folder: 'acme' };
const onPage = (rest: string) => `/api/status-pages/${page}${rest}`;

/** The action each leaves, and how it is done: the address, and a body. */
const CHANGES: Record<string, [action: string, how: () => Promise<[path: string, body?: unknown]>]> = {
  'PATCH /api/settings': ['account.renamed', async () => ['/api/settings', { name: `Shop ${next()}` }]],
  'PUT /api/settings': [
    'account.renamed',
    async () => ['/api/settings', { name: `Shop ${next()}`, timezone: 'Europe/Berlin' }],
  ],
  'POST /api/webhooks': ['webhook.created', async () => ['/api/webhooks', { name: 'x', url: 'http://127.0.0.1:9/' }]],
  'PATCH /api/webhooks/:id': ['webhook.changed', async () => [`/api/webhooks/${await hook()}`, { name: 'y' }]],
  'DELETE /api/webhooks/:id': ['webhook.deleted', async () => [`/api/webhooks/${await hook()}`]],
  'POST /api/webhooks/:id/rotate-secret': [
    'webhook.secret_rotated',
    async () => [`/api/webhooks/${await hook()}/rotate-secret`],
  ],
  'POST /api/monitors': ['monitor.created', async () => ['/api/monitors', { name: 'x', type: 'heartbeat' }]],
  'PUT /api/monitors/:id': [
    'monitor.changed',
    async () => [`/api/monitors/${await monitor()}`, { name: 'x', type: 'heartbeat' }],
  ],
  'PATCH /api/monitors/:id': ['monitor.changed', async () => [`/api/monitors/${await monitor()}`, { name: 'x' }]],
  'DELETE /api/monitors/:id': ['monitor.deleted', async () => [`/api/monitors/${await monitor()}`]],
  'POST /api/monitors/:id/pause': ['monitor.paused', async () => [`/api/monitors/${await monitor()}/pause`]],
  'POST /api/monitors/:id/resume': [
    'monitor.resumed',
    async () => {
      const id = await monitor();
      await ask('POST', `/api/monitors/${id}/pause`);
      return [`/api/monitors/${id}/resume`];
    },
  ],
  'POST /api/monitors/bulk': [
    'monitors.changed',
    async () => ['/api/monitors/bulk', { ids: [await monitor()], change: { tags_add: ['x'] } }],
  ],
  'POST /api/undo/:id': ['undo.done', async () => [`/api/undo/${await bulkUndo()}`]],
  'POST /api/tag-rules': [
    'tag_rule.created',
    async () => ['/api/tag-rules', { tag: `tag-${next()}`, settings: { public: false } }],
  ],
  'PATCH /api/tag-rules/:id': [
    'tag_rule.changed',
    async () => [`/api/tag-rules/${await tagRule()}`, { settings: { failure_threshold: 2 } }],
  ],
  'DELETE /api/tag-rules/:id': ['tag_rule.deleted', async () => [`/api/tag-rules/${await tagRule()}`]],
  'POST /api/incidents/:id/acknowledge': [
    'incident.acknowledged',
    async () => [`/api/incidents/${await incident()}/acknowledge`, {}],
  ],
  'POST /api/incidents/:id/unacknowledge': [
    'incident.unacknowledged',
    async () => [`/api/incidents/${await incident({ acknowledged: true })}/unacknowledge`],
  ],
  'POST /api/incidents/:id/snooze': [
    'incident.snoozed',
    async () => [
      `/api/incidents/${await incident()}/snooze`,
      { until: new Date(it.clock.now() + 3_600_000).toISOString() },
    ],
  ],
  'POST /api/incidents/:id/unsnooze': [
    'incident.unsnoozed',
    async () => [`/api/incidents/${await incident({ snoozed: true })}/unsnooze`],
  ],
  'POST /api/maintenance': [
    'maintenance.created',
    async () => [
      '/api/maintenance',
      { title: 'x', monitor_ids: [await monitor()], cron: '0 3 * * 0', duration_seconds: 600 },
    ],
  ],
  'PATCH /api/maintenance/:id': [
    'maintenance.changed',
    async () => [`/api/maintenance/${await maintenance()}`, { title: 'y' }],
  ],
  'DELETE /api/maintenance/:id': ['maintenance.deleted', async () => [`/api/maintenance/${await maintenance()}`]],
  'POST /api/channels': [
    'channel.created',
    async () => ['/api/channels', { kind: 'webhook', config: { url: `http://127.0.0.1:9/${next()}` } }],
  ],
  'PATCH /api/channels/:id': ['channel.changed', async () => [`/api/channels/${await channel()}`, { name: 'y' }]],
  'DELETE /api/channels/:id': ['channel.deleted', async () => [`/api/channels/${await channel()}`]],
  'POST /api/channels/:id/rotate-secret': [
    'channel.secret_rotated',
    async () => [`/api/channels/${await channel()}/rotate-secret`],
  ],
  'POST /api/deliveries/:id/retry': [
    'delivery.retried',
    async () => [`/api/deliveries/${await delivery('dead')}/retry`],
  ],
  'POST /api/deliveries/:id/replay': [
    'delivery.replayed',
    async () => [`/api/deliveries/${await delivery('sent')}/replay`],
  ],
  'POST /api/escalation-policies': [
    'escalation.created',
    async () => [
      '/api/escalation-policies',
      { name: 'x', steps: [{ after_minutes: 5, channel_ids: [await channel()] }] },
    ],
  ],
  'PATCH /api/escalation-policies/:id': [
    'escalation.changed',
    async () => [`/api/escalation-policies/${await policy()}`, { name: 'y' }],
  ],
  'DELETE /api/escalation-policies/:id': [
    'escalation.deleted',
    async () => [`/api/escalation-policies/${await policy()}`],
  ],
  'POST /api/members': [
    'member.invited',
    async () => ['/api/members', { email: `i${next()}@example.com`, role: 'viewer' }],
  ],
  'PATCH /api/members/:id': ['member.role_changed', async () => [`/api/members/${await member()}`, { role: 'viewer' }]],
  'DELETE /api/members/:id': ['member.removed', async () => [`/api/members/${await member()}`]],
  'POST /api/members/invitations/:id/resend': [
    'invitation.resent',
    async () => [`/api/members/invitations/${await invitation()}/resend`],
  ],
  'DELETE /api/members/invitations/:id': [
    'invitation.revoked',
    async () => [`/api/members/invitations/${await invitation()}`],
  ],
  'POST /api/tokens': ['token.created', async () => ['/api/tokens', { name: 'x', scopes: ['read'] }]],
  'DELETE /api/tokens/:id': ['token.revoked', async () => [`/api/tokens/${await token()}`]],
  'DELETE /api/sessions/:id': ['session.ended', async () => [`/api/sessions/${await otherSession()}`]],
  'POST /api/status-pages': [
    'status_page.created',
    async () => ['/api/status-pages', { slug: `extra-page-${next()}`, title: 'x' }],
  ],
  'PATCH /api/status-pages/:id': ['status_page.changed', async () => [onPage(''), { title: `x ${next()}` }]],
  'DELETE /api/status-pages/:id': ['status_page.deleted', async () => [`/api/status-pages/${await statusPage()}`]],
  'PATCH /api/status-pages/:id/components/:component_id': [
    'status_page.changed',
    async () => {
      await ask('PATCH', onPage(''), { components: [{ kind: 'manual', name: 'Desk', manual_status: 'operational' }] });
      const { components } = (await (await ask('GET', onPage(''))).json()) as { components: { id: string }[] };
      return [onPage(`/components/${components[0]?.id}`), { name: 'Front desk' }];
    },
  ],
  'PUT /api/status-pages/:id/domain': [
    'page_domain.added',
    async () => [onPage('/domain'), { host: 'status.example.com' }],
  ],
  'DELETE /api/status-pages/:id/domain': [
    'page_domain.removed',
    async () => {
      await ask('PUT', onPage('/domain'), { host: 'other.example.com' });
      return [onPage('/domain')];
    },
  ],
  'PUT /api/status-pages/:id/copy': ['page_copy.set', async () => [onPage('/copy'), folder]],
  'DELETE /api/status-pages/:id/copy': [
    'page_copy.removed',
    async () => {
      await ask('PUT', onPage('/copy'), folder);
      return [onPage('/copy')];
    },
  ],
  'POST /api/status-pages/:id/reports': [
    'status_report.published',
    async () => [onPage('/reports'), { title: 'x', body: 'x' }],
  ],
  'PATCH /api/status-pages/:id/reports/:report_id': [
    'status_report.changed',
    async () => [onPage(`/reports/${await report()}`), { title: 'y' }],
  ],
  'DELETE /api/status-pages/:id/reports/:report_id': [
    'status_report.deleted',
    async () => [onPage(`/reports/${await report()}`)],
  ],
  'POST /api/status-pages/:id/reports/:report_id/publish': [
    'status_report.published',
    async () => [onPage(`/reports/${await report({ draft: true })}/publish`), {}],
  ],
  'POST /api/status-pages/:id/reports/:report_id/updates': [
    'status_report.updated',
    async () => [onPage(`/reports/${await report()}/updates`), { status: 'identified', body: 'Found.' }],
  ],
  'PATCH /api/status-pages/:id/reports/:report_id/updates/:update_id': [
    'status_report.corrected',
    async () => [onPage(`/reports/${await update()}`), { body: 'Better words.' }],
  ],
  'POST /api/report-templates': [
    'report_template.created',
    async () => ['/api/report-templates', { name: 'x', title: 'x', body: 'x', impact: 'minor' }],
  ],
  'PATCH /api/report-templates/:id': [
    'report_template.changed',
    async () => [`/api/report-templates/${await template()}`, { name: 'y' }],
  ],
  'DELETE /api/report-templates/:id': [
    'report_template.deleted',
    async () => [`/api/report-templates/${await template()}`],
  ],
  'POST /api/status-pages/:id/subscribers': [
    'subscriber.added',
    async () => [onPage('/subscribers'), { kind: 'email', target: `r${next()}@example.org` }],
  ],
  'DELETE /api/status-pages/:id/subscribers/:subscriber_id': [
    'subscriber.removed',
    async () => [onPage(`/subscribers/${await subscriber()}`)],
  ],
  'POST /api/incidents/:id/notes': [
    'incident.noted',
    async () => [`/api/incidents/${await incident()}/notes`, { note: 'Seen.' }],
  ],
  'POST /api/maintenance/:id/end': ['maintenance.ended', async () => [`/api/maintenance/${await running()}/end`]],
  'PUT /api/status-pages/:id/pictures/:picture': [
    'status_page.changed',
    async () => [onPage('/pictures/logo'), { data: picture }],
  ],
  'DELETE /api/status-pages/:id/pictures/:picture': [
    'status_page.changed',
    async () => {
      await ask('PUT', onPage('/pictures/favicon'), { data: picture });
      return [onPage('/pictures/favicon')];
    },
  ],
  'POST /api/status-pages/:id/subscribers/import': [
    'subscribers.imported',
    async () => [onPage('/subscribers/import'), { csv: `r${next()}@example.org`, consent: true }],
  ],
  'POST /api/status-pages/:id/subscribers/:subscriber_id/resume': [
    'subscriber.resumed',
    async () => {
      await ask('POST', onPage('/subscribers/import'), { csv: `r${next()}@example.org`, consent: true });
      return [onPage(`/subscribers/${(await first(onPage('/subscribers?state=active'))).id}/resume`)];
    },
  ],
  'POST /api/reports/share': ['report.shared', async () => ['/api/reports/share', { days: 30 }]],
  'PUT /api/reports/mails': [
    'report.mails_chosen',
    async () => ['/api/reports/mails', { weekly: next() > 0, monthly: false }],
  ],
  'PATCH /api/profile': ['profile.renamed', async () => ['/api/profile', { name: `Alice ${next()}` }]],
  'PATCH /api/passkeys/:id': [
    'passkey.renamed',
    async () => [`/api/passkeys/${await passkey()}`, { name: `Key ${next()}` }],
  ],
  'POST /api/passkeys/:id/remove': [
    'passkey.removed',
    async () => [`/api/passkeys/${await passkey()}/remove`, { password: PASSWORD }],
  ],
  'PUT /api/operator/accounts/:id/plan': [
    'plan.changed',
    async () => {
      const path = `/api/operator/accounts/${w.alice.accountId}/plan`;
      await ask('PUT', path, { plan: 'pro' });
      return [path, { plan: 'business' }];
    },
  ],
};

/** What changes nothing that people look after, or is told of in a test of its own. */
const SILENT: Record<string, string> = {
  'POST /api/webhooks/:id/test': 'a test',
  'POST /api/monitors/test': 'a test',
  'POST /api/monitors/:id/test': 'a test',
  'POST /api/channels/test': 'a test',
  'POST /api/channels/:id/test': 'a test',
  'POST /api/monitors/:id/check': 'a check, whose result is in the history of the monitor',
  'POST /api/monitors/:id/ping': 'what a job reports, which is in the history of the monitor',
  'POST /api/status-pages/import': 'needs a page to import from: import.test.ts',
  'POST /api/import': 'each thing that is made has an entry of its own: import-settings.test.ts',
  'DELETE /api/sessions': 'recorded: own-settings-api.test.ts',
  'PUT /api/profile/email': 'recorded, and this session ends: own-settings-api.test.ts',
  'PUT /api/profile/password': 'recorded, and this session ends: own-settings-api.test.ts',
  'POST /api/profile/identity/disconnect': 'recorded, for those who are connected: oidc.test.ts',
  'POST /api/profile/close': 'recorded in the accounts that are left: own-settings-api.test.ts',
  'POST /api/two-step': 'nothing is changed before the app has shown a code',
  'POST /api/two-step/confirm': 'recorded, and this session ends: own-settings-api.test.ts',
  'POST /api/two-step/recovery-codes': 'recorded: own-settings-api.test.ts',
  'POST /api/two-step/switch-off': 'recorded, and this session ends: own-settings-api.test.ts',
  'POST /api/accounts': 'recorded in the new account: own-accounts-api.test.ts',
  'POST /api/accounts/join': 'recorded in the account that is joined: own-accounts-api.test.ts',
  'POST /api/account/leave': 'recorded in the account that is left: own-accounts-api.test.ts',
  'POST /api/account/hand-over': 'recorded, and nobody here is the owner then: own-accounts-api.test.ts',
  'POST /api/account/delete': 'recorded, and the account is gone: own-accounts-api.test.ts',
  'POST /api/billing/checkout': 'an address; what is bought there is recorded: billing.test.ts',
  'POST /api/billing/portal': 'an address; what is changed there is recorded: billing.test.ts',
  'PUT /api/operator/notice': 'of no account; the log has it',
  'DELETE /api/operator/notice': 'of no account; the log has it',
  'PUT /api/operator/mode': 'of no account; the log has it',
  'POST /api/status-pages/:id/domain/verify': 'recorded when the proof is found: page-domains.test.ts',
};

test('every change that the API can make is known here', () => {
  const listed = ROUTES_THAT_CHANGE.filter(({ pattern, need }) => pattern.startsWith('/api/') && need !== 'open').map(
    ({ name }) => name,
  );
  const known = [...Object.keys(CHANGES), ...Object.keys(SILENT)];
  expect(listed.toSorted((a, b) => a.localeCompare(b))).toEqual(known.toSorted((a, b) => a.localeCompare(b)));
});

interface Entry {
  user_id: string | null;
  subject: string | null;
  via: string | null;
  ip: string | null;
  changes: string | null;
  detail: string | null;
}

describe('leaves an entry that says who, what and from where', () => {
  test.each(Object.entries(CHANGES))('%s', async (route, [action, how]) => {
    const [path, body] = await how();
    const entries = () =>
      it.deps.db.read.all<Entry>(sql`select * from audit_log where action = ${action} order by id desc`);
    const before = await entries();
    const answer = await ask(route.split(' ')[0] ?? '', path, body);
    expect(answer.status, await answer.clone().text()).toBeLessThan(300);
    const after = await entries();
    expect(after).toHaveLength(before.length + 1);
    const [entry] = after;
    expect(entry).toMatchObject({ user_id: w.alice.userId, via: 'api', ip: '127.0.0.1' });
    expect(entry?.subject).toBeTruthy();
    // What was changed is told with before and after; what is new or gone by its name.
    if (/changed|renamed|rotated|corrected|paused|monitor.resumed/.test(action)) {
      expect(Object.keys(JSON.parse(entry?.changes ?? '{}') as object)).not.toEqual([]);
    }
    // No secret that is kept anywhere stands in the record.
    const kept = await it.deps.db.read.all<{ secret: string }>(
      sql`select config ->> '$.secret' as secret from channels where kind = 'webhook' union select secret from change_hooks`,
    );
    for (const { secret } of kept) expect(JSON.stringify(entry)).not.toContain(secret);
  });
});

const FORMS: Record<string, [action: string, how: () => Promise<[path: string, form: Record<string, string>]>]> = {
  'a note on an incident': ['incident.noted', async () => [`/incidents/${await incident()}/notes`, { note: 'Seen.' }]],
  'planned work that ends early': ['maintenance.ended', async () => [`/maintenance/${await running()}/end`, {}]],
  'a report by a link': ['report.shared', async () => ['/reports/share', { days: '30' }]],
  'report mails': ['report.mails_chosen', async () => ['/reports/mail', { weekly: 'true' }]],
  'one’s own name': ['profile.renamed', async () => ['/settings/profile/name', { name: `Alice ${next()}` }]],
  'a pause': ['monitor.paused', async () => [`/monitors/${await monitor()}/pause`, {}]],
  'a channel switched off': ['channel.changed', async () => [`/channels/${await channel()}/disable`, {}]],
};

describe('a form leaves one too', () => {
  test.each(Object.entries(FORMS))('%s', async (_name, [action, how]) => {
    const [path, form] = await how();
    const answer = await w.alice.browser.post(path, form);
    expect([200, 303], await answer.clone().text()).toContain(answer.status);
    const [entry] = await it.deps.db.read.all<Entry>(
      sql`select * from audit_log where action = ${action} order by id desc limit 1`,
    );
    expect(entry).toMatchObject({ user_id: w.alice.userId, via: 'page', ip: '127.0.0.1' });
  });
});

test('everything on record can be looked for by its part', async () => {
  const rows = await it.deps.db.read.all<{ noun: string }>(
    sql`select distinct substr(action, 1, instr(action, '.') - 1) as noun from audit_log`,
  );
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.map(({ noun }) => noun).filter((noun) => !CHANGE_NOUNS.includes(noun))).toEqual([]);
});
