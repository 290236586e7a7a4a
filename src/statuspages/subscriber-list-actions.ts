import { recordChange } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { DAY, SECOND } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { countTry } from '../users/link-queries.ts';
import { insertAsked, insertQuestions } from './news-queries.ts';
import { findPage } from './queries.ts';
import { add, mayBeSent, stored, thoseToBeSent, type Wish } from './subscriber-actions.ts';
import type { ImportRow, LineFault } from './subscriber-import.ts';
import {
  confirmSubscriber,
  deleteSubscriber,
  findByTarget,
  findSubscriber,
  insertSubscribers,
} from './subscriber-queries.ts';
import { shownTarget } from './subscriber-target.ts';

/** Lines of a file written in one transaction. */
const BATCH = 100;
/** Files of one account in a day: each line is a mail to somebody who has not asked us for it. */
const IMPORTS_PER_DAY = 20;

/** Adds somebody whom the owner names; they hear nothing until they have used the link they are sent. Returns the id. */
export async function addSubscriber(deps: Deps, actor: Actor, wish: Wish): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const id = await deps.db.write('add a subscriber', async (tx) => {
    await own(tx, actor, wish.pageId);
    const known = await findByTarget(tx, wish.pageId, wish.kind, wish.target.key);
    if (known && known.confirmed_at !== null && known.disabled_at === null) {
      throw invalidField('target', 'This address follows the page already.');
    }
    if (!(await mayBeSent(tx, wish.target, now))) {
      const message = 'This address was asked to confirm often enough. Try again in an hour.';
      throw new AppError('rate_limited', message, { fields: [{ field: 'target', message }], retryAfterSeconds: 3_600 });
    }
    const subscriberId = known?.id ?? (await add(tx, wish, null, now));
    await insertAsked(tx, { subscriberId, event: 'confirm', now });
    const subject = shownTarget(wish.kind, wish.target.target);
    await recordChange(tx, actor, now, 'subscriber.added', subject, { page: wish.pageId });
    return subscriberId;
  });
  deps.wake.outbox();
  return id;
}

/** Takes somebody off the list, with what has not left yet. */
export async function removeSubscriber(deps: Deps, actor: Actor, pageId: string, id: string): Promise<void> {
  demand(actor.role, 'write');
  await deps.db.write('remove a subscriber', async (tx) => {
    const subject = await theirs(tx, actor, pageId, id);
    await deleteSubscriber(tx, pageId, id);
    await recordChange(tx, actor, deps.clock.now(), 'subscriber.removed', subject, { page: pageId });
  });
}

/** Tries again with somebody whose receiver had refused too often. */
export async function resumeSubscriber(deps: Deps, actor: Actor, pageId: string, id: string): Promise<void> {
  demand(actor.role, 'write');
  await deps.db.write('resume a subscriber', async (tx) => {
    const subject = await theirs(tx, actor, pageId, id);
    const found = await findSubscriber(tx, id);
    // Who never said yes does not follow the page by this either.
    if (found?.confirmed_at === null)
      throw invalidField('subscriber_id', 'This address was never confirmed. Add it again.');
    await confirmSubscriber(tx, id, deps.clock.now());
    await recordChange(tx, actor, deps.clock.now(), 'subscriber.resumed', subject, { page: pageId });
  });
}

/** What became of a file. */
export interface Imported {
  added: number;
  /** Were on the list before. */
  known: number;
  faults: LineFault[];
}

/**
 * Takes the lines of a file, a hundred in a transaction. With `consent`, which the owner declares, mail addresses count
 * as confirmed; all others, and addresses that others can only be reached by, are asked first.
 */
export async function importSubscribers(
  deps: Deps,
  actor: Actor,
  pageId: string,
  file: { rows: readonly ImportRow[]; faults: readonly LineFault[]; consent: boolean },
): Promise<Imported> {
  demand(actor.role, 'manage');
  const done: Imported = { added: 0, known: 0, faults: [...file.faults] };
  await deps.db.write('begin an import', async (tx) => {
    await own(tx, actor, pageId);
    const now = deps.clock.now();
    const { count, windowEndsAt } = await countTry(tx, `follow:import:${actor.accountId}`, now, DAY);
    if (count > IMPORTS_PER_DAY) {
      const retryAfterSeconds = Math.max(1, Math.ceil((windowEndsAt - now) / SECOND));
      throw new AppError('rate_limited', 'That were many files for one day. Go on tomorrow.', { retryAfterSeconds });
    }
  });
  for (let from = 0; from < file.rows.length; from += BATCH) {
    const now = deps.clock.now();
    const piece = file.rows.slice(from, from + BATCH);
    const { added, known, faults } = await deps.db.write('import subscribers', (tx) =>
      take(tx, pageId, piece, file.consent, now),
    );
    done.added += added;
    done.known += known;
    done.faults.push(...faults);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await deps.db.write('end an import', (tx) => {
    const { added, known, faults } = done;
    const detail = { added, known, refused: faults.length, consent: file.consent };
    return recordChange(tx, actor, deps.clock.now(), 'subscribers.imported', pageId, detail);
  });
  deps.wake.outbox();
  done.faults.sort((a, b) => a.line - b.line);
  return done;
}

async function take(
  tx: Tx,
  pageId: string,
  rows: readonly ImportRow[],
  consent: boolean,
  now: number,
): Promise<Imported> {
  const sure = rows.filter(({ kind }) => consent && kind === 'email');
  const asked = rows.filter((row) => !sure.includes(row));
  const allowed = await thoseToBeSent(tx, asked, now);
  const added = await insertSubscribers(
    tx,
    pageId,
    [...sure.map((row) => stored(row, now)), ...allowed.map((row) => stored(row, null))],
    now,
  );
  const fresh = new Set(added.map(({ kind, target_key: key }) => `${kind} ${key}`));
  const open = added.filter(({ kind }) => !(consent && kind === 'email'));
  await insertQuestions(
    tx,
    open.map(({ id }) => id),
    now,
  );
  const taken = [...sure, ...allowed];
  return {
    added: fresh.size,
    known: taken.filter(({ kind, target }) => !fresh.has(`${kind} ${target.key}`)).length,
    faults: asked
      .filter((row) => !allowed.includes(row))
      .map(({ line }) => ({ line, message: 'This address was asked to confirm often enough for now.' })),
  };
}

async function own(tx: Tx, actor: Actor, pageId: string): Promise<void> {
  if (!(await findPage(tx, actor.accountId, pageId))) throw notFound();
}

/** What the record calls somebody on the list of a page of the account. */
async function theirs(tx: Tx, actor: Actor, pageId: string, id: string): Promise<string> {
  await own(tx, actor, pageId);
  const found = await findSubscriber(tx, id);
  if (found?.page_id !== pageId) throw notFound();
  return shownTarget(found.kind, found.target);
}
