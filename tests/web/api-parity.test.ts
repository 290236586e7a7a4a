import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { newId } from '../../src/db/ids.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { type BillingWorld, billingWorld } from '../support/billing-world.ts';
import { plantObjects, type Objects } from '../support/tenant-objects.ts';
import { apiToken } from '../support/tokens.ts';
import { told } from '../support/program.ts';
import { type World, world } from '../support/world.ts';

// Buttons of pages that programs can press as well: what comes of it is what the page does.

let it: TestApp;
let w: World;
let hers: Objects;
let token: Visitor;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  hers = await plantObjects(it, w.alice, 'AliceSecret', 'AliceShown');
  token = await apiToken(it, w.alice, ['read', 'write']);
});
afterAll(() => it.close());

/** The fields that a refusal names. */
async function faulty(answer: Response): Promise<string[]> {
  const { errors } = await told<{ errors: { field: string }[] }>(answer, 422);
  return errors.map(({ field }) => field);
}

/** What a viewer, an anonymous program and the owner of another account are answered. */
async function refuses(method: string, path: string, body?: object, foreign = 404): Promise<void> {
  expect((await w.bob.browser.json(method, path, body)).status).toBe(403);
  expect((await it.visitor().json(method, path, body)).status).toBe(401);
  expect((await w.mallory.browser.json(method, path, body)).status).toBe(foreign);
}

test('a note on an incident', async () => {
  const path = `/api/incidents/${hers.incident}/notes`;
  await refuses('POST', path, { note: 'Seen.' });
  const story = await told<{ timeline: { text: string | null }[] }>(
    await token.json('POST', path, { note: 'The peer was lost.' }),
  );
  expect(JSON.stringify(story.timeline)).toContain('The peer was lost.');
  for (const wrong of [{}, { note: '' }, { note: 7 }, { note: 'x'.repeat(100_000) }, { note: 'x', at: 1 }])
    expect((await token.json('POST', path, wrong)).status).toBe(422);
  expect((await token.json('POST', '/api/incidents/inc_nope/notes', { note: 'x' })).status).toBe(404);
});

test('planned work that ends early', async () => {
  const at = it.clock.now();
  const [starts_at, ends_at] = [at - 60_000, at + DAY].map((ms) => new Date(ms).toISOString());
  const work = { title: 'Now', monitor_ids: [hers.monitor], starts_at, ends_at };
  const { id } = await told<{ id: string }>(await token.json('POST', '/api/maintenance', work), 201);
  const path = `/api/maintenance/${id}/end`;
  await refuses('POST', path);
  expect(await told<object>(await token.json('POST', path))).toMatchObject({
    state: 'completed',
    ends_at: new Date(at).toISOString(),
  });
  expect((await token.json('POST', path)).status).toBe(409);
  expect((await token.json('POST', '/api/maintenance/mnt_nope/end')).status).toBe(404);
});

describe('pictures of a status page', () => {
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
  const pictures = () => `/api/status-pages/${hers.page}/pictures`;
  const list = async () =>
    (await told<{ data: { picture: string; url: string }[] }>(await token.json('GET', pictures()))).data;

  test('are put up, served to visitors, and taken down', async () => {
    const path = `${pictures()}/logo`;
    await refuses('PUT', path, { data: pixel });
    expect((await token.json('PUT', path, { data: pixel })).status).toBe(204);
    const [logo] = await list();
    expect(logo).toMatchObject({ picture: 'logo', mime: 'image/png' });
    const served = await it.visitor().get(new URL(logo?.url ?? '').pathname);
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/png']);
    await refuses('DELETE', path);
    expect((await token.json('DELETE', path)).status).toBe(204);
    expect(await list()).toEqual([]);
    const record = () => it.deps.db.read.all(sql`select id from audit_log where account_id = ${w.alice.accountId}`);
    const before = await record();
    expect((await token.json('DELETE', path)).status).toBe(204);
    expect(await record()).toEqual(before);
  });

  test('are refused with a sentence when they are none', async () => {
    const put = (body: unknown, picture = 'logo') => token.json('PUT', `${pictures()}/${picture}`, body);
    for (const wrong of [{}, { data: '' }, { data: '%%%' }, { data: 'aGVsbG8=' }, { data: 7 }, { data: pixel, x: 1 }])
      expect((await put(wrong)).status, JSON.stringify(wrong)).toBe(422);
    expect((await put({ data: 'A'.repeat(800_000) })).status).toBe(422);
    // As large as one may be, and none.
    for (const none of ['A'.repeat(699_052), 'aGVsbG8='])
      expect(await faulty(await put({ data: none }))).toEqual(['data']);
    expect((await put({ data: pixel }, 'banner')).status).toBe(422);
    const other = await w.mallory.browser.json('GET', pictures());
    expect(other.status).toBe(404);
    expect(await list()).toEqual([]);
  });
});

describe('subscribers of a status page', () => {
  const subscribers = (rest: string) => `/api/status-pages/${hers.page}/subscribers${rest}`;

  test('a file of them is taken, and each line that is not is told of', async () => {
    const file = { csv: 'email\nnew@example.org\nnot an address\nnew@example.org', consent: true };
    await refuses('POST', subscribers('/import'), file);
    // A whole list of people is nothing a token brings along.
    expect((await token.json('POST', subscribers('/import'), file)).status).toBe(403);
    const { browser } = w.alice;
    const done = await told<{ added: number; faults: { line: number }[] }>(
      await browser.json('POST', subscribers('/import'), file),
    );
    expect(done.added).toBe(1);
    expect(done.faults.map(({ line }) => line)).toContain(3);
    for (const wrong of [{}, { csv: '' }, { csv: 7 }, { csv: 'a@example.org', consent: 'yes' }])
      expect((await browser.json('POST', subscribers('/import'), wrong)).status).toBe(422);
    expect(await faulty(await browser.json('POST', subscribers('/import'), { csv: '\n' }))).toEqual(['csv']);
  });

  test('one that was given up is sent to again', async () => {
    const path = subscribers(`/${hers.subscriber}/resume`);
    await refuses('POST', path);
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update subscribers set disabled_at = 1 where id = ${hers.subscriber}`),
    );
    expect((await token.json('POST', path)).status).toBe(204);
    const [row] = await it.deps.db.read.all<{ disabled_at: number | null }>(
      sql`select disabled_at from subscribers where id = ${hers.subscriber}`,
    );
    expect(row?.disabled_at).toBeNull();
    expect((await token.json('POST', subscribers('/sub_nope/resume'))).status).toBe(404);
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update subscribers set confirmed_at = null where id = ${hers.subscriber}`),
    );
    expect(await faulty(await token.json('POST', path))).toEqual(['subscriber_id']);
  });

  test('more files than a day has room for are told when to come back', async () => {
    const send = () => w.alice.browser.json('POST', subscribers('/import'), { csv: 'email\nagain@example.org' });
    let answer = await send();
    for (let more = 0; more < 25 && answer.status === 200; more++) answer = await send();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('reports', () => {
  test('the mails that a person gets are their own choice, whatever their role', async () => {
    const path = '/api/reports/mails';
    const { browser } = w.bob;
    const none = { weekly: false, monthly: false, next_at: null };
    expect(await told(await browser.json('GET', path))).toEqual(none);
    const chosen = await told<{ next_at: string }>(await browser.json('PUT', path, { weekly: true, monthly: false }));
    expect(chosen).toMatchObject({ weekly: true, monthly: false });
    expect(Date.parse(chosen.next_at)).toBeGreaterThan(it.clock.now());
    expect(await (await browser.get('/reports')).text()).toMatch(/name="weekly"[^>]*checked/);
    expect(await told(await browser.json('PUT', path, { weekly: false, monthly: false }))).toEqual(none);
    for (const wrong of [
      {},
      { weekly: true },
      { weekly: 'yes', monthly: false },
      { weekly: true, monthly: true, to: 1 },
    ])
      expect((await browser.json('PUT', path, wrong)).status).toBe(422);
    expect((await token.json('GET', path)).status).toBe(403);
  });

  test('one is shared by an address that anybody can open', async () => {
    const path = '/api/reports/share';
    expect((await w.bob.browser.json('POST', path, {})).status).toBe(403);
    const shared = await told<{ url: string; expires_at: string }>(
      await token.json('POST', path, { period: 'last-7', days: 90 }),
    );
    expect(Date.parse(shared.expires_at)).toBe(it.clock.now() + 90 * DAY);
    expect((await it.visitor().get(new URL(shared.url).pathname)).status).toBe(200);
    for (const wrong of [{ days: 31 }, { period: 'ever' }, { period: 'custom', from: 'x', to: 'y' }, { title: 'x' }])
      expect((await token.json('POST', path, wrong)).status, JSON.stringify(wrong)).toBe(422);
    expect((await w.mallory.browser.json('POST', path, { monitor: hers.monitor })).status).toBe(404);
  });
});

test('certificates and domains, the first to end first', async () => {
  await it.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into domains (name, expires_at, registrar, asked_at) values ('shop.example', 5, 'R', 0)`);
    await tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      values (${newId('mon')}, ${w.alice.accountId}, 'Name', 'domain', 'shop.example', '{}', 300, 5, 3, 1, 0, '[]', 0)`);
  });
  interface Both {
    certificates: { not_after: string; monitors: { id: string }[] }[];
    domains: { name: string; monitors: { name: string }[] }[];
  }
  const both = await told<Both>(await token.json('GET', '/api/certificates'));
  expect(both.certificates).toHaveLength(1);
  expect(both.certificates[0]?.monitors).toMatchObject([{ id: hers.monitor }]);
  expect(both.domains).toMatchObject([{ name: 'shop.example', registrar: 'R', monitors: [{ name: 'Name' }] }]);
  const others = await told<Both>(await w.mallory.browser.json('GET', '/api/certificates'));
  expect(others).toEqual({ certificates: [], domains: [] });
});

describe('billing', () => {
  let b: BillingWorld;
  beforeAll(async () => {
    b = await billingWorld();
  });
  afterAll(() => b.close());

  test('where nothing is sold it says what is used, and sells nothing', async () => {
    const { browser } = w.alice;
    const state = await told<object>(await browser.json('GET', '/api/billing'));
    expect(state).toMatchObject({ plan: 'business', sold: false, status_pages: { used: 1 } });
    expect((await browser.json('POST', '/api/billing/checkout', { plan: 'pro' })).status).toBe(409);
    expect((await browser.json('POST', '/api/billing/portal', {})).status).toBe(409);
    expect((await w.bob.browser.json('GET', '/api/billing')).status).toBe(403);
    expect((await token.json('GET', '/api/billing')).status).toBe(403);
  });

  test('the owner gets the address at which a plan is paid, and the one where cards are minded', async () => {
    const { browser } = b.alice;
    const admin = await b.member('admin@example.com', 'admin');
    expect((await admin.browser.json('POST', '/api/billing/checkout', { plan: 'pro' })).status).toBe(403);
    expect((await browser.json('POST', '/api/billing/portal', {})).status).toBe(409);
    for (const wrong of [{}, { plan: 'free' }, { plan: 'pro', price: 0 }])
      expect((await browser.json('POST', '/api/billing/checkout', wrong)).status).toBe(422);
    const { url } = await told<{ url: string }>(await browser.json('POST', '/api/billing/checkout', { plan: 'pro' }));
    const one = b.stripe.pay(url);
    expect((await b.tell('checkout.session.completed', { customer: one.customer })).status).toBe(200);
    const state = await told<object>(await browser.json('GET', '/api/billing'));
    expect(state).toMatchObject({ plan: 'pro', sold: true, subscription: { status: 'active', plan: 'pro' } });
    const portal = await told<{ url: string }>(await browser.json('POST', '/api/billing/portal', { cancel: true }));
    expect(new URL(portal.url).protocol).toMatch(/^https?:$/);
  });
});
