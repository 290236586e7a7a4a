import { domainState, GRACE_MS, proofRecords } from '../core/page-domain.ts';
import type { Deps } from '../deps.ts';
import { ownHost } from '../engine/page-domains.ts';
import type { DomainRow } from './domain-queries.ts';

/** A page's domain for people and programs: how it stands and which records DNS must show. */
export function domainView(deps: Pick<Deps, 'config'>, row: DomainRow) {
  const own = ownHost(deps);
  return {
    host: row.host,
    state: domainState(row),
    url: `https://${row.host}`,
    proof: proofRecords(row.host, row.token, own),
    pointTo: own,
    verifiedAt: row.verified_at,
    checkedAt: row.checked_at,
    failingSince: row.failing_since,
    /** When it stops being served, while its proof is missed. */
    servedUntil: row.failing_since !== null && row.verified_at !== null ? row.failing_since + GRACE_MS : null,
    error: row.error,
  };
}
