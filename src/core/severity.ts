import { type MonitorStatus, WORST_FIRST } from './monitor.ts';
import type { Reason } from './verdict.ts';

/** What a public page and each of its components can be. One vocabulary for page, JSON, badge and feed. */
export type PageStatus = 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | 'unknown';

/** The worst of several states; null for none. */
export function worstStatus(statuses: readonly MonitorStatus[]): MonitorStatus | null {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? null;
}

const COMPONENT_STATUS: Record<MonitorStatus, PageStatus> = {
  down: 'major_outage',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'maintenance',
  up: 'operational',
  pending: 'unknown',
  paused: 'unknown',
};

/** One component stands for one monitor. */
export function componentStatus(status: MonitorStatus): PageStatus {
  return COMPONENT_STATUS[status];
}

/**
 * The verdict over all components: down > degraded > unknown > maintenance > up. Monitors that are paused or have
 * no result yet say nothing about the service and are left out; when nothing is left the page is `unknown`.
 * More than half down is a major outage.
 */
export function pageStatus(statuses: readonly MonitorStatus[]): PageStatus {
  const counted = statuses.filter((status) => status !== 'paused' && status !== 'pending');
  const worst = worstStatus(counted);
  if (worst === null) return 'unknown';
  if (worst !== 'down') return COMPONENT_STATUS[worst];
  const down = counted.filter((status) => status === 'down').length;
  return down * 2 > counted.length ? 'major_outage' : 'partial_outage';
}

/** Headline of the page. */
export const HEADLINE: Record<PageStatus, string> = {
  operational: 'All systems operational',
  degraded: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
  maintenance: 'Under maintenance',
  unknown: 'No current data',
};

/** Word beside a component. */
export const COMPONENT_WORD: Record<MonitorStatus, string> = {
  up: 'Operational',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'Maintenance',
  unknown: 'No current data',
  pending: 'Being set up',
  paused: 'Not monitored',
};

const CONNECTION = 'connections fail';
const SECURITY = 'secure connections fail';
const TOO_LATE = 'not answering in time';
const BROKEN = 'answers arrive incomplete';
const REDIRECTS = 'redirects fail';
const UNEXPECTED = 'unexpected answers';

/** What visitors are told of a failure: never an address, a host name or the text of an error (R-SP-9). */
const PUBLIC_REASON: Record<Reason, string> = {
  dns_not_found: 'its address cannot be found',
  dns_failure: 'its address cannot be found',
  dns_timeout: 'its address cannot be found',
  connect_refused: CONNECTION,
  connect_timeout: TOO_LATE,
  unreachable: CONNECTION,
  connection_reset: CONNECTION,
  tls_handshake: SECURITY,
  tls_expired: SECURITY,
  tls_not_yet_valid: SECURITY,
  tls_wrong_host: SECURITY,
  tls_self_signed: SECURITY,
  tls_untrusted: SECURITY,
  tls_client_cert_required: SECURITY,
  timeout_first_byte: TOO_LATE,
  timeout_body: TOO_LATE,
  protocol_error: BROKEN,
  truncated: BROKEN,
  too_large: BROKEN,
  decode_error: BROKEN,
  redirect_loop: REDIRECTS,
  redirect_invalid: REDIRECTS,
  redirect_blocked: REDIRECTS,
  bad_status: 'answers with an error',
  keyword_missing: UNEXPECTED,
  keyword_present: UNEXPECTED,
  json_mismatch: UNEXPECTED,
  header_mismatch: UNEXPECTED,
  record_mismatch: UNEXPECTED,
  slow: 'slow answers',
  certificate_expiring: 'its certificate needs renewal',
  domain_expiring: 'its domain needs renewal',
  heartbeat_missed: 'a scheduled job did not report',
  heartbeat_failed: 'a scheduled job failed',
  packet_loss: 'unstable connection',
  target_blocked: 'no current data',
  internal: 'no current data',
};

export function publicReason(reason: Reason): string {
  return PUBLIC_REASON[reason];
}
