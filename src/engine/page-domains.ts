import { createHmac } from 'node:crypto';
import { insertAudit } from '../accounts/audit-queries.ts';
import { afterLook, domainState, proofRecords } from '../core/page-domain.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { Deadline } from '../net/deadline.ts';
import { NetFailure } from '../net/failure.ts';
import { askRecords } from '../net/records.ts';
import { listDueDomains, type OwnedDomain, recordLook } from '../statuspages/domain-queries.ts';

const TIMEOUT_MS = 8 * SECOND;
/** Looks of one run of the job, and how many at once. */
const MOST_LOOKS = 200;
const AT_ONCE = 8;

/** The host people open this installation under. */
export function ownHost({ config }: Pick<Deps, 'config'>): string {
  return new URL(config.baseUrl).hostname;
}

/**
 * What must stand in the DNS of a host to show that its owner wants it on a page of this account. It is the same each
 * time and fits in a DNS label; whoever names somebody else's host learns a token that is of no use to them.
 */
export function proofToken({ config }: Pick<Deps, 'config'>, accountId: string, host: string): string {
  return `sp-${createHmac('sha256', config.secretKey).update(`page domain ${accountId} ${host}`).digest('hex').slice(0, 32)}`;
}

/** Looks for the proof in DNS, as TXT and as CNAME. Null when one was found, else why not, in a sentence. */
export async function lookForProof(deps: Pick<Deps, 'config' | 'outbound'>, host: string, token: string) {
  const { name, txt, cname } = proofRecords(host, token, ownHost(deps));
  const [texts, names] = await Promise.all([
    ask(deps, name, 'TXT'),
    cname === null ? Promise.resolve([]) : ask(deps, name, 'CNAME'),
  ]);
  if (!(texts instanceof NetFailure) && texts.some((text) => text.trim() === txt)) return null;
  if (!(names instanceof NetFailure) && cname !== null && names.includes(cname)) return null;
  if (texts instanceof NetFailure) return texts.message;
  return `${name} says something else: ${texts
    .map((text) => `“${text.slice(0, 60)}”`)
    .slice(0, 3)
    .join(', ')}.`;
}

async function ask({ outbound }: Pick<Deps, 'outbound'>, name: string, type: 'TXT' | 'CNAME') {
  const deadline = new Deadline(TIMEOUT_MS, new AbortController().signal);
  try {
    return await askRecords({ name, type, server: null }, outbound, deadline);
  } catch (error) {
    if (error instanceof NetFailure) return error;
    throw error;
  } finally {
    deadline.release();
  }
}

/** Looks for the proof of one domain and writes what it found. Returns why there is none, or null. */
export async function lookAtDomain(
  deps: Deps,
  domain: OwnedDomain,
  userId: string | null = null,
): Promise<string | null> {
  const error = await lookForProof(deps, domain.host, domain.token);
  const now = deps.clock.now();
  const found = afterLook(domain, error, now);
  const [before, after] = [domainState(domain), domainState(found)];
  const there = await deps.db.write('page domain looked at', async (tx) => {
    if (!(await recordLook(tx, domain, { ...found, error, checked_at: now }))) return false;
    if (before !== after) {
      const action = `page_domain.${after}`;
      await insertAudit(tx, { accountId: domain.account_id, userId, at: now, action, subject: domain.host });
    }
    return true;
  });
  if (there && before !== after) {
    deps.live.publish({ accountId: domain.account_id, type: 'settings', monitorIds: [] });
  }
  return error;
}

/** What recurs: proofs are looked for again, a few at a time, once a day while they are there. */
export function pageDomainJob(deps: Deps): () => Promise<void> {
  return async () => {
    const due = await listDueDomains(deps.db.read, deps.clock.now(), MOST_LOOKS);
    const worker = async () => {
      for (let domain = due.shift(); domain; domain = due.shift()) await lookAtDomain(deps, domain);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
}
