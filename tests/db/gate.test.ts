import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ROOT } from '../../src/config.ts';
import { type Database, isUniqueViolation, openDatabase, type Tx } from '../../src/db/client.ts';
import { openTestDatabase } from '../support/db.ts';

let db: Database;
let path: string;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ db, path, close } = await openTestDatabase());
});
afterEach(async () => {
  vi.useRealTimers();
  await close();
});

const insert = (key: string) => async (tx: Tx) => {
  await tx.run(sql`insert into installation (key, value) values (${key}, '')`);
};
const keys = async (of = db) =>
  (await of.read.all<{ key: string }>(sql`select key from installation order by rowid`)).map(({ key }) => key);

function closedDoor() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('writers', () => {
  test('take turns in the order they came', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `row ${i}`);
    let inside = 0;
    await Promise.all(
      names.map((name) =>
        db.write(name, async (tx) => {
          expect(++inside).toBe(1);
          await insert(name)(tx);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );
    expect(await keys()).toEqual(names);
  });

  test('leave nothing behind when they throw, and hold up nobody', async () => {
    const failed = db.write('fails', async (tx) => {
      await insert('half')(tx);
      throw new Error('changed my mind');
    });
    const next = db.write('next', insert('whole'));
    await expect(failed).rejects.toThrow('changed my mind');
    await next;
    expect(await keys()).toEqual(['whole']);
  });

  test('are told when they use the database instead of their transaction', async () => {
    const writing = db.write('outer', () => db.write('inner', insert('x')));
    await expect(writing).rejects.toThrow('"inner" was called inside the transaction "outer"');
    const reading = db.write('outer', () => keys());
    const message = '"read" was called inside the transaction "outer": use tx, not db';
    await expect(reading).rejects.toMatchObject({ cause: { message } });
    await db.write('after', insert('fine'));
    expect(await keys()).toEqual(['fine']);
  });

  test('are told who holds the database when they wait too long, and the queue goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const door = closedDoor();
    const holder = db.write('slow one', async (tx) => {
      await door.opened;
      await insert('slow')(tx);
    });
    const waiting = expect(db.write('second', insert('second'))).rejects.toThrow(
      '"second" waited 5000 ms to write; "slow one" holds the database',
    );
    await vi.advanceTimersByTimeAsync(5_000);
    await waiting;
    const third = db.write('third', insert('third'));
    door.open();
    await Promise.all([holder, third]);
    expect(await keys()).toEqual(['slow', 'third']);
  });

  test('lose the database when they never come to an end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const door = closedDoor();
    let afterwards: unknown;
    const holder = db.write('endless', async (tx) => {
      await insert('lost')(tx);
      await door.opened;
      afterwards = await insert('late')(tx).catch((error: unknown) => error);
    });
    const refused = expect(holder).rejects.toThrow('"endless" held the database for 30000 ms and was rolled back');
    await vi.advanceTimersByTimeAsync(30_000);
    await refused;
    await db.write('next', insert('next'));
    door.open();
    await vi.waitFor(() => expect(afterwards).toBeInstanceOf(Error), { timeout: 60_000 });
    expect(await keys()).toEqual(['next']);
  });
});

describe('connections', () => {
  test('have their pragmas, and keep foreign keys true', async () => {
    const pragma = async (name: string) => (await db.execute(`PRAGMA ${name}`)).rows[0]?.[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    const orphan = db.write('orphan', async (tx) => {
      await tx.run(sql`insert into memberships (account_id, user_id, role, created_at) values ('a', 'u', 'owner', 0)`);
    });
    await expect(orphan).rejects.toMatchObject({ cause: { extendedCode: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
  });

  test('for reading cannot write', async () => {
    await expect(db.read.run(sql`insert into installation (key, value) values ('x', '')`)).rejects.toThrow();
    expect(await keys()).toEqual([]);
  });

  test('tell a taken key from other faults', async () => {
    await db.write('first', insert('same'));
    const second: unknown = await db.write('second', insert('same')).catch((error: unknown) => error);
    expect(isUniqueViolation(second)).toBe(true);
    const other: unknown = await db
      .write('other', (tx) => tx.run(sql`insert into nothing values (1)`))
      .catch((e: unknown) => e);
    expect(isUniqueViolation(other)).toBe(false);
  });
});

describe('another process holds the file (R-DU-1)', () => {
  const lock = async () => {
    const client = createClient({ url: `file:${path}`, timeout: 5_000 });
    const tx = await client.transaction('write');
    return async () => {
      await tx.rollback();
      client.close();
    };
  };

  test('the driver by itself loses what it acknowledges: the reason for all this', async () => {
    const client = createClient({ url: `file:${path}`, concurrency: 1 });
    const release = await lock();
    await expect(client.execute("insert into installation values ('refused', '')")).rejects.toThrow(/SQLITE_BUSY/);
    await release();
    const told = await client.execute("insert into installation values ('acknowledged', '')");
    expect(told.rowsAffected).toBe(1);
    expect(await keys()).toEqual([]);
    client.close();
  });

  test('a writer waits without blocking this process, and its connection is sound afterwards', async () => {
    const release = await lock();
    const written = db.write('patient', insert('patient'));
    let turns = 0;
    while (turns < 20) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      turns += 1;
    }
    expect(await keys()).toEqual([]);
    await release();
    await written;
    await db.write('again', insert('again'));
    const other = await openDatabase(`file:${path}`);
    expect(await keys(other)).toEqual(['patient', 'again']);
    expect((await other.execute('PRAGMA foreign_keys')).rows[0]?.[0]).toBe(1);
    await other.close();
  });

  test('after giving up too', async () => {
    const release = await lock();
    let minutes = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (minutes += 60_000));
    await expect(db.write('impatient', insert('impatient'))).rejects.toThrow();
    now.mockRestore();
    await release();
    await db.write('next', insert('next'));
    const other = await openDatabase(`file:${path}`);
    expect(await keys(other)).toEqual(['next']);
    await other.close();
  });

  test('every row that was acknowledged is there after kill -9', async () => {
    const script = join(ROOT, 'tests/support/acknowledge.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, path], { cwd: ROOT });
    onTestFinished(() => void child.kill('SIGKILL'));
    const acknowledged: string[] = [];
    let tried = 0;
    const heard = new EventTarget();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, n = ''] = line.split(' ');
      if (word === 'done') acknowledged.push(`row ${n}`);
      else tried = Number(n);
      heard.dispatchEvent(new Event('line'));
    });
    const until = async (reached: () => boolean) => {
      while (!reached()) await once(heard, 'line');
    };

    await until(() => acknowledged.length >= 20);
    for (let round = 0; round < 5; round += 1) {
      const release = await lock();
      // Quiet for a while with one try open: nothing is under way any more, and the child is refused again and again.
      for (let before = -1; before !== acknowledged.length || acknowledged.length !== tried - 1; ) {
        before = acknowledged.length;
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      await release();
      const goal = acknowledged.length + 20;
      await until(() => acknowledged.length >= goal);
    }
    child.kill('SIGKILL');
    await once(child, 'close');

    const reopened = await openDatabase(`file:${path}`);
    const stored = new Set(await keys(reopened));
    expect(acknowledged.filter((row) => !stored.has(row))).toEqual([]);
    expect((await reopened.execute('PRAGMA integrity_check')).rows[0]?.[0]).toBe('ok');
    await reopened.close();
  });
});
