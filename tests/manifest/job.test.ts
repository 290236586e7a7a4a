import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../../clients/ts/client.ts';
import { createJobs } from '../../src/manifest/job.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { planManifest } from '../../src/manifest/plan.ts';
import { type TestApp, testApp } from '../support/app.ts';

let it: TestApp;
beforeEach(async () => {
  it = await testApp();
});
afterEach(() => it.close());

const file = parseManifest('version: 1\nmonitors:\n  api: {name: API, type: http, target: example.com}\n');
const plan = planManifest({ channels: [], escalations: [], monitors: [], pages: [] }, file);

test('one apply at a time for each account, and another when it is over', async () => {
  const jobs = createJobs(it.deps);
  let release = (_answer: Response): void => {};
  const held = new Promise<Response>((resolve) => {
    release = resolve;
  });
  const slow = createClient({ baseUrl: 'http://localhost', fetch: () => held });
  const quick = createClient({
    baseUrl: 'http://localhost',
    fetch: async () => Response.json({ id: 'mon_1' }, { status: 201 }),
  });

  const first = jobs.startApply('acc_1', 'alice@example.com', slow, plan);
  expect(jobs.find('acc_1')).toMatchObject({
    by: 'alice@example.com',
    total: 1,
    steps: [],
    outcome: null,
    broken: false,
  });
  expect(() => jobs.startApply('acc_1', 'bob@example.com', quick, plan)).toThrow(/is being applied already/);
  await jobs.startApply('acc_2', 'mallory@example.net', quick, plan).ended;
  expect(jobs.find('acc_2')?.outcome).toMatchObject({ failed: null, left: [] });

  release(Response.json({ id: 'mon_2' }, { status: 201 }));
  await first.ended;
  expect(first.outcome?.done).toHaveLength(1);
  const again = jobs.startApply('acc_1', 'bob@example.com', quick, plan);
  expect(jobs.find('acc_1')).toBe(again);
  await again.ended;
  expect(jobs.find('acc_3')).toBeNull();
});

test('a fault of ours ends it, is logged, and does not keep the next one out', async () => {
  const jobs = createJobs(it.deps);
  const broken = createClient({ baseUrl: 'http://localhost', fetch: () => Promise.reject(new Error('a bug')) });
  const job = jobs.startApply('acc_1', 'alice@example.com', broken, plan);
  await job.ended;
  expect(job).toMatchObject({ broken: true, outcome: null });
  expect(it.logged.some(({ msg }) => msg === 'a settings file could not be applied')).toBe(true);
  const fetch = async () => Response.json({ id: 'mon_1' }, { status: 201 });
  await jobs.startApply('acc_1', 'alice@example.com', createClient({ baseUrl: 'http://localhost', fetch }), plan).ended;
  expect(jobs.find('acc_1')?.outcome?.failed).toBeNull();
});
