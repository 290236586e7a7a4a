import type { Reason } from '../verdict.ts';

/** Failures as visitors are told of them: never an address, a host name or the text of an error (R-SP-9). */
export type PublicReason =
  | 'address'
  | 'connection'
  | 'security'
  | 'late'
  | 'broken'
  | 'redirects'
  | 'error'
  | 'unexpected'
  | 'slow'
  | 'certificate'
  | 'domain'
  | 'job_missed'
  | 'job_failed'
  | 'unstable'
  | 'no_data';

const PUBLIC_REASON: Record<Reason, PublicReason> = {
  dns_not_found: 'address',
  dns_failure: 'address',
  dns_timeout: 'address',
  connect_refused: 'connection',
  connect_timeout: 'late',
  unreachable: 'connection',
  connection_reset: 'connection',
  tls_handshake: 'security',
  tls_expired: 'security',
  tls_not_yet_valid: 'security',
  tls_wrong_host: 'security',
  tls_self_signed: 'security',
  tls_untrusted: 'security',
  tls_client_cert_required: 'security',
  timeout_first_byte: 'late',
  timeout_body: 'late',
  protocol_error: 'broken',
  truncated: 'broken',
  too_large: 'broken',
  decode_error: 'broken',
  redirect_loop: 'redirects',
  redirect_invalid: 'redirects',
  redirect_blocked: 'redirects',
  bad_status: 'error',
  keyword_missing: 'unexpected',
  keyword_present: 'unexpected',
  json_mismatch: 'unexpected',
  header_mismatch: 'unexpected',
  record_mismatch: 'unexpected',
  slow: 'slow',
  certificate_expiring: 'certificate',
  domain_expiring: 'domain',
  heartbeat_missed: 'job_missed',
  heartbeat_failed: 'job_failed',
  packet_loss: 'unstable',
  target_blocked: 'no_data',
  internal: 'no_data',
};

/** Key of `words(…).reason`. */
export function publicReason(reason: Reason): PublicReason {
  return PUBLIC_REASON[reason];
}
