import { PLAN, PLANS } from '../core/plan.ts';
import type { Deps } from '../deps.ts';

/**
 * `next` of a log-in as a path of this site, or the dashboard: `//host`, `/\host` and control characters lead away
 * (R-AU-15), and letters beyond ASCII are read as slashes by some. A browser writes our own paths without them.
 */
export function localPath(next: string | undefined): string {
  const home = '/dashboard';
  if (!next || !/^\/(?!\/)[!-[\]-~]*$/.test(next)) return home;
  // Whatever a browser makes of it, dots resolved, must still be a plain path on the host it was on.
  const base = 'http://local.invalid';
  const url = URL.canParse(next, base) ? new URL(next, base) : null;
  return url?.origin === base && !url.pathname.startsWith('//') ? next : home;
}

/**
 * The plan that somebody wants to sign up for, where plans are sold; null for none, and for anything else. `buyAt` is
 * where its owner pays, `askAt` leads everybody who is logged in to where they may go.
 */
export function wantedPlan({ config }: Pick<Deps, 'config'>, asked: unknown) {
  const plan = config.stripe ? PLANS.find((one) => one === asked && one !== 'free') : undefined;
  if (plan === undefined) return null;
  const { label } = PLAN[plan];
  return { id: plan, label, buyAt: `/settings/billing?plan=${plan}`, askAt: `/signup?plan=${plan}` };
}
