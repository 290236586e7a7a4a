import { sql } from 'drizzle-orm';
import type { Config } from '../../src/config.ts';
import { newId } from '../../src/db/ids.ts';
import { createOutbox } from '../../src/engine/outbox.ts';
import { announceUpdate, fanOutJob } from '../../src/engine/subscribers.ts';
import { lookUp } from '../../src/statuspages/subscriber-news.ts';
import { type TestApp, testApp } from './app.ts';
import { signUp } from './world.ts';

export const AWAY = 'https://status.example.test';

export interface FollowerRow {
  id: string;
  kind: string;
  target: string;
  component_ids: string | null;
  incidents: number;
  maintenance: number;
  secret: string | null;
  confirmed_at: number | null;
  failures: number;
  disabled_at: number | null;
}

export type FollowerWorld = Awaited<ReturnType<typeof followerWorld>>;

/** Alice's page with three lines, the second in a group, and an outbox that sends. */
export async function followerWorld(smtp: Config['smtp'], app?: TestApp) {
  const test = app ?? (await testApp({ config: { smtp, baseUrl: AWAY } }));
  const alice = await signUp(test, 'alice@example.com', 'alice-shop', { plan: 'business' });
  const { deps, clock } = test;
  const pageId = await pageOf(test, 'alice-shop');
  const lines = { shop: newId('cmp'), group: newId('cmp'), api: newId('cmp'), hidden: newId('cmp') };
  await deps.db.write('arrange', async (tx) => {
    // Only what followers get is of interest here, not Alice's own mail.
    await tx.run(sql`delete from deliveries`);
    await tx.run(sql`update status_pages set title = 'Alice Shop' where id = ${pageId}`);
    await tx.run(sql`insert into components (id, page_id, kind, parent_id, name, manual_status, members_only, position)
      values (${lines.shop}, ${pageId}, 'manual', null, 'Shop', 'operational', 0, 0),
        (${lines.group}, ${pageId}, 'group', null, 'Backend', null, 0, 1),
        (${lines.api}, ${pageId}, 'manual', ${lines.group}, 'API', 'operational', 0, 2),
        (${lines.hidden}, ${pageId}, 'manual', null, 'Secret lab', 'operational', 1, 3)`);
  });
  const outbox = createOutbox(deps);
  const job = fanOutJob(deps, (task) => lookUp(deps, task));

  return {
    test,
    deps,
    clock,
    alice,
    pageId,
    lines,
    outbox,
    job,
    /** Hands out and sends everything that is due now. */
    async run() {
      await job();
      await outbox.tick();
    },
    /** Publishes a report with one update, and tells the followers. */
    async publish(components: string[], text = 'We are **looking** into it.', title = 'Orders fail') {
      const [report, update] = [newId('rep'), newId('upd')];
      const now = clock.now();
      await deps.db.write('arrange', async (tx) => {
        await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, published_at, started_at, created_at, updated_at)
          values (${report}, ${pageId}, ${title}, 'major', 'investigating', ${now}, ${now}, ${now}, ${now})`);
        for (const id of components) {
          await tx.run(sql`insert into status_report_components (report_id, component_id, status)
            values (${report}, ${id}, 'major_outage')`);
        }
        await say(tx, report, update, 'investigating', text);
      });
      return report;
    },
    /** Adds an update to it. */
    async update(report: string, status: string, text: string) {
      const id = newId('upd');
      await deps.db.write('arrange', async (tx) => {
        const resolved = status === 'resolved' ? clock.now() : null;
        await tx.run(sql`update status_reports set status = ${status}, resolved_at = ${resolved} where id = ${report}`);
        await say(tx, report, id, status, text);
      });
      return id;
    },
    /** Somebody who has said yes already. */
    async follow(
      kind: string,
      target: string,
      more: { components?: string[]; incidents?: number; maintenance?: number } = {},
    ) {
      const id = newId('sub');
      const ids = more.components ? JSON.stringify(more.components) : null;
      await deps.db.write('arrange', (tx) =>
        tx.run(sql`insert into subscribers (id, page_id, kind, target, target_key, component_ids, incidents, maintenance,
            language, secret, confirmed_at, created_at)
          values (${id}, ${pageId}, ${kind}, ${target}, ${target}, ${ids}, ${more.incidents ?? 1}, ${more.maintenance ?? 1},
            'en', ${kind === 'webhook' ? `whsec_${'QUJD'.repeat(11)}` : null}, ${clock.now()}, ${clock.now()})`),
      );
      return id;
    },
    followers: () => deps.db.read.all<FollowerRow>(sql`select * from subscribers order by rowid`),
    states: async () =>
      (
        await deps.db.read.all<{ state: string; event: string }>(
          sql`select state, event from deliveries where subscriber_id is not null order by rowid`,
        )
      ).map(({ event, state }) => `${event} ${state}`),
    async close() {
      await outbox.stop();
      await test.close();
    },
  };

  async function say(
    tx: Parameters<typeof announceUpdate>[0],
    report: string,
    id: string,
    status: string,
    text: string,
  ) {
    const now = clock.now();
    await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at, notified)
      values (${id}, ${report}, ${status}, ${text}, ${now}, 1)`);
    await announceUpdate(tx, { pageId, reportId: report, updateId: id, now });
  }
}

async function pageOf(test: TestApp, slug: string): Promise<string> {
  const [row] = await test.deps.db.read.all<{ id: string }>(sql`select id from status_pages where slug = ${slug}`);
  return row?.id ?? '';
}
