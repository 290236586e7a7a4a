import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './servers.ts';

const START_MS = 60_000;
/** Its input ends with the process that started it, however that ends. */
const UNTIL_INPUT_ENDS = '"$0" run --config "$1" --adapter caddyfile & cat >/dev/null; kill $!; wait';

export interface Caddy {
  port: number;
  /** PEM of the authority it made for itself; it exists once a certificate was asked for. */
  authority(): string;
  close(): Promise<void>;
}

/** Why Caddy cannot be tried here, or null when it can. */
export function whyNoCaddy(): string | null {
  return program() === null ? 'Caddy is not installed (apt-get install caddy)' : null;
}

function program(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'caddy')).find((path) => existsSync(path)) ?? null;
}

/**
 * Runs a Caddyfile on free ports of 127.0.0.1, signing with an authority of its own; it ends with this process at the
 * latest. `caddyfile` must begin with its global options.
 */
export async function startCaddy(caddyfile: string): Promise<Caddy> {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-caddy-'));
  const [port, plain] = [await freePort(), await freePort()];
  const own = [
    'admin off',
    'skip_install_trust',
    'default_bind 127.0.0.1',
    `http_port ${plain}`,
    `https_port ${port}`,
    `storage file_system ${join(folder, 'storage')}`,
  ];
  const config = join(folder, 'Caddyfile');
  writeFileSync(
    config,
    caddyfile
      .replace('{', `{\n\t${own.join('\n\t')}`)
      .replace('\t\ton_demand\n', '\t\ton_demand\n\t\tissuer internal\n'),
  );
  mkdirSync(join(folder, 'home'));
  const child = spawn('sh', ['-c', UNTIL_INPUT_ENDS, program() ?? 'caddy', config], {
    env: { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home') },
  });
  let said = '';
  const close = async (): Promise<void> => {
    const ended = child.exitCode === null ? once(child, 'close') : null;
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Caddy did not start: ${said}`)), START_MS);
      child.stdout.resume();
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('serving initial configuration')) resolve(clearTimeout(timer));
      });
      child.once('close', () => reject(new Error(`Caddy ended: ${said}`)));
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    authority: () => readFileSync(join(folder, 'storage/pki/authorities/local/root.crt'), 'utf8'),
    close,
  };
}
