import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import { type Foreign, readValue } from './import-source.ts';

/** Largest database that is read, and what may come out of it, in bytes. */
export const MOST_DATABASE = 64 * 1_048_576;
const MOST_READ = 24 * 1_048_576;
const DEADLINE_MS = 20_000;
/** Databases that are read at once, whoever gave them. */
const MOST_AT_ONCE = 2;

const MAGIC = 'SQLite format 3\0';

/** Whether a file begins as SQLite databases do. */
export function isDatabase(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAGIC.length)).toString('latin1') === MAGIC
  );
}

/**
 * The program that opens a stranger's database. It is a process of its own, with nothing in its environment, so that a
 * file made to make SQLite busy for ever, or to fall over, ends it and nothing else. It reads real tables only (a view
 * or a virtual table of that name would run what its maker wrote), real columns only, and no index.
 */
const PROGRAM = `
const [driver, file] = process.argv.slice(1);
const Database = require(driver);
const db = new Database(file, { readonly: true, timeout: 2000 });
for (const one of ['trusted_schema=OFF', 'query_only=ON', 'cell_size_check=ON', 'ignore_check_constraints=ON', 'mmap_size=0'])
  db.exec('PRAGMA ' + one);
const found = db.prepare('PRAGMA quick_check(1)').all()[0];
if (Object.values(found)[0] !== 'ok') throw new Error('damaged');
const real = new Map(db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' LIMIT 2000").all().map((t) => [t.name, t.sql]));
const isReal = (name) => /^\\s*CREATE\\s+TABLE/i.test(real.get(name) || '');
const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';
let size = 0;
function rows(name, most) {
  if (!isReal(name)) return [];
  const columns = db.prepare('PRAGMA table_xinfo(' + quoted(name) + ')').all().filter((c) => c.hidden === 0).map((c) => c.name);
  if (columns.length === 0 || columns.length > 500) return [];
  const wanted = columns.map((c) => 'CASE WHEN length(' + quoted(c) + ') > 262144 THEN NULL ELSE ' + quoted(c) + ' END AS ' + quoted(c));
  const out = [];
  for (const row of db.prepare('SELECT ' + wanted.join(', ') + ' FROM ' + quoted(name) + ' NOT INDEXED LIMIT ' + most).iterate()) {
    for (const [key, value] of Object.entries(row)) {
      if (value !== null && typeof value === 'object') row[key] = null;
      if (typeof value === 'bigint') row[key] = Number(value);
      size += key.length + (typeof value === 'string' ? value.length : 8);
    }
    if (size > 16000000) throw new Error('too much');
    out.push(row);
  }
  return out;
}
const tables = {};
for (const [name, most] of Object.entries({ monitor: 2001, notification: 1000, monitor_notification: 50000, tag: 5000,
  monitor_tag: 50000, proxy: 500, status_page: 200, group: 2000, monitor_group: 20000, status_page_cname: 500,
  maintenance: 2000, incident: 2000, docker_host: 500 })) tables[name] = rows(name, most);
const history = isReal('heartbeat') ? db.prepare('SELECT count(*) AS n FROM heartbeat NOT INDEXED').get().n : 0;
process.stdout.write(JSON.stringify({ isKuma: isReal('monitor'), tables, history: Number(history) }));
`;

type Row = Record<string, unknown>;
type Tables = Record<string, Row[]>;

let reading = 0;

/** Reads the database of an Uptime Kuma 2 out of bytes. It is put into a file of its own, which is gone afterwards. */
export async function readDatabase(bytes: Uint8Array): Promise<Foreign> {
  if (bytes.byteLength > MOST_DATABASE) throw refused('This database is larger than 64 MiB.');
  return inFolder((file) => writeFileSync(file, bytes, { mode: 0o600 }));
}

/** The same of a file on this machine, which may be in use: a copy of it is read, with what its journal holds. */
export async function readDatabaseFile(path: string): Promise<Foreign> {
  if (statSync(path).size > MOST_DATABASE) {
    throw refused(
      'This database is larger than 64 MiB. Make Uptime Kuma clear its history first, under Settings, Monitor History.',
    );
  }
  return inFolder((file) => {
    copyFileSync(path, file);
    if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size <= MOST_DATABASE)
      copyFileSync(`${path}-wal`, `${file}-wal`);
  });
}

async function inFolder(fill: (file: string) => void): Promise<Foreign> {
  if (reading >= MOST_AT_ONCE)
    throw new AppError('conflict', 'Other databases are being read just now. Try again in a minute.');
  reading += 1;
  const folder = mkdtempSync(join(tmpdir(), 'statusping-import-'));
  try {
    const file = join(folder, 'kuma.db');
    fill(file);
    return readValue(backupOf(await ask(file)), 'kuma');
  } finally {
    reading -= 1;
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Answer {
  isKuma: boolean;
  tables: Tables;
  history: number;
}

async function ask(file: string): Promise<Answer> {
  const driver = createRequire(import.meta.url).resolve('libsql');
  const words = ['--max-old-space-size=256', '-e', PROGRAM, driver, file];
  const limits = { timeout: DEADLINE_MS, killSignal: 'SIGKILL', maxBuffer: MOST_READ, env: {} } as const;
  const text = await new Promise<string | null>((resolve) => {
    execFile(process.execPath, words, limits, (error, stdout) => resolve(error ? null : stdout));
  });
  if (text === null) {
    throw refused(
      'This database cannot be read: it is damaged, too full, or not of Uptime Kuma. Nothing was taken from it.',
    );
  }
  const answer = JSON.parse(text) as Answer;
  if (!answer.isKuma) throw refused('This database has no monitors of Uptime Kuma in it.');
  return answer;
}

function refused(message: string): AppError {
  return new AppError('invalid', message, { fields: [{ field: 'content', message }] });
}

/** Names that the backup of version 1 spells in another way than the tables. */
const NAMES: Record<string, string> = {
  retry_interval: 'retryInterval',
  resend_interval: 'resendInterval',
  expiry_notification: 'expiryNotification',
  ignore_tls: 'ignoreTls',
  upside_down: 'upsideDown',
  invert_keyword: 'invertKeyword',
  packet_size: 'packetSize',
  push_token: 'pushToken',
  auth_method: 'authMethod',
  http_body_encoding: 'httpBodyEncoding',
  json_path: 'jsonPath',
  json_path_operator: 'jsonPathOperator',
  expected_value: 'expectedValue',
  proxy_id: 'proxyId',
  tls_ca: 'tlsCa',
  tls_cert: 'tlsCert',
  tls_key: 'tlsKey',
  cache_bust: 'cacheBust',
  ip_family: 'ipFamily',
  smtp_security: 'smtpSecurity',
  ws_subprotocol: 'wsSubprotocol',
  ws_ignore_sec_websocket_accept_header: 'wsIgnoreSecWebsocketAcceptHeader',
  gamedig_given_port_only: 'gamedigGivenPortOnly',
  kafka_producer_sasl_options: 'kafkaProducerSaslOptions',
  rabbitmq_nodes: 'rabbitmqNodes',
  snmp_version: 'snmpVersion',
};

/** Tables in the shape of a backup, so that there is one reader for both. */
function backupOf({ tables, history }: Answer): unknown {
  const of = (name: string): Row[] => tables[name] ?? [];
  const by = (name: string, field: string, id: unknown): Row[] => of(name).filter((row) => row[field] === id);
  const [told, tagged] = [grouped(of('monitor_notification')), grouped(of('monitor_tag'))];
  const tags = new Map(of('tag').map((row) => [row['id'], row]));
  return {
    notificationList: of('notification'),
    proxyList: of('proxy'),
    history,
    monitorList: of('monitor').map((row) => ({
      ...renamed(row),
      notificationIDList: Object.fromEntries(
        (told.get(row['id']) ?? []).map((one) => [String(one['notification_id']), true]),
      ),
      tags: (tagged.get(row['id']) ?? []).map((one) => ({ ...tags.get(one['tag_id']), value: one['value'] })),
    })),
    statusPageList: of('status_page').map((row) => ({
      ...row,
      domains: by('status_page_cname', 'status_page_id', row['id']).map((one) => one['domain']),
      groups: byWeight(by('group', 'status_page_id', row['id'])).map((group) => ({
        ...group,
        monitors: byWeight(by('monitor_group', 'group_id', group['id'])),
      })),
    })),
    maintenanceList: of('maintenance'),
    incidentList: of('incident'),
    dockerHostList: of('docker_host'),
  };
}

/** Lists that are JSON in a column, and numbers that are truth values. */
function renamed(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]): [string, unknown] => {
    const own = NAMES[name] ?? name;
    const list = typeof value === 'string' && (own === 'conditions' || own === 'rabbitmqNodes') && value === '[]';
    return [own, list ? [] : value];
  });
  return Object.fromEntries(entries);
}

function grouped(rows: readonly Row[]): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) {
    const group = groups.get(row['monitor_id']);
    if (group) group.push(row);
    else groups.set(row['monitor_id'], [row]);
  }
  return groups;
}

function byWeight(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => Number(a['weight'] ?? 0) - Number(b['weight'] ?? 0));
}
