import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isObject, says } from '../../src/core/import-draft.ts';
import { isDatabase, tablesOf } from '../../src/manifest/import-database.ts';
import { importText, settle } from '../../src/manifest/import-document.ts';
import { type Foreign, readForeign } from '../../src/manifest/import-source.ts';
import { readTables } from '../../src/manifest/import-tables.ts';
import { lossLines } from '../../src/manifest/import-words.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { databaseBytes, KUMA_TABLES } from '../support/imports/database.ts';
import { KUMA_BACKUP } from '../support/imports/kuma.ts';
import { GATUS, HEALTHCHECKS, UPTIMEROBOT_V2, UPTIMEROBOT_V3 } from '../support/imports/others.ts';

const FILES: Record<string, unknown> = {
  'kuma-1': KUMA_BACKUP,
  'uptimerobot-2': UPTIMEROBOT_V2,
  'uptimerobot-3': UPTIMEROBOT_V3,
  gatus: parse(GATUS),
  'healthchecks-3': HEALTHCHECKS,
};

const readDatabase = async (bytes: Uint8Array) => readTables(await tablesOf('acc_a', bytes));

function told(foreign: Foreign): string {
  const settled = settle(foreign.draft, foreign.spelled);
  const { text, secrets } = importText(settled, false);
  const needed = [...secrets.keys()].map((name) => `# ${name}`);
  return [
    text.trimEnd(),
    '',
    '# Secrets:',
    ...needed,
    '',
    '# Not taken over:',
    ...lossLines(settled.losses).map((line) => `# ${line}`),
    '',
  ].join('\n');
}

describe('the example of each format', () => {
  test.each(Object.entries(FILES))('%s becomes this file, with these losses', async (name, value) => {
    const text = name === 'gatus' ? GATUS : JSON.stringify(value);
    await expect(told(readForeign(text, null))).toMatchFileSnapshot(`../support/imports/${name}.yaml`);
  });

  test('the database of Uptime Kuma 2 becomes this file, with these losses', async () => {
    const bytes = await databaseBytes(KUMA_TABLES);
    expect(isDatabase(bytes)).toBe(true);
    const file = told(await readDatabase(bytes));
    expect(file).not.toContain('never read');
    await expect(file).toMatchFileSnapshot('../support/imports/kuma-2.yaml');
  });

  test.each(Object.entries(FILES))('%s: what is written is a settings file that fits', (_name, value) => {
    const { draft, spelled } = readForeign(JSON.stringify(value), null);
    const settled = settle(draft, spelled);
    const open = importText(settled, true).text;
    const values = { SLACK_WEBHOOK: 'https://hooks.slack.com/services/T/B/x', API_KEY: 'k' };
    const again = parseManifest(open, values).manifest;
    expect(Object.keys(again.monitors)).toEqual(Object.keys(settled.parsed.manifest.monitors));
    if (!spelled) expect(again).toEqual(settled.parsed.manifest);
    const { text, secrets } = importText(settled, false);
    for (const secret of secrets.values()) expect(text).not.toContain(secret);
    const filled = parseManifest(text, { ...values, ...Object.fromEntries(secrets) }).manifest;
    expect(filled).toEqual(again);
  });
});

/** Fields that hold no settings: ids, times, results, names in another spelling, addresses that follow from others. */
const NO_SETTING =
  /(^|\.)(id|userId|user_id|tag_id|monitor_id|pathName|childrenIDs|weight|create_datetime|n_pings|last_ping|badge_url|update_url|pause_url|resume_url|unique_key|ping_url|started|pagination|stat|version|includeSensitiveData|manual_only)(\.|$)/;
describe('every field of the examples', () => {
  test.each(Object.entries(FILES))('%s: is carried over or reported', (name, value) => {
    const whole = read(value);
    const silent = leaves(value)
      .filter((path) => !NO_SETTING.test(path.join('.')))
      .filter((path) => !isLostAsAWhole(name, path))
      .filter((path) => [gone, another].every((change) => read(changed(value, path, change)) === whole));
    expect(silent.map((path) => path.join('.'))).toEqual([]);
  });
});

function read(value: unknown): string {
  try {
    const { draft, spelled } = readForeign(JSON.stringify(value), null);
    const settled = settle(draft, spelled);
    return JSON.stringify([importText(settled, true).text, settled.losses]);
  } catch (error) {
    return String(error);
  }
}

/** Paths of all values that say something; JSON inside a text counts as part of it. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  const entries = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : null;
  if (entries) return entries.flatMap(([name, one]) => leaves(one, [...path, name]));
  return says(value) ? [path] : [];
}

/** Taken away, which a report of it must notice, or made something else, which a setting that is its preset must. */
const gone = () => null;
const another = (value: unknown) =>
  typeof value === 'number' ? value + 7 : typeof value === 'boolean' ? !value : `${String(value)}x`;

function changed(
  value: unknown,
  [first, ...rest]: readonly (string | number)[],
  change: (value: unknown) => unknown,
): unknown {
  if (first === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one: unknown, i) => (i === first ? changed(one, rest, change) : one));
  const object = value as Record<string, unknown>;
  return { ...object, [first]: changed(object[first], rest, change) };
}

/** Things that do not come over at all are one line of the report, not one for each of their fields. */
function isLostAsAWhole(name: string, path: readonly (string | number)[]): boolean {
  const of = path.join('.');
  // Without tries again, how soon they come means nothing.
  if (name === 'kuma-1')
    return /^(monitorList\.7|notificationList\.3|proxyList\.0)\.|^monitorList\.1\.retryInterval$/.test(of);
  if (name === 'uptimerobot-2')
    return of.startsWith('monitors.5.') || /\.(alert_contacts|mwindows|ssl)\./.test(of) || of.endsWith('.status');
  if (name === 'uptimerobot-3') return /\.(assignedAlertContacts|regionalData)\./.test(of);
  // Where the address is told as well, it says the same as the id.
  if (name === 'healthchecks-3') return /\.status$|^checks\.0\.uuid$/.test(of);
  return /^(alerting\.(gotify|discord\.overrides)|storage|endpoints\.4|endpoints\.0\.(ui|alerts\.1|alerts\.2))\./.test(
    of,
  );
}

describe('hostile files', () => {
  /** Bent files of each format; a campaign asks for more, and begins elsewhere. */
  const TRIES = Number(process.env['IMPORT_FUZZ'] ?? 500);
  const SEED = Number(process.env['IMPORT_SEED'] ?? 20_261_121);

  test('thousands of bent files of every format are read or refused with a sentence', () => {
    const random = randomOf(SEED);
    for (const value of Object.values(FILES)) {
      for (let i = 0; i < TRIES; i += 1) {
        const bent = bend(structuredClone(value), random);
        expect(() => tryRead(JSON.stringify(bent))).not.toThrow();
        if (i % 10 === 0) expect(() => tryRead(cut(JSON.stringify(bent), random))).not.toThrow();
      }
    }
  }, 900_000);

  test.each([
    [
      'names that reach ancestors',
      '{"monitorList":[{"name":"x","type":"http","url":"https://a.example","__proto__":{"a":1},"headers":"{\\"__proto__\\": \\"x\\"}","notificationIDList":{"__proto__":true}}]}',
    ],
    [
      'huge numbers',
      '{"monitorList":[{"name":"x","type":"push","interval":1e308,"maxretries":1e308,"retryInterval":1e308,"resendInterval":1e300}]}',
    ],
    ['negative numbers', '{"checks":[{"name":"x","grace":-1e9,"timeout":-5}]}'],
    ['deep nesting', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['a list of nulls', '{"monitorList":[null,1,"a",[],{}],"notificationList":[null,{"config":"{"}]}'],
    ['nothing', '   '],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nendpoints: [*c,*c,*c,*c,*c,*c,*c]`,
    ],
    ['a tag', 'endpoints: !!js/function "x"'],
    [
      'control characters',
      '{"checks":[{"name":"a\\u0000b\\u2028c\\ud800","grace":60,"timeout":60,"tags":"\\u0007 x"}]}',
    ],
  ])('%s', (_name, text) => {
    expect(() => tryRead(text)).not.toThrow();
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  test.each(['__proto__', 'constructor', 'toString'])('a type called %s is none', (type) => {
    const robots = [1, 4].map((kind) => ({ friendly_name: 'a', type: kind, http_method: type, sub_type: type }));
    tryRead(JSON.stringify({ stat: 'ok', monitors: [{ friendly_name: 'b', type }, ...robots] }));
    const query = { type: 'json-query', jsonPathOperator: type, expectedValue: '1' };
    const post = { type: 'http', url: 'https://a.example', body: 'x', httpBodyEncoding: type };
    const notificationList = [{ config: JSON.stringify({ type }) }];
    const { draft } = readForeign(JSON.stringify({ monitorList: [{ type }, query, post], notificationList }), null);
    expect([draft.monitors.size, draft.channels.size]).toEqual([2, 0]);
  });

  test('more monitors than an import takes are refused with a sentence', () => {
    const checks = Array.from({ length: 10_000 }, (_, i) => ({ name: `Check ${i}`, timeout: 60, grace: 60 }));
    expect(() => readForeign(JSON.stringify({ checks }), null)).toThrow('takes 2,000 monitors at most');
  });

  test('files that are too long are refused with what each may have', () => {
    const mebibytes = (count: number) => `# ${'x'.repeat(count * 1_048_576)}\n`;
    expect(() => readForeign(GATUS + mebibytes(1), null)).toThrow('This is no JSON, and YAML may have 1 MiB at most.');
    expect(() => readForeign(GATUS + mebibytes(4), null)).toThrow('This file is larger than 4 MiB.');
    const checks = [{ name: 'Check', timeout: 60, grace: 60, desc: 'x'.repeat(2 * 1_048_576) }];
    expect(readForeign(JSON.stringify({ checks }), null).draft.monitors.size).toBe(1);
  });

  test('one database of an account is read at a time, and others are not in its way', async () => {
    const bytes = await databaseBytes(KUMA_TABLES);
    const all = ['acc_a', 'acc_a', 'acc_b', 'acc_c'].map((account) => tablesOf(account, bytes));
    const ends = await Promise.allSettled(all);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(ends[1]).toMatchObject({ reason: { code: 'rate_limited' } });
  });

  test('a database that is none, damaged, of something else, or made to be busy is refused', async () => {
    const bytes = await databaseBytes(KUMA_TABLES);
    const bent = Uint8Array.from(bytes);
    bent.fill(0xff, 4_096, 4_096 + 2_000);
    await expect(readDatabase(bent)).rejects.toThrow('cannot be read');
    await expect(readDatabase(await databaseBytes('create table x (a)'))).rejects.toThrow('no monitors of Uptime Kuma');
    const endless = `create view monitor as with recursive n(i) as (select 1 union all select i + 1 from n) select i as id, 'x' as name from n`;
    await expect(readDatabase(await databaseBytes(endless))).rejects.toThrow('no monitors of Uptime Kuma');
    const heavy = `create table monitor (id integer primary key, name text, type text, x text as (hex(zeroblob(100000000)))); insert into monitor (name, type) values ('a', 'group')`;
    const { draft } = await readDatabase(await databaseBytes(heavy));
    expect([...draft.monitors.keys()]).toEqual(['a']);
  });
});

function tryRead(text: string): void {
  try {
    const { draft, spelled } = readForeign(text, null);
    const settled = settle(draft, spelled);
    const written = importText(settled, true).text;
    parseManifest(written, { SLACK_WEBHOOK: 'https://hooks.slack.com/services/T/B/x' }, 'keep');
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AppError') throw error;
  }
}

/** A generator of the same numbers every time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ODD = [
  null,
  true,
  -1,
  0,
  1e308,
  0.1,
  '',
  'x',
  '${',
  '${A}',
  '\u0000',
  '__proto__',
  'ö'.repeat(5_000),
  [],
  {},
  [[]],
  { a: { b: 1 } },
  '[STATUS] == any(',
  '[BODY].a[ == pat(*',
  'http://[::',
  'a:b:c',
  '9'.repeat(400),
];

/** One or a few values somewhere in it become something odd, go away, or get another name. */
function bend(value: unknown, random: () => number): unknown {
  for (let i = 0; i <= random() * 3; i += 1) {
    let at: unknown = value;
    for (;;) {
      if (typeof at !== 'object' || at === null) break;
      const names = Object.keys(at);
      const name = names[Math.floor(random() * names.length)];
      if (name === undefined) break;
      const holder = at as Record<string, unknown>;
      if (random() < 0.3) {
        const chance = random();
        if (chance < 0.7) holder[name] = structuredClone(ODD[Math.floor(random() * ODD.length)]);
        else if (chance < 0.85) delete holder[name];
        else holder[`${name}${Math.floor(random() * 9)}`] = structuredClone(holder[name]);
        break;
      }
      at = holder[name];
    }
  }
  return value;
}

function cut(text: string, random: () => number): string {
  return text.slice(0, Math.floor(random() * text.length));
}
