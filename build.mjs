// Builds what the program needs beside its sources: the bundle in dist/ and the style sheet and font in public/build/.
//   node build.mjs              everything
//   node build.mjs --if-stale   only when a source is newer than the last build
//   node build.mjs --css        style sheet and font only
//   node build.mjs --quiet      says nothing when all is well
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const ROOT = import.meta.dirname;
const STAMP = join(ROOT, 'dist/.built');
const SOURCES = ['src', 'views', 'build.mjs', 'package-lock.json', 'tsconfig.json'];
const OUTPUTS = ['dist/main.mjs', 'dist/cli.mjs', 'public/build/app.css', 'public/build/inter.woff2'];
const flags = new Set(process.argv.slice(2));
const say = (text) => flags.has('--quiet') || console.log(text);

if (flags.has('--if-stale') && isFresh()) process.exit(0);
const started = performance.now();
buildStyles();
if (!flags.has('--css')) await buildProgram();
say(`built in ${Math.round(performance.now() - started)} ms`);

function isFresh() {
  if (![STAMP, ...OUTPUTS.map((name) => join(ROOT, name))].every((path) => existsSync(path))) return false;
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
  const half = `${target}.${process.pid}`;
  const ran = spawnSync(
    process.execPath,
    [tailwind, '--minify', '-i', join(ROOT, 'views/styles/app.css'), '-o', half],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  if (ran.status !== 0) {
    console.error(`${ran.stderr}${ran.error ?? ''}`);
    process.exit(1);
  }
  renameSync(half, target);
  copyFileSync(
    join(ROOT, 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'),
    join(ROOT, 'public/build/inter.woff2'),
  );
}

/** One file per entry. `libsql` holds native code and `bcryptjs` runs in worker threads: both stay in node_modules. */
async function buildProgram() {
  const started = new Date();
  await build({
    entryPoints: [join(ROOT, 'src/main.ts'), join(ROOT, 'src/cli.ts')],
    outdir: join(ROOT, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    external: ['libsql', 'bcryptjs'],
    // CommonJS packages in an ESM bundle ask for `require`; the name is odd so that minified names cannot meet it.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error',
  });
  mkdirSync(dirname(STAMP), { recursive: true });
  rmSync(STAMP, { force: true });
  writeFileSync(STAMP, started.toISOString());
}
