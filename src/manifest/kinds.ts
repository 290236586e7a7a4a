import { z } from 'zod';
import { CHANNELS } from '../channels/registry.ts';
import { CHECKS } from '../checks/registry.ts';
import { type ChannelEntry, closest, type Entry, type MonitorEntry, type Part } from '../core/manifest.ts';
import { isSensitive, MASK } from '../core/secrets.ts';
import { fieldErrors } from '../web/forms.ts';
import { configPresets } from './presets.ts';
import type { Path } from './places.ts';

/** A sentence about a place inside an entry. */
export interface EntryFault {
  path: Path;
  message: string;
  /** It is the name that is wrong, not what stands behind it. */
  key?: true;
}

/** An entry as its kind spells it: the address cleaned, settings in their one form, and only those that were said. */
export interface ReadEntry<T> {
  entry: T;
  faults: EntryFault[];
}

/** Checks target and config by the rules of the kind. `members` of a group are keys here and stay as they are. */
export function readMonitor(said: MonitorEntry): ReadEntry<MonitorEntry> {
  const check = CHECKS[said.type];
  const faults: EntryFault[] = [];
  const entry = { ...said };
  if (check.targetField !== null || said.target) {
    const parsed = check.parseTarget(said.target ?? '');
    if ('target' in parsed) entry.target = parsed.target;
    else faults.push({ path: said.target === undefined ? [] : ['target'], message: parsed.problem });
  }
  if ((said.timeout ?? 30) > (said.interval ?? 300)) {
    const path = said.timeout === undefined ? ['interval'] : ['timeout'];
    faults.push({ path, message: 'A check must be over before the next one: timeout at most the interval.' });
  }
  if (said.interval !== undefined && said.interval > check.longestIntervalSeconds) {
    faults.push({
      path: ['interval'],
      message: `This kind is checked at least every ${check.longestIntervalSeconds}s.`,
    });
  }
  if (said.ping_token !== undefined && check.needs !== 'heartbeat') {
    faults.push({ path: ['ping_token'], message: 'Only a heartbeat has a ping address.' });
  }
  if (!said.config) return { entry, faults };
  const { members, ...rest } = said.config;
  const config = readConfig('monitors', said.type, rest, (config) => check.parseConfig(config), faults);
  return { entry: { ...entry, config: members === undefined ? config : { ...config, members } }, faults };
}

/** Checks the config by the rules of the kind. */
export function readChannel(said: ChannelEntry): ReadEntry<ChannelEntry> {
  const channel = CHANNELS[said.kind];
  const faults: EntryFault[] = [];
  const made = channel.create();
  const own = Object.keys(said.config).find((name) => name in made);
  if (own !== undefined) faults.push({ path: ['config', own], key: true, message: 'StatusPing chooses this itself.' });
  const parse = (config: unknown): Entry => channel.parseConfig({ ...made, ...(config as Entry) });
  const config = readConfig('channels', said.kind, said.config, parse, faults);
  return { entry: { ...said, config: without(config, Object.keys(made)) }, faults };
}

/** Names of the settings of a kind. */
function settingsOf(part: Part, kind: string): string[] {
  const fields =
    part === 'monitors' ? CHECKS[kind as MonitorEntry['type']].fields : CHANNELS[kind as ChannelEntry['kind']].fields;
  return [...new Set([...fields.map(({ name }) => name), ...Object.keys(configPresets(part, kind))])];
}

function readConfig(
  part: Part,
  kind: string,
  said: Entry,
  parse: (config: unknown) => Entry,
  faults: EntryFault[],
): Entry {
  try {
    const whole = parse(said);
    const presets = configPresets(part, kind);
    // A setting under another of its names comes back under its own, and is not where it was said.
    const kept = Object.entries(whole).filter(
      ([name, value]) => name in said || JSON.stringify(value) !== JSON.stringify(presets[name]),
    );
    return Object.fromEntries(kept);
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error;
    // A secret that is only known to the server cannot be judged here.
    if (JSON.stringify(said).includes(MASK)) return said;
    for (const issue of error.issues) faults.push(...faultsOf(issue, part, kind));
    return said;
  }
}

function faultsOf(issue: z.core.$ZodIssue, part: Part, kind: string): EntryFault[] {
  const path = ['config', ...issue.path.map((one) => (typeof one === 'number' ? one : String(one)))];
  if (issue.code !== 'unrecognized_keys') {
    return [{ path, message: fieldErrors(new z.ZodError([issue]))[0]?.message ?? 'This does not fit.' }];
  }
  return issue.keys.map((name) => {
    const near = closest(name, settingsOf(part, kind));
    const hint = near === null ? '' : ` Did you mean "${near}"?`;
    return {
      path: [...path, name],
      key: true,
      message: `The kind ${kind} has no setting "${name.slice(0, 60)}".${hint}`,
    };
  });
}

/** Whether a field of a kind opens doors, so that its value is never shown. */
export function isSecret(part: Part, kind: string | null, field: string): boolean {
  if (field === 'password' || field === 'ping_token') return true;
  if (!field.startsWith('config.') || kind === null) return false;
  const fields =
    part === 'monitors' ? CHECKS[kind as MonitorEntry['type']].fields : CHANNELS[kind as ChannelEntry['kind']].fields;
  return fields.some(({ name, secret }) => secret === true && `config.${name}` === field);
}

/** Header values that open doors, hidden. */
export function maskedHeaders(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, isSensitive(name) ? MASK : text]));
}

function without(entry: Entry, names: readonly string[]): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)));
}
