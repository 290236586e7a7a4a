import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { DAY, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { readSigned, sign } from '../engine/signed-link.ts';

/** How long a visitor who knew the password is let in without being asked again. */
const LASTS_MS = 7 * DAY;
const PURPOSE = 'page password';

const claim = z.object({ page: z.string(), key: z.string(), until: z.number() });

/** Lets this browser read one page, below that page's address only. A new password ends it. */
export function setAccessCookie(deps: Deps, c: Context, page: { id: string; root: string }, hash: string): void {
  const until = deps.clock.now() + LASTS_MS;
  const value = sign(deps.config.secretKey, PURPOSE, { page: page.id, key: fingerprint(hash), until });
  setCookie(c, nameOf(deps), value, {
    path: page.root || '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure(deps),
    maxAge: LASTS_MS / SECOND,
  });
}

/** Whether this browser showed that it knows the page's present password. */
export function hasAccessCookie(deps: Deps, c: Context, pageId: string, hash: string): boolean {
  const value = getCookie(c, nameOf(deps));
  if (value === undefined) return false;
  const told = claim.safeParse(readSigned(deps.config.secretKey, PURPOSE, value)).data;
  return told?.page === pageId && told.key === fingerprint(hash) && told.until > deps.clock.now();
}

/** `__Host-` would insist on the path `/`, which would hand the cookie to other people's pages too. */
function nameOf(deps: Deps): string {
  return isSecure(deps) ? '__Secure-sp_page' : 'sp_page';
}

function isSecure(deps: Deps): boolean {
  return deps.config.baseUrl.startsWith('https:');
}

function fingerprint(hash: string): string {
  return createHash('sha256').update(hash).digest('base64url').slice(0, 22);
}
