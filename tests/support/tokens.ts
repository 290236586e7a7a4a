import { expect } from 'vitest';
import type { Scope } from '../../src/core/access.ts';
import type { TestApp, Visitor } from './app.ts';
import type { Person } from './world.ts';

/** A program with an API token of a person. */
export interface Program extends Visitor {
  token: string;
  tokenId: string;
}

/**
 * Makes an API token as the person does, by the API, and gives a program that sends it with every JSON call. The
 * account needs the Business plan.
 */
export async function apiToken(
  test: TestApp,
  person: Person,
  scopes: Scope[],
  more: { name?: string; expires_at?: string | null } = {},
): Promise<Program> {
  const answer = await person.browser.json('POST', '/api/tokens', { name: `for ${scopes.join()}`, scopes, ...more });
  expect(answer.status, await answer.clone().text()).toBe(201);
  const { id, token } = (await answer.json()) as { id: string; token: string };
  return Object.assign(test.visitor(), { token, tokenId: id });
}
