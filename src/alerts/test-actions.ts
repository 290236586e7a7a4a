import { findAccount } from '../accounts/queries.ts';
import type { Parcel } from '../channels/channel.ts';
import { MailLines } from '../channels/mail-lines.ts';
import { CHANNELS } from '../channels/registry.ts';
import { type Actor, demand } from '../core/access.ts';
import { type AlertMessage, alertWords, type ChannelKind } from '../core/alert.ts';
import { HOOK_LEASE_MS } from '../core/backoff.ts';
import { emailKey } from '../core/email.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { recordTry } from '../engine/outbox-record.ts';
import { tryDelivery } from '../engine/outbox-send.ts';
import { kindFor, mine, trialConfig } from './actions.ts';
import type { ChannelTrial } from './channel-input.ts';
import { waitingAddresses } from './channel-state.ts';
import { insertTest } from './delivery-queries.ts';
import { listMemberAddresses } from './queries.ts';

/** Mails of one test that are under way at once. */
const AT_ONCE = 4;

/** How a test went at one receiver. */
export interface TestAnswer {
  /** Null when the settings are not saved: then nothing is kept of the test. */
  delivery_id: string | null;
  recipient: string | null;
  sent: boolean;
  /** The receiver's own words, or why it was not reached. */
  message: string;
  duration_ms: number;
}

/** How a test went, at every receiver. */
export interface TestResult {
  /** Who answered, to begin a sentence with. */
  receiver: string;
  /** Whether all have taken it. */
  sent: boolean;
  answers: [TestAnswer, ...TestAnswer[]];
}

/** Sends a message marked as a test on the road of real ones, once to each receiver of the channel (R-AL-11). */
export async function testChannel(deps: Deps, actor: Actor, id: string): Promise<TestResult> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const { channel, alert, tests } = await deps.db.write('queue a test', async (tx) => {
    const channel = await mine(tx, actor, id);
    await kindFor(tx, actor, channel.kind);
    const waiting = waitingAddresses(channel);
    const recipients = CHANNELS[channel.kind].recipients(channel.config)?.filter((to) => !waiting.includes(to));
    if (recipients?.length === 0) throw unconfirmed(waiting);
    const alert = await testMessage(tx, actor, now);
    const tests: { id: string; recipient: string | null }[] = [];
    for (const recipient of recipients ?? [null]) {
      const test = {
        accountId: actor.accountId,
        channelId: id,
        recipient,
        payload: alert,
        now,
        leaseUntil: now + HOOK_LEASE_MS,
      };
      tests.push({ id: await insertTest(tx, test), recipient });
    }
    return { channel, alert, tests };
  });
  return withMail(channel.kind, tests, async ({ id: deliveryId, recipient }, mail) => {
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
      subscriber: null,
      recipient,
    };
    const began = deps.clock.monotonic();
    const tried = await tryDelivery(deps, mail, held);
    const duration_ms = Math.round(deps.clock.monotonic() - began);
    await recordTry(deps, held, tried);
    const { outcome } = tried;
    const message = 'error' in outcome ? outcome.error : (tried.answer ?? '');
    return { delivery_id: deliveryId, recipient, sent: outcome.state === 'sent', message, duration_ms };
  });
}

/** The same with settings that are not saved: they are checked as for saving, nothing is kept. */
export async function testSettings(deps: Deps, actor: Actor, trial: ChannelTrial): Promise<TestResult> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const { kind, config, recipients, alert } = await deps.db.write('read a trial', async (tx) => {
    const { kind, config } = await trialConfig(tx, actor, trial);
    const all = CHANNELS[kind].recipients(config);
    const waiting = CHANNELS[kind].server(config) === 'installation' ? await unverified(tx, actor, all ?? []) : [];
    const recipients = all?.filter((to) => !waiting.includes(to)) ?? [null];
    if (recipients.length === 0) throw unconfirmed(waiting);
    return { kind, config, recipients, alert: await testMessage(tx, actor, now) };
  });
  const channel = CHANNELS[kind];
  return withMail(kind, recipients, async (recipient, mail) => {
    const began = deps.clock.monotonic();
    const { clock, outbound, config: installation } = deps;
    const signal = AbortSignal.timeout(channel.deadlineMs(config));
    const context = { clock, outbound, config: installation, mail, signal };
    let [sent, message] = [true, ''];
    try {
      message = await channel.send(testParcel(deps, alert, recipient), config, context);
    } catch (error) {
      [sent, message] = [false, error instanceof Error ? error.message : String(error)];
    }
    return { delivery_id: null, recipient, sent, message, duration_ms: Math.round(deps.clock.monotonic() - began) };
  });
}

function testParcel(deps: Deps, alert: AlertMessage, recipient: string | null): Parcel {
  const now = deps.clock.now();
  const id = newId('dlv');
  const words = alertWords(alert, now, now);
  const link = `${deps.config.baseUrl}${words.path}`;
  return {
    id,
    createdAt: now,
    now,
    alerts: [{ id, createdAt: now, alert }],
    words,
    link,
    acknowledge: null,
    recipient,
  };
}

async function withMail<T>(
  kind: ChannelKind,
  receivers: readonly T[],
  send: (receiver: T, mail: MailLines) => Promise<TestAnswer>,
): Promise<TestResult> {
  const mail = new MailLines();
  const answers: TestAnswer[] = [];
  try {
    for (let i = 0; i < receivers.length; i += AT_ONCE) {
      answers.push(...(await Promise.all(receivers.slice(i, i + AT_ONCE).map((receiver) => send(receiver, mail)))));
    }
  } finally {
    mail.close();
  }
  const [first, ...others] = answers;
  if (!first) throw notFound();
  return { receiver: CHANNELS[kind].receiver, sent: answers.every(({ sent }) => sent), answers: [first, ...others] };
}

async function unverified(tx: Tx, actor: Actor, to: readonly string[]): Promise<string[]> {
  const members = await listMemberAddresses(tx, actor.accountId);
  const known = new Set(members.filter(({ verified }) => verified).map(({ key }) => key));
  return to.filter((address) => !known.has(emailKey(address)));
}

function unconfirmed(waiting: readonly string[]): AppError {
  const who = waiting.length === 1 ? `${waiting[0]} is` : `${waiting.join(', ')} are`;
  return new AppError('conflict', `${who} not confirmed yet, so nothing is sent there.`);
}

async function testMessage(tx: Tx, actor: Actor, now: number): Promise<AlertMessage> {
  const account = await findAccount(tx, actor.accountId);
  return {
    event: 'test',
    accountName: account?.name ?? '',
    monitor: { id: '', name: 'Test', kind: 'http', target: '' },
    incident: { id: '', reason: 'internal', message: 'This is a test.', startedAt: now, resolvedAt: null },
  };
}
