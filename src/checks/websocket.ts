import { WebSocket } from 'ws';
import { z } from 'zod';
import { cleanMessage, failureStatus, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import type { Connection, Trip } from '../net/dial.ts';
import { NetFailure } from '../net/failure.ts';
import type { TlsFacts } from '../net/tls.ts';
import { visit } from '../net/visit.ts';
import type { Check, ProbeContext } from './check.ts';
import { flag, noSuchSetting, optionalText } from '../core/config-values.ts';
import { verifyTlsField } from './connection-fields.ts';

/** A message longer than this ends the conversation: nobody looks for a word in more. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

const websocketConfig = z.strictObject(
  {
    send: optionalText(65_536),
    expect: optionalText(512),
    subprotocol: optionalText(100).refine(
      (text) => text === null || /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text),
      'A subprotocol is one word, for example graphql-ws.',
    ),
    verify_tls: flag(true),
  },
  {
    error: noSuchSetting('A WebSocket check'),
  },
);
type WebSocketConfig = z.infer<typeof websocketConfig>;

/** What a WebSocket check saw. `status` is the HTTP status of a handshake that was refused. */
export interface WebSocketFacts {
  tls: TlsFacts | null;
  note: string | null;
  status: number | null;
}

export const websocket: Check<WebSocketConfig, WebSocketFacts> = {
  kind: 'websocket',
  label: 'WebSocket',
  noun: 'WebSocket',
  targetField: { label: 'Address', placeholder: 'wss://example.com/socket' },
  config: websocketConfig,
  fields: [
    { name: 'send', label: 'Send', type: 'textarea', help: 'A text message, sent once the connection stands.' },
    { name: 'expect', label: 'Expect', type: 'text', help: 'Down unless a message with this text comes in time.' },
    { name: 'subprotocol', label: 'Subprotocol', type: 'text', placeholder: 'graphql-ws', advanced: true },
    verifyTlsField,
  ],
  parseTarget,
  probe,
  judge,
};

/** A ws or wss address; "example.com/socket" is taken as wss. */
function parseTarget(target: string): { target: string } | { problem: string } {
  const typed = target.trim();
  if (typed === '') return { problem: 'Enter the address to watch, for example wss://example.com/socket.' };
  if (typed.length > 2048) return { problem: 'The address is longer than 2,048 characters.' };
  if (/[\u0000-\u0020\u007f]/.test(typed)) return { problem: 'The address has a space or control character in it.' };
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(typed)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'ws' && scheme !== 'wss') {
    return { problem: `A WebSocket address begins with ws:// or wss://, not ${scheme.slice(0, 20)}.` };
  }
  const full = scheme === undefined ? `wss://${typed}` : typed;
  if (!URL.canParse(full))
    return { problem: 'This is not a valid address. Write for example wss://example.com/socket.' };
  const url = new URL(full);
  if (url.hostname === '') return { problem: 'The address has no host.' };
  if (url.username !== '' || url.password !== '') {
    return { problem: 'Leave the user name and password out of the address.' };
  }
  url.hash = '';
  return { target: url.href };
}

async function probe(target: string, config: WebSocketConfig, ctx: ProbeContext): Promise<Observation<WebSocketFacts>> {
  const url = new URL(target);
  const secure = url.protocol === 'wss:';
  const facts: WebSocketFacts = { tls: null, note: null, status: null };
  const seen = await visit(
    {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (secure ? 443 : 80),
      secure,
      verifyTls: config.verify_tls,
      family: 'any',
    },
    ctx,
    async (connection, trip) => {
      facts.tls = connection.tls;
      facts.note = connection.note;
      await converse(url, config, connection, trip, facts);
    },
  );
  return { failure: seen.failure, responseTimeMs: seen.responseTimeMs, phases: seen.phases, facts };
}

/** The handshake, then the message and its answer as far as they are asked for. */
async function converse(
  url: URL,
  config: WebSocketConfig,
  { socket }: Connection,
  { deadline, outbound, clock, phases }: Trip,
  facts: WebSocketFacts,
): Promise<void> {
  const start = clock.monotonic();
  const client = new WebSocket(url, config.subprotocol === null ? [] : [config.subprotocol], {
    createConnection: () => socket,
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    headers: { 'User-Agent': outbound.userAgent ?? 'StatusPing' },
  });
  let heard = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      deadline.stage(() => reject(late(client, heard, config, deadline.words)));
      client.on('unexpected-response', (_request, response) => {
        facts.status = response.statusCode ?? null;
        const said = `${response.statusCode ?? ''} ${(response.statusMessage ?? '').slice(0, 80)}`.trim();
        reject(new NetFailure('bad_status', `The handshake was answered with ${said} instead of 101.`));
      });
      client.on('error', (error) => reject(broken(error, client)));
      client.on('close', (code) =>
        reject(new NetFailure('truncated', `The server ended the conversation (code ${code}) before it was over.`)),
      );
      client.on('open', () => {
        phases.first_byte_ms = Math.max(0, clock.monotonic() - start);
        facts.status = 101;
        if (config.send !== null) client.send(config.send);
        if (config.expect === null) resolve();
      });
      client.on('message', (data: Buffer) => {
        heard += 1;
        if (config.expect !== null && data.includes(config.expect)) resolve();
      });
    });
  } finally {
    client.on('error', () => undefined); // terminating a handshake that goes on is one
    client.terminate();
  }
}

function late(client: WebSocket, heard: number, config: WebSocketConfig, words: string): NetFailure {
  if (client.readyState === WebSocket.CONNECTING) {
    return new NetFailure('timeout_first_byte', `The handshake was not answered within ${words}.`);
  }
  if (heard === 0) return new NetFailure('timeout_body', `No message came within ${words}.`);
  return new NetFailure('keyword_missing', `"${config.expect}" was in no message within ${words}.`);
}

/** What `ws` and the parser below it found wrong. */
function broken(error: Error, client: WebSocket): NetFailure {
  const code = 'code' in error ? String(error.code) : '';
  const shaking = client.readyState !== WebSocket.OPEN;
  if (code === 'ECONNRESET' || code === 'EPIPE' || error.message === 'socket hang up') {
    return new NetFailure(
      'connection_reset',
      `The connection was reset ${shaking ? 'during' : 'after'} the handshake.`,
    );
  }
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new NetFailure('too_large', 'The server sent a message of more than 1 MiB.');
  }
  return new NetFailure('protocol_error', `The server does not speak the protocol: ${error.message.slice(0, 200)}.`);
}

function judge(
  _config: WebSocketConfig,
  { failure, responseTimeMs, phases, facts }: Observation<WebSocketFacts>,
): Verdict {
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string | null): Verdict => ({
    status,
    reason,
    responseTimeMs,
    phases,
    statusCode: facts?.status ?? null,
    message: message === null ? null : cleanMessage(message),
    ...(facts?.tls ? { found: { certificate: facts.tls.certificate } } : {}),
  });
  if (failure) return verdict(failureStatus(failure.reason), failure.reason, failure.message);
  if (facts?.tls && /^(TLSv1|TLSv1\.1|SSLv3)$/.test(facts.tls.protocol)) {
    return verdict('degraded', 'tls_handshake', `The server speaks only ${facts.tls.protocol}, which browsers refuse.`);
  }
  return verdict('up', null, facts?.note ?? null);
}
