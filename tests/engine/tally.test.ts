import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { MINUTE } from '../../src/core/time.ts';
import { createRunner } from '../../src/engine/runner.ts';
import { Tally } from '../../src/engine/tally.ts';
import { DOWN, engineWorld, UP } from '../support/engine-world.ts';
import { outboxWorld } from '../support/outbox-world.ts';
import { smtpSink } from '../support/smtp.ts';

test('every check that ends is counted by its kind and verdict', async () => {
  const world = await engineWorld();
  const verdicts = [UP, DOWN, UP];
  const run = () => Promise.resolve(verdicts.pop() ?? UP);
  const runner = createRunner(world.deps, world.ingest(), { ...CHECKS, http: { ...CHECKS.http, run } });
  for (let i = 0; i < 3; i += 1) await world.addMonitor({ target: `https://h${i}.example` });
  const heard = new EventTarget();
  let results = 0;
  world.deps.live.subscribe(null, (event) => {
    results += event.type === 'result' ? event.monitorIds.length : 0;
    if (results >= 3) heard.dispatchEvent(new Event('all'));
  });
  const all = once(heard, 'all');
  await runner.tick();
  await all;
  expect(Object.fromEntries(world.deps.tally.checks)).toEqual({ 'http up': 2, 'http down': 1 });
  await runner.stop(0);
  await world.close();
});

test('every try to deliver is counted, and alerts that left late', async () => {
  const sink = await smtpSink();
  const world = await outboxWorld(sink.smtp, { authorities: [sink.certificate.cert] });
  const outbox = world.open();
  await world.enqueue('down', await world.addMonitor());
  await outbox.tick();
  await world.enqueue('down', await world.addMonitor());
  world.clock.advance(6 * MINUTE);
  await outbox.tick();
  expect(sink.mails).toHaveLength(2);
  expect(Object.fromEntries(world.deps.tally.deliveries)).toEqual({ 'email sent': 2 });
  expect(world.deps.tally.lateAlerts).toBe(1);
  await sink.stop();
  await world.enqueue('down', await world.addMonitor());
  await outbox.tick();
  expect(Object.fromEntries(world.deps.tally.deliveries)).toMatchObject({ 'email sent': 2, 'email away': 1 });
  await world.close();
});

test('requests are counted in the column of their time', () => {
  const tally = new Tally();
  for (const ms of [1, 5, 6, 99, 100, 11_000]) tally.request('GET', '/', 204, ms);
  tally.request('GET', '/', 503, 1);
  expect([...tally.requests.keys()]).toEqual(['GET / 2xx', 'GET / 5xx']);
  const { columns, sum, count } = tally.requests.get('GET / 2xx') ?? { columns: [], sum: 0, count: 0 };
  expect(columns).toEqual([2, 1, 2, 0, 0, 0, 1]);
  expect([count, sum.toFixed(3)]).toEqual([6, '11.211']);
});
