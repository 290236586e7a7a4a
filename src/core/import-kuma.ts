import { Draft, innerJson, isObject, lookUp, NotReadable, says, scalarText, textMap } from './import-draft.ts';
import { kumaChannel } from './import-kuma-channels.ts';
import { kumaPages } from './import-kuma-pages.ts';
import { heartbeatTimes, hostPort, nameOf, Sheet, tagsOf } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

/** What a monitor of Uptime Kuma is when nobody set anything: values of its form, and of its table's columns. */
const PRESETS: Record<string, unknown> = {
  weight: 2_000,
  maxredirects: 10,
  packetSize: 56,
  httpBodyEncoding: 'json',
  dns_resolve_type: 'A',
  dns_resolve_server: '1.1.1.1',
  port: 53,
  method: 'GET',
  gamedigGivenPortOnly: true,
  includeSensitiveData: true,
  grpcServiceName: null,
  jsonPath: '$',
  jsonPathOperator: '==',
  kafkaProducerSaslOptions: { mechanism: 'None' },
  snmpVersion: '2c',
  oauth_auth_method: 'client_secret_basic',
  ping_count: 1,
  ping_numeric: true,
  ping_per_request_timeout: 2,
  smtpSecurity: 'nostarttls',
  conditions: [],
  accepted_statuscodes: ['200-299'],
  accepted_statuscodes_json: '["200-299"]',
  expiryNotification: 1,
  rabbitmqNodes: [],
  ipFamily: null,
  cacheBust: false,
  timeout: 48,
};

/** Fields that hold no settings, or follow from others. */
const DERIVED = ['id', 'user_id', 'userId', 'pathName', 'path', 'childrenIDs', 'created_date', 'dns_last_result'];
const DERIVED_TOO = ['maintenance', 'includeSensitiveData', 'forceInactive'];

/** What a body is, by the word for it. */
const BODIES: Record<string, string> = {
  json: 'application/json',
  xml: 'text/xml; charset=utf-8',
  form: 'application/x-www-form-urlencoded',
};

const NO_CHECK = 'StatusPing has no check of this kind.';
const NO_CHECKS: Record<string, string> = {
  docker: 'Containers are not looked at; watch what they serve.',
  'grpc-keyword': 'gRPC servers are asked for their health, not by a method and a keyword. Add one of kind grpc.',
  'real-browser': 'Pages are fetched, not opened in a browser. Add one of kind http.',
  manual: 'What is set by hand is a line of a status page here.',
};

/** What the kinds of check here are made of: the entry, without what all monitors share. */
type Made = Pick<Entry, 'type'> & { target?: string; config?: Entry; interval?: number; failure_threshold?: number };

/** Reads a backup of Uptime Kuma 1, or the tables of version 2 in the same shape. Throws `NotReadable` or `TooMany`. */
export function readKuma(value: unknown): Draft {
  const draft = new Draft();
  const file = new Sheet('the backup', value, draft.losses);
  const given = file.take('monitorList');
  // An export of one monitor, and some tools, write objects by id instead of lists.
  const monitors = isObject(given) ? Object.values(given) : given;
  if (!Array.isArray(monitors)) throw new NotReadable('This backup has no list of monitors ("monitorList").');
  const notifications = file.take('notificationList');
  const channels = kumaChannels(notifications, draft);
  if (says(notifications) && typeof notifications !== 'object') file.lose('notificationList', 'It is not a list.');
  for (const proxy of file.list('proxyList')) {
    const sheet = new Sheet('proxies', proxy, draft.losses);
    sheet.lose(
      `${sheet.text('protocol') ?? 'proxy'} ${hostPort(sheet.text('host'), sheet.number('port'))}`,
      'Checks go out directly here.',
    );
  }
  const read = monitors.map((one) => readMonitor(one, draft, channels));
  const keys = new Map(read.flatMap(({ id, key }) => (key === null || id === null ? [] : [[id, key] as const])));
  fillGroups(draft, read, keys);
  kumaPages(file, draft, keys);
  file.skip('version');
  file.close();
  return draft;
}

/** Makes the channels, and returns their keys by the ids that monitors name them by. */
function kumaChannels(given: unknown, draft: Draft): Map<string, string> {
  const all = isObject(given) ? Object.values(given) : Array.isArray(given) ? (given as unknown[]) : [];
  const keys = new Map<string, string>();
  for (const one of all) {
    const entry = kumaChannel(one, draft.losses);
    const id = isObject(one) ? scalarText(one['id']) : null;
    if (entry === null) continue;
    const key = draft.add('channels', entry);
    if (id !== null) keys.set(id, key);
  }
  return keys;
}

interface Read {
  id: string | null;
  /** Null when the monitor is not made. */
  key: string | null;
  parent: string | null;
  sheet: Sheet;
  group: boolean;
}

function readMonitor(value: unknown, draft: Draft, channels: ReadonlyMap<string, string>): Read {
  const given = isObject(value) ? scalarText(value['name']) : null;
  const type = (isObject(value) ? scalarText(value['type']) : null) ?? '';
  const sheet = new Sheet(`monitor "${given ?? '(no name)'}"`, value, draft.losses);
  sheet.skip('name', 'type');
  const id = scalarText(sheet.take('id'));
  const parent = scalarText(sheet.take('parent'));
  const read = { id, parent, sheet, group: type === 'group' };
  const made = makeKind(type, sheet);
  if (made === null) {
    sheet.loseAll(`${lookUp(NO_CHECKS, type) ?? NO_CHECK} Its type there is "${type}".`);
    return { ...read, key: null, parent: null };
  }
  const entry: Entry = {
    name: nameOf(sheet, given, made.target || 'Monitor'),
    ...made,
    ...schedule(sheet, made.type === 'heartbeat'),
    ...(made.interval === undefined ? {} : { interval: made.interval }),
    channels: channelsOf(sheet, channels),
    ...kumaTags(sheet),
    ...(sheet.yes('active', true) ? {} : { paused: true }),
  };
  sheet.drop('description', 'Monitors have no description here; lines of status pages do.');
  sheet.drop('weight', 'Monitors are sorted by what they need, not by hand.', 2_000);
  sheet.drop('resendInterval', 'It means nothing without an interval.');
  for (const name of ['proxyId', 'proxy_id', 'proxy']) sheet.drop(name, 'Checks go out directly here.');
  sheet.skip(...DERIVED, ...DERIVED_TOO);
  sheet.close(PRESETS, 'This kind of check has no such setting here.');
  return { ...read, key: draft.add('monitors', entry) };
}

function makeKind(type: string, sheet: Sheet): Made | null {
  if (type === 'http' || type === 'keyword' || type === 'json-query') return http(type, sheet);
  if (type === 'port') return { type: 'tcp', target: hostPort(sheet.text('hostname'), sheet.number('port')) };
  if (type === 'ping') return { type: 'ping', target: sheet.text('hostname') ?? '' };
  if (type === 'dns') return dns(sheet);
  if (type === 'push') return push(sheet);
  if (type === 'group') return { type: 'group', config: { members: [] } };
  if (type === 'smtp') return smtp(sheet);
  if (type === 'websocket-upgrade') return websocket(sheet);
  return null;
}

function http(type: string, sheet: Sheet): Made {
  const config: Entry = {};
  const method = sheet.text('method');
  if (method !== null && method.toUpperCase() !== 'GET') config['method'] = method;
  const headers = headersOf(sheet);
  const body = sheet.text('body');
  const encoding = sheet.text('httpBodyEncoding');
  if (body !== null) {
    config['body'] = body;
    const kind = lookUp(BODIES, encoding ?? 'json');
    if (kind === undefined) sheet.lose('httpBodyEncoding', 'Bodies are sent as JSON unless a header says otherwise.');
    const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
    if (!named) headers['Content-Type'] = kind ?? 'application/json';
  }
  if (Object.keys(headers).length > 0) config['headers'] = headers;
  const statuses = innerJson(sheet.take('accepted_statuscodes') ?? sheet.take('accepted_statuscodes_json'));
  const listed = Array.isArray(statuses) && statuses.length > 0;
  config['expected_status'] = listed ? statuses.map(String).join(',') : '200-299';
  if (!listed && says(statuses)) sheet.lose('accepted_statuscodes', 'It is not a list of statuses.');
  logIn(sheet, config);
  if (type === 'keyword') {
    const keyword = sheet.text('keyword');
    if (keyword !== null) config[sheet.yes('invertKeyword') ? 'keyword_absent' : 'keyword'] = keyword;
  }
  if (type === 'json-query') jsonQuery(sheet, config);
  if (sheet.yes('upsideDown')) config['invert'] = true;
  if (sheet.yes('ignoreTls')) config['verify_tls'] = false;
  const redirects = sheet.number('maxredirects');
  if (redirects === 0) config['follow_redirects'] = false;
  else if (redirects !== null && redirects !== 10) config['max_redirects'] = redirects;
  const family = sheet.text('ipFamily');
  if (family !== null) config['ip_family'] = family;
  sheet.drop('expiryNotification', 'Certificates are watched by the plan, without a switch of each monitor.');
  sheet.drop('cacheBust', 'Nothing is added to the address here.');
  return { type: 'http', target: sheet.text('url') ?? '', ...(Object.keys(config).length > 0 ? { config } : {}) };
}

function headersOf(sheet: Sheet): Record<string, string> {
  const given = sheet.take('headers');
  if (!says(given)) return {};
  const headers = textMap(innerJson(given));
  if (headers === null) sheet.lose('headers', 'They are not JSON of names and values.');
  return headers ?? {};
}

function logIn(sheet: Sheet, config: Entry): void {
  const method = sheet.text('authMethod');
  if (method === null || method === 'basic') {
    const [user, pass] = [sheet.text('basic_auth_user'), sheet.text('basic_auth_pass')];
    // Old backups name no method: there the two fields alone say it.
    if (user !== null || pass !== null) config['basic_auth'] = { username: user ?? '', password: pass ?? '' };
  } else if (method === 'mtls') {
    const [cert, key] = [sheet.text('tlsCert'), sheet.text('tlsKey')];
    if (cert !== null && key !== null) Object.assign(config, { client_cert: cert, client_key: key });
    else sheet.lose('authMethod', 'A client certificate needs its key, and the key its certificate.');
    sheet.drop('tlsCa', 'Certificates are checked against the usual authorities.');
  } else {
    sheet.lose('authMethod', `Checks cannot log in by "${method}".`);
  }
}

const COMPARED: Record<string, string> = {
  '==': 'equals',
  '!=': 'not_equals',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  contains: 'contains',
};

function jsonQuery(sheet: Sheet, config: Entry): void {
  const [path, wanted] = [sheet.text('jsonPath') ?? '$', sheet.text('expectedValue')];
  const op = lookUp(COMPARED, sheet.text('jsonPathOperator') ?? '==');
  if (op === undefined) sheet.lose('jsonPathOperator', 'Values are not compared in this way.');
  else if (wanted === null) sheet.lose('expectedValue', 'There is nothing to compare with.');
  else config['json_assertions'] = [{ path, op, value: wanted }];
}

function dns(sheet: Sheet): Made {
  const config: Entry = {};
  const record = sheet.text('dns_resolve_type');
  if (record !== null && record !== 'A') config['record'] = record;
  const [server, port] = [sheet.text('dns_resolve_server'), sheet.number('port')];
  if (server !== null) config['resolver'] = port === null || port === 53 ? server : hostPort(server, port);
  return { type: 'dns', target: sheet.text('hostname') ?? '', config };
}

/** Down there when nothing came for an interval and its tries again. */
function push(sheet: Sheet): Made {
  const interval = sheet.number('interval') ?? 60;
  const again = (sheet.number('maxretries') ?? 0) * (sheet.number('retryInterval') ?? interval);
  const { interval: own, grace_seconds } = heartbeatTimes(interval, again);
  const token = sheet.text('pushToken');
  return {
    type: 'heartbeat',
    interval: own,
    config: { grace_seconds },
    ...(token === null ? {} : { ping_token: token }),
  };
}

function smtp(sheet: Sheet): Made {
  const port = sheet.number('port');
  const security = sheet.text('smtpSecurity');
  const config: Entry = security === 'starttls' ? { starttls: 'required' } : {};
  if (security === 'secure' && port !== 465)
    sheet.lose('smtpSecurity', 'TLS from the first byte is spoken on port 465.');
  return { type: 'smtp', target: hostPort(sheet.text('hostname'), port ?? 25), config };
}

function websocket(sheet: Sheet): Made {
  const word = sheet.text('wsSubprotocol');
  const config: Entry = word === null ? {} : { subprotocol: word };
  if (sheet.yes('ignoreTls')) config['verify_tls'] = false;
  sheet.drop('wsIgnoreSecWebsocketAcceptHeader', 'The handshake must be right here.');
  sheet.drop('accepted_statuscodes', 'A handshake has one right status.', ['200-299'], ['1000']);
  sheet.drop('accepted_statuscodes_json', 'A handshake has one right status.', '["200-299"]', '["1000"]');
  return { type: 'websocket', target: sheet.text('url') ?? '', config };
}

function schedule(sheet: Sheet, heartbeat: boolean): Entry {
  const entry: Entry = {};
  const interval = sheet.number('interval');
  const timeout = sheet.number('timeout');
  const resend = sheet.number('resendInterval');
  if (heartbeat) sheet.drop('upsideDown', 'Heartbeats are not turned round.');
  else {
    if (interval !== null) entry['interval'] = interval;
    if (timeout !== null && timeout > 0) entry['timeout'] = timeout;
    entry['failure_threshold'] = (sheet.number('maxretries') ?? 0) + 1;
    const again = sheet.number('retryInterval');
    if (again !== null && again !== interval && entry['failure_threshold'] !== 1) {
      sheet.lose('retryInterval', 'How soon a failed check is made again is chosen by StatusPing.');
    }
  }
  if (resend !== null && resend > 0) {
    const minutes = Math.round((resend * (interval ?? 60)) / 60);
    entry['remind_every_minutes'] = Math.min(1_440, Math.max(5, minutes));
    if (entry['remind_every_minutes'] !== minutes) {
      sheet.lose('resendInterval', 'Messages are repeated every 5 minutes at most and once a day at least.');
    }
  }
  return entry;
}

function channelsOf(sheet: Sheet, channels: ReadonlyMap<string, string>): string[] {
  const given = sheet.take('notificationIDList');
  const ids = Array.isArray(given)
    ? given.map(scalarText)
    : isObject(given)
      ? Object.entries(given).flatMap(([id, on]) => (on ? [id] : []))
      : [];
  const keys = ids.map((id) => channels.get(id ?? '') ?? null);
  if (keys.includes(null)) {
    sheet.lose('notificationIDList', 'Some of its notifications are not in the file, or do not come over.');
  }
  const told = [...new Set(keys.filter((key) => key !== null))];
  if (told.length > 50) sheet.lose('notificationIDList', 'A monitor has 50 channels at most.');
  return told.slice(0, 50);
}

function kumaTags(sheet: Sheet): { tags?: string[] } {
  const tags = sheet.list('tags').map((tag) => {
    if (typeof tag === 'string') return tag;
    const of = new Sheet(`${sheet.where}, tag`, tag, sheet.losses);
    const [name, value] = [of.text('name') ?? '', of.text('value')];
    of.drop('color', 'Tags have no colours here.');
    of.skip('id', 'tag_id', 'monitor_id');
    of.close();
    return value === null ? name : `${name}:${value}`;
  });
  return tagsOf(sheet, tags);
}

/** Groups hold their monitors by name here; there each monitor names its group. */
function fillGroups(draft: Draft, read: readonly Read[], keys: ReadonlyMap<string, string>): void {
  for (const { key, parent, sheet, group } of read) {
    if (parent === null || key === null) continue;
    const to = draft.monitors.get(keys.get(parent) ?? '');
    if (to?.['type'] !== 'group') sheet.lose('parent', 'Its group is not in the file.');
    else if (group) sheet.lose('parent', 'A group holds monitors only, not other groups.');
    else {
      const members = (to['config'] as { members: string[] }).members;
      if (members.length < 200) members.push(key);
      else sheet.lose('parent', 'A group has at most 200 monitors.');
    }
  }
}
