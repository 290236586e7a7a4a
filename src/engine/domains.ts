import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { KnownDomain } from '../checks/domain.ts';
import { askRegistry, readBootstrap, type Registration } from '../checks/rdap.ts';
import { REGISTRIES } from '../checks/registries.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import type { Failure } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import { type DomainRow, findDomain, replaceDomain } from '../monitors/domain-queries.ts';

type Lenders = Pick<Deps, 'db' | 'clock' | 'config' | 'outbound' | 'log'>;

const FILE = 'rdap-dns.json';
const TIMEOUT_MS = 20 * SECOND;
/** A domain of which nothing is known yet is asked for again sooner after a failure. */
const RETRY_MS = HOUR;

/** Questions under way, so that several monitors of one domain ask once. */
const asking = new Map<string, Promise<DomainRow>>();

/** What the registry says of a domain, asked once a day whoever wants to know; the answer is kept in the database. */
export async function askDomain(deps: Lenders, name: string, signal: AbortSignal): Promise<KnownDomain> {
  const now = deps.clock.now();
  const stored = await findDomain(deps.db.read, name);
  const row = stored && isFresh(stored, now) ? stored : await askOnce(deps, name, stored, signal);
  const { expires_at: expiresAt, registrar, error_reason: reason, error_message: message } = row;
  return { now, name, expiresAt, registrar, failure: reason && { reason, message: message ?? '' } };
}

function isFresh({ asked_at, error_reason, expires_at }: DomainRow, now: number): boolean {
  const kept = error_reason !== null && expires_at === null ? RETRY_MS : DAY;
  return now >= asked_at && now - asked_at < kept;
}

function askOnce(deps: Lenders, name: string, before: DomainRow | null, signal: AbortSignal): Promise<DomainRow> {
  const key = `${deps.config.dataPath} ${name}`;
  const under = asking.get(key);
  if (under) return under;
  const question = ask(deps, name, before, signal).finally(() => asking.delete(key));
  asking.set(key, question);
  return question;
}

async function ask(deps: Lenders, name: string, before: DomainRow | null, signal: AbortSignal): Promise<DomainRow> {
  const answer = await question(deps, name, signal);
  const failed = 'reason' in answer;
  const row: DomainRow = {
    name,
    expires_at: failed ? (before?.expires_at ?? null) : answer.expiresAt,
    registrar: failed ? (before?.registrar ?? null) : answer.registrar,
    error_reason: failed ? answer.reason : null,
    error_message: failed ? answer.message : null,
    asked_at: deps.clock.now(),
  };
  // What was cut short says nothing of the registry, and the next check asks again.
  if (!signal.aborted) await deps.db.write('registry answered', (tx) => replaceDomain(tx, row));
  return row;
}

async function question(deps: Lenders, name: string, signal: AbortSignal): Promise<Registration | Failure> {
  const { clock, outbound } = deps;
  const tld = name.slice(name.lastIndexOf('.') + 1);
  const base = (await registries(deps, signal))[tld];
  if (base === undefined) {
    return { reason: 'record_mismatch', message: `The registry of .${tld} cannot be asked: it offers no RDAP server.` };
  }
  return askRegistry(base, name, { clock, outbound, timeoutMs: TIMEOUT_MS, signal });
}

const Kept = z.object({ fetched_at: z.number(), registries: z.record(z.string(), z.string()) });
type Kept = z.infer<typeof Kept>;

/** When IANA was asked for its list and did not give it, by data folder. */
const refused = new Map<string, number>();

/** IANA's list over the built-in one. The copy in the data folder is renewed once a day and used for as long as need be. */
async function registries(deps: Lenders, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const { config, clock, outbound, log } = deps;
  const path = join(config.dataPath, FILE);
  const now = clock.now();
  const kept = readKept(path);
  const tried = refused.get(path) ?? Number.NEGATIVE_INFINITY;
  if ((kept && now - kept.fetched_at < DAY) || now - tried < RETRY_MS) return { ...REGISTRIES, ...kept?.registries };
  const list = await readBootstrap(config.rdapBootstrapUrl, { clock, outbound, timeoutMs: TIMEOUT_MS / 2, signal });
  if ('reason' in list) {
    if (!signal.aborted) refused.set(path, now);
    log.warn({ reason: list.reason, detail: list.message }, 'the list of registries could not be renewed');
    return { ...REGISTRIES, ...kept?.registries };
  }
  const renewed: Kept = { fetched_at: now, registries: list.registries };
  writeFileSync(`${path}.new`, JSON.stringify(renewed));
  renameSync(`${path}.new`, path);
  return { ...REGISTRIES, ...renewed.registries };
}

function readKept(path: string): Kept | null {
  if (!existsSync(path)) return null;
  try {
    return Kept.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // a half-written or foreign file is fetched again
  }
}
