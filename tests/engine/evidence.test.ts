import { afterEach, beforeEach, expect, test } from 'vitest';
import { listResults } from '../../src/monitors/result-queries.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';

let world: EngineWorld;
beforeEach(async () => {
  world = await engineWorld();
});
afterEach(() => world.close());

test('the evidence of a failed check is stored with it, and only with it', async () => {
  const no = await world.addMonitor();
  await world.seen(no, { ...DOWN, found: { evidence: '<h1>Out of order</h1>' } });
  world.clock.advance(60_000);
  await world.seen(no, UP);
  const rows = await listResults(world.db.read, no, { limit: 10 });
  expect(rows.map((row) => [row.status, row.evidence])).toEqual([
    ['up', null],
    ['down', '<h1>Out of order</h1>'],
  ]);
});
