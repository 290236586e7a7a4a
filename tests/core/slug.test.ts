import { describe, expect, test } from 'vitest';
import { foldSlug, slugFrom, slugProblem, suggestSlugs } from '../../src/core/slug.ts';

describe('folding', () => {
  test.each([
    ['capitals and spaces around', '  Acme ', 'acme'],
    ['Cyrillic that looks Latin', 'асмe', 'acme'],
    ['Greek omicron', 'sh\u03BFp', 'shop'],
    ['full-width letters', 'ａｃｍｅ', 'acme'],
    ['accents', 'café', 'cafe'],
    ['a long dash', 'my–shop', 'my-shop'],
  ])('%s', (_name, typed, folded) => {
    expect(foldSlug(typed)).toBe(folded);
  });
});

describe('grammar', () => {
  test.each([
    ['acme', null],
    ['acme-2', null],
    ['a'.repeat(40), null],
    ['', 'Choose'],
    ['ab', 'at least 3'],
    ['a'.repeat(41), 'at most 40'],
    ['-acme', 'first or last'],
    ['acme-', 'first or last'],
    ['xn--acme', 'single hyphens'],
    ['my shop', 'letters a to z'],
    ['中文站点', 'letters a to z'],
    ['acme\u0000', 'letters a to z'],
    ['admin', 'reserved'],
    ['adm1n', 'reserved'],
    ['l0gin', 'reserved'],
    ['status-page', 'reserved'],
  ])('%j', (slug, problem) => {
    if (problem === null) expect(slugProblem(slug)).toBeNull();
    else expect(slugProblem(slug)).toContain(problem);
  });
});

describe('suggestions', () => {
  test.each(['My Shop & Sons', 'admin', '', '中文', '-'.repeat(80), 'x', 'a'.repeat(200), `${'a'.repeat(39)}-b`])(
    'from %j are all good slugs, the first one nearest',
    (text) => {
      const all = suggestSlugs(text);
      expect(all.length).toBeGreaterThan(5);
      for (const slug of all) expect(slugProblem(slug)).toBeNull();
      expect(all[0]).toBe(slugFrom(text));
    },
  );

  test('keep the words of the name', () => {
    expect(slugFrom('My Shop & Sons')).toBe('my-shop-sons');
    expect(slugFrom('admin')).toBe('admin-site');
  });
});
