/** Readings of an option's text. Each gives the value or throws an `Error` with the fault, for `config` to name the option. */
import { parseWitness, type Witness } from './witness.ts';

export function fail(message: string): never {
  throw new Error(message);
}

export const text = (v: string): string => v || fail('must not be empty');

export function whole(v: string, min: number, max: number): number {
  if (!/^\d{1,9}$/.test(v) || Number(v) < min || Number(v) > max)
    fail(`"${v}" is not a whole number from ${min} to ${max}`);
  return Number(v);
}

export function yesNo(v: string): boolean {
  if (/^(true|1|yes|on)$/i.test(v)) return true;
  return /^(false|0|no|off)$/i.test(v) ? false : fail(`"${v}" is neither true nor false`);
}

export function oneOf<const T extends string>(v: string, values: readonly T[]): T {
  return values.find((value) => value === v.toLowerCase()) ?? fail(`"${v}" is not one of ${values.join(', ')}`);
}

export function origin(v: string): string {
  const url = URL.canParse(v) ? new URL(v) : fail(`"${v}" is not a URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fail(`"${v}" must start with http:// or https://`);
  if (url.pathname !== '/' || url.search || url.hash || url.username) fail(`"${v}" must be scheme, host and port only`);
  return url.origin;
}

export function origins(v: string): string[] {
  const items = v.split(',').map((item) => item.trim());
  return items.filter(Boolean).map(origin);
}

export function webAddress(v: string): string {
  return /^https?:\/\//i.test(v) && URL.canParse(v) ? new URL(v).href : fail(`"${v}" is not an http or https URL`);
}

export function witnesses(v: string): Witness[] | null {
  if (v === '') return null;
  if (v.toLowerCase() === 'none') return [];
  return v
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => parseWitness(item) ?? fail(`"${item}" is neither host:port nor a URL`));
}

export function address(v: string): string {
  return /^[^\s@<>,;"\u0000-\u001f]+@[^\s@<>,;"\u0000-\u001f]+$/.test(v) ? v : fail(`"${v}" is not an e-mail address`);
}
