import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { findMonitor } from '../../src/monitors/queries.ts';
import { loadUptime } from '../../src/monitors/statistics.ts';
import { readUnsubscribe, signSharedReport, signUnsubscribe } from '../../src/engine/report-link.ts';
import { csvCell as cell } from '../../src/core/csv.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { plantMonitors, type PlantedMonitor } from '../support/pages.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let shop: PlantedMonitor;
let blog: PlantedMonitor;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  const now = it.clock.now();
  const [page] = await it.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${w.alice.accountId}`,
  );
  const planted = await plantMonitors(it.deps.db, now, w.alice.accountId, page?.id ?? '', [
    {
      name: '=HYPERLINK("http://evil.example","Shop")',
      downSeconds: (ago) => (ago === 3 ? 3_601 : 0),
      incidents: [
        { startedAgo: 3 * DAY, endedAgo: 3 * DAY - HOUR },
        { startedAgo: 2 * DAY, endedAgo: 2 * DAY - 10 * MINUTE },
        { startedAgo: 60 * DAY, endedAgo: 60 * DAY - HOUR },
      ],
    },
    { name: 'Blog, "old"', downSeconds: (ago) => (ago > 10 ? null : 0), heardAgo: 3 * HOUR },
  ]);
  [shop, blog] = planted as [PlantedMonitor, PlantedMonitor];
});
afterAll(() => it.close());

interface Json {
  total: Record<string, number | null>;
  data: (Record<string, number | null> & { id: string; name: string })[];
  worst_outages: { incident_id: string; seconds_within: number }[];
  formula: string[];
  first_day: string;
  timezone: string;
  next_cursor: string | null;
}

async function ask(query: string, person = w.alice): Promise<Json> {
  const answer = await person.browser.json('GET', `/api/reports${query}`);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Json;
}

describe('the numbers', () => {
  test('are those of the page of the monitor', async () => {
    for (const [window, period] of [
      ['30d', 'last-30'],
      ['90d', 'last-90'],
    ] as const) {
      const report = await ask(`?period=${period}`);
      for (const planted of [shop, blog]) {
        const row = await findMonitor(it.deps.db.read, w.alice.accountId, planted.id, it.clock.now());
        if (!row) throw new Error('the monitor is gone');
        const shown = (await loadUptime(it.deps.db.read, row, 'business', it.clock.now())).windows[window];
        const line = report.data.find(({ id }) => id === planted.id);
        expect(line?.['uptime_percent']).toBe(shown.uptime_percent);
        expect(line?.['down_seconds']).toBe(shown.down_seconds);
        expect((line?.['up_seconds'] ?? 0) + (line?.['degraded_seconds'] ?? 0)).toBe(shown.up_seconds);
        expect(line?.['incidents']).toBe(shown.incidents);
      }
    }
  });

  test('name every second of the period once', async () => {
    for (const period of ['this-month', 'last-month', 'last-7', 'last-30', 'last-90']) {
      const { data, total } = await ask(`?period=${period}`);
      const from = { 'this-month': 19.5, 'last-month': 31, 'last-7': 6.5, 'last-30': 29.5, 'last-90': 89.5 }[period];
      for (const line of data) expect(named(line)).toBe((from ?? 0) * 86_400);
      expect(named(total)).toBe((from ?? 0) * 86_400 * data.length);
    }
  });

  test('count incidents, the longest, and the means of repair and between failures', async () => {
    const { data, worst_outages } = await ask(`?period=last-7&monitor=${shop.id}`);
    const [line] = data;
    expect(data).toHaveLength(1);
    expect(line).toMatchObject({ incidents: 2, begun: 2, recovered: 2, longest_outage_seconds: 3_600 });
    expect(line?.['mttr_seconds']).toBe((3_600 + 600) / 2);
    expect(line?.['mtbf_seconds']).toBe(Math.floor((line?.['up_seconds'] ?? 0) / 2));
    expect(worst_outages.map(({ incident_id }) => incident_id)).toEqual(shop.incidentIds.slice(0, 2));
    expect(worst_outages.map(({ seconds_within }) => seconds_within)).toEqual([3_600, 600]);
  });

  test('are cut, never rounded up: one second of a quarter is not 100 %', async () => {
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update summaries set down_seconds = 1 where monitor_no = ${blog.no} and grain = 2
        and slot = (select max(slot) from summaries where monitor_no = ${blog.no} and grain = 2)`),
    );
    const { data } = await ask(`?period=last-90&monitor=${blog.id}`);
    expect(data[0]?.['down_seconds']).toBe(1);
    expect(data[0]?.['uptime_percent']).toBe(99.999);
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update summaries set down_seconds = 0 where monitor_no = ${blog.no} and down_seconds = 1`),
    );
  });

  test('of a group are listed, and are not in the total of all, where its members are', async () => {
    const before = await ask('?period=last-30');
    const set = (kind: string) =>
      it.deps.db.write('arrange', (tx) => tx.run(sql`update monitors set kind = ${kind} where no = ${shop.no}`));
    await set('group');
    const [all, alone] = [await ask('?period=last-30'), await ask(`?period=last-30&monitor=${shop.id}`)];
    await set('http');
    expect(all.data).toEqual(before.data);
    expect(all.total['down_seconds']).toBe(0);
    expect(alone.total['down_seconds']).toBe(3_601);
  });

  test('of another zone begin and end at its midnights, by the sums of hours', async () => {
    await it.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`update accounts set timezone = 'Asia/Kolkata' where id = ${w.alice.accountId}`);
      // One hour of the day before that belongs to the Indian day, and one that does not.
      const day = Date.UTC(2026, 10, 16) / HOUR;
      for (const [slot, down] of [
        [day + 18, 7],
        [day + 19, 11],
      ] as const) {
        await tx.run(sql`insert into summaries select monitor_no, 1, ${slot}, 12, 0, 3600 - ${down}, ${down}, 0, 0, 0, 0, '', 0
          from summaries where monitor_no = ${blog.no} and grain = 2 limit 1`);
      }
    });
    const { data, timezone, first_day } = await ask(`?period=custom&from=2026-11-17&to=2026-11-17&monitor=${blog.id}`);
    await it.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`update accounts set timezone = 'UTC' where id = ${w.alice.accountId}`);
      await tx.run(sql`delete from summaries where grain = 1`);
    });
    expect([timezone, first_day]).toEqual(['Asia/Kolkata', '2026-11-17']);
    // 18:30 UTC cuts an hour: the half without five-minute sums is unknown, 19:00 counts.
    expect(data[0]?.['down_seconds']).toBe(11);
    expect(named(data[0] ?? {})).toBe(86_400);
  });

  test('of a plan that keeps less say how much is no longer kept', async () => {
    await setPlan('free');
    const { data } = await ask(`?period=custom&from=2026-07-01&to=2026-07-31&monitor=${shop.id}`);
    await setPlan('business');
    expect(data[0]).toMatchObject({ uptime_percent: null, expired_seconds: 31 * 86_400, unknown_seconds: 0 });
  });

  test('name pauses and planned work', async () => {
    const now = it.clock.now();
    await it.deps.db.write('arrange', async (tx) => {
      const account_id = w.alice.accountId;
      await tx.run(sql`insert into audit_log (account_id, at, action, subject)
        values (${account_id}, ${now - 40 * DAY}, 'monitor.paused', ${blog.id}),
               (${account_id}, ${now - 38 * DAY}, 'monitor.resumed', ${blog.id})`);
      await tx.run(sql`insert into maintenance_windows (id, account_id, title, timezone, starts_at, ends_at, created_at)
        values ('mnt_1', ${account_id}, 'Work', 'UTC', ${now - 39 * DAY}, ${now - 37 * DAY}, ${now - 50 * DAY})`);
      await tx.run(sql`insert into maintenance_monitors (window_id, monitor_no) values ('mnt_1', ${blog.no})`);
    });
    const { data } = await ask(`?period=last-90&monitor=${blog.id}`);
    expect(data[0]).toMatchObject({ paused_seconds: 2 * 86_400, maintenance_seconds: 86_400 });
    const { formula } = await ask('?period=last-90');
    expect(formula[0]).toMatch(/^Uptime = \(up \+ degraded\) ÷ .+ = 99\.\d{3}%, cut/);
  });
});

function named(line: Record<string, unknown>): number {
  const keys = ['up', 'degraded', 'down', 'maintenance', 'paused', 'unknown', 'unmonitored', 'expired'];
  return keys.reduce((sum, key) => sum + Number(line[`${key}_seconds`]), 0);
}

async function setPlan(plan: string): Promise<void> {
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`update accounts set plan = ${plan} where id = ${w.alice.accountId}`),
  );
}

describe('the page', () => {
  test('prints figures, worst outages, exclusions in seconds and the formula', async () => {
    const text = await (await w.bob.browser.get('/reports?period=last-30')).text();
    expect(text).toContain(`/incidents/${shop.incidentIds[0]}`);
    expect(text).toContain('Uptime = (up + degraded) ÷ (up + degraded + down) = (');
    for (const label of ['Maintenance', 'Paused', 'Unknown', 'Not monitored yet', 'No longer kept']) {
      expect(text).toContain(`>${label}</th>`);
    }
    expect(text).toContain('=HYPERLINK(&quot;');
    expect(text).not.toContain('action="/reports/share"');
  });

  test('says what is wrong with days that are none', async () => {
    const answer = await w.alice.browser.get('/reports?period=custom&from=2026-13-01&to=x');
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('Give the first day as year-month-day');
    expect((await w.alice.browser.json('GET', '/api/reports?period=custom&from=2026-11-02&to=2026-11-01')).status).toBe(
      422,
    );
    expect((await w.alice.browser.json('GET', '/api/reports?period=ever')).status).toBe(422);
  });

  test('of a new account leads to the first monitor', async () => {
    const text = await (await w.mallory.browser.get('/reports')).text();
    expect(text).toContain('Nothing to report yet');
    expect((await ask('', w.mallory)).total['uptime_percent']).toBeNull();
  });

  test('does not know the monitors of others', async () => {
    for (const path of ['/reports', '/reports.csv', '/api/reports']) {
      const answer = await w.mallory.browser.json('GET', `${path}?monitor=${shop.id}`);
      expect(answer.status).toBe(404);
    }
    expect((await w.mallory.browser.post('/reports/share', { monitor: shop.id })).status).toBe(404);
  });

  test('makes a few reports of an account at once, and asks for patience beyond', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => w.alice.browser.json('GET', '/api/reports')));
    const states = answers.map(({ status }) => status);
    expect(states).toContain(200);
    expect(states).toContain(429);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('5');
    expect((await w.alice.browser.json('GET', '/api/reports')).status).toBe(200);
  });

  test('has pages of its list', async () => {
    const first = await ask('?limit=1');
    const second = await ask(`?limit=1&cursor=${first.next_cursor}`);
    expect([first.data[0]?.id, second.data[0]?.id]).toEqual([shop.id, blog.id]);
    expect(second.next_cursor).toBeNull();
  });
});

describe('CSV', () => {
  test('is RFC 4180, runs nothing, and has the columns people build on', async () => {
    const answer = await w.alice.browser.get('/reports.csv?period=last-30');
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="uptime-[\d-]+-to-[\d-]+\.csv"$/);
    const text = await answer.text();
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(
      'monitor_id,monitor,first_day,last_day,timezone,from,until,uptime_percent,up_seconds,degraded_seconds,down_seconds,maintenance_seconds,paused_seconds,unknown_seconds,unmonitored_seconds,expired_seconds,incidents,longest_outage_seconds,mttr_seconds,mtbf_seconds,average_ms,p50_ms,p95_ms,p99_ms,checks,failed_checks',
    );
    expect(lines[1]).toContain(`,"'=HYPERLINK(""http://evil.example"",""Shop"")",`);
    expect(lines[2]).toContain(',"Blog, ""old""",');
    expect(lines[3]).toMatch(/^,All monitors,/);
    expect(lines).toHaveLength(5);
    expect(lines[4]).toBe('');
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `"'\t=1"`],
    [' =1', "' =1"],
    [' Shop', '" Shop"'],
    ['\r=1', `"'\r=1"`],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['two\nlines', '"two\nlines"'],
    ['Shop', 'Shop'],
    ['', ''],
  ])('writes %j as %j', (text, written) => {
    expect(cell(text)).toBe(written);
  });

  test('writes numbers as numbers, and nothing for what there is not', () => {
    expect([cell(-5), cell(99.999), cell(null)]).toEqual(['-5', '99.999', '']);
  });
});

describe('a shared link', () => {
  const share = async (form: Record<string, string> = {}) => {
    const answer = await w.alice.browser.post('/reports/share', { period: 'last-7', ...form });
    expect(answer.status).toBe(200);
    return /\/r\/[\w.-]+/.exec(await answer.text())?.[0] ?? '';
  };

  test('shows the report and nothing of the account, to anybody', async () => {
    const path = await share();
    const stranger = it.visitor();
    const answer = await stranger.get(path, { cookie: 'sp_flash=x' });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(text).toContain('Blog, &quot;old&quot;');
    for (const secret of [
      'secret-path',
      '10.1.2.3',
      '/dashboard"',
      '/incidents/inc_',
      '/monitors/mon_',
      'alice@example.com',
    ]) {
      expect(text).not.toContain(secret);
    }
    const csv = await stranger.get(`${path}/report.csv`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(await csv.text()).not.toContain('secret-path');
    expect(await (await w.alice.browser.get('/settings/audit')).text()).toContain('Report shared by a link');
  });

  test('says so when it was changed, and when its time is over', async () => {
    const path = await share({ for: '30' });
    for (const other of [
      `${path}x`,
      path.replace(/.(?=\.)/, (sign) => (sign === 'A' ? 'B' : 'A')),
      '/r/x',
      '/r/x.y',
      `${path}.z`,
    ]) {
      const answer = await it.visitor().get(other);
      expect(answer.status, other).toBe(404);
      expect(await answer.text()).toContain('not one of ours');
    }
    it.clock.advance(31 * DAY);
    const late = await it.visitor().get(path);
    expect([late.status, (await late.text()).includes('This link has ended')]).toEqual([410, true]);
    expect((await it.visitor().get(`${path}/report.csv`)).status).toBe(410);
    it.clock.advance(-31 * DAY);
  });

  test('and one that ends mails are signed for nothing else', async () => {
    const { secretKey } = it.deps.config;
    const who = { account: w.alice.accountId, user: w.alice.userId, period: 'week' as const };
    const days = { first: '2026-11-01', last: '2026-11-02', zone: 'UTC', expiresAt: it.clock.now() + DAY };
    const shared = signSharedReport(secretKey, { account: w.alice.accountId, ...days });
    expect(readUnsubscribe(secretKey, signUnsubscribe(secretKey, who))).toEqual(who);
    expect(readUnsubscribe(secretKey, shared)).toBeNull();
    expect(readUnsubscribe(`${secretKey}x`, signUnsubscribe(secretKey, who))).toBeNull();
    expect((await it.visitor().get(`/r/${signUnsubscribe(secretKey, who)}`)).status).toBe(404);
    expect((await it.visitor().get(`/unsubscribe/${shared}`)).status).toBe(404);
  });

  test('of a monitor or account that is gone says so', async () => {
    const days = { first: '2026-11-01', last: '2026-11-02', zone: 'UTC', expiresAt: it.clock.now() + DAY };
    for (const about of [{ account: w.alice.accountId, monitor: 'mon_gone' }, { account: 'acc_gone' }]) {
      const path = `/r/${signSharedReport(it.deps.config.secretKey, { ...about, ...days })}`;
      expect((await it.visitor().get(path)).status).toBe(410);
    }
  });

  test('is not for viewers to make, and lasts 30 or 90 days', async () => {
    expect((await w.bob.browser.post('/reports/share', {})).status).toBe(403);
    expect((await w.alice.browser.post('/reports/share', { for: '36500' })).status).toBe(422);
  });
});

test('a page has two hundred monitors, the file has all', async () => {
  const at = it.clock.now();
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      select 'mon_m' || value, ${w.mallory.accountId}, 'M ' || value, 'http', 'https://x.example', '{}', 60, 10, 3, 1, 0,
        '["many"]', ${at} from generate_series(1, 203)`),
  );
  const text = await (await w.mallory.browser.get('/reports?tag=many')).text();
  expect(text.match(/href="\/monitors\/mon_m\d+"/g)).toHaveLength(200);
  expect(text).toContain('And 3 more');
  const lines = (await (await w.mallory.browser.get('/reports.csv?tag=many')).text()).split('\r\n');
  expect(lines).toHaveLength(1 + 203 + 1 + 1);
  expect(await (await w.mallory.browser.get('/reports?tag=none')).text()).toContain('No monitor has this tag');
});

describe('the zone of the account', () => {
  test('is set by who may manage, and only to one that exists', async () => {
    const post = (timezone: string) => w.alice.browser.post('/settings', { account_name: 'Acme', timezone });
    expect((await post('Europe/Nowhere')).status).toBe(422);
    expect((await post('Europe/Berlin')).status).toBe(303);
    expect((await ask('')).timezone).toBe('Europe/Berlin');
    expect(await (await w.alice.browser.get('/settings')).text()).toContain('<option value="Europe/Berlin" selected>');
    expect(await (await w.alice.browser.get('/settings/audit')).text()).toContain('Time zone changed');
  });
});
