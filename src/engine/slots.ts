import { type Grain, NO_TOTALS, type SummaryRow } from '../core/uptime.ts';
import type { Tx } from '../db/client.ts';
import { findSummaries, replaceSummaries } from '../monitors/ingest-queries.ts';

/** More monitors than this cannot be kept in mind; forgetting costs one read each. */
const MAX_KEPT = 200_000;

/**
 * The newest summary of each monitor and grain as it was last committed, so that a check need not read what the one
 * before it wrote. Only ingest writes these rows, and old ones are pruned, so a kept row is never stale.
 */
export class Slots {
  readonly #newest = new Map<string, SummaryRow>();

  find(monitorNo: number, grain: Grain, slot: number): SummaryRow | undefined {
    const row = this.#newest.get(`${monitorNo}:${grain}`);
    return row?.slot === slot ? row : undefined;
  }

  keep(row: SummaryRow): void {
    const key = `${row.monitor_no}:${row.grain}`;
    const newest = this.#newest.get(key);
    if (this.#newest.size > MAX_KEPT) this.#newest.clear();
    if (!newest || newest.slot <= row.slot) this.#newest.set(key, row);
  }
}

interface Change {
  monitorNo: number;
  grain: Grain;
  slot: number;
  apply: ((row: SummaryRow) => SummaryRow)[];
}

/** What one transaction changes of the summaries. Nothing reaches `Slots` before `keep`, so a rollback leaves no trace. */
export class SlotChanges {
  readonly #slots: Slots;
  readonly #changes = new Map<string, Change>();
  #written: SummaryRow[] = [];

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  add(monitorNo: number, grain: Grain, slot: number, apply: (row: SummaryRow) => SummaryRow): void {
    const key = `${monitorNo}:${grain}:${slot}`;
    const change = this.#changes.get(key);
    if (change) change.apply.push(apply);
    else this.#changes.set(key, { monitorNo, grain, slot, apply: [apply] });
  }

  async write(tx: Tx): Promise<void> {
    const changes = [...this.#changes.values()];
    if (changes.length === 0) return;
    const stored = await this.#read(tx, changes);
    this.#written = changes.map((change) => {
      const { monitorNo, grain, slot } = change;
      const row =
        this.#slots.find(monitorNo, grain, slot) ??
        stored.get(`${monitorNo}:${grain}:${slot}`) ??
        ({ ...NO_TOTALS, maintenance_seconds: 0, monitor_no: monitorNo, grain, slot } satisfies SummaryRow);
      return change.apply.reduce((sums, apply) => apply(sums), row);
    });
    await replaceSummaries(tx, this.#written);
  }

  keep(): void {
    for (const row of this.#written) this.#slots.keep(row);
  }

  async #read(tx: Tx, changes: readonly Change[]): Promise<Map<string, SummaryRow>> {
    const unknown = changes.filter(({ monitorNo, grain, slot }) => !this.#slots.find(monitorNo, grain, slot));
    if (unknown.length === 0) return new Map();
    const rows = await findSummaries(
      tx,
      unknown.map(({ monitorNo, grain, slot }) => [monitorNo, grain, slot] as const),
    );
    return new Map(rows.map((row) => [`${row.monitor_no}:${row.grain}:${row.slot}`, row]));
  }
}
