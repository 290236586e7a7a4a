import { expect } from 'vitest';
import type { Role } from '../../src/core/access.ts';
import type { Plan } from '../../src/core/plan.ts';
import { insertMembership, setAccountPlan } from '../../src/accounts/queries.ts';
import { newId } from '../../src/db/ids.ts';
import { insertUser, markVerified } from '../../src/users/queries.ts';
import type { TestApp, Visitor } from './app.ts';

export const PASSWORD = 'correct horse battery';

/** A person with a browser that is logged in. */
export interface Person {
  userId: string;
  accountId: string;
  email: string;
  slug: string;
  browser: Visitor;
}

export interface World {
  /** Owner of an account. */
  alice: Person;
  /** Viewer of Alice's account. */
  bob: Person;
  /** Owner of another account. */
  mallory: Person;
  /** The person's own browser: `as(alice).get('/dashboard')`. */
  as(person: Person): Visitor;
}

/** Alice and Mallory sign up, Bob watches Alice's account. Everybody's address is verified; plan free unless said. */
export async function world(test: TestApp, options: { plan?: Plan; verified?: boolean } = {}): Promise<World> {
  const alice = await signUp(test, 'alice@example.com', 'alice-shop', options);
  const mallory = await signUp(test, 'mallory@example.net', 'mallory-inc', options);
  const bob = await addMember(test, alice, 'bob@example.com', 'viewer');
  return { alice, bob, mallory, as: (person) => person.browser };
}

/** Signs a person up by the form, as a browser does. */
export async function signUp(
  test: TestApp,
  email: string,
  slug: string,
  { plan, verified = true }: { plan?: Plan; verified?: boolean } = {},
): Promise<Person> {
  const browser = test.visitor();
  const answer = await browser.post('/auth/signup', { email, password: PASSWORD, slug });
  expect(answer.status, await answer.clone().text()).toBe(303);
  const me = (await (await browser.json('GET', '/auth/me')).json()) as {
    user: { id: string };
    account: { id: string };
  };
  const person = { userId: me.user.id, accountId: me.account.id, email, slug, browser };
  await test.deps.db.write('arrange', async (tx) => {
    if (verified) await markVerified(tx, person.userId, test.deps.clock.now());
    if (plan) await setAccountPlan(tx, person.accountId, plan, null);
  });
  return person;
}

/** Adds a person to somebody's account and logs them in. */
export async function addMember(test: TestApp, owner: Person, email: string, role: Role): Promise<Person> {
  const hash = await test.deps.passwords.hash(PASSWORD);
  const userId = newId('usr');
  const now = test.deps.clock.now();
  await test.deps.db.write('arrange', async (tx) => {
    await insertUser(tx, {
      id: userId,
      email,
      email_key: email,
      password_hash: hash,
      email_verified_at: now,
      created_at: now,
    });
    await insertMembership(tx, { account_id: owner.accountId, user_id: userId, role, created_at: now });
  });
  const browser = test.visitor();
  const answer = await browser.post('/auth/login', { email, password: PASSWORD });
  expect(answer.status, await answer.clone().text()).toBe(303);
  return { userId, accountId: owner.accountId, email, slug: owner.slug, browser };
}
