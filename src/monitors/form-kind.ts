import type { AnyCheck } from '../checks/check.ts';
import { CHECKS } from '../checks/registry.ts';
import { KINDS, type Kind } from '../core/monitor.ts';
import { allows, PLAN, type Plan, planFor } from '../core/plan.ts';

/** The kind a link or a form names, if there is one of that name. */
export function kindNamed(name: string | undefined): Kind | null {
  return KINDS.find((kind) => kind === name) ?? null;
}

/** The kinds to choose from, each a link that works without scripts; those the plan lacks name the plan that has them. */
export function kindLinks(plan: Plan, chosen: Kind) {
  return KINDS.map((kind) => {
    const { label, plan: feature } = CHECKS[kind];
    const locked = feature === null || allows(plan, feature) ? null : PLAN[planFor(feature)].label;
    return { kind, label, locked, current: kind === chosen, href: locked ? '/pricing' : `/monitors/new?kind=${kind}` };
  });
}

/** What was typed for another kind, as far as this one can use it: the same text, its host, or nothing. */
export function carriedTarget(check: AnyCheck, typed: string): string {
  if (check.targetField === null || typed === '') return '';
  const host = URL.canParse(typed) ? new URL(typed).hostname : '';
  return [typed, host].find((text) => text !== '' && 'target' in check.parseTarget(text)) ?? '';
}
