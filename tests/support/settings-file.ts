/** A settings file with every kind of monitor and channel, most settings away from their presets. */
export const EVERYTHING = `version: 1

channels:
  alertmanager:
    name: Prometheus
    kind: alertmanager
    config: {url: https://alerts.example.com, labels: {team: ops}, token: "\${AM_TOKEN}"}
    is_default: false
  discord: {name: Discord, kind: discord, config: {url: "\${DISCORD_URL}"}, events: [down, up], tags: [web]}
  mail-own:
    name: Own server
    kind: email
    config: {to: [x@example.org], smtp_server: smtp.example.org, smtp_port: 465, from_email: a@example.org}
    quiet: {timezone: Europe/Berlin, hours: {from: "22:00", to: "07:00"}, days: [6, 7]}
  mail-user:
    name: Own server with a log-in
    kind: email
    config:
      to: [y@example.org]
      smtp_server: smtp.example.org
      from_email: a@example.org
      username: a
      password: \${SMTP_PASSWORD}
  ntfy: {name: ntfy, kind: ntfy, config: {topic: acme-x1, priority: "4", username: a, password: "\${NTFY_PASSWORD}"}}
  opsgenie: {name: Opsgenie, kind: opsgenie, config: {api_key: "\${OPSGENIE_KEY}", region: eu}}
  pagerduty: {name: PagerDuty, kind: pagerduty, config: {routing_key: "\${PAGERDUTY_KEY}", severity: error}}
  pushover: {name: Pushover, kind: pushover, config: {token: "\${PUSHOVER_TOKEN}", user: "\${PUSHOVER_USER}", sound: siren}}
  slack: {name: Slack, kind: slack, config: {url: "\${SLACK_URL}"}, per_minute: 3, enabled: false}
  teams: {name: Teams, kind: teams, config: {url: "\${TEAMS_URL}"}}
  telegram: {name: Telegram, kind: telegram, config: {chat_id: "-100123", token: "\${TELEGRAM_TOKEN}"}}
  webhook:
    name: Hook
    kind: webhook
    config:
      url: https://hooks.example.com/in
      method: PUT
      headers: {X-Team: ops, Authorization: "\${HOOK_AUTHORIZATION}"}
      format: template
      template: |
        {"text": "costs $\${5} or so"}

escalations:
  on-call: {name: On call, steps: [{after_minutes: 5, channels: [pagerduty]}, {after_minutes: 30, channels: [pushover, slack]}]}

monitors:
  api:
    name: Our API
    type: http
    target: https://api.example.com/health
    config:
      method: POST
      headers: {X-Version: "2", X-Api-Key: "\${API_KEY}"}
      body: '{"ping": true}'
      expected_status: 200-299,404
      json_assertions: [{path: $.status, op: equals, value: ok}]
      header_assertions: [{name: content-type, op: contains, value: json}]
      bearer_token: \${API_BEARER}
      degraded_over_ms: 900
    interval: 1m
    timeout: 10s
    retries: 2
    parent: router
    escalation: on-call
    channels: [pagerduty, slack]
    tags: [api, web]
    public: true
  auth: {name: Log-in page, type: http, target: https://auth.example.com, config: {basic_auth: "\${AUTH_BASIC}"}, channels: []}
  cert: {name: Certificate, type: ssl, target: example.com, config: {warn_days: [20, 5]}, interval: 1h, channels: [mail-own]}
  database: {name: Database, type: tcp, target: "db.example.com:5432", interval: 30s, timeout: 5s, channels: []}
  dns-mx: {name: Mail exchanger, type: dns, target: example.com, config: {record: MX, expected: [10 mx.example.com]}, channels: []}
  domain: {name: Domain, type: domain, target: example.com, channels: []}
  everything: {name: Everything, type: group, config: {members: [api, website, database], rule: all}, channels: [], paused: true}
  grpc: {name: gRPC, type: grpc, target: "grpc.example.com:443", config: {tls: true, service: shop}, channels: []}
  nightly: {name: Nightly job, type: heartbeat, config: {cron: 0 3 * * *, timezone: Europe/Berlin, grace_seconds: 900}, channels: []}
  router: {name: Router, type: ping, target: 198.51.100.1, config: {count: 5}, channels: [], flap_detection: false}
  smtp: {name: Mail server, type: smtp, target: "mx.example.com:25", remind_every_minutes: 60, channels: []}
  socket: {name: Live feed, type: websocket, target: wss://live.example.com/feed, config: {expect: hello}, channels: []}
  website: {name: Website, type: http, target: https://www.example.com, public: true, channels: [discord]}

pages:
  acme:
    slug: alice-shop
    title: Acme status
    description: How we are doing
    timezone: Europe/Berlin
    language: de
    hidden_from_search: true
    auto_report: draft
    appearance: {accent: "#1a73e8", header_links: [{label: Shop, url: https://example.com/}], show_history: false}
    components:
      - monitor: website
        name: Shop
        show_chart: true
      - group: Behind it
        description: What the shop needs
        components:
          - monitor: api
          - group: Deeper
            components: [{manual: Warehouse, status: degraded}]
      - manual: Phone line
        description: Nine to five
        members_only: true
  internal: {slug: acme-internal, title: Internal, visibility: password, password: "\${INTERNAL_PASSWORD}", components: [{monitor: database}]}
`;

/** A value for every placeholder of the file above, and of what an export makes of it. */
export const VALUES: Record<string, string> = {
  AM_TOKEN: 'am-token-123',
  DISCORD_URL: 'https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789',
  SMTP_PASSWORD: 'smtp secret',
  NTFY_PASSWORD: 'ntfy secret',
  OPSGENIE_KEY: 'opsgenie-key-1234',
  PAGERDUTY_KEY: '0123456789abcdef0123456789abcdef',
  PUSHOVER_TOKEN: 'a'.repeat(30),
  PUSHOVER_USER: 'u'.repeat(30),
  SLACK_URL: 'https://hooks.slack.com/services/T000/B000/abcdefghijklmnop',
  TEAMS_URL: 'https://acme.webhook.office.com/webhookb2/abcdefgh-1234',
  TELEGRAM_TOKEN: '123456789:ABCdefGHIjklMNOpqrSTUvwxYZ0123456789',
  HOOK_AUTHORIZATION: 'Bearer hook-secret',
  API_KEY: 'key-secret',
  API_BEARER: 'bearer-secret',
  AUTH_BASIC: 'user:basic-secret',
  INTERNAL_PASSWORD: 'correct horse battery',
};

/** The values under the names an export gives them. */
export const EXPORTED_VALUES: Record<string, string> = {
  ALERTMANAGER_TOKEN: VALUES['AM_TOKEN'] ?? '',
  DISCORD_URL: VALUES['DISCORD_URL'] ?? '',
  MAIL_USER_PASSWORD: VALUES['SMTP_PASSWORD'] ?? '',
  NTFY_PASSWORD: VALUES['NTFY_PASSWORD'] ?? '',
  OPSGENIE_API_KEY: VALUES['OPSGENIE_KEY'] ?? '',
  PAGERDUTY_ROUTING_KEY: VALUES['PAGERDUTY_KEY'] ?? '',
  PUSHOVER_TOKEN: VALUES['PUSHOVER_TOKEN'] ?? '',
  PUSHOVER_USER: VALUES['PUSHOVER_USER'] ?? '',
  SLACK_URL: VALUES['SLACK_URL'] ?? '',
  TEAMS_URL: VALUES['TEAMS_URL'] ?? '',
  TELEGRAM_TOKEN: VALUES['TELEGRAM_TOKEN'] ?? '',
  WEBHOOK_AUTHORIZATION: VALUES['HOOK_AUTHORIZATION'] ?? '',
  API_X_API_KEY: VALUES['API_KEY'] ?? '',
  API_BEARER_TOKEN: VALUES['API_BEARER'] ?? '',
  AUTH_BASIC_AUTH: VALUES['AUTH_BASIC'] ?? '',
  INTERNAL_PASSWORD: VALUES['INTERNAL_PASSWORD'] ?? '',
};
