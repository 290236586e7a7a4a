import { findPolicy } from '../alerts/escalation-queries.ts';
import { invalidField } from '../core/errors.ts';
import type { Tx } from '../db/client.ts';
import { listAncestors } from '../incidents/dependency-queries.ts';
import { findParent } from './parent-queries.ts';
import type { MonitorInput } from './settings.ts';

/** What else of the account a monitor hangs on. */
export interface Links {
  parent_no: number | null;
  escalation_id: string | null;
}

/**
 * The links that `input` asks for, those of `before` where it says nothing. Throws `AppError` `invalid` for what is not
 * of the account, and for a parent that depends on this monitor itself.
 */
export async function linksFor(
  tx: Tx,
  accountId: string,
  input: Pick<MonitorInput, 'parent_id' | 'escalation_id'>,
  before: Links & { no: number | null },
): Promise<Links> {
  const { parent_id: parentId, escalation_id: policyId } = input;
  const parent_no = parentId === undefined ? before.parent_no : await parentFor(tx, accountId, parentId, before.no);
  if (policyId === undefined || policyId === null || policyId === '') {
    return { parent_no, escalation_id: policyId === undefined ? before.escalation_id : null };
  }
  if (!(await findPolicy(tx, accountId, policyId))) {
    throw invalidField('escalation_id', `There is no escalation policy "${policyId}" in this account.`);
  }
  return { parent_no, escalation_id: policyId };
}

async function parentFor(tx: Tx, accountId: string, id: string | null, own: number | null): Promise<number | null> {
  if (id === null || id === '') return null;
  const parent = await findParent(tx, accountId, id);
  if (!parent) throw invalidField('parent_id', `There is no monitor "${id}" in this account.`);
  if (parent.no === own) throw invalidField('parent_id', 'A monitor cannot depend on itself.');
  if ((await listAncestors(tx, parent.no)).some(({ no }) => no === own)) {
    const message = `"${parent.name}" depends on this monitor already, so this one cannot depend on it.`;
    throw invalidField('parent_id', message);
  }
  return parent.no;
}
