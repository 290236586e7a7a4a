import type { Behaviour } from './corpus.ts';
import type { NameAnswer, NameScript } from './corpus-names.ts';
import { to } from './corpus-redirects.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const UP = { status: 'up', reason: null } as const;
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
const MUTE = { status: 'down', reason: 'dns_timeout', timeoutMs: 2_500 } as const;
const BLOCKED = { status: 'blocked', reason: 'target_blocked' } as const;
const LOOPBACK_V6 = '1'.padStart(32, '0');

export const NAMES: Behaviour[] = [
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
