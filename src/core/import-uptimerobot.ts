import { Draft, isObject, lookUp, NotReadable, scalarText, textMap } from './import-draft.ts';
import { heartbeatTimes, hostPort, nameOf, Sheet, statusRanges, tagsOf } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

/** Types of API v2 in the words of v3. */
const TYPES: Record<string, string> = { 1: 'HTTP', 2: 'KEYWORD', 3: 'PING', 4: 'PORT', 5: 'HEARTBEAT', 6: 'DNS' };
const METHODS: Record<string, string> = {
  1: 'HEAD',
  2: 'GET',
  3: 'POST',
  4: 'PUT',
  5: 'PATCH',
  6: 'DELETE',
  7: 'OPTIONS',
};
/** Ports that v2 knows by a number of its own. */
const PORTS: Record<string, number> = { 1: 80, 2: 443, 3: 21, 4: 25, 5: 110, 6: 143 };
const NAMED_PORTS: Record<string, number> = { HTTP: 80, HTTPS: 443, FTP: 21, SMTP: 25, POP3: 110, IMAP: 143 };

const KEYWORD_TYPES = new Set(['1', '2', 'ALERT_EXISTS', 'ALERT_NOT_EXISTS']);
const AUTH_TYPES = new Set(['0', '1', 'NONE', 'HTTP_BASIC', 'BEARER']);

const AGAIN = 'Its name in the other API says it too.';
const CONTACTS = 'Make a channel for it: until then the default channels of the account are told.';

/** Reads answers of `getMonitors` (API v2) or of the list of monitors (v3), one or several in a list. */
export function readUptimeRobot(value: unknown): Draft {
  const draft = new Draft();
  const answers = Array.isArray(value) && !value.some(isMonitor) ? (value as unknown[]) : [value];
  for (const answer of answers) {
    const file = new Sheet('the answer', Array.isArray(answer) ? { monitors: answer } : answer, draft.losses);
    const monitors = file.take('monitors') ?? file.take('data');
    if (!Array.isArray(monitors)) throw new NotReadable('This answer of UptimeRobot has no list of monitors.');
    for (const one of monitors) readMonitor(one, draft);
    if (typeof file.take('nextLink') === 'string') {
      file.lose('nextLink', 'There are more pages: save them too, and put the answers into one list.');
    }
    const of = file.below('pagination');
    const [offset, limit, total] = [of.number('offset') ?? 0, of.number('limit') ?? 0, of.number('total') ?? 0];
    if (answers.length === 1 && limit > 0 && offset + limit < total) {
      file.lose(
        'pagination',
        `It has ${limit} of ${total} monitors: save the other pages too, and put them into one list.`,
      );
    }
    file.skip('stat', 'limit', 'offset', 'total');
    file.close();
  }
  return draft;
}

function isMonitor(value: unknown): boolean {
  return isObject(value) && ('friendly_name' in value || 'friendlyName' in value);
}

function readMonitor(value: unknown, draft: Draft): void {
  const given = isObject(value) ? (scalarText(value['friendly_name']) ?? scalarText(value['friendlyName'])) : null;
  const sheet = new Sheet(`monitor "${given ?? '(no name)'}"`, value, draft.losses);
  sheet.skip('friendly_name', 'friendlyName', 'id');
  const said = sheet.text('type') ?? '';
  const type = (lookUp(TYPES, said) ?? said).toUpperCase();
  const made = makeKind(type, sheet);
  if (made === null) {
    sheet.loseAll(`StatusPing has no check of this kind. Its type there is "${said}".`);
    return;
  }
  const status = scalarText(sheet.take('status')) ?? '';
  const timeout = sheet.number('timeout');
  const tags = sheet
    .list('tags')
    .map((tag) => (isObject(tag) ? (scalarText(tag['name']) ?? '') : (scalarText(tag) ?? '')));
  const entry: Entry = {
    name: nameOf(sheet, given, scalarText(made['target']) || 'Monitor'),
    ...made,
    ...(timeout === null || timeout === 0 || type === 'HEARTBEAT' ? {} : { timeout }),
    ...tagsOf(sheet, tags),
    ...(status === '0' || status.toUpperCase() === 'PAUSED' ? { paused: true } : {}),
  };
  rest(sheet);
  draft.add('monitors', entry);
}

function makeKind(type: string, sheet: Sheet): Entry | null {
  const interval = sheet.number('interval');
  const every = interval === null || interval === 0 ? {} : { interval };
  const url = sheet.text('url');
  if (type === 'HTTP' || type === 'KEYWORD') {
    const config = http(type, sheet);
    return { type: 'http', target: url ?? '', ...every, ...(Object.keys(config).length > 0 ? { config } : {}) };
  }
  if (type === 'PING') return { type: 'ping', target: hostOf(url), ...every };
  if (type === 'PORT') return { type: 'tcp', target: hostPort(hostOf(url), portOf(sheet)), ...every };
  if (type !== 'HEARTBEAT') return null;
  if (url !== null) sheet.lose('url', 'The heartbeat gets a new address, which its job has to call.');
  const grace = sheet.number('grace_period') ?? sheet.number('gracePeriod') ?? 0;
  const { interval: own, grace_seconds } = heartbeatTimes(interval ?? 300, grace);
  return { type: 'heartbeat', interval: own, config: { grace_seconds } };
}

/** The address field of pings and ports holds a host, now and then with a scheme. */
function hostOf(url: string | null): string {
  return (url ?? '')
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/, '');
}

function portOf(sheet: Sheet): number | null {
  const sub = sheet.text('sub_type') ?? sheet.text('subType');
  const port = sheet.number('port');
  if (port !== null) return port;
  return lookUp(PORTS, sub ?? '') ?? lookUp(NAMED_PORTS, (sub ?? '').toUpperCase()) ?? null;
}

function http(type: string, sheet: Sheet): Entry {
  const config: Entry = {};
  const said = sheet.text('http_method') ?? sheet.text('httpMethodType');
  const method = said === null ? null : (lookUp(METHODS, said) ?? said);
  const keyword = keywordOf(type, sheet);
  if (method !== null && method !== 'GET') {
    // HEAD is the preset there wherever no body is looked at.
    if (method === 'HEAD' && keyword !== null)
      sheet.lose('http_method', 'A keyword is not found without a body; GET it is.');
    else config['method'] = method;
  }
  Object.assign(config, keyword ?? {});
  logIn(sheet, config);
  const headers = textMap(sheet.take('custom_http_headers') ?? sheet.take('customHttpHeaders') ?? {});
  if (headers === null) sheet.lose('custom_http_headers', 'They are not names and values.');
  const body = sheet.take('post_value') ?? sheet.take('postValueData');
  const wire = body === '' || body === null || body === undefined ? null : (scalarText(body) ?? JSON.stringify(body));
  if (wire !== null && wire !== '{}' && wire !== '[]') config['body'] = wire;
  const asJson = sheet.text('post_content_type') === '1' || sheet.text('postValueType') === 'RAW_JSON';
  const all = { ...headers, ...(asJson && 'body' in config ? { 'Content-Type': 'application/json' } : {}) };
  if (Object.keys(all).length > 0) config['headers'] = all;
  const expected = statuses(sheet);
  if (expected !== null) config['expected_status'] = expected;
  if (sheet.take('followRedirections') === false) config['follow_redirects'] = false;
  if (sheet.take('checkSSLErrors') === false) config['verify_tls'] = false;
  const slow = sheet.number('responseTimeThreshold');
  if (slow !== null && slow > 0) config['degraded_over_ms'] = slow;
  return config;
}

/** An alarm when it exists: what must not be there. */
function keywordOf(type: string, sheet: Sheet): Entry | null {
  const word = sheet.text('keyword_value') ?? sheet.text('keywordValue');
  const when = sheet.text('keyword_type') ?? sheet.text('keywordType');
  const fold = sheet.take('keyword_case_type') ?? sheet.take('keywordCaseType');
  if (type !== 'KEYWORD' || word === null) return null;
  if (when !== null && !KEYWORD_TYPES.has(when))
    sheet.lose('keyword_type', 'It is taken for a text that must be there.');
  const absent = when === '1' || when === 'ALERT_EXISTS';
  const folded = fold === 1 || fold === '1' || fold === 'CaseInsensitive';
  return { [absent ? 'keyword_absent' : 'keyword']: word, ...(folded ? { keyword_case_sensitive: false } : {}) };
}

function logIn(sheet: Sheet, config: Entry): void {
  const [user, pass] = [
    sheet.text('http_username') ?? sheet.text('httpUsername'),
    sheet.text('http_password') ?? sheet.text('httpPassword'),
  ];
  const type = sheet.text('http_auth_type') ?? sheet.text('authType');
  if (type !== null && !AUTH_TYPES.has(type))
    sheet.lose('http_auth_type', 'Checks log in by basic auth or a token only.');
  else if (type === 'BEARER' && pass !== null) config['bearer_token'] = pass;
  else if (user !== null || pass !== null) config['basic_auth'] = { username: user ?? '', password: pass ?? '' };
}

/** What counts as up: 2xx and 3xx, more or less what was chosen. Null where nothing was. */
function statuses(sheet: Sheet): string | null {
  const codes = sheet.list('successHttpResponseCodes').map((one) => String(one).toLowerCase());
  const given = sheet.take('custom_http_statuses');
  if (codes.length > 0) {
    const expected = statusRanges(
      (status) => codes.includes(String(status)) || codes.includes(`${String(status)[0]}xx`),
    );
    if (expected !== '') return expected === '200-399' ? null : expected;
    sheet.lose('successHttpResponseCodes', 'They are no statuses.');
    return null;
  }
  const up = new Set<string>();
  const down = new Set<string>();
  if (typeof given === 'string') {
    // `404:0_200:1`: status and whether it is up.
    for (const [, status = '', on] of given.matchAll(/(\d{3}):([01])/g)) (on === '1' ? up : down).add(status);
  } else if (isObject(given)) {
    for (const status of [given['up']].flat()) up.add(String(status));
    for (const status of [given['down']].flat()) down.add(String(status));
  }
  if (up.size + down.size === 0) return null;
  const fits = (status: number) =>
    up.has(String(status)) || (status < 400 && status >= 200 && !down.has(String(status)));
  const expected = statusRanges(fits);
  return expected === '200-399' || expected === '' ? null : expected;
}

function rest(sheet: Sheet): void {
  for (const name of ['alert_contacts', 'assignedAlertContacts']) {
    for (const contact of sheet.list(name)) {
      const value = isObject(contact)
        ? (scalarText(contact['value']) ?? scalarText(contact['alertContactId']) ?? scalarText(contact['id']))
        : scalarText(contact);
      sheet.lose(`alert contact ${value ?? ''}`.trim(), CONTACTS);
    }
  }
  for (const name of ['mwindows', 'maintenanceWindows']) sheet.drop(name, 'Plan it anew under Maintenance.');
  const ssl = sheet.below('ssl');
  ssl.skip('brand', 'product', 'expires');
  ssl.close({}, 'Certificates are watched by the plan, without a switch of each monitor.');
  for (const name of ['sslExpirationReminder', 'domainExpirationReminder']) {
    sheet.drop(name, 'Certificates are watched by the plan; a domain is a monitor of its own here.');
  }
  for (const name of ['regionalData', 'region', 'regions', 'monitor_regions']) {
    sheet.drop(name, 'Checks are made from where this installation is.');
  }
  // Not settings: dates, results and figures, and what v3 says of the owner.
  sheet.skip(
    'create_datetime',
    'createDateTime',
    'response_times',
    'logs',
    'custom_uptime_ratio',
    'custom_uptime_ranges',
  );
  sheet.skip('all_time_uptime_ratio', 'all_time_uptime_durations', 'average_response_time', 'custom_down_durations');
  sheet.skip('lastIncident', 'lastIncidentId', 'lastDayUptimes', 'currentStateDuration', 'userId', 'teamId');
  // Said for every kind, and meant for some.
  for (const name of ['sub_type', 'subType', 'port', 'keyword_type', 'keywordType', 'keyword_case_type']) {
    sheet.drop(name, AGAIN);
  }
  sheet.close({ http_auth_type: 1, httpMethodType: 'HEAD', authType: 'NONE', post_type: 1, gracePeriod: 0 });
}
