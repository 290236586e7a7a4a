import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { isAway, stripeFault } from './provider.ts';

/** What people are told of a fault of Stripe's; its own words are for whoever runs this. Any other error as it is. */
export function inWords(deps: Deps, accountId: string, error: unknown): unknown {
  const fault = stripeFault(error);
  if (fault === null) return error;
  deps.log.error({ account: accountId, fault, reason: (error as Error).message }, 'Stripe did not do what was asked');
  return isAway(error)
    ? new AppError('unavailable', 'Stripe cannot be reached just now. Nothing was changed; try again in a minute.')
    : new AppError(
        'unavailable',
        'Stripe refused this. Nothing was changed; whoever runs this StatusPing finds why in its log.',
      );
}
