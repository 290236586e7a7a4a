import { AppError } from '../core/errors.ts';
import { type Foreign, readValue } from './import-source.ts';

type Row = Record<string, unknown>;

/** What the program that opens a stranger's database writes. */
interface Answer {
  isKuma: boolean;
  tables: Record<string, Row[]>;
  history: number;
}

/** Reads the tables of an Uptime Kuma 2 as `tablesOf` took them out of a database. Throws `AppError` `invalid`. */
export function readTables(text: string): Foreign {
  const answer = JSON.parse(text) as Answer;
  if (!answer.isKuma) {
    const message = 'This database has no monitors of Uptime Kuma in it.';
    throw new AppError('invalid', message, { fields: [{ field: 'content', message }] });
  }
  return readValue(backupOf(answer), 'kuma');
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
