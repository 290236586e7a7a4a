import { oneLine } from '../core/alert.ts';
import type { Parcel } from './channel.ts';
import { type Facts, factsOf } from './webhook-body.ts';

/** What a body may be; it decides how values are put into a template. */
export const CONTENT_TYPES = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  form: 'application/x-www-form-urlencoded',
};
export type ContentType = keyof typeof CONTENT_TYPES;

type Value = string | number | null;
type Values = Record<string, Value>;

/** Longest value, longest list of merged alerts, and most placeholders: a template is a letter, not a bomb. */
const VALUE_CHARS = 2_000;
const LIST_CHARS = 16_000;
const MOST_PLACEHOLDERS = 40;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

const FACTS: readonly (keyof Facts)[] = [
  'id',
  'event',
  'monitor',
  'type',
  'target',
  'details',
  'timestamp',
  'monitor_id',
  'incident_id',
  'status',
  'reason',
  'started_at',
  'resolved_at',
  'duration_seconds',
  'url',
  'acknowledge_url',
];

/** Everything a template may name: the fields of the ordinary body, then what the message says in words. */
export const PLACEHOLDERS: readonly string[] = [...FACTS, 'headline', 'next_step', 'account', 'count', 'entries'];

/** Why this template cannot be used, as a sentence, or null. A JSON one must be valid whatever the values are. */
export function templateFault(template: string, type: ContentType): string | null {
  const names = [...template.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? '').trim());
  const unknown = names.find((name) => !PLACEHOLDERS.includes(name));
  if (unknown !== undefined) {
    return `There is no placeholder {{${unknown.slice(0, 40)}}}. There are: ${PLACEHOLDERS.join(', ')}.`;
  }
  if (names.length > MOST_PLACEHOLDERS) return `Use at most ${MOST_PLACEHOLDERS} placeholders.`;
  const sample = (value: Value): string => fill(template, type, Object.fromEntries(names.map((name) => [name, value])));
  if (type === 'json' && !(isJson(sample('x')) && isJson(sample(null)))) {
    return 'This does not make valid JSON. Check its quotes, commas and braces.';
  }
  if (type === 'form' && !/^[^=&\s]+=[^&\s]*(&[^=&\s]+=[^&\s]*)*$/.test(sample('x'))) {
    return 'Write a form as name=value&name=value, without blanks.';
  }
  return null;
}

/** The template with the message's values in the places of the placeholders. */
export function renderTemplate(template: string, type: ContentType, parcel: Parcel, baseUrl: string): string {
  const { words, alerts } = parcel;
  const facts = factsOf(parcel, baseUrl);
  const list = words.entries.map(({ badge, name, text }) => oneLine(`${badge}: ${name} - ${text}`, 600)).join('\n');
  const values: Values = {
    ...Object.fromEntries(FACTS.map((name) => [name, cut(facts[name])])),
    headline: words.headline,
    next_step: words.nextStep,
    account: cut(alerts[0].alert.accountName),
    count: Math.max(1, words.entries.length),
    entries: list.length <= LIST_CHARS ? list : `${list.slice(0, list.lastIndexOf('\n', LIST_CHARS))}\n…`,
  };
  return fill(template, type, values);
}

function cut(value: Value): Value {
  return typeof value === 'string' ? oneLine(value, VALUE_CHARS) : value;
}

function fill(template: string, type: ContentType, values: Values): string {
  const lines = template.replaceAll('\r\n', '\n');
  const text = type === 'form' ? lines.replaceAll('\n', '') : lines;
  let inString = false;
  let from = 0;
  let filled = '';
  for (const match of text.matchAll(PLACEHOLDER)) {
    const literal = text.slice(from, match.index);
    inString = endsInString(literal, inString);
    from = match.index + match[0].length;
    filled += literal + spell(values[(match[1] ?? '').trim()] ?? null, type, inString);
  }
  return filled + text.slice(from);
}

/** A value in the spelling of its place: within quotes, beside them, in a form, or as it is. */
function spell(value: Value, type: ContentType, inString: boolean): string {
  if (type === 'text') return String(value ?? '');
  if (type === 'form') return encodeURIComponent(String(value ?? ''));
  return inString ? JSON.stringify(String(value ?? '')).slice(1, -1) : JSON.stringify(value);
}

/** Whether JSON is between quotes after this piece of it. */
function endsInString(literal: string, before: boolean): boolean {
  const quotes = literal.replace(/\\[^]/g, '').split('"').length - 1;
  return quotes % 2 === 1 ? !before : before;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
