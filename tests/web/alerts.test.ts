import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mailProblem } from '../../src/alerts/notice.ts';
import { insertChannel } from '../../src/alerts/queries.ts';
import { createOutbox, enqueueIncident } from '../../src/engine/outbox.ts';
import { addMember, type Person, signUp, world, type World } from '../support/world.ts';
import { serveHttp } from '../support/servers.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';
import { type TestApp, testApp } from '../support/app.ts';

let sink: SmtpSink;
let app: TestApp;
let people: World;

beforeEach(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { smtp: sink.smtp } });
  people = await world(app, { plan: 'pro' });
  // The verification mails of the sign-ups are not what is looked at here.
  await app.deps.db.write('arrange', (tx) => tx.run(sql`delete from deliveries`));
});

afterEach(async () => {
  await app.close();
  await sink.stop();
});

interface ChannelJson {
  id: string;
  kind: string;
  name: string;
  enabled: boolean;
  is_default: boolean;
  config: { to: string };
  verified: boolean;
  last_error: string | null;
}

async function channelsOf(person: Person): Promise<ChannelJson[]> {
  const answer = await person.browser.json('GET', '/api/channels');
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { data: ChannelJson[] }).data;
}

async function firstChannel(person: Person): Promise<ChannelJson> {
  const [channel] = await channelsOf(person);
  if (!channel) throw new Error('there is no channel');
  return channel;
}

interface DeliveryJson {
  id: string;
  event: string;
  state: string;
  attempts: number;
  last_error: string | null;
}

async function deliveriesOf(person: Person, query = ''): Promise<{ data: DeliveryJson[]; next_cursor: string | null }> {
  const answer = await person.browser.json('GET', `/api/deliveries${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as { data: DeliveryJson[]; next_cursor: string | null };
}

/** A monitor of Alice's with an open incident, and the alert about it in the outbox. */
async function goDown(name: string): Promise<string> {
  const { alice } = people;
  const now = app.clock.now();
  const incidentId = `inc_${name.toLowerCase()}`;
  await app.deps.db.write('arrange', async (tx) => {
    const rows = await tx.all<{ no: number }>(sql`
      insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      values (${`mon_${name.toLowerCase()}`}, ${alice.accountId}, ${name}, 'http', 'https://shop.example', '{}', 60, 10, 3, 1, 1, '[]', ${now})
      returning no`);
    const no = rows[0]?.no ?? 0;
    await tx.run(sql`insert into monitor_channels (monitor_no, channel_id)
      select ${no}, id from channels where account_id = ${alice.accountId}`);
    await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      values (${incidentId}, ${alice.accountId}, ${no}, 'bad_status', 'x', ${now}, ${now})`);
    await enqueueIncident(tx, {
      event: 'down',
      now,
      accountId: alice.accountId,
      monitorNo: no,
      incidentId,
      alert: {
        event: 'down',
        accountName: 'Alice',
        monitor: { id: `mon_${name.toLowerCase()}`, name, kind: 'http', target: 'https://shop.example' },
        incident: { id: incidentId, reason: 'bad_status', message: 'x', startedAt: now, resolvedAt: null },
      },
    });
  });
  return incidentId;
}

async function sendAll(): Promise<void> {
  const outbox = createOutbox(app.deps);
  await outbox.tick();
  await outbox.stop();
}

describe('channels', () => {
  test('sign-up made one to the owner, for every new monitor', async () => {
    expect(await channelsOf(people.alice)).toMatchObject([
      { kind: 'email', enabled: true, is_default: true, config: { to: 'alice@example.com' }, verified: true },
    ]);
  });

  test('add, change and delete by form; the page says so', async () => {
    const { alice } = people;
    const { browser } = alice;
    await goDown('Shop');
    const added = await browser.post('/channels', { to: 'bob@example.com', name: 'On call', attach_all: 'true' });
    expect(added.headers.get('location')).toBe('/channels');
    const page = await (await browser.get('/channels')).text();
    expect(page).toContain('On call');
    const bobs = (await channelsOf(alice)).find(({ name }) => name === 'On call');
    expect(bobs).toMatchObject({ is_default: false, config: { to: 'bob@example.com' } });
    const attached = await app.deps.db.read.all(
      sql`select 1 from monitor_channels where channel_id = ${bobs?.id ?? ''}`,
    );
    expect(attached).toHaveLength(1);

    await browser.post(`/channels/${bobs?.id}`, { to: 'bob@example.com', name: 'Night watch', is_default: 'true' });
    expect((await channelsOf(alice))[1]).toMatchObject({ name: 'Night watch', is_default: true });
    await browser.post(`/channels/${bobs?.id}/disable`);
    expect((await channelsOf(alice))[1]?.enabled).toBe(false);
    expect(await (await browser.get(`/channels/${bobs?.id}/delete`)).text()).toContain('Delete Night watch?');
    await browser.post(`/channels/${bobs?.id}/delete`);
    expect(await channelsOf(alice)).toHaveLength(1);
  });

  test.each([
    ['an address of nobody here', 'stranger@example.org', 'Choose the address of a person in this account.'],
    ['an owner of another account', 'mallory@example.net', 'Choose the address of a person in this account.'],
    ['no address', '', 'Choose the address of a person in this account.'],
    ['an address that has one', 'alice@example.com', 'There is a channel for this address already.'],
  ])('%s is refused beside the field, the name survives', async (_case, to, sentence) => {
    const answer = await people.alice.browser.post('/channels', { to, name: 'My channel <1>' });
    expect(answer.status).toBe(to === 'alice@example.com' ? 409 : 422);
    const page = await answer.text();
    expect(page).toContain(sentence);
    expect(page).toContain('My channel &lt;1&gt;');
    expect(await channelsOf(people.alice)).toHaveLength(1);
  });

  test.each([
    [{ kind: 'email' }, 422, 'config'],
    [{ kind: 'email', config: { to: 'x@example.org' } }, 422, 'config.to'],
    [{ kind: 'pigeon', config: { to: 'alice@example.com' } }, 422, 'kind'],
    [{ kind: 'slack', config: { to: 'alice@example.com' } }, 422, 'kind'],
    [{ kind: 'webhook', config: { to: 'alice@example.com' } }, 422, 'config.url'],
    [{ kind: 'webhook', config: { url: 'http://a.example', secret: 'whsec_mine' } }, 422, 'config.secret'],
    [{ kind: 'webhook', config: { url: 'http://a.example', headers: { Host: 'x' } } }, 422, 'config.headers'],
    [{ kind: 'email', name: 'x'.repeat(81), config: { to: 'bob@example.com' } }, 422, 'name'],
  ])('the API refuses %j', async (input, status, field) => {
    const answer = await people.alice.browser.json('POST', '/api/channels', input);
    expect(answer.status).toBe(status);
    const problem = (await answer.json()) as { errors: { field: string }[] };
    expect(problem.errors.map((error) => error.field)).toContain(field);
  });

  test('a kind beyond the plan is refused and shown locked, with the plan that opens it', async () => {
    const { mallory } = people;
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'free' where id = ${mallory.accountId}`),
    );
    const answer = await mallory.browser.json('POST', '/api/channels', { kind: 'webhook', config: { to: 'x' } });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'limit', detail: 'Webhook alerts are part of the Pro plan.' });
    const page = await (await mallory.browser.get('/channels')).text();
    expect(page).toMatch(/Webhook[\s\S]{0,200}Pro plan/);
  });

  test('a viewer reads and changes nothing; others find nothing', async () => {
    const { alice, bob, mallory } = people;
    const { id } = await firstChannel(alice);
    expect(await channelsOf(bob)).toHaveLength(1);
    const page = await (await bob.browser.get('/channels')).text();
    expect(page).not.toContain('Send test');
    const changes = [
      ['PATCH', `/api/channels/${id}`, { name: 'Mine' }],
      ['DELETE', `/api/channels/${id}`, undefined],
      ['POST', `/api/channels/${id}/test`, undefined],
    ] as const;
    for (const [method, path, body] of changes) {
      expect((await bob.browser.json(method, path, body)).status).toBe(403);
      const foreign = await mallory.browser.json(method, path, body);
      const unknown = await mallory.browser.json(method, path.replace(id, 'chn_nothing'), body);
      expect(foreign.status).toBe(404);
      expect(unknown.status).toBe(404);
    }
    expect((await mallory.browser.get(`/channels/${id}/edit`)).status).toBe(404);
    expect((await mallory.browser.post(`/channels/${id}`, { to: 'mallory@example.net' })).status).toBe(404);
    expect((await bob.browser.post(`/channels/${id}/delete`)).status).toBe(403);
    expect(await firstChannel(alice)).toMatchObject({ id, name: 'alice@example.com' });
    expect(sink.mails).toEqual([]);
  });

  test('a new address that is not verified holds what waits; switching off drops it', async () => {
    const { alice } = people;
    const carol = await addMember(app, alice, 'carol@example.com', 'member');
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`update users set email_verified_at = null where id = ${carol.userId}`),
    );
    await goDown('Shop');
    const { id } = await firstChannel(alice);
    await alice.browser.json('PATCH', `/api/channels/${id}`, { config: { to: 'carol@example.com' } });
    await sendAll();
    expect(sink.mails).toEqual([]);
    expect(await firstChannel(alice)).toMatchObject({ verified: false });
    expect(await (await alice.browser.get('/channels')).text()).toContain('one alert is held');
    expect(await (await alice.browser.get('/deliveries')).text()).toContain('Waits until the address is confirmed.');
    await alice.browser.json('PATCH', `/api/channels/${id}`, { config: { to: 'alice@example.com' } });
    await sendAll();
    expect(sink.mails).toHaveLength(1);
    await goDown('Blog');
    await alice.browser.json('PATCH', `/api/channels/${id}`, { enabled: false });
    await sendAll();
    expect(sink.mails).toHaveLength(1);
    expect((await deliveriesOf(alice)).data.map(({ state }) => state)).toContain('cancelled');
  });
});

describe('webhooks', () => {
  const HOOK = { url: 'https://hooks.example.com/a?key=1', headers: { 'X-Token': 'opensesame', 'X-Team': 'ops' } };

  async function addHook(person: Person, config: object = HOOK) {
    const answer = await person.browser.json('POST', '/api/channels', { kind: 'webhook', name: 'Hook', config });
    expect(answer.status).toBe(201);
    return (await answer.json()) as { id: string; secret: string };
  }

  const stored = (id: string) =>
    app.deps.db.read.get<{ config: string }>(sql`select config from channels where id = ${id}`);

  test('the secret is told once, then it is in no answer and on no page', async () => {
    const { alice } = people;
    const { id, secret } = await addHook(alice);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const answers = [
      await alice.browser.json('GET', `/api/channels/${id}`),
      await alice.browser.json('GET', '/api/channels'),
      await alice.browser.get('/channels'),
      await alice.browser.get(`/channels/${id}/edit`),
      await alice.browser.json('PATCH', `/api/channels/${id}`, { name: 'Other' }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).toContain('hooks.example.com/a');
      expect(text).not.toContain(secret.slice('whsec_'.length));
      expect(text).not.toContain('opensesame');
    }
    const audit = await app.deps.db.read.all(sql`select * from audit_log`);
    expect(JSON.stringify(audit)).not.toContain(secret.slice('whsec_'.length));
  });

  test('a masked value sent back stays, and what is left out too', async () => {
    const { alice } = people;
    const { id } = await addHook(alice);
    const before = JSON.parse((await stored(id)).config) as object;
    const shown = (await (await alice.browser.json('GET', `/api/channels/${id}`)).json()) as { config: object };
    expect(shown.config).toMatchObject({ secret: '********', headers: { 'X-Token': '********', 'X-Team': 'ops' } });
    const config = { ...shown.config, method: 'PUT' };
    expect((await alice.browser.json('PATCH', `/api/channels/${id}`, { config })).status).toBe(200);
    const part = { config: { timeout_seconds: 3 } };
    expect((await alice.browser.json('PATCH', `/api/channels/${id}`, part)).status).toBe(200);
    expect(JSON.parse((await stored(id)).config)).toEqual({ ...before, method: 'PUT', timeout_seconds: 3 });
  });

  test('by form: the kinds are links, the secret is on the page after, the settings can be changed', async () => {
    const { alice } = people;
    const { browser } = alice;
    expect(await (await browser.get('/channels/new')).text()).toContain('href="/channels/new?kind=webhook"');
    expect(await (await browser.get('/channels/new?kind=webhook')).text()).toMatch(/name="url"[\s\S]*name="headers"/);
    const wrong = await browser.post('/channels', { kind: 'webhook', url: 'nowhere', headers: 'X-Token: abcd' });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('Write a whole address');
    const form = { kind: 'webhook', url: HOOK.url, method: 'PUT', headers: 'X-Token: abcd', timeout_seconds: '5' };
    const made = await browser.post('/channels', form);
    expect(made.headers.get('cache-control')).toContain('no-store');
    const [secret = ''] = /whsec_[A-Za-z0-9+/=]+/.exec(await made.text()) ?? [];
    const id = (await channelsOf(alice)).find(({ kind }) => kind === 'webhook')?.id ?? '';
    expect(JSON.parse((await stored(id)).config)).toEqual({
      url: HOOK.url,
      method: 'PUT',
      headers: { 'X-Token': 'abcd' },
      timeout_seconds: 5,
      secret,
    });
    expect((await browser.post('/channels', form)).status).toBe(409);
    const edit = await (await browser.get(`/channels/${id}/edit`)).text();
    expect(edit).toContain('X-Token: ********');
    await browser.post(`/channels/${id}`, { ...form, headers: 'X-Token: ********', timeout_seconds: '6' });
    expect(JSON.parse((await stored(id)).config)).toMatchObject({
      headers: { 'X-Token': 'abcd' },
      timeout_seconds: 6,
      secret,
    });
  });

  test('the test button shows what the receiver said, once, and leaves the channel on', async () => {
    const { alice } = people;
    const bodies: string[] = [];
    const server = await serveHttp((request, response) => {
      request.on('data', (part: Buffer) => bodies.push(part.toString()));
      request.on('end', () => response.writeHead(410).end(`gone fishing ${'x'.repeat(2_000)}`));
    });
    const { id } = await addHook(alice, { url: `${server.url}/hook` });
    const answer = await alice.browser.json('POST', `/api/channels/${id}/test`);
    const { sent, message } = (await answer.json()) as { sent: boolean; message: string };
    expect(sent).toBe(false);
    expect(message).toMatch(/^410 Gone: gone fishing x+…$/);
    expect(message.length).toBeLessThan(520);
    await sendAll();
    expect(bodies.map((body) => JSON.parse(body) as object)).toMatchObject([{ event: 'test', monitor_id: null }]);
    expect((await channelsOf(alice)).find((one) => one.id === id)).toMatchObject({ enabled: true });
    await server.close();
  });

  test('free accounts are refused and see the plan; one that became free sends no test', async () => {
    const { mallory } = people;
    const { id } = await addHook(mallory);
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'free' where id = ${mallory.accountId}`),
    );
    expect(await (await mallory.browser.get('/channels/new?kind=webhook')).text()).toContain('part of the Pro plan');
    const refused = await mallory.browser.post('/channels', { kind: 'webhook', url: 'https://b.example' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('Webhook alerts are part of the Pro plan.');
    expect(await (await mallory.browser.get('/channels')).text()).toContain('Off: part of the Pro plan.');
    const test = await mallory.browser.json('POST', `/api/channels/${id}/test`);
    expect(await test.json()).toMatchObject({ code: 'limit' });
  });

  test('of another account are not there', async () => {
    const { alice, mallory } = people;
    const { id } = await addHook(alice);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/test'],
    ] as const) {
      const body = method === 'PATCH' ? { config: { url: 'https://evil.example' } } : undefined;
      expect((await mallory.browser.json(method, `/api/channels/${id}${path}`, body)).status).toBe(404);
    }
    expect((await mallory.browser.get(`/channels/${id}/edit`)).status).toBe(404);
    expect((await stored(id)).config).toContain('hooks.example.com');
  });
});

describe('the test button', () => {
  test('sends a message marked as a test and shows the answer', async () => {
    const { alice } = people;
    const { id } = await firstChannel(alice);
    await alice.browser.post(`/channels/${id}/test`);
    expect(sink.mails[0]).toMatchObject({ subject: 'Test: this is how StatusPing writes to you' });
    expect(await (await alice.browser.get('/channels')).text()).toContain('The mail server answered: 250 taken as 1');
    expect((await deliveriesOf(alice)).data).toMatchObject([{ event: 'test', state: 'sent', attempts: 1 }]);
  });

  test('a refusal is shown as it came and is not tried again', async () => {
    const { alice } = people;
    const { id } = await firstChannel(alice);
    sink.behave('defer');
    const answer = await alice.browser.json('POST', `/api/channels/${id}/test`);
    expect(await answer.json()).toMatchObject({ sent: false, message: '450 4.2.1 mailbox busy, try again later' });
    sink.behave('accept');
    app.clock.advance(3_600_000);
    await sendAll();
    expect(sink.mails).toEqual([]);
    const { data } = await deliveriesOf(alice);
    expect(data).toMatchObject([{ event: 'test', state: 'dead' }]);
    expect((await alice.browser.json('POST', `/api/deliveries/${data[0]?.id}/retry`)).status).toBe(409);
  });

  test('nothing is sent to an address that is not verified', async () => {
    const { alice } = people;
    const { id } = await firstChannel(alice);
    await app.deps.db.write('arrange', (tx) => tx.run(sql`update users set email_verified_at = null`));
    expect((await alice.browser.json('POST', `/api/channels/${id}/test`)).status).toBe(409);
    expect(sink.connections()).toBe(0);
  });

  test('seven in a minute are too many', async () => {
    const { alice } = people;
    const { id } = await firstChannel(alice);
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      statuses.push((await alice.browser.json('POST', `/api/channels/${id}/test`)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(sink.mails).toHaveLength(6);
  });
});

describe('deliveries', () => {
  test('a refused alert is in the log with the answer, and its button sends it again', async () => {
    const { alice } = people;
    sink.behave('refuse');
    await goDown('Shop');
    await sendAll();
    const page = await (await alice.browser.get('/deliveries?state=dead')).text();
    expect(page).toContain('550 5.1.1 no such mailbox here');
    expect(page).toContain('Down: Shop');
    expect(await firstChannel(alice)).toMatchObject({ last_error: '550 5.1.1 no such mailbox here' });
    const [dead] = (await deliveriesOf(alice)).data;
    expect(dead).toMatchObject({ state: 'dead', event: 'down', attempts: 1 });
    sink.behave('accept');
    const answer = await alice.browser.post(`/deliveries/${dead?.id}/retry`);
    expect(answer.headers.get('location')).toBe('/deliveries');
    await sendAll();
    expect(sink.mails).toHaveLength(1);
    expect((await deliveriesOf(alice)).data).toMatchObject([{ id: dead?.id, state: 'sent', attempts: 1 }]);
    expect(await firstChannel(alice)).toMatchObject({ last_error: null });
    expect((await alice.browser.json('POST', `/api/deliveries/${dead?.id}/retry`)).status).toBe(409);
  });

  test('a failure is not sent again after its recovery has arrived', async () => {
    const { alice } = people;
    sink.behave('refuse');
    const incidentId = await goDown('Shop');
    await sendAll();
    sink.behave('accept');
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into deliveries (id, account_id, channel_id, incident_id, event, dedup_key, payload, state, created_at)
        select 'dlv_up', account_id, channel_id, ${incidentId}, 'up', 'x', '{}', 'sent', created_at from deliveries`),
    );
    const dead = (await deliveriesOf(alice, '?state=dead')).data[0];
    const answer = await alice.browser.json('POST', `/api/deliveries/${dead?.id}/retry`);
    expect(answer.status).toBe(409);
    await sendAll();
    expect(sink.mails).toEqual([]);
  });

  test('pages by cursor while new ones arrive, filters by state, channel and incident', async () => {
    const { alice } = people;
    for (const name of ['One', 'Two', 'Three']) {
      await goDown(name);
      app.clock.advance(1_000);
    }
    const first = await deliveriesOf(alice, '?limit=2');
    expect(first.data).toHaveLength(2);
    await goDown('Four');
    const second = await deliveriesOf(alice, `?limit=2&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ data: [{ event: 'down' }], next_cursor: null });
    const ids = [...first.data, ...second.data].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    const { id } = await firstChannel(alice);
    expect((await deliveriesOf(alice, `?channel_id=${id}&state=queued`)).data).toHaveLength(4);
    expect((await deliveriesOf(alice, '?incident_id=inc_two')).data).toHaveLength(1);
    expect((await deliveriesOf(alice, '?state=sent')).data).toEqual([]);
    expect((await alice.browser.json('GET', '/api/deliveries?cursor=nonsense')).status).toBe(422);
    expect((await alice.browser.json('GET', '/api/deliveries?state=lost')).status).toBe(422);
  });

  test('belong to their account; a viewer may look and not retry', async () => {
    const { alice, bob, mallory } = people;
    sink.behave('refuse');
    await goDown('Shop');
    await sendAll();
    const id = (await deliveriesOf(alice)).data[0]?.id;
    expect((await deliveriesOf(mallory)).data).toEqual([]);
    expect((await mallory.browser.json('POST', `/api/deliveries/${id}/retry`)).status).toBe(404);
    expect((await deliveriesOf(bob)).data).toHaveLength(1);
    expect((await bob.browser.json('POST', `/api/deliveries/${id}/retry`)).status).toBe(403);
    const page = await (await bob.browser.get('/deliveries')).text();
    expect(page).toContain('Given up');
    expect(page).not.toContain('Try now');
  });

  test('mails about log-ins are in nobody’s log', async () => {
    const carol = await signUp(app, 'carol@example.com', 'carol', { verified: false });
    expect(await app.accountMails('carol@example.com')).toHaveLength(1);
    expect((await deliveriesOf(carol)).data).toEqual([]);
  });

  test('strangers are sent to the log-in, programs get 401', async () => {
    const visitor = app.visitor();
    expect((await visitor.get('/deliveries')).headers.get('location')).toMatch(/^\/login/);
    expect((await visitor.json('GET', '/api/channels')).status).toBe(401);
    expect((await visitor.json('GET', '/api/deliveries')).status).toBe(401);
  });
});

describe('a mail server that is away', () => {
  test('every page says what waits, of this account only, until it is back', async () => {
    const { alice, mallory } = people;
    sink.behave('busy');
    await goDown('Shop');
    expect(await mailProblem(app.deps.db.read, alice.accountId)).toBeNull();
    await sendAll();
    expect(await mailProblem(app.deps.db.read, alice.accountId)).toMatch(/^One message waits .* 421 too busy/);
    expect(await mailProblem(app.deps.db.read, mallory.accountId)).toBeNull();
    expect(await (await alice.browser.get('/channels')).text()).toContain('Mail is not leaving.');
    sink.behave('accept');
    await sendAll();
    expect(await mailProblem(app.deps.db.read, alice.accountId)).toBeNull();
    expect(await (await alice.browser.get('/channels')).text()).not.toContain('Mail is not leaving.');
  });
});

test('at most fifty channels', async () => {
  const { alice } = people;
  await app.deps.db.write('arrange', async (tx) => {
    for (let i = 0; i < 49; i += 1) {
      const to = `p${i}@example.com`;
      const channel = {
        accountId: alice.accountId,
        kind: 'email' as const,
        name: to,
        config: { to },
        isDefault: false,
      };
      await insertChannel(tx, { ...channel, now: app.clock.now() });
    }
  });
  const answer = await alice.browser.json('POST', '/api/channels', {
    kind: 'email',
    config: { to: 'bob@example.com' },
  });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'limit' });
});
