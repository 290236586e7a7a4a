import { z } from 'zod';
import {
  cleanEvidence,
  cleanMessage,
  failureStatus,
  type Observation,
  type Reason,
  type Verdict,
} from '../core/verdict.ts';
import { refusePort } from '../net/guard.ts';
import { listenUntil, Unfinished } from '../net/line-reader.ts';
import type { TlsFacts } from '../net/tls.ts';
import { visit } from '../net/visit.ts';
import type { Check, ProbeContext } from './check.ts';
import { flag, noSuchSetting, optionalText, optionalWhole } from '../core/config-values.ts';
import { ipFamily, ipFamilyField, verifyTlsField } from './connection-fields.ts';
import { parseHostPort, writeHostPort } from './host-port.ts';
import { compilePattern } from './pattern.ts';

const tcpConfig = z
  .strictObject(
    {
      send: optionalText(1_024),
      expect: optionalText(512),
      tls: flag(false),
      verify_tls: flag(true),
      degraded_over_ms: optionalWhole(1, 60_000),
      ip_family: ipFamily,
    },
    {
      error: noSuchSetting('A port check'),
    },
  )
  .superRefine((config, ctx) => {
    const wanted = config.expect === null ? null : readExpectation(config.expect);
    if (wanted && 'problem' in wanted) ctx.addIssue({ code: 'custom', path: ['expect'], message: wanted.problem });
  });
type TcpConfig = z.infer<typeof tcpConfig>;

/** What a port check saw. */
export interface TcpFacts {
  /** What the server said as far as it was read; '' when nothing was waited for. */
  said: string;
  /** Whether that held what was expected; true when nothing was. */
  met: boolean;
  tls: TlsFacts | null;
  note: string | null;
}

export const tcp: Check<TcpConfig, TcpFacts> = {
  kind: 'tcp',
  label: 'TCP port',
  targetField: { label: 'Host and port', placeholder: 'db.example.com:5432' },
  config: tcpConfig,
  fields: [
    {
      name: 'send',
      label: 'Send',
      type: 'textarea',
      placeholder: String.raw`PING\r\n`,
      help: String.raw`Sent once connected. \r, \n, \t, \\ and \x00 stand for single characters.`,
    },
    {
      name: 'expect',
      label: 'Answer must contain',
      type: 'text',
      placeholder: '+PONG',
      help: 'Text, or a pattern between slashes: /^220 .*ready/. Down when it does not come in time.',
    },
    {
      name: 'tls',
      label: 'Speak TLS',
      type: 'checkbox',
      help: 'Secure the connection first, and judge the certificate.',
    },
    {
      name: 'degraded_over_ms',
      label: 'Slow above',
      type: 'number',
      unit: 'ms',
      help: 'Slower answers count as degraded, not down.',
      advanced: true,
    },
    verifyTlsField,
    ipFamilyField(),
  ],
  parseTarget,
  probe,
  judge,
};

function parseTarget(target: string): { target: string } | { problem: string } {
  const parsed = parseHostPort(target.trim().replace(/^tcp:\/\//i, ''), null);
  return 'problem' in parsed ? parsed : { target: writeHostPort(parsed, null) };
}

async function probe(target: string, config: TcpConfig, ctx: ProbeContext): Promise<Observation<TcpFacts>> {
  const to = parseHostPort(target, null);
  if ('problem' in to) throw new Error(to.problem);
  // Connecting harms nobody; words of a stranger's choice must not reach mail, shell or database servers.
  const refusal = config.send === null ? null : refusePort(to.port, ctx.outbound);
  if (refusal) {
    const message = `Nothing is sent to port ${to.port}: it belongs to a service that must not get words of others.`;
    return { ...NOTHING_SEEN, failure: { reason: 'target_blocked', message } };
  }
  const seen = await visit(
    { ...to, secure: config.tls, verifyTls: config.verify_tls, family: config.ip_family, anyPort: true },
    ctx,
    async ({ socket, tls, note }, { deadline }): Promise<TcpFacts> => {
      if (config.send !== null) socket.write(unescape(config.send));
      if (config.expect === null) return { said: '', met: true, tls, note };
      const wanted = expectation(config.expect);
      const answer = await listenUntil(socket, deadline, (text) => wanted.found(text), 'the expected answer').then(
        (said) => ({ said, met: true }),
        (error: unknown) => {
          if (error instanceof Unfinished) return { said: error.said, met: false };
          throw error;
        },
      );
      return { ...answer, tls, note };
    },
  );
  return { failure: seen.failure, responseTimeMs: seen.responseTimeMs, phases: seen.phases, facts: seen.result };
}

const NOTHING_SEEN: Observation<TcpFacts> = {
  failure: null,
  responseTimeMs: null,
  phases: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: null, transfer_ms: null },
  facts: null,
};

/** `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN` as the bytes they stand for; the line ends of a form are plain line feeds. */
function unescape(text: string): Buffer {
  const plain = text.replaceAll('\r\n', '\n');
  const parts = plain.split(/(\\(?:[rnt0\\]|x[0-9a-fA-F]{2}))/);
  return Buffer.concat(parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.from([byteOf(part)]))));
}

function byteOf(escape: string): number {
  const single: Record<string, number> = { r: 13, n: 10, t: 9, '0': 0, '\\': 92 };
  return single[escape.slice(1)] ?? Number.parseInt(escape.slice(2), 16);
}

type Expectation = { found(text: string): boolean } | { problem: string };

/** A pattern between slashes, else text that must be in the answer. */
function readExpectation(text: string): Expectation {
  const pattern = /^\/(.+)\/(i?)$/s.exec(text);
  if (!pattern) return { found: (said) => said.includes(text) };
  return compilePattern(`${pattern[2] === 'i' ? '(?i)' : ''}${pattern[1]}`);
}

function expectation(text: string): { found(text: string): boolean } {
  const wanted = readExpectation(text);
  if ('problem' in wanted) throw new Error(wanted.problem);
  return wanted;
}

function judge(config: TcpConfig, { failure, responseTimeMs, phases, facts }: Observation<TcpFacts>): Verdict {
  const evidence = facts && !facts.met ? cleanEvidence(facts.said) : '';
  const certificate = facts?.tls?.certificate;
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string | null): Verdict => ({
    status,
    reason,
    message: message === null ? null : cleanMessage(message),
    responseTimeMs,
    statusCode: null,
    phases,
    ...(certificate || evidence
      ? { found: { ...(certificate && { certificate }), ...(evidence && { evidence }) } }
      : {}),
  });
  if (failure) return verdict(failureStatus(failure.reason), failure.reason, failure.message);
  if (!facts) return verdict('unknown', 'internal', 'Nothing was seen.');
  if (!facts.met) {
    const said = facts.said === '' ? 'nothing' : `"${facts.said.slice(0, 200)}"`;
    return verdict('down', 'keyword_missing', `The server said ${said}, expected ${config.expect}`);
  }
  if (config.degraded_over_ms !== null && (responseTimeMs ?? 0) > config.degraded_over_ms) {
    const words = `Took ${Math.round(responseTimeMs ?? 0)} ms, slower than ${config.degraded_over_ms} ms.`;
    return verdict('degraded', 'slow', words);
  }
  return verdict('up', null, facts.note);
}
