import { z } from 'zod';

/** Something that does not come over, and why. */
export interface Loss {
  what: string;
  why: string;
}

const text = z.string().catch('');
const maybe = z.string().nullable().catch(null);
const list = z.array(z.unknown()).catch([]);

/** Every member of these is optional, so that what another maker leaves out does not stop an import. */
export const Affected = z.object({ code: text, new_status: maybe });
export const Update = z.object({
  status: text,
  body: text,
  created_at: maybe,
  display_at: maybe,
  affected_components: list,
});
export const Incident = z.object({
  id: text,
  name: text,
  status: text,
  impact: maybe,
  created_at: maybe,
  started_at: maybe,
  resolved_at: maybe,
  scheduled_for: maybe,
  scheduled_until: maybe,
  incident_updates: list,
  components: list,
});
export type Incident = z.infer<typeof Incident>;
export const Component = z.object({
  id: z.string().min(1),
  name: text,
  status: text,
  description: maybe,
  position: z.number().catch(0),
  group: z.boolean().catch(false),
  group_id: maybe,
  showcase: z.boolean().catch(true),
  only_show_if_degraded: z.boolean().catch(false),
});
export type Component = z.infer<typeof Component>;
export const Named = z.object({ id: text, status: text });

/** The files of Statuspage's public API v2, laid together: members of each that are of use here. */
export const Documents = z.object({
  page: z.object({ name: text, time_zone: maybe }),
  components: z.array(z.unknown()),
  incidents: list,
  scheduled_maintenances: list,
});
export type Documents = z.infer<typeof Documents>;

/** Counts what is lost for the same reason, so that a report of losses has one line for it. */
export class Losses {
  readonly #found = new Map<string, Loss & { times: number }>();

  add(what: string, why: string): void {
    const known = this.#found.get(what);
    if (known) known.times += 1;
    else this.#found.set(what, { what, why, times: 1 });
  }

  list(): Loss[] {
    return [...this.#found.values()].map(({ what, why, times }) => ({
      what: times === 1 ? what : `${what} (${times} times)`,
      why,
    }));
  }
}

/** The text, its end cut off and named among the losses when it is too long. */
export function cut(words: string, most: number, losses?: Losses, what = ''): string {
  if (words.length <= most) return words;
  losses?.add(`${what}: the end`, `It is longer than ${most} characters.`);
  // Never half of a sign that takes two.
  return `${words.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The first `most` rows that are in shape; the others are losses. */
export function rows<S extends z.ZodType>(
  schema: S,
  from: readonly unknown[],
  most: number,
  losses: Losses,
  what: string,
): z.infer<S>[] {
  if (from.length > most) {
    losses.add(`${what} beyond ${most}`, `There are ${from.length}; an import takes ${most}.`);
  }
  return from.slice(0, most).flatMap((row) => {
    const read = schema.safeParse(row);
    if (read.success) return [read.data];
    losses.add(what, 'It is not in the documented shape.');
    return [];
  });
}

/** Epoch ms of an ISO time, not later than `latest`; null for what is none. */
export function timeOf(iso: string | null, latest = Number.MAX_SAFE_INTEGER): number | null {
  if (iso === null || !/^\d{4}-\d\d-\d\dT/.test(iso)) return null;
  const at = Date.parse(iso);
  return Number.isNaN(at) || at < 0 ? null : Math.min(at, latest);
}
