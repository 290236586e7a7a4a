import { MINUTE, SECOND } from './time.ts';
import type { Reason, Verdict } from './verdict.ts';

/** Somebody else who can tell whether our own way out works: a port that accepts, or a URL that answers at all. */
export type Witness = { text: string } & ({ host: string; port: number } | { url: string });

/** A witness as settings spell it, `host:port`, `[v6]:port` or an http(s) URL; null when it is neither. */
export function parseWitness(text: string): Witness | null {
  if (/^https?:\/\//i.test(text)) return URL.canParse(text) ? { text, url: new URL(text).href } : null;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s/:@[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2] ?? '';
  return match && port >= 1 && port <= 65_535 && URL.canParse(`http://${match[1] ? `[${host}]` : host}`)
    ? { text, host, port }
    : null;
}

/** Asked by name, so that a dead resolver of ours shows as well as a dead line. */
export const DEFAULT_WITNESSES: readonly Witness[] = ['one.one.one.one', 'dns.google', 'dns.quad9.net'].map((host) => ({
  text: `${host}:443`,
  host,
  port: 443,
}));

const NETWORK: ReadonlySet<Reason> = new Set([
  'dns_not_found',
  'dns_failure',
  'dns_timeout',
  'connect_refused',
  'connect_timeout',
  'unreachable',
  'connection_reset',
  'timeout_first_byte',
  'timeout_body',
  'packet_loss',
]);

/** A failure that looks from here as if our own network had failed; an answer, however wrong, does not. */
export function isNetworkFailure({ status, reason }: Pick<Verdict, 'status' | 'reason'>): boolean {
  return status === 'down' && reason !== null && NETWORK.has(reason);
}

/** What cannot be told apart from silence of ours while we are offline: signs of life that do not get in, too. */
export function needsNetwork(verdict: Pick<Verdict, 'status' | 'reason'>): boolean {
  return isNetworkFailure(verdict) || (verdict.status === 'down' && verdict.reason === 'heartbeat_missed');
}

/** The verdict on a target while our own network is gone: none (R-IN-6). */
export function withoutNetwork({ phases }: Verdict): Verdict {
  return {
    status: 'unknown',
    reason: 'internal',
    message: 'Our own network failed.',
    responseTimeMs: null,
    statusCode: null,
    phases,
  };
}

/** An answer from anybody this recently proves that the network works, unless half of all fail. */
const ANSWER_MS = 5 * SECOND;
const WINDOW_MS = MINUTE;
const MIN_HOSTS = 5;

interface Latest {
  at: number;
  host: string;
  failed: boolean;
}

/**
 * The latest result of each monitor over the last minute, kept so that each new one costs the same whatever their
 * number. Says when failures begin to look like our own (R-CK-18).
 */
export class LastMinute {
  /** By monitor, the oldest first. */
  readonly #latest = new Map<number, Latest>();
  /** Hosts that fail, with how many of their monitors do. */
  readonly #failing = new Map<string, number>();
  #failed = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #prunedAt = Number.NEGATIVE_INFINITY;

  /** Notes a result that ended at `now` (epoch ms). `host` is '' for a check that contacts nobody: it does not count. */
  see(monitorNo: number, host: string, verdict: Pick<Verdict, 'status' | 'reason'>, now: number): void {
    if (host === '' || verdict.status === 'unknown' || verdict.status === 'blocked') return;
    const failed = isNetworkFailure(verdict);
    if (!failed) this.#answeredAt = now;
    this.#drop(monitorNo);
    this.#latest.set(monitorNo, { at: now, host, failed });
    if (failed) this.#count(host, 1);
    // Not each time: a map walks over the gaps that its oldest entries have left.
    if (Math.abs(now - this.#prunedAt) >= SECOND) this.#prune(now);
  }

  /**
   * Whether a network failure at `now` should not be believed unasked: at least half of the checks fail, on five hosts
   * or more; or nobody at all has answered lately, which also protects those who watch two or three hosts.
   */
  suspicious(now: number): boolean {
    if (this.#failed === 0) return false;
    const many = this.#failing.size >= MIN_HOSTS && this.#failed * 2 >= this.#latest.size;
    return many || now - this.#answeredAt > ANSWER_MS;
  }

  #prune(now: number): void {
    this.#prunedAt = now;
    for (const [no, { at }] of this.#latest) {
      if (at > now - WINDOW_MS) break;
      this.#drop(no);
    }
  }

  #drop(monitorNo: number): void {
    const old = this.#latest.get(monitorNo);
    if (!old) return;
    this.#latest.delete(monitorNo);
    if (old.failed) this.#count(old.host, -1);
  }

  #count(host: string, by: 1 | -1): void {
    this.#failed += by;
    const left = (this.#failing.get(host) ?? 0) + by;
    if (left === 0) this.#failing.delete(host);
    else this.#failing.set(host, left);
  }
}
