import { describe, expect, test } from 'vitest';
import { entryLines, factsOf, fit } from '../../src/channels/card.ts';
import type { AlertEntry, AlertWords } from '../../src/core/alert.ts';

const escape = (text: string): string => text.replaceAll('&', '&amp;');

describe('text in a receiver’s spelling', () => {
  test.each([
    ['short', 10, 'short'],
    ['a line\nof text', 30, 'a line of text'],
    ['much too long', 8, 'much to…'],
    ['', 5, ''],
    ['👋👋👋👋', 4, '👋…'],
  ])('%j within %i', (text, most, expected) => {
    expect(fit(text, most)).toBe(expected);
  });

  test('is cut before it is spelled, so that no escape is torn', () => {
    for (let most = 1; most < 60; most += 1) {
      const spelled = fit('&'.repeat(40), most, escape);
      expect(spelled.length).toBeLessThanOrEqual(most);
      expect(spelled).toMatch(/^(&amp;)*…?$/);
    }
  });

  test('may be measured in another way than by characters', () => {
    const size = (text: string): number => Buffer.byteLength(text);
    expect(size(fit('ü'.repeat(100), 50, (text) => text, size))).toBeLessThanOrEqual(50);
  });
});

describe('merged alerts as lines', () => {
  const entries = Array.from(
    { length: 20 },
    (_, i): AlertEntry => ({ tone: 'bad', badge: 'Down', name: `Shop ${i}`, text: 'Why', path: '/' }),
  );
  const spellings = [({ name, text }: AlertEntry) => `${name}: ${text}`, ({ name }: AlertEntry) => name];

  test('say as much as there is room for', () => {
    expect(entryLines(entries, 1_000, spellings).lines[3]).toBe('Shop 3: Why');
    expect(entryLines(entries, 200, spellings).lines[3]).toBe('Shop 3');
    expect(entryLines([], 10, spellings)).toEqual({ lines: [], left: 0 });
  });

  test('never come to more than the budget, and count what they leave out', () => {
    for (let budget = 20; budget < 400; budget += 1) {
      const { lines, left } = entryLines(entries, budget, spellings);
      expect(lines.reduce((sum, line) => sum + line.length + 1, 0)).toBeLessThanOrEqual(budget);
      expect(lines.length - (left > 0 ? 1 : 0) + left).toBe(20);
      if (left > 0) expect(lines.at(-1)).toBe(`… and ${left} more`);
    }
  });
});

test('facts without a value are left out', () => {
  const facts = [
    { label: 'Why', value: 'It is away' },
    { label: 'Address', value: '' },
    { label: 'Monitor', value: '\u200b\u0000 ' },
  ];
  expect(factsOf({ facts } as AlertWords)).toEqual([{ label: 'Why', value: 'It is away' }]);
});
