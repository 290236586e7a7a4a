import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { signAlertLink } from '../../src/engine/alert-link.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DOWN, UP } from '../support/engine-world.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let checks: ReturnType<typeof checker>;
let monitorId: string;
let incidentId: string;
let channelId: string;
/** Somebody who never logged in. */
let stranger: Visitor;

beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  checks = checker(it);
  const body = { name: 'Shop', url: 'https://shop.example', failure_threshold: 1 };
  monitorId = ((await (await w.alice.browser.json('POST', '/api/monitors', body)).json()) as { id: string }).id;
  await checks.seen(monitorId, DOWN);
  const rows = await it.deps.db.read.all<{ incident: string; channel: string }>(
    sql`select incident_id as incident, channel_id as channel from deliveries where incident_id is not null`,
  );
  incidentId = rows[0]?.incident ?? '';
  channelId = rows[0]?.channel ?? '';
  await change(sql`update channels set name = 'Ops <mail>' where id = ${channelId}`);
  stranger = it.visitor({ ip: '198.51.100.7' });
  it.clock.advance(MINUTE);
});
afterEach(async () => {
  await checks.stop();
  await it.close();
});

function change(statement: ReturnType<typeof sql>) {
  return it.deps.db.write('arrange', (tx) => tx.run(statement));
}

function link(expiresAt = it.clock.now() + 7 * DAY): string {
  return `/a/${signAlertLink(it.deps.config.secretKey, { about: incidentId, channelId, expiresAt })}`;
}

interface Story {
  status: string;
  snoozed_until: string | null;
  timeline: { kind: string; text: string; by: string | null }[];
}

async function incident(): Promise<Story> {
  return (await (await w.alice.browser.json('GET', `/api/incidents/${incidentId}`)).json()) as Story;
}

/** The rows that a link could change. */
async function fingerprint(): Promise<string> {
  const tables = ['incidents', 'incident_events', 'deliveries', 'audit_log', 'channels'];
  return JSON.stringify(await Promise.all(tables.map((name) => it.deps.db.read.all(sql.raw(`select * from ${name}`)))));
}

test('looking does nothing, however often a scanner looks', async () => {
  const before = await fingerprint();
  for (const method of ['GET', 'HEAD', 'GET']) {
    const answer = await stranger.request(link(), { method });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.getSetCookie()).toEqual([]);
  }
  const page = await (await stranger.get(link())).text();
  for (const words of ['Shop is down', 'The server answered 503.', 'by nobody yet', 'Ops &lt;mail&gt;']) {
    expect(page).toContain(words);
  }
  expect(page).not.toContain('alice@example.com');
  expect(await fingerprint()).toBe(before);
});

test('a press acknowledges, and says through which channel', async () => {
  const answer = await stranger.post(link(), { do: 'acknowledge', note: 'I <look>.' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `${link()}?done=acknowledge`]);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect((await incident()).timeline.at(-1)).toEqual(
    expect.objectContaining({ kind: 'acknowledged', text: 'I <look>.', by: 'a link sent to Ops <mail>' }),
  );
  const page = await (await stranger.get(link())).text();
  expect(page).toContain('by a link sent to Ops &lt;mail&gt;');
  expect(page).not.toContain('value="acknowledge"');
  expect(page).not.toContain('have stopped');
  expect(await (await stranger.get(`${link()}?done=acknowledge`)).text()).toContain('have stopped');
  expect(await (await stranger.get(`${link()}?done=snooze`)).text()).not.toContain('Snoozed.');
  const story = await (await w.alice.browser.get(`/incidents/${incidentId}`)).text();
  expect(story).toContain('I &lt;look&gt;.');
  expect(story).toContain('by a link sent to Ops &lt;mail&gt;');
  expect(await (await w.alice.browser.get('/settings/audit')).text()).toContain('a link sent to Ops &lt;mail&gt;');
  const before = await fingerprint();
  await stranger.post(link(), { do: 'acknowledge' });
  expect(await fingerprint()).toBe(before);
});

test('a receiver that keeps a state of its own follows, and others hear nothing of it', async () => {
  const config = { routing_key: '0123456789abcdef0123456789abcdef' };
  const answer = await w.alice.browser.json('POST', '/api/channels', { kind: 'pagerduty', name: 'Pager', config });
  expect(answer.status, await answer.clone().text()).toBe(201);
  const second = { name: 'Second', url: 'https://two.example', failure_threshold: 1 };
  const made = (await (await w.alice.browser.json('POST', '/api/monitors', second)).json()) as { id: string };
  await checks.seen(made.id, DOWN);
  const [row] = await it.deps.db.read.all<{ id: string }>(sql`
    select i.id from incidents i join monitors m on m.no = i.monitor_no where m.id = ${made.id}`);
  incidentId = row?.id ?? '';
  await stranger.post(link());
  const told = await it.deps.db.read.all<{ kind: string; by: string }>(sql`
    select c.kind, d.payload ->> '$.by' as by from deliveries d join channels c on c.id = d.channel_id
    where d.event = 'acknowledged'`);
  expect(told).toEqual([{ kind: 'pagerduty', by: 'a link sent to Ops <mail>' }]);
});

test('a program acknowledges by an empty POST', async () => {
  const answer = await it.app.request(`http://localhost:8000${link()}`, { method: 'POST' });
  expect(answer.status).toBe(303);
  expect((await incident()).status).toBe('acknowledged');
});

test.each([
  ['30m', '2026-11-20T12:31:00.000Z'],
  ['1h', '2026-11-20T13:01:00.000Z'],
  ['4h', '2026-11-20T16:01:00.000Z'],
  ['tomorrow', '2026-11-21T08:00:00.000Z'],
])('a press snoozes: %s', async (wish, until) => {
  await change(sql`update accounts set timezone = 'Europe/Berlin'`);
  await stranger.post(link(), { do: wish, note: 'Known.' });
  const { status, snoozed_until, timeline } = await incident();
  expect([status, snoozed_until]).toEqual(['open', until]);
  expect(timeline.at(-1)).toMatchObject({ kind: 'snoozed', by: 'a link sent to Ops <mail>' });
  expect(await (await stranger.get(link())).text()).toContain('Snoozed until');
});

describe('whatever a browser says of where it comes from', () => {
  test.each([
    ['a page that sends no referrer', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['the same over plain http', { origin: 'null' }],
    ['a mail program’s own window', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['webmail', { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' }],
  ])('%s may post', async (_name, headers) => {
    const answer = await it.app.request(`http://localhost:8000${link()}`, { method: 'POST', headers });
    expect(answer.status).toBe(303);
    expect((await incident()).status).toBe('acknowledged');
  });

  test('and what a cookie does is still protected', async () => {
    const path = `/incidents/${incidentId}/acknowledge`;
    for (const headers of [
      { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await w.alice.browser.post(path, {}, headers)).status).toBe(403);
      const dressed = await w.alice.browser.post(`/a/../incidents/${incidentId}/acknowledge`, {}, headers);
      expect(dressed.status).toBe(403);
    }
    expect((await incident()).status).toBe('open');
  });

  test('a session is neither needed nor used', async () => {
    const answer = await w.mallory.browser.post(link());
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([303, []]);
    expect((await incident()).timeline.at(-1)?.by).toBe('a link sent to Ops <mail>');
    const flashed = await stranger.get(link(), { cookie: 'sp_flash=x; sp_session=y' });
    expect([flashed.status, flashed.headers.getSetCookie()]).toEqual([200, []]);
  });
});

describe('a link that is worth nothing says so and does nothing', () => {
  const cases: [string, number, string, () => Promise<string> | string][] = [
    ['forged', 404, 'not one of ours', () => `${link().slice(0, -1)}${link().endsWith('A') ? 'B' : 'A'}`],
    ['cut off', 404, 'not one of ours', () => link().slice(0, 40)],
    [
      'of another key',
      404,
      'not one of ours',
      () => `/a/${signAlertLink('other', { about: incidentId, channelId, expiresAt: it.clock.now() + DAY })}`,
    ],
    ['expired', 410, 'has expired', () => link(it.clock.now())],
    [
      'of a deleted channel',
      410,
      'nowhere any more',
      async () => {
        await change(sql`delete from channels where id = ${channelId}`);
        return link();
      },
    ],
    [
      'of a channel that is off',
      410,
      'switched off',
      async () => {
        await change(sql`update channels set enabled = 0`);
        return link();
      },
    ],
    [
      'of a deleted monitor',
      410,
      'nowhere any more',
      async () => {
        await w.alice.browser.json('DELETE', `/api/monitors/${monitorId}`);
        return link();
      },
    ],
    [
      'of a channel of somebody else',
      410,
      'nowhere any more',
      async () => {
        await change(sql`update channels set account_id = ${w.mallory.accountId} where id = ${channelId}`);
        return link();
      },
    ],
  ];
  test.each(cases)('%s', async (_name, status, words, make) => {
    const path = await make();
    const before = await fingerprint();
    for (const answer of [await stranger.get(path), await stranger.post(path, { do: 'acknowledge' })]) {
      const page = await answer.text();
      expect([answer.status, page.includes(words), page.includes('Nothing was changed')]).toEqual([status, true, true]);
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page).not.toContain('Shop');
    }
    expect(await fingerprint()).toBe(before);
  });
});

test('once it is over, the link says so and changes nothing', async () => {
  it.clock.advance(MINUTE);
  await checks.seen(monitorId, UP);
  const before = await fingerprint();
  expect((await stranger.post(link(), { do: '4h' })).status).toBe(303);
  const page = await (await stranger.get(link())).text();
  expect(page).toContain('It is over');
  expect(page).not.toContain('<form');
  expect(await fingerprint()).toBe(before);
});

test('one link, and one address, can only be asked for so often', async () => {
  const path = link();
  for (let i = 0; i < 60; i += 1) expect((await stranger.get(path)).status).toBe(200);
  const refused = await it.visitor({ ip: '203.0.113.9' }).post(path, { do: 'acknowledge' });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.text()).toContain('Too many tries');
  expect((await incident()).status).toBe('open');
  it.clock.advance(HOUR);
  expect((await stranger.post(path, { do: 'acknowledge' })).status).toBe(303);
  expect((await incident()).status).toBe('acknowledged');
});

test('a reason of endless length is refused in words', async () => {
  const answer = await stranger.post(link(), { do: 'acknowledge', note: 'x'.repeat(2_001) });
  expect([answer.status, (await answer.text()).includes('at most 2000 characters')]).toEqual([422, true]);
  expect((await incident()).status).toBe('open');
});

describe('the link of a message about several failures', () => {
  const batch = 'bat_together';
  const together = () =>
    `/a/${signAlertLink(it.deps.config.secretKey, { about: batch, channelId, expiresAt: it.clock.now() + DAY })}`;

  /** Puts the alert of the incident and one of a second monitor into one message. */
  async function merge(): Promise<string> {
    await change(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at, resolved_at)
      select 'inc_other', account_id, monitor_no, reason, 'The other one.', started_at, opened_at, opened_at from incidents
      where id = ${incidentId}`);
    await change(sql`insert into deliveries (id, account_id, channel_id, lane, incident_id, event, dedup_key, payload, state,
        created_at, batch_id)
      select 'dlv_' || i.id, i.account_id, ${channelId}, ${channelId}, i.id, 'down', 'd' || i.id, '{}', 'sent', 0, ${batch}
      from incidents i where i.account_id = (select account_id from channels where id = ${channelId})`);
    return 'inc_other';
  }

  test('names each of them and takes those that go on, once', async () => {
    const other = await merge();
    const page = await (await stranger.get(together())).text();
    expect(page).toContain('One of 2 monitors is down');
    expect(page).toContain('The other one.');
    expect((await stranger.post(together(), { do: 'acknowledge', note: 'Mine.' })).status).toBe(303);
    expect((await incident()).status).toBe('acknowledged');
    expect((await incident()).timeline.filter(({ kind }) => kind === 'acknowledged')).toHaveLength(1);
    const [past] = await it.deps.db.read.all(sql`select acknowledged_at from incidents where id = ${other}`);
    expect(past).toEqual({ acknowledged_at: null });
    expect(await (await stranger.get(`${together()}?done=acknowledge`)).text()).toContain('have stopped');
  });

  test('a key that no message has leads nowhere', async () => {
    expect((await stranger.get(together())).status).toBe(410);
  });

  test('deliveries of another account are not among them', async () => {
    await merge();
    await change(sql`update deliveries set account_id = (select account_id from channels where id <> ${channelId} and
      account_id <> (select account_id from channels where id = ${channelId}) limit 1) where id = 'dlv_inc_other'`);
    expect(await (await stranger.get(together())).text()).not.toContain('The other one.');
  });
});
