import { Documents } from '../core/statuspage-documents.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { exchange } from '../net/fetch.ts';
import { headerOf } from '../net/http1.ts';

/** The page itself is in the first; each of the others may be missing. */
const FILES = ['summary', 'components', 'incidents', 'scheduled-maintenances'] as const;
type File = (typeof FILES)[number];

const TIMEOUT_MS = 10 * SECOND;
const MOST_BYTES = 4 * 1_048_576;
const MOST_REDIRECTS = 3;

type Asking = Pick<Deps, 'clock' | 'outbound'>;

/** What was read, and the files that the other page does not have. */
export interface Source {
  documents: Documents;
  missing: string[];
}

/**
 * Reads the public files of a page at an address as people know it, guarded like every request that leaves. A redirect
 * to another host is not followed. Throws `AppError` `invalid` for the field `url`.
 */
export async function fetchSource(deps: Asking, address: string, timeoutMs = TIMEOUT_MS): Promise<Source> {
  const root = rootOf(address);
  const summary = await fetchFile(deps, root, 'summary', timeoutMs);
  if (summary === null) {
    throw invalidField('url', 'There is no page of Statuspage: api/v2/summary.json was not found below this address.');
  }
  const others = await Promise.all(
    FILES.slice(1).map(async (file) => [file, await fetchFile(deps, root, file, timeoutMs)] as const),
  );
  const found = others.flatMap(([, file]) => (file === null ? [] : [file]));
  const missing = others.flatMap(([name, file]) => (file === null ? [`${name}.json`] : []));
  return { documents: together([summary, ...found], 'url'), missing };
}

/** The same from texts that were pasted or uploaded, each one of the files. Throws `AppError` `invalid` for `files`. */
export function readSource(texts: readonly string[]): Source {
  const files = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (files.length === 0) throw invalidField('url', 'Write the address of the page, or give its files below.');
  const read = files.map((text) => parsed(text, 'files', 'One of the files'));
  const documents = together(read, 'files');
  return {
    documents,
    missing: read.some((file) => 'incidents' in file && !('components' in file)) ? [] : ['incidents.json'],
  };
}

/** `status.example.com/history` is the page at `https://status.example.com`; one may also be below a path. */
function rootOf(address: string): URL {
  const typed = address.trim();
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (typed === '' || typed.length > 2_000 || !URL.canParse(text)) {
    throw invalidField('url', 'Write the address of the page, as https://status.example.com.');
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalidField('url', 'The address must begin with https:// or http://.');
  }
  const path = url.pathname.replace(/\/(api\/v2(\/.*)?|history|incidents\/.*|uptime(\/.*)?)?$/, '');
  return new URL(`${path}/`, url.origin);
}

/** One file as an object; null when it is not there. */
async function fetchFile(
  { clock, outbound }: Asking,
  root: URL,
  file: File,
  timeoutMs: number,
): Promise<object | null> {
  const name = `${file}.json`;
  let url = new URL(`api/v2/${name}`, root);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const { response, failure } = await exchange(
      {
        method: 'GET',
        url,
        headers: { Accept: 'application/json', 'Accept-Encoding': 'gzip' },
        body: null,
        redirects: null,
        verifyTls: true,
        family: 'any',
        maxBodyBytes: MOST_BYTES,
        keepBody: true,
        headFallback: false,
      },
      { clock, outbound, timeoutMs, signal: new AbortController().signal },
    );
    if (response && response.status >= 300 && response.status < 400) {
      url = onward(url, headerOf(response.headers, 'location'));
      continue;
    }
    if (response && (response.status === 404 || response.status === 410)) return null;
    if (response && response.status !== 200) {
      throw invalidField('url', `${name} could not be read: the server answered ${response.status}.`);
    }
    if (response?.body?.capped) throw invalidField('url', `${name} is larger than 4 MiB.`);
    if (!response || failure) {
      throw invalidField('url', `${name} could not be read. ${failure?.message ?? 'The server did not answer.'}`);
    }
    return parsed(response.body?.bytes.toString('utf8') ?? '', 'url', name);
  }
  throw invalidField('url', `${name} could not be read: its redirects do not end.`);
}

/** Only the same host is believed: what another one says of itself is another page. */
function onward(from: URL, location: string | null): URL {
  if (location === null || !URL.canParse(location, from.href)) {
    throw invalidField('url', 'The address leads on to no valid address.');
  }
  const to = new URL(location, from.href);
  const safe = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
  if (to.hostname !== from.hostname || !safe) {
    throw invalidField('url', `The address leads on to ${to.origin.slice(0, 120)}. Write that one if it is the page.`);
  }
  return to;
}

function parsed(text: string, field: string, name: string): object {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const html = /^\s*</.test(text) ? ' It is a page of HTML.' : '';
  throw invalidField(field, `${name} does not hold JSON as Statuspage writes it.${html}`);
}

/** The files laid over each other; the summary knows of unresolved incidents and coming work that the lists may lack. */
function together(files: readonly object[], field: string): Documents {
  const lists = (name: string) =>
    files.flatMap((file) => (name in file ? [(file as Record<string, unknown>)[name]] : [])).toReversed();
  const all = (name: string) =>
    lists(name)
      .filter((list) => Array.isArray(list))
      .flat();
  const whole = {
    page: lists('page')[0],
    components: lists('components').find((list) => Array.isArray(list)),
    incidents: all('incidents'),
    scheduled_maintenances: all('scheduled_maintenances'),
  };
  const read = Documents.safeParse(whole);
  if (read.success) return read.data;
  throw new AppError('invalid', 'This is not a page of Statuspage.', {
    fields: [{ field, message: 'The page and its components are missing: give summary.json.' }],
  });
}
