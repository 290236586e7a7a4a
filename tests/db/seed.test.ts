import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { DEMO_MONITORS, demoHistory } from '../../src/db/demo.ts';
import { seedDemo } from '../../src/db/seed.ts';
import { DAY } from '../../src/core/time.ts';
import { uptimePercent } from '../../src/core/uptime.ts';
import { openTestDatabase } from '../support/db.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 3, 20);

test('the demo world is whole: every monitor with its past, one incident open, every outage told once', async () => {
  const { db, close } = await openTestDatabase();
  await db.write('account', async (tx) => {
    await tx.run(
      sql`insert into accounts (id, name, slug, plan, created_at) values ('acc_1', 'Demo', 'demo-1', 'business', 0)`,
    );
    await tx.run(sql`insert into status_pages (id, account_id, slug, title, created_at, updated_at)
      values ('pag_1', 'acc_1', 'demo-1', 'Demo', 0, 0)`);
  });
  await seedDemo(db, { accountId: 'acc_1', origin: 'http://localhost:1', alerts: false, now: NOW });

  const one = async (query: ReturnType<typeof sql>) => (await db.read.all<{ n: number }>(query))[0]?.n;
  expect(await one(sql`select count(*) as n from monitors where account_id = 'acc_1'`)).toBe(DEMO_MONITORS.length);
  expect(await one(sql`select count(*) as n from incidents where resolved_at is null`)).toBe(1);
  expect(await one(sql`select count(*) as n from monitor_states s join incidents i on i.id = s.incident_id`)).toBe(1);
  const downs = DEMO_MONITORS.flatMap(({ troubles }) => troubles.filter(({ status }) => status === 'down'));
  expect(await one(sql`select count(*) as n from incidents`)).toBe(downs.length);
  expect(
    await one(sql`select count(*) as n from components c join monitors m on m.no = c.monitor_no where not m.public`),
  ).toBe(0);
  expect(await one(sql`select count(*) as n from results where at > ${NOW / 1_000}`)).toBe(0);
  await close();
});

test.each(DEMO_MONITORS.map((monitor) => [monitor.name, monitor] as const))(
  'the hours and days of %s say the same',
  (_, monitor) => {
    const { summaries } = demoHistory(monitor, 7, NOW);
    const sum = (grain: number, key: 'checks' | 'up_seconds' | 'down_seconds' | 'degraded_seconds') =>
      summaries.filter((row) => row.grain === grain).reduce((n, row) => n + row[key], 0);
    for (const key of ['checks', 'up_seconds', 'down_seconds', 'degraded_seconds'] as const) {
      expect(sum(2, key)).toBe(sum(1, key));
    }
    const observed = sum(2, 'up_seconds') + sum(2, 'down_seconds') + sum(2, 'degraded_seconds');
    expect(Math.abs(observed * 1_000 - monitor.age)).toBeLessThanOrEqual(DAY / 96);
    const days = summaries.filter((row) => row.grain === 2);
    const worst = Math.min(...days.map((row) => uptimePercent(row) ?? 100));
    expect(worst < 100).toBe(monitor.troubles.some(({ status }) => status === 'down'));
  },
);
