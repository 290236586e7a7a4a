import type { Field } from './field.ts';

/** What is shown in place of a secret; sent back, it means "as before". */
export const MASK = '********';

/** Whether a header of this name carries what opens doors. */
export function isSensitive(header: string): boolean {
  return SENSITIVE.test(header);
}

type Values = Record<string, unknown>;

/** What has fields of which some are secret: a kind of check, a kind of channel. */
export interface Guarded {
  fields: readonly Pick<Field, 'name' | 'type' | 'secret'>[];
}

/** Header names whose value opens doors. */
const SENSITIVE = /^(proxy-)?authorization$|cookie|token|secret|passw|api-?key|session|credential|signature/i;

/** A config as it may be shown: secret fields and the values of telling headers are masked. */
export function maskConfig(kind: Guarded, config: Values): Values {
  const shown = { ...config };
  for (const { name, type, secret } of kind.fields) {
    const value = shown[name];
    if (value === null || value === undefined) continue;
    if (secret) shown[name] = MASK;
    else if (type === 'headers') shown[name] = mapHeaders(value, (key, text) => (SENSITIVE.test(key) ? MASK : text));
  }
  return shown;
}

/**
 * New input with the stored secret wherever the mask came back. A secret field left blank (forms) or left out stays as
 * it was; null removes it.
 */
export function keepSecrets(kind: Guarded, input: Values, stored: Values): Values {
  const kept = { ...input };
  for (const { name, type, secret } of kind.fields) {
    const value = kept[name];
    if (secret && (value === undefined || value === '' || value === MASK)) kept[name] = stored[name] ?? null;
    else if (type === 'headers') kept[name] = keepHeaders(value, stored[name]);
  }
  return kept;
}

function keepHeaders(value: unknown, stored: unknown): unknown {
  const before = isValues(stored) ? stored : {};
  const old = (name: string): unknown =>
    Object.entries(before).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? '';
  if (typeof value === 'string') {
    return value.replace(
      /^([^:\n]+):[ \t]*\*{8}[ \t]*(\r?)$/gm,
      (_line, name: string) => `${name}: ${String(old(name.trim()))}`,
    );
  }
  return value === undefined ? value : mapHeaders(value, (key, text) => (text === MASK ? old(key) : text));
}

function mapHeaders(value: unknown, change: (name: string, text: unknown) => unknown): unknown {
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, change(name, text)]));
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
