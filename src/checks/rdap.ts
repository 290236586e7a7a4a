import { z } from 'zod';
import { DAY, utcDate } from '../core/time.ts';
import { cleanMessage, type Failure } from '../core/verdict.ts';
import { exchange, type NetContext } from '../net/fetch.ts';

const MAX_BYTES = 524_288;
const REDIRECTS = 3;

/** What a registry says of a domain; `expiresAt` in epoch ms, null when it publishes no end. */
export interface Registration {
  expiresAt: number | null;
  registrar: string | null;
}

/** The part of an RDAP domain object (RFC 9083) that is read here; registries leave out whatever they like. */
const DomainObject = z.object({
  events: z.array(z.object({ eventAction: z.string(), eventDate: z.string().optional() })).optional(),
  entities: z.array(z.object({ roles: z.array(z.string()).optional(), vcardArray: z.unknown() })).optional(),
});

/** IANA's list of registries: pairs of top-level domains and addresses (RFC 9224). */
const Bootstrap = z.object({ services: z.array(z.tuple([z.array(z.string()), z.array(z.string())])) });

/** Asks the registry at `base` for a domain. Never throws for the registry's sake. */
export async function askRegistry(base: string, domain: string, net: NetContext): Promise<Registration | Failure> {
  const seen = await readJson(new URL(`domain/${domain}`, base.endsWith('/') ? base : `${base}/`), net);
  if ('reason' in seen) return seen.status === 404 ? unknownDomain(domain) : seen;
  const parsed = DomainObject.safeParse(seen.json);
  if (!parsed.success) return { reason: 'decode_error', message: 'The registry did not answer with a domain.' };
  const end = parsed.data.events?.find(({ eventAction }) => eventAction === 'expiration')?.eventDate;
  const expiresAt = end === undefined ? Number.NaN : Date.parse(end);
  return { expiresAt: Number.isNaN(expiresAt) ? null : expiresAt, registrar: registrarOf(parsed.data) };
}

function unknownDomain(domain: string): Failure {
  return {
    reason: 'bad_status',
    message: `The registry does not know ${domain}. Is it registered, and spelled right?`,
  };
}

/** Which registry serves which top-level domain, from IANA's list; of several addresses the first over https. */
export async function readBootstrap(
  url: string,
  net: NetContext,
): Promise<{ registries: Record<string, string> } | Failure> {
  const seen = await readJson(new URL(url), net);
  if ('reason' in seen) return seen;
  const parsed = Bootstrap.safeParse(seen.json);
  if (!parsed.success) return { reason: 'decode_error', message: 'The list of registries cannot be read.' };
  const pairs = parsed.data.services.flatMap(([tlds, bases]) => {
    const usable = bases.filter((base) => URL.canParse(base) && /^https?:/.test(base));
    const base = usable.find((one) => one.startsWith('https:')) ?? usable[0];
    return base === undefined ? [] : tlds.map((tld): [string, string] => [tld.toLowerCase(), base]);
  });
  return { registries: Object.fromEntries(pairs) };
}

async function readJson(url: URL, net: NetContext): Promise<{ json: unknown } | (Failure & { status: number | null })> {
  const { response, failure } = await exchange(
    {
      method: 'GET',
      url,
      headers: { Accept: 'application/rdap+json, application/json' },
      body: null,
      redirects: REDIRECTS,
      verifyTls: true,
      family: 'any',
      maxBodyBytes: MAX_BYTES,
      keepBody: true,
      headFallback: false,
    },
    net,
  );
  const status = response?.status ?? null;
  if (failure) return { ...failure, message: cleanMessage(`${url.host} was asked: ${failure.message}`), status };
  if (status !== 200) return { reason: 'bad_status', message: `${url.host} answered with status ${status}.`, status };
  try {
    return { json: JSON.parse(response?.body?.bytes.toString('utf8') ?? '') as unknown };
  } catch {
    return { reason: 'decode_error', message: `${url.host} did not answer with JSON.`, status };
  }
}

/** The full name in the registrar's card (jCard, RFC 7095). */
function registrarOf({ entities }: z.infer<typeof DomainObject>): string | null {
  const card = entities?.find(({ roles }) => roles?.includes('registrar'))?.vcardArray;
  const lines: unknown[] = Array.isArray(card) && Array.isArray(card[1]) ? card[1] : [];
  for (const line of lines) {
    if (Array.isArray(line) && line[0] === 'fn' && typeof line[3] === 'string')
      return cleanMessage(line[3]).slice(0, 200);
  }
  return null;
}

/** "ends on 2027-03-01, in 99 days" */
export function endWords(expiresAt: number, now: number): string {
  const days = Math.floor((expiresAt - now) / DAY);
  return `ends on ${utcDate(expiresAt)}, in ${days} day${days === 1 ? '' : 's'}`;
}
