import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDeadman, type Deadman } from '../../src/engine/deadman.ts';
import { tellOperator } from '../../src/engine/operator.ts';
import { silenceAlarm } from '../../src/engine/silence.ts';
import { type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { closedPort, type FailingTarget, targetThatCanFail } from '../support/servers.ts';
import { outboxWorld } from '../support/outbox-world.ts';
import { smtpSink } from '../support/smtp.ts';

let world: EngineWorld;
let service: FailingTarget;
const men: Deadman[] = [];
beforeEach(async () => {
  world = await engineWorld();
  service = await targetThatCanFail();
});
afterEach(async () => {
  for (const man of men.splice(0)) await man.stop();
  await world.close();
  await service.close();
});

/** A dead man's switch over a scheduler that is well until told otherwise. */
function watch(heartbeatUrl: string | null = service.url) {
  const scheduler = { ticks: true };
  Object.assign(world.deps.config, { heartbeatUrl });
  const man = createDeadman(world.deps, () => scheduler.ticks);
  men.push(man);
  return { scheduler, look: () => man.look() };
}

const mails = () =>
  world.db.read.all<{ event: string; to: string; until: number | null; count: number | null }>(sql`
    select event, payload->>'$.to' as "to", payload->>'$.data.until' as until, payload->>'$.data.count' as count
    from deliveries where state = 'queued' order by rowid`);
const lines = (level: number) => world.logged.filter((line) => line['level'] === level).map((line) => line['msg']);

describe('the operator', () => {
  test('is the owner of the oldest account, once the address is verified', async () => {
    await world.db.write('arrange', async (tx) => {
      const later = world.clock.now() + 1_000;
      await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
        values ('usr_bob', 'bob@example.com', 'bob@example.com', 'x', 1, 1)`);
      await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
        values ('acc_alice', 'usr_bob', 'viewer', 1)`);
      await tx.run(
        sql`insert into accounts (id, name, slug, plan, created_at) values ('acc_b', 'B', 'b', 'pro', ${later})`,
      );
      await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
        values ('acc_b', 'usr_bob', 'owner', 1)`);
    });
    await tellOperator(world.deps, 'network_offline', { since: world.clock.now() });
    expect(await mails()).toMatchObject([{ event: 'network_offline', to: 'alice@example.com' }]);
    expect(world.woken.outbox).toBe(1);
    await world.db.write('arrange', (tx) => tx.run(sql`update users set email_verified_at = null`));
    await tellOperator(world.deps, 'checks_stalled', { since: world.clock.now() });
    expect(await mails()).toHaveLength(1);
  });

  test('reads what happened and when it was over', async () => {
    const sink = await smtpSink();
    const outside = await outboxWorld(sink.smtp, { authorities: [sink.certificate.cert] });
    const now = outside.clock.now();
    const outbox = outside.open();
    await tellOperator(outside.deps, 'network_offline', { since: now });
    await outbox.tick();
    await tellOperator(outside.deps, 'network_offline', { since: now - 90_000, until: now });
    await outbox.tick();
    await tellOperator(outside.deps, 'monitors_silent', { count: 3 });
    await outbox.tick();
    expect(sink.mails.map(({ subject }) => subject)).toEqual([
      'StatusPing has lost its own network',
      'StatusPing has its network back',
      'StatusPing has no results of 3 monitors',
    ]);
    expect(sink.mails[1]?.text).toContain('(1m 30s)');
    await outside.close();
    await sink.stop();
  });
});

describe('a scheduler that stalls', () => {
  test('is told once after half a minute, and once when it is over', async () => {
    const { scheduler, look } = watch(null);
    await look();
    scheduler.ticks = false;
    await look();
    world.clock.advance(29_000);
    await look();
    expect(await mails()).toEqual([]);
    world.clock.advance(1_000);
    await look();
    world.clock.advance(60_000);
    await look();
    expect(await mails()).toMatchObject([{ event: 'checks_stalled', until: null }]);
    expect(lines(50)).toEqual(['checks are not started in time']);
    scheduler.ticks = true;
    await look();
    await look();
    expect(await mails()).toMatchObject([{ event: 'checks_stalled', until: world.clock.now() }]);
  });

  test('also when it ticks but checks are late; a check that may still run is not', async () => {
    const no = await world.addMonitor({ timeout: 10, due: world.clock.now() });
    const { look } = watch(null);
    world.clock.advance(70_000);
    await look();
    world.clock.advance(40_000);
    await look();
    expect(await mails()).toEqual([]);
    await look();
    world.clock.advance(40_000);
    await look();
    expect(await mails()).toMatchObject([{ event: 'checks_stalled' }]);
    await world.db.write('arrange', (tx) =>
      tx.run(sql`update monitors set next_check_at = ${world.clock.now()} where no = ${no}`),
    );
    await look();
    expect(lines(40)).toEqual(['checks are started in time again']);
  });

  test('a short hitch is not worth a mail', async () => {
    const { scheduler, look } = watch(null);
    for (let i = 0; i < 5; i += 1) {
      scheduler.ticks = i % 2 === 0;
      await look();
      world.clock.advance(25_000);
    }
    expect(await mails()).toEqual([]);
  });
});

describe('HEARTBEAT_URL', () => {
  test('is called every minute while all is well, and not when it is not', async () => {
    const { scheduler, look } = watch();
    for (let i = 0; i < 6; i += 1) {
      await look();
      world.clock.advance(10_000);
    }
    expect(service.requests()).toBe(1);
    await look();
    expect(service.requests()).toBe(2);
    scheduler.ticks = false;
    for (let i = 0; i < 20; i += 1) {
      world.clock.advance(10_000);
      await look();
    }
    expect(service.requests()).toBe(2);
    scheduler.ticks = true;
    await look();
    expect(service.requests()).toBe(3);
  });

  test('that fails is logged once, and once when it works again', async () => {
    const { look } = watch();
    const minute = async () => {
      await look();
      world.clock.advance(60_000);
    };
    service.down(500);
    await minute();
    await minute();
    service.up();
    await minute();
    await minute();
    expect(lines(40)).toEqual(['HEARTBEAT_URL could not be called']);
    expect(lines(30)).toEqual(['HEARTBEAT_URL can be called again']);
  });

  test('at a closed door is logged, and a private one is refused where private targets are', async () => {
    await watch(`http://127.0.0.1:${await closedPort()}/`).look();
    Object.assign(world.deps.outbound, { allowPrivate: false });
    await watch().look();
    expect(service.connections()).toBe(0);
    expect(lines(40)).toHaveLength(2);
  });
});

describe('monitors without results (R-CK-19)', () => {
  test('are named at once, mailed when it lasts, and again only after they were heard', async () => {
    const no = await world.addMonitor({ interval: 60, timeout: 10 });
    const look = silenceAlarm(world.deps);
    world.clock.advance(131_000);
    await look();
    expect(lines(40)).toEqual(['monitors without results']);
    expect(await mails()).toEqual([]);
    await look();
    await look();
    expect(await mails()).toMatchObject([{ event: 'monitors_silent', count: 1 }]);
    await world.seen(no, UP);
    await look();
    world.clock.advance(3_600_000);
    await look();
    await look();
    expect(lines(40)).toHaveLength(2);
    expect(await mails()).toHaveLength(1);
    expect(await world.count('results')).toBe(1);
  });
});
