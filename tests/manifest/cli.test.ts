import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildOnce, openPlace, type Place, type Started } from '../support/process.ts';

beforeAll(buildOnce);

let place: Place;
let server: Started;
let env: Record<string, string>;
let session: string;
beforeEach(async () => {
  place = openPlace();
  server = await place.start({ DEFAULT_PLAN: 'business' });
  await place.cli(['user', 'create', 'alice@example.com', '--password', 'correct horse battery', '--plan', 'business']);
  const entered = await ask('POST', '/auth/login', { email: 'alice@example.com', password: 'correct horse battery' });
  session = ((await entered.json()) as { access_token: string }).access_token;
  const made = await ask('POST', '/api/tokens', { name: 'CI', scopes: ['write'] });
  const { token } = (await made.json()) as { token: string };
  env = {
    BASE_URL: server.url ?? '',
    STATUSPING_TOKEN: token,
    OPS_URL: 'https://hooks.slack.com/services/T0/B0/abcdefgh',
  };
});
afterEach(() => place.close());

function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${session}`,
  };
  return fetch(`${server.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const file = (name = 'statusping.yaml') => join(place.data, '..', name);
const write = (text: string) => writeFileSync(file(), text);

const FILE = `version: 1
channels:
  ops:
    name: Ops
    kind: slack
    config:
      url: \${OPS_URL}
monitors:
  api:
    name: Our API
    type: http
    target: https://api.example.com
    channels: [ops]
  old:
    name: Old one
    type: tcp
    target: db.example.com:5432
`;

test('a file is planned, applied and exported, and exit codes say what a script needs', async () => {
  write(FILE);
  const planned = await place.cli(['plan', 'statusping.yaml'], env);
  expect(planned).toMatchObject({ code: 2, stderr: '' });
  expect(planned.stdout).toContain('+ create channel ops "Ops"');
  expect(planned.stdout).toContain('    config.url: (secret)');
  expect(planned.stdout).toContain('3 to create, 0 to change, 0 to delete.');
  expect(planned.stdout).not.toContain('hooks.slack.com');

  expect(await place.cli(['apply', 'statusping.yaml'], env)).toMatchObject({
    code: 1,
    stderr: 'Nothing was changed: add --yes where nobody can be asked.\n',
  });
  expect(((await (await ask('GET', '/api/monitors')).json()) as { data: unknown[] }).data).toEqual([]);

  const applied = await place.cli(['apply', 'statusping.yaml', '--yes', '--url', server.url ?? ''], env);
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  expect(applied.stdout).toContain('1/3 created channel ops "Ops"\n2/3 created monitor api "Our API"\n');
  expect(applied.stdout).toMatch(/Done: 3 steps\.\n$/);
  expect(await place.cli(['plan', 'statusping.yaml'], env)).toMatchObject({
    code: 0,
    stdout: 'Nothing to do: the account is as the file says.\n',
  });

  // A hand that changes a managed field is seen by the next plan, one that changes another is not.
  const { data } = (await (await ask('GET', '/api/monitors')).json()) as { data: { id: string; name: string }[] };
  const api = data.find(({ name }) => name === 'Our API');
  await ask('PATCH', `/api/monitors/${api?.id}`, { target: 'https://other.example.com', retries: 3 });
  const drifted = await place.cli(['plan', 'statusping.yaml'], env);
  expect(drifted.stdout).toContain('    target: https://other.example.com → https://api.example.com\n');
  expect(drifted.stdout).not.toContain('retries');

  write(FILE.slice(0, FILE.indexOf('  old:')));
  const shorter = await place.cli(['plan', 'statusping.yaml'], env);
  expect(shorter.stdout).toContain('No longer in the file, and kept without --prune:\n  monitor old "Old one"');
  const json = await place.cli(['plan', 'statusping.yaml', '--prune', '--json'], env);
  expect(JSON.parse(json.stdout)).toMatchObject({ create: 0, change: 1, delete: 1, no_longer_in_file: [] });
  expect((await place.cli(['apply', 'statusping.yaml', '--prune', '--yes'], env)).stdout).toContain(
    'deleted monitor old',
  );

  const exported = await place.cli(['export', 'copy.yaml'], env);
  expect(exported).toMatchObject({ code: 0, stdout: 'Wrote copy.yaml\n', stderr: '' });
  expect(readFileSync(file('copy.yaml'), 'utf8')).toContain('url: ${OPS_URL}');
  expect(await place.cli(['export', 'copy.yaml'], env)).toMatchObject({ code: 1, stdout: '' });
  expect((await place.cli(['export'], env)).stdout).toBe(readFileSync(file('copy.yaml'), 'utf8'));
});

test('what goes wrong is said in one line, and nothing is changed', async () => {
  write(FILE.replace('type: tcp', 'type: tpc').replace('kind: slack', 'kind: slack\n    colour: red'));
  const wrong = await place.cli(['apply', 'statusping.yaml', '--yes'], env);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr.trim().split('\n')).toEqual([
    'line 6, column 5: There is no field "colour".',
    expect.stringMatching(/^line 17, column 11: Must be one of: http, /),
  ]);
  write(FILE);
  const { OPS_URL: _none, ...without } = env;
  expect(await place.cli(['plan', 'statusping.yaml'], without)).toMatchObject({
    code: 1,
    stderr: 'line 7, column 12: The environment has no OPS_URL; set it and try again.\n',
  });
  const { STATUSPING_TOKEN: token = '', ...nobody } = env;
  expect((await place.cli(['plan', 'statusping.yaml'], nobody)).stderr).toMatch(/^Give an API token .*\n$/);
  writeFileSync(file('token'), `${token}\n`);
  expect(await place.cli(['plan', 'statusping.yaml', '--token-file', 'token'], nobody)).toMatchObject({ code: 2 });
  expect(await place.cli(['plan', 'none.yaml'], env)).toMatchObject({ code: 1, stdout: '' });
  expect(await place.cli(['plan'], env)).toMatchObject({ code: 1, stderr: 'Say which file: plan statusping.yaml\n' });
  expect((await place.cli(['plan', 'a', '--token=x'], env)).stderr).toMatch(/--token/);
  expect((await place.cli(['plan', 'statusping.yaml'], { ...env, STATUSPING_TOKEN: 'sp_wrong' })).stderr).toMatch(
    /^The server refused \(401\): /,
  );
  expect((await place.cli(['plan', 'statusping.yaml', '--url', 'http://127.0.0.1:9'], env)).stderr).toMatch(
    /^The server cannot be reached: /,
  );
  expect(((await (await ask('GET', '/api/monitors')).json()) as { data: unknown[] }).data).toEqual([]);
});

test('an apply that fails in the middle says what is done, and a second one does the rest', async () => {
  const taken = `${FILE}pages:\n  main:\n    slug: alice-two\n    title: Two\n    components: [{monitor: api}]\n`;
  await place.cli(['user', 'create', 'mallory@example.net', '--slug', 'alice-two']);
  write(taken);
  const failed = await place.cli(['apply', 'statusping.yaml', '--yes'], env);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('3/4 created monitor old "Old one"');
  expect(failed.stderr).toContain('Stopped at status page main "Two": ');
  expect(failed.stderr).toMatch(/ {2}line 20, column 11: slug: .*\nDone before it, and kept: 3 steps\./);
  write(taken.replace('slug: alice-two', 'slug: alice-three'));
  const again = await place.cli(['apply', 'statusping.yaml', '--yes'], env);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toContain('1/1 created status page main "Two"');
});
