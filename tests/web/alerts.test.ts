import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliveriesStatement } from '../../src/alerts/log-queries.ts';
import { mailProblem } from '../../src/alerts/notice.ts';
import { insertChannel } from '../../src/alerts/queries.ts';
import { CHANNELS } from '../../src/channels/registry.ts';
import { CHANNEL_EVENTS, CHANNEL_KINDS } from '../../src/core/alert.ts';
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
  config: Record<string, unknown>;
  events: string[] | null;
  tags: string[];
  quiet: object | null;
  per_minute: number | null;
  disabled_reason: string | null;
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
      { kind: 'email', enabled: true, is_default: true, config: { to: ['alice@example.com'] }, verified: true },
    ]);
  });

  test('add, change and delete by form; the page says so', async () => {
    const { alice } = people;
    const { browser } = alice;
    await goDown('Shop');
    const added = await browser.post('/channels', {
      kind: 'email',
      'config.to': ['', 'bob@example.com'],
      name: 'On call',
      attach_all: 'true',
    });
    expect(added.headers.get('location')).toBe('/channels');
    const page = await (await browser.get('/channels')).text();
    expect(page).toContain('On call');
    const bobs = (await channelsOf(alice)).find(({ name }) => name === 'On call');
    expect(bobs).toMatchObject({ is_default: false, config: { to: ['bob@example.com'] } });
    const attached = await app.deps.db.read.all(
      sql`select 1 from monitor_channels where channel_id = ${bobs?.id ?? ''}`,
    );
    expect(attached).toHaveLength(1);

    await browser.post(`/channels/${bobs?.id}`, {
      'config.to': 'bob@example.com',
      name: 'Night watch',
      is_default: 'true',
    });
    expect((await channelsOf(alice))[1]).toMatchObject({ name: 'Night watch', is_default: true });
    await browser.post(`/channels/${bobs?.id}/disable`);
    expect((await channelsOf(alice))[1]?.enabled).toBe(false);
    expect(await (await browser.get(`/channels/${bobs?.id}/delete`)).text()).toContain('Delete Night watch?');
    await browser.post(`/channels/${bobs?.id}/delete`);
    expect(await channelsOf(alice)).toHaveLength(1);
  });

  test.each([
    ['an address of nobody here', 'stranger@example.org', 'Choose the address of a person in this account'],
    ['an owner of another account', 'mallory@example.net', 'Choose the address of a person in this account'],
    ['no address', '', 'Give at least one address.'],
    ['an address that has one', 'alice@example.com', 'There is a channel for this address already.'],
  ])('%s is refused beside the field, the name survives', async (_case, to, sentence) => {
    const answer = await people.alice.browser.post('/channels', {
      kind: 'email',
      'config.to': to,
      name: 'My channel <1>',
    });
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
    [{ kind: 'slack', config: { to: 'alice@example.com' } }, 422, 'config.url'],
    [{ kind: 'slack', config: { url: 'http://hooks.slack.com/services/T/B/x' } }, 422, 'config.url'],
    [{ kind: 'webhook', config: { to: 'alice@example.com' } }, 422, 'config.url'],
    [{ kind: 'webhook', config: { url: 'http://a.example', colour: 'red' } }, 422, 'config.colour'],
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
    expect((await mallory.browser.post(`/channels/${id}`, { 'config.to': 'mallory@example.net' })).status).toBe(404);
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
    expect(await (await alice.browser.get('/deliveries')).text()).toContain(
      'Waits until carol@example.com is confirmed.',
    );
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
    expect(await (await browser.get('/channels/new?kind=webhook')).text()).toMatch(
      /name="config.url"[\s\S]*name="config.headers"/,
    );
    const wrong = await browser.post('/channels', {
      kind: 'webhook',
      'config.url': 'nowhere',
      'config.headers': 'X-Token: abcd',
    });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('Write a whole address');
    const form = {
      kind: 'webhook',
      'config.url': HOOK.url,
      'config.method': 'PUT',
      'config.headers': 'X-Token: abcd',
      'config.timeout_seconds': '5',
    };
    const made = await browser.post('/channels', form);
    expect(made.headers.get('cache-control')).toContain('no-store');
    const [secret = ''] = /whsec_[A-Za-z0-9+/=]+/.exec(await made.text()) ?? [];
    const id = (await channelsOf(alice)).find(({ kind }) => kind === 'webhook')?.id ?? '';
    expect(JSON.parse((await stored(id)).config)).toMatchObject({
      url: HOOK.url,
      method: 'PUT',
      headers: { 'X-Token': 'abcd' },
      timeout_seconds: 5,
      secret,
    });
    expect((await browser.post('/channels', form)).status).toBe(409);
    const edit = await (await browser.get(`/channels/${id}/edit`)).text();
    expect(edit).toContain('X-Token: ********');
    await browser.post(`/channels/${id}`, {
      ...form,
      'config.headers': 'X-Token: ********',
      'config.timeout_seconds': '6',
    });
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
    const refused = await mallory.browser.post('/channels', { kind: 'webhook', 'config.url': 'https://b.example' });
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
    const answer = await alice.browser.post(`/channels/${id}/test`);
    expect(answer.status).toBe(200);
    expect(sink.mails[0]).toMatchObject({ subject: 'Test: this is how StatusPing writes to you' });
    expect(await answer.text()).toContain('The mail server answered: 250 taken as 1');
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
    expect(answer.headers.get('location')).toBe(`/deliveries/${dead?.id}`);
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
      tx.run(sql`insert into deliveries (id, account_id, channel_id, recipient, incident_id, event, dedup_key, payload, state, created_at)
        select 'dlv_up', account_id, channel_id, recipient, ${incidentId}, 'up', 'x', '{}', 'sent', created_at
        from deliveries`),
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

describe('the form of a channel', () => {
  test('is drawn for every kind there is, with its steps, and posts what the API takes', async () => {
    const { browser } = people.alice;
    const list = await (await browser.get('/channels/new')).text();
    for (const kind of CHANNEL_KINDS) {
      const { label, fields, steps } = CHANNELS[kind];
      expect(list).toContain(`href="/channels/new?kind=${kind}"`);
      const page = await (await browser.get(`/channels/new?kind=${kind}`)).text();
      expect(page).toContain(`<h2>${label}</h2>`);
      expect(page.match(/<li>/g) ?? []).toHaveLength(CHANNEL_KINDS.length + steps.length);
      const made = Object.keys(CHANNELS[kind].create());
      for (const { name } of fields) expect(page.includes(`name="config.${name}"`)).toBe(!made.includes(name));
    }
  });

  test('says what it is told of, of which monitors, when and how often; the API says the same', async () => {
    const { alice } = people;
    const answer = await alice.browser.post('/channels', {
      kind: 'slack',
      name: 'Team',
      'config.url': 'https://hooks.slack.com/services/T000/B000/abcdefghijklmnop',
      events: ['', 'up', 'down'],
      tags: 'shop, , production',
      'quiet.timezone': 'Europe/Berlin',
      'quiet.hours.from': '22:00',
      'quiet.hours.to': '07:00',
      'quiet.days': ['7', '6'],
      per_minute: '12',
    });
    expect(answer.headers.get('location'), await answer.clone().text()).toBe('/channels');
    const team = (await channelsOf(alice)).find(({ name }) => name === 'Team');
    const settings = {
      events: ['down', 'up'],
      tags: ['shop', 'production'],
      quiet: { timezone: 'Europe/Berlin', hours: { from: '22:00', to: '07:00' }, days: [6, 7] },
      per_minute: 12,
    };
    expect(team).toMatchObject({ ...settings, is_default: false, config: { url: '********' }, disabled_reason: null });
    const page = await (await alice.browser.get(`/channels/${team?.id}/edit`)).text();
    expect(page).not.toContain('abcdefghijklmnop');
    expect(page).toMatch(/id="e-up"[^>]*checked/);
    expect(page).not.toMatch(/id="e-reminder"[^>]*checked/);
    expect(page).toMatch(/name="quiet.hours.from"[^>]*value="22:00"/);
    expect(page).toMatch(/value="Europe\/Berlin" selected/);

    // Sent back as it was drawn, with the address left empty, nothing changes.
    const before = await stateOf(team?.id ?? '');
    await alice.browser.post(`/channels/${team?.id}`, {
      name: 'Team',
      'config.url': '',
      events: ['', 'down', 'up'],
      tags: 'shop, production',
      'quiet.timezone': 'Europe/Berlin',
      'quiet.hours.from': '22:00',
      'quiet.hours.to': '07:00',
      'quiet.days': ['6', '7'],
      per_minute: '12',
    });
    expect(await stateOf(team?.id ?? '')).toEqual(before);

    const everything = { events: [...CHANNEL_EVENTS], quiet: null, per_minute: null, tags: [] };
    const patched = await alice.browser.json('PATCH', `/api/channels/${team?.id}`, everything);
    expect(await patched.json()).toMatchObject({ events: null, quiet: null, per_minute: null, tags: [] });
  });

  async function stateOf(id: string) {
    return app.deps.db.read.get<{ config: string }>(sql`select * from channels where id = ${id}`);
  }

  test.each([
    [{ events: [] }, 'events'],
    [{ events: ['never'] }, 'events.0'],
    [{ per_minute: 0 }, 'per_minute'],
    [{ per_minute: 61 }, 'per_minute'],
    [{ per_minute: 1.5 }, 'per_minute'],
    [{ tags: ['x'.repeat(41)] }, 'tags.0'],
    [{ quiet: { timezone: 'Mars/Olympus', hours: null, days: [1] } }, 'quiet.timezone'],
    [{ quiet: { timezone: 'UTC', hours: null, days: [] } }, 'quiet.hours'],
    [{ quiet: { timezone: 'UTC', hours: { from: '25:00', to: '07:00' }, days: [] } }, 'quiet.hours.from'],
    [{ quiet: { timezone: 'UTC', hours: null, days: [1, 2, 3, 4, 5, 6, 7] } }, 'quiet.days'],
    [{ config: { url: 'https://a.example', previous_secret: 'x' } }, 'config.previous_secret'],
  ])('%j is refused at %s', async (part, field) => {
    const input = { kind: 'webhook', config: { url: 'https://a.example' }, ...part };
    const answer = await people.alice.browser.json('POST', '/api/channels', input);
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
  });

  test('by form a wrong number and no event keep what was typed and mark the fields', async () => {
    const answer = await people.alice.browser.post('/channels', {
      kind: 'webhook',
      name: 'Mine <b>',
      'config.url': 'https://a.example/<x>',
      events: '',
      per_minute: 'many',
      'quiet.timezone': 'UTC',
      'quiet.hours.from': '22:00',
      'quiet.hours.to': '',
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('Choose at least one, or switch the channel off.');
    expect(page).toContain('Must be a whole number from 1 to 60.');
    expect(page).toContain('Write a time such as 22:00.');
    expect(page).toContain('value="Mine &lt;b&gt;"');
    expect(page).toContain('value="https://a.example/&lt;x&gt;"');
    expect(await channelsOf(people.alice)).toHaveLength(1);
  });

  test('mail to several people, and to strangers only through a server of one’s own', async () => {
    const { alice } = people;
    const both = { kind: 'email', name: 'Both', 'config.to': ['', 'alice@example.com', 'bob@example.com'] };
    expect((await alice.browser.post('/channels', both)).status).toBe(303);
    expect((await channelsOf(alice))[1]?.config).toEqual({ to: ['alice@example.com', 'bob@example.com'] });
    const stranger = { ...both, name: 'Out', 'config.to': ['', 'bob@example.com', 'a@x.example\nb@x.example'] };
    const refused = await alice.browser.post('/channels', stranger);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('a@x.example is nobody of this account.');
    const own = {
      ...stranger,
      'config.smtp_server': 'smtp.x.example',
      'config.from_email': 'alerts@x.example',
      'config.use_tls': ['false', 'true'],
    };
    expect((await alice.browser.post('/channels', own)).status).toBe(303);
    const out = (await channelsOf(alice)).find(({ name }) => name === 'Out');
    expect(out).toMatchObject({ verified: true, config: { to: ['bob@example.com', 'a@x.example', 'b@x.example'] } });
    const page = await (await alice.browser.get(`/channels/${out?.id}/edit`)).text();
    expect(page).toMatch(/id="f-others"[^>]*>a@x\.example\nb@x\.example</);
    expect(page).toMatch(/value="bob@example.com" checked/);
    // Without the server of one's own the strangers are strangers again.
    const back = await alice.browser.json('PATCH', `/api/channels/${out?.id}`, {
      config: { smtp_server: '', from_email: '' },
    });
    expect(((await back.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe('config.to');
  });

  test('whose address is confirmed is said beside it', async () => {
    const { alice } = people;
    const carol = await addMember(app, alice, 'carol@example.com', 'member');
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`update users set email_verified_at = null where id = ${carol.userId}`),
    );
    const page = await (await alice.browser.get('/channels/new')).text();
    expect(page).toMatch(/carol@example\.com <span[^>]*>not confirmed yet/);
    expect(page).toMatch(/bob@example\.com <span[^>]*>confirmed/);
  });

  test('a key that is left as it is does not follow to another server', async () => {
    const { alice } = people;
    const config = {
      to: ['alice@example.com'],
      smtp_server: 'smtp.x.example',
      from_email: 'a@x.example',
      username: 'u',
      password: 'opensesame',
    };
    const made = await alice.browser.json('POST', '/api/channels', { kind: 'email', config });
    const { id } = (await made.json()) as { id: string };
    const moved = await alice.browser.json('PATCH', `/api/channels/${id}`, { config: { smtp_server: 'evil.example' } });
    expect(((await moved.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe('config.password');
    const trial = { kind: 'email', id, config: { ...config, smtp_server: '127.0.0.1', password: '********' } };
    expect((await alice.browser.json('POST', '/api/channels/test', trial)).status).toBe(422);
    const renamed = await alice.browser.json('PATCH', `/api/channels/${id}`, { config: { from_email: 'b@x.example' } });
    expect(renamed.status).toBe(200);
    const page = await (await alice.browser.get(`/channels/${id}/edit`)).text();
    expect(page).not.toContain('opensesame');
    const hook = { kind: 'webhook', config: { url: 'https://a.example/1', headers: { 'X-Token': 'opensesame' } } };
    const { id: hookId } = (await (await alice.browser.json('POST', '/api/channels', hook)).json()) as { id: string };
    const elsewhere = { config: { url: 'https://evil.example', headers: { 'X-Token': '********' } } };
    expect((await alice.browser.json('PATCH', `/api/channels/${hookId}`, elsewhere)).status).toBe(422);
    const same = { config: { url: 'https://a.example/2' } };
    expect((await alice.browser.json('PATCH', `/api/channels/${hookId}`, same)).status).toBe(200);
  });

  test('a key that is not needed is taken away by its box, a needed one has none', async () => {
    const { alice } = people;
    const config = { url: 'https://am.example.com', token: 'opensesame' };
    const made = await alice.browser.json('POST', '/api/channels', { kind: 'alertmanager', name: 'AM', config });
    const { id } = (await made.json()) as { id: string };
    expect(await (await alice.browser.get(`/channels/${id}/edit`)).text()).toContain('name="remove.token"');
    const form = { name: 'AM', 'config.url': config.url, 'config.token': '' };
    const token = async () => JSON.parse((await stateOf(id)).config).token as unknown;
    await alice.browser.post(`/channels/${id}`, form);
    expect(await token()).toBe('opensesame');
    await alice.browser.post(`/channels/${id}`, { ...form, 'remove.token': 'true' });
    expect(await token()).toBeNull();
    const slack = { kind: 'slack', config: { url: 'https://hooks.slack.com/services/T000/B000/abcdefghijklmnop' } };
    const chat = (await (await alice.browser.json('POST', '/api/channels', slack)).json()) as { id: string };
    expect(await (await alice.browser.get(`/channels/${chat.id}/edit`)).text()).not.toContain('name="remove.');
  });

  test('on the free plan every kind but mail is locked, by page and by API', async () => {
    const { mallory } = people;
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'free' where id = ${mallory.accountId}`),
    );
    for (const kind of CHANNEL_KINDS.filter((one) => one !== 'email')) {
      const page = await (await mallory.browser.get(`/channels/new?kind=${kind}`)).text();
      expect(page).toContain(`${CHANNELS[kind].label} alerts are part of the Pro plan.`);
      expect(page).not.toContain('<button class="btn btn-primary"');
      for (const path of ['/api/channels', '/api/channels/test']) {
        const answer = await mallory.browser.json('POST', path, { kind, config: {} });
        if (answer.status === 429) continue;
        expect(await answer.json()).toMatchObject({ status: 403, code: 'limit' });
      }
    }
  });
});

describe('settings that are not saved', () => {
  test('are tried by form and by API, the answer is shown, nothing is kept', async () => {
    const { alice } = people;
    const bodies: string[] = [];
    const server = await serveHttp((request, response) => {
      request.on('data', (part: Buffer) => bodies.push(part.toString()));
      request.on('end', () => response.writeHead(500).end('database is locked'));
    });
    const form = { kind: 'webhook', name: 'Draft', 'config.url': server.url, events: ['', 'down'] };
    const tried = await alice.browser.post('/channels', { ...form, intent: 'test' });
    expect(tried.status).toBe(200);
    const page = await tried.text();
    expect(page).toContain('The test did not arrive');
    expect(page).toContain('500 Internal Server Error: database is locked');
    expect(page).toContain('value="Draft"');
    const trial = { kind: 'webhook', config: { url: server.url } };
    const answer = await alice.browser.json('POST', '/api/channels/test', trial);
    expect(await answer.json()).toMatchObject({
      delivery_id: null,
      sent: false,
      message: expect.stringMatching(/^500/),
    });
    expect(bodies.map((body) => JSON.parse(body) as object)).toMatchObject([{ event: 'test' }, { event: 'test' }]);
    expect(await channelsOf(alice)).toHaveLength(1);
    expect((await deliveriesOf(alice)).data).toEqual([]);
    await server.close();
  });

  test('go to confirmed people of the account only, and not more than six times a minute', async () => {
    const { alice, mallory } = people;
    const stranger = { kind: 'email', config: { to: ['stranger@example.org'] } };
    expect((await alice.browser.json('POST', '/api/channels/test', stranger)).status).toBe(422);
    const bob = { kind: 'email', config: { to: ['bob@example.com', 'alice@example.com'] } };
    const sent = await alice.browser.json('POST', '/api/channels/test', bob);
    expect(await sent.json()).toMatchObject({
      sent: true,
      answers: [{ recipient: 'bob@example.com' }, { sent: true }],
    });
    expect(sink.mails).toHaveLength(2);
    await app.deps.db.write('arrange', (tx) => tx.run(sql`update users set email_verified_at = null`));
    expect((await alice.browser.json('POST', '/api/channels/test', bob)).status).toBe(409);
    const { id } = await firstChannel(alice);
    const foreign = { ...bob, id };
    expect((await mallory.browser.json('POST', '/api/channels/test', foreign)).status).toBe(404);
    for (let i = 0; i < 3; i += 1) await alice.browser.json('POST', '/api/channels/test', bob);
    expect((await alice.browser.json('POST', '/api/channels/test', bob)).status).toBe(429);
    expect(sink.mails).toHaveLength(2);
  });
});

describe('a webhook that is on', () => {
  async function hookAt(url: string): Promise<string> {
    const answer = await people.alice.browser.json('POST', '/api/channels', {
      kind: 'webhook',
      name: 'Hook',
      config: { url },
    });
    return ((await answer.json()) as { id: string }).id;
  }

  test('gets a new secret that is shown once; both sign for a day', async () => {
    const { alice } = people;
    const signatures: string[] = [];
    const server = await serveHttp((request, response) => {
      signatures.push(String(request.headers['webhook-signature']));
      response.end();
    });
    const id = await hookAt(server.url);
    const answer = await alice.browser.post(`/channels/${id}/rotate-secret`);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const page = await answer.text();
    expect(page).toMatch(/whsec_[A-Za-z0-9+/]{43}=/);
    await alice.browser.json('POST', `/api/channels/${id}/test`);
    app.clock.advance(25 * 3_600_000);
    await alice.browser.json('POST', `/api/channels/${id}/test`);
    expect(signatures.map((line) => line.split(' ').length)).toEqual([2, 1]);
    const shown = await (await alice.browser.json('GET', `/api/channels/${id}`)).text();
    expect(shown).not.toContain('whsec_');
    const again = (await (await alice.browser.json('POST', `/api/channels/${id}/rotate-secret`)).json()) as object;
    expect(again).toEqual({ secret: expect.stringMatching(/^whsec_/) });
    const { id: mail } = await firstChannel(alice);
    expect((await alice.browser.json('POST', `/api/channels/${mail}/rotate-secret`)).status).toBe(409);
    expect(await actions(alice)).toEqual(expect.arrayContaining(['channel.created', 'channel.secret_rotated']));
    await server.close();
  });

  test('is sent what it has taken once more: the same bytes under the same key', async () => {
    const { alice } = people;
    const taken: { id: string; body: string }[] = [];
    const server = await serveHttp((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        taken.push({ id: String(request.headers['webhook-id']), body });
        response.end('thanks');
      });
    });
    const id = await hookAt(server.url);
    await goDown('Shop');
    await sendAll();
    const [sent] = (await deliveriesOf(alice, `?channel_id=${id}`)).data;
    expect(sent).toMatchObject({ state: 'sent', answer: '200 OK: thanks', late: false });
    app.clock.advance(60_000);
    await goDown('Blog');
    const button = await alice.browser.post(`/deliveries/${sent?.id}/replay`);
    expect(button.headers.get('location')).toBe(`/deliveries/${sent?.id}`);
    await sendAll();
    expect(taken).toHaveLength(3);
    expect(taken.filter((one) => one.id === taken[0]?.id)).toHaveLength(2);
    expect(new Set(taken.filter((one) => one.id === taken[0]?.id).map((one) => one.body)).size).toBe(1);
    expect(await actions(alice)).toContain('delivery.replayed');
    expect((await people.bob.browser.json('POST', `/api/deliveries/${sent?.id}/replay`)).status).toBe(403);
    expect((await people.mallory.browser.json('POST', `/api/deliveries/${sent?.id}/replay`)).status).toBe(404);
    const mail = (await deliveriesOf(alice, `?channel_id=${(await firstChannel(alice)).id}`)).data[0];
    expect((await alice.browser.json('POST', `/api/deliveries/${mail?.id}/replay`)).status).toBe(409);

    const page = await (await alice.browser.get(`/deliveries/${sent?.id}`)).text();
    expect(page).toContain('Shop is down.');
    expect(page).toContain('200 OK: thanks');
    expect(page).toMatch(/<dt>Sent again<\/dt>[\s\S]{0,300}by alice@example\.com/);
    expect(page).toContain('&quot;event&quot;: &quot;down&quot;');
    // The link that acts without a log-in is in what was sent, and not on the page.
    const [, token = ''] = /\/a\/([\w.~-]+)/.exec(taken[0]?.body ?? '') ?? [];
    expect(token.length).toBeGreaterThan(20);
    expect(page).not.toContain(token);
    await server.close();
  });

  test('that is gone is off with the reason, until somebody switches it on again', async () => {
    const { alice } = people;
    const server = await serveHttp((_request, response) => response.writeHead(410).end('deleted by its owner'));
    const id = await hookAt(server.url);
    await goDown('Shop');
    await sendAll();
    const off = (await channelsOf(alice)).find((one) => one.id === id);
    expect(off).toMatchObject({ enabled: false, disabled_reason: '410 Gone: deleted by its owner' });
    const page = await (await alice.browser.get('/channels')).text();
    expect(page).toContain('Switched off because the receiver is gone: 410 Gone: deleted by its owner');
    expect(page).toContain('Switch on again');
    await alice.browser.post(`/channels/${id}/enable`);
    const on = (await channelsOf(alice)).find((one) => one.id === id);
    expect(on).toMatchObject({ enabled: true, disabled_reason: null, last_error: null });
    await server.close();
  });

  async function actions(person: Person): Promise<string[]> {
    const rows = await app.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where account_id = ${person.accountId}`,
    );
    return rows.map(({ action }) => action);
  }
});

describe('the log', () => {
  test('says in words what a message waits for, that it is late, and with how many it left', async () => {
    const { alice } = people;
    await goDown('Shop');
    await goDown('Blog');
    const until = app.clock.now() + 3_600_000;
    await app.deps.db.write('arrange', async (tx) => {
      await tx.run(
        sql`update deliveries set held_for = 'quiet', next_attempt_at = ${until} where incident_id = 'inc_shop'`,
      );
      await tx.run(sql`update deliveries set state = 'sent', sent_at = created_at + 600000, batch_id = 'bat_1', answer = '250 ok'
        where incident_id = 'inc_blog'`);
      await tx.run(sql`insert into deliveries (id, account_id, channel_id, recipient, incident_id, event, dedup_key, payload,
          state, batch_id, answer, sent_at, created_at)
        select 'dlv_other', account_id, channel_id, recipient, incident_id, 'up', 'other', payload, 'sent', 'bat_1',
          answer, sent_at, created_at from deliveries where incident_id = 'inc_blog'`);
    });
    const page = await (await alice.browser.get('/deliveries')).text();
    expect(page).toMatch(/Waits for the end of quiet hours, until <time datetime="[^"]*"/);
    expect(page).toContain('Sent with one other');
    expect(page).toContain('<span class="chip">late</span>');
    const { data } = await deliveriesOf(alice, '?state=sent');
    expect(data).toMatchObject([{ batch_id: 'bat_1', late: true, answer: '250 ok' }, { batch_id: 'bat_1' }]);
    expect(await (await alice.browser.get('/deliveries/dlv_other')).text()).toContain('bat_1');
  });

  test('is filtered by channel, event and monitor, and keeps them while it is leafed through', async () => {
    const { alice } = people;
    await goDown('Shop');
    await goDown('Blog');
    const { id } = await firstChannel(alice);
    const rows = async (query: string) =>
      (await (await alice.browser.get(`/deliveries?${query}`)).text()).match(/class="row-link"/g)?.length ?? 0;
    expect(await rows(`channel=${id}`)).toBe(2);
    expect(await rows('monitor=mon_shop')).toBe(1);
    expect(await rows('monitor=mon_shop&event=down&state=queued')).toBe(1);
    expect(await rows('event=up')).toBe(0);
    expect(await rows('incident=inc_blog')).toBe(1);
    expect((await deliveriesOf(alice, '?monitor_id=mon_blog&event=down')).data).toHaveLength(1);
    const page = await (await alice.browser.get(`/deliveries?channel=${id}&state=queued`)).text();
    expect(page).toContain(`href="/deliveries?state=sent&amp;channel=${id}"`);
    expect((await people.mallory.browser.json('GET', '/api/deliveries?monitor_id=mon_blog')).status).toBe(200);
    expect((await deliveriesOf(people.mallory, '?monitor_id=mon_blog')).data).toEqual([]);
  });

  test.each([
    [{ state: 'dead' as const }, 'deliveries_unsent'],
    [{ state: 'failed' as const, event: 'up' }, 'deliveries_unsent'],
    [{ state: 'dead' as const, channelId: 'chn_x' }, 'deliveries_unsent'],
    [{ channelId: 'chn_x' }, 'deliveries_channel'],
    [{ channelId: 'chn_x', state: 'sent' as const }, 'deliveries_channel'],
    [{ incidentId: 'inc_x' }, 'deliveries_incident'],
    [{ monitorId: 'mon_x', state: 'sent' as const }, 'deliveries_incident'],
    [{}, 'deliveries_account'],
    [{ state: 'sent' as const, event: 'up' }, 'deliveries_account'],
    [{ event: 'degraded' }, 'deliveries_event'],
    [{ channelId: 'chn_x', event: 'test' }, 'deliveries_channel'],
  ])('with %j looks into %s', async (filter, index) => {
    const statement = deliveriesStatement('acc_x', { ...filter, before: [1, 'dlv_x'], limit: 51 });
    const plan = await app.deps.db.read.all<{ detail: string }>(sql`explain query plan ${statement}`);
    const steps = plan.map(({ detail }) => detail).filter((detail) => / d USING/.test(detail));
    expect(steps.join('\n')).toContain(`USING INDEX ${index} `);
    expect(plan.map(({ detail }) => detail).join('\n')).not.toMatch(/SCAN d\b/);
  });
});

describe('Telegram', () => {
  const TOKEN = '123456789:AAabcdefghijklmnopqrstuvwxyz012345';
  const chat = { id: -1001, type: 'supergroup', title: 'Ops <night>' };

  async function telegram(updates: object[]) {
    const asked: string[] = [];
    const server = await serveHttp((request, response) => {
      asked.push(request.url ?? '');
      request.resume();
      const result = (request.url ?? '').endsWith('/getMe') ? { username: 'alerts_bot' } : updates;
      request.on('end', () => response.end(JSON.stringify({ ok: true, result })));
    });
    return {
      ...server,
      asked,
      form: { kind: 'telegram', name: '', 'config.token': TOKEN, 'config.api_url': server.url },
    };
  }

  test('without a bot of the installation the form says so, and a bot of one’s own finds the chat', async () => {
    const { browser } = people.alice;
    const page = await (await browser.get('/channels/new?kind=telegram')).text();
    expect(page).toContain('Telegram is not configured on this installation');
    const server = await telegram([{ message: { chat, text: '/start' } }]);
    const found = await (await browser.post('/channels', { ...server.form, intent: 'chats' })).text();
    expect(found).toMatch(/name="chat" value="-1001" checked/);
    expect(found).toContain('Ops &lt;night&gt;');
    const saved = await browser.post('/channels', {
      ...server.form,
      'config.chat_id': '',
      chat: '-1001',
      events: ['', 'down'],
    });
    expect(saved.status, await saved.clone().text()).toBe(303);
    const made = (await channelsOf(people.alice)).find(({ kind }) => kind === 'telegram');
    expect(made?.config).toMatchObject({ chat_id: '-1001', token: '********' });

    // On the form of the saved one the stored token goes to its own server, and to no other.
    const { 'config.token': _, ...blank } = server.form;
    const again = await browser.post(`/channels/${made?.id}`, { ...blank, intent: 'chats' });
    expect(await again.text()).toContain('value="-1001"');
    const other = await telegram([]);
    const elsewhere = { ...blank, 'config.api_url': other.url, intent: 'chats' };
    expect((await browser.post(`/channels/${made?.id}`, elsewhere)).status).toBe(422);
    expect(other.asked).toEqual([]);
    await server.close();
    await other.close();
  });

  test('that heard nothing says what to do', async () => {
    const server = await telegram([]);
    const answer = await people.alice.browser.post('/channels', { ...server.form, intent: 'chats' });
    expect(await answer.text()).toContain('Write /start to @alerts_bot');
    await server.close();
  });

  test('with a bot of the installation only chats with the account’s own code are shown', async () => {
    const server = await telegram([{ message: { chat: { ...chat, title: 'Of somebody else' }, text: '/start' } }]);
    app.deps.config.telegram = { botToken: TOKEN, apiUrl: server.url };
    const { browser } = people.alice;
    const page = await (await browser.get('/channels/new?kind=telegram')).text();
    const [, code = ''] = /write <code>\/start (\w+)<\/code>/.exec(page) ?? [];
    expect(code).toMatch(/^\w{10}$/);
    const answer = await browser.post('/channels', { kind: 'telegram', name: '', intent: 'chats' });
    const text = await answer.text();
    expect(text).toContain(`/start ${code}`);
    expect(text).not.toContain('Of somebody else');
    expect(text).not.toContain(TOKEN);
    await server.close();
  });
});
