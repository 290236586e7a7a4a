export interface Option {
  name: string;
  default: string;
  /** What it is for, as `config show` and the README say it. */
  sentence: string;
  example: string;
  secret?: boolean;
}

/** Every environment variable the product reads. Each secret may also come from the file named by `NAME_FILE`. */
export const OPTIONS: readonly Option[] = [
  { name: 'WEB_PORT', default: '8000', sentence: 'Port of the web server; 0 takes a free one.', example: '8000' },
  {
    name: 'DATA_PATH',
    default: './data',
    sentence: 'Folder of the database, its copies and the made secret.',
    example: '/data',
  },
  {
    name: 'BASE_URL',
    default: '',
    sentence: 'Address people open; links in mails and feeds start with it. Default http://localhost:WEB_PORT.',
    example: 'https://status.example.com',
  },
  {
    name: 'SECRET_KEY',
    default: '',
    sentence: 'At least 32 random characters; signs sessions. Made and kept under DATA_PATH when empty.',
    example: '$(openssl rand -hex 32)',
    secret: true,
  },
  {
    name: 'DATABASE_URL',
    default: '',
    sentence: 'Database: a file, or a libSQL server. Default a file under DATA_PATH.',
    example: 'file:/data/statusping.db',
    secret: true,
  },
  { name: 'SMTP_HOST', default: 'localhost', sentence: 'Mail server.', example: 'smtp.gmail.com' },
  { name: 'SMTP_PORT', default: '587', sentence: 'Its port; 465 means TLS from the first byte.', example: '587' },
  {
    name: 'SMTP_USERNAME',
    default: '',
    sentence: 'Log-in at the mail server; empty means none.',
    example: 'alerts@example.com',
  },
  {
    name: 'SMTP_PASSWORD',
    default: '',
    sentence: 'Password, or app password, at the mail server.',
    example: 'an app password',
    secret: true,
  },
  {
    name: 'SMTP_FROM_EMAIL',
    default: 'alerts@statusping.app',
    sentence: 'Sender of every mail.',
    example: 'alerts@example.com',
  },
  { name: 'SMTP_USE_TLS', default: 'true', sentence: 'Require STARTTLS (or TLS on port 465).', example: 'true' },
  {
    name: 'TELEGRAM_BOT_TOKEN',
    default: '',
    sentence: 'Token of a bot that all accounts may use; without it each Telegram channel needs a bot of its own.',
    example: '123456:ABC-DEF',
    secret: true,
  },
  {
    name: 'TELEGRAM_API_URL',
    default: 'https://api.telegram.org',
    sentence: 'Telegram Bot API, or a server of your own that speaks it.',
    example: 'https://api.telegram.org',
  },
  {
    name: 'DEFAULT_PLAN',
    default: 'free',
    sentence: 'Plan of new accounts; self-hosters set business.',
    example: 'business',
  },
  {
    name: 'DEFAULT_CHECK_INTERVAL',
    default: '300',
    sentence: 'Interval preset of the monitor form, seconds.',
    example: '300',
  },
  { name: 'DEFAULT_TIMEOUT', default: '30', sentence: 'Timeout preset of the monitor form, seconds.', example: '30' },
  {
    name: 'CONSECUTIVE_FAILURES_THRESHOLD',
    default: '3',
    sentence: 'Preset of how many failed checks in a row open an incident.',
    example: '3',
  },
  {
    name: 'ALLOW_PRIVATE_TARGETS',
    default: 'false',
    sentence: 'Let checks reach private and loopback addresses; metadata addresses stay refused.',
    example: 'true',
  },
  {
    name: 'TRUSTED_PROXIES',
    default: '',
    sentence: 'Addresses or CIDRs whose X-Forwarded-* headers count, comma-separated.',
    example: '127.0.0.1,10.0.0.0/8',
  },
  { name: 'SIGNUPS', default: 'open', sentence: 'Who may sign up: open, invite or closed.', example: 'closed' },
  {
    name: 'WITNESS_TARGETS',
    default: '',
    sentence:
      'Asked before a mass failure is believed: host:port or URLs, comma-separated; none asks nobody. Default three public resolvers, if they can be reached.',
    example: '192.168.1.1:53,https://example.com/',
  },
  {
    name: 'HEARTBEAT_URL',
    default: '',
    sentence: 'Called every 60 s while checks are started in time, so that another service notices when they are not.',
    example: 'https://hc-ping.com/your-uuid',
    secret: true,
  },
  {
    name: 'RDAP_BOOTSTRAP_URL',
    default: 'https://data.iana.org/rdap/dns.json',
    sentence: 'List of domain registries, read once a day when a domain is watched.',
    example: 'https://data.iana.org/rdap/dns.json',
  },
  {
    name: 'ACCESS_TOKEN_EXPIRE_MINUTES',
    default: '30',
    sentence: 'Life of an access token of the API, minutes.',
    example: '30',
  },
  {
    name: 'REFRESH_TOKEN_EXPIRE_DAYS',
    default: '7',
    sentence: 'How long a refresh token lives that nobody uses, days.',
    example: '7',
  },
  {
    name: 'ALGORITHM',
    default: 'HS256',
    sentence: 'Signature of log-in tokens: HS256 and no other.',
    example: 'HS256',
  },
  {
    name: 'CORS_ORIGINS',
    default: '',
    sentence: 'Origins whose scripts may call the API with a token, comma-separated; none by default.',
    example: 'https://intranet.example.com',
  },
  {
    name: 'OIDC_ISSUER',
    default: '',
    sentence: 'Identity provider people may sign in with (OpenID Connect); none by default.',
    example: 'https://login.example.com/realms/main',
  },
  { name: 'OIDC_CLIENT_ID', default: '', sentence: 'Our name at that provider.', example: 'statusping' },
  {
    name: 'OIDC_CLIENT_SECRET',
    default: '',
    sentence: 'Our secret at that provider; empty for a public client.',
    example: 'a secret from the provider',
    secret: true,
  },
  {
    name: 'OIDC_NAME',
    default: 'your organisation',
    sentence: 'What the log-in button calls that provider.',
    example: 'Example Ltd',
  },
  {
    name: 'STRIPE_SECRET_KEY',
    default: '',
    sentence: 'Key of a Stripe account that sells the plans; without it the operator sets plans.',
    example: 'sk_live_…',
    secret: true,
  },
  {
    name: 'STRIPE_WEBHOOK_SECRET',
    default: '',
    sentence: 'Signs what Stripe tells us at /billing/stripe; needed with STRIPE_SECRET_KEY.',
    example: 'whsec_…',
    secret: true,
  },
  { name: 'STRIPE_PRICE_PRO', default: '', sentence: 'Id of the Stripe price of the plan Pro.', example: 'price_…' },
  {
    name: 'STRIPE_PRICE_BUSINESS',
    default: '',
    sentence: 'Id of the Stripe price of the plan Business.',
    example: 'price_…',
  },
  {
    name: 'STRIPE_API_URL',
    default: 'https://api.stripe.com',
    sentence: 'Stripe, or a server that speaks its API.',
    example: 'https://api.stripe.com',
  },
  {
    name: 'METRICS_TOKEN',
    default: '',
    sentence: 'Bearer token (or password) that opens /metrics; without it only this machine may read them.',
    example: '$(openssl rand -hex 16)',
    secret: true,
  },
  {
    name: 'DEMO',
    default: 'false',
    sentence: 'true makes a demo account with sample data that every visitor may look at, and nobody can change.',
    example: 'false',
  },
  {
    name: 'BACKUP_EVERY_HOURS',
    default: '24',
    sentence: 'How often the database is copied into DATA_PATH/backups; 0 never. Not for a libSQL server.',
    example: '24',
  },
  { name: 'BACKUP_KEEP', default: '3', sentence: 'How many of those copies are kept.', example: '7' },
  { name: 'LOG_LEVEL', default: 'info', sentence: 'debug, info, warn or error.', example: 'info' },
  {
    name: 'DEBUG',
    default: 'false',
    sentence: 'true logs at debug level; nothing insecure is turned on.',
    example: 'false',
  },
];
