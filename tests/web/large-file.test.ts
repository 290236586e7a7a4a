import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

/** Large enough that none of it is done in the main thread. */
const COUNT = 60;
/** A thread that runs from the sources has to be translated first, which takes a slow machine its time. */
const SLOW = { timeout: 300_000 };

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

const monitors = Array.from({ length: COUNT }, (_, i) => i);
const FILE = `version: 1
monitors:
${monitors.map((i) => `  service-${i}:\n    name: Service ${i}\n    type: http\n    target: https://example.com/service/${i}\n`).join('')}`;
const GATUS = `endpoints:
${monitors.map((i) => `  - name: Endpoint ${i}\n    url: https://example.org/endpoint/${i}\n    conditions: ["[STATUS] == 200"]\n`).join('')}`;

test('a large settings file becomes a plan, for those who may change something', SLOW, async () => {
  const answer = await w.alice.browser.post('/settings/file', { text: FILE });
  expect(answer.status).toBe(200);
  const html = await answer.text();
  expect(html).toContain(`Service ${COUNT - 1}`);
  expect((await w.bob.browser.post('/settings/file', { text: FILE })).status).toBe(403);
});

test('a fault at its end is told with its place', SLOW, async () => {
  const text = `${FILE}  last:\n    name: Last\n    type: htp\n`;
  const answer = await w.alice.browser.post('/settings/file', { text });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain(`Line ${3 + COUNT * 4 + 2}, column 11`);
});

test('aliases that would make it many times as large are refused, and the server goes on', SLOW, async () => {
  const words = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const bomb = words.map(
    (one, i) => `${one}: &${one} [${Array.from({ length: 9 }, () => (i ? `*${words[i - 1]}` : 'x')).join(',')}]`,
  );
  const answer = await w.alice.browser.post('/settings/file', { text: `${FILE}\n${bomb.join('\n')}\n` });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('aliases would make the file many times as large');
  expect((await w.alice.browser.get('/dashboard')).status).toBe(200);
});

test('a large foreign file is imported, and the account comes back as a file', SLOW, async () => {
  const { browser } = w.alice;
  const told = await browser.json('POST', '/api/import', { content: GATUS, dry_run: false });
  expect(told.status).toBe(202);
  expect(((await told.json()) as { document: string }).document).toContain(`Endpoint ${COUNT - 1}`);
  for (;;) {
    const { job } = (await (await browser.json('GET', '/api/import')).json()) as { job: { state: string } };
    if (job.state === 'running') continue;
    expect(job.state).toBe('done');
    break;
  }
  const file = parse(await (await browser.get('/settings/file/statusping.yaml')).text()) as {
    monitors: Record<string, { name: string; target: string }>;
  };
  expect(Object.values(file.monitors).map(({ name }) => name)).toContain(`Endpoint ${COUNT - 1}`);
  expect(Object.keys(file.monitors)).toHaveLength(COUNT);
  const others = await w.mallory.browser.get('/settings/file/statusping.yaml');
  expect(await others.text()).not.toContain('Endpoint');
});
