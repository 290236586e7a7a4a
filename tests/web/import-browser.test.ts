import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import type { TestApp } from '../support/app.ts';
import { AXE, serveTestApp, type Served } from '../support/browser.ts';
import { type Person, signUp } from '../support/world.ts';

// The import as people use it: files chosen in a browser, the dry run read, the page made.

let t: TestApp;
let alice: Person;
let served: Served;
let origin: string;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, origin } = served);
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
});
afterAll(() => served?.close());

function files() {
  const ago = (days: number) => new Date(t.clock.now() - days * DAY).toISOString();
  const page = { name: 'Globex status', time_zone: 'Pacific Time (US & Canada)' };
  const names = ['Checkout', 'Search', 'A very long name of a component that somebody typed without thinking of width'];
  const components = [
    { id: 'g', name: 'Shop', status: 'operational', group: true, position: 1 },
    ...names.map((name, i) => ({ id: `c${i}`, name, status: 'degraded_performance', group_id: 'g', position: i })),
    { id: 'x', name: 'Mail', status: 'operational', position: 2, only_show_if_degraded: true },
  ];
  const incidents = Array.from({ length: 30 }, (_, i) => ({
    id: `i${i}`,
    name: `Checkout was slow (${i})`,
    status: 'resolved',
    impact: 'minor',
    created_at: ago(i + 1),
    resolved_at: ago(i + 0.9),
    components: [{ id: 'c0', status: 'operational' }],
    incident_updates: [{ status: 'resolved', body: 'It is fast again.', created_at: ago(i + 0.9) }],
  }));
  const scheduled_maintenances = [
    { id: 'm', name: 'New disks', status: 'scheduled', scheduled_for: ago(-2), scheduled_until: ago(-2.1) },
  ];
  const file = (name: string, value: object) => {
    return { name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) };
  };
  return [
    file('summary.json', { page, components, incidents: [], scheduled_maintenances }),
    file('incidents.json', { page, incidents }),
  ];
}

test.each([
  [1440, 'light'],
  [360, 'dark'],
] as const)('at %i px, %s', async (width, colorScheme) => {
  const context = await served.windowOf(alice, { viewport: { width, height: 900 }, colorScheme });
  const tab = await context.newPage();
  const found: string[] = [];
  tab.on('console', (line) => line.type() === 'error' && found.push(line.text()));
  const look = async (name: string) => {
    const wide = Number(
      await tab.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    );
    if (wide > 0) found.push(`${name} scrolls sideways by ${wide} px`);
    await tab.evaluate(AXE);
    const rules = await tab.evaluate<string[]>(
      "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`))",
    );
    found.push(...rules.map((rule) => `${name} ${rule}`));
    const shots = process.env['SHOTS'];
    if (shots) await tab.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png`, fullPage: true });
  };
  await tab.goto(`${origin}/status-pages`);
  await tab.getByRole('link', { name: 'Import from Statuspage' }).click();
  await tab.locator('summary', { hasText: 'Or give the files' }).click();
  await look('form');
  await tab.getByLabel('Files', { exact: true }).setInputFiles(files());
  await tab.getByRole('button', { name: 'Show what would be imported' }).click();
  await tab.getByRole('heading', { name: 'Globex status' }).waitFor();
  await look('plan');
  await tab.getByRole('button', { name: 'Import', exact: true }).click();
  await tab.getByText('Imported: 4 components, 30 reports. Not taken over: time zone').waitFor();
  await look('editor');
  expect(found).toEqual([]);
  await context.close();
});
