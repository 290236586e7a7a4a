import { DAY } from './time.ts';

export const PLANS = ['free', 'pro', 'business'] as const;
export type Plan = (typeof PLANS)[number];

interface PlanRow {
  label: string;
  /** US dollars a month. */
  price: number;
  /** Monitors that may be active at once. */
  monitors: number;
  /** Status pages. */
  pages: number;
  /** Shortest interval in seconds. */
  interval: number;
  email: boolean;
  webhook: boolean;
  /** Own logo and colour, our mark removable. */
  branding: boolean;
  /** Pages behind a password or for members only. */
  privatePages: boolean;
  customDomain: boolean;
  /** How long results are shown and kept, in ms. */
  retention: number;
  ssl: boolean;
  team: boolean;
  api: boolean;
}

/** The one table of what each plan has. */
export const PLAN: Record<Plan, PlanRow> = {
  free: {
    label: 'Free',
    price: 0,
    monitors: 5,
    pages: 1,
    interval: 300,
    email: true,
    webhook: false,
    branding: false,
    privatePages: false,
    customDomain: false,
    retention: DAY,
    ssl: false,
    team: false,
    api: false,
  },
  pro: {
    label: 'Pro',
    price: 14,
    monitors: 50,
    pages: 3,
    interval: 60,
    email: true,
    webhook: true,
    branding: true,
    privatePages: true,
    customDomain: false,
    retention: 90 * DAY,
    ssl: true,
    team: false,
    api: false,
  },
  business: {
    label: 'Business',
    price: 39,
    monitors: Number.POSITIVE_INFINITY,
    pages: 20,
    interval: 30,
    email: true,
    webhook: true,
    branding: true,
    privatePages: true,
    customDomain: true,
    retention: 365 * DAY,
    ssl: true,
    team: true,
    api: true,
  },
};

/** Abilities a plan has or lacks. */
export type Feature = 'email' | 'webhook' | 'branding' | 'privatePages' | 'customDomain' | 'ssl' | 'team' | 'api';

export function allows(plan: Plan, feature: Feature): boolean {
  return PLAN[plan][feature];
}

/** The cheapest plan that has the feature: what a locked control names. */
export function planFor(feature: Feature): Plan {
  return PLANS.find((plan) => PLAN[plan][feature]) ?? 'business';
}

/** The cheapest plan that may check this often. */
export function planForInterval(seconds: number): Plan {
  return PLANS.find((plan) => PLAN[plan].interval <= seconds) ?? 'business';
}

/** The cheapest plan that holds this many monitors. */
export function planForMonitors(count: number): Plan {
  return PLANS.find((plan) => PLAN[plan].monitors >= count) ?? 'business';
}

/** The cheapest plan that holds this many status pages; null when none does. */
export function planForPages(count: number): Plan | null {
  return PLANS.find((plan) => PLAN[plan].pages >= count) ?? null;
}
