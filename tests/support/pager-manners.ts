import { expect } from 'vitest';
import type { ChannelKind } from '../../src/core/alert.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { QUEUED_AT } from './parcels.ts';
import { type Manners, textsIn, TROUBLE } from './providers.ts';

const TELEGRAM_TOKEN = '123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456';
const ROUTING_KEY = 'R0123456789abcdefghijABCDEFGHIJ1';

interface TelegramMessage {
  chat_id: string;
  text: string;
  parse_mode: string;
  reply_markup?: { inline_keyboard: { text: string; url: string }[][] };
}

const failed = (code: number, description: string, parameters?: object) => ({
  status: code,
  body: { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) },
});

const TELEGRAM: Manners = {
  settings: (url) => ({ chat_id: '-1001234567890', token: TELEGRAM_TOKEN, api_url: url }),
  keys: [TELEGRAM_TOKEN, 'AAF-abcdefghijklmnopqrstuvwxyz0123456'],
  wrong: {
    chat_id: ['', 'my chat', '@ab', '12 34', '-'],
    token: ['abc', '123456789', '1:a/../b', '1:a\r\nX: y'],
    api_url: ['telegram.example', 'ftp://telegram.example', 'https://a:b@telegram.example', 'https://x.example/?a=1'],
    message_thread_id: ['0', '-4', 'x'],
  },
  ok: { status: 200, body: { ok: true, result: { message_id: 17, chat: { id: -1001234567890 }, text: 'x' } } },
  gone: {
    'an unknown chat': failed(400, 'Bad Request: chat not found'),
    'a reader who blocked the bot': failed(403, 'Forbidden: bot was blocked by the user'),
    'a group that threw it out': failed(403, 'Forbidden: bot was kicked from the supergroup chat'),
    'a group that was given up': failed(403, 'Forbidden: the group chat was deleted'),
    'no right to write': failed(400, 'Bad Request: not enough rights to send text messages to the chat'),
    'a token that is no good': failed(401, 'Unauthorized'),
    'a token that never was': failed(404, 'Not Found'),
  },
  refused: { 'a text it cannot read': failed(400, "Bad Request: can't parse entities: Unsupported start tag") },
  again: { ...TROUBLE, 'a fault of its own': failed(500, 'Internal Server Error') },
  patience: {
    'flood control': {
      reply: failed(429, 'Too Many Requests: retry after 34', { retry_after: 34 }),
      ms: 34 * SECOND,
    },
  },
  fits: (message, { path }) => {
    expect(path).toBe(`/bot${TELEGRAM_TOKEN}/sendMessage`);
    const { text } = message as TelegramMessage;
    expect(text.trim().length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(4_096);
  },
  inert: (message) => {
    const { text, parse_mode: mode, reply_markup: markup } = message as TelegramMessage;
    expect(mode).toBe('HTML');
    // Only our own bold, opened and closed; everything else is spelled out.
    expect(text.replace(/<b>[^<>]*<\/b>/g, '')).not.toMatch(/[<>]/);
    expect(text.replace(/&(amp|lt|gt|quot);/g, '')).not.toMatch(/[&"]/);
    for (const { url } of markup?.inline_keyboard.flat() ?? [])
      expect(url).toMatch(/^https:\/\/status\.example\.com\//);
  },
};

interface PagerdutyEvent {
  event_action: string;
  dedup_key: string;
  payload?: { summary: string; source: string; severity: string };
}

const PAGERDUTY: Manners = {
  settings: (url) => ({ routing_key: ROUTING_KEY, api_url: url }),
  keys: [ROUTING_KEY],
  wrong: {
    routing_key: ['', 'abc', `${'a'.repeat(31)}\n${'a'.repeat(31)}`],
    api_url: ['events.pagerduty.com', 'https://a:b@events.pagerduty.com'],
    severity: ['fatal'],
  },
  ok: { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: 'k' } },
  gone: {
    'a key that is no good': {
      status: 400,
      body: {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: ["Length of 'routing_key' is incorrect (should be 32 characters)"],
      },
    },
    'a 404': { status: 404 },
  },
  refused: {
    'an event it cannot read': {
      status: 400,
      body: { status: 'invalid event', message: 'Event object is invalid', errors: ["'payload.summary' is missing"] },
    },
  },
  again: { ...TROUBLE, 'too many events': { status: 429 } },
  patience: {
    'a limit': { reply: { status: 429, headers: { 'retry-after': '60' } }, ms: MINUTE },
  },
  fits: (message, { path }) => {
    expect(path).toBe('/v2/enqueue');
    const { event_action: action, dedup_key: key, payload } = message as PagerdutyEvent;
    expect(['trigger', 'acknowledge', 'resolve']).toContain(action);
    expect(key.length).toBeGreaterThan(0);
    expect(key.length).toBeLessThanOrEqual(255);
    if (action !== 'trigger') return;
    expect(payload?.summary.length).toBeGreaterThan(0);
    expect(payload?.summary.length).toBeLessThanOrEqual(1_024);
    expect(payload?.source.length).toBeGreaterThan(0);
    expect(['critical', 'error', 'warning', 'info']).toContain(payload?.severity);
  },
  inert: (message) => onOneLine(message),
};

interface OpsgenieAlert {
  message?: string;
  alias?: string;
  description?: string;
}

const OPSGENIE: Manners = {
  settings: (url) => ({ api_key: 'eb243592-faa2-4ba2-a551-1afdf565c889', api_url: url }),
  keys: ['eb243592-faa2-4ba2-a551-1afdf565c889'],
  wrong: { api_key: ['', 'abcdefgh\r\nX-A: 1', 'a b c d e f g'], region: ['moon'], priority: ['P0'], api_url: ['x'] },
  ok: { status: 202, body: { result: 'Request will be processed', took: 0.302, requestId: '43a29c5c' } },
  gone: {
    'a key that is no good': { status: 403, body: { message: 'API Key is not valid.', took: 0.001, requestId: 'r' } },
    'no key': { status: 401, body: { message: 'Could not authenticate', took: 0.001, requestId: 'r' } },
  },
  refused: {
    'an alert it cannot read': {
      status: 422,
      body: { message: 'Priority should be one of [ P1 ]', took: 0, requestId: 'r' },
    },
  },
  again: { ...TROUBLE, 'too many requests': { status: 429, body: { message: 'You are making too many requests!' } } },
  patience: { 'a limit': { reply: { status: 429, headers: { 'retry-after': '5' } }, ms: 5 * SECOND } },
  fits: (message, { path, headers }) => {
    expect(headers.authorization).toBe('GenieKey eb243592-faa2-4ba2-a551-1afdf565c889');
    if (path !== '/v2/alerts') {
      expect(path).toMatch(/^\/v2\/alerts\/statusping%3A[\w%.-]+\/(close|acknowledge)\?identifierType=alias$/);
      return;
    }
    const { message: title = '', alias = '', description = '' } = message as OpsgenieAlert;
    expect(title.length).toBeGreaterThan(0);
    expect(title.length).toBeLessThanOrEqual(130);
    expect(alias.length).toBeLessThanOrEqual(512);
    expect(description.length).toBeLessThanOrEqual(15_000);
  },
  inert: (message) => onOneLine({ ...(message as OpsgenieAlert), description: '' }),
};

interface NtfyNote {
  topic: string;
  title: string;
  message: string;
  priority: number;
  tags: string[];
  actions: { action: string; url: string }[];
}

const NTFY: Manners = {
  settings: (url) => ({ topic: 'acme-alerts', url, token: 'tk_abcdefghijklmnop123456' }),
  keys: ['tk_abcdefghijklmnop123456'],
  wrong: {
    topic: ['', 'two words', 'a/b', 'ü', 'x'.repeat(65)],
    url: ['ntfy.sh', 'https://a:b@ntfy.example'],
    token: ['a b', 'a\r\nX-Injected: 1'],
    priority: ['9'],
  },
  ok: { status: 200, body: { id: 'n1', time: 1, event: 'message', topic: 'acme-alerts', message: 'x' } },
  gone: {
    'a login that is no good': { status: 401, body: { code: 40_101, http: 401, error: 'unauthorized' } },
    'a topic of somebody else': { status: 403, body: { code: 40_301, http: 403, error: 'forbidden' } },
    'a 404': { status: 404, body: { code: 40_401, http: 404, error: 'page not found' } },
  },
  refused: { 'a message it cannot read': { status: 400, body: { code: 40_024, http: 400, error: 'invalid request' } } },
  again: {
    ...TROUBLE,
    'a limit of the day': {
      status: 429,
      body: { code: 42_908, http: 429, error: 'limit reached: daily message quota reached' },
    },
    'no room': { status: 507, body: { code: 50_701, http: 507, error: 'cannot publish' } },
  },
  patience: { 'a limit': { reply: { status: 429, headers: { 'retry-after': '10' } }, ms: 10 * SECOND } },
  fits: (message, { path, headers }) => {
    expect(path).toBe('/');
    expect(headers.authorization).toBe('Bearer tk_abcdefghijklmnop123456');
    const { message: text, priority, actions, tags } = message as NtfyNote;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    expect(priority).toBeGreaterThanOrEqual(1);
    expect(priority).toBeLessThanOrEqual(5);
    expect(actions.length).toBeLessThanOrEqual(3);
    expect(tags).toHaveLength(1);
  },
  inert: (message) => {
    const { topic, title, actions } = message as NtfyNote;
    expect(topic).toBe('acme-alerts');
    onOneLine(title);
    for (const { action, url } of actions) {
      expect(action).toBe('view');
      expect(url).toMatch(/^https:\/\/status\.example\.com\//);
    }
  },
};

interface PushoverNote {
  title: string;
  message: string;
  url: string;
  url_title: string;
  html: number;
}

const invalid = (errors: string[], more: object = {}) => ({
  status: 400,
  body: { ...more, errors, status: 0, request: 'q' },
});

const PUSHOVER: Manners = {
  settings: (url) => ({
    token: 'azGDORePK8gMaC0QOYAMyEEuzJnyUi',
    user: 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG',
    api_url: url,
  }),
  keys: ['azGDORePK8gMaC0QOYAMyEEuzJnyUi', 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG'],
  wrong: {
    token: ['', 'short', 'azGDORePK8gMaC0QOYAMyEEuzJ-yUi'],
    user: ['', 'me@example.com'],
    priority: ['3'],
    retry: ['10', '20000'],
    expire: ['5'],
    sound: ['a b'],
  },
  ok: { status: 200, body: { status: 1, request: '647d2300-702c-4b38-8b2f-d56326ae460b' } },
  gone: {
    'an application that is gone': invalid(['application token is invalid, see https://pushover.net/api'], {
      token: 'invalid',
    }),
    'a user who is gone': invalid(['user identifier is not a valid user, group, or subscribed user key'], {
      user: 'invalid',
    }),
  },
  refused: { 'a message it cannot read': invalid(['message cannot be blank'], { message: 'cannot be blank' }) },
  again: { ...TROUBLE, 'a quota without an end': { status: 429, body: { status: 0, errors: ['limit'] } } },
  patience: {
    'a quota of the month': {
      reply: { status: 429, headers: { 'x-limit-app-reset': String(QUEUED_AT / SECOND + 9_000_000) } },
      ms: 60 * MINUTE,
    },
    'a quota that ends soon': {
      reply: { status: 429, headers: { 'x-limit-app-reset': String(QUEUED_AT / SECOND + 61) } },
      ms: MINUTE,
    },
  },
  fits: (message, { path }) => {
    expect(path).toBe('/1/messages.json');
    const { title, message: text, url, url_title: label } = message as PushoverNote;
    expect(text.trim().length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(1_024);
    expect(title.length).toBeLessThanOrEqual(250);
    expect(url.length).toBeLessThanOrEqual(512);
    expect(label.length).toBeLessThanOrEqual(100);
  },
  inert: (message) => {
    const { message: text, title, url, html } = message as PushoverNote;
    expect(html).toBe(1);
    expect(text.replace(/<b>[^<>]*<\/b>/g, '')).not.toMatch(/[<>]/);
    expect(text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
    expect(url).toMatch(/^https:\/\/status\.example\.com\//);
    onOneLine(title);
  },
};

interface FiringAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
}

const ALERTMANAGER: Manners = {
  settings: (url) => ({ url: `${url}/prefix/`, labels: 'team: ops', username: 'statusping', password: 's3cr3t-word' }),
  keys: ['s3cr3t-word', Buffer.from('statusping:s3cr3t-word').toString('base64')],
  wrong: {
    url: ['', 'alertmanager:9093', 'https://a:b@am.example', 'https://am.example/#/alerts'],
    labels: ['team', '1a: x', 'alertname: y', 'type: x', 'a-b: c', 'team:'],
    username: ['a:b', ''],
    token: ['a b'],
  },
  ok: { status: 200 },
  gone: {
    'a login that is no good': { status: 401, body: 'Unauthorized' },
    'no right': { status: 403 },
    'another server': { status: 404, body: '404 page not found' },
  },
  refused: { 'labels it does not take': { status: 400, body: '"invalid label set"' } },
  again: TROUBLE,
  patience: { 'a limit': { reply: { status: 429, headers: { 'retry-after': '10' } }, ms: 10 * SECOND } },
  fits: (message, { path, headers }) => {
    expect(path).toBe('/prefix/api/v2/alerts');
    expect(headers.authorization).toBe(`Basic ${Buffer.from('statusping:s3cr3t-word').toString('base64')}`);
    const alerts = message as FiringAlert[];
    expect(alerts).toHaveLength(1);
    for (const { labels, startsAt, endsAt } of alerts) {
      for (const [name, value] of Object.entries(labels)) {
        expect(name).toMatch(/^[A-Za-z_]\w*$/);
        expect(value).not.toBe('');
      }
      expect(Date.parse(endsAt)).toBeGreaterThanOrEqual(Date.parse(startsAt));
    }
  },
  inert: (message) => {
    const [alert] = message as [FiringAlert];
    expect(alert.labels['team']).toBe('ops');
    expect(alert.generatorURL).toMatch(/^https:\/\/status\.example\.com\//);
    // Names of monitors are no labels: routes and silences must not hang on them.
    expect(Object.keys(alert.labels).toSorted()).not.toContain('monitor');
    onOneLine(alert.annotations['summary']);
  },
};

/** No text breaks out of its line or turns the direction of what follows. */
function onOneLine(message: unknown): void {
  for (const text of textsIn(message))
    expect(text).not.toMatch(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
}

/** The kinds that page people or push to their devices. */
export const PAGING: Partial<Record<ChannelKind, Manners>> = {
  telegram: TELEGRAM,
  pagerduty: PAGERDUTY,
  opsgenie: OPSGENIE,
  ntfy: NTFY,
  pushover: PUSHOVER,
  alertmanager: ALERTMANAGER,
};
