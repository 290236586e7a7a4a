import { sql } from 'drizzle-orm';
import { insertChannel } from '../../src/alerts/queries.ts';
import type { Config } from '../../src/config.ts';
import type { ChannelKind, IncidentMessage } from '../../src/core/alert.ts';
import type { QuietHours } from '../../src/core/quiet.ts';
import type { Deps } from '../../src/deps.ts';
import { Live } from '../../src/engine/live.ts';
import { Tally } from '../../src/engine/tally.ts';
import { createOutbox, enqueueIncident } from '../../src/engine/outbox.ts';
import { createLog } from '../../src/log.ts';
import { type FakeClock, fakeClock } from './clock.ts';
import { openTestDatabase } from './db.ts';
import { closedPort } from './servers.ts';

export interface DeliveryRow {
  id: string;
  event: string;
  state: string;
  attempts: number;
  last_error: string | null;
  next_attempt_at: number | null;
  sent_at: number | null;
  payload: string;
  channel_id: string | null;
  recipient: string | null;
  lane: string;
  batch_id: string | null;
  held_for: string | null;
  answer: string | null;
  created_at: number;
}

export type OutboxWorld = Awaited<ReturnType<typeof outboxWorld>>;

/** An outbox on a database of its own: Alice's account with one monitor and one e-mail channel. */
export async function outboxWorld(
  smtp: Config['smtp'] | null,
  options: { verified?: boolean; authorities?: string[]; clockAt?: number } = {},
) {
  const { db, path, close } = await openTestDatabase();
  const clock: FakeClock = fakeClock(options.clockAt);
  const logged: string[] = [];
  const nowhere = {
    host: '127.0.0.1',
    port: await closedPort(),
    username: '',
    password: '',
    from: 'a@b.test',
    tls: false,
  };
  const deps = {
    config: { smtp: smtp ?? nowhere, baseUrl: 'https://status.example.com', secretKey: 'a secret of this test' },
    db,
    clock,
    log: createLog('debug', { write: (line) => logged.push(line) }),
    live: new Live(),
    tally: new Tally(),
    outbound: { allowPrivate: true, resolvers: [], authorities: options.authorities ?? [] },
    wake: { outbox: () => {}, scheduler: () => {} },
  } as unknown as Deps;
  const now = clock.now();
  const verifiedAt = options.verified === false ? null : now;
  const channelId = await db.write('arrange', async (tx) => {
    await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
      values ('usr_alice', 'alice@example.com', 'alice@example.com', 'x', ${verifiedAt}, ${now})`);
    await tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
      values ('acc_alice', 'Alice', 'alice', 'pro', ${now})`);
    await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
      values ('acc_alice', 'usr_alice', 'owner', ${now})`);
    return insertChannel(tx, {
      accountId: 'acc_alice',
      kind: 'email',
      name: 'alice@example.com',
      config: { to: ['alice@example.com'] },
      isDefault: true,
      now,
    });
  });

  interface Wiring {
    account?: string;
    /** Channels it is on; Alice's own unless it is somebody else's. */
    channels?: string[];
    tags?: string[];
    escalation?: string;
  }

  let monitors = 0;
  const known = new Map<number, { name: string; account: string }>();
  /** Another monitor, of Alice unless it says whose. Returns its number. */
  async function addMonitor(name = 'Shop', wiring: Wiring = {}): Promise<number> {
    monitors += 1;
    const no = monitors;
    const { account = 'acc_alice', tags = [], escalation = null } = wiring;
    const on = wiring.channels ?? (account === 'acc_alice' ? [channelId] : []);
    known.set(no, { name, account });
    await db.write('arrange', async (tx) => {
      await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, failure_threshold, recovery_threshold, public, tags, escalation_id, created_at)
        values (${no}, ${`mon_${no}`}, ${account}, ${name}, 'http', 'https://shop.example', '{}', 60, 10, 3, 1, 1,
          ${JSON.stringify(tags)}, ${escalation}, ${now})`);
      await tx.run(sql`insert into monitor_channels (monitor_no, channel_id)
        select ${no}, value from json_each(${JSON.stringify(on)})`);
    });
    return no;
  }

  /** Another account, with an owner whose address is verified. */
  async function addAccount(name: string): Promise<string> {
    const id = `acc_${name}`;
    const address = `${name}@example.com`;
    await db.write('arrange', async (tx) => {
      await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
        values (${`usr_${name}`}, ${address}, ${address}, 'x', ${now}, ${now})`);
      await tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
        values (${id}, ${name}, ${name}, 'pro', ${now})`);
      await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
        values (${id}, ${`usr_${name}`}, 'owner', ${now})`);
    });
    return id;
  }

  /** Another channel, of Alice unless it says whose; `set` are columns that its form fills. */
  async function addChannel(channel: {
    kind: ChannelKind;
    config: Record<string, unknown>;
    account?: string;
    name?: string;
    set?: { events?: string[]; tags?: string[]; quiet?: QuietHours; per_minute?: number };
  }): Promise<string> {
    const { kind, config, account = 'acc_alice', name = 'Another', set = {} } = channel;
    const { events = null, tags = [], quiet = null, per_minute = null } = set;
    return db.write('arrange', async (tx) => {
      const id = await insertChannel(tx, { accountId: account, kind, name, config, isDefault: false, now });
      await tx.run(sql`update channels set events = ${events && JSON.stringify(events)}, tags = ${JSON.stringify(tags)},
        quiet = ${quiet && JSON.stringify(quiet)}, per_minute = ${per_minute} where id = ${id}`);
      return id;
    });
  }

  function message(event: IncidentMessage['event'], no: number, incidentId: string): IncidentMessage {
    return {
      event,
      accountName: 'Alice',
      monitor: { id: `mon_${no}`, name: known.get(no)?.name ?? '', kind: 'http', target: 'https://shop.example' },
      incident: {
        id: incidentId,
        reason: 'bad_status',
        message: 'The server answered 503 instead of 200.',
        startedAt: clock.now() - 90_000,
        resolvedAt: event === 'up' ? clock.now() : null,
      },
    };
  }

  /** Queues an alert as the incident machine does. The incident is made when it is not there. */
  async function enqueue(
    event: 'down' | 'up' | 'reminder' | 'degraded',
    no: number,
    more: Partial<Parameters<typeof enqueueIncident>[1]> = {},
  ): Promise<number> {
    const incidentId = more.incidentId ?? `inc_${no}`;
    const accountId = known.get(no)?.account ?? '';
    return db.write('arrange', async (tx) => {
      await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
        values (${incidentId}, ${accountId}, ${no}, 'bad_status', 'x', ${clock.now()}, ${clock.now()})
        on conflict do nothing`);
      if (event === 'up') await tx.run(sql`update incidents set resolved_at = ${clock.now()} where id = ${incidentId}`);
      const alert = message(event, no, incidentId);
      return enqueueIncident(tx, { event, now: clock.now(), accountId, monitorNo: no, incidentId, alert, ...more });
    });
  }

  const outboxes: { stop(): Promise<void> }[] = [];
  return {
    deps,
    db,
    path,
    clock,
    channelId,
    logged,
    addMonitor,
    addAccount,
    addChannel,
    enqueue,
    /** An outbox like the one a process starts with. */
    open: () => {
      const outbox = createOutbox(deps);
      outboxes.push(outbox);
      return outbox;
    },
    rows: () => db.read.all<DeliveryRow>(sql`select * from deliveries order by rowid`),
    close: async () => {
      for (const outbox of outboxes) await outbox.stop();
      await close();
    },
  };
}
