import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/core/time.ts';
import { closeOpenIncident } from '../../src/engine/ingest.ts';
import { loadFacts } from '../../src/statuspages/load.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { telling } from '../support/telling.ts';

let world: EngineWorld;
let shop: number;
let api: number;
beforeEach(async () => {
  world = await engineWorld();
  const now = world.clock.now();
  await world.db.write('arrange', (tx) =>
    tx.run(sql`insert into status_pages (id, account_id, slug, title, auto_report, created_at, updated_at)
      values ('pag_1', 'acc_alice', 'alice', 'Alice', 'publish', ${now}, ${now})`),
  );
  shop = await shown('Shop');
  api = await shown('API');
});
afterEach(() => world.close());

/** A monitor on the page under a name of its own. */
async function shown(name: string, membersOnly = 0): Promise<number> {
  const no = await world.addMonitor({ threshold: 1 });
  await world.db.write('arrange', (tx) =>
    tx.run(sql`insert into components (id, page_id, monitor_no, name, members_only, position)
      values (${`cmp_${no}`}, 'pag_1', ${no}, ${name}, ${membersOnly}, ${no})`),
  );
  await world.seen(no, UP);
  world.clock.advance(MINUTE);
  return no;
}

async function setPage(column: 'auto_report' | 'language', value: string): Promise<void> {
  await world.db.write('arrange', (tx) => tx.run(sql`update status_pages set ${sql.raw(column)} = ${value}`));
}

/** Title and status of each report, with what was said in it, oldest first. */
async function reports(): Promise<string[]> {
  const rows = await world.db.read.all<{ text: string }>(sql`
    select title || ' (' || case when published_at is null then 'draft, ' else '' end || status || '): ' ||
      (select group_concat(u.status || ' ' || replace(u.body, char(10), ' '), '; ') from (select * from status_report_updates
        where report_id = r.id order by at) u) as text
    from status_reports r order by created_at, rowid`);
  return rows.map(({ text }) => text);
}

async function announced(): Promise<number> {
  return (await world.db.read.get<{ n: number }>(sql`select count(*) as n from deliveries where event = 'fan'`)).n;
}

const facts = () => loadFacts({ ...world.deps, config: { baseUrl: '' } as never }, { pageId: 'pag_1' }, 'public');
const OPENED = 'investigating Shop: answers with an error. Confirmed by repeated checks.';

describe('an incident of a component', () => {
  test('is published in public words and ended by the recovery', async () => {
    await world.seen(shop, DOWN);
    expect(await reports()).toEqual([`Shop is down (investigating): ${OPENED}`]);
    expect(await facts()).toMatchObject({
      status: 'partial_outage',
      incidents: [],
      reports: [
        { status: 'investigating', impact: 'major', components: [{ id: `cmp_${shop}`, status: 'major_outage' }] },
      ],
    });
    world.clock.advance(5 * MINUTE);
    await world.seen(shop, UP);
    expect(await reports()).toEqual([`Shop is down (resolved): ${OPENED}; resolved Working again.`]);
    expect((await facts())?.reports[0]).toMatchObject({
      resolvedAt: world.clock.now(),
      components: [{ status: 'operational' }],
    });
    expect(await announced()).toBe(2);
    expect(await world.db.read.all(sql`select action, user_id from audit_log`)).toEqual([
      { action: 'status_report.published', user_id: null },
    ]);
  });

  test('stays a draft where the page wants drafts, and nobody is told', async () => {
    await setPage('auto_report', 'draft');
    await world.seen(shop, DOWN);
    world.clock.advance(MINUTE);
    await world.seen(shop, UP);
    expect(await reports()).toEqual([`Shop is down (draft, resolved): ${OPENED}; resolved Working again.`]);
    expect((await facts())?.reports).toEqual([]);
    expect(await announced()).toBe(0);
    // A draft that nobody wanted makes room for the next ones.
    world.clock.advance(15 * DAY);
    await world.seen(shop, DOWN);
    expect(await reports()).toEqual([`Shop is down (draft, investigating): ${OPENED}`]);
  });

  test('makes nothing where the page wants nothing, of hidden lines and of private monitors', async () => {
    const hidden = await shown('Hidden', 1);
    const secret = await shown('Secret');
    await world.db.write('arrange', (tx) => tx.run(sql`update monitors set public = 0 where no = ${secret}`));
    await world.seen(hidden, DOWN);
    await world.seen(secret, DOWN);
    await setPage('auto_report', 'none');
    await world.seen(shop, DOWN);
    expect(await reports()).toEqual([]);
  });

  test('speaks the language of the page and shows no address', async () => {
    await setPage('language', 'de');
    await world.db.write('arrange', (tx) =>
      tx.run(
        sql`update components set name = 'https://user:pass@shop.example/secret?x=*1*' where monitor_no = ${shop}`,
      ),
    );
    await world.seen(shop, DOWN);
    const [text] = await reports();
    expect(text).toMatch(/^shop\.example .*\(investigating\): investigating shop\.example: /);
    expect(text).not.toMatch(/secret|pass|is down/);
  });

  test.each([
    ['paused', 'Closed, because monitoring was paused.'],
    ['changed', 'Closed, because the check was changed.'],
    ['deleted', 'Closed, because monitoring ended.'],
  ] as const)('that is closed because the monitor was %s ends its report', async (cause, words) => {
    await world.seen(shop, DOWN);
    world.clock.advance(MINUTE);
    const now = world.clock.now();
    await world.db.write('close', (tx) => closeOpenIncident(tx, { monitorNo: shop, cause, now }));
    expect(await reports()).toEqual([`Shop is down (resolved): ${OPENED}; resolved ${words}`]);
  });
});

describe('one cause, one report', () => {
  test('what fails within ten minutes joins, quietly, and the last recovery ends it', async () => {
    const mail = await shown('Mail');
    const search = await shown('Search');
    await world.seen(shop, DOWN);
    world.clock.advance(9 * MINUTE);
    await world.seen(api, DOWN);
    await world.seen(mail, DOWN);
    await world.seen(search, DOWN);
    expect(await reports()).toEqual([`Shop, API and 2 more are down (investigating): ${OPENED}`]);
    expect(await announced()).toBe(1);
    expect((await facts())?.incidents).toEqual([]);
    for (const no of [shop, mail, search]) {
      world.clock.advance(MINUTE);
      await world.seen(no, UP);
    }
    expect((await reports())[0]).toContain('(investigating)');
    expect((await facts())?.reports[0]?.components).toContainEqual({ id: `cmp_${shop}`, status: 'operational' });
    await world.seen(api, UP);
    expect((await reports())[0]).toContain('(resolved)');
    expect(await announced()).toBe(2);
  });

  test('what fails much later has its own', async () => {
    await world.seen(shop, DOWN);
    world.clock.advance(11 * MINUTE);
    await world.seen(api, DOWN);
    expect((await reports()).map((text) => text.split(' (')[0])).toEqual(['Shop is down', 'API is down']);
  });

  test('a title that somebody wrote stays', async () => {
    await world.seen(shop, DOWN);
    await world.db.write('arrange', (tx) => tx.run(sql`update status_reports set title = 'Storm in Berlin'`));
    await world.seen(api, DOWN);
    expect((await reports())[0]).toMatch(/^Storm in Berlin /);
  });

  test('what depends on it joins, and makes none where there is none', async () => {
    const people = telling(world);
    await people.set(api, 'parent_no', shop);
    await world.seen(shop, DOWN);
    world.clock.advance(MINUTE);
    await world.seen(api, DOWN);
    expect(await reports()).toEqual([`Shop and API are down (investigating): ${OPENED}`]);
    world.clock.advance(MINUTE);
    await world.seen(api, UP);
    world.clock.advance(20 * MINUTE);
    await world.db.write('arrange', (tx) => tx.run(sql`delete from status_reports`));
    await world.seen(api, DOWN);
    expect(await reports()).toEqual([]);
  });
});

describe('a monitor that keeps changing', () => {
  test('goes on in the same report, and is spoken of a few times at most', async () => {
    for (let i = 0; i < 40; i += 1) {
      world.clock.advance(4 * MINUTE);
      await world.seen(shop, i % 2 === 0 ? DOWN : UP);
    }
    expect(await reports()).toHaveLength(1);
    expect(await announced()).toBeLessThanOrEqual(6);
  });

  test('with nobody looking for unrest it is one report an hour that soon falls silent', async () => {
    await world.db.write('arrange', (tx) => tx.run(sql`update monitors set flap_detection = 0`));
    for (let i = 0; i < 40; i += 1) {
      world.clock.advance(MINUTE);
      await world.seen(shop, i % 2 === 0 ? DOWN : UP);
    }
    expect(await reports()).toHaveLength(1);
    expect(await announced()).toBe(6);
    world.clock.advance(MINUTE);
    await world.seen(shop, DOWN);
    // What no report says any more, the page says by itself.
    expect((await facts())?.incidents[0]).toMatchObject({ resolvedAt: null });
  });

  test('its report ends where it comes to rest', async () => {
    let last = DOWN;
    for (let i = 0; i < 9; i += 1) {
      world.clock.advance(MINUTE);
      last = last === DOWN ? UP : DOWN;
      await world.seen(shop, last);
    }
    await world.seen(shop, UP, world.clock.now() + SECOND);
    for (let i = 0; i < 90; i += 1) {
      world.clock.advance(MINUTE);
      await world.seen(shop, UP);
    }
    expect((await reports()).every((text) => text.includes('(resolved)'))).toBe(true);
  });
});

test('once people have spoken, the recovery says so and leaves the end to them', async () => {
  await world.seen(shop, DOWN);
  world.clock.advance(MINUTE);
  const at = world.clock.now();
  await world.db.write('arrange', (tx) =>
    tx.run(sql`insert into status_report_updates (id, report_id, status, body, at, user_id)
      select 'upd_x', id, 'identified', 'A cable.', ${at}, 'usr_alice' from status_reports`),
  );
  world.clock.advance(MINUTE);
  await world.seen(shop, UP);
  expect(await reports()).toEqual([
    `Shop is down (monitoring): ${OPENED}; identified A cable.; monitoring Working again.`,
  ]);
  expect((await facts())?.reports[0]?.resolvedAt).toBeNull();
});
