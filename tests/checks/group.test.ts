import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { group, type Member } from '../../src/checks/group.ts';
import { SECOND } from '../../src/core/time.ts';
import { NO_PHASES } from '../../src/core/verdict.ts';
import { createIngest, type Ingest } from '../../src/engine/ingest.ts';
import { createRunner, type Runner } from '../../src/engine/runner.ts';
import { findMonitor } from '../../src/monitors/queries.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DOWN, UP } from '../support/engine-world.ts';
import { type Person, type World, world } from '../support/world.ts';

const member = (name: string, status: Member['status']): Member => ({
  name,
  status,
  reason: status === 'down' ? 'bad_status' : null,
});
const judge = (input: Record<string, unknown>, facts: Member[] | null) =>
  group.judge(group.config.parse(input), { failure: null, responseTimeMs: null, phases: NO_PHASES, facts });

describe('the rule', () => {
  const [up, slow, down, other] = [
    member('Shop', 'up'),
    member('Mail', 'degraded'),
    member('API', 'down'),
    member('DB', 'down'),
  ];
  test.each<[string, Record<string, unknown>, Member[], string]>([
    ['any: none is down', { rule: 'any' }, [up, up], 'up'],
    ['any: one is down', { rule: 'any' }, [up, down], 'down'],
    ['all: one is down', { rule: 'all' }, [up, down], 'degraded'],
    ['all: all are down', { rule: 'all' }, [down, other], 'down'],
    ['half: fewer', { rule: 'percentage', percentage: 50 }, [up, up, down], 'degraded'],
    ['half: exactly', { rule: 'percentage', percentage: 50 }, [up, down], 'down'],
    ['one degraded', { rule: 'all' }, [up, slow], 'degraded'],
    [
      'paused, planned and unknown ones do not count',
      { rule: 'all' },
      [member('A', 'paused'), member('B', 'maintenance'), member('C', 'unknown'), down],
      'down',
    ],
    ['nothing is known', {}, [member('A', 'pending'), member('C', 'unknown')], 'unknown'],
    ['no members are left', {}, [], 'unknown'],
  ])('%s', (_what, input, members, status) => {
    expect(judge(input, members).status).toBe(status);
  });

  test("the message names who is down, with the first one's reason", () => {
    const verdict = judge({ rule: 'any' }, [up, down, other]);
    expect(verdict).toMatchObject({ reason: 'bad_status', message: '2 of 3 down: API, DB.' });
    const many = Array.from({ length: 14 }, (_, i) => member(`M${i}`, 'down'));
    expect(judge({}, many).message).toMatch(/^14 of 14 down: M0, .*M9 and 4 more\.$/);
  });
});

describe('a group of real monitors', () => {
  let it: TestApp;
  let w: World;
  let ingest: Ingest;
  let runner: Runner;
  let results: ReturnType<typeof checker>;
  beforeEach(async () => {
    it = await testApp();
    w = await world(it, { plan: 'business' });
    ingest = createIngest(it.deps);
    runner = createRunner(it.deps, ingest);
    results = checker(it);
  });
  afterEach(async () => {
    await runner.stop(0);
    await ingest.stop();
    await results.stop();
    await it.close();
  });

  async function add(person: Person, settings: Record<string, unknown>) {
    const input = { name: 'Shop', type: 'http', target: 'https://shop.example', failure_threshold: 1, ...settings };
    const answer = await person.browser.json('POST', '/api/monitors', input);
    const body = (await answer.json()) as { id: string; errors?: { field: string; message: string }[] };
    return { status: answer.status, ...body };
  }
  const grouped = (members: string[], more: Record<string, unknown> = {}) =>
    add(w.alice, { name: 'All', type: 'group', target: '', config: { members, ...more } });
  /** Every other check is put off, so that only groups run. */
  async function status(id: string) {
    it.clock.advance(SECOND);
    await it.deps.db.write('put off', (tx) => tx.run("update monitors set next_check_at = 9e15 where kind <> 'group'"));
    await runner.tick();
    while (runner.lag().running > 0 || ingest.waiting() > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      await ingest.flush();
    }
    const row = await findMonitor(it.deps.db.read, w.alice.accountId, id, it.clock.now());
    return [row?.status, row?.last_message];
  }

  test('is judged again with the next tick when a member falls, and when it comes back', async () => {
    const shop = await add(w.alice, {});
    const mail = await add(w.alice, { name: 'Mail' });
    const all = await grouped([shop.id, mail.id]);
    await results.seen(shop.id, UP);
    await results.seen(mail.id, UP);
    expect(await status(all.id)).toEqual(['up', 'All 2 monitors are up.']);
    it.clock.advance(2 * SECOND);
    await results.seen(mail.id, DOWN);
    expect(await status(all.id)).toEqual(['down', '1 of 2 down: Mail.']);
    it.clock.advance(2 * SECOND);
    await results.seen(mail.id, UP);
    expect(await status(all.id)).toEqual(['up', 'All 2 monitors are up.']);
  });

  test('forgets a deleted member at once, and can still be renamed', async () => {
    const shop = await add(w.alice, {});
    const mail = await add(w.alice, { name: 'Mail' });
    const all = await grouped([shop.id, mail.id]);
    await results.seen(shop.id, UP);
    await results.seen(mail.id, DOWN);
    expect((await status(all.id))[0]).toBe('down');
    await w.alice.browser.json('DELETE', `/api/monitors/${mail.id}`);
    expect(await status(all.id)).toEqual(['up', 'The one monitor is up.']);
    const renamed = await w.alice.browser.json('PATCH', `/api/monitors/${all.id}`, { name: 'Everything' });
    expect(renamed.status, await renamed.text()).toBe(200);
  });

  test('holds no strangers, no groups, and not nothing', async () => {
    const theirs = await add(w.mallory, {});
    const shop = await add(w.alice, {});
    const inner = await grouped([shop.id]);
    for (const members of [[shop.id, theirs.id], [inner.id], ['mon_none'], []]) {
      const refused = await grouped(members);
      expect([refused.status, refused.errors?.[0]?.field]).toEqual([422, 'config.members']);
    }
    const looped = await w.alice.browser.json('PATCH', `/api/monitors/${inner.id}`, {
      config: { members: [inner.id] },
    });
    expect(looped.status).toBe(422);
  });
});
