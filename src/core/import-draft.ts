import { oneLine } from './alert.ts';
import { type Entry, keyFor } from './manifest.ts';

/** Products whose settings can be read. */
export const IMPORT_SOURCES = ['kuma', 'uptimerobot', 'gatus', 'healthchecks'] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** How people call them. */
export const SOURCE_NAMES: Record<ImportSource, string> = {
  kuma: 'Uptime Kuma',
  uptimerobot: 'UptimeRobot',
  gatus: 'Gatus',
  healthchecks: 'Healthchecks',
};

/** Something of a foreign file that does not come over: where it stands there, what it is, and why. */
export interface ImportLoss {
  where: string;
  what: string;
  why: string;
}

/** Most of each in one import. */
const MOST = { monitors: 2_000, channels: 500, pages: 200 } as const;
/** Lines of a loss report; beyond it only their number is told. */
const MOST_LOSSES = 20_000;

/** What `what` says where a thing is left out as a whole. */
export const WHOLE = 'all of it';

/** Losses in the order they were found, each told once. */
export class Losses {
  readonly #found = new Map<string, ImportLoss>();
  #more = 0;

  add(where: string, what: string, why: string): void {
    const loss = { where: oneLine(where, 160), what: oneLine(what, 80), why: oneLine(why, 300) };
    const word = JSON.stringify(loss);
    if (this.#found.has(word)) return;
    if (this.#found.size < MOST_LOSSES) this.#found.set(word, loss);
    else this.#more += 1;
  }

  all(): ImportLoss[] {
    const told = [...this.#found.values()];
    if (this.#more === 0) return told;
    return [...told, { where: 'the file', what: `${this.#more} more`, why: 'The report ends here.' }];
  }
}

/** A settings file in the making, and what of the foreign one does not fit into it. */
export class Draft {
  readonly channels = new Map<string, Entry>();
  readonly monitors = new Map<string, Entry>();
  readonly pages = new Map<string, Entry>();
  readonly losses = new Losses();

  /** Adds an entry under a key made of its name, and returns the key. */
  add(part: 'channels' | 'monitors' | 'pages', entry: Entry): string {
    const entries = this[part];
    if (entries.size >= MOST[part]) throw new TooMany(MOST[part], part);
    const name = scalarText(entry['name'] ?? entry['slug']) ?? '';
    const key = keyFor(name, part === 'channels' ? 'channel' : part === 'pages' ? 'page' : 'monitor', this.#keys(part));
    entries.set(key, entry);
    return key;
  }

  #keys(part: 'channels' | 'monitors' | 'pages'): ReadonlySet<string> {
    return { has: (key: string) => this[part].has(key) } as ReadonlySet<string>;
  }
}

/** More of something than one import takes. */
export class TooMany extends Error {
  constructor(most: number, part: string) {
    super(`An import takes ${most.toLocaleString('en')} ${part} at most; this file has more. Divide it.`);
    this.name = 'TooMany';
  }
}

/** A file that is not what it is said to be, with the sentence for it. */
export class NotReadable extends Error {}

/** The entry of a table under a word of a stranger's choice, which may name what every object has. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value says anything: what is blank, off, zero or empty is what a field is when nobody touched it. */
export function says(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false || value === 0) return false;
  if (value === '0' || value === 'false' || value === '[]' || value === '{}' || value === 'null') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** JSON inside a text, as databases and exports keep it; undefined when it is none. */
export function innerJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value.length > 1_000_000) return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** A map of texts out of an object whose values are texts, numbers or truth values; null when it is something else. */
export function textMap(value: unknown): Record<string, string> | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value).map(([name, one]) => [name, scalarText(one)] as const);
  if (entries.some(([name, text]) => text === null || name === '__proto__')) return null;
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Text of a text, number or truth value; null for anything else. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
