import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Every measurement, one after the other, each in a process of its own; `npm run bench -- startup page` takes some. */
const PARTS: [name: string, title: string][] = [
  ['startup', 'Start'],
  ['probe', 'One HTTP check, nothing stored'],
  ['kinds', 'One check of each kind, nothing stored'],
  ['checks', 'Checks with everything: claimed, made, judged, stored, summed up'],
  ['storage', 'Bytes of a check on disk'],
  ['page', 'Public status page'],
  ['api', 'API: lists, calls, log-ins'],
  ['loop', 'The longest hold of the event loop by large jobs'],
  ['alerts', 'From the decision to the receiver'],
  ['hostile', '1,000 healthy monitors beside 200 hostile ones'],
];

const wanted = new Set(process.argv.slice(2));
const processor = cpus()[0]?.model ?? 'unknown processor';
console.log(`${cpus().length} x ${processor.trim()}, Node ${process.version}; only ratios travel to another machine`);
let failed = 0;
for (const [name, title] of PARTS) {
  const script = join(import.meta.dirname, `${name}.ts`);
  if ((wanted.size > 0 && !wanted.has(name)) || !existsSync(script)) continue;
  console.log(`\n${title}`);
  const ran = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
  for (const line of ran.stdout.trimEnd().split('\n')) console.log(`  ${line}`);
  if (ran.status === 0) continue;
  failed += 1;
  console.error(ran.stderr);
}
process.exit(failed);
