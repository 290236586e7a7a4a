import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildOnce, openPlace, type Place, type Started } from './support/process.ts';

beforeAll(buildOnce);

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.close());

async function logIn(server: Started, email: string, password: string) {
  const answer = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { access_token = '' } = (await answer.json()) as { access_token?: string };
  return { status: answer.status, token: access_token };
}

async function planOf(server: Started, token: string): Promise<string> {
  const answer = await fetch(`${server.url}/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { account: { plan: string } }).account.plan;
}

const shown = (text: string) => /Password: (\S+)/.exec(text)?.[1] ?? '';

describe.each([['beside a running server'], ['with no server running']])('%s', (when) => {
  const running = when.startsWith('beside');
  const server = async () => (running ? place.start() : null);

  test('a user is made, gets a plan and a new password', async () => {
    const first = await server();
    const made = await place.cli(['user', 'create', 'Alice@Example.com', '--plan', 'pro']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^Made Alice@Example.com with the status page http:\/\/localhost:\d+\/s\/alice/);
    const moved = await place.cli(['user', 'set-plan', 'alice@example.com', 'business']);
    expect(moved).toMatchObject({ code: 0, stderr: '' });
    const reset = await place.cli(['user', 'reset-password', 'alice@example.com', '--password', 'a better battery']);
    expect(reset).toMatchObject({ code: 0, stderr: '' });
    expect(reset.stdout).not.toContain('a better battery');

    const asked = first ?? (await place.start());
    expect((await logIn(asked, 'alice@example.com', shown(made.stdout))).status).toBe(401);
    const { status, token } = await logIn(asked, 'alice@example.com', 'a better battery');
    expect(status).toBe(200);
    expect(await planOf(asked, token)).toBe('business');
  });

  test('a backup is made and restored', async () => {
    const first = await server();
    const made = await place.cli(['user', 'create', 'alice@example.com']);
    const copied = await place.cli(['backup', 'copy.db']);
    expect(copied).toMatchObject({ code: 0, stderr: '' });
    await place.cli(['user', 'create', 'bob@example.com']);
    await first?.end('SIGTERM');

    const back = await place.cli(['restore', 'copy.db']);
    expect(back).toMatchObject({ code: 0, stderr: '' });
    expect(back.stdout).toMatch(
      /^Restored from copy\.db\..*\nThe database of before is \S+before-restore-\d{14}\.db$/m,
    );
    const restored = await place.start();
    expect((await logIn(restored, 'alice@example.com', shown(made.stdout))).status).toBe(200);
    expect((await place.cli(['user', 'set-plan', 'bob@example.com', 'pro'])).code).toBe(1);
  });

  test('the demo world is there once', async () => {
    const first = await server();
    const seeded = await place.cli(['seed']);
    expect(seeded).toMatchObject({ code: 0, stderr: '' });
    expect(await place.cli(['seed'])).toMatchObject({ code: 1 });
    const asked = first ?? (await place.start());
    const { token } = await logIn(asked, 'demo@example.com', shown(seeded.stdout));
    const list = await fetch(`${asked.url}/api/monitors`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await list.json()) as { data: unknown[] }).data.length).toBeGreaterThanOrEqual(8);
  });

  test('a status page is written as files, into the folder as seen from where the command is given', async () => {
    await server();
    await place.cli(['user', 'create', 'alice@example.com', '--slug', 'acme-inc']);
    const exported = await place.cli(['export-page', 'acme-inc', 'copy']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    const folder = join(place.data, '..', 'copy');
    expect(exported.stdout).toContain(`to ${folder}; open ${join(folder, 'index.html')}`);
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain('This is a copy, made ');
    expect(existsSync(join(folder, 'assets/js/status.js'))).toBe(true);
  });

  test.each([
    [['export-page', 'none-such', 'copy'], /There is no page with the address "none-such"/],
    [['user', 'set-plan', 'nobody@example.com', 'pro'], /nobody@example\.com/],
    [['user', 'set-plan', 'alice@example.com', 'gold'], /"gold" is no plan; there are free, pro, business\./],
    [['user', 'set-plan', 'alice@example.com'], /Words are missing/],
    [['user', 'create', 'alice@example.com', '--password', 'short'], /password/i],
    [['user', 'create', 'alice@example.com', '--colour', 'red'], /--colour/],
    [['user', 'destroy'], /There is no command "user destroy"/],
    [['backup', '.'], /There is a file/],
  ])('%j is refused with a sentence', async (words, sentence) => {
    await server();
    const refused = await place.cli(words);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    expect(refused.stderr).toMatch(sentence);
  });
});

test('nothing is restored under a running server, or from what is no copy of ours', async () => {
  const server = await place.start();
  await place.cli(['user', 'create', 'alice@example.com']);
  await place.cli(['backup', 'copy.db']);
  const running = await place.cli(['restore', 'copy.db']);
  expect(running).toMatchObject({ code: 1, stdout: '' });
  expect(running.stderr).toBe('A StatusPing is running on this folder. Stop it first.\n');
  expect(await server.end('SIGTERM')).toBe(0);
  writeFileSync(join(place.data, '..', 'other.db'), 'something else '.repeat(500));
  for (const [words, sentence] of [
    [['restore'], /^Say which copy: restore FILE$/m],
    [['restore', 'none.db'], /^none\.db was not restored: there is no file .+none\.db\. Nothing was changed\.$/m],
    [['restore', 'other.db'], /^other\.db was not restored: it is damaged, or no database\. Nothing was changed\.$/m],
  ] as const) {
    const refused = await place.cli([...words]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(sentence);
  }
  expect(await place.cli(['operator', 'list'])).toMatchObject({ code: 0, stdout: 'alice@example.com\n' });
});

test('operators and maintenance mode are set beside a running server, which follows at once', async () => {
  const server = await place.start();
  await place.cli(['user', 'create', 'alice@example.com', '--password', 'a better battery']);
  await place.cli(['user', 'create', 'bob@example.com']);
  expect((await place.cli(['operator', 'add', 'bob@example.com'])).stdout).toBe('bob@example.com is an operator.\n');
  expect((await place.cli(['operator', 'list'])).stdout).toBe('alice@example.com\nbob@example.com\n');
  const { token } = await logIn(server, 'alice@example.com', 'a better battery');
  const change = () =>
    fetch(`${server.url}/api/maintenance`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{}',
    });
  expect((await change()).status).toBe(422);
  expect(await place.cli(['mode', 'maintenance', 'on'])).toMatchObject({
    code: 0,
    stdout: 'Maintenance mode is on.\n',
  });
  await expect.poll(async () => (await change()).status).toBe(503);
  expect((await place.cli(['mode', 'maintenance', 'soon'])).stderr).toBe('Say on or off.\n');
});

test('the demo is there from the first start, and a copy is reported on by the health check', async () => {
  const server = await place.start({ DEMO: 'true' });
  const entered = await fetch(`${server.url}/demo`, { method: 'POST', redirect: 'manual' });
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/dashboard']);
  const health = (await (await fetch(`${server.url}/api/health`)).json()) as { checks: { backup: unknown } };
  expect(health.checks.backup).toEqual({ status: 'ok', last_seconds_ago: null });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^statusping_scheduler_up 1$/m);
  expect(await server.end('SIGTERM')).toBe(0);
});

test('the socket is for the owner of the server only and goes with it', async () => {
  const server = await place.start();
  const socket = join(place.data, 'console.sock');
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await server.end('SIGTERM');
  expect(existsSync(socket)).toBe(false);
});

test('a socket left over from a killed server is in nobody’s way', async () => {
  await (await place.start()).end('SIGKILL');
  expect((await place.cli(['user', 'create', 'alice@example.com'])).code).toBe(0);
  const server = await place.start();
  expect((await place.cli(['user', 'create', 'bob@example.com'])).code).toBe(0);
  expect(server.code).toBe(null);
});

test('a data folder with a long name has a socket too', async () => {
  const long = join(place.data, 'x'.repeat(120));
  mkdirSync(long, { recursive: true });
  const server = await place.start({ DATA_PATH: long });
  expect(await place.cli(['migrate'], { DATA_PATH: long })).toMatchObject({ code: 0, stderr: '' });
  expect(await server.end('SIGTERM')).toBe(0);
});

test('config show prints every setting, secrets masked, and works without a database', async () => {
  const { stdout, code } = await place.cli(['config', 'show'], {
    SMTP_PASSWORD: 'hidden-1234',
    SMTP_HOST: 'mail.example.com',
  });
  expect(code).toBe(0);
  expect(stdout).toContain('SMTP_HOST=mail.example.com');
  expect(stdout).toContain('SMTP_PASSWORD=********');
  expect(existsSync(join(place.data, 'statusping.db'))).toBe(false);
});

test('help names every command; a wrong setting is one line', async () => {
  const { stdout } = await place.cli(['help']);
  for (const words of [
    'user create',
    'user set-plan',
    'user reset-password',
    'user reset-second-factor',
    'backup',
    'export-page',
    'seed',
    'migrate',
    'config show',
  ]) {
    expect(stdout).toContain(`  ${words}`);
  }
  expect(await place.cli(['--version'])).toMatchObject({ code: 0, stdout: `${stdout.split('\n')[0]}\n` });
  writeFileSync(join(place.data, '..', '.env'), 'SMTP_PORT=mail\n');
  const refused = await place.cli(['migrate']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^SMTP_PORT: "mail" is not a whole number/);
});
