import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from '../src/config.ts';
import { fakeClock } from './support/clock.ts';
import { CLIENT, startProvider } from './support/oidc.ts';
import { buildOnce, openPlace } from './support/process.ts';
import { smtpSink } from './support/smtp.ts';
import { PRICES, startStripe } from './support/stripe.ts';

beforeAll(buildOnce);

test('the built program finds what it loads at first use', async () => {
  const sink = await smtpSink();
  const place = openPlace();
  try {
    const { host, port } = sink.smtp;
    const smtp = { SMTP_HOST: host, SMTP_PORT: String(port), SMTP_USE_TLS: 'false' };
    const server = await place.start({ ...smtp, METRICS_TOKEN: 'a-token-for-figures' });
    const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
    const json = { 'content-type': 'application/json', accept: 'application/json' };

    const who = { email: 'alice@example.com', password: 'correct horse battery', slug: 'alice' };
    const signedUp = await ask('/auth/signup', { method: 'POST', headers: json, body: JSON.stringify(who) });
    const { access_token: token } = (await signedUp.json()) as { access_token: string };
    const monitors = await ask('/api/monitors', { headers: { authorization: `Bearer ${token}` } });
    expect([signedUp.status, monitors.status], 'tokens').toEqual([201, 200]);

    const options = await ask('/auth/passkeys/login/options', { method: 'POST', headers: json, body: '{}' });
    expect(await options.json(), 'passkeys').toMatchObject({ challenge: expect.any(String) as string });

    const figures = await ask('/metrics', { headers: { authorization: 'Bearer a-token-for-figures' } });
    expect(await figures.text(), 'figures').toContain('statusping_build_info');

    const [mail] = await sink.waitFor(1, 60_000);
    expect(mail?.envelopeTo, 'mail').toEqual([who.email]);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.stderr).toBe('');
  } finally {
    await place.close();
    await sink.stop();
  }
});

test('the built program pays at Stripe, signs in elsewhere and reads large files in a thread', async () => {
  const stripe = await startStripe(fakeClock());
  const { oidc, close } = await startProvider({});
  const place = openPlace();
  try {
    const server = await place.start({
      STRIPE_SECRET_KEY: stripe.settings.secretKey,
      STRIPE_WEBHOOK_SECRET: stripe.settings.webhookSecret,
      STRIPE_PRICE_PRO: PRICES.pro,
      STRIPE_PRICE_BUSINESS: PRICES.business,
      STRIPE_API_URL: stripe.settings.apiUrl,
      OIDC_ISSUER: oidc.issuer,
      OIDC_CLIENT_ID: CLIENT.clientId,
      OIDC_CLIENT_SECRET: CLIENT.clientSecret,
    });
    const post = async (path: string, sent: unknown, token = '') => {
      const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' };
      if (token !== '') headers['authorization'] = `Bearer ${token}`;
      const init = { method: 'POST', headers, body: JSON.stringify(sent) };
      const answer = await fetch(`${server.url}${path}`, init);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const who = { email: 'alice@example.com', password: 'correct horse battery', slug: 'alice' };
    const { access_token: token } = (await post('/auth/signup', who)).body;

    const paying = await post('/api/billing/checkout', { plan: 'pro' }, String(token));
    expect(paying, 'Stripe').toMatchObject({ status: 200, body: { url: expect.stringContaining('/pay/') as string } });

    const away = await fetch(`${server.url}/auth/oidc`, { redirect: 'manual' });
    expect(away.headers.get('location'), 'identity provider').toContain(`${oidc.issuer}/auth?`);

    const endpoints = Array.from({ length: 200 }, (_, i) => `  - {name: Site ${i}, url: "https://example.com/${i}"}\n`);
    const content = `endpoints:\n${endpoints.join('')}`;
    const read = await post('/api/import', { content, source: 'gatus', dry_run: true }, String(token));
    expect(read, 'a thread').toMatchObject({ status: 200, body: { source: 'gatus' } });
    expect(String(read.body['document'])).toContain('https://example.com/199');

    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.stderr).toBe('');
  } finally {
    await place.close();
    await stripe.close();
    await close();
  }
});

// V8 keeps the text of a file two bytes wide for one such character. Strings are escaped by the build, patterns are not.
test('nothing that every start reads has a character beyond Latin-1', () => {
  const read = (name: string) => readFileSync(join(ROOT, 'dist', name), 'utf8');
  const shared = Array.from(
    read('main.mjs').matchAll(/(?:from|import)"\.\/([\w.-]+\.mjs)"/g),
    ([, name]) => name ?? '',
  );
  expect(shared).not.toEqual([]);
  for (const name of ['main.mjs', ...shared]) {
    const wide = /.{0,40}[^\u0000-\u00ff].{0,20}/u.exec(read(name))?.[0];
    expect(wide, `${name}: write it as \\u…`).toBeUndefined();
  }
});
