import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** How the product may reach out; built once from the configuration. */
export interface Outbound {
  /** `ALLOW_PRIVATE_TARGETS`: private ranges may be contacted; metadata addresses never. */
  allowPrivate: boolean;
  /** DNS servers to ask (`ip` or `ip:port`); empty means the system's. */
  resolvers: string[];
  /** PEM certificates of private authorities, trusted beside the public ones. */
  authorities?: string[];
  /**
   * This installation itself, which must not be made to check itself: the host of `BASE_URL`, the port it listens on,
   * and an id that its requests carry so that it knows them when they come back.
   */
  own?: { host: string; port: number; id: string };
  /** What requests call themselves, `StatusPing/1.2.3`. */
  userAgent?: string;
}

/** An address as it is handed to the socket. */
export interface Address {
  ip: string;
  family: 4 | 6;
}

/** `never` is refused whatever the configuration says; `private` only on the open internet. */
type AddressClass = 'public' | 'private' | 'never';

const PRIVATE_SENTENCE =
  'This address is private or reserved; only public addresses are checked here (an operator can allow them with ALLOW_PRIVATE_TARGETS).';
const NEVER_SENTENCE = 'Link-local, metadata, multicast and unspecified addresses are never contacted.';
const OWN_SENTENCE = 'This address is this installation itself; it cannot check itself.';
const PORT_SENTENCE = 'This port belongs to a service that is not a web server.';

/**
 * Why this numeric address must not be dialled, or null when it may. Judges the very string that is handed to the
 * socket, so no spelling of a URL can differ from what is contacted.
 */
export function refuseAddress(ip: string, outbound: Outbound): string | null {
  const judged = classify(ip);
  if (judged === 'never') return NEVER_SENTENCE;
  return judged === 'private' && !outbound.allowPrivate ? PRIVATE_SENTENCE : null;
}

/**
 * Why this host or address is this installation itself, or null: a check of our own pages would be a loop (R-SS-7). An
 * operator who allows private targets may watch their own. `port` is null where none is spoken to.
 */
export function refuseOwn(host: string, port: number | null, { own, allowPrivate }: Outbound): string | null {
  if (!own || allowPrivate) return null;
  const name = host.replace(/\.$/, '').toLowerCase();
  if (name === own.host) return OWN_SENTENCE;
  const listens = port === own.port || port === 443 || port === 80;
  return listens && isIP(name) !== 0 && ownAddresses().has(name) ? OWN_SENTENCE : null;
}

function ownAddresses(): Set<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)));
}

/** Why this port must not be spoken HTTP to, or null: request bytes must not reach mail, shell or database servers. */
export function refusePort(port: number, outbound: Outbound): string | null {
  return !outbound.allowPrivate && FOREIGN_PORTS.has(port) ? PORT_SENTENCE : null;
}

/** The ports browsers refuse (Fetch standard, "bad port"), and well-known databases and control sockets. */
const FOREIGN_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
  532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659,
  4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 11211, 27017,
]);

function classify(ip: string): AddressClass {
  const family = isIP(ip);
  if (family === 4) return classifyV4(v4Number(ip));
  // A zone id names a network card: only link-local addresses need one.
  return family === 6 && !ip.includes('%') ? classifyV6(v6Groups(ip)) : 'never';
}

/** First address, prefix length, class; the first row that holds the address counts. */
const V4_RANGES: [number, number, AddressClass][] = (
  [
    ['0.0.0.0', 8, 'never'],
    ['169.254.0.0', 16, 'never'],
    ['100.100.100.200', 32, 'never'], // Alibaba Cloud metadata
    ['192.0.0.192', 32, 'never'], // Oracle Cloud metadata
    ['168.63.129.16', 32, 'never'], // Azure host services, in public space
    ['224.0.0.0', 3, 'never'],
    ['10.0.0.0', 8, 'private'],
    ['100.64.0.0', 10, 'private'],
    ['127.0.0.0', 8, 'private'],
    ['172.16.0.0', 12, 'private'],
    ['192.0.0.0', 24, 'private'],
    ['192.0.2.0', 24, 'private'],
    ['192.88.99.0', 24, 'private'],
    ['192.168.0.0', 16, 'private'],
    ['198.18.0.0', 15, 'private'],
    ['198.51.100.0', 24, 'private'],
    ['203.0.113.0', 24, 'private'],
  ] as const
).map(([first, bits, judged]) => [v4Number(first) >>> (32 - bits), bits, judged]);

function classifyV4(address: number): AddressClass {
  return V4_RANGES.find(([prefix, bits]) => address >>> (32 - bits) === prefix)?.[2] ?? 'public';
}

function classifyV6(g: number[]): AddressClass {
  const [a = 0, b = 0, c = 0] = g;
  const last = (g[6] ?? 0) * 65_536 + (g[7] ?? 0);
  const zeros = (upTo: number): boolean => g.slice(0, upTo).every((group) => group === 0);
  if (zeros(6)) return last === 1 ? 'private' : 'never'; // ::1, ::, and the old IPv4-compatible form
  // An IPv4 address in IPv6 clothes. Dialled by no sane name, so never public; the inner one may be worse.
  if (zeros(5) && g[5] === 0xffff) return sealed(classifyV4(last));
  if (a === 0x2002) return sealed(classifyV4(b * 65_536 + c));
  // NAT64 as DNS64 networks answer for every IPv4-only name (RFC 6147): as good as what is inside.
  if (a === 0x64 && b === 0xff9b) return g.slice(2, 6).every((group) => group === 0) ? classifyV4(last) : 'never';
  if (a >= 0xfe80 && a <= 0xfebf) return 'never';
  if (a >= 0xff00) return 'never';
  if (a === 0xfd00 && b === 0xec2 && last === 0x254) return 'never'; // AWS metadata
  if (a === 0xfd20 && b === 0xce && last === 0x254) return 'never'; // Google metadata
  if (a === 0x2001 && b === 0) return 'never'; // Teredo carries an IPv4 address in disguise
  if (a >>> 13 !== 1) return 'private'; // only 2000::/3 is handed out on the internet
  const reserved = (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || (a === 0x3fff && b < 0x1000);
  return reserved ? 'private' : 'public';
}

function sealed(inner: AddressClass): AddressClass {
  return inner === 'never' ? 'never' : 'private';
}

function v4Number(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function v6Groups(ip: string): number[] {
  const dotted = ip.match(/^(.*:)(\d+\.\d+\.\d+\.\d+)$/);
  if (dotted) {
    const inner = v4Number(dotted[2] ?? '');
    return v6Groups(`${dotted[1]}${(inner >>> 16).toString(16)}:${(inner & 0xffff).toString(16)}`);
  }
  const [left = '', right] = ip.split('::');
  const head = hexGroups(left);
  const tail = hexGroups(right ?? '');
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function hexGroups(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
}
