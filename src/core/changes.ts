/** What each changed field was and is. */
export type Changes = Record<string, readonly [before: unknown, after: unknown]>;

/** The fields that differ, compared as JSON; undefined when none does. Mask secrets before: what comes in goes on record. */
export function changesOf(before: Record<string, unknown>, after: Record<string, unknown>): Changes | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((name) => [name, [before[name] ?? null, after[name] ?? null] as const]));
}
