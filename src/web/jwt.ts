import { createHmac } from 'node:crypto';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';

/** What a token is good for; a token of one purpose is none for another (R-AU-4). */
export type Purpose = 'session' | 'access' | 'device' | 'between';

export interface Claims {
  userId: string;
  /** Session row that backs it; empty for `device`, the time of the log-in for `between`. */
  sessionId: string;
  /** `users.token_version` at the time of signing. */
  tokenVersion: number;
}

/** The one algorithm, whatever a token says of itself. */
const ALGORITHM = 'HS256';
const ISSUER = 'statusping';
/** How far the clock may be set back before tokens signed before that stop working. */
const CLOCK_SLIP = MINUTE;

/** Loaded with the first token: most starts wait long for one. */
const library = () => import('jose');

/** Signs a token that ends at `expiresAt` (epoch ms). */
export async function signToken(deps: Deps, purpose: Purpose, claims: Claims, expiresAt: number): Promise<string> {
  const { SignJWT } = await library();
  return new SignJWT({ purpose, sid: claims.sessionId, tv: claims.tokenVersion })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(claims.userId)
    .setIssuer(ISSUER)
    .setAudience(deps.config.baseUrl)
    .setIssuedAt(Math.floor(deps.clock.now() / 1_000))
    .setExpirationTime(Math.floor(expiresAt / 1_000))
    .sign(signingKey(deps));
}

/** The claims of a token of ours, or null for anything else: forged, expired, not yet valid, of another purpose. */
export async function readToken(deps: Deps, purpose: Purpose, token: string): Promise<Claims | null> {
  if (!isOneSpelling(token)) return null;
  const { jwtVerify } = await library();
  try {
    const { payload, protectedHeader } = await jwtVerify(token, signingKey(deps), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: deps.config.baseUrl,
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: new Date(deps.clock.now()),
    });
    const { purpose: found, sid, tv, sub, iat = 0 } = payload;
    if (iat * 1_000 > deps.clock.now() + CLOCK_SLIP) return null;
    // We write two header fields; one that names keys or extensions is not ours, however it is signed.
    if (Object.keys(protectedHeader).some((name) => name !== 'alg' && name !== 'typ')) return null;
    if (found !== purpose || typeof sid !== 'string' || typeof tv !== 'number' || !sub) return null;
    return { userId: sub, sessionId: sid, tokenVersion: tv };
  } catch {
    return null;
  }
}

/**
 * Base64 readers pass over padding, line ends and the spare bits of the last letter. A token has one spelling here, so
 * that two texts are never the same token.
 */
function isOneSpelling(token: string): boolean {
  const signature = token.match(/^[\w-]+\.[\w-]+\.([\w-]+)$/)?.[1];
  return signature !== undefined && Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** A key for this use alone, so that another signature made with SECRET_KEY can never pass as a log-in. */
function signingKey(deps: Deps): Uint8Array {
  return createHmac('sha256', deps.config.secretKey).update('statusping log-in tokens').digest();
}
