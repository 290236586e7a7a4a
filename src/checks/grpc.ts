import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { z } from 'zod';
import { cleanMessage, failureStatus, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import type { Connection, Trip } from '../net/dial.ts';
import { NetFailure } from '../net/failure.ts';
import type { TlsFacts } from '../net/tls.ts';
import { visit } from '../net/visit.ts';
import type { Check, ProbeContext } from './check.ts';
import { flag, noSuchSetting, optionalText } from '../core/config-values.ts';
import { verifyTlsField } from './connection-fields.ts';
import { healthRequest, readHealth } from './grpc-health.ts';
import { parseHostPort, writeHostPort } from './host-port.ts';

/** A health answer has a few bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;
const { HTTP2_HEADER_PATH, HTTP2_HEADER_METHOD, HTTP2_HEADER_STATUS, HTTP2_HEADER_CONTENT_TYPE } = constants;

const grpcConfig = z.strictObject(
  { service: optionalText(200), tls: flag(false), verify_tls: flag(true) },
  {
    error: noSuchSetting('A gRPC check'),
  },
);
type GrpcConfig = z.infer<typeof grpcConfig>;

/** What a gRPC check saw: the service's state, and the certificate of a secured connection. */
export interface GrpcFacts {
  tls: TlsFacts | null;
  note: string | null;
  state: string | null;
}

export const grpc: Check<GrpcConfig, GrpcFacts> = {
  kind: 'grpc',
  label: 'gRPC health',
  noun: 'gRPC',
  targetField: { label: 'Host and port', placeholder: 'example.com:50051' },
  config: grpcConfig,
  fields: [
    { name: 'service', label: 'Service', type: 'text', help: 'Left empty, the health of the whole server is asked.' },
    { name: 'tls', label: 'Use TLS', type: 'checkbox' },
    verifyTlsField,
  ],
  parseTarget: (target) => {
    const parsed = parseHostPort(target.trim().replace(/^grpcs?:\/\//i, ''), null);
    return 'problem' in parsed ? parsed : { target: writeHostPort(parsed, null) };
  },
  probe,
  judge,
};

async function probe(target: string, config: GrpcConfig, ctx: ProbeContext): Promise<Observation<GrpcFacts>> {
  const to = parseHostPort(target, null);
  if ('problem' in to) throw new Error(to.problem);
  const facts: GrpcFacts = { tls: null, note: null, state: null };
  const seen = await visit(
    { ...to, secure: config.tls, verifyTls: config.verify_tls, family: 'any', alpn: ['h2'] },
    ctx,
    async (connection, trip) => {
      facts.tls = connection.tls;
      facts.note = connection.note;
      facts.state = await askHealth(target, config, connection, trip);
    },
  );
  return { failure: seen.failure, responseTimeMs: seen.responseTimeMs, phases: seen.phases, facts };
}

/** One call of `Check` over HTTP/2. The session is destroyed, never ended politely: the other side could hold it open. */
async function askHealth(
  target: string,
  { service, tls }: GrpcConfig,
  { socket }: Connection,
  { deadline, outbound, clock, phases }: Trip,
): Promise<string> {
  const start = clock.monotonic();
  const session = connect(`${tls ? 'https' : 'http'}://${target}`, { createConnection: () => socket });
  try {
    return await new Promise<string>((resolve, reject) => {
      const answer: Answer = { headers: null, trailers: {}, chunks: [], bytes: 0 };
      deadline.stage(() => reject(late(answer, deadline.words)));
      const broke = (error: Error): void => reject(broken(error));
      session.on('error', broke);
      session.on('close', () => broke(new Error('closed')));
      const call = session.request({
        [HTTP2_HEADER_METHOD]: 'POST',
        [HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
        [HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
        te: 'trailers',
        'user-agent': outbound.userAgent ?? 'StatusPing',
      });
      call.on('error', broke);
      call.on('response', (headers) => {
        answer.headers = headers;
        phases.first_byte_ms = Math.max(0, clock.monotonic() - start);
      });
      call.on('trailers', (headers) => {
        answer.trailers = headers;
      });
      call.on('data', (chunk: Buffer) => {
        answer.bytes += chunk.length;
        if (answer.bytes <= MAX_ANSWER_BYTES) answer.chunks.push(chunk);
        else reject(new NetFailure('too_large', 'The answer to a health question has more than 64 KiB.'));
      });
      call.on('end', () => {
        const read = readAnswer(answer, service ?? '');
        if (read instanceof NetFailure) reject(read);
        else resolve(read);
      });
      call.end(healthRequest(service ?? ''));
    });
  } finally {
    quiet(session);
  }
}

/** What comes after the answer, or after our own giving up, is of no interest. */
function quiet(session: ClientHttp2Session): void {
  session.removeAllListeners('close');
  session.on('error', () => undefined);
  session.destroy();
}

interface Answer {
  headers: IncomingHttpHeaders | null;
  trailers: IncomingHttpHeaders;
  chunks: Buffer[];
  bytes: number;
}

function readAnswer({ headers, trailers, chunks }: Answer, service: string): string | NetFailure {
  if (!headers) return new NetFailure('protocol_error', 'The server answered without a head.');
  const status = Number(headers[HTTP2_HEADER_STATUS]);
  if (status !== 200) return new NetFailure('bad_status', `The server answered with HTTP status ${status}.`);
  const type = String(headers[HTTP2_HEADER_CONTENT_TYPE] ?? 'nothing');
  if (!type.startsWith('application/grpc')) {
    return new NetFailure('protocol_error', `The server answered with ${type.slice(0, 80)} instead of gRPC.`);
  }
  // An answer that is only an error has its status in the head.
  const code = trailers['grpc-status'] ?? headers['grpc-status'];
  if (code === undefined) return new NetFailure('truncated', 'The answer ended before its status.');
  if (code !== '0') return callFailure(String(code), trailers['grpc-message'] ?? headers['grpc-message'], service);
  const read = readHealth(Buffer.concat(chunks));
  return 'problem' in read ? new NetFailure('protocol_error', read.problem) : read.state;
}

function callFailure(code: string, message: string | string[] | undefined, service: string): NetFailure {
  if (code === '5') return new NetFailure('bad_status', `The server knows no service named "${service}".`);
  if (code === '12') return new NetFailure('protocol_error', 'The server does not offer the standard health service.');
  const said = message === undefined ? '' : `: ${decode(String(message)).slice(0, 300)}`;
  return new NetFailure('bad_status', `The call failed with gRPC status ${code.slice(0, 10)}${said}.`);
}

/** gRPC sends messages percent-encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function late({ headers }: Answer, words: string): NetFailure {
  return headers
    ? new NetFailure('timeout_body', `The answer was not complete within ${words}.`)
    : new NetFailure('timeout_first_byte', `The health question was not answered within ${words}.`);
}

function broken(error: Error): NetFailure {
  const code = 'code' in error ? String(error.code) : '';
  if (error.message === 'closed' || code === 'ECONNRESET' || code === 'EPIPE') {
    return new NetFailure('connection_reset', 'The connection was closed before the question was answered.');
  }
  return new NetFailure('protocol_error', `The server does not speak HTTP/2: ${error.message.slice(0, 200)}.`);
}

function judge(_config: GrpcConfig, { failure, responseTimeMs, phases, facts }: Observation<GrpcFacts>): Verdict {
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string | null): Verdict => ({
    status,
    reason,
    responseTimeMs,
    phases,
    statusCode: null,
    message: message === null ? null : cleanMessage(message),
    ...(facts?.tls ? { found: { certificate: facts.tls.certificate } } : {}),
  });
  if (failure) return verdict(failureStatus(failure.reason), failure.reason, failure.message);
  if (facts?.state !== 'SERVING') {
    return verdict('down', 'bad_status', `The service says ${facts?.state ?? 'nothing'}, expected SERVING.`);
  }
  return verdict('up', null, facts.note);
}
