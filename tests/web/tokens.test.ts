import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import { deleteTokensOf } from '../../src/accounts/token-queries.ts';
import type { Role, Scope } from '../../src/core/access.ts';
import type { Plan } from '../../src/core/plan.ts';
import { DAY, MINUTE, SECOND } from '../../src/core/time.ts';
import { isApiToken } from '../../src/db/api-token.ts';
import { listPings } from '../../src/monitors/heartbeat-queries.ts';
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

interface Made {
  id: string;
  token: string;
  scopes: Scope[];
}

const make = (person: Person, more: object = {}) =>
  person.browser.json('POST', '/api/tokens', { name: 'Deploy', scopes: ['read'], ...more });
const body = async <T>(answer: Response) => (await answer.json()) as T;
const code = async (answer: Response) => (await body<{ code: string }>(answer)).code;

async function addMonitor(type = 'http'): Promise<string> {
  const settings = {
    name: 'Shop',
    type,
    ...(type === 'http' ? { url: 'http://127.0.0.1:9/' } : { config: { grace_seconds: 60 } }),
  };
  const answer = await w.alice.browser.json('POST', '/api/monitors', settings);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await body<{ id: string }>(answer)).id;
}

const change = (work: (tx: Parameters<Parameters<TestApp['deps']['db']['write']>[1]>[0]) => Promise<unknown>) =>
  it.deps.db.write('arrange', async (tx) => void (await work(tx)));
const setRole = (person: Person, role: Role) =>
  change((tx) => tx.run(sql`update memberships set role = ${role} where user_id = ${person.userId}`));
const setPlan = (plan: Plan) => change((tx) => setAccountPlan(tx, w.alice.accountId, plan, null));

describe('making a token', () => {
  test('shows it once and keeps its hash alone', async () => {
    const answer = await make(w.alice, { scopes: ['write', 'read', 'read'], expires_at: '2100-01-31T12:00:00+02:00' });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'private, no-store']);
    const made = await body<Made>(answer);
    expect(made).toEqual({
      id: expect.stringMatching(/^tok_/),
      name: 'Deploy',
      scopes: ['read', 'write'],
      created_at: expect.stringMatching(/Z$/),
      expires_at: '2100-01-31T10:00:00.000Z',
      token: expect.stringMatching(/^sp_[0-9a-z]{47}$/),
    });
    expect(isApiToken(made.token)).toBe(true);
    const list = await (await w.alice.browser.json('GET', '/api/tokens')).text();
    expect(JSON.parse(list)).toEqual({
      data: [
        {
          id: made.id,
          name: 'Deploy',
          scopes: ['read', 'write'],
          hint: made.token.slice(0, 9),
          created_at: expect.any(String),
          expires_at: '2100-01-31T10:00:00.000Z',
          last_used_at: null,
          made_by: { id: w.alice.userId, email: 'alice@example.com', name: null },
        },
      ],
      next_cursor: null,
    });
    const page = await (await w.alice.browser.get('/settings/tokens')).text();
    const record = JSON.stringify(await it.deps.db.read.all(sql`select * from audit_log`));
    const rows = JSON.stringify(await it.deps.db.read.all(sql`select * from api_tokens`));
    const record2 = await (await w.alice.browser.get('/settings/audit')).text();
    for (const place of [list, page, record, rows, record2, JSON.stringify(it.logged)]) {
      expect(place).not.toContain(made.token.slice(9));
    }
    expect(page).toContain(made.token.slice(0, 9));
    expect(record).toContain('token.created');
  });

  test('two are never alike, and one letter changed is no token at all', async () => {
    const [one, two] = [await apiToken(it, w.alice, ['read']), await apiToken(it, w.alice, ['read'])];
    expect(one.token).not.toBe(two.token);
    const last = one.token.at(-1) === '0' ? '1' : '0';
    one.token = `${one.token.slice(0, -1)}${last}`;
    expect((await one.json('GET', '/api/monitors')).status).toBe(401);
    expect((await two.json('GET', '/api/monitors')).status).toBe(200);
  });

  test.each([
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(81) }, 'name'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['admin'] }, 'scopes.0'],
    [{ scopes: 'read' }, 'scopes'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
    [{ expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
    [{ token: 'sp_mine' }, 'token'],
  ])('%j is refused beside its field', async (more, field) => {
    const answer = await make(w.alice, more);
    expect(answer.status).toBe(422);
    const { errors } = await body<{ errors: { field: string; message: string }[] }>(answer);
    expect(errors.map((one) => one.field)).toEqual([field]);
    expect(await it.deps.db.read.all(sql`select 1 from api_tokens`)).toEqual([]);
  });

  test.each(['free', 'pro'] as const)(
    'is not part of the %s plan, where pages and their own calls go on',
    async (plan) => {
      await setPlan(plan);
      const answer = await make(w.alice);
      expect([answer.status, await code(answer)]).toEqual([403, 'limit']);
      expect((await w.alice.browser.json('GET', '/api/monitors')).status).toBe(200);
      const page = await w.alice.browser.get('/settings/tokens');
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('API tokens are part of the Business plan.');
      const sent = await w.alice.browser.post('/settings/tokens', { name: 'x', scopes: 'read', expiry: 'never' });
      expect(sent.status).toBe(403);
    },
  );

  test('fifty at most, also when they are asked for at once', async () => {
    const answers = await Promise.all(Array.from({ length: 52 }, () => make(w.alice)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    const refused = answers.filter(({ status }) => status === 403);
    expect(await Promise.all(refused.map(code))).toEqual(['limit', 'limit']);
    const first = await body<{ data: Made[]; next_cursor: string }>(
      await w.alice.browser.json('GET', '/api/tokens?limit=30'),
    );
    const cursor = encodeURIComponent(first.next_cursor);
    const second = await body<{ data: Made[]; next_cursor: null }>(
      await w.alice.browser.json('GET', `/api/tokens?limit=30&cursor=${cursor}`),
    );
    expect([first.data.length, second.data.length, second.next_cursor]).toEqual([30, 20, null]);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(50);
  });

  test('is for those who may change things; each sees their own, managers see all', async () => {
    const member = await addMember(it, w.alice, 'member@example.com', 'member');
    const theirs = await apiToken(it, member, ['read']);
    const hers = await apiToken(it, w.alice, ['read']);
    const ids = async (person: Person) =>
      (await body<{ data: Made[] }>(await person.browser.json('GET', '/api/tokens'))).data.map(({ id }) => id);
    expect((await make(w.bob)).status).toBe(403);
    expect(await ids(member)).toEqual([theirs.tokenId]);
    expect((await ids(w.alice)).toSorted()).toEqual([theirs.tokenId, hers.tokenId].toSorted());
    expect(await ids(w.mallory)).toEqual([]);
    for (const person of [member, w.bob, w.mallory]) {
      expect((await person.browser.json('DELETE', `/api/tokens/${hers.tokenId}`)).status).toBe(404);
    }
    expect((await hers.json('GET', '/api/monitors')).status).toBe(200);
    expect((await w.alice.browser.json('DELETE', `/api/tokens/${theirs.tokenId}`)).status).toBe(204);
    expect((await theirs.json('GET', '/api/monitors')).status).toBe(401);
  });

  test('its maker may still revoke it when they may only look', async () => {
    const member = await addMember(it, w.alice, 'member@example.com', 'member');
    const { tokenId } = await apiToken(it, member, ['read']);
    await setRole(member, 'viewer');
    expect((await member.browser.json('DELETE', `/api/tokens/${tokenId}`)).status).toBe(204);
  });
});

describe('a token ends', () => {
  test('when it is revoked, at its next request', async () => {
    const program = await apiToken(it, w.alice, ['read']);
    expect((await program.json('GET', '/api/monitors')).status).toBe(200);
    expect((await w.alice.browser.json('DELETE', `/api/tokens/${program.tokenId}`)).status).toBe(204);
    const answer = await program.json('GET', '/api/monitors');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const said = await answer.json();
    expect(said).toMatchObject({ detail: expect.stringContaining('has ended or was revoked') });
    program.token = 'sp_nobodys';
    expect(await (await program.json('GET', '/api/monitors')).json()).toEqual(said);
    const actions = await it.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where subject = ${program.tokenId} order by id`,
    );
    expect(actions.map(({ action }) => action)).toEqual(['token.created', 'token.revoked']);
  });

  test('at its very time', async () => {
    const end = it.clock.now() + DAY;
    const program = await apiToken(it, w.alice, ['read'], { expires_at: new Date(end).toISOString() });
    it.clock.advance(DAY - 1);
    expect((await program.json('GET', '/api/monitors')).status).toBe(200);
    it.clock.advance(1);
    expect((await program.json('GET', '/api/monitors')).status).toBe(401);
    expect(await (await w.alice.browser.get('/settings/tokens')).text()).toContain('expired');
  });

  test('with the membership of its maker', async () => {
    const member = await addMember(it, w.alice, 'member@example.com', 'member');
    const program = await apiToken(it, member, ['read']);
    await change((tx) => tx.run(sql`delete from memberships where user_id = ${member.userId}`));
    expect((await program.json('GET', '/api/monitors')).status).toBe(401);
    await change((tx) => deleteTokensOf(tx, w.alice.accountId, member.userId));
    expect(await it.deps.db.read.all(sql`select 1 from api_tokens`)).toEqual([]);
  });

  test('with its account', async () => {
    const program = await apiToken(it, w.alice, ['read']);
    await change((tx) => tx.run(sql`update accounts set deleted_at = 1 where id = ${w.alice.accountId}`));
    expect((await program.json('GET', '/api/monitors')).status).toBe(401);
  });

  test('for as long as the plan has no API access', async () => {
    const program = await apiToken(it, w.alice, ['read']);
    await setPlan('pro');
    for (const path of ['/api/monitors', '/auth/me']) {
      const answer = await program.json('GET', path);
      expect([answer.status, await code(answer)]).toEqual([403, 'limit']);
    }
    expect(await (await w.alice.browser.get('/settings/tokens')).text()).toContain('are refused until');
    await setPlan('business');
    expect((await program.json('GET', '/api/monitors')).status).toBe(200);
  });
});

describe('what a token may do', () => {
  const CALLS: [name: string, method: string, path: (ids: Ids) => string, allowed: Scope[]][] = [
    ['monitors are read', 'GET', () => '/api/monitors', ['read', 'write']],
    ['a monitor is changed', 'PATCH', ({ monitor }) => `/api/monitors/${monitor}`, ['write']],
    ['a monitor is paused', 'POST', ({ monitor }) => `/api/monitors/${monitor}/pause`, ['write']],
    ['incidents are read', 'GET', () => '/api/incidents', ['read', 'write']],
    ['channels are read', 'GET', () => '/api/channels', ['read', 'write']],
    ['status is read', 'GET', () => '/api/status', ['read', 'write']],
    ['maintenance is read', 'GET', () => '/api/maintenance', ['read', 'write']],
    ['a heartbeat is reported', 'POST', ({ heartbeat }) => `/api/monitors/${heartbeat}/ping`, ['write', 'ping']],
    ['pages are read', 'GET', () => '/api/status-pages', ['read', 'write', 'page']],
    ['a page is changed', 'PATCH', ({ page }) => `/api/status-pages/${page}`, ['write', 'page']],
    ['posts are read', 'GET', ({ page }) => `/api/status-pages/${page}/reports`, ['read', 'write', 'page']],
    ['subscribers are read', 'GET', ({ page }) => `/api/status-pages/${page}/subscribers`, ['write', 'page']],
    ['templates are read', 'GET', () => '/api/report-templates', ['read', 'write', 'page']],
    ['a domain is read', 'GET', ({ page }) => `/api/status-pages/${page}/domain`, ['read', 'write', 'page']],
    ['a copy is read', 'GET', ({ page }) => `/api/status-pages/${page}/copy`, ['read', 'write', 'page']],
    ['it asks who it is', 'GET', () => '/auth/me', ['read', 'write', 'ping', 'page']],
    ['tokens are listed', 'GET', () => '/api/tokens', []],
    ['a token is made', 'POST', () => '/api/tokens', []],
    ['a token is revoked', 'DELETE', () => '/api/tokens/tok_any', []],
  ];
  interface Ids {
    monitor: string;
    heartbeat: string;
    page: string;
  }

  test.each(['read', 'write', 'ping', 'page'] as const)('with the scope %s, and nothing else', async (scope) => {
    const program = await apiToken(it, w.alice, [scope]);
    const pages = await body<{ data: { id: string }[] }>(await w.alice.browser.json('GET', '/api/status-pages'));
    const ids = {
      monitor: await addMonitor(),
      heartbeat: await addMonitor('heartbeat'),
      page: pages.data[0]?.id ?? '',
    };
    for (const [name, method, path, allowed] of CALLS) {
      const answer = await program.json(method, path(ids), method === 'GET' || method === 'DELETE' ? undefined : {});
      const detail = (await body<{ detail?: string }>(answer)).detail ?? '';
      if (allowed.includes(scope)) {
        expect([200, 202], `${name}: ${detail}`).toContain(answer.status);
      } else {
        expect(answer.status, name).toBe(403);
        expect(detail).toMatch(allowed.length > 0 ? /lacks the scope "(read|write|ping|page)"/ : /cannot do this/);
      }
    }
  });

  test('never more than its maker may at the time', async () => {
    const member = await addMember(it, w.alice, 'member@example.com', 'member');
    const program = await apiToken(it, member, ['write']);
    const monitor = await addMonitor();
    expect((await program.json('POST', `/api/monitors/${monitor}/pause`)).status).toBe(200);
    await setRole(member, 'viewer');
    const refused = await program.json('POST', `/api/monitors/${monitor}/resume`);
    expect([refused.status, await code(refused)]).toEqual([403, 'forbidden']);
    expect((await program.json('GET', '/api/monitors')).status).toBe(200);
    expect(await body(await program.json('GET', '/auth/me'))).toMatchObject({ account: { role: 'viewer' } });
  });

  test('nothing of another account', async () => {
    const monitor = await addMonitor();
    const program = await apiToken(it, w.mallory, ['write']);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/ping'],
    ] as const) {
      const sent = path === '/ping' ? {} : undefined;
      expect((await program.json(method, `/api/monitors/${monitor}${path}`, sent)).status).toBe(404);
    }
  });

  test('no pages, no settings, no log-in: there it is as nobody', async () => {
    const program = await apiToken(it, w.alice, ['read', 'write', 'ping', 'page']);
    const asked = [
      ['GET', '/dashboard'],
      ['GET', '/live'],
      ['GET', '/settings'],
      ['GET', '/settings/tokens'],
      ['POST', '/settings/tokens'],
      ['POST', '/settings/profile/password'],
      ['POST', '/settings/profile/email'],
      ['GET', '/settings/profile'],
      ['POST', '/auth/verification'],
      ['POST', '/monitors'],
    ] as const;
    for (const [method, path] of asked) {
      const answer = await program.json(method, path, method === 'GET' ? undefined : {});
      expect(answer.status, path).toBe(401);
    }
    await program.json('POST', '/auth/logout');
    expect((await program.json('GET', '/auth/me')).status).toBe(200);
  });

  test('not from a cookie, nor from an address', async () => {
    const { token } = await apiToken(it, w.alice, ['read']);
    const visitor = it.visitor();
    visitor.cookies.set('sp_session', token);
    expect((await visitor.json('GET', '/api/monitors')).status).toBe(401);
    visitor.cookies.clear();
    for (const name of ['access_token', 'token', 'api_key', 'q']) {
      const answer = await visitor.json('GET', `/api/monitors?${name}=${token}`);
      expect(answer.status).toBe(401);
      const said = await answer.text();
      expect(said).toContain('A token in an address');
      expect(said).not.toContain(token);
    }
    visitor.token = token;
    expect((await visitor.json('GET', `/api/monitors?token=${token}`)).status).toBe(401);
    expect((await visitor.json('GET', '/api/monitors')).status).toBe(200);
    expect(JSON.stringify(it.logged)).not.toContain(token);
  });
});

describe('when it was last used', () => {
  const lastUse = async (id: string) => {
    // Writes take turns: once this one is through, the note that waited before it is as well.
    await change((tx) => tx.run(sql`select 1`));
    const row = await it.deps.db.read.get<{ at: number | null }>(
      sql`select last_used_at as at from api_tokens where id = ${id}`,
    );
    return row.at;
  };

  test('is noted once a minute, and shown', async () => {
    const program = await apiToken(it, w.alice, ['read']);
    expect(await lastUse(program.tokenId)).toBeNull();
    await program.json('GET', '/api/monitors');
    const first = it.clock.now();
    expect(await lastUse(program.tokenId)).toBe(first);
    it.clock.advance(MINUTE - SECOND);
    await program.json('GET', '/api/monitors');
    expect(await lastUse(program.tokenId)).toBe(first);
    it.clock.advance(SECOND);
    await program.json('GET', '/api/channels');
    expect(await lastUse(program.tokenId)).toBe(it.clock.now());
    const { data } = await body<{ data: { last_used_at: string }[] }>(await w.alice.browser.json('GET', '/api/tokens'));
    expect(data[0]?.last_used_at).toBe(new Date(it.clock.now()).toISOString());
  });

  test('a refused token is not used', async () => {
    const program = await apiToken(it, w.alice, ['read']);
    await program.json('GET', `/api/monitors?token=${program.token}`);
    await program.json('GET', '/dashboard');
    expect(await lastUse(program.tokenId)).toBeNull();
  });
});

describe('the page', () => {
  const form = { name: 'Nightly <b>', scopes: ['ping', 'read'], expiry: '30', until: '' };

  test('shows a new token in its answer and nowhere after', async () => {
    const answer = await w.alice.browser.post('/settings/tokens', form);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const text = await answer.text();
    const token = text.match(/sp_[0-9a-z]{47}/)?.[0] ?? '';
    expect(isApiToken(token)).toBe(true);
    expect(text).toContain('Nightly &lt;b&gt;');
    const program = it.visitor();
    program.token = token;
    expect((await program.json('GET', '/api/monitors')).status).toBe(200);
    const list = await (await w.alice.browser.get('/settings/tokens')).text();
    expect(list).not.toContain(token);
    expect(list).toContain('Nightly &lt;b&gt;');
    const { data } = await body<{ data: { id: string; expires_at: string }[] }>(
      await w.alice.browser.json('GET', '/api/tokens'),
    );
    expect(Date.parse(data[0]?.expires_at ?? '')).toBe(it.clock.now() + 30 * DAY);
    const confirm = await (await w.alice.browser.get(`/settings/tokens/${data[0]?.id}/revoke`)).text();
    expect(confirm).toContain('Revoke Nightly &lt;b&gt;?');
    const revoked = await w.alice.browser.post(`/settings/tokens/${data[0]?.id}/revoke`);
    expect([revoked.status, revoked.headers.get('location')]).toEqual([303, '/settings/tokens']);
    expect((await program.json('GET', '/api/monitors')).status).toBe(401);
  });

  test.each([
    [{ expiry: 'never' }, null],
    [{ expiry: 'date', until: '2100-02-28' }, '2100-03-01T00:00:00.000Z'],
  ])('%j ends as it says', async (more, end) => {
    expect((await w.alice.browser.post('/settings/tokens', { ...form, ...more })).status).toBe(200);
    const { data } = await body<{ data: { expires_at: string | null }[] }>(
      await w.alice.browser.json('GET', '/api/tokens'),
    );
    expect(data[0]?.expires_at).toBe(end);
  });

  test.each([
    [{ name: '' }, 'Give it a name.'],
    [{ scopes: [] }, 'Choose what it may do.'],
    [{ expiry: 'date', until: '' }, 'Choose the last day on which it works.'],
    [{ expiry: 'date', until: '2001-01-01' }, 'Choose a time that is still to come.'],
  ])('%j is said beside the field, with what was filled in', async (more, sentence) => {
    const answer = await w.alice.browser.post('/settings/tokens', { ...form, ...more });
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain(sentence);
    if (!('name' in more)) expect(text).toContain('value="Nightly &lt;b&gt;"');
    if (!('scopes' in more)) expect(text).toMatch(/id="f-scope-ping"[^>]* checked/);
  });

  test('tells a viewer why there is no form', async () => {
    const page = await w.bob.browser.get('/settings/tokens');
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain('Your role in this account (viewer) makes no tokens.');
    expect(text).not.toContain('action="/settings/tokens"');
  });
});

describe('a heartbeat reported by the id of its monitor', () => {
  const pings = async (id: string) => {
    const row = await it.deps.db.read.get<{ no: number }>(sql`select no from monitors where id = ${id}`);
    return (await listPings(it.deps.db.read, row.no, 10)).map(({ kind, exit_code, run_ms, body: said }) => [
      kind,
      exit_code,
      run_ms,
      said,
    ]);
  };

  test('is the same as a call to its ping address', async () => {
    const id = await addMonitor('heartbeat');
    const program = await apiToken(it, w.alice, ['ping']);
    const report = (sent: object) => program.json('POST', `/api/monitors/${id}/ping`, sent);
    const at = new Date(it.clock.now()).toISOString();
    const started = await report({ signal: 'start' });
    expect(started.status).toBe(202);
    expect(await body(started)).toEqual({ monitor_id: id, signal: 'start', received_at: at });
    it.clock.advance(10 * SECOND);
    expect(await body(await report({ exit_code: 3, message: 'disk full' }))).toMatchObject({ signal: 'fail' });
    expect(await body(await report({ signal: 'log', message: 'later' }))).toMatchObject({ signal: 'log' });
    expect(await body(await report({}))).toMatchObject({ signal: 'success' });
    expect(await pings(id)).toEqual([
      ['success', null, null, null],
      ['log', null, null, 'later'],
      ['fail', 3, 10 * SECOND, 'disk full'],
      ['start', null, null, null],
    ]);
  });

  test.each([
    [{ signal: 'maybe' }, 'signal'],
    [{ exit_code: 256 }, 'exit_code'],
    [{ exit_code: 1.5 }, 'exit_code'],
    [{ exit_code: 1, signal: 'success' }, 'exit_code'],
    [{ message: 'x'.repeat(10_001) }, 'message'],
    [{ token: 'x' }, 'token'],
  ])('%j is refused beside its field', async (sent, field) => {
    const id = await addMonitor('heartbeat');
    const answer = await w.alice.browser.json('POST', `/api/monitors/${id}/ping`, sent);
    expect(answer.status).toBe(422);
    const { errors } = await body<{ errors: { field: string }[] }>(answer);
    expect(errors.map((one) => one.field)).toEqual([field]);
    expect(await pings(id)).toEqual([]);
  });

  test('not of a monitor that is none, nor for viewers', async () => {
    const id = await addMonitor();
    const answer = await w.alice.browser.json('POST', `/api/monitors/${id}/ping`, {});
    expect([answer.status, await code(answer)]).toEqual([409, 'conflict']);
    const heartbeat = await addMonitor('heartbeat');
    expect((await w.bob.browser.json('POST', `/api/monitors/${heartbeat}/ping`, {})).status).toBe(403);
    expect((await w.mallory.browser.json('POST', `/api/monitors/${heartbeat}/ping`, {})).status).toBe(404);
  });

  test('sixty a minute, those to the ping address counted with them', async () => {
    const id = await addMonitor('heartbeat');
    const { token } = await it.deps.db.read.get<{ token: string }>(sql`select token from heartbeats`);
    const report = () => w.alice.browser.json('POST', `/api/monitors/${id}/ping`, { signal: 'log' });
    for (let i = 0; i < 30; i++) expect((await report()).status).toBe(202);
    for (let i = 0; i < 30; i++) expect((await it.visitor().request(`/ping/${token}/log`, {})).status).toBe(200);
    const refused = await report();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    it.clock.advance(MINUTE);
    expect((await report()).status).toBe(202);
  });
});
