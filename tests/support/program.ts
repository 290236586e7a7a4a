import { expect } from 'vitest';
import type { TestApp, Visitor } from './app.ts';
import { PASSWORD, type Person } from './world.ts';

/** A program that logs in as a person, and what its answers hold. */
export async function programOf(test: TestApp, { email }: Pick<Person, 'email'>, more: object = {}): Promise<Visitor> {
  const visitor = test.visitor();
  const answer = await visitor.json('POST', '/auth/login', { email, password: PASSWORD, ...more });
  visitor.token = (await told<{ access_token: string }>(answer)).access_token;
  return visitor;
}

/** The body of an answer that must have this status. */
export async function told<T>(answer: Response, status = 200): Promise<T> {
  expect(answer.status, await answer.clone().text()).toBe(status);
  return (await answer.json()) as T;
}

/** Expects a problem with this status, and at this field. */
export async function refused(answer: Response, status: number, field?: string): Promise<void> {
  expect(answer.status, await answer.clone().text()).toBe(status);
  if (field === undefined) return;
  const { errors } = (await answer.json()) as { errors: { field: string }[] };
  expect(errors.map((one) => one.field)).toContain(field);
}
