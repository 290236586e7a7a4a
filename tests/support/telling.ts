import { sql } from 'drizzle-orm';
import { newId } from '../../src/db/ids.ts';
import type { EscalationStep } from '../../src/core/escalation.ts';
import type { EngineWorld } from './engine-world.ts';

/** A delivery in few words: event, channel and the name of the monitor it is about. */
export interface Message {
  event: string;
  channel: string;
  monitor: string;
  payload: { escalation?: { step: number; minutes: number }; muted?: { count: number }; reminder?: number };
}

/** What the outbox and the people at its end do in the tests of who is told. */
export function telling(world: EngineWorld) {
  const { db, clock } = world;
  const heard: Message[] = [];
  return {
    /** Everything that left, in order. */
    heard,
    /** Lets what is due leave, and returns it as `event monitor` (with `>channel` where it is not Alice's). */
    deliver: async (): Promise<string[]> => {
      const now = clock.now();
      const rows = await db.write('deliver', async (tx) => {
        const due = await tx.all<{ event: string; channel_id: string; payload: string }>(sql`
          select event, channel_id, payload from deliveries
          where state = 'queued' and next_attempt_at <= ${now} order by created_at, rowid`);
        await tx.run(sql`update deliveries set state = 'sent', attempts = 1, sent_at = ${now}
          where state = 'queued' and next_attempt_at <= ${now}`);
        return due;
      });
      return rows.map(({ event, channel_id, payload }) => {
        const message = JSON.parse(payload) as Message['payload'] & { monitor: { name: string } };
        heard.push({ event, channel: channel_id, monitor: message.monitor.name, payload: message });
        return `${event} ${message.monitor.name}${channel_id === 'chn_alice' ? '' : `>${channel_id}`}`;
      });
    },
    /** Settings the world's own monitors have not. */
    set: (no: number, column: 'parent_no' | 'remind_every_minutes' | 'escalation_id', value: number | string | null) =>
      db.write('arrange', (tx) =>
        tx.run(sql`update monitors set ${sql.identifier(column)} = ${value} where no = ${no}`),
      ),
    /** Something of an open incident that people do by the pages. */
    mark: (no: number, column: 'acknowledged_at' | 'snoozed_until', value: number | null) =>
      db.write('arrange', (tx) =>
        tx.run(sql`update incidents set ${sql.identifier(column)} = ${value}
          where monitor_no = ${no} and resolved_at is null`),
      ),
    addChannel: (id: string) =>
      db.write('arrange', (tx) =>
        tx.run(sql`insert into channels (id, account_id, kind, name, config, created_at)
          values (${id}, 'acc_alice', 'webhook', ${id}, '{}', ${clock.now()})`),
      ),
    addPolicy: async (steps: EscalationStep[]): Promise<string> => {
      const id = newId('esc');
      await db.write('arrange', (tx) =>
        tx.run(sql`insert into escalation_policies (id, account_id, name, steps, created_at)
          values (${id}, 'acc_alice', 'On call', ${JSON.stringify(steps)}, ${clock.now()})`),
      );
      return id;
    },
    /** Timeline lines of a monitor's incidents, as `kind: text`. */
    story: async (no: number, ...kinds: string[]): Promise<string[]> => {
      const rows = await db.read.all<{ kind: string; text: string }>(sql`
        select e.kind, e.text from incident_events e join incidents i on i.id = e.incident_id
        where i.monitor_no = ${no} order by e.id`);
      return rows.filter(({ kind }) => kinds.includes(kind)).map(({ kind, text }) => `${kind}: ${text}`);
    },
  };
}
