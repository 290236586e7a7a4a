import { mergeHistograms } from '../core/histogram.ts';
import type { Reason, ResultStatus } from '../core/verdict.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../core/time.ts';
import { countCheck, creditSeconds, NO_TOTALS, slotAt, type SummaryRow, type Totals } from '../core/uptime.ts';

/** Every demo monitor is checked this often, so that each result fills one five-minute slot. */
export const INTERVAL_SECONDS = 300;
const STEP = INTERVAL_SECONDS * SECOND;
const DAYS = 90;
/** Single results and five-minute slots reach back this far; older days live on in hours and days. */
const RECENT = 3 * DAY;

/** A time in which a demo monitor was not well. */
interface Trouble {
  /** Start, ms before now. */
  ago: number;
  lasting: number;
  status: Extract<ResultStatus, 'down' | 'degraded'>;
  reason: Reason;
  code: number | null;
  message: string;
}

export interface DemoMonitor {
  name: string;
  path: string;
  public: boolean;
  tags: string[];
  /** Usual response time in ms. */
  usual: number;
  /** How long it exists, ms. */
  age: number;
  paused?: boolean;
  troubles: Trouble[];
}

const down = (ago: number, lasting: number, code: number): Trouble => {
  const message = `The server answered ${code}, expected 200-399.`;
  return { ago, lasting, status: 'down', reason: 'bad_status', code, message };
};
const silent = (ago: number, lasting: number): Trouble => {
  const message = 'The server did not begin to answer within 30 seconds.';
  return { ago, lasting, status: 'down', reason: 'timeout_first_byte', code: null, message };
};
const slow = (ago: number, lasting: number): Trouble => {
  const message = 'The answer took longer than 2000 ms.';
  return { ago, lasting, status: 'degraded', reason: 'slow', code: 200, message };
};

/** The demo world: what a small shop watches. */
export const DEMO_MONITORS: readonly DemoMonitor[] = [
  {
    name: 'Website',
    path: '/',
    public: true,
    tags: ['web'],
    usual: 120,
    age: DAYS * DAY,
    troubles: [down(23 * DAY, 35 * MINUTE, 502)],
  },
  {
    name: 'Checkout',
    path: '/down',
    public: true,
    tags: ['web', 'payments'],
    usual: 240,
    age: DAYS * DAY,
    troubles: [silent(61 * DAY, 2 * HOUR), down(9 * DAY, 15 * MINUTE, 500), down(40 * MINUTE, HOUR, 503)],
  },
  {
    name: 'API',
    path: '/api',
    public: true,
    tags: ['api'],
    usual: 80,
    age: DAYS * DAY,
    troubles: [down(78 * DAY, 50 * MINUTE, 500), slow(30 * DAY, 5 * HOUR), silent(4 * DAY, 20 * MINUTE)],
  },
  {
    name: 'Search',
    path: '/slow',
    public: true,
    tags: ['web'],
    usual: 420,
    age: DAYS * DAY,
    troubles: [slow(50 * DAY, 3 * HOUR), slow(2 * HOUR, 3 * HOUR)],
  },
  { name: 'Documentation', path: '/docs', public: true, tags: ['web'], usual: 95, age: DAYS * DAY, troubles: [] },
  {
    name: 'Image CDN',
    path: '/images',
    public: true,
    tags: ['cdn'],
    usual: 35,
    age: 12 * DAY,
    troubles: [down(5 * DAY, 10 * MINUTE, 504)],
  },
  {
    name: 'Back office',
    path: '/admin',
    public: false,
    tags: ['internal'],
    usual: 310,
    age: 45 * DAY,
    troubles: [silent(26 * HOUR, 25 * MINUTE)],
  },
  {
    name: 'Staging',
    path: '/staging',
    public: false,
    tags: ['internal'],
    usual: 500,
    age: 30 * DAY,
    paused: true,
    troubles: [down(20 * DAY, 6 * HOUR, 500)],
  },
];

export interface DemoResult {
  /** Epoch ms, a multiple of the interval. */
  at: number;
  status: ResultStatus;
  reason: Reason | null;
  code: number | null;
  message: string | null;
  responseMs: number | null;
}

/** A run of failed checks, as an incident tells it. */
export interface DemoOutage {
  trouble: Trouble;
  firstAt: number;
  /** First good check after it; null while it lasts. */
  endedAt: number | null;
}

export interface DemoHistory {
  recent: DemoResult[];
  summaries: SummaryRow[];
  outages: DemoOutage[];
  last: DemoResult;
  /** Since when the monitor is in the state of its last result. */
  since: number;
}

/** The past of one demo monitor up to `now`, made check by check with the product's own arithmetic. */
export function demoHistory(monitor: DemoMonitor, no: number, now: number): DemoHistory {
  const random = generator(no);
  const end = Math.floor(now / STEP) * STEP;
  const start = Math.ceil((now - monitor.age) / STEP) * STEP;
  const slots = new Map<string, SummaryRow>();
  const recent: DemoResult[] = [];
  const outages: DemoOutage[] = [];
  let last = checkAt(monitor, start, now, random);
  let since = start;
  for (let at = start; at <= end; at += STEP) {
    const result = at === start ? last : checkAt(monitor, at, now, random);
    // The newest result speaks for a time that has not passed yet.
    const seconds = at === end ? 0 : INTERVAL_SECONDS;
    count(slots, no, 1, result, seconds);
    if (at > now - RECENT) {
      count(slots, no, 0, result, seconds);
      recent.push(result);
    }
    if (result.status !== last.status) {
      since = at;
      const open = outages.at(-1);
      if (last.status === 'down' && open) open.endedAt = at;
    }
    const trouble = result.status === 'down' ? troubleAt(monitor, at, now) : undefined;
    if (trouble && outages.at(-1)?.trouble !== trouble) outages.push({ trouble, firstAt: at, endedAt: null });
    last = result;
  }
  return { recent, summaries: [...slots.values(), ...days([...slots.values()])], outages, last, since };
}

/**
 * One check of a demo monitor after its history was made at `seededAt`: what was going on then ends, and from then on the
 * newest troubles come again before each midnight.
 */
export function demoCheck(monitor: DemoMonitor, at: number, seededAt: number): DemoResult {
  const going = troubleAt(monitor, at, seededAt) !== undefined;
  return checkAt(
    monitor,
    at,
    going ? seededAt : (Math.floor(at / DAY) + 1) * DAY,
    generator(at / STEP + monitor.usual),
  );
}

function troubleAt(monitor: DemoMonitor, at: number, now: number): Trouble | undefined {
  return monitor.troubles.find(({ ago, lasting }) => at >= now - ago && at < now - ago + lasting);
}

function checkAt(monitor: DemoMonitor, at: number, now: number, random: () => number): DemoResult {
  const trouble = troubleAt(monitor, at, now);
  const rush = 1 + 0.25 * Math.sin(((at % DAY) / DAY) * 2 * Math.PI);
  const usual = Math.round(monitor.usual * rush * (0.8 + 0.5 * random() ** 3));
  if (!trouble) return { at, status: 'up', reason: null, code: 200, message: null, responseMs: usual };
  const { status, reason, code, message } = trouble;
  const responseMs = status === 'degraded' ? 2_000 + usual : code === null ? null : usual;
  return { at, status, reason, code, message, responseMs };
}

function count(slots: Map<string, SummaryRow>, no: number, grain: 0 | 1, result: DemoResult, seconds: number): void {
  const slot = slotAt(grain, result.at);
  const key = `${grain}:${slot}`;
  const row = slots.get(key) ?? { monitor_no: no, grain, slot, maintenance_seconds: 0, ...NO_TOTALS };
  slots.set(key, creditSeconds(countCheck(row, result.status, result.responseMs), result.status, seconds));
}

/** Hours added up to UTC days. */
function days(rows: SummaryRow[]): SummaryRow[] {
  const byDay = new Map<number, SummaryRow[]>();
  for (const row of rows.filter(({ grain }) => grain === 1)) {
    const day = Math.floor(row.slot / 24);
    byDay.set(day, [...(byDay.get(day) ?? []), row]);
  }
  return [...byDay].map(([slot, hours]) => ({
    monitor_no: hours[0]?.monitor_no ?? 0,
    grain: 2,
    slot,
    maintenance_seconds: 0,
    ...sum(hours),
  }));
}

function sum(rows: SummaryRow[]): Totals {
  const total = (key: Exclude<keyof Totals, 'histogram'>) => rows.reduce((n, row) => n + row[key], 0);
  return {
    checks: total('checks'),
    failed: total('failed'),
    up_seconds: total('up_seconds'),
    down_seconds: total('down_seconds'),
    degraded_seconds: total('degraded_seconds'),
    excluded_seconds: total('excluded_seconds'),
    sum_ms: total('sum_ms'),
    max_ms: Math.max(...rows.map(({ max_ms }) => max_ms)),
    histogram: mergeHistograms(rows.map(({ histogram }) => histogram)),
  };
}

/** The same numbers on every run (mulberry32), 0 to 1. */
function generator(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
