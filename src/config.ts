import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PLANS, type Plan } from './core/plan.ts';
import { parseWitness, type Witness } from './core/witness.ts';

export interface Config {
  webPort: number;
  dataPath: string;
  baseUrl: string;
  secretKey: string;
  databaseUrl: string;
  smtp: { host: string; port: number; username: string; password: string; from: string; tls: boolean };
  /** The installation's own bot, and where Telegram's Bot API is. */
  telegram: { botToken: string; apiUrl: string };
  defaultPlan: Plan;
  defaultIntervalSeconds: number;
  defaultTimeoutSeconds: number;
  failureThreshold: number;
  allowPrivateTargets: boolean;
  trustedProxies: BlockList;
  signups: 'open' | 'invite' | 'closed';
  /** Asked before a mass failure is believed; null for our own choice, empty for none. */
  witnesses: readonly Witness[] | null;
  /** Called while the scheduler is well, or null. */
  heartbeatUrl: string | null;
  /** Where IANA's list of domain registries is read. */
  rdapBootstrapUrl: string;
  logLevel: string;
  debug: boolean;
}

/** The folder of the program, with views, public and drizzle in it: the same from `src/` and from the bundle in `dist/`. */
export const ROOT = programRoot(import.meta.dirname);
export const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

function programRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  return from === dirname(from) ? fail('package.json is missing from the program folder') : programRoot(dirname(from));
}

/** A start that cannot go on: one line for the operator, exit code 1. */
export class ConfigError extends Error {}

interface Option {
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
  { name: 'LOG_LEVEL', default: 'info', sentence: 'debug, info, warn or error.', example: 'info' },
  {
    name: 'DEBUG',
    default: 'false',
    sentence: 'true logs at debug level; nothing insecure is turned on.',
    example: 'false',
  },
];

/** Reads and checks the environment. Throws `ConfigError` with the variable, its fault and an example. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const read = reader(env);
  const webPort = read('WEB_PORT', (v) => whole(v, 0, 65_535));
  const dataPath = resolve(read('DATA_PATH', text));
  const baseUrl = read('BASE_URL', (v) => origin(v || `http://localhost:${webPort}`));
  const debug = read('DEBUG', yesNo);
  prepareFolder(dataPath);
  return {
    webPort,
    dataPath,
    baseUrl,
    secretKey: secretKey(read('SECRET_KEY', text0), baseUrl, dataPath),
    databaseUrl: read('DATABASE_URL', (v) => databaseUrl(v, dataPath)),
    smtp: {
      host: read('SMTP_HOST', text),
      port: read('SMTP_PORT', (v) => whole(v, 1, 65_535)),
      username: read('SMTP_USERNAME', text0),
      password: read('SMTP_PASSWORD', text0),
      from: read('SMTP_FROM_EMAIL', address),
      tls: read('SMTP_USE_TLS', yesNo),
    },
    telegram: { botToken: read('TELEGRAM_BOT_TOKEN', text0), apiUrl: read('TELEGRAM_API_URL', origin) },
    defaultPlan: read('DEFAULT_PLAN', (v) => oneOf(v, PLANS)),
    defaultIntervalSeconds: read('DEFAULT_CHECK_INTERVAL', (v) => whole(v, 30, 3_600)),
    defaultTimeoutSeconds: read('DEFAULT_TIMEOUT', (v) => whole(v, 5, 120)),
    failureThreshold: read('CONSECUTIVE_FAILURES_THRESHOLD', (v) => whole(v, 1, 20)),
    allowPrivateTargets: read('ALLOW_PRIVATE_TARGETS', yesNo),
    trustedProxies: read('TRUSTED_PROXIES', proxies),
    signups: read('SIGNUPS', (v) => oneOf(v, ['open', 'invite', 'closed'] as const)),
    witnesses: read('WITNESS_TARGETS', witnesses),
    heartbeatUrl: read('HEARTBEAT_URL', (v) => (v === '' ? null : webAddress(v))),
    rdapBootstrapUrl: read('RDAP_BOOTSTRAP_URL', webAddress),
    logLevel: debug ? 'debug' : read('LOG_LEVEL', (v) => oneOf(v, ['debug', 'info', 'warn', 'error'] as const)),
    debug,
  };
}

/** The effective settings as lines of `NAME=value`, secrets masked. */
export function describeConfig(env: NodeJS.ProcessEnv): string[] {
  return OPTIONS.map(({ name, default: preset, secret }) => {
    const value = rawValue(env, name) ?? preset;
    return `${name}=${secret && value !== '' ? '********' : value}`;
  });
}

type Read = <T>(name: string, parse: (value: string) => T) => T;

function reader(env: NodeJS.ProcessEnv): Read {
  return (name, parse) => {
    const option = OPTIONS.find((o) => o.name === name);
    if (!option) throw new Error(`config option ${name} is not in the table`);
    try {
      return parse(rawValue(env, name) ?? option.default);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const fault = error instanceof Error ? error.message : String(error);
      throw new ConfigError(`${name}: ${fault}. Example: ${name}=${option.example}`);
    }
  };
}

function rawValue(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  const value = env[name];
  if (file && OPTIONS.find((o) => o.name === name)?.secret) {
    if (!existsSync(file))
      throw new ConfigError(
        `${name}_FILE: there is no file ${file}. Example: ${name}_FILE=/run/secrets/${name.toLowerCase()}`,
      );
    return readFileSync(file, 'utf8').trim();
  }
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function fail(message: string): never {
  throw new Error(message);
}

const text0 = (v: string): string => v;
const text = (v: string): string => v || fail('must not be empty');

function whole(v: string, min: number, max: number): number {
  if (!/^\d{1,9}$/.test(v) || Number(v) < min || Number(v) > max)
    fail(`"${v}" is not a whole number from ${min} to ${max}`);
  return Number(v);
}

function yesNo(v: string): boolean {
  if (/^(true|1|yes|on)$/i.test(v)) return true;
  return /^(false|0|no|off)$/i.test(v) ? false : fail(`"${v}" is neither true nor false`);
}

function oneOf<const T extends string>(v: string, values: readonly T[]): T {
  return values.find((value) => value === v.toLowerCase()) ?? fail(`"${v}" is not one of ${values.join(', ')}`);
}

function origin(v: string): string {
  const url = URL.canParse(v) ? new URL(v) : fail(`"${v}" is not a URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fail(`"${v}" must start with http:// or https://`);
  if (url.pathname !== '/' || url.search || url.hash || url.username) fail(`"${v}" must be scheme, host and port only`);
  return url.origin;
}

function webAddress(v: string): string {
  return /^https?:\/\//i.test(v) && URL.canParse(v) ? new URL(v).href : fail(`"${v}" is not an http or https URL`);
}

function witnesses(v: string): Witness[] | null {
  if (v === '') return null;
  if (v.toLowerCase() === 'none') return [];
  return v
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => parseWitness(item) ?? fail(`"${item}" is neither host:port nor a URL`));
}

function address(v: string): string {
  return /^[^\s@<>,;"\u0000-\u001f]+@[^\s@<>,;"\u0000-\u001f]+$/.test(v) ? v : fail(`"${v}" is not an e-mail address`);
}

function databaseUrl(v: string, dataPath: string): string {
  if (v === '') return pathToFileURL(join(dataPath, 'statusping.db')).href;
  if (/:memory:|[?&]mode=/.test(v)) fail('must be a file, because two connections share it');
  const spelled = v.match(/^sqlite(?:\+aiosqlite)?:\/\/\/(.+)$/);
  if (spelled) return pathToFileURL(resolve(spelled[1] ?? '')).href;
  if (/^file:\/\/./.test(v)) return URL.canParse(v) ? new URL(v).href : fail('is not a file URL');
  if (/^file:./.test(v)) return pathToFileURL(resolve(v.slice('file:'.length))).href;
  if (/^(libsql|https?|wss?):\/\/./.test(v)) return v;
  return fail('must start with file:, sqlite:///, libsql://, http:// or https://');
}

function proxies(v: string): BlockList {
  const list = new BlockList();
  for (const item of v
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean)) {
    const [ip = '', bits] = item.split('/');
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (!isIP(ip)) fail(`"${item}" is not an address or CIDR`);
    if (bits === undefined) list.addAddress(ip, family);
    else list.addSubnet(ip, whole(bits, 0, family === 'ipv6' ? 128 : 32), family);
  }
  return list;
}

/** Makes a folder and those above it, one by one: the recursive call of Node never returns under `/proc`. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function prepareFolder(path: string): void {
  try {
    makeFolder(path);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch {
    throw new ConfigError(`DATA_PATH: the folder ${path} cannot be written. Example: DATA_PATH=/data`);
  }
}

const KEY_EXAMPLE = 'Example: SECRET_KEY=$(openssl rand -hex 32)';
/** What the sample file and common tutorials carry: never good enough on the internet. */
const SAMPLES = /change|secret|sample|example|your|password|^(.)\1+$/i;

/** R-AU-5: a given key must be long and not a sample unless this is a local try-out; without one it is made once. */
function secretKey(given: string, baseUrl: string, dataPath: string): string {
  if (given !== '') {
    const weak = given.length < 32 || SAMPLES.test(given);
    if (weak && !isLocal(baseUrl)) {
      throw new ConfigError(
        `SECRET_KEY: a sample or shorter than 32 characters, and BASE_URL is not localhost. ${KEY_EXAMPLE}`,
      );
    }
    return given;
  }
  return keptKey(join(dataPath, 'secret.key'));
}

/** The key that was made for this installation; it appears under its name when it is whole. */
function keptKey(file: string): string {
  try {
    if (!existsSync(file)) {
      const half = `${file}.${process.pid}`;
      writeFileSync(half, randomBytes(32).toString('hex'), { mode: 0o600 });
      renameSync(half, file);
    }
    chmodSync(file, 0o600);
    const key = readFileSync(file, 'utf8').trim();
    if (key.length >= 32) return key;
  } catch {
    throw new ConfigError(`SECRET_KEY: the file ${file} cannot be made or read. ${KEY_EXAMPLE}`);
  }
  throw new ConfigError(`SECRET_KEY: the file ${file} holds no key; delete it to have one made. ${KEY_EXAMPLE}`);
}

/** Whether people open this installation on their own machine only. */
export function isLocal(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
