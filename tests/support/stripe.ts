import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../src/config.ts';
import type { FakeClock } from './clock.ts';

const DAY_SECONDS = 86_400;
export const PRICES = { pro: 'price_pro_monthly', business: 'price_business_monthly' };

export interface FakeSubscription {
  id: string;
  object: 'subscription';
  customer: string;
  status: string;
  created: number;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  metadata: Record<string, string>;
  items: { object: 'list'; data: { id: string; price: { id: string }; current_period_end: number }[] };
}

interface FakeSession {
  id: string;
  object: string;
  status: 'open' | 'complete' | 'expired';
  customer: string;
  url: string | null;
  expires_at: number;
  metadata: Record<string, string>;
  client_reference_id: string | null;
  sent: Record<string, string>;
}

export interface StripeCall {
  method: string;
  path: string;
  sent: Record<string, string>;
}

export type StripeServer = Awaited<ReturnType<typeof startStripe>>;

/**
 * The part of Stripe's API that is used, over real HTTP, for the real SDK: customers with idempotency keys, checkout
 * and portal sessions, subscriptions. Its events are signed by the scheme that Stripe documents, made here once more.
 */
export async function startStripe(clock: FakeClock) {
  const customers = new Map<string, { email: string; gone: boolean }>();
  const sessions = new Map<string, FakeSession>();
  const subscriptions = new Map<string, FakeSubscription>();
  const kept = new Map<string, { sent: string; answer: Answer }>();
  const calls: StripeCall[] = [];
  const state = { down: false, hold: null as Promise<void> | null, portalChanges: true };
  let made = 0;
  /** Where Stripe's pages send the browser back to. */
  let returns = '';
  const newId = (prefix: string) => `${prefix}_${String(++made).padStart(6, '0')}`;
  const seconds = () => Math.floor(clock.now() / 1_000);

  const server = createServer((request, response) => {
    void readBody(request).then(async (text) => {
      const url = new URL(request.url ?? '', 'http://stripe');
      const sent = Object.fromEntries(new URLSearchParams(text || url.search));
      if (/^\/(pay|portal)\//.test(url.pathname)) {
        const title = url.pathname.startsWith('/pay') ? 'Pay at Stripe' : 'Portal of Stripe';
        response.writeHead(200, { 'content-type': 'text/html' });
        return void response.end(`<!doctype html><title>${title}</title><a href="${returns}">Back to the shop</a>`);
      }
      calls.push({ method: request.method ?? '', path: url.pathname, sent });
      if (state.down) return void request.socket.destroy();
      const answer = answerOnce(request, url.pathname, text, sent);
      // What was asked is answered as of now, however long the answer is on its way.
      const body = JSON.stringify(answer.body);
      if (state.hold) await state.hold;
      response.writeHead(answer.status, { 'content-type': 'application/json', 'request-id': newId('req') });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings: NonNullable<Config['stripe']> = {
    secretKey: `sk_test_${randomBytes(12).toString('hex')}`,
    webhookSecret: `whsec_${randomBytes(24).toString('hex')}`,
    prices: PRICES,
    apiUrl: origin,
  };

  function answerOnce(request: IncomingMessage, path: string, text: string, sent: Record<string, string>): Answer {
    if (request.headers.authorization !== `Bearer ${settings.secretKey}`) {
      return refuse(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
    }
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    const before = typeof key === 'string' ? kept.get(key) : undefined;
    if (before && before.sent !== text) {
      return refuse(400, { type: 'idempotency_error', message: 'Keys can only be used with the same parameters.' });
    }
    if (before) return before.answer;
    returns = sent['success_url'] ?? sent['return_url'] ?? returns;
    const answer = route(`${request.method} ${path}`, sent);
    if (typeof key === 'string') kept.set(key, { sent: text, answer });
    return answer;
  }

  function route(call: string, sent: Record<string, string>): Answer {
    if (call === 'POST /v1/customers') {
      const id = newId('cus');
      customers.set(id, { email: sent['email'] ?? '', gone: false });
      return ok({ id, object: 'customer', email: sent['email'] });
    }
    const customer = sent['customer'];
    if (customer !== undefined && customers.get(customer)?.gone !== false) {
      return missing(`No such customer: '${customer}'`);
    }
    if (call === 'GET /v1/subscriptions') {
      const data = [...subscriptions.values()].filter((one) => one.customer === customer);
      return ok({ object: 'list', data: data.toReversed(), has_more: false, url: '/v1/subscriptions' });
    }
    if (call.startsWith('DELETE /v1/subscriptions/')) {
      const one = subscriptions.get(call.split('/').at(-1) ?? '');
      if (!one || one.status === 'canceled') return missing('No such subscription');
      one.status = 'canceled';
      return ok(one);
    }
    if (call === 'GET /v1/checkout/sessions') {
      const data = [...sessions.values()].filter((one) => one.customer === customer && one.status === sent['status']);
      return ok({ object: 'list', data, has_more: false, url: '/v1/checkout/sessions' });
    }
    if (call === 'POST /v1/checkout/sessions') return ok(openSession(sent));
    if (call.endsWith('/expire')) {
      const one = sessions.get(call.split('/').at(-2) ?? '');
      if (one?.status !== 'open') return refuse(400, { type: 'invalid_request_error', message: 'It is not open.' });
      one.status = 'expired';
      return ok(one);
    }
    if (call === 'POST /v1/billing_portal/sessions') {
      if (sent['flow_data[type]'] === 'subscription_update_confirm' && !state.portalChanges) {
        return refuse(400, { type: 'invalid_request_error', message: 'The portal does not allow updates.' });
      }
      return ok({ id: newId('bps'), object: 'billing_portal.session', url: `${origin}/portal/${newId('p')}` });
    }
    return missing(`Unrecognized request URL (${call})`);
  }

  function openSession(sent: Record<string, string>): FakeSession {
    const id = newId('cs');
    const session: FakeSession = {
      id,
      object: 'checkout.session',
      status: 'open',
      customer: sent['customer'] ?? '',
      url: `${origin}/pay/${id}`,
      expires_at: Number(sent['expires_at']),
      metadata: { account_id: sent['metadata[account_id]'] ?? '', price: sent['metadata[price]'] ?? '' },
      client_reference_id: sent['client_reference_id'] ?? null,
      sent,
    };
    sessions.set(id, session);
    return session;
  }

  return {
    settings,
    calls,
    state,
    customers,
    sessions,
    subscriptions,
    /** Somebody pays at a checkout page: the session is complete and there is a subscription. */
    pay(url: string, patch: Partial<FakeSubscription> = {}): FakeSubscription {
      const session = sessions.get(url.split('/').at(-1) ?? '');
      if (session?.status !== 'open') throw new Error(`this page is closed: ${url}`);
      Object.assign(session, { status: 'complete', url: null });
      const account = session.sent['subscription_data[metadata][account_id]'] ?? '';
      return this.subscribe(session.customer, session.sent['line_items[0][price]'] ?? '', {
        metadata: { account_id: account },
        ...patch,
      });
    },
    subscribe(customer: string, price: string, patch: Partial<FakeSubscription> = {}): FakeSubscription {
      const one: FakeSubscription = {
        id: newId('sub'),
        object: 'subscription',
        customer,
        status: 'active',
        created: seconds(),
        cancel_at: null,
        cancel_at_period_end: false,
        metadata: {},
        items: {
          object: 'list',
          data: [{ id: newId('si'), price: { id: price }, current_period_end: seconds() + 30 * DAY_SECONDS }],
        },
        ...patch,
      };
      subscriptions.set(one.id, one);
      return one;
    },
    event(type: string, object: object, id = newId('evt')) {
      return { id, object: 'event', type, created: seconds(), livemode: false, data: { object: { ...object } } };
    },
    /** A request as Stripe sends it. `at` is when it was signed, in seconds. */
    signed(event: object, { at = seconds(), secret = settings.webhookSecret } = {}) {
      const body = JSON.stringify(event, null, 2);
      const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
      const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` };
      return { method: 'POST', headers, body };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  status: number;
  body: unknown;
}

function ok(body: unknown): Answer {
  return { status: 200, body: structuredClone(body) };
}

function refuse(status: number, error: { type: string; message: string; code?: string }): Answer {
  return { status, body: { error } };
}

function missing(message: string): Answer {
  return refuse(404, { type: 'invalid_request_error', code: 'resource_missing', message });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
