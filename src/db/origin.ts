import { AsyncLocalStorage } from 'node:async_hooks';

/** From where a change comes: what the record of changes says beside who made it. */
export interface Origin {
  /** `page`, `api`, `token tok_…`, `console`. */
  via: string;
  ip: string | null;
}

const storage = new AsyncLocalStorage<Origin | null>();

/**
 * Whatever is recorded while `work` runs carries this origin. It travels beside the arguments because it decides
 * nothing: seventy places record a change, and none of them should have to hand it on.
 */
export function withOrigin<T>(origin: Origin, work: () => T): T {
  return storage.run(origin, work);
}

/** The product's own work: whoever made it begin, by waking it, has not done what it does. */
export function withoutOrigin<T>(work: () => T): T {
  return storage.run(null, work);
}

/** The origin of what is running; null for the product's own work. */
export function currentOrigin(): Origin | null {
  return storage.getStore() ?? null;
}
