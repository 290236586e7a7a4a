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
import {
  address,
  fail,
  oneOf,
  origin,
  origins,
  text,
  webAddress,
  whole,
  witnesses,
  yesNo,
} from './core/option-value.ts';
import { PLANS, type Plan } from './core/plan.ts';
import { DAY, HOUR, MINUTE } from './core/time.ts';
import type { Witness } from './core/witness.ts';
import { OPTIONS } from './options.ts';

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
  /** Lives of the API's tokens. */
  accessTokenMs: number;
  refreshTokenMs: number;
  /** Origins whose scripts may call the API with a token. */
  corsOrigins: readonly string[];
  /** The one provider people may sign in with, or null. */
  oidc: { issuer: string; clientId: string; clientSecret: string; name: string } | null;
  /** What sells the plans, or null: then the operator sets them. */
  stripe: {
    secretKey: string;
    webhookSecret: string;
    prices: { pro: string; business: string };
    apiUrl: string;
  } | null;
  /** Opens `/metrics` from elsewhere; empty when nothing does. */
  metricsToken: string;
  demo: boolean;
  /** `everyMs` is 0 for never. */
  backup: { everyMs: number; keep: number };
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
    secretKey: secretKey(read('SECRET_KEY', asIs), baseUrl, dataPath),
    databaseUrl: read('DATABASE_URL', (v) => databaseUrl(v, dataPath)),
    smtp: {
      host: read('SMTP_HOST', text),
      port: read('SMTP_PORT', (v) => whole(v, 1, 65_535)),
      username: read('SMTP_USERNAME', asIs),
      password: read('SMTP_PASSWORD', asIs),
      from: read('SMTP_FROM_EMAIL', address),
      tls: read('SMTP_USE_TLS', yesNo),
    },
    telegram: { botToken: read('TELEGRAM_BOT_TOKEN', asIs), apiUrl: read('TELEGRAM_API_URL', origin) },
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
    ...tokenLives(read),
    corsOrigins: read('CORS_ORIGINS', origins),
    oidc: oidc(read),
    stripe: stripe(read),
    metricsToken: read('METRICS_TOKEN', asIs),
    demo: read('DEMO', yesNo),
    backup: {
      everyMs: read('BACKUP_EVERY_HOURS', (v) => whole(v, 0, 8_760)) * HOUR,
      keep: read('BACKUP_KEEP', (v) => whole(v, 1, 1_000)),
    },
    logLevel: debug ? 'debug' : read('LOG_LEVEL', (v) => oneOf(v, ['debug', 'info', 'warn', 'error'] as const)),
    debug,
  };
}

function tokenLives(read: Read): Pick<Config, 'accessTokenMs' | 'refreshTokenMs'> {
  // A token whose header could choose how it is verified has opened many a product: there is nothing to choose.
  read('ALGORITHM', (v) => (v === 'HS256' ? v : fail(`"${v}" is not HS256, and log-in tokens have no other`)));
  return {
    accessTokenMs: read('ACCESS_TOKEN_EXPIRE_MINUTES', (v) => whole(v, 1, 1_440)) * MINUTE,
    refreshTokenMs: read('REFRESH_TOKEN_EXPIRE_DAYS', (v) => whole(v, 1, 365)) * DAY,
  };
}

function oidc(read: Read): Config['oidc'] {
  const issuer = read('OIDC_ISSUER', (v) => (v === '' ? null : safeAddress(v)));
  const [clientSecret, name] = [read('OIDC_CLIENT_SECRET', asIs), read('OIDC_NAME', text)];
  if (issuer === null) return null;
  return { issuer, clientSecret, name, clientId: read('OIDC_CLIENT_ID', (v) => v || fail('OIDC_ISSUER needs it')) };
}

function stripe(read: Read): Config['stripe'] {
  const secretKey = read('STRIPE_SECRET_KEY', asIs);
  const needed = (v: string) => (secretKey === '' ? v : v || fail('STRIPE_SECRET_KEY needs it'));
  const webhookSecret = read('STRIPE_WEBHOOK_SECRET', needed);
  const prices = { pro: read('STRIPE_PRICE_PRO', needed), business: read('STRIPE_PRICE_BUSINESS', needed) };
  const apiUrl = read('STRIPE_API_URL', origin);
  return secretKey === '' ? null : { secretKey, webhookSecret, prices, apiUrl };
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

const asIs = (v: string): string => v;

/** Over plain http only what never leaves this machine. */
function safeAddress(v: string): string {
  const href = webAddress(v);
  return href.startsWith('https:') || isLocal(href) ? href : fail(`"${v}" must start with https://`);
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
