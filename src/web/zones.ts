import { isZone } from '../core/zone.ts';

/** The time zones of a select; one that is chosen but not listed by this engine is among them. */
export function zoneOptions(chosen: string): { value: string; label: string }[] {
  const names = new Set(['UTC', ...(isZone(chosen) ? [chosen] : []), ...Intl.supportedValuesOf('timeZone')]);
  return [...names].map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}
