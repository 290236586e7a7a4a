import { afterAll, beforeAll, expect, test } from 'vitest';
import { cropped, type Question, type TimingWorld, timingWorld, welch } from '../support/timing.ts';

// A known and an unknown address cost the same work and get the same bytes (R-AU-1). The time itself is measured by
// `npm run campaign:timing`, on a calm machine.

let world: TimingWorld;
let work: string[] = [];

beforeAll(async () => {
  world = await timingWorld(4);
  const { deps } = world.t;
  const { passwords, db } = deps;
  const hash = passwords.hash.bind(passwords);
  const verify = passwords.verify.bind(passwords);
  const write = db.write.bind(db);
  passwords.hash = (password) => {
    work.push('hash');
    return hash(password);
  };
  passwords.verify = (password, against) => {
    work.push('verify');
    return verify(password, against);
  };
  db.write = (name, act) => {
    work.push(name);
    return write(name, act);
  };
});
afterAll(() => world.t.close());

/** What a question costs, and what it is answered with but the ids of its own. */
async function asked({ ask }: Question, email: string) {
  await world.clear();
  work = [];
  const answer = await ask(email);
  const done = work.filter((name) => name !== 'clear');
  const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id').map((pair) => pair.join(': '));
  const body = (await answer.text()).replaceAll(email, 'somebody').replace(/Request [\w-]+/g, '');
  const flash = headers.map((line) => line.replace(/sp_flash=[^;]*/, (cookie) => `sp_flash of ${cookie.length}`));
  return { done, status: answer.status, headers: flash, body: body.replaceAll(encodeURIComponent(email), 'somebody') };
}

const NAMES = [
  'log-in, form',
  'log-in, two-step log-in on',
  'log-in, no password set',
  'log-in, address not confirmed',
  'log-in, JSON',
  'log-in, a device of one’s own',
  'log-in, password too long',
  'reset',
  'reset, address not confirmed',
  'invitation by an owner',
  'invitation sent again',
];

test('every question of the campaign is asked here', () => {
  expect(world.questions.map(({ name }) => name)).toEqual(NAMES);
});

test.each(NAMES)('%s: the same work and the same answer', async (name) => {
  const question = world.questions.find((one) => one.name === name);
  if (!question) throw new Error(`there is no question ${name}`);
  expect(question.known.length).toBe(question.unknown.length);
  const known = await asked(question, question.known);
  const unknown = await asked(question, question.unknown);
  expect(unknown).toEqual(known);
  expect(known.status).toBeLessThan(500);
  if (name.startsWith('log-in')) {
    expect([401, 422]).toContain(known.status);
    expect(known.done.filter((one) => one === 'verify')).toHaveLength(1);
    expect(known.done).not.toContain('hash');
  } else {
    expect(known.done).not.toEqual([]);
    expect([200, 303]).toContain(known.status);
  }
});

test('Welch’s t tells two samples apart that differ, and not those that do not', () => {
  const sample = (middle: number) => Array.from({ length: 1_000 }, (_, i) => middle + ((i * 7_919) % 100) / 100);
  expect(Math.abs(welch(sample(10), sample(10)))).toBeLessThan(0.001);
  expect(welch(sample(10.2), sample(10))).toBeGreaterThan(4.5);
  const [a, b] = cropped([...sample(10), 5_000], sample(10));
  expect(Math.max(...a, ...b)).toBeLessThan(12);
  // By hand: means 2 and 4, variances 1 and 4, three of each.
  expect(welch([1, 2, 3], [2, 4, 6])).toBeCloseTo(-2 / Math.sqrt(1 / 3 + 4 / 3), 12);
});
