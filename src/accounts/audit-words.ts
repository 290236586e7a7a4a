import { z } from 'zod';
import type { listAudit } from './audit-queries.ts';

type Entry = Awaited<ReturnType<typeof listAudit>>[number];

const WORDS: Record<string, string> = {
  'account.created': 'Account created',
  'account.renamed': 'Account renamed',
  'account.zone_changed': 'Time zone changed',
  'report.shared': 'Report shared by a link',
  'plan.changed': 'Plan changed',
  'page_copy.set': 'Static copy of a status page set up',
  'page_copy.removed': 'Static copy of a status page ended',
  'page_domain.added': 'Domain named for a status page',
  'page_domain.verified': 'Domain verified',
  'page_domain.failing': 'Proof of a domain is missing',
  'page_domain.lost': 'Domain not served any more: its proof was missing for seven days',
  'page_domain.removed': 'Domain removed',
  'page_domain.taken': 'Domain taken over by another account with proof',
  'channel.secret_rotated': 'Channel got a new signing secret',
  'delivery.retried': 'Message tried again',
  'delivery.replayed': 'Message sent once more',
  'token.created': 'API token made',
  'token.revoked': 'API token revoked',
  'password.changed': 'Password changed',
  'email.changed': 'E-mail address changed',
  'email.verified': 'E-mail address confirmed',
  'session.ended': 'Session ended',
  'second_factor.on': 'Two-step log-in switched on',
  'second_factor.off': 'Two-step log-in switched off',
  'second_factor.reset': 'Two-step log-in and passkeys removed by the operator',
  'recovery_code.used': 'Recovery code used',
  'recovery_codes.renewed': 'New recovery codes made',
  'passkey.added': 'Passkey added',
  'passkey.renamed': 'Passkey renamed',
  'passkey.removed': 'Passkey removed',
  'session.others_ended': 'Other sessions ended',
  'session.refresh_reused': 'A used refresh token came again; its session was ended',
};

/** One line of the record in words; an action without words of its own is read from its name. */
export function auditLine(entry: Entry) {
  const plain = entry.action.replace(/[._]/g, ' ');
  return {
    at: entry.at,
    what: WORDS[entry.action] ?? plain.charAt(0).toUpperCase() + plain.slice(1),
    subject: entry.subject,
    more: more(entry),
    who: entry.email ?? throughLink(entry) ?? 'StatusPing',
  };
}

/** Whoever held a link from a message is known by the channel it was sent to. */
function throughLink({ detail }: Entry): string | null {
  const through = detail?.['through'];
  return typeof through === 'string' ? `a link sent to ${through}` : null;
}

/** What people call a channel, as it was called then. */
function named(detail: Entry['detail']): string | null {
  const name = detail?.['name'] ?? detail?.['channel'];
  return typeof name === 'string' ? name : null;
}

const planDetail = z.object({
  from: z.string(),
  paused: z.number(),
  resumed: z.number(),
  lifted: z.array(z.unknown()),
});

/** What a change of plan did, for it is the one entry whose effect is not its subject; else the name beside the id. */
function more({ action, detail }: Entry): string | null {
  const did = action === 'plan.changed' ? planDetail.safeParse(detail).data : undefined;
  if (!did) return named(detail);
  const parts = [
    `from ${did.from}`,
    did.paused > 0 && `${did.paused} monitors paused`,
    did.resumed > 0 && `${did.resumed} monitors resumed`,
    did.lifted.length > 0 && `${did.lifted.length} intervals lengthened`,
  ];
  return parts.filter(Boolean).join(', ');
}
