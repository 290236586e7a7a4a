import { createClient } from '../../clients/ts/client.ts';
import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { findSession } from '../users/session-queries.ts';
import type { Session } from '../web/env.ts';
import { type Askable, askInside } from '../web/inside.ts';
import { applyPlan, type Outcome, type Progress } from './apply.ts';
import type { Plan } from './plan.ts';
import type { Client } from './server.ts';

/** An apply on its way, or the last one of an account. */
export interface Job {
  /** Who began it. */
  by: string;
  startedAt: number;
  total: number;
  /** What is done so far, the newest last. */
  steps: Progress[];
  /** Null while it runs. */
  outcome: Outcome | null;
  /** A fault of ours ended it. */
  broken: boolean;
  /** Resolves when it is over, whatever became of it. */
  ended: Promise<void>;
}

/** Finished ones that are remembered, for the page that shows how it went. */
const MOST_JOBS = 200;

/** Applies in the background, one at a time for each account; a restart forgets them, and another plan finds the rest. */
export function createJobs(deps: Deps) {
  const jobs = new Map<string, Job>();

  function startApply(accountId: string, by: string, client: Client, plan: Plan): Job {
    const last = jobs.get(accountId);
    if (last && last.outcome === null && !last.broken) {
      throw new AppError('conflict', 'A settings file is being applied already. Wait until it is done.');
    }
    const job: Job = {
      by,
      startedAt: deps.clock.now(),
      total: plan.steps.length,
      steps: [],
      outcome: null,
      broken: false,
      ended: Promise.resolve(),
    };
    jobs.delete(accountId);
    jobs.set(accountId, job);
    forgetOldest();
    job.ended = run(job, client, plan);
    return job;
  }

  async function run(job: Job, client: Client, plan: Plan): Promise<void> {
    try {
      job.outcome = await applyPlan(client, plan, (progress) => job.steps.push(progress));
    } catch (error) {
      job.broken = true;
      deps.log.error({ err: error }, 'a settings file could not be applied');
    }
  }

  function forgetOldest(): void {
    for (const [accountId, { outcome, broken }] of jobs) {
      if (jobs.size <= MOST_JOBS) return;
      if (outcome !== null || broken) jobs.delete(accountId);
    }
  }

  return {
    startApply,
    /** The one that runs, or the last one; null when there was none since the start of the server. */
    find: (accountId: string): Job | null => jobs.get(accountId) ?? null,
  };
}

export type Jobs = ReturnType<typeof createJobs>;

/**
 * A client that asks this server itself in the name of `session`, so that every right, limit and record is that of the
 * API. Who logs out, is removed or gets another role meanwhile is known before the next request. `address` is where the
 * person is.
 */
export function insideClient(deps: Deps, app: Askable, session: Session, address: string): Client {
  return createClient({
    baseUrl: deps.config.baseUrl,
    fetch: async (request) => {
      // Hundreds of these in a row must leave room for everything else.
      await new Promise((done) => setImmediate(done));
      const now = await findSession(deps.db.read, session.id, deps.clock.now());
      if (!now || now.user_id !== session.user.id || now.account_id !== session.account.id) {
        throw new AppError('unauthorised', 'You logged out, or are in another account now, so this has stopped.');
      }
      const { role, plan, downgraded_from } = now;
      const current = { ...session, role, account: { ...session.account, plan, downgraded_from } };
      return askInside(app, current, request, { incoming: { socket: { remoteAddress: address } } });
    },
  });
}
