import { type SQL, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { createHistory } from '../../src/engine/history.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Person, signUp } from '../support/world.ts';

// What ends by time and is found by nobody any more goes in one pass, and what has not ended stays.

let t: TestApp;
let alice: Person;
beforeEach(async () => {
  t = await testApp();
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
});
afterEach(() => t.close());

/** A row of each table that ended, or was made, `age` ms ago. */
function planted(name: string, age: number): Record<string, SQL> {
  const at = t.clock.now() - age;
  const { accountId, userId } = alice;
  return {
    sessions: sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at)
      values (${name}, ${userId}, ${accountId}, 'browser', ${at - DAY}, ${at})`,
    one_time_tokens: sql`insert into one_time_tokens (hash, purpose, user_id, email_key, expires_at)
      values (${name}, 'reset', ${userId}, 'alice@example.com', ${at})`,
    challenges: sql`insert into challenges (hash, kind, user_id, data, expires_at)
      values (${name}, 'oidc', null, '{}', ${at})`,
    invitations: sql`insert into invitations (id, account_id, email, email_key, role, hash, created_at, expires_at)
      values (${name}, ${accountId}, ${name}, ${name}, 'viewer', ${name}, ${at - DAY}, ${at})`,
    undos: sql`insert into undos (id, account_id, user_id, what, before, expires_at)
      values (${name}, ${accountId}, ${userId}, 'Paused.', '{}', ${at})`,
    rate_limits: sql`insert into rate_limits (key, count, window_ends_at) values (${name}, 1, ${at})`,
    idempotency_keys: sql`insert into idempotency_keys (key, request, created_at) values (${name}, 'x', ${at})`,
    released_slugs: sql`insert into released_slugs (slug, account_id, released_at) values (${name}, ${accountId}, ${at})`,
    billing_events: sql`insert into billing_events (id, type, at) values (${name}, 'x', ${at})`,
    audit_log: sql`insert into audit_log (account_id, at, action, subject) values (${accountId}, ${at}, 'x', ${name})`,
    deliveries: sql`insert into deliveries (id, account_id, event, dedup_key, payload, state, created_at)
      values (${name}, ${accountId}, 'change', ${name}, '{}', 'sent', ${at})`,
  };
}

/** How long each is kept after its end, or after it was made. */
const KEPT: Record<string, number> = {
  sessions: DAY,
  one_time_tokens: DAY,
  challenges: DAY,
  invitations: DAY,
  undos: DAY,
  rate_limits: DAY,
  idempotency_keys: DAY,
  released_slugs: 30 * DAY,
  billing_events: 60 * DAY,
  audit_log: 365 * DAY,
  deliveries: 90 * DAY,
};

const NAME: Record<string, string> = {
  one_time_tokens: 'hash',
  challenges: 'hash',
  rate_limits: 'key',
  idempotency_keys: 'key',
  released_slugs: 'slug',
  audit_log: 'subject',
};

async function left(table: string): Promise<string[]> {
  const name = sql.raw(NAME[table] ?? 'id');
  const rows = await t.deps.db.read.all<{ name: string }>(
    sql`select ${name} as name from ${sql.raw(table)} where ${name} in ('ended', 'lasts') order by 1`,
  );
  return rows.map((row) => row.name);
}

test.each(Object.entries(KEPT))('%s', async (table, kept) => {
  await t.deps.db.write('arrange', async (tx) => {
    // The record is written in the order of time, and so is what is queued.
    if (table === 'audit_log' || table === 'deliveries') await tx.run(sql`delete from ${sql.raw(table)}`);
    await tx.run(planted('ended', kept + HOUR)[table] ?? sql`select 1`);
    await tx.run(planted('lasts', kept - MINUTE)[table] ?? sql`select 1`);
  });
  expect(await left(table)).toEqual(['ended', 'lasts']);
  await createHistory(t.deps).run();
  expect(await left(table)).toEqual(['lasts']);
});
