import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Verdict } from '../src/core/verdict.ts';
import { authority, type Behaviour, judgeScene, type Scene, stage } from '../tests/support/corpus.ts';
import { BODIES } from '../tests/support/corpus-bodies.ts';
import { NAMES } from '../tests/support/corpus-dns.ts';
import { HEADS } from '../tests/support/corpus-heads.ts';
import { REDIRECTS } from '../tests/support/corpus-redirects.ts';
import { TLS } from '../tests/support/corpus-tls.ts';

/** What others make of the same servers: a line for each behaviour where somebody differs from the expected verdict. */
interface Judge {
  name: string;
  /** "up", or "down" with what it says; null for what it cannot be asked. */
  ask(row: Behaviour, scene: Scene): Promise<string | null>;
  stop?(): void;
}

/** Seconds the others get: the scaled rows need no more, and silence would cost ten otherwise. */
const PATIENCE = 2;
const AT_ONCE = 8;
const PLUGIN = '/usr/lib/nagios/plugins/check_http';
const folder = mkdtempSync(join(tmpdir(), 'statusping-reference-'));
const trust = join(folder, 'authority.pem');
writeFileSync(trust, authority.cert);

const judges: Judge[] = [];
for (const [name, found, start] of [
  ['curl', onPath('curl'), () => Promise.resolve(curl())],
  ['blackbox_exporter', onPath('prometheus-blackbox-exporter'), blackbox],
  ['check_http', existsSync(PLUGIN) ? PLUGIN : null, () => Promise.resolve(plugin())],
] as const) {
  if (found === null) console.log(`${name} is not installed here and was not asked.`);
  else judges.push(await start());
}

const rows = [...HEADS, ...BODIES, ...REDIRECTS, ...TLS, ...NAMES];
const asked = new Map<string, number>();
const differing = new Map<string, number>();
let ours = 0;
const late: string[] = [];
console.log(`| Behaviour | Expected | ${judges.map((judge) => judge.name).join(' | ')} |`);
console.log(`|---|---|${judges.map(() => '---|').join('')}`);
const verdicts = new Map<Behaviour, Verdict>();
for (const row of rows) await judgeOurselves(row);
const lines: string[] = [];
let next = 0;
await Promise.all(Array.from({ length: AT_ONCE }, worker));
for (const line of lines) if (line) console.log(line);
console.log(
  `\n${rows.length} behaviours; StatusPing differs from the table in ${ours} and was late in ${late.length}. ${late.join(', ')}`,
);
for (const { name } of judges) {
  console.log(`${name}: asked ${asked.get(name) ?? 0}, differs in ${differing.get(name) ?? 0}.`);
}
for (const judge of judges) judge.stop?.();
rmSync(folder, { recursive: true });
process.exitCode = ours + late.length > 0 ? 1 : 0;

/** StatusPing's own verdicts come first and one by one: the noise of the others must not make it late. */
async function judgeOurselves(row: Behaviour): Promise<void> {
  await onStage(row, async (scene) => {
    const from = performance.now();
    const said = await judgeScene(row, scene);
    if (performance.now() - from > (row.timeoutMs ?? 10_000) + 1_000) late.push(row.name);
    verdicts.set(row, said);
  });
}

async function worker(): Promise<void> {
  for (let row = rows[next]; row; row = rows[next]) {
    const at = next;
    next += 1;
    lines[at] = await compare(row);
  }
}

/** The row of the table, or '' where all agree. */
async function compare(row: Behaviour): Promise<string> {
  const cells: string[] = [];
  const wanted = row.status === 'up' || row.status === 'degraded' ? 'up' : 'down';
  let differs = false;
  const words = await Promise.all(judges.map((judge) => onStage(row, (scene) => judge.ask(row, scene))));
  for (const [n, { name }] of judges.entries()) {
    const word = words[n] ?? null;
    cells.push(word ?? 'not asked');
    if (word === null) continue;
    asked.set(name, (asked.get(name) ?? 0) + 1);
    if (word.split(':')[0] === wanted) continue;
    differing.set(name, (differing.get(name) ?? 0) + 1);
    differs = true;
  }
  const verdict = verdicts.get(row);
  if (!verdict) throw new Error(`${row.name} was not judged.`);
  const own = verdict.status === row.status && verdict.reason === row.reason;
  if (!own) ours += 1;
  const expected = [row.status, row.reason].filter(Boolean).join(': ');
  if (!differs && own) return '';
  const shown = own ? expected : `${expected} (StatusPing says ${verdict.status}: ${verdict.reason})`;
  return `| ${[row.name, shown, ...cells].join(' | ')} |`;
}

/** A stage of its own for each: scripts that count would answer the second differently. */
async function onStage<T>(row: Behaviour, act: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = await stage(row);
  try {
    return await act(scene);
  } finally {
    await scene.close();
  }
}

function curl(): Judge {
  return {
    name: 'curl',
    ask: async (row, { target }) => {
      if (row.names || row.hosted) return null;
      const { method = 'GET', headers = {}, body, basic_auth, follow_redirects, verify_tls } = row.config ?? {};
      const words = [
        '-sS',
        '--compressed',
        '--max-time',
        `${PATIENCE}`,
        '--max-redirs',
        '10',
        '--cacert',
        trust,
        '-H',
        'Connection: close',
      ];
      if (follow_redirects !== false) words.push('-L');
      if (verify_tls === false) words.push('-k');
      if (method === 'HEAD') words.push('-I');
      if (typeof basic_auth === 'string') words.push('-u', basic_auth);
      if (typeof body === 'string') words.push('--data-binary', body);
      for (const [name, value] of Object.entries(headers as Record<string, string>))
        words.push('-H', `${name}: ${value}`);
      const { code, out } = await run('curl', [...words, '-w', '\n%{http_code}', '--max-filesize', '5000000', target]);
      const status = Number(/(\d+)$/.exec(out)?.[1]);
      if (code !== 0) return `down: exit ${code}`;
      return judged(row, status, out.slice(0, out.lastIndexOf('\n')));
    },
  };
}

/** A command line has no rules of its own: the rules of the row are applied to what it got. */
function judged(row: Behaviour, status: number, text: string): string {
  const { keyword, keyword_absent, expected_status } = row.config ?? {};
  const good = expected_status === undefined ? status >= 200 && status < 400 : status === Number(expected_status);
  if (!good) return `down: ${status}`;
  if (typeof keyword === 'string' && !text.includes(keyword)) return 'down: no keyword';
  return typeof keyword_absent === 'string' && text.includes(keyword_absent) ? 'down: keyword' : 'up';
}

async function blackbox(): Promise<Judge> {
  const file = join(folder, 'blackbox.json');
  writeFileSync(
    file,
    JSON.stringify({ modules: Object.fromEntries(rowsForTools().map((row, n) => [`m${n}`, module(row)])) }),
  );
  const port = await freePort();
  const child = spawn('prometheus-blackbox-exporter', [
    `--config.file=${file}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  await started(child);
  return {
    name: 'blackbox_exporter',
    ask: async (row, { target }) => {
      const n = rowsForTools().indexOf(row);
      if (n < 0) return null;
      const url = `http://127.0.0.1:${port}/probe?module=m${n}&debug=true&target=${encodeURIComponent(target)}`;
      const text = await (await fetch(url)).text();
      if (/^probe_success 1$/m.test(text)) return 'up';
      const why = [...text.matchAll(/level=(?:error|info) msg="([^"]+)"(?: err="((?:[^"\\]|\\.)+)")?/g)]
        .map(([, words = '', error]) => error ?? words)
        .filter((words) =>
          /fail|error|invalid|malformed|EOF|reset|timeout|unexpected|stopped|exceed|no such|not/i.test(words),
        )
        .at(0);
      return `down: ${(why ?? 'no success').replace(/^.*\\": |127\.0\.0\.1:\d+|\|/g, '').slice(0, 70)}`;
    },
    stop: () => child.kill(),
  };
}

function rowsForTools(): Behaviour[] {
  return [...HEADS, ...BODIES, ...REDIRECTS, ...TLS, ...NAMES].filter((row) => !row.names && !row.hosted);
}

function module(row: Behaviour): unknown {
  const {
    method = 'GET',
    headers = {},
    body,
    keyword,
    keyword_absent,
    expected_status,
    follow_redirects,
    verify_tls,
  } = row.config ?? {};
  const codes =
    expected_status === undefined ? Array.from({ length: 200 }, (_, n) => 200 + n) : [Number(expected_status)];
  return {
    prober: 'http',
    timeout: `${PATIENCE}s`,
    http: {
      method,
      headers,
      ...(typeof body === 'string' ? { body } : {}),
      preferred_ip_protocol: 'ip4',
      valid_status_codes: codes,
      valid_http_versions: ['HTTP/1.0', 'HTTP/1.1'],
      follow_redirects: follow_redirects !== false,
      fail_if_body_not_matches_regexp: pattern(keyword),
      fail_if_body_matches_regexp: pattern(keyword_absent),
      tls_config: { ca_file: trust, insecure_skip_verify: verify_tls === false },
    },
  };
}

/** The word as a pattern that means the word. */
function pattern(word: unknown): string[] {
  return typeof word === 'string' ? [word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')] : [];
}

function plugin(): Judge {
  return {
    name: 'check_http',
    ask: async (row, { target }) => {
      // It has no rule for a word that must not be there.
      if (row.names || row.hosted || row.config?.['keyword_absent'] !== undefined) return null;
      const url = new URL(target);
      const {
        method = 'GET',
        headers = {},
        body,
        keyword,
        basic_auth,
        follow_redirects,
        expected_status,
      } = row.config ?? {};
      const words = ['-H', url.hostname, '-I', '127.0.0.1', '-p', url.port, '-u', url.pathname, '-t', `${PATIENCE}`];
      if (url.protocol === 'https:') words.push('-S', '--sni');
      if (follow_redirects !== false) words.push('-f', 'follow');
      if (typeof expected_status === 'string') words.push('-e', expected_status);
      if (method !== 'GET') words.push('-j', String(method));
      if (typeof body === 'string') words.push('-P', body);
      if (typeof keyword === 'string') words.push('-s', keyword);
      if (typeof basic_auth === 'string') words.push('-a', basic_auth);
      for (const [name, value] of Object.entries(headers as Record<string, string>))
        words.push('-k', `${name}: ${value}`);
      const { code, out } = await run(PLUGIN, words);
      const line = (out.split('\n')[0] ?? '')
        .replace(/[|\u0000-\u001f].*/, '')
        .trim()
        .slice(0, 70);
      return code === 0 ? 'up' : `down: ${line}`;
    },
  };
}

function run(command: string, words: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const options = { encoding: 'latin1', maxBuffer: 256 * 1024 * 1024, timeout: 15_000 } as const;
    const child = execFile(command, words, options, (_error, out, err) =>
      resolve({ code: child.exitCode ?? 255, out: Buffer.from(out || err, 'latin1').toString('utf8') }),
    );
  });
}

function onPath(command: string): string | null {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, command));
  return files.find((file) => existsSync(file)) ?? null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** Resolves when it says that it listens. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (part: Buffer) => {
      if (/Listening|TLS is disabled/i.test(part.toString())) resolve();
    });
    child.once('exit', () => reject(new Error('blackbox_exporter did not start')));
  });
}
