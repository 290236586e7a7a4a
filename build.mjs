// Builds what the program needs beside its sources: the bundle in dist/, and in public/build/ the style sheet, the font and
// the library for passkeys.
//   node build.mjs              everything
//   node build.mjs --if-stale   only when a source is newer than the last build
//   node build.mjs --css        what browsers load only
//   node build.mjs --quiet      says nothing when all is well
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, parse } from 'node:path';

const ROOT = import.meta.dirname;
/** Its time is the start of the last build, its text the names of what that one wrote. */
const STAMP = join(ROOT, 'dist/.built');
const SOURCES = ['src', 'clients', 'views', 'build.mjs', 'package-lock.json', 'tsconfig.json'];
const ENTRIES = ['src/main.ts', 'src/cli.ts', 'src/manifest/reader.ts'];
const OUTPUTS = [
  'dist/main.mjs',
  'dist/cli.mjs',
  'dist/reader.mjs',
  'public/build/app.css',
  'public/build/inter.woff2',
  'public/build/webauthn.js',
];
const flags = new Set(process.argv.slice(2));
/** Files appear under their name when they are whole: a server may start, or another build run, meanwhile. */
const half = (path) => `${path}.${process.pid}`;
const say = (text) => flags.has('--quiet') || console.log(text);

if (flags.has('--if-stale') && isFresh()) process.exit(0);
const started = new Date();
buildStyles();
await buildLibrary();
if (!flags.has('--css')) await buildProgram();
say(`built in ${Date.now() - started.getTime()} ms`);

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const parts = readFileSync(STAMP, 'utf8').split('\n').filter(Boolean);
  const outputs = [...OUTPUTS, ...parts.map((name) => join('dist', name))];
  if (!outputs.every((name) => existsSync(join(ROOT, name)))) return false;
  return Math.max(...SOURCES.map((name) => newest(join(ROOT, name)))) <= statSync(STAMP).mtimeMs;
}

/** Newest change in a file or folder; a folder's own time tells of removed files. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function buildStyles() {
  mkdirSync(join(ROOT, 'public/build'), { recursive: true });
  const tailwind = join(ROOT, 'node_modules/@tailwindcss/cli/dist/index.mjs');
  const target = join(ROOT, 'public/build/app.css');
  const source = join(ROOT, 'views/styles/app.css');
  const ran = spawnSync(process.execPath, [tailwind, '--minify', '-i', source, '-o', half(target)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (ran.status !== 0) {
    console.error(`${ran.stderr}${ran.error ?? ''}`);
    process.exit(1);
  }
  renameSync(half(target), target);
  const font = join(ROOT, 'public/build/inter.woff2');
  copyFileSync(join(ROOT, 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'), half(font));
  renameSync(half(font), font);
}

/** The passkey library as one module that `public/js/passkey.js` loads when it is needed. */
async function buildLibrary() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'node_modules/@simplewebauthn/browser/esm/index.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'error',
    write: false,
  });
  const target = join(ROOT, 'public/build/webauthn.js');
  writeFileSync(half(target), outputFiles[0].contents);
  renameSync(half(target), target);
}

/**
 * One file per entry, and beside it what entries share and what is loaded at its first use (`await import(…)`).
 * `libsql` holds native code and `bcryptjs` runs in worker threads: both stay in node_modules.
 */
async function buildProgram() {
  const { build } = await import('esbuild');
  const folder = join(ROOT, 'dist');
  const { outputFiles } = await build({
    entryPoints: ENTRIES.map((name) => join(ROOT, name)),
    outdir: folder,
    // All in one folder: `import.meta.url` is beside the entries wherever a module ends up.
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay as they are: stacks can be read, and keeping them beside short ones costs memory for each function.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    sourcesContent: false,
    external: ['libsql', 'bcryptjs'],
    // CommonJS packages in an ESM bundle ask for `require`; the other name is odd so that none of theirs can meet it.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error',
    write: false,
  });
  mkdirSync(folder, { recursive: true });
  const lastBuilt = existsSync(STAMP) ? statSync(STAMP).mtimeMs : 0;
  // An entry comes after what it asks for.
  const entries = new Set(ENTRIES.map((name) => join(folder, `${parse(name).name}.mjs`)));
  const inOrder = outputFiles.toSorted((a, b) => Number(entries.has(a.path)) - Number(entries.has(b.path)));
  for (const { path, contents } of inOrder) {
    writeFileSync(half(path), contents);
    renameSync(half(path), path);
  }
  removeOlder(folder, lastBuilt);
  writeFileSync(STAMP, outputFiles.map(({ path }) => basename(path)).join('\n'));
  utimesSync(STAMP, started, started);
}

/** What the build before this one wrote stays: a server that runs from it may still load a part. */
function removeOlder(folder, before) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() && stat.mtimeMs < before) rmSync(path, { force: true });
  }
}
