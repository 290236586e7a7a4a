import { type SQL, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/core/time.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DOWN, UP } from '../support/engine-world.ts';
import { type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let checks: ReturnType<typeof checker>;
let monitorId: string;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  checks = checker(it);
  const body = { name: 'Shop', url: 'https://shop.example', failure_threshold: 2 };
  monitorId = ((await (await w.alice.browser.json('POST', '/api/monitors', body)).json()) as { id: string }).id;
});
afterEach(async () => {
  await checks.stop();
  await it.close();
});

interface Entry {
  at: string;
  kind: string;
  text: string;
  by: string | null;
  check: { status: string; status_code: number | null; location: number; evidence: string | null } | null;
  checks: { count: number; failed: number; until: string; more: boolean } | null;
  delivery_state: string | null;
}

interface Incident {
  id: string;
  status: string;
  started_at: string;
  acknowledged_at: string | null;
  acknowledge_seconds: number | null;
  snoozed_until: string | null;
  timeline: Entry[];
}

async function outage(): Promise<string> {
  for (const verdict of [DOWN, DOWN]) {
    await checks.seen(monitorId, verdict);
    it.clock.advance(MINUTE);
  }
  const [incident] = await list();
  if (!incident) throw new Error('no incident was opened');
  return incident.id;
}

async function list(query = ''): Promise<Incident[]> {
  const answer = await w.alice.browser.json('GET', `/api/incidents${query}`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { data: Incident[] }).data;
}

async function one(person: Person, id: string): Promise<Incident> {
  return (await (await person.browser.json('GET', `/api/incidents/${id}`)).json()) as Incident;
}

test('an incident has every field of the contract and tells its story', async () => {
  const id = await outage();
  await checks.seen(monitorId, UP);
  const incident = await one(w.alice, id);
  expect(Object.keys(incident).toSorted()).toEqual(
    (
      'acknowledge_seconds acknowledged_at detection_seconds duration_seconds first_alert_seconds id message ' +
      'monitor_id monitor_name muted_by reason resolved_at snoozed_until started_at status timeline'
    ).split(' '),
  );
  expect(incident).toMatchObject({
    monitor_id: monitorId,
    monitor_name: 'Shop',
    status: 'resolved',
    reason: 'bad_status',
    started_at: '2026-11-20T12:00:00.000Z',
    resolved_at: '2026-11-20T12:02:00.000Z',
    duration_seconds: 120,
    acknowledged_at: null,
    snoozed_until: null,
    muted_by: null,
    detection_seconds: 60,
    first_alert_seconds: null,
    acknowledge_seconds: null,
  });
  expect(incident.timeline.map(({ kind }) => kind)).toEqual([
    'first_failure',
    'opened',
    'delivery',
    'resolved',
    'delivery',
  ]);
  expect(incident.timeline[2]).toMatchObject({ text: 'Alert to alice@example.com', delivery_state: 'queued' });
});

test('acknowledging is said once, by whom, and only while it lasts', async () => {
  const id = await outage();
  const path = `/api/incidents/${id}/acknowledge`;
  expect((await w.bob.browser.json('POST', path)).status).toBe(403);
  expect((await w.mallory.browser.json('POST', path)).status).toBe(404);
  const first = (await (await w.alice.browser.json('POST', path)).json()) as Incident;
  expect(first).toMatchObject({ status: 'acknowledged', acknowledged_at: '2026-11-20T12:02:00.000Z' });
  it.clock.advance(MINUTE);
  const again = (await (await w.alice.browser.json('POST', path)).json()) as Incident;
  expect(again).toMatchObject({ acknowledged_at: first.acknowledged_at });
  expect(again.timeline.filter(({ kind }) => kind === 'acknowledged')).toEqual([
    expect.objectContaining({ by: 'alice@example.com' }),
  ]);
  expect((await list('?status=acknowledged')).map((incident) => incident.id)).toEqual([id]);
  expect(await list('?status=open')).toEqual([]);
});

test('the list filters by state and monitor, pages without repeating, and is empty for others', async () => {
  for (const _ of [1, 2, 3]) {
    await outage();
    await checks.seen(monitorId, UP);
    it.clock.advance(MINUTE);
  }
  await outage();
  const all = await list();
  expect(all.map(({ status }) => status)).toEqual(['open', 'resolved', 'resolved', 'resolved']);
  expect(await list(`?monitor_id=${monitorId}&status=resolved`)).toHaveLength(3);
  expect(await list('?monitor_id=mon_unknown')).toEqual([]);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await w.alice.browser.json('GET', `/api/incidents?limit=3${cursor && `&cursor=${cursor}`}`);
    const page = (await answer.json()) as { data: Incident[]; next_cursor: string | null };
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(all.map(({ id }) => id));
  const others = (await (await w.mallory.browser.json('GET', '/api/incidents')).json()) as { data: unknown[] };
  expect(others.data).toEqual([]);
});

test('the page tells the story, takes notes, and the button is there for those who may press it', async () => {
  const id = await outage();
  const path = `/incidents/${id}`;
  expect(await (await w.alice.browser.get('/incidents')).text()).toContain('1 going on now');
  const page = await (await w.alice.browser.get(path)).text();
  for (const words of [
    'Shop is down',
    'First failed check',
    'Confirmed',
    'Alert to alice@example.com',
    'Acknowledge',
  ]) {
    expect(page).toContain(words);
  }
  const bobs = await (await w.bob.browser.get(path)).text();
  expect([bobs.includes('Shop is down'), bobs.includes('/acknowledge"'), bobs.includes('/notes"')]).toEqual([
    true,
    false,
    false,
  ]);
  expect((await w.mallory.browser.get(path)).status).toBe(404);
  expect((await w.bob.browser.post(`${path}/notes`, { note: 'x' })).status).toBe(403);

  const acknowledged = await w.alice.browser.post(`${path}/acknowledge`);
  expect([acknowledged.status, acknowledged.headers.get('location')]).toEqual([303, path]);
  await w.alice.browser.post(`${path}/notes`, { note: 'The <disk> was full.' });
  const after = await (await w.alice.browser.get(path)).text();
  expect(after).toContain('The &lt;disk&gt; was full.');
  expect(after).toContain('by alice@example.com');
  expect(after).not.toContain('/acknowledge"');
});

test('an empty or endless note is refused beside the field, what was written stays', async () => {
  const id = await outage();
  const empty = await w.alice.browser.post(`/incidents/${id}/notes`, { note: ' \n ' });
  expect([empty.status, await empty.text()]).toEqual([422, expect.stringContaining('Write what you found')]);
  const long = await w.alice.browser.post(`/incidents/${id}/notes`, { note: 'long '.repeat(500) });
  const page = await long.text();
  expect([long.status, page.includes('at most 2000 characters'), page.includes('long long')]).toEqual([
    422,
    true,
    true,
  ]);
  expect((await one(w.alice, id)).timeline.some(({ kind }) => kind === 'note')).toBe(false);
});

test('without incidents the list says so', async () => {
  expect(await (await w.alice.browser.get('/incidents')).text()).toContain('No incidents');
  expect(await (await w.alice.browser.get('/incidents?status=ongoing')).text()).toContain('Nothing is down');
});

test('a long outage is told by its first checks, its changes and its last ones; the rest are counted', async () => {
  await checks.seen(monitorId, UP);
  it.clock.advance(MINUTE);
  const id = await outage();
  for (let i = 0; i < 60; i += 1) {
    await checks.seen(monitorId, DOWN);
    it.clock.advance(MINUTE);
  }
  const evidence = '<h1>Bad gateway</h1>';
  const changed = { ...DOWN, reason: 'keyword_missing' as const, message: 'The word is missing.', found: { evidence } };
  await checks.seen(monitorId, changed);
  it.clock.advance(MINUTE);
  await w.alice.browser.json('POST', `/api/incidents/${id}/acknowledge`, { note: 'The database is full.' });
  for (let i = 0; i < 10; i += 1) {
    await checks.seen(monitorId, changed);
    it.clock.advance(MINUTE);
  }
  for (const verdict of [UP, UP, UP, UP, DOWN]) {
    await checks.seen(monitorId, verdict);
    it.clock.advance(MINUTE);
  }
  const { timeline } = await one(w.alice, id);
  expect(timeline.filter(({ kind }) => kind !== 'delivery').map(({ kind, text, by }) => [kind, text, by])).toEqual([
    ['check', '', null],
    ['first_failure', 'The server answered 503.', null],
    ['opened', 'Confirmed by 2 failed checks in a row. The server answered 503.', null],
    ['checks', '60 more failed checks', null],
    ['reason_changed', 'The word is missing.', null],
    ['acknowledged', 'The database is full.', 'alice@example.com'],
    ['checks', '10 more failed checks', null],
    ['resolved', 'Answers again after 1h 13m.', null],
    ['check', '', null],
    ['check', '', null],
  ]);
  expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).toSorted());
  const change = timeline.find(({ kind }) => kind === 'reason_changed');
  expect(change?.check).toMatchObject({ status: 'down', status_code: 503, location: 0, evidence });
  const bobs = (await one(w.bob, id)).timeline.find(({ kind }) => kind === 'reason_changed');
  expect(bobs?.check).toMatchObject({ status_code: 503, evidence: null });

  const page = await (await w.alice.browser.get(`/incidents/${id}`)).text();
  for (const words of [
    'Last good check before',
    '60 more failed checks',
    'Still good',
    '&lt;h1&gt;Bad gateway',
    '1h 13m',
  ]) {
    expect(page).toContain(words);
  }
  expect(await (await w.bob.browser.get(`/incidents/${id}`)).text()).not.toContain('Bad gateway');
});

test('an outage of any length is told in a hundred lines, from the index alone', async () => {
  const id = await outage();
  await it.deps.db.write('years', (tx) =>
    tx.run(sql`insert into results (monitor_no, at, location, outcome, response_ms)
      select no, (select max(at) from results) + value * 20, 0, (select outcome from results limit 1), 40
      from monitors, generate_series(1, 100000)`),
  );
  it.clock.advance(100_001 * 20 * SECOND);
  const asked = vi.spyOn(it.deps.db.read, 'all');
  const { timeline } = await one(w.alice, id);
  const statements = asked.mock.calls.map(([statement]) => statement);
  asked.mockRestore();
  expect(timeline.length).toBeLessThan(100);
  expect(timeline.find(({ kind }) => kind === 'checks')).toMatchObject({
    text: 'At least 2,000 more failed checks',
    checks: { count: 2_000, more: true, until: timeline.at(-1)?.at },
  });
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) {
    const plan = await it.deps.db.read.all<{ detail: string }>(sql`explain query plan ${statement as SQL}`);
    expect(
      plan.map(({ detail }) => detail).filter((step) => /^SCAN (results|result_details|r|d)\b/.test(step)),
    ).toEqual([]);
  }
});

test('an acknowledgement can be taken back, and both are said', async () => {
  const id = await outage();
  it.clock.advance(MINUTE);
  const path = `/api/incidents/${id}`;
  const taken = (await (
    await w.alice.browser.json('POST', `${path}/acknowledge`, { note: 'On it.' })
  ).json()) as Incident;
  expect([taken.status, taken.acknowledge_seconds]).toEqual(['acknowledged', 120]);
  const back = (await (await w.alice.browser.json('POST', `${path}/unacknowledge`)).json()) as Incident;
  expect([back.status, back.acknowledged_at]).toEqual(['open', null]);
  await w.alice.browser.json('POST', `${path}/unacknowledge`);
  const said = (await one(w.alice, id)).timeline.filter(({ by }) => by !== null);
  expect(said.map(({ kind, text }) => [kind, text])).toEqual([
    ['acknowledged', 'On it.'],
    ['unacknowledged', 'Reminders and escalation go on.'],
  ]);
});

test('a snooze has an end, in minutes or at a time, and ends by itself or by hand', async () => {
  const id = await outage();
  const path = `/api/incidents/${id}`;
  const snooze = async (body: object) => w.alice.browser.json('POST', `${path}/snooze`, body);
  const half = (await (await snooze({ minutes: 30, note: 'Known.' })).json()) as Incident;
  expect([half.status, half.snoozed_until]).toEqual(['open', '2026-11-20T12:32:00.000Z']);
  expect(half.timeline.at(-1)).toMatchObject({ kind: 'snoozed', text: 'Until 2026-11-20 12:32:00 UTC. Known.' });
  it.clock.advance(31 * MINUTE);
  expect((await one(w.alice, id)).snoozed_until).toBeNull();
  const until = (await (await snooze({ until: '2026-11-20T15:00:00+02:00' })).json()) as Incident;
  expect(until.snoozed_until).toBe('2026-11-20T13:00:00.000Z');
  expect(await (await w.bob.browser.get(`/incidents/${id}`)).text()).toContain('Snoozed until');
  const ended = (await (await w.alice.browser.json('POST', `${path}/unsnooze`)).json()) as Incident;
  expect([ended.snoozed_until, ended.timeline.at(-1)?.kind]).toEqual([null, 'unsnoozed']);
});

test.each([
  [{}, 'minutes'],
  [{ minutes: 5, until: '2026-11-20T15:00:00Z' }, 'minutes'],
  [{ minutes: 0 }, 'minutes'],
  [{ minutes: 10_081 }, 'minutes'],
  [{ minutes: 1.5 }, 'minutes'],
  [{ until: 'tomorrow' }, 'until'],
  [{ until: '2026-11-20T11:00:00Z' }, 'until'],
  [{ until: '2026-11-28T11:00:00Z' }, 'until'],
  [{ minutes: 5, note: 'x'.repeat(2_001) }, 'note'],
])('a snooze of %j is refused at %s and changes nothing', async (body, field) => {
  const id = await outage();
  const answer = await w.alice.browser.json('POST', `/api/incidents/${id}/snooze`, body);
  const { errors } = (await answer.json()) as { errors: { field: string }[] };
  expect([answer.status, errors.map((error) => error.field)]).toEqual([422, [field]]);
  expect((await one(w.alice, id)).timeline.some(({ kind }) => kind === 'snoozed')).toBe(false);
});

test('nothing can be said to an incident that is over but a note', async () => {
  const id = await outage();
  await checks.seen(monitorId, UP);
  const before = (await one(w.alice, id)).timeline.length;
  await w.alice.browser.json('POST', `/api/incidents/${id}/acknowledge`);
  await w.alice.browser.json('POST', `/api/incidents/${id}/snooze`, { minutes: 5 });
  await w.alice.browser.post(`/incidents/${id}/unacknowledge`);
  await w.alice.browser.post(`/incidents/${id}/unsnooze`);
  expect(await one(w.alice, id)).toMatchObject({ status: 'resolved', acknowledged_at: null, snoozed_until: null });
  expect((await one(w.alice, id)).timeline).toHaveLength(before);
  await w.alice.browser.post(`/incidents/${id}/notes`, { note: 'It was the disk.' });
  expect((await one(w.alice, id)).timeline).toHaveLength(before + 1);
});

test('the page snoozes until tomorrow morning by the clock of the account', async () => {
  const id = await outage();
  await it.deps.db.write('zone', (tx) =>
    tx.run(sql`update accounts set timezone = 'America/New_York' where id = ${w.alice.accountId}`),
  );
  const answer = await w.alice.browser.post(`/incidents/${id}/snooze`, {
    for: 'tomorrow',
    note: 'The supplier knows.',
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/incidents/${id}`]);
  expect((await one(w.alice, id)).snoozed_until).toBe('2026-11-21T14:00:00.000Z');
  const audit = await (await w.alice.browser.get('/settings/audit')).text();
  expect(audit).toContain('Incident snoozed');
});

test('the list and its file take a monitor, a state and a time', async () => {
  const first = await outage();
  await checks.seen(monitorId, UP);
  it.clock.advance(20 * DAY);
  const second = await outage();
  const ids = async (query: string) => (await list(query)).map(({ id }) => id);
  expect(await ids('?since=2026-12-01T00:00:00Z')).toEqual([second]);
  expect(await ids('?until=2026-12-01T00:00:00Z')).toEqual([first]);
  // Whatever was still going on at the beginning counts.
  expect(await ids('?since=2026-11-20T12:01:30Z&until=2026-11-21T00:00:00Z')).toEqual([first]);
  expect((await w.alice.browser.json('GET', '/api/incidents?since=yesterday')).status).toBe(422);

  const shown = async (query: string) => {
    const page = await (await w.alice.browser.get(`/incidents${query}`)).text();
    return [first, second].map((id) => page.includes(`/incidents/${id}`));
  };
  expect(await shown('')).toEqual([true, true]);
  expect(await shown('?month=2026-11')).toEqual([true, false]);
  expect(await shown('?from=2026-12-10&to=2026-12-10')).toEqual([false, true]);
  expect(await shown('?to=2026-11-19')).toEqual([false, false]);
  expect(await shown('?status=resolved')).toEqual([true, false]);
  expect(await shown(`?monitor=${monitorId}&month=`)).toEqual([true, true]);
  expect(await shown('?monitor=mon_unknown&month=x&from=y')).toEqual([false, false]);

  const file = await w.alice.browser.get('/incidents.csv?month=2026-11');
  expect(file.headers.get('content-type')).toContain('text/csv');
  expect((await file.text()).split('\r\n')).toEqual([
    'id,monitor_id,monitor,status,reason,details,started_at,resolved_at,duration_seconds,acknowledged_at',
    `${first},${monitorId},Shop,resolved,bad_status,The server answered 503.,2026-11-20T12:00:00.000Z,2026-11-20T12:02:00.000Z,120,`,
    '',
  ]);
  expect((await (await w.mallory.browser.get('/incidents.csv')).text()).split('\r\n')).toHaveLength(2);
});

test('a name cannot be a formula or break out of its cell', async () => {
  const name = '=cmd|"/c calc",1';
  await it.deps.db.write('name', (tx) => tx.run(sql`update monitors set name = ${name}`));
  await outage();
  expect(await (await w.alice.browser.get('/incidents.csv')).text()).toContain(`,"'=cmd|""/c calc"",1",`);
});

test('the file goes on for as long as there are incidents', async () => {
  await outage();
  await it.deps.db.write('many', (tx) =>
    tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at, resolved_at)
      select 'inc_' || value, account_id, monitor_no, reason, message, value, value, value + 1
      from incidents, generate_series(1, 1100)`),
  );
  const lines = (await (await w.alice.browser.get('/incidents.csv')).text()).trim().split('\r\n');
  expect(new Set(lines).size).toBe(1_102);
});

test('an incident that its parent explains says so and leads there', async () => {
  const parent = await outage();
  const body = { name: 'Behind the shop', url: 'https://behind.example', failure_threshold: 1, parent_id: monitorId };
  const made = await w.alice.browser.json('POST', '/api/monitors', body);
  expect(made.status, await made.clone().text()).toBe(201);
  const child = ((await made.json()) as { id: string }).id;
  await checks.seen(child, DOWN);
  const [found] = (await list(`?monitor_id=${child}`)) as (Incident & { muted_by: string | null })[];
  expect(found?.muted_by).toBe(parent);
  const { timeline } = await one(w.alice, found?.id ?? '');
  expect(timeline.map(({ kind }) => kind)).toEqual(['first_failure', 'opened', 'muted']);
  const page = await (await w.alice.browser.get(`/incidents/${found?.id}`)).text();
  expect(page).toContain(`href="/incidents/${parent}"`);
  expect(page).toContain('nobody is told');
});

test('each notification is told with its state, tries and answer, and leads to its own page', async () => {
  const id = await outage();
  await it.deps.db.write('sent', (tx) =>
    tx.run(sql`update deliveries set state = 'sent', attempts = 2, answer = '250 <ok>', sent_at = created_at + 3000
      where incident_id = ${id}`),
  );
  const { timeline, first_alert_seconds } = (await one(w.alice, id)) as Incident & { first_alert_seconds: number };
  const told = timeline.find(({ kind }) => kind === 'delivery') as Entry & { delivery: object; delivery_id: string };
  expect(told.delivery).toMatchObject({
    event: 'down',
    attempts: 2,
    answer: '250 <ok>',
    recipient: 'alice@example.com',
  });
  expect(first_alert_seconds).toBe(3);
  const page = await (await w.alice.browser.get(`/incidents/${id}`)).text();
  for (const words of ['after 3s', '2 tries', 'Answer: 250 &lt;ok&gt;', `href="/deliveries/${told.delivery_id}"`]) {
    expect(page).toContain(words);
  }
  expect((await w.bob.browser.get(`/deliveries/${told.delivery_id}`)).status).toBe(200);
});
