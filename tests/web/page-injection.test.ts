import { sql } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putAsset } from '../../src/statuspages/asset-actions.ts';
import { AppError } from '../../src/core/errors.ts';
import type { TestApp } from '../support/app.ts';
import { serveTestApp, type Served } from '../support/browser.ts';
import { type Person, signUp } from '../support/world.ts';

// What owners write is shown to strangers: in a real browser none of it may run, load or leave its place.

const RUN = 'window.ran=1';
const OUT = 'https://evil.example/x';
const HOSTILE = [
  `<script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `</style><script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `'><script>${RUN}</script>`,
  `<img src=x onerror=${RUN}>`,
  `<img src="${OUT}">`,
  `"><img src=x onerror="${RUN}">`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<body onload=${RUN}>`,
  `<iframe src="javascript:parent.ran=1"></iframe>`,
  `<iframe srcdoc="<script>parent.ran=1</script>"></iframe>`,
  `<object data="${OUT}"></object>`,
  `<embed src="${OUT}">`,
  `<link rel=stylesheet href="${OUT}">`,
  `<meta http-equiv=refresh content="0;url=${OUT}">`,
  `<base href="https://evil.example/">`,
  `<form action="${OUT}"><button autofocus onfocus=${RUN}>x</button></form>`,
  `<input autofocus onfocus=${RUN}>`,
  `<details open ontoggle=${RUN}>`,
  `<video src="${OUT}" onerror=${RUN}></video>`,
  `<style>@import "${OUT}";</style>`,
  `<div style="background:url(${OUT})">`,
  `[x](javascript:${RUN})`,
  `[x](JaVaScRiPt&colon;${RUN})`,
  `![x](${OUT})`,
  `<javascript:${RUN}>`,
  `[x](data:text/html,<script>${RUN}</script>)`,
  `[x]("onmouseover="${RUN})`,
  `\`\`\`\n</code></pre><script>${RUN}</script>\n\`\`\``,
  `<%= ${RUN} %><%~ '<script>${RUN}</script>' %>`,
  `\${${RUN}}{{${RUN}}}`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;img src=x onerror=${RUN}&#62;`,
  `\u202e<script>${RUN}</script>`,
  `<scr\u0000ipt>${RUN}</scr\u0000ipt>`,
  `<!--><script>${RUN}</script>-->`,
  `]]><script>${RUN}</script>`,
  `javascript:${RUN}`,
];

let t: TestApp;
let alice: Person;
let browser: Browser;
let served: Served;
let origin: string;
let pageId: string;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, browser, origin } = served);
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'pro' });
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${alice.accountId}`,
  );
  pageId = rows[0]?.id ?? '';
});
afterAll(() => served?.close());

/** Writes a text wherever an owner can write one, past all checks where it is shown as text. Counts the places. */
async function plant(text: string): Promise<number> {
  const now = t.clock.now();
  await t.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`delete from components`);
    await tx.run(sql`delete from status_reports`);
    await tx.run(sql`update status_pages set title = ${text}, description = ${text}, appearance = '{}'`);
    await tx.run(sql`insert into components (id, page_id, kind, name, description, manual_status, position) values
      ('cmp_group', ${pageId}, 'group', ${text}, ${text}, null, 0)`);
    await tx.run(sql`insert into components (id, page_id, kind, parent_id, name, description, manual_status, position)
      values ('cmp_line', ${pageId}, 'manual', 'cmp_group', ${text}, ${text}, 'degraded', 1)`);
    for (const [id, over] of [
      ['rep_open', null],
      ['rep_over', now],
    ] as const) {
      await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, published_at, started_at, resolved_at,
        created_at, updated_at) values (${id}, ${pageId}, ${text}, 'major', 'investigating', ${now}, ${now}, ${over}, ${now}, ${now})`);
      await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at)
        values (${`upd_${id}`}, ${id}, 'investigating', ${text}, ${now})`);
    }
  });
  const change = (appearance: object) => alice.browser.json('PATCH', `/api/status-pages/${pageId}`, { appearance });
  const label = { label: text.slice(0, 40), url: 'https://example.com' };
  const whole = { header_links: [label], footer_links: [label], footer_text: text };
  expect((await change(whole)).status).toBe(200);
  // What is more than text: refused, or changed so that it does no harm.
  let sheet = '';
  for (const css of [text, `h1 { color: ${text} }`, `${text} { color: red }`, `h1 { background: url("${text}") }`]) {
    if ((await change({ ...whole, css })).status === 200) sheet = css;
  }
  for (const url of [text, `https://example.com/${text}`, `javascript:${text}`]) {
    const links = { ...whole, css: sheet, header_links: [label, { label: 'x', url }] };
    if ((await change(links)).status === 200) whole.header_links = links.header_links;
  }
  await change({ ...whole, css: sheet });
  const actor = { accountId: alice.accountId, userId: alice.userId, role: 'owner' } as const;
  const start = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"';
  for (const svg of [
    `${start}><text>${text}</text></svg>`,
    `${start} id="${text}"/>`,
    `${start}><style>${text}</style></svg>`,
  ]) {
    await putAsset(t.deps, actor, pageId, 'logo', new TextEncoder().encode(svg)).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
  t.deps.live.publish({ accountId: alice.accountId, type: 'settings', monitorIds: [] });
  return 23;
}

async function look(tab: Page, path: string): Promise<void> {
  const answer = await tab.goto(`${origin}/s/alice-shop${path}`, { waitUntil: 'load' });
  expect(answer?.status(), path).toBe(200);
  expect(await tab.evaluate('window.ran'), path).toBeUndefined();
}

test('500 hostile inputs: nothing runs, nothing is asked of others, no policy has to stop anything', async () => {
  const tab = await browser.newPage();
  const foreign: string[] = [];
  const faults: string[] = [];
  tab.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  tab.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
  tab.on('pageerror', (error) => faults.push(error.message));
  tab.on('dialog', (dialog) => {
    faults.push(dialog.message());
    void dialog.dismiss();
  });
  let inputs = 0;
  for (const text of HOSTILE) {
    inputs += await plant(text);
    for (const path of ['', '/history', '/incidents/rep_open', '/subscribe', '/embed']) await look(tab, path);
    expect([foreign, faults], text).toEqual([[], []]);
    await tab.goto(`${origin}/s/alice-shop`);
    const links = await tab.evaluate('[...document.links].map((a) => a.protocol)');
    for (const protocol of links as string[]) expect(['http:', 'https:', 'mailto:'], text).toContain(protocol);
  }
  expect(inputs).toBeGreaterThan(500);
  await tab.close();
});
