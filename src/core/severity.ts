import { type MonitorStatus, WORST_FIRST } from './monitor.ts';
import type { ManualStatus } from './page.ts';
import type { ReportImpact } from './status-report.ts';
import type { Reason } from './verdict.ts';

/** What a public page and each of its components can be. One vocabulary for page, JSON, badge and feed. */
export type PageStatus = 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | 'unknown';

/** What a component is known to be: by its monitor, by hand, or because a report says so. */
export type ComponentState = MonitorStatus | ManualStatus;

/** The one order for page, group, badge, feed and title. */
export const STATUS_WORST_FIRST: readonly PageStatus[] = [
  'major_outage',
  'partial_outage',
  'degraded',
  'unknown',
  'maintenance',
  'operational',
];

/** The worst of several states; null for none. */
export function worstStatus(statuses: readonly MonitorStatus[]): MonitorStatus | null {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? null;
}

const COMPONENT_STATUS: Record<ComponentState, PageStatus> = {
  down: 'major_outage',
  major_outage: 'major_outage',
  partial_outage: 'partial_outage',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'maintenance',
  up: 'operational',
  operational: 'operational',
  pending: 'unknown',
  paused: 'unknown',
};

/** The status that visitors and machines are told of one component. */
export function componentStatus(state: ComponentState): PageStatus {
  return COMPONENT_STATUS[state];
}

const IMPACT_STATUS: Record<ReportImpact, PageStatus> = {
  none: 'operational',
  minor: 'degraded',
  major: 'partial_outage',
  critical: 'major_outage',
};

/** What an open report makes of a page at least. */
export function impactStatus(impact: ReportImpact): PageStatus {
  return IMPACT_STATUS[impact];
}

const isSilent = (state: ComponentState): boolean => state === 'paused' || state === 'pending';

/** A component's state when open reports say this of it: words can only worsen what is measured. */
export function worsened(state: ComponentState, said: readonly ManualStatus[]): ComponentState {
  const words = said.filter((one) => one !== 'operational');
  const worst = STATUS_WORST_FIRST.find((one): one is ManualStatus => words.some((word) => word === one));
  if (worst === undefined) return state;
  return isSilent(state) || rank(worst) < rank(componentStatus(state)) ? worst : state;
}

/**
 * The verdict over components, of a page as of a group: outage > degraded > unknown > maintenance > operational.
 * Monitors that are paused or have no result yet say nothing about the service and are left out; when nothing is left
 * the verdict is `unknown`. Of outages, more than half of the components in a major one make a major one.
 * It is never better than any of `atLeast`, which open reports ask for.
 */
export function pageStatus(states: readonly ComponentState[], atLeast: readonly PageStatus[] = []): PageStatus {
  const counted = states.filter((state) => !isSilent(state)).map(componentStatus);
  const asked = atLeast.filter((status) => status !== 'operational');
  const worst = worstOf([measured(counted), ...asked]);
  // Nothing is known by measuring, but people have spoken.
  return counted.length === 0 && asked.length > 0 ? (worstOf(asked) ?? 'unknown') : (worst ?? 'unknown');
}

function measured(counted: readonly PageStatus[]): PageStatus {
  const worst = worstOf(counted) ?? 'unknown';
  if (worst !== 'major_outage') return worst;
  const major = counted.filter((status) => status === 'major_outage').length;
  return major * 2 > counted.length ? 'major_outage' : 'partial_outage';
}

/** The worst of several; null for none. */
export function worstOf(statuses: readonly PageStatus[]): PageStatus | null {
  return STATUS_WORST_FIRST.find((status) => statuses.includes(status)) ?? null;
}

function rank(status: PageStatus): number {
  return STATUS_WORST_FIRST.indexOf(status);
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
export const COMPONENT_WORD: Record<ComponentState, string> = {
  up: 'Operational',
  operational: 'Operational',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
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
