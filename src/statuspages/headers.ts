import { createHash } from 'node:crypto';
import type { PageFacts } from './facts.ts';
import type { Audience } from './shown-queries.ts';
import { isOpen, type Kind } from './site.ts';

export type Headers = Record<string, string>;

const EVERYWHERE: Headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
/** Browsers ask each time, a proxy in front may answer for five seconds. */
const CACHED = 'public, max-age=0, s-maxage=5, must-revalidate';
/** What strangers see of a page that shows its members more: kept by nobody but their own browser. */
const LAYERED = 'private, no-cache';
const OPEN: Headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'etag',
  'cross-origin-resource-policy': 'cross-origin',
};
export const PREFLIGHT: Headers = {
  ...OPEN,
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'if-none-match, accept',
  'access-control-max-age': '86400',
};

const DATA: Headers = { ...EVERYWHERE, 'content-security-policy': "default-src 'none'" };

/** What each answer carries. `style` is the sheet inside every page. */
export function createHeaders(style: string) {
  const digest = createHash('sha256').update(style).digest('base64');
  const page = (frames: readonly string[]): Headers => ({
    ...EVERYWHERE,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(digest, frames),
    'cross-origin-opener-policy': 'same-origin',
    ...(frames.length === 0 ? { 'x-frame-options': 'DENY' } : {}),
  });
  const plain = page([]);
  return {
    /** Of a form that may be kept: by anybody when the page is open to all, else by nobody but the reader. */
    form(kind: Kind, facts: PageFacts, contentType: string, spoken: boolean, audience: Audience = 'public'): Headers {
      const open = isOpen(facts);
      // A page with lines for members is open to all as far as it goes, but no proxy may mix the two.
      const told = facts.visibility === 'public' && audience === 'public';
      const frames = facts.appearance.frame_ancestors ?? [];
      const own = kind === 'data' ? { ...DATA, ...(told ? OPEN : {}) } : frames.length > 0 ? page(frames) : plain;
      return {
        ...own,
        'content-type': contentType,
        'cache-control': open ? CACHED : told ? LAYERED : 'private, no-store',
        vary: `accept-encoding${spoken ? ', accept-language, accept' : ''}${open ? '' : told ? ', cookie' : ', cookie, authorization'}`,
        ...(facts.hiddenFromSearch || !told ? { 'x-robots-tag': 'noindex' } : {}),
      };
    },
    /** Of an answer that nobody keeps: a fault, a form to fill in. */
    apart(kind: Kind): Headers {
      return kind === 'page'
        ? { ...plain, 'cache-control': 'no-store', vary: 'accept-language' }
        : { ...DATA, ...OPEN, 'cache-control': 'no-store', 'content-type': 'application/problem+json' };
    },
  };
}

/** The style is the same for every page, so its digest serves instead of a nonce and the copy stays the same bytes. */
function policy(digest: string, frames: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src 'self' 'sha256-${digest}'`,
    "script-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${frames.length === 0 ? "'none'" : frames.join(' ')}`,
  ].join('; ');
}
