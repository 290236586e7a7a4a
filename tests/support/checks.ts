import { sql } from 'drizzle-orm';
import type { Verdict } from '../../src/core/verdict.ts';
import { createIngest } from '../../src/engine/ingest.ts';
import type { TestApp } from './app.ts';

/** Hands results to the real ingest, as the runner would; `at` is the clock's present unless said. */
export function checker(test: TestApp) {
  const ingest = createIngest(test.deps);
  return {
    async seen(monitorId: string, verdict: Verdict, at = test.clock.now()): Promise<void> {
      const rows = await test.deps.db.read.all<{ no: number; version: number }>(
        sql`select no, config_version as version from monitors where id = ${monitorId}`,
      );
      const row = rows[0];
      if (!row) throw new Error(`there is no monitor ${monitorId}`);
      ingest.submit({ monitorNo: row.no, configVersion: row.version, at, location: 0, verdict }, true);
      await ingest.flush();
    },
    stop: () => ingest.stop(),
  };
}
