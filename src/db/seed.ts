import { eq, sql } from 'drizzle-orm';
import { packOutcome } from '../core/outcome.ts';
import { SECOND } from '../core/time.ts';
import type { SummaryRow } from '../core/uptime.ts';
import type { Database, Tx } from './client.ts';
import { DEMO_MONITORS, type DemoHistory, demoHistory, type DemoMonitor, INTERVAL_SECONDS } from './demo.ts';
import { newId } from './ids.ts';
import { channels, incident_events, incidents, monitor_channels } from './schema/incidents.ts';
import { monitor_states, monitors } from './schema/monitors.ts';
import { components, status_pages } from './schema/statuspages.ts';

export interface Seed {
  /** An account that exists and has no monitors yet. */
  accountId: string;
  /** What the monitors watch, e.g. `https://example.com`; each adds its path. */
  origin: string;
  /** Whether the account's e-mail channel is on. */
  alerts: boolean;
  /** Epoch ms the history ends at. */
  now: number;
  /** True: they look as if they were checked and never are. */
  idle?: boolean;
}

/** Fills an account with the demo world: monitors with up to 90 days of history, past incidents and an open one. */
export async function seedDemo(db: Database, seed: Seed): Promise<void> {
  const pages = await db.read
    .select({ id: status_pages.id })
    .from(status_pages)
    .where(eq(status_pages.account_id, seed.accountId));
  const page = pages[0];
  if (!page) throw new Error('the account to seed has no status page');
  await db.write('seed channels', async (tx) => {
    await tx.update(channels).set({ enabled: seed.alerts }).where(eq(channels.account_id, seed.accountId));
  });
  // A transaction for each, so that a running server keeps its checks going in between.
  for (const [position, monitor] of DEMO_MONITORS.entries()) {
    const history = demoHistory(monitor, position + 1, seed.now);
    await db.write('seed monitor', async (tx) => {
      const no = await insertMonitor(tx, seed.accountId, monitor, history, seed);
      if (monitor.public) {
        await tx.insert(components).values({ id: newId('cmp'), page_id: page.id, monitor_no: no, position });
      }
      const open = await insertIncidents(tx, seed.accountId, no, history);
      await insertState(tx, no, history, open);
      await insertResults(tx, no, history);
      await insertSummaries(tx, no, history.summaries);
    });
  }
}

async function insertMonitor(tx: Tx, account: string, monitor: DemoMonitor, history: DemoHistory, seed: Seed) {
  const rows = await tx
    .insert(monitors)
    .values({
      id: newId('mon'),
      account_id: account,
      name: monitor.name,
      kind: 'http',
      target: seed.origin + monitor.path,
      config: {},
      interval_seconds: INTERVAL_SECONDS,
      timeout_seconds: 30,
      failure_threshold: 3,
      recovery_threshold: 1,
      public: monitor.public,
      tags: monitor.tags,
      paused_at: monitor.paused ? seed.now : null,
      paused_by: monitor.paused ? 'person' : null,
      next_check_at: monitor.paused || seed.idle ? null : history.last.at + INTERVAL_SECONDS * SECOND,
      created_at: seed.now - monitor.age,
    })
    .returning({ no: monitors.no });
  const no = rows[0]?.no ?? 0;
  await tx.run(sql`
    insert into ${monitor_channels} (monitor_no, channel_id)
    select ${no}, id from ${channels} where account_id = ${account}`);
  return no;
}

/** Every outage as an incident with its timeline. Returns the id of the one that lasts. */
async function insertIncidents(tx: Tx, account: string, no: number, history: DemoHistory): Promise<string | null> {
  let open: string | null = null;
  for (const { trouble, firstAt, endedAt } of history.outages) {
    const id = newId('inc');
    const openedAt = firstAt + 10 * SECOND;
    await tx.insert(incidents).values({
      id,
      account_id: account,
      monitor_no: no,
      reason: trouble.reason,
      message: trouble.message,
      started_at: firstAt,
      opened_at: openedAt,
      resolved_at: endedAt,
      resolved_cause: endedAt === null ? null : 'recovered',
    });
    await tx
      .insert(incident_events)
      .values([
        { incident_id: id, at: firstAt, kind: 'first_failure', text: trouble.message },
        { incident_id: id, at: openedAt, kind: 'opened', text: 'Confirmed by 3 failed checks in a row.' },
        ...(endedAt === null
          ? []
          : [{ incident_id: id, at: endedAt, kind: 'resolved' as const, text: 'The monitor answers again.' }]),
      ]);
    if (endedAt === null) open = id;
  }
  return open;
}

async function insertState(tx: Tx, no: number, history: DemoHistory, open: string | null): Promise<void> {
  const { last, since } = history;
  const run = Math.round((last.at - since) / SECOND / INTERVAL_SECONDS) + 1;
  await tx.insert(monitor_states).values({
    monitor_no: no,
    phase: open ? 'down' : 'up',
    bad_run: open ? run : 0,
    good_run: open ? 0 : run,
    first_bad_at: open ? since : null,
    incident_id: open,
    announced: open !== null,
    last_reminder_at: open ? since : null,
    last_result_at: last.at,
    last_status: last.status,
    last_reason: last.reason,
    last_message: last.message,
    last_response_ms: last.responseMs,
    status: last.status === 'blocked' ? 'unknown' : last.status,
    status_since: since,
  });
}

async function insertResults(tx: Tx, no: number, history: DemoHistory): Promise<void> {
  const rows = history.recent.map(({ at, status, reason, code, responseMs }) => {
    return [at / SECOND, packOutcome({ status, reason, statusCode: code }), responseMs];
  });
  await tx.run(sql`
    insert into results (monitor_no, at, location, outcome, response_ms)
    select ${no}, value->>0, 0, value->>1, value->>2 from json_each(${JSON.stringify(rows)})`);
  const details = history.recent.map(({ at, status, message, responseMs }) => {
    return [at / SECOND, status === 'up' ? 1 : 0, responseMs === null ? null : phases(responseMs), message];
  });
  await tx.run(sql`
    insert into result_details (monitor_no, at, location, good, phases, message)
    select ${no}, value->>0, 0, value->>1, value->>2, value->>3 from json_each(${JSON.stringify(details)})`);
}

/** A likely split of a response time: name, connection, TLS, first byte, the rest. */
function phases(ms: number): string {
  const parts = [0.06, 0.1, 0.2, 0.55].map((share) => Math.round(ms * share));
  return [...parts, ms - parts.reduce((a, b) => a + b, 0)].join(',');
}

async function insertSummaries(tx: Tx, no: number, rows: SummaryRow[]): Promise<void> {
  const values = rows.map((r) => [
    r.grain,
    r.slot,
    r.checks,
    r.failed,
    r.up_seconds,
    r.down_seconds,
    r.degraded_seconds,
    r.excluded_seconds,
    r.maintenance_seconds,
    r.sum_ms,
    r.max_ms,
    r.histogram,
  ]);
  await tx.run(sql`
    insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds,
      excluded_seconds, maintenance_seconds, sum_ms, max_ms, histogram)
    select ${no}, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
      value->>8, value->>9, value->>10, value->>11 from json_each(${JSON.stringify(values)})`);
}
