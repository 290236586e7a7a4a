import { randomUUID } from 'node:crypto';
import { ApiProblem, take } from '../../clients/ts/client.ts';
import { AppError } from '../core/errors.ts';
import type { Entry, Line, Part } from '../core/manifest.ts';
import { apiName, fileName } from './fields.ts';
import type { Path } from './places.ts';
import { idWord, type Plan, type Step } from './plan.ts';
import { walkLines } from './references.ts';
import { type Client, type Held, readOne } from './server.ts';
import type { Fault } from './source.ts';

/** How far an apply is: `number` of `total` steps, counted from one. */
export interface Progress {
  step: Step;
  number: number;
  total: number;
}

/** What an apply did: everything before `failed` is done and stays, what comes after was not tried. */
export interface Outcome {
  done: Step[];
  failed: { step: Step; message: string; faults: Fault[] } | null;
  left: Step[];
}

/**
 * Carries a plan out, one request after the other, and stops at the first that fails. Nothing is undone: another plan
 * of the same file holds what is left. `onStep` hears of each step when it is done.
 */
export async function applyPlan(client: Client, plan: Plan, onStep: (progress: Progress) => void): Promise<Outcome> {
  const ids = new Map(plan.ids);
  const done: Step[] = [];
  const [steps, total] = [plan.steps, plan.steps.length];
  const tried = async (step: Step, act: () => Promise<void>): Promise<Outcome | null> => {
    try {
      await act();
      return null;
    } catch (error) {
      return { done, failed: { step, ...failure(error, step, plan) }, left: steps.slice(done.length + 1) };
    }
  };
  for (const step of steps) {
    const failed = await tried(step, () => carryOut(client, step, ids, plan));
    if (failed) return failed;
    done.push(step);
    onStep({ step, number: done.length, total });
  }
  const [last] = steps.filter(({ part, sent }) => part === 'monitors' && sent['public'] === true);
  const failed = last && (await tried(last, () => settlePages(client, plan, ids)));
  return failed ?? { done, failed: null, left: [] };
}

/** A monitor that becomes public is put on the first page by the server; pages of the file are as the file says. */
async function settlePages(client: Client, plan: Plan, ids: ReadonlyMap<string, string>): Promise<void> {
  for (const [key, { components }] of Object.entries(plan.file.manifest.pages)) {
    const id = ids.get(idWord('pages', key));
    const own = plan.steps.some((step) => step.part === 'pages' && step.key === key && 'components' in step.sent);
    if (!components || !id || own) continue;
    const { held, tag } = await patiently(() => readOne(client, { part: 'pages', id }));
    await send(client, held, tag, { components: flatLines(components, heldLines(held), ids) });
  }
}

async function carryOut(client: Client, step: Step, ids: Map<string, string>, plan: Plan): Promise<void> {
  const { part, key, held } = step;
  const mark = part === 'escalations' || plan.unmarked ? {} : { managed_key: key, managed_fields: step.fields };
  if (held === null) {
    const made = await create(client, part, { ...bodyOf(step, ids, []), ...mark });
    ids.set(idWord(part, key), made);
    return;
  }
  const { held: now, tag } = await patiently(() => readOne(client, held));
  if (isOther(held, now, plan)) throw new ChangedMeanwhile();
  if (step.action === 'delete') await remove(client, held, tag);
  else await send(client, held, tag, { ...bodyOf(step, ids, heldLines(now)), ...mark });
}

/** Somebody else was there between plan and apply. */
class ChangedMeanwhile extends Error {
  constructor() {
    super('Somebody changed this after the plan was made. Look at a new plan first.');
  }
}

/** Lines of a page may have come by an earlier step of the same plan. */
function isOther(before: Held, now: Held, plan: Plan): boolean {
  const seen = ({ key, fields, entry }: Held): string => {
    const { components: _lines, ...rest } = entry;
    return JSON.stringify([key, fields, plan.steps.length > 1 ? rest : entry]);
  };
  return seen(before) !== seen(now);
}

/** The fields of a step as the API takes them, keys replaced by ids. */
function bodyOf({ part, sent }: Step, ids: ReadonlyMap<string, string>, lines: readonly Line[]): Entry {
  const id = (to: Part, key: unknown): string => ids.get(idWord(to, String(key))) ?? String(key);
  const body: Entry = {};
  for (const [field, value] of Object.entries(sent)) {
    const name = apiName(field);
    if (field === 'channels') body[name] = (value as string[]).map((key) => id('channels', key));
    else if (field === 'parent') body[name] = value && id('monitors', value);
    else if (field === 'escalation') body[name] = value && id('escalations', value);
    else if (field === 'components') body[name] = flatLines(value as Line[], lines, ids);
    else if (field === 'steps') body[name] = (value as Entry[]).map((step) => stepBody(step, id));
    else body[name] = value;
  }
  const config = body['config'] as Entry | undefined;
  if (part === 'monitors' && Array.isArray(config?.['members'])) {
    body['config'] = { ...config, members: config['members'].map((key) => id('monitors', key)) };
  }
  return body;
}

function stepBody({ after_minutes, channels }: Entry, id: (to: Part, key: unknown) => string): Entry {
  return { after_minutes, channel_ids: (channels as string[]).map((key) => id('channels', key)) };
}

function heldLines({ entry }: Held): Line[] {
  return (entry['components'] ?? []) as Line[];
}

/** What a line without a monitor is known by on its page. */
function lineWord(line: Line, parent: Line | null): string {
  const kind = line.group === undefined ? 'manual' : 'group';
  return [parent?.group ?? '', kind, line.group ?? line.manual ?? ''].join('\n');
}

/** Lines as the API takes them: one list, each with the group it is in. A group or hand-set line keeps its id by its name. */
function flatLines(lines: readonly Line[], held: readonly Line[], ids: ReadonlyMap<string, string>): Entry[] {
  const known = new Map(
    walkLines(held, []).map(({ line, parent }) => [lineWord(line, parent), (line as Line & { id: string }).id]),
  );
  const own = new Map<Line, string>();
  return walkLines(lines, []).map(({ line, parent }, i) => {
    const found = line.monitor === undefined ? known.get(lineWord(line, parent)) : undefined;
    if (found !== undefined) known.delete(lineWord(line, parent));
    const id = found ?? `new-${i}`;
    own.set(line, id);
    return {
      ...(line.monitor === undefined
        ? { id }
        : { monitor_id: ids.get(idWord('monitors', line.monitor)) ?? line.monitor }),
      kind: line.monitor === undefined ? (line.group === undefined ? 'manual' : 'group') : 'monitor',
      group_id: parent ? (own.get(parent) ?? null) : null,
      name: line.group ?? line.manual ?? line.name ?? null,
      description: line.description ?? null,
      ...(line.manual === undefined ? {} : { manual_status: line.status ?? 'operational' }),
      show_uptime: line.show_uptime ?? true,
      show_chart: line.show_chart ?? false,
      members_only: line.members_only ?? false,
    };
  });
}

/**
 * A body made of fields that were checked against the file's schema and are named as the API names them; the API
 * checks each again, and says which one does not fit.
 */
function checked(body: Entry): never {
  return body as never;
}

/** Makes it and returns its id. The key lets a request that was sent twice count once. */
async function create(client: Client, part: Part, entry: Entry): Promise<string> {
  const made = { body: checked(entry), headers: { 'Idempotency-Key': randomUUID() } };
  return patiently(async () => {
    if (part === 'channels') return (await take(client.POST('/api/channels', made))).id;
    if (part === 'escalations') return (await take(client.POST('/api/escalation-policies', made))).id;
    if (part === 'monitors') return (await take(client.POST('/api/monitors', made))).id;
    return (await take(client.POST('/api/status-pages', made))).id;
  });
}

/** Changes what is still as `tag` says; somebody else's change in between is a 412, not lost. */
async function send(client: Client, { part, id }: Held, tag: string | null, entry: Entry): Promise<void> {
  const changed = { params: { path: { id } }, body: checked(entry), headers: matching(tag) };
  await patiently(async () => {
    if (part === 'channels') await take(client.PATCH('/api/channels/{id}', changed));
    else if (part === 'escalations') await take(client.PATCH('/api/escalation-policies/{id}', changed));
    else if (part === 'monitors') await take(client.PATCH('/api/monitors/{id}', changed));
    else await take(client.PATCH('/api/status-pages/{id}', changed));
  });
}

async function remove(client: Client, { part, id }: Held, tag: string | null): Promise<void> {
  const named = { params: { path: { id } }, headers: matching(tag) };
  await patiently(async () => {
    if (part === 'channels') await take(client.DELETE('/api/channels/{id}', named));
    else if (part === 'escalations') await take(client.DELETE('/api/escalation-policies/{id}', named));
    else if (part === 'monitors') await take(client.DELETE('/api/monitors/{id}', named));
    else await take(client.DELETE('/api/status-pages/{id}', named));
  });
}

function matching(tag: string | null): Record<string, string> {
  return tag === null ? {} : { 'If-Match': tag };
}

const MOST_TRIES = 10;
const LONGEST_WAIT_SECONDS = 60;

/** A server that asks for patience gets it. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const wait = error instanceof ApiProblem && error.status === 429 ? error.retryAfter : null;
      if (wait === null || wait > LONGEST_WAIT_SECONDS || tries >= MOST_TRIES) throw error;
      await new Promise((done) => setTimeout(done, wait * 1_000));
    }
  }
}

/** A sentence for a server that was not reached; null for every other error. What `fetch` throws says why in its cause. */
export function unreachable(error: unknown): string | null {
  if (!(error instanceof TypeError) || !/^(fetch failed|terminated)$/.test(error.message)) return null;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no answer';
  return `The server cannot be reached: ${(cause instanceof Error && cause.message) || code}`;
}

/** Why a step failed, with the place in the file of each field the API names. Faults of ours are thrown on. */
function failure(error: unknown, step: Step, { file }: Plan): { message: string; faults: Fault[] } {
  const place = (path: Path) => file.at([step.part, step.key, ...path]);
  const away = unreachable(error);
  if (away !== null) return { message: away, faults: [] };
  if (error instanceof AppError || error instanceof ChangedMeanwhile) return { message: error.message, faults: [] };
  if (!(error instanceof ApiProblem)) throw error;
  const inFile = step.action !== 'delete';
  const faults = inFile
    ? error.errors.map(({ field, message }) => ({ ...place(pathOf(step, field)), message: `${field}: ${message}` }))
    : [];
  return { message: error.detail, faults };
}

/** `components.3.name` counts the lines of all groups in one list; everything else is only named in another way. */
function pathOf({ sent }: Step, field: string): Path {
  const [first = '', second = '', ...rest] = field.split('.');
  if (first === 'components' && /^\d+$/.test(second)) {
    const line = walkLines((sent['components'] ?? []) as Line[], ['components'])[Number(second)];
    const named = rest[0] === 'monitor_id' ? ['monitor'] : rest;
    return line ? [...line.path, ...named] : ['components'];
  }
  return [fileName(first), ...(second === '' ? [] : [second]), ...rest];
}
