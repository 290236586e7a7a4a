import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Parcel, SendContext } from '../../src/channels/channel.ts';
import { CHANNELS } from '../../src/channels/registry.ts';
import { newWebhookSecret, webhookConfig, webhookKeyId } from '../../src/channels/webhook.ts';
import { DAY, HOUR, SECOND, systemClock } from '../../src/core/time.ts';
import { BASE_URL, parcelOf, stormOf, told } from '../support/parcels.ts';
import { type Heard, type Provider, startProvider } from '../support/providers.ts';

const { webhook } = CHANNELS;
let there: Provider;

beforeEach(async () => {
  there = await startProvider({ status: 204 });
});

afterEach(() => there.close());

const context = {
  clock: systemClock,
  outbound: { allowPrivate: true, resolvers: [] },
  config: { baseUrl: BASE_URL },
  get signal() {
    return AbortSignal.timeout(60_000);
  },
} as unknown as SendContext;

function config(more: Record<string, unknown> = {}): Record<string, unknown> {
  return webhook.parseConfig({ url: `${there.url}/hook`, ...webhook.create(), ...more });
}

/** Sends and returns what the receiver heard. */
async function heard(parcel: Parcel, stored: Record<string, unknown>): Promise<Heard> {
  await webhook.send(parcel, stored, context);
  const last = there.heard.at(-1);
  return last ?? expect.fail('nothing was sent');
}

async function body<T = Record<string, unknown>>(parcel: Parcel, more: Record<string, unknown> = {}): Promise<T> {
  return JSON.parse((await heard(parcel, config(more))).body) as T;
}

/** What the reference implementation of Standard Webhooks makes of a request. */
function verify(secret: unknown, { headers, body: text }: Heard): unknown {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return new Webhook(String(secret)).verify(
    text,
    Object.fromEntries(names.map((name) => [name, String(headers[name])])),
  );
}

const now = (parcel: Parcel, at = Date.now()): Parcel => ({ ...parcel, now: at });

describe('the signature', () => {
  test('is one that the reference implementation takes, and only with this secret and this body', async () => {
    const stored = config();
    const request = await heard(now(parcelOf(told({ name: 'Grüße 👋 "x"' }))), stored);
    expect(verify(stored['secret'], request)).toMatchObject({ monitor: 'Grüße 👋 "x"', event: 'down' });
    expect(() => verify(newWebhookSecret(), request)).toThrow(/signature/i);
    expect(() => verify(stored['secret'], { ...request, body: `${request.body} ` })).toThrow(/signature/i);
    expect(request.headers['webhook-key-id']).toBe(webhookKeyId(String(stored['secret'])));
    expect(String(stored['secret'])).not.toContain(String(request.headers['webhook-key-id']));
  });

  test('is too old for the receiver after five minutes', async () => {
    const stored = config();
    const request = await heard(now(parcelOf(told()), Date.now() - 301 * SECOND), stored);
    expect(() => verify(stored['secret'], request)).toThrow(/old/i);
  });

  test('is made with both secrets for a day after a change, then with the new one', async () => {
    const before = config();
    const at = Date.now();
    const after = webhook.rotate?.(before, at) ?? expect.fail('it cannot be changed');
    expect(after['secret']).not.toBe(before['secret']);
    expect(webhook.parseConfig(JSON.parse(JSON.stringify(after)))).toEqual(after);
    for (const [late, good] of [
      [0, true],
      [DAY - HOUR, true],
      [DAY, false],
    ] as const) {
      const request = await heard({ ...parcelOf(told()), now: at + late }, after);
      const signed = { ...request, headers: { ...request.headers } };
      const both = String(request.headers['webhook-signature']).split(' ');
      expect(both).toHaveLength(good ? 2 : 1);
      expect(String(request.headers['webhook-key-id']).split(' ')).toEqual(
        [after, ...(good ? [before] : [])].map(({ secret }) => webhookKeyId(String(secret))),
      );
      if (late > 0) continue; // the reference implementation believes its own clock only
      expect(verify(after['secret'], signed)).toMatchObject({ event: 'down' });
      expect(verify(before['secret'], signed)).toMatchObject({ event: 'down' });
    }
    expect(webhook.secrets(after)).toEqual(expect.arrayContaining([before['secret'], after['secret']]));
  });
});

test('goes out as it was set up, and waits half a minute unless it is told otherwise', async () => {
  const stored = config({ method: 'patch', headers: 'Authorization: Bearer abc\nX-Team: ops' });
  expect(await heard(parcelOf(told()), stored)).toMatchObject({
    method: 'PATCH',
    path: '/hook',
    headers: { authorization: 'Bearer abc', 'x-team': 'ops', 'content-type': 'application/json' },
  });
  expect(webhook.deadlineMs(config())).toBe(30 * SECOND);
  expect(webhook.deadlineMs(config({ timeout_seconds: '7' }))).toBe(7 * SECOND);
  expect(config()).toMatchObject({ method: 'POST', headers: {}, format: 'statusping' });
});

test('a channel that was stored before there were formats still works', async () => {
  const old = {
    url: `${there.url}/hook`,
    method: 'POST',
    headers: {},
    timeout_seconds: 10,
    secret: newWebhookSecret(),
  };
  expect(JSON.parse((await heard(parcelOf(told()), old)).body)).toMatchObject({ event: 'down', monitor: 'Shop' });
});

describe('merged alerts', () => {
  test('are one body: the worst, and each with its own id', async () => {
    const parcel = parcelOf(
      told({ event: 'up', name: 'Blog', no: 1 }),
      told({ name: 'Shop', no: 2 }),
      told({ event: 'ssl_expiring', name: 'shop.example', no: 3 }),
    );
    const merged = await body<Record<string, unknown> & { alerts: Record<string, unknown>[] }>(parcel);
    expect(merged).toMatchObject({
      id: 'bat_1',
      event: 'down',
      status: 'down',
      monitor: 'Shop and 2 more',
      monitor_id: null,
      incident_id: null,
      details: parcel.words.headline,
      url: `${BASE_URL}/incidents`,
    });
    expect(merged.alerts.map(({ id, event, incident_id: incident }) => [id, event, incident])).toEqual([
      ['dlv_1', 'up', 'inc_1'],
      ['dlv_2', 'down', 'inc_2'],
      ['dlv_3', 'ssl_expiring', null],
    ]);
    expect(merged.alerts[1]).toEqual(
      await body(parcelOf(told({ name: 'Shop', no: 2 }))).then((one) => ({ ...one, acknowledge_url: null })),
    );
  });

  test('of one incident that is over are not told as down', async () => {
    const merged = await body(parcelOf(told(), told({ event: 'up' })));
    expect(merged).toMatchObject({ event: 'up', status: 'up', monitor: 'Shop' });
    expect(merged['alerts']).toHaveLength(2);
  });

  test.each([
    ['ordinary names', 'Shop of the north'],
    ['long names', 'Shop '.repeat(2_000)],
    ['names that grow in JSON', '\u0000'.repeat(10_000)],
    ['emoji', '👩‍👩‍👧'.repeat(1_000)],
  ])('a thousand of them with %s stay below a MiB', async (_what, name) => {
    const request = await heard(
      stormOf(1_000, (no) => `${no} ${name}`),
      config(),
    );
    expect(Buffer.byteLength(request.body)).toBeLessThan(1024 * 1024);
    const { alerts } = JSON.parse(request.body) as { alerts: { incident_id: string; monitor: string }[] };
    expect(new Set(alerts.map(({ incident_id: id }) => id)).size).toBe(1_000);
    for (const [index, { monitor }] of alerts.entries()) expect(monitor).toMatch(new RegExp(`^${index + 1} `));
  });
});

describe('the body of Uptime Kuma', () => {
  const kuma = { format: 'kuma' };

  test('has its heartbeat, monitor and words', async () => {
    expect(await body(parcelOf(told()), kuma)).toEqual({
      heartbeat: {
        monitorID: 'mon_1',
        status: 0,
        time: '2026-11-21 09:50:00.000',
        msg: 'The server answered 503.',
        ping: null,
        important: true,
        duration: 0,
        timezone: 'UTC',
        timezoneOffset: '+00:00',
        localDateTime: '2026-11-21 09:50:00',
      },
      monitor: { id: 'mon_1', name: 'Shop', type: 'http', url: 'https://shop.example', hostname: null, active: true },
      msg: '[Shop] [🔴 Down] The server answered 503.',
    });
    expect(await body(parcelOf(told({ event: 'up', target: '10.0.0.1:22' })), kuma)).toMatchObject({
      heartbeat: { status: 1, duration: 600, time: '2026-11-21 10:00:00.000' },
      monitor: { url: null, hostname: '10.0.0.1:22' },
      msg: expect.stringMatching(/^\[Shop\] \[✅ Up\] /) as string,
    });
  });

  test.each(['test', 'ssl_expiring'] as const)('has words only for %s', async (event) => {
    expect(await body(parcelOf(told({ event })), kuma)).toEqual({
      heartbeat: null,
      monitor: null,
      msg: expect.stringMatching(/\w/) as string,
    });
  });

  test('names all that were merged', async () => {
    const { msg } = await body<{ msg: string }>(stormOf(100), kuma);
    for (let no = 1; no <= 100; no += 1) expect(msg).toContain(`Shop ${no} of the north`);
  });
});

describe('a template', () => {
  const template = (text: string, type = 'json') => ({ format: 'template', content_type: type, template: text });

  test('of JSON has values in quotes and beside them', async () => {
    const text =
      '{"text": "{{ monitor }} ({{event}}): {{details}}", "seconds": {{duration_seconds}}, "id": {{monitor_id}}}';
    expect(await body(parcelOf(told({ event: 'up' })), template(text))).toEqual({
      text: 'Shop (up): The server answered 503.',
      seconds: 600,
      id: 'mon_1',
    });
    expect(await body(parcelOf(told()), template(text))).toMatchObject({ seconds: null });
  });

  test.each(['"', '\\', '","event":"up', '\n', '{{details}}', '\ud800', '\u0000'])(
    'keeps the name %j within its quotes',
    async (name) => {
      const text = '{"quoted \\"": "\\\\{{monitor}}", "bare": [{{monitor}}, "x"]}';
      const sent = await body(parcelOf(told({ name, details: 'secret' })), template(text));
      expect(Object.keys(sent)).toEqual(['quoted "', 'bare']);
      expect(sent['bare']).toHaveLength(2);
      expect(JSON.stringify(sent)).not.toContain('secret');
    },
  );

  test('of plain text and of a form', async () => {
    const text = await heard(
      parcelOf(told({ name: 'a\nb' })),
      config(template('{{monitor}}:\r\n{{headline}}', 'text')),
    );
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text.body).toBe('a b:\na b is down.');
    const form = await heard(
      parcelOf(told({ name: 'a&b=c\ud800' })),
      config(template('text={{monitor}}&\nlink={{url}}', 'form')),
    );
    expect(form.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(form.body)]).toEqual([
      ['text', 'a&b=c'],
      ['link', `${BASE_URL}/incidents/inc_1`],
    ]);
  });

  test('names what was merged', async () => {
    const sent = await body<{ n: number; all: string }>(
      stormOf(50),
      template('{"n": {{count}}, "all": "{{entries}}"}'),
    );
    expect(sent.n).toBe(50);
    expect(sent.all.split('\n')).toHaveLength(50);
  });

  test('is signed like any other body', async () => {
    const stored = config(template('{"text": "{{monitor}}"}'));
    expect(verify(stored['secret'], await heard(now(parcelOf(told())), stored))).toEqual({ text: 'Shop' });
  });

  test.each([
    ['nothing', template('')],
    ['an unknown name', template('{"a": "{{secret}}"}')],
    ['code', template('{"a": "{{monitor.constructor}}"}')],
    ['an open quote', template('{"a": "{{monitor}}}')],
    ['a quote around a list', template('{"a": {{monitor}} {{event}}}')],
    ['a name for a key that may be null', template('{ {{reason}}: 1 }')],
    ['an escape that swallows the value', template('{"a": "\\{{monitor}}"}')],
    ['no JSON', template('Hello {{monitor}}')],
    ['no form', template('Hello {{monitor}}', 'form')],
    ['too many placeholders', template('{{monitor}}'.repeat(41), 'text')],
    ['too long', template('x'.repeat(16_385), 'text')],
  ])('with %s is refused at its field', (_what, settings) => {
    const { error } = webhookConfig.safeParse({ url: 'https://example.com', ...webhook.create(), ...settings });
    expect(error?.issues.map(({ path }) => path[0])).toEqual(['template']);
    expect(error?.issues[0]?.message).toMatch(/^\p{Lu}.+\.$/u);
  });

  test('that nothing would use is refused', () => {
    const { error } = webhookConfig.safeParse({
      url: 'https://example.com',
      ...webhook.create(),
      template: '{"text": "{{monitor}}"}',
    });
    expect(error?.issues.map(({ path }) => path[0])).toEqual(['format']);
  });
});
