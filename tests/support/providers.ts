import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { expect } from 'vitest';
import type { ChannelKind } from '../../src/core/alert.ts';
import { SECOND } from '../../src/core/time.ts';
import { serveHttp } from './servers.ts';

/** What a provider received. */
export interface Heard {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer: as it stands, or none (`hang`), or the connection is closed (`close`), or 200 and bytes without end. */
export type Reply =
  | { status: number; body?: string | object; headers?: Record<string, string> }
  | 'hang'
  | 'close'
  | 'endless';

export interface Provider {
  url: string;
  heard: Heard[];
  behave(next: Reply | ((heard: Heard) => Reply)): void;
  close(): Promise<void>;
}

/** A local server in the place of a provider: it keeps what it hears and answers as it is told. */
export async function startProvider(first: Reply | ((heard: Heard) => Reply)): Promise<Provider> {
  const heard: Heard[] = [];
  let reply = first;
  const server = await serveHttp((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      heard.push(one);
      answer(response, typeof reply === 'function' ? reply(one) : reply);
    });
  });
  return {
    url: server.url,
    heard,
    behave: (next) => {
      reply = next;
    },
    close: () => server.close(),
  };
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'close') return void response.destroy();
  if (reply === 'endless') {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    return more();
  }
  const { status, body = '', headers = {} } = reply;
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What one kind of channel says to its provider and hears from it; `tests/channels/contract.test.ts` plays all of it. */
export interface Manners {
  /** Settings that lead to the local server, as a form sends them: all strings. */
  settings(url: string): Record<string, string>;
  /** Parts of those settings that open doors. */
  keys: readonly string[];
  /** Inputs that are refused, by field. */
  wrong: Record<string, readonly string[]>;
  /** The answer to a message that was taken. */
  ok: Reply;
  /** Answers after which the channel is switched off. */
  gone: Record<string, Reply>;
  /** Answers after which this message is given up. */
  refused: Record<string, Reply>;
  /** Answers after which it is tried again. */
  again: Record<string, Reply>;
  /** Answers that ask for patience, with the milliseconds they ask for. */
  patience: Record<string, { reply: Reply; ms: number }>;
  /** What was heard, parsed. Left out: JSON. */
  parse?(heard: Heard): unknown;
  /** Fails when a message is beyond what the provider takes. */
  fits(message: unknown, heard: Heard): void;
  /** Fails when words of people could mean more than words. */
  inert(message: unknown, heard: Heard): void;
}

/** Every text in a parsed message. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Everybody's answers of a server or proxy in trouble. */
export const TROUBLE: Record<string, Reply> = {
  'a 500': { status: 500, body: 'Internal Server Error' },
  'a 502 of a proxy': { status: 502, body: '<html><h1>Bad gateway</h1></html>' },
  'a 503': { status: 503 },
  'a closed connection': 'close',
};

const WEBHOOK: Manners = {
  settings: (url) => ({ url: `${url}/hook?token=k3y-in-the-query`, headers: 'Authorization: Bearer s3cr3t-value' }),
  keys: ['k3y-in-the-query', 's3cr3t-value'],
  wrong: { url: ['', 'ftp://example.com', 'https://', 'https://a:b@example.com'], method: ['GET'] },
  ok: { status: 204 },
  gone: { 'a 404': { status: 404 }, 'a 410': { status: 410, body: 'unsubscribed' } },
  refused: {},
  again: { ...TROUBLE, 'a 401': { status: 401 }, 'a 400': { status: 400 } },
  patience: { 'a 429': { reply: { status: 429, headers: { 'retry-after': '30' } }, ms: 30 * SECOND } },
  fits: (_message, { body }) => expect(Buffer.byteLength(body)).toBeLessThan(1024 * 1024),
  inert: () => undefined, // a program reads it: names are as they are, within their strings
};

interface SlackMessage {
  text: string;
  mrkdwn: boolean;
  link_names: boolean;
  attachments: { color: string; fallback: string; text: string; title_link?: string; mrkdwn_in: string[] }[];
}

const SLACK: Manners = {
  settings: (url) => ({ url: `${url}/services/T00000000/B00000000/XyZ0123456789abcdefghijk` }),
  keys: ['T00000000', 'XyZ0123456789abcdefghijk'],
  wrong: {
    url: [
      '',
      'hooks.slack.com/services/T0/B0/x',
      'http://hooks.slack.com/services/T0/B0/x',
      'https://hooks.slack.com/triggers/T0/1/x',
      'https://a:b@hooks.slack.com/services/T0/B0/x',
    ],
  },
  ok: { status: 200, body: 'ok' },
  gone: {
    'a token that is no good': { status: 403, body: 'invalid_token' },
    'a webhook that was removed': { status: 404, body: 'no_service' },
    'a channel that was removed': { status: 404, body: 'channel_not_found' },
    'an archived channel': { status: 410, body: 'channel_is_archived' },
    'a forbidden app': { status: 403, body: 'action_prohibited' },
    'a Mattermost hook that was removed': {
      status: 400,
      body: { id: 'web.incoming_webhook.invalid.app_error', message: 'Invalid webhook.', status_code: 400 },
    },
    'a Rocket.Chat hook that was removed': {
      status: 400,
      body: { success: false, error: 'Invalid integration id or token provided.' },
    },
  },
  refused: { 'a payload it cannot read': { status: 400, body: 'invalid_payload' } },
  again: {
    ...TROUBLE,
    'a 403 of a proxy': { status: 403, body: '<html>Forbidden</html>' },
    'a proxy that repeats our words': { status: 403, body: '<html>{"text":"no_service is down."}</html>' },
    'Rocket.Chat without success': { status: 200, body: { success: false, error: 'busy' } },
    'a web page': { status: 200, body: '<!DOCTYPE html><html><title>Sign in</title></html>' },
  },
  patience: {
    'rate limit': { reply: { status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' }, ms: 30 * SECOND },
  },
  fits: (message) => {
    const { text, attachments } = message as SlackMessage;
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(attachments.length).toBeLessThanOrEqual(20);
    for (const one of attachments) expect(one.text.length).toBeLessThanOrEqual(8_000);
    expect(textsIn(message).join('').length).toBeLessThanOrEqual(40_000);
  },
  inert: (message) => {
    const { mrkdwn, link_names: names, attachments } = message as SlackMessage;
    expect({ mrkdwn, names }).toEqual({ mrkdwn: false, names: false });
    for (const { mrkdwn_in: formatted } of attachments) expect(formatted).toEqual([]);
    for (const text of textsIn(message)) {
      expect(text.replace(/<https:\/\/status\.example\.com\/[\w/.-]*\|[^<>]*>/g, '')).not.toMatch(/[<>]/);
      expect(text).not.toMatch(/(^|[^\p{L}\p{N}])@(everyone|channel|all|here)/u);
      expect(text).not.toContain('](');
    }
  },
};

interface Embed {
  title: string;
  description: string;
  fields: { name: string; value: string }[];
  footer: { text: string };
}

interface DiscordMessage {
  content: string;
  allowed_mentions: unknown;
  embeds: Embed[];
}

const DISCORD: Manners = {
  settings: (url) => ({ url: `${url}/api/webhooks/112233445566778899/tok-en_0123456789abcdefghijklmnop` }),
  keys: ['112233445566778899', 'tok-en_0123456789abcdefghijklmnop'],
  wrong: {
    url: [
      '',
      'https://discord.com/channels/1/2',
      'http://discord.com/api/webhooks/1/x',
      'https://discord.com/api/webhooks/1/x/slack',
    ],
  },
  ok: { status: 200, body: { id: '1', type: 0, content: '', embeds: [] } },
  gone: {
    'a webhook that was removed': { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } },
    'a token that is no good': { status: 401, body: { message: 'Invalid Webhook Token', code: 50_027 } },
    'no right to write': { status: 403, body: { message: 'Missing Permissions', code: 50_013 } },
  },
  refused: { 'a form it does not take': { status: 400, body: { message: 'Invalid Form Body', code: 50_035 } } },
  again: {
    ...TROUBLE,
    'a 403 of the network before it': { status: 403, body: '<html>error code: 1010</html>' },
    'its internal network error': { status: 403, body: { message: 'internal network error', code: 40_333 } },
  },
  patience: {
    'a limit in the body': {
      reply: {
        status: 429,
        headers: { 'retry-after': '1', 'x-ratelimit-scope': 'shared' },
        body: { message: 'You are being rate limited.', retry_after: 64.57, global: false },
      },
      ms: 64_570,
    },
    'a limit of the network before it': {
      reply: { status: 429, headers: { 'retry-after': '120' }, body: 'error code: 1015' },
      ms: 120 * SECOND,
    },
  },
  parse: ({ headers, body }) => {
    const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1];
    if (boundary === undefined) return JSON.parse(body) as unknown;
    const parts = body.split(`--${boundary}`).map((part) => part.split('\r\n\r\n').slice(1).join('\r\n\r\n').trim());
    expect(parts).toHaveLength(4);
    return { ...(JSON.parse(parts[1] ?? '') as DiscordMessage), file: parts[2] };
  },
  fits: (message, { path }) => {
    expect(path).toContain('wait=true');
    const { content, embeds } = message as DiscordMessage;
    expect(content.length).toBeLessThanOrEqual(2_000);
    for (const { title, description, fields, footer } of embeds) {
      expect(title.length).toBeLessThanOrEqual(256);
      expect(description.length).toBeLessThanOrEqual(4_096);
      expect(fields.length).toBeLessThanOrEqual(25);
      expect(footer.text.length).toBeLessThanOrEqual(2_048);
      for (const { name, value } of fields) {
        expect(name.trim().length).toBeGreaterThan(0);
        expect(value.trim().length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(256);
        expect(value.length).toBeLessThanOrEqual(1_024);
      }
      const all = [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])];
      expect(all.join('').length).toBeLessThanOrEqual(6_000);
    }
  },
  inert: (message) => {
    const { content, allowed_mentions: mentions, embeds } = message as DiscordMessage;
    expect(mentions).toEqual({ parse: [] });
    const shown = [
      content,
      ...embeds.flatMap(({ description, fields }) => [description, ...fields.map((f) => f.value)]),
    ];
    for (const text of shown) {
      const ours = text.replace(/(?<!\\)\[(?:\\.|[^\\[\]])*\]\(https:\/\/status\.example\.com[^()\s]*\)/gs, '');
      // What is left has no mark of Markdown that is not taken back, except in plain addresses.
      const words = ours.replace(/\\./gs, '').replace(/https?:\/\/\S+/g, '');
      expect(words).not.toMatch(/[*_~`|<>[\]()#@]/);
    }
  },
};

interface TeamsMessage {
  type: string;
  attachments: [
    {
      contentType: string;
      contentUrl: null;
      content: { type: string; version: string; body: { type: string; inlines: { type: string; text: string }[] }[] };
    },
  ];
}

const TEAMS: Manners = {
  settings: (url) => ({
    url: `${url}/workflows/0123456789abcdef/triggers/manual?api-version=1&sig=S1gnature_0123456789`,
  }),
  keys: ['0123456789abcdef', 'S1gnature_0123456789'],
  wrong: { url: ['', 'teams', 'http://prod-1.westus.logic.azure.com/workflows/x'] },
  ok: { status: 202 },
  gone: {
    'a workflow that was removed': { status: 404, body: { error: { code: 'WorkflowNotFound', message: 'Gone.' } } },
    'a workflow that is switched off': {
      status: 400,
      body: { error: { code: 'WorkflowTriggerIsNotEnabled', message: 'The trigger is disabled.' } },
    },
    'an address without its key': {
      status: 401,
      body: { error: { code: 'DirectApiAuthorizationRequired', message: 'No.' } },
    },
    'a connector of before': { status: 410, body: 'Connectors are retired.' },
  },
  refused: {
    'a card that is too large': { status: 413, body: { error: { code: 'RequestEntityTooLarge', message: 'Large.' } } },
    'a card it cannot read': { status: 400, body: { error: { code: 'TriggerInputSchemaMismatch', message: 'No.' } } },
  },
  again: {
    ...TROUBLE,
    'a 403 of a proxy': { status: 403, body: '<html>WorkflowNotFound</html>' },
    'words of failure with 200': {
      status: 200,
      body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x',
    },
  },
  patience: { throttling: { reply: { status: 429, headers: { 'retry-after': '17' } }, ms: 17 * SECOND } },
  fits: (message, { body }) => {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28_000);
    const { type, attachments } = message as TeamsMessage;
    expect(type).toBe('message');
    expect(attachments).toHaveLength(1);
    const [{ contentType, contentUrl, content }] = attachments;
    expect(contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(contentUrl).toBeNull();
    expect(content).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
  },
  inert: (message) => {
    const [{ content }] = (message as TeamsMessage).attachments;
    // The one element in which nothing is Markdown.
    for (const { type, inlines } of content.body) {
      expect(type).toBe('RichTextBlock');
      for (const run of inlines) {
        expect(run.type).toBe('TextRun');
        expect(run.text).not.toMatch(/\{\{|\$\{/);
      }
    }
  },
};

/** Every kind that speaks to a provider over HTTP. */
export const PROVIDERS: Partial<Record<ChannelKind, Manners>> = {
  webhook: WEBHOOK,
  slack: SLACK,
  discord: DISCORD,
  teams: TEAMS,
};
