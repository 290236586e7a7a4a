import { z } from 'zod';
import { nameIn } from '../core/change-message.ts';
import { MASK } from '../core/secrets.ts';
import type { RecordRow } from './audit-list-queries.ts';

const WORDS: Record<string, string> = {
  'monitors.changed': 'Several monitors changed at once',
  'monitors.deleted': 'Several monitors deleted at once',
  'undo.done': 'Change of several monitors taken back',
  'tag_rule.created': 'Rule for a tag added',
  'tag_rule.changed': 'Rule for a tag changed',
  'tag_rule.deleted': 'Rule for a tag deleted',
  'webhook.created': 'Webhook for changes added',
  'webhook.changed': 'Webhook for changes changed',
  'webhook.deleted': 'Webhook for changes deleted',
  'webhook.secret_rotated': 'Webhook for changes got a new signing secret',
  'webhook.switched_off': 'Webhook for changes switched off: its receiver is gone',
  'channel.moved': 'Channel followed its receiver to a new place',
  'channel.switched_off': 'Channel switched off: its receiver is gone',
  'profile.renamed': 'Own name changed',
  'report.mails_chosen': 'Own report mails chosen',
  'account.created': 'Account created',
  'account.renamed': 'Account renamed',
  'account.zone_changed': 'Time zone changed',
  'account.exported': 'Everything of the account exported',
  'account.handed_over': 'Account handed over to another owner',
  'account.deleted': 'Account deleted',
  'member.invited': 'Somebody invited',
  'invitation.resent': 'Invitation sent again',
  'invitation.revoked': 'Invitation taken back',
  'member.joined': 'Invitation accepted',
  'member.role_changed': 'Role of a member changed',
  'member.removed': 'Member removed',
  'member.left': 'Member left',
  'report.shared': 'Report shared by a link',
  'plan.changed': 'Plan changed',
  'billing.customer_made': 'Customer made at Stripe',
  'billing.started': 'Subscription began',
  'billing.payment_failed': 'Payment failed; the plan stays for fourteen days',
  'billing.paid': 'Paid again',
  'billing.stops': 'Subscription will not be renewed',
  'billing.goes_on': 'Subscription will be renewed after all',
  'billing.ended': 'Paid plan ended',
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
  'second_factor.refused': 'Log-in refused: the password was right, the code was not',
  'second_factor.reset': 'Two-step log-in and passkeys removed by the operator',
  'recovery_code.used': 'Recovery code used',
  'recovery_codes.renewed': 'New recovery codes made',
  'passkey.added': 'Passkey added',
  'passkey.renamed': 'Passkey renamed',
  'passkey.removed': 'Passkey removed',
  'identity.connected': 'Connected with the sign-in provider',
  'identity.disconnected': 'Disconnected from the sign-in provider',
  'session.others_ended': 'Other sessions ended',
  'session.refresh_reused': 'A used refresh token came again; its session was ended',
};

/** One line of the record in words; an action without words of its own is read from its name. */
export function auditLine(entry: RecordRow, addresses: boolean) {
  const plain = entry.action.replace(/[._]/g, ' ');
  return {
    id: entry.id,
    at: entry.at,
    what: WORDS[entry.action] ?? plain.charAt(0).toUpperCase() + plain.slice(1),
    action: entry.action,
    name: nameIn(entry.detail) ?? entry.subject,
    subject: entry.subject,
    more: more(entry),
    who: entry.email ?? throughLink(entry) ?? (entry.user_id === null ? 'StatusPing' : 'Somebody who is gone'),
    via: roadWords(entry.via),
    ip: addresses ? entry.ip : null,
    changes: Object.entries(entry.changes ?? {}).map(([field, [before, after]]) => ({
      field,
      before: valueWords(before),
      after: before === MASK && after === MASK ? `${MASK}, another` : valueWords(after),
    })),
  };
}

function roadWords(via: string | null): string | null {
  if (via?.startsWith('token ')) return `API, with the token ${via.slice('token '.length)}`;
  const words: Record<string, string> = {
    page: 'In the browser',
    api: 'API',
    link: 'A link from a message',
    console: 'Command line of the server',
  };
  return via === null ? null : (words[via] ?? via);
}

/** A value as people read it; null is nothing at all. */
function valueWords(value: unknown): string | null {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whoever held a link from a message is known by the channel it was sent to. */
function throughLink({ detail }: RecordRow): string | null {
  const through = detail?.['through'];
  return typeof through === 'string' ? `a link sent to ${through}` : null;
}

const planDetail = z.object({
  from: z.string(),
  paused: z.number(),
  resumed: z.number(),
  lifted: z.array(z.unknown()),
});

/** What a change of plan did, for it is the one entry whose effect is not its subject. */
function more({ action, detail }: RecordRow): string | null {
  const did = action === 'plan.changed' ? planDetail.safeParse(detail).data : undefined;
  if (!did) return null;
  const parts = [
    `from ${did.from}`,
    did.paused > 0 && `${did.paused} monitors paused`,
    did.resumed > 0 && `${did.resumed} monitors resumed`,
    did.lifted.length > 0 && `${did.lifted.length} intervals lengthened`,
  ];
  return parts.filter(Boolean).join(', ');
}
