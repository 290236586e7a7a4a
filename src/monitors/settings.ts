import { z } from '@hono/zod-openapi';
import type { AnyCheck } from '../checks/check.ts';
import { CHECKS } from '../checks/registry.ts';
import { keepSecrets } from '../core/secrets.ts';
import type { Config } from '../config.ts';
import { AppError, type FieldError } from '../core/errors.ts';
import { managedInput } from '../core/managed.ts';
import { KINDS, type Kind } from '../core/monitor.ts';
import { PLAN, type Plan } from '../core/plan.ts';
import { fieldErrors } from '../web/forms.ts';
import type { MonitorRow } from './queries.ts';

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const oneLine = (max: number, sentence: string) =>
  z
    .string()
    .transform((text) => text.replace(CONTROL, ' ').trim())
    .pipe(z.string().max(max, sentence));
/** What another product may have made: a UUID, or Uptime Kuma's 32 letters and digits. */
export const PING_TOKEN = /^[A-Za-z0-9_-]{16,64}$/;
const whole = (min: number, max: number) =>
  z
    .int(`This must be a whole number from ${min} to ${max}.`)
    .min(min, `This must be at least ${min}.`)
    .max(max, `This must be at most ${max}.`);

/** Everything a person may say of a monitor; what is left out keeps its value or its preset. */
export const MonitorInput = z
  .object({
    name: oneLine(100, 'A name has at most 100 characters.').openapi({
      description: 'Made from the target when left out.',
    }),
    type: z.enum(KINDS),
    target: z.string().max(2048, 'This is longer than any address: 2048 characters at most.').openapi({
      description:
        'A URL for `http` and `websocket`, `host:port` for `tcp`, `grpc` and `smtp`, a host for `ping`, `ssl` and `domain`, a name for `dns`, nothing for `heartbeat` and `group`.',
    }),
    url: z
      .string()
      .max(2048, 'This is longer than any address: 2048 characters at most.')
      .openapi({ description: 'Another name of `target`.' }),
    config: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'The settings of the type. A masked value sent back stays as it was.' }),
    interval_seconds: whole(30, 86_400).openapi({ example: 300 }),
    timeout_seconds: whole(5, 120).openapi({ example: 30 }),
    retries: whole(1, 10).openapi({ description: 'Tries inside one check before it counts as failed.' }),
    failure_threshold: whole(1, 20).openapi({ description: 'Failed checks in a row that open an incident.' }),
    recovery_threshold: whole(1, 20).openapi({ description: 'Good checks in a row that end it.' }),
    flap_detection: z
      .boolean()
      .openapi({ description: 'While it goes up and down all the time, one alert instead of many.' }),
    /** While it is down: another message this often. Null is never. */
    remind_every_minutes: whole(5, 1_440).nullable().openapi({
      description: 'While it is down, another message this often; null is never. It leaves with the next result.',
    }),
    /** Null for none, as an empty choice of the form is. */
    parent_id: z.string().max(60).nullable().openapi({
      description: 'The monitor this one depends on. While that one is down nobody is told of this one.',
    }),
    escalation_id: z.string().max(60).nullable().openapi({
      description: 'Who else is told while nobody acknowledges: an escalation policy of the account.',
    }),
    public: z
      .boolean()
      .openapi({ description: 'Whether status pages may show it; it then joins the first page of the account.' }),
    paused: z.boolean(),
    tags: z
      .array(oneLine(40, 'A tag has at most 40 characters.'))
      .max(20, 'A monitor has at most 20 tags.')
      .transform((tags) => [...new Set(tags.filter((tag) => tag !== ''))]),
    channel_ids: z.array(z.string().max(60)).max(50, 'A monitor has at most 50 channels.'),
    /** The secret part of a ping address that jobs use already, brought along from another monitor. */
    ping_token: z.string().regex(PING_TOKEN, 'A token has 16 to 64 letters, digits, hyphens and underscores.'),
    ...managedInput,
  })
  .partial()
  .strict()
  .openapi('MonitorInput', {
    example: {
      name: 'Shop',
      type: 'http',
      target: 'https://shop.example.com/',
      interval_seconds: 300,
      config: { expected_status: '200-399', keyword: 'Basket' },
    },
  });
export type MonitorInput = z.infer<typeof MonitorInput>;

/** A monitor's settings, complete and checked; secrets as they are stored. */
export interface Settings {
  name: string;
  kind: Kind;
  target: string;
  config: Record<string, unknown>;
  interval_seconds: number;
  timeout_seconds: number;
  retries: number;
  failure_threshold: number;
  recovery_threshold: number;
  flap_detection: boolean;
  remind_every_minutes: number | null;
  public: boolean;
  tags: string[];
}

/** What a new monitor has where nothing is said: the operator's presets, within the plan. */
export function presets(config: Config, plan: Plan, kind: Kind = 'http'): Omit<Settings, 'name' | 'target'> {
  return {
    kind,
    config: {},
    interval_seconds: Math.max(config.defaultIntervalSeconds, PLAN[plan].interval),
    timeout_seconds: config.defaultTimeoutSeconds,
    retries: 1,
    // What the server knows of itself needs no second look.
    failure_threshold: CHECKS[kind].needs === null ? config.failureThreshold : 1,
    recovery_threshold: 1,
    flap_detection: true,
    remind_every_minutes: null,
    public: false,
    tags: [],
  };
}

/** The settings of a stored monitor. */
export function settingsOf(row: MonitorRow): Settings {
  const { name, kind, target, config, interval_seconds, timeout_seconds, retries } = row;
  const { failure_threshold, recovery_threshold, flap_detection, remind_every_minutes, tags } = row;
  const thresholds = { failure_threshold, recovery_threshold, flap_detection, remind_every_minutes };
  return {
    name,
    kind,
    target,
    config,
    interval_seconds,
    timeout_seconds,
    retries,
    ...thresholds,
    public: row.public,
    tags,
  };
}

/**
 * Lays `input` over `base` and checks the whole with the rules of its kind. Throws `AppError` `invalid` that names
 * every field at fault. `stored` is the config whose secrets a mask in the input stands for.
 */
export function completeSettings(
  input: MonitorInput,
  base: Omit<Settings, 'name' | 'target'> & { name?: string; target?: string },
  stored: Record<string, unknown> | null,
): Settings {
  const kind = input.type ?? base.kind;
  const check = CHECKS[kind];
  const faults: FieldError[] = [];
  const given = input.target ?? input.url ?? base.target ?? '';
  if (input.url !== undefined && input.url !== given) {
    faults.push({ field: 'url', message: 'Another name of "target", which says something else: send one of them.' });
  }
  const target = parseTarget(check, given, faults);
  // Another kind shares no setting with the one before.
  const before = kind === base.kind ? check.readConfig(base.config) : {};
  const config = parseConfig(check, { ...before, ...input.config }, kind === base.kind ? (stored ?? {}) : {}, faults);
  const name = input.name || base.name || proposedName(check, target);
  const settings = {
    kind,
    name,
    target,
    config,
    interval_seconds: input.interval_seconds ?? base.interval_seconds,
    timeout_seconds: input.timeout_seconds ?? base.timeout_seconds,
    retries: input.retries ?? base.retries,
    failure_threshold: input.failure_threshold ?? base.failure_threshold,
    recovery_threshold: input.recovery_threshold ?? base.recovery_threshold,
    flap_detection: input.flap_detection ?? base.flap_detection,
    remind_every_minutes:
      input.remind_every_minutes === undefined ? base.remind_every_minutes : input.remind_every_minutes,
    public: input.public ?? base.public,
    tags: input.tags ?? base.tags,
  };
  if (settings.interval_seconds > check.longestIntervalSeconds) {
    const message = `This must be at most ${check.longestIntervalSeconds}.`;
    faults.push({ field: 'interval_seconds', message });
  }
  if (settings.timeout_seconds > settings.interval_seconds) {
    faults.push({
      field: 'timeout_seconds',
      message: 'A check must be over before the next one: at most the interval.',
    });
  }
  if (faults.length > 0) throw new AppError('invalid', faults[0]?.message ?? '', { fields: faults });
  return settings;
}

function parseTarget(check: AnyCheck, given: string, faults: FieldError[]): string {
  const parsed = check.parseTarget(given);
  if ('target' in parsed) return parsed.target;
  faults.push({ field: 'target', message: parsed.problem });
  return given;
}

function parseConfig(
  check: AnyCheck,
  input: Record<string, unknown>,
  stored: Record<string, unknown>,
  faults: FieldError[],
): Record<string, unknown> {
  try {
    return check.parseConfig(keepSecrets(check, input, stored));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    for (const { field, message } of fieldErrors(error))
      faults.push({ field: field === '' ? 'config' : `config.${field}`, message });
    return {};
  }
}

/** What to call a monitor nobody named: the host with its path if there is one, and what is watched of it. */
export function proposedName({ label, noun }: AnyCheck, target: string): string {
  if (target === '') return label;
  return [URL.canParse(target) ? hostAndPath(new URL(target)) : target, noun].filter(Boolean).join(' ').slice(0, 100);
}

function hostAndPath({ host, pathname, href }: URL): string {
  // "db.example:5432" parses as a URL whose scheme is the host's name.
  return host === '' ? href : `${host.replace(/^www\./, '')}${pathname === '/' ? '' : pathname}`;
}
