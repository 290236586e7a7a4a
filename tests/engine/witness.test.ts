import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Witness } from '../../src/core/witness.ts';
import { parseWitness } from '../../src/core/witness.ts';
import type { CheckResult, Reason, Verdict } from '../../src/core/verdict.ts';
import { createRunner, type Runner } from '../../src/engine/runner.ts';
import { createWitnessStand, type WitnessStand } from '../../src/engine/witness.ts';
import { listResults, readUptime } from '../../src/monitors/result-queries.ts';
import { slotBars } from '../../src/core/uptime.ts';
import { DOWN, type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { randomFrom } from '../support/fuzz.ts';
import { closedPort, serveHttp, serveRaw, type TestServer } from '../support/servers.ts';

let world: EngineWorld;
const servers: TestServer[] = [];
const stands: WitnessStand[] = [];
const runners: Runner[] = [];
beforeEach(async () => {
  world = await engineWorld();
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop(0);
  for (const stand of stands.splice(0)) await stand.stop();
  await world.close();
  for (const server of servers.splice(0)) await server.close();
});

const keep = async (starting: Promise<TestServer>): Promise<TestServer> => {
  const server = await starting;
  servers.push(server);
  return server;
};
const accepts = () => keep(serveRaw(() => undefined));
const site = () => keep(serveHttp((_request, response) => response.end('well')));
const lost = (reason: Reason = 'connect_refused'): Verdict => ({ ...DOWN, reason, statusCode: null });

/** A stand whose witnesses are these `host:port` or URLs. */
function stand(texts: string[]): WitnessStand {
  const witnesses = texts.map((text) => parseWitness(text)).filter((one): one is Witness => one !== null);
  Object.assign(world.deps.config, { witnesses });
  const made = createWitnessStand(world.deps, world.ingest());
  stands.push(made);
  return made;
}

const result = (monitorNo: number, verdict: Verdict, at = world.clock.now()): CheckResult => ({
  monitorNo,
  configVersion: 0,
  at,
  location: 0,
  verdict,
});

/** Resolves once a line with this text was logged. */
async function logged(text: string): Promise<void> {
  while (!world.logged.some((line) => String(line['msg']).includes(text))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves with what was stored of the monitor once there are `n` results. */
async function stored(no: number, n = 1) {
  for (;;) {
    await world.ingest().flush();
    const rows = await listResults(world.db.read, no, { limit: 20 });
    if (rows.length >= n) return rows.toReversed();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const operatorMails = async () => (await world.alerts()).filter((event) => event === 'network_offline');

describe('a failure that may be our own', () => {
  test('is believed when a witness answers, unchanged and in order', async () => {
    const witness = await accepts();
    const no = await world.addMonitor({ threshold: 1 });
    const door = stand([`127.0.0.1:${witness.port}`]);
    await door.look();
    door.submit(result(no, lost(), world.clock.now() - 2_000), true, 'shop.example');
    door.submit(result(no, UP), true, 'shop.example');
    const rows = await stored(no, 2);
    expect(rows.map(({ status, reason }) => [status, reason])).toEqual([
      ['down', 'connect_refused'],
      ['up', null],
    ]);
    expect(await world.alerts()).toEqual(['down', 'up']);
    expect(witness.connections()).toBe(1);
  });

  test('is unknown when no witness answers: no incident, no alert, one notice', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    const door = stand([`127.0.0.1:${await closedPort()}`, `http://127.0.0.1:${await closedPort()}/`]);
    door.submit(result(no, lost()), true, 'shop.example');
    const [row] = await stored(no);
    expect(row).toMatchObject({ status: 'unknown', reason: 'internal', message: 'Our own network failed.' });
    await door.look();
    expect(door.offlineSince()).toBe(world.clock.now());
    world.clock.advance(60_000);
    door.submit(result(no, lost('heartbeat_missed')), true, '');
    expect((await stored(no, 2)).map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    await door.look();
    expect(await world.incidents()).toEqual([]);
    expect(await world.alerts()).toEqual(['network_offline']);
    expect(world.logged.filter(({ level }) => level === 50)).toHaveLength(1);
  });

  test('one question for all that fail together', async () => {
    const witness = await accepts();
    const nos = [];
    for (let i = 0; i < 20; i += 1) nos.push(await world.addMonitor());
    const door = stand([`127.0.0.1:${witness.port}`]);
    for (const no of nos) door.submit(result(no, lost('timeout_first_byte')), false, `h${no}`);
    for (const no of nos) await stored(no);
    for (const no of nos) door.submit(result(no, lost(), world.clock.now() + 1_000), false, `h${no}`);
    for (const no of nos) await stored(no, 2);
    expect(witness.connections()).toBe(1);
  });

  test('is not asked about while others answer; an answer never waits', async () => {
    const [good, bad, refusing] = [await world.addMonitor(), await world.addMonitor(), await world.addMonitor()];
    const hanging = await keep(serveHttp(() => undefined));
    const door = stand([hanging.url]);
    await door.look();
    door.submit(result(good, UP), true, 'a');
    door.submit(result(bad, lost()), true, 'b');
    expect((await stored(bad))[0]?.status).toBe('down');
    expect(hanging.connections()).toBe(0);
    world.clock.advance(10_000);
    door.submit(result(bad, lost()), true, 'b');
    door.submit(result(refusing, DOWN), true, 'c');
    expect((await stored(refusing))[0]?.reason).toBe('bad_status');
    expect(await world.count('results')).toBe(3);
    await door.stop();
    expect((await stored(bad, 2)).map(({ status }) => status)).toEqual(['down', 'unknown']);
  });

  test('half of all on five hosts is asked about although others answer', async () => {
    const witness = await accepts();
    const door = stand([`127.0.0.1:${witness.port}`]);
    await door.look();
    for (let i = 0; i < 10; i += 1) {
      const no = await world.addMonitor();
      door.submit(result(no, i % 2 === 0 ? UP : lost()), false, `h${i}`);
    }
    await stored(10);
    expect(witness.connections()).toBe(1);
  });

  test('nobody to ask: failures are believed at once', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    stand([]).submit(result(no, lost()), true, 'a');
    expect((await stored(no))[0]?.status).toBe('down');
    // Not chosen by anybody and never reached: ours do not count.
    Object.assign(world.deps.config, { witnesses: null });
    const other = createWitnessStand(world.deps, world.ingest());
    stands.push(other);
    other.submit(result(no, lost(), world.clock.now() + 1_000), true, 'a');
    expect((await stored(no, 2))[1]?.status).toBe('down');
    expect(await world.alerts()).toEqual(['down']);
  });

  test('a port that accepts, a page that answers 500: both are alive; one of several is enough', async () => {
    const no = await world.addMonitor();
    const angry = await keep(
      serveHttp((_request, response) => {
        response.writeHead(500);
        response.end();
      }),
    );
    const door = stand([`127.0.0.1:${await closedPort()}`, angry.url]);
    door.submit(result(no, lost()), true, 'a');
    expect((await stored(no))[0]?.status).toBe('down');
  });
});

test.each([true, false])(
  'nothing is lost, doubled or overtaken within a monitor, whether a witness answers (%s) or not',
  async (alive) => {
    const witness = await accepts();
    if (!alive) await witness.close();
    const handed: CheckResult[] = [];
    Object.assign(world.deps.config, { witnesses: [parseWitness(`127.0.0.1:${witness.port}`)] });
    const door = createWitnessStand(world.deps, { submit: (one) => handed.push(one) });
    stands.push(door);
    const random = randomFrom(7);
    const given: CheckResult[] = [];
    for (let i = 0; i < 600; i += 1) {
      const no = 1 + Math.floor(random() * 8);
      const verdict = random() < 0.6 ? lost() : random() < 0.5 ? UP : DOWN;
      given.push(result(no, verdict, world.clock.now() + i));
      door.submit(given.at(-1) ?? result(no, verdict), false, `h${no}`);
      if (random() < 0.05) await new Promise((resolve) => setImmediate(resolve));
      if (random() < 0.05) world.clock.advance(20_000);
      if (random() < 0.02) await door.look();
    }
    await door.look();
    const of = (list: CheckResult[], no: number) => list.filter((one) => one.monitorNo === no).map(({ at }) => at);
    for (let no = 1; no <= 8; no += 1) expect(of(handed, no)).toEqual(of(given, no));
    const changed = handed.filter(({ verdict }) => verdict.status === 'unknown').length;
    expect(changed > 0).toBe(!alive);
    expect(handed.filter(({ verdict }) => verdict === DOWN || verdict === UP).length).toBe(
      given.filter(({ verdict }) => verdict === DOWN || verdict === UP).length,
    );
  },
);

describe('offline', () => {
  test('ends with the first answer: one notice in place of the unsent one, spoilt checks are made again', async () => {
    const witness = await accepts();
    const no = await world.addMonitor({ interval: 300, due: world.clock.now() + 300_000 });
    const door = stand([`127.0.0.1:${witness.port}`]);
    await witness.close();
    door.submit(result(no, lost()), true, 'a');
    await stored(no);
    await door.look();
    world.clock.advance(45_000);
    await door.look();
    expect(door.offlineSince()).not.toBeNull();
    const back = await keep(serveRaw(() => undefined));
    Object.assign(world.deps.config, { witnesses: [parseWitness(`127.0.0.1:${back.port}`)] });
    await door.look();
    expect(door.offlineSince()).toBeNull();
    const rows = await world.db.read.all<{ state: string; since: number | null; until: number | null }>(sql`
      select state, payload->>'$.data.since' as since, payload->>'$.data.until' as until from deliveries order by rowid`);
    expect(rows).toEqual([
      { state: 'cancelled', since: null, until: null },
      { state: 'queued', since: world.clock.now() - 45_000, until: world.clock.now() },
    ]);
    const due = await world.db.read.get<{ at: number }>(sql`select next_check_at as at from monitors`);
    expect(due.at).toBeLessThanOrEqual(world.clock.now() + 30_000);
    expect(world.woken.scheduler).toBe(1);
    door.submit(result(no, lost()), true, 'a');
    expect((await stored(no, 2))[1]?.status).toBe('down');
  });

  test('outlives a restart', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    const nowhere = `127.0.0.1:${await closedPort()}`;
    const first = stand([nowhere]);
    first.submit(result(no, lost()), true, 'a');
    await stored(no);
    await first.stop();
    const since = first.offlineSince();
    world.clock.advance(5_000);
    world.restart();
    const second = stand([nowhere]);
    second.submit(result(no, lost()), true, 'a');
    expect((await stored(no, 2)).map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    expect(second.offlineSince()).toBe(since);
    expect(await operatorMails()).toHaveLength(1);
  });
});

describe('the story', () => {
  /** Six sites, a witness, a runner that checks them all. */
  async function arrange() {
    const sites = await Promise.all(Array.from({ length: 6 }, site));
    const witness = await accepts();
    for (const { url } of sites) await world.addMonitor({ target: url, threshold: 2, interval: 60 });
    const door = stand([`127.0.0.1:${witness.port}`]);
    const runner = createRunner(world.deps, door);
    runners.push(runner);
    let round = 0;
    /** A minute later everything is checked. */
    const checkAll = async () => {
      round += 1;
      world.clock.advance(60_000);
      await world.db.write('arrange', (tx) => tx.run(sql`update monitors set next_check_at = ${world.clock.now()}`));
      await runner.tick();
      for (let no = 1; no <= 6; no += 1) await stored(no, round);
    };
    return { sites, witness, door, checkAll };
  }

  const statuses = async () =>
    Promise.all([1, 2, 3, 4, 5, 6].map(async (no) => (await stored(no)).map(({ status }) => status).join(' ')));

  test('sites and witness die together: no incident, grey; the witness is back: monitoring goes on', async () => {
    const { sites, witness, door, checkAll } = await arrange();
    await checkAll();
    await Promise.all([...sites, witness].map((server) => server.close()));
    await checkAll();
    await logged('our own network failed');
    await checkAll();
    await checkAll();
    expect(await statuses()).toEqual(Array(6).fill('up unknown unknown unknown'));
    expect(await world.incidents()).toEqual([]);
    const uptime = await readUptime(world.db.read, [1], '24h', world.clock.now());
    expect(uptime.get(1)).toMatchObject({ up_seconds: 60, down_seconds: 0, excluded_seconds: 120 });
    const rows = [...uptime.values()].map((totals) => ({
      ...totals,
      up_seconds: 0,
      histogram: '',
      monitor_no: 1,
      maintenance_seconds: 0,
    }));
    const bars = slotBars(
      rows.map((row) => ({ ...row, grain: 0 as const, slot: 0 })),
      0,
      0,
      1,
    );
    expect(bars[0]).toMatchObject({ status: 'unknown', uptime_percent: null });
    const back = await accepts();
    Object.assign(world.deps.config, { witnesses: [parseWitness(`127.0.0.1:${back.port}`)] });
    await door.look();
    await checkAll();
    await checkAll();
    expect((await world.incidents()).map(({ reason }) => reason)).toEqual(Array(6).fill('connect_refused'));
    expect((await operatorMails()).length).toBe(1);
  });

  test('only the sites die: six incidents', async () => {
    const { sites, checkAll } = await arrange();
    await checkAll();
    await Promise.all(sites.map((server) => server.close()));
    await checkAll();
    await checkAll();
    expect(await statuses()).toEqual(Array(6).fill('up down down'));
    expect((await world.incidents()).length).toBe(6);
    expect(await operatorMails()).toEqual([]);
  });
});
