import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHANNEL_KINDS } from '../../src/core/alert.ts';
import { KINDS } from '../../src/core/monitor.ts';
import { seedDemo } from '../../src/db/seed.ts';
import { applyPlan } from '../../src/manifest/apply.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { type Plan, planManifest } from '../../src/manifest/plan.ts';
import { type Client, readServer } from '../../src/manifest/server.ts';
import { planLines } from '../../src/manifest/words.ts';
import { exportManifest } from '../../src/manifest/write.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { clientOf } from '../support/manifest.ts';
import { EVERYTHING, EXPORTED_VALUES, VALUES } from '../support/settings-file.ts';
import { signUp } from '../support/world.ts';

let first: TestApp;
let second: TestApp;
beforeEach(async () => {
  first = await testApp();
  second = await testApp();
});
afterEach(async () => {
  await first.close();
  await second.close();
});

async function owner(test: TestApp): Promise<Client> {
  const alice = await signUp(test, 'alice@example.com', 'alice-shop', { plan: 'business' });
  return clientOf(alice.browser);
}

async function planned(client: Client, text: string, values: Record<string, string>): Promise<Plan> {
  return planManifest(await readServer(client), parseManifest(text, values));
}

async function applied(client: Client, text: string, values: Record<string, string>): Promise<void> {
  const outcome = await applyPlan(client, await planned(client, text, values), () => {});
  expect(outcome.failed).toBeNull();
  expect(outcome.left).toEqual([]);
}

describe('a settings file', () => {
  test('with every kind goes to a server and comes back, and again to an empty one', async () => {
    const [here, there] = [await owner(first), await owner(second)];
    await applied(here, EVERYTHING, VALUES);
    const current = await readServer(here);
    expect(new Set(current.monitors.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(current.channels.map(({ kind }) => kind))).toEqual(new Set(CHANNEL_KINDS));
    expect(planLines(await planned(here, EVERYTHING, VALUES))).toEqual([
      'Nothing to do: the account is as the file says.',
    ]);

    const text = exportManifest(current);
    for (const secret of Object.values(VALUES)) expect(text).not.toContain(secret);
    expect(planLines(await planned(here, text, EXPORTED_VALUES))).toEqual([
      expect.stringMatching(/^~ change channel alice/),
      '',
      '0 to create, 1 to change, 0 to delete.',
    ]);

    await applied(there, text, EXPORTED_VALUES);
    expect(exportManifest(await readServer(there))).toBe(text);
    expect((await planned(there, text, EXPORTED_VALUES)).steps).toEqual([]);
  });

  test('of the demo world makes the same world on an empty server', async () => {
    const [here, there] = [await owner(first), await owner(second)];
    const [account] = await first.deps.db.read.all<{ id: string }>('select id from accounts');
    const now = first.clock.now();
    await seedDemo(first.deps.db, { accountId: account?.id ?? '', origin: 'https://example.com', alerts: false, now });
    const text = exportManifest(await readServer(here));
    expect(text.match(/type: http/g)?.length).toBeGreaterThan(7);
    await applied(there, text, {});
    expect(exportManifest(await readServer(there))).toBe(text);
    // And the one it came from takes it over without a change.
    const plan = await planned(here, text, {});
    expect(plan.steps.every(({ adopts, changes }) => adopts && changes.length === 0)).toBe(true);
    await applied(here, text, {});
    expect(exportManifest(await readServer(here))).toBe(text);
  });
});
