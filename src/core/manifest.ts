import { z } from 'zod';
import { CHANNEL_EVENTS, CHANNEL_KINDS } from './alert.ts';
import { MOST_STEPS } from './escalation.ts';
import { LANGUAGES } from './language.ts';
import { KINDS } from './monitor.ts';
import { appearance, MANUAL_STATUSES, VISIBILITIES } from './page.ts';
import { quietHours } from './quiet.ts';
import { slugProblem } from './slug.ts';
import { isZone } from './zone.ts';

/** Parts of a settings file, in the order one may name the other. */
export const PARTS = ['channels', 'escalations', 'monitors', 'pages'] as const;
export type Part = (typeof PARTS)[number];

/** What an entry is called inside the file, and by the mark on what it made. */
export const KEY = /^[a-z0-9][a-z0-9-]{0,62}$/;
const key = z
  .string('Name an entry of this file by its key.')
  .regex(KEY, 'A key has small letters, digits and hyphens.');

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const DURATION = /^(\d{1,6})([smhd])$/;

/** Seconds, or a word such as `60s`, `5m` or `1h`. */
const seconds = (min: number, max: number) => {
  const sentence = `Must be ${durationWord(min)} to ${durationWord(max)}, written as 60s, 5m or a number of seconds.`;
  return z
    .union([z.number(), z.string().transform(secondsOf)], sentence)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, sentence);
};

function secondsOf(word: string): number {
  const [, count = '', unit = 's'] = DURATION.exec(word.trim()) ?? [];
  return count === '' ? Number.NaN : Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

/** The shortest whole word for a number of seconds: `90s`, `5m`, `1h`. */
export function durationWord(value: number): string {
  const unit = (['d', 'h', 'm'] as const).find((one) => value >= SECONDS[one] && value % SECONDS[one] === 0) ?? 's';
  return `${value / SECONDS[unit]}${unit}`;
}

/** An object that refuses every other field by name; one line for each of them. */
function exact<const S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return 'Must be a list of fields and their values.';
      return issue.keys.map((name) => unknownField(name, Object.keys(shape))).join('\n');
    },
  });
}

const text = (most: number) => z.string('Must be text.').trim().max(most, `Use at most ${most} characters.`);
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const line = (most: number) =>
  text(most).refine((value) => !CONTROL.test(value), 'Must be one line without control characters.');
const name = (most: number) => line(most).min(1, 'Give it a name.');
const whole = (min: number, max: number) => {
  const sentence = `Must be a whole number from ${min} to ${max}.`;
  return z.int(sentence).min(min, sentence).max(max, sentence);
};
const yes = z.boolean('Must be true or false.');
const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, `Must be one of: ${words.join(', ')}.`);
/** Nothing, said as null or as an empty text. */
const orNull = (schema: z.ZodType<string>) =>
  schema
    .nullable()
    .transform((value) => value || null)
    .optional();
const list = <T extends z.ZodType>(item: T, most: number) =>
  z.array(item, 'Must be a list.').max(most, `At most ${most} fit.`);
const distinct = (values: string[]) => [...new Set(values.filter((value) => value !== ''))];
const tags = list(line(40), 20).transform(distinct);
const keys = list(key, 50).transform(distinct);
const config = z.record(z.string(), z.unknown(), 'Must be a list of settings and their values.');

const channel = exact({
  kind: oneOf(CHANNEL_KINDS),
  name: name(80),
  config,
  enabled: yes.optional(),
  is_default: yes.optional(),
  events: list(oneOf(CHANNEL_EVENTS), CHANNEL_EVENTS.length)
    .min(1, 'Choose at least one, or switch the channel off.')
    .transform((chosen) => {
      const kept = CHANNEL_EVENTS.filter((event) => chosen.includes(event));
      return kept.length === CHANNEL_EVENTS.length ? null : kept;
    })
    .nullable()
    .optional(),
  tags: tags.optional(),
  quiet: quietHours.nullable().optional(),
  per_minute: whole(1, 60).nullable().optional(),
});

const escalation = exact({
  name: name(80),
  steps: list(exact({ after_minutes: whole(0, 1_440), channels: keys }), MOST_STEPS).min(
    1,
    'It needs at least one step.',
  ),
});

const monitor = exact({
  name: name(100),
  type: oneOf(KINDS),
  target: text(2_048).optional(),
  config: config.optional(),
  interval: seconds(30, 86_400).optional(),
  timeout: seconds(5, 120).optional(),
  retries: whole(1, 10).optional(),
  failure_threshold: whole(1, 20).optional(),
  recovery_threshold: whole(1, 20).optional(),
  flap_detection: yes.optional(),
  remind_every_minutes: whole(5, 1_440).nullable().optional(),
  parent: key.nullable().optional(),
  escalation: key.nullable().optional(),
  channels: keys.optional(),
  tags: tags.optional(),
  public: yes.optional(),
  paused: yes.optional(),
  ping_token: z
    .string('Must be text.')
    .regex(/^[A-Za-z0-9_-]{16,64}$/, 'A token has 16 to 64 letters, digits, hyphens and underscores.')
    .optional(),
});

/** A line of a page: a monitor, a group with lines of its own, or one set by hand. */
export interface Line {
  monitor?: string | undefined;
  group?: string | undefined;
  manual?: string | undefined;
  name?: string | null | undefined;
  description?: string | null | undefined;
  status?: (typeof MANUAL_STATUSES)[number] | undefined;
  show_uptime?: boolean | undefined;
  show_chart?: boolean | undefined;
  members_only?: boolean | undefined;
  components?: Line[] | undefined;
}

const component: z.ZodType<Line> = exact({
  monitor: key.optional(),
  group: name(80).optional(),
  manual: name(80).optional(),
  name: name(80).nullable().optional(),
  description: orNull(text(200)),
  status: oneOf(MANUAL_STATUSES).optional(),
  show_uptime: yes.optional(),
  show_chart: yes.optional(),
  members_only: yes.optional(),
  components: z.lazy(() => list(component, 500)).optional(),
}).superRefine((said, ctx) => {
  const named = (['monitor', 'group', 'manual'] as const).filter((one) => said[one] !== undefined);
  const refuse = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message });
  if (named.length !== 1) refuse([], 'Say one of: monitor, group or manual.');
  if (said.components && said.group === undefined) refuse(['components'], 'Only a group holds other lines.');
  if (said.status && said.manual === undefined) refuse(['status'], 'Only a line set by hand has a status here.');
  if (said.name && said.monitor === undefined) refuse(['name'], 'Its name stands in the first field already.');
});
const page = exact({
  slug: z.string('Choose an address for the page.').superRefine((slug, ctx) => {
    const message = slugProblem(slug);
    if (message !== null) ctx.addIssue({ code: 'custom', message });
  }),
  title: name(80),
  description: orNull(text(300)),
  branding: yes.optional(),
  timezone: z.string('Must be text.').refine(isZone, 'There is no such time zone.').optional(),
  language: oneOf(LANGUAGES).optional(),
  hidden_from_search: yes.optional(),
  auto_report: oneOf(['none', 'draft', 'publish']).optional(),
  appearance: appearance.optional(),
  visibility: oneOf(VISIBILITIES).optional(),
  password: z.string('Must be text.').min(1).max(200).optional(),
  components: list(component, 500).optional(),
});

const entries = <T extends z.ZodType>(entry: T) =>
  z
    .record(z.string(), entry, 'Must be a list of entries, each under a key of its own.')
    .superRefine((all, ctx) => {
      for (const name of Object.keys(all)) {
        if (KEY.test(name)) continue;
        const message =
          'A key begins with a small letter or digit and has small letters, digits and hyphens, 63 at most.';
        ctx.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .default({});

/** The whole file as it is written, placeholders filled in. What an entry leaves out is not the file's business. */
export const manifest = exact({
  version: z.literal(1, 'Must be 1: this is the only version there is.'),
  channels: entries(channel),
  escalations: entries(escalation),
  monitors: entries(monitor),
  pages: entries(page),
});
export type Manifest = z.infer<typeof manifest>;
export type ChannelEntry = z.infer<typeof channel>;
export type MonitorEntry = z.infer<typeof monitor>;
/** Any entry, field by field. */
export type Entry = Record<string, unknown>;

/** A sentence about a field nobody knows, with the one that was probably meant. */
export function unknownField(given: string, known: readonly string[]): string {
  const near = closest(given, known);
  return `There is no field "${given.slice(0, 60)}".${near === null ? '' : ` Did you mean "${near}"?`}`;
}

/** The word that is nearest to what was typed, or null when none is near. */
export function closest(given: string, known: readonly string[]): string | null {
  const begun = known.find(
    (word) => word.length > 2 && (given.startsWith(word) || (given.length > 2 && word.startsWith(given))),
  );
  if (begun !== undefined) return begun;
  const [best] = known
    .map((word) => ({ word, far: distance(given.slice(0, 40).toLowerCase(), word) }))
    .toSorted((a, b) => a.far - b.far);
  return best && best.far <= Math.floor(best.word.length / 3) ? best.word : null;
}

/** How many letters have to be changed, added or taken away (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A key for something that has only a name: `Web shop (EU)` becomes `web-shop-eu`, with a number if that is taken. */
export function keyFor(name: string, fallback: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 56)
    .replace(/^-|-$/g, '');
  const base = plain === '' ? fallback : plain;
  if (!taken.has(base)) return base;
  for (let i = 2; ; i += 1) if (!taken.has(`${base}-${i}`)) return `${base}-${i}`;
}
