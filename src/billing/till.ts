import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { createTurns } from '../web/turns.ts';
import { createProvider, type Provider } from './provider.ts';

/** What sells the plans, or null where nothing does. What concerns one account is done one after the other. */
export type Till = ReturnType<typeof createTill>;

export function createTill(deps: Deps) {
  const { stripe } = deps.config;
  if (!stripe) return null;
  const provider = createProvider(deps, stripe);
  const turns = createTurns();
  return {
    provider,
    inTurn: <T>(accountId: string, work: (provider: Provider) => Promise<T>): Promise<T> =>
      turns(accountId, true, () => work(provider)),
  };
}

/** The till, or `AppError` `conflict`: here whoever runs the installation sets the plans. */
export function requireTill(till: Till): NonNullable<Till> {
  if (till) return till;
  throw new AppError('conflict', 'Plans are not sold here: whoever runs this StatusPing sets them.');
}
