import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiDocument } from '../../src/web/document.ts';
import { VERSION } from '../../src/config.ts';
import { describeTag, listTags } from '../../src/site/reference-view.ts';
import { exampleOf, fieldsOf, typeOf } from '../../src/site/schema-view.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let document: ApiDocument;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  document = (await (await it.visitor().json('GET', '/openapi.json')).json()) as ApiDocument;
});
afterAll(() => it.close());

const read = async (path: string) => {
  const answer = await it.visitor().get(path);
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
};

describe('the reference', () => {
  test('lists every subject and every page of the manual', async () => {
    const { status, html } = await read('/docs');
    expect(status).toBe(200);
    for (const { name, href } of listTags(document)) {
      expect(html).toContain(`href="${href}"`);
      expect(html).toContain(name);
    }
    expect(html).toContain('href="/docs/custom-domains"');
    expect(html).toContain('Status pages on domains of their own');
  });

  test('shows every operation of the document on the page of its subject, with nothing left unsaid', async () => {
    let seen = 0;
    for (const { href, operations } of listTags(document)) {
      const { status, html } = await read(href);
      expect(status, href).toBe(200);
      expect(html.match(/\b(undefined|NaN)\b|\[object|[>"]null[<"]/g) ?? [], href).toEqual([]);
      for (const one of operations) {
        expect(html, one.href).toContain(`id="${one.href.split('#')[1]}"`);
        seen += 1;
      }
      // Every link inside the page leads to something on it.
      const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
      const inside = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
      expect(
        inside.filter((id) => !ids.has(id)),
        href,
      ).toEqual([]);
      // Labels and anchors: an id that stands twice leads to the wrong place.
      expect([...html.matchAll(/ id="([^"]+)"/g)].length, `${href} has an id twice`).toBe(ids.size);
    }
    expect(seen).toBe(Object.values(document.paths).flatMap((item) => Object.keys(item)).length);
  });

  test('says who may call, what to send and how, with the address of this installation', async () => {
    const { html } = await read('/docs/api/monitors');
    expect(html).toContain('an API token needs the scope write.');
    expect(html).toContain(`curl -X POST &#39;${it.deps.config.baseUrl}/api/monitors&#39;`);
    expect(html).toContain('failure_threshold');
    expect((await read('/docs/api/api-tokens')).html).toContain('API tokens cannot do this.');
  });

  test('loads nothing from elsewhere and needs no script', async () => {
    const { html, headers } = await read('/docs/api/monitors');
    const loaded = [...html.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"/g)].map(
      ([, address = '']) => address,
    );
    expect(loaded.length).toBeGreaterThan(3);
    expect(loaded.filter((address) => !address.startsWith('/assets/'))).toEqual([]);
    expect(html).not.toMatch(/<script(?![^>]*src=)|\sstyle="|\son\w+="/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toMatch(/<details class="fold try" data-try hidden>/);
  });

  test('a subject or page that is not there is a 404, whatever is asked for', async () => {
    for (const path of ['/docs/api/nothing', '/docs/nothing', '/docs/..%2f..%2fpackage', '/docs/custom-domains.md']) {
      expect((await read(path)).status, path).toBe(404);
    }
  });

  test('the search finds operations by their words and shows what was asked as text', async () => {
    const { html } = await read('/docs?q=pause+monitors');
    expect(html).toContain('/docs/api/monitors#pauseMonitor');
    expect(html).not.toContain('#resumeMonitor');
    const odd = await read(`/docs?q=${encodeURIComponent('<b>"x')}`);
    expect(odd.html).toContain('Nothing with “&lt;b&gt;&quot;x”.');
  });
});

test('the changelog and the manual are pages with headings in order', async () => {
  const changelog = await read('/changelog');
  expect(changelog.html).toContain('<h1>Changelog</h1>');
  expect(changelog.html).toContain(VERSION);
  const manual = await read('/docs/custom-domains');
  expect(manual.html).toContain('<h1>Status pages on domains of their own</h1>');
  expect(manual.html).not.toContain('<br>');
  for (const { html } of [changelog, manual]) {
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
  }
});

describe('schemas in words', () => {
  test.each([
    [{ type: 'integer', minimum: 1, maximum: 10 }, 'whole number, 1 to 10'],
    [{ type: ['string', 'null'], maxLength: 60 }, 'text, at most 60 characters or null'],
    [{ type: 'string', format: 'date-time' }, 'time, ISO 8601'],
    [{ type: 'string', enum: ['a', 'b'] }, 'one of a, b'],
    [{ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, 'whole number'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'object of text'],
    [{}, 'anything'],
  ])('%j', (schema, words) => {
    const { before, object, text } = typeOf(schema);
    expect(`${before}${object ?? ''}${text}`).toBe(words);
  });

  test('lists and choices name the object they hold', () => {
    const $ref = '#/components/schemas/Monitor';
    expect(typeOf({ type: 'array', items: { $ref } })).toEqual({ before: 'list of ', object: 'Monitor', text: '' });
    expect(typeOf({ anyOf: [{ $ref }, { type: 'null' }] })).toEqual({
      before: '',
      object: 'Monitor',
      text: ' or null',
    });
  });

  test('a schema that holds itself is drawn to an end', () => {
    const nested = {
      type: 'object',
      properties: { child: { $ref: '#/components/schemas/Nested' } },
      required: ['child'],
    };
    const own = { ...document, components: { ...document.components, schemas: { Nested: nested } } };
    expect(fieldsOf(own, nested).map(({ name }) => name)).toEqual(['child']);
    expect(JSON.stringify(exampleOf(own, nested)).length).toBeLessThan(200);
  });
});

test('every example in the reference is JSON that its operation does not refuse', async () => {
  const refused: string[] = [];
  for (const { name } of document.tags) {
    const tag = describeTag(document, name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'), '');
    for (const { method, path, example } of tag?.operations ?? []) {
      // An example names things that this account has not, so what is there is not asked for here.
      if (example === '' || path.includes('{') || path.startsWith('/auth/')) continue;
      // It would lead this browser into another account, where the rest cannot be asked.
      if (path === '/api/accounts') continue;
      const answer = await w.alice.browser.json(method, path, JSON.parse(example));
      const problem = answer.status === 422 ? await answer.text() : '';
      // Nothing but this machine is reached from a test, and nobody's password stands in an example.
      if (answer.status === 422 && !/_ids?"|does not exist in DNS|not your password/.test(problem))
        refused.push(`${method} ${path} ${example} ${problem}`);
    }
  }
  expect(refused).toEqual([]);
});

describe('trying it in a browser', () => {
  let server: ServerType;
  let browser: Browser;
  let base: string;
  beforeAll(async () => {
    server = createAdaptorServer({ fetch: it.app.fetch });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server?.close(resolve));
  });

  async function open(id: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${base}/docs/api/monitors#${id}`);
    await page.locator(`#${id} [data-try] summary`).click();
    return page;
  }

  async function send(page: Page, id: string): Promise<{ status: string; body: string }> {
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.url().includes('/api/')),
      page.locator(`#${id} [data-try] button[type=submit]`).click(),
    ]);
    await answer.finished();
    const status = page.locator(`#${id} [data-status]`);
    await status.filter({ hasText: String(answer.status()) }).waitFor();
    return {
      status: (await status.textContent()) ?? '',
      body: (await page.locator(`#${id} [data-answer]`).textContent()) ?? '',
    };
  }

  async function accessToken(email: string): Promise<string> {
    const answer = await it.visitor().json('POST', '/auth/login', { email, password: PASSWORD });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  test('a request with a token makes a monitor and shows the answer; nothing of the token is kept', async () => {
    const page = await open('createMonitor');
    const token = await accessToken(w.alice.email);
    await page.fill('#try-token', token);
    await page.fill('#createMonitor-body', '{"name": "Tried", "type": "http", "target": "https://example.com/"}');
    const { status, body } = await send(page, 'createMonitor');
    expect(status).toMatch(/^201/);
    expect(JSON.parse(body)).toMatchObject({ name: 'Tried' });
    expect(await page.locator('#createMonitor [data-headers]').textContent()).toContain('etag:');
    expect(
      await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
    ).not.toContain(token);
    await page.reload();
    expect(await page.inputValue('#try-token')).toBe('');
    await page.close();
  });

  test('without a token a stranger is refused, and a problem is shown as it is', async () => {
    const page = await open('getMonitor');
    await page.fill('#getMonitor-path-id', 'mon_0123456789abcdef/../x');
    const { status, body } = await send(page, 'getMonitor');
    expect(status).toMatch(/^401/);
    expect(JSON.parse(body)).toMatchObject({ status: 401, instance: '/api/monitors/mon_0123456789abcdef%2F..%2Fx' });
    await page.close();
  });

  test('what deletes asks first, and sends only after yes', async () => {
    const page = await open('deleteMonitor');
    let sent = 0;
    page.on('request', (request) => (sent += request.method() === 'DELETE' ? 1 : 0));
    await page.fill('#deleteMonitor-path-id', 'mon_0123456789abcdef');
    await page.locator('#deleteMonitor button[type=submit]').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(sent).toBe(0);
    await page.locator('#deleteMonitor button[type=submit]').click();
    const answered = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
    await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    expect((await answered).status()).toBe(401);
    expect(sent).toBe(1);
    await page.close();
  });

  test.each([360, 1440])('fits a window of %d pixels', async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    for (const path of ['/docs', ...listTags(document).map(({ href }) => href), '/docs/http-verdicts', '/changelog']) {
      await page.goto(`${base}${path}`);
      await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
      expect(await page.evaluate<number>('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width);
    }
    await page.close();
  });
});
