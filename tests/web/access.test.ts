import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { serveDns, type TestDns } from '../support/dns.ts';
import { startProvider } from '../support/oidc.ts';
import { type Caller, type Outcome, outcomeFor, type RightsWorld, rightsWorld } from '../support/rights-world.ts';
import { type Route, TABLE } from '../support/route-table.ts';
import { changedRows, type Fingerprint, fingerprint, rememberRows, type Restore } from '../support/rows.ts';
import { kindsIn, pathOf, unknownLike } from '../support/tenant-objects.ts';

// Every route and method, everybody who may ask, and the answer that the route's one entry in the table means (R-MT-1).

let it: TestApp;
let dns: TestDns;
let provider: Awaited<ReturnType<typeof startProvider>>;
let world: RightsWorld;
let restore: Restore;
let before: Fingerprint;
let pairs = 0;

beforeAll(async () => {
  provider = await startProvider({});
  it = await testApp({ config: { demo: true, oidc: provider.oidc } });
  // Nothing here is lost by a power cut.
  await it.deps.db.execute('PRAGMA synchronous=OFF');
  dns = await serveDns(() => 'nxdomain');
  it.deps.outbound.resolvers = [dns.address];
  world = await rightsWorld(it);
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into identities (issuer, subject, user_id, created_at)
      select ${new URL(provider.oidc.issuer).href}, id, id, 0 from users`),
  );
  for (const who of Object.values(world.callers)) await ask(who, 'GET', '/api/status', true);
  restore = await rememberRows(it);
  before = await fingerprint(it);
});
afterAll(async () => {
  process.stdout.write(`${pairs} pairs of a route and a caller, as the table of ${TABLE.length} routes says\n`);
  await Promise.all([dns.close(), provider.close()]);
  await it.close();
});

const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted((a, b) => a.localeCompare(b));
const mounted = () => it.app.routes.filter(({ method }) => method !== 'ALL');

test('every route of the product stands in the table, and nothing else does', () => {
  expect(sorted(mounted().map(({ method, path }) => `${method} ${path}`))).toEqual(
    sorted(TABLE.map(({ name }) => name)),
  );
});

/** Asks as pages and programs do. A stream is let go at once. */
async function ask({ visitor, headers }: Caller, method: string, path: string, program: boolean): Promise<Response> {
  const browser = world.as(visitor);
  const sent: Record<string, string> = { accept: program ? 'application/json' : 'text/html', ...headers };
  if (!('authorization' in sent))
    Object.assign(sent, { origin: it.deps.config.baseUrl, 'sec-fetch-site': 'same-origin' });
  const bodiless = method === 'GET' || method === 'HEAD' || method === 'DELETE' || method === 'OPTIONS';
  if (!bodiless) sent['content-type'] = program ? 'application/json' : 'application/x-www-form-urlencoded';
  const answer = await browser.request(path, {
    method,
    headers: sent,
    ...(bodiless ? {} : { body: program ? '{}' : '' }),
  });
  const streams = answer.headers.get('content-type')?.startsWith('text/event-stream');
  if (streams) await answer.body?.cancel();
  else await answer.clone().text();
  return answer;
}

const DONE = [200, 201, 202, 204, 303, 400, 409, 412, 415, 422];

/** Whether an answer is the one that was expected; a wrong sentence is told by what it is instead. */
function fits(outcome: Outcome, { status, headers }: Response): boolean {
  const toLogIn = status === 401 || (status === 303 && /^\/login(\?|$)/.test(headers.get('location') ?? ''));
  switch (outcome) {
    case 'open':
      return status < 500;
    case 'done':
      return DONE.includes(status) && !toLogIn;
    case 'log in':
      return toLogIn;
    case 'refused':
      return status === 403;
    case 'unknown':
      return status === 404;
  }
}

interface Pair {
  name: string;
  who: Caller;
  outcome: Outcome;
}

const pairsOf = (route: Route): Pair[] =>
  Object.entries(world.callers).map(([name, who]) => ({ name, who, outcome: outcomeFor(route, who) }));

/** What is wrong, one line each. */
async function judge({ pattern, program }: Route, method: string, list: Pair[]): Promise<string[]> {
  const path = pathOf(pattern, world.hers);
  const answers = await Promise.all(list.map(({ who }) => ask(who, method, path, program)));
  pairs += list.length;
  const faults: string[] = [];
  for (const [i, { name, who, outcome }] of list.entries()) {
    // Some pages are drawn for one reader of an account at a time.
    const answer = answers[i]?.status === 429 ? await ask(who, method, path, program) : answers[i];
    if (!answer || fits(outcome, answer)) continue;
    faults.push(
      `${name} ${method} ${path}: ${answer.status}, not "${outcome}": ${(await answer.text()).slice(0, 300)}`,
    );
  }
  return faults;
}

/** What an answer leaves behind that is about nobody's things. */
const LEAVES: Record<string, string[]> = {
  'GET /api/health': ['installation'],
  'GET /settings/export.json': ['audit_log', 'deliveries'],
  'GET /api/account/export': ['audit_log', 'deliveries'],
  'GET /settings/audit.csv': ['audit_log'],
  'GET /settings/audit.json': ['audit_log'],
  'GET /auth/oidc': ['challenges'],
};

/** Tables that are not as they were, each with its rows. */
async function changed(except: string[] = []): Promise<string[]> {
  const rows = changedRows(before, await fingerprint(it));
  if (rows.length > 0) await restore();
  return rows.filter((row) => !except.includes(row.split(':')[0] ?? ''));
}

describe('every caller', () => {
  test.each(TABLE.map((route) => [route.name, route] as const))('%s', async (_name, route) => {
    const { method } = route;
    const list = pairsOf(route);
    const reads = method === 'GET' || method === 'OPTIONS';
    const granted = list.filter(({ outcome }) => outcome === 'done' || outcome === 'open');
    const others = list.filter((pair) => !granted.includes(pair));
    expect(await judge(route, method, others)).toEqual([]);
    expect(await changed(), 'changed by somebody who was refused').toEqual([]);
    if (reads) {
      expect(await judge(route, method, granted)).toEqual([]);
      expect(await changed(LEAVES[route.name]), 'changed by reading').toEqual([]);
      return;
    }
    const faults: string[] = [];
    // What nobody's turn takes away from the next can be asked at once.
    const apart = route.need === 'self' || (route.need !== 'open' && kindsIn(route.pattern).length > 0);
    for (const turn of apart ? granted.map((pair) => [pair]) : [granted]) {
      faults.push(...(await judge(route, method, turn)));
      await restore();
    }
    expect(faults).toEqual([]);
  });
});

describe('on a plan that has lost its team and its API', () => {
  beforeAll(async () => {
    const { accountId } = world.w.alice;
    await it.deps.db.write('downgrade', (tx) => setAccountPlan(tx, accountId, 'pro', 'business'));
    before = await fingerprint(it);
  });
  afterAll(async () => {
    await restore();
    before = await fingerprint(it);
  });

  test.each(TABLE.map((route) => [route.name, route] as const))('%s', async (_name, route) => {
    const inside = pairsOf(route).filter(({ who }) => who.role !== null && !who.foreign && !who.herself);
    const list = inside.map(({ name, who }) => ({ name, who, outcome: lessened(route, who) }));
    const refused = list.filter(({ outcome }) => outcome !== 'done' && outcome !== 'open');
    expect(await judge(route, route.method, refused)).toEqual([]);
  });

  test('and nothing was changed by any of them', async () => {
    expect(changedRows(before, await fingerprint(it))).toEqual([]);
  });
});

/** Everybody but the owner looks on, and API tokens wait (E80 to E82). */
function lessened(route: Route, who: Caller): Outcome {
  const outcome = outcomeFor(route, { ...who, role: 'viewer' });
  return who.scopes !== null && outcome === 'done' ? 'refused' : outcome;
}

/** Enough to tell every way of refusal apart. */
const FEW = ['anonymous', 'viewer', 'owner of another account', 'API token: page', 'API token: read', 'operator'];

describe('HEAD', () => {
  test.each(TABLE.filter(({ method }) => method === 'GET').map((route) => [route.pattern, route] as const))(
    '%s opens nothing that GET does not',
    async (_pattern, route) => {
      const list = pairsOf(route).filter(({ name }) => FEW.includes(name));
      expect(await judge(route, 'HEAD', list)).toEqual([]);
      if (LEAVES[route.name]) await restore();
    },
  );
});

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];

describe('a method that an address has not', () => {
  test.each([...new Set(TABLE.map(({ pattern }) => pattern))])('%s', async (pattern) => {
    const program = pattern.startsWith('/api/');
    const has = new Set(TABLE.filter((route) => overlap(route.pattern, pattern)).map(({ method }) => method));
    const [path, never] = [pathOf(pattern, world.hers), pathOf(pattern, unknownLike(world.hers))];
    const faults: string[] = [];
    for (const name of ['anonymous', 'owner of another account']) {
      const who = world.callers[name];
      if (!who) throw new Error(name);
      for (const method of METHODS.filter((one) => !has.has(one))) {
        const [here, there] = await Promise.all([ask(who, method, path, program), ask(who, method, never, program)]);
        pairs += 1;
        const told = await here.text();
        if (![204, 400, 401, 403, 404, 405, 415].includes(here.status) || told.includes('AliceSecret'))
          faults.push(`${name} ${method} ${path}: ${here.status}`);
        if (here.status !== there.status) faults.push(`${name} ${method} ${path}: ${here.status}, ${there.status}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('and nothing was changed by any of them', async () => {
    expect(await changed()).toEqual([]);
  });
});

/** Whether one address can be meant by both: a part with a name stands for any word. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one.split('/'), other.split('/')];
  return a.length === b.length && a.every((part, i) => part.startsWith(':') || b[i]?.startsWith(':') || part === b[i]);
}
