import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { slotAt } from '../../src/core/uptime.ts';
import { createOutbox } from '../../src/engine/outbox.ts';
import { reportMailJob } from '../../src/engine/reports.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { fakeClock } from '../support/clock.ts';
import { smtpSink } from '../support/smtp.ts';
import { addMember, type Person, signUp } from '../support/world.ts';

// Friday, 20 November 2026; Monday is the 23rd, the first of the month a Tuesday.
const clock = fakeClock();
const START = clock.now();
let it: TestApp;
let alice: Person;
beforeEach(async () => {
  clock.step(START - clock.now());
  it = await testApp({ clock });
  alice = await signUp(it, 'alice@example.com', 'alice-shop', { plan: 'business' });
});
afterEach(() => it.close());

interface Queued {
  to: string;
  period: string;
  days: string;
  order_key: string;
}

const queued = () =>
  it.deps.db.read.all<Queued>(sql`select payload->>'$.to' as "to", payload->>'$.data.report.period' as period,
    payload->>'$.data.report.days' as days, order_key from deliveries where event = 'report' order by rowid`);
const run = () => reportMailJob(it.deps)();
const want = (person: Person, form: Record<string, string>) => person.browser.post('/reports/mail', form);
const goTo = (text: string) => clock.step(Date.parse(text) - clock.now());

/** A monitor that was up, but for `down` seconds of a day so many days ago. */
async function plant(name: string, downAgo: number, down: number): Promise<void> {
  const now = clock.now();
  await it.deps.db.write('arrange', async (tx) => {
    const [row] = await tx.all<{ no: number }>(sql`insert into monitors (id, account_id, name, kind, target, config,
        interval_seconds, timeout_seconds, failure_threshold, recovery_threshold, public, tags, created_at)
      values (${`mon_${name}`}, ${alice.accountId}, ${name}, 'http', 'https://shop.example', '{}', 60, 10, 3, 1, 1, '[]',
        ${now - 100 * DAY}) returning no`);
    for (let ago = -10; ago < 60; ago += 1) {
      const lost = ago === downAgo ? down : 0;
      await tx.run(sql`insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds,
          down_seconds, degraded_seconds, excluded_seconds, sum_ms, max_ms, histogram) values (${row?.no}, 2, ${slotAt(2, now) - ago}, 1440, 0, ${86_400 - lost},
        ${lost}, 0, 0, 0, 0, '')`);
    }
  });
}

describe('report mails', () => {
  test('come once each Monday and each first of the month, at eight by the clock of the account', async () => {
    await it.deps.db.write('arrange', (tx) => tx.run(sql`update accounts set timezone = 'Europe/Berlin'`));
    await want(alice, { weekly: 'true', monthly: 'true' });
    goTo('2026-11-23T06:59:59Z');
    await run();
    expect(await queued()).toEqual([]);
    goTo('2026-11-23T07:00:00Z');
    await run();
    await run();
    expect(await queued()).toMatchObject([{ to: 'alice@example.com', period: 'week', days: '16 to 22 Nov 2026' }]);
    goTo('2026-12-01T07:00:30Z');
    await run();
    expect((await queued()).map(({ days }) => days)).toEqual([
      '16 to 22 Nov 2026',
      '23 to 29 Nov 2026',
      '1 to 30 Nov 2026',
    ]);
  });

  test('are one per period after weeks of standing still, and about the last one', async () => {
    await want(alice, { weekly: 'true' });
    goTo('2026-12-14T07:30:00Z');
    await run();
    goTo('2026-12-14T08:00:00Z');
    await run();
    expect((await queued()).map(({ days }) => days)).toEqual(['7 to 13 Dec 2026']);
    goTo('2026-12-21T08:00:00Z');
    await run();
    expect(await queued()).toHaveLength(2);
  });

  test('are not doubled when two processes look at once, nor by a move to another zone', async () => {
    await want(alice, { weekly: 'true' });
    goTo('2026-11-23T08:00:00Z');
    await Promise.all([run(), run()]);
    await alice.browser.post('/settings', { account_name: 'Acme', timezone: 'America/New_York' });
    const [row] = await it.deps.db.read.all(sql`select next_at, timezone from report_subscriptions`);
    expect(row).toEqual({ next_at: Date.parse('2026-11-23T13:00:00Z'), timezone: 'America/New_York' });
    goTo('2026-11-23T13:00:00Z');
    await run();
    expect(await queued()).toHaveLength(1);
  });

  test('go only to confirmed addresses of people who are still there', async () => {
    const bob = await addMember(it, alice, 'bob@example.com', 'viewer');
    const carol = await addMember(it, alice, 'carol@example.com', 'member');
    for (const person of [alice, bob, carol]) await want(person, { weekly: 'true' });
    await it.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`delete from memberships where user_id = ${carol.userId}`);
      await tx.run(sql`update users set email_verified_at = null where id = ${alice.userId}`);
    });
    goTo('2026-11-23T08:00:00Z');
    await run();
    expect((await queued()).map(({ to }) => to)).toEqual(['bob@example.com']);
    const left = await it.deps.db.read.all<{ user_id: string }>(sql`select user_id from report_subscriptions`);
    expect(left.map(({ user_id }) => user_id).toSorted()).toEqual([alice.userId, bob.userId].toSorted());
  });

  test('of one account that cannot be made hold up no other, and come when they can', async () => {
    const mallory = await signUp(it, 'mallory@example.net', 'mallory-inc');
    for (const person of [alice, mallory]) await want(person, { weekly: 'true' });
    const broken = (zone: string) =>
      it.deps.db.write('arrange', (tx) =>
        tx.run(sql`update report_subscriptions set timezone = ${zone} where account_id = ${alice.accountId}`),
      );
    await broken('Mars/Olympus');
    goTo('2026-11-23T08:00:00Z');
    await run();
    expect((await queued()).map(({ to }) => to)).toEqual(['mallory@example.net']);
    expect(it.logged.some(({ msg }) => msg === 'a report could not be mailed')).toBe(true);
    await broken('UTC');
    await run();
    expect((await queued()).map(({ to }) => to)).toEqual(['mallory@example.net', 'alice@example.com']);
  });

  test('can be ended on the page', async () => {
    await want(alice, { weekly: 'true' });
    await want(alice, {});
    goTo('2026-11-23T08:00:00Z');
    await run();
    expect(await queued()).toEqual([]);
  });
});

test('the mail has the figures, those of the week before, the worst monitors, and one click ends it', async () => {
  const sink = await smtpSink();
  Object.assign(it.deps.config, { smtp: sink.smtp });
  await plant('Shop <b>', 0, 864);
  await plant('Blog', 30, 100);
  await want(alice, { weekly: 'true' });
  goTo('2026-11-23T08:00:00Z');
  await run();
  const outbox = createOutbox(it.deps);
  await outbox.tick();
  await outbox.stop();
  const raw = sink.mails.map(({ raw: text }) => text).find((text) => text.includes('List-Unsubscribe')) ?? '';
  await sink.stop();
  const mail = await PostalMime.parse(raw);
  expect(mail.subject).toBe('Weekly report: 99.928% up, no incidents (alice-shop)');
  expect(mail.text).toContain('99.928% (the week before: 100%)');
  expect(mail.text).toContain('Down for 14m 24s');
  expect(mail.html).toContain('Shop &lt;b&gt;');
  expect(mail.text).not.toContain('Blog');
  expect(mail.text).toContain('/reports?period=custom&from=2026-11-16&to=2026-11-22');

  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? '';
  expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  const path = /^<http:\/\/localhost:8000(\/unsubscribe\/\S+)>$/.exec(header('list-unsubscribe'))?.[1] ?? '';
  expect(mail.text).toContain(path);
  const count = async () => (await it.deps.db.read.all(sql`select 1 from report_subscriptions`)).length;
  const page = await it.visitor().get(path);
  expect([page.status, (await page.text()).includes('Stop these mails?'), await count()]).toEqual([200, true, 1]);
  // As a mail program does it: no cookie, no origin, only the form the standard names.
  const posted = await it.app.request(`http://localhost:8000${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
  expect([posted.status, posted.headers.get('set-cookie'), await count()]).toEqual([200, null, 0]);
  expect((await it.visitor().post(path)).status).toBe(200);
  await want(alice, { weekly: 'true' });
  expect((await it.visitor().post(`${path}x`)).status).toBe(404);
  expect(await count()).toBe(1);
});
