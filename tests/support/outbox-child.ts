import { openDatabase } from '../../src/db/client.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Deps } from '../../src/deps.ts';
import { Live } from '../../src/engine/live.ts';
import { Tally } from '../../src/engine/tally.ts';
import { createOutbox } from '../../src/engine/outbox.ts';
import { createLog } from '../../src/log.ts';

// Sends what is due until it is killed or its parent ends: `outbox-child.ts <database file> <smtp port> [never-record]`.
const [file = '', port = '', mode] = process.argv.slice(2);
const db = await openDatabase(`file:${file}`);
const smtp = {
  host: '127.0.0.1',
  port: Number(port),
  username: '',
  password: '',
  from: 'alerts@statusping.test',
  tls: false,
};
const deps = {
  config: { smtp, baseUrl: 'https://status.example.com', secretKey: 'a secret of this test' },
  db: {
    ...db,
    write: (name: string, change: Parameters<typeof db.write>[1]) => {
      if (mode !== 'never-record' || name !== 'outbox: record a try') return db.write(name, change);
      process.stdout.write('sent\n');
      return new Promise(() => undefined);
    },
  },
  clock: systemClock,
  log: createLog('error'),
  live: new Live(),
  tally: new Tally(),
  outbound: { allowPrivate: true, resolvers: [] },
  wake: { outbox: () => {}, scheduler: () => {} },
} as unknown as Deps;
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), 500);
await createOutbox(deps).tick();
