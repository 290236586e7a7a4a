import { recordChange } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { CHANNELS } from '../channels/registry.ts';
import { type Actor, demand } from '../core/access.ts';
import { CHANNEL_KINDS, type ChannelKind } from '../core/alert.ts';
import { changesOf } from '../core/changes.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { managedAfter } from '../core/managed.ts';
import { MASK } from '../core/secrets.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { type ChannelInput, type ChannelPatch, lockedKind, readConfig } from './channel-input.ts';
import { channelRecord } from './channel-record.ts';
import { cancelOfChannel, holdOrRelease } from './delivery-queries.ts';
import { releaseQuiet } from './lane-queries.ts';
import {
  attachToAll,
  type ChannelRow,
  deleteChannelRow,
  findChannel,
  insertChannel,
  listChannels,
  listMemberAddresses,
  updateChannelRow,
} from './queries.ts';

/** Enough for every person of a team; keeps one failure from becoming a flood. */
const MOST_CHANNELS = 50;

/** A channel that was just made. `secret` signs its messages; it is told this once and never again. */
export interface NewChannel {
  id: string;
  secret: string | null;
}

/** Creates a channel. `attachAll` also puts it on every monitor there is. */
export async function createChannel(
  deps: Deps,
  actor: Actor,
  input: ChannelInput,
  attachAll = false,
): Promise<NewChannel> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const made = await deps.db.write('create channel', async (tx) => {
    const { accountId } = actor;
    const kind = await kindFor(tx, actor, input.kind);
    const present = await listChannels(tx, accountId);
    if (present.length >= MOST_CHANNELS) {
      throw new AppError('limit', `An account has at most ${MOST_CHANNELS} channels. Delete one first.`);
    }
    const config = await configFor(tx, actor, kind, input.config, null);
    const { shown } = CHANNELS[kind].place(config);
    refuseTwin(present, kind, config);
    const name = input.name ?? shown.slice(0, 80);
    const id = await insertChannel(tx, {
      accountId,
      kind,
      name,
      config,
      isDefault: input.is_default ?? true,
      enabled: input.enabled ?? true,
      events: input.events ?? null,
      tags: input.tags ?? [],
      quiet: input.quiet ?? null,
      perMinute: input.per_minute ?? null,
      managed: await markFor(input, { managed_key: null, managed_fields: null }, present),
      now,
    });
    if (attachAll) await attachToAll(tx, accountId, id);
    await recordChange(tx, actor, now, 'channel.created', id, { name, kind, to: shown });
    const { secret } = CHANNELS[kind].create();
    return { id, secret: secret !== undefined && typeof config['secret'] === 'string' ? config['secret'] : null };
  });
  tell(deps, actor);
  return made;
}

/**
 * Changes a channel. Switched off, it drops what has not left; with a new address, that waits for its verification.
 * Switched on, it forgets why it was switched off. `attachAll` also puts it on every monitor there is.
 */
export async function updateChannel(
  deps: Deps,
  actor: Actor,
  id: string,
  patch: ChannelPatch,
  attachAll = false,
): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('update channel', async (tx) => {
    const channel = await mine(tx, actor, id);
    const { config: given, ...settings } = patch;
    const { kind, config: stored } = channel;
    const config = given ? await configFor(tx, actor, kind, given, stored) : stored;
    const moved = CHANNELS[kind].place(config).whole !== CHANNELS[kind].place(stored).whole;
    if (moved) {
      const others = (await listChannels(tx, actor.accountId)).filter((other) => other.id !== id);
      refuseTwin(others, kind, config);
    }
    const mark = await markFor(patch, channel, await listChannels(tx, actor.accountId));
    const left = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    await updateChannelRow(tx, actor.accountId, id, {
      ...left,
      ...mark,
      config,
      ...(settings.enabled === true ? { disabled_reason: null } : {}),
      ...(moved || (settings.enabled === true && !channel.enabled) ? { last_error: null } : {}),
    });
    if (moved) await holdOrRelease(tx, id, now);
    if (settings.quiet !== undefined) await releaseQuiet(tx, id, now);
    if (settings.enabled === false) await cancelOfChannel(tx, id);
    if (attachAll) await attachToAll(tx, actor.accountId, id);
    const fields = [...Object.keys(left), ...(given ? ['config'] : []), ...(attachAll ? ['monitors'] : [])];
    const [before, after] = [channelRecord(channel), channelRecord(await mine(tx, actor, id))];
    const changes = changesOf(before.plain, after.plain, [before.shown, after.shown]);
    await recordChange(tx, actor, now, 'channel.changed', id, { name: channel.name, fields }, changes);
  });
  tell(deps, actor);
  deps.wake.outbox();
}

/** What a settings file has to do with it: unchanged unless the input says so. */
function markFor(
  input: ChannelPatch,
  before: Pick<ChannelRow, 'managed_key' | 'managed_fields'>,
  present: readonly ChannelRow[],
): Promise<Pick<ChannelRow, 'managed_key' | 'managed_fields'>> {
  return managedAfter(input, before, async (key) => present.some((other) => other.managed_key === key));
}

export async function deleteChannel(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  await deps.db.write('delete channel', async (tx) => {
    const channel = await mine(tx, actor, id);
    await deleteChannelRow(tx, actor.accountId, id);
    await recordChange(tx, actor, deps.clock.now(), 'channel.deleted', id, { name: channel.name, kind: channel.kind });
  });
  tell(deps, actor);
}

/** Gives a channel a new secret and returns it, this once. The old one stays good for as long as the kind says. */
export async function rotateSecret(deps: Deps, actor: Actor, id: string): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const secret = await deps.db.write('rotate a secret', async (tx) => {
    const channel = await mine(tx, actor, id);
    const { rotate, label } = CHANNELS[channel.kind];
    if (!rotate) throw new AppError('conflict', `${label} channels have no secret of ours.`);
    const config = rotate(channel.config, now);
    await updateChannelRow(tx, actor.accountId, id, { config });
    const changes = { 'config.secret': [MASK, MASK] as const };
    await recordChange(tx, actor, now, 'channel.secret_rotated', id, { name: channel.name }, changes);
    return String(config['secret']);
  });
  tell(deps, actor);
  return secret;
}

/** The checked settings of a trial, as they would be stored; nothing is. Throws what saving would throw. */
export async function trialConfig(
  tx: Tx,
  actor: Actor,
  trial: { kind: string; id?: string | undefined; config: Record<string, unknown> },
): Promise<{ kind: ChannelKind; config: Record<string, unknown> }> {
  const stored = trial.id === undefined ? null : await mine(tx, actor, trial.id);
  const kind = await kindFor(tx, actor, stored?.kind ?? trial.kind);
  return { kind, config: await configFor(tx, actor, kind, trial.config, stored?.config ?? null) };
}

/** The channel of this account, or `not_found`. */
export async function mine(tx: Tx, actor: Actor, id: string): Promise<ChannelRow> {
  const channel = await findChannel(tx, actor.accountId, id);
  if (!channel) throw notFound();
  return channel;
}

/** The kind of that name, if the account's plan has it. */
export async function kindFor(tx: Tx, actor: Actor, kind: string): Promise<ChannelKind> {
  const account = await findAccount(tx, actor.accountId);
  if (!account) throw notFound();
  const known = CHANNEL_KINDS.find((one) => one === kind);
  if (!known) throw invalidField('kind', 'There is no such kind of channel.');
  const plan = lockedKind(account.plan, known);
  if (plan) throw new AppError('limit', `${CHANNELS[known].label} alerts are part of the ${plan} plan.`);
  return known;
}

/** The checked config as it is stored; `stored` is the former one, or null for a new channel. */
async function configFor(
  tx: Tx,
  actor: Actor,
  kind: ChannelKind,
  input: Record<string, unknown>,
  stored: Record<string, unknown> | null,
): Promise<Record<string, unknown>> {
  const config = readConfig(kind, input, stored);
  if (CHANNELS[kind].server(config) !== 'installation') return config;
  return { ...config, to: await membersOnly(tx, actor, CHANNELS[kind].recipients(config) ?? []) };
}

/** Our mail server writes to people of the account only, so nobody can have strangers mailed (R-AU-12). */
async function membersOnly(tx: Tx, actor: Actor, to: readonly string[]): Promise<string[]> {
  const members = new Map((await listMemberAddresses(tx, actor.accountId)).map(({ key, email }) => [key, email]));
  return to.map((address) => {
    const member = members.get(emailKey(address));
    if (member !== undefined) return member;
    const who = to.length > 1 ? `${address} is nobody of this account. ` : '';
    throw invalidField(
      'config.to',
      `${who}Choose the address of a person in this account, or use a mail server of your own.`,
    );
  });
}

/** Two channels to the same place would say everything twice. */
function refuseTwin(present: ChannelRow[], kind: ChannelKind, config: Record<string, unknown>): void {
  const { field, whole } = CHANNELS[kind].place(config);
  if (!present.some((row) => row.kind === kind && CHANNELS[kind].place(row.config).whole === whole)) return;
  const sentence = 'There is a channel for this address already.';
  throw new AppError('conflict', sentence, { fields: [{ field: `config.${field}`, message: sentence }] });
}

function tell(deps: Deps, { accountId }: Actor): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}
