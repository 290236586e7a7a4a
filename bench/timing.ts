import { parseArgs } from 'node:util';
import { cropped, measure, medianOf, timingWorld, welch } from '../tests/support/timing.ts';

/**
 * Whether the time of an answer tells a known address from an unknown one: `npm run campaign:timing -- --n 1000`. Each
 * question is asked n times for both, in turn; the table has Welch's t of all answers and of the faster nine tenths.
 * Exit code 1 when either is beyond 4.5. bcrypt's cost is low (`--cost`), so that the hash hides nothing of the rest;
 * `--only` names the questions by their beginning. No network, but a calm machine is worth more than a large n.
 */
const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000' },
    cost: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
  },
});
const LIMIT = 4.5;
const n = Number(values.n);
const world = await timingWorld(Number(values.cost));
console.log(`n = ${n} for each, bcrypt cost ${values.cost}`);
console.log(
  `${'question'.padEnd(32)} ${'known ms'.padStart(9)} ${'unknown'.padStart(9)} ${'t'.padStart(7)} ${'t 90%'.padStart(7)}`,
);
let beyond = 0;
for (const question of world.questions.filter(({ name }) => name.startsWith(values.only))) {
  const { known, unknown } = await measure(world, question, n);
  const [all, most] = [welch(known, unknown), welch(...cropped(known, unknown))];
  if (Math.max(Math.abs(all), Math.abs(most)) > LIMIT) beyond++;
  const figures = [medianOf(known).toFixed(3), medianOf(unknown).toFixed(3)].map((text) => text.padStart(9));
  const ts = [all, most].map((t) => t.toFixed(2).padStart(7));
  console.log(`${question.name.padEnd(32)} ${figures.join(' ')} ${ts.join(' ')}`);
}
await world.t.close();
console.log(beyond === 0 ? `none beyond ${LIMIT}` : `${beyond} beyond ${LIMIT}`);
process.exit(beyond > 0 ? 1 : 0);
