import type { Context } from 'hono';
import type { Session } from './env.ts';

/** Never leaves this file: what a request brings along is headers and a body, and neither holds a symbol. */
const INSIDE = Symbol('asked by the product itself');

/** `buildApp()`, or the router a handler belongs to. */
export interface Askable {
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/**
 * Lets the product ask itself in `session`'s name: schemas, rights and plan apply as to anybody, while what protects
 * against strangers and hurry (origin, rate, turns, kept answers) does not. The caller has passed that already. `env`
 * is that of the request it serves (`c.env`), if any, so that the visitor's address stays the same.
 */
export async function askInside(app: Askable, session: Session, request: Request, env: unknown): Promise<Response> {
  return app.fetch(request, { ...(env as object | undefined), [INSIDE]: session });
}

/** In whose name the product asks itself; null for every request from outside. */
export function insider(c: Context): Session | null {
  return (c.env as { [INSIDE]?: Session } | undefined)?.[INSIDE] ?? null;
}
