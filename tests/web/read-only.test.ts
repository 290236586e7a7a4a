import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCommand } from '../../src/commands.ts';
import { SECOND } from '../../src/core/time.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { CHANGES } from '../support/route-table.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

let t: TestApp;
let w: World;
beforeEach(async () => {
  t = await testApp();
  w = await world(t, { plan: 'business' });
});
afterEach(() => t.close());

const mode = (word: string) => findCommand('mode maintenance').run(t.deps, [word]);
/** What the command line does is known within three seconds. */
const later = () => t.clock.advance(3 * SECOND);

describe('maintenance mode', () => {
  test('answers every route that changes something with 503, Retry-After and a sentence', async () => {
    await mode('on');
    later();
    const open =
      /^(?:POST|PUT|PATCH|DELETE) (?:\/ping\/|\/api\/push\/|\/:token|\/api\/monitors\/:id\/ping|\/auth\/(?:login|logout|refresh|code|passkeys\/login)|\/login|(?:\/api)?\/operator\/mode)/;
    const changing = CHANGES.filter(({ name }) => !open.test(name));
    expect(changing.length).toBeGreaterThan(60);
    for (const { method, pattern } of changing) {
      const path = pattern.replace(/:\w+(\{[^}]+\})?/g, 'x');
      const answer = await w.alice.browser.json(method, path, {});
      expect(`${method} ${pattern} ${answer.status}`).toBe(`${method} ${pattern} 503`);
      expect(answer.headers.get('retry-after')).toBe('120');
      expect(await answer.json()).toMatchObject({ status: 503, code: 'unavailable' });
    }
  });

  test('is a page with a policy and a sentence for people', async () => {
    await mode('on');
    later();
    const answer = await w.alice.browser.post('/monitors', { name: 'x' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toContain('not change anything just now. Checks and alerts go on.');
    expect((await t.visitor().post('/s/alice-shop/subscribe', { email: 'x@example.com' })).status).toBe(503);
    expect(t.logged.filter(({ level }) => level === 50)).toEqual([]);
  });

  test('lets people look, come and go; a job may report; every page says so', async () => {
    const made = await w.alice.browser.json('POST', '/api/monitors', {
      name: 'Nightly',
      type: 'heartbeat',
      interval_seconds: 300,
      config: { grace_seconds: 60 },
    });
    const { ping_url: ping } = (await made.json()) as { ping_url: string };
    await mode('on');
    later();
    expect((await t.visitor().post(new URL(ping).pathname)).status).toBe(200);
    expect((await w.bob.browser.get('/dashboard')).status).toBe(200);
    expect(await (await w.bob.browser.get('/dashboard')).text()).toContain('StatusPing is being worked on.');
    for (const path of ['/', '/login', '/pricing']) {
      expect(await (await t.visitor().get(path)).text()).toContain('nothing can be changed just now');
    }
    const visitor = t.visitor();
    expect((await visitor.post('/auth/login', { email: w.bob.email, password: PASSWORD })).status).toBe(303);
    expect((await visitor.post('/auth/logout')).status).toBe(303);
  });

  test('is turned on and off by the operator’s own switch, at once', async () => {
    const on = await w.alice.browser.post('/operator/mode', { maintenance: 'on' });
    expect(on.status).toBe(303);
    expect((await w.alice.browser.post('/settings', { account_name: 'New' })).status).toBe(503);
    expect(await (await w.alice.browser.get('/operator/mode')).text()).toContain('Turn maintenance mode off');
    expect((await w.alice.browser.post('/operator/mode', { maintenance: 'off' })).status).toBe(303);
    expect((await w.alice.browser.post('/settings', { account_name: 'New' })).status).toBe(303);
  });

  test('on the command line is on or off, and nothing else', async () => {
    await expect(mode('maybe')).rejects.toThrow('Say on or off.');
    expect(await mode('on')).toEqual(['Maintenance mode is on.']);
    const [before] = await t.deps.db.read.all(sql`select value from installation where key = 'maintenance'`);
    later();
    await mode('on');
    expect(await t.deps.db.read.all(sql`select value from installation where key = 'maintenance'`)).toEqual([before]);
    expect(await mode('off')).toEqual(['Maintenance mode is off.']);
    later();
    expect((await w.alice.browser.post('/settings', { account_name: 'New' })).status).toBe(303);
  });
});
