import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { serveTestApp, type Served } from '../support/browser.ts';
import { type Objects, plantObjects } from '../support/tenant-objects.ts';
import { type Person, signUp } from '../support/world.ts';

// Names, addresses and answers of eighty letters without a space: no page grows wider than its window.

const WORD = 'W'.repeat(80);
let t: TestApp;
let served: Served;
let alice: Person;
let objects: Objects;

beforeAll(async () => {
  served = await serveTestApp();
  t = served.t;
  alice = await signUp(t, 'alice@example.com', 'acme', { plan: 'business' });
  objects = await plantObjects(t, alice, WORD, WORD);
});
afterAll(() => served?.close());

/** Pages on which something a person named is shown. */
function pathsOf(o: Objects): string[] {
  const page = `/status-pages/${o.page}`;
  const account = `/dashboard /monitors/new /certificates /incidents /maintenance /channels /deliveries /escalations
    /reports /report-templates /accounts /status-pages /settings /settings/members /settings/tokens /settings/webhooks
    /settings/rules /settings/audit /settings/profile /settings/security /s/acme`;
  const things = `/monitors/${o.monitor} /monitors/${o.monitor}/edit /incidents/${o.incident} /channels/${o.channel}/edit
    /deliveries/${o.delivery} /maintenance/${o.maintenance}/edit /escalations/${o.policy}/edit
    ${page} ${page}/reports ${page}/reports/${o.report} ${page}/subscribers
    /settings/members/${o.member} /settings/webhooks/${o.hook} /settings/rules/${o.rule}`;
  return `${account} ${things}`.split(/\s+/);
}

test.each([360, 1280])(
  '%i px: nothing scrolls sideways',
  async (width) => {
    const context = await served.windowOf(alice, { viewport: { width, height: 800 } });
    const tab = await context.newPage();
    const found: string[] = [];
    let shown = 0;
    for (const path of pathsOf(objects)) {
      const answer = await tab.goto(`${served.origin}${path}`);
      expect(answer?.status(), path).toBe(200);
      if ((await tab.content()).includes(WORD)) shown++;
      const over = await tab.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      if (over > 0) found.push(`${path} by ${over} px`);
    }
    await context.close();
    expect(found).toEqual([]);
    // Were the word on few of them, the test would say little.
    expect(shown).toBeGreaterThan(25);
  },
  120_000,
);
