import { Draft, isObject, lookUp, NotReadable, says, scalarText } from './import-draft.ts';
import { kumaChannel } from './import-kuma-channels.ts';
import { makeKind } from './import-kuma-kinds.ts';
import { kumaPages } from './import-kuma-pages.ts';
import { hostPort, nameOf, Sheet, tagsOf } from './import-sheet.ts';
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

const NO_CHECK = 'StatusPing has no check of this kind.';
const NO_CHECKS: Record<string, string> = {
  docker: 'Containers are not looked at; watch what they serve.',
  'grpc-keyword': 'gRPC servers are asked for their health, not by a method and a keyword. Add one of kind grpc.',
  'real-browser': 'Pages are fetched, not opened in a browser. Add one of kind http.',
  manual: 'What is set by hand is a line of a status page here.',
};

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
