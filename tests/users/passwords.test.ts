import { afterAll, describe, expect, test } from 'vitest';
import { passwordProblem } from '../../src/core/password.ts';
import { createPasswords } from '../../src/users/passwords.ts';

describe('what is taken as a password', () => {
  test.each([
    ['eight letters', 'abcdefgh', null],
    ['seven letters', 'abcdefg', 'at least 8'],
    ['eight emoji count as eight characters', '🔑🔑🔑🔑🔑🔑🔑🔑', null],
    ['72 bytes', 'a'.repeat(72), null],
    ['73 bytes', 'a'.repeat(73), 'too long'],
    ['25 three-byte letters', '€'.repeat(25), 'too long'],
    ['24 three-byte letters', '€'.repeat(24), null],
    ['a NUL inside', 'abcd\u0000efgh', 'NUL'],
  ])('%s', (_name, password, problem) => {
    if (problem === null) expect(passwordProblem(password)).toBeNull();
    else expect(passwordProblem(password)).toContain(problem);
  });
});

describe('the password threads', () => {
  const passwords = createPasswords({ cost: 4 });
  afterAll(() => passwords.close());

  test('know the right password from the wrong one', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('correct hors', hash)).toBe(false);
  });

  test('take composed and decomposed letters for the same', async () => {
    const hash = await passwords.hash('p\u00e4ssw\u00f6rd');
    expect(await passwords.verify('pa\u0308sswo\u0308rd', hash)).toBe(true);
  });

  test('say no to everybody when there is no user', async () => {
    expect(await passwords.verify('correct horse', null)).toBe(false);
    expect(await passwords.verify('', null)).toBe(false);
  });

  test('make hashes of cost 12 unless told otherwise', async () => {
    const real = createPasswords();
    expect(await real.hash('correct horse')).toMatch(/^\$2b\$12\$/);
    await real.close();
  });

  test('leave the event loop alone while they work', async () => {
    const real = createPasswords({ cost: 10 });
    let turns = 0;
    const work = Promise.all(Array.from({ length: 4 }, () => real.hash('correct horse'))).then(() => {
      turns = -turns;
    });
    while (turns >= 0 && turns < 20) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Twenty turns of the loop passed before the first hash could: on one thread not a single one would have.
    expect(turns).toBe(20);
    await work;
    await real.close();
  });

  test('refuse more than they can queue and take work again afterwards', async () => {
    const all = await Promise.allSettled(Array.from({ length: 400 }, () => passwords.hash('correct horse')));
    const refused = all.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(100);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 5 });
    expect(await passwords.hash('correct horse')).toMatch(/^\$2b\$04\$/);
  });

  test('hand a fault to the caller and go on', async () => {
    await expect(passwords.verify('x', 'no hash at all')).resolves.toBe(false);
    expect(await passwords.hash('correct horse')).toMatch(/^\$2b\$/);
  });
});
