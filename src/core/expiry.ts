import { DAY } from './time.ts';

/** Days before the end at which people are told, unless a monitor says otherwise. */
export const WARN_DAYS: readonly number[] = [30, 14, 7, 3, 1];

/** Stands for "expired" among the thresholds, and for a change that was not expected. */
const EXPIRED = 0;
export const CHANGED = -1;

/** Whole days until `end` (epoch ms); negative when past. */
export function daysUntil(end: number, now: number): number {
  return Math.floor((end - now) / DAY);
}

/** The thresholds that are behind us, in days: expired is 0. */
export function crossedThresholds(end: number, warnDays: readonly number[], now: number): number[] {
  return [...new Set([...warnDays, EXPIRED])].filter((days) => end - now <= days * DAY);
}

/** "expired 3 days ago", "less than a day left", "12 days left". */
export function leftWords(end: number, now: number): string {
  const days = Math.floor(Math.abs(end - now) / DAY);
  const counted = days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`;
  return end <= now ? `expired ${counted} ago` : `${counted} left`;
}
