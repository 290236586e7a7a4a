import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { ROOT } from '../../src/config.ts';
import { type TestApp, testApp, type TestOptions } from './app.ts';
import type { Person } from './world.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A busy machine takes its time. */
const START_MS = 120_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * A Chromium: the one named by CHROME_PATH, else one of the system, else the one an npm package carries.
 * So the tests need nothing but `npm ci`. The caller closes it.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROME_PATH'] || ofSystem();
  return executablePath ? chromium.launch({ executablePath, args: FLAGS, timeout: START_MS }) : launchPacked();
}

function ofSystem(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** The Chromium of the npm package, with the libraries and fonts a bare machine lacks. */
export async function launchPacked(): Promise<Browser> {
  const folder = unpack();
  const env = { ...process.env, LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  return chromium.launch({ executablePath: join(folder, 'chromium'), args: FLAGS, env, timeout: START_MS });
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

/** axe, to be run inside a page. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The product behind a port of its own, which it knows as its address, and a Chromium to look at it. */
export interface Served {
  t: TestApp;
  browser: Browser;
  /** `http://localhost:port`. */
  origin: string;
  /** A window of its own in which this person is logged in. */
  windowOf(person: Person, options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Serves a test's product; `options` may ask for the address first. The caller closes it. */
export async function serveTestApp(
  options: (origin: string) => TestOptions | Promise<TestOptions> = () => ({}),
): Promise<Served> {
  let t: TestApp | null = null;
  const fetch = (request: Request, env: object) => t?.app.fetch(request, env) ?? new Response(null, { status: 503 });
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  if (!server.listening) await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { config, ...others } = await options(origin);
  const test = await testApp({ ...others, config: { baseUrl: origin, ...config } });
  t = test;
  const browser = await launchBrowser();
  return {
    t: test,
    browser,
    origin,
    windowOf: async (person, how) => {
      const context = await browser.newContext(how);
      await context.addCookies([...person.browser.cookies].map(([name, value]) => ({ name, value, url: origin })));
      return context;
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await test.close();
    },
  };
}
