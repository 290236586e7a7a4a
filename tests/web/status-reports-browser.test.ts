import { sql } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { AXE, serveTestApp, type Served } from '../support/browser.ts';
import { INJECTIONS } from '../support/injections.ts';
import { plantMonitors } from '../support/pages.ts';
import { type Person, signUp } from '../support/world.ts';

/** Updates that are put into one report. */
const EACH = 100;

let t: TestApp;
let alice: Person;
let served: Served;
let origin: string;
let page: string;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, origin } = served);
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'pro' });
  const [row] = await t.deps.db.read.all<{ id: string }>(sql`select id from status_pages`);
  page = row?.id ?? '';
  await plantMonitors(t.deps.db, t.clock.now(), alice.accountId, page, [{ name: 'Shop' }, { name: 'API' }]);
});
afterAll(() => served?.close());

async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await served.windowOf(alice, { viewport: { width: 1280, height: 900 }, ...options });
  return context.newPage();
}

test('five hundred injections run nothing and ask nobody, for visitors and for those who write', async () => {
  const now = t.clock.now();
  const ids = Array.from({ length: Math.ceil(INJECTIONS.length / EACH) }, (_, i) => `rep_attack${i}`);
  await t.deps.db.write('arrange', async (tx) => {
    for (const [i, id] of ids.entries()) {
      await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, published_at, started_at,
          created_at, updated_at)
        values (${id}, ${page}, ${INJECTIONS[i] ?? ''}, 'minor', 'investigating', ${now}, ${now}, ${now}, ${now})`);
      for (const [k, text] of INJECTIONS.slice(i * EACH, (i + 1) * EACH).entries())
        await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at)
          values (${`upd_${i}_${k}`}, ${id}, 'investigating', ${text}, ${now + k})`);
    }
  });
  const tab = await open();
  const faults: string[] = [];
  tab.on('dialog', (dialog) => {
    faults.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  tab.on('console', (line) => {
    if (line.type() === 'error') faults.push(line.text());
  });
  tab.on('pageerror', (error) => faults.push(error.message));
  tab.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) faults.push(`asked ${request.url()}`);
  });
  let seen = 0;
  for (const id of ids) {
    for (const path of [`/s/alice-shop/incidents/${id}`, `/status-pages/${page}/reports/${id}`]) {
      const answer = await tab.goto(`${origin}${path}`);
      expect(answer?.status(), path).toBe(200);
      const found = await tab.evaluate<{ foreign: string[]; texts: number }>(`(() => {
        const foreign = [...document.querySelectorAll('iframe, object, embed, base, form[action^="//"], svg script, math, details[ontoggle], body[onload]')];
        const handlers = [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on')));
        const links = [...document.querySelectorAll('main a, .page a')].filter(({ href }) => !/^(https?|mailto):/.test(href));
        return { foreign: [...foreign, ...handlers, ...links].map((one) => one.outerHTML), texts: document.body.innerText.split('Investigating').length - 1 };
      })()`);
      expect(found.foreign).toEqual([]);
      seen += found.texts;
    }
  }
  // Every one of them was drawn, on both sides.
  expect(seen).toBeGreaterThanOrEqual(2 * INJECTIONS.length);
  await tab.goto(`${origin}/s/alice-shop`);
  await tab.goto(`${origin}/status-pages/${page}/reports`);
  expect(faults).toEqual([]);
  await t.deps.db.write('tidy', (tx) => tx.run(sql`delete from status_reports`));
  await tab.context().close();
});

test('a report is written, previewed and ended without scripts', async () => {
  const tab = await open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await tab.goto(`${origin}/status-pages/${page}/reports`);
  await tab.click('text=Write a report >> nth=0');
  await tab.fill('#f-title', 'Payments fail');
  await tab.fill('#f-body', 'We **look**.');
  await tab.getByRole('checkbox', { name: 'Shop' }).check();
  await tab.selectOption('select[aria-label="State of Shop"]', 'major_outage');
  expect(await tab.isVisible('select[aria-label="State of API"]')).toBe(false);
  await tab.click('button:text("Preview")');
  expect(await tab.innerHTML('.shown-as .prose')).toBe('<p>We <strong>look</strong>.</p>');
  expect(await tab.getByRole('checkbox', { name: 'Shop' }).isChecked()).toBe(true);
  await tab.click('button:text("Publish")');
  expect(await tab.innerText('h1')).toBe('Payments fail');
  await tab.selectOption('#f-status', 'resolved');
  await tab.fill('#f-body', 'It works again.');
  await tab.click('button:text("Post update")');
  await tab.goto(`${origin}/s/alice-shop`);
  expect(await tab.innerText('main')).toContain('It works again.');
  await tab.context().close();
});

test.each(['light', 'dark'] as const)('everybody can use the pages (%s)', async (colorScheme) => {
  const post = (path: string, body: object) => alice.browser.json('POST', `/api${path}`, body);
  await post('/report-templates', { name: `Cards ${colorScheme}`, title: 'Cards fail', body: 'We know.' });
  const sent = { title: 'Cards fail', body: '# A\n\n- b\n\n| c | d |\n|---|---|\n| e | `f` |', impact: 'critical' };
  const made = (await (await post(`/status-pages/${page}/reports`, sent)).json()) as { id: string };
  const draft = (await (await post(`/status-pages/${page}/reports`, { ...sent, draft: true })).json()) as {
    id: string;
  };
  const root = `/status-pages/${page}/reports`;
  const tab = await open({ colorScheme, bypassCSP: true });
  for (const path of [root, `${root}/new`, `${root}/${made.id}`, `${root}/${made.id}/edit`, `${root}/${draft.id}`]) {
    await tab.goto(`${origin}${path}`);
    await tab.evaluate(AXE);
    const found = await tab.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
    );
    expect(found, path).toEqual([]);
  }
  await tab.context().close();
});
