import { CHANNELS } from '../channels/registry.ts';
import { CHECKS } from '../checks/registry.ts';
import { type Draft, type ImportLoss, Losses, scalarText, WHOLE } from '../core/import-draft.ts';
import {
  type ChannelEntry,
  durationWord,
  type Entry,
  keyFor,
  type Line,
  type Manifest,
  manifest,
  type MonitorEntry,
} from '../core/manifest.ts';
import { KINDS } from '../core/monitor.ts';
import { isSensitive, MASK } from '../core/secrets.ts';
import { type EntryFault, isSecret, readChannel, readMonitor } from './kinds.ts';
import type { Parsed } from './parse.ts';
import { escapeText, fillPlaceholders, type Values } from './placeholders.ts';
import { referenceFaults } from './references.ts';
import type { Path } from './places.ts';
import { writeManifest } from './write.ts';

/** What an import comes to: a settings file that fits, and all that does not come over. */
export interface Settled {
  parsed: Parsed;
  losses: ImportLoss[];
  /** The values as the settings file spells them: placeholders and the signs that keep others from being one. */
  spelled: unknown;
}

type EntryPart = 'channels' | 'monitors' | 'pages';
const ENTRY_PARTS: readonly EntryPart[] = ['channels', 'monitors', 'pages'];
const NOUNS: Record<EntryPart, string> = { channels: 'channel', monitors: 'monitor', pages: 'status page' };
/** Faults of one entry that are mended one after the other, before it is given up. */
const MOST_TRIES = 12;

/**
 * Makes a draft fit: what the rules of its kind refuse is taken out and told, an entry that cannot be without it as a
 * whole. `spelled` says that placeholders in it are meant; `values` fill them in, and those left stay open.
 */
export function settle(draft: Draft, spelled: boolean, values: Values = {}): Settled {
  const raw = Object.fromEntries(ENTRY_PARTS.map((part) => [part, Object.fromEntries(draft[part])]));
  const value = spelled ? raw : everyText(raw, escapeText);
  const filled = fillPlaceholders({ value, at: nowhere }, values, 'keep');
  const losses = new Losses();
  for (const { where, what, why } of draft.losses.all()) losses.add(where, what, why);
  const file: Manifest = { version: 1, channels: {}, escalations: {}, monitors: {}, pages: {} };
  for (const part of ENTRY_PARTS) {
    const entries = (filled.value as Record<EntryPart, Record<string, Entry>>)[part];
    for (const [key, entry] of Object.entries(entries)) {
      const fit = fitEntry(part, key, entry, losses);
      if (fit !== null) (file[part] as Record<string, Entry>)[key] = fit;
    }
  }
  const same = twins(file, losses);
  keepReferences(file, (part, key) => Object.hasOwn(file[part], key), losses, same);
  const wrong = referenceFaults(file);
  if (wrong[0]) throw new Error(`an import names what is not there: ${wrong[0].message}`);
  return { parsed: { manifest: file, variables: filled.variables, at: nowhere }, losses: losses.all(), spelled: value };
}

/** What is imported has no lines of its own. */
function nowhere() {
  return { line: 1, column: 1 };
}

/** What people call an entry of an import. */
export function entryWhere(part: EntryPart, entry: Entry): string {
  return `${NOUNS[part]} "${scalarText(entry['name'] ?? entry['title']) ?? ''}"`;
}

function fitEntry(part: EntryPart, key: string, given: Entry, losses: Losses): Entry | null {
  const where = entryWhere(part, given);
  const entry = part === 'monitors' ? fitTimes(given, where, losses) : { ...given };
  const giveUp = (message: string): null => {
    losses.add(where, WHOLE, message);
    return null;
  };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const read = readEntry(part, key, entry);
    const [fault] = read.faults;
    if (!fault) return read.entry;
    if (!takeOut(entry, fault.path)) return giveUp(fault.message);
    losses.add(where, fault.path.filter((one) => one !== 'config').join('.'), fault.message);
  }
  return giveUp('Too much of it does not fit.');
}

function readEntry(part: EntryPart, key: string, entry: Entry): { entry: Entry; faults: EntryFault[] } {
  const read = manifest.safeParse({ version: 1, [part]: { [key]: entry } });
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => ({ path: path.slice(2) as Path, message }));
    return { entry, faults };
  }
  const plain = read.data[part][key] as Entry;
  if (part === 'monitors') return readMonitor(plain as MonitorEntry);
  return part === 'channels' ? readChannel(plain as ChannelEntry) : { entry: plain, faults: [] };
}

/** Takes a value that does not fit out of its entry; false where nothing can be taken out. */
function takeOut(entry: Entry, path: Path): boolean {
  const depth = path[0] === 'config' ? 2 : 1;
  if (path.length < depth || NEEDED.has(String(path[0]))) return false;
  let holder: unknown = entry;
  // A fault inside a list takes the item, not the list; below that it is the item as a whole.
  const end = typeof path[depth] === 'number' ? depth + 1 : depth;
  for (const part of path.slice(0, end - 1)) holder = (holder as Record<string | number, unknown>)[part];
  const name = path[end - 1] ?? '';
  if (Array.isArray(holder)) return holder.splice(Number(name), 1).length === 1;
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) return false;
  return delete (holder as Record<string | number, unknown>)[name];
}

const NEEDED = new Set(['name', 'type', 'kind', 'target', 'slug', 'title']);

/** Brings times and counts of other products into our ranges, and tells where that changes them. */
function fitTimes(given: Entry, where: string, losses: Losses): Entry {
  const config = given['config'] as Entry | undefined;
  const entry = { ...given, ...(config ? { config: { ...config } } : {}) } as Entry;
  const kind = KINDS.find((one) => one === entry['type']);
  const longest = kind === undefined ? 3_600 : CHECKS[kind].longestIntervalSeconds;
  const clamp = (field: string, min: number, max: number, sentence: string): void => {
    const value = entry[field];
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const fit = Math.min(max, Math.max(min, Math.round(value)));
    if (Math.abs(fit - value) >= 1) losses.add(where, field, sentence);
    entry[field] = fit;
  };
  const every = `This kind is checked every 30s at most and every ${durationWord(longest)} at least.`;
  clamp('interval', 30, longest, every);
  const interval = Number(entry['interval'] ?? 300);
  clamp('timeout', 5, Math.min(120, interval), 'A check has 5 to 120 seconds, and never longer than its interval.');
  // What it has where nothing is said does not go with a short interval either.
  if (entry['timeout'] === undefined && interval < 30 && kind !== undefined) entry['timeout'] = interval;
  clamp('failure_threshold', 1, 20, 'At most 20 checks in a row can be waited for.');
  clamp('recovery_threshold', 1, 20, 'At most 20 checks in a row can be waited for.');
  return entry;
}

/** Two channels to the same place are one here: the first. The keys of the others lead to it. */
function twins({ channels }: Manifest, losses: Losses): Map<string, string> {
  const places = new Map<string, string>();
  const same = new Map<string, string>();
  for (const [key, entry] of Object.entries(channels)) {
    const place = channelPlace(entry);
    const first = place === null ? undefined : places.get(place);
    if (first === undefined) {
      if (place !== null) places.set(place, key);
      continue;
    }
    losses.add(
      entryWhere('channels', entry),
      WHOLE,
      `It leads where "${channels[first]?.name ?? ''}" leads, which is used for both.`,
    );
    same.set(key, first);
    delete channels[key];
  }
  return same;
}

/** Where a channel leads, as a word to compare; null while a placeholder hides it. */
export function channelPlace({ kind, config }: ChannelEntry): string | null {
  if (JSON.stringify(config).includes(MASK)) return null;
  const channel = CHANNELS[kind];
  return `${kind} ${channel.place(channel.parseConfig({ ...channel.create(), ...config })).whole}`;
}

/** Takes out every mention of what is not `there`, and tells it; `same` leads from one key to another. */
export function keepReferences(
  file: Manifest,
  there: (part: 'channels' | 'monitors', key: string) => boolean,
  losses: Losses,
  same: ReadonlyMap<string, string> = new Map(),
): void {
  const kept = (part: 'channels' | 'monitors', keys: string[], where: string, what: string): string[] => {
    const led = [...new Set(keys.map((key) => same.get(key) ?? key))];
    const left = led.filter((key) => there(part, key));
    if (left.length < led.length) losses.add(where, what, 'Some of what it names does not come over.');
    return left;
  };
  for (const entry of Object.values(file.monitors)) {
    const where = entryWhere('monitors', entry);
    if (entry.channels) entry.channels = kept('channels', entry.channels, where, 'channels');
    const members = entry.config?.['members'];
    if (Array.isArray(members)) {
      entry.config = { ...entry.config, members: kept('monitors', members as string[], where, 'members') };
    }
  }
  for (const page of Object.values(file.pages)) {
    const where = entryWhere('pages', page);
    const lines = (some: readonly Line[]): Line[] =>
      some.flatMap((line) => {
        if (line.monitor !== undefined && !there('monitors', line.monitor)) {
          losses.add(where, `monitor "${line.monitor}"`, 'This monitor does not come over.');
          return [];
        }
        return [line.components ? { ...line, components: lines(line.components) } : line];
      });
    if (page.components) page.components = lines(page.components);
  }
}

/**
 * The settings file as text, and the secrets of it by the names that stand in their places. With `open` they stand in
 * the file themselves.
 */
export function importText({ parsed, spelled }: Pick<Settled, 'parsed' | 'spelled'>, open: boolean) {
  const secrets = new Map<string, string>();
  const taken = new Set(parsed.variables.map(({ name }) => name));
  const conceal = (value: unknown, path: readonly string[]): string => {
    const base = keyFor(path.filter((one) => one !== 'config' && one !== 'headers').join('-'), 'secret', new Set());
    const word = base
      .toUpperCase()
      .replaceAll('-', '_')
      .replace(/^(?=\d)/, '_');
    let name = word;
    for (let i = 2; taken.has(name); i += 1) name = `${word}_${i}`;
    taken.add(name);
    secrets.set(name, typeof value === 'string' ? value : credentials(value));
    return `\${${name}}`;
  };
  const entryText = (part: EntryPart, key: string, entry: Entry): Entry => {
    const kind = scalarText(entry['type'] ?? entry['kind']) ?? '';
    const walk = (value: unknown, path: readonly string[]): unknown => {
      const field = path.join('.');
      const telling = path[1] === 'headers' && isSensitive(path[2] ?? '');
      if (value === MASK || holdsMask(value)) return placeholderAt(spelled, [part, key, ...path]) ?? value;
      const hidden = part !== 'pages' && path.length > 0 && (telling || isSecret(part, kind, field));
      if (hidden && !open && value !== null && value !== '') return conceal(value, [key, ...path]);
      if (typeof value === 'string') return escapeText(value);
      if (Array.isArray(value)) return value.map((one, i) => walk(one, [...path, String(i)]));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, [...path, name])]));
    };
    return walk(entry, []) as Entry;
  };
  const written: Manifest = { ...parsed.manifest };
  for (const part of ENTRY_PARTS) {
    const entries = Object.entries(parsed.manifest[part]).map(([key, entry]) => [key, entryText(part, key, entry)]);
    Object.assign(written, { [part]: Object.fromEntries(entries) });
  }
  return { text: writeManifest(written, 'own'), secrets };
}

/** A user name and a password as one text. */
function credentials(value: unknown): string {
  const { username = '', password = '' } = value as { username?: string; password?: string };
  return `${username}:${password}`;
}

function holdsMask(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((one) => one === MASK) &&
    'username' in value
  );
}

/** What stood at a place before placeholders were filled in. */
function placeholderAt(spelled: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }, spelled);
}

/** The same value with every text in it changed. */
function everyText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => everyText(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, everyText(one, change)]));
}
