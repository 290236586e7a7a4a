import { duration, DAY, SECOND } from './time.ts';
import { PLAN, PLANS, type Feature, type Plan } from './plan.ts';

/** What belongs to a feature besides what its name says. */
const NOTE: Partial<Record<Feature, string>> = { branding: 'logo, colours, CSS, private pages' };

const PITCH: Record<Plan, string> = {
  free: 'For a side project and its one page.',
  pro: `For the sites that pay your rent, on ${PLAN.pro.pages} status pages.`,
  business: `For many sites, checked twice a minute, on ${PLAN.business.pages} status pages.`,
};

const FEATURES: [Feature, string][] = [
  ['email', 'E-mail alerts'],
  ['webhook', 'Webhook alerts'],
  ['branding', 'Own branding'],
  ['customDomain', 'Status page on your domain'],
  ['ssl', 'SSL certificate monitors'],
  ['team', 'Team members'],
  ['api', 'API tokens'],
];

/** The ten rows of the plan table as the pricing pages show them. */
export function planTable() {
  return {
    plans: PLANS.map((plan) => ({ id: plan, label: PLAN[plan].label, price: PLAN[plan].price, pitch: PITCH[plan] })),
    rows: [
      figure('Monitors', (plan) => (Number.isFinite(PLAN[plan].monitors) ? `${PLAN[plan].monitors}` : 'Unlimited')),
      figure('Shortest interval', (plan) => duration(PLAN[plan].interval * SECOND)),
      ...FEATURES.slice(0, 4).map(feature),
      figure('History', (plan) => history(PLAN[plan].retention / DAY)),
      ...FEATURES.slice(4).map(feature),
    ],
  };
}

function figure(label: string, write: (plan: Plan) => string) {
  return { label, note: null, cells: PLANS.map((plan) => ({ text: write(plan), has: null })) };
}

function feature([name, label]: [Feature, string]) {
  const cells = PLANS.map((plan) => ({ text: PLAN[plan][name] ? 'Yes' : 'No', has: PLAN[plan][name] }));
  return { label, note: NOTE[name] ?? null, cells };
}

function history(days: number): string {
  if (days === 1) return '24 hours';
  return days === 365 ? '1 year' : `${days} days`;
}
