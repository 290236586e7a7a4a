import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCommand } from '../../src/commands.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { publishJob } from '../../src/statuspages/publish.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Bucket, serveBucket } from '../support/bucket.ts';
import { plantMonitors, SECRET_MESSAGE } from '../support/pages.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let page: string;
let folder: string;

beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  folder = mkdtempSync(join(tmpdir(), 'statusping-copy-'));
  const rows = await it.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${w.alice.accountId}`,
  );
  page = rows[0]?.id ?? '';
  await plantMonitors(it.deps.db, it.clock.now(), w.alice.accountId, page, [
    { name: 'Shop', incidents: [{ startedAgo: 3 * DAY, endedAgo: 3 * DAY - HOUR }] },
    {
      name: 'API <script>alert(1)</script>',
      status: 'down',
      incidents: [{ startedAgo: HOUR }],
      downSeconds: (ago) => (ago === 40 ? 900 : 0),
    },
  ]);
  await it.deps.db.write('arrange', (tx) => tx.run(sql`update components set show_chart = 1`));
});
afterEach(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

const exported = () => findCommand('export-page').run(it.deps, [w.alice.slug, folder]);
const live = async (path: string) => (await it.visitor().get(`/s/${w.alice.slug}${path}`)).text();
const files = (at: string) =>
  readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(at, name)).isFile())
    .toSorted();

describe('an exported page', () => {
  /** A server that knows nothing but files. */
  async function plainServer(): Promise<{ url: string; server: Server }> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://plain').pathname;
      try {
        response.end(readFileSync(join(folder, path.endsWith('/') ? `${path}index.html` : path)));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  test('is read from a plain server and says what the live one says', async () => {
    const [said] = await exported();
    expect(said).toMatch(/^Wrote \d+ files to /);
    const { url, server } = await plainServer();
    try {
      const index = await (await fetch(`${url}/`)).text();
      const main = (html: string) =>
        /<main[\s\S]*<\/main>/.exec(html)?.[0].replace(/ (?:href|data-history)="[^"]*"/g, '');
      expect(main(index)).toBe(main(await live('')));
      expect(main(index)).toContain('API &lt;script&gt;');
      for (const [file, path] of [
        ['api.json', '/api'],
        ['api/v2/summary.json', '/api/v2/summary.json'],
        ['api/v2/incidents.json', '/api/v2/incidents.json'],
        ['feed.atom', '/feed.atom'],
        ['feed.rss', '/feed.rss'],
        ['maintenance.ics', '/maintenance.ics'],
        ['badge.svg', '/badge.svg'],
        ['badge.json', '/badge.json'],
        ['text.txt', '/text'],
      ]) {
        const answer = await fetch(`${url}/${file}`);
        expect(answer.status, file).toBe(200);
        expect(await answer.text(), file).toBe(await live(path ?? ''));
      }
      const seen = new Set<string>();
      const waiting = [`${url}/`];
      for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
        const answer = await fetch(at);
        expect(answer.status, at).toBe(200);
        if (!/(?:\/|\.html)$/.test(at)) continue;
        for (const [, link = ''] of (await answer.text()).matchAll(/\b(?:href|src)="([^"#]+)/g)) {
          const next = new URL(link.replaceAll('&amp;', '&'), at).href;
          if (!next.startsWith(url) || seen.has(next)) continue;
          seen.add(next);
          waiting.push(next);
        }
      }
      const below = [...seen].map((one) => one.slice(url.length));
      expect(below).toContain('/history.html');
      expect(below).toContain('/history/2026-10.html');
      expect(below.filter((one) => one.startsWith('/incidents/'))).toHaveLength(2);
      expect(below.filter((one) => one.startsWith('/assets/')).length).toBeGreaterThan(0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('says when it was made, leads to the live page, and holds nothing that visitors may not know', async () => {
    await exported();
    const names = files(folder);
    expect(names.filter((name) => name.startsWith('components/') && name.endsWith('badge.svg'))).toHaveLength(2);
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(text, name).not.toContain('/~copy');
      expect(text, name).not.toContain(SECRET_MESSAGE);
      if (!name.endsWith('.html') || name === 'embed.html') continue;
      expect(text, name).toContain(
        'This is a copy, made <span data-made="2026-11-20T12:00:00.000Z">20 November 2026 at 12:00 UTC</span>.',
      );
      expect(text, name).toContain(`href="http://localhost:8000/s/${w.alice.slug}">Open the live page</a>`);
      expect(text, name).not.toMatch(/(?:href|src|action)="\/(?!\/)/);
      expect(text, name).not.toMatch(/url\(["']?\//);
    }
    expect(JSON.parse(readFileSync(join(folder, 'copy.json'), 'utf8'))).toEqual({
      made_at: '2026-11-20T12:00:00.000Z',
      live: `http://localhost:8000/s/${w.alice.slug}`,
    });
    const index = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(index).toContain(`href="http://localhost:8000/s/${w.alice.slug}?lang=de"`);
    expect(index).toContain(`href="http://localhost:8000/s/${w.alice.slug}/subscribe"`);
  });

  test('brings its logo and its own style along', async () => {
    const logo = Buffer.from('89504e470d0a1a0a', 'hex');
    await it.deps.db.write('dress', async (tx) => {
      await tx.run(sql`insert into page_assets (page_id, role, mime, hash, data, updated_at)
        values (${page}, 'logo', 'image/png', '0123456789abcdef', ${logo.toString('base64')}, 0),
          (${page}, 'logo_dark', 'image/png', 'fedcba9876543210', ${logo.toString('base64')}, 0)`);
      await tx.run(sql`update status_pages set appearance = ${JSON.stringify({ css: '.head { color: #102030 }' })}
        where id = ${page}`);
    });
    await exported();
    const name = files(folder).find((one) => /^assets\/logo-.*\.png$/.test(one)) ?? 'no logo';
    const dark = files(folder).find((one) => /^assets\/logo_dark-.*\.png$/.test(one)) ?? 'no dark logo';
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain(`srcset="${dark}"`);
    expect(readFileSync(join(folder, name))).toEqual(logo);
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain(`src="${name}"`);
    const sheet = files(folder).find((one) => /^assets\/style-.*\.css$/.test(one)) ?? 'no style';
    expect(readFileSync(join(folder, sheet), 'utf8')).toContain('#102030');
    expect(readFileSync(join(folder, 'history.html'), 'utf8')).toContain(`href="${sheet}"`);
  });

  test('is refused for a page that is not open to everybody, and for none', async () => {
    await it.deps.db.write('hide', (tx) =>
      tx.run(sql`update status_pages set visibility = 'members' where id = ${page}`),
    );
    await expect(exported()).rejects.toThrow('is not open to everybody');
    await expect(findCommand('export-page').run(it.deps, ['none-such', folder])).rejects.toThrow('There is no page');
    await expect(findCommand('export-page').run(it.deps, ['one-word'])).rejects.toThrow('Words are missing');
    expect(files(folder)).toEqual([]);
  });
});

const api = () => `/api/status-pages/${page}/copy`;
const shown = async () =>
  (await (await w.alice.browser.json('GET', api())).json()) as {
    target: Record<string, string> | null;
    published_at: string | null;
    error: string | null;
  };

describe('a page that is copied into a folder', () => {
  const place = () => join(it.deps.config.dataPath, 'public-pages', 'acme');
  const setFolder = (name = 'acme') => w.alice.browser.json('PUT', api(), { kind: 'folder', folder: name });
  const inodes = () => new Map(files(place()).map((name) => [name, statSync(join(place(), name)).ino]));

  test('follows every change, writes only what changed, and is never half there', async () => {
    const { run } = publishJob(it.deps);
    await run();
    expect((await setFolder()).status).toBe(200);
    expect((await shown()).published_at).toBeNull();
    await run();
    expect(await shown()).toEqual({
      target: { kind: 'folder', folder: 'acme' },
      published_at: '2026-11-20T12:00:00.000Z',
      error: null,
    });
    const before = inodes();
    expect(before.has('index.html')).toBe(true);
    it.clock.advance(10 * SECOND);
    await run();
    expect(inodes()).toEqual(before);

    const answer = await w.alice.browser.json('PATCH', `/api/status-pages/${page}`, { title: 'Acme reports' });
    expect(answer.status).toBe(200);
    await run();
    expect(readFileSync(join(place(), 'index.html'), 'utf8')).toContain('Acme reports');
    const after = inodes();
    expect(after.get('index.html')).not.toBe(before.get('index.html'));
    expect(after.get('badge.svg')).toBe(before.get('badge.svg'));
    expect([...after.keys()].filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('numbers that move are written once a minute; nothing at all once an hour', async () => {
    const { run } = publishJob(it.deps);
    await setFolder();
    await run();
    const made = () => (JSON.parse(readFileSync(join(place(), 'copy.json'), 'utf8')) as { made_at: string }).made_at;
    const at = (ms: number) => new Date(Date.UTC(2026, 10, 20, 12) + ms).toISOString();
    it.clock.advance(10 * SECOND);
    it.deps.live.publish({ accountId: w.alice.accountId, type: 'result', monitorIds: [] });
    await run();
    expect(made()).toBe(at(0));
    it.clock.advance(50 * SECOND);
    await run();
    expect(made()).toBe(at(MINUTE));
    it.clock.advance(HOUR - SECOND);
    await run();
    expect(made()).toBe(at(MINUTE));
    it.clock.advance(SECOND);
    await run();
    expect(made()).toBe(at(MINUTE + HOUR));
  });

  test('is taken away when not everybody may read the page, when it moves and when it ends', async () => {
    const { run } = publishJob(it.deps);
    await setFolder();
    await run();
    expect(files(place()).length).toBeGreaterThan(10);
    writeFileSync(join(place(), 'mine.txt'), 'put there by a person');
    const see = async (visibility: string) => {
      await it.deps.db.write('arrange', (tx) =>
        tx.run(sql`update status_pages set visibility = ${visibility} where id = ${page}`),
      );
      it.deps.live.publish({ accountId: w.alice.accountId, type: 'settings', monitorIds: [] });
      await run();
    };
    await see('members');
    expect(files(place())).toEqual(['mine.txt']);
    expect((await shown()).error).toContain('the copy was taken away');
    await see('public');
    expect((await shown()).error).toBeNull();
    await setFolder('other');
    expect(files(place())).toEqual(['mine.txt']);
    await run();
    const other = join(it.deps.config.dataPath, 'public-pages', 'other');
    expect(files(other)).toContain('index.html');
    expect((await w.alice.browser.json('DELETE', api())).status).toBe(204);
    expect(files(other)).toEqual([]);
    expect((await shown()).target).toBeNull();
  });

  test('a place that cannot be written is said and tried again', async () => {
    const { run } = publishJob(it.deps);
    writeFileSync(join(it.deps.config.dataPath, 'public-pages'), 'in the way');
    await setFolder();
    await run();
    expect((await shown()).error).toBe('The folder cannot be written (ENOTDIR).');
    const drawn = await (await w.alice.browser.get(`/status-pages/${page}/copy`)).text();
    expect(drawn).toContain('Not up to date');
    rmSync(join(it.deps.config.dataPath, 'public-pages'));
    it.clock.advance(59 * SECOND);
    await run();
    expect((await shown()).error).not.toBeNull();
    it.clock.advance(SECOND);
    await run();
    expect(await shown()).toMatchObject({ error: null, published_at: '2026-11-20T12:01:00.000Z' });
  });

  test('nobody writes into another page’s folder or out of the place', async () => {
    await setFolder();
    const rows = await it.deps.db.read.all<{ id: string }>(
      sql`select id from status_pages where account_id = ${w.mallory.accountId}`,
    );
    const theirs = `/api/status-pages/${rows[0]?.id ?? ''}/copy`;
    const taken = await w.mallory.browser.json('PUT', theirs, { kind: 'folder', folder: 'acme' });
    expect(taken.status).toBe(422);
    expect(await taken.text()).toContain('Another page is copied there.');
    for (const name of ['..', '../x', 'a/b', '.hidden', '', 'A', '/etc', 'x'.repeat(64)]) {
      expect((await w.mallory.browser.json('PUT', theirs, { kind: 'folder', folder: name })).status, name).toBe(422);
    }
  });
});

describe('a page that is copied into a bucket', () => {
  const KEYS = { accessKey: 'AKIATEST', secretKey: 'c2VjcmV0/of+Alice', region: 'eu-central-1' };
  let bucket: Bucket;
  beforeEach(async () => {
    bucket = await serveBucket(KEYS);
  });
  afterEach(() => bucket.close());

  const target = (more: object = {}) => ({
    kind: 's3',
    endpoint: bucket.url,
    region: KEYS.region,
    bucket: 'acme-status',
    prefix: 'status/acme',
    access_key: KEYS.accessKey,
    secret_key: KEYS.secretKey,
    ...more,
  });
  const put = (more?: object) => w.alice.browser.json('PUT', api(), target(more));

  test('is put there signed, what changed and no more, and taken away at the end', async () => {
    const { run } = publishJob(it.deps);
    expect((await put()).status).toBe(200);
    await run();
    expect(await shown()).toMatchObject({ error: null, published_at: '2026-11-20T12:00:00.000Z' });
    const index = bucket.objects.get('/acme-status/status/acme/index.html');
    expect(index?.type).toBe('text/html; charset=utf-8');
    expect(index?.body.toString('utf8')).toContain('Open the live page');
    expect(bucket.seen.at(-1)).toBe('PUT /acme-status/status/acme/index.html');
    const font = bucket.objects.get('/acme-status/status/acme/assets/build/inter.woff2');
    expect(font?.body.subarray(0, 4).toString('latin1')).toBe('wOF2');

    bucket.seen.length = 0;
    await w.alice.browser.json('PATCH', `/api/status-pages/${page}`, { hidden_from_search: true });
    await run();
    expect(bucket.seen).toContain('PUT /acme-status/status/acme/index.html');
    expect(bucket.seen).not.toContain('PUT /acme-status/status/acme/badge.svg');
    expect((await w.alice.browser.json('DELETE', api())).status).toBe(204);
    expect([...bucket.objects.keys()]).toEqual([]);
  });

  test('another start of the server does not put everything there again', async () => {
    await put();
    await publishJob(it.deps).run();
    bucket.seen.length = 0;
    await publishJob(it.deps).run();
    expect(bucket.seen).toEqual(['PUT /acme-status/status/acme/copy.json']);
  });

  test('a refusal is said in the bucket’s words and tried again later and later', async () => {
    const { run } = publishJob(it.deps);
    await put({ secret_key: 'wrong' });
    await run();
    expect((await shown()).error).toMatch(/^The bucket answered 403 \(SignatureDoesNotMatch\) for /);
    await put();
    bucket.refuse = 503;
    await run();
    expect((await shown()).error).toMatch(/^The bucket answered 503 \(SlowDown\)/);
    bucket.refuse = null;
    it.clock.advance(MINUTE - SECOND);
    await run();
    expect((await shown()).error).not.toBeNull();
    it.clock.advance(SECOND);
    await run();
    expect((await shown()).error).toBeNull();
  });

  test('its secret never comes back, and stays when it is left out', async () => {
    await put();
    expect((await shown()).target).toMatchObject({ access_key: 'AKIATEST', secret_key: '********' });
    const drawn = await (await w.alice.browser.get(`/status-pages/${page}/copy`)).text();
    expect(drawn).toContain('acme-status');
    const log = await it.deps.db.read.all(sql`select detail from audit_log where action like 'page_copy%'`);
    for (const text of [drawn, JSON.stringify(log), JSON.stringify(it.logged)])
      expect(text).not.toContain(KEYS.secretKey);
    const { secret_key: _secret, kind, ...rest } = target({ prefix: '' });
    const posted = await w.alice.browser.post(`/status-pages/${page}/copy`, { kind, ...rest, secret_key: '' });
    expect(posted.status).toBe(303);
    await publishJob(it.deps).run();
    expect(bucket.objects.has('/acme-status/index.html')).toBe(true);
    await w.alice.browser.json('DELETE', api());
    const without = await w.alice.browser.json('PUT', api(), { kind, ...rest });
    expect(without.status).toBe(422);
    expect(await without.text()).toContain('Give the secret key.');
  });

  test('private addresses are not contacted on an open installation', async () => {
    it.deps.outbound.allowPrivate = false;
    await put();
    await publishJob(it.deps).run();
    expect((await shown()).error).toContain('This address is private');
    expect(bucket.seen).toEqual([]);
  });

  test.each([
    ['endpoint', 'ftp://example.com'],
    ['endpoint', 'https://example.com/path'],
    ['endpoint', 'https://user@example.com'],
    ['bucket', 'a/b'],
    ['bucket', '..'],
    ['region', 'eu central'],
    ['prefix', '../up'],
    ['prefix', 'a//b'],
    ['access_key', 'with space'],
  ])('%s %j is refused beside the field', async (field, value) => {
    const answer = await put({ [field]: value });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { errors: { field: string }[] }).errors.map((one) => one.field)).toEqual([field]);
  });
});
