import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { PLAN, PLANS } from '../../src/core/plan.ts';
import { planTable } from '../../src/core/plan-table.ts';
import type { Deps } from '../../src/deps.ts';
import { componentStates } from '../../src/site/components.ts';
import { sitePages } from '../../src/site/pages.ts';
import type { AppEnv, Session } from '../../src/web/env.ts';
import { createFormat } from '../../src/web/format.ts';
import { createViews, type Notices } from '../../src/web/render.ts';
import { fakeClock } from '../support/clock.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NOW = Date.UTC(2026, 10, 21, 10, 5, 9);
const clock = fakeClock(NOW);
/** Views and the site's pages need the clock and these settings, nothing else. */
const depsWith = (signups: 'open' | 'closed') =>
  ({ clock, config: { baseUrl: 'http://localhost:8000', signups, defaultPlan: 'free' } }) as unknown as Deps;
const TROUBLE: Notices = {
  mailProblem: 'The mail server at <smtp> refuses the log-in.',
  down: 3,
  accounts: [{ id: 'a2', name: 'Another <one>' }],
  onlyLooking: false,
  payUntil: Date.UTC(2026, 11, 1),
};

const ALICE: Session = {
  id: 's1',
  user: { id: 'u1', email: 'alice@example.com', name: null, email_verified: false, operator: false },
  account: { id: 'a1', name: 'Alice <& Sons>', slug: 'alice', plan: 'free', downgraded_from: 'pro' },
  role: 'owner',
  via: 'cookie',
  scopes: null,
};

/** The site with a visitor or a signed-in person, and one page for each view of ours that no route shows by itself. */
function site(session: Session | null, signups: 'open' | 'closed' = 'open') {
  const deps = depsWith(signups);
  const views = createViews(deps, () => Promise.resolve(TROUBLE));
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('session', session);
    c.set('requestId', 'req-123');
    await next();
  });
  app.get('/error/:status', (c) => {
    const status = Number(c.req.param('status')) as 404;
    const fields = status === (422 as number) ? [{ field: 'url', message: 'This is not a web address.' }] : [];
    return views.page(c, 'errors/error', { status, title: 'A title', detail: 'A sentence.', fields }, status);
  });
  app.route('/', sitePages(deps, views));
  return async (path: string) => {
    const answer = await app.request(path);
    return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() };
  };
}

/** What a template prints when data is missing: as text, or as the value of an attribute. */
function leftovers(html: string): string[] {
  return html.match(/\b(undefined|NaN|Invalid Date)\b|\[object|[>"\s]null[<"\s]/g) ?? [];
}

describe('pages of the site', () => {
  test.each([
    ['/', null],
    ['/pricing', null],
    ['/pricing', ALICE],
    ['/design', ALICE],
    ['/error/403', ALICE],
    ['/error/404', null],
    ['/error/404', ALICE],
    ['/error/422', ALICE],
    ['/error/429', null],
    ['/error/500', null],
    ['/error/500', ALICE],
  ] as const)('%s leaves nothing unsaid', async (path, session) => {
    const { html } = await site(session)(path);
    expect(html).toMatch(/<h1[ >]/);
    expect(html).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/);
    expect(leftovers(html)).toEqual([]);
  });

  test('someone signed in is sent from the start page to the monitors', async () => {
    expect(await site(ALICE)('/')).toMatchObject({ status: 303, location: '/dashboard' });
  });

  test('the pricing page says what core/plan.ts says, in ten rows', async () => {
    const { html } = await site(null)('/pricing');
    for (const plan of PLANS) expect(html).toContain(`$${PLAN[plan].price}</b>`);
    const rows = planTable().rows.map((row) => [row.label, ...row.cells.map((cell) => cell.text)].join(' | '));
    expect(rows).toEqual([
      'Monitors | 5 | 50 | Unlimited',
      'Shortest interval | 5m | 1m | 30s',
      'E-mail alerts | Yes | Yes | Yes',
      'Webhook alerts | No | Yes | Yes',
      'Own branding | No | Yes | Yes',
      'Status page on your domain | No | No | Yes',
      'History | 24 hours | 90 days | 1 year',
      'SSL certificate monitors | No | Yes | Yes',
      'Team members | No | No | Yes',
      'API tokens | No | No | Yes',
    ]);
  });

  test('where sign-up is closed, nothing invites to it', async () => {
    const { html } = await site(null, 'closed')('/');
    expect(html).not.toContain('/signup');
    expect((await site(null)('/')).html).toContain('href="/signup"');
  });

  test('every page of an account says what is wrong, escaped', async () => {
    const { html } = await site(ALICE)('/design');
    expect(html).toContain('Alerts to alice@example.com wait');
    expect(html).toContain('This account moved to a smaller plan');
    expect(html).toContain('The mail server at &lt;smtp&gt; refuses');
    expect(html).toContain('Alice &lt;&amp; Sons&gt;');
    expect(html).toContain('favicon-down.svg');
  });

  test('an error names its request; one of ours asks nothing of the database', async () => {
    const missing = await site(ALICE)('/error/404');
    expect(missing).toMatchObject({ status: 404 });
    expect(missing.html).toContain('req-123');
    expect(missing.html).toContain('Mail is not leaving');
    expect((await site(ALICE)('/error/500')).html).not.toContain('Mail is not leaving');
  });

  test('root files', async () => {
    const ask = site(null);
    expect((await ask('/favicon.svg')).html).toContain('<svg');
    expect((await ask('/robots.txt')).html).toContain('Disallow: /');
  });
});

describe('components', () => {
  const views = createViews(depsWith('open'));

  test.each(componentStates(NOW).statuses)('pill for %s has a word and a shape', (status) => {
    const html = views.text('partials/pill', { status });
    expect(html).toContain(`data-status="${status}"`);
    expect(html).toMatch(/#s-[a-z]+"/);
    expect(html.replace(/<[^>]+>/g, '').trim()).not.toBe('');
  });

  test.each(componentStates(NOW).fields)('field $label: label, help and error belong to the input', (f) => {
    const html = views.text('partials/field', { f });
    expect(html).toContain(`<label for="f-${f.name}">${f.label}`);
    expect(html).toMatch(new RegExp(`<(input|select|textarea)[^>]* id="f-${f.name}"`));
    for (const part of ['help', 'error'] as const) {
      expect(html.includes(`id="f-${f.name}-${part}"`)).toBe(part in f);
    }
    if ('error' in f && f.type !== 'checkbox') expect(html).toContain('aria-invalid="true"');
    if ('locked' in f) expect(html).toMatch(/ disabled[\s\S]*Part of the (Pro|Business) plan/);
    expect(leftovers(html)).toEqual([]);
  });

  test('what a person typed comes back as text', () => {
    const html = views.text('partials/field', { f: { name: 'a', label: 'A', value: '"><script>x</script>' } });
    expect(html).not.toContain('<script>');
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;');
  });

  test('a pager without more pages is not drawn', () => {
    expect(views.text('partials/pager', { pager: { next: null, first: null, text: '3 results' } }).trim()).toBe('');
  });
});

describe('figures', () => {
  const fmt = createFormat(clock);

  test.each([
    [100, '100%'],
    [99.999, '99.99%'],
    [99.9, '99.90%'],
    [0, '0.00%'],
    [null, '–'],
  ])('%s percent is written %s', (value, text) => expect(fmt.percent(value)).toBe(text));

  test.each([
    [0, 'just now'],
    [9_000, '9 s ago'],
    [60_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [-180_000, 'in 3 min'],
  ])('%s ms past is written %s', (past, text) => expect(fmt.ago(NOW - past)).toBe(text));

  test('instants are written in UTC and say so', () => {
    expect(fmt.time(NOW)).toBe('21 Nov 2026, 10:05 UTC');
    expect([fmt.ms(184.4), fmt.ms(2_310), fmt.ms(null)]).toEqual(['184 ms', '2.31 s', '–']);
  });
});

describe('every template', () => {
  const files = readdirSync(join(ROOT, 'views'), { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.eta'),
  );
  const sources = files.map((file) => [file, readFileSync(join(ROOT, 'views', file), 'utf8')] as const);

  test('draws only icons of the sprite', () => {
    const sprite = readFileSync(join(ROOT, 'public/icons.svg'), 'utf8');
    const known = new Set([...sprite.matchAll(/<symbol id="([^"]+)"/g)].map((m) => m[1]));
    const used = sources.flatMap(([file, text]) =>
      [...text.matchAll(/\bicon\('([^']+)'/g)].map((m) => `${file} ${m[1]}`),
    );
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((line) => !known.has(line.split(' ')[1]))).toEqual([]);
  });

  test('keeps to the content policy: no style attribute, no script but modules', () => {
    const web = sources.filter(([file]) => !/(^|\/)mail(\/|\.eta$)/.test(file));
    const breaches = web.filter(([, text]) => / style="|<script(?! type="module" src=)|\son[a-z]+="/.test(text));
    expect(breaches.map(([file]) => file)).toEqual([]);
  });
});
