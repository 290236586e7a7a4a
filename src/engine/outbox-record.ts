import { insertAudit } from '../accounts/audit-queries.ts';
import { switchOffHook } from '../accounts/hook-queries.ts';
import { giveUpWaiting, writeMailAway } from '../alerts/away-queries.ts';
import { insertAccountMail } from '../alerts/delivery-queries.ts';
import { type ClaimedDelivery, finishDelivery, listKeepers, switchOffChannel } from '../alerts/sending-queries.ts';
import { CHANNELS } from '../channels/registry.ts';
import { GIVE_UP_MS } from '../core/backoff.ts';
import { DAY } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { noteRefused, noteTaken } from '../statuspages/subscriber-queries.ts';
import type { Tried } from './outbox-send.ts';

const GIVEN_UP = 'The mail server could not be reached for 24 hours.';

/** Tries that are recorded in one transaction: each costs some statements, and all wait for one sync of the disk. */
const AT_ONCE = 50;
/** While other messages are on their way, a try waits so long for company. */
const LINGER_MS = 10;

interface Ended {
  held: ClaimedDelivery;
  tried: Tried;
}

/** Records how tries ended, those that end together in one transaction. */
export class Recorder {
  readonly #deps: Deps;
  #waiting: (Ended & { done: (error?: unknown) => void })[] = [];
  #writing = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Resolves when it is recorded and those who watch are told. `alone` is whether no other message is on its way. */
  record(held: ClaimedDelivery, tried: Tried, alone: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      this.#waiting.push({ held, tried, done });
      if (this.#writing) return;
      this.#writing = true;
      if (alone) void this.#write();
      else setTimeout(() => void this.#write(), LINGER_MS);
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, AT_ONCE);
      const error = await recordTries(this.#deps, batch).then(
        () => undefined,
        (thrown: unknown) => thrown ?? new Error('not recorded'),
      );
      // One that cannot be recorded must not take the others along: each is tried once more by itself.
      for (const one of batch) {
        if (error === undefined || batch.length === 1) one.done(error);
        else await recordTry(this.#deps, one.held, one.tried).then(() => one.done(), one.done);
      }
    }
    this.#writing = false;
  }
}

/** Records how a try ended and tells those who watch. A test is never tried again. */
export function recordTry(deps: Deps, held: ClaimedDelivery, tried: Tried): Promise<void> {
  return recordTries(deps, [{ held, tried }]);
}

async function recordTries(deps: Deps, tries: readonly Ended[]): Promise<void> {
  const off = new Set<string>();
  await deps.db.write('outbox: record a try', async (tx) => {
    for (const { held, tried } of tries) if (await recordIn(deps, tx, held, tried)) off.add(held.account_id ?? '');
  });
  for (const accountId of new Set(tries.map(({ held }) => held.account_id))) {
    if (accountId === null) continue;
    deps.live.publish({ accountId, type: 'delivery', monitorIds: [] });
    if (off.has(accountId)) deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  }
}

/** True when the channel was switched off for it. */
async function recordIn(deps: Deps, tx: Tx, held: ClaimedDelivery, tried: Tried): Promise<boolean> {
  const { outcome, answer } = tried;
  const isTest = held.event === 'test';
  const ended = isTest && 'error' in outcome ? ({ ...outcome, state: 'dead' } as const) : outcome;
  const ours = await finishDelivery(tx, held, ended, answer);
  if (ours && held.subscriber) await noteFollower(deps, tx, held.subscriber.id, tried);
  if (tried.server !== 'not asked') await noteServer(deps, tx, held, tried);
  return tried.gone && !isTest && 'error' in outcome ? switchOff(deps, tx, held, outcome.error) : false;
}

/** Refusals in a row after which nothing more is sent to somebody who follows a page (R-EM-4). */
const MOST_REFUSALS = 3;
/** How long it is known what they were sent. */
const KEPT_MS = 7 * DAY;

async function noteFollower(
  deps: Deps,
  tx: Tx,
  id: string,
  { outcome, gone = false, blameless = false }: Tried,
): Promise<void> {
  const now = deps.clock.now();
  if (outcome.state === 'sent') await noteTaken(tx, id, now - KEPT_MS);
  if (outcome.state !== 'dead' || blameless) return;
  await noteRefused(tx, id, { now, most: MOST_REFUSALS, gone, reason: outcome.error });
}

/** What a try says of the mail server: of the installation's for everyone to see, of a channel's own for its alerts. */
async function noteServer(deps: Deps, tx: Tx, held: ClaimedDelivery, { outcome, server }: Tried): Promise<void> {
  const now = deps.clock.now();
  const away = server === 'away' && 'error' in outcome ? outcome.error : null;
  const own = held.channel_kind !== null && CHANNELS[held.channel_kind].server(held.channel_config) === 'own';
  if (!own) await writeMailAway(tx, away === null ? null : { since: now, error: away });
  if (away === null) return;
  const tooOld = now - GIVE_UP_MS;
  const { account_id: accountId, channel_config: config } = held;
  const whose = own ? { own: { accountId: accountId ?? '', server: String(config['smtp_server']) } } : {};
  await giveUpWaiting(tx, { now, tooOld, error: GIVEN_UP, ...whose });
}

/** The channel, or whoever hears of changes, is off, and the people who look after the account are told once. */
async function switchOff(deps: Deps, tx: Tx, held: ClaimedDelivery, reason: string): Promise<boolean> {
  const { account_id: accountId, channel_id: channelId, hook } = held;
  const id = hook?.id ?? channelId;
  if (accountId === null || id === null) return false;
  const name = await (hook ? switchOffHook(tx, id, reason) : switchOffChannel(tx, id, reason));
  if (name === null) return false;
  const [noun, path] = hook ? ['webhook', `/settings/webhooks/${id}`] : ['channel', `/channels/${id}`];
  const now = deps.clock.now();
  const entry = { accountId, userId: null, at: now, action: `${noun}.switched_off`, subject: id };
  await insertAudit(tx, { ...entry, detail: { name, reason }, changes: { enabled: [true, false] } });
  const data = { channelName: name, reason, link: `${deps.config.baseUrl}${path}` };
  const event = hook ? 'webhook_disabled' : 'channel_disabled';
  for (const { id: userId, email } of await listKeepers(tx, accountId)) {
    await insertAccountMail(tx, userId, { event, to: email, at: now, data }, id);
  }
  return true;
}
