/** Parts of an account that people look for in the record, and what its entries begin with in each. */
export const CHANGE_GROUPS = [
  { key: 'monitors', label: 'Monitors', nouns: ['monitor', 'monitors', 'tag_rule'] },
  { key: 'incidents', label: 'Incidents', nouns: ['incident'] },
  { key: 'alerts', label: 'Channels and alerts', nouns: ['channel', 'escalation', 'delivery'] },
  { key: 'maintenance', label: 'Maintenance', nouns: ['maintenance'] },
  { key: 'pages', label: 'Status pages', nouns: ['status_page', 'page_copy', 'page_domain'] },
  { key: 'reports', label: 'Status reports', nouns: ['status_report', 'report_template'] },
  { key: 'subscribers', label: 'Subscribers', nouns: ['subscriber', 'subscribers'] },
  { key: 'members', label: 'Members', nouns: ['member', 'invitation'] },
  {
    key: 'access',
    label: 'Log-ins and tokens',
    nouns: [
      'password',
      'email',
      'session',
      'profile',
      'second_factor',
      'recovery_code',
      'recovery_codes',
      'passkey',
      'identity',
      'token',
    ],
  },
  { key: 'account', label: 'Account and plan', nouns: ['account', 'plan', 'billing', 'settings', 'manifest', 'undo'] },
  { key: 'webhooks', label: 'Webhooks for changes', nouns: ['webhook'] },
  { key: 'figures', label: 'Uptime reports', nouns: ['report'] },
] as const;

/** Everything that an entry of the record can be about. */
export const CHANGE_NOUNS: readonly string[] = CHANGE_GROUPS.flatMap(({ nouns }) => nouns);
