import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { databaseBytes, KUMA_TABLES } from '../support/imports/database.ts';
import { KUMA_BACKUP } from '../support/imports/kuma.ts';
import { GATUS, HEALTHCHECKS, UPTIMEROBOT_V2 } from '../support/imports/others.ts';
import { type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

const KUMA = JSON.stringify(KUMA_BACKUP);

interface Answer {
  document: string;
  losses: { where: string; what: string; why: string }[];
  plan: Record<string, number>;
  needed: string[];
  job: { state: string; done: number; total: number; message: string | null } | null;
}
const ask = async (body: object, person: Person = w.alice) => {
  const answer = await person.browser.json('POST', '/api/import', body);
  return { status: answer.status, body: (await answer.json()) as Answer & { detail?: string } };
};

/** The job after it ended; each look lets it go on. */
async function ended(person: Person = w.alice): Promise<NonNullable<Answer['job']>> {
  for (;;) {
    const { job } = (await (await person.browser.json('GET', '/api/import')).json()) as Answer;
    if (job && job.state !== 'running') return job;
  }
}

async function monitors(person: Person = w.alice) {
  const list = (await (await person.browser.json('GET', '/api/monitors?limit=100')).json()) as {
    data: {
      name: string;
      type: string;
      paused: boolean;
      managed: unknown;
      interval_seconds: number;
      config: Record<string, unknown>;
    }[];
  };
  return list.data;
}

/** The form with a file, as a browser sends it. */
async function upload(
  path: string,
  fields: Record<string, string | File>,
  person: Person = w.alice,
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return person.browser.request(path, {
    method: 'POST',
    headers: { accept: 'text/html', origin: 'http://localhost:8000', 'sec-fetch-site': 'same-origin' },
    body,
  });
}

const idIn = (html: string) => /name="id" value="([^"]+)"/.exec(html)?.[1] ?? '';

describe('over the API', () => {
  test('a dry run tells everything, shows no secret and makes nothing', async () => {
    const { status, body } = await ask({ content: KUMA });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      source: 'kuma',
      job: null,
      plan: { monitors: 8, channels: 3, pages: 0, already_there: 0 },
    });
    expect(body.losses).toContainEqual({
      where: 'monitor "Shop"',
      what: 'proxyId',
      why: 'Checks go out directly here.',
    });
    for (const secret of ['basic secret', 'key secret', 'mail secret', 'hook-secret', 'T000/B000']) {
      expect(JSON.stringify(body)).not.toContain(secret);
    }
    expect(await monitors()).toEqual([]);
  });

  test.each([
    ['kuma', KUMA, 8],
    ['uptimerobot', JSON.stringify(UPTIMEROBOT_V2), 5],
    ['gatus', GATUS, 7],
    ['healthchecks', JSON.stringify(HEALTHCHECKS), 3],
  ])('all of %s is made, and a second time there is nothing to do', async (source, content, count) => {
    const values = { SLACK_WEBHOOK: 'https://hooks.slack.com/services/T1/B1/abcdefghijklmnop', API_KEY: 'k' };
    const made = await ask({ content, source, values, dry_run: false });
    expect(made).toMatchObject({ status: 202, body: { plan: { monitors: count } } });
    expect(await ended()).toMatchObject({ state: 'done', message: null });
    const list = await monitors();
    expect(list).toHaveLength(count);
    expect(list.every(({ managed }) => managed === null)).toBe(true);
    const record = (await (await w.alice.browser.json('GET', '/api/audit-log?limit=100')).json()) as {
      data: { action: string }[];
    };
    expect(record.data.filter(({ action }) => action === 'monitor.created')).toHaveLength(count);
    const again = await ask({ content, source, values, dry_run: false });
    expect(again).toMatchObject({ status: 200, body: { job: null, plan: { monitors: 0, channels: 0, pages: 0 } } });
    expect(await monitors()).toHaveLength(count);
  });

  test('jobs go on calling the addresses they know', async () => {
    await ask({ content: KUMA, dry_run: false });
    await ended();
    const push = await it.visitor().get('/api/push/abcdefghijklmnopqrstuvwxyz012345?status=up');
    expect(await push.json()).toMatchObject({ ok: true });
    await ask({ content: JSON.stringify(HEALTHCHECKS), dry_run: false });
    await ended();
    expect((await it.visitor().get('/31365bce-8da9-4729-8ff3-aaa71d56b712')).status).toBe(200);
  });

  test('what is there is used and never changed; a second monitor only on wish, with an address of its own', async () => {
    await ask({ content: KUMA, dry_run: false });
    await ended();
    const before = await monitors();
    const other = structuredClone(KUMA_BACKUP);
    for (const one of other.monitorList) one.interval = 240;
    expect((await ask({ content: JSON.stringify(other), dry_run: false })).status).toBe(200);
    expect(await monitors()).toEqual(before);
    const again = await ask({ content: KUMA, on_clash: 'again', dry_run: false });
    expect(again.body.losses).toContainEqual({
      where: 'monitor "Nightly job"',
      what: 'ping_token',
      why: 'Another monitor answers to it already, so this one gets a new address.',
    });
    expect(again.body.plan).toMatchObject({ monitors: 8, channels: 0 });
    expect(await ended()).toMatchObject({ state: 'done', message: null });
    expect(await monitors()).toHaveLength(16);
  });

  test('what waits for a value that was not given is left out and told', async () => {
    const dry = await ask({ content: GATUS });
    expect(dry.body.needed).toEqual(['SLACK_WEBHOOK', 'API_KEY']);
    const made = await ask({ content: GATUS, values: { API_KEY: 'k' }, dry_run: false });
    expect(made.body.losses).toContainEqual({
      where: 'channel "Slack"',
      what: 'all of it',
      why: 'It needs SLACK_WEBHOOK, and nothing was given for it.',
    });
    expect(await ended()).toMatchObject({ state: 'done', message: null });
    expect(await monitors()).toHaveLength(7);
  });

  test.each([
    [{}, 'content'],
    [{ content: '{"a": 1}' }, 'content'],
    [{ content: 'endpoints: [' }, 'content'],
    [{ content: '{}', source: 'nagios' }, 'source'],
    [{ content: '{}', dry: true }, 'dry'],
  ])('%j is refused by the name of the field', async (body, field) => {
    const answer = await w.alice.browser.json('POST', '/api/import', body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ field }] });
    expect(await monitors()).toEqual([]);
  });

  test('viewers may not, and another account sees nothing of it', async () => {
    expect((await ask({ content: KUMA }, w.bob)).status).toBe(403);
    await ask({ content: KUMA, dry_run: false });
    await ended();
    expect(await (await w.mallory.browser.json('GET', '/api/import')).json()).toEqual({ job: null });
    expect(await monitors(w.mallory)).toEqual([]);
    const theirs = await ask({ content: KUMA }, w.mallory);
    expect(theirs.body.plan).toMatchObject({ monitors: 8, already_there: 0 });
  });
});

describe('on a small plan', () => {
  test('five monitors are made, intervals are lifted, and the rest is told before', async () => {
    await it.close();
    it = await testApp();
    w = await world(it);
    const dry = await ask({ content: KUMA });
    expect(dry.body.plan).toMatchObject({ monitors: 5, channels: 1 });
    expect(dry.body.losses).toContainEqual({
      where: 'monitor "Nightly job"',
      what: 'all of it',
      why: 'Your plan, Free, has room for 5 monitors. Pro has room for it.',
    });
    expect(dry.body.losses).toContainEqual({
      where: 'channel "Ops Slack"',
      what: 'all of it',
      why: 'Slack alerts are part of the Pro plan.',
    });
    await ask({ content: KUMA, dry_run: false });
    expect(await ended()).toMatchObject({ state: 'done', done: 6, message: null });
    expect((await monitors()).map(({ interval_seconds }) => interval_seconds)).toEqual([300, 300, 300, 300, 300]);
  });
});

describe('in the browser', () => {
  test('a backup is looked at, then imported', async () => {
    expect(await (await w.alice.browser.get('/dashboard')).text()).toContain('href="/settings/import"');
    const preview = await upload('/settings/import', { source: '', file: new File([KUMA], 'kuma.json') });
    const html = await preview.text();
    expect(preview.status).toBe(200);
    expect(html).toContain('From Uptime Kuma');
    expect(html).toContain('This makes 8 monitors and 3 channels.');
    expect(html).toContain('2 things are left out as a whole.');
    expect(html).toContain('How soon a failed check is made again');
    expect(html).not.toContain('basic secret');
    expect(await monitors()).toEqual([]);
    const id = idIn(html);
    const report = await (await w.alice.browser.get(`/settings/import/losses?id=${id}&clash=skip`)).text();
    expect(report).toContain('monitor "Shop": proxyId: Checks go out directly here.');
    const applied = await upload('/settings/import/apply', { id, clash: 'skip' });
    expect(applied.status).toBe(303);
    expect(applied.headers.get('location')).toBe('/settings/file/progress');
    expect(await ended()).toMatchObject({ state: 'done', message: null });
    expect(await monitors()).toHaveLength(8);
    const second = await upload('/settings/import', { text: KUMA });
    expect(await second.text()).toContain('There is nothing to make');
  });

  test('the database of Uptime Kuma 2 brings its page along', async () => {
    const bytes = await databaseBytes(KUMA_TABLES);
    const preview = await upload('/settings/import', { file: new File([bytes], 'kuma.db') });
    const html = await preview.text();
    expect(html).toContain('This makes 3 monitors, 1 channel and 1 status page.');
    await upload('/settings/import/apply', { id: idIn(html) });
    expect(await ended()).toMatchObject({ state: 'done', message: null });
    const page = await (await it.visitor().get('/s/acme')).text();
    expect(page).toContain('Acme status');
    expect(page).toContain('Website');
  });

  test('values of placeholders are asked for', async () => {
    const html = await (await upload('/settings/import', { text: GATUS })).text();
    expect(html).toContain('name="secret.SLACK_WEBHOOK"');
    const url = 'https://hooks.slack.com/services/T2/B2/abcdefghijklmnop';
    await upload('/settings/import/apply', { id: idIn(html), 'secret.SLACK_WEBHOOK': url, 'secret.API_KEY': 'k' });
    expect(await ended()).toMatchObject({ state: 'done', message: null });
    const channels = (await (await w.alice.browser.json('GET', '/api/channels')).json()) as {
      data: { name: string }[];
    };
    expect(channels.data.map(({ name }) => name)).toEqual(expect.arrayContaining(['Slack', 'Discord']));
  });

  test.each([
    ['nothing', ''],
    ['something else', '<html>'],
    ['half a file', KUMA.slice(0, 900)],
  ])('%s is answered with a sentence, and what was typed', async (_name, text) => {
    const answer = await upload('/settings/import', { text });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('role="alert"');
  });

  test('a preview is its maker’s alone, and ends', async () => {
    const id = idIn(await (await upload('/settings/import', { text: KUMA })).text());
    for (const person of [w.mallory]) {
      const answer = await upload('/settings/import/apply', { id }, person);
      expect(answer.status).toBe(422);
      expect(await monitors(person)).toEqual([]);
    }
    expect((await upload('/settings/import/apply', { id }, w.bob)).status).toBe(403);
    it.clock.advance(31 * 60_000);
    const late = await upload('/settings/import/apply', { id });
    expect(await late.text()).toContain('not kept any longer');
    expect(await monitors()).toEqual([]);
  });
});
