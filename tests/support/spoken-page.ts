import { sql } from 'drizzle-orm';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import type { Deps } from '../../src/deps.ts';
import { plantPage } from './pages.ts';

/**
 * A page at `/s/acme` with something of everything: an outage, one that is over, a slow and a silent line, a group, a
 * report. Its names are words of no language, so that every word left on it is ours.
 */
export async function plantSpokenPage(deps: Pick<Deps, 'db' | 'clock'>) {
  const now = deps.clock.now();
  const planted = await plantPage(deps.db, now, {
    slug: 'acme',
    title: 'Zyxo',
    monitors: [
      { name: 'Qworl', downSeconds: (ago) => (ago === 3 ? 3_600 : ago < 20 ? 0 : null) },
      {
        name: 'Vobst',
        status: 'down',
        downSeconds: (ago) => (ago % 10 === 3 ? 864 : 0),
        incidents: [{ startedAgo: 42 * MINUTE }, { startedAgo: 3 * DAY, endedAgo: 3 * DAY - HOUR, reason: 'slow' }],
      },
      { name: 'Krend', status: 'degraded' },
      { name: 'Hulpa', paused: true },
    ],
  });
  const { pageId } = planted;
  const [qworl, , krend] = planted.monitors.map(({ componentId }) => componentId);
  const [hour, minute] = [now - HOUR, now - MINUTE];
  await deps.db.write('arrange', async (tx) => {
    await tx.run(sql`
      insert into components (id, page_id, kind, name, position) values ('cmp_group', ${pageId}, 'group', 'Drilk', 9)`);
    await tx.run(sql`update components set parent_id = 'cmp_group' where id = ${krend}`);
    await tx.run(sql`
      insert into status_reports (id, page_id, title, impact, status, published_at, started_at, next_update_by,
        created_at, updated_at)
      values ('rep_1', ${pageId}, 'Zorv', 'major', 'identified', ${hour}, ${hour}, ${now + HOUR}, ${hour}, ${hour})`);
    await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at) values
      ('upd_1', 'rep_1', 'investigating', 'Plix.', ${hour}), ('upd_2', 'rep_1', 'identified', 'Gront.', ${minute})`);
    await tx.run(sql`
      insert into status_report_components (report_id, component_id, status) values ('rep_1', ${qworl}, 'degraded')`);
  });
  return { pageId, reportId: 'rep_1', incidentId: planted.monitors[1]?.incidentIds[0] ?? '' };
}
