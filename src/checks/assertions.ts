import { z } from 'zod';
import { parsePath, readPath } from './json-path.ts';
import { compilePattern, PATTERN_STEPS } from './pattern.ts';

const OPERATORS = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'gt',
  'gte',
  'lt',
  'lte',
  'exists',
  'not_exists',
  'matches',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a person says of one value: `value` is null for the operators that need none. */
export interface Rule {
  op: Operator;
  value: string | number | boolean | null;
}

const MOST_RULES = 20;
const ORDERED: readonly Operator[] = ['gt', 'gte', 'lt', 'lte'];
const BARE: readonly Operator[] = ['exists', 'not_exists'];

/** Header names are tokens of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const subject = z.string('Must be text.').trim().max(500, 'Must be at most 500 characters.');
const op = z.enum(OPERATORS, `Must be one of ${OPERATORS.join(', ')}.`);
const value = z
  .union(
    [z.string().max(1_000), z.number(), z.boolean(), z.null()],
    'Must be text of at most 1,000 characters, a number, true or false.',
  )
  .default(null);

/** `json_assertions` of the config: a list, or one "path operator value" a line. */
export const jsonAssertions = list(
  'path',
  z.strictObject({ path: subject, op, value }).superRefine((rule, ctx) => {
    const parsed = parsePath(rule.path);
    if ('problem' in parsed) ctx.addIssue({ code: 'custom', path: ['path'], message: parsed.problem });
    refuseValue(rule, ctx);
  }),
);

/** `header_assertions` of the config: a list, or one "name operator value" a line. */
export const headerAssertions = list(
  'name',
  z.strictObject({ name: subject, op, value }).superRefine((rule, ctx) => {
    const message = `"${rule.name.slice(0, 40)}" is not a header name.`;
    if (!HEADER_NAME.test(rule.name)) ctx.addIssue({ code: 'custom', path: ['name'], message });
    refuseValue(rule, ctx);
  }),
);

function list<T extends z.ZodType>(key: 'path' | 'name', rule: T) {
  return z.preprocess(
    (given) => (typeof given === 'string' ? fromLines(given, key) : (given ?? [])),
    z.array(rule, `Write one rule a line, as "${key} operator value".`).max(MOST_RULES, `At most ${MOST_RULES} rules.`),
  );
}

function refuseValue(rule: Rule, ctx: z.RefinementCtx): void {
  const message = wrongValue(rule);
  if (message) ctx.addIssue({ code: 'custom', path: ['value'], message });
}

function wrongValue({ op, value }: Rule): string | null {
  if (BARE.includes(op)) return value === null ? null : `${op} takes no value.`;
  if (value === null || value === '') return `${op} needs a value.`;
  if (ORDERED.includes(op) && toNumber(value) === null) return `${op} needs a number.`;
  if (op !== 'matches') return null;
  const pattern = compilePattern(String(value));
  return 'problem' in pattern ? pattern.problem : null;
}

/** Blanks inside quotes and brackets belong to a path: `$["a b"] equals x`. */
const LINE = /^((?:[^\s"'[]|\[\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\]"']*)\s*\])+)\s+(\S+)(?:\s+(.*))?$/;

function fromLines(text: string, key: string): unknown {
  return text
    .split('\n')
    .map((line) => line.trim().slice(0, 2_000))
    .filter(Boolean)
    .map((line) => {
      const [, subject, op, value] = LINE.exec(line) ?? [];
      return { [key]: subject ?? line, op: op?.toLowerCase() ?? '', value: value ?? null };
    });
}

/**
 * What is wrong with a JSON text by the rules, as a sentence, or null. A rule over several values (`[*]`) holds when
 * any of them satisfies it; the negative ones hold when none breaks them.
 */
export function judgeJson(text: string, asserted: readonly (Rule & { path: string })[]): string | null {
  const work: Work = { left: PATTERN_STEPS };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'The body is not JSON.';
  }
  for (const rule of asserted) {
    const parsed = parsePath(rule.path);
    const wrong = 'problem' in parsed ? parsed.problem : broken(rule.path, rule, readPath(value, parsed.steps), work);
    if (wrong) return wrong;
  }
  return null;
}

/** The same for a header; `found` is its value, null when it did not come. */
export function judgeHeader(rule: Rule & { name: string }, found: string | null): string | null {
  return broken(`The header ${rule.name}`, rule, found === null ? [] : [found], { left: PATTERN_STEPS });
}

/** Steps that patterns may still take, so that many rules over a large page do not hold up other checks (R-CK-14). */
interface Work {
  left: number;
}

function broken(subject: string, { op, value }: Rule, found: readonly unknown[], work: Work): string | null {
  const negative = op === 'not_equals' || op === 'not_contains';
  const holds = (one: unknown): boolean => satisfies(op, one, value, work);
  if (op === 'exists') return found.length > 0 ? null : `${subject} is not there.`;
  if (op === 'not_exists') return found.length === 0 ? null : `${subject} is there: ${shown(found[0])}.`;
  if (negative ? found.every(holds) : found.some(holds)) return null;
  if (found.length === 0) return `${subject} is not there, expected ${words(op, value)}.`;
  const spent = op === 'matches' && work.left <= 0 ? ' Only its beginning was searched.' : '';
  const seen = found.length === 1 ? shown(found[0]) : `${found.length.toLocaleString('en')} values`;
  return `${subject} is ${seen}, expected ${words(op, value)}.${spent}`;
}

function words(op: Operator, value: Rule['value']): string {
  const sign = { gt: 'above', gte: 'at least', lt: 'below', lte: 'at most', equals: '', not_equals: 'not' };
  const word = op in sign ? sign[op as keyof typeof sign] : op.replace('_', ' ').replace('matches', 'a match of');
  return `${word} ${shown(value)}`.trim();
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function satisfies(op: Operator, found: unknown, value: Rule['value'], work: Work): boolean {
  switch (op) {
    case 'equals':
      return same(found, value);
    case 'not_equals':
      return !same(found, value);
    case 'contains':
      return contains(found, value);
    case 'not_contains':
      return !contains(found, value);
    case 'matches':
      return matches(textOf(found), String(value), work);
    default:
      return ordered(op, toNumber(found), toNumber(value));
  }
}

/** Searches as much of the text as the work left allows: a megabyte for a plain pattern. */
function matches(text: string, typed: string, work: Work): boolean {
  const pattern = compilePattern(typed);
  if ('problem' in pattern) return false;
  const part = text.slice(0, Math.max(0, Math.floor(work.left / pattern.size)));
  work.left -= (part.length + 1) * pattern.size;
  return pattern.found(part);
}

function ordered(op: Operator, a: number | null, b: number | null): boolean {
  if (a === null || b === null) return false;
  if (op === 'gt') return a > b;
  if (op === 'gte') return a >= b;
  return op === 'lt' ? a < b : a <= b;
}

/** Forms and headers have only text, so a number or a truth value is compared by how it is written. */
function same(found: unknown, value: Rule['value']): boolean {
  if (found === value || textOf(found) === String(value)) return true;
  const number = typeof found === 'number' ? toNumber(value) : null;
  return number !== null && number === found;
}

function contains(found: unknown, value: Rule['value']): boolean {
  if (Array.isArray(found)) return found.some((one) => same(one, value));
  return textOf(found).includes(String(value));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
