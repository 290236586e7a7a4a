import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { HOSTILE } from '../support/agreement.ts';
import { plantMonitors } from '../support/pages.ts';
import { type World, world } from '../support/world.ts';

let t: TestApp;
let w: World;
let page: string;
beforeAll(async () => {
  t = await testApp();
  w = await world(t);
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${w.alice.accountId}`,
  );
  page = rows[0]?.id ?? '';
});
afterAll(() => t.close());

/** What the copy buttons hold, entities undone. */
async function snippets(query = ''): Promise<string[]> {
  const html = await (await w.as(w.bob).get(`/status-pages/${page}/share${query}`)).text();
  const plain = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as Record<string, string>;
  return [...html.matchAll(/data-copy="([^"]*)"/g)].map(([, text = '']) =>
    text.replace(/&(?:lt|gt|quot|#39|amp);/g, (sign) => plain[sign] ?? sign),
  );
}

test('every address that is offered for copying answers', async () => {
  const addresses = (await snippets()).flatMap((text) => text.match(/http:\/\/localhost:8000\/s\/[^\s")]+/g) ?? []);
  expect(addresses.length).toBeGreaterThan(15);
  for (const address of new Set(addresses)) {
    expect((await t.app.request(address)).status, address).toBe(200);
  }
});

test('names cannot break out of what is copied', async () => {
  const [planted] = await plantMonitors(t.deps.db, t.clock.now(), w.alice.accountId, page, [
    { name: `${HOSTILE[0]} ${HOSTILE[1]} ](http://evil.example) [x` },
  ]);
  await t.deps.db.write('title', (tx) => tx.run(sql`update status_pages set title = ${HOSTILE[1]} where id = ${page}`));
  const found = await snippets(`?for=${planted?.componentId}`);
  const badges = found.filter((text) => text.includes('badge.svg'));
  expect(badges.length).toBe(8);
  for (const text of badges) {
    expect(text).toContain(`/components/${planted?.componentId}/badge.svg`);
    if (text.startsWith('<a ')) expect(text.match(/<\w+/g)).toEqual(['<a', '<img']);
    else expect(text.match(/[[\]]/g)).toHaveLength(4);
  }
  expect(found.find((text) => text.startsWith('<iframe'))?.match(/<\w+/g)).toEqual(['<iframe']);
});
