import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/time.ts';
import { startJobs } from '../../src/engine/jobs.ts';
import { type Engine, startEngine } from '../../src/engine/start.ts';
import { type EngineWorld, engineWorld } from '../support/engine-world.ts';
import { closedPort, type FailingTarget, targetThatCanFail } from '../support/servers.ts';

let world: EngineWorld;
let site: FailingTarget;
let engine: Engine | undefined;
beforeEach(async () => {
  world = await engineWorld();
  site = await targetThatCanFail();
  const smtp = {
    host: '127.0.0.1',
    port: await closedPort(),
    username: '',
    password: '',
    from: 'a@b.test',
    tls: false,
  };
  Object.assign(world.deps.config, { smtp, baseUrl: 'https://status.example.com' });
  Object.assign(world.deps, { clock: systemClock });
});
afterEach(async () => {
  await engine?.stop();
  engine = undefined;
  await world.close();
  await site.close();
});

function start(): Engine {
  engine = startEngine(world.deps);
  Object.assign(world.deps.wake, engine.wake);
  return engine;
}

/** Resolves with the ids once an event of the type was published. */
function published(type: 'result' | 'state'): Promise<string[]> {
  return new Promise((resolve) => {
    const stop = world.deps.live.subscribe(null, (event) => {
      if (event.type !== type) return;
      stop();
      resolve(event.monitorIds);
    });
  });
}

async function monitorDueNow(): Promise<number> {
  const no = await world.addMonitor({ target: site.url, threshold: 1, interval: 300 });
  await world.db.write('arrange', (tx) => tx.run(sql`update monitors set next_check_at = ${Date.now()}`));
  return no;
}

describe('the engine', () => {
  test('finds a new monitor by itself within a tick', async () => {
    start();
    const first = published('state');
    const no = await monitorDueNow();
    expect(await first).toEqual([`mon_${no}`]);
    expect((await world.state(no)).status).toBe('up');
  });

  test('looks at once when it is woken, and is well', async () => {
    const running = start();
    const no = await monitorDueNow();
    const first = published('state');
    running.wake.scheduler();
    await first;
    site.down();
    const second = published('state');
    await world.db.write('arrange', (tx) => tx.run(sql`update monitors set next_check_at = ${Date.now() + 1_000}`));
    running.wake.scheduler();
    await second;
    expect((await world.state(no)).status).toBe('down');
    expect(await world.alerts()).toEqual(['down']);
    const health = running.health();
    expect(health.scheduler).toMatchObject({ ok: true, waiting: 0 });
    expect(health.ingest.waiting).toBe(0);
  });

  test('a stop stores what was seen and starts nothing more', async () => {
    const no = await monitorDueNow();
    const running = start();
    const first = published('state');
    await first;
    await running.stop();
    await world.db.write('arrange', (tx) => tx.run(sql`update monitors set next_check_at = ${Date.now()}`));
    const requests = site.requests();
    running.wake.scheduler();
    expect(site.requests()).toBe(requests);
    expect(await world.count('results')).toBe(1);
    expect((await world.state(no)).phase).toBe('up');
  });
});

describe('jobs', () => {
  test('a job that fails is logged and comes again; one that runs is not started twice', async () => {
    let failures = 0;
    let slow = 0;
    let release = () => {};
    const failedTwice = new Promise<void>((resolve) => {
      const jobs = startJobs(
        [
          {
            name: 'fails',
            pattern: '* * * * * *',
            run: async () => {
              failures += 1;
              // The first second may belong to this one alone, when it begins between the two.
              if (failures < 2 || slow === 0) throw new Error('no luck');
              jobs.stop();
              resolve();
            },
          },
          {
            name: 'slow',
            pattern: '* * * * * *',
            run: () => {
              slow += 1;
              return new Promise((done) => {
                release = done;
              });
            },
          },
        ],
        world.deps.log,
      );
    });
    await failedTwice;
    release();
    expect(slow).toBe(1);
    expect(world.logged).toContainEqual(expect.objectContaining({ job: 'fails', level: 50 }));
  });
});
