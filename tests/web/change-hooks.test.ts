import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { createOutbox } from '../../src/engine/outbox.ts';
import { setPlan } from '../../src/engine/plans.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type HookServer, hookServer, says } from '../support/hook-server.ts';
import { addMember, type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let server: HookServer;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  server = await hookServer();
});
afterEach(async () => {
  await server.close();
  await it.close();
});

interface Hook {
  id: string;
  name: string;
  url: string;
  events: string[] | null;
  enabled: boolean;
  last_error: string | null;
  secret: string;
}

async function make(input: Record<string, unknown> = {}, person: Person = w.alice): Promise<Hook> {
  const answer = await person.browser.json('POST', '/api/webhooks', { name: 'Archive', url: server.url, ...input });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as Hook;
}

async function sendAll(): Promise<void> {
  const outbox = createOutbox(it.deps);
  await outbox.tick();
  await outbox.stop();
}

/** By the library that receivers use, at the time of the test's clock. */
function verifies(secret: string, { headers, body }: HookServer['received'][number]): boolean {
  vi.useFakeTimers({ toFake: ['Date'], now: it.clock.now() });
  try {
    new Webhook(secret).verify(JSON.stringify(body), headers as Record<string, string>);
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}

const types = () => server.received.map(({ body }) => (body as { type?: string }).type);

describe('over the API', () => {
  test('it is made, read, changed and deleted; its secret is told once', async () => {
    const { secret, ...made } = await make({ events: ['monitor', 'member.joined', 'monitor'] });
    expect(secret).toMatch(/^whsec_/);
    expect(made).toMatchObject({ events: ['monitor', 'member.joined'], enabled: true, last_error: null });
    const path = `/api/webhooks/${made.id}`;
    for (const answer of [
      await w.alice.browser.json('GET', path),
      await w.alice.browser.json('GET', '/api/webhooks'),
    ]) {
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toContain('whsec_');
    }
    const changed = await w.alice.browser.json('PATCH', path, { name: 'Second', events: null });
    expect(await changed.json()).toMatchObject({ name: 'Second', events: null, url: server.url });
    const rotated = await w.alice.browser.json('POST', `${path}/rotate-secret`);
    expect(((await rotated.json()) as { secret: string }).secret).not.toBe(secret);
    expect((await w.alice.browser.json('DELETE', path)).status).toBe(204);
    expect((await w.alice.browser.json('GET', path)).status).toBe(404);
    const record = await it.deps.db.read.all(sql`select * from audit_log where action like 'webhook.%'`);
    expect(record).toHaveLength(4);
    expect(JSON.stringify(record)).not.toContain('whsec_');
    // Of the address the record has no more than the host, for the rest may open doors.
    await make({ url: `${server.url}/key-in-the-path` });
    expect(JSON.stringify(await it.deps.db.read.all(sql`select * from audit_log`))).not.toContain('key-in-the-path');
  });

  test('a new secret signs beside the former one for a day, and alone from then on', async () => {
    const { id, secret: first } = await make();
    const path = `/api/webhooks/${id}`;
    const rotate = async () => {
      const answer = await w.alice.browser.json('POST', `${path}/rotate-secret`);
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { secret: string }).secret;
    };
    /** Which of the secrets a receiver may check the next message with. */
    const accepted = async (...secrets: string[]) => {
      expect((await w.alice.browser.json('POST', `${path}/test`)).status).toBe(200);
      const message = server.received.at(-1);
      if (!message) throw new Error('no message came');
      return secrets.map((secret) => verifies(secret, message));
    };
    expect(await accepted(first)).toEqual([true]);
    const second = await rotate();
    expect(await accepted(first, second)).toEqual([true, true]);
    it.clock.advance(DAY - 1);
    expect(await accepted(first, second)).toEqual([true, true]);
    it.clock.advance(1);
    expect(await accepted(first, second)).toEqual([false, true]);
    // A third one within the day of the second: two sign at most.
    const third = await rotate();
    const fourth = await rotate();
    expect(await accepted(first, second, third, fourth)).toEqual([false, false, true, true]);
  });

  test('neither secret comes back in what a receiver answers', async () => {
    const { id, secret: first } = await make();
    const path = `/api/webhooks/${id}`;
    const rotated = await w.alice.browser.json('POST', `${path}/rotate-secret`);
    const { secret: second } = (await rotated.json()) as { secret: string };
    server.behave(says(500, {}, `${first} or ${second}?`));
    const told = await (await w.alice.browser.json('POST', `${path}/test`)).text();
    expect(told).not.toMatch(/whsec_/);
    const kept = await it.deps.db.read.all(sql`select answer, last_error from deliveries`);
    expect(JSON.stringify(kept)).not.toMatch(/whsec_/);
    for (const read of [path, '/api/webhooks', '/api/account/export'])
      expect(await (await w.alice.browser.json('GET', read)).text(), read).not.toMatch(/whsec_/);
  });

  test.each([
    [{ name: '', url: 'https://example.com/' }, 'name'],
    [{ url: 'https://example.com/' }, 'name'],
    [{ name: 'x' }, 'url'],
    [{ name: 'x', url: 'example.com' }, 'url'],
    [{ name: 'x', url: 'ftp://example.com/' }, 'url'],
    [{ name: 'x', url: 'https://me:secret@example.com/' }, 'url'],
    [{ name: 'x', url: 'https://example.com/', events: [] }, 'events'],
    [{ name: 'x', url: 'https://example.com/', events: ['monitr'] }, 'events.0'],
    [{ name: 'x', url: 'https://example.com/', events: ['monitor.*'] }, 'events.0'],
    [{ name: 'x', url: 'https://example.com/', events: 'monitor' }, 'events'],
    [{ name: 'x', url: 'https://example.com/', secret: 'mine' }, 'secret'],
    [{ name: 'x', url: 'https://example.com/', account_id: 'acc_1' }, 'account_id'],
  ])('%j is refused at %s', async (input, field) => {
    const answer = await w.alice.browser.json('POST', '/api/webhooks', input);
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { field: string }[] };
    expect(errors.map((one) => one.field)).toContain(field);
    expect(await it.deps.db.read.all(sql`select 1 from change_hooks`)).toEqual([]);
  });

  test('is for those who manage the account; others’ is as good as none', async () => {
    const { id } = await make();
    const member = await addMember(it, w.alice, 'member@example.com', 'member');
    const admin = await addMember(it, w.alice, 'admin@example.com', 'admin');
    const requests = [
      ['GET', `/api/webhooks/${id}`],
      ['PATCH', `/api/webhooks/${id}`, { name: 'x' }],
      ['POST', `/api/webhooks/${id}/test`],
      ['POST', `/api/webhooks/${id}/rotate-secret`],
      ['DELETE', `/api/webhooks/${id}`],
    ] as const;
    for (const [method, path, body] of requests) {
      for (const person of [member, w.bob]) expect((await person.browser.json(method, path, body)).status).toBe(403);
      const unknown = await w.mallory.browser.json(method, path.replace(id, 'hok_unknown'), body);
      const foreign = await w.mallory.browser.json(method, path, body);
      expect(foreign.status).toBe(404);
      expect(((await foreign.json()) as { detail: string }).detail).toBe(
        ((await unknown.json()) as { detail: string }).detail,
      );
      if (method === 'GET') expect((await admin.browser.json(method, path)).status).toBe(200);
    }
    expect(server.received).toEqual([]);
    expect(await (await w.mallory.browser.json('GET', '/api/webhooks')).json()).toEqual({
      data: [],
      next_cursor: null,
    });
  });

  test('a parallel rush makes no more than ten', async () => {
    for (let n = 0; n < 9; n++) await make({ name: `${n}` });
    const input = { name: 'x', url: server.url };
    const rush = await Promise.all(
      Array.from({ length: 20 }, () => w.alice.browser.json('POST', '/api/webhooks', input)),
    );
    expect(rush.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await it.deps.db.read.all(sql`select 1 from change_hooks`)).toHaveLength(10);
  });

  test('is part of Pro: a smaller plan refuses it, and keeps the old ones silent', async () => {
    const { id } = await make();
    await sendAll();
    expect(types()).toEqual(['webhook.created']);
    await setPlan(it.deps, w.alice.accountId, 'free');
    await w.alice.browser.json('POST', '/api/monitors', { name: 'Job', type: 'heartbeat' });
    await sendAll();
    expect(types()).toEqual(['webhook.created']);
    const again = await w.alice.browser.json('POST', '/api/webhooks', { name: 'x', url: server.url });
    expect(again.status).toBe(403);
    expect(((await again.json()) as { detail: string }).detail).toContain('Pro');
    expect((await w.alice.browser.json('POST', `/api/webhooks/${id}/test`)).status).toBe(403);
    expect((await w.alice.browser.json('DELETE', `/api/webhooks/${id}`)).status).toBe(204);
  });
});

describe('what it is sent', () => {
  test('every change in order, its own making first, and no word of other accounts', async () => {
    const { secret } = await make();
    const monitor = await w.alice.browser.json('POST', '/api/monitors', { name: 'Job', type: 'heartbeat' });
    const { id } = (await monitor.json()) as { id: string };
    await w.alice.browser.json('PATCH', `/api/monitors/${id}`, { name: 'Nightly job', tags: ['night'] });
    await w.mallory.browser.json('POST', '/api/monitors', { name: 'Hers', type: 'heartbeat' });
    await w.alice.browser.json('DELETE', `/api/monitors/${id}`);
    await sendAll();
    expect(types()).toEqual(['webhook.created', 'monitor.created', 'monitor.changed', 'monitor.deleted']);
    const changed = server.received[2]?.body as unknown as { data: Record<string, unknown> };
    expect(changed.data).toMatchObject({
      subject: id,
      name: 'Nightly job',
      actor: { id: w.alice.userId, email: 'alice@example.com' },
      via: 'api',
      changes: { name: { before: 'Job', after: 'Nightly job' }, tags: { before: [], after: ['night'] } },
    });
    for (const { headers, body } of server.received) {
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
      const expected = new Webhook(secret).sign(String(headers['webhook-id']), at, JSON.stringify(body));
      expect(headers['webhook-signature']).toBe(expected);
    }
  });

  test('a test shows the receiver’s own answer and leaves no trace in the record', async () => {
    const { id } = await make();
    await sendAll();
    server.behave(says(418, {}, 'short and stout'));
    const answer = await w.alice.browser.json('POST', `/api/webhooks/${id}/test`);
    expect(await answer.json()).toMatchObject({ sent: false, message: "418 I'm a Teapot: short and stout" });
    server.behave(says(410));
    // A test switches nothing off, as it is sent to try.
    await w.alice.browser.json('POST', `/api/webhooks/${id}/test`);
    server.behave(says(200, {}, 'thanks'));
    const good = await w.alice.browser.json('POST', `/api/webhooks/${id}/test`);
    expect(await good.json()).toMatchObject({ sent: true, message: '200 OK: thanks' });
    expect(await (await w.alice.browser.json('GET', `/api/webhooks/${id}`)).json()).toMatchObject({
      enabled: true,
      last_error: null,
    });
    expect(types().slice(1)).toEqual(['webhook.test', 'webhook.test', 'webhook.test']);
    expect(await it.deps.db.read.all(sql`select 1 from audit_log where action = 'webhook.test'`)).toEqual([]);
  });

  test('stands among the deliveries under its name, and can be tried and sent again', async () => {
    const { id } = await make();
    server.behave(says(503));
    await sendAll();
    const list = async (query: string, person = w.alice) =>
      ((await (await person.browser.json('GET', `/api/deliveries${query}`)).json()) as { data: { id: string }[] }).data;
    const [failed] = await list(`?webhook_id=${id}`);
    expect(failed).toMatchObject({ channel_id: null, webhook_id: id, event: 'change', state: 'failed', attempts: 1 });
    expect(await list('')).toEqual(await list(`?webhook_id=${id}`));
    expect(await list(`?webhook_id=${id}`, w.mallory)).toEqual([]);
    expect((await w.mallory.browser.json('GET', `/api/deliveries/${failed?.id}`)).status).toBe(404);
    server.behave(says(200));
    expect((await w.mallory.browser.json('POST', `/api/deliveries/${failed?.id}/retry`)).status).toBe(404);
    expect((await w.alice.browser.json('POST', `/api/deliveries/${failed?.id}/retry`)).status).toBe(202);
    await sendAll();
    expect((await w.alice.browser.json('POST', `/api/deliveries/${failed?.id}/replay`)).status).toBe(202);
    await sendAll();
    const keys = server.received.filter(({ body }) => (body as { type?: string }).type === 'webhook.created');
    expect(keys.map(({ key }) => key)).toEqual([failed?.id, failed?.id, failed?.id]);
    expect(new Set(keys.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    // Both were changes of their own, told once and no more.
    expect(types().filter((type) => type !== 'webhook.created')).toEqual(['delivery.retried', 'delivery.replayed']);
    await sendAll();
    expect(server.received).toHaveLength(5);

    const log = await (await w.alice.browser.get(`/deliveries?channel=${id}`)).text();
    expect(log).toContain('Change: webhook.created');
    expect(log).toMatch(/<option value="hok_\w+" selected>Archive/);
    const page = await (await w.alice.browser.get(`/deliveries/${failed?.id}`)).text();
    expect(page).toContain('<dt>Webhook</dt>');
    expect(page).toContain('&quot;type&quot;: &quot;webhook.created&quot;');
    expect(page).toContain('Sent again');
    expect((await w.mallory.browser.get(`/deliveries/${failed?.id}`)).status).toBe(404);
  });
});

describe('in the browser', () => {
  const location = async () =>
    ((await (await w.alice.browser.json('GET', '/api/webhooks')).json()) as { data: Hook[] }).data;

  test('it is made, tried, changed, switched off and deleted', async () => {
    const { browser } = w.alice;
    expect(await (await browser.get('/settings/webhooks')).text()).toContain('Nobody is told of changes');
    expect(await (await browser.get('/settings/webhooks/new')).text()).toContain('Hears of');
    const made = await browser.post('/settings/webhooks', { name: 'Archive', url: server.url, groups: ['monitors'] });
    expect(made.status).toBe(200);
    expect(await made.text()).toMatch(/whsec_[\w+/=]+/);
    const [hook] = await location();
    expect(hook).toMatchObject({ events: ['monitor', 'monitors', 'tag_rule'], enabled: true });
    const path = `/settings/webhooks/${hook?.id}`;
    server.behave(says(500, {}, 'broken <b>here</b>'));
    const tried = await (await browser.post(`${path}/test`)).text();
    expect(tried).toContain('The test did not arrive');
    expect(tried).toContain('broken &lt;b&gt;here&lt;/b&gt;');
    server.behave(says(204));
    expect(await (await browser.post(`${path}/test`)).text()).toContain('204 No Content');
    const off = { name: 'Old archive', url: server.url, groups: ['monitors', 'members'] };
    expect((await browser.post(path, off)).status).toBe(303);
    expect((await location())[0]).toMatchObject({ name: 'Old archive', enabled: false });
    expect(await (await browser.get('/settings/webhooks')).text()).toContain('switched off');
    expect(await (await browser.post(`${path}/rotate-secret`)).text()).toMatch(/whsec_/);
    expect(await (await browser.get(path)).text()).not.toMatch(/whsec_/);
    expect(await (await browser.get(`${path}/delete`)).text()).toContain('Delete Old archive?');
    expect((await browser.post(`${path}/delete`)).status).toBe(303);
    expect(await location()).toEqual([]);
  });

  test('what does not fit is said beside its field, with what was written', async () => {
    const answer = await w.alice.browser.post('/settings/webhooks', { name: '', url: 'gopher://x', groups: [] });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('Give it a name.');
    expect(page).toContain('Write a whole address');
    expect(page).toContain('Choose at least one');
    expect(page).toContain('value="gopher://x"');
  });

  test('all boxes are everything, and a finer choice of a program survives a form that leaves them', async () => {
    const { browser } = w.alice;
    const page = await (await browser.get('/settings/webhooks/new')).text();
    const groups = [...page.matchAll(/name="groups" type="checkbox" value="(\w+)" checked/g)].map(
      ([, key = '']) => key,
    );
    expect(groups.length).toBeGreaterThan(8);
    await browser.post('/settings/webhooks', { name: 'All', url: server.url, groups });
    expect((await location())[0]?.events).toBe(null);
    const fine = await make({ name: 'Fine', events: ['monitor.deleted'] });
    const form = { name: 'Finer', url: server.url, enabled: 'true' };
    await browser.post(`/settings/webhooks/${fine.id}`, { ...form, groups: ['monitors'] });
    expect((await location())[1]).toMatchObject({ name: 'Finer', events: ['monitor.deleted'] });
    await browser.post(`/settings/webhooks/${fine.id}`, { ...form, groups: ['incidents'] });
    expect((await location())[1]).toMatchObject({ events: ['incident'] });
  });

  test('others are kept out, and a smaller plan is told what opens it', async () => {
    const { id } = await make();
    expect((await w.bob.browser.get('/settings/webhooks')).status).toBe(403);
    expect((await w.mallory.browser.get(`/settings/webhooks/${id}`)).status).toBe(404);
    expect(await (await w.bob.browser.get('/settings/audit')).text()).not.toContain('/settings/webhooks');
    await setPlan(it.deps, w.alice.accountId, 'free');
    const page = await (await w.alice.browser.get('/settings/webhooks')).text();
    expect(page).toContain('part of the Pro plan');
    expect(page).not.toContain('/settings/webhooks/new');
  });
});
