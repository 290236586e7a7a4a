// Written by `npm run client:generate` from the OpenAPI document. Changes made here are lost.

export interface AccountDeletion {
  name: string;
  /** Your present password. */
  password?: string;
}

export interface AccountExport {
  [key: string]: unknown;
  exported_at: string;
}

export interface AccountInput {
  name: string;
  slug: string;
}

export interface Acknowledgement {
  note?: string;
}

export interface ApiToken {
  id: string;
  name: string;
  scopes: ('read' | 'write' | 'ping' | 'page')[];
  expires_at: string | null;
  created_at: string;
  /** Its first characters. */
  hint: string;
  /** To within a minute. */
  last_used_at: string | null;
  made_by: {
    id: string;
    email: string;
    name: string | null;
  };
}

export interface ApiTokenInput {
  name: string;
  scopes: ('read' | 'write' | 'ping' | 'page')[];
  /** When it stops working; never unless said. */
  expires_at?: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  /** Noun and verb. */
  action: string;
  /** Id or name of what was changed. */
  subject: string | null;
  /** What it was called then. */
  name: string | null;
  /** Null is StatusPing itself, its operator, or whoever held a link. */
  actor: {
    id: string;
    email: string | null;
  } | null;
  /** `page`, `api`, `token tok_…`, `link`, `console`; null is StatusPing. */
  via: string | null;
  /** Told to those who manage the account. */
  ip: string | null;
  /** Each changed field before and after, secrets masked. */
  changes: Record<
    string,
    {
      before?: unknown;
      after?: unknown;
    }
  >;
  detail: Record<string, unknown> | null;
}

export interface Billing {
  plan: 'free' | 'pro' | 'business';
  /** Whether plans are bought here; else whoever runs this sets them. */
  sold: boolean;
  /** Active ones. */
  monitors: {
    used: number;
    /** Null is no limit. */
    most: number | null;
  };
  status_pages: {
    used: number;
    /** Null is no limit. */
    most: number | null;
  };
  /** Null when nobody was ever asked to pay. */
  subscription: {
    /** As Stripe calls it. */
    status: string | null;
    plan: 'free' | 'pro' | 'business' | null;
    period_ends_at: string | null;
    cancel_at_period_end: boolean;
    /** Until when the plan stays although a payment failed. */
    grace_until: string | null;
  } | null;
}

export interface BillingLink {
  /** Open it in a browser; it is good once, and soon over. */
  url: string;
}

export interface BulkChange {
  paused?: boolean;
  tags_add?: string[];
  tags_remove?: string[];
  /** These channels and no others. */
  channels_set?: string[];
  channels_add?: string[];
  channels_remove?: string[];
  interval_seconds?: number;
  /** Failed checks in a row that open an incident. */
  failure_threshold?: number;
  /** While it is down, another message this often; null is never. It leaves with the next result. */
  remind_every_minutes?: number | null;
  /** Who else is told while nobody acknowledges: an escalation policy of the account. */
  escalation_id?: string | null;
  /** Whether status pages may show it; it then joins the first page of the account. */
  public?: boolean;
  /** With their results and for good: there is no undo. Nothing else can be changed with it. */
  delete?: true;
}

export interface BulkInput {
  ids?: string[];
  filter?: MonitorFilter;
  change: BulkChange;
  /** Say what would change, and change nothing. */
  dry_run?: boolean;
}

export interface BulkOutcome {
  /** Monitors that were named or match. */
  matched: number;
  changed: number;
  unchanged: {
    id: string;
    reason:
      | 'already'
      | 'heartbeat'
      | 'too_slow'
      | 'timeout'
      | 'many_tags'
      | 'many_channels'
      | 'plan_kind'
      | 'plan_interval'
      | 'plan_room';
    /** The reason as a sentence. */
    message: string;
  }[];
  /** Changed monitors with a field that stayed as it was. */
  partly: {
    id: string;
    field: string;
    reason:
      | 'already'
      | 'heartbeat'
      | 'too_slow'
      | 'timeout'
      | 'many_tags'
      | 'many_channels'
      | 'plan_kind'
      | 'plan_interval'
      | 'plan_room';
    /** The reason as a sentence. */
    message: string;
  }[];
  /** Changed monitors of which a settings file decides what was changed: applying it puts that back. */
  managed: string[];
  /** Null when nothing changed, and for what has no undo. */
  undo_id: string | null;
  undo_until: string | null;
}

export interface CertificatesAndDomains {
  certificates: {
    host: string;
    /** What it is good for. */
    names: string[];
    subject: string;
    issuer: string;
    fingerprint: string;
    not_before: string;
    not_after: string;
    first_seen_at: string;
    last_seen_at: string;
    monitors: {
      id: string;
      name: string;
    }[];
  }[];
  domains: {
    name: string;
    registrar: string | null;
    expires_at: string | null;
    monitors: {
      id: string;
      name: string;
    }[];
  }[];
}

export interface Channel {
  id: string;
  kind:
    | 'email'
    | 'webhook'
    | 'slack'
    | 'discord'
    | 'teams'
    | 'telegram'
    | 'pagerduty'
    | 'opsgenie'
    | 'ntfy'
    | 'pushover'
    | 'alertmanager';
  name: string;
  enabled: boolean;
  /** New monitors get it. */
  is_default: boolean;
  /** The settings of its kind. What opens doors is masked. */
  config: Record<string, unknown>;
  /** What it is told of; null is everything. */
  events: ('down' | 'up' | 'degraded' | 'reminder' | 'ssl_expiring' | 'domain_expiring')[] | null;
  /** It also gets the alerts of monitors with one of these tags. */
  tags: string[];
  /** When nothing is sent; days are 1 for Monday to 7 for Sunday. */
  quiet: {
    timezone: string;
    hours: {
      from: string;
      to: string;
    } | null;
    days: number[];
  } | null;
  /** Messages a minute; null is 6. */
  per_minute: number | null;
  /** What a settings file decides of it. */
  managed: {
    key: string;
    fields: string[];
  } | null;
  /** Why StatusPing switched it off. */
  disabled_reason: string | null;
  /** Only in the answer to the creation of a webhook: what its signatures are made with. Keep it. */
  secret?: string;
  /** While false, alerts wait in the outbox. */
  verified: boolean;
  last_error: string | null;
  created_at: string;
}

export interface ChannelInput {
  kind: string;
  name?: string;
  enabled?: boolean;
  /** New monitors get it. */
  is_default?: boolean;
  /** What it is told of; null is everything. */
  events?: ('down' | 'up' | 'degraded' | 'reminder' | 'ssl_expiring' | 'domain_expiring')[] | null;
  /** It also gets the alerts of monitors with one of these tags. */
  tags?: string[];
  /** When nothing is sent: every day between two times of `timezone`, and whole days of the week (1 is Monday). What is due then leaves afterwards as one message. */
  quiet?: {
    timezone: string;
    hours: {
      from: string;
      to: string;
    } | null;
    days: number[];
  } | null;
  /** Messages a minute; what is beyond is merged. Null is the preset, 6. */
  per_minute?: number | null;
  managed_key?: string | null;
  managed_fields?: string[];
  /** The settings of the kind. For `email`: `to`, `smtp_server`, `smtp_port`, `from_email`, `username`, `password`, `use_tls`. For `webhook`: `url`, `method`, `timeout_seconds`, `headers`, `format`, `content_type`, `template`. For `slack`: `url`. For `discord`: `url`. For `teams`: `url`. For `telegram`: `token`, `chat_id`, `message_thread_id`, `silent_recoveries`, `api_url`. For `pagerduty`: `routing_key`, `severity`, `api_url`. For `opsgenie`: `api_key`, `region`, `priority`, `api_url`. For `ntfy`: `topic`, `url`, `priority`, `token`, `username`, `password`. For `pushover`: `user`, `token`, `priority`, `retry`, `expire`, `sound`, `device`, `api_url`. For `alertmanager`: `url`, `labels`, `token`, `username`, `password`. A masked value sent back stays as it was. */
  config: Record<string, unknown>;
}

export interface ChannelPatch {
  name?: string;
  enabled?: boolean;
  /** New monitors get it. */
  is_default?: boolean;
  /** What it is told of; null is everything. */
  events?: ('down' | 'up' | 'degraded' | 'reminder' | 'ssl_expiring' | 'domain_expiring')[] | null;
  /** It also gets the alerts of monitors with one of these tags. */
  tags?: string[];
  /** When nothing is sent: every day between two times of `timezone`, and whole days of the week (1 is Monday). What is due then leaves afterwards as one message. */
  quiet?: {
    timezone: string;
    hours: {
      from: string;
      to: string;
    } | null;
    days: number[];
  } | null;
  /** Messages a minute; what is beyond is merged. Null is the preset, 6. */
  per_minute?: number | null;
  managed_key?: string | null;
  managed_fields?: string[];
  /** The settings of the kind. For `email`: `to`, `smtp_server`, `smtp_port`, `from_email`, `username`, `password`, `use_tls`. For `webhook`: `url`, `method`, `timeout_seconds`, `headers`, `format`, `content_type`, `template`. For `slack`: `url`. For `discord`: `url`. For `teams`: `url`. For `telegram`: `token`, `chat_id`, `message_thread_id`, `silent_recoveries`, `api_url`. For `pagerduty`: `routing_key`, `severity`, `api_url`. For `opsgenie`: `api_key`, `region`, `priority`, `api_url`. For `ntfy`: `topic`, `url`, `priority`, `token`, `username`, `password`. For `pushover`: `user`, `token`, `priority`, `retry`, `expire`, `sound`, `device`, `api_url`. For `alertmanager`: `url`, `labels`, `token`, `username`, `password`. A masked value sent back stays as it was. */
  config?: Record<string, unknown>;
}

export interface ChannelTest {
  /** Null for settings that are not saved. */
  delivery_id: string | null;
  /** Whether every receiver has taken it. */
  sent: boolean;
  /** The receiver's own answer, or why it was not reached. */
  message: string;
  duration_ms: number;
  answers: {
    delivery_id: string | null;
    recipient: string | null;
    sent: boolean;
    message: string;
    duration_ms: number;
  }[];
}

export interface ChannelTrial {
  kind: string;
  id?: string;
  /** The settings of the kind. For `email`: `to`, `smtp_server`, `smtp_port`, `from_email`, `username`, `password`, `use_tls`. For `webhook`: `url`, `method`, `timeout_seconds`, `headers`, `format`, `content_type`, `template`. For `slack`: `url`. For `discord`: `url`. For `teams`: `url`. For `telegram`: `token`, `chat_id`, `message_thread_id`, `silent_recoveries`, `api_url`. For `pagerduty`: `routing_key`, `severity`, `api_url`. For `opsgenie`: `api_key`, `region`, `priority`, `api_url`. For `ntfy`: `topic`, `url`, `priority`, `token`, `username`, `password`. For `pushover`: `user`, `token`, `priority`, `retry`, `expire`, `sound`, `device`, `api_url`. For `alertmanager`: `url`, `labels`, `token`, `username`, `password`. A masked value sent back stays as it was. */
  config: Record<string, unknown>;
}

export interface CheckoutInput {
  plan: 'pro' | 'business';
}

export interface ClosingProof {
  /** Your present password. */
  password?: string;
}

export interface Delivery {
  id: string;
  channel_id: string | null;
  /** Set for what tells of changes; it has no channel. */
  webhook_id: string | null;
  /** The one address it goes to, for channels with several. */
  recipient: string | null;
  incident_id: string | null;
  event: string;
  state: 'queued' | 'sending' | 'sent' | 'failed' | 'dead' | 'cancelled';
  attempts: number;
  /** Deliveries that share it leave as one message. */
  batch_id: string | null;
  /** Why it waits although nothing failed. */
  held_for: 'verification' | 'quiet' | 'maintenance' | 'parent' | null;
  /** The receiver's own words after the last try. */
  answer: string | null;
  last_error: string | null;
  next_attempt_at: string | null;
  /** It left, or still waits, more than five minutes after it was queued. */
  late: boolean;
  created_at: string;
  sent_at: string | null;
}

export interface EmailChange {
  email: string;
  /** Your present password. */
  password?: string;
}

export interface EnteredAccount {
  account: OwnAccount;
  /** Instead of those that came along, which are dead now; null in a browser, whose cookie was renewed. */
  tokens: Tokens | null;
}

export interface EscalationPolicy {
  id: string;
  name: string;
  steps: {
    after_minutes: number;
    channel_ids: string[];
  }[];
  /** Monitors that use it. */
  monitor_ids: string[];
  /** What keeps it from telling anybody. */
  warning: string | null;
  created_at: string;
}

export interface EscalationPolicyInput {
  name: string;
  /** Minutes since people were told, and who is told then. */
  steps: {
    after_minutes: number;
    channel_ids: string[];
  }[];
}

export interface EscalationPolicyPatch {
  name?: string;
  /** Minutes since people were told, and who is told then. */
  steps?: {
    after_minutes: number;
    channel_ids: string[];
  }[];
}

export interface HandOver {
  user_id: string;
  /** Your present password. */
  password?: string;
}

export interface Health {
  status: 'ok' | 'failing';
  version: string;
  checks: {
    database: {
      status: 'ok' | 'failing';
      write_ms: number | null;
    };
    scheduler: {
      status: 'ok' | 'failing';
      last_tick_seconds_ago: number | null;
      start_lag_ms: number;
    };
    outbox: {
      /** Mail that waits does not make us unwell. */
      status: 'ok' | 'late' | 'away';
      oldest_due_seconds: number;
    };
    network: {
      /** Offline: neither targets nor witnesses answer, so failed checks count as unknown. */
      status: 'ok' | 'offline';
      offline_seconds: number;
    };
    backup: {
      /** Scheduled copies of the database; one that fails does not make us unwell. */
      status: 'ok' | 'failing' | 'off';
      last_seconds_ago: number | null;
    };
  };
}

export interface HistorySlot {
  starts_at: string;
  status: 'up' | 'degraded' | 'partial' | 'down' | 'unknown' | 'maintenance' | 'none';
  uptime_percent: number | null;
  down_seconds: number;
  total_checks: number;
  failed_checks: number;
}

export interface Import {
  source: 'kuma' | 'uptimerobot' | 'gatus' | 'healthchecks';
  /** The same as a settings file, secrets as `${NAME}`. */
  document: string;
  /** Everything of the file that does not come over. */
  losses: {
    where: string;
    what: string;
    why: string;
  }[];
  plan: {
    monitors: number;
    channels: number;
    pages: number;
    already_there: number;
    left_out: number;
    losses: number;
  };
  /** Placeholders that have no value yet. */
  needed: string[];
  /** Null after a dry run, and where nothing is to be done. */
  job: ImportJob | null;
}

export interface ImportInput {
  /** A backup of Uptime Kuma, answers of UptimeRobot or Healthchecks, or a file of Gatus. */
  content: string;
  /** Seen by the content unless said. */
  source?: 'kuma' | 'uptimerobot' | 'gatus' | 'healthchecks';
  /** Monitors whose name and kind the account has: `skip` leaves them, `again` makes them anyway. */
  on_clash?: 'skip' | 'again';
  /** For placeholders of a Gatus file, by their names. What needs one without a value is not made. */
  values?: Record<string, string>;
  /** True only tells what would be made. */
  dry_run?: boolean;
}

export interface ImportJob {
  state: 'running' | 'done' | 'failed';
  started_at: string;
  done: number;
  total: number;
  /** Why it stopped. */
  message: string | null;
}

export interface Incident {
  id: string;
  monitor_id: string;
  monitor_name: string;
  status: 'open' | 'acknowledged' | 'resolved';
  reason:
    | 'dns_not_found'
    | 'dns_failure'
    | 'dns_timeout'
    | 'connect_refused'
    | 'connect_timeout'
    | 'unreachable'
    | 'connection_reset'
    | 'tls_handshake'
    | 'tls_expired'
    | 'tls_not_yet_valid'
    | 'tls_wrong_host'
    | 'tls_self_signed'
    | 'tls_untrusted'
    | 'tls_client_cert_required'
    | 'timeout_first_byte'
    | 'timeout_body'
    | 'protocol_error'
    | 'truncated'
    | 'too_large'
    | 'decode_error'
    | 'redirect_loop'
    | 'redirect_invalid'
    | 'redirect_blocked'
    | 'bad_status'
    | 'keyword_missing'
    | 'keyword_present'
    | 'json_mismatch'
    | 'header_mismatch'
    | 'slow'
    | 'certificate_expiring'
    | 'domain_expiring'
    | 'heartbeat_missed'
    | 'heartbeat_failed'
    | 'target_blocked'
    | 'record_mismatch'
    | 'packet_loss'
    | 'internal';
  message: string;
  started_at: string;
  resolved_at: string | null;
  duration_seconds: number;
  acknowledged_at: string | null;
  /** No reminder and no escalation before this. */
  snoozed_until: string | null;
  /** The incident of the parent that explains this one, so that nobody is told of it. */
  muted_by: string | null;
}

export interface IncidentNote {
  note: string;
}

export type IncidentWithTimeline = Incident & {
  /** From the first failed check to the opening. */
  detection_seconds: number;
  /** From the opening to the first alert that was taken. */
  first_alert_seconds: number | null;
  /** From the opening until somebody acknowledged it. */
  acknowledge_seconds: number | null;
  timeline: TimelineEntry[];
};

export interface Invitation {
  id: string;
  email: string;
  role: 'owner' | 'admin' | 'member' | 'viewer';
  /** Address of who asked. */
  invited_by: string | null;
  created_at: string;
  expires_at: string;
}

export interface InvitationInput {
  email: string;
  /** What they may do: look (viewer), change what is watched (member), run the account (admin). */
  role: 'admin' | 'member' | 'viewer';
}

export interface InvitationToken {
  token: string;
}

export interface LeftAccount {
  /** Where you go on; null when it was your last one. */
  account: OwnAccount | null;
  /** Instead of those that came along, which are dead now; null in a browser, whose cookie was renewed. */
  tokens: Tokens | null;
}

export type LoggedIn = Me & Tokens;

export interface Maintenance {
  id: string;
  title: string;
  body: string | null;
  monitor_ids: string[];
  status_page_ids: string[];
  state: 'scheduled' | 'active' | 'completed';
  timezone: string;
  starts_at: string | null;
  ends_at: string | null;
  cron: string | null;
  duration_seconds: number | null;
  created_at: string;
}

export interface MaintenanceInput {
  title: string;
  body?: string | null;
  /** Monitors that are not alerted on while it lasts. */
  monitor_ids?: string[];
  /** Pages that announce it, beside those that show one of its monitors. */
  status_page_ids?: string[];
  timezone?: string;
  starts_at?: string | null;
  ends_at?: string | null;
  /** Minute, hour, day of the month, month, day of the week. */
  cron?: string | null;
  duration_seconds?: number | null;
}

export interface MaintenanceOccurrence {
  starts_at: string;
  ends_at: string;
}

export interface MaintenancePatch {
  title?: string;
  body?: string | null;
  /** Monitors that are not alerted on while it lasts. */
  monitor_ids?: string[];
  /** Pages that announce it, beside those that show one of its monitors. */
  status_page_ids?: string[];
  timezone?: string;
  starts_at?: string | null;
  ends_at?: string | null;
  /** Minute, hour, day of the month, month, day of the week. */
  cron?: string | null;
  duration_seconds?: number | null;
}

export interface Me {
  user: {
    id: string;
    email: string;
    name: string | null;
    email_verified: boolean;
  };
  account: {
    id: string;
    name: string;
    slug: string;
    plan: 'free' | 'pro' | 'business';
    role: 'owner' | 'admin' | 'member' | 'viewer';
  };
}

export interface Member {
  /** The person. */
  id: string;
  email: string;
  name: string | null;
  role: 'owner' | 'admin' | 'member' | 'viewer';
  /** Since when they belong to the account. */
  created_at: string;
}

export interface MemberPatch {
  /** What they may do: look (viewer), change what is watched (member), run the account (admin). */
  role?: 'admin' | 'member' | 'viewer';
}

export interface Monitor {
  id: string;
  name: string;
  type: 'http' | 'tcp' | 'ping' | 'smtp' | 'ssl' | 'dns' | 'websocket' | 'grpc' | 'heartbeat' | 'group' | 'domain';
  target: string;
  config: Record<string, unknown>;
  interval_seconds: number;
  timeout_seconds: number;
  retries: number;
  failure_threshold: number;
  recovery_threshold: number;
  flap_detection: boolean;
  remind_every_minutes: number | null;
  /** While that one is down nobody is told of this one. */
  parent_id: string | null;
  escalation_id: string | null;
  public: boolean;
  paused: boolean;
  tags: string[];
  channel_ids: string[];
  /** What a settings file decides of it. */
  managed: {
    key: string;
    fields: string[];
  } | null;
  status: 'pending' | 'up' | 'degraded' | 'down' | 'unknown' | 'maintenance' | 'paused';
  status_since: string | null;
  last_checked_at: string | null;
  next_check_at: string | null;
  created_at: string;
  summary: MonitorSummary;
  /** Heartbeats only: the address the job calls. Who has it can report, so viewers do not see it. */
  ping_url?: string;
}

/** As in the list of monitors; an empty filter is all of them. */
export interface MonitorFilter {
  status?: 'pending' | 'up' | 'degraded' | 'down' | 'unknown' | 'maintenance' | 'paused';
  tag?: string;
  q?: string;
}

export interface MonitorInput {
  /** Made from the target when left out. */
  name?: string;
  type?: 'http' | 'tcp' | 'ping' | 'smtp' | 'ssl' | 'dns' | 'websocket' | 'grpc' | 'heartbeat' | 'group' | 'domain';
  /** A URL for `http` and `websocket`, `host:port` for `tcp`, `grpc` and `smtp`, a host for `ping`, `ssl` and `domain`, a name for `dns`, nothing for `heartbeat` and `group`. */
  target?: string;
  /** Another name of `target`. */
  url?: string;
  /** The settings of the type. A masked value sent back stays as it was. */
  config?: Record<string, unknown>;
  interval_seconds?: number;
  timeout_seconds?: number;
  /** Tries inside one check before it counts as failed. */
  retries?: number;
  /** Failed checks in a row that open an incident. */
  failure_threshold?: number;
  /** Good checks in a row that end it. */
  recovery_threshold?: number;
  /** While it goes up and down all the time, one alert instead of many. */
  flap_detection?: boolean;
  /** While it is down, another message this often; null is never. It leaves with the next result. */
  remind_every_minutes?: number | null;
  /** The monitor this one depends on. While that one is down nobody is told of this one. */
  parent_id?: string | null;
  /** Who else is told while nobody acknowledges: an escalation policy of the account. */
  escalation_id?: string | null;
  /** Whether status pages may show it; it then joins the first page of the account. */
  public?: boolean;
  paused?: boolean;
  tags?: string[];
  channel_ids?: string[];
  ping_token?: string;
  managed_key?: string | null;
  managed_fields?: string[];
}

export interface MonitorSummary {
  uptime_percent_24h: number | null;
  total_checks_24h: number;
  failed_checks_24h: number;
  avg_response_ms_24h: number | null;
  ongoing_incident: Incident | null;
}

export interface NewApiToken {
  id: string;
  name: string;
  scopes: ('read' | 'write' | 'ping' | 'page')[];
  expires_at: string | null;
  created_at: string;
  /** The token itself, this once. */
  token: string;
}

export interface NewStatusPage {
  title: string;
  /** One or two lines under the title. */
  description?: string | null;
  slug: string;
  /** Our mark at the foot. Plans with branding may take it away. */
  branding?: boolean;
  /** IANA name: whose days the bars show. */
  timezone?: string;
  /** For visitors whose own language we do not speak. */
  language?: 'en' | 'de' | 'es' | 'fr' | 'pt' | 'ja' | 'zh';
  /** Search engines are asked to stay away. */
  hidden_from_search?: boolean;
  /** What an incident of one of its monitors makes: no report, a draft, or a published one. */
  auto_report?: 'none' | 'draft' | 'publish';
  /** How the page looks, as a whole: absent parts are presets. */
  appearance?: {
    accent?: string;
    accent_dark?: string;
    theme?: 'auto' | 'light' | 'dark';
    header_links?: {
      label: string;
      url: string;
    }[];
    footer_text?: string;
    footer_links?: {
      label: string;
      url: string;
    }[];
    css?: string;
    show_uptime?: boolean;
    show_history?: boolean;
    frame_ancestors?: string[];
  };
  /** Who may read it: anybody, who knows the password, or members of the account. */
  visibility?: 'public' | 'password' | 'members';
  /** For the visibility `password`. It is kept as a hash and never told. */
  password?: string;
  /** All lines of the page, in order. Private monitors may be listed but are not shown. */
  components?: StatusPageComponentInput[];
  managed_key?: string | null;
  managed_fields?: string[];
}

export type NewWebhook = Webhook & {
  /** Signs each message; told this once. */
  secret: string;
};

export type OperatorAccount = OperatorAccountLine & {
  people: {
    email: string;
    name: string | null;
    role: 'owner' | 'admin' | 'member' | 'viewer';
    email_verified: boolean;
    last_seen_at: string | null;
  }[];
  /** What Stripe says; null when nobody was ever asked to pay. */
  subscription: {
    status: string | null;
    plan: 'free' | 'pro' | 'business' | null;
    period_ends_at: string | null;
    cancel_at_period_end: boolean;
    grace_until: string | null;
  } | null;
};

export interface OperatorAccountLine {
  id: string;
  name: string;
  slug: string;
  plan: 'free' | 'pro' | 'business';
  created_at: string;
  /** Address of its first owner. */
  owner: string | null;
  members: number;
  monitors: number;
  checks_a_day: number;
  open_incidents: number;
  /** When somebody was last logged in, to within five minutes. */
  last_seen_at: string | null;
}

export interface OperatorMode {
  /** While it is on nobody changes anything; checks and alerts go on. */
  maintenance: boolean;
  since: string | null;
}

export interface OperatorModeInput {
  maintenance: boolean;
}

export interface OperatorNotice {
  text: string;
  tone: 'info' | 'warn';
  /** Null until somebody takes it down. */
  until: string | null;
}

export interface OperatorNoticeAnswer {
  /** Null while none is up. */
  notice: OperatorNotice | null;
}

export interface OperatorNoticeInput {
  text: string;
  tone?: 'info' | 'warn';
  /** Null until somebody takes it down. */
  lasts?: '1h' | '4h' | '1d' | '7d' | null;
}

export interface OperatorOverview {
  at: string;
  version: string;
  started_at: string;
  /** What is bad, the worst first; empty when nothing is. */
  findings: {
    tone: 'down' | 'degraded' | 'maintenance';
    text: string;
  }[];
  accounts: number;
  people: number;
  sessions: number;
  active_monitors: number;
  checks_per_second: number;
  open_incidents: number;
  scheduler: {
    ok: boolean;
    running: number;
    waiting: number;
    /** How late checks start. */
    start_lag_ms: {
      p50: number;
      p99: number;
    };
    /** How long the program is held up. */
    loop_lag_ms: {
      p99: number;
      max: number;
    };
    results_waiting: number;
  };
  outbox: {
    waiting: number;
    /** How long the oldest message that should have left waits. */
    oldest_due_ms: number;
    given_up_24h: number;
    /** Alerts that left later than promised. */
    late_24h: number;
    mail_server_away_since: string | null;
    /** The newest messages of the last day by the kind of their channel. */
    newest: {
      kind: string;
      sent: number;
      given_up: number;
      late: number;
    }[];
  };
  network_gone_since: string | null;
  /** Null where the database is a server. */
  database: {
    file_bytes: number;
    log_bytes: number;
  } | null;
  disk_free_bytes: number | null;
  backup: {
    every_seconds: number | null;
    last_at: string | null;
    problem: string | null;
  };
  notice: OperatorNotice | null;
  maintenance_since: string | null;
}

export interface OperatorPlanInput {
  plan: 'free' | 'pro' | 'business';
}

export interface OperatorPlanSet {
  account: OperatorAccount;
  /** What it did. */
  monitors: {
    paused: number;
    resumed: number;
    slowed: number;
  };
}

export interface Overview {
  overall: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | 'unknown';
  counts: {
    pending: number;
    up: number;
    degraded: number;
    down: number;
    unknown: number;
    maintenance: number;
    paused: number;
  };
  monitors: number;
  /** Over all monitors together. */
  uptime_percent_24h: number | null;
  open_incidents: number;
  agents_online: number;
}

export interface OwnAccount {
  id: string;
  name: string;
  slug: string;
  plan: 'free' | 'pro' | 'business';
  /** What you may do there, on the plan it has. */
  role: 'owner' | 'admin' | 'member' | 'viewer';
  /** The one this request was made in. */
  current: boolean;
}

export interface Passkey {
  id: string;
  name: string;
  /** How it is reached, as its maker says: usb, internal, … */
  transports: string[];
  created_at: string;
  last_used_at: string | null;
}

export interface PasskeyPatch {
  name: string;
}

export interface PasskeyRemoval {
  /** Your present password; not asked within ten minutes of a log-in. */
  password?: string;
}

export interface PasswordChange {
  /** Your present password. */
  current?: string;
  /** The new one. */
  password: string;
}

export interface Phases {
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  first_byte_ms: number | null;
  transfer_ms: number | null;
}

export interface Ping {
  monitor_id: string;
  signal: 'success' | 'start' | 'fail' | 'log';
  received_at: string;
}

export interface PingInput {
  /** What happened; a success unless said, or unless the exit code says a failure. */
  signal?: 'success' | 'start' | 'fail' | 'log';
  /** Of the job that ended: 0 is a success, anything else a failure. */
  exit_code?: number;
  /** Kept with the ping, e.g. the end of its output. */
  message?: string;
  /** The same at the start and the end of a run, where runs overlap. */
  run_id?: string;
}

export interface PortalInput {
  /** Straight to the end of the subscription. */
  cancel?: boolean;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  errors?: {
    field: string;
    message: string;
  }[];
}

export interface Profile {
  id: string;
  email: string;
  /** Alerts to an address wait until it is verified. */
  email_verified: boolean;
  name: string | null;
  /** Without one, a log-in of the last ten minutes stands where a password is asked for. */
  has_password: boolean;
  /** Whether you run this installation. */
  operator: boolean;
  two_step: {
    enabled: boolean;
    since: string | null;
    recovery_codes_left: number;
  };
  /** How many you have. */
  passkeys: number;
  /** The provider people sign in at here, and since when you do; null where there is none. */
  identity: {
    provider: string;
    connected_at: string | null;
  } | null;
}

export interface ProfileChange {
  profile: Profile;
  /** Instead of those that came along, which are dead now; null in a browser, whose cookie was renewed. */
  tokens: Tokens | null;
}

export interface ProfilePatch {
  name: string | null;
}

export interface Proof {
  /** Your present password. Not asked within ten minutes of a log-in. */
  password?: string;
}

export interface RecoveryCodes {
  /** Each opens the log-in once. Told this once. */
  recovery_codes: string[];
}

export interface Report {
  timezone: string;
  first_day: string;
  last_day: string;
  from: string;
  /** End of the period, or now while it lasts. */
  until: string;
  generated_at: string;
  total: ReportFigures;
  formula: string[];
  worst_outages: {
    incident_id: string;
    monitor_id: string;
    monitor_name: string;
    reason:
      | 'dns_not_found'
      | 'dns_failure'
      | 'dns_timeout'
      | 'connect_refused'
      | 'connect_timeout'
      | 'unreachable'
      | 'connection_reset'
      | 'tls_handshake'
      | 'tls_expired'
      | 'tls_not_yet_valid'
      | 'tls_wrong_host'
      | 'tls_self_signed'
      | 'tls_untrusted'
      | 'tls_client_cert_required'
      | 'timeout_first_byte'
      | 'timeout_body'
      | 'protocol_error'
      | 'truncated'
      | 'too_large'
      | 'decode_error'
      | 'redirect_loop'
      | 'redirect_invalid'
      | 'redirect_blocked'
      | 'bad_status'
      | 'keyword_missing'
      | 'keyword_present'
      | 'json_mismatch'
      | 'header_mismatch'
      | 'slow'
      | 'certificate_expiring'
      | 'domain_expiring'
      | 'heartbeat_missed'
      | 'heartbeat_failed'
      | 'target_blocked'
      | 'record_mismatch'
      | 'packet_loss'
      | 'internal';
    message: string;
    started_at: string;
    resolved_at: string | null;
    seconds_within: number;
  }[];
  monitor_count: number;
  data: (ReportFigures & {
    id: string;
    name: string;
  })[];
  next_cursor: string | null;
}

/** All monitors added up; of a whole account without its groups, whose members are in it. */
export interface ReportFigures {
  /** (up + degraded) / (up + degraded + down), cut after three digits. */
  uptime_percent: number | null;
  up_seconds: number;
  degraded_seconds: number;
  down_seconds: number;
  maintenance_seconds: number;
  paused_seconds: number;
  unknown_seconds: number;
  /** Before the monitor was made. */
  unmonitored_seconds: number;
  /** Before what the plan keeps. */
  expired_seconds: number;
  /** Going on at any time of the period. */
  incidents: number;
  /** Of these, the ones that began in it. */
  begun: number;
  /** And those that recovered in it. */
  recovered: number;
  recovered_seconds: number;
  longest_outage_seconds: number | null;
  mttr_seconds: number | null;
  mtbf_seconds: number | null;
  checks: number;
  failed_checks: number;
  average_ms: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export interface ReportMails {
  weekly: boolean;
  monthly: boolean;
  /** When the next one is sent; null is never. */
  next_at: string | null;
}

export interface ReportMailsInput {
  weekly: boolean;
  monthly: boolean;
}

export interface ReportShareInput {
  period?: 'this-month' | 'last-month' | 'last-7' | 'last-30' | 'last-90' | 'custom';
  from?: string;
  to?: string;
  monitor?: string;
  tag?: string;
  /** For how many days the address works. */
  days?: number;
}

export interface ResponsePoint {
  at: string;
  avg_ms: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  max_ms: number | null;
  total_checks: number;
  failed_checks: number;
}

export interface Result {
  id: string;
  monitor_id: string;
  checked_at: string;
  status: 'up' | 'degraded' | 'down' | 'blocked' | 'unknown';
  reason:
    | 'dns_not_found'
    | 'dns_failure'
    | 'dns_timeout'
    | 'connect_refused'
    | 'connect_timeout'
    | 'unreachable'
    | 'connection_reset'
    | 'tls_handshake'
    | 'tls_expired'
    | 'tls_not_yet_valid'
    | 'tls_wrong_host'
    | 'tls_self_signed'
    | 'tls_untrusted'
    | 'tls_client_cert_required'
    | 'timeout_first_byte'
    | 'timeout_body'
    | 'protocol_error'
    | 'truncated'
    | 'too_large'
    | 'decode_error'
    | 'redirect_loop'
    | 'redirect_invalid'
    | 'redirect_blocked'
    | 'bad_status'
    | 'keyword_missing'
    | 'keyword_present'
    | 'json_mismatch'
    | 'header_mismatch'
    | 'slow'
    | 'certificate_expiring'
    | 'domain_expiring'
    | 'heartbeat_missed'
    | 'heartbeat_failed'
    | 'target_blocked'
    | 'record_mismatch'
    | 'packet_loss'
    | 'internal'
    | null;
  message: string | null;
  response_time_ms: number | null;
  status_code: number | null;
  location: string;
  phases: Phases;
  /** Start of the body of a failing answer, at most 1 KiB; only for those who may change monitors. */
  evidence?: string | null;
}

export interface Session {
  id: string;
  /** A browser with a cookie, or a program with tokens. */
  kind: 'browser' | 'token';
  client: string;
  /** From where it was opened. */
  ip: string | null;
  /** The one this request was made with. */
  current: boolean;
  created_at: string;
  /** To within five minutes. */
  last_seen_at: string | null;
  expires_at: string;
}

export interface SessionsEnded {
  ended: number;
}

export interface Settings {
  id: string;
  name: string;
  /** Of the account’s first status page. */
  slug: string;
  /** Whose days its reports have. */
  timezone: string;
  plan: 'free' | 'pro' | 'business';
  created_at: string;
}

export interface SettingsInput {
  /** As mails and pages of the account say it. */
  name?: string;
  timezone?: string;
}

export interface SharedReport {
  url: string;
  expires_at: string;
}

/** Either for how many minutes, or until when. */
export interface Snooze {
  minutes?: number;
  until?: string;
  note?: string;
}

export interface StatusPage {
  id: string;
  slug: string;
  title: string;
  description: string | null;
  branding: boolean;
  timezone: string;
  language: 'en' | 'de' | 'es' | 'fr' | 'pt' | 'ja' | 'zh';
  visibility: 'public' | 'password' | 'members';
  hidden_from_search: boolean;
  auto_report: 'none' | 'draft' | 'publish';
  appearance: {
    accent?: string;
    accent_dark?: string;
    theme?: 'auto' | 'light' | 'dark';
    header_links?: {
      label: string;
      url: string;
    }[];
    footer_text?: string;
    footer_links?: {
      label: string;
      url: string;
    }[];
    css?: string;
    show_uptime?: boolean;
    show_history?: boolean;
    frame_ancestors?: string[];
  };
  /** What a settings file decides of it. */
  managed: {
    key: string;
    fields: string[];
  } | null;
  url: string;
  /** In order; what is in a group follows it. */
  components: StatusPageComponent[];
  created_at: string;
  updated_at: string;
}

export interface StatusPageComponent {
  id: string;
  kind: 'monitor' | 'group' | 'manual';
  /** The group it is in. */
  group_id: string | null;
  monitor_id: string | null;
  /** Null shows the monitor’s name. */
  name: string | null;
  description: string | null;
  manual_status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | null;
  show_uptime: boolean;
  show_chart: boolean;
  members_only: boolean;
  /** False while the monitor is private. */
  shown: boolean;
}

export interface StatusPageComponentChange {
  /** `id` of the group of this list it is in. */
  group_id?: string | null;
  /** Customer-facing name; null shows the monitor’s. Groups and lines by hand need one. */
  name?: string | null;
  description?: string | null;
  /** How a line set by hand stands; `operational` when it is new. */
  manual_status?: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | null;
  /** The figure and the bars of its days. Preset true. */
  show_uptime?: boolean;
  /** A chart of response times. Preset false. */
  show_chart?: boolean;
  /** Only members of the account see it. Preset false. */
  members_only?: boolean;
}

export interface StatusPageComponentInput {
  /** Of a line that exists. A new line may carry any word, for use in `group_id`. */
  id?: string;
  /** That of the line when it exists, else `monitor`. */
  kind?: 'monitor' | 'group' | 'manual';
  /** For the kind `monitor`. */
  monitor_id?: string | null;
  /** `id` of the group of this list it is in. */
  group_id?: string | null;
  /** Customer-facing name; null shows the monitor’s. Groups and lines by hand need one. */
  name?: string | null;
  description?: string | null;
  /** How a line set by hand stands; `operational` when it is new. */
  manual_status?: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | null;
  /** The figure and the bars of its days. Preset true. */
  show_uptime?: boolean;
  /** A chart of response times. Preset false. */
  show_chart?: boolean;
  /** Only members of the account see it. Preset false. */
  members_only?: boolean;
  /** Told, never set: a line that was read can be sent back. */
  shown?: boolean;
}

export interface StatusPageCopy {
  /** Where the page is copied to, secrets masked; null for nowhere. */
  target: {
    [key: string]: unknown;
    kind: 'folder' | 's3';
  } | null;
  /** When the copy was brought up to date last. */
  published_at: string | null;
  /** Why that failed the last time. */
  error: string | null;
}

export type StatusPageCopyInput =
  | {
      kind: 'folder';
      /** Below `public-pages` in the data folder of the installation. */
      folder: string;
    }
  | {
      kind: 's3';
      endpoint: string;
      region: string;
      bucket: string;
      prefix?: string;
      access_key: string;
      /** Never shown again; left out or masked, it stays as it was. */
      secret_key?: string;
    };

export interface StatusPageDomain {
  /** Null: the page has none. */
  host: string | null;
  /** `verified` and `failing` are served; `failing` for seven days at most. */
  state: 'none' | 'waiting' | 'verified' | 'failing' | 'lost';
  url: string | null;
  /** Under `name` DNS must show the TXT or the CNAME record. */
  proof: {
    name: string;
    txt: string;
    cname: string | null;
  } | null;
  /** Where a CNAME of the host itself leads visitors. */
  point_to: string | null;
  verified_at: string | null;
  checked_at: string | null;
  failing_since: string | null;
  error: string | null;
}

export interface StatusPageDomainInput {
  host: string;
}

export interface StatusPageImport {
  plan: StatusPageImportPlan;
  /** What does not come over. */
  losses: {
    what: string;
    why: string;
  }[];
  /** Of the new page; null after a dry run. */
  page_id: string | null;
}

export interface StatusPageImportInput {
  /** Of a page that speaks Statuspage’s API v2. */
  url: string;
  /** Address of the new page; one that is free unless said. */
  slug?: string;
  /** True only tells what would be made. */
  dry_run?: boolean;
}

export interface StatusPageImportPlan {
  title: string;
  timezone: string;
  slug: string;
  components: {
    /** Its id on the other page. */
    key: string;
    kind: 'group' | 'manual';
    group: string | null;
    name: string;
    description: string | null;
    manual_status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | null;
    show_uptime: boolean;
  }[];
  reports: {
    title: string;
    impact: 'none' | 'minor' | 'major' | 'critical';
    status: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
    started_at: string;
    resolved_at: string | null;
    components: {
      key: string;
      status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance';
    }[];
    updates: {
      status: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
      body: string;
      at: string;
    }[];
  }[];
  maintenance: {
    title: string;
    body: string | null;
    starts_at: string;
    ends_at: string;
  }[];
}

export interface StatusPageInput {
  title?: string;
  /** One or two lines under the title. */
  description?: string | null;
  slug?: string;
  /** Our mark at the foot. Plans with branding may take it away. */
  branding?: boolean;
  /** IANA name: whose days the bars show. */
  timezone?: string;
  /** For visitors whose own language we do not speak. */
  language?: 'en' | 'de' | 'es' | 'fr' | 'pt' | 'ja' | 'zh';
  /** Search engines are asked to stay away. */
  hidden_from_search?: boolean;
  /** What an incident of one of its monitors makes: no report, a draft, or a published one. */
  auto_report?: 'none' | 'draft' | 'publish';
  /** How the page looks, as a whole: absent parts are presets. */
  appearance?: {
    accent?: string;
    accent_dark?: string;
    theme?: 'auto' | 'light' | 'dark';
    header_links?: {
      label: string;
      url: string;
    }[];
    footer_text?: string;
    footer_links?: {
      label: string;
      url: string;
    }[];
    css?: string;
    show_uptime?: boolean;
    show_history?: boolean;
    frame_ancestors?: string[];
  };
  /** Who may read it: anybody, who knows the password, or members of the account. */
  visibility?: 'public' | 'password' | 'members';
  /** For the visibility `password`. It is kept as a hash and never told. */
  password?: string;
  /** All lines of the page, in order. Private monitors may be listed but are not shown. */
  components?: StatusPageComponentInput[];
  managed_key?: string | null;
  managed_fields?: string[];
}

export interface StatusPagePicture {
  picture: 'logo' | 'logo_dark' | 'favicon';
  mime: string;
  /** Where visitors get it; another picture has another address. */
  url: string;
}

export interface StatusPagePictureInput {
  /** PNG, JPEG, GIF, WebP or SVG of at most 512 KiB and 2000 pixels a side. */
  data: string;
}

export interface StatusReport {
  id: string;
  status_page_id: string;
  title: string;
  impact: 'none' | 'minor' | 'major' | 'critical';
  status: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
  draft: boolean;
  started_at: string;
  resolved_at: string | null;
  next_update_by: string | null;
  /** The incident it was made from. */
  incident_id: string | null;
  components: {
    id: string;
    name: string;
    status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance';
  }[];
  /** Newest first. */
  updates: {
    id: string;
    status: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
    body: string;
    notified: boolean;
    created_at: string;
  }[];
  published_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface StatusReportInput {
  title: string;
  impact?: 'none' | 'minor' | 'major' | 'critical';
  status?: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
  /** Markdown; HTML and pictures in it are shown as text. */
  body: string;
  /** All components it is about, and how they are. */
  components?: {
    id: string;
    status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance';
  }[];
  /** When the trouble began; now unless said. */
  started_at?: string;
  /** When readers are promised to hear more. */
  next_update_by?: string | null;
  /** Nobody outside sees a draft. */
  draft?: boolean;
  /** Whether subscribers are told. */
  notify?: boolean;
}

export interface StatusReportPatch {
  title?: string;
  impact?: 'none' | 'minor' | 'major' | 'critical';
  /** All components it is about, and how they are. */
  components?: {
    id: string;
    status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance';
  }[];
  started_at?: string;
  /** When readers are promised to hear more. */
  next_update_by?: string | null;
}

export interface StatusReportPublish {
  /** Whether subscribers are told. */
  notify?: boolean;
}

export interface StatusReportTemplate {
  id: string;
  name: string;
  title: string;
  body: string;
  impact: 'none' | 'minor' | 'major' | 'critical';
  created_at: string;
}

export interface StatusReportTemplateInput {
  name: string;
  title: string;
  /** Markdown; HTML and pictures in it are shown as text. */
  body: string;
  impact?: 'none' | 'minor' | 'major' | 'critical';
}

export interface StatusReportTemplatePatch {
  name?: string;
  title?: string;
  /** Markdown; HTML and pictures in it are shown as text. */
  body?: string;
  impact?: 'none' | 'minor' | 'major' | 'critical';
}

export interface StatusReportUpdateInput {
  status: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
  /** Markdown; HTML and pictures in it are shown as text. */
  body: string;
  /** All components it is about, and how they are. */
  components?: {
    id: string;
    status: 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance';
  }[];
  /** When readers are promised to hear more. */
  next_update_by?: string | null;
  /** Whether subscribers are told. */
  notify?: boolean;
}

export interface StatusReportUpdatePatch {
  status?: 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
  /** Markdown; HTML and pictures in it are shown as text. */
  body?: string;
}

export interface Subscriber {
  id: string;
  kind: 'email' | 'webhook' | 'slack';
  /** A mail address; of a webhook only its host. */
  target: string;
  /** Null is all of them. */
  component_ids: string[] | null;
  incidents: boolean;
  maintenance: boolean;
  language: 'en' | 'de' | 'es' | 'fr' | 'pt' | 'ja' | 'zh';
  /** `waiting` has not used the link in its first message. */
  state: 'active' | 'waiting' | 'disabled';
  last_error: string | null;
  confirmed_at: string | null;
  created_at: string;
}

export interface SubscriberImport {
  /** Columns by their names in the first line, or addresses alone; 10000 lines at most. */
  csv: string;
  /** You declare that they asked for it: mail addresses then count as confirmed. Others are asked first. */
  consent?: boolean;
}

export interface SubscriberImportAnswer {
  added: number;
  /** Were on the list before. */
  known: number;
  faults: {
    line: number;
    message: string;
  }[];
}

export interface SubscriberInput {
  kind?: 'email' | 'webhook' | 'slack';
  /** A mail address, or the whole address of a webhook. */
  target: string;
  component_ids?: string[] | null;
  incidents?: boolean;
  maintenance?: boolean;
  language?: 'en' | 'de' | 'es' | 'fr' | 'pt' | 'ja' | 'zh';
}

export interface TagRule {
  id: string;
  tag: string;
  settings: TagRuleSettings;
  position: number;
}

export interface TagRuleInput {
  tag: string;
  settings: TagRuleSettings;
  /** Its place among the rules: the first one that names a field wins. Last when left out. */
  position?: number;
}

export interface TagRulePatch {
  tag?: string;
  settings?: TagRuleSettings;
  /** Its place among the rules: the first one that names a field wins. Last when left out. */
  position?: number;
}

export interface TagRuleSettings {
  channel_ids?: string[];
  /** Who else is told while nobody acknowledges: an escalation policy of the account. */
  escalation_id?: string | null;
  /** Failed checks in a row that open an incident. */
  failure_threshold?: number;
  interval_seconds?: number;
  /** Whether status pages may show it; it then joins the first page of the account. */
  public?: boolean;
  /** While it is down, another message this often; null is never. It leaves with the next result. */
  remind_every_minutes?: number | null;
}

export interface TestResult {
  status: 'up' | 'degraded' | 'down' | 'blocked' | 'unknown';
  reason:
    | 'dns_not_found'
    | 'dns_failure'
    | 'dns_timeout'
    | 'connect_refused'
    | 'connect_timeout'
    | 'unreachable'
    | 'connection_reset'
    | 'tls_handshake'
    | 'tls_expired'
    | 'tls_not_yet_valid'
    | 'tls_wrong_host'
    | 'tls_self_signed'
    | 'tls_untrusted'
    | 'tls_client_cert_required'
    | 'timeout_first_byte'
    | 'timeout_body'
    | 'protocol_error'
    | 'truncated'
    | 'too_large'
    | 'decode_error'
    | 'redirect_loop'
    | 'redirect_invalid'
    | 'redirect_blocked'
    | 'bad_status'
    | 'keyword_missing'
    | 'keyword_present'
    | 'json_mismatch'
    | 'header_mismatch'
    | 'slow'
    | 'certificate_expiring'
    | 'domain_expiring'
    | 'heartbeat_missed'
    | 'heartbeat_failed'
    | 'target_blocked'
    | 'record_mismatch'
    | 'packet_loss'
    | 'internal'
    | null;
  message: string | null;
  response_time_ms: number | null;
  status_code: number | null;
  phases: Phases;
}

export interface TimelineEntry {
  at: string;
  /** `check` is one check, `checks` are many in one line, `delivery` is a notification; the rest are steps of the incident, with their check where one made them. */
  kind:
    | 'check'
    | 'checks'
    | 'first_failure'
    | 'opened'
    | 'acknowledged'
    | 'unacknowledged'
    | 'snoozed'
    | 'unsnoozed'
    | 'muted'
    | 'unmuted'
    | 'escalated'
    | 'note'
    | 'reminded'
    | 'reason_changed'
    | 'resolved'
    | 'delivery';
  text: string;
  by: string | null;
  check: {
    status: 'up' | 'degraded' | 'down' | 'blocked' | 'unknown';
    reason:
      | 'dns_not_found'
      | 'dns_failure'
      | 'dns_timeout'
      | 'connect_refused'
      | 'connect_timeout'
      | 'unreachable'
      | 'connection_reset'
      | 'tls_handshake'
      | 'tls_expired'
      | 'tls_not_yet_valid'
      | 'tls_wrong_host'
      | 'tls_self_signed'
      | 'tls_untrusted'
      | 'tls_client_cert_required'
      | 'timeout_first_byte'
      | 'timeout_body'
      | 'protocol_error'
      | 'truncated'
      | 'too_large'
      | 'decode_error'
      | 'redirect_loop'
      | 'redirect_invalid'
      | 'redirect_blocked'
      | 'bad_status'
      | 'keyword_missing'
      | 'keyword_present'
      | 'json_mismatch'
      | 'header_mismatch'
      | 'slow'
      | 'certificate_expiring'
      | 'domain_expiring'
      | 'heartbeat_missed'
      | 'heartbeat_failed'
      | 'target_blocked'
      | 'record_mismatch'
      | 'packet_loss'
      | 'internal'
      | null;
    status_code: number | null;
    response_time_ms: number | null;
    phases: {
      dns_ms: number | null;
      connect_ms: number | null;
      tls_ms: number | null;
      first_byte_ms: number | null;
      transfer_ms: number | null;
    } | null;
    /** 0 is this server. */
    location: number;
    /** Beginning of a failing answer, for those who may write. */
    evidence: string | null;
  } | null;
  checks: {
    count: number;
    failed: number;
    until: string;
    /** There were more than were counted. */
    more: boolean;
  } | null;
  delivery_id: string | null;
  delivery_state: string | null;
  delivery: {
    channel_id: string;
    channel_name: string;
    recipient: string | null;
    event: string;
    attempts: number;
    held_for: string | null;
    last_error: string | null;
    /** The receiver’s own words. */
    answer: string | null;
    sent_at: string | null;
  } | null;
}

export interface Tokens {
  /** For `Authorization: Bearer`. */
  access_token: string;
  /** Good for one new pair. One that comes a second time ends the session: somebody else has it too. */
  refresh_token: string;
  token_type: 'bearer';
  /** Seconds the access token is good for. */
  expires_in: number;
}

export interface TwoStepCode {
  /** What the app shows now. */
  code: string;
}

export interface TwoStepIsOff {
  /** Instead of those that came along, which are dead now; null in a browser, whose cookie was renewed. */
  tokens: Tokens | null;
}

export interface TwoStepOff {
  /** Your present password. */
  password?: string;
  /** Six digits of the app, or a recovery code where one is asked for. */
  code: string;
}

export interface TwoStepOn {
  /** Each opens the log-in once. Told this once. */
  recovery_codes: string[];
  /** Instead of those that came along, which are dead now; null in a browser, whose cookie was renewed. */
  tokens: Tokens | null;
}

export interface TwoStepSetUp {
  /** For apps that take it by hand, in base32. */
  secret: string;
  /** What the picture for the app says. */
  uri: string;
}

export interface TwoStepStart {
  /** Your present password. */
  password?: string;
}

export interface Undone {
  /** Monitors of which something was put back. */
  restored: number;
  skipped: {
    id: string;
    /** Null when the whole monitor is gone. */
    field: string | null;
    reason: 'changed_since' | 'deleted' | 'plan';
  }[];
}

export interface Uptime {
  windows: {
    '24h': {
      uptime_percent: number | null;
      up_seconds: number;
      down_seconds: number;
      excluded_seconds: number;
      incidents: number;
    };
    '7d': {
      uptime_percent: number | null;
      up_seconds: number;
      down_seconds: number;
      excluded_seconds: number;
      incidents: number;
    };
    '30d': {
      uptime_percent: number | null;
      up_seconds: number;
      down_seconds: number;
      excluded_seconds: number;
      incidents: number;
    };
    '90d': {
      uptime_percent: number | null;
      up_seconds: number;
      down_seconds: number;
      excluded_seconds: number;
      incidents: number;
    };
    '365d': {
      uptime_percent: number | null;
      up_seconds: number;
      down_seconds: number;
      excluded_seconds: number;
      incidents: number;
    };
  };
  response_ms: {
    avg: number | null;
    p50: number | null;
    p95: number | null;
    p99: number | null;
  };
}

export interface Webhook {
  id: string;
  name: string;
  url: string;
  /** What it hears of; null is everything. */
  events: string[] | null;
  enabled: boolean;
  last_error: string | null;
  created_at: string;
}

export interface WebhookInput {
  name: string;
  url: string;
  /** What it hears of; null is everything. */
  events?: unknown[];
  enabled?: boolean;
}

export interface WebhookPatch {
  name?: string;
  url?: string;
  /** What it hears of; null is everything. */
  events?: unknown[];
  enabled?: boolean;
}

export interface WebhookTest {
  delivery_id: string;
  sent: boolean;
  message: string;
  duration_ms: number;
}

export interface components {
  schemas: {
    AccountDeletion: AccountDeletion;
    AccountExport: AccountExport;
    AccountInput: AccountInput;
    Acknowledgement: Acknowledgement;
    ApiToken: ApiToken;
    ApiTokenInput: ApiTokenInput;
    AuditEntry: AuditEntry;
    Billing: Billing;
    BillingLink: BillingLink;
    BulkChange: BulkChange;
    BulkInput: BulkInput;
    BulkOutcome: BulkOutcome;
    CertificatesAndDomains: CertificatesAndDomains;
    Channel: Channel;
    ChannelInput: ChannelInput;
    ChannelPatch: ChannelPatch;
    ChannelTest: ChannelTest;
    ChannelTrial: ChannelTrial;
    CheckoutInput: CheckoutInput;
    ClosingProof: ClosingProof;
    Delivery: Delivery;
    EmailChange: EmailChange;
    EnteredAccount: EnteredAccount;
    EscalationPolicy: EscalationPolicy;
    EscalationPolicyInput: EscalationPolicyInput;
    EscalationPolicyPatch: EscalationPolicyPatch;
    HandOver: HandOver;
    Health: Health;
    HistorySlot: HistorySlot;
    Import: Import;
    ImportInput: ImportInput;
    ImportJob: ImportJob;
    Incident: Incident;
    IncidentNote: IncidentNote;
    IncidentWithTimeline: IncidentWithTimeline;
    Invitation: Invitation;
    InvitationInput: InvitationInput;
    InvitationToken: InvitationToken;
    LeftAccount: LeftAccount;
    LoggedIn: LoggedIn;
    Maintenance: Maintenance;
    MaintenanceInput: MaintenanceInput;
    MaintenanceOccurrence: MaintenanceOccurrence;
    MaintenancePatch: MaintenancePatch;
    Me: Me;
    Member: Member;
    MemberPatch: MemberPatch;
    Monitor: Monitor;
    MonitorFilter: MonitorFilter;
    MonitorInput: MonitorInput;
    MonitorSummary: MonitorSummary;
    NewApiToken: NewApiToken;
    NewStatusPage: NewStatusPage;
    NewWebhook: NewWebhook;
    OperatorAccount: OperatorAccount;
    OperatorAccountLine: OperatorAccountLine;
    OperatorMode: OperatorMode;
    OperatorModeInput: OperatorModeInput;
    OperatorNotice: OperatorNotice;
    OperatorNoticeAnswer: OperatorNoticeAnswer;
    OperatorNoticeInput: OperatorNoticeInput;
    OperatorOverview: OperatorOverview;
    OperatorPlanInput: OperatorPlanInput;
    OperatorPlanSet: OperatorPlanSet;
    Overview: Overview;
    OwnAccount: OwnAccount;
    Passkey: Passkey;
    PasskeyPatch: PasskeyPatch;
    PasskeyRemoval: PasskeyRemoval;
    PasswordChange: PasswordChange;
    Phases: Phases;
    Ping: Ping;
    PingInput: PingInput;
    PortalInput: PortalInput;
    Problem: Problem;
    Profile: Profile;
    ProfileChange: ProfileChange;
    ProfilePatch: ProfilePatch;
    Proof: Proof;
    RecoveryCodes: RecoveryCodes;
    Report: Report;
    ReportFigures: ReportFigures;
    ReportMails: ReportMails;
    ReportMailsInput: ReportMailsInput;
    ReportShareInput: ReportShareInput;
    ResponsePoint: ResponsePoint;
    Result: Result;
    Session: Session;
    SessionsEnded: SessionsEnded;
    Settings: Settings;
    SettingsInput: SettingsInput;
    SharedReport: SharedReport;
    Snooze: Snooze;
    StatusPage: StatusPage;
    StatusPageComponent: StatusPageComponent;
    StatusPageComponentChange: StatusPageComponentChange;
    StatusPageComponentInput: StatusPageComponentInput;
    StatusPageCopy: StatusPageCopy;
    StatusPageCopyInput: StatusPageCopyInput;
    StatusPageDomain: StatusPageDomain;
    StatusPageDomainInput: StatusPageDomainInput;
    StatusPageImport: StatusPageImport;
    StatusPageImportInput: StatusPageImportInput;
    StatusPageImportPlan: StatusPageImportPlan;
    StatusPageInput: StatusPageInput;
    StatusPagePicture: StatusPagePicture;
    StatusPagePictureInput: StatusPagePictureInput;
    StatusReport: StatusReport;
    StatusReportInput: StatusReportInput;
    StatusReportPatch: StatusReportPatch;
    StatusReportPublish: StatusReportPublish;
    StatusReportTemplate: StatusReportTemplate;
    StatusReportTemplateInput: StatusReportTemplateInput;
    StatusReportTemplatePatch: StatusReportTemplatePatch;
    StatusReportUpdateInput: StatusReportUpdateInput;
    StatusReportUpdatePatch: StatusReportUpdatePatch;
    Subscriber: Subscriber;
    SubscriberImport: SubscriberImport;
    SubscriberImportAnswer: SubscriberImportAnswer;
    SubscriberInput: SubscriberInput;
    TagRule: TagRule;
    TagRuleInput: TagRuleInput;
    TagRulePatch: TagRulePatch;
    TagRuleSettings: TagRuleSettings;
    TestResult: TestResult;
    TimelineEntry: TimelineEntry;
    Tokens: Tokens;
    TwoStepCode: TwoStepCode;
    TwoStepIsOff: TwoStepIsOff;
    TwoStepOff: TwoStepOff;
    TwoStepOn: TwoStepOn;
    TwoStepSetUp: TwoStepSetUp;
    TwoStepStart: TwoStepStart;
    Undone: Undone;
    Uptime: Uptime;
    Webhook: Webhook;
    WebhookInput: WebhookInput;
    WebhookPatch: WebhookPatch;
    WebhookTest: WebhookTest;
  };
}

export interface paths {
  '/api/account/delete': {
    /**
     * Delete the account for everybody, at once and for good
     * Its name is typed as a seal. Nobody gets in, nothing is checked or sent, its pages are gone. A plan that is still paid for is cancelled first (409).
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': AccountDeletion };
      };
      responses: {
        /** It is gone, and so is this session */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/account/export': {
    /**
     * Everything of the account as one JSON document
     * Streamed as it is read; secrets are masked. Deliveries of the last 30 days.
     */
    get: {
      parameters: {
        query?: {
          /** False leaves the single checks out; summaries stay. */
          results?: 'true' | 'false';
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The account */
        200: { content: { 'application/json': AccountExport } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/account/hand-over': {
    /** Make another member the owner; you are an admin afterwards */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': HandOver };
      };
      responses: {
        /** It is theirs */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/account/leave': {
    /**
     * Leave the account you are in
     * An account needs an owner: the only one hands it over or deletes it (409).
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** Where you go on, and your tokens for it */
        200: { content: { 'application/json': LeftAccount } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/accounts': {
    /**
     * The accounts you belong to
     * `POST /auth/switch` goes on in another one.
     */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: OwnAccount[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Make another account, which you own, and go on there
     * The session in the present account ends; the answer holds tokens for the new one.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': AccountInput };
      };
      responses: {
        /** The account, and your tokens for it */
        201: { content: { 'application/json': EnteredAccount } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/accounts/join': {
    /**
     * Accept an invitation that was sent to your address, and go on in that account
     * The token is the last part of the link in the mail. The session in the present account ends.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': InvitationToken };
      };
      responses: {
        /** The account, and your tokens for it */
        200: { content: { 'application/json': EnteredAccount } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/audit-log': {
    /** The record of changes, the newest first; kept for a year */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          /** Who did it. */
          user_id?: string;
          /** What it is about. */
          part?:
            | 'monitors'
            | 'incidents'
            | 'alerts'
            | 'maintenance'
            | 'pages'
            | 'reports'
            | 'subscribers'
            | 'members'
            | 'access'
            | 'account'
            | 'webhooks'
            | 'figures';
          /** Exactly this id or name. */
          subject?: string;
          /** A piece of the id or the name. */
          q?: string;
          /** From this instant on. */
          since?: string;
          /** Before this instant. */
          until?: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of it */
        200: {
          content: {
            'application/json': {
              data: AuditEntry[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/audit-log.csv': {
    /** The same as a CSV file, whole */
    get: {
      parameters: {
        query?: {
          /** Who did it. */
          user_id?: string;
          /** What it is about. */
          part?:
            | 'monitors'
            | 'incidents'
            | 'alerts'
            | 'maintenance'
            | 'pages'
            | 'reports'
            | 'subscribers'
            | 'members'
            | 'access'
            | 'account'
            | 'webhooks'
            | 'figures';
          /** Exactly this id or name. */
          subject?: string;
          /** A piece of the id or the name. */
          q?: string;
          /** From this instant on. */
          since?: string;
          /** Before this instant. */
          until?: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The file */
        200: { content: { 'text/csv': string } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/billing': {
    /** The plan of the account, what is used of it and how it is paid */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** How it stands */
        200: { content: { 'application/json': Billing } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/billing/checkout': {
    /** Where the owner pays for a plan, or changes the one that is paid */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': CheckoutInput };
      };
      responses: {
        /** An address at Stripe */
        200: { content: { 'application/json': BillingLink } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/billing/portal': {
    /** Where the owner minds cards and invoices, or ends the subscription */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': PortalInput };
      };
      responses: {
        /** An address at Stripe */
        200: { content: { 'application/json': BillingLink } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/certificates': {
    /** Certificates and domains that your monitors watch, the first to end first, 500 of each at most */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Both lists */
        200: { content: { 'application/json': CertificatesAndDomains } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/channels': {
    /** Where alerts go */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: Channel[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Add a channel */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ChannelInput };
      };
      responses: {
        /** The new channel */
        201: { content: { 'application/json': Channel } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/channels/test': {
    /** Try settings that are not saved: send a test with them now, once */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ChannelTrial };
      };
      responses: {
        /** How it went */
        200: { content: { 'application/json': ChannelTest } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/channels/{id}': {
    /** One channel */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The channel */
        200: { content: { 'application/json': Channel } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change the given settings of a channel */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ChannelPatch };
      };
      responses: {
        /** The changed channel */
        200: { content: { 'application/json': Channel } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a channel with its deliveries */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/channels/{id}/rotate-secret': {
    /** Give a webhook a new secret; the old one signs beside it for a day */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The new secret, told this once */
        200: {
          content: {
            'application/json': {
              secret: string;
            };
          };
        };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/channels/{id}/test': {
    /** Send a test now, once */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** How it went */
        200: { content: { 'application/json': ChannelTest } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/deliveries': {
    /** What became of the alerts, newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          channel_id?: string;
          webhook_id?: string;
          incident_id?: string;
          monitor_id?: string;
          event?: string;
          state?: 'queued' | 'sending' | 'sent' | 'failed' | 'dead' | 'cancelled';
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of deliveries */
        200: {
          content: {
            'application/json': {
              data: Delivery[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/deliveries/{id}': {
    /** One delivery */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The delivery */
        200: { content: { 'application/json': Delivery } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/deliveries/{id}/replay': {
    /** Send what a webhook has taken once more, under the same key */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** It is in the queue again */
        202: { content: { 'application/json': Delivery } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/deliveries/{id}/retry': {
    /** Try a failed delivery again */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** It is back in the queue */
        202: { content: { 'application/json': Delivery } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/escalation-policies': {
    /** Your escalation policies, in the order they were made */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: EscalationPolicy[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Add an escalation policy */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': EscalationPolicyInput };
      };
      responses: {
        /** The new policy */
        201: { content: { 'application/json': EscalationPolicy } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/escalation-policies/{id}': {
    /** One escalation policy */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The policy */
        200: { content: { 'application/json': EscalationPolicy } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change an escalation policy; steps are replaced as a whole */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': EscalationPolicyPatch };
      };
      responses: {
        /** The changed policy */
        200: { content: { 'application/json': EscalationPolicy } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete an escalation policy; its monitors keep their own channels */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/health': {
    /** Whether the database takes writes and checks are being started */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** All is well */
        200: { content: { 'application/json': Health } };
        /** Still the one you have. */
        304: { content?: never };
        /** Something is not */
        503: { content: { 'application/json': Health } };
      };
    };
  };
  '/api/import': {
    /**
     * Import from another product
     * Only makes what is not there, within the plan of the account, in the background; `GET /api/import` says how far it is.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ImportInput };
      };
      responses: {
        /** What would be made, or nothing to do */
        200: { content: { 'application/json': Import } };
        /** It is being made */
        202: { content: { 'application/json': Import } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * How far an import is
     * The one that runs, or the last one since the server was started. Settings files count too.
     */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The import, or null */
        200: {
          content: {
            'application/json': {
              job: ImportJob | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents': {
    /** Incidents, the newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          status?: 'open' | 'acknowledged' | 'resolved';
          monitor_id?: string;
          /** Only what was going on at this time or later. */
          since?: string;
          /** Only what began before this time. */
          until?: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of incidents */
        200: {
          content: {
            'application/json': {
              data: Incident[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents/{id}': {
    /** One incident with its timeline */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The incident */
        200: { content: { 'application/json': IncidentWithTimeline } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents/{id}/acknowledge': {
    /** Say that somebody is on it */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody?: {
        content: { 'application/json': Acknowledgement };
      };
      responses: {
        /** The incident */
        200: { content: { 'application/json': IncidentWithTimeline } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents/{id}/notes': {
    /** Write a note for whoever reads the incident */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': IncidentNote };
      };
      responses: {
        /** The incident */
        200: { content: { 'application/json': IncidentWithTimeline } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents/{id}/snooze': {
    /** No reminder and no escalation for a while */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': Snooze };
      };
      responses: {
        /** The incident */
        200: { content: { 'application/json': IncidentWithTimeline } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents/{id}/unacknowledge': {
    /** Say that nobody is on it any more */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The incident */
        200: { content: { 'application/json': IncidentWithTimeline } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/incidents/{id}/unsnooze': {
    /** End a snooze before its time */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The incident */
        200: { content: { 'application/json': IncidentWithTimeline } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/maintenance': {
    /** Maintenance windows, the one made last first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of windows */
        200: {
          content: {
            'application/json': {
              data: Maintenance[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Plan a window, once or repeating */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MaintenanceInput };
      };
      responses: {
        /** The new window */
        201: { content: { 'application/json': Maintenance } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/maintenance/{id}': {
    /** One window */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The window */
        200: { content: { 'application/json': Maintenance } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change the given parts of a window */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MaintenancePatch };
      };
      responses: {
        /** The changed window */
        200: { content: { 'application/json': Maintenance } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a window; one that is on ends */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/maintenance/{id}/end': {
    /** End a window that is on, before its time */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The window */
        200: { content: { 'application/json': Maintenance } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/maintenance/{id}/occurrences': {
    /** When it happens; the coming 90 days unless said otherwise, at most 100 */
    get: {
      parameters: {
        query?: {
          from?: string;
          until?: string;
        };
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Its windows in that time */
        200: {
          content: {
            'application/json': {
              data: MaintenanceOccurrence[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/members': {
    /** Who belongs to the account, in the order they came */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: Member[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Ask somebody into the account
     * They get a mail whose link works for seven days and belong to the account once they accept. A newer invitation of an address replaces the older. Business plan.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': InvitationInput };
      };
      responses: {
        /** The invitation */
        201: { content: { 'application/json': Invitation } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/members/invitations': {
    /** Invitations that wait for an answer, oldest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: Invitation[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/members/invitations/{id}': {
    /** One invitation that waits for an answer */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The invitation */
        200: { content: { 'application/json': Invitation } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Take an invitation back; its link stops working */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/members/invitations/{id}/resend': {
    /** Send an invitation again, with a new link for another seven days */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The invitation */
        200: { content: { 'application/json': Invitation } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/members/{id}': {
    /**
     * Give a member another role
     * Nobody gives or takes a role above their own; the only owner stays one. Business plan.
     */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MemberPatch };
      };
      responses: {
        /** The member */
        200: { content: { 'application/json': Member } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Take a member out of the account
     * Their sessions and API tokens for it end at once. What they made stays.
     */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors': {
    /** Your monitors, in the order they were made */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          status?: 'pending' | 'up' | 'degraded' | 'down' | 'unknown' | 'maintenance' | 'paused';
          tag?: string;
          /** Part of a name or target. */
          q?: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of monitors */
        200: {
          content: {
            'application/json': {
              data: Monitor[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Watch something */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MonitorInput };
      };
      responses: {
        /** The new monitor */
        201: { content: { 'application/json': Monitor } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/bulk': {
    /**
     * Change many monitors together, or none
     * Up to 1,000 monitors in one transaction, chosen by id or by filter. A fault in the input changes nothing at all. `dry_run` says what would change. Undo is possible for ten minutes, except after a deletion.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': BulkInput };
      };
      responses: {
        /** What changed and what did not */
        200: { content: { 'application/json': BulkOutcome } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/test': {
    /** Check settings once without saving them */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MonitorInput };
      };
      responses: {
        /** What was seen */
        200: { content: { 'application/json': TestResult } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}': {
    /** One monitor */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The monitor */
        200: { content: { 'application/json': Monitor } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Replace the settings: what is left out goes back to its preset */
    put: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MonitorInput };
      };
      responses: {
        /** The changed monitor */
        200: { content: { 'application/json': Monitor } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change the given settings only */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': MonitorInput };
      };
      responses: {
        /** The changed monitor */
        200: { content: { 'application/json': Monitor } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a monitor with its results */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/check': {
    /** Start a real check now */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** It starts within a second */
        202: { content: { 'application/json': Monitor } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/history': {
    /** The state in hourly slots, oldest first */
    get: {
      parameters: {
        query?: {
          hours?: number;
        };
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Slots */
        200: {
          content: {
            'application/json': {
              data: HistorySlot[];
              next_cursor: string | null;
              slot_seconds: number;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/incidents': {
    /** Incidents of the last days, the newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          days?: number;
        };
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of incidents */
        200: {
          content: {
            'application/json': {
              data: Incident[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/pause': {
    /** Stop the checks; an open incident ends without a recovery alert */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The monitor */
        200: { content: { 'application/json': Monitor } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/ping': {
    /**
     * Report what a job did
     * For heartbeat monitors. The same as a call to its ping address, for programs that hold a token with the scope `ping` or `write`.
     */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': PingInput };
      };
      responses: {
        /** Taken; the monitor is judged at once */
        202: { content: { 'application/json': Ping } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/response-times': {
    /** Response times in even steps, oldest first; steps without an answer are null */
    get: {
      parameters: {
        query?: {
          hours?: number;
        };
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Points */
        200: {
          content: {
            'application/json': {
              data: ResponsePoint[];
              next_cursor: string | null;
              step_seconds: number;
              from: string;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/results': {
    /** Every check, the newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          hours?: number;
          since?: string;
          until?: string;
        };
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of results */
        200: {
          content: {
            'application/json': {
              data: Result[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/resume': {
    /** Start the checks again */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The monitor */
        200: { content: { 'application/json': Monitor } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/test': {
    /**
     * Check a monitor once without storing the result
     * A body, if there is one, is laid over the stored settings.
     */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody?: {
        content: { 'application/json': MonitorInput };
      };
      responses: {
        /** What was seen */
        200: { content: { 'application/json': TestResult } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/monitors/{id}/uptime': {
    /** Uptime over the standard windows, response times of the last day */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Figures */
        200: { content: { 'application/json': Uptime } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/operator': {
    /**
     * How the installation is
     * For those who run it, with a log-in of their own; 404 for everybody else.
     */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Figures, and what is bad */
        200: { content: { 'application/json': OperatorOverview } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/operator/accounts': {
    /** Every account, the newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          /** Part of an address, a name or a slug. */
          q?: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: OperatorAccountLine[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/operator/accounts/{id}': {
    /** One account, its people and how it is paid */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The account */
        200: { content: { 'application/json': OperatorAccount } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/operator/accounts/{id}/plan': {
    /**
     * Put an account on a plan
     * Monitors beyond the plan are paused, checks are slowed to its interval, and nothing is deleted.
     */
    put: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': OperatorPlanInput };
      };
      responses: {
        /** The account, and what was done */
        200: { content: { 'application/json': OperatorPlanSet } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/operator/mode': {
    /** Whether maintenance mode is on */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The mode */
        200: { content: { 'application/json': OperatorMode } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Turn maintenance mode on or off */
    put: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': OperatorModeInput };
      };
      responses: {
        /** The mode */
        200: { content: { 'application/json': OperatorMode } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/operator/notice': {
    /** The notice above every page */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The notice */
        200: { content: { 'application/json': OperatorNoticeAnswer } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Put a notice above every page of everybody who is signed in */
    put: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': OperatorNoticeInput };
      };
      responses: {
        /** The notice */
        200: { content: { 'application/json': OperatorNoticeAnswer } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Take the notice down */
    delete: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** There is none */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/passkeys': {
    /** Your passkeys, the newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: Passkey[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/passkeys/{id}': {
    /** One passkey of yours */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The passkey */
        200: { content: { 'application/json': Passkey } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Give a passkey of yours another name */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': PasskeyPatch };
      };
      responses: {
        /** The passkey */
        200: { content: { 'application/json': Passkey } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/passkeys/{id}/remove': {
    /** Remove a passkey of yours; every other session ends */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': PasskeyRemoval };
      };
      responses: {
        /** It opens nothing any more. */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/profile': {
    /** You: address, name and how you log in */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** You */
        200: { content: { 'application/json': Profile } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change your name; null or nothing takes it away */
    patch: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ProfilePatch };
      };
      responses: {
        /** You */
        200: { content: { 'application/json': Profile } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/profile/close': {
    /**
     * Close your log-in for good
     * You leave every account; what you made stays there. Hand over or delete the accounts you own first (409).
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ClosingProof };
      };
      responses: {
        /** You are gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/profile/email': {
    /**
     * Move to another address
     * The old address is told. The new one is not verified before the link in its mail was used. Every session of yours ends, this one too; the answer holds tokens to go on with.
     */
    put: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': EmailChange };
      };
      responses: {
        /** You, and your new tokens */
        200: { content: { 'application/json': ProfileChange } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/profile/identity/disconnect': {
    /**
     * Do not log in by signing in at the provider any more; every other session ends
     * Connecting is done in a browser, under Security. 404 where there is no provider or no connection.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': Proof };
      };
      responses: {
        /** You */
        200: { content: { 'application/json': Profile } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/profile/password': {
    /**
     * Change your password
     * A mail tells you of it. Every session of yours ends, this one too; the answer holds tokens to go on with.
     */
    put: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': PasswordChange };
      };
      responses: {
        /** You, and your new tokens */
        200: { content: { 'application/json': ProfileChange } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/report-templates': {
    /** Your templates by name */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: StatusReportTemplate[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Add a template */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportTemplateInput };
      };
      responses: {
        /** The new template */
        201: { content: { 'application/json': StatusReportTemplate } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/report-templates/{id}': {
    /** One template */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The template */
        200: { content: { 'application/json': StatusReportTemplate } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change a template */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportTemplatePatch };
      };
      responses: {
        /** The changed template */
        200: { content: { 'application/json': StatusReportTemplate } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a template */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/reports': {
    /**
     * Uptime, outages and response times of a period, the lowest uptime first
     * Days are those of the time zone of the account. `from` and `to` belong to the period `custom`.
     */
    get: {
      parameters: {
        query?: {
          period?: 'this-month' | 'last-month' | 'last-7' | 'last-30' | 'last-90' | 'custom';
          from?: string;
          to?: string;
          monitor?: string;
          tag?: string;
          cursor?: string;
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The report */
        200: { content: { 'application/json': Report } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/reports/mails': {
    /** Which report mails you get about this account */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Your choice */
        200: { content: { 'application/json': ReportMails } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Choose which report mails you get about this account */
    put: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ReportMailsInput };
      };
      responses: {
        /** Your choice */
        200: { content: { 'application/json': ReportMails } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/reports/share': {
    /**
     * An address that shows one report to whoever has it
     * It cannot be taken back before its time. `from` and `to` belong to the period `custom`.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ReportShareInput };
      };
      responses: {
        /** The address */
        200: { content: { 'application/json': SharedReport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/sessions': {
    /** Where you are logged in */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Living sessions, the newest first */
        200: {
          content: {
            'application/json': {
              data: Session[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** End every other session of yours; the one that asks goes on */
    delete: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** How many have ended */
        200: { content: { 'application/json': SessionsEnded } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/sessions/{id}': {
    /** End a session */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** It has ended. */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/settings': {
    /** The settings of the account */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The settings */
        200: { content: { 'application/json': Settings } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change settings of the account; what is left out stays */
    put: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': SettingsInput };
      };
      responses: {
        /** The settings from now on */
        200: { content: { 'application/json': Settings } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change settings of the account; what is left out stays */
    patch: {
      parameters: {
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': SettingsInput };
      };
      responses: {
        /** The settings from now on */
        200: { content: { 'application/json': Settings } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status': {
    /** Your monitors in one look */
    get: {
      parameters: {
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Counts by state */
        200: { content: { 'application/json': Overview } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages': {
    /** Your status pages */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: StatusPage[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Make a status page */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': NewStatusPage };
      };
      responses: {
        /** The new page */
        201: { content: { 'application/json': StatusPage } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/import': {
    /**
     * Import a page of Statuspage
     * As a new page, from the public files below `/api/v2` of the address. Nobody is told of what is in it.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusPageImportInput };
      };
      responses: {
        /** What is made, or would be */
        200: { content: { 'application/json': StatusPageImport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}': {
    /** One status page */
    get: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The page */
        200: { content: { 'application/json': StatusPage } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change a status page */
    patch: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusPageInput };
      };
      responses: {
        /** The changed page */
        200: { content: { 'application/json': StatusPage } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Delete a status page
     * With its reports and subscribers. Nobody else may take its address for 30 days.
     */
    delete: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** It is gone. */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/components/{component_id}': {
    /**
     * Change one component
     * The others stay as they are. What is absent stays; `group_id: null` takes it out of its group.
     */
    patch: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          component_id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusPageComponentChange };
      };
      responses: {
        /** The changed page */
        200: { content: { 'application/json': StatusPage } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/copy': {
    /** Where a status page is copied to */
    get: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The place and how it went */
        200: { content: { 'application/json': StatusPageCopy } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Copy a status page somewhere after each change
     * What lies at the place before is taken away.
     */
    put: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusPageCopyInput };
      };
      responses: {
        /** The place */
        200: { content: { 'application/json': StatusPageCopy } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Copy a status page no more */
    delete: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** It is copied no more. */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/domain': {
    /** The domain of a status page */
    get: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** How it stands */
        200: { content: { 'application/json': StatusPageDomain } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Give a status page a domain of its own
     * It is served once its proof stands in DNS. Another host replaces the one before.
     */
    put: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusPageDomainInput };
      };
      responses: {
        /** How it stands */
        200: { content: { 'application/json': StatusPageDomain } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Take the domain of a status page away */
    delete: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** It is not answered any more. */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/domain/verify': {
    /** Look for the proof now */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** How it stands after the look */
        200: { content: { 'application/json': StatusPageDomain } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/pictures': {
    /** The pictures of a status page */
    get: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** Those it has */
        200: {
          content: {
            'application/json': {
              data: StatusPagePicture[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/pictures/{picture}': {
    /**
     * Put a picture on a status page
     * It is read and written anew, without metadata. Pro plan and up.
     */
    put: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          picture: 'logo' | 'logo_dark' | 'favicon';
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusPagePictureInput };
      };
      responses: {
        /** It is on the page */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Take a picture off a status page */
    delete: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          picture: 'logo' | 'logo_dark' | 'favicon';
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** It is gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/reports': {
    /** Reports of a status page, the one that began last first */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          state?: 'draft' | 'open' | 'past';
        };
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of reports */
        200: {
          content: {
            'application/json': {
              data: StatusReport[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Write a report with its first update */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportInput };
      };
      responses: {
        /** The new report */
        201: { content: { 'application/json': StatusReport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/reports/{report_id}': {
    /** One report */
    get: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          report_id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The report */
        200: { content: { 'application/json': StatusReport } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change what a report is about */
    patch: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          report_id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportPatch };
      };
      responses: {
        /** The changed report */
        200: { content: { 'application/json': StatusReport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a report with its updates */
    delete: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          report_id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/reports/{report_id}/publish': {
    /** Publish a draft */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          report_id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportPublish };
      };
      responses: {
        /** The published report */
        200: { content: { 'application/json': StatusReport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/reports/{report_id}/updates': {
    /** Say the next thing in a report; `resolved` ends it */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          report_id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportUpdateInput };
      };
      responses: {
        /** The report with its update */
        201: { content: { 'application/json': StatusReport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/reports/{report_id}/updates/{update_id}': {
    /** Correct an update; nobody is told again */
    patch: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          report_id: string;
          update_id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': StatusReportUpdatePatch };
      };
      responses: {
        /** The report as it stands then */
        200: { content: { 'application/json': StatusReport } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/subscribers': {
    /** Who follows a status page, by kind and address */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
          find?: string;
          state?: 'active' | 'waiting' | 'disabled';
        };
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** A page of subscribers */
        200: {
          content: {
            'application/json': {
              data: Subscriber[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Add a subscriber, who is asked to confirm */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': SubscriberInput };
      };
      responses: {
        /** The new subscriber */
        201: { content: { 'application/json': Subscriber } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/subscribers/import': {
    /**
     * Add the subscribers of a file, and tell of each line that was not taken
     * For people who manage the account.
     */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': SubscriberImport };
      };
      responses: {
        /** What became of it */
        200: { content: { 'application/json': SubscriberImportAnswer } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/subscribers/{subscriber_id}': {
    /** Take a subscriber off the list */
    delete: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          subscriber_id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/status-pages/{id}/subscribers/{subscriber_id}/resume': {
    /**
     * Send to a subscriber again who was given up
     * For those who have confirmed once; whoever never did is added again.
     */
    post: {
      parameters: {
        path: {
          /** Of the status page. */
          id: string;
          subscriber_id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** They get the next message again */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/tag-rules': {
    /** Your rules by tag, in the order they count */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: TagRule[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Add a rule for a tag
     * It counts for monitors made from now on. Monitors that exist are changed by `/monitors/bulk`.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': TagRuleInput };
      };
      responses: {
        /** The new rule */
        201: { content: { 'application/json': TagRule } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/tag-rules/{id}': {
    /** One rule */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The rule */
        200: { content: { 'application/json': TagRule } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change a rule; its settings are replaced as a whole */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': TagRulePatch };
      };
      responses: {
        /** The changed rule */
        200: { content: { 'application/json': TagRule } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a rule; monitors keep what it gave them */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/tokens': {
    /**
     * Your API tokens, the newest first
     * Those who manage the account see everybody’s.
     */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: ApiToken[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Make an API token
     * It acts for you within its scopes, and never beyond the role you have. Business plan.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': ApiTokenInput };
      };
      responses: {
        /** The token, shown this once */
        201: { content: { 'application/json': NewApiToken } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/tokens/{id}': {
    /** Revoke an API token: its next request is refused */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/two-step': {
    /**
     * Begin to set two-step log-in up: a secret for an authenticator app
     * Nothing changes before the app has shown a code, which it has half an hour for, in this session.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': TwoStepStart };
      };
      responses: {
        /** What the app needs */
        200: { content: { 'application/json': TwoStepSetUp } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/two-step/confirm': {
    /**
     * Switch two-step log-in on by the first code of the app
     * Every session of yours ends, this one too; the answer holds tokens to go on with.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': TwoStepCode };
      };
      responses: {
        /** Ten recovery codes, and your new tokens */
        200: { content: { 'application/json': TwoStepOn } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/two-step/recovery-codes': {
    /** New recovery codes; the old ones stop working */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': TwoStepCode };
      };
      responses: {
        /** Ten new codes */
        200: { content: { 'application/json': RecoveryCodes } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/two-step/switch-off': {
    /**
     * Switch two-step log-in off, by password and a code
     * Every session of yours ends, this one too; the answer holds tokens to go on with.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': TwoStepOff };
      };
      responses: {
        /** Your new tokens */
        200: { content: { 'application/json': TwoStepIsOff } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/undo/{id}': {
    /**
     * Take a change of many monitors back
     * Once, within ten minutes. A field that somebody changed since stays as it is. Incidents that a pause closed stay closed.
     */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** What was put back */
        200: { content: { 'application/json': Undone } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/webhooks': {
    /** Your webhooks for changes, in the order they were made */
    get: {
      parameters: {
        query?: {
          cursor?: string;
          /** Rows of a page. More than 100 are not given at once: `next_cursor` leads on. */
          limit?: number;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** One page of them */
        200: {
          content: {
            'application/json': {
              data: Webhook[];
              next_cursor: string | null;
            };
          };
        };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /**
     * Add a webhook for changes
     * Each change is sent as Standard Webhooks describe: `{type, timestamp, data}`, signed. Pro plan and up.
     */
    post: {
      parameters: {
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': WebhookInput };
      };
      responses: {
        /** The webhook, with its secret this once */
        201: { content: { 'application/json': NewWebhook } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/webhooks/{id}': {
    /** One webhook for changes */
    get: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** An `ETag` you have: the answer is 304 without a body while it is still the same. */
          'If-None-Match'?: string;
        };
      };
      responses: {
        /** The webhook */
        200: { content: { 'application/json': Webhook } };
        /** Still the one you have. */
        304: { content?: never };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Change a webhook for changes; switched off, it is not sent what has not left yet */
    patch: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: { 'application/json': WebhookPatch };
      };
      responses: {
        /** The changed webhook */
        200: { content: { 'application/json': Webhook } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
    /** Delete a webhook for changes, with what waits for it */
    delete: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens. */
          'If-Match'?: string;
        };
      };
      responses: {
        /** Gone */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** Somebody has changed it since you read it; nothing was changed. */
        412: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/webhooks/{id}/rotate-secret': {
    /** Give a webhook a new secret; the old one signs beside it for a day */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** The new secret */
        200: {
          content: {
            'application/json': {
              /** Signs each message; told this once. */
              secret: string;
            };
          };
        };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/api/webhooks/{id}/test': {
    /** Send a test now, once */
    post: {
      parameters: {
        path: {
          id: string;
        };
        header?: {
          /** A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer. */
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        /** How it went */
        200: { content: { 'application/json': WebhookTest } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** It collides with something that exists. */
        409: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/login': {
    /**
     * Log in for a pair of tokens
     * A wrong password and an unknown address are one answer. For those with two-step log-in the answer is 401 with the code `second_factor_required` until `code` comes along.
     */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': {
            email: string;
            password: string;
            code?: string;
          };
        };
      };
      responses: {
        /** Who you are, and your tokens */
        200: { content: { 'application/json': LoggedIn } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/logout': {
    /** End the session of the access token */
    post: {
      parameters: {};
      responses: {
        /** It is over */
        204: { content?: never };
        /** The same for a form, which is led to the log-in */
        303: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/me': {
    /** Who the token speaks for */
    get: {
      parameters: {};
      responses: {
        /** Person, account and role */
        200: { content: { 'application/json': Me } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/refresh': {
    /** A new pair of tokens for a refresh token */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': {
            refresh_token: string;
          };
        };
      };
      responses: {
        /** The new pair */
        200: { content: { 'application/json': Tokens } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/signup': {
    /**
     * Make an account and its owner
     * The address gets a mail with a link; until it is opened, alerts to it wait.
     */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': {
            email: string;
            password: string;
            slug: string;
            name?: string | null;
          };
        };
      };
      responses: {
        /** The account, and tokens of its owner */
        201: { content: { 'application/json': LoggedIn } };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/switch': {
    /**
     * Go on in another account of yours
     * The answer holds tokens for it. In a browser the session itself moves on, and the answer is 204.
     */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': {
            account_id: string;
          };
        };
      };
      responses: {
        /** Tokens for the other account */
        200: { content: { 'application/json': Tokens } };
        /** The browser is in the other account */
        204: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** Nothing of yours is there. */
        404: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
  '/auth/verification': {
    /** Ask for another mail that verifies your address */
    post: {
      parameters: {};
      responses: {
        /** It is on its way, unless the address is verified */
        202: { content?: never };
        /** The same for a form, which is led to the dashboard */
        303: { content?: never };
        /** The body is not JSON. */
        400: { content: { 'application/problem+json': Problem } };
        /** Sign in first. */
        401: { content: { 'application/problem+json': Problem } };
        /** Your role or your plan does not allow it. */
        403: { content: { 'application/problem+json': Problem } };
        /** The body is larger than 1 MiB. */
        413: { content: { 'application/problem+json': Problem } };
        /** The body is something else than JSON. */
        415: { content: { 'application/problem+json': Problem } };
        /** A field does not fit; `errors` names each. */
        422: { content: { 'application/problem+json': Problem } };
        /** Too many tries; `Retry-After` says when to come back. */
        429: { content: { 'application/problem+json': Problem } };
        /** Nothing can be changed just now; `Retry-After` says when to come back. */
        503: { content: { 'application/problem+json': Problem } };
      };
    };
  };
}
