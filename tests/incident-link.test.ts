import { sql } from 'drizzle-orm';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../src/core/time.ts';
import { signAlertLink } from '../src/engine/alert-link.ts';
import type { TestApp } from './support/app.ts';
import { serveTestApp, type Served } from './support/browser.ts';
import { checker } from './support/checks.ts';
import { DOWN } from './support/engine-world.ts';
import { serveHttp } from './support/servers.ts';
import { type World, world } from './support/world.ts';

// The link of a message in a real browser that never logged in and runs no script.

let it: TestApp;
let w: World;
let browser: Browser;
let base: string;
let served: Served;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t: it, browser, origin: base } = served);
  w = await world(it, { plan: 'business' });
});
afterAll(() => served?.close());

/** A link about a monitor that has just gone down, and the incident it is about. */
async function outage(name: string): Promise<{ url: string; incidentId: string }> {
  const checks = checker(it);
  const body = { name, url: 'https://shop.example', failure_threshold: 1 };
  const { id } = (await (await w.alice.browser.json('POST', '/api/monitors', body)).json()) as { id: string };
  await checks.seen(id, DOWN);
  await checks.stop();
  const [row] = await it.deps.db.read.all<{ incident: string; channel: string }>(
    sql`select incident_id as incident, channel_id as channel from deliveries where incident_id is not null
        order by rowid desc limit 1`,
  );
  const facts = { about: row?.incident ?? '', channelId: row?.channel ?? '', expiresAt: it.clock.now() + DAY };
  return { url: `${base}/a/${signAlertLink(it.deps.config.secretKey, facts)}`, incidentId: facts.about };
}

async function statusOf(incidentId: string): Promise<{ status: string; snoozed_until: string | null }> {
  const answer = await w.alice.browser.json('GET', `/api/incidents/${incidentId}`);
  return (await answer.json()) as { status: string; snoozed_until: string | null };
}

test('without scripts and without a log-in the buttons work, and nothing is left behind', async () => {
  const { url, incidentId } = await outage('Shop');
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  expect(await page.getByRole('heading', { name: 'Shop is down' }).count()).toBe(1);
  expect((await statusOf(incidentId)).status).toBe('open');

  await page.getByLabel('Reason').fill('I am on it.');
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('Reminders and escalation have stopped.').waitFor();
  expect((await statusOf(incidentId)).status).toBe('acknowledged');

  await page.getByRole('button', { name: '4 hours' }).click();
  await page.getByText('Snoozed until').waitFor();
  expect((await statusOf(incidentId)).snoozed_until).not.toBeNull();
  expect(await context.cookies()).toEqual([]);
  await context.close();
});

test('pressed on a page of somebody else, as in webmail, it works as well; a log-in is not lent to it', async () => {
  const { url, incidentId } = await outage('Mail');
  const other = await serveHttp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`
      <form method="post" action="${url}"><button>From the message</button></form>
      <form method="post" action="${base}/incidents/${incidentId}/snooze"><button>Forged</button></form>`);
  });
  const context = await served.windowOf(w.alice, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(other.url);
  await page.getByRole('button', { name: 'Forged' }).click();
  await page.getByText('did not come from a page of this site').waitFor();
  await page.goto(other.url);
  await page.getByRole('button', { name: 'From the message' }).click();
  await page.getByText('Reminders and escalation have stopped.').waitFor();
  expect(await statusOf(incidentId)).toMatchObject({ status: 'acknowledged', snoozed_until: null });
  await context.close();
  await other.close();
});
