import { describe, expect, test } from 'vitest';
import { type Behaviour, judgeScene, stage } from '../support/corpus.ts';
import { BODIES } from '../support/corpus-bodies.ts';
import { NAMES } from '../support/corpus-dns.ts';
import { HEADS } from '../support/corpus-heads.ts';
import { REDIRECTS } from '../support/corpus-redirects.ts';
import { TLS } from '../support/corpus-tls.ts';

const ROWS = [...HEADS, ...BODIES, ...REDIRECTS, ...TLS, ...NAMES];

async function verdictOf(row: Behaviour) {
  const scene = await stage(row);
  try {
    return await judgeScene(row, scene);
  } finally {
    await scene.close();
  }
}

describe.concurrent('servers that misbehave, and servers that only look like it', () => {
  for (const row of ROWS) {
    const { name, status, reason } = row;
    test(`${name}: ${status}${reason === null ? '' : `, ${reason}`}`, async ({ expect: expectHere }) => {
      const verdict = await verdictOf(row);
      expectHere(verdict).toMatchObject({ status, reason });
      if (status === 'down' || status === 'blocked') expectHere(verdict.message).toMatch(/^[^\u0000-\u001f]{12,400}$/);
    });
  }
});

test('the corpus has its size, and no row stands in it twice', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(120);
  expect(new Set(ROWS.map((row) => row.name)).size).toBe(ROWS.length);
});
