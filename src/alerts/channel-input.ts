import { z } from '@hono/zod-openapi';
import { CHANNELS } from '../channels/registry.ts';
import { CHANNEL_EVENTS, CHANNEL_KINDS, type ChannelKind } from '../core/alert.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { managedInput } from '../core/managed.ts';
import { allows, type Plan, PLAN, planFor } from '../core/plan.ts';
import { quietHours } from '../core/quiet.ts';
import { isSensitive, keepSecrets, MASK, maskConfig } from '../core/secrets.ts';
import { MINUTE } from '../core/time.ts';
import { fieldErrors } from '../web/forms.ts';

type Settings = Record<string, unknown>;

/** Messages a minute a channel may be given; without a number of its own it has the preset. */
export const PACE = { min: 1, max: 60, preset: 6 };

const paceWords = `Must be a whole number from ${PACE.min} to ${PACE.max}.`;

const settings = {
  name: z.string().trim().min(1, 'Give the channel a name.').max(80, 'Use at most 80 characters.').optional(),
  enabled: z.boolean().optional(),
  is_default: z.boolean().optional().openapi({ description: 'New monitors get it.' }),
  events: z
    .array(z.enum(CHANNEL_EVENTS, `Must be some of: ${CHANNEL_EVENTS.join(', ')}.`))
    .min(1, 'Choose at least one, or switch the channel off.')
    .transform((events) => {
      const chosen = CHANNEL_EVENTS.filter((event) => events.includes(event));
      return chosen.length === CHANNEL_EVENTS.length ? null : chosen;
    })
    .nullable()
    .optional()
    .openapi({ description: 'What it is told of; null is everything.' }),
  tags: z
    .array(z.string().trim().max(40, 'A tag has at most 40 characters.'))
    .max(20, 'A channel has at most 20 tags.')
    .transform((tags) => [...new Set(tags.filter((tag) => tag !== ''))])
    .optional()
    .openapi({ description: 'It also gets the alerts of monitors with one of these tags.' }),
  quiet: quietHours
    .nullable()
    .optional()
    .openapi({
      description:
        'When nothing is sent: every day between two times of `timezone`, and whole days of the week (1 is Monday). What is due then leaves afterwards as one message.',
      example: { timezone: 'Europe/Berlin', hours: { from: '22:00', to: '07:00' }, days: [6, 7] },
    }),
  per_minute: z
    .int(paceWords)
    .min(PACE.min, paceWords)
    .max(PACE.max, paceWords)
    .nullable()
    .optional()
    .openapi({ description: `Messages a minute; what is beyond is merged. Null is the preset, ${PACE.preset}.` }),
  ...managedInput,
};

const config = z.record(z.string(), z.unknown(), 'Say where it leads.').openapi({
  description: `The settings of the kind. ${CHANNEL_KINDS.map(configWords).join(' ')} A masked value sent back stays as it was.`,
  example: { url: 'https://example.com/hook', method: 'POST', headers: {}, timeout_seconds: 30 },
});

function configWords(kind: ChannelKind): string {
  const names = fieldNames(kind).map((name) => `\`${name}\``);
  return `For \`${kind}\`: ${names.join(', ')}.`;
}

/** What a channel is made of. Presets: named after its address, enabled, given to new monitors, told of everything. */
export const ChannelInput = z
  .strictObject({ kind: z.string('Say which kind of channel it is.'), ...settings, config })
  .openapi('ChannelInput', {
    example: { kind: 'webhook', name: 'Our hook', config: { url: 'https://example.com/hook' } },
  });
export type ChannelInput = z.infer<typeof ChannelInput>;

/** What may be changed of a channel; what is left out stays. */
export const ChannelPatch = z
  .strictObject({ ...settings, config: config.optional() })
  .openapi('ChannelPatch', { example: { enabled: false } });
export type ChannelPatch = z.infer<typeof ChannelPatch>;

/** Settings that are tried before they are saved; `id` is the channel whose stored secrets they go with. */
export const ChannelTrial = z
  .strictObject({ kind: z.string('Say which kind of channel it is.'), id: z.string().max(80).optional(), config })
  .openapi('ChannelTrial', { example: { kind: 'webhook', config: { url: 'https://example.com/hook' } } });
export type ChannelTrial = z.infer<typeof ChannelTrial>;

/** Tests by hand: enough to try things out, too few to bother anybody. */
export const HAND_TESTS = { max: 6, windowMs: MINUTE };

/** Label of the plan that opens this kind for an account on `plan`, or null when it has it. */
export function lockedKind(plan: Plan, kind: ChannelKind): string | null {
  const { feature } = CHANNELS[kind];
  return allows(plan, feature) ? null : PLAN[planFor(feature)].label;
}

/** Keys of a config that people fill in; what the product makes itself is not among them. */
export function fieldNames(kind: ChannelKind): string[] {
  const made = Object.keys(CHANNELS[kind].create());
  const names = CHANNELS[kind].fields.map(({ name }) => name).filter((name) => !made.includes(name));
  return kind === 'email' && !names.includes('to') ? ['to', ...names] : names;
}

/** A stored config as it may be shown: secrets masked, and nothing in it that has no field. */
export function shownConfig(kind: ChannelKind, stored: Settings): Settings {
  const names = new Set([...fieldNames(kind), ...CHANNELS[kind].fields.map(({ name }) => name)]);
  return Object.fromEntries(Object.entries(maskConfig(CHANNELS[kind], stored)).filter(([name]) => names.has(name)));
}

/**
 * The whole config of a channel: what was said over what is `stored` (null: a new one, which gets what the product
 * makes itself here). Masked values stay as they were. Throws `AppError` `invalid` with fields such as `config.url`.
 */
export function readConfig(kind: ChannelKind, input: Settings, stored: Settings | null): Settings {
  const channel = CHANNELS[kind];
  const made = stored ?? channel.create();
  const known = new Set(fieldNames(kind));
  for (const [name, value] of Object.entries(input)) {
    if (name in made && !known.has(name) && value !== MASK && value !== null) {
      throw invalidField(`config.${name}`, 'StatusPing chooses this itself.');
    }
  }
  const own = Object.fromEntries(Object.entries(input).filter(([name]) => known.has(name) || !(name in made)));
  const whole = keepSecrets(channel, { ...made, ...own }, made);
  try {
    const config = channel.parseConfig(whole);
    if (stored) refuseKeptKeys(kind, own, stored, config);
    return config;
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error;
    const fields = fieldErrors(error as z.ZodError).map(({ field, message }) => {
      const [name = ''] = field.split('.');
      const theirs = known.has(name) || (name !== '' && name in input);
      return { field: theirs ? `config.${name}` : 'config', message };
    });
    throw new AppError('invalid', fields[0]?.message ?? 'That could not be read.', { fields });
  }
}

/** A key that was left as it is does not follow to another server: whoever may edit could read it there. */
function refuseKeptKeys(kind: ChannelKind, input: Settings, stored: Settings, config: Settings): void {
  const known = serversOf(kind, stored);
  if (serversOf(kind, config).every((server) => known.includes(server))) return;
  const { fields } = CHANNELS[kind];
  for (const { name, type, secret } of fields.filter((field) => fieldNames(kind).includes(field.name))) {
    const [given, before] = [input[name], stored[name]];
    const blank = given === undefined || given === '' || given === MASK;
    const kept = secret ? blank && Boolean(before) : type === 'headers' && keepsHeader(given, before);
    if (kept) throw invalidField(`config.${name}`, 'Give this once more: it would go to another server now.');
  }
}

/** Servers a config names, by everything but its keys. */
function serversOf(kind: ChannelKind, config: Settings): string[] {
  const open = CHANNELS[kind].fields.filter(({ secret }) => secret !== true);
  return open.flatMap(({ name }) => {
    const value = config[name];
    if (typeof value !== 'string' || value === '') return [];
    if (name === 'smtp_server') return [value];
    return /^https?:/i.test(value) && URL.canParse(value) ? [new URL(value).host] : [];
  });
}

function keepsHeader(given: unknown, before: unknown): boolean {
  if (typeof before !== 'object' || before === null || Object.keys(before).length === 0) return false;
  if (given === undefined) return Object.keys(before).some(isSensitive);
  return (typeof given === 'string' ? given : JSON.stringify(given)).includes(MASK);
}
