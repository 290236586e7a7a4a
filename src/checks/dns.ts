import { isIP } from 'node:net';
import { z } from 'zod';
import {
  cleanMessage,
  type Failure,
  failureStatus,
  NO_PHASES,
  type Observation,
  type Reason,
  type Verdict,
} from '../core/verdict.ts';
import { Deadline } from '../net/deadline.ts';
import { asFailure } from '../net/failure.ts';
import { askRecords, parseResolver, RECORD_TYPES, type RecordType } from '../net/records.ts';
import type { Check, ProbeContext } from './check.ts';
import { choice, noSuchSetting, optionalText } from '../core/config-values.ts';

const MATCHES = ['all', 'contains'] as const;

/** One value a line, or a list. */
const expected = z.preprocess(
  (value) => (typeof value === 'string' ? value.split('\n') : (value ?? [])),
  z
    .array(z.string('Must be text.').max(4_096, 'Must be at most 4,096 characters.'), 'Write one value a line.')
    .max(50, 'At most 50 values can be compared.')
    .transform((values) => values.map((value) => value.trim()).filter(Boolean)),
);

const dnsConfig = z.strictObject(
  {
    record: z.preprocess(
      (value) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
      choice(RECORD_TYPES, 'A'),
    ),
    resolver: optionalText(100).refine(
      (text) => text === null || parseResolver(text.trim()) !== null,
      'Write the address of a DNS server, for example 9.9.9.9 or 9.9.9.9:5353.',
    ),
    expected,
    match: choice(MATCHES, 'all'),
  },
  {
    error: noSuchSetting('A DNS check'),
  },
);
type DnsConfig = z.infer<typeof dnsConfig>;

/** The records that were answered, each as one line. */
export interface DnsFacts {
  records: string[];
}

export const dns: Check<DnsConfig, DnsFacts> = {
  kind: 'dns',
  label: 'DNS record',
  noun: 'DNS',
  targetField: { label: 'Name', placeholder: 'example.com', help: 'An address for PTR, for example 192.0.2.1.' },
  config: dnsConfig,
  fields: [
    {
      name: 'record',
      label: 'Record',
      type: 'select',
      options: RECORD_TYPES.map((type) => ({ value: type, label: type })),
    },
    {
      name: 'expected',
      label: 'Expected values',
      type: 'textarea',
      help: 'One a line, in any order. Left empty, any answer will do. MX is written as "10 mail.example.com".',
    },
    {
      name: 'match',
      label: 'Other values',
      type: 'select',
      options: [
        { value: 'all', label: 'are a fault' },
        { value: 'contains', label: 'do not matter' },
      ],
      advanced: true,
    },
    {
      name: 'resolver',
      label: 'DNS server',
      type: 'text',
      placeholder: '9.9.9.9',
      help: 'Left empty, our own server is asked.',
      advanced: true,
    },
  ],
  parseTarget,
  probe,
  judge,
};

/** A name as DNS knows it, with the underscores of service names; or an address, for PTR. */
function parseTarget(target: string): { target: string } | { problem: string } {
  const typed = target.trim().replace(/\.$/, '');
  if (typed === '') return { problem: 'Enter the name to look up, for example example.com.' };
  if (isIP(typed)) return { target: typed };
  if (/[\u0000-\u0020\u007f/\\@?#%:[\]]/.test(typed)) return { problem: 'Write only a name, for example example.com.' };
  const [wild = '', rest = typed] = typed.startsWith('*.') ? ['*.', typed.slice(2)] : [];
  if (!URL.canParse(`http://${rest}`)) return { problem: 'This is not a valid name, for example example.com.' };
  const host = new URL(`http://${rest}`).hostname;
  if (isIP(host)) return { problem: 'Write an address in its usual form, or a name.' };
  const labels = host.split('.');
  if (host.length > 253 || labels.some((label) => label === '' || label.length > 63)) {
    return { problem: 'A name has parts of 1 to 63 characters and at most 253 in all.' };
  }
  return { target: `${wild}${host}` };
}

async function probe(target: string, config: DnsConfig, ctx: ProbeContext): Promise<Observation<DnsFacts>> {
  const start = ctx.clock.monotonic();
  const deadline = new Deadline(ctx.timeoutMs, ctx.signal);
  let failure: Failure | null = null;
  let records: string[] | null = null;
  try {
    const question = { name: target, type: config.record, server: config.resolver?.trim() ?? null };
    records = await askRecords(question, ctx.outbound, deadline);
  } catch (error) {
    failure = deadline.ended === 'stopped' ? STOPPED : asFailure(error);
  } finally {
    deadline.release();
  }
  const took = Math.max(0, ctx.clock.monotonic() - start);
  const phases = { ...NO_PHASES, dns_ms: took };
  return { failure, responseTimeMs: records ? took : null, phases, facts: records && { records } };
}

const STOPPED: Failure = { reason: 'internal', message: 'The check was stopped before it was over.' };

function judge(config: DnsConfig, { failure, responseTimeMs, phases, facts }: Observation<DnsFacts>): Verdict {
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string): Verdict => ({
    status,
    reason,
    responseTimeMs,
    phases,
    statusCode: null,
    message: cleanMessage(message),
  });
  if (failure) return verdict(failureStatus(failure.reason), failure.reason, failure.message);
  const records = facts?.records ?? [];
  if (records.length === 0) return verdict('down', 'dns_not_found', `There is no ${config.record} record.`);
  const missing = config.expected.filter((value) => !records.some((record) => fits(config.record, record, value)));
  const strange = records.filter((record) => !config.expected.some((value) => fits(config.record, record, value)));
  if (missing.length > 0) {
    return verdict('down', 'record_mismatch', `${list(missing)} is missing; the answer is ${list(records)}.`);
  }
  if (config.expected.length > 0 && config.match === 'all' && strange.length > 0) {
    return verdict('down', 'record_mismatch', `${list(strange)} is there and was not expected.`);
  }
  return verdict('up', null, `${config.record}: ${list(records)}`);
}

/** Whether a record is what a person wrote: a mail server without its priority will do, and so will quotes. */
function fits(type: RecordType, record: string, written: string): boolean {
  if (type === 'TXT') return record === written || record === written.replace(/^"(.*)"$/, '$1');
  if (type === 'AAAA') return sameAddress(record, written);
  const value = written.toLowerCase().replaceAll('"', '').replace(/\s+/g, ' ').replace(/\.$/, '');
  const known = record.toLowerCase();
  if (known === value) return true;
  if (type === 'MX') return known.split(' ')[1] === value;
  if (type === 'SOA') return known.split(' ')[0] === value;
  return type === 'CAA' && known.replace(/^0 /, '') === value;
}

function sameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(ip: string): string {
  return isIP(ip) === 6 ? new URL(`http://[${ip}]`).hostname : ip;
}

function list(values: string[]): string {
  const shown = values.slice(0, 5).map((value) => value.slice(0, 200));
  return `${shown.join(', ')}${values.length > 5 ? ` and ${values.length - 5} more` : ''}`;
}
