import { findAccount } from '../accounts/queries.ts';
import { telegramCode } from '../channels/telegram-chats.ts';
import { CHANNELS } from '../channels/registry.ts';
import { CHANNEL_EVENTS, CHANNEL_KINDS, type ChannelKind } from '../core/alert.ts';
import { emailKey } from '../core/email.ts';
import type { Field } from '../core/field.ts';
import { marksOf } from '../core/managed.ts';
import type { Deps } from '../deps.ts';
import { listTags } from '../monitors/queries.ts';
import type { Session } from '../web/env.ts';
import { type Form, headProblem, type Refusal, textOf } from '../web/forms.ts';
import { fieldNames, lockedKind, PACE } from './channel-input.ts';
import { freshValues, storedValues } from './channel-values.ts';
import type { FoundChats } from './chat-search.ts';
import { EVENT_CHOICES } from './event-words.ts';
import { type ChannelRow, listMemberAddresses } from './queries.ts';
import { quietFields } from './quiet-form.ts';
import type { TestResult } from './test-actions.ts';

/** A posted form with what came of it. */
export interface Attempt {
  form: Form;
  refusal?: Refusal;
  tested?: TestResult;
  found?: FoundChats;
}

const ICONS: Partial<Record<string, string>> = { email: 'mail', webhook: 'link', ntfy: 'phone', pushover: 'phone' };
const CHATS = ['slack', 'discord', 'telegram', 'teams'];

/** The kind a link or a form names, if there is one of that name. */
export function kindNamed(name: unknown): ChannelKind | null {
  return CHANNEL_KINDS.find((kind) => kind === name) ?? null;
}

/**
 * The channel form: of `channel` when there is one, else of a new channel of the kind the attempt names. After a
 * refusal or a test the person's own values stay in it.
 */
export async function loadChannelForm(deps: Deps, session: Session, channel: ChannelRow | null, attempt?: Attempt) {
  const { id: accountId, plan } = session.account;
  const db = deps.db.read;
  const kind = channel?.kind ?? kindNamed(attempt?.form['kind']) ?? 'email';
  const { label, about, steps, fields, rotate } = CHANNELS[kind];
  const account = await findAccount(db, accountId);
  const posted = attempt?.form['name'] !== undefined;
  const values: Form = posted
    ? (attempt?.form ?? {})
    : channel
      ? storedValues(channel)
      : freshValues(session, kind, account?.timezone ?? 'UTC');
  const errors = attempt?.refusal?.errors ?? {};
  const text = (name: string) => textOf(values, name);
  const list = (name: string) => [values[name] ?? []].flat();
  const errorOf = (...names: string[]) =>
    Object.entries(errors).find(([key]) => names.some((name) => key === name || key.startsWith(`${name}.`)))?.[1];
  const fromFile = marksOf(channel);
  const names = fieldNames(kind);
  const own = fields
    .filter((one) => names.includes(one.name) && !(kind === 'email' && one.name === 'to'))
    .map((one) => drawn(one, text(`config.${one.name}`), errorOf(`config.${one.name}`), channel))
    .map((one) => ({ ...one, fromFile: fromFile.fields[one.name] }));
  const advanced = own.filter((one) => one.advanced === true);
  const events = list('events').filter((event) => event !== '');
  return {
    channel: channel && { id: channel.id, name: channel.name },
    fromFile,
    kind,
    label,
    about,
    steps,
    kinds: channel ? null : kindCards(plan, kind),
    locked: channel ? null : lockedKind(plan, kind),
    problem: attempt?.refusal ? headProblem(attempt.refusal) : null,
    kindError: errors['kind'] ?? errors['config'],
    people: kind === 'email' ? await people(deps, accountId, list('config.to'), errorOf('config.to')) : null,
    fields: own.filter((one) => one.advanced !== true),
    advanced,
    openAdvanced: advanced.some(({ name, error }) => error !== undefined || isSet(kind, channel, name, text(name))),
    name: {
      name: 'name',
      label: 'Name',
      type: 'text',
      value: text('name'),
      error: errorOf('name'),
      optional: channel === null,
      maxlength: 80,
      placeholder: 'On call',
      fromFile: fromFile.fields['name'],
      help: `What the channel is called on monitors.${channel ? '' : ' Its address, if you leave it empty.'}`,
    },
    events: CHANNEL_EVENTS.map((event) => ({ event, ...EVENT_CHOICES[event], checked: events.includes(event) })),
    eventsError: errorOf('events'),
    isDefault: text('is_default') === 'true',
    attachAll: text('attach_all') === 'true',
    tags: {
      name: 'tags',
      label: 'Monitors with these tags',
      type: 'text',
      value: text('tags'),
      error: errorOf('tags'),
      optional: true,
      placeholder: 'shop, production',
      fromFile: fromFile.fields['tags'],
      help: tagsHelp(await listTags(db, accountId)),
    },
    quiet: quietFields(values, text, errorOf),
    pace: {
      name: 'per_minute',
      label: 'At most',
      type: 'number',
      unit: 'messages a minute',
      value: text('per_minute'),
      error: errorOf('per_minute'),
      optional: true,
      placeholder: String(PACE.preset),
      fromFile: fromFile.fields['per_minute'],
      help: 'What comes faster is merged into one message that names each monitor. Nothing is dropped.',
    },
    merges: CHANNELS[kind].merges,
    tested: attempt?.tested ?? null,
    telegram: kind === 'telegram' ? telegramView(deps, session, text, attempt) : null,
    rotates: channel !== null && rotate !== null,
  };
}

/** What the form says beside the chat: whether there is a bot to write to, the code it knows the account by, what it heard. */
function telegramView(deps: Deps, { account }: Session, text: (name: string) => string, attempt: Attempt | undefined) {
  const ready = deps.config.telegram.botToken !== '';
  const chosen = text('config.chat_id');
  return {
    ready,
    code: ready ? telegramCode(deps.config.secretKey, account.id) : null,
    hint: attempt?.found?.hint ?? '',
    chats: (attempt?.found?.chats ?? []).map((chat) => ({ ...chat, checked: chat.id === chosen })),
  };
}

/** A field of the kind as the form draws it. What opens doors is never in it: left empty, it stays as it is. */
function drawn(field: Field, value: string, error: string | undefined, channel: ChannelRow | null) {
  const kept = field.secret === true && hasText(channel?.config[field.name]);
  const hint = kept ? { placeholder: 'Stored. Leave it empty to keep it.', autocomplete: 'off' } : {};
  const removable = kept && channel !== null && worksWithout(channel, field.name);
  return { ...field, ...hint, name: `config.${field.name}`, value, error, removable };
}

/** Whether the channel's settings are whole without this one. */
function worksWithout({ kind, config }: ChannelRow, name: string): boolean {
  try {
    CHANNELS[kind].parseConfig({ ...config, [name]: null });
    return true;
  } catch {
    return false;
  }
}

/** Whether a folded setting has a value that is worth showing at once. */
function isSet(kind: ChannelKind, channel: ChannelRow | null, name: string, value: string): boolean {
  const field = CHANNELS[kind].fields.find((one) => `config.${one.name}` === name);
  if (!field || field.type === 'checkbox' || field.type === 'select' || field.type === 'number') return false;
  return value !== '' || (field.secret === true && hasText(channel?.config[field.name]));
}

function hasText(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function kindCards(plan: Parameters<typeof lockedKind>[0], chosen: ChannelKind) {
  return CHANNEL_KINDS.map((kind) => ({
    kind,
    label: CHANNELS[kind].label,
    about: CHANNELS[kind].about,
    icon: ICONS[kind] ?? (CHATS.includes(kind) ? 'chat' : 'bell'),
    href: `/channels/new?kind=${kind}`,
    current: kind === chosen,
    locked: lockedKind(plan, kind),
  }));
}

/** Who may be written to: people of the account as boxes, and whoever else gets it through a server of one's own. */
async function people(deps: Deps, accountId: string, chosen: string[], error: string | undefined) {
  const given = chosen.flatMap((text) => text.split(/[\n,;]/)).map((one) => one.trim());
  const keys = new Set(given.filter((one) => one !== '').map(emailKey));
  const members = await listMemberAddresses(deps.db.read, accountId);
  const known = new Set(members.map(({ key }) => key));
  return {
    members: members.map(({ email, key, verified }) => ({ email, verified, checked: keys.has(key) })),
    others: given.filter((one) => one !== '' && !known.has(emailKey(one))).join('\n'),
    error,
  };
}

function tagsHelp(known: string[]): string {
  const few = known.slice(0, 8).join(', ');
  const help = 'Separated by commas. It hears of every monitor that has one of them, also of those to come.';
  return few === '' ? help : `${help} Yours: ${few}${known.length > 8 ? ', …' : ''}.`;
}
