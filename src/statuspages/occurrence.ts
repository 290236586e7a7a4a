import type { MaintenanceFacts } from './facts.ts';

/**
 * Name of planned work for those who remember what they have read: a window keeps it when it is moved, one that comes
 * again has another each time.
 */
export function occurrenceId(one: Pick<MaintenanceFacts, 'id' | 'recurring' | 'starts_at'>): string {
  return one.recurring ? `${one.id}-${Math.floor(one.starts_at / 60_000).toString(36)}` : one.id;
}
