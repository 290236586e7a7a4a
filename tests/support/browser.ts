import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { ROOT } from '../../src/config.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * A Chromium: the one named by CHROME_PATH, else one of the system, else the one an npm package carries.
 * So the tests need nothing but `npm ci`. The caller closes it.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROME_PATH'] || ofSystem();
  return executablePath ? chromium.launch({ executablePath, args: FLAGS }) : launchPacked();
}

function ofSystem(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** The Chromium of the npm package, with the libraries and fonts a bare machine lacks. */
export async function launchPacked(): Promise<Browser> {
  const folder = unpack();
  const env = { ...process.env, LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  return chromium.launch({ executablePath: join(folder, 'chromium'), args: FLAGS, env });
}

/** Unpacked once into the temporary folder, under its name only when whole: test files run side by side. */
function unpack(): string {
  const folder = join(tmpdir(), 'statusping-chromium-147');
  if (existsSync(folder)) return folder;
  const source = join(ROOT, 'node_modules/@sparticuz/chromium/bin');
  const read = (name: string) => brotliDecompressSync(readFileSync(join(source, name)));
  const half = mkdtempSync(`${folder}-`);
  writeFileSync(join(half, 'chromium'), read('chromium.br'), { mode: 0o755 });
  for (const name of ['al2023.tar.br', 'fonts.tar.br'])
    execFileSync('tar', ['-x', '--no-same-owner', '-C', half], { input: read(name) });
  const fonts = `<dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir>`;
  writeFileSync(join(half, 'fonts.conf'), `<?xml version="1.0"?><fontconfig>${fonts}</fontconfig>`);
  try {
    renameSync(half, folder);
  } catch {
    rmSync(half, { recursive: true });
  }
  return folder;
}
