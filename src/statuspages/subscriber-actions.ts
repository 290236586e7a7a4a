import { newWebhookSecret } from '../channels/webhook.ts';
import type { Language } from '../core/language.ts';
import type { SubscriberKind } from '../core/subscriber.ts';
import { DAY, HOUR } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { type FollowerPurpose, readFollower } from '../engine/subscriber-link.ts';
import { countTries, countTry } from '../users/link-queries.ts';
import { insertAsked } from './news-queries.ts';
import {
  type Choice,
  confirmSubscriber,
  deleteSubscriber,
  findByTarget,
  findSubscriber,
  insertSubscriber,
  type SubscriberRow,
  updateChoice,
} from './subscriber-queries.ts';
import type { Target } from './subscriber-target.ts';

/** A day may have so many times what an hour may. */
const DAY_FACTOR = 2;

/** Somebody asks to be told. */
export interface Wish extends Choice {
  pageId: string;
  kind: SubscriberKind;
  target: Target;
  language: Language;
}

/**
 * Notes a wish and sends its receiver a link that confirms it. Whoever is subscribed already gets a mail that says so,
 * and nothing is changed; too many wishes for one receiver are dropped. The caller learns nothing of all this.
 */
export async function subscribe(deps: Deps, wish: Wish): Promise<void> {
  await deps.db.write('subscribe', (tx) => note(tx, wish, deps.clock.now()));
  deps.wake.outbox();
}

async function note(tx: Tx, wish: Wish, now: number): Promise<void> {
  if (!(await mayBeSent(tx, wish.target, now))) return;
  const known = await findByTarget(tx, wish.pageId, wish.kind, wish.target.key);
  const subscriberId = known?.id ?? (await add(tx, wish, null, now));
  const active = known !== null && known.confirmed_at !== null && known.disabled_at === null;
  if (known && known.confirmed_at === null) await updateChoice(tx, known.id, wish, wish.language);
  if (!active) await insertAsked(tx, { subscriberId, event: 'confirm', now });
  else if (wish.kind === 'email') await insertAsked(tx, { subscriberId, event: 'already', now });
}

/** Whether a receiver may get one more message that somebody asked for by a form. */
export async function mayBeSent(tx: Tx, { limits }: Target, now: number): Promise<boolean> {
  let may = true;
  for (const { key, perHour } of limits) {
    const hour = await countTry(tx, `follow:hour:${key}`, now, HOUR);
    const day = hour.count > perHour ? null : await countTry(tx, `follow:day:${key}`, now, DAY);
    may &&= day !== null && day.count <= perHour * DAY_FACTOR;
  }
  return may;
}

/** The same for many: those of them that may be sent one. */
export async function thoseToBeSent<T extends { target: Target }>(
  tx: Tx,
  many: readonly T[],
  now: number,
): Promise<T[]> {
  const keys = (window: string) =>
    many.flatMap(({ target }) => target.limits.map(({ key }) => `follow:${window}:${key}`));
  const hour = await countTries(tx, keys('hour'), now, HOUR);
  const day = await countTries(tx, keys('day'), now, DAY);
  return many.filter(({ target }) =>
    target.limits.every(
      ({ key, perHour }) =>
        (hour.get(`follow:hour:${key}`) ?? 0) <= perHour && (day.get(`follow:day:${key}`) ?? 0) <= perHour * DAY_FACTOR,
    ),
  );
}

/** Writes a new subscriber; `confirmedAt` is null until they have said yes. Returns the id. */
export async function add(tx: Tx, wish: Wish, confirmedAt: number | null, now: number): Promise<string> {
  return insertSubscriber(tx, { ...stored(wish, confirmedAt), pageId: wish.pageId, now });
}

/** A wish as it is kept; a webhook gets the secret that will sign what it is sent. */
export function stored({ target, ...wish }: Omit<Wish, 'pageId'>, confirmedAt: number | null) {
  const { kind, component_ids, incidents, maintenance, language } = wish;
  const secret = kind === 'webhook' ? newWebhookSecret() : null;
  const choice = { component_ids, incidents, maintenance };
  return { kind, ...choice, language, target: target.target, targetKey: target.key, secret, confirmedAt };
}

/** What a token of this purpose opens now: its page, and who it speaks for unless they are gone; null for no such link. */
export async function openLink(
  deps: Deps,
  purpose: FollowerPurpose,
  token: string,
): Promise<{ page: string; subscriber: SubscriberRow | null } | null> {
  const link = readFollower(deps.config.secretKey, purpose, token);
  if (!link || (link.until ?? Number.POSITIVE_INFINITY) <= deps.clock.now()) return null;
  const found = await findSubscriber(deps.db.read, link.subscriber);
  return { page: link.page, subscriber: found?.page_id === link.page ? found : null };
}

/** The receiver said yes; as good the second time. */
export async function confirm(deps: Deps, id: string): Promise<void> {
  await deps.db.write('confirm a subscriber', (tx) => confirmSubscriber(tx, id, deps.clock.now()));
}

export async function changeChoice(deps: Deps, id: string, choice: Choice, language: Language): Promise<void> {
  await deps.db.write('change a subscription', (tx) => updateChoice(tx, id, choice, language));
}

/** No more messages, what has not left yet included. */
export async function unsubscribe(deps: Deps, { id, page_id }: SubscriberRow): Promise<void> {
  await deps.db.write('unsubscribe', (tx) => deleteSubscriber(tx, page_id, id));
}
