import { oneLine } from './alert.ts';
import { isObject, type Losses, says, scalarText, WHOLE } from './import-draft.ts';

const UNKNOWN = 'StatusPing has nothing that corresponds to it.';

/**
 * The fields of one foreign thing. Each is taken, or reported: `close` names what nobody asked for, so that nothing is
 * lost without a word, fields of versions to come included.
 */
export class Sheet {
  readonly where: string;
  readonly #fields: Map<string, unknown>;
  readonly losses: Losses;

  constructor(where: string, value: unknown, losses: Losses) {
    this.where = where;
    this.#fields = new Map(isObject(value) ? Object.entries(value) : []);
    this.losses = losses;
  }

  /** The value as it stands; from now on it counts as carried over. */
  take(name: string): unknown {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value;
  }

  /** A text that is not blank, or null. Anything else under the name is reported. */
  text(name: string): string | null {
    const value = this.take(name);
    const text = scalarText(value);
    if (text === null && says(value)) this.lose(name, 'It is not text.');
    return text === null || text.trim() === '' ? null : text;
  }

  /** A finite number, also written as text, or null. Anything else is reported. */
  number(name: string): number | null {
    const value = this.take(name);
    if (!says(value) && value !== 0 && value !== '0') return null;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.lose(name, 'It is not a number.');
    return null;
  }

  /** A truth value, also written as 1 or text. */
  yes(name: string, preset = false): boolean {
    const value = this.take(name);
    if (value === null || value === undefined || value === '') return preset;
    return value === true || value === 1 || value === '1' || value === 'true';
  }

  /** A list; anything else that says something is reported. */
  list(name: string): unknown[] {
    const value = this.take(name);
    if (Array.isArray(value)) return value as unknown[];
    if (says(value)) this.lose(name, 'It is not a list.');
    return [];
  }

  /** Fields below a field. */
  below(name: string): Sheet {
    const value = this.take(name);
    if (says(value) && !isObject(value)) this.lose(name, 'It is not a list of fields.');
    return new Sheet(`${this.where}, ${name}`, value, this.losses);
  }

  /** Reports a field if it says anything else than what it is by itself. */
  drop(name: string, why: string, ...presets: unknown[]): void {
    const value = this.take(name);
    if (says(value) && !presets.some((preset) => JSON.stringify(preset) === JSON.stringify(value)))
      this.lose(name, why);
  }

  lose(what: string, why: string): void {
    this.losses.add(this.where, what, why);
  }

  /** The thing as a whole does not come over: its fields need no lines of their own. */
  loseAll(why: string): void {
    this.#fields.clear();
    this.losses.add(this.where, WHOLE, why);
  }

  /** Takes what is no setting: ids, times, results, addresses that follow from the rest. */
  skip(...names: string[]): void {
    for (const name of names) this.#fields.delete(name);
  }

  /** Reports every field that was not asked for and says something else than its `presets` do. */
  close(presets: Record<string, unknown> = {}, why = UNKNOWN): void {
    for (const name of Array.from(this.#fields.keys())) {
      this.drop(name, why, ...(Object.hasOwn(presets, name) ? [presets[name]] : []));
    }
  }
}

/** A name for people: one line, at most 100 characters, `fallback` where there is none. */
export function nameOf(sheet: Sheet, given: string | null, fallback: string, most = 100): string {
  const name = oneLine(given ?? '', most);
  if (given !== null && given.trim() !== name) sheet.lose('name', 'It was brought to one line of usual length.');
  return name === '' ? fallback : name;
}

/** Tags as they fit: one line of 40 characters each, 20 at most. */
export function tagsOf(sheet: Sheet, given: readonly string[], field = 'tags'): { tags?: string[] } {
  const tags = [...new Set(given.map((tag) => oneLine(tag, 40)).filter((tag) => tag !== ''))];
  if (given.some((tag) => tag.trim().length > 40)) sheet.lose(field, 'A tag has 40 characters at most.');
  if (tags.length > 20) sheet.lose(field, 'A monitor has 20 tags at most.');
  return tags.length === 0 ? {} : { tags: tags.slice(0, 20) };
}

/** `host:port`, an IPv6 address in brackets. */
export function hostPort(host: string | null, port: number | null): string {
  const name = (host ?? '').trim();
  return `${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port ?? ''}`;
}

/** A day, in seconds: no heartbeat is awaited more rarely by its interval. */
const DAY_SECONDS = 86_400;

/**
 * Interval and grace of a heartbeat whose pings may be `period` + `grace` seconds apart: what is more than a day of the
 * period goes into the grace, so that the alarm comes when it always came.
 */
export function heartbeatTimes(period: number, grace: number): { interval: number; grace_seconds: number } {
  const interval = Math.min(DAY_SECONDS, Math.max(30, Math.round(period)));
  return { interval, grace_seconds: Math.max(1, Math.round(period + grace - interval)) };
}

/** Statuses from 100 to 599 as the config of an HTTP check writes them: `200-399,404`. */
export function statusRanges(fits: (status: number) => boolean): string {
  const ranges: [number, number][] = [];
  for (let status = 100; status <= 599; status += 1) {
    if (!fits(status)) continue;
    const last = ranges.at(-1);
    if (last && last[1] === status - 1) last[1] = status;
    else ranges.push([status, status]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
