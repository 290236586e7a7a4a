import type { Deps } from '../deps.ts';
import type { Job } from '../engine/jobs.ts';
import { publishJob } from './publish.ts';
import { subscriberJobs } from './subscriber-news.ts';

/** Everything that recurs for public pages and has to know what they say. */
export function pageJobs(deps: Deps): Job[] {
  return [...subscriberJobs(deps), publishJob(deps)];
}
