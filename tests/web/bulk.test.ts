import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findOpenIncident } from '../../src/incidents/machine-queries.ts';
import { MINUTE } from '../../src/core/time.ts';
import { newId } from '../../src/db/ids.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Person, signUp, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

interface Outcome {
  matched: number;
  changed: number;
  unchanged: { id: string; reason: string; message: string }[];
  partly: { id: string; field: string; reason: string }[];
  managed: string[];
  undo_id: string | null;
  errors?: { field: string; message: string }[];
}

async function add(person: Person, input: Record<string, unknown> = {}): Promise<string> {
  const answer = await person.browser.json('POST', '/api/monitors', { target: 'https://shop.example.com', ...input });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function addChannel(person: Person, name: string): Promise<string> {
  const answer = await person.browser.json('POST', '/api/channels', {
    kind: 'webhook',
    name,
    is_default: false,
    config: { url: `https://hooks.example.com/${name}` },
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function bulk(person: Person, body: Record<string, unknown>, status = 200): Promise<Outcome> {
  const answer = await person.browser.json('POST', '/api/monitors/bulk', body);
  expect(answer.status, await answer.clone().text()).toBe(status);
  return (await answer.json()) as Outcome;
}

async function read(id: string): Promise<Record<string, unknown>> {
  return (await (await w.alice.browser.json('GET', `/api/monitors/${id}`)).json()) as Record<string, unknown>;
}

async function undo(id: string | null, status = 200, person = w.alice) {
  const answer = await person.browser.json('POST', `/api/undo/${id}`);
  expect(answer.status, await answer.clone().text()).toBe(status);
  return (await answer.json()) as { restored: number; skipped: { id: string; field: string | null; reason: string }[] };
}

/** A thousand of Alice's monitors without the thousand requests. */
async function addMany(count: number): Promise<void> {
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, next_check_at, created_at)
      select 'mon_many' || i, ${w.alice.accountId}, 'Many ' || i, 'http', 'https://many.example.com/', '{}', 300, 30,
        3, 1, 0, '["many"]', ${it.clock.now()}, ${it.clock.now()} + i from n`),
  );
}

async function openIncident(monitorId: string): Promise<number> {
  const at = it.clock.now();
  return it.deps.db.write('arrange', async (tx) => {
    const [row] = await tx.all<{ no: number }>(sql`select no from monitors where id = ${monitorId}`);
    const no = row?.no ?? 0;
    await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      values (${newId('inc')}, ${w.alice.accountId}, ${no}, 'connect_refused', 'refused', ${at}, ${at})`);
    return no;
  });
}

test('what is named changes together, with one line in the record, and goes back with one undo', async () => {
  const [a, b, c] = [await add(w.alice, { tags: ['x'] }), await add(w.alice, { tags: ['y'] }), await add(w.alice)];
  const done = await bulk(w.alice, { ids: [a, b], change: { tags_add: ['y', 'z'], interval_seconds: 600 } });
  expect(done).toMatchObject({ matched: 2, changed: 2, unchanged: [], partly: [] });
  expect(await read(a)).toMatchObject({ tags: ['x', 'y', 'z'], interval_seconds: 600 });
  expect(await read(b)).toMatchObject({ tags: ['y', 'z'], interval_seconds: 600 });
  expect(await read(c)).toMatchObject({ tags: [], interval_seconds: 300 });
  const lines = await it.deps.db.read.all<{ action: string; detail: string }>(
    sql`select action, detail from audit_log where action like 'monitors.%'`,
  );
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]?.detail ?? '')).toMatchObject({ name: 'Changed 2 monitors', changed: 2 });
  expect(await undo(done.undo_id)).toEqual({ restored: 2, skipped: [] });
  expect(await read(a)).toMatchObject({ tags: ['x'], interval_seconds: 300 });
  await undo(done.undo_id, 404);
});

test('a dry run says the same and changes nothing', async () => {
  const [a, b] = [await add(w.alice), await add(w.alice, { paused: true })];
  const wanted = { filter: {}, change: { paused: true } };
  const dry = await bulk(w.alice, { ...wanted, dry_run: true });
  expect(dry).toMatchObject({ matched: 2, changed: 1, undo_id: null });
  expect(dry.unchanged).toEqual([{ id: b, reason: 'already', message: 'It is so already.' }]);
  expect(await read(a)).toMatchObject({ paused: false });
  expect(await bulk(w.alice, wanted)).toMatchObject({ matched: 2, changed: 1, unchanged: dry.unchanged });
  expect(await read(a)).toMatchObject({ paused: true });
});

test('a filter takes what the list shows; one that matches nothing leaves no trace', async () => {
  const shop = await add(w.alice, { name: 'Shop', tags: ['web'] });
  const mail = await add(w.alice, { name: 'Mail', tags: ['web'] });
  const change = { failure_threshold: 5 };
  expect(await bulk(w.alice, { filter: { tag: 'web', q: 'mai' }, change })).toMatchObject({ matched: 1, changed: 1 });
  expect(await read(mail)).toMatchObject({ failure_threshold: 5 });
  expect(await read(shop)).toMatchObject({ failure_threshold: 3 });
  expect(await bulk(w.alice, { filter: { tag: 'nobody' }, change })).toMatchObject({
    matched: 0,
    changed: 0,
    undo_id: null,
  });
  const rows = await it.deps.db.read.all(sql`select id from audit_log where action = 'monitors.changed'`);
  expect(rows).toHaveLength(1);
});

test('pausing closes incidents as the single action does, and takes alerts back', async () => {
  const channel = await addChannel(w.alice, 'Ops');
  const [a, b] = [await add(w.alice, { channel_ids: [channel] }), await add(w.alice)];
  const child = await add(w.alice, { parent_id: b });
  const [noA, noB] = [await openIncident(a), await openIncident(b)];
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into deliveries (id, account_id, channel_id, incident_id, event, dedup_key, payload, state, created_at)
      select ${newId('dlv')}, ${w.alice.accountId}, ${channel}, id, 'down', id, '{}', 'queued', 0 from incidents
      where monitor_no = ${noA}`),
  );
  expect(await bulk(w.alice, { ids: [a, b, child], change: { paused: true } })).toMatchObject({ changed: 3 });
  const closed = await it.deps.db.read.all(sql`select monitor_no, resolved_cause, resolved_at,
    (select text from incident_events e where e.incident_id = i.id and kind = 'resolved') as text
    from incidents i order by monitor_no`);
  const end = { resolved_cause: 'paused', resolved_at: it.clock.now(), text: 'Closed because the monitor was paused.' };
  expect(closed).toEqual([
    { monitor_no: noA, ...end },
    { monitor_no: noB, ...end },
  ]);
  expect(await it.deps.db.read.all(sql`select state from deliveries where event = 'down'`)).toEqual([
    { state: 'cancelled' },
  ]);
  expect(await read(a)).toMatchObject({ status: 'paused', next_check_at: null });
});

test('a result that comes while many are paused opens nothing afterwards', async () => {
  const a = await add(w.alice, { failure_threshold: 1 });
  const paused = bulk(w.alice, { ids: [a], change: { paused: true } });
  const changed = w.alice.browser.json('PATCH', `/api/monitors/${a}`, { name: 'Renamed meanwhile' });
  await Promise.all([paused, changed]);
  expect(await read(a)).toMatchObject({ paused: true, name: 'Renamed meanwhile' });
  const [row] = await it.deps.db.read.all<{ no: number }>(sql`select no from monitors where id = ${a}`);
  expect(await it.deps.db.write('look', (tx) => findOpenIncident(tx, row?.no ?? 0))).toBeNull();
});

test('channels are added, taken off and set; the undo brings back what is left of them', async () => {
  const [ops, night, gone] = [
    await addChannel(w.alice, 'Ops'),
    await addChannel(w.alice, 'Night'),
    await addChannel(w.alice, 'Gone'),
  ];
  const a = await add(w.alice, { channel_ids: [ops, gone] });
  await bulk(w.alice, { ids: [a], change: { channels_add: [night], channels_remove: [ops] } });
  expect(new Set((await read(a))['channel_ids'] as string[])).toEqual(new Set([night, gone]));
  const set = await bulk(w.alice, { ids: [a], change: { channels_set: [ops] } });
  expect(await read(a)).toMatchObject({ channel_ids: [ops] });
  expect((await w.alice.browser.json('DELETE', `/api/channels/${gone}`)).status).toBe(204);
  expect(await undo(set.undo_id)).toEqual({ restored: 1, skipped: [] });
  expect(await read(a)).toMatchObject({ channel_ids: [night] });
});

test('an undo leaves alone what somebody changed since, and says so', async () => {
  const [a, b, c] = [await add(w.alice), await add(w.alice), await add(w.alice)];
  const done = await bulk(w.alice, { ids: [a, b, c], change: { interval_seconds: 600, tags_add: ['x'] } });
  await w.alice.browser.json('PATCH', `/api/monitors/${a}`, { interval_seconds: 900 });
  await w.alice.browser.json('DELETE', `/api/monitors/${c}`);
  expect(await undo(done.undo_id)).toEqual({
    restored: 2,
    skipped: [
      { id: a, field: 'interval_seconds', reason: 'changed_since' },
      { id: c, field: null, reason: 'deleted' },
    ],
  });
  expect(await read(a)).toMatchObject({ interval_seconds: 900, tags: [] });
  expect(await read(b)).toMatchObject({ interval_seconds: 300, tags: [] });
});

test('whoever was paused again since stays paused', async () => {
  const a = await add(w.alice);
  const first = await bulk(w.alice, { ids: [a], change: { paused: true } });
  it.clock.advance(1_000);
  await w.alice.browser.json('POST', `/api/monitors/${a}/resume`);
  await w.alice.browser.json('POST', `/api/monitors/${a}/pause`);
  expect(await undo(first.undo_id)).toMatchObject({ restored: 0, skipped: [{ id: a, reason: 'changed_since' }] });
  expect(await read(a)).toMatchObject({ paused: true });
});

test('two changes of the same monitors at once: both count, and the first is undone only where it still stands', async () => {
  const a = await add(w.alice);
  const changes = { one: { tags_add: ['one'], interval_seconds: 600 }, two: { tags_add: ['two'] } };
  const [one, two] = await Promise.all([
    bulk(w.alice, { ids: [a], change: changes.one }),
    bulk(w.alice, { ids: [a], change: changes.two }),
  ]);
  // Which of the two came first is not ours to say: the order of the tags tells it.
  const { tags, interval_seconds } = await read(a);
  expect(new Set(tags as string[])).toEqual(new Set(['one', 'two']));
  expect(interval_seconds).toBe(600);
  const first = (tags as string[])[0] === 'one' ? 'one' : 'two';
  const skipped = [{ id: a, field: 'tags', reason: 'changed_since' }];
  if (first === 'one') {
    // Its interval still stands and goes back; its tag has been built upon, and stays.
    expect(await undo(one.undo_id)).toEqual({ restored: 1, skipped });
    expect(await undo(two.undo_id)).toEqual({ restored: 1, skipped: [] });
  } else {
    expect(await undo(two.undo_id)).toEqual({ restored: 0, skipped });
    expect(await undo(one.undo_id)).toEqual({ restored: 1, skipped: [] });
  }
  expect(await read(a)).toMatchObject({ tags: [first], interval_seconds: 300 });
});

test('an undo is the account’s own, once, within ten minutes, and not for viewers', async () => {
  const a = await add(w.alice);
  const done = await bulk(w.alice, { ids: [a], change: { paused: true } });
  await undo(done.undo_id, 404, w.mallory);
  await undo(done.undo_id, 403, w.bob);
  const both = await Promise.all([
    w.alice.browser.json('POST', `/api/undo/${done.undo_id}`),
    w.alice.browser.json('POST', `/api/undo/${done.undo_id}`),
  ]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
  const again = await bulk(w.alice, { ids: [a], change: { paused: true } });
  it.clock.advance(10 * MINUTE);
  await undo(again.undo_id, 404);
  expect(await read(a)).toMatchObject({ paused: true });
});

test('each kind keeps what it cannot have', async () => {
  const beat = await add(w.alice, { type: 'heartbeat', target: '', name: 'Backup', interval_seconds: 86_400 });
  const slow = await add(w.alice, { interval_seconds: 300, timeout_seconds: 60 });
  const web = await add(w.alice);
  const done = await bulk(w.alice, { filter: {}, change: { interval_seconds: 30, tags_add: ['x'] } });
  expect(done).toMatchObject({ changed: 3, unchanged: [] });
  expect(new Map(done.partly.map(({ id, field, reason }) => [id, [field, reason]]))).toEqual(
    new Map([
      [beat, ['interval_seconds', 'heartbeat']],
      [slow, ['interval_seconds', 'timeout']],
    ]),
  );
  expect(await read(beat)).toMatchObject({ interval_seconds: 86_400, tags: ['x'] });
  expect(await read(web)).toMatchObject({ interval_seconds: 30 });
  const day = await bulk(w.alice, { ids: [web], change: { interval_seconds: 86_400 } });
  expect(day.unchanged).toMatchObject([{ id: web, reason: 'too_slow' }]);
});

test('the plan decides how often and how many; what it has no room for stays paused', async () => {
  const zoe = await signUp(it, 'zoe@example.com', 'zoe-shop');
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push(await add(zoe, { paused: true }));
  const often = await bulk(zoe, { ids, change: { interval_seconds: 60 } }, 403);
  expect(often.errors?.[0]?.field).toBe('change.interval_seconds');
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`update monitors set paused_at = null where id in (${ids[0]}, ${ids[1]})`),
  );
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, paused_at, created_at)
      select 'mon_sixth', account_id, 'Sixth', kind, target, config, interval_seconds, timeout_seconds, 3, 1, 0, '[]', 1,
        created_at + 1 from monitors where id = ${ids[0]}`),
  );
  const done = await bulk(zoe, { filter: {}, change: { paused: false } });
  expect(done).toMatchObject({ matched: 6, changed: 3 });
  expect(done.unchanged.filter(({ reason }) => reason === 'plan_room')).toHaveLength(1);
});

test('one fault in the input changes nothing at all', async () => {
  const a = await add(w.alice);
  const [own, foreign] = [await addChannel(w.alice, 'Ops'), await addChannel(w.mallory, 'Hers')];
  const hers = await add(w.mallory);
  const faults: [Record<string, unknown>, string][] = [
    [{ ids: [a, hers], change: { paused: true } }, 'ids'],
    [{ ids: [a, 'mon_0123456789abcdef'], change: { paused: true } }, 'ids'],
    [{ ids: [a], change: { paused: true, channels_add: [own, foreign] } }, 'change.channels_add'],
    [{ ids: [a], change: { paused: true, escalation_id: 'esc_unknown' } }, 'change.escalation_id'],
    [{ ids: [a], change: { paused: true, colour: 'red' } }, 'change.colour'],
    [{ ids: [a], change: { paused: true }, dry: true }, 'dry'],
    [{ ids: [a], change: {} }, 'change'],
    [{ ids: [a], change: { delete: true, paused: true } }, 'change.delete'],
    [{ ids: [a], change: { tags_add: ['x'], tags_remove: ['x'] } }, 'change.tags_remove'],
    [{ ids: [a], filter: {}, change: { paused: true } }, 'ids'],
    [{ change: { paused: true } }, 'ids'],
    [{ filter: { colour: 'red' }, change: { paused: true } }, 'filter.colour'],
    [{ ids: [a], change: { interval_seconds: 1 } }, 'change.interval_seconds'],
  ];
  for (const [body, field] of faults) {
    const { errors } = await bulk(w.alice, body, 422);
    expect(errors?.map((one) => one.field)).toContain(field);
  }
  expect(await read(a)).toMatchObject({ paused: false, tags: [] });
  await bulk(w.bob, { ids: [a], change: { paused: true } }, 403);
  expect(await it.deps.db.read.all(sql`select id from undos`)).toEqual([]);
});

test('what a settings file decides is changed and reported', async () => {
  const a = await add(w.alice, { managed_key: 'shop', managed_fields: ['interval_seconds'] });
  expect(await bulk(w.alice, { ids: [a], change: { interval_seconds: 600 } })).toMatchObject({ managed: [a] });
  expect(await bulk(w.alice, { ids: [a], change: { tags_add: ['x'] } })).toMatchObject({ managed: [] });
});

test('a thousand are changed in one go, and one more is refused', async () => {
  await addMany(1_000);
  const done = await bulk(w.alice, { filter: { tag: 'many' }, change: { paused: true, tags_add: ['off'] } });
  expect(done).toMatchObject({ matched: 1_000, changed: 1_000, unchanged: [] });
  const count = sql`select count(*) as n from monitors where paused_at is not null and tags like '%off%'`;
  expect(await it.deps.db.read.all(count)).toEqual([{ n: 1_000 }]);
  expect(await undo(done.undo_id)).toEqual({ restored: 1_000, skipped: [] });
  expect(await it.deps.db.read.all(count)).toEqual([{ n: 0 }]);
  await add(w.alice, { tags: ['many'] });
  const { errors } = await bulk(w.alice, { filter: { tag: 'many' }, change: { paused: true } }, 422);
  expect(errors?.[0]?.message).toBe('More than 1000 monitors match. Narrow the filter.');
});

test('a deletion has no undo and closes what is open', async () => {
  const [a, b] = [await add(w.alice), await add(w.alice)];
  const no = await openIncident(a);
  const child = await add(w.alice, { parent_id: b });
  expect(await bulk(w.alice, { ids: [a, b], change: { delete: true } })).toMatchObject({ changed: 2, undo_id: null });
  expect((await w.alice.browser.json('GET', `/api/monitors/${a}`)).status).toBe(404);
  expect(await read(child)).toMatchObject({ parent_id: null });
  expect(await it.deps.db.read.all(sql`select resolved_cause from incidents where monitor_no = ${no}`)).toEqual([
    { resolved_cause: 'deleted' },
  ]);
});

test('in pages: chosen, previewed, confirmed, undone, without a script', async () => {
  const [a, b] = [await add(w.alice, { name: 'Shop' }), await add(w.alice, { name: 'Mail', paused: true })];
  const browser = w.alice.browser;
  expect(await (await browser.get('/dashboard')).text()).toContain('name="ids"');
  const preview = await (await browser.post('/monitors/bulk', { ids: [a, b], do: 'pause' })).text();
  expect(preview).toContain('1 of 2 will change');
  expect(preview).toContain('It is so already.');
  expect(await read(a)).toMatchObject({ paused: false });
  const confirm = { ids: `${a} ${b}`, do: 'pause', change: '{"paused":true}' };
  expect((await browser.post('/monitors/bulk/confirm', confirm)).headers.get('location')).toBe('/dashboard');
  expect(await read(a)).toMatchObject({ paused: true });
  const list = await (await browser.get('/dashboard')).text();
  expect(list).toContain('Paused 1 monitor');
  const id = /action="\/undo\/(und_\w+)"/.exec(list)?.[1];
  expect((await browser.post(`/undo/${id}`)).status).toBe(303);
  expect(await read(a)).toMatchObject({ paused: false });
  expect(await (await browser.get('/dashboard')).text()).toContain('Undone: Paused 1 monitor.');
  const late = await browser.post(`/undo/${id}`);
  expect(late.status).toBe(404);
  expect(await late.text()).toContain('This cannot be undone any more');
  expect((await w.bob.browser.post('/monitors/bulk', { ids: a, do: 'pause' })).status).toBe(403);
  expect(await (await w.bob.browser.get('/dashboard')).text()).not.toContain('name="ids"');
});

test('in pages: values are asked for, and a fault stands beside its field', async () => {
  const a = await add(w.alice, { name: 'Shop' });
  const browser = w.alice.browser;
  const asked = await (await browser.post('/monitors/bulk', { ids: a, do: 'tags' })).text();
  expect(asked).toContain('See what changes');
  expect(asked).not.toContain('will change');
  const empty = await browser.post('/monitors/bulk', { ids: a, do: 'tags', how: 'add', tags: ' ', preview: '1' });
  expect(empty.status).toBe(422);
  expect(await empty.text()).toContain('Name at least one tag.');
  const many = await browser.post('/monitors/bulk', { ids: a, do: 'threshold', failure_threshold: '99', preview: '1' });
  expect(many.status).toBe(422);
  expect(await many.text()).toMatch(/id="f-failure_threshold-error".*at most 20/s);
  const none = await browser.post('/monitors/bulk', { do: 'pause', back: 'https://evil.example' });
  expect(none.headers.get('location')).toBe('/dashboard');
  const foreign = await browser.post('/monitors/bulk', { ids: await add(w.mallory, { name: 'Hers' }), do: 'pause' });
  expect(foreign.status).toBe(303);
});

test('in pages: a deletion asks for the number, and takes all that match where that was said', async () => {
  await add(w.alice, { name: 'Shop', tags: ['old'] });
  await add(w.alice, { name: 'Mail', tags: ['old'] });
  const kept = await add(w.alice, { name: 'Kept' });
  const browser = w.alice.browser;
  const preview = await (
    await browser.post('/monitors/bulk', { all: '1', tag: 'old', do: 'delete', ids: kept })
  ).text();
  expect(preview).toContain('2 of 2 will be deleted');
  const ids = /name="ids" value="([^"]+)"/.exec(preview)?.[1] ?? '';
  const confirm = { ids, do: 'delete', change: '{"delete":true}' };
  const wrong = await browser.post('/monitors/bulk/confirm', { ...confirm, count: '3' });
  expect(wrong.status).toBe(422);
  expect(await wrong.text()).toContain('Type 2 to delete them.');
  expect((await browser.post('/monitors/bulk/confirm', { ...confirm, count: '2' })).status).toBe(303);
  const { data } = (await (await browser.json('GET', '/api/monitors')).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual([kept]);
});
