import { CHANNELS } from '../channels/registry.ts';
import { CHANNEL_EVENTS, type ChannelKind } from '../core/alert.ts';
import type { QuietHours } from '../core/quiet.ts';
import type { Session } from '../web/env.ts';
import { type Form, textOf } from '../web/forms.ts';
import { fieldNames, shownConfig } from './channel-input.ts';
import type { ChannelRow } from './queries.ts';

/** The form as an input of the API. What is not in it stays out; numbers that are none stay text and are refused. */
export function inputOfForm(form: Form, kind: ChannelKind) {
  const text = (name: string) => textOf(form, name);
  const list = (name: string) => [form[name] ?? []].flat().filter((one) => one !== '');
  const config: Record<string, unknown> = {};
  for (const name of fieldNames(kind)) {
    if (`config.${name}` in form)
      config[name] = name === 'to' && kind === 'email' ? addresses(form) : form[`config.${name}`];
  }
  // Left empty, a key stays as it is: taking it away has a box of its own.
  for (const name of fieldNames(kind)) if (text(`remove.${name}`) === 'true') config[name] = null;
  // A chat chosen among those found; its number is typed otherwise.
  if (kind === 'telegram' && text('chat') !== '') config['chat_id'] = text('chat');
  const from = text('quiet.hours.from').trim();
  const to = text('quiet.hours.to').trim();
  const days = list('quiet.days').map(Number);
  const hours = from === '' && to === '' ? null : { from, to };
  const pace = text('per_minute').trim();
  return {
    kind,
    config,
    name: text('name').trim() === '' ? undefined : text('name'),
    is_default: text('is_default') === 'true',
    events: 'events' in form ? list('events') : undefined,
    tags: 'tags' in form ? text('tags').split(',') : undefined,
    quiet:
      'quiet.timezone' in form
        ? hours === null && days.length === 0
          ? null
          : { timezone: text('quiet.timezone'), hours, days }
        : undefined,
    per_minute: 'per_minute' in form ? (pace === '' ? null : Number(pace)) : undefined,
  };
}

/** Ticked people and those written down, one a line or between commas. */
function addresses(form: Form): string[] {
  const all = [form['config.to'] ?? []].flat().flatMap((text) => text.split(/[\n,;]/));
  return [...new Set(all.map((one) => one.trim()).filter((one) => one !== ''))];
}

/** What the form of a new channel begins with. */
export function freshValues(session: Session, kind: ChannelKind, timezone: string): Form {
  const values: Form = {
    is_default: 'true',
    attach_all: 'true',
    events: [...CHANNEL_EVENTS],
    'quiet.timezone': timezone,
    'config.to': kind === 'email' ? [session.user.email] : [],
  };
  for (const field of CHANNELS[kind].fields) {
    const preset = presetOf(kind, field.name);
    if (preset !== '') values[`config.${field.name}`] = preset;
  }
  return values;
}

/** What a kind fills in itself where nothing is said, as far as it tells without the rest of its settings. */
function presetOf(kind: ChannelKind, name: string): string {
  const field = CHANNELS[kind].fields.find((one) => one.name === name);
  if (field?.type === 'select') return field.options?.[0]?.value ?? '';
  return field?.type === 'checkbox' && name === 'use_tls' ? 'true' : '';
}

/** A channel as its inputs show it: what opens doors is blank. */
export function storedValues(channel: ChannelRow): Form {
  const { kind, quiet, events, tags, per_minute: pace } = channel;
  const values: Form = {
    name: channel.name,
    is_default: String(channel.is_default),
    events: events ?? [...CHANNEL_EVENTS],
    tags: tags.join(', '),
    per_minute: pace === null ? '' : String(pace),
    ...quietValues(quiet),
  };
  const shown = shownConfig(kind, channel.config);
  for (const field of CHANNELS[kind].fields) {
    const value = field.secret ? '' : shown[field.name];
    values[`config.${field.name}`] = inputText(value);
  }
  if (kind === 'email') values['config.to'] = CHANNELS.email.recipients(channel.config)?.slice() ?? [];
  return values;
}

function quietValues(quiet: QuietHours | null): Form {
  return {
    'quiet.timezone': quiet?.timezone ?? '',
    'quiet.hours.from': quiet?.hours?.from ?? '',
    'quiet.hours.to': quiet?.hours?.to ?? '',
    'quiet.days': (quiet?.days ?? []).map(String),
  };
}

/** A stored value as its input shows it: headers one a line, switches as `true`, nothing as blank. */
function inputText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, text]) => `${name}: ${String(text)}`)
    .join('\n');
}
