import { Cron } from 'croner';
import type { Log } from '../log.ts';

/** Something that recurs. `pattern` is a cron expression with seconds, in UTC. */
export interface Job {
  name: string;
  pattern: string;
  run: () => Promise<void>;
}

/** Runs each job on its pattern, never twice at once; a failure is logged and does not end the recurrence. */
export function startJobs(jobs: readonly Job[], log: Log): { stop(): void } {
  const crons = jobs.map(({ name, pattern, run }) => {
    const failed = (err: unknown) => log.error({ err, job: name }, 'a job failed');
    return new Cron(pattern, { timezone: 'UTC', protect: true, catch: failed }, run);
  });
  return {
    stop: () => {
      for (const cron of crons) cron.stop();
    },
  };
}
