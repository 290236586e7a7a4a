import { Resolver } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import type { Deadline } from './deadline.ts';
import { errorCode, NetFailure } from './failure.ts';
import { type Outbound, refuseAddress } from './guard.ts';

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'CAA', 'SOA', 'PTR'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** A silent server is asked again after this long; the first answer wins. */
const ASK_AGAIN_MS = 1_500;
const MOST_ATTEMPTS = 4;

/**
 * Asks one server, or those of the machine, for the records of a name, each as one line of text as zone files have it,
 * names in lower case without the last dot. An empty answer is `dns_not_found`. Throws `NetFailure`.
 */
export function askRecords(
  question: { name: string; type: RecordType; server: string | null },
  outbound: Outbound,
  deadline: Deadline,
): Promise<string[]> {
  const { type, server } = question;
  const name = type === 'PTR' ? reverseName(question.name) : question.name;
  const refusal = server === null ? null : refuseResolver(server, outbound);
  if (refusal !== null) throw new NetFailure('target_blocked', refusal);
  const servers = server === null ? outbound.resolvers : [server];
  const open: Resolver[] = [];
  let again: NodeJS.Timeout | undefined;
  return new Promise<string[]>((resolve, reject) => {
    const attempt = (): void => {
      const resolver = new Resolver({ timeout: deadline.timeoutMs, tries: 1 });
      if (servers.length > 0) resolver.setServers(servers);
      open.push(resolver);
      if (open.length < MOST_ATTEMPTS) again = setTimeout(attempt, ASK_AGAIN_MS);
      ask(resolver, name, type, (error, values) => {
        const failure = error ? dnsFailure(error, question) : null;
        if (failure) reject(failure);
        else if (!error) resolve(values);
      });
    };
    const where = server === null ? 'DNS' : `The DNS server ${server}`;
    deadline.stage(() => reject(new NetFailure('dns_timeout', `${where} did not answer within ${deadline.words}.`)));
    if (!deadline.ended) attempt();
  }).finally(() => {
    clearTimeout(again);
    for (const resolver of open) resolver.cancel();
  });
}

type Done = (error: Error | null, values: string[]) => void;

function ask(resolver: Resolver, name: string, type: RecordType, done: Done): void {
  const take =
    <T>(write: (record: T) => string) =>
    (error: Error | null, records: T[] | undefined): void =>
      done(error, (records ?? []).map(write));
  switch (type) {
    case 'A':
      return resolver.resolve4(name, take(String));
    case 'AAAA':
      return resolver.resolve6(name, take(String));
    case 'CNAME':
      return resolver.resolveCname(name, take(host));
    case 'NS':
      return resolver.resolveNs(name, take(host));
    case 'PTR':
      return resolver.resolvePtr(name, take(host));
    case 'TXT':
      return resolver.resolveTxt(
        name,
        take((parts: string[]) => parts.join('')),
      );
    case 'MX':
      return resolver.resolveMx(
        name,
        take(({ priority, exchange }) => `${priority} ${host(exchange)}`),
      );
    case 'SRV':
      return resolver.resolveSrv(
        name,
        take(({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${host(target)}`),
      );
    case 'CAA':
      return resolver.resolveCaa(name, take(writeCaa));
    case 'SOA':
      return resolver.resolveSoa(name, (error, soa) => {
        const numbers = error ? [] : [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minttl];
        done(error, error ? [] : [[host(soa.nsname), host(soa.hostmaster), ...numbers].join(' ')]);
      });
  }
}

function host(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

function writeCaa(record: { critical: number }): string {
  const [tag = '', value = ''] = Object.entries(record).find(([key]) => key !== 'critical' && key !== 'type') ?? [];
  return `${record.critical} ${tag} ${String(value)}`;
}

/** What an error says of the name; null for our own cancelling and for silence, which only the deadline ends. */
function dnsFailure(error: Error, { name, type }: { name: string; type: RecordType }): NetFailure | null {
  const code = errorCode(error);
  if (code === 'ETIMEOUT' || code === 'ECANCELLED' || code === 'EDESTRUCTION') return null;
  if (code === 'ENOTFOUND') return new NetFailure('dns_not_found', `The name ${name} does not exist in DNS.`);
  if (code === 'EBADNAME') return new NetFailure('dns_not_found', `${name} cannot be a name in DNS.`);
  if (code === 'ENODATA') return new NetFailure('dns_not_found', `${name} has no ${type} record.`);
  if (code === 'ECONNREFUSED') return new NetFailure('connect_refused', 'The DNS server refused the connection.');
  const words: Record<string, string> = {
    ESERVFAIL: 'it failed (SERVFAIL)',
    EREFUSED: 'it refuses to answer (REFUSED)',
    EBADRESP: 'its answer makes no sense',
    EFORMERR: 'it does not understand the question (FORMERR)',
    ENOTIMP: 'it does not know such questions (NOTIMP)',
  };
  const said = words[code] ?? `it failed (${code.replace(/^E/, '') || 'no reason'})`;
  return new NetFailure('dns_failure', `DNS could not answer for ${name}: ${said}.`);
}

/** Address and port of a server as a person writes it: "9.9.9.9", "9.9.9.9:5353", "2620:fe::fe", "[2620:fe::fe]:53". */
export function parseResolver(text: string): { ip: string; port: number } | null {
  if (isIP(text)) return { ip: text, port: 53 };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const ip = match?.[1] ?? match?.[2] ?? '';
  const port = match?.[3] === undefined ? 53 : Number(match[3]);
  const fits = match?.[1] === undefined ? isIP(ip) === 4 : isIPv6(ip);
  return fits && port >= 1 && port <= 65_535 ? { ip, port } : null;
}

/** Why a chosen server must not be asked, or null. Other well-known ports belong to other services. */
function refuseResolver(server: string, outbound: Outbound): string | null {
  const parsed = parseResolver(server);
  if (!parsed) return 'The DNS server is not an address.';
  if (parsed.port !== 53 && parsed.port < 1_024 && !outbound.allowPrivate) {
    return 'This port belongs to a service that is not a DNS server.';
  }
  return refuseAddress(parsed.ip, outbound);
}

/** The name under which an address is looked up backwards; anything else is such a name already. */
function reverseName(text: string): string {
  const family = isIP(text);
  if (family === 4) return `${text.split('.').toReversed().join('.')}.in-addr.arpa`;
  if (family === 0) return text;
  const dotted = new URL(`http://[${text}]`).hostname.slice(1, -1); // no IPv4 part any more
  const [left = '', right] = dotted.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right ? right.split(':') : [];
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const digits = groups.map((group) => group.padStart(4, '0')).join('');
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`;
}
