import { Draft, isObject, NotReadable, scalarText, textMap } from './import-draft.ts';
import { alertingChannels, type Alerting, alertsOf } from './import-gatus-alerting.ts';
import { durationOf, readConditions } from './import-gatus-conditions.ts';
import { heartbeatTimes, nameOf, Sheet, tagsOf } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

const NO_CHECK = 'StatusPing has no check of this kind.';
const ELSEWHERE = 'How the installation runs is set in its environment.';
/** Parts of a file that are about Gatus itself. */
const OWN = [
  'storage',
  'web',
  'metrics',
  'security',
  'debug',
  'disable-monitoring-lock',
  'concurrency',
  'connectivity',
];

/** Reads the parsed YAML of Gatus. Placeholders in it are those of a settings file already. Throws `NotReadable`. */
export function readGatus(value: unknown): Draft {
  const draft = new Draft();
  const file = new Sheet('the file', value, draft.losses);
  const endpoints = file.take('endpoints') ?? file.take('services');
  const external = file.list('external-endpoints');
  if (!Array.isArray(endpoints) && external.length === 0) throw new NotReadable('This file has no list of endpoints.');
  const alerting = alertingChannels(file.below('alerting'), draft);
  for (const one of Array.isArray(endpoints) ? (endpoints as unknown[]) : []) readEndpoint(one, alerting, draft);
  for (const one of external) readExternal(one, alerting, draft);
  for (const one of file.list('suites')) {
    const name = isObject(one) ? scalarText(one['name']) : null;
    new Sheet(`suite "${name ?? ''}"`, one, draft.losses).loseAll('Steps that follow each other are not checked.');
  }
  for (const name of OWN) file.drop(name, ELSEWHERE);
  file.drop('ui', 'Pages have their own look; give the new one yours in its editor.');
  file.drop('maintenance', 'Plan it anew under Maintenance.');
  file.drop('announcements', 'What was announced there stays there.');
  file.drop('remote', 'Only what this file holds is read.');
  file.close();
  return draft;
}

function readEndpoint(value: unknown, alerting: Alerting, draft: Draft): void {
  const given = isObject(value) ? scalarText(value['name']) : null;
  const sheet = new Sheet(`endpoint "${given ?? '(no name)'}"`, value, draft.losses);
  const url = (sheet.text('url') ?? '').trim();
  const made = makeKind(url, sheet);
  if (made === null) {
    sheet.loseAll(`${NO_CHECK} Its address there is "${url.slice(0, 100)}".`);
    return;
  }
  const conditions = readConditions(sheet, made.kind);
  const config = { ...made.config, ...conditions.config };
  const whole: Entry = {
    ...frame(sheet, given, made.target),
    type: made.kind,
    target: made.target,
    ...(Object.keys(config).length > 0 ? { config } : {}),
    interval: seconds(sheet, 'interval') ?? 60,
    ...made.timeout,
    ...alertsOf(sheet, alerting),
  };
  const onlyCertificate = made.tls && conditions.certificateDays !== null;
  if (onlyCertificate) {
    Object.assign(whole, { type: 'ssl', target: made.target, config: { warn_days: [conditions.certificateDays] } });
  }
  sheet.drop('ui', 'What visitors see of an address is chosen with the page.');
  sheet.drop('maintenance-windows', 'Plan it anew under Maintenance.');
  sheet.drop('extra-labels', 'Metrics have labels of their own.');
  sheet.drop('store', 'Values are not carried from one check to the next.');
  sheet.drop('always-run', 'Checks do not depend on each other.');
  sheet.close();
  draft.add('monitors', whole);
  const { channels, tags } = whole;
  const host = URL.canParse(url) ? new URL(url).host : made.target;
  const beside = (type: string, days: number | null, word: string, target: string): void => {
    if (days === null) return;
    const also = { type, target, config: { warn_days: [days] }, interval: 3_600, channels };
    const name = `${String(whole['name']).slice(0, 80)} ${word}`;
    draft.add('monitors', { name, ...also, ...(tags ? { tags } : {}), ...(whole['paused'] ? { paused: true } : {}) });
  };
  if (!onlyCertificate) beside('ssl', conditions.certificateDays, 'certificate', host);
  beside('domain', conditions.domainDays, 'domain', host.replace(/:\d+$/, ''));
}

/** What all endpoints have: name, group, and whether they are on. */
function frame(sheet: Sheet, given: string | null, fallback: string): Entry {
  sheet.skip('name');
  const group = sheet.text('group');
  return {
    name: nameOf(sheet, given, fallback === '' ? 'Endpoint' : fallback),
    ...tagsOf(sheet, group === null ? [] : [group], 'group'),
    ...(sheet.yes('enabled', true) ? {} : { paused: true }),
  };
}

interface Made {
  kind: string;
  target: string;
  config: Entry;
  timeout: { timeout?: number };
  /** A connection that is secured first, whose certificate may be all that matters. */
  tls: boolean;
}

function makeKind(url: string, sheet: Sheet): Made | null {
  const dns = sheet.below('dns');
  const name = dns.text('query-name');
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/is.exec(url) ?? [];
  if (name !== null) {
    const record = dns.text('query-type');
    dns.close();
    const config: Entry = { resolver: url.replace(/^\w+:\/\//, ''), ...(record === null ? {} : { record }) };
    return { kind: 'dns', target: name, config, ...client(sheet, []), tls: false };
  }
  switch (scheme.toLowerCase()) {
    case 'http':
    case 'https':
    case '':
      return url === '' ? null : http(url, sheet);
    case 'icmp':
      return { kind: 'ping', target: rest, config: {}, ...client(sheet, []), tls: false };
    case 'tcp':
      return { kind: 'tcp', target: rest, ...exchange(sheet, {}), tls: false };
    case 'tls':
      return { kind: 'tcp', target: rest, ...exchange(sheet, { tls: true }), tls: true };
    case 'starttls':
      return { kind: 'smtp', target: rest, ...withClient(sheet, { starttls: 'required' }), tls: false };
    case 'ws':
    case 'wss': {
      const body = sheet.text('body');
      return { kind: 'websocket', target: url, ...withClient(sheet, body === null ? {} : { send: body }), tls: false };
    }
    case 'grpc':
    case 'grpcs':
      return { kind: 'grpc', target: rest, ...withClient(sheet, scheme === 'grpcs' ? { tls: true } : {}), tls: false };
    default:
      return null;
  }
}

function http(url: string, sheet: Sheet): Made {
  const config: Entry = {};
  const [method, body] = [sheet.text('method'), sheet.text('body')];
  if (method !== null && method.toUpperCase() !== 'GET') config['method'] = method;
  const headers = textMap(sheet.take('headers') ?? {});
  if (headers === null) sheet.lose('headers', 'They are not names and values.');
  const all = { ...headers };
  if (body !== null) {
    const graphql = sheet.yes('graphql');
    config['body'] = graphql ? JSON.stringify({ query: body }) : body;
    if (graphql && !Object.keys(all).some((name) => name.toLowerCase() === 'content-type')) {
      all['Content-Type'] = 'application/json';
    }
  }
  if (Object.keys(all).length > 0) config['headers'] = all;
  const { config: also, timeout } = withClient(sheet, config);
  return { kind: 'http', target: url, config: also, timeout, tls: false };
}

/** What is sent over a bare connection. */
function exchange(sheet: Sheet, config: Entry): Pick<Made, 'config' | 'timeout'> {
  const body = sheet.text('body');
  return withClient(sheet, { ...config, ...(body === null ? {} : { send: body }) });
}

/** `client.insecure` and `client.ignore-redirect` as settings of the check. */
function withClient(sheet: Sheet, config: Entry): Pick<Made, 'config' | 'timeout'> {
  const { insecure, still, timeout } = client(sheet, ['insecure', 'ignore-redirect']);
  return {
    config: { ...config, ...(insecure ? { verify_tls: false } : {}), ...(still ? { follow_redirects: false } : {}) },
    timeout,
  };
}

function client(
  sheet: Sheet,
  known: readonly string[],
): { insecure: boolean; still: boolean; timeout: { timeout?: number } } {
  const of = sheet.below('client');
  const [insecure, still] = [
    known.includes('insecure') && of.yes('insecure'),
    known.includes('ignore-redirect') && of.yes('ignore-redirect'),
  ];
  const timeout = seconds(of, 'timeout') ?? 10;
  of.close({ network: 'ip' }, 'Checks connect in their own way.');
  return { insecure, still, timeout: { timeout } };
}

/** Seconds of a duration in Go's spelling, `1m30s`; null where none is given. What cannot be read is reported. */
export function seconds(sheet: Sheet, field: string): number | null {
  const text = sheet.text(field);
  if (text === null) return null;
  const found = durationOf(text);
  if (found === null) sheet.lose(field, `"${text.slice(0, 40)}" is not a duration.`);
  return found;
}

/** What reports itself. There each report is a result; here silence is one too. */
function readExternal(value: unknown, alerting: Alerting, draft: Draft): void {
  const given = isObject(value) ? scalarText(value['name']) : null;
  const sheet = new Sheet(`external endpoint "${given ?? '(no name)'}"`, value, draft.losses);
  const beat = sheet.below('heartbeat');
  const every = seconds(beat, 'interval');
  beat.close();
  if (every === null || every === 0) {
    sheet.lose(
      'heartbeat',
      'Gatus waits for reports without an end; here a day without one is an alarm. Change its interval.',
    );
  }
  if (sheet.text('token') !== null) {
    sheet.lose('token', 'The heartbeat gets a new address, which its job has to call instead of the API of Gatus.');
  }
  const { interval, grace_seconds } = heartbeatTimes(every || 86_400, 0);
  const { failure_threshold: _once, ...alerts } = alertsOf(sheet, alerting);
  const entry: Entry = {
    ...frame(sheet, given, ''),
    type: 'heartbeat',
    interval,
    config: { grace_seconds },
    ...alerts,
  };
  sheet.drop('maintenance-windows', 'Plan it anew under Maintenance.');
  sheet.close();
  draft.add('monitors', entry);
}
