import { parseArgs } from 'node:util';
import { fuzzReader, fuzzSockets } from '../tests/support/fuzz.ts';

/**
 * Mutated HTTP answers by the number: `npm run fuzz -- --cases 200000 --seed 7 --sockets 2000`. A seed and a case
 * number name a case for good. Exit code 1 when anything was found.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '50000' },
    sockets: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(values.seed);
console.log(`seed       ${seed}`);
let found = 0;
for (const [name, run, cases] of [
  ['in process', fuzzReader, Number(values.cases)],
  ['sockets', fuzzSockets, Number(values.sockets)],
] as const) {
  const started = performance.now();
  const { crashes, torn, overruns, megabytes } = await run(cases, seed);
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    `${name.padEnd(10)} ${cases} cases in ${seconds.toFixed(1)} s: ${crashes.length} crashes, ${torn.length} torn, ${overruns.length} overruns, ${megabytes.toFixed(0)} MiB more memory`,
  );
  for (const line of [...crashes, ...torn, ...overruns].slice(0, 20)) console.log(`  ${line}`);
  found += crashes.length + torn.length + overruns.length;
}
process.exit(found > 0 ? 1 : 0);
