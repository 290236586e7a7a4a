import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { MailLines } from '../channels/mail-lines.ts';
import { CHANNELS } from '../channels/registry.ts';
import { type Actor, can } from '../core/access.ts';
import { type AlertMessage, CHANNEL_KINDS, type ChannelKind } from '../core/alert.ts';
import { HOOK_LEASE_MS } from '../core/backoff.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { recordTry, tryDelivery } from '../engine/outbox-send.ts';
import {
  type ChannelInput,
  type ChannelPatch,
  comingKinds,
  lockedKind,
  placeOf,
  readWebhook,
} from './channel-input.ts';
import { cancelOfChannel, holdOrRelease, insertTest, requeueDelivery } from './delivery-queries.ts';
import { findDelivery, isOvertaken } from './log-queries.ts';
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
  mayWrite(actor);
  const now = deps.clock.now();
  const made = await deps.db.write('create channel', async (tx) => {
    const { accountId } = actor;
    const kind = await kindFor(tx, actor, input.kind);
    const present = await listChannels(tx, accountId);
    if (present.length >= MOST_CHANNELS) {
      throw new AppError('limit', `An account has at most ${MOST_CHANNELS} channels. Delete one first.`);
    }
    const config = await configFor(tx, actor, kind, input.config, null);
    const { place } = placeOf(kind, config);
    refuseTwin(present, kind, config);
    const id = await insertChannel(tx, {
      accountId,
      kind,
      name: input.name ?? place,
      config,
      isDefault: input.is_default ?? true,
      enabled: input.enabled ?? true,
      now,
    });
    if (attachAll) await attachToAll(tx, accountId, id);
    await audit(tx, actor, now, 'channel.created', id, { kind, to: place });
    return { id, secret: typeof config['secret'] === 'string' ? config['secret'] : null };
  });
  tell(deps, actor);
  return made;
}

/** Changes a channel. Switched off, it drops what has not left; with a new address, that waits for its verification. */
export async function updateChannel(deps: Deps, actor: Actor, id: string, patch: ChannelPatch): Promise<void> {
  mayWrite(actor);
  const now = deps.clock.now();
  await deps.db.write('update channel', async (tx) => {
    const channel = await mine(tx, actor, id);
    const { name, enabled, is_default } = patch;
    const { kind, config: stored } = channel;
    const config = patch.config ? await configFor(tx, actor, kind, patch.config, stored) : stored;
    const moved = placeOf(kind, config).whole !== placeOf(kind, stored).whole;
    await updateChannelRow(tx, actor.accountId, id, {
      name: name ?? channel.name,
      enabled: enabled ?? channel.enabled,
      is_default: is_default ?? channel.is_default,
      config,
      ...(moved ? { last_error: null } : {}),
    });
    if (moved) await holdOrRelease(tx, id, now);
    if (enabled === false) await cancelOfChannel(tx, id);
    await audit(tx, actor, now, 'channel.changed', id, { fields: Object.keys(patch) });
  });
  tell(deps, actor);
  deps.wake.outbox();
}

export async function deleteChannel(deps: Deps, actor: Actor, id: string): Promise<void> {
  mayWrite(actor);
  await deps.db.write('delete channel', async (tx) => {
    const channel = await mine(tx, actor, id);
    await deleteChannelRow(tx, actor.accountId, id);
    await audit(tx, actor, deps.clock.now(), 'channel.deleted', id, { name: channel.name });
  });
  tell(deps, actor);
}

/** How a test went: the receiver's own words, or why it was not reached. */
export interface TestResult {
  delivery_id: string;
  /** Who answered, to begin a sentence with. */
  receiver: string;
  sent: boolean;
  message: string;
}

/** Sends a message marked as a test on the road of real ones, once (R-AL-11). */
export async function testChannel(deps: Deps, actor: Actor, id: string): Promise<TestResult> {
  mayWrite(actor);
  const now = deps.clock.now();
  const { channel, alert, deliveryId } = await deps.db.write('queue a test', async (tx) => {
    const channel = await mine(tx, actor, id);
    if (!channel.verified) {
      throw new AppError('conflict', `${String(channel.config['to'])} is not verified yet, so nothing is sent there.`);
    }
    const account = await findAccount(tx, actor.accountId);
    const locked = account && lockedKind(account.plan, channel.kind);
    if (locked) throw beyondPlan(channel.kind, locked);
    const alert = testMessage(account?.name ?? '', now);
    const leaseUntil = now + HOOK_LEASE_MS;
    const deliveryId = await insertTest(tx, { accountId: actor.accountId, channelId: id, alert, now, leaseUntil });
    return { channel, alert, deliveryId };
  });
  const held = {
    id: deliveryId,
    account_id: actor.accountId,
    event: 'test',
    payload: alert,
    attempts: 1,
    created_at: now,
    channel_id: id,
    channel_kind: channel.kind,
    channel_config: channel.config,
    recipient: CHANNELS[channel.kind].recipients(channel.config)?.[0] ?? null,
  };
  const mail = new MailLines();
  const tried = await tryDelivery(deps, mail, held).finally(() => mail.close());
  await recordTry(deps, held, tried);
  const { outcome } = tried;
  const message = 'error' in outcome ? outcome.error : (tried.answer ?? '');
  return {
    delivery_id: deliveryId,
    receiver: CHANNELS[channel.kind].receiver,
    sent: outcome.state === 'sent',
    message,
  };
}

/** Puts a message that failed or was given up back into the queue, unless a newer one has already arrived. */
export async function retryDelivery(deps: Deps, actor: Actor, id: string): Promise<void> {
  mayWrite(actor);
  const now = deps.clock.now();
  await deps.db.write('retry a delivery', async (tx) => {
    const delivery = await findDelivery(tx, actor.accountId, id);
    if (!delivery) throw notFound();
    if (delivery.event === 'test') throw new AppError('conflict', 'A test is not repeated. Send a new one.');
    if (await isOvertaken(tx, id)) {
      throw new AppError('conflict', 'A later message about this incident has arrived; this one would mislead.');
    }
    if (!(await requeueDelivery(tx, actor.accountId, id, now))) {
      throw new AppError('conflict', 'Only a delivery that failed or was given up can be tried again.');
    }
    await audit(tx, actor, now, 'delivery.retried', id, {});
  });
  deps.live.publish({ accountId: actor.accountId, type: 'delivery', monitorIds: [] });
  deps.wake.outbox();
}

function testMessage(accountName: string, now: number): AlertMessage {
  return {
    event: 'test',
    accountName,
    monitor: { id: '', name: 'Test', kind: 'http', target: '' },
    incident: { id: '', reason: 'internal', message: 'This is a test.', startedAt: now, resolvedAt: null },
  };
}

function mayWrite(actor: Actor): void {
  if (!can(actor.role, 'write')) throw new AppError('forbidden', 'Your role in this account does not allow this.');
}

async function mine(tx: Tx, actor: Actor, id: string): Promise<ChannelRow> {
  const channel = await findChannel(tx, actor.accountId, id);
  if (!channel) throw notFound();
  return channel;
}

/** Kinds beyond the plan are refused first, those that are only announced as not there yet. */
async function kindFor(tx: Tx, actor: Actor, kind: string): Promise<ChannelKind> {
  const account = await findAccount(tx, actor.accountId);
  if (!account) throw notFound();
  const coming = comingKinds(account.plan).find((known) => known.kind === kind);
  if (coming?.locked) throw new AppError('limit', `${coming.label} alerts are part of the ${coming.locked} plan.`);
  if (coming) throw invalidField('kind', `${coming.label} alerts are not available yet.`);
  const known = CHANNEL_KINDS.find((one) => one === kind);
  if (!known) throw invalidField('kind', 'There is no such kind of channel.');
  const locked = lockedKind(account.plan, known);
  if (locked) throw beyondPlan(known, locked);
  return known;
}

function beyondPlan(kind: ChannelKind, plan: string): AppError {
  return new AppError('limit', `${CHANNELS[kind].label} alerts are part of the ${plan} plan.`);
}

/** The checked config as it is stored; `stored` is the former one, or null for a new channel. */
async function configFor(
  tx: Tx,
  actor: Actor,
  kind: ChannelKind,
  input: Record<string, unknown>,
  stored: Record<string, unknown> | null,
): Promise<Record<string, unknown>> {
  if (kind === 'webhook') return { ...readWebhook(input, stored) };
  return { to: await memberAddress(tx, actor, typeof input['to'] === 'string' ? input['to'].trim() : '') };
}

/** Two channels to the same place would say everything twice. */
function refuseTwin(present: ChannelRow[], kind: ChannelKind, config: Record<string, unknown>): void {
  const { field, whole } = placeOf(kind, config);
  if (!present.some((row) => row.kind === kind && placeOf(kind, row.config).whole === whole)) return;
  const sentence = 'There is a channel for this address already.';
  throw new AppError('conflict', sentence, { fields: [{ field: `config.${field}`, message: sentence }] });
}

/** Mail goes to people of the account only, so nobody can have strangers mailed (R-AU-12). */
async function memberAddress(tx: Tx, actor: Actor, to: string): Promise<string> {
  const key = emailKey(to);
  const member = (await listMemberAddresses(tx, actor.accountId)).find((address) => address.key === key);
  if (!member) throw invalidField('config.to', 'Choose the address of a person in this account.');
  return member.email;
}

async function audit(tx: Tx, actor: Actor, at: number, action: string, subject: string, detail: object): Promise<void> {
  const { accountId, userId } = actor;
  await insertAudit(tx, { accountId, userId, at, action, subject, detail: { ...detail } });
}

function tell(deps: Deps, { accountId }: Actor): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}
