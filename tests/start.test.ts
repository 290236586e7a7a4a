import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildOnce, openPlace, type Place, type Started } from './support/process.ts';

beforeAll(buildOnce);

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.close());

const database = () => join(place.data, 'statusping.db');

async function health(server: Started): Promise<string> {
  const answer = await fetch(`${server.url}/api/health`);
  return ((await answer.json()) as { status: string }).status;
}

async function signUp(server: Started, email: string): Promise<Response> {
  return fetch(`${server.url}/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery', slug: email.split('@')[0] }),
  });
}

async function logIn(server: Started, email: string): Promise<number> {
  const answer = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery' }),
  });
  return answer.status;
}

describe('start and stop', () => {
  test('an empty folder is enough; SIGTERM ends it with code 0', async () => {
    const server = await place.start();
    expect(await health(server)).toBe('ok');
    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.stderr).toBe('');
    expect(existsSync(join(place.data, 'console.sock'))).toBe(false);
  });

  test('an open live stream does not hold up the stop', async () => {
    const server = await place.start();
    const { access_token } = (await (await signUp(server, 'alice@example.com')).json()) as { access_token: string };
    const stream = await fetch(`${server.url}/live`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(stream.status).toBe(200);
    const ended = stream.text().catch(() => 'cut');
    expect(await server.end('SIGTERM')).toBe(0);
    await ended;
  });

  test('what was acknowledged is there after kill -9, and the folder is free again', async () => {
    const first = await place.start();
    expect((await signUp(first, 'alice@example.com')).status).toBe(201);
    await first.end('SIGKILL');
    const second = await place.start();
    expect(second.stderr).toBe('');
    expect(await logIn(second, 'alice@example.com')).toBe(200);
  });

  test('a file .env in the folder it is started from is read', async () => {
    writeFileSync(join(place.data, '..', '.env'), 'DEFAULT_PLAN=gold\n');
    const server = await place.start();
    expect(server).toMatchObject({ code: 1, url: null });
    expect(server.stderr).toMatch(/^DEFAULT_PLAN: "gold" is not one of free, pro, business\./);
  });
});

describe('a start that cannot go on says so in one line and ends with code 1', () => {
  const refused = (server: Started, sentence: RegExp) => {
    expect(server).toMatchObject({ code: 1, url: null });
    expect(server.stderr.trim().split('\n')).toHaveLength(1);
    expect(server.stderr).toMatch(sentence);
  };

  test('a wrong setting', async () => {
    refused(
      await place.start({ WEB_PORT: 'eighty' }),
      /^WEB_PORT: "eighty" is not a whole number .* Example: WEB_PORT=8000$/m,
    );
  });

  test('a sample secret on the internet', async () => {
    const server = await place.start({ SECRET_KEY: 'changeme', BASE_URL: 'https://status.example.com' });
    refused(server, /^SECRET_KEY: /);
    expect(server.stderr).not.toContain('changeme');
  });

  test('a port in use', async () => {
    const other = createServer().listen(0);
    const { port } = other.address() as { port: number };
    refused(await place.start({ WEB_PORT: String(port) }), new RegExp(`^WEB_PORT: port ${port} is in use`));
    other.close();
  });

  test('a second process on the same folder, and the first goes on', async () => {
    const first = await place.start();
    refused(await place.start(), /another StatusPing is running on the folder/);
    expect(await health(first)).toBe('ok');
  });

  test('a second folder with the same database', async () => {
    await place.start();
    const second = await place.start({ DATA_PATH: join(place.data, '../other'), DATABASE_URL: `file:${database()}` });
    refused(second, /another StatusPing is running on the folder/);
  });

  test('a database of a newer version', async () => {
    await (await place.start()).end('SIGTERM');
    const client = createClient({ url: `file:${database()}` });
    await client.execute("insert into __drizzle_migrations (hash, created_at) values ('later', 9999999999999)");
    client.close();
    refused(await place.start(), /a newer StatusPing has changed its tables/);
  });

  test('a database of another program', async () => {
    mkdirSync(place.data);
    const client = createClient({ url: `file:${database()}` });
    await client.execute('create table recipes (id integer)');
    client.close();
    refused(await place.start(), /it holds tables of another program/);
  });

  // Root may write everywhere, so these need another user; when we are somebody else already, that is the one.
  const nobody = process.getuid?.() === 0 ? 65_534 : process.getuid?.();

  test('a read-only folder', async () => {
    mkdirSync(place.data, { mode: 0o755 });
    if (process.getuid?.() !== 0) chmodSync(place.data, 0o555);
    chmodSync(join(place.data, '..'), 0o755);
    refused(await place.start({}, { uid: nobody ?? 0 }), /^DATA_PATH: the folder .+ cannot be written/);
    chmodSync(place.data, 0o755);
  });

  test('a read-only database', async () => {
    await (await place.start()).end('SIGTERM');
    chmodSync(join(place.data, '..'), 0o755);
    chownSync(place.data, nobody ?? 0, nobody ?? 0);
    chmodSync(place.data, 0o755);
    for (const name of readdirSync(place.data)) chownSync(join(place.data, name), nobody ?? 0, nobody ?? 0);
    chmodSync(database(), 0o444);
    const before = readFileSync(database());
    refused(await place.start({}, { uid: nobody ?? 0 }), /statusping\.db cannot be written/);
    expect(readFileSync(database()).equals(before)).toBe(true);
  });
});

describe('a damaged database is refused and left as it is (R-DU-7)', () => {
  const damages: [string, (path: string) => void][] = [
    [
      'random bytes',
      (path) => writeFileSync(path, Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7_919) % 251))),
    ],
    ['random bytes behind a sound first page', (path) => writeFileSync(path, readFileSync(path).fill(0x5a, 4_096))],
    ['cut short', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['cut within its first page', (path) => truncateSync(path, 50)],
    [
      'empty with a log beside it',
      (path) => {
        truncateSync(path, 0);
        writeFileSync(`${path}-wal`, 'what was not written back yet');
      },
    ],
    [
      'cut short after a crash, with a log beside it',
      (path) => {
        truncateSync(path, 8_192);
      },
    ],
  ];

  test.each(damages)('%s', async (name, damage) => {
    const first = await place.start();
    await signUp(first, 'alice@example.com');
    if (name.includes('crash')) {
      // A stop writes the log back, then a killed run leaves a new one beside the whole file.
      await first.end('SIGTERM');
      const second = await place.start();
      await signUp(second, 'bob@example.com');
      await second.end('SIGKILL');
    } else await first.end('SIGTERM');
    damage(database());
    const before = readFileSync(database());
    const log = existsSync(`${database()}-wal`) ? readFileSync(`${database()}-wal`) : null;

    const server = await place.start();
    expect(server).toMatchObject({ code: 1, url: null });
    expect(server.stderr.trim().split('\n')).toHaveLength(1);
    expect(server.stderr).toMatch(/^The database .+statusping\.db cannot be used: .+ Nothing was changed in it\./);
    expect(readFileSync(database()).equals(before)).toBe(true);
    if (log) expect(readFileSync(`${database()}-wal`).equals(log)).toBe(true);
  });
});

test('a big database is not read to its end before the start, but wholesale damage is found', async () => {
  await (await place.start()).end('SIGTERM');
  const client = createClient({ url: `file:${database()}` });
  await client.execute('insert into results select value % 100, value, 0, 0, 1 from generate_series(1, 700000)');
  client.close();
  expect(statSync(database()).size).toBeGreaterThan(8 * 1024 * 1024);
  const sound = await place.start();
  expect(sound.url).not.toBe(null);
  await sound.end('SIGTERM');
  const damaged = readFileSync(database()).fill(0x5a, 4_096);
  writeFileSync(database(), damaged);
  const server = await place.start();
  expect(server).toMatchObject({ code: 1, url: null });
  expect(server.stderr).toMatch(/cannot be used: it is damaged/);
  expect(readFileSync(database()).equals(damaged)).toBe(true);
});

test('no secret reaches the logs', async () => {
  const secrets = { SECRET_KEY: 'planted-key-5f0c9d1e7b3a8642', SMTP_PASSWORD: 'planted-smtp-91c2' };
  const server = await place.start({ ...secrets, DEBUG: 'true' });
  const { access_token, refresh_token } = (await (await signUp(server, 'alice@example.com')).json()) as Record<
    string,
    string
  >;
  await logIn(server, 'alice@example.com');
  await fetch(`${server.url}/api/monitors`, { headers: { authorization: `Bearer ${access_token}` } });
  await fetch(`${server.url}/reset/planted-token`);
  await server.end('SIGTERM');
  const text = server.stdout + server.stderr;
  expect(text).toContain('ready at');
  for (const secret of [
    ...Object.values(secrets),
    access_token ?? '',
    refresh_token ?? '',
    'correct horse',
    'planted-token',
  ]) {
    expect(text).not.toContain(secret);
  }
});
