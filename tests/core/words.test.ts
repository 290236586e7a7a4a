import { describe, expect, test } from 'vitest';
import { LANGUAGES, type Language, pickLanguage } from '../../src/core/language.ts';
import { formats } from '../../src/core/words/formats.ts';
import { words } from '../../src/core/words/index.ts';
import { plurals } from '../../src/core/words/plural.ts';
import { publicReason } from '../../src/core/words/reason.ts';
import { REASONS } from '../../src/core/verdict.ts';

type Word = string | ((...values: (string | number)[]) => string);

/** Every word of a catalogue by its path: `page.components`. */
function flat(tree: object, path = ''): Map<string, Word> {
  const all = new Map<string, Word>();
  for (const [key, value] of Object.entries(tree) as [string, Word | object][]) {
    if (typeof value === 'object') for (const [below, word] of flat(value, `${path}${key}.`)) all.set(below, word);
    else all.set(path + key, value);
  }
  return all;
}

const english = flat(words('en'));
const others = LANGUAGES.filter((language) => language !== 'en');
const COUNTS = [0, 1, 2, 5, 11, 21, 1_000_000];

/** What a function says for texts put in, and for each number where it takes one. `«2»` is the second thing put in. */
function said(word: Word): string[] {
  if (typeof word === 'string') return [word];
  const marks = Array.from({ length: word.length }, (_, i) => `«${i + 1}»`);
  const counted = COUNTS.map((n) => word(...marks.map((mark, i) => (i === marks.length - 1 ? n : mark))));
  const texts = word(...marks);
  return texts.includes('NaN') ? counted : [texts, ...counted];
}

/** Names, codes and words that two languages share. */
const SHARED = new Set([
  'fr.subscribe.byEmail',
  'pt.subscribe.byEmail',
  'subscribe.byWebhook',
  'subscribe.bySlack',
  'de.subscribe.byFeed',
  'pt.subscribe.byFeed',
  'de.badges.status',
  'pt.badges.status',
  'fr.component.maintenance',
  'fr.bars.day.p',
  'fr.badges.value.maintenance',
  'fr.mail.impact',
  'fr.subscribe.incidents',
]);

describe.each(others)('the catalogue of %s', (language: Language) => {
  const own = flat(words(language));

  test('has the keys of the English one, and functions take as much', () => {
    expect([...own.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [key, word] of own) {
      const model = english.get(key);
      expect(typeof word, key).toBe(typeof model);
      // One may need less to say the same: Japanese verbs have no number.
      if (typeof word === 'function')
        expect(word.length, key).toBeLessThanOrEqual((model as { length: number }).length);
    }
  });

  test('says nothing in English', () => {
    const same = [...own].filter(([key, word]) => {
      const model = english.get(key) as Word;
      // A frame of signs such as `«1» («2»)` is of no language.
      return said(word).join() === said(model).join() && /\p{L}/u.test(said(word).join());
    });
    const unexpected = same.map(([key]) => key).filter((key) => !SHARED.has(key) && !SHARED.has(`${language}.${key}`));
    expect(unexpected).toEqual([]);
  });

  test('puts in what the English one puts in', () => {
    for (const [key, word] of own) {
      const model = english.get(key) as Word;
      if (typeof model === 'string' || typeof word === 'string') continue;
      const marks = Array.from({ length: model.length }, (_, i) => `«${i + 1}»`);
      for (const mark of marks.filter((one) => model(...marks).includes(one))) {
        expect(word(...marks), `${key} without ${mark}`).toContain(mark);
      }
      // A number that English writes is written; `1` may be a word there as here.
      if (model(7).includes('7')) expect(word(7), key).toMatch(/7/);
    }
  });
});

describe.each(LANGUAGES)('the words of %s', (language) => {
  test('are whole texts', () => {
    for (const [key, word] of flat(words(language))) {
      for (const text of said(word)) {
        expect(text, key).not.toMatch(/undefined|null|\[object|NaN|#|\s\s|^\s|\s$/);
        expect(text, key).not.toBe('');
      }
    }
  });

  test('have a reason for every failure', () => {
    for (const reason of REASONS) {
      // No address, no number, no name.
      expect(words(language).reason[publicReason(reason)]).toMatch(/^[\p{L}\p{M}’ー ]+$/u);
    }
  });
});

test('numbers choose the wording', () => {
  const { bars } = words('en');
  expect(bars.outageDays(1)).toBe('1 day with an outage');
  expect(bars.outageDays(2_000)).toBe('2,000 days with outages');
  expect(words('fr').bars.outageDays(0)).toContain('0 jour avec');
  expect(words('de').page.down('API', 1)).toBe('API ist ausgefallen.');
  expect(words('de').page.down('API und Web', 2)).toBe('API und Web sind ausgefallen.');
  expect(plurals('en')(3, { one: 'a $& one', other: 'all # of $&' })).toBe('all 3 of $&');
});

describe('dates and figures', () => {
  const at = Date.UTC(2026, 9, 16, 22, 5);
  const zone = 'Europe/Berlin';

  test('are written as the language does, on the clock of the zone', () => {
    expect(formats('en', 'UTC').stamp(at)).toBe('16 Oct, 22:05 UTC');
    expect(formats('en', zone).stamp(at)).toBe('17 Oct, 00:05 CEST');
    expect(formats('de', zone).shortDay(at)).toBe('17. Okt.');
    expect(formats('ja', 'Asia/Tokyo').day(at)).toBe('2026年10月17日');
    expect(formats('zh', 'Asia/Shanghai').month(at)).toBe('2026年10月');
    expect(formats('pt', 'UTC').clock(at)).toBe('22:05');
  });

  test('percentages are cut, not rounded', () => {
    expect(formats('en', 'UTC').percent(99.999)).toBe('99.99%');
    expect(formats('en', 'UTC').percent(100)).toBe('100%');
    expect(formats('de', 'UTC').percent(99.3).replace(/\s/u, ' ')).toBe('99,30 %');
    expect(formats('fr', 'UTC').count(12_345).replace(/\s/gu, ' ')).toBe('12 345');
  });

  test.each([
    [0, '0s'],
    [45_000, '45s'],
    [190_000, '3m 10s'],
    [9_000_000, '2h 30m'],
    [7_205_000, '2h'],
    [90_000_000, '1d 1h'],
  ])('%d ms last %s', (ms, text) => {
    expect(formats('en', 'UTC').duration(ms)).toBe(text);
  });

  test('durations have units of the language', () => {
    expect(formats('de', 'UTC').duration(9_000_000).replace(/\s/gu, ' ')).toBe('2 Std. 30 Min.');
    expect(formats('ja', 'UTC').duration(9_000_000).replace(/\s/gu, ' ')).toBe('2 時間 30 分');
  });
});

describe('the language of a visitor', () => {
  test.each<[string | undefined, Language]>([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['zh-TW, zh;q=0.9', 'zh'],
    ['pt-BR', 'pt'],
    ['nl, ja;q=0.4, es;q=0.5', 'es'],
    ['en;q=0.1, fr;q=0.2', 'fr'],
    ['FR-ca', 'fr'],
    ['de;q=0, es;q=0.001', 'es'],
    ['de;q=2, fr;q=x', 'pt'],
    ['nl', 'pt'],
    ['*', 'pt'],
    ['', 'pt'],
    [undefined, 'pt'],
    ['constructor, __proto__', 'pt'],
    [`${'x,'.repeat(100_000)}de`, 'pt'],
  ])('%s is answered in %s', (header, language) => {
    expect(pickLanguage(header, 'pt')).toBe(language);
  });
});
