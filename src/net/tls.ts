import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../core/certificate.ts';
import { duration, utcDate } from '../core/time.ts';
import type { Failure, Reason } from '../core/verdict.ts';
import { readCertificate, readIssuers } from './certificate.ts';
import type { Destination, Trip } from './dial.ts';
import { errorCode, NetFailure } from './failure.ts';
import type { Outbound } from './guard.ts';

export interface TlsFacts {
  /** `TLSv1.3` and so on. */
  protocol: string;
  certificate: CertificateFacts;
  /** The certificates behind it, nearest first; ends in epoch ms. */
  issuers: { name: string; not_after: number }[];
  /** What is wrong with the certificate, where that is not to be a failure of the handshake. */
  fault: Failure | null;
}

/** A certificate of ours and its private key, both PEM. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/** The server knows nothing newer than TLS 1.1: worth a second handshake with old rules. */
export class OldProtocol extends NetFailure {}

/**
 * Handshakes over a connected socket and judges the certificate ourselves: Node reports only one fault, and hides a
 * wrong name behind an unknown authority. Throws `NetFailure`.
 */
export function secure(
  raw: Socket,
  to: Destination,
  { outbound, deadline, clock }: Trip,
  rules: 'current' | 'old' = 'current',
): Promise<{ socket: TLSSocket; tls: TlsFacts }> {
  const host = to.host.replace(/\.$/, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: raw,
      servername: isIP(host) ? '' : host,
      secureContext: contextOf(outbound, rules, to.clientCertificate ?? null),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ALPNProtocols: to.alpn ?? ['http/1.1'],
    });
    const fail = (failure: NetFailure): void => {
      socket.destroy();
      reject(failure);
    };
    socket.on('error', (error) => fail(tlsFailure(error)));
    const onClose = (): void =>
      fail(new NetFailure('tls_handshake', 'The connection was closed during the TLS handshake.'));
    socket.on('close', onClose);
    deadline.stage(() =>
      fail(new NetFailure('tls_handshake', `The TLS handshake took longer than ${deadline.words}.`)),
    );
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      if (!certificate) return fail(new NetFailure('tls_handshake', 'The server showed no certificate.'));
      const fault = judgeCertificate(certificate, host, authorisation(socket), clock.now());
      if (fault && to.verifyTls) return fail(fault);
      socket.off('close', onClose);
      const shown = readCertificate(certificate, host);
      const protocol = socket.getProtocol() ?? '';
      resolve({ socket, tls: { protocol, certificate: shown, issuers: readIssuers(certificate), fault } });
    });
  });
}

/** Making a context parses the whole list of authorities, so it is made once for each way of reaching out. */
const contexts = { current: new WeakMap<Outbound, SecureContext>(), old: new WeakMap<Outbound, SecureContext>() };

const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

function contextOf(outbound: Outbound, rules: 'current' | 'old', own: ClientCertificate | null): SecureContext {
  const known = contexts[rules].get(outbound);
  if (known && !own) return known;
  const authorities = outbound.authorities ?? [];
  const trusted = authorities.length > 0 ? { ca: [...rootCertificates, ...authorities] } : {};
  const made = createSecureContext({ ...trusted, ...own, ...(rules === 'old' ? OLD : {}) });
  if (!own) contexts[rules].set(outbound, made);
  return made;
}

/** OpenSSL's word on the chain, '' when it is trusted. Typed as an error, in fact its code. */
function authorisation(socket: TLSSocket): string {
  return socket.authorized ? '' : String(socket.authorizationError ?? '');
}

/** Every fault of a certificate in one sentence; the first one names the reason. */
function judgeCertificate(certificate: X509Certificate, host: string, chain: string, now: number): NetFailure | null {
  const faults = [
    ...dateFaults(certificate, chain, now),
    ...chainFaults(certificate, chain),
    ...nameFaults(certificate, host),
  ];
  const first = faults[0];
  return first ? new NetFailure(first[0], `The certificate ${faults.map(([, words]) => words).join(', ')}.`) : null;
}

type Fault = [Reason, string];

function dateFaults(certificate: X509Certificate, chain: string, now: number): Fault[] {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (now > to) return [['tls_expired', `expired ${duration(now - to)} ago (${utcDate(to)})`]];
  if (now < from) return [['tls_not_yet_valid', `is not valid before ${utcDate(from)}`]];
  if (chain === 'CERT_HAS_EXPIRED') return [['tls_expired', 'hangs on a certificate that has expired']];
  return chain === 'CERT_NOT_YET_VALID' ? [['tls_not_yet_valid', 'hangs on a certificate that is not valid yet']] : [];
}

function chainFaults(certificate: X509Certificate, chain: string): Fault[] {
  if (chain === '') return [];
  // OpenSSL tells a wrong date instead of the missing trust, not beside it.
  const dated = chain === 'CERT_HAS_EXPIRED' || chain === 'CERT_NOT_YET_VALID';
  if (chain === 'DEPTH_ZERO_SELF_SIGNED_CERT' || (dated && certificate.checkIssued(certificate))) {
    return [['tls_self_signed', 'is signed by itself']];
  }
  if (dated) return [];
  if (chain === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || chain === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY') {
    return [['tls_untrusted', 'comes from an unknown authority, or the server leaves out a certificate of the chain']];
  }
  if (chain === 'SELF_SIGNED_CERT_IN_CHAIN') return [['tls_untrusted', 'comes from an authority that is not public']];
  return [['tls_untrusted', `is not trusted (${chain.toLowerCase().replaceAll('_', ' ')})`]];
}

function nameFaults(certificate: X509Certificate, host: string): Fault[] {
  // The common name counts only for a certificate that lists no names at all (RFC 9525, section 2).
  const subject = certificate.subjectAltName === undefined ? 'default' : 'never';
  const fits = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host, { subject });
  if (fits !== undefined) return [];
  const names = (certificate.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const shown = names.filter(Boolean).slice(0, 3).join(', ') || 'nobody';
  return [['tls_wrong_host', `is for ${shown}${names.length > 3 ? ' and others' : ''}, not for ${host}`]];
}

/** What an error of a TLS socket stands for, during the handshake or after it. */
export function tlsFailure(error: Error): NetFailure {
  const code = errorCode(error);
  if (/CERTIFICATE_REQUIRED/.test(code)) {
    return new NetFailure('tls_client_cert_required', 'The server asks for a client certificate.');
  }
  if (/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/.test(code)) {
    return new OldProtocol('tls_handshake', 'The server speaks no TLS version that is still in use.');
  }
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER/.test(code)) {
    return new NetFailure('tls_handshake', 'The server did not speak TLS on this port.');
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new NetFailure('tls_handshake', 'The connection was reset during the TLS handshake.');
  }
  return new NetFailure('tls_handshake', `The TLS handshake failed (${sslWords(code)}).`);
}

/** `ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE` as "handshake failure". */
function sslWords(code: string): string {
  return (
    code
      .replace(/^ERR_SSL_(SSLV3_|TLSV1_|TLSV13_)?(ALERT_)?/, '')
      .toLowerCase()
      .replaceAll('_', ' ') || 'no reason'
  );
}
