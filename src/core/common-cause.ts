import type { Reason } from './verdict.ts';

/** What is known of one of several failures. */
export interface Failed {
  target: string;
  reason: Reason;
  message: string;
  startedAt: number;
}

/** A cause must explain this share of the failures to be named. */
const MOST = 0.8;

/** How failures of one family are called when they strike many at once. */
const FAMILIES: { test: RegExp; words: string }[] = [
  { test: /^dns_/, words: 'their names are not found' },
  { test: /^connect_refused$/, words: 'the connection is refused' },
  { test: /^(connect_timeout|timeout_)/, words: 'there is no answer in time' },
  { test: /^(unreachable|connection_reset)$/, words: 'the connection breaks' },
  { test: /^tls_/, words: 'the certificate or TLS is at fault' },
  { test: /^bad_status$/, words: 'the status code is wrong' },
  { test: /^heartbeat_/, words: 'jobs do not report' },
];

/** What most of several failures have in common, as one sentence; null when that is nothing, or there is only one. */
export function commonCause(failures: readonly Failed[]): string | null {
  if (failures.length < 2) return null;
  const where = placeInCommon(failures);
  const how = mostOften(failures, ({ reason }) => FAMILIES.find(({ test }) => test.test(reason))?.words ?? null);
  if (!where && !how) return null;
  const found = where && how ? { ...where, count: Math.min(where.count, how.count) } : (where ?? how);
  const many = found?.count === failures.length ? 'All of them' : `${found?.count} of ${failures.length}`;
  if (!where) return `${many} fail the same way: ${how?.value}.`;
  return `${many} are ${where.words} ${where.value}${how ? `, and ${how.value}` : ''}.`;
}

function placeInCommon(failures: readonly Failed[]): { value: string; count: number; words: string } | null {
  const host = mostOften(failures, ({ target }) => hostOf(target));
  if (host) return { ...host, words: 'on' };
  const domain = mostOften(failures, ({ target }) => parentDomain(hostOf(target)));
  return domain && { ...domain, words: 'under' };
}

function mostOften(failures: readonly Failed[], of: (failure: Failed) => string | null) {
  const counts = new Map<string, number>();
  for (const failure of failures) {
    const value = of(failure);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const [best] = [...counts].toSorted((a, b) => b[1] - a[1]);
  return best && best[1] >= 2 && best[1] >= failures.length * MOST ? { value: best[0], count: best[1] } : null;
}

/** The host in an address, a `host:port` or a name; null for none. */
function hostOf(target: string): string | null {
  const address = /^[a-z][\w+.-]*:\/\//i.test(target) ? target : `tcp://${target}`;
  try {
    return new URL(address).hostname.toLowerCase() || null;
  } catch {
    return null;
  }
}

/** The last two labels of a name, three where the last two are short as in `co.uk`; null for an address or a bare name. */
function parentDomain(host: string | null): string | null {
  if (host === null || host.startsWith('[') || /^[\d.]+$/.test(host)) return null;
  const labels = host.split('.');
  if (labels.length < 2) return null;
  const short = labels.slice(-2).every((label) => label.length <= 3);
  return labels.slice(short && labels.length > 2 ? -3 : -2).join('.');
}
