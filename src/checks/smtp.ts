import { isIP, type Socket } from 'node:net';
import { z } from 'zod';
import { cleanMessage, failureStatus, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import type { Destination, Trip } from '../net/dial.ts';
import { NetFailure } from '../net/failure.ts';
import { listenUntil, Unfinished } from '../net/line-reader.ts';
import { secure, type TlsFacts } from '../net/tls.ts';
import { visit } from '../net/visit.ts';
import type { Check, ProbeContext } from './check.ts';
import { choice, flag, noSuchSetting, optionalWhole } from '../core/config-values.ts';
import { ipFamily, ipFamilyField, verifyTlsField } from './connection-fields.ts';
import { parseHostPort, writeHostPort } from './host-port.ts';

const RELAY = 25;
/** Here TLS comes before the first word (RFC 8314). */
const SECURE_SUBMISSION = 465;

const smtpConfig = z.strictObject(
  {
    starttls: choice(['offered', 'required', 'never'], 'offered'),
    verify_tls: flag(true),
    degraded_over_ms: optionalWhole(1, 60_000),
    ip_family: ipFamily,
  },
  {
    error: noSuchSetting('A mail server check'),
  },
);
type SmtpConfig = z.infer<typeof smtpConfig>;

/** What a mail server check saw. `refused` is the answer that ended it. */
export interface SmtpFacts {
  refused: Reply | null;
  tls: TlsFacts | null;
  notes: string[];
}

/** An answer of the server, and the command it is to; '' for the greeting. */
interface Reply {
  command: string;
  code: number;
  text: string;
}

export const smtp: Check<SmtpConfig, SmtpFacts> = {
  kind: 'smtp',
  label: 'SMTP mail server',
  targetField: {
    label: 'Mail server',
    placeholder: 'mail.example.com',
    help: 'Port 25 unless one is named: mail.example.com:587. Port 465 speaks TLS from the first byte.',
  },
  config: smtpConfig,
  fields: [
    {
      name: 'starttls',
      label: 'Secure the connection',
      type: 'select',
      options: [
        { value: 'offered', label: 'When the server offers it' },
        { value: 'required', label: 'Always: down without it' },
        { value: 'never', label: 'Never' },
      ],
      help: 'With STARTTLS. The certificate is judged.',
    },
    {
      name: 'degraded_over_ms',
      label: 'Slow above',
      type: 'number',
      unit: 'ms',
      help: 'Slower conversations count as degraded, not down.',
    },
    verifyTlsField,
    ipFamilyField(),
  ],
  parseTarget,
  probe,
  judge,
};

function parseTarget(target: string): { target: string } | { problem: string } {
  const parsed = parseHostPort(target.trim().replace(/^smtps?:\/\//i, ''), RELAY);
  return 'problem' in parsed ? parsed : { target: writeHostPort(parsed, RELAY) };
}

async function probe(target: string, config: SmtpConfig, ctx: ProbeContext): Promise<Observation<SmtpFacts>> {
  const place = parseHostPort(target, RELAY);
  if ('problem' in place) throw new Error(place.problem);
  const to: Destination = {
    ...place,
    secure: place.port === SECURE_SUBMISSION,
    verifyTls: config.verify_tls,
    family: config.ip_family,
    alpn: [],
    anyPort: true,
  };
  const seen = await visit(to, ctx, async ({ socket, tls, note }, trip): Promise<SmtpFacts> => {
    const talk = new Talk(socket, tls, to, trip);
    try {
      const refused = await converse(talk, config, greetingName(ctx));
      return { refused, tls: talk.tls, notes: note === null ? [] : [note] };
    } finally {
      talk.end();
    }
  });
  return { failure: seen.failure, responseTimeMs: seen.responseTimeMs, phases: seen.phases, facts: seen.result };
}

/** Who we say we are: the host of this installation, an address in brackets (RFC 5321, section 4.1.3). */
function greetingName({ outbound }: ProbeContext): string {
  const host = outbound.own?.host ?? 'localhost';
  const family = isIP(host);
  return family === 0 ? host : `[${family === 6 ? 'IPv6:' : ''}${host}]`;
}

/** Greeting, EHLO, and STARTTLS with another EHLO. The first answer that is a refusal, or null. */
async function converse(talk: Talk, { starttls }: SmtpConfig, name: string): Promise<Reply | null> {
  const greeting = await talk.hear('');
  if (greeting.code !== 220) return greeting;
  const hello = await talk.say(`EHLO ${name}`);
  if (hello.code !== 250) return hello;
  const offered = /^STARTTLS\s*$/im.test(hello.text);
  if (talk.tls !== null || starttls === 'never' || (!offered && starttls === 'offered')) return null;
  if (!offered) throw new NetFailure('tls_handshake', 'The server does not offer STARTTLS.');
  const go = await talk.say('STARTTLS');
  if (go.code !== 220) return go;
  await talk.secure();
  const again = await talk.say(`EHLO ${name}`);
  return again.code === 250 ? null : again;
}

/** One side of an SMTP conversation. */
class Talk {
  tls: TlsFacts | null;
  #socket: Socket;
  readonly #to: Destination;
  readonly #trip: Trip;

  constructor(socket: Socket, tls: TlsFacts | null, to: Destination, trip: Trip) {
    this.#socket = socket;
    this.tls = tls;
    this.#to = to;
    this.#trip = trip;
  }

  say(command: string): Promise<Reply> {
    this.#socket.write(`${command}\r\n`);
    return this.hear(command);
  }

  /** Waits for one whole answer, which may have many lines. */
  async hear(command: string): Promise<Reply> {
    const { clock, deadline, phases } = this.#trip;
    const asked = clock.monotonic();
    const waitedFor = command === '' ? 'a greeting' : `an answer to ${command.split(' ')[0]}`;
    try {
      const text = await listenUntil(this.#socket, deadline, isWhole, waitedFor);
      return readReply(command, text);
    } catch (error) {
      // Half an answer at the deadline is a slow server, not another protocol.
      if (error instanceof Unfinished && deadline.ended) throw new NetFailure('timeout_body', error.message);
      throw error;
    } finally {
      phases.first_byte_ms = (phases.first_byte_ms ?? 0) + Math.max(0, clock.monotonic() - asked);
    }
  }

  async secure(): Promise<void> {
    const { clock, phases } = this.#trip;
    const start = clock.monotonic();
    try {
      const { socket, tls } = await secure(this.#socket, this.#to, this.#trip);
      this.#socket = socket;
      this.tls = tls;
    } finally {
      phases.tls_ms = Math.max(0, clock.monotonic() - start);
    }
  }

  end(): void {
    if (this.#socket.writable) this.#socket.write('QUIT\r\n');
    this.#socket.destroy();
  }
}

/** The last line of an answer has a blank, or nothing, behind its code; other words are no answer at all. */
function isWhole(text: string): boolean {
  return /^\d{3}(?: .*)?\r?\n/m.test(text) || !/^(?:\d{0,3}$|\d{3}[ \-\r\n])/.test(text);
}

/** More than one answer is refused: what is said before TLS begins must not count as said in it. */
function readReply(command: string, text: string): Reply {
  const match = /^((?:\d{3}-.*\r?\n)*)(\d{3})(?: (.*?))?\r?\n$/.exec(text);
  if (!match) {
    const first = text.split(/\r?\n/)[0]?.slice(0, 80) ?? '';
    throw new NetFailure('protocol_error', `This is not an answer of a mail server: "${first}".`);
  }
  const [, before = '', code, last = ''] = match;
  return { command, code: Number(code), text: `${before.replace(/^\d{3}-/gm, '')}${last}` };
}

function judge(config: SmtpConfig, seen: Observation<SmtpFacts>): Verdict {
  const { failure, responseTimeMs, phases, facts } = seen;
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string | null): Verdict => ({
    status,
    reason,
    message: message === null ? null : cleanMessage(message),
    responseTimeMs,
    statusCode: facts?.refused?.code ?? null,
    phases,
    ...(facts?.tls ? { found: { certificate: facts.tls.certificate } } : {}),
  });
  if (failure) return verdict(failureStatus(failure.reason), failure.reason, failure.message);
  if (!facts) return verdict('unknown', 'internal', 'Nothing was seen.');
  if (facts.refused) {
    const { command, code, text } = facts.refused;
    const when = command === '' ? 'The server greeted with' : `To ${command.split(' ')[0]} the server answered`;
    return verdict('down', 'bad_status', `${when} ${code} ${text.slice(0, 200)}`);
  }
  if (facts.tls && /^(TLSv1|TLSv1\.1|SSLv3)$/.test(facts.tls.protocol)) {
    return verdict('degraded', 'tls_handshake', `The server speaks only ${facts.tls.protocol}.`);
  }
  if (config.degraded_over_ms !== null && (responseTimeMs ?? 0) > config.degraded_over_ms) {
    const words = `Took ${Math.round(responseTimeMs ?? 0)} ms, slower than ${config.degraded_over_ms} ms.`;
    return verdict('degraded', 'slow', words);
  }
  return verdict('up', null, facts.notes.join(' ') || null);
}
