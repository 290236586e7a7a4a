import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Ability, Area } from '../core/access.ts';
import { AppError, invalidField } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from './env.ts';
import { fieldErrors } from './forms.ts';
import { requireAbility, requireOperator, requireSession } from './session.ts';

/** Most rows one answer of a list holds (R-DO-3). */
export const MAX_LIMIT = 100;

/** Characters: a passkey, by whose id its list goes on, may call itself something of 1,400. */
const LONGEST_CURSOR = 2_000;

/** A router whose routes carry their schemas: input that does not fit is a 422 with a sentence for each field. */
export function createApi(deps: Deps): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const fields = fieldErrors(result.error);
      deps.log.debug({ refused: fields.map(({ field }) => field), target: result.target }, 'request refused');
      throw new AppError('invalid', fields[0]?.message ?? 'The request does not fit.', { fields });
    },
  });
}

/** What a route asks of who calls it. `person`: no API token, whatever its scopes. */
export interface Demand {
  ability: Ability;
  area: Area;
  person: boolean;
}

/** What each guard asks for, so that the OpenAPI document says what is enforced. */
export const demands = new WeakMap<object, Demand>();

/**
 * Runs before the schemas, so that a stranger learns that they must sign in and nothing of the fields. `area` is the part
 * of the API whose own scope opens the route to a token.
 */
export function guard(ability: Ability, area: Area = 'account'): MiddlewareHandler<AppEnv> {
  return asking({ ability, area, person: false }, async (c, next) => {
    requireAbility(c, ability, area);
    await next();
  });
}

/** The same for what people do in person: no API token, whatever its scopes (R-TK-2). */
export function guardPerson(ability: Ability): MiddlewareHandler<AppEnv> {
  return asking({ ability, area: 'account', person: true }, async (c, next) => {
    requireSession(c);
    requireAbility(c, ability);
    await next();
  });
}

/** For those who run the installation, in person; for everybody else who is logged in the address is not there. */
export function guardOperator(): MiddlewareHandler<AppEnv> {
  return asking({ ability: 'read', area: 'account', person: true }, async (c, next) => {
    requireOperator(c, { programs: true });
    await next();
  });
}

function asking(demand: Demand, check: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> {
  demands.set(check, demand);
  return check;
}

/** `cursor` and `limit` of a list; `preset` rows when nothing is asked for, and never more than 100 (R-DO-3, C103). */
export function pageQuery(preset: number) {
  const sentence = 'Must be a whole number from 1.';
  return z.object({
    cursor: z.string().max(LONGEST_CURSOR, 'This cursor is not one of ours.').optional(),
    limit: z.coerce
      .number(sentence)
      .int(sentence)
      .min(1, sentence)
      .default(preset)
      .transform((asked) => Math.min(asked, MAX_LIMIT))
      .openapi({
        type: 'integer',
        minimum: 1,
        default: preset,
        description: `Rows of a page. More than ${MAX_LIMIT} are not given at once: \`next_cursor\` leads on.`,
      }),
  });
}

/** A whole number in a query string. */
export function wholeQuery(min: number, max: number, preset: number) {
  const sentence = `Must be a whole number from ${min} to ${max}.`;
  return z.coerce
    .number(sentence)
    .int(sentence)
    .min(min, sentence)
    .max(max, sentence)
    .default(preset)
    .openapi({ type: 'integer', minimum: min, maximum: max, default: preset });
}

/** One page of a list; `next_cursor` is null on the last one. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}

/** A JSON answer in a route declaration. */
export function answer<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } };
}

/** A JSON body in a route declaration. */
export function body<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

const FAULTS: Record<number, string> = {
  400: 'The body is not JSON.',
  401: 'Sign in first.',
  403: 'Your role or your plan does not allow it.',
  404: 'Nothing of yours is there.',
  409: 'It collides with something that exists.',
  412: 'Somebody has changed it since you read it; nothing was changed.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is something else than JSON.',
  422: 'A field does not fit; `errors` names each.',
  429: 'Too many tries; `Retry-After` says when to come back.',
  503: 'Nothing can be changed just now; `Retry-After` says when to come back.',
};

/** The error answers of a route declaration, all problem documents. */
export function problems(...codes: (keyof typeof FAULTS)[]) {
  return Object.fromEntries(
    codes.map((code) => [
      code,
      { description: FAULTS[code] ?? '', content: { 'application/problem+json': { schema: Problem } } },
    ]),
  );
}

/** A list position as an opaque word, so that no caller builds on its parts. */
export function packCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor of ours, or null when none was given. Anything else is the caller's fault. */
export function unpackCursor<T extends z.ZodType>(cursor: string | undefined, parts: T): z.infer<T> | null {
  if (cursor === undefined || cursor === '') return null;
  const parsed = parts.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) throw invalidField('cursor', 'This cursor is not one of ours.');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
