import { DAY, systemClock } from '../../src/core/time.ts';
import { mint, mintAuthority } from './certificates.ts';
import { authority, type Behaviour, hold, pause, reset } from './corpus.ts';
import { to } from './corpus-redirects.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const UP = { status: 'up', reason: null } as const;
const now = systemClock.now();
const trusted = { certificate: mint({ issuer: authority }) };
const stranger = mintAuthority('Unknown Authority');
const between = mint({ commonName: 'Between', names: [], authority: true, issuer: authority });
const leaf = mint({ issuer: between });
const FIRST_CERTIFICATE = /^[\s\S]*?-----END CERTIFICATE-----\n/;
const OLD = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
const HANDSHAKE = { status: 'down', reason: 'tls_handshake' } as const;

export const TLS: Behaviour[] = [
  { name: 'a good certificate', does: [OK], tls: trusted, ...UP },
  { name: 'TLS 1.2', does: [OK], tls: { ...trusted, maxVersion: 'TLSv1.2' }, ...UP },
  {
    name: 'TLS 1.0 only',
    does: [OK],
    tls: { ...trusted, ...OLD, maxVersion: 'TLSv1' },
    status: 'degraded',
    reason: 'tls_handshake',
  },
  {
    name: 'TLS 1.1 only',
    does: [OK],
    tls: { ...trusted, ...OLD, maxVersion: 'TLSv1.1' },
    status: 'degraded',
    reason: 'tls_handshake',
  },
  { name: 'a certificate and the one between', does: [OK], tls: { certificate: leaf }, ...UP },
  {
    name: 'the certificate between left out',
    does: [OK],
    tls: { certificate: { ...leaf, cert: FIRST_CERTIFICATE.exec(leaf.cert)?.[0] ?? '' } },
    status: 'down',
    reason: 'tls_untrusted',
  },
  {
    name: 'expired',
    does: [OK],
    tls: { certificate: mint({ issuer: authority, notBefore: now - 9 * DAY, notAfter: now - DAY }) },
    status: 'down',
    reason: 'tls_expired',
  },
  {
    name: 'not yet valid',
    does: [OK],
    tls: { certificate: mint({ issuer: authority, notBefore: now + DAY }) },
    status: 'down',
    reason: 'tls_not_yet_valid',
  },
  {
    name: 'for another host',
    does: [OK],
    tls: { certificate: mint({ issuer: authority, names: ['shop.example'] }) },
    status: 'down',
    reason: 'tls_wrong_host',
  },
  {
    name: 'a star that does not reach so far',
    does: [OK],
    tls: { certificate: mint({ issuer: authority, names: ['*.example'] }) },
    names: (_name, type) => (type === 'A' ? [{ a: '127.0.0.1' }] : []),
    status: 'down',
    reason: 'tls_wrong_host',
  },
  { name: 'signed by itself', does: [OK], tls: { certificate: mint() }, status: 'down', reason: 'tls_self_signed' },
  {
    name: 'from an unknown authority',
    does: [OK],
    tls: { certificate: mint({ issuer: stranger }) },
    status: 'down',
    reason: 'tls_untrusted',
  },
  {
    name: 'signed by itself, and nobody minds',
    does: [OK],
    tls: { certificate: mint() },
    config: { verify_tls: false },
    ...UP,
  },
  {
    name: 'expired, and nobody minds',
    does: [OK],
    tls: { certificate: mint({ issuer: authority, notBefore: now - 9 * DAY, notAfter: now - DAY }) },
    config: { verify_tls: false },
    ...UP,
  },
  {
    name: 'a client certificate is wanted (TLS 1.3)',
    does: [OK],
    tls: { ...trusted, requestCert: true, rejectUnauthorized: true, ca: authority.cert },
    status: 'down',
    reason: 'tls_client_cert_required',
  },
  {
    name: 'a client certificate is wanted (TLS 1.2)',
    does: [OK],
    tls: { ...trusted, requestCert: true, rejectUnauthorized: true, ca: authority.cert, maxVersion: 'TLSv1.2' },
    ...HANDSHAKE,
  },
  {
    name: 'no cipher in common',
    does: [OK],
    tls: { ...trusted, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
    ...HANDSHAKE,
  },
  {
    name: 'plain HTTP on the TLS port',
    does: ['HTTP/1.1 400 Bad\r\n\r\n'],
    from: 'connect',
    scheme: 'https',
    ...HANDSHAKE,
  },
  { name: 'a banner on the TLS port', does: ['SSH-2.0-x\r\n', hold], from: 'connect', scheme: 'https', ...HANDSHAKE },
  { name: 'a close instead of a handshake', does: [pause(20)], from: 'connect', scheme: 'https', ...HANDSHAKE },
  { name: 'a reset instead of a handshake', does: [pause(20), reset], from: 'connect', scheme: 'https', ...HANDSHAKE },
  {
    name: 'silence instead of a handshake',
    does: [hold],
    from: 'connect',
    scheme: 'https',
    timeoutMs: 4_000,
    ...HANDSHAKE,
  },
  { name: 'TLS on the plain port', does: [OK], tls: trusted, scheme: 'http', status: 'down', reason: 'protocol_error' },
  {
    name: 'silence after the handshake',
    does: [hold],
    tls: trusted,
    timeoutMs: 4_000,
    status: 'down',
    reason: 'timeout_first_byte',
  },
  { name: 'a close after the handshake', does: [], tls: trusted, status: 'down', reason: 'protocol_error' },
  {
    name: 'a body inside TLS that breaks off',
    does: ['HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf'],
    tls: trusted,
    status: 'down',
    reason: 'truncated',
  },
  {
    name: 'a redirect from https to http',
    does: ({ other }) => ({ '*': to(other) }),
    tls: trusted,
    ...UP,
  },
];
