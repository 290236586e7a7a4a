import { Hono } from 'hono';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LANGUAGE_TAG, LANGUAGES } from '../../src/core/language.ts';
import { MINUTE } from '../../src/core/time.ts';
import { words } from '../../src/core/words/index.ts';
import { publicPages } from '../../src/statuspages/public.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { createViews } from '../../src/web/render.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { ENGLISH } from '../support/english.ts';
import { plantSpokenPage } from '../support/spoken-page.ts';

let t: TestApp;
let site: Hono<AppEnv>;
let pageId: string;
let incidentId: string;

beforeEach(async () => {
  t = await testApp();
  site = new Hono<AppEnv>().route('/s', publicPages(t.deps, createViews(t.deps)));
  ({ pageId, incidentId } = await plantSpokenPage(t.deps));
});
afterEach(() => t.close());

const get = (path: string, headers: Record<string, string> = {}) => site.request(path, { headers });
const text = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).text();

/** What is read or read out: text and the attributes that carry any. */
function readable(page: string): string {
  const attributes = [
    ...page.matchAll(
      / (?:aria-label|title|alt|placeholder|content|data-words|data-zone|data-stale|data-stale-one)="([^"]*)"/g,
    ),
  ];
  const body = page.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ');
  return `${body} ${attributes.map(([, value]) => value).join(' ')}`
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replace(/https?:\/\/\S+/g, '')
    .replace(/width=device-width.*?initial-scale=1|light dark|noindex/g, '');
}

const paths = () => [
  '',
  '/history',
  '/incidents/rep_1',
  `/incidents/${incidentId}`,
  '/subscribe',
  '/subscribe?by=webhook',
];

describe.each(LANGUAGES)('a page in %s', (language) => {
  test('is whole: its language is named and no other is spoken', async () => {
    for (const path of paths()) {
      const response = await get(`/s/acme${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      expect(response.status, path).toBe(200);
      const page = await response.text();
      expect(page).toContain(`<html lang="${LANGUAGE_TAG[language]}"`);
      const found = [...new Set(readable(page).match(ENGLISH) ?? [])];
      if (language === 'en') expect(found.length, path).toBeGreaterThan(3);
      else expect(found, path).toEqual([]);
      expect(readable(page), path).not.toMatch(/undefined|\[object|NaN|=>/);
    }
  });

  test('offers all others, to people and to search engines', async () => {
    const page = await text(`/s/acme?lang=${language}`);
    for (const other of LANGUAGES) {
      expect(page).toMatch(new RegExp(`<a[^>]* href="[^"]*\\?lang=${other}"[^>]*>\\s*${words(other).language}`));
      expect(page).toMatch(
        new RegExp(
          `<link rel="alternate" hreflang="${other === 'zh' ? 'zh-Hans' : other}" href="https?://[^"]*/s/acme\\?lang=${other}"`,
        ),
      );
    }
    expect(page).toContain('hreflang="x-default"');
  });

  test('keeps the choice in every link of its own', async () => {
    const page = await text(`/s/acme?lang=${language}`);
    const links = [...page.matchAll(/<a [^>]*href="(\/s\/acme[^"#]*)/g)].map(([, href = '']) => href);
    const own = links.filter((href) => /\/(history|incidents)/.test(href) || href.startsWith('/s/acme?'));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((href) => !href.includes('lang='))).toEqual([]);
    expect(await text('/s/acme')).not.toMatch(/href="\/s\/acme\/history\?lang/);
  });

  test.each(['password', 'members'])('asks for what it takes to read it: %s', async (visibility) => {
    await t.deps.db.write('arrange', (tx) =>
      tx.run(sql`update status_pages set visibility = ${visibility}, password_hash = 'x' where id = ${pageId}`),
    );
    const response = await get('/s/acme', { 'accept-language': language });
    expect(response.status).toBe(401);
    const page = await response.text();
    expect(page).toContain(`<html lang="${LANGUAGE_TAG[language]}"`);
    const found = readable(page).match(ENGLISH) ?? [];
    if (language === 'en') expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
    expect(readable(page)).not.toMatch(/undefined|\[object|Zyxo/);
  });

  test('tells of faults', async () => {
    const response = await get('/s/nothing-here', { 'accept-language': language });
    expect(response.status).toBe(404);
    const page = await response.text();
    expect(page).toContain(words(language).errors.notFound);
    expect(page).toContain(`<html lang="${LANGUAGE_TAG[language]}"`);
    expect(response.headers.get('vary') ?? '').toMatch(/accept-language/);
  });
});

describe('the language of a page', () => {
  const spoken = async (path: string, header?: string) =>
    /<html lang="([^"]+)"/.exec(await text(path, header === undefined ? {} : { 'accept-language': header }))?.[1];

  test('is the visitor’s, else the page’s; a choice by hand comes before both', async () => {
    expect(await spoken('/s/acme')).toBe('en-GB');
    await t.deps.db.write('arrange', (tx) => tx.run(sql`update status_pages set language = 'fr' where id = ${pageId}`));
    t.clock.advance(2 * MINUTE);
    expect(await spoken('/s/acme')).toBe('fr');
    expect(await spoken('/s/acme', 'nl')).toBe('fr');
    expect(await spoken('/s/acme', 'nl, de;q=0.5, ja;q=0.9')).toBe('ja');
    expect(await spoken('/s/acme?lang=zh', 'de')).toBe('zh-Hans');
    expect(await spoken('/s/acme?lang=tlh', 'de')).toBe('de');
    expect(await spoken('/s/acme?lang=__proto__')).toBe('fr');
  });

  test('is part of what a cache keeps apart', async () => {
    const response = await get('/s/acme', { 'accept-language': 'de' });
    expect(response.headers.get('vary')).toMatch(/accept-language/);
    expect(response.headers.get('set-cookie')).toBeNull();
    const tags = await Promise.all(
      ['de', 'en', 'ja'].map(async (one) => (await get('/s/acme', { 'accept-language': one })).headers.get('etag')),
    );
    expect(new Set(tags).size).toBe(3);
    // The second answer of each comes from the copies, and is the same.
    expect(await text('/s/acme', { 'accept-language': 'de' })).toBe(await text('/s/acme', { 'accept-language': 'de' }));
    expect(await spoken('/s/acme', 'ja')).toBe('ja');
  });

  test('goes along on a domain of the page’s own', async () => {
    const response = await site.request('/s/acme/history?lang=de', {}, { pageRoot: '' });
    const hrefs = [...(await response.text()).matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
    expect(hrefs).toContain('/?lang=de');
    expect(hrefs.filter((href) => href?.startsWith('?') || href?.includes('/s/acme'))).toEqual([]);
  });

  test('does not change what programs read', async () => {
    const plain = await text('/s/acme/api');
    expect(await text('/s/acme/api?lang=de', { 'accept-language': 'ja' })).toBe(plain);
  });
});
