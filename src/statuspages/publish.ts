import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { PublishTarget } from '../core/page.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Job } from '../engine/jobs.ts';
import { createViews } from '../web/render.ts';
import { bucketPlace } from './copy-bucket.ts';
import { type CopyPlace, folderPlace } from './copy-folder.ts';
import { findPublishTarget, listPublished, type PublishedPage, recordPublished } from './copy-queries.ts';
import type { Forms } from './forms.ts';
import { loadFacts } from './load.ts';
import { pageForms } from './page-forms.ts';
import { type CopyFiles, writeStaticCopy } from './static-copy.ts';
import { compactStyle } from './style.ts';

/** Where folders of copies lie below the data folder. */
export const COPIES_FOLDER = 'public-pages';
/** Remembers below the data folder what lies where, so that only what changed is written. */
const NOTES_FOLDER = 'page-copies';
/** Numbers that moved wait this long; a copy nothing happens to is made anew this often, for the time on it. */
const MOVED_MS = MINUTE;
const ANEW_MS = HOUR;
/** After a failure the next tries come later and later. */
const RETRY_MS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR] as const;
/** Files under way to one place. */
const AT_ONCE = 4;

const Notes = z.object({ place: z.string(), made_at: z.number(), files: z.record(z.string(), z.string()) });
type Notes = z.infer<typeof Notes>;

/** Every form of a page, for what draws it outside of a request. */
export function formsOf(deps: Deps): Forms {
  const views = createViews(deps);
  return pageForms(deps, views, compactStyle(views.text('statuspages/style', {})));
}

/** What is known of a copied page since the start. Times are monotonic ms. */
interface Turn {
  place: string;
  dueAt: number;
  doneAt: number;
  /** Not before this, after a failure. */
  notBefore: number;
  failures: number;
}

/**
 * Keeps the copies of pages up to date: every ten seconds those that changed, for numbers that moved once a minute. A
 * failure is written down beside the page and tried again.
 */
export function publishJob(deps: Deps): Job {
  const turns = new Map<string, Turn>();
  const changed = new Set<string>();
  const moved = new Set<string>();
  deps.live.subscribe(null, ({ accountId, type }) => {
    if (type !== 'delivery') (type === 'result' ? moved : changed).add(accountId);
  });
  let forms: Forms | undefined;

  /** When each page's turn is, after what was heard since the last time. */
  function arrange(pages: readonly PublishedPage[], now: number): void {
    const past = Number.NEGATIVE_INFINITY;
    for (const { id, account_id, publish_to } of pages) {
      const place = placeName(publish_to);
      const known = turns.get(id);
      const turn = known?.place === place ? known : { place, dueAt: now, doneAt: past, notBefore: past, failures: 0 };
      turns.set(id, turn);
      if (changed.has(account_id)) turn.dueAt = now;
      if (moved.has(account_id)) turn.dueAt = Math.min(turn.dueAt, turn.doneAt + MOVED_MS);
    }
    changed.clear();
    moved.clear();
    for (const id of turns.keys()) if (!pages.some((page) => page.id === id)) turns.delete(id);
  }

  async function publish(pageId: string, turn: Turn): Promise<void> {
    const now = deps.clock.monotonic();
    Object.assign(turn, { doneAt: now, dueAt: now + ANEW_MS });
    forms ??= formsOf(deps);
    try {
      await publishPage(deps, forms, pageId);
      turn.failures = 0;
    } catch (error) {
      deps.log.warn({ err: error, page: pageId }, 'a copy of a status page could not be put in its place');
      const message = copyFault(error);
      const again = now + (RETRY_MS[Math.min(turn.failures, RETRY_MS.length - 1)] ?? HOUR);
      Object.assign(turn, { dueAt: again, notBefore: again, failures: turn.failures + 1 });
      await deps.db.write('copy failed', (tx) => recordPublished(tx, pageId, null, message.slice(0, 300)));
    }
  }

  async function run(): Promise<void> {
    const now = deps.clock.monotonic();
    arrange(await listPublished(deps.db.read), now);
    for (const [id, turn] of turns) if (now >= turn.dueAt && now >= turn.notBefore) await publish(id, turn);
  }
  return { name: 'page copies', pattern: '*/10 * * * * *', run };
}

/** Brings the copy of one page up to date. A page that is not for everybody any more is taken away there. */
function publishPage(deps: Deps, forms: Forms, pageId: string): Promise<void> {
  return inTurn(deps, pageId, async () => {
    const target = await findPublishTarget(deps.db.read, pageId);
    const facts = target && (await loadFacts(deps, { pageId }, 'public'));
    if (!target || !facts) return;
    const now = deps.clock.now();
    const open = facts.visibility === 'public';
    const files: CopyFiles = open ? await writeStaticCopy(deps, forms, facts, now) : new Map();
    await bring(deps, pageId, placeOf(deps, target), placeName(target), files, now);
    await deps.db.write('copy made', (tx) => recordPublished(tx, pageId, open ? now : null, open ? null : NOT_OPEN));
  });
}

/** Why a copy could not be made, for its owner: faults of the disk without the paths of this machine. */
export function copyFault(error: unknown): string {
  const { code, syscall, message } = error as { code?: string; syscall?: string; message?: string };
  return syscall === undefined ? (message ?? String(error)) : `The folder cannot be written (${code ?? syscall}).`;
}

const NOT_OPEN = 'Only a page that everybody may read is copied; the copy was taken away.';

/**
 * Takes away what was put somewhere for a page that is copied no more, or elsewhere. To be called in the page's turn,
 * before anything is put in a new place.
 */
export async function withdrawCopy(deps: Deps, pageId: string, target: PublishTarget): Promise<void> {
  await bring(deps, pageId, placeOf(deps, target), placeName(target), new Map(), deps.clock.now());
  await rm(notesPath(deps, pageId), { force: true });
}

const underWay = new WeakMap<Deps['db'], Map<string, Promise<unknown>>>();

/** One at a time of a page: two hands in one place would undo each other's work. */
export function inTurn<T>({ db }: Pick<Deps, 'db'>, pageId: string, work: () => Promise<T>): Promise<T> {
  const own = underWay.get(db) ?? new Map<string, Promise<unknown>>();
  underWay.set(db, own);
  const done = (own.get(pageId) ?? Promise.resolve()).catch(() => undefined).then(work);
  own.set(pageId, done);
  return done.finally(() => own.get(pageId) === done && own.delete(pageId));
}

async function bring(deps: Deps, pageId: string, place: CopyPlace, name: string, files: CopyFiles, now: number) {
  const notes = await readNotes(deps, pageId);
  const before = notes?.place === name ? notes : { place: name, made_at: 0, files: {} };
  const old = now - before.made_at >= ANEW_MS;
  const there: Record<string, string> = { ...before.files };
  const due = [...files].filter(
    ([file, { print }]) =>
      there[file] !== print || !place.keeps(file) || (old && file.endsWith('.html')) || file === 'copy.json',
  );
  try {
    // What pages show comes first, the front page last: whoever reads meanwhile finds whatever a page names.
    for (const rank of [0, 1, 2]) {
      await each(
        due.filter(([file]) => rankOf(file) === rank),
        async ([file, content]) => {
          await place.put(file, content);
          there[file] = content.print;
        },
      );
    }
    const gone = Object.keys(there).filter((file) => !files.has(file));
    await each(gone, async (file) => {
      await place.remove(file);
      delete there[file];
    });
  } finally {
    await writeNotes(deps, pageId, { place: name, made_at: old ? now : before.made_at, files: there });
  }
}

function rankOf(file: string): number {
  return file === 'index.html' ? 2 : file.endsWith('.html') ? 1 : 0;
}

/** A few at a time; the first fault ends it once those under way are over. */
async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  const results = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, () =>
      worker().catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function placeOf(deps: Deps, target: PublishTarget): CopyPlace {
  if (target.kind === 's3') return bucketPlace(deps, target);
  return folderPlace(join(deps.config.dataPath, COPIES_FOLDER, target.folder));
}

/** The same for the same place, whatever opens it. */
function placeName(target: PublishTarget | null): string {
  if (target?.kind !== 's3') return `folder ${target?.folder ?? ''}`;
  const { endpoint, bucket, prefix, ...keys } = target;
  const print = createHash('sha256').update(JSON.stringify(keys)).digest('hex').slice(0, 8);
  return `s3 ${endpoint} ${bucket} ${prefix} ${print}`;
}

function notesPath({ config }: Pick<Deps, 'config'>, pageId: string): string {
  return join(config.dataPath, NOTES_FOLDER, `${pageId}.json`);
}

async function readNotes(deps: Deps, pageId: string): Promise<Notes | null> {
  try {
    return Notes.parse(JSON.parse(await readFile(notesPath(deps, pageId), 'utf8')));
  } catch {
    return null; // never made, or broken: everything is put there anew
  }
}

async function writeNotes(deps: Deps, pageId: string, notes: Notes): Promise<void> {
  const path = notesPath(deps, pageId);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(notes));
  await rename(`${path}.new`, path);
}
