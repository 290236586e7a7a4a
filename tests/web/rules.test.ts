import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { type Person, signUp, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

interface Answer {
  id: string;
  position: number;
  tag: string;
  settings: Record<string, unknown>;
  errors?: { field: string; message: string }[];
}

async function call(person: Person, method: string, path: string, body?: unknown, status = 200): Promise<Answer> {
  const answer = await person.browser.json(method, path, body);
  expect(answer.status, await answer.clone().text()).toBe(status);
  return (status === 204 ? {} : await answer.json()) as Answer;
}

const addRule = (tag: string, settings: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  call(w.alice, 'POST', '/api/tag-rules', { tag, settings, ...rest }, 201);

const addMonitor = (input: Record<string, unknown> = {}, person = w.alice) =>
  call(person, 'POST', '/api/monitors', { target: 'https://shop.example.com', ...input }, 201);

async function addChannel(name: string, person = w.alice): Promise<string> {
  const config = { url: `https://hooks.example.com/${name}` };
  return (await call(person, 'POST', '/api/channels', { kind: 'webhook', name, is_default: false, config }, 201)).id;
}

test('a new monitor takes from the rules of its tags what its maker leaves out, and nothing else', async () => {
  const channel = await addChannel('Ops');
  const steps = [{ after_minutes: 10, channel_ids: [channel] }];
  const policy = (await call(w.alice, 'POST', '/api/escalation-policies', { name: 'Night', steps }, 201)).id;
  const settings = {
    interval_seconds: 60,
    failure_threshold: 2,
    channel_ids: [channel],
    escalation_id: policy,
    public: true,
    remind_every_minutes: 30,
  };
  await addRule('production', settings);
  expect(await addMonitor({ tags: ['production'] })).toMatchObject(settings);
  const own = {
    interval_seconds: 600,
    channel_ids: [],
    escalation_id: null,
    public: false,
    remind_every_minutes: null,
  };
  expect(await addMonitor({ tags: ['production'], ...own })).toMatchObject({ ...own, failure_threshold: 2 });
  expect(await addMonitor({ tags: ['staging'] })).toMatchObject({ interval_seconds: 300, failure_threshold: 3 });
  const shown = await it.deps.db.read.all(sql`select id from components where monitor_no is not null`);
  expect(shown).toHaveLength(1);
});

test('of several rules the first that names a field wins, and their order can be changed', async () => {
  await addRule('web', { interval_seconds: 600, failure_threshold: 5 });
  const shop = await addRule('shop', { interval_seconds: 60 });
  const tags = ['shop', 'web'];
  expect(await addMonitor({ tags })).toMatchObject({ interval_seconds: 600, failure_threshold: 5 });
  await call(w.alice, 'PATCH', `/api/tag-rules/${shop.id}`, { position: 0 });
  expect(await addMonitor({ tags })).toMatchObject({ interval_seconds: 60, failure_threshold: 5 });
  const first = await addRule('eu', { failure_threshold: 1 }, { position: 0 });
  expect(first.position).toBe(0);
  expect(await addMonitor({ tags: [...tags, 'eu'] })).toMatchObject({ interval_seconds: 60, failure_threshold: 1 });
});

test('a monitor that exists stays as it is when it gets the tag, is replaced, or the rule changes', async () => {
  const { id } = await addMonitor();
  const rule = await addRule('web', { interval_seconds: 60 });
  expect(await call(w.alice, 'PATCH', `/api/monitors/${id}`, { tags: ['web'] })).toMatchObject({
    interval_seconds: 300,
  });
  const replaced = await call(w.alice, 'PUT', `/api/monitors/${id}`, { target: 'https://a.example', tags: ['web'] });
  expect(replaced).toMatchObject({ interval_seconds: 300 });
  await call(w.alice, 'PATCH', `/api/tag-rules/${rule.id}`, { settings: { interval_seconds: 120 } });
  expect(await call(w.alice, 'GET', `/api/monitors/${id}`)).toMatchObject({ interval_seconds: 300 });
});

test('what does not fit is passed over: other kinds, deleted channels and policies, a smaller plan', async () => {
  const [gone, kept] = [await addChannel('Gone'), await addChannel('Kept')];
  const steps = [{ after_minutes: 10, channel_ids: [kept] }];
  const policy = (await call(w.alice, 'POST', '/api/escalation-policies', { name: 'Night', steps }, 201)).id;
  await addRule('x', { interval_seconds: 30, channel_ids: [gone, kept], escalation_id: policy });
  await call(w.alice, 'DELETE', `/api/channels/${gone}`, undefined, 204);
  await call(w.alice, 'DELETE', `/api/escalation-policies/${policy}`, undefined, 204);
  expect(await addMonitor({ tags: ['x'] })).toMatchObject({
    interval_seconds: 30,
    channel_ids: [kept],
    escalation_id: null,
  });
  expect(await addMonitor({ tags: ['x'], timeout_seconds: 60 })).toMatchObject({ interval_seconds: 300 });
  const beat = await addMonitor({ tags: ['x'], type: 'heartbeat', target: '', name: 'Job' });
  expect(beat).toMatchObject({ interval_seconds: 300, channel_ids: [kept] });
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`update accounts set plan = 'pro' where id = ${w.alice.accountId}`),
  );
  expect(await addMonitor({ tags: ['x'] })).toMatchObject({ interval_seconds: 60 });
});

test('a rule holds only what the account has and its plan allows; unknown fields are named', async () => {
  const hers = await addChannel('Hers', w.mallory);
  const faults: [Record<string, unknown>, string, number][] = [
    [{ tag: 'x', settings: { channel_ids: [hers] } }, 'settings.channel_ids', 422],
    [{ tag: 'x', settings: { escalation_id: 'esc_unknown' } }, 'settings.escalation_id', 422],
    [{ tag: 'x', settings: { colour: 'red' } }, 'settings.colour', 422],
    [{ tag: 'x', settings: {} }, 'settings', 422],
    [{ tag: ' ', settings: { public: true } }, 'tag', 422],
    [{ tag: 'a,b', settings: { public: true } }, 'tag', 422],
    [{ tag: 'x', settings: { public: true }, colour: 'red' }, 'colour', 422],
    [{ tag: 'x', settings: { interval_seconds: 5 } }, 'settings.interval_seconds', 422],
  ];
  for (const [body, field, status] of faults) {
    const { errors } = await call(w.alice, 'POST', '/api/tag-rules', body, status);
    expect(errors?.map((one) => one.field)).toContain(field);
  }
  const zoe = await signUp(it, 'zoe@example.com', 'zoe-shop');
  const often = { tag: 'x', settings: { interval_seconds: 60 } };
  expect((await call(zoe, 'POST', '/api/tag-rules', often, 403)).errors?.[0]?.field).toBe('settings.interval_seconds');
  await addRule('x', { public: true });
  await call(w.alice, 'POST', '/api/tag-rules', { tag: 'x', settings: { public: false } }, 409);
  expect(await it.deps.db.read.all(sql`select tag from tag_rules`)).toEqual([{ tag: 'x' }]);
});

test('rules are the account’s own, and viewers only look', async () => {
  const { id } = await addRule('x', { interval_seconds: 60 });
  for (const [method, body] of [['GET'], ['PATCH', { tag: 'y' }], ['DELETE']] as const) {
    await call(w.mallory, method, `/api/tag-rules/${id}`, body, 404);
  }
  await call(w.bob, 'GET', `/api/tag-rules/${id}`);
  await call(w.bob, 'PATCH', `/api/tag-rules/${id}`, { tag: 'y' }, 403);
  await call(w.bob, 'DELETE', `/api/tag-rules/${id}`, undefined, 403);
  expect(await addMonitor({ tags: ['x'] }, w.mallory)).toMatchObject({ interval_seconds: 300 });
  expect(await (await w.bob.browser.get('/settings/rules')).text()).not.toContain('/settings/rules/new');
  await call(w.alice, 'DELETE', `/api/tag-rules/${id}`, undefined, 204);
  const record = await it.deps.db.read.all(
    sql`select action from audit_log where action like 'tag_rule.%' order by id`,
  );
  expect(record).toEqual([{ action: 'tag_rule.created' }, { action: 'tag_rule.deleted' }]);
});

/** The fields of a form as a browser would send them back, ticked boxes and chosen options. */
function fieldsOf(html: string): Record<string, string | string[]> {
  const form = /<form[^>]*data-monitor-form[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
  const fields: Record<string, string[]> = {};
  const put = (name: string, value: string) => (fields[name] ??= []).push(decode(value));
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1];
    const isBox = attribute('type') === 'checkbox';
    if (attribute('name') && (!isBox || / checked/.test(input))) put(attribute('name') ?? '', attribute('value') ?? '');
  }
  for (const [, name = '', options = ''] of form.matchAll(/<select[^>]* name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option value="([^"]*)"( selected)?/g)];
    put(name, (all.find(([, , selected]) => selected) ?? all[0])?.[1] ?? '');
  }
  return fields;
}

function decode(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}

test('the form: what nobody touched is from the rule, what somebody chose is not, and it says which', async () => {
  const channel = await addChannel('Ops');
  await addRule('shop', { interval_seconds: 60, channel_ids: [channel], public: true });
  const browser = w.alice.browser;
  const fresh = fieldsOf(await (await browser.get('/monitors/new')).text());
  expect(fresh['interval_seconds']).toEqual(['300']);
  const filled = { ...fresh, target: 'https://shop.example.com', name: 'Shop', tags: 'shop' };
  const looked = await (await browser.post('/monitors', { ...filled, intent: 'preview' })).text();
  expect(looked).toContain('From the rule for “shop”.');
  expect(looked).toMatch(/the rule\s+for “shop” counts: Checked every 1m; Alerts go to Ops; Shown on status pages/);
  const redrawn = fieldsOf(looked);
  expect(redrawn).toMatchObject({ interval_seconds: ['60'], public: ['false', 'true'], channel_ids: ['', channel] });

  const made = async (fields: Record<string, string | string[]>) => {
    const answer = await browser.post('/monitors', fields);
    expect(answer.status, await answer.clone().text()).toBe(303);
    return call(w.alice, 'GET', `/api${answer.headers.get('location')}`);
  };
  const asGiven = { interval_seconds: 60, channel_ids: [channel], public: true };
  expect(await made(filled)).toMatchObject(asGiven);
  expect(await made(redrawn)).toMatchObject(asGiven);
  const chosen = { ...redrawn, interval_seconds: '300', channel_ids: [''], public: ['false'] };
  expect(await made(chosen)).toMatchObject({ interval_seconds: 300, channel_ids: [], public: false });
  expect(await made({ ...redrawn, tags: '' })).toMatchObject({ interval_seconds: 300, public: false });
});

test('in pages: a rule is made, changed, moved and deleted, and a fault keeps what was typed', async () => {
  const browser = w.alice.browser;
  const bad = await browser.post('/settings/rules', { tag: 'shop', failure_threshold: '99' });
  expect(bad.status).toBe(422);
  expect(await bad.text()).toMatch(/value="99"[\s\S]*at most 20/);
  const empty = await browser.post('/settings/rules', { tag: 'shop' });
  expect(empty.status).toBe(422);
  expect(await empty.text()).toContain('Say at least one thing that the rule gives.');
  const form = { tag: 'shop', interval_seconds: '60', remind_every_minutes: 'never', gives_channels: 'true' };
  expect((await browser.post('/settings/rules', form)).status).toBe(303);
  expect((await browser.post('/settings/rules', { tag: 'web', public: 'true' })).status).toBe(303);
  const list = await (await browser.get('/settings/rules')).text();
  for (const line of ['Checked every 1m', 'No reminders', 'Alerts go to nobody', 'Shown on status pages']) {
    expect(list).toContain(line);
  }
  const rules = await it.deps.db.read.all<{ id: string; settings: string }>(
    sql`select * from tag_rules order by position`,
  );
  const [shop = '', web = ''] = rules.map(({ id }) => id);
  expect(JSON.parse(rules[0]?.settings ?? '')).toEqual({
    interval_seconds: 60,
    remind_every_minutes: null,
    channel_ids: [],
  });
  await browser.post(`/settings/rules/${web}/move`, { to: '0' });
  await browser.post(`/settings/rules/${shop}`, { ...form, tag: 'store' });
  const after = await it.deps.db.read.all(sql`select tag, position from tag_rules order by position`);
  expect(after).toEqual([
    { tag: 'web', position: 0 },
    { tag: 'store', position: 1 },
  ]);
  expect((await browser.post(`/settings/rules/${shop}/delete`)).status).toBe(303);
  expect((await w.mallory.browser.get(`/settings/rules/${web}`)).status).toBe(404);
  expect((await w.bob.browser.get(`/settings/rules/${web}`)).status).toBe(403);
});

test('applied to monitors that exist, with a preview and an undo', async () => {
  const { id } = await addMonitor({ name: 'Shop', tags: ['shop'] });
  await addRule('shop', { interval_seconds: 60, failure_threshold: 2, public: true });
  const page = await (await w.alice.browser.get('/settings/rules')).text();
  const change = decode(/name="change" value="([^"]*)"/.exec(page)?.[1] ?? '');
  const form = { all: '1', tag: 'shop', do: 'rule', change };
  const preview = await (await w.alice.browser.post('/monitors/bulk', form)).text();
  expect(preview).toContain('1 of 1 will change');
  expect(preview).toContain('Down after 2 failed checks in a row');
  await w.alice.browser.post('/monitors/bulk/confirm', { ids: id, do: 'rule', change });
  const applied = { interval_seconds: 60, failure_threshold: 2, public: true };
  expect(await call(w.alice, 'GET', `/api/monitors/${id}`)).toMatchObject(applied);
  const [undo] = await it.deps.db.read.all<{ id: string }>(sql`select id from undos`);
  await call(w.alice, 'POST', `/api/undo/${undo?.id}`);
  const before = { interval_seconds: 300, failure_threshold: 3, public: false };
  expect(await call(w.alice, 'GET', `/api/monitors/${id}`)).toMatchObject(before);
});
