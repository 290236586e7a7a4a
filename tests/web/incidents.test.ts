import { afterEach, beforeEach, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
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

interface Incident {
  id: string;
  status: string;
  acknowledged_at: string | null;
  timeline: { kind: string; text: string; by: string | null; delivery_state: string | null }[];
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
    'acknowledged_at duration_seconds id message monitor_id monitor_name reason resolved_at started_at status timeline'.split(
      ' ',
    ),
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
