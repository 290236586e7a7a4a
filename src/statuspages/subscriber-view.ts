import { can, type Role } from '../core/access.ts';
import type { ListedSubscriber, SubscriberCounts, SubscriberState } from './subscriber-queries.ts';
import { shownTarget } from './subscriber-target.ts';

export const SUBSCRIBER_STATES = ['active', 'waiting', 'disabled'] as const satisfies readonly SubscriberState[];

export function subscriberState(one: Pick<ListedSubscriber, 'confirmed_at' | 'disabled_at'>): SubscriberState {
  if (one.disabled_at !== null) return 'disabled';
  return one.confirmed_at === null ? 'waiting' : 'active';
}

const KIND = { email: 'E-mail', webhook: 'Webhook', slack: 'Slack' };
const STATE = {
  active: { word: 'Subscribed', pill: 'up' },
  waiting: { word: 'Not confirmed yet', pill: 'pending' },
  disabled: { word: 'Switched off', pill: 'down' },
};

/** One line of the list; `names` are the components of the page by id. */
export function subscriberLine(one: ListedSubscriber, names: ReadonlyMap<string, string>) {
  const { id, kind, target, component_ids: ids, incidents, maintenance, created_at: at, last_error: error } = one;
  const state = subscriberState(one);
  const chosen = ids?.map((component) => names.get(component)).filter((name) => name !== undefined) ?? null;
  return {
    id,
    at,
    error,
    kind: KIND[kind],
    shown: shownTarget(kind, target),
    state,
    stateWord: STATE[state].word,
    components: chosen === null ? 'All components' : chosen.join(', ') || 'Components that are gone',
    news: incidents && maintenance ? 'Incidents and maintenance' : incidents ? 'Incidents' : 'Maintenance',
  };
}

/** Filters above the list, each with how many there are. */
export function stateLinks(here: string, counts: SubscriberCounts, current: SubscriberState | undefined) {
  const word = { active: 'subscribed', waiting: 'not confirmed yet', disabled: 'switched off' };
  return SUBSCRIBER_STATES.map((state) => ({
    href: state === current ? here : `${here}?state=${state}`,
    count: counts[state],
    word: word[state],
    current: state === current,
  }));
}

/** What a role may do with the list: addresses are for those who may change the page, files for those who manage. */
export function listRights(role: Role) {
  return { mayWrite: can(role, 'write'), mayManage: can(role, 'manage') };
}
