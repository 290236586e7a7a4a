import { isIP } from 'node:net';
import { z } from 'zod';
import { cleanMessage, failureStatus, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import { type Echoes, ping as sendPings } from '../net/icmp.ts';
import type { Check, ProbeContext } from './check.ts';
import { noSuchSetting, optionalWhole, whole } from '../core/config-values.ts';
import { ipFamily, ipFamilyField } from './connection-fields.ts';
import { parseHostPort } from './host-port.ts';

/** The parser wants one; a ping has none. */
const ANY_PORT = 80;

const pingConfig = z.strictObject(
  {
    count: whole(1, 10, 3),
    max_loss_percent: whole(0, 99, 50),
    degraded_over_ms: optionalWhole(1, 60_000),
    ip_family: ipFamily,
  },
  {
    error: noSuchSetting('A ping check'),
  },
);
type PingConfig = z.infer<typeof pingConfig>;

export const ping: Check<PingConfig, Echoes> = {
  kind: 'ping',
  label: 'Ping',
  noun: 'ping',
  targetField: { label: 'Host', placeholder: 'example.com' },
  config: pingConfig,
  fields: [
    { name: 'count', label: 'Pings per check', type: 'number', placeholder: '3', help: 'From 1 to 10.' },
    {
      name: 'max_loss_percent',
      label: 'Down above',
      type: 'number',
      unit: '% lost',
      placeholder: '50',
      help: 'Less loss counts as degraded.',
    },
    {
      name: 'degraded_over_ms',
      label: 'Slow above',
      type: 'number',
      unit: 'ms',
      help: 'A slower round trip counts as degraded, not down.',
    },
    ipFamilyField('Ping over'),
  ],
  parseTarget,
  probe,
  judge,
};

/** A host alone, or a bare IPv6 address. */
function parseTarget(target: string): { target: string } | { problem: string } {
  const typed = target.trim().replace(/^\[(.*)\]$/, '$1');
  if (isIP(typed) !== 6 && typed.includes(':')) return { problem: 'A ping has no port: write only the host.' };
  const parsed = parseHostPort(typed, ANY_PORT);
  return 'problem' in parsed ? parsed : { target: parsed.host };
}

async function probe(host: string, config: PingConfig, ctx: ProbeContext): Promise<Observation<Echoes>> {
  const seen = await sendPings({ host, family: config.ip_family, count: config.count }, ctx);
  return {
    failure: seen.failure,
    responseTimeMs: seen.echoes?.averageMs ?? null,
    phases: seen.phases,
    facts: seen.echoes,
  };
}

function judge(config: PingConfig, { failure, responseTimeMs, phases, facts }: Observation<Echoes>): Verdict {
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string): Verdict => ({
    status,
    reason,
    message: cleanMessage(message),
    responseTimeMs,
    statusCode: null,
    phases,
  });
  if (failure) return verdict(failureStatus(failure.reason), failure.reason, failure.message);
  if (!facts) return verdict('unknown', 'internal', 'Nothing was seen.');
  const { ip, sent, received, averageMs } = facts;
  if (received === 0) {
    if (facts.unreachable) return verdict('down', 'unreachable', `The network says that ${ip} cannot be reached.`);
    return verdict('down', 'connect_timeout', `None of ${sent} pings to ${ip} was answered.`);
  }
  const loss = Math.round(((sent - received) / sent) * 100);
  const lost = `${sent - received} of ${sent} pings to ${ip} were lost (${loss} %).`;
  if (loss > config.max_loss_percent) return verdict('down', 'packet_loss', lost);
  if (loss > 0) return verdict('degraded', 'packet_loss', lost);
  const words = averageMs === null ? 'answered' : `answered in ${averageMs} ms on average`;
  if (config.degraded_over_ms !== null && (averageMs ?? 0) > config.degraded_over_ms) {
    return verdict('degraded', 'slow', `${ip} ${words}, slower than ${config.degraded_over_ms} ms.`);
  }
  return verdict('up', null, `${ip} ${words}, none of ${sent} pings was lost.`);
}
