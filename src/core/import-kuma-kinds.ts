import { innerJson, lookUp, says, textMap } from './import-draft.ts';
import { heartbeatTimes, hostPort, type Sheet } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

/** What the kinds of check here are made of: the entry, without what all monitors share. */
type Made = Pick<Entry, 'type'> & { target?: string; config?: Entry; interval?: number; failure_threshold?: number };

/** What a body is, by the word for it. */
const BODIES: Record<string, string> = {
  json: 'application/json',
  xml: 'text/xml; charset=utf-8',
  form: 'application/x-www-form-urlencoded',
};

/** The check that a monitor of this type is here, or null when there is none. What is taken is taken off the sheet. */
export function makeKind(type: string, sheet: Sheet): Made | null {
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
