import { z } from 'zod';
import { WARN_DAYS } from '../core/expiry.ts';
import type { Field } from '../core/field.ts';

const WORDS = 'Write whole days from 1 to 365, for example 30, 14, 7, 3, 1.';

/** Days before an end at which people are told: a list, or "30, 14, 7" as a form sends it. Most first, each once. */
export const warnDays = z.preprocess(
  (value) => {
    const last: unknown = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value;
    if (last === null || (Array.isArray(last) && last.length === 0)) return undefined;
    return Array.isArray(last) ? last.map((day: unknown) => (/^\d{1,3}$/.test(String(day)) ? Number(day) : day)) : last;
  },
  z
    .array(z.int(WORDS).min(1, WORDS).max(365, WORDS), WORDS)
    .max(10, 'At most 10 warnings.')
    .default([...WARN_DAYS])
    .transform((days) => [...new Set(days)].toSorted((a, b) => b - a)),
);

export const warnDaysField: Field = {
  name: 'warn_days',
  label: 'Warn this many days before',
  type: 'text',
  placeholder: WARN_DAYS.join(', '),
  help: 'One message at each of these, and degraded from the first.',
};
