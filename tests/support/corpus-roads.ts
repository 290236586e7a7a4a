import { DAY, systemClock } from '../../src/core/time.ts';
import { mint, mintAuthority } from './certificates.ts';
import { authority, type Behaviour, hold, pause, reset } from './corpus.ts';
import type { NameAnswer, NameScript } from './corpus-names.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const UP = { status: 'up', reason: null } as const;
const to = (location: string, status = 302): string[] => [
  `HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
];
const INVALID = { status: 'down', reason: 'redirect_invalid' } as const;
const LOOP = { status: 'down', reason: 'redirect_loop' } as const;
const chain = (hops: number) => (): Record<string, string[]> =>
  Object.fromEntries(
    Array.from({ length: hops + 1 }, (_, n) => [n === 0 ? '/' : `/${n}`, n === hops ? [OK] : to(`/${n + 1}`)]),
  );
const SECRET = { basic_auth: 'me:hunter2', headers: { Cookie: 'sid=1', 'X-Key': 'key1' } };

const REDIRECTS: Behaviour[] = [
  { name: 'a redirect to a path', does: () => ({ '/': to('/b'), '/b': [OK] }), ...UP },
  { name: 'a relative redirect', does: () => ({ '/a/b': to('../c?d'), '/c?d': [OK] }), path: '/a/b', ...UP },
  {
    name: 'a redirect without a scheme',
    does: ({ port }) => ({ '/': to(`//127.0.0.1:${port}/b`), '/b': [OK] }),
    ...UP,
  },
  { name: 'a redirect with a fragment', does: () => ({ '/': to('/b#there'), '/b': [OK] }), ...UP },
  { name: 'a redirect with blanks around', does: () => ({ '/': to(' \t/b  '), '/b': [OK] }), ...UP },
  { name: 'a redirect with a blank inside', does: () => ({ '/': to('/b c'), '/b%20c': [OK] }), ...UP },
  { name: 'a redirect in UTF-8', does: () => ({ '/': to('/caf\xc3\xa9'), '/caf%C3%A9': [OK] }), ...UP },
  { name: 'ten redirects', does: chain(10), ...UP },
  { name: 'eleven redirects', does: chain(11), ...LOOP },
  { name: 'a redirect to itself', does: () => ({ '*': to('/') }), ...LOOP },
  { name: 'two pages that redirect to each other', does: () => ({ '/': to('/b', 301), '/b': to('/', 308) }), ...LOOP },
  {
    name: 'a redirect with a body that does not come',
    does: () => ({ '/': ['HTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 9\r\n\r\n', hold], '/b': [OK] }),
    ...UP,
  },
  {
    name: 'redirects that are not followed',
    does: () => ({ '/': to('/b') }),
    config: { follow_redirects: false },
    ...UP,
  },
  { name: 'a 302 without Location', does: ['HTTP/1.1 302 F\r\nContent-Length: 0\r\n\r\n'], ...INVALID },
  {
    name: 'a 301 with an empty Location',
    does: ['HTTP/1.1 301 F\r\nLocation:\r\nContent-Length: 0\r\n\r\n'],
    ...INVALID,
  },
  { name: '300 is an answer', does: ['HTTP/1.1 300 Choose\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n'], ...UP },
  { name: 'a redirect to ftp', does: to('ftp://shop.example/'), ...INVALID },
  { name: 'a redirect to a file', does: to('file:///etc/passwd'), ...INVALID },
  { name: 'a redirect to a script', does: to('javascript:alert(1)'), ...INVALID },
  { name: 'a redirect to gopher', does: to('gopher://127.0.0.1:25/_HELO'), ...INVALID },
  { name: 'a redirect to no address', does: to('http://999.999.1.1/'), ...INVALID },
  { name: 'a redirect to nobody', does: to('http:///'), ...INVALID },
  {
    name: 'a redirect to metadata',
    does: to('http://169.254.169.254/latest/meta-data/'),
    status: 'blocked',
    reason: 'redirect_blocked',
  },
  {
    name: 'a redirect to metadata in octal',
    does: to('http://0251.0376.0251.0376/'),
    status: 'blocked',
    reason: 'redirect_blocked',
  },
  {
    name: 'a redirect to a closed port',
    does: to('http://127.0.0.1:1/'),
    status: 'down',
    reason: 'connect_refused',
  },
  {
    name: 'what is confidential stays at home',
    does: ({ other }) => ({ '*': to(`${other}/there`, 307) }),
    config: { ...SECRET, keyword: 'GET /there', keyword_absent: 'sid=1' },
    ...UP,
  },
  {
    name: 'authorisation stays at home',
    does: ({ other }) => ({ '*': to(`${other}/there`, 308) }),
    config: { ...SECRET, keyword_absent: 'uthorization' },
    ...UP,
  },
  {
    name: 'own headers stay at home',
    does: ({ other }) => ({ '*': to(`${other}/there`) }),
    config: { ...SECRET, keyword_absent: 'key1' },
    ...UP,
  },
  {
    name: 'a name and password in Location are not sent',
    does: ({ other }) => ({ '*': to(other.replace('//', '//user:pw@')) }),
    config: { keyword_absent: 'uthorization' },
    ...UP,
  },
  {
    name: 'POST turns to GET after 303',
    does: ({ other }) => ({ '*': to(`${other}/there`, 303) }),
    config: { method: 'POST', body: 'data', keyword: 'GET /there' },
    ...UP,
  },
  {
    name: 'POST stays POST after 307',
    does: ({ other }) => ({ '*': to(`${other}/there`, 307) }),
    config: { method: 'POST', body: 'data', keyword: 'POST /there' },
    ...UP,
  },
  {
    name: 'HEAD that is answered 405',
    does: ['HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n'],
    config: { method: 'HEAD' },
    status: 'down',
    reason: 'bad_status',
  },
];

const now = systemClock.now();
const trusted = { certificate: mint({ issuer: authority }) };
const stranger = mintAuthority('Unknown Authority');
const between = mint({ commonName: 'Between', names: [], authority: true, issuer: authority });
const leaf = mint({ issuer: between });
const FIRST_CERTIFICATE = /^[\s\S]*?-----END CERTIFICATE-----\n/;
const OLD = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
const HANDSHAKE = { status: 'down', reason: 'tls_handshake' } as const;

const TLS: Behaviour[] = [
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
    timeoutMs: 400,
    ...HANDSHAKE,
  },
  { name: 'TLS on the plain port', does: [OK], tls: trusted, scheme: 'http', status: 'down', reason: 'protocol_error' },
  {
    name: 'silence after the handshake',
    does: [hold],
    tls: trusted,
    timeoutMs: 600,
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

const HOME = { a: '127.0.0.1' };
const onlyA =
  (answer: NameAnswer): NameScript =>
  (_name, type) =>
    type === 'A' ? answer : [];
const both =
  (answer: NameAnswer): NameScript =>
  () =>
    answer;
const NOT_FOUND = { status: 'down', reason: 'dns_not_found' } as const;
const FAULT = { status: 'down', reason: 'dns_failure' } as const;
const MUTE = { status: 'down', reason: 'dns_timeout', timeoutMs: 400 } as const;
const BLOCKED = { status: 'blocked', reason: 'target_blocked' } as const;
const LOOPBACK_V6 = '1'.padStart(32, '0');

const NAMES: Behaviour[] = [
  { name: 'an IPv4 address', does: [OK], names: onlyA([HOME]), ...UP },
  { name: 'two addresses, the first one dead', does: [OK], names: onlyA([{ a: '127.0.0.77' }, HOME]), ...UP },
  {
    name: 'IPv6 is dead, IPv4 works',
    does: [OK],
    names: (_n, type) => (type === 'A' ? [HOME] : [{ aaaa: LOOPBACK_V6 }]),
    ...UP,
  },
  { name: 'AAAA makes the server fail', does: [OK], names: (_n, type) => (type === 'A' ? [HOME] : 'servfail'), ...UP },
  { name: 'AAAA is not answered', does: [OK], names: (_n, type) => (type === 'A' ? [HOME] : 'silence'), ...UP },
  { name: 'AAAA is said not to exist', does: [OK], names: (_n, type) => (type === 'A' ? [HOME] : 'nxdomain'), ...UP },
  {
    name: 'a name that stands for another',
    does: [OK],
    names: onlyA([{ cname: 'real.shop.example' }, { name: 'real.shop.example', a: '127.0.0.1' }]),
    ...UP,
  },
  { name: 'truncated, whole over TCP', does: [OK], names: onlyA({ overTcp: [HOME] }), ...UP },
  { name: 'no such name', does: [OK], names: both('nxdomain'), ...NOT_FOUND },
  { name: 'a name without addresses', does: [OK], names: both([]), ...NOT_FOUND },
  {
    name: 'a name that stands for itself',
    does: [OK],
    names: (name) => [{ cname: name }],
    ...NOT_FOUND,
  },
  {
    name: 'names that stand for each other',
    does: [OK],
    names: () => [{ cname: 'b.shop.example' }, { name: 'b.shop.example', cname: 'www.shop.example' }],
    ...NOT_FOUND,
  },
  {
    name: 'only IPv4 where IPv6 was asked for',
    does: [OK],
    names: onlyA([HOME]),
    config: { ip_family: 'ipv6' },
    ...NOT_FOUND,
  },
  { name: 'SERVFAIL', does: [OK], names: both('servfail'), ...FAULT },
  { name: 'REFUSED', does: [OK], names: both('refused'), ...FAULT },
  { name: 'FORMERR', does: [OK], names: both('formerr'), ...FAULT },
  { name: 'NOTIMP', does: [OK], names: both('notimp'), ...FAULT },
  {
    name: 'SERVFAIL once, then an answer',
    does: [OK],
    names: (_n, type, times) => (times === 0 ? 'servfail' : type === 'A' ? [HOME] : []),
    ...FAULT,
  },
  { name: 'silence of DNS', does: [OK], names: both('silence'), ...MUTE },
  { name: 'answers to other questions', does: [OK], names: both('other id'), ...MUTE },
  { name: 'an answer that is no DNS', does: [OK], names: both('garbage'), ...FAULT },
  { name: 'a public name, a private address', does: [OK], names: onlyA([{ a: '10.0.0.1' }]), hosted: true, ...BLOCKED },
  {
    name: 'one private address among public ones',
    does: [OK],
    names: onlyA([{ a: '93.184.215.14' }, HOME]),
    hosted: true,
    ...BLOCKED,
  },
  {
    name: 'a public IPv4 and a private IPv6 address',
    does: [OK],
    names: (_n, type) => (type === 'A' ? [{ a: '93.184.215.14' }] : [{ aaaa: LOOPBACK_V6 }]),
    hosted: true,
    ...BLOCKED,
  },
  { name: 'metadata, also at home', does: [OK], names: onlyA([{ a: '169.254.169.254' }]), ...BLOCKED },
  {
    name: 'a name that moves between two hops',
    does: () => ({ '*': to('/again') }),
    names: (_n, type, times) => (type === 'AAAA' ? [] : times === 0 ? [HOME] : [{ a: '169.254.169.254' }]),
    status: 'blocked',
    reason: 'redirect_blocked',
  },
];

export const ROADS: Behaviour[] = [...REDIRECTS, ...TLS, ...NAMES];
