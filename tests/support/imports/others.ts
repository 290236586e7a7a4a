/** An answer of UptimeRobot's `getMonitors`, API v2, by its documented fields. */
export const UPTIMEROBOT_V2 = {
  stat: 'ok',
  pagination: { offset: 0, limit: 50, total: 5 },
  monitors: [
    {
      id: 777749809,
      friendly_name: 'Shop',
      url: 'https://shop.example.com/',
      type: 2,
      sub_type: '',
      keyword_type: 2,
      keyword_case_type: 1,
      keyword_value: 'basket',
      http_username: 'monitor',
      http_password: 'robot secret',
      http_auth_type: 1,
      http_method: 2,
      custom_http_headers: { 'X-Team': 'ops' },
      custom_http_statuses: '404:1_301:0',
      port: '',
      interval: 60,
      timeout: 30,
      status: 2,
      create_datetime: 1462565497,
      ssl: { brand: 'GoGetSSL', product: null, expires: 1, ignore_errors: 0, disable_domain_expire_notifications: 1 },
      alert_contacts: [{ id: '0993765', type: 2, value: 'ops@example.org', threshold: 0, recurrence: 30 }],
      mwindows: [{ id: 1, friendly_name: 'Sunday' }],
    },
    {
      id: 2,
      friendly_name: 'Error page',
      url: 'https://example.com/',
      type: 2,
      keyword_type: 1,
      keyword_value: 'Fatal error',
      interval: 300,
      status: 0,
      http_method: 1,
    },
    { id: 3, friendly_name: 'Gateway', url: 'gw.example.com', type: 3, interval: 300, status: 9 },
    { id: 4, friendly_name: 'Mail', url: 'mail.example.com', type: 4, sub_type: 4, interval: 300, status: 2 },
    {
      id: 5,
      friendly_name: 'Backup',
      url: 'https://heartbeat.uptimerobot.com/m5-abc',
      type: 5,
      interval: 172800,
      status: 2,
    },
    { id: 6, friendly_name: 'From the future', url: 'x', type: 42, status: 2 },
  ],
};

/** The list of monitors of UptimeRobot's API v3. */
export const UPTIMEROBOT_V3 = {
  nextLink: 'https://api.uptimerobot.com/v3/monitors?cursor=2',
  data: [
    {
      id: 9,
      friendlyName: 'API',
      url: 'https://api.example.com/',
      type: 'HTTP',
      interval: 300,
      timeout: 30,
      status: 'PAUSED',
      httpMethodType: 'POST',
      authType: 'BEARER',
      httpUsername: '',
      httpPassword: 'v3-secret',
      customHttpHeaders: { Accept: 'text/plain' },
      successHttpResponseCodes: ['2xx', '404'],
      followRedirections: false,
      checkSSLErrors: false,
      sslExpirationReminder: true,
      responseTimeThreshold: 900,
      postValueType: 'RAW_JSON',
      postValueData: { a: 1 },
      tags: [{ id: 1, name: 'api' }],
      assignedAlertContacts: [{ alertContactId: 5 }],
      regionalData: { REGION: ['na'] },
    },
  ],
};

/** A file of Gatus by its documented fields. */
export const GATUS = `
alerting:
  slack:
    webhook-url: "\${SLACK_WEBHOOK}"
    default-alert:
      enabled: true
      failure-threshold: 5
      send-on-resolved: true
  discord:
    webhook-url: https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789
    overrides:
      - group: core
        webhook-url: https://discord.com/api/webhooks/1/other
  gotify:
    server-url: https://gotify.example.com
    token: t
storage:
  type: sqlite
endpoints:
  - name: frontend
    group: core
    url: https://example.org/health
    interval: 1m30s
    method: POST
    headers:
      X-Api-Key: $API_KEY
      X-Price: $$5
    body: '{"a": 1}'
    client:
      insecure: true
      ignore-redirect: true
      timeout: 8s
      dns-resolver: tcp://8.8.8.8:53
    conditions:
      - "[STATUS] == any(200, 204)"
      - "[RESPONSE_TIME] < 500"
      - "[BODY].status == UP"
      - "[BODY].items[0].id > 5"
      - "[BODY].name == pat(john*)"
      - "len([BODY].users) > 2"
      - "has([BODY].errors) == false"
      - "[BODY] == pat(*Welcome*)"
      - "[CERTIFICATE_EXPIRATION] > 48h"
      - "[DOMAIN_EXPIRATION] > 720h"
      - "[IP] == 127.0.0.1"
    alerts:
      - type: slack
        description: the frontend is down
      - type: discord
        enabled: false
      - type: gotify
    ui:
      hide-url: true
  - name: off
    enabled: false
    url: icmp://example.org
    conditions: ["[CONNECTED] == true"]
  - name: mail-exchanger
    url: 8.8.8.8
    dns: {query-name: example.org, query-type: MX}
    conditions: ["[DNS_RCODE] == NOERROR", "[BODY] == 10 mx.example.org."]
  - name: cert
    url: tls://example.org:993
    conditions: ["[CONNECTED] == true", "[CERTIFICATE_EXPIRATION] > 168h"]
  - name: shell
    url: ssh://example.org:22
    conditions: ["[CONNECTED] == true"]
external-endpoints:
  - name: nightly
    group: jobs
    token: potato
    heartbeat: {interval: 30m}
    alerts: [{type: discord, send-on-resolved: true}]
`;

/** An answer of the management API of Healthchecks, version 3. */
export const HEALTHCHECKS = {
  checks: [
    {
      name: 'Filesystem Backup',
      slug: 'backup-fs',
      tags: 'backup fs',
      desc: 'Runs incremental backup every hour',
      grace: 600,
      n_pings: 1,
      status: 'up',
      started: false,
      last_ping: '2024-01-01T00:00:00+00:00',
      next_ping: null,
      manual_resume: true,
      methods: 'POST',
      subject: '',
      subject_fail: '',
      start_kw: 'START',
      success_kw: '',
      failure_kw: '',
      filter_subject: true,
      filter_body: false,
      badge_url: 'https://hc.example/b',
      uuid: '31365bce-8da9-4729-8ff3-aaa71d56b712',
      ping_url: 'https://hc-ping.com/31365bce-8da9-4729-8ff3-aaa71d56b712',
      update_url: 'u',
      pause_url: 'p',
      resume_url: 'r',
      channels: '1bdea468-03bf-47b8-ab27-29a9dd0e4b94,51c6eb2b-2ae1-456b-99fe-6f1e0a36cd3c',
      timeout: 3600,
    },
    {
      name: 'Database Backup',
      slug: 'backup-db',
      tags: 'production',
      desc: '',
      grace: 1200,
      status: 'paused',
      uuid: '803f680d-e89b-492b-82ef-2be7b774a92d',
      channels: '',
      schedule: '15 5 * * *',
      tz: 'Europe/Riga',
    },
    {
      name: 'Weekly',
      tags: '',
      desc: '',
      grace: 3600,
      status: 'new',
      unique_key: 'a6c7b0a8a66bed0df66abfdab3c77736861703ee',
      timeout: 604800,
      channels: '',
    },
  ],
};
