import { expect } from 'vitest';
import { sql } from 'drizzle-orm';
import { can, type Role, type Scope, scopeAllows } from '../../src/core/access.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import type { TestApp, Visitor } from './app.ts';
import type { Route } from './route-table.ts';
import { kindsIn, type Objects, plantObjects } from './tenant-objects.ts';
import { apiToken } from './tokens.ts';
import { addMember, PASSWORD, type Person, signUp, type World, world } from './world.ts';

/** Somebody who asks, and what they are worth. */
export interface Caller {
  /** Sends what proves who it is: cookies, or a header. */
  visitor: Visitor;
  headers: Record<string, string>;
  /** What it is at Alice's account or at its own; null for whoever is nobody. */
  role: Role | null;
  /** Scopes of an API token. */
  scopes: readonly Scope[] | null;
  /** Belongs to another account than the one whose things are asked for. */
  foreign: boolean;
  /** Is Alice herself. */
  herself: boolean;
  operator: boolean;
  demo: boolean;
}

export interface RightsWorld {
  w: World;
  /** Of Alice's account, and of Mallory's. */
  hers: Objects;
  others: Objects;
  callers: Record<string, Caller>;
  as: (visitor: Visitor) => Visitor;
}

/** Alice's account with one of everything, Mallory's with the same, and everybody who may knock. */
export async function rightsWorld(test: TestApp): Promise<RightsWorld> {
  const boss = await signUp(test, 'boss@example.com', 'boss-house', { plan: 'business' });
  const w = await world(test, { plan: 'business' });
  const [hers, others] = [
    await plantObjects(test, w.alice, 'AliceSecret', 'AliceShown'),
    await plantObjects(test, w.mallory, 'MalloryOwn', 'MalloryShown'),
  ];
  const admin = await addMember(test, w.alice, 'admin@example.com', 'admin');
  const member = await addMember(test, w.alice, 'member@example.com', 'member');
  const removed = await addMember(test, w.alice, 'removed@example.com', 'member');
  const demoted = await addMember(test, w.alice, 'demoted@example.com', 'member');
  const tokens = {
    'API token: read': await apiToken(test, w.alice, ['read']),
    'API token: write': await apiToken(test, w.alice, ['write']),
    'API token: ping': await apiToken(test, w.alice, ['ping']),
    'API token: page': await apiToken(test, w.alice, ['page']),
  };
  const all: Scope[] = ['read', 'write', 'ping', 'page'];
  const none = await apiToken(test, w.alice, ['read']);
  const revoked = await apiToken(test, w.alice, all);
  const expiring = await apiToken(test, w.alice, all, {
    expires_at: new Date(test.clock.now() + MINUTE).toISOString(),
  });
  const ofViewer = await apiToken(test, demoted, all);
  const ofRemoved = await apiToken(test, removed, all);
  const theirs = await apiToken(test, w.mallory, all);
  const [access, lost] = [await accessToken(test, w.alice), await accessToken(test, removed)];
  expect((await w.alice.browser.json('DELETE', `/api/tokens/${revoked.tokenId}`)).status).toBe(204);
  await change(test, async (tx) => {
    await tx.run(sql`update api_tokens set scopes = '[]' where id = ${none.tokenId}`);
    await tx.run(sql`delete from memberships where user_id = ${removed.userId}`);
    await tx.run(sql`update memberships set role = 'viewer' where user_id = ${demoted.userId}`);
  });
  test.clock.advance(2 * MINUTE);

  const nobody = { role: null, scopes: null, foreign: false, herself: false, operator: false, demo: false } as const;
  const caller = (visitor: Visitor, more: Partial<Caller> = {}): Caller => ({
    ...nobody,
    visitor,
    headers: visitor.token === null ? {} : { authorization: `Bearer ${visitor.token}` },
    ...more,
  });
  const program = (visitor: Visitor, scopes: readonly Scope[], more: Partial<Caller> = {}) =>
    caller(visitor, { role: 'owner', scopes, ...more });
  const agent = { 'x-agent-token': 'agt_0123456789abcdef0123456789abcdef' };
  const callers: Record<string, Caller> = {
    anonymous: caller(test.visitor()),
    owner: caller(w.alice.browser, { role: 'owner', herself: true }),
    admin: caller(admin.browser, { role: 'admin' }),
    member: caller(member.browser, { role: 'member' }),
    viewer: caller(w.bob.browser, { role: 'viewer' }),
    'removed member': caller(removed.browser),
    'owner of another account': caller(w.mallory.browser, { role: 'owner', foreign: true }),
    'access token of the owner': caller(access, { role: 'owner', herself: true }),
    'access token of the removed member': caller(lost),
    'API token without scopes': program(none, []),
    'API token of a viewer': program(ofViewer, all, { role: 'viewer' }),
    'API token of another account': program(theirs, all, { foreign: true }),
    'revoked API token': caller(revoked),
    'expired API token': caller(expiring),
    'API token of the removed member': caller(ofRemoved),
    'agent token': caller(test.visitor(), { headers: agent }),
    'agent token as a bearer': caller(test.visitor(), {
      headers: { authorization: `Bearer ${agent['x-agent-token']}` },
    }),
    'visitor of the demo': caller(await demoVisitor(test), { role: 'viewer', foreign: true, demo: true }),
    operator: caller(boss.browser, { role: 'owner', foreign: true, operator: true }),
  };
  for (const [name, visitor] of Object.entries(tokens)) callers[name] = program(visitor, [name.slice(11) as Scope]);
  return { w, hers, others, callers, as: (visitor) => copyOf(test, visitor) };
}

type Change = Parameters<TestApp['deps']['db']['write']>[1];
const change = (test: TestApp, work: Change) => test.deps.db.write('arrange', work);

/** Another browser with the same cookies: what an answer sets stays with the copy. */
function copyOf(test: TestApp, visitor: Visitor): Visitor {
  const copy = test.visitor();
  for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
  copy.token = visitor.token;
  return copy;
}

async function accessToken(test: TestApp, { email }: Person): Promise<Visitor> {
  const program = test.visitor();
  const answer = await program.json('POST', '/auth/login', { email, password: PASSWORD });
  expect(answer.status).toBe(200);
  const { access_token: token } = (await answer.json()) as { access_token: string };
  program.token = token;
  program.cookies.clear();
  return program;
}

/** A demo without its ninety days: an account, and somebody who may look. */
async function demoVisitor(test: TestApp): Promise<Visitor> {
  const demo = await signUp(test, 'demo@example.com', 'demo-house', { plan: 'business' });
  const fact = JSON.stringify({ userId: demo.userId, accountId: demo.accountId, seededAt: test.clock.now() - HOUR });
  await change(test, async (tx) => {
    await tx.run(sql`update memberships set role = 'viewer' where user_id = ${demo.userId}`);
    await tx.run(sql`insert into installation (key, value) values ('demo', ${fact})`);
  });
  const visitor = test.visitor();
  expect((await visitor.post('/demo')).status).toBe(303);
  return visitor;
}

/** What a route says to somebody: does it for them, wants a log-in, 403, 404; `open` asks nobody who they are. */
export type Outcome = 'done' | 'log in' | 'refused' | 'unknown' | 'open';

/** Pages about the person, who in the demo is everybody. */
const PERSONAL = /^\/(?:settings\/(?:profile|security|sessions)|api\/(?:sessions|passkeys|profile|two-step))(?:\/|$)/;

/** What the table's entry means for each caller. */
export function outcomeFor(route: Route, who: Caller): Outcome {
  const { need, method, pattern, program } = route;
  if (need === 'open') return 'open';
  const reads = method === 'GET';
  if (who.demo && (!reads || PERSONAL.test(pattern))) return 'refused';
  if (need === 'operator' && who.operator) return 'done';
  // A program whose token has run out is told so.
  if (need === 'operator') return program && who.role === null ? 'log in' : 'unknown';
  if (who.role === null || (who.scopes !== null && !program)) return 'log in';
  if (who.scopes !== null && !opens(route, who.scopes)) return 'refused';
  if (need !== 'self' && !can(who.role, need)) return 'refused';
  const kinds = kindsIn(pattern);
  if (kinds.length === 0) return 'done';
  if (who.foreign) return 'unknown';
  return need === 'self' && !isFor(who, kinds[0]) ? 'unknown' : 'done';
}

function opens({ need, area, person, pattern }: Route, scopes: readonly Scope[]): boolean {
  if (pattern === '/auth/me') return true;
  if (person || need === 'self' || need === 'open' || need === 'operator') return false;
  return scopeAllows(scopes, need, area ?? 'account');
}

/** What belongs to a person is theirs alone; of tokens those who manage the account see everybody's. */
function isFor({ herself, role }: Caller, kind: string | undefined): boolean {
  if (kind === 'account') return true;
  return herself || (kind === 'token' && role !== null && can(role, 'manage'));
}
