import { type Entry, type Manifest, type Part, PARTS } from '../core/manifest.ts';
import { inOneGo } from '../core/pace.ts';
import { apiName, fieldWords, fileName, flatFields, heldValue, holdsMask, isSame, wantedValue } from './fields.ts';
import { isSecret } from './kinds.ts';
import type { Parsed } from './parse.ts';
import type { Variable } from './placeholders.ts';
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
  /** No file manages what is made: it came by an import, and belongs to nobody but the people of the account. */
  unmarked?: true;
}

/** Word under which an id is kept. */
export function idWord(part: Part, key: string): string {
  return `${part} ${key}`;
}

interface Options {
  prune?: boolean;
  secrets?: boolean;
}

/**
 * What differs between the account and the file. Something is found by its key, else by a name and kind that only one
 * has, and is made otherwise; what no file manages is left alone. `prune` deletes what the file managed and has no
 * more, `secrets` sends every secret again (what is stored cannot be compared). Throws `ManifestFault`.
 */
export function planManifest(current: Current, file: Parsed, options: Options = {}): Plan {
  return inOneGo(planning(current, file, options));
}

/** `planManifest` in small pieces: between two of them the caller may do something else. */
export function* planning(current: Current, file: Parsed, options: Options = {}): Generator<void, Plan> {
  const matches: Match[] = [];
  for (const part of PARTS) matches.push(...(yield* match(current[part], file, part)));
  const ids = new Map(matches.flatMap(({ part, key, held }) => (held ? [[idWord(part, key), held.id]] : [])));
  yield;
  const names = namesOf(current, matches);
  const variables = variablesOf(file);
  const compared: ReturnType<typeof compare>[] = [];
  for (const found of matches) {
    compared.push(compare(found, variables, names, options.secrets === true));
    yield;
  }
  const taken = new Set(ids.values());
  const gone = PARTS.flatMap((part) => current[part].filter(({ id, key }) => key !== null && !taken.has(id)));
  yield;
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

function* match(held: readonly Held[], file: Parsed, part: Part): Generator<void, Match[]> {
  const wanted: Record<string, Entry> = file.manifest[part];
  const byKey = new Map(held.flatMap((one) => (one.key === null ? [] : [[one.key, one] as const])));
  const free = byName(
    held.flatMap((one) => (one.key === null || !Object.hasOwn(wanted, one.key) ? [one] : [])),
    part,
  );
  yield;
  const unmatched = Object.entries(wanted).flatMap(([key, entry]) => (byKey.has(key) ? [] : [{ entry }]));
  const claims = byName(unmatched, part);
  const matches: Match[] = [];
  for (const [key, entry] of Object.entries(wanted)) {
    yield;
    const kind = kindOf(part, entry);
    const known = byKey.get(key);
    if (known && known.kind !== kind) {
      const field = part === 'monitors' ? 'type' : 'kind';
      const message = `This is a ${known.kind ?? ''} on the server, and what a thing is cannot change. Give it another key.`;
      throw new ManifestFault([{ ...file.at([part, key, field]), message }]);
    }
    const name = nameOf(part, entry);
    const [found, other] = free.get(name) ?? [];
    const sure = claims.get(name)?.length === 1 && !other;
    matches.push({ part, key, kind, wanted: entry, held: known ?? (sure ? (found ?? null) : null) });
  }
  return matches;
}

function byName<T extends { entry: Entry }>(all: readonly T[], part: Part): Map<string, T[]> {
  const named = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(part, one.entry);
    const before = named.get(name);
    if (before) before.push(one);
    else named.set(name, [one]);
  }
  return named;
}

/** Keys by id, as the file names things; what it does not name appears by its own name. */
function namesOf(current: Current, matches: readonly Match[]): ReadonlyMap<string, string> {
  const names = new Map(PARTS.flatMap((part) => current[part].map(({ id, key, name }) => [id, key ?? `(${name})`])));
  for (const { held, key } of matches) if (held) names.set(held.id, key);
  return names;
}

/** What is said when a thing is made and never compared: its kind, and the secret of a ping address. */
const ONCE = ['type', 'kind', 'ping_token'];

function compare(
  { part, key, kind, wanted, held }: Match,
  variables: Variables,
  names: ReadonlyMap<string, string>,
  secrets: boolean,
): { step: Step | null; missing: string[] } {
  const said = flatFields(wanted);
  const comparable = [...said].filter(([field]) => !ONCE.includes(field));
  const fields = comparable.map(([field]) => apiName(field)).toSorted();
  const hidden = (field: string) =>
    isSecret(part, kind, field) || isFilled(variables, [part, key, ...field.split('.')]);
  const missing = (field: string): string[] => blanks(variables, [part, key, ...field.split('.')]);
  const name = String(wanted[part === 'pages' ? 'title' : 'name']);
  const base = { part, key, name, fields, held };
  if (held === null) {
    const changes = [...said].map(([field, value]) => ({
      field,
      before: null,
      after: fieldWords(field, wantedValue(field, value), hidden(field)),
    }));
    const sent = part === 'monitors' ? { ...defaultsOf(kind), ...wanted } : wanted;
    return {
      step: { ...base, action: 'create', adopts: false, changes, sent },
      missing: blanks(variables, [part, key]),
    };
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
    before: fieldWords(field, now(field), hidden(field)),
    after: fieldWords(field, value, hidden(field)),
  }));
  const marked = part === 'escalations' || (held.key === key && held.fields.toSorted().join() === fields.join());
  if (changes.length === 0 && marked) return { step: null, missing: [] };
  const changed = differing.map(([field]) => field);
  const sent = sentOf(wanted, after, changed);
  const step: Step = { ...base, action: 'change', adopts: held.key !== key && part !== 'escalations', changes, sent };
  return { step, missing: changed.flatMap(missing) };
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

/** The placeholders of a file by the entry they stand in. */
type Variables = ReadonlyMap<string, readonly Variable[]>;

function variablesOf({ variables }: Parsed): Variables {
  const found = new Map<string, Variable[]>();
  for (const one of variables) {
    const word = idWord(String(one.path[0]) as Part, String(one.path[1]));
    const before = found.get(word);
    if (before) before.push(one);
    else found.set(word, [one]);
  }
  return found;
}

/** Placeholders below a place that had no value. */
function blanks(variables: Variables, path: EntryPath): string[] {
  return below(variables, path).flatMap(({ name, filled }) => (filled ? [] : [name]));
}

/** Whether a value came out of the environment: it may be a secret, whatever the field. */
function isFilled(variables: Variables, path: EntryPath): boolean {
  return below(variables, path).length > 0;
}

type EntryPath = readonly [part: Part, key: string, ...string[]];

function below(variables: Variables, path: EntryPath): Variable[] {
  const own = variables.get(idWord(path[0], path[1])) ?? [];
  return own.filter((one) => path.every((part, i) => String(one.path[i]) === part));
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
  return steps
    .map((step) => ({ step, rank: rank(step) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ step }) => step);
}

function deletion(held: Held): Step {
  const { part, name, key } = held;
  return { part, action: 'delete', key: key ?? '', name, adopts: false, changes: [], held, sent: {}, fields: [] };
}
