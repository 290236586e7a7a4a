import { posix } from 'node:path';

/** Stands for the page's own address in what is written for a copy, until links are made relative. */
export const ROOT_MARK = '/~copy';

const ATTRIBUTE = /\b(href|srcset|src|action|formaction)="(\/~copy|\/assets\/)([^"]*)"/g;
const STYLE_URL = /url\((["']?)(\/assets\/[^"')]+)\1\)/g;

/** Addresses below the page that a document leads to, without what comes after `#`. */
export function linksIn(html: string): string[] {
  return [...html.matchAll(ATTRIBUTE)].flatMap(([, , start, rest = '']) =>
    start === ROOT_MARK ? [addressOf(rest)] : [],
  );
}

/** The file that holds an address of the page: `/history?month=2026-10` is `history/2026-10.html`. */
export function fileOf(address: string, contentType: string): string {
  const [path = '', query = ''] = address.split('?');
  if (path === '') return 'index.html';
  const value = [...new URLSearchParams(query).values()].join('-');
  const name = value === '' ? path.slice(1) : `${path.slice(1)}/${value}`;
  return /\.[a-z0-9]+$/.test(name) ? name : `${name}.${extension(contentType)}`;
}

function extension(contentType: string): string {
  const type = contentType.split(';')[0] ?? '';
  return (
    { 'text/html': 'html', 'application/json': 'json', 'text/plain': 'txt' }[type] ??
    (type.endsWith('json') ? 'json' : 'bin')
  );
}

/**
 * A document for the file `name`: links to what is in the copy (`names` by address) are relative, others lead to the
 * live page. `assets` are the product's own files it loads, as they are named in the copy.
 */
export function rewriteLinks(html: string, name: string, names: ReadonlyMap<string, string>, live: string) {
  const assets = new Set<string>();
  const near = (file: string) => posix.relative(posix.dirname(name), file);
  const asset = (address: string) => {
    const file = (address.split('?')[0] ?? '').slice(1);
    assets.add(file);
    return near(file);
  };
  const done = html
    // A script would lead to months by it; in a copy each month is a file.
    .replace(/ data-history="[^"]*"/, '')
    .replace(ATTRIBUTE, (_all, attribute: string, start: string, rest: string) => {
      if (start !== ROOT_MARK) return `${attribute}="${asset(`${start}${rest}`)}"`;
      const file = names.get(addressOf(rest));
      const hash = /#.*$/.exec(rest)?.[0] ?? '';
      return `${attribute}="${file === undefined ? `${live}${rest}` : `${near(file)}${hash}`}"`;
    })
    .replace(STYLE_URL, (_all, quote: string, address: string) => `url(${quote}${asset(address)}${quote})`);
  return { html: done, assets };
}

function addressOf(rest: string): string {
  return rest.replace(/#.*$/, '').replaceAll('&amp;', '&').replace(/^\/$/, '');
}
