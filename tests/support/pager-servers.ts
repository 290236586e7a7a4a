import { type Heard, type Provider, type Reply, startProvider } from './providers.ts';

/** What is wrong with a body, or null. */
type Rule = [wrong: boolean, sentence: string];

const firstWrong = (rules: Rule[]): string | null => rules.find(([wrong]) => wrong)?.[1] ?? null;
const fields = ({ body }: Heard): Record<string, unknown> => object(JSON.parse(body));
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export interface PlayedTelegram extends Provider {
  /** Messages that were taken, with their text as a reader sees it. */
  taken: { chat: string; shown: string; raw: Record<string, unknown> }[];
}

/** The Bot API with one bot and the chats it may write to; texts and buttons are refused as there. */
export async function playTelegram(token: string, chats: readonly string[]): Promise<PlayedTelegram> {
  const taken: PlayedTelegram['taken'] = [];
  const fails = (code: number, description: string, parameters?: object): Reply => ({
    status: code,
    body: { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) },
  });
  const provider = await startProvider((asked) => {
    const [, bot, method] = /^\/bot([^/]+)\/(\w+)$/.exec(asked.path) ?? [];
    if (bot === undefined) return fails(404, 'Not Found');
    if (bot !== token) return fails(401, 'Unauthorized');
    if (method !== 'sendMessage') return fails(404, 'Not Found');
    const body = fields(asked);
    const chat = text(body['chat_id']);
    if (!chats.includes(chat)) return fails(400, 'Bad Request: chat not found');
    const shown = body['parse_mode'] === 'HTML' ? readHtml(text(body['text'])) : text(body['text']);
    if (shown === null) return fails(400, "Bad Request: can't parse entities: Unsupported start tag");
    if (shown.length > 4_096) return fails(400, 'Bad Request: message is too long');
    if (shown.trim() === '') return fails(400, 'Bad Request: message text is empty');
    const keyboard = object(body['reply_markup'])['inline_keyboard'];
    for (const { url } of (Array.isArray(keyboard) ? keyboard : []).flat() as { url: string }[]) {
      if (!new URL(url).hostname.includes('.')) {
        return fails(400, `Bad Request: inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
      }
    }
    taken.push({ chat, shown, raw: body });
    return {
      status: 200,
      body: { ok: true, result: { message_id: taken.length, chat: { id: Number(chat) }, text: shown } },
    };
  });
  return { ...provider, taken };
}

/** Text of Telegram's HTML as it is shown; null for a tag it does not know, one left open, or a loose `<`. */
function readHtml(html: string): string | null {
  const open: string[] = [];
  let shown = '';
  for (const [piece] of html.matchAll(/<[^>]*>?|[^<]+/g)) {
    if (!piece.startsWith('<')) {
      shown += piece;
      continue;
    }
    const tag = /^<(\/?)(b|i|u|s|code|pre)>$/.exec(piece);
    if (!tag) return null;
    if (tag[1] === '') open.push(tag[2] ?? '');
    else if (open.pop() !== tag[2]) return null;
  }
  if (open.length > 0) return null;
  return shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

export interface PlayedPager extends Provider {
  /** State of every alert by its key, in the words of the provider. */
  states: Map<string, string>;
}

/** PagerDuty's Events API v2 with one integration. */
export async function playPagerduty(routingKey: string): Promise<PlayedPager> {
  const states = new Map<string, string>();
  const invalid = (...errors: string[]): Reply => ({
    status: 400,
    body: { status: 'invalid event', message: 'Event object is invalid', errors },
  });
  const provider = await startProvider((asked) => {
    const body = fields(asked);
    const payload = object(body['payload']);
    const action = text(body['event_action']);
    const dedup = text(body['dedup_key']);
    const wrong = firstWrong([
      [asked.path !== '/v2/enqueue' || asked.method !== 'POST', 'Not found'],
      [text(body['routing_key']).length !== 32, "Length of 'routing_key' is incorrect (should be 32 characters)"],
      [body['routing_key'] !== routingKey, 'Invalid routing key'],
      [!['trigger', 'acknowledge', 'resolve'].includes(action), "'event_action' is invalid"],
      [dedup === '' || dedup.length > 255, "'dedup_key' is invalid"],
      [action === 'trigger' && text(payload['summary']).length === 0, "'payload.summary' is missing or blank"],
      [text(payload['summary']).length > 1_024, "'payload.summary' is too long"],
      [action === 'trigger' && text(payload['source']) === '', "'payload.source' is missing or blank"],
      [
        action === 'trigger' && !['critical', 'error', 'warning', 'info'].includes(text(payload['severity'])),
        "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
      ],
    ]);
    if (wrong !== null) return invalid(wrong);
    // Triggered again an incident stays acknowledged; only a resolved one begins anew.
    if (action === 'trigger') states.set(dedup, states.get(dedup) === 'acknowledged' ? 'acknowledged' : 'triggered');
    else if (states.has(dedup)) states.set(dedup, action === 'resolve' ? 'resolved' : 'acknowledged');
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: dedup } };
  });
  return { ...provider, states };
}

/** Opsgenie's Alert API with one integration. */
export async function playOpsgenie(apiKey: string): Promise<PlayedPager> {
  const states = new Map<string, string>();
  const says = (status: number, message: string): Reply => ({ status, body: { message, took: 0.001, requestId: 'r' } });
  const taken: Reply = { status: 202, body: { result: 'Request will be processed', took: 0.1, requestId: 'r-1' } };
  const provider = await startProvider((asked) => {
    if (asked.headers.authorization !== `GenieKey ${apiKey}`) return says(403, 'API Key is not valid.');
    const [, named, step] =
      /^\/v2\/alerts(?:\/([^/?]+)\/(close|acknowledge)\?identifierType=alias)?$/.exec(asked.path) ?? [];
    const body = fields(asked);
    if (named !== undefined) {
      const alias = decodeURIComponent(named);
      if (states.has(alias)) states.set(alias, step === 'close' ? 'closed' : 'acknowledged');
      return taken;
    }
    const wrong = firstWrong([
      [asked.path !== '/v2/alerts', 'No such path'],
      [text(body['message']) === '', 'Message can not be empty.'],
      [text(body['message']).length > 130, 'Message is too long.'],
      [text(body['alias']).length > 512, 'Alias is too long.'],
      [text(body['description']).length > 15_000, 'Description is too long.'],
      [!/^P[1-5]$/.test(text(body['priority'])), 'Priority should be one of [ P1, P2, P3, P4, P5 ]'],
    ]);
    if (wrong !== null) return says(422, wrong);
    // The same alias again counts up; it does not take back an acknowledgement.
    const alias = text(body['alias']);
    states.set(alias, states.get(alias) === 'acknowledged' ? 'acknowledged' : 'open');
    return taken;
  });
  return { ...provider, states };
}

/** An ntfy server; `authorization` is what it asks for, null for nothing. */
export async function playNtfy(authorization: string | null = null): Promise<Provider> {
  return startProvider((asked) => {
    const body = fields(asked);
    const { authorization: given } = asked.headers;
    const fails = (status: number, code: number, error: string): Reply => ({
      status,
      body: { code, http: status, error },
    });
    if (authorization !== null && given === undefined) return fails(403, 40_301, 'forbidden');
    if (authorization !== null && given !== authorization) return fails(401, 40_101, 'unauthorized');
    if (asked.path !== '/' || !/^[-_A-Za-z0-9]{1,64}$/.test(text(body['topic']))) {
      return fails(400, 40_009, 'invalid request: topic invalid');
    }
    const priority = body['priority'];
    if (typeof priority !== 'number' || priority < 1 || priority > 5) return fails(400, 40_007, 'invalid priority');
    // A longer one would arrive as a file.
    if (Buffer.byteLength(text(body['message'])) > 4_096) return fails(413, 41_301, 'attachment too large');
    return {
      status: 200,
      body: { id: 'n1', time: 1, event: 'message', topic: body['topic'], message: body['message'] },
    };
  });
}

export interface PlayedPushover extends Provider {
  /** Tags of alarms that still ring. */
  ringing: Set<string>;
}

/** Pushover with one application and one user. */
export async function playPushover(token: string, user: string): Promise<PlayedPushover> {
  const ringing = new Set<string>();
  const invalid = (errors: string[], more: object = {}): Reply => ({
    status: 400,
    body: { ...more, errors, status: 0, request: 'q' },
  });
  const provider = await startProvider((asked) => {
    const body = fields(asked);
    if (body['token'] !== token)
      return invalid(['application token is invalid, see https://pushover.net/api'], { token: 'invalid' });
    const [, tag] = /^\/1\/receipts\/cancel_by_tag\/([^/]+)\.json$/.exec(asked.path) ?? [];
    if (tag !== undefined) {
      const known = ringing.delete(decodeURIComponent(tag));
      return { status: 200, body: { canceled: known ? 1 : 0, status: 1, request: 'q' } };
    }
    if (body['user'] !== user)
      return invalid(['user identifier is not a valid user, group, or subscribed user key'], { user: 'invalid' });
    const [retry, expire] = [Number(body['retry'] ?? 0), Number(body['expire'] ?? 0)];
    const emergency = body['priority'] === 2;
    const wrong = firstWrong([
      [asked.path !== '/1/messages.json', 'no such path'],
      [text(body['message']).trim() === '', 'message cannot be blank'],
      [text(body['message']).length > 1_024, 'message is too long'],
      [text(body['title']).length > 250, 'title is too long'],
      [text(body['url']).length > 512, 'url is too long'],
      [emergency && retry < 30, 'retry must be at least 30 seconds'],
      [emergency && (expire < 1 || expire > 10_800), 'expire must be supplied and at most 10800'],
    ]);
    if (wrong !== null) return invalid([wrong]);
    if (emergency && text(body['tags']) !== '') ringing.add(text(body['tags']));
    return { status: 200, body: { status: 1, request: 'q', ...(emergency ? { receipt: 'r'.repeat(30) } : {}) } };
  });
  return { ...provider, ringing };
}

export interface PlayedAlertmanager extends Provider {
  /** Names of what fires at this moment, epoch ms. */
  firing(at: number): string[];
}

/** Alertmanager's API v2: alerts are known by their labels and fire until they end. */
export async function playAlertmanager(): Promise<PlayedAlertmanager> {
  const known = new Map<string, { name: string; endsAt: number }>();
  const provider = await startProvider((asked) => {
    if (asked.path !== '/api/v2/alerts' || asked.method !== 'POST') return { status: 404, body: 'not found' };
    const list: unknown = JSON.parse(asked.body);
    if (!Array.isArray(list)) return { status: 400, body: { code: 601, message: 'alerts in body must be an array' } };
    for (const one of list as unknown[]) {
      const { labels: given, startsAt, endsAt } = object(one);
      const labels = object(given);
      const [start, end] = [Date.parse(text(startsAt)), Date.parse(text(endsAt))];
      const names = Object.keys(labels);
      if (
        names.length === 0 ||
        names.some((name) => !/^[A-Za-z_]\w*$/.test(name) || typeof labels[name] !== 'string')
      ) {
        return { status: 400, body: JSON.stringify('invalid label set') };
      }
      if (Number.isNaN(start) || Number.isNaN(end) || end < start) {
        return { status: 400, body: JSON.stringify('start time must be before end time') };
      }
      const print = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      known.set(print, { name: text(labels['alertname']), endsAt: end });
    }
    return { status: 200, body: '' };
  });
  return {
    ...provider,
    firing: (at) => [...known.values()].filter(({ endsAt }) => endsAt > at).map(({ name }) => name),
  };
}
