import { type Feature, PLAN, type Plan, planFor, PLANS } from '../core/plan.ts';
import { DAY, duration, SECOND } from '../core/time.ts';

interface PlanLine {
  label: string;
  text: string;
  has: boolean;
  /** Label of the plan that opens what this one lacks. */
  opens: string | null;
}

const FEATURES: [Feature, string][] = [
  ['email', 'E-mail alerts'],
  ['webhook', 'Webhook alerts'],
  ['branding', 'Own logo and colour'],
  ['customDomain', 'Status page on your domain'],
  ['ssl', 'SSL certificate monitors'],
  ['team', 'Team members'],
  ['api', 'API tokens'],
];

/** The ten limits of a plan beside what the account uses of them. */
export function planCard(plan: Plan, used: { monitors: number }) {
  const row = PLAN[plan];
  const room = Number.isFinite(row.monitors)
    ? `${used.monitors} of ${row.monitors} active`
    : `${used.monitors} active, no limit`;
  const figures: PlanLine[] = [
    figure('Monitors', room),
    figure('Shortest interval', duration(row.interval * SECOND)),
    figure('Results kept', row.retention === DAY ? '24 hours' : `${row.retention / DAY} days`),
  ];
  return {
    label: row.label,
    price: row.price,
    lines: [...figures, ...FEATURES.map(([feature, label]) => featureLine(plan, feature, label))],
    full: used.monitors >= row.monitors,
    others: PLANS.filter((other) => other !== plan).map((other) => PLAN[other].label),
  };
}

function figure(label: string, text: string): PlanLine {
  return { label, text, has: true, opens: null };
}

function featureLine(plan: Plan, feature: Feature, label: string): PlanLine {
  const has = PLAN[plan][feature];
  const text = has ? 'Included' : 'Not included';
  return { label, text, has, opens: has ? null : PLAN[planFor(feature)].label };
}
