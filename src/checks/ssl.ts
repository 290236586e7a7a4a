import { z } from 'zod';
import { noSuchSetting } from '../core/config-values.ts';
import { shortName } from '../core/certificate.ts';
import { leftWords } from '../core/expiry.ts';
import { DAY, utcDate } from '../core/time.ts';
import { cleanMessage, failureStatus, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import type { TlsFacts } from '../net/tls.ts';
import { visit } from '../net/visit.ts';
import type { Check, ProbeContext } from './check.ts';
import { parseHostPort, writeHostPort } from './host-port.ts';
import { warnDays, warnDaysField } from './warn-days.ts';

const HTTPS = 443;

const sslConfig = z.strictObject(
  { warn_days: warnDays },
  {
    error: noSuchSetting('A certificate check'),
  },
);
type SslConfig = z.infer<typeof sslConfig>;

/** What a certificate check saw; `at` is when, epoch ms. */
export interface SslFacts {
  tls: TlsFacts;
  at: number;
}

export const ssl: Check<SslConfig, SslFacts> = {
  kind: 'ssl',
  longestIntervalSeconds: 86_400,
  label: 'TLS certificate',
  noun: 'certificate',
  plan: 'ssl',
  targetField: {
    label: 'Host',
    placeholder: 'example.com',
    help: 'With a port when it is not 443: mail.example.com:993.',
  },
  config: sslConfig,
  fields: [warnDaysField],
  parseTarget,
  probe,
  judge,
};

/** A host with or without a port; of a pasted https address the host is taken. */
function parseTarget(target: string): { target: string } | { problem: string } {
  const pasted = /^(?:https|tls|ssl):\/\/([^/?#]*)/i.exec(target.trim());
  const parsed = parseHostPort(pasted?.[1] ?? target, HTTPS);
  return 'problem' in parsed ? parsed : { target: writeHostPort(parsed, HTTPS) };
}

async function probe(target: string, _config: SslConfig, ctx: ProbeContext): Promise<Observation<SslFacts>> {
  const to = parseHostPort(target, HTTPS);
  if ('problem' in to) throw new Error(to.problem);
  const seen = await visit(
    { ...to, secure: true, verifyTls: false, family: 'any', anyPort: true },
    ctx,
    async ({ tls }): Promise<SslFacts> => {
      if (!tls) throw new Error('A secured connection is not secure.');
      return { tls, at: ctx.clock.now() };
    },
  );
  return { failure: seen.failure, responseTimeMs: seen.responseTimeMs, phases: seen.phases, facts: seen.result };
}

function judge(config: SslConfig, { failure, responseTimeMs, phases, facts }: Observation<SslFacts>): Verdict {
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string): Verdict => ({
    status,
    reason,
    message: cleanMessage(message),
    responseTimeMs,
    statusCode: null,
    phases,
    ...(facts ? { found: { certificate: facts.tls.certificate, warnDays: config.warn_days } } : {}),
  });
  const fault = failure ?? facts?.tls.fault;
  if (fault) return verdict(failureStatus(fault.reason), fault.reason, fault.message);
  if (!facts) return verdict('unknown', 'internal', 'Nothing was seen.');
  const { tls, at } = facts;
  const end = firstEnd(facts);
  const words = `${end.words} (${utcDate(end.at)}), issued by ${shortName(tls.certificate.issuer)}.`;
  if (end.at - at <= Math.max(...config.warn_days) * DAY) return verdict('degraded', 'certificate_expiring', words);
  if (/^(TLSv1|TLSv1\.1|SSLv3)$/.test(tls.protocol)) {
    return verdict('degraded', 'tls_handshake', `The server speaks only ${tls.protocol}, which browsers refuse.`);
  }
  return verdict('up', null, words);
}

/** A chain is as good as its first certificate to end. */
function firstEnd({ tls, at }: SslFacts): { at: number; words: string } {
  const own = tls.certificate.not_after;
  const earlier = tls.issuers.find((issuer) => issuer.not_after < own && issuer.not_after > at);
  if (!earlier) return { at: own, words: `The certificate has ${leftWords(own, at)}` };
  return {
    at: earlier.not_after,
    words: `The chain's certificate ${shortName(earlier.name)} has ${leftWords(earlier.not_after, at)}`,
  };
}
