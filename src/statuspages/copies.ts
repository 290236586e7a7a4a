import { createHash } from 'node:crypto';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';

const pack = promisify(gzip);

/** How long a copy serves while results move its numbers, and while nothing at all happens. */
const MOVING_MS = 5 * SECOND;
const QUIET_MS = 60 * SECOND;
/** All copies together, in bytes. */
const MOST_BYTES = 32 * 1_048_576;

/** Bytes of an answer in both encodings, with the tag of each. */
export interface Copy {
  plain: Uint8Array<ArrayBuffer>;
  etag: string;
  /** Packed when first asked for. */
  packed(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a page's facts are written as. */
export interface Source {
  accountId: string;
  html(): string;
  json(): string;
}
export type Form = 'html' | 'json';

interface Entry {
  source: Source;
  loadedAt: number;
  /** A change of state or settings: not to be served any more. */
  stale: boolean;
  /** Results came in: the numbers have moved on. */
  moved: boolean;
  copies: Partial<Record<Form, Copy>>;
  bytes: number;
}

/**
 * Keeps each page as the bytes that are sent. A copy is replaced at the first request after a change of state or
 * settings of its account, after 5 s when only numbers moved, after a minute anyway. Unknown slugs leave nothing behind.
 */
export function createCopies(deps: Deps, load: (slug: string) => Promise<Source | null>) {
  const entries = new Map<string, Entry>();
  const byAccount = new Map<string, Set<Entry>>();
  /** Loads under way, with the accounts that changed meanwhile. */
  const loading = new Map<string, { done: Promise<Entry | null>; changed: Set<string> }>();
  let bytes = 0;

  deps.live.subscribe(null, ({ accountId, type }) => {
    if (type === 'delivery') return;
    for (const entry of byAccount.get(accountId) ?? []) {
      entry.moved = true;
      if (type !== 'result') entry.stale = true;
    }
    if (type !== 'result') for (const { changed } of loading.values()) changed.add(accountId);
  });

  function isFresh(entry: Entry | undefined): entry is Entry {
    if (!entry || entry.stale) return false;
    const age = deps.clock.now() - entry.loadedAt;
    return age >= 0 && age < (entry.moved ? MOVING_MS : QUIET_MS);
  }

  function drop(slug: string): void {
    const entry = entries.get(slug);
    if (!entry) return;
    bytes -= entry.bytes;
    entries.delete(slug);
    const siblings = byAccount.get(entry.source.accountId);
    siblings?.delete(entry);
    if (siblings?.size === 0) byAccount.delete(entry.source.accountId);
  }

  function grow(entry: Entry, slug: string, by: number): void {
    entry.bytes += by;
    if (entries.get(slug) === entry) bytes += by;
    for (const oldest of entries.keys()) {
      if (bytes <= MOST_BYTES || oldest === slug) break;
      drop(oldest);
    }
  }

  async function reload(slug: string, changed: Set<string>): Promise<Entry | null> {
    const loadedAt = deps.clock.now();
    const source = await load(slug);
    drop(slug);
    if (source === null) return null;
    const stale = changed.has(source.accountId);
    const entry: Entry = { source, loadedAt, stale, moved: false, copies: {}, bytes: 0 };
    entries.set(slug, entry);
    const { accountId } = source;
    byAccount.set(accountId, (byAccount.get(accountId) ?? new Set()).add(entry));
    return entry;
  }

  function loadOnce(slug: string): Promise<Entry | null> {
    const running = loading.get(slug);
    if (running) return running.done;
    const changed = new Set<string>();
    const done = reload(slug, changed).finally(() => loading.delete(slug));
    loading.set(slug, { done, changed });
    return done;
  }

  function copyOf(entry: Entry, slug: string, form: Form): Copy {
    const found = entry.copies[form];
    if (found) return found;
    const made = makeCopy(entry.source[form](), (size) => grow(entry, slug, size));
    entry.copies[form] = made;
    return made;
  }

  return {
    /** The copy if it may still be served; what a request asks first. */
    ready(slug: string, form: Form): Copy | null {
      const entry = entries.get(slug);
      return isFresh(entry) ? copyOf(entry, slug, form) : null;
    },
    /** A fresh copy; null when there is no such page. */
    async make(slug: string, form: Form): Promise<Copy | null> {
      const entry = await loadOnce(slug);
      // A change during the load: what was read may be older than it.
      const settled = entry?.stale ? await loadOnce(slug) : entry;
      return settled && copyOf(settled, slug, form);
    },
  };
}

export type Copies = ReturnType<typeof createCopies>;

function makeCopy(text: string, grown: (bytes: number) => void): Copy {
  const plain = new TextEncoder().encode(text);
  let packing: Promise<Uint8Array<ArrayBuffer>> | undefined;
  grown(plain.length);
  return {
    plain,
    etag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
    packed() {
      packing ??= pack(plain).then((made) => {
        const own = new Uint8Array(made);
        grown(own.length);
        return own;
      });
      return packing;
    },
  };
}
