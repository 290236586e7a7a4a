import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { storeCertificate } from '../../src/monitors/certificate-queries.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'pro' });
});
afterAll(() => it.close());

async function text(who: World['alice']): Promise<string> {
  const answer = await who.browser.get('/certificates');
  expect(answer.status).toBe(200);
  return answer.text();
}

async function addMonitor(accountId: string, id: string, kind = 'http', target = 'https://x.example'): Promise<number> {
  const at = it.clock.now();
  return it.deps.db.write('arrange', async (tx) => {
    const row = await tx.get<{ no: number }>(sql`
      insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      values (${id}, ${accountId}, ${`Watch ${id}`}, ${kind}, ${target}, '{}', 300, 5, 3, 1, 0, '[]', ${at})
      returning no`);
    return row.no;
  });
}

async function sees(no: number, host: string, fingerprint: string, daysLeft: number): Promise<void> {
  const at = it.clock.now();
  const shown = {
    host,
    fingerprint,
    key_fingerprint: fingerprint,
    subject: `CN=${host}`,
    issuer: 'O=Good <Authority>, CN=Good R3',
    sans: [host, `www.${host}`],
    not_before: at - DAY,
    not_after: at + daysLeft * DAY,
  };
  await it.deps.db.write('arrange', (tx) => storeCertificate(tx, no, shown, at));
}

test('nothing seen yet says what will be here', async () => {
  expect(await text(w.alice)).toContain('None seen yet');
});

test('lists each certificate and domain once, the first to end on top, to members of the account alone', async () => {
  const mine = w.alice.accountId;
  await sees(await addMonitor(mine, 'mon_a'), 'late.example', 'AA', 80);
  const shared = await addMonitor(mine, 'mon_b');
  await sees(shared, 'soon.example', 'BB', 12.5);
  await sees(await addMonitor(mine, 'mon_c'), 'soon.example', 'BB', 12.5);
  await sees(await addMonitor(mine, 'mon_d'), 'over.example', 'CC', -2.5);
  await addMonitor(mine, 'mon_e', 'domain', 'shop.example');
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into domains (name, expires_at, registrar, asked_at)
      values ('shop.example', ${it.clock.now() + 40.5 * DAY}, 'Registrar & Sons', 1)`),
  );
  await sees(await addMonitor(w.mallory.accountId, 'mon_m'), 'mallory.example', 'DD', 5);

  for (const person of [w.alice, w.bob]) {
    const page = await text(person);
    const order = ['over.example', 'soon.example', 'shop.example', 'late.example'].map((host) =>
      page.indexOf(`>${host}<`),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(page.split('>soon.example<')).toHaveLength(2);
    expect(page).toContain('Watch mon_b');
    expect(page).toContain('Watch mon_c');
    expect(page).toContain('expired 2 days ago');
    expect(page).toContain('12 days left');
    expect(page).toContain('40 days left');
    expect(page).toContain('also www.late.example');
    expect(page).toContain('Good R3');
    expect(page).toContain('Registrar &amp; Sons');
    expect(page).not.toContain('mallory.example');
  }
  expect(await text(w.mallory)).not.toContain('soon.example');
});

test('a deleted monitor takes its certificate from the list', async () => {
  await it.deps.db.write('arrange', (tx) => tx.run(sql`update monitors set deleted_at = 1 where id = 'mon_d'`));
  expect(await text(w.alice)).not.toContain('over.example');
});

test('the free plan sees the list and what it lacks', async () => {
  expect(await text(w.alice)).toContain('We write 30, 14, 7, 3, 1 days before one ends');
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`update accounts set plan = 'free' where id = ${w.alice.accountId}`),
  );
  expect(await text(w.alice)).toContain('Messages before a certificate ends are part of Pro.');
});
