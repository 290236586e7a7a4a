import { expect, test } from 'vitest';
import { currentOrigin, withOrigin, withoutOrigin } from '../../src/db/origin.ts';
import { openTestDatabase } from '../support/db.ts';

test('it comes along into a transaction, however long the queue before it is', async () => {
  const { db, close } = await openTestDatabase();
  const origins = ['a', 'b', 'c', 'd'].map((ip) => ({ via: 'page', ip }));
  const seen = await Promise.all(
    origins.map((origin) => withOrigin(origin, () => db.write('look', async () => currentOrigin()))),
  );
  expect(seen).toEqual(origins);
  expect(await db.write('look', async () => currentOrigin())).toBe(null);
  await close();
});

test('what the product does when it is woken is its own', async () => {
  await withOrigin({ via: 'page', ip: 'a' }, async () => {
    expect(await withoutOrigin(async () => currentOrigin())).toBe(null);
    expect(currentOrigin()).toEqual({ via: 'page', ip: 'a' });
  });
});
