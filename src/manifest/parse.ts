import { z } from 'zod';
import { type Manifest, manifest } from '../core/manifest.ts';
import { fieldErrors } from '../web/forms.ts';
import { type EntryFault, readChannel, readMonitor } from './kinds.ts';
import { fillPlaceholders, type Values, type Variable } from './placeholders.ts';
import { findPlace, type Path, type Places, type Position } from './places.ts';
import { referenceFaults } from './references.ts';
import { ManifestFault, readSource } from './source.ts';

/** Most faults that are told at once. */
const MOST_FAULTS = 50;

/** A file that fits: what it says, in the one spelling of each kind, and where it says it. */
export interface Parsed {
  manifest: Manifest;
  variables: Variable[];
  at(path: Path): Position;
}

/** The same as plain values, which another thread can hand over. */
export interface Read {
  manifest: Manifest;
  variables: Variable[];
  places: Places;
}

/** What was read in another thread. */
export function parsedOf({ manifest, variables, places }: Read): Parsed {
  return { manifest, variables, at: (path) => findPlace(places, path) };
}

/**
 * Reads a settings file. `values` go where it says `${NAME}`; one without a value is a fault, or with `blank: 'keep'`
 * stands for what the server has. Throws `ManifestFault` with line and column of everything that does not fit.
 */
export function parseManifest(text: string, values: Values = {}, blank: 'refuse' | 'keep' = 'refuse'): Parsed {
  return parsedOf(readManifest(text, values, blank));
}

/** `parseManifest` with its places as plain values. */
export function readManifest(text: string, values: Values, blank: 'refuse' | 'keep'): Read {
  const source = readSource(text);
  const { value, variables } = fillPlaceholders(source, values, blank);
  const refuse = (faults: EntryFault[]): void => {
    if (faults.length === 0) return;
    const placed = faults.map(({ path, message, key }) => ({ ...source.at(path, key), message }));
    placed.sort((a, b) => a.line - b.line || a.column - b.column);
    throw new ManifestFault(placed.slice(0, MOST_FAULTS));
  };
  // An empty file is an object that says nothing, so that its fault is a missing version and not a wrong type.
  const parsed = manifest.safeParse(blankParts(value ?? {}));
  if (!parsed.success) refuse(parsed.error.issues.flatMap(faultsOf));
  const file = parsed.data as Manifest;
  const faults: EntryFault[] = [];
  for (const [key, said] of Object.entries(file.monitors)) {
    const read = readMonitor(said);
    file.monitors[key] = read.entry;
    faults.push(...read.faults.map((one) => ({ ...one, path: ['monitors', key, ...one.path] })));
  }
  for (const [key, said] of Object.entries(file.channels)) {
    const read = readChannel(said);
    file.channels[key] = read.entry;
    faults.push(...read.faults.map((one) => ({ ...one, path: ['channels', key, ...one.path] })));
  }
  refuse([...faults, ...referenceFaults(file)]);
  return { manifest: file, variables, places: source.places() };
}

/** `channels:` with nothing below it is null in YAML and means none. */
function blankParts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name, part]) => part !== null || name === 'version'));
}

function faultsOf(issue: z.core.$ZodIssue): EntryFault[] {
  const path = issue.path.map((one) => (typeof one === 'number' ? one : String(one)));
  if (issue.code === 'unrecognized_keys') {
    const sentences = issue.message.split('\n');
    return issue.keys.map((name, i) => {
      const own = sentences[i]?.startsWith('There is no field') ? sentences[i] : undefined;
      return { path: [...path, name], key: true, message: own ?? `There is no field "${name.slice(0, 60)}".` };
    });
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined && path.length > 0;
  const message = fieldErrors(new z.ZodError([issue]))[0]?.message ?? 'This does not fit.';
  const name = String(path.at(-1));
  return [{ path, message: missing || message === 'This is missing.' ? `The field "${name}" is missing.` : message }];
}
