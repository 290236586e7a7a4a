import { sql } from 'drizzle-orm';
import { openDatabase } from '../../src/db/client.ts';

// Writes rows one after the other into the database named on the command line, and says which number it tries and
// which one it has been promised. Started as a process of its own, and killed.
const db = await openDatabase(`file:${process.argv[2]}`);
for (let n = 1; ; n += 1) {
  process.stdout.write(`try ${n}\n`);
  await db.write('acknowledge', async (tx) => {
    await tx.run(sql`insert into installation (key, value) values (${`row ${n}`}, '')`);
  });
  process.stdout.write(`done ${n}\n`);
}
