import { iso } from '../core/time.ts';
import type { ComponentState, PageStatus } from '../core/severity.ts';
import { words } from '../core/words/index.ts';
import type { PageFacts } from './facts.ts';
import type { Forms } from './forms.ts';
import { headlineOf } from './visitor-view.ts';

type Verdict = 'pass' | 'warn' | 'fail';

/** Only what is wholly away fails: part of a service that works is a concern. */
const VERDICT: Record<PageStatus, Verdict> = {
  operational: 'pass',
  degraded: 'warn',
  partial_outage: 'warn',
  major_outage: 'fail',
  maintenance: 'warn',
  unknown: 'warn',
};

/** Paused ones and those without a result say nothing, so there is nothing to be concerned about. */
function verdictOf({ state, status }: { state: ComponentState; status: PageStatus }): Verdict {
  return state === 'paused' || state === 'pending' ? 'pass' : VERDICT[status];
}

/** The page for programs that watch services (draft-inadarei-api-health-check): 200 while it passes or warns, else 503. */
export function healthForms(): Forms {
  return {
    health: {
      path: '/health.json',
      contentType: 'application/health+json',
      kind: 'data',
      status: (facts) => (VERDICT[facts.status] === 'fail' ? 503 : 200),
      write: (facts, { language }) =>
        JSON.stringify({
          status: VERDICT[facts.status],
          serviceId: facts.id,
          description: facts.title,
          output: headlineOf(facts, words(language)),
          notes: [facts.status],
          links: { about: facts.url },
          checks: checks(facts),
        }),
    },
  };
}

function checks(facts: PageFacts) {
  const leaves = facts.components.filter(({ kind }) => kind !== 'group');
  return Object.fromEntries(
    leaves.map((one) => [
      `${one.id}:status`,
      [
        {
          componentId: one.id,
          componentType: 'component',
          componentName: one.name,
          observedValue: one.status,
          status: verdictOf(one),
          time: iso(one.lastResultAt ?? one.updatedAt),
        },
      ],
    ]),
  );
}
