import type { Answer, Operation, Parameter } from './document.ts';

/** Headers that many operations take, described once. */
export const PARAMETERS: Record<string, Parameter> = {
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'An `ETag` you have: the answer is 304 without a body while it is still the same.',
    schema: { type: 'string' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` you have read: if somebody has changed the settings since, the answer is 412 and nothing happens.',
    schema: { type: 'string' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A word of your own. The same request with the same key is done once and answered the same for a day, so that it can be repeated after a lost answer.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
};

/** Headers that many answers carry, described once. */
export const HEADERS: Record<string, { description: string; schema: { type: string } }> = {
  ETag: { description: 'Names this version: for `If-None-Match` and `If-Match`.', schema: { type: 'string' } },
  Location: { description: 'Where the new one is.', schema: { type: 'string' } },
  'Idempotent-Replayed': {
    description: '`true` when this is the kept answer to an earlier request with the same key.',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
  'X-RateLimit-Limit': { description: 'Calls that can be made at once after a pause.', schema: { type: 'integer' } },
  'X-RateLimit-Remaining': { description: 'Calls that are left of it now.', schema: { type: 'integer' } },
  'X-RateLimit-Reset': { description: 'Seconds until all of them are back.', schema: { type: 'integer' } },
};

const RATE = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];
/** Load balancers ask it often: it is not counted. */
const UNCOUNTED = '/api/health';

/**
 * The refusals that come with what the middlewares of `/api` do for every operation: `etag.ts`, `idempotency.ts`,
 * `rate.ts`, `json-limits.ts`; those of them that take a header are declared to do so.
 */
export function addManners(method: string, path: string, operation: Operation): number[] {
  const refusals = method === 'get' ? [] : [400, 413, 415, 422, 503];
  if (!path.startsWith('/api/')) return refusals;
  if (path !== UNCOUNTED) refusals.push(429);
  if (method === 'get') {
    if (operation.responses['200']) operation.responses['304'] ??= { description: 'Still the one you have.' };
    take(operation, 'IfNoneMatch');
    return refusals;
  }
  take(operation, method === 'post' ? 'IdempotencyKey' : 'IfMatch');
  return [...refusals, method === 'post' ? 409 : 412];
}

/** Names the headers of good answers and of those that ask to wait. `readable`: what is made has an address. */
export function nameHeaders(method: string, path: string, operation: Operation, readable: boolean): void {
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status === '429' || status === '503') name(answer, ['Retry-After']);
    if (!path.startsWith('/api/') || !/^2|429/.test(status)) continue;
    if (path !== UNCOUNTED) name(answer, RATE);
    if (hasTag(method, status, answer)) name(answer, ['ETag']);
    if (status === '201' && readable) name(answer, ['Location']);
    if (method === 'post' && status !== '429') name(answer, ['Idempotent-Replayed']);
  }
}

function hasTag(method: string, status: string, answer: Answer): boolean {
  if (!answer.content || !('application/json' in answer.content)) return false;
  return method === 'post' ? status === '201' : status === '200' && method !== 'delete';
}

function name(answer: Answer, headers: string[]): void {
  const references = headers.map((header) => [header, { $ref: `#/components/headers/${header}` }]);
  answer.headers = { ...answer.headers, ...Object.fromEntries(references) };
}

function take(operation: Operation, parameter: string): void {
  operation.parameters = [...(operation.parameters ?? []), { $ref: `#/components/parameters/${parameter}` }];
}
