import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, loadConfig, ROOT } from '../src/config.ts';
import { OPTIONS } from '../src/options.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'statusping-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (env: Record<string, string> = {}) => loadConfig({ DATA_PATH: folder, ...env });
const LONG_KEY = '8f1c2d3e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978';

describe('without any variable', () => {
  test('the presets hold and everything lies under DATA_PATH', () => {
    const config = load();
    expect(config).toMatchObject({
      webPort: 8000,
      baseUrl: 'http://localhost:8000',
      defaultPlan: 'free',
      signups: 'open',
    });
    expect(config.databaseUrl).toBe(`file://${folder}/statusping.db`);
  });

  test('a secret is made once, kept for the owner only, and found again', () => {
    const first = load().secretKey;
    expect(first).toHaveLength(64);
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(load().secretKey).toBe(first);
  });

  test('a kept secret that was lost half-way is not replaced in silence', () => {
    writeFileSync(join(folder, 'secret.key'), '');
    expect(() => load()).toThrow(/^SECRET_KEY: the file .+ holds no key; delete it to have one made\. Example: /);
  });
});

describe('a wrong value is refused in one line with the variable and an example', () => {
  test.each([
    ['WEB_PORT', '80 80'],
    ['WEB_PORT', '70000'],
    ['BASE_URL', 'status.example.com'],
    ['BASE_URL', 'https://example.com/status'],
    ['DATABASE_URL', 'postgres://db'],
    ['DATABASE_URL', 'file::memory:'],
    ['SMTP_PORT', '0'],
    ['SMTP_FROM_EMAIL', 'nobody'],
    ['SMTP_USE_TLS', 'maybe'],
    ['DEFAULT_PLAN', 'gold'],
    ['DEFAULT_CHECK_INTERVAL', '5'],
    ['DEFAULT_TIMEOUT', '0'],
    ['CONSECUTIVE_FAILURES_THRESHOLD', 'three'],
    ['ALLOW_PRIVATE_TARGETS', 'some'],
    ['TRUSTED_PROXIES', '10.0.0.0/40'],
    ['SIGNUPS', 'maybe'],
    ['WITNESS_TARGETS', 'router'],
    ['WITNESS_TARGETS', 'router:53,host:99999'],
    ['HEARTBEAT_URL', 'ftp://example.com/x'],
    ['OIDC_ISSUER', 'login.example.com'],
    ['OIDC_ISSUER', 'http://login.example.com'],
    ['LOG_LEVEL', 'loud'],
    ['DEBUG', 'very'],
    ['DATA_PATH', '/proc/nowhere'],
  ])('%s=%s', (name, value) => {
    const refused = () => load({ [name]: value });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(new RegExp(`^${name}: [^\\n]+\\. Example: ${name}=[^\\n]+$`));
  });
});

describe('the secret key (R-AU-5)', () => {
  test.each([
    ['short', 'k3y'],
    ['a sample', 'change-me-please-change-me-please-change-me'],
    ['one character', 'a'.repeat(40)],
  ])('%s is refused on the internet and allowed on localhost', (_, key) => {
    expect(() => load({ SECRET_KEY: key, BASE_URL: 'https://status.example.com' })).toThrow(/^SECRET_KEY: /);
    expect(load({ SECRET_KEY: key }).secretKey).toBe(key);
  });

  test('a good one is taken, also from a file', () => {
    const file = join(folder, 'key');
    writeFileSync(file, `${LONG_KEY}\n`);
    expect(load({ SECRET_KEY: LONG_KEY, BASE_URL: 'https://status.example.com' }).secretKey).toBe(LONG_KEY);
    expect(load({ SECRET_KEY_FILE: file }).secretKey).toBe(LONG_KEY);
    expect(() => load({ SECRET_KEY_FILE: join(folder, 'none') })).toThrow(/^SECRET_KEY_FILE: there is no file/);
  });
});

test.each([
  ['sqlite:////var/lib/statusping.db', 'file:///var/lib/statusping.db'],
  ['file:/var/lib/status ping#1.db', 'file:///var/lib/status%20ping%231.db'],
  ['file:///var/lib/statusping.db', 'file:///var/lib/statusping.db'],
  ['libsql://db.example.com', 'libsql://db.example.com'],
])('DATABASE_URL %s means %s', (given, meant) => {
  expect(load({ DATABASE_URL: given }).databaseUrl).toBe(meant);
});

test('config show masks every secret', () => {
  const env = { SECRET_KEY: LONG_KEY, SMTP_PASSWORD: 'app-password', DATABASE_URL: 'libsql://db?authToken=t0k3n' };
  const text = describeConfig(env).join('\n');
  expect(text).toContain('SMTP_PASSWORD=********');
  expect(text).not.toMatch(/app-password|t0k3n|8f1c2d3e/);
});

describe('the documents name every option', () => {
  const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

  test('.env.example', () => {
    const entries = OPTIONS.map(({ name, default: preset, sentence }) => `# ${sentence}\n${name}=${preset}`);
    expect(read('.env.example').split('\n\n').slice(1).join('\n\n').trim()).toBe(entries.join('\n\n'));
  });

  test('the table in the README', () => {
    const rows = OPTIONS.map(
      ({ name, default: preset, sentence }) => `| \`${name}\` | ${preset && `\`${preset}\``} | ${sentence} |`,
    );
    for (const row of rows) expect(read('README.md').split('\n')).toContain(row);
  });
});
