import { type Sheet, statusRanges } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

/** What the conditions of an endpoint come to. */
export interface Conditions {
  config: Entry;
  /** Days before its end at which a certificate, or a domain, is a fault; null where nothing is said of it. */
  certificateDays: number | null;
  domainDays: number | null;
}

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600, us: 0.000_001, µs: 0.000_001, ns: 1e-9 };
const DAY = 86_400;
const SHAPE = /^(.+?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s;
const OPS: Record<string, string> = {
  '==': 'equals',
  '!=': 'not_equals',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
};
const TURNED: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

interface Condition {
  subject: string;
  op: string;
  value: string;
}

/** Reads `conditions`. Each is expressed by settings of the kind, or reported as it is written there. */
export function readConditions(sheet: Sheet, kind: string): Conditions {
  const found: Conditions = { config: {}, certificateDays: null, domainDays: null };
  const rules: ((status: number) => boolean)[] = [];
  for (const one of sheet.list('conditions')) {
    const text = typeof one === 'string' ? one.trim().slice(0, 2_000) : '';
    const lose = (why: string) => sheet.lose(text === '' ? 'conditions' : text, why);
    const condition = parse(text);
    if (condition === null) {
      lose('This condition is not understood.');
      continue;
    }
    const { subject, op, value } = condition;
    if (subject === '[STATUS]') {
      const fits = kind === 'http' ? statusRule(op, value) : null;
      if (fits === null) lose('A status is compared with numbers, by web checks.');
      else rules.push(fits);
    } else {
      const why = express(condition, kind, found);
      if (why !== null) lose(why);
    }
  }
  if (rules.length === 0) {
    // Without such a condition any status will do there.
    if (kind === 'http') found.config['expected_status'] = '100-599';
    return found;
  }
  const ranges = statusRanges((status) => rules.every((fits) => fits(status)));
  if (ranges === '') sheet.lose('conditions', 'No status fits all of them.');
  else found.config['expected_status'] = ranges;
  return found;
}

/** The placeholder stands on either side. */
function parse(text: string): Condition | null {
  const [, left = '', op = '', right = ''] = SHAPE.exec(text) ?? [];
  if (op === '') return null;
  const [a, b] = [left.trim(), right.trim()];
  if (/^(\[[A-Z_]+\]|(len|has)\()/.test(a)) return { subject: a, op, value: b };
  if (/^(\[[A-Z_]+\]|(len|has)\()/.test(b)) return { subject: b, op: TURNED[op] ?? op, value: a };
  return null;
}

/** Every value that `any(a, b)`, or a value alone, stands for. */
function anyOf(value: string): string[] {
  const [, list] = /^any\((.*)\)$/s.exec(value) ?? [];
  return (list === undefined ? [value] : list.split(',')).map((one) => one.trim());
}

function statusRule(op: string, value: string): ((status: number) => boolean) | null {
  const pattern = /^pat\(([\d*]{1,10})\)$/.exec(value)?.[1];
  if (pattern !== undefined && (op === '==' || op === '!=')) {
    const shape = new RegExp(`^${pattern.replace(/\*+/g, '\\d*')}$`);
    return (status) => shape.test(String(status)) === (op === '==');
  }
  const numbers = anyOf(value).map(Number);
  const [first] = numbers;
  if (first === undefined || numbers.some((one) => !Number.isInteger(one))) return null;
  if (op === '==') return (status) => numbers.includes(status);
  if (op === '!=') return (status) => !numbers.includes(status);
  if (op === '<') return (status) => status < first;
  if (op === '<=') return (status) => status <= first;
  return op === '>' ? (status) => status > first : (status) => status >= first;
}

/** Writes the condition into `found`, and returns why not, or in what it differs here; null when it is the same. */
function express({ subject, op, value }: Condition, kind: string, found: Conditions): string | null {
  const { config } = found;
  if (subject === '[CONNECTED]') {
    return op === '==' && value === 'true'
      ? null
      : 'A check is up when it connects; only web checks can be turned round.';
  }
  if (subject === '[RESPONSE_TIME]') return slow(op, value, kind, config);
  if (subject === '[CERTIFICATE_EXPIRATION]' || subject === '[DOMAIN_EXPIRATION]') {
    const days = expiry(op, value);
    if (days === null) return 'An end is compared by > with a duration of at most a year.';
    if (subject === '[DOMAIN_EXPIRATION]') found.domainDays = days;
    else if (['http', 'tcp', 'websocket', 'ssl'].includes(kind)) found.certificateDays = days;
    else return 'Add a certificate monitor for the host.';
    return null;
  }
  if (subject === '[DNS_RCODE]') {
    return op === '==' && value === 'NOERROR' ? null : 'A DNS check is up when there is an answer (NOERROR).';
  }
  if (subject.startsWith('[BODY]')) return body(subject.slice('[BODY]'.length), op, value, kind, config);
  const [, path] = /^has\(\[BODY\](.*)\)$/s.exec(subject) ?? [];
  if (path !== undefined && kind === 'http' && (value === 'true' || value === 'false')) {
    const there = (value === 'true') === (op === '==');
    assert(config, { path: `$${path}`, op: there ? 'exists' : 'not_exists', value: null });
    return null;
  }
  if (subject.startsWith('len(')) return 'Lengths are not compared.';
  return 'StatusPing has nothing that corresponds to it.';
}

function slow(op: string, value: string, kind: string, config: Entry): string | null {
  const ms = Number(value);
  if (!['<', '<='].includes(op) || !Number.isInteger(ms) || ms < 1) return 'Only a longest time is known here.';
  if (!['http', 'tcp', 'ping', 'smtp'].includes(kind)) return 'This kind of check has no longest time.';
  config['degraded_over_ms'] = op === '<' ? Math.max(1, ms - 1) : ms;
  return 'Slower answers count as degraded here, not as down.';
}

/** Seconds of `60s`, `1m30s`, `48h`; null for anything else. */
export function durationOf(text: string): number | null {
  if (text.length > 60 || !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** Whole days, at least one, of `> 48h`. */
function expiry(op: string, value: string): number | null {
  const seconds = durationOf(value);
  if (seconds === null || (op !== '>' && op !== '>=')) return null;
  const days = Math.max(1, Math.ceil(seconds / DAY));
  return days > 365 ? null : days;
}

function body(path: string, op: string, value: string, kind: string, config: Entry): string | null {
  if (kind === 'dns') return records(path, op, value, config);
  if (kind === 'tcp' || kind === 'websocket') return spoken(path, op, value, config);
  if (kind !== 'http') return 'This kind of check reads no body.';
  return path === '' ? page(op, value, config) : json(path, op, value, config);
}

function records(path: string, op: string, value: string, config: Entry): string | null {
  if (path !== '' || op !== '==' || /^(any|pat)\(/.test(value)) return 'Records are compared as they are.';
  config['expected'] = [...((config['expected'] as string[] | undefined) ?? []), value];
  config['match'] = 'contains';
  return null;
}

function spoken(path: string, op: string, value: string, config: Entry): string | null {
  const word = contained(value) ?? (/^(any|pat)\(/.test(value) ? null : value);
  if (path !== '' || op !== '==' || word === null || 'expect' in config) return 'An answer is searched for one text.';
  config['expect'] = word;
  return contained(value) === null ? 'The answer has to contain it; that it is nothing else is not looked at.' : null;
}

function page(op: string, value: string, config: Entry): string | null {
  const word = contained(value);
  if (word !== null && (op === '==' || op === '!=')) {
    const field = op === '==' ? 'keyword' : 'keyword_absent';
    if (field in config) return 'A page is searched for one text that must be there, and one that must not.';
    config[field] = word;
    return null;
  }
  if (op !== '==' || 'keyword' in config || /^(any|pat)\(/.test(value) || value === '') {
    return 'A page is searched for one text that must be there, and one that must not.';
  }
  config['keyword'] = value;
  return 'The page has to contain it; that it is nothing else is not looked at.';
}

/** The text of `pat(*text*)`, which is the only pattern a search for a text can say. */
function contained(value: string): string | null {
  return /^pat\(\*([^*?[\]\\]+)\*\)$/s.exec(value)?.[1] ?? null;
}

function json(path: string, op: string, value: string, config: Entry): string | null {
  const at = `$${path}`;
  const pattern = /^pat\((.*)\)$/s.exec(value)?.[1];
  const list = value.startsWith('any(') ? anyOf(value) : null;
  if (pattern === undefined && list === null) {
    assert(config, { path: at, op: OPS[op] ?? 'equals', value });
    return null;
  }
  if (op !== '==') return 'A pattern, or one of several, can only be asked for, not excluded.';
  const shape = list === null ? escaped(pattern ?? '').replaceAll('\\*', '.*') : `(${list.map(escaped).join('|')})`;
  assert(config, { path: at, op: 'matches', value: `^${shape}$` });
  return null;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function assert(config: Entry, rule: { path: string; op: string; value: string | null }): void {
  const rules = (config['json_assertions'] as unknown[] | undefined) ?? [];
  config['json_assertions'] = [...rules, rule];
}
