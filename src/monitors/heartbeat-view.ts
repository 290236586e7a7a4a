import { heartbeatConfig, waitOf } from '../checks/heartbeat.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { knownHeartbeat } from '../engine/known.ts';
import { findHeartbeat, listPings, type Ping } from './heartbeat-queries.ts';
import { pingUrl } from './ping.ts';
import type { MonitorRow } from './queries.ts';

const SHOWN = 20;

/**
 * What the page of a heartbeat shows besides what every monitor has; null for other kinds. The address is a key and
 * bodies may hold anything, so only those who may change monitors see them.
 */
export async function heartbeatView(deps: Deps, row: MonitorRow, mayWrite: boolean) {
  const found = row.kind === 'heartbeat' ? await findHeartbeat(deps.db.read, row.no) : null;
  if (found === null) return null;
  const pings = await listPings(deps.db.read, row.no, SHOWN);
  const config = heartbeatConfig.safeParse(row.config);
  const wait = config.success ? waitOf(config.data, knownHeartbeat(found, deps.clock.now())) : null;
  const url = pingUrl(deps.config, found.token);
  return {
    url: mayWrite ? url : null,
    snippets: mayWrite ? snippets(url, config.data?.cron ?? '0 3 * * *') : [],
    lastSuccessAt: found.last_success_at,
    dueBy: wait && row.paused_at === null && Number.isFinite(wait.until) ? wait.until : null,
    running: found.started_at,
    schedule: config.data?.cron ? `${config.data.cron} (${config.data.timezone})` : null,
    graceSeconds: config.data?.grace_seconds ?? null,
    pings: pings.map((ping) => pingView(ping, mayWrite)),
  };
}

const WORDS: Record<Ping['kind'], { word: string; icon: string }> = {
  success: { word: 'success', icon: 's-up' },
  fail: { word: 'failure', icon: 's-down' },
  start: { word: 'start', icon: 'play' },
  log: { word: 'log', icon: 'info' },
};

function pingView(ping: Ping, mayWrite: boolean) {
  const { at, exit_code, run_id, run_ms, source_ip, user_agent } = ping;
  const from = mayWrite ? [source_ip, user_agent].filter(Boolean).join(', ') : '';
  const body = mayWrite ? ping.body : null;
  return {
    at,
    iso: iso(at),
    ...WORDS[ping.kind],
    bad: ping.kind === 'fail',
    exitCode: exit_code,
    runId: run_id,
    runMs: run_ms,
    from,
    body,
  };
}

/** Ready to paste, with the real address in them. */
function snippets(url: string, cron: string) {
  const curl = 'curl -fsS -m 10 --retry 5 -o /dev/null';
  return [
    { label: 'At the end of a script', text: `${curl} ${url}` },
    { label: 'Crontab, with the exit code', text: `${cron} /usr/local/bin/job; ${curl} ${url}/$?` },
    {
      label: 'Run time and output',
      text: `${curl} ${url}/start; out=$(job 2>&1); ${curl} --data-raw "$out" ${url}/$?`,
    },
    {
      label: 'systemd service',
      text: [
        '[Service]',
        `ExecStartPre=-/usr/bin/${curl} ${url}/start`,
        'ExecStart=/usr/local/bin/job',
        `ExecStopPost=/bin/sh -c '${curl} ${url}/$$([ "$$SERVICE_RESULT" = success ] && echo 0 || echo fail)'`,
      ].join('\n'),
    },
    {
      label: 'PowerShell',
      text: `.\\job.ps1; if ($?) { Invoke-RestMethod ${url} } else { Invoke-RestMethod ${url}/fail }`,
    },
  ];
}
