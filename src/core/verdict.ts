import type { CertificateFacts } from './certificate.ts';

/** Every reason a result can carry. The list is closed: programs match on it. */
export const REASONS = [
  'dns_not_found',
  'dns_failure',
  'dns_timeout',
  'connect_refused',
  'connect_timeout',
  'unreachable',
  'connection_reset',
  'tls_handshake',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_wrong_host',
  'tls_self_signed',
  'tls_untrusted',
  'tls_client_cert_required',
  'timeout_first_byte',
  'timeout_body',
  'protocol_error',
  'truncated',
  'too_large',
  'decode_error',
  'redirect_loop',
  'redirect_invalid',
  'redirect_blocked',
  'bad_status',
  'keyword_missing',
  'keyword_present',
  'json_mismatch',
  'header_mismatch',
  'slow',
  'certificate_expiring',
  'domain_expiring',
  'heartbeat_missed',
  'heartbeat_failed',
  'target_blocked',
  'record_mismatch',
  'packet_loss',
  'internal',
] as const;
export type Reason = (typeof REASONS)[number];

/** Status of one result. Only `down` moves a monitor towards an incident; `blocked` and `unknown` are no data. */
export const RESULT_STATUSES = ['up', 'degraded', 'down', 'blocked', 'unknown'] as const;
export type ResultStatus = (typeof RESULT_STATUSES)[number];

/** Where the time of a check went, in milliseconds; null for a phase that was not reached. */
export interface Phases {
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  first_byte_ms: number | null;
  transfer_ms: number | null;
}

export const NO_PHASES: Phases = {
  dns_ms: null,
  connect_ms: null,
  tls_ms: null,
  first_byte_ms: null,
  transfer_ms: null,
};

/** Why a probe ended early: a stable reason and a sentence a person understands. */
export interface Failure {
  reason: Reason;
  message: string;
}

/** What a probe saw: facts, no judgement. `F` holds what is particular to the kind. */
export interface Observation<F> {
  failure: Failure | null;
  /** Whole duration of the probe in milliseconds; null when nothing answered. */
  responseTimeMs: number | null;
  phases: Phases;
  facts: F | null;
}

/** What a check learned besides its verdict. */
export interface Found {
  /** The beginning of a failing answer's body, cleaned, at most 1 KiB; for writers only (R-SS-10). */
  evidence?: string | undefined;
  /** The certificate the server showed. */
  certificate?: CertificateFacts | undefined;
  /** When the registration of the domain ends, epoch ms. */
  domain?: { name: string; expiresAt: number } | undefined;
  /** Days before the end at which people want to be told; left out: the usual ones. */
  warnDays?: readonly number[] | undefined;
}

/** The judgement of one check. */
export interface Verdict {
  status: ResultStatus;
  reason: Reason | null;
  message: string | null;
  responseTimeMs: number | null;
  statusCode: number | null;
  phases: Phases;
  found?: Found | undefined;
}

/** One judged check on its way to the database. */
export interface CheckResult {
  monitorNo: number;
  /** `monitors.config_version` at the claim: a result of an older configuration is not counted. */
  configVersion: number;
  /** Start of the check, epoch milliseconds. */
  at: number;
  /** 0 is this server. */
  location: number;
  verdict: Verdict;
}

/** Where a failure that stands for our policy or our own fault leads; everything else is `down`. */
export function failureStatus(reason: Reason): ResultStatus {
  if (reason === 'target_blocked' || reason === 'redirect_blocked') return 'blocked';
  if (reason === 'internal') return 'unknown';
  return 'down';
}

/** How a result moves the incident machine. */
export function judged(status: ResultStatus): 'good' | 'bad' | 'unknown' {
  if (status === 'up' || status === 'degraded') return 'good';
  return status === 'down' ? 'bad' : 'unknown';
}

/** Text of a stranger's body as it may be stored: line breaks stay, other control characters go, 1 KiB at most. */
export function cleanEvidence(text: string): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  // Decoding as a stream leaves out a letter that is cut in two.
  return new TextDecoder().decode(new TextEncoder().encode(clean).subarray(0, 1024), { stream: true });
}

/** Control characters out, 2 KiB at most (R-CK-20). */
export function cleanMessage(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .slice(0, 2048)
    .trim();
}
