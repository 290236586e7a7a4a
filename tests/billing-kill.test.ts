import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeClock } from './support/clock.ts';
import { buildOnce, openPlace, type Place, type Started } from './support/process.ts';
import { startStripe, type StripeServer } from './support/stripe.ts';

// The built product and the real SDK in it, killed between Stripe's answer and what follows from it.

let stripe: StripeServer;
let place: Place;
beforeAll(async () => {
  buildOnce();
  // The process has the real clock, by which it judges how old a signature is.
  stripe = await startStripe(fakeClock(Date.now()));
  place = openPlace();
});
afterAll(async () => {
  await place?.close();
  await stripe?.close();
});

function start(): Promise<Started> {
  const { secretKey, webhookSecret, prices, apiUrl } = stripe.settings;
  return place.start({
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_PRICE_PRO: prices.pro,
    STRIPE_PRICE_BUSINESS: prices.business,
    STRIPE_API_URL: apiUrl,
  });
}

/** What one browser posts. */
async function post(product: Started, path: string, form: Record<string, string>, cookie = ''): Promise<Response> {
  return fetch(`${product.url}${path}`, {
    method: 'POST',
    headers: { origin: product.url ?? '', cookie },
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
}

function cookies(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

test('a kill while an event is taken loses nothing: Stripe sends it again, and it counts once', async () => {
  const first = await start();
  const who = { email: 'alice@example.com', password: 'correct horse battery', slug: 'alice-shop' };
  const bought = await post(
    first,
    '/billing/checkout',
    { plan: 'pro' },
    cookies(await post(first, '/auth/signup', who)),
  );
  expect(bought.status, await bought.clone().text()).toBe(303);
  const one = stripe.pay(bought.headers.get('location') ?? '');

  let release = () => {};
  stripe.state.hold = new Promise((resolve) => {
    release = resolve;
  });
  const event = stripe.signed(stripe.event('checkout.session.completed', { customer: one.customer }));
  const asked = stripe.calls.length;
  const lost = fetch(`${first.url}/billing/stripe`, event).then(
    () => 'answered',
    () => 'lost',
  );
  await expect.poll(() => stripe.calls.length).toBeGreaterThan(asked);
  await first.end('SIGKILL');
  expect(await lost).toBe('lost');
  stripe.state.hold = null;
  release();

  const second = await start();
  const send = async () => (await fetch(`${second.url}/billing/stripe`, event)).json();
  expect([await send(), await send()]).toEqual([{ received: 'taken' }, { received: 'known' }]);
  const cookie = cookies(await post(second, '/auth/login', who));
  const page = await fetch(`${second.url}/settings/billing`, { headers: { cookie } });
  expect(await page.text()).toMatch(/Pro plan[\s\S]*Renews on/);
  expect(`${first.stdout}${first.stderr}${second.stdout}${second.stderr}`).not.toContain(stripe.settings.secretKey);
});
