import { expect, test } from 'vitest';
import { accentOf, contrast } from '../../src/core/colour.ts';

test('contrast as WCAG counts it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#123456', '#123456')).toBe(1);
});

test('any accent gives words and buttons that can be read', () => {
  for (let n = 0; n < 0xffffff; n += 0x31807) {
    const colour = `#${n.toString(16).padStart(6, '0')}`;
    const [day, night] = [accentOf(colour, 'light'), accentOf(colour, 'dark')];
    expect(contrast(day.text, '#ffffff'), colour).toBeGreaterThanOrEqual(4.5);
    expect(contrast(day.text, '#f4f3f0'), colour).toBeGreaterThanOrEqual(4.5);
    expect(contrast(night.text, '#151413'), colour).toBeGreaterThanOrEqual(4.5);
    for (const one of [day, night]) expect(contrast(one.fill, one.ink), colour).toBeGreaterThanOrEqual(4.5);
  }
});

test('a colour that can be read stays as it is', () => {
  expect(accentOf('#1A4FC8', 'light')).toMatchObject({
    text: '#1a4fc8',
    fill: '#1a4fc8',
    ink: '#ffffff',
    adjusted: false,
  });
  expect(accentOf('#ffee00', 'light').adjusted).toBe(true);
});
