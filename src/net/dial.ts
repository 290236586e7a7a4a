import { connect, type Socket } from 'node:net';
import type { Phases, Reason } from '../core/verdict.ts';
import type { Clock } from '../core/time.ts';
import type { Deadline } from './deadline.ts';
import { errorCode, NetFailure } from './failure.ts';
import { type Address, type Outbound, refuseAddress, refuseOwn, refusePort } from './guard.ts';
import { type IpFamily, resolveHost } from './resolve.ts';
import { type ClientCertificate, OldProtocol, secure, type TlsFacts } from './tls.ts';

export interface Destination {
  /** As the URL parser folds it; IPv6 without brackets. */
  host: string;
  port: number;
  secure: boolean;
  verifyTls: boolean;
  /** Shown in the handshake when the server asks for one. */
  clientCertificate?: ClientCertificate | null;
  /** Left out: no port of a service that HTTP requests must not reach. */
  anyPort?: boolean;
  family: IpFamily;
  /** Protocols offered in the TLS handshake; left out: HTTP/1.1. */
  alpn?: string[];
}

export interface Connection {
  socket: Socket;
  tls: TlsFacts | null;
  /** Something a person should know although it worked: an address that did not answer. */
  note: string | null;
}

/** What an exchange shares with its stages. `phases` is written as time is spent. */
export interface Trip {
  clock: Clock;
  outbound: Outbound;
  deadline: Deadline;
  phases: Phases;
}

/** The next address is tried when the one before has not connected after this long (RFC 8305, section 5). */
const NEXT_ADDRESS_MS = 250;
const MOST_ADDRESSES = 6;

/** Resolves, judges every address, connects to one of the judged, and secures it. Throws `NetFailure`. */
export async function dial(to: Destination, trip: Trip): Promise<Connection> {
  const addresses = await findAddresses(to, trip);
  const { socket, note } = await timed(trip, 'connect_ms', () => connectFirst(addresses, to, trip.deadline));
  if (!to.secure) return { socket, tls: null, note };
  try {
    return { ...(await timed(trip, 'tls_ms', () => secure(socket, to, trip))), note };
  } catch (error) {
    if (!(error instanceof OldProtocol)) throw error;
    const again = await timed(trip, 'connect_ms', () => connectFirst(addresses, to, trip.deadline));
    return { ...(await timed(trip, 'tls_ms', () => secure(again.socket, to, trip, 'old'))), note };
  }
}

/** One private address among public ones refuses the whole answer: otherwise the dialler's luck would decide. */
async function findAddresses(to: Destination, trip: Trip): Promise<Address[]> {
  const badPort = to.anyPort ? null : refusePort(to.port, trip.outbound);
  if (badPort) throw new NetFailure('target_blocked', badPort);
  const addresses = await guardedAddresses(to, to.port, trip);
  return addresses.slice(0, MOST_ADDRESSES);
}

/**
 * Every address of a host, each judged: what a check may contact at all. `port` is null where there is none. Throws
 * `NetFailure`.
 */
export async function guardedAddresses(
  { host, family }: Pick<Destination, 'host' | 'family'>,
  port: number | null,
  trip: Trip,
): Promise<Address[]> {
  const own = refuseOwn(host, port, trip.outbound);
  if (own) throw new NetFailure('target_blocked', own);
  const addresses = await timed(trip, 'dns_ms', () =>
    resolveHost(host, family, trip.outbound, trip.deadline, trip.clock.monotonic()),
  );
  for (const { ip } of addresses) {
    const refusal = refuseAddress(ip, trip.outbound) ?? refuseOwn(ip, port, trip.outbound);
    if (refusal) throw new NetFailure('target_blocked', refusal);
  }
  return addresses;
}

/** Adds the time a stage took to its phase, whether it worked or not. */
async function timed<T>(trip: Trip, phase: keyof Phases, stage: () => Promise<T>): Promise<T> {
  const start = trip.clock.monotonic();
  try {
    return await stage();
  } finally {
    trip.phases[phase] = (trip.phases[phase] ?? 0) + Math.max(0, trip.clock.monotonic() - start);
  }
}

function connectFirst(
  addresses: Address[],
  to: Destination,
  deadline: Deadline,
): Promise<{ socket: Socket; note: string | null }> {
  return new Promise((resolve, reject) => {
    const sockets: Socket[] = [];
    const faults: NetFailure[] = [];
    let next: NodeJS.Timeout | undefined;

    let over = false;
    const end = (winner: Socket | null): void => {
      over = true;
      clearTimeout(next);
      for (const socket of sockets) if (socket !== winner) socket.destroy();
    };
    const tryNext = (): void => {
      clearTimeout(next);
      const address = addresses[sockets.length];
      if (!address) return;
      const socket = connect({ host: address.ip, port: to.port, family: address.family });
      sockets.push(socket);
      socket.once('connect', () => {
        end(socket);
        resolve({ socket, note: faults[0] ? `${faults[0].message} Another address answered.` : null });
      });
      socket.on('error', (error) => {
        if (over) return;
        faults.push(connectFailure(error, address, to.port));
        if (faults.length < addresses.length) return tryNext();
        end(null);
        reject(mostTelling(faults));
      });
      if (sockets.length < addresses.length) next = setTimeout(tryNext, NEXT_ADDRESS_MS);
    };
    deadline.stage(() => {
      end(null);
      reject(new NetFailure('connect_timeout', `No connection to port ${to.port} within ${deadline.words}.`));
    });
    if (!deadline.ended) tryNext();
  });
}

/** A missing route is often our own (no IPv6 here), so another address's fault says more. */
function mostTelling(faults: NetFailure[]): NetFailure {
  const telling = faults.find((fault) => fault.reason !== 'unreachable') ?? faults[0];
  return telling ?? new NetFailure('unreachable', 'There was no address to connect to.');
}

const CONNECT_FAULTS: Record<string, [Reason, string]> = {
  ECONNREFUSED: ['connect_refused', 'refused the connection'],
  ECONNRESET: ['connection_reset', 'reset the connection'],
  ETIMEDOUT: ['connect_timeout', 'did not answer'],
  EHOSTUNREACH: ['unreachable', 'cannot be reached (no route to the host)'],
  EHOSTDOWN: ['unreachable', 'cannot be reached (the host is down)'],
  ENETUNREACH: ['unreachable', 'cannot be reached (no route to the network)'],
  ENETDOWN: ['unreachable', 'cannot be reached (the network is down)'],
  EADDRNOTAVAIL: ['unreachable', 'cannot be reached (no address of this family here)'],
  EACCES: ['unreachable', 'cannot be reached (forbidden by a firewall)'],
  EPERM: ['unreachable', 'cannot be reached (forbidden by a firewall)'],
};

function connectFailure(error: Error, { ip, family }: Address, port: number): NetFailure {
  const code = errorCode(error);
  const [reason, words] = CONNECT_FAULTS[code] ?? ['internal', `could not be dialled (${code})`];
  return new NetFailure(reason, `${family === 6 ? `[${ip}]` : ip}:${port} ${words}.`);
}
