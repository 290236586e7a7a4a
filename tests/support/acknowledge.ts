import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import { openDatabase } from '../../src/db/client.ts';

// Writes rows one after the other into the database named on the command line, and says which number it tries and
// which one it has been promised. Started as a process of its own, and killed.
// When whoever started it is gone it ends by itself, or it would write until memory is full.
process.stdin.on('end', () => process.exit()).resume();
process.stdout.on('error', () => process.exit());
const db = await openDatabase(`file:${process.argv[2]}`);
for (let n = 1; n < 1_000_000; n += 1) {
  await say(`try ${n}`);
  await db.write('acknowledge', async (tx) => {
    await tx.run(sql`insert into installation (key, value) values (${`row ${n}`}, '')`);
  });
  await say(`done ${n}`);
}

/** Waits for a reader that is behind, so that nothing piles up here. */
async function say(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
