import { spawnSync } from 'node:child_process';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestApp, testApp } from './support/app.ts';
import { plantMonitors } from './support/pages.ts';
import { world } from './support/world.ts';

const PROMTOOL = spawnSync('promtool', ['--version']).error === undefined;
if (!PROMTOOL) console.warn('promtool is absent: what Prometheus itself says of /metrics was not asked');

let t: TestApp;
beforeAll(async () => {
  t = await testApp({ config: { metricsToken: 'metrics-token-of-this-test' } });
});
afterAll(() => t.close());

test.skipIf(!PROMTOOL)('Prometheus’ own check has nothing to say about the figures', async () => {
  const { alice } = await world(t, { plan: 'business' });
  const [page] = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${alice.accountId}`,
  );
  await plantMonitors(t.deps.db, t.clock.now(), alice.accountId, page?.id ?? '', [
    { name: 'A "quoted" \\ name\nof two lines 💡', status: 'up' },
    { name: '{le="1"} 5', status: 'down' },
  ]);
  await t.deps.db.write('certificate', (tx) =>
    tx.run(sql`insert into certificates (monitor_no, host, fingerprint, key_fingerprint, subject, issuer, sans,
      not_before, not_after, first_seen_at, last_seen_at) select no, 'h', 'a', 'b', 's', 'i', '[]', 0, 9e15, 0, 0 from monitors`),
  );
  t.deps.tally.check('http', 'up');
  t.deps.tally.delivery('email', 'sent');
  await alice.browser.get('/dashboard');
  const own = await scrape('/metrics');
  expect(own).toContain('\nstatusping_checks_total{');
  expect(promtool(own)).toEqual({ said: '', status: 0 });
  const all = await scrape('/metrics?monitors=1');
  for (const name of ['monitor_status', 'monitor_uptime_ratio', 'monitor_cert_is_valid']) {
    expect(all).toContain(`\n${name}{`);
  }
  // The name is Uptime Kuma's, and whoever comes from there has it in their alerts.
  const remark = 'monitor_cert_days_remaining use base unit "seconds" instead of "days"';
  expect(promtool(all)).toEqual({ said: remark, status: 3 });
});

async function scrape(path: string): Promise<string> {
  const answer = await t.visitor().get(path, { authorization: 'Bearer metrics-token-of-this-test' });
  expect(answer.status).toBe(200);
  return answer.text();
}

function promtool(text: string) {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return { said: `${stdout}${stderr}`.trim(), status };
}
