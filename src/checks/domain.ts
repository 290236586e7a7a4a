import { isIP } from 'node:net';
import { z } from 'zod';
import { noSuchSetting } from '../core/config-values.ts';
import { DAY, utcDate } from '../core/time.ts';
import { cleanMessage, type Failure, NO_PHASES, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import type { Check } from './check.ts';
import { endWords } from './rdap.ts';
import { registrableDomain } from './registries.ts';
import { warnDays, warnDaysField } from './warn-days.ts';

const domainConfig = z.strictObject(
  { warn_days: warnDays },
  {
    error: noSuchSetting('A domain check'),
  },
);
type DomainConfig = z.infer<typeof domainConfig>;

/** The newest answer of the registry; a question that failed leaves the answer before it. */
export interface KnownDomain {
  now: number;
  name: string;
  /** Epoch ms; null when the registry publishes no end or never answered. */
  expiresAt: number | null;
  registrar: string | null;
  failure: Failure | null;
}

export const domain: Check<DomainConfig, KnownDomain> = {
  kind: 'domain',
  longestIntervalSeconds: 86_400,
  label: 'Domain registration',
  noun: 'registration',
  needs: 'domain',
  targetField: {
    label: 'Domain',
    placeholder: 'example.com',
    help: 'Of a longer name the registered part is watched: example.co.uk of www.example.co.uk.',
  },
  config: domainConfig,
  fields: [warnDaysField],
  parseTarget,
  probe: async (_target, _config, { known }) => {
    const facts = (known ?? null) as KnownDomain | null;
    return { failure: null, responseTimeMs: null, phases: NO_PHASES, facts };
  },
  judge,
};

function parseTarget(target: string): { target: string } | { problem: string } {
  const typed = target.trim();
  if (typed === '') return { problem: 'Enter the domain to watch, for example example.com.' };
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return { problem: 'An address is not registered as a domain is.' };
  if (host.length > 253 || !/^([a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$/.test(host)) {
    return { problem: 'This is not a domain. Write for example example.com.' };
  }
  const name = registrableDomain(host);
  return name === null ? { problem: `${host} is a public suffix; names are registered under it.` } : { target: name };
}

function judge({ warn_days }: DomainConfig, { facts }: Observation<KnownDomain>): Verdict {
  const say = (status: Verdict['status'], reason: Reason | null, message: string): Verdict => ({
    status,
    reason,
    message: cleanMessage(message),
    responseTimeMs: null,
    statusCode: null,
    phases: NO_PHASES,
    found: facts?.expiresAt
      ? { domain: { name: facts.name, expiresAt: facts.expiresAt }, warnDays: warn_days }
      : undefined,
  });
  if (facts === null) return say('unknown', 'internal', 'The registry was not asked.');
  const { now, name, expiresAt, failure } = facts;
  if (expiresAt === null) {
    if (failure) return say('unknown', failure.reason, failure.message);
    return say('unknown', null, `The registry of ${name} does not publish when a registration ends.`);
  }
  if (expiresAt <= now) {
    return say('down', 'domain_expiring', `The registration of ${name} ended on ${utcDate(expiresAt)}.`);
  }
  const said = `The registration of ${name} ${endWords(expiresAt, now)}.`;
  if (expiresAt - now <= Math.max(...warn_days) * DAY) return say('degraded', 'domain_expiring', said);
  return say('up', null, failure ? `${said} The latest question failed. ${failure.message}` : said);
}
