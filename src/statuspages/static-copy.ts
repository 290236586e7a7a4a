import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import { PUBLIC_ROOT } from '../web/render.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext, Forms, PageForm } from './forms.ts';
import { Says } from './says.ts';
import { fileOf, linksIn, ROOT_MARK, rewriteLinks } from './static-links.ts';

/** One file of a copy. */
export interface CopyFile {
  bytes: Uint8Array;
  contentType: string;
  /** Of what it says; the time at which the copy was made does not count. */
  print: string;
}
/** Files by name, relative to the copy. */
export type CopyFiles = ReadonlyMap<string, CopyFile>;

/** Enough for a page of 500 lines with its past; what comes later is left out. */
const MOST_FILES = 5_000;
/** Months of history, the present one included. */
const MOST_MONTHS = 24;

interface Written {
  form: PageForm;
  body: string | Uint8Array;
  contentType: string;
}

/**
 * A page as files that any web server can show: every form of it that the public may read, with links among them made
 * relative, and a line that says when it was made. What only a running server can do leads to the live page.
 */
export async function writeStaticCopy(
  deps: Pick<Deps, 'config'>,
  forms: Forms,
  facts: PageFacts,
  now: number,
): Promise<CopyFiles> {
  const live = `${deps.config.baseUrl}/s/${facts.slug}`;
  const context = { root: ROOT_MARK, tail: '', language: facts.language, audience: 'public', now, params: {} } as const;
  const written = await crawl(forms, facts, { ...context, baseUrl: deps.config.baseUrl });
  const names = new Map([...written].map(([address, { contentType }]) => [address, fileOf(address, contentType)]));
  const files = new Map<string, CopyFile>();
  for (const [address, { form, body, contentType }] of written) {
    const name = names.get(address) ?? '';
    if (typeof body !== 'string' || !contentType.startsWith('text/html')) {
      const plain = typeof body === 'string' ? body.replaceAll(ROOT_MARK, live) : body;
      files.set(name, fileFrom(plain, contentType));
      continue;
    }
    const { html, assets } = rewriteLinks(body, name, names, live);
    for (const asset of assets) addAsset(files, asset);
    const print = printOf(html);
    const marked = form.kind === 'page' ? withNote(html, facts, context, live) : html;
    files.set(name, { bytes: new TextEncoder().encode(marked), contentType, print });
  }
  files.set('copy.json', fileFrom(JSON.stringify({ made_at: new Date(now).toISOString(), live }), 'application/json'));
  return files;
}

/** Everything that can be reached from the page, by its address below it: `/history?month=2026-10`. */
async function crawl(forms: Forms, facts: PageFacts, context: FormContext): Promise<Map<string, Written>> {
  const written = new Map<string, Written>();
  const waiting = startsOf(forms, facts);
  const seen = new Set(waiting);
  let months = 0;
  for (let address = waiting.shift(); address !== undefined && written.size < MOST_FILES; address = waiting.shift()) {
    const found = match(forms, address);
    if (!found || ('month' in found.params && ++months > MOST_MONTHS)) continue;
    const { form, params } = found;
    const own = { ...context, params };
    const body = await form.write(facts, own);
    if (body === null) continue;
    const contentType = form.headers?.(facts, own)['content-type'] ?? form.contentType;
    written.set(address, { form, body, contentType });
    if (typeof body !== 'string' || !contentType.startsWith('text/html')) continue;
    for (const link of linksIn(body)) {
      if (seen.has(link)) continue;
      seen.add(link);
      waiting.push(link);
    }
  }
  return written;
}

/** Every form without parts in its path, and those that each component has. */
function startsOf(forms: Forms, facts: PageFacts): string[] {
  return Object.values(forms).flatMap(({ path, insteadOfPage }) => {
    if (insteadOfPage) return [];
    if (!path.includes(':')) return [path];
    const parts = path.split('/').filter((part) => part.startsWith(':'));
    if (!path.startsWith('/components/:id') || parts.length > 1) return [];
    return facts.components.map(({ id }) => path.replace(':id', id));
  });
}

/** The form that answers an address, as the router of visitors finds it. */
function match(forms: Forms, address: string): { form: PageForm; params: Record<string, string> } | null {
  const [path = '', query = ''] = address.split('?');
  const asked = Object.fromEntries(new URLSearchParams(query));
  for (const form of Object.values(forms)) {
    const params = form.insteadOfPage ? null : partsOf(form, path);
    if (!params) continue;
    const known = Object.entries(asked).every(([name, value]) => form.query?.[name]?.test(value));
    return known ? { form, params: { ...params, ...asked } } : null;
  }
  return null;
}

function partsOf(form: PageForm, path: string): Record<string, string> | null {
  const [wanted, given] = [form.path.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
      continue;
    }
    const name = part.slice(1);
    if (!(form.parts?.[name] ?? /^[\w-]{1,64}$/).test(value)) return null;
    params[name] = value;
  }
  return params;
}

/**
 * The line above the page. It is a part of its own, so that the page's script brings it up to date as well, and no
 * `<time>`, which the script would write without the year.
 */
function withNote(html: string, facts: PageFacts, context: Omit<FormContext, 'baseUrl'>, live: string): string {
  const says = new Says(facts, { ...context, baseUrl: '' });
  const { copyMade, copyLive } = words(facts.language).page;
  const made = `<span data-made="${new Date(context.now).toISOString()}">${says.f.full(context.now)}</span>`;
  const note = `<p class="updated" role="note" data-part="copy">${copyMade(made)} <a href="${live}">${copyLive}</a></p>`;
  return html.replace(/<body[^>]*>/, (tag) => `${tag}\n${note}`);
}

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  woff2: 'font/woff2',
  svg: 'image/svg+xml',
};

/** A file of the product that pages load. */
function addAsset(files: Map<string, CopyFile>, name: string): void {
  const path = join(PUBLIC_ROOT, name.replace(/^assets\//, ''));
  if (files.has(name) || !existsSync(path)) return;
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  files.set(name, fileFrom(readFileSync(path), type));
}

function fileFrom(body: string | Uint8Array, contentType: string): CopyFile {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { bytes, contentType, print: printOf(bytes) };
}

function printOf(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22);
}
