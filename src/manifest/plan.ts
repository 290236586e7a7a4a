import { durationWord, type Entry, type Line, type Manifest, type Part, PARTS } from '../core/manifest.ts';
import { MASK } from '../core/secrets.ts';
import { isSecret, maskedHeaders } from './kinds.ts';
import type { Parsed } from './parse.ts';
import { presetOf } from './presets.ts';
import type { Current, Held } from './server.ts';
import { ManifestFault } from './source.ts';

/** One field that becomes another; both sides as a person reads them, secrets hidden. Null is "not there". */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

/** One request: something is made, changed or deleted. */
export interface Step {
  part: Part;
  action: 'create' | 'change' | 'delete';
  key: string;
  name: string;
  /** It was there, and no file managed it under this key so far. */
  adopts: boolean;
  changes: FieldChange[];
  /** What it is on the server; null for what is made. */
  held: Held | null;
  /** Fields to send, spelled as in the file; keys stand for what they name. */
  sent: Entry;
  /** All that the file decides of it from now on, spelled as the API does. */
  fields: string[];
}

/** All that has to happen so that the account is as the file says, in an order that works. */
export interface Plan {
  steps: Step[];
  /** Once managed and not in the file any more; they stay unless they are pruned. */
  gone: Held[];
  /** Ids of what exists already, by `idWord(part, key)`. */
  ids: ReadonlyMap<string, string>;
  /** Placeholders without a value that something cannot be made without. */
  missing: string[];
  file: Parsed;
}

/** Word under which an id is kept. */
export function idWord(part: Part, key: string): string {
  return `${part} ${key}`;
}

/**
 * What differs between the account and the file. Something is found by its key, else by a name and kind that only one
 * has, and is made otherwise; what no file manages is left alone. `prune` deletes what the file managed and has no
 * more, `secrets` sends every secret again (what is stored cannot be compared). Throws `ManifestFault`.
 */
export function planManifest(
  current: Current,
  file: Parsed,
  options: { prune?: boolean; secrets?: boolean } = {},
): Plan {
  const matches = PARTS.flatMap((part) => match(current[part], file, part));
  const ids = new Map(matches.flatMap(({ part, key, held }) => (held ? [[idWord(part, key), held.id]] : [])));
  const names = namesOf(current, matches);
  const compared = matches.map((found) => compare(found, file, names, options.secrets === true));
  const taken = new Set(ids.values());
  const gone = PARTS.flatMap((part) => current[part].filter(({ id, key }) => key !== null && !taken.has(id)));
  const steps = inOrder(
    compared.flatMap(({ step }) => (step ? [step] : [])),
    file.manifest,
  );
  return {
    steps: options.prune ? [...steps, ...gone.toReversed().map(deletion)] : steps,
    gone: options.prune ? [] : gone,
    ids,
    missing: [...new Set(compared.flatMap(({ missing }) => missing))],
    file,
  };
}

interface Match {
  part: Part;
  key: string;
  wanted: Entry;
  kind: string | null;
  held: Held | null;
}

function kindOf(part: Part, entry: Entry): string | null {
  const kind = part === 'monitors' ? entry['type'] : part === 'channels' ? entry['kind'] : null;
  return typeof kind === 'string' ? kind : null;
}

/** A name two things share tells neither of them apart; the address of a page does. */
function nameOf(part: Part, entry: Entry): string {
  return `${kindOf(part, entry) ?? ''} ${String(entry[part === 'pages' ? 'slug' : 'name'])}`;
}

function match(held: readonly Held[], file: Parsed, part: Part): Match[] {
  const wanted: Record<string, Entry> = file.manifest[part];
  const byKey = new Map(held.flatMap((one) => (one.key === null ? [] : [[one.key, one] as const])));
  const free = held.filter(({ key }) => key === null || !Object.hasOwn(wanted, key));
  const unmatched = Object.entries(wanted).filter(([key]) => !byKey.has(key));
  const only = <T>(all: readonly T[]): T | null => (all.length === 1 ? (all[0] ?? null) : null);
  return Object.entries(wanted).map(([key, entry]): Match => {
    const kind = kindOf(part, entry);
    const known = byKey.get(key);
    if (known && known.kind !== kind) {
      const field = part === 'monitors' ? 'type' : 'kind';
      const message = `This is a ${known.kind ?? ''} on the server, and what a thing is cannot change. Give it another key.`;
      throw new ManifestFault([{ ...file.at([part, key, field]), message }]);
    }
    if (known) return { part, key, kind, wanted: entry, held: known };
    const name = nameOf(part, entry);
    const claims = unmatched.filter(([, other]) => nameOf(part, other) === name);
    const found = claims.length === 1 ? only(free.filter((one) => nameOf(part, one.entry) === name)) : null;
    return { part, key, kind, wanted: entry, held: found };
  });
}

/** Keys by id, as the file names things; what it does not name appears by its own name. */
function namesOf(current: Current, matches: readonly Match[]): ReadonlyMap<string, string> {
  const names = new Map(PARTS.flatMap((part) => current[part].map(({ id, key, name }) => [id, key ?? `(${name})`])));
  for (const { held, key } of matches) if (held) names.set(held.id, key);
  return names;
}

/** A field by itself: settings of a config are fields of their own. */
export function flatFields(entry: Entry): Map<string, unknown> {
  const { config, ...rest } = entry;
  const settings = Object.entries((config ?? {}) as Entry).map(([name, value]) => [`config.${name}`, value] as const);
  return new Map([...Object.entries(rest), ...settings]);
}

/** What is said when a thing is made and never compared: its kind, and the secret of a ping address. */
const ONCE = ['type', 'kind', 'ping_token'];

const API_NAMES: Record<string, string> = {
  interval: 'interval_seconds',
  timeout: 'timeout_seconds',
  channels: 'channel_ids',
  parent: 'parent_id',
  escalation: 'escalation_id',
};
const FILE_NAMES = new Map(Object.entries(API_NAMES).map(([file, api]) => [api, file]));

/** A field as the API and the forms call it. */
export function apiName(field: string): string {
  return API_NAMES[field] ?? field;
}

/** A field as the file calls it. */
export function fileName(field: string): string {
  return FILE_NAMES.get(field) ?? field;
}

function compare(
  { part, key, kind, wanted, held }: Match,
  file: Parsed,
  names: ReadonlyMap<string, string>,
  secrets: boolean,
): { step: Step | null; missing: string[] } {
  const said = flatFields(wanted);
  const comparable = [...said].filter(([field]) => !ONCE.includes(field));
  const fields = comparable.map(([field]) => apiName(field)).toSorted();
  const hidden = (field: string) => isSecret(part, kind, field) || isFilled(file, [part, key, ...field.split('.')]);
  const missing = (field: string): string[] => blanks(file, [part, key, ...field.split('.')]);
  const name = String(wanted[part === 'pages' ? 'title' : 'name']);
  const base = { part, key, name, fields, held };
  if (held === null) {
    const changes = [...said].map(([field, value]) => ({
      field,
      before: null,
      after: words(field, wantedValue(field, value), hidden(field)),
    }));
    const sent = part === 'monitors' ? { ...defaultsOf(kind), ...wanted } : wanted;
    return { step: { ...base, action: 'create', adopts: false, changes, sent }, missing: blanks(file, [part, key]) };
  }
  const has = flatFields(held.entry);
  const now = (field: string) => heldValue(field, has.get(field), names);
  const dropped = held.fields
    .map(fileName)
    .filter((field) => !said.has(field) && presetOf(part, kind, field) !== undefined);
  const after = new Map([
    ...comparable.map(([field, value]) => [field, wantedValue(field, value)] as const),
    ...dropped.map((field) => [field, presetOf(part, kind, field)] as const),
  ]);
  const differing = [...after].filter(
    ([field, value]) => !isSame(now(field), value) || (secrets && holdsMask(now(field)) && !holdsMask(value)),
  );
  const changes = differing.map(([field, value]) => ({
    field,
    before: words(field, now(field), hidden(field)),
    after: words(field, value, hidden(field)),
  }));
  const marked = part === 'escalations' || (held.key === key && held.fields.toSorted().join() === fields.join());
  if (changes.length === 0 && marked) return { step: null, missing: [] };
  const names_ = differing.map(([field]) => field);
  const sent = sentOf(wanted, after, names_);
  const step: Step = { ...base, action: 'change', adopts: held.key !== key && part !== 'escalations', changes, sent };
  return { step, missing: names_.flatMap(missing) };
}

/** What is sent of a change: the fields that differ, and a config with all that the file says of it, secrets too. */
function sentOf(wanted: Entry, after: ReadonlyMap<string, unknown>, differing: readonly string[]): Entry {
  const sent: Entry = {};
  for (const field of differing) if (!field.startsWith('config.')) sent[field] = wanted[field] ?? after.get(field);
  const settings = differing.filter((field) => field.startsWith('config.'));
  if (settings.length === 0) return sent;
  const reset = settings.map((field) => [field.slice('config.'.length), after.get(field)]);
  return { ...sent, config: { ...Object.fromEntries(reset), ...(wanted['config'] as Entry | undefined) } };
}

/** The server has presets of its own for these, which an operator may change; a file means the same everywhere. */
function defaultsOf(kind: string | null): Entry {
  const named = ['interval', 'timeout', 'failure_threshold'];
  return Object.fromEntries(named.map((field) => [field, presetOf('monitors', kind, field)]));
}

/** Placeholders below a place that had no value. */
function blanks(file: Parsed, path: readonly string[]): string[] {
  return below(file, path).flatMap(({ name, filled }) => (filled ? [] : [name]));
}

/** Whether a value came out of the environment: it may be a secret, whatever the field. */
function isFilled(file: Parsed, path: readonly string[]): boolean {
  return below(file, path).length > 0;
}

function below({ variables }: Parsed, path: readonly string[]) {
  return variables.filter((one) => path.every((part, i) => String(one.path[i]) === part));
}

function wantedValue(field: string, value: unknown): unknown {
  if (field === 'components') return (value as Line[]).map(plainLine);
  if (field === 'steps') return inSteps(value, (key) => key);
  return isKeys(field) && Array.isArray(value) ? value.toSorted() : value;
}

function heldValue(field: string, value: unknown, names: ReadonlyMap<string, string>): unknown {
  const named = (id: unknown) => names.get(String(id)) ?? String(id);
  if (field === 'components') return (value as Line[]).map((line) => plainLine(withKeys(line, named)));
  if (field === 'steps') return inSteps(value, named);
  if (isKeys(field) && Array.isArray(value)) return value.map(named).toSorted();
  return (field === 'parent' || field === 'escalation') && value ? named(value) : (value ?? null);
}

/** Fields that hold keys in no order. */
function isKeys(field: string): boolean {
  return field === 'channels' || field === 'config.members';
}

function inSteps(value: unknown, named: (key: string) => string): unknown {
  const steps = value as { after_minutes: number; channels: string[] }[];
  return steps
    .map(({ after_minutes, channels }) => ({ after_minutes, channels: channels.map(named).toSorted() }))
    .toSorted((a, b) => a.after_minutes - b.after_minutes);
}

function withKeys(line: Line, named: (id: string) => string): Line {
  const { monitor, components } = line;
  return {
    ...line,
    ...(monitor === undefined ? {} : { monitor: named(monitor) }),
    ...(components ? { components: components.map((one) => withKeys(one, named)) } : {}),
  };
}

/** A line without presets and ids, so that two ways of saying the same are the same. */
export function plainLine(line: Line): Line {
  return {
    ...(line.monitor === undefined ? {} : { monitor: line.monitor }),
    ...(line.group === undefined ? {} : { group: line.group }),
    ...(line.manual === undefined ? {} : { manual: line.manual, status: line.status ?? 'operational' }),
    ...(line.name ? { name: line.name } : {}),
    ...(line.description ? { description: line.description } : {}),
    ...(line.show_uptime === false ? { show_uptime: false } : {}),
    ...(line.show_chart ? { show_chart: true } : {}),
    ...(line.members_only ? { members_only: true } : {}),
    ...(line.group === undefined ? {} : { components: (line.components ?? []).map(plainLine) }),
  };
}

/** Whether the server has what is wanted; what it does not show counts as what is wanted, if there is any. */
function isSame(has: unknown, wanted: unknown): boolean {
  if (has === MASK) return wanted !== null && wanted !== undefined && wanted !== '';
  if (Array.isArray(has) || Array.isArray(wanted)) return inOneForm(has) === inOneForm(wanted);
  if (isEntry(has) && isEntry(wanted)) {
    const names = [...new Set([...Object.keys(has), ...Object.keys(wanted)])];
    return names.every((name) => isSame(has[name], wanted[name]));
  }
  return inOneForm(has) === inOneForm(wanted);
}

function holdsMask(value: unknown): boolean {
  return value === MASK || (isEntry(value) && Object.values(value).includes(MASK));
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inOneForm(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, one: unknown) =>
    isEntry(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}

const LONGEST_WORDS = 300;

function words(field: string, value: unknown, hidden: boolean): string | null {
  if (value === null || value === undefined) return null;
  if (hidden || value === MASK) return '(secret)';
  if ((field === 'interval' || field === 'timeout') && typeof value === 'number') return durationWord(value);
  const shown = field.startsWith('config.') ? maskedHeaders(value) : value;
  const text = typeof shown === 'string' ? shown : isPlainList(shown) ? shown.join(', ') : JSON.stringify(shown);
  return text.length > LONGEST_WORDS ? `${text.slice(0, LONGEST_WORDS)}…` : text;
}

/** A list that reads well without signs around it; an empty one does not. */
function isPlainList(value: unknown): value is (string | number)[] {
  const plain = (one: unknown) => typeof one === 'number' || (typeof one === 'string' && !one.includes(','));
  return Array.isArray(value) && value.length > 0 && value.every(plain);
}

/** Channels, then who is told later, then monitors (parents first, groups after what they hold), then pages. */
function inOrder(steps: readonly Step[], { monitors }: Manifest): Step[] {
  const waits = new Map<string, number>();
  const depth = (key: string): number => {
    const known = waits.get(key);
    if (known !== undefined) return known;
    waits.set(key, 0);
    const entry = monitors[key];
    const members = (entry?.config?.['members'] ?? []) as unknown[];
    const before = [entry?.parent, ...members].filter((one) => typeof one === 'string');
    const own = before.length === 0 ? 0 : 1 + Math.max(...before.map(depth));
    waits.set(key, own);
    return own;
  };
  const rank = (step: Step) => PARTS.indexOf(step.part) * 1_000 + (step.part === 'monitors' ? depth(step.key) : 0);
  return steps.toSorted((a, b) => rank(a) - rank(b));
}

function deletion(held: Held): Step {
  const { part, name, key } = held;
  return { part, action: 'delete', key: key ?? '', name, adopts: false, changes: [], held, sent: {}, fields: [] };
}
