import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolved } from '../../src/site/schema-view.ts';
import { UNLISTED } from '../support/api-fuzz-values.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { serveDns, type TestDns } from '../support/dns.ts';
import { type RightsWorld, rightsWorld } from '../support/rights-world.ts';
import { type Route, TABLE } from '../support/route-table.ts';
import { changedRows, fingerprint, rememberRows, type Restore } from '../support/rows.ts';
import { BASE, describeApi, ID_FIELD, idFields, KIND_OF, NEVER_OWN, NO_ID, withId } from '../support/tenant-fields.ts';
import { kindsIn, type Objects, pathOf, unknownLike } from '../support/tenant-objects.ts';

// Two accounts with one of everything each; whatever Mallory asks or sends, Alice's is as if it were not there.

let it: TestApp;
let dns: TestDns;
let world: RightsWorld;
let restore: Restore;
let mallory: Visitor;
let program: Visitor;

const { document, operations } = await describeApi();

beforeAll(async () => {
  it = await testApp({ config: { demo: true } });
  await it.deps.db.execute('PRAGMA synchronous=OFF');
  dns = await serveDns(() => 'nxdomain');
  it.deps.outbound.resolvers = [dns.address];
  world = await rightsWorld(it);
  const token = world.callers['API token of another account'];
  if (!token) throw new Error('no token of Mallory');
  [mallory, program] = [world.w.mallory.browser, token.visitor];
  for (const visitor of [mallory, program]) await visitor.json('GET', '/api/status');
  await it.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`update status_reports set published_at = created_at where id = ${world.others.report}`);
    // Or the account could not be handed over to them.
    await tx.run(sql`update users set email_verified_at = created_at where id = ${world.others.member}`);
  });
  restore = await rememberRows(it);
});
afterAll(async () => {
  await dns.close();
  await it.close();
});

/** An answer without what differs between any two: times, the id of the request, ids just made and secrets. */
async function told(answer: Response, ...ids: Objects[]): Promise<object> {
  let body = answer.headers.get('content-type')?.startsWith('text/event-stream') ? '' : await answer.text();
  const headers = [...answer.headers].filter(([name]) => !/^x-(request-id|ratelimit-)|^etag$|^location$/.test(name));
  for (const objects of ids) for (const id of Object.values(objects)) body = body.replaceAll(id, 'ID');
  body = body
    .replaceAll(answer.headers.get('x-request-id') ?? '-', 'REQUEST')
    .replaceAll(/\b[a-z]{3}_[0-9a-z]{16}\b/g, 'ID')
    .replaceAll(/"(whsec_|sp_)[^"]*"/g, '"SECRET"')
    .replaceAll(/"(ping_url|token|slug)":"[^"]*"/g, '"$1":"…"')
    .replaceAll(/"(response_time_ms|\w+_ms)":[\d.]+/g, '"$1":0');
  return { status: answer.status, headers, body };
}

function send(visitor: Visitor, { method, pattern, program: json }: Route, objects: Objects): Promise<Response> {
  const path = pathOf(pattern, objects);
  const bodiless = method === 'GET' || method === 'DELETE';
  if (json) return visitor.json(method, path, bodiless ? undefined : {});
  return method === 'GET' ? visitor.get(path) : visitor.post(path, {});
}

describe('an id of Alice’s is the same as one that never was (R-MT-2)', () => {
  const named = TABLE.filter(({ need, pattern }) => need !== 'open' && kindsIn(pattern).length > 0);
  const cases = named.flatMap((route) => {
    const kinds = kindsIn(route.pattern);
    // Alice's thing under Alice's, and under Mallory's own.
    return kinds.map(
      (_, i) => [`${route.name}${i > 0 ? `, below Mallory’s own ${kinds[i - 1]}` : ''}`, route, i] as const,
    );
  });
  test.each(cases)('%s', async (_name, route, owned) => {
    const { hers, others } = world;
    const kinds = kindsIn(route.pattern);
    const never = unknownLike(hers);
    const mix = (theirs: Objects): Objects => {
      const mixed = { ...theirs };
      for (const kind of kinds.slice(0, owned)) mixed[kind] = others[kind];
      return mixed;
    };
    const before = await fingerprint(it);
    const visitors = route.program ? [mallory, program] : [mallory];
    for (const visitor of visitors) {
      const [foreign, unknown] = [await send(visitor, route, mix(hers)), await send(visitor, route, mix(never))];
      if (visitor === mallory) expect(foreign.status).toBe(404);
      expect(await told(foreign, hers)).toEqual(await told(unknown, never));
    }
    expect(changedRows(before, await fingerprint(it))).toEqual([]);
  });
});

/** Every place where a row names something of Alice's, by id or by the number of a monitor. */
async function mentions(): Promise<string> {
  const ids = Object.values(world.hers);
  const rows = [...(await fingerprint(it))].filter(([table]) => table !== 'audit_log');
  const named = rows.map(([table, text]) => [table, ids.map((id) => text.split(id).length - 1)]);
  const columns = await it.deps.db.read.all<{ table: string; name: string }>(
    sql`select m.name as "table", c.name from sqlite_schema m join pragma_table_info(m.name) c
      where m.type = 'table' and c.name in ('monitor_no', 'parent_no')`,
  );
  for (const { table, name } of columns) {
    const account = world.w.alice.accountId;
    const [count] = await it.deps.db.read.all(
      sql.raw(
        `select count(*) as n from "${table}" where "${name}" in (select no from monitors where account_id = '${account}')`,
      ),
    );
    named.push([table, count] as never);
  }
  return JSON.stringify(named);
}

describe('an id of Alice’s in a body is refused, or is the same as an unknown one (R-MT-3)', () => {
  const cases = operations
    .filter(({ schema, method }) => schema !== null && method !== 'GET')
    .flatMap(({ method, path, schema }) =>
      idFields(document, schema ?? {}).map((field) => [`${method} ${path}`, field] as const),
    )
    .filter(([name, field]) => !NO_ID.has(`${name} ${field}`));

  test('there are such fields', () => expect(cases.length).toBeGreaterThan(25));

  test.each(cases)('%s %s', async (name, field) => {
    const [method = '', pattern = ''] = name.split(' ');
    const last = field.split('.').at(-1) ?? '';
    const kind = KIND_OF[`${name} ${field}`] ?? KIND_OF[field] ?? KIND_OF[last];
    const base = BASE[name] ?? (method === 'PATCH' ? {} : undefined);
    if (!kind || (!base && name !== 'POST /auth/switch')) throw new Error(`say here how ${name} takes ${field}`);
    const path = pathOf(pattern, world.others);
    const ask = (objects: Objects) =>
      mallory.json(method, path, withId(name, field, base ?? {}, objects[kind], world.others));
    const never = unknownLike(world.hers);
    const before = await mentions();

    const foreign = await ask(world.hers);
    expect(await mentions(), await foreign.clone().text()).toBe(before);
    await restore();
    const unknown = await ask(never);
    await restore();
    expect(await told(foreign, world.hers)).toEqual(await told(unknown, never));

    if (NEVER_OWN.has(`${name} ${field}`)) return;
    const own = await ask(world.others);
    expect(own.status, await own.clone().text()).toBeLessThan(300);
    await restore();
  });
});

describe('an id of Alice’s in a query finds what an unknown one finds', () => {
  const cases = operations.flatMap(({ method, path, query }) =>
    method === 'GET' ? query.filter((name) => ID_FIELD.test(name)).map((name) => [path, name] as const) : [],
  );
  test.each(cases)('%s?%s', async (path, name) => {
    const kind = KIND_OF[name];
    if (!kind) throw new Error(`say here what ${name} is`);
    const never = unknownLike(world.hers);
    const at = (objects: Objects) => `${pathOf(path, world.others)}?${name}=${objects[kind]}`;
    const [foreign, unknown] = [await mallory.json('GET', at(world.hers)), await mallory.json('GET', at(never))];
    expect(await told(foreign, world.hers)).toEqual(await told(unknown, never));
    await restore();
  });
});

/** Columns that no field of any request names; what a request makes anew may have them as it must. */
const FIXED = new Set(
  'id no account_id user_id page_id created_at operator plan role token_version password_hash hash secret deleted_at'
    .split(' ')
    .concat(['email', 'email_key', 'email_verified_at', 'monitor_no', 'incident_id', 'report_id', 'managed_key']),
);
const EXTRA: readonly [string, unknown][] = [
  ...UNLISTED,
  ['owner', true],
  ['account', { id: 'acc_00000000000000ff' }],
  ['managed', true],
  ['managed_key', 'x'],
  ['managed_fields', ['name']],
  ['paused_by', 'plan'],
  ['config_version', 0],
  ['next_check_at', 0],
  ['monitor_no', 1],
  ['page_id', 'pag_00000000000000ff'],
  ['invited_by', 'usr_00000000000000ff'],
  ['disabled_reason', null],
  ['verified_at', 1],
];

/** Fixed columns of every row, by the row. */
async function fixedRows(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [table, text] of await fingerprint(it)) {
    for (const row of JSON.parse(text) as Record<string, unknown>[]) {
      const key = JSON.stringify(row['id'] ?? [row['account_id'], row['user_id']]);
      const kept = Object.entries(row).filter(([name]) => FIXED.has(name));
      if (row['id'] !== undefined || table === 'memberships') found.set(`${table} ${key}`, JSON.stringify(kept));
    }
  }
  return found;
}

describe('a field that nobody may write is refused by its name, or nothing comes of it (R-MT-4)', () => {
  const cases = operations.filter(
    ({ method, path }) =>
      method !== 'GET' && method !== 'DELETE' && !path.startsWith('/auth/') && path !== '/api/import',
  );
  test.each(cases.map((one) => [`${one.method} ${one.path}`, one] as const))(
    '%s',
    async (name, { method, path, schema }) => {
      const known = new Set(Object.keys(schema ? (resolved(document, schema).properties ?? {}) : {}));
      const address = pathOf(path, world.hers);
      const before = await fixedRows();
      const faults: string[] = [];
      for (const [field, value] of EXTRA.filter(([one]) => !known.has(one))) {
        const body = { ...BASE[name], [field]: value };
        const answer = await world.w.alice.browser.json(method, address, body);
        if (answer.status === 422) {
          const { errors = [] } = (await answer.json()) as { errors?: { field: string }[] };
          if (schema && !errors.some((one) => one.field === field)) faults.push(`${field} is not named`);
          continue;
        }
        const after = await fixedRows();
        const moved = [...before].filter(([row, kept]) => after.has(row) && after.get(row) !== kept);
        // Another secret is what those routes are for.
        if (moved.length > 0 && !/\/(rotate-secret|resend)$/.test(path))
          faults.push(`${field}: ${JSON.stringify(moved)}`);
        if (schema && answer.status < 300) faults.push(`${field} was taken: ${answer.status}`);
        await restore();
      }
      expect(faults).toEqual([]);
      await restore();
    },
  );
});

describe('nothing of Alice’s is told to those it is hidden from (R-MT-8)', () => {
  const SECRET = /AliceSecret|alice@example\.com/i;
  // The document's examples are nobody's.
  const reads = TABLE.filter(({ method, pattern }) => method === 'GET' && pattern !== '/openapi.json');
  const queries = ['', '?q=AliceSecret', '?tag=alicesecret', '?user_id=MEMBER&monitor_id=MONITOR&q=alicesecret'];

  test.each(reads.map((route) => [route.name, route] as const))('%s', async (_name, route) => {
    const { hers, others, callers, w } = world;
    // What somebody typed themselves may be shown to them again.
    const echoed = (text: string, query: string) => (query === '' ? text : text.replaceAll(/alicesecret/gi, ''));
    const faults: string[] = [];
    for (const name of [
      'anonymous',
      'owner of another account',
      'API token of another account',
      'visitor of the demo',
    ]) {
      const who = callers[name];
      if (!who) throw new Error(name);
      for (const objects of [hers, others]) {
        for (const query of objects === hers ? [''] : queries) {
          const words = query.replace('MEMBER', hers.member).replace('MONITOR', hers.monitor);
          const path = pathOf(route.pattern, objects).replace('/s/unknown', `/s/${w.alice.slug}`) + words;
          const answer = await world.as(who.visitor).request(path, { headers: { accept: '*/*', ...who.headers } });
          const stream = answer.headers.get('content-type')?.startsWith('text/event-stream');
          if (stream) {
            await answer.body?.cancel();
            continue;
          }
          const text = `${await answer.text()} ${[...answer.headers].flat().join(' ')}`;
          const left = answer.headers.has('location') ? '' : echoed(text, words);
          if (SECRET.test(left) || (query === '' && SECRET.test(text)))
            faults.push(`${name} ${path}: ${SECRET.exec(text)?.[0]}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});
