import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { escalationJob } from '../../src/engine/escalation.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DOWN, UP } from '../support/engine-world.ts';
import { type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let checks: ReturnType<typeof checker>;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  checks = checker(it);
});
afterEach(async () => {
  await checks.stop();
  await it.close();
});

interface Json {
  [key: string]: unknown;
  id: string;
}

async function call(person: Person, method: string, path: string, body?: unknown) {
  const answer = await person.browser.json(method, path, body);
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as Json };
}

async function add(person: Person, name: string, body: Record<string, unknown> = {}): Promise<string> {
  const made = await call(person, 'POST', '/api/monitors', { name, url: 'https://shop.example.com', ...body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

async function addChannel(person: Person, name: string): Promise<string> {
  const config = { url: `https://hooks.example.com/${encodeURIComponent(name)}` };
  const made = await call(person, 'POST', '/api/channels', { kind: 'webhook', name, config, is_default: false });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

async function fault(person: Person, method: string, path: string, body: unknown): Promise<unknown> {
  const { status, body: problem } = await call(person, method, path, body);
  return { status, errors: problem['errors'] };
}

async function textOf(path: string): Promise<string> {
  const html = await (await w.alice.browser.get(path)).text();
  return html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('what a monitor depends on', () => {
  test('is one of the account, never the monitor itself nor what depends on it', async () => {
    const router = await add(w.alice, 'Router');
    const shop = await add(w.alice, 'Shop', { parent_id: router });
    const cart = await add(w.alice, 'Cart', { parent_id: shop });
    const foreign = await add(w.mallory, 'Mallory');
    expect((await call(w.alice, 'GET', `/api/monitors/${shop}`)).body['parent_id']).toBe(router);
    const refused = (message: string) => ({ status: 422, errors: [{ field: 'parent_id', message }] });
    const patch = (id: string, parent_id: string) => fault(w.alice, 'PATCH', `/api/monitors/${id}`, { parent_id });
    expect(await patch(router, router)).toEqual(refused('A monitor cannot depend on itself.'));
    for (const below of [
      [shop, 'Shop'],
      [cart, 'Cart'],
    ] as const) {
      const message = `"${below[1]}" depends on this monitor already, so this one cannot depend on it.`;
      expect(await patch(router, below[0])).toEqual(refused(message));
    }
    for (const id of [foreign, 'mon_never']) {
      expect(await patch(shop, id)).toEqual(refused(`There is no monitor "${id}" in this account.`));
    }
    expect((await call(w.alice, 'PATCH', `/api/monitors/${cart}`, { parent_id: null })).body['parent_id']).toBeNull();
    // What a replacement leaves out goes back to nothing.
    const whole = { name: 'Shop', url: 'https://shop.example.com' };
    expect((await call(w.alice, 'PUT', `/api/monitors/${shop}`, whole)).body['parent_id']).toBeNull();
  });

  test('a parent that is deleted is nobody’s any more', async () => {
    const router = await add(w.alice, 'Router');
    const shop = await add(w.alice, 'Shop', { parent_id: router });
    await call(w.alice, 'DELETE', `/api/monitors/${router}`);
    expect((await call(w.alice, 'GET', `/api/monitors/${shop}`)).body['parent_id']).toBeNull();
  });

  test('is chosen in the form, which offers nothing that would make a loop, and both pages show it', async () => {
    const router = await add(w.alice, 'Router');
    const shop = await add(w.alice, 'Shop', { parent_id: router });
    const form = await (await w.alice.browser.get(`/monitors/${router}/edit`)).text();
    expect(form).not.toContain(`<option value="${shop}"`);
    expect(form).not.toContain(`<option value="${router}"`);
    const child = await (await w.alice.browser.get(`/monitors/${shop}/edit`)).text();
    expect(child).toContain(`<option value="${router}" selected>Router</option>`);
    expect(await textOf(`/monitors/${shop}/edit`)).toContain('that one is looked at first: up to 30s more.');
    expect(await textOf(`/monitors/${shop}`)).toContain('Depends on Router');
    expect(await textOf(`/monitors/${router}`)).toContain('Shop depends on this');
    const sent = { name: 'Shop', target: 'https://shop.example.com', parent_id: '' };
    expect((await w.alice.browser.post(`/monitors/${shop}`, sent)).status).toBe(303);
    expect((await call(w.alice, 'GET', `/api/monitors/${shop}`)).body['parent_id']).toBeNull();
  });

  test('given up while it mutes, or deleted, it lets go of what it muted', async () => {
    const [router, shop, cart] = [await add(w.alice, 'Router'), await add(w.alice, 'Shop'), await add(w.alice, 'Cart')];
    for (const id of [shop, cart]) await call(w.alice, 'PATCH', `/api/monitors/${id}`, { parent_id: router });
    await it.deps.db.write('arrange', (tx) => tx.run(sql`update monitors set failure_threshold = 1`));
    for (const id of [router, shop, cart]) {
      await checks.seen(id, UP);
      it.clock.advance(1_000);
    }
    for (const id of [router, shop, cart]) await checks.seen(id, DOWN);
    const queued = () =>
      it.deps.db.read.all<{ name: string; at: number }>(sql`
        select m.name, d.next_attempt_at as at from deliveries d join incidents i on i.id = d.incident_id
          join monitors m on m.no = i.monitor_no where d.state = 'queued' and d.event = 'down' order by d.rowid`);
    const now = it.clock.now();
    expect(await queued()).toEqual([{ name: 'Router', at: now }]);
    await call(w.alice, 'PATCH', `/api/monitors/${shop}`, { parent_id: null });
    expect(await queued()).toContainEqual({ name: 'Shop', at: now + MINUTE });
    await call(w.alice, 'DELETE', `/api/monitors/${router}`);
    expect(await queued()).toEqual([
      { name: 'Shop', at: now + MINUTE },
      { name: 'Cart', at: now + MINUTE },
    ]);
  });
});

describe('reminders', () => {
  test.each([4, 1441, 7.5, 'soon'])('every %s minutes is refused with a sentence', async (remind_every_minutes) => {
    const shop = await add(w.alice, 'Shop');
    const refused = await fault(w.alice, 'PATCH', `/api/monitors/${shop}`, { remind_every_minutes });
    expect(refused).toMatchObject({ status: 422, errors: [{ field: 'remind_every_minutes' }] });
  });

  test('are set in the form and by programs, and taken back', async () => {
    const shop = await add(w.alice, 'Shop', { remind_every_minutes: 25 });
    expect(await (await w.alice.browser.get(`/monitors/${shop}/edit`)).text()).toContain(
      '<option value="25" selected>Every 25m</option>',
    );
    const sent = { name: 'Shop', target: 'https://shop.example.com' };
    await w.alice.browser.post(`/monitors/${shop}`, { ...sent, remind_every_minutes: '60' });
    expect((await call(w.alice, 'GET', `/api/monitors/${shop}`)).body['remind_every_minutes']).toBe(60);
    await w.alice.browser.post(`/monitors/${shop}`, { ...sent, remind_every_minutes: '' });
    expect((await call(w.alice, 'GET', `/api/monitors/${shop}`)).body['remind_every_minutes']).toBeNull();
  });
});

describe('escalation policies', () => {
  test('have a whole life by the API', async () => {
    const [phone, boss] = [await addChannel(w.alice, 'Phone'), await addChannel(w.alice, 'Boss')];
    const made = await call(w.alice, 'POST', '/api/escalation-policies', {
      name: ' On call ',
      steps: [
        { after_minutes: 30, channel_ids: [boss] },
        { after_minutes: 10, channel_ids: [phone, phone] },
      ],
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'On call',
      steps: [
        { after_minutes: 10, channel_ids: [phone] },
        { after_minutes: 30, channel_ids: [boss] },
      ],
      monitor_ids: [],
      warning: null,
    });
    const { id } = made.body;
    const shop = await add(w.alice, 'Shop', { escalation_id: id });
    expect((await call(w.alice, 'GET', '/api/escalation-policies')).body).toMatchObject({
      data: [{ id, monitor_ids: [shop] }],
      next_cursor: null,
    });
    await call(w.alice, 'DELETE', `/api/channels/${boss}`);
    const kept = (await call(w.alice, 'GET', `/api/escalation-policies/${id}`)).body;
    expect(kept['steps']).toEqual([
      { after_minutes: 10, channel_ids: [phone] },
      { after_minutes: 30, channel_ids: [] },
    ]);
    expect(kept['warning']).toBe('The step after 30 min tells nobody: none of its channels is there and switched on.');
    await call(w.alice, 'DELETE', `/api/channels/${phone}`);
    expect((await call(w.alice, 'PATCH', `/api/escalation-policies/${id}`, { name: 'Night' })).body).toMatchObject({
      name: 'Night',
      warning: 'It tells nobody: none of its channels is there and switched on.',
    });
    expect((await call(w.alice, 'DELETE', `/api/escalation-policies/${id}`)).status).toBe(204);
    expect((await call(w.alice, 'GET', `/api/monitors/${shop}`)).body['escalation_id']).toBeNull();
  });

  test('what does not fit is refused, each field with its sentence', async () => {
    const phone = await addChannel(w.alice, 'Phone');
    const theirs = await addChannel(w.mallory, 'Theirs');
    const post = (name: string, ...steps: unknown[]) =>
      fault(w.alice, 'POST', '/api/escalation-policies', { name, steps });
    const step = (after_minutes: number, ...channel_ids: string[]) => ({ after_minutes, channel_ids });
    const refused = (field: string, message: string) => ({ status: 422, errors: [{ field, message }] });
    expect(await post('', step(5, phone))).toEqual(refused('name', 'Give it a name.'));
    expect(await post('x')).toEqual(refused('steps', 'A policy needs at least one step.'));
    expect(await post('x', step(5))).toEqual(refused('steps.0.channel_ids', 'Choose at least one channel.'));
    expect(await post('x', step(1_441, phone))).toEqual(
      refused('steps.0.after_minutes', 'Must be at most 1440 minutes, a day.'),
    );
    expect(await post('x', step(5, phone), step(5, phone))).toEqual(
      refused('steps.1.after_minutes', 'Another step has the same time already: put its channels there.'),
    );
    expect(await post('x', ...[1, 2, 3, 4, 5, 6].map((minutes) => step(minutes, phone)))).toEqual(
      refused('steps', 'A policy has at most 5 steps.'),
    );
    for (const id of [theirs, 'chn_never']) {
      expect(await post('x', step(5, phone), step(9, id))).toEqual(
        refused('steps.1.channel_ids', `There is no channel "${id}" in this account.`),
      );
    }
    const mine = await call(w.mallory, 'POST', '/api/escalation-policies', { name: 'M', steps: [step(5, theirs)] });
    const shop = await add(w.alice, 'Shop');
    expect(await fault(w.alice, 'PATCH', `/api/monitors/${shop}`, { escalation_id: mine.body.id })).toEqual(
      refused('escalation_id', `There is no escalation policy "${mine.body.id}" in this account.`),
    );
  });

  test('are made and changed by a form of five steps, of which empty ones are not there', async () => {
    const [phone, boss] = [await addChannel(w.alice, 'Phone'), await addChannel(w.alice, 'Boss')];
    const wrong = { name: 'On call', after_0: '10', channels_0: '', after_2: '', channels_2: phone };
    const again = await w.alice.browser.post('/escalations', wrong);
    expect(again.status).toBe(422);
    const drawn = await again.text();
    expect(drawn).toContain('Choose at least one channel.');
    expect(drawn).toContain('Must be a whole number of minutes.');
    const right = { name: 'On call', after_0: '10', channels_0: [phone, boss], after_3: '45', channels_3: boss };
    expect((await w.alice.browser.post('/escalations', right)).status).toBe(303);
    const list = (await call(w.alice, 'GET', '/api/escalation-policies')).body['data'] as Json[];
    expect(list).toMatchObject([
      {
        name: 'On call',
        steps: [
          { after_minutes: 10, channel_ids: [phone, boss] },
          { after_minutes: 45, channel_ids: [boss] },
        ],
      },
    ]);
    const shop = await add(w.alice, 'Shop', { escalation_id: list[0]?.id });
    expect(await textOf('/escalations')).toMatch(/On call .* After 10m Phone Boss After 45m Boss Used by Shop \./);
    expect(await (await w.alice.browser.get(`/monitors/${shop}/edit`)).text()).toContain(
      `<option value="${list[0]?.id}" selected>On call</option>`,
    );
    expect(await textOf(`/escalations/${list[0]?.id}/delete`)).toContain('One monitor uses it');
    expect((await w.alice.browser.post(`/escalations/${list[0]?.id}/delete`)).status).toBe(303);
    expect(await textOf('/escalations')).toContain('Nobody else is told');
  });

  test('an incident goes up its steps, and the monitor’s page says who is told when', async () => {
    const phone = await addChannel(w.alice, 'Phone');
    const steps = [{ after_minutes: 10, channel_ids: [phone] }];
    const policy = await call(w.alice, 'POST', '/api/escalation-policies', { name: 'On call', steps });
    const shop = await add(w.alice, 'Shop', { escalation_id: policy.body.id, failure_threshold: 1 });
    expect(await textOf(`/monitors/${shop}`)).toMatch(
      /At once, on this monitor .* If nobody acknowledges, after 10 minutes/,
    );
    await checks.seen(shop, DOWN);
    it.clock.advance(10 * MINUTE);
    await escalationJob(it.deps)();
    const open = (await call(w.alice, 'GET', '/api/incidents')).body['data'] as Json[];
    expect(await textOf(`/incidents/${open[0]?.id}`)).toContain('Nobody acknowledged it for 10 minutes');
  });
});

describe('who is told', () => {
  test('names each way, and warns when there is nobody', async () => {
    const shop = await add(w.alice, 'Shop', { tags: ['shop'], channel_ids: [] });
    expect(await textOf(`/monitors/${shop}`)).toContain('Nobody is told when this goes down.');
    const tagged = await addChannel(w.alice, 'Tagged');
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update channels set tags = '["shop","eu"]' where id = ${tagged}`),
    );
    expect(await textOf(`/monitors/${shop}`)).toContain('At once, by tag shop');
    expect(await textOf(`/monitors/${shop}`)).not.toContain('Nobody is told');
    await it.deps.db.write('arrange', (tx) => tx.run(sql`update channels set enabled = 0 where id = ${tagged}`));
    expect(await textOf(`/monitors/${shop}`)).toMatch(/no channel of it can be reached.* switched off/);
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update channels set enabled = 1, events = '["up"]' where id = ${tagged}`),
    );
    expect(await textOf(`/monitors/${shop}`)).toContain('not of failures');
    expect(await textOf(`/monitors/${shop}`)).toContain('Nobody is told when this goes down');
  });
});
