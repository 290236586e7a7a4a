import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import type { Deadline } from './deadline.ts';
import { errorCode, NetFailure } from './failure.ts';
import type { Address, Outbound } from './guard.ts';
import { hostsFileAddresses } from './hosts-file.ts';

export type IpFamily = 'any' | 'ipv4' | 'ipv6';

/** A silent server is asked again, or its neighbour is, after this long; the first answer wins. */
const ASK_AGAIN_MS = 1_500;
const MOST_ATTEMPTS = 6;
/** How long one family waits for the other once it has addresses. */
const OTHER_FAMILY_MS = 300;

/**
 * Every address of a host, IPv4 first. `localhost` is loopback (RFC 6761), the hosts file comes before DNS, and DNS
 * is asked with our own resolver: the system's shares four threads with files and compression. Throws `NetFailure`.
 */
export async function resolveHost(
  host: string,
  family: IpFamily,
  outbound: Outbound,
  deadline: Deadline,
  nowMs: number,
): Promise<Address[]> {
  const name = host.replace(/\.$/, '').toLowerCase();
  const known = withoutDns(name, nowMs);
  const servers = (): string[] => (outbound.resolvers.length > 0 ? outbound.resolvers : systemServers(nowMs));
  const addresses = known ?? (await askDns(name, family, servers(), deadline));
  const wanted = addresses.filter((address) => family === 'any' || address.family === (family === 'ipv4' ? 4 : 6));
  if (wanted.length === 0) throw new NetFailure('dns_not_found', `${name} has no ${familyWords(family)} address.`);
  return wanted;
}

function familyWords(family: IpFamily): string {
  return { any: 'IP', ipv4: 'IPv4', ipv6: 'IPv6' }[family];
}

function withoutDns(name: string, nowMs: number): Address[] | null {
  const literal = isIP(name);
  if (literal) return [{ ip: name, family: literal === 4 ? 4 : 6 }];
  if (name === 'localhost' || name.endsWith('.localhost')) {
    return [
      { ip: '127.0.0.1', family: 4 },
      { ip: '::1', family: 6 },
    ];
  }
  return hostsFileAddresses(name, nowMs);
}

const SERVERS_AGAIN_MS = 10_000;
let system: { servers: string[]; readAt: number } | null = null;

/** The machine's DNS servers; a change of its settings is noticed within seconds, without reading them each time. */
function systemServers(nowMs: number): string[] {
  if (system === null || Math.abs(nowMs - system.readAt) >= SERVERS_AGAIN_MS) {
    system = { servers: new Resolver().getServers(), readAt: nowMs };
  }
  return system.servers;
}

type Answer = { addresses: Address[] } | { missing: 'name' | 'record' } | { fault: string };

/**
 * A resolver per attempt: a shared one lets fast answers shorten the patience for slow ones, and c-ares does not go
 * to the second server after a SERVFAIL.
 */
function askDns(name: string, family: IpFamily, servers: string[], deadline: Deadline): Promise<Address[]> {
  const faults = new Map<string, string>();
  const open: Resolver[] = [];
  let again: NodeJS.Timeout | undefined;

  return new Promise<Address[]>((resolve, reject) => {
    const attempt = (): void => {
      const server = servers[open.length % servers.length] ?? '127.0.0.1';
      const resolver = new Resolver({ timeout: deadline.timeoutMs, tries: 1 });
      resolver.setServers([server]);
      open.push(resolver);
      if (open.length < MOST_ATTEMPTS) again = setTimeout(attempt, ASK_AGAIN_MS);
      askServer(resolver, name, family, (answer) => {
        if ('addresses' in answer) return resolve(answer.addresses);
        if ('missing' in answer) return reject(notFound(name, answer.missing));
        faults.set(server, answer.fault);
        if (faults.size >= servers.length) return reject(new NetFailure('dns_failure', faultWords(name, faults)));
        clearTimeout(again);
        if (open.length < MOST_ATTEMPTS) attempt();
      });
    };
    deadline.stage(() =>
      reject(
        faults.size > 0
          ? new NetFailure('dns_failure', faultWords(name, faults))
          : new NetFailure('dns_timeout', `DNS did not answer for ${name} within ${deadline.words}.`),
      ),
    );
    if (!deadline.ended) attempt();
  }).finally(() => {
    clearTimeout(again);
    for (const resolver of open) resolver.cancel();
  });
}

function notFound(name: string, missing: 'name' | 'record'): NetFailure {
  const said = missing === 'name' ? `The name ${name} does not exist in DNS.` : `${name} has no address in DNS.`;
  return new NetFailure('dns_not_found', said);
}

function faultWords(name: string, faults: Map<string, string>): string {
  return `DNS could not answer for ${name} (${[...new Set(faults.values())].join(', ')}).`;
}

/** Asks one server for both families at once and calls back once; never when it stays silent. */
function askServer(resolver: Resolver, name: string, family: IpFamily, done: (answer: Answer) => void): void {
  const answers: Answer[] = [];
  const expected = family === 'any' ? 2 : 1;
  let patience: NodeJS.Timeout | undefined;
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    done(merge(answers));
  };
  const take = (which: 4 | 6) => (error: NodeJS.ErrnoException | null, ips: string[] | undefined) => {
    const answer = readAnswer(error, ips ?? [], which);
    if (answer === null || over) return;
    answers.push(answer);
    if (answers.length === expected) finish();
    else if ('addresses' in answer) patience = setTimeout(finish, OTHER_FAMILY_MS);
  };
  if (family !== 'ipv6') resolver.resolve4(name, take(4));
  if (family !== 'ipv4') resolver.resolve6(name, take(6));
}

/** One family's answer; null for silence and for our own cancelling. */
function readAnswer(error: Error | null, ips: string[], family: 4 | 6): Answer | null {
  if (!error) return ips.length > 0 ? { addresses: ips.map((ip) => ({ ip, family })) } : { missing: 'record' };
  const code = errorCode(error);
  if (code === 'ETIMEOUT' || code === 'ECANCELLED' || code === 'EDESTRUCTION') return null;
  if (code === 'ENOTFOUND' || code === 'EBADNAME') return { missing: 'name' };
  if (code === 'ENODATA') return { missing: 'record' };
  return { fault: code.replace(/^E/, '') || 'unknown fault' };
}

function merge(answers: Answer[]): Answer {
  const addresses = answers.flatMap((answer) => ('addresses' in answer ? answer.addresses : []));
  if (addresses.length > 0) return { addresses: addresses.toSorted((a, b) => a.family - b.family) };
  const fault = answers.find((answer) => 'fault' in answer);
  const noName = answers.find((answer) => 'missing' in answer && answer.missing === 'name');
  return noName ?? fault ?? { missing: 'record' };
}
