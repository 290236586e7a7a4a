import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext, Forms, PageForm } from './forms.ts';
import { loadFacts } from './load.ts';
import type { Audience } from './shown-queries.ts';

const pack = promisify(gzip);

/** How long a copy serves while results move its numbers, and while nothing at all happens. */
const MOVING_MS = 5 * SECOND;
const QUIET_MS = 60 * SECOND;
/** All copies together, in bytes, and most of one page. */
const MOST_BYTES = 32 * 1_048_576;
const MOST_OF_PAGE = 400;

/** Bytes of an answer in both encodings, with the tag of each. */
export interface Copy {
  plain: Uint8Array<ArrayBuffer>;
  etag: string;
  /** Of the answer. */
  status: number;
  /** Of the answer with the bytes as they are, and packed. Made once: an answer must not cost a header. */
  headers: { plain: Record<string, string>; gzip: Record<string, string> };
  /** Packed when first asked for. */
  packed(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Which bytes are wanted of a page. `language` null is the page's own. */
export interface Wanted extends Pick<FormContext, 'root' | 'tail' | 'params'> {
  form: string;
  language: FormContext['language'] | null;
}

/** A page's facts for one audience, and what was written of them. */
export interface Entry {
  facts: PageFacts;
  audience: Audience;
  loadedAt: number;
  /** A change of state or settings: not to be served any more. */
  stale: boolean;
  /** Results came in: the numbers have moved on. */
  moved: boolean;
  copies: Map<string, Copy>;
  bytes: number;
}

/**
 * Keeps each page as the bytes that are sent, by slug and audience, then by form, language, root and parameters.
 * A copy is replaced at the first request after a change of state or settings of its account, after 5 s when only
 * numbers moved, after a minute anyway. Unknown slugs leave nothing behind. `headersOf` is asked once for each copy.
 */
export function createCopies(
  deps: Deps,
  forms: Forms,
  headersOf: (form: PageForm, facts: PageFacts, audience: Audience) => Record<string, string>,
) {
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

  function drop(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    bytes -= entry.bytes;
    entries.delete(key);
    const siblings = byAccount.get(entry.facts.accountId);
    siblings?.delete(entry);
    if (siblings?.size === 0) byAccount.delete(entry.facts.accountId);
  }

  function grow(entry: Entry, by: number): void {
    const own = keyOf(entry.facts.slug, entry.audience);
    entry.bytes += by;
    if (entries.get(own) === entry) bytes += by;
    for (const oldest of entries.keys()) {
      if (bytes <= MOST_BYTES || oldest === own) break;
      drop(oldest);
    }
  }

  async function reload(slug: string, audience: Audience, changed: Set<string>): Promise<Entry | null> {
    const loadedAt = deps.clock.now();
    const facts = await loadFacts(deps, { slug }, audience);
    const key = keyOf(slug, audience);
    drop(key);
    if (facts === null) return null;
    const stale = changed.has(facts.accountId);
    const entry: Entry = { facts, audience, loadedAt, stale, moved: false, copies: new Map(), bytes: 0 };
    entries.set(key, entry);
    byAccount.set(facts.accountId, (byAccount.get(facts.accountId) ?? new Set()).add(entry));
    return entry;
  }

  function loadOnce(slug: string, audience: Audience): Promise<Entry | null> {
    const key = keyOf(slug, audience);
    const running = loading.get(key);
    if (running) return running.done;
    const changed = new Set<string>();
    const done = reload(slug, audience, changed).finally(() => loading.delete(key));
    loading.set(key, { done, changed });
    return done;
  }

  return {
    /** A page's facts if they may still be served; what a request asks first. */
    ready(slug: string, audience: Audience): Entry | null {
      const entry = entries.get(keyOf(slug, audience));
      return isFresh(entry) ? entry : null;
    },
    /** Fresh facts; null when there is no such page. */
    async load(slug: string, audience: Audience): Promise<Entry | null> {
      const entry = await loadOnce(slug, audience);
      // A change during the load: what was read may be older than it.
      return entry?.stale ? loadOnce(slug, audience) : entry;
    },
    /** What was written of these facts before. */
    written: (entry: Entry, wanted: Wanted): Copy | null => entry.copies.get(copyKey(wanted)) ?? null,
    /** Writes a form of these facts; null when the page has no such thing. */
    async write(entry: Entry, wanted: Wanted): Promise<Copy | null> {
      const form = forms[wanted.form];
      if (!form) return null;
      const { facts, audience, loadedAt } = entry;
      const language = wanted.language ?? facts.language;
      const { root, tail, params } = wanted;
      const context = { root, tail, params, language, audience, now: loadedAt, baseUrl: deps.config.baseUrl };
      const made = form.write(facts, context);
      const text = made instanceof Promise ? await made : made;
      if (text === null) return null;
      const status = form.status?.(facts) ?? 200;
      const headers = { ...headersOf(form, facts, audience), ...form.headers?.(facts, context) };
      const copy = makeCopy(text, status, headers, (size) => grow(entry, size));
      if (entry.copies.size >= MOST_OF_PAGE) entry.copies.clear();
      entry.copies.set(copyKey(wanted), copy);
      return copy;
    },
  };
}

export type Copies = ReturnType<typeof createCopies>;

function keyOf(slug: string, audience: Audience): string {
  return audience === 'public' ? slug : `${slug}|${audience}`;
}

function copyKey({ form, language, root, tail, params }: Wanted): string {
  let key = `${form}|${language ?? ''}|${root}|${tail}`;
  for (const name in params) key += `|${name}=${params[name] ?? ''}`;
  return key;
}

function makeCopy(
  made: string | Uint8Array<ArrayBuffer>,
  status: number,
  headers: Record<string, string>,
  grown: (bytes: number) => void,
): Copy {
  const plain = typeof made === 'string' ? new TextEncoder().encode(made) : made;
  const etag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  let packing: Promise<Uint8Array<ArrayBuffer>> | undefined;
  grown(plain.length);
  return {
    plain,
    status,
    headers: {
      plain: { ...headers, etag: `"${etag}"` },
      gzip: { ...headers, etag: `"${etag}-gz"`, 'content-encoding': 'gzip' },
    },
    etag,
    packed() {
      packing ??= pack(plain).then((done) => {
        const own = new Uint8Array(done);
        grown(own.length);
        return own;
      });
      return packing;
    },
  };
}
