import type { Config } from './config.ts';
import type { Clock } from './core/time.ts';
import type { Database } from './db/client.ts';
import type { Live } from './engine/live.ts';
import type { Tally } from './engine/tally.ts';
import type { Log } from './log.ts';
import type { Outbound } from './net/guard.ts';
import type { Passwords } from './users/passwords.ts';

/** Everything the product works with, built once in `main.ts` (and by tests) and handed down as an argument. */
export interface Deps {
  config: Config;
  db: Database;
  clock: Clock;
  log: Log;
  live: Live;
  tally: Tally;
  outbound: Outbound;
  passwords: Passwords;
  /** Something is due now: the outbox or the scheduler should look before its next tick. */
  wake: { outbox(): void; scheduler(): void };
}
