import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReceiverGone } from '../../src/channels/channel.ts';
import { opsgenie, opsgenieConfig } from '../../src/channels/opsgenie.ts';
import { pagerduty, pagerdutyConfig } from '../../src/channels/pagerduty.ts';
import type { Told } from '../../src/channels/channel.ts';
import { playOpsgenie, type PlayedPager, playPagerduty } from '../support/pager-servers.ts';
import { BASE_URL, parcelOf, QUEUED_AT, told } from '../support/parcels.ts';
import { context } from '../support/sending.ts';

const ROUTING = 'R0123456789abcdefghijABCDEFGHIJ1';
const API_KEY = 'eb243592-faa2-4ba2-a551-1afdf565c889';

/** The one alert that the provider knows, by its state. */
function only({ states }: PlayedPager): string | undefined {
  expect(states.size).toBe(1);
  return [...states.values()][0];
}

/** The same monitor in another incident. */
function laterIncident(one: Told, id: string): Told {
  if (one.alert.incident === null) throw new Error('this tells of no incident');
  return { ...one, alert: { ...one.alert, incident: { ...one.alert.incident, id } } };
}

function expiry(threshold: number, note: string | null = null): Told {
  const one = told({ event: 'ssl_expiring' });
  if (one.alert.incident !== null) throw new Error('this is an incident');
  return { ...one, alert: { ...one.alert, expiry: { ...one.alert.expiry, threshold, note } } };
}

const bodies = ({ heard }: PlayedPager) => heard.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('PagerDuty', () => {
  let there: PlayedPager;
  const send = (one: Told, more: Record<string, unknown> = {}) =>
    pagerduty.send(
      parcelOf(one),
      pagerdutyConfig.parse({ routing_key: ROUTING, api_url: there.url, ...more }),
      context(),
    );

  beforeEach(async () => {
    there = await playPagerduty(ROUTING);
  });
  afterEach(() => there.close());

  test('an outage opens an incident, is acknowledged and resolved', async () => {
    expect(await send(told())).toMatch(/^202 Accepted: .*Event processed/);
    await send(told({ event: 'reminder' }));
    expect(only(there)).toBe('triggered');
    await send(told({ event: 'acknowledged' }));
    expect(only(there)).toBe('acknowledged');
    await send(told({ event: 'up' }));
    expect(only(there)).toBe('resolved');
  });

  test('the event says what, where and since when, and leads to both pages', async () => {
    await send(told(), { severity: 'error' });
    expect(bodies(there)).toMatchObject([
      {
        payload: {
          summary: 'Down: Shop',
          source: 'https://shop.example',
          severity: 'error',
          timestamp: new Date(QUEUED_AT - 600_000).toISOString(),
          component: 'Shop',
          group: 'Alice',
          class: 'bad_status',
          custom_details: { Why: 'The server answered 503.' },
        },
        links: [
          { href: `${BASE_URL}/incidents/inc_1`, text: 'Open the incident' },
          { href: expect.stringContaining('/a/') as string, text: 'Acknowledge' },
        ],
        client: 'StatusPing',
      },
    ]);
  });

  test('unrest that begins with one incident and ends with another leaves nothing open', async () => {
    await send(told());
    await send(told({ event: 'degraded' }));
    expect(bodies(there)[1]).toMatchObject({ payload: { severity: 'warning' } });
    await send(laterIncident(told({ event: 'up' }), 'inc_9'));
    expect(only(there)).toBe('resolved');
  });

  test('two monitors are two incidents', async () => {
    await send(told());
    await send(told({ no: 2 }));
    await send(told({ event: 'up' }));
    expect([...there.states.values()]).toEqual(['resolved', 'triggered']);
  });

  test('a test pages nobody for longer than a moment, and says so', async () => {
    expect(await send(told({ event: 'test' }))).toContain('resolved at once');
    expect(only(there)).toBe('resolved');
    expect(there.heard).toHaveLength(2);
  });

  test('a test takes no real incident with it', async () => {
    await send(told());
    await send(told({ event: 'test' }));
    expect([...there.states.values()]).toEqual(['triggered', 'resolved']);
  });

  test('a certificate that ends is a warning, one that was changed a note', async () => {
    await send(expiry(7));
    await send(expiry(-1, 'Another issuer.'));
    expect(bodies(there)).toMatchObject([{ payload: { severity: 'warning' } }, { payload: { severity: 'info' } }]);
  });

  test('a key that PagerDuty does not know ends the channel', async () => {
    const sent = send(told(), { routing_key: ROUTING.replace('R', 'X') });
    await expect(sent).rejects.toThrow(/^400 Bad Request: .*Invalid routing key/);
    await expect(sent).rejects.toBeInstanceOf(ReceiverGone);
  });
});

describe('Opsgenie', () => {
  let there: PlayedPager;
  const send = (one: Told, more: Record<string, unknown> = {}) =>
    opsgenie.send(parcelOf(one), opsgenieConfig.parse({ api_key: API_KEY, api_url: there.url, ...more }), context());

  beforeEach(async () => {
    there = await playOpsgenie(API_KEY);
  });
  afterEach(() => there.close());

  test('an outage opens an alert, acknowledges and closes it', async () => {
    expect(await send(told())).toMatch(/^202 Accepted: .*Request will be processed/);
    expect(only(there)).toBe('open');
    await send(told({ event: 'acknowledged' }));
    expect(only(there)).toBe('acknowledged');
    await send(laterIncident(told({ event: 'up' }), 'inc_7'));
    expect(only(there)).toBe('closed');
    expect(bodies(there).at(-1)).toMatchObject({ note: 'Shop is up again.', source: 'StatusPing' });
  });

  test('a test is closed at once, and says so', async () => {
    expect(await send(told({ event: 'test' }))).toContain('closed at once');
    expect(only(there)).toBe('closed');
  });

  test('the alert has a priority, facts and the links', async () => {
    await send(told(), { priority: 'P2' });
    await send(told({ event: 'degraded' }), { priority: 'P2' });
    expect(bodies(there)).toMatchObject([
      {
        message: 'Down: Shop',
        priority: 'P2',
        entity: 'Shop',
        details: { Why: 'The server answered 503.' },
        description: expect.stringContaining(`Acknowledge: ${BASE_URL}/a/`) as string,
      },
      { priority: 'P3' },
    ]);
  });

  test('an alert that is not there any more needs no closing', async () => {
    there.behave({ status: 404, body: { message: 'Alert does not exist' } });
    expect(await send(told({ event: 'up' }))).toMatch(/^404 Not Found/);
    await expect(send(told())).rejects.toBeInstanceOf(ReceiverGone);
  });

  test('the region decides where it goes, unless a server is named', () => {
    const shown = (config: Record<string, unknown>) =>
      opsgenie.place(opsgenieConfig.parse({ api_key: API_KEY, ...config })).shown;
    expect(shown({})).toBe('api.opsgenie.com …c889');
    expect(shown({ region: 'eu' })).toBe('api.eu.opsgenie.com …c889');
    expect(shown({ region: 'eu', api_url: 'https://jsm.example/' })).toBe('jsm.example …c889');
  });
});

test('what a form sends and what is stored read the same', () => {
  const form = { routing_key: ` ${ROUTING} `, severity: '', api_url: 'https://events.eu.pagerduty.com/' };
  const stored = pagerdutyConfig.parse(form);
  expect(stored).toEqual({ routing_key: ROUTING, severity: 'critical', api_url: 'https://events.eu.pagerduty.com' });
  expect(pagerdutyConfig.parse(stored)).toEqual(stored);
});
