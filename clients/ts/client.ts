import createFetchClient, { type Client } from 'openapi-fetch';
import type { paths } from './api.ts';

export type * from './api.ts';

/** Where the API is and who asks. `token` is an access token or an API token (`sp_…`). */
export interface ClientSettings {
  /** Such as `https://status.example.com`; a path at its end is kept. */
  baseUrl: string;
  token?: string;
  /** What sends the requests, if not the runtime's own. */
  fetch?: (request: Request) => Promise<Response>;
}

export type StatusPingClient = Client<paths>;

/** A typed client of every route: `await take(client.GET('/api/monitors/{id}', { params: { path: { id } } }))`. */
export function createClient({ baseUrl, token, fetch }: ClientSettings): StatusPingClient {
  return createFetchClient<paths>({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    ...(fetch ? { fetch } : {}),
  });
}

/** One field that did not fit, with a sentence for people. */
export interface FieldProblem {
  field: string;
  message: string;
}

/** A refusal: the problem document of the answer (RFC 9457), or what could be made of another answer. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly status: number;
  /** A fixed word for programs, such as `not_found`. */
  readonly code: string;
  readonly title: string;
  /** A sentence for people, also the `message`. */
  readonly detail: string;
  readonly errors: FieldProblem[];
  /** Seconds to wait before the next try; null when the answer did not say. */
  readonly retryAfter: number | null;

  constructor(response: Response, problem: unknown) {
    const told = isRecord(problem) ? problem : {};
    const detail = textOf(told['detail']) ?? `The server answered with status ${response.status}.`;
    super(detail);
    this.status = response.status;
    this.code = textOf(told['code']) ?? 'unknown';
    this.title = textOf(told['title']) ?? response.statusText;
    this.detail = detail;
    this.errors = Array.isArray(told['errors']) ? told['errors'].filter(isFieldProblem) : [];
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    this.retryAfter = Number.isFinite(seconds) ? seconds : null;
  }
}

/** What openapi-fetch answers with. */
type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** The body of a good answer; throws `ApiProblem` for every other. Network faults are thrown as they come. */
export async function take<T>(answer: Answer<T>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiProblem(response, error);
  // A 204 has no body, and its type says `undefined` too.
  return data as T;
}

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** Every row of a list, page after page: `for await (const monitor of listAll((cursor) => client.GET(…)))`. */
export async function* listAll<T>(page: (cursor: string | undefined) => Answer<Page<T>>): AsyncGenerator<T, void> {
  let cursor: string | undefined;
  do {
    const { data, next_cursor } = await take(page(cursor));
    yield* data;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value['field'] === 'string' && typeof value['message'] === 'string';
}
