import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordStatement } from '../../src/accounts/audit-list-queries.ts';
import { insertAudit } from '../../src/accounts/audit-queries.ts';
import { runCommand } from '../../src/console.ts';
import { parseCsv } from '../../src/core/csv.ts';
import { withOrigin } from '../../src/db/origin.ts';
import { createHistory } from '../../src/engine/history.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { apiToken } from '../support/tokens.ts';
import { addMember, type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

interface Entry {
  action: string;
  subject: string | null;
  detail: string | null;
  changes: string | null;
  via: string | null;
  ip: string | null;
}

function recorded(action: string): Promise<Entry[]> {
  return it.deps.db.read.all<Entry>(sql`select * from audit_log where action = ${action} order by id`);
}

describe('from where a change came', () => {
  test('changes at the same moment keep their own roads and addresses', async () => {
    const { email } = w.alice;
    const password = 'correct horse battery';
    const visitors = await Promise.all(
      ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map(async (ip) => {
        const visitor = it.visitor({ ip });
        expect((await visitor.post('/auth/login', { email, password })).status).toBe(303);
        return visitor;
      }),
    );
    // They meet in the queue behind one writer.
    let letGo = () => {};
    const holder = it.deps.db.write('holder', () => new Promise<void>((resolve) => (letGo = resolve)));
    const answers = visitors.flatMap((visitor, i) =>
      [1, 2, 3].map((n) =>
        visitor.json('POST', '/api/monitors', { name: `${i + 1}`, type: 'heartbeat', tags: [`n${n}`] }),
      ),
    );
    const pages = visitors.map((visitor, i) =>
      visitor.post('/monitors', { type: 'heartbeat', name: `${i + 1}`, interval_seconds: '60', grace_seconds: '60' }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    letGo();
    await holder;
    for (const answer of await Promise.all(answers)) expect(answer.status, await answer.clone().text()).toBe(201);
    for (const answer of await Promise.all(pages)) expect(answer.status, await answer.clone().text()).toBe(303);
    const rows = await recorded('monitor.created');
    expect(rows).toHaveLength(12);
    for (const { detail, ip } of rows) {
      const { name } = JSON.parse(detail ?? '{}') as { name: string };
      expect(ip).toBe(`198.51.100.${name}`);
    }
    expect(rows.filter(({ via }) => via === 'api')).toHaveLength(9);
    expect(rows.filter(({ via }) => via === 'page')).toHaveLength(3);
  });

  test('a program with an access token came by the API', async () => {
    const { email } = w.alice;
    const visitor = it.visitor({ ip: '203.0.113.9' });
    const login = await visitor.json('POST', '/auth/login', { email, password: 'correct horse battery' });
    visitor.token = ((await login.json()) as { access_token: string }).access_token;
    await visitor.json('POST', '/api/monitors', { name: 'Job', type: 'heartbeat' });
    expect(await recorded('monitor.created')).toMatchObject([{ via: 'api', ip: '203.0.113.9' }]);
  });

  test('an API token is named, and is told no addresses itself', async () => {
    const program = await apiToken(it, w.alice, ['write']);
    const made = await program.json('POST', '/api/monitors', { name: 'Job', type: 'heartbeat' });
    expect(made.status, await made.clone().text()).toBe(201);
    expect(await recorded('monitor.created')).toMatchObject([{ via: `token ${program.tokenId}`, ip: '127.0.0.1' }]);
    const answer = await program.json('GET', '/api/audit-log?part=monitors');
    expect(((await answer.json()) as { data: unknown[] }).data).toMatchObject([
      { action: 'monitor.created', via: `token ${program.tokenId}`, ip: null },
    ]);
    expect((await program.json('GET', '/api/audit-log.csv')).status).toBe(403);
    expect((await program.json('GET', '/api/webhooks')).status).toBe(403);
    const page = await (await w.alice.browser.get('/settings/audit?part=monitors')).text();
    expect(page).toContain(`API, with the token ${program.tokenId}`);
  });

  test('a link from a mail is named as such, and so is the console', async () => {
    const visitor = it.visitor({ ip: '203.0.113.10' });
    await visitor.post('/reset', { email: w.alice.email });
    const [mail] = (await it.accountMails(w.alice.email)).filter(({ event }) => event === 'reset');
    const path = new URL(mail?.data.link ?? '').pathname;
    expect((await visitor.post(path, { password: 'another horse battery' })).status).toBe(303);
    expect(await recorded('password.changed')).toMatchObject([{ via: 'link', ip: '203.0.113.10' }]);

    await runCommand(it.deps, { command: 'user set-plan', args: [w.alice.email, 'pro'] });
    expect(await recorded('plan.changed')).toMatchObject([{ via: 'console', ip: null }]);
  });

  test('signing up by the form comes from a page', async () => {
    expect(await recorded('account.created')).toMatchObject([
      { via: 'page', ip: '127.0.0.1' },
      { via: 'page', ip: '127.0.0.1' },
    ]);
  });
});

describe('what was changed into what', () => {
  const ask = (method: string, path: string, body?: unknown) => w.alice.browser.json(method, path, body);
  const changesAfter = async (action: string) =>
    JSON.parse((await recorded(action)).at(-1)?.changes ?? 'null') as unknown;

  async function make(path: string, body: unknown): Promise<string> {
    const answer = await ask('POST', path, body);
    expect(answer.status, await answer.clone().text()).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  }

  test('of a monitor: every setting, what it hangs on, and secrets as changed but unreadable', async () => {
    const parent = await make('/api/monitors', { name: 'Router', type: 'ping', target: 'router.example.com' });
    const channel = await make('/api/channels', { kind: 'webhook', config: { url: 'https://example.com/hook' } });
    const id = await make('/api/monitors', {
      name: 'Shop',
      type: 'http',
      target: 'https://shop.example.com/',
      channel_ids: [],
      config: { headers: { Authorization: 'Bearer sesame-one', Accept: 'text/html' }, bearer_token: '' },
    });
    const patch = {
      name: 'Store',
      interval_seconds: 120,
      tags: ['eu'],
      parent_id: parent,
      channel_ids: [channel],
      paused: true,
      config: { method: 'HEAD', headers: { Authorization: 'Bearer sesame-two', Accept: 'text/html' } },
    };
    const answer = await ask('PATCH', `/api/monitors/${id}`, patch);
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(await changesAfter('monitor.changed')).toEqual({
      name: ['Shop', 'Store'],
      interval_seconds: [expect.any(Number), 120],
      tags: [[], ['eu']],
      parent_id: [null, parent],
      channel_ids: [[], [channel]],
      paused: [false, true],
      'config.method': ['GET', 'HEAD'],
      'config.headers.Authorization': ['********', '********'],
    });
    expect(await recorded('monitor.paused')).toHaveLength(1);
    expect(JSON.stringify(await it.deps.db.read.all(sql`select * from audit_log`))).not.toContain('sesame');
    // The same once more is no change.
    await ask('PATCH', `/api/monitors/${id}`, patch);
    expect(await changesAfter('monitor.changed')).toBe(null);
  });

  test('of a channel, whose keys are never told', async () => {
    const config = { url: 'https://example.com/hook', headers: { 'X-Api-Key': 'sesame-one' } };
    const id = await make('/api/channels', { kind: 'webhook', name: 'Hook', config });
    const changed = { url: 'https://example.com/other', headers: { 'X-Api-Key': 'sesame-two' } };
    await ask('PATCH', `/api/channels/${id}`, { name: 'Hook 2', enabled: false, events: ['down'], config: changed });
    expect(await changesAfter('channel.changed')).toEqual({
      name: ['Hook', 'Hook 2'],
      enabled: [true, false],
      events: [null, ['down']],
      'config.url': ['https://example.com/hook', 'https://example.com/other'],
      'config.headers.X-Api-Key': ['********', '********'],
    });
    await ask('DELETE', `/api/channels/${id}`);
    expect(JSON.parse((await recorded('channel.deleted'))[0]?.detail ?? '')).toEqual({
      name: 'Hook 2',
      kind: 'webhook',
    });
    expect(JSON.stringify(await it.deps.db.read.all(sql`select * from audit_log`))).not.toContain('sesame');
  });

  test('of a status page: its fields, its look, its lines, and that the password is another', async () => {
    const [page] = ((await (await ask('GET', '/api/status-pages')).json()) as { data: { id: string }[] }).data;
    const path = `/api/status-pages/${page?.id}`;
    const line = (name: string, status = 'operational') => ({ kind: 'manual', name, manual_status: status });
    await ask('PATCH', path, { components: [line('Shop'), line('Desk')] });
    const patch = {
      title: 'Acme status',
      visibility: 'password',
      password: 'open sesame now',
      appearance: { accent: '#0a7d33' },
      components: [line('Shop'), line('Front desk', 'partial_outage')],
    };
    const answer = await ask('PATCH', path, patch);
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(await changesAfter('status_page.changed')).toEqual({
      title: [expect.any(String), 'Acme status'],
      visibility: ['public', 'password'],
      password: [null, '********'],
      'appearance.accent': [null, '#0a7d33'],
      components: [['Desk, operational'], ['Front desk, partial_outage']],
    });
    await ask('PATCH', path, { password: 'another sesame' });
    expect(await changesAfter('status_page.changed')).toEqual({ password: ['********', '********'] });
    const kept = JSON.stringify(await it.deps.db.read.all(sql`select * from audit_log`));
    expect(kept).not.toContain('sesame');
    expect(kept).not.toContain('$2');
  });

  test('of an escalation policy, planned work, a report, what was said in it, and a template', async () => {
    const [one, two] = [
      await make('/api/channels', { kind: 'webhook', config: { url: 'https://example.com/1' } }),
      await make('/api/channels', { kind: 'webhook', config: { url: 'https://example.com/2' } }),
    ];
    const steps = (id: string) => [{ after_minutes: 5, channel_ids: [id] }];
    const policy = await make('/api/escalation-policies', { name: 'Night', steps: steps(one) });
    await ask('PATCH', `/api/escalation-policies/${policy}`, { name: 'Day', steps: steps(two) });
    expect(await changesAfter('escalation.changed')).toEqual({
      name: ['Night', 'Day'],
      steps: [steps(one), steps(two)],
    });

    const monitor = await make('/api/monitors', { name: 'Job', type: 'heartbeat' });
    const times = { cron: '0 3 * * 0', duration_seconds: 600 };
    const work = await make('/api/maintenance', { title: 'Work', monitor_ids: [monitor], ...times });
    await ask('PATCH', `/api/maintenance/${work}`, { title: 'More work', duration_seconds: 1_200 });
    expect(await changesAfter('maintenance.changed')).toEqual({
      title: ['Work', 'More work'],
      duration_seconds: [600, 1_200],
    });

    const [page] = ((await (await ask('GET', '/api/status-pages')).json()) as { data: { id: string }[] }).data;
    const reports = `/api/status-pages/${page?.id}/reports`;
    const report = await make(reports, { title: 'Slow', body: 'We look into it.', impact: 'minor' });
    await ask('PATCH', `${reports}/${report}`, { title: 'Very slow', impact: 'major' });
    expect(await changesAfter('status_report.changed')).toEqual({
      title: ['Slow', 'Very slow'],
      impact: ['minor', 'major'],
    });
    const { updates } = (await (await ask('GET', `${reports}/${report}`)).json()) as { updates: { id: string }[] };
    const long = 'x'.repeat(900);
    await ask('PATCH', `${reports}/${report}/updates/${updates[0]?.id}`, { body: long });
    expect(await changesAfter('status_report.corrected')).toEqual({
      body: ['We look into it.', `${'x'.repeat(500)}…`],
    });

    const template = await make('/api/report-templates', { name: 'T', title: 'Old', body: 'T', impact: 'minor' });
    await ask('PATCH', `/api/report-templates/${template}`, { title: 'New' });
    expect(await changesAfter('report_template.changed')).toEqual({ title: ['Old', 'New'] });
  });

  test('of the account, its plan and the person', async () => {
    const { browser } = w.alice;
    await browser.post('/settings', { account_name: 'Acme', timezone: 'Europe/Berlin' });
    expect(await changesAfter('account.renamed')).toEqual({ name: [expect.any(String), 'Acme'] });
    expect(await changesAfter('account.zone_changed')).toEqual({ timezone: ['UTC', 'Europe/Berlin'] });
    await browser.post('/settings/profile/name', { name: 'Alice' });
    expect(await changesAfter('profile.renamed')).toEqual({ name: [null, 'Alice'] });
    await browser.post('/reports/mail', { weekly: 'true' });
    expect(await changesAfter('report.mails_chosen')).toEqual({ week: [false, true] });
    await runCommand(it.deps, { command: 'user set-plan', args: [w.alice.email, 'pro'] });
    expect(await changesAfter('plan.changed')).toEqual({ plan: ['business', 'pro'] });
  });
});

describe('the record', () => {
  const HOUR = 3_600_000;

  interface Listed {
    id: string;
    at: string;
    action: string;
    subject: string | null;
    ip: string | null;
    via: string | null;
    actor: { id: string; email: string | null } | null;
    changes: Record<string, { before: unknown; after: unknown }>;
  }
  interface Page {
    data: Listed[];
    next_cursor: string | null;
  }
  async function list(query = '', person: Person = w.alice): Promise<Page> {
    const answer = await person.browser.json('GET', `/api/audit-log${query}`);
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as Page;
  }
  const actions = async (query: string) =>
    (await list(query)).data.map(({ action, subject }) => `${action} ${subject}`);

  /** Entries an hour apart, the oldest first, and the member who made every second one. */
  async function arrange(entries: readonly (readonly [action: string, subject: string, name?: string])[]) {
    const start = it.clock.now();
    const member = await addMember(it, w.alice, 'member@example.com', 'member');
    await it.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`delete from audit_log where account_id = ${w.alice.accountId}`);
      for (const [i, [action, subject, name]] of entries.entries()) {
        const userId = i % 2 === 0 ? w.alice.userId : member.userId;
        const detail = name === undefined ? {} : { detail: { name } };
        await withOrigin({ via: 'api', ip: '203.0.113.5' }, () =>
          insertAudit(tx, { accountId: w.alice.accountId, userId, at: start + i * HOUR, action, subject, ...detail }),
        );
      }
    });
    return { start, member };
  }

  const ENTRIES = [
    ['monitor.created', 'mon_1', 'Shop 100%'],
    ['monitor.changed', 'mon_1', 'Shop_A'],
    ['channel.created', 'chn_1', 'Mail'],
    ['status_page.changed', 'shop'],
    ['monitor.deleted', 'mon_2', 'Blog'],
  ] as const;

  test('is found by person, part, subject, name and time, the newest first', async () => {
    const { start, member } = await arrange(ENTRIES);
    expect(await actions('')).toEqual(ENTRIES.toReversed().map(([action, subject]) => `${action} ${subject}`));
    expect(await actions('?part=monitors')).toEqual([
      'monitor.deleted mon_2',
      'monitor.changed mon_1',
      'monitor.created mon_1',
    ]);
    expect(await actions('?part=pages')).toEqual(['status_page.changed shop']);
    expect(await actions(`?user_id=${member.userId}`)).toEqual(['status_page.changed shop', 'monitor.changed mon_1']);
    expect(await actions(`?user_id=${member.userId}&part=monitors`)).toEqual(['monitor.changed mon_1']);
    expect(await actions('?subject=mon_1')).toEqual(['monitor.changed mon_1', 'monitor.created mon_1']);
    expect(await actions(`?subject=mon_1&user_id=${w.alice.userId}`)).toEqual(['monitor.created mon_1']);
    expect(await actions('?q=shop')).toEqual([
      'status_page.changed shop',
      'monitor.changed mon_1',
      'monitor.created mon_1',
    ]);
    expect(await actions('?q=100%25')).toEqual(['monitor.created mon_1']);
    expect(await actions('?q=p_A')).toEqual(['monitor.changed mon_1']);
    const [since, until] = [start + HOUR, start + 3 * HOUR].map((ms) => new Date(ms).toISOString());
    expect(await actions(`?since=${since}&until=${until}`)).toEqual(['channel.created chn_1', 'monitor.changed mon_1']);
    expect(await actions('?user_id=usr_unknown')).toEqual([]);
  });

  test.each(['part=everything', 'since=yesterday', 'until=2026-11-21', 'cursor=zzz', 'limit=0', 'limit=-1'])(
    '%s is refused at its field',
    async (query) => {
      const answer = await w.alice.browser.json('GET', `/api/audit-log?${query}`);
      expect(answer.status).toBe(422);
      const { errors } = (await answer.json()) as { errors: { field: string }[] };
      expect(errors.map(({ field }) => field)).toEqual([query.split('=')[0]]);
    },
  );

  test.each(['', '&part=monitors', '&subject=mon_1', '&q=mon'])(
    'is read page by page, nothing twice%s',
    async (more) => {
      const many = Array.from(
        { length: 23 },
        (_, n) => [n % 3 === 0 ? 'monitor.created' : 'monitor.changed', 'mon_1'] as const,
      );
      await arrange(many);
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Page = await list(`?limit=7${more}${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.data.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      expect(seen).toHaveLength(23);
      expect(seen.map(Number)).toEqual(seen.map(Number).toSorted((a, b) => b - a));
      expect(new Set(seen).size).toBe(23);
    },
  );

  test.each([
    [{}, 'audit_log_account'],
    [{ userId: 'usr_1' }, 'audit_log_user'],
    [{ userId: 'usr_1', nouns: ['monitor'] }, 'audit_log_user'],
    [{ nouns: ['monitor', 'channel'] }, 'audit_log_action'],
    [{ subject: 'mon_1' }, 'audit_log_subject'],
    [{ subject: 'mon_1', userId: 'usr_1', nouns: ['monitor'] }, 'audit_log_subject'],
    [{ sinceMs: 1, untilMs: 2, q: 'x' }, 'audit_log_account'],
    [{ before: 7 }, 'audit_log_account'],
  ])('asked for %j looks into %s and reads no whole table', async (filter, index) => {
    const statement = recordStatement('acc_1', { ...filter, limit: 50 });
    const plan = await it.deps.db.read.all<{ detail: string }>(sql`explain query plan ${statement}`);
    const details = plan.map(({ detail }) => detail);
    expect(details.join('\n')).toContain(index);
    expect(details.filter((line) => /^SCAN (a|u|audit_log|users)\b/.test(line))).toEqual([]);
  });

  test('tells addresses to those who manage the account alone, and nothing to others', async () => {
    const { member } = await arrange(ENTRIES);
    expect((await list()).data[0]).toMatchObject({ ip: '203.0.113.5', via: 'api' });
    for (const person of [member, w.bob]) {
      expect((await list('', person)).data[0]).toMatchObject({ ip: null, via: 'api' });
      expect(await (await person.browser.get('/settings/audit')).text()).not.toContain('203.0.113.5');
      for (const path of ['/settings/audit.csv', '/settings/audit.json', '/api/audit-log.csv'])
        expect((await person.browser.get(path)).status).toBe(403);
    }
    expect((await list('', w.mallory)).data.map(({ action }) => action)).toEqual(['account.created']);
    expect((await list('?subject=mon_1', w.mallory)).data).toEqual([]);
    expect((await list(`?user_id=${w.alice.userId}`, w.mallory)).data).toEqual([]);
  });

  test('is a file without formulas, with everything that was asked for', async () => {
    await arrange([
      ['monitor.created', '=cmd|calc', '+1, "two"'],
      ...Array.from({ length: 1_100 }, (_, n) => ['channel.changed', `chn_${n}`] as const),
    ]);
    const answer = await w.alice.browser.get('/api/audit-log.csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rows = parseCsv(await answer.text());
    expect(rows).toHaveLength(1_102);
    expect(rows[0]?.cells.slice(0, 4)).toEqual(['id', 'at', 'action', 'subject']);
    const raw = await (await w.alice.browser.get('/settings/audit.csv?part=monitors')).text();
    const [head, line, end] = raw.split('\r\n');
    expect([head, end]).toEqual([rows[0]?.cells.join(','), '']);
    expect(line).toContain(',monitor.created,\'=cmd|calc,"\'+1, ""two""",alice@example.com,');
    expect(line).toContain(',203.0.113.5,');
    const file = await w.alice.browser.get('/settings/audit.json');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="record-2\d{3}-\d\d-\d\d\.json"$/);
    expect((await file.json()) as unknown[]).toHaveLength(1_101);
    expect(await (await w.alice.browser.get('/settings/audit.json?q=nothing-fits')).json()).toEqual([]);
  });

  test('is read in the browser: who, what, when, from where, and what became of what', async () => {
    const { browser } = w.alice;
    const made = await browser.json('POST', '/api/monitors', { name: '<b>Shop</b>', type: 'heartbeat' });
    const { id } = (await made.json()) as { id: string };
    await browser.json('PATCH', `/api/monitors/${id}`, { name: 'Store', tags: ['a', 'b'] });
    const hook = await browser.json('POST', '/api/webhooks', { name: 'Archive', url: 'https://example.com/' });
    const { id: hookId } = (await hook.json()) as { id: string };
    await browser.json('POST', `/api/webhooks/${hookId}/rotate-secret`);
    expect(await (await browser.get(`/settings/audit?subject=${hookId}`)).text()).toContain('********, another');
    const page = await (await browser.get(`/settings/audit?subject=${id}`)).text();
    expect(page).toContain('Monitor changed');
    expect(page).toContain('Monitor created');
    expect(page).not.toContain('Account created');
    expect(page).not.toContain('<b>Shop</b>');
    expect(page).toContain('&lt;b&gt;Shop&lt;/b&gt;');
    expect(page).toMatch(/<code>tags<\/code><\/th><td[^>]*><span[^>]*>nothing<\/span><\/td><td[^>]*>a, b</);
    expect(page).toContain('alice@example.com');
    expect(page).toContain('<code>127.0.0.1</code>');
    const nothing = await (
      await browser.get('/settings/audit?part=members&q=zzz&from=2020-01-01&to=2020-01-02')
    ).text();
    expect(nothing).toContain('Nothing fits');
    // What does not fit is not asked.
    expect((await browser.get('/settings/audit?part=%00&from=yesterday&by=')).status).toBe(200);
    expect((await browser.get('/settings/audit?cursor=zzz')).status).toBe(422);
  });

  test('names those who left, and who holds a link', async () => {
    const { member } = await arrange(ENTRIES);
    await it.deps.db.write('leave', (tx) => tx.run(sql`delete from memberships where user_id = ${member.userId}`));
    const page = await (await w.alice.browser.get(`/settings/audit?by=${member.userId}`)).text();
    expect(page).toContain(`<option value="${member.userId}" selected>member@example.com</option>`);
    await it.deps.db.write('delete', (tx) => tx.run(sql`delete from users where id = ${member.userId}`));
    expect(await (await w.alice.browser.get('/settings/audit')).text()).toContain('Somebody who is gone');
  });

  test('is kept for a year', async () => {
    await arrange(ENTRIES);
    const history = createHistory(it.deps);
    await history.run();
    expect((await list()).data).toHaveLength(5);
    it.clock.advance(365 * 24 * HOUR + 2.5 * HOUR);
    await history.run();
    const kept = await it.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where detail is null or action <> 'account.created' order by id`,
    );
    expect(kept.map(({ action }) => action)).toEqual(['status_page.changed', 'monitor.deleted']);
  });
});
