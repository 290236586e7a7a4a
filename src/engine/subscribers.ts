import { GIVE_UP_MS } from '../core/backoff.ts';
import { type MaintenanceNews, matterOf } from '../core/news.ts';
import { DAY } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import {
  dropFan,
  type Fan,
  fanOut,
  insertTask,
  keepTold,
  nextFan,
  type Task,
  type Told,
} from '../statuspages/news-queries.ts';
import { deleteUnconfirmed } from '../statuspages/subscriber-queries.ts';

/** Followers looked at in one transaction: it takes some milliseconds. */
const BATCH = 150;
/** Who has not used the link by then is forgotten; it ends at the same moment. */
export const CONFIRM_MS = 3 * DAY;

/**
 * Tells a page's followers of a published update, in the transaction that publishes it; once for each update. After the
 * commit nothing is to be done: the messages are handed out within a second.
 */
export async function announceUpdate(
  tx: Tx,
  { pageId, reportId, updateId, now }: { pageId: string; reportId: string; updateId: string; now: number },
): Promise<void> {
  await insertTask(tx, updateId, { kind: 'report', pageId, reportId, updateId }, now);
}

/** The same for planned work: once for each page, occurrence and `what`. Times are epoch ms. */
export async function announceMaintenance(
  tx: Tx,
  one: { pageId: string; windowId: string; what: MaintenanceNews; startsAt: number; endsAt: number; now: number },
): Promise<void> {
  const { now, ...task } = one;
  await insertTask(tx, `${one.windowId}:${one.what}:${one.startsAt}`, { kind: 'maintenance', ...task }, now);
}

/**
 * Hands out what was announced, oldest first, to some followers at a time. Each piece is one transaction with the mark
 * of how far it went, so that whatever stops in between, nobody is told twice or never. `look` reads what a task tells,
 * or null when there is nothing that followers may see.
 */
export function fanOutJob(deps: Deps, look: (task: Task) => Promise<Told | null>): () => Promise<void> {
  return async () => {
    const failed: string[] = [];
    for (let fan = await nextFan(deps.db.read); fan !== null; fan = await nextFan(deps.db.read, failed)) {
      try {
        const told = fan.told ?? (await look(fan.task));
        if (told) await handOut(deps, fan, told);
        else await drop(deps, fan.id);
      } catch (err) {
        // The next one is not to wait for it; it is tried again for a day.
        deps.log.error({ err, news: fan.id }, 'news of a page could not be handed out');
        failed.push(fan.id);
        if (deps.clock.now() - fan.created_at > GIVE_UP_MS) await drop(deps, fan.id);
      }
    }
  };
}

async function drop(deps: Deps, id: string): Promise<void> {
  await deps.db.write('drop news', (tx) => dropFan(tx, id));
}

async function handOut(deps: Deps, fan: Fan, told: Told): Promise<void> {
  const { news, touched } = told;
  const about = {
    pageId: fan.task.pageId,
    kind: news.kind === 'report' ? ('incidents' as const) : ('maintenance' as const),
    touched,
    key: keyOf(fan.task),
    matter: matterOf(news),
  };
  let after: Fan['after'] | null = fan.after;
  for (let first = fan.told === null; after !== null; first = false) {
    const from: Fan = { ...fan, after };
    after = await deps.db.write('hand out news', async (tx) => {
      if (first) await keepTold(tx, fan.id, told);
      return fanOut(tx, from, about, BATCH);
    });
    deps.wake.outbox();
    // Requests and checks come in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function keyOf(task: Task): string {
  return task.kind === 'report' ? task.updateId : `${task.windowId}:${task.what}:${task.startsAt}:${task.pageId}`;
}

/** A job that forgets those who never used the link they were sent. */
export function forgetUnconfirmedJob(deps: Deps): () => Promise<void> {
  return async () => {
    for (let more = true; more; ) {
      const before = deps.clock.now() - CONFIRM_MS;
      more = (await deps.db.write('forget unconfirmed', (tx) => deleteUnconfirmed(tx, before, BATCH))) === BATCH;
    }
  };
}
