import type { MonitorStatus } from '../core/monitor.ts';
import { DAY, SECOND } from '../core/time.ts';
import { averageMs, uptimePercent } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import {
  listMeasured,
  type Measured,
  METRIC_WINDOWS,
  type MetricWindow,
  sumWindow,
  type WindowSums,
} from './metrics-queries.ts';
import { type Family, family, labels } from './metrics-text.ts';

/** Monitors read and summed in one go: each go is a turn of the event loop. */
const AT_ONCE = 12;
/** Monitors of all accounts that one scrape shows. */
const MOST = 10_000;

/** Uptime Kuma's numbers, so that its dashboards and alerts read ours. What has no number there is the nearest. */
const KUMA: Partial<Record<MonitorStatus, number>> = {
  up: 1,
  degraded: 1,
  down: 0,
  pending: 2,
  unknown: 2,
  maintenance: 3,
};

function families() {
  return {
    status: family('monitor_status', 'gauge', 'Monitor status (1 = up, 0 = down, 2 = pending, 3 = maintenance)'),
    state: family('statusping_monitor_state', 'gauge', 'State of a monitor by its own name, always 1'),
    last: family('monitor_response_time', 'gauge', 'Response time of the last check in milliseconds'),
    average: family('monitor_response_time_seconds', 'gauge', 'Mean response time over the window in seconds'),
    uptime: family('monitor_uptime_ratio', 'gauge', 'Share of the observed time that was good, 0 to 1'),
    days: family('monitor_cert_days_remaining', 'gauge', 'Days until the certificate ends'),
    valid: family('monitor_cert_is_valid', 'gauge', 'Whether the certificate holds (1) or not (0)'),
    left: family('statusping_monitors_left_out', 'gauge', 'Whether there are more monitors than one scrape shows'),
  };
}

/** The families of an account's monitors, or of everybody's for null, under the names Uptime Kuma gives them. */
export async function monitorFamilies(deps: Deps, accountId: string | null): Promise<Family[]> {
  const now = deps.clock.now();
  const found = families();
  let after = 0;
  for (let shown = 0; shown < MOST; shown += AT_ONCE) {
    const rows = await listMeasured(deps.db.read, accountId, { now, after, limit: AT_ONCE });
    const sums = await sumAll(deps, rows, now);
    for (const row of rows) write(found, row, sums, accountId === null, now);
    after = rows.at(-1)?.no ?? after;
    if (rows.length < AT_ONCE) break;
    // Checks and requests get a turn between two goes.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const more = await listMeasured(deps.db.read, accountId, { now, after, limit: 1 });
  found.left.lines.push(`statusping_monitors_left_out ${more.length}`);
  return Object.values(found);
}

type Sums = Map<MetricWindow, Map<number, WindowSums>>;

async function sumAll(deps: Deps, rows: readonly Measured[], now: number): Promise<Sums> {
  const sums: Sums = new Map();
  const nos = rows.map(({ no }) => no);
  for (const window of METRIC_WINDOWS) {
    sums.set(window, await sumWindow(deps.db.read, nos, window, now));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sums;
}

function write(to: ReturnType<typeof families>, row: Measured, sums: Sums, everybody: boolean, now: number): void {
  const own = { ...(everybody ? { account: row.account } : {}), ...labelsOf(row) };
  const plain = labels(own);
  to.state.lines.push(`statusping_monitor_state${labels({ ...own, state: row.status })} 1`);
  // A paused one has no status there either.
  const status = KUMA[row.status];
  if (status === undefined) return;
  to.status.lines.push(`monitor_status${plain} ${status}`);
  if (row.response_ms !== null) to.last.lines.push(`monitor_response_time${plain} ${row.response_ms}`);
  for (const window of METRIC_WINDOWS) {
    const of = sums.get(window)?.get(row.no);
    if (!of) continue;
    const windowed = labels({ ...own, window });
    const percent = uptimePercent(of);
    if (percent !== null) to.uptime.lines.push(`monitor_uptime_ratio${windowed} ${percent / 100}`);
    const ms = averageMs(of);
    if (ms !== null) to.average.lines.push(`monitor_response_time_seconds${windowed} ${ms / SECOND}`);
  }
  if (row.not_after === null || row.not_before === null) return;
  to.days.lines.push(`monitor_cert_days_remaining${plain} ${Math.floor((row.not_after - now) / DAY)}`);
  const holds = row.not_before <= now && now < row.not_after && !row.reason?.startsWith('tls_');
  to.valid.lines.push(`monitor_cert_is_valid${plain} ${holds ? 1 : 0}`);
}

/** As Kuma has them; log-in and query of an address may be secrets and stay away. */
function labelsOf({ id, name, kind, target }: Measured): Record<string, string> {
  const url = /^(?:https?|wss?):/i.test(target) && URL.canParse(target) ? new URL(target) : null;
  const [, host = '', port = ''] = url ? ['', url.hostname, url.port] : (/^(.*?)(?::(\d+))?$/s.exec(target) ?? []);
  return {
    monitor_id: id,
    monitor_name: name,
    monitor_type: kind,
    monitor_url: url ? `${url.protocol}//${url.host}${url.pathname}` : '',
    monitor_hostname: host,
    monitor_port: port,
  };
}
