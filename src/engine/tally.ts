/** Upper ends of the columns of how long requests take, seconds. */
export const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10] as const;

/** How long something took, over all times: one count for each column, and one for everything longer. */
export interface Durations {
  columns: number[];
  sum: number;
  count: number;
}

/**
 * What has happened since the start, counted in memory where it happens: adding one must cost next to nothing, so the
 * names for the outside are found when somebody asks. Keys are the labels joined by a space.
 */
export class Tally {
  /** By kind and status of the verdict. */
  readonly checks = new Map<string, number>();
  /** By kind of channel and state afterwards: each try counts. */
  readonly deliveries = new Map<string, number>();
  /** Alerts that left later than they should have. */
  lateAlerts = 0;
  /** By method, route and class of status. */
  readonly requests = new Map<string, Durations>();

  check(kind: string, status: string): void {
    add(this.checks, `${kind} ${status}`);
  }

  delivery(kind: string, state: string): void {
    add(this.deliveries, `${kind} ${state}`);
  }

  request(method: string, route: string, status: number, ms: number): void {
    const key = `${method} ${route} ${Math.floor(status / 100)}xx`;
    let durations = this.requests.get(key);
    if (!durations) {
      durations = { columns: Array<number>(REQUEST_SECONDS.length + 1).fill(0), sum: 0, count: 0 };
      this.requests.set(key, durations);
    }
    const seconds = ms / 1_000;
    let column = 0;
    while (column < REQUEST_SECONDS.length && seconds > (REQUEST_SECONDS[column] ?? 0)) column += 1;
    durations.columns[column] = (durations.columns[column] ?? 0) + 1;
    durations.sum += seconds;
    durations.count += 1;
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
