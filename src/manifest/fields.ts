import { durationWord, type Entry, type Line } from '../core/manifest.ts';
import { MASK } from '../core/secrets.ts';
import { maskedHeaders } from './kinds.ts';

/** A field by itself: settings of a config are fields of their own. */
export function flatFields(entry: Entry): Map<string, unknown> {
  const { config, ...rest } = entry;
  const settings = Object.entries((config ?? {}) as Entry).map(([name, value]) => [`config.${name}`, value] as const);
  return new Map([...Object.entries(rest), ...settings]);
}

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

/** A field of the file in the form that is compared. */
export function wantedValue(field: string, value: unknown): unknown {
  if (field === 'components') return (value as Line[]).map(plainLine);
  if (field === 'steps') return inSteps(value, (key) => key);
  return isKeys(field) && isTexts(value) ? inKeyOrder(value) : value;
}

/** A field of the server in the form that is compared; `names` has keys by id. */
export function heldValue(field: string, value: unknown, names: ReadonlyMap<string, string>): unknown {
  const named = (id: unknown) => names.get(String(id)) ?? String(id);
  if (field === 'components') return (value as Line[]).map((line) => plainLine(withKeys(line, named)));
  if (field === 'steps') return inSteps(value, named);
  if (isKeys(field) && Array.isArray(value)) return inKeyOrder(value.map(named));
  return (field === 'parent' || field === 'escalation') && value ? named(value) : (value ?? null);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The same everywhere, whatever the language of the machine. */
export function inKeyOrder(keys: readonly string[]): string[] {
  return keys.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Fields that hold keys in no order. */
function isKeys(field: string): boolean {
  return field === 'channels' || field === 'config.members';
}

function inSteps(value: unknown, named: (key: string) => string): unknown {
  const steps = value as { after_minutes: number; channels: string[] }[];
  return steps
    .map(({ after_minutes, channels }) => ({ after_minutes, channels: inKeyOrder(channels.map(named)) }))
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
export function isSame(has: unknown, wanted: unknown): boolean {
  if (has === MASK) return wanted !== null && wanted !== undefined && wanted !== '';
  if (Array.isArray(has) || Array.isArray(wanted)) return inOneForm(has) === inOneForm(wanted);
  if (isEntry(has) && isEntry(wanted)) {
    const names = [...new Set([...Object.keys(has), ...Object.keys(wanted)])];
    return names.every((name) => isSame(has[name], wanted[name]));
  }
  return inOneForm(has) === inOneForm(wanted);
}

/** Whether the server hides some of it. */
export function holdsMask(value: unknown): boolean {
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

/** A field as a person reads it, null when there is nothing; `hidden` is for what opens doors. */
export function fieldWords(field: string, value: unknown, hidden: boolean): string | null {
  if (value === null || value === undefined) return null;
  if (hidden || value === MASK) return '(secret)';
  if ((field === 'interval' || field === 'timeout') && typeof value === 'number') return durationWord(value);
  const shown = field.startsWith('config.') ? maskedHeaders(value) : value;
  const text = typeof shown === 'string' ? shown : isPlainList(shown) ? shown.join(', ') : JSON.stringify(shown);
  return text.length > LONGEST_WORDS ? `${text.slice(0, LONGEST_WORDS)}…` : text;
}

/** A list that reads well without signs around it; an empty one does not. */
function isPlainList(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPlain);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !value.includes(','));
}
