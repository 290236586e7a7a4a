import { afterEach, beforeEach, expect, test } from 'vitest';
import { newWebhookSecret } from '../../src/channels/webhook.ts';
import { HOOK_LEASE_MS } from '../../src/core/backoff.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { type HookServer, hookServer, type Manner, says } from '../support/hook-server.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';
import { fc } from '../support/property.ts';

// Whatever a receiver answers and whenever the process dies: nothing is lost, nothing changes its key, and no recovery
// is taken before its failure.

let world: OutboxWorld;
let server: HookServer;

beforeEach(async () => {
  server = await hookServer();
  world = await outboxWorld(null);
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const MANNERS: Record<string, Manner> = {
  well: says(200),
  broken: says(500),
  busy: says(429, { 'retry-after': '30' }),
  'hanging up': (response) => response.destroy(),
};

const stepOf = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), monitor: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('behave' as const), how: fc.constantFrom(...Object.keys(MANNERS)) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const) }) },
);

interface Fact {
  id: string;
  incident: string;
  event: string;
  key: string;
}

test('facts arrive in order, under one key each', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(stepOf, { minLength: 10, maxLength: 40 }), async (steps) => {
      round += 1;
      server.received.length = 0;
      const taken: Fact[] = [];
      const asked: Fact[] = [];
      let manner = 'well';
      server.behave((response) => {
        const message = server.received.at(-1);
        const bodies = message?.body.alerts ?? [message?.body as unknown as { id: string; event: string }];
        const facts = bodies.map((body): Fact => {
          const { id, event, incident_id: incident } = body as unknown as Record<string, string>;
          return { id: id ?? '', event: event ?? '', incident: incident ?? '', key: message?.key ?? '' };
        });
        asked.push(...facts);
        if (manner === 'well') taken.push(...facts);
        MANNERS[manner]?.(response);
      });
      const config = { url: server.url, secret: newWebhookSecret() };
      const channel = await world.addChannel({ kind: 'webhook', config });
      const monitors = await Promise.all(
        Array.from({ length: 6 }, (_, i) => world.addMonitor(`Shop ${i}`, { channels: [channel] })),
      );
      const cycles = monitors.map(() => 0);
      const told = new Set<string>();
      let outbox = world.open();
      for (const step of steps) {
        if (step.do === 'wait') world.clock.advance(step.seconds * SECOND);
        if (step.do === 'behave') manner = step.how;
        if (step.do === 'change') {
          const cycle = cycles[step.monitor] ?? 0;
          cycles[step.monitor] = cycle + 1;
          const incidentId = `inc_${round}_${step.monitor}_${Math.floor(cycle / 2)}`;
          const event = cycle % 2 === 0 ? 'down' : 'up';
          await world.enqueue(event, monitors[step.monitor] ?? 0, { incidentId });
          told.add(`${incidentId} ${event}`);
        }
        if (step.do === 'die') {
          world.deps.db = {
            ...world.db,
            write: (name, change) =>
              name === 'outbox: record a try' ? Promise.reject(new Error('killed')) : world.db.write(name, change),
          };
          await outbox.tick();
          world.deps.db = world.db;
          await outbox.stop();
          outbox = world.open();
          world.clock.advance(HOOK_LEASE_MS);
        }
        await outbox.tick();
      }
      manner = 'well';
      for (let i = 0; i < 12; i += 1) {
        world.clock.advance(i < 10 ? MINUTE : HOUR);
        await outbox.tick();
      }
      await outbox.stop();
      expect(new Set(taken.map(({ incident, event }) => `${incident} ${event}`))).toEqual(told);
      const keys = new Map<string, Set<string>>();
      for (const { id, key } of asked) keys.set(id, (keys.get(id) ?? new Set()).add(key));
      expect([...keys.values()].filter((known) => known.size > 1)).toEqual([]);
      const down = new Set<string>();
      for (const { incident, event } of taken) {
        if (event === 'down') down.add(incident);
        else expect(down.has(incident)).toBe(true);
      }
    }),
    { numRuns: 8 },
  );
});
