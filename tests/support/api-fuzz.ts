import { sql } from 'drizzle-orm';
import type { ApiDocument, Operation } from '../../src/web/document.ts';
import { MINUTE } from '../../src/core/time.ts';
import { type Case, type Known, makeCase, type Target } from './api-fuzz-case.ts';
import { pick, type Random } from './api-fuzz-values.ts';
import { furnish, poolOf } from './api-fuzz-world.ts';
import { type TestApp, testApp, Visitor } from './app.ts';
import { randomFrom } from './fuzz.ts';
import { mismatch } from './json-schema.ts';
import { PASSWORD, type World, world } from './world.ts';

export interface AreaReport {
  area: string;
  cases: number;
  /** How often each status was answered. */
  statuses: Record<string, number>;
  /** Operations that were taken (2xx) at least once, of how many there are. */
  taken: number;
  operations: number;
  /** What must not be, each with the request that did it. */
  faults: string[];
}

const LARGEST_ANSWER = 1_048_576;
/** Time that passes between two requests: the limits of a minute come and go. */
const STEP_MS = 250;
/** Things that were deleted come back after so many cases. */
const REFURNISH = 50;

/** `cases` requests to the operations of one tag, in a world of their own. */
export async function fuzzArea(area: string, cases: number, seed: number): Promise<AreaReport> {
  const test = await testApp();
  try {
    const w = await world(test, { plan: 'business' });
    return await new Fuzz(test, w, area, randomFrom(seed)).run(cases);
  } finally {
    await test.close();
  }
}

/** Names of all areas: the tags of the OpenAPI document. */
export async function listAreas(): Promise<string[]> {
  const test = await testApp();
  const { tags } = (await (await test.app.request('/openapi.json')).json()) as ApiDocument;
  await test.close();
  return tags.map(({ name }) => name);
}

class Fuzz {
  readonly #test: TestApp;
  readonly #w: World;
  readonly #random: Random;
  readonly #area: string;
  readonly #report: AreaReport;
  readonly #taken = new Set<string>();
  #known!: Known;
  #token = '';
  /** What no request may change, by row. */
  #fixed = new Map<string, string>();

  constructor(test: TestApp, w: World, area: string, random: Random) {
    this.#test = test;
    this.#w = w;
    this.#area = area;
    this.#random = random;
    this.#report = { area, cases: 0, statuses: {}, taken: 0, operations: 0, faults: [] };
  }

  async run(cases: number): Promise<AreaReport> {
    const document = (await (await this.#test.app.request('/openapi.json')).json()) as ApiDocument;
    const targets = targetsOf(document, this.#area);
    await furnish(this.#test, this.#w, this.#w.mallory);
    const foreign = await poolOf(this.#test, this.#w.mallory.accountId);
    this.#known = { document, own: {}, foreign };
    await this.#prepare();
    this.#token = await this.#makeToken();
    const others = await this.#rowsOf(this.#w.mallory.accountId);
    for (let i = 0; i < cases; i += 1) {
      if (i % REFURNISH === 0) await this.#prepare();
      await this.#try(makeCase(this.#known, pick(this.#random, targets), this.#random), i);
    }
    // Whoever runs the installation sets everybody's plan.
    if (this.#area !== 'Operator' && (await this.#rowsOf(this.#w.mallory.accountId)) !== others)
      this.#report.faults.push('another account was changed');
    return { ...this.#report, cases, taken: this.#taken.size, operations: targets.length };
  }

  async #prepare(): Promise<void> {
    const { alice } = this.#w;
    const me = await alice.browser.json('GET', '/auth/me');
    if (me.status !== 200) await this.#logIn();
    else await this.#comeHome(((await me.json()) as { account: { id: string } }).account.id);
    this.#known.own = await furnish(this.#test, this.#w, alice);
    this.#fixed = await this.#fixedRows();
  }

  async #logIn(): Promise<void> {
    const { alice } = this.#w;
    this.#test.clock.advance(20 * MINUTE);
    const answer = await alice.browser.post('/auth/login', { email: alice.email, password: PASSWORD });
    if (answer.status !== 303) throw new Error(`the owner cannot log in any more: ${answer.status}`);
  }

  /** Whoever makes another account is moved there. */
  async #comeHome(where: string): Promise<void> {
    const { browser, accountId } = this.#w.alice;
    if (where !== accountId) await browser.json('POST', '/auth/switch', { account_id: accountId });
  }

  /** What the operator decides for everybody is as before: the next request meets the same installation. */
  async #settle(): Promise<void> {
    await this.#w.alice.browser.json('PUT', '/api/operator/mode', { maintenance: false });
    await this.#test.deps.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'business'`));
    this.#fixed = await this.#fixedRows();
  }

  async #makeToken(): Promise<string> {
    const body = { name: 'All', scopes: ['read', 'write', 'ping', 'page'] };
    const answer = await this.#w.alice.browser.json('POST', '/api/tokens', body);
    return ((await answer.json()) as { token: string }).token;
  }

  async #try(one: Case, no: number): Promise<void> {
    this.#test.clock.advance(STEP_MS);
    const answer = await this.#send(one);
    const text = await answer.text();
    const { status } = answer;
    this.#report.statuses[status] = (this.#report.statuses[status] ?? 0) + 1;
    const taken = status >= 200 && status < 300;
    if (taken && !one.astray) this.#taken.add(`${one.method} ${one.path}`);
    const faults = [...this.#judge(one, answer, text)];
    if (taken && one.method !== 'GET' && one.method !== 'HEAD') faults.push(...(await this.#compare(one)));
    for (const fault of faults)
      this.#report.faults.push(`case ${no}: ${fault}: ${shown(one)} -> ${status} ${text.slice(0, 300)}`);
    if (status === 201) await this.#takeAway(one, text);
    if (taken && one.path.startsWith('/api/operator/')) await this.#settle();
    if ((status === 204 && one.method === 'DELETE') || one.path === '/api/accounts') await this.#prepare();
  }

  async #send({ method, url, headers: given, body, who }: Case): Promise<Response> {
    const { alice, bob } = this.#w;
    const { baseUrl } = this.#test.deps.config;
    const headers: Record<string, string> = { accept: 'application/json', ...given };
    if (who === 'token') headers['authorization'] = `Bearer ${this.#token}`;
    if (who === 'forged')
      headers['authorization'] = `Bearer ${pick(this.#random, ['sp_x', 'x.y.z', '-', 'eyJhbGciOiJub25lIn0.e30.'])}`;
    if (who === 'owner' || who === 'viewer') headers['origin'] = baseUrl;
    const browser =
      who === 'owner' ? alice.browser : who === 'viewer' ? bob.browser : new Visitor(this.#test.app, baseUrl);
    return browser.request(url, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  *#judge(one: Case, answer: Response, text: string): Generator<string> {
    const { status, headers } = answer;
    if (status >= 500) yield 'our fault';
    if (text.length > LARGEST_ANSWER) yield `${text.length} characters`;
    if (one.astray || isForm(one)) return;
    const described = one.operation.responses[status];
    if (!described) return yield `status ${status} is not described`;
    if (one.unlisted !== null && status < 300) yield `took the field ${one.unlisted}`;
    if (status === 201 && described.headers?.['Location'] && !headers.has('location')) yield 'no Location';
    const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (text === '' && !described.content) return;
    const schema = described.content?.[type]?.schema;
    if (!schema) return yield `content ${type} is not described`;
    const fault = type.endsWith('json') ? mismatch(this.#known.document, schema, JSON.parse(text)) : null;
    if (fault !== null) yield fault;
  }

  /** Whether something was changed that no field of a request names. */
  async #compare({ path }: Case): Promise<string[]> {
    const before = this.#fixed;
    this.#fixed = await this.#fixedRows();
    return (
      [...this.#fixed]
        .filter(([row, value]) => before.has(row) && before.get(row) !== value)
        // The operations whose matter it is.
        .filter(([row]) => !(row.startsWith('memberships ') && path === '/api/members/{id}'))
        .filter(([row]) => !(row.startsWith('accounts ') && path === '/api/operator/accounts/{id}/plan'))
        .map(([row, value]) => `changed ${row} from ${before.get(row)} to ${value}`)
    );
  }

  async #fixedRows(): Promise<Map<string, string>> {
    const rows = await this.#test.deps.db.read.all<{ row: string; value: string }>(sql.raw(FIXED));
    return new Map(rows.map(({ row, value }) => [row, value]));
  }

  async #rowsOf(accountId: string): Promise<string> {
    const tables = await this.#test.deps.db.read.all<{ name: string }>(
      sql`select m.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name = 'account_id'`,
    );
    const rows = [];
    for (const { name } of tables) {
      rows.push(
        await this.#test.deps.db.read.all(sql.raw(`select * from "${name}" where account_id = '${accountId}'`)),
      );
    }
    return JSON.stringify(rows);
  }

  /** What a case has made goes again, so that no limit of the plan is reached. */
  async #takeAway({ url, path }: Case, text: string): Promise<void> {
    if (!('delete' in (this.#known.document.paths[`${path}/{id}`] ?? {}))) return;
    const { id } = JSON.parse(text) as { id?: string };
    await this.#w.alice.browser.json('DELETE', `${url.split('?')[0]}/${id}`);
  }
}

/** What is not JSON is a form to `/auth/…`, and a form is answered with pages. */
function isForm({ path, headers }: Case): boolean {
  return path.startsWith('/auth/') && !/^application\/([\w.+-]+\+)?json\b/.test(headers['content-type'] ?? '');
}

function targetsOf(document: ApiDocument, area: string): Target[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]: [string, Operation]) => operation.tags?.includes(area))
      .map(([method, operation]) => ({ method, path, operation })),
  );
}

/** Owner, origin and rights of every row: what a body must never reach. */
const FIXED = [
  `select 'users ' || id as row, json_array(email, password_hash, operator, token_version, created_at) as value from users`,
  `select 'accounts ' || id, json_array(plan, created_at, deleted_at) from accounts`,
  `select 'memberships ' || account_id || user_id, json_array(role, created_at) from memberships`,
  `select 'api_tokens ' || id, json_array(account_id, user_id, scopes, hash, created_at) from api_tokens`,
  `select 'invitations ' || id, json_array(account_id, created_at) from invitations`,
  `select 'change_hooks ' || id, json_array(account_id, created_at) from change_hooks`,
  `select 'monitors ' || id, json_array(no, account_id, created_at) from monitors`,
  `select 'incidents ' || id, json_array(account_id, monitor_no, started_at, opened_at) from incidents`,
  `select 'channels ' || id, json_array(account_id, kind, created_at) from channels`,
  `select 'maintenance_windows ' || id, json_array(account_id, created_at) from maintenance_windows`,
  `select 'escalation_policies ' || id, json_array(account_id, created_at) from escalation_policies`,
  `select 'status_pages ' || id, json_array(account_id, created_at) from status_pages`,
  `select 'components ' || id, json_array(page_id, kind) from components`,
  `select 'status_reports ' || id, json_array(page_id, created_at) from status_reports`,
  `select 'status_report_templates ' || id, json_array(account_id, created_at) from status_report_templates`,
  `select 'subscribers ' || id, json_array(page_id, created_at) from subscribers`,
].join(' union all ');

function shown({ method, url, headers, body, who, operation }: Case): string {
  const names = Object.entries(headers).map(([name, value]) => `${name}: ${value.slice(0, 80)}`);
  return `${operation.operationId} ${who} ${method} ${url.slice(0, 300)} ${names.join('; ')} ${JSON.stringify(body?.slice(0, 500))}`;
}
