import { afterEach, describe, expect, test } from 'vitest';
import { alertmanager, alertmanagerConfig } from '../../src/channels/alertmanager.ts';
import type { Told } from '../../src/channels/channel.ts';
import { ntfy, ntfyConfig } from '../../src/channels/ntfy.ts';
import { pushover, pushoverConfig } from '../../src/channels/pushover.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { playAlertmanager, playNtfy, playPushover } from '../support/pager-servers.ts';
import { BASE_URL, parcelOf, QUEUED_AT, stormOf, told } from '../support/parcels.ts';
import type { Provider } from '../support/providers.ts';
import { context } from '../support/sending.ts';

const TOKEN = 'azGDORePK8gMaC0QOYAMyEEuzJnyUi';
const USER = 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG';

let open: Provider[] = [];
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
});

async function played<P extends Provider>(starting: Promise<P>): Promise<P> {
  const there = await starting;
  open.push(there);
  return there;
}

const bodies = ({ heard }: Provider) => heard.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('ntfy', () => {
  test('an outage is urgent, a recovery is not, and both lead to the incident', async () => {
    const there = await played(playNtfy());
    const config = ntfyConfig.parse({ topic: 'acme', url: there.url });
    for (const event of ['down', 'degraded', 'up', 'test'] as const) {
      await ntfy.send(parcelOf(told({ event })), config, context());
    }
    expect(bodies(there)).toMatchObject([
      {
        topic: 'acme',
        title: 'Down: Shop',
        priority: 5,
        tags: ['rotating_light'],
        click: `${BASE_URL}/incidents/inc_1`,
        actions: [
          { action: 'view', label: 'Open the incident' },
          { action: 'view', label: 'Acknowledge' },
        ],
      },
      { priority: 4, tags: ['warning'] },
      { priority: 3, tags: ['white_check_mark'] },
      { priority: 3, tags: ['bell'] },
    ]);
    expect(there.heard[0]?.headers).not.toHaveProperty('authorization');
  });

  test.each<[string, Record<string, string>, string]>([
    ['a token', { token: 'tk_1' }, 'Bearer tk_1'],
    ['a name and a password', { username: 'alice', password: 'pä:ss' }, `Basic ${btoa('alice:p\u00c3\u00a4:ss')}`],
  ])('logs in with %s', async (_what, login, header) => {
    const there = await played(playNtfy(header));
    const said = await ntfy.send(
      parcelOf(told()),
      ntfyConfig.parse({ topic: 'acme', url: there.url, ...login }),
      context(),
    );
    expect(said).toMatch(/^200 OK/);
  });

  test('a password without a name is refused', () => {
    expect(ntfyConfig.safeParse({ topic: 'acme', password: 'x' }).success).toBe(false);
    expect(ntfyConfig.safeParse({ topic: 'acme', username: 'x' }).success).toBe(true);
  });
});

describe('Pushover', () => {
  const configOf = (url: string, more: Record<string, unknown> = {}) =>
    pushoverConfig.parse({ token: TOKEN, user: USER, api_url: url, ...more });

  test('an outage has the priority that was chosen, nothing else rings', async () => {
    const there = await played(playPushover(TOKEN, USER));
    for (const event of ['down', 'degraded', 'up', 'acknowledged', 'test'] as const) {
      await pushover.send(
        parcelOf(told({ event })),
        configOf(there.url, { sound: 'siren', device: 'phone' }),
        context(),
      );
    }
    expect(bodies(there)).toMatchObject([
      {
        title: 'Down: Shop',
        priority: 1,
        sound: 'siren',
        device: 'phone',
        url_title: 'Acknowledge',
        timestamp: QUEUED_AT / 1000,
      },
      { priority: 1 },
      { priority: 0, url: `${BASE_URL}/incidents/inc_1`, url_title: 'Open the incident' },
      { priority: 0 },
      { priority: 0 },
    ]);
  });

  test('an emergency rings until the monitor is up again', async () => {
    const there = await played(playPushover(TOKEN, USER));
    const config = configOf(there.url, { priority: '2', retry: '30', expire: '600' });
    await pushover.send(parcelOf(told()), config, context());
    expect(bodies(there)).toMatchObject([{ priority: 2, retry: 30, expire: 600 }]);
    expect(there.ringing.size).toBe(1);
    await pushover.send(parcelOf(told({ event: 'up', no: 2 })), config, context());
    expect(there.ringing.size).toBe(1);
    await pushover.send(parcelOf(told({ event: 'up' })), config, context());
    expect(there.ringing.size).toBe(0);
  });

  test('a recovery that could not stop the ringing is delivered all the same', async () => {
    const there = await played(playPushover(TOKEN, USER));
    there.behave(({ path }) => (path.includes('cancel') ? { status: 500 } : { status: 200, body: { status: 1 } }));
    const said = await pushover.send(
      parcelOf(told({ event: 'up' })),
      configOf(there.url, { priority: '2' }),
      context(),
    );
    expect(said).toMatch(/^200 OK/);
  });

  test('of a storm only the first of its messages rings', async () => {
    const there = await played(playPushover(TOKEN, USER));
    await pushover.send(stormOf(500), configOf(there.url), context());
    const [first, ...others] = bodies(there).map(({ priority }) => priority);
    expect(first).toBe(1);
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(others)).toEqual(new Set([-1]));
  });
});

describe('Alertmanager', () => {
  const send = (url: string, one: Told, more: Record<string, unknown> = {}) =>
    alertmanager.send(parcelOf(one), alertmanagerConfig.parse({ url, ...more }), context());
  const NOW = QUEUED_AT + 1_000;

  test('an outage fires until the recovery ends it, whatever happens in between', async () => {
    const there = await played(playAlertmanager());
    await send(there.url, told());
    expect(there.firing(NOW + 5 * MINUTE)).toEqual(['StatusPingMonitorDown']);
    expect(there.firing(NOW + 2 * DAY)).toEqual(['StatusPingMonitorDown']);
    await send(there.url, told({ event: 'degraded' }));
    await send(there.url, told({ event: 'reminder', name: 'Renamed', target: 'https://new.example' }));
    expect(there.firing(NOW)).toEqual(['StatusPingMonitorDown']);
    await send(there.url, told({ event: 'up' }));
    expect(there.firing(NOW)).toEqual([]);
  });

  test('each monitor is an alert of its own, with the labels of the owner', async () => {
    const there = await played(playAlertmanager());
    await send(there.url, told(), { labels: 'team=ops\nseverity: page' });
    await send(there.url, told({ no: 2 }), { labels: { team: 'ops' } });
    expect(there.firing(NOW)).toHaveLength(2);
    expect(there.heard.map(({ body }) => JSON.parse(body) as unknown[])).toMatchObject([
      [
        {
          labels: {
            alertname: 'StatusPingMonitorDown',
            monitor_id: 'mon_1',
            type: 'http',
            team: 'ops',
            severity: 'page',
          },
          annotations: { summary: 'Shop is down.', monitor: 'Shop', target: 'https://shop.example' },
          generatorURL: `${BASE_URL}/incidents/inc_1`,
        },
      ],
      [{ labels: { monitor_id: 'mon_2', severity: 'critical' } }],
    ]);
  });

  test('a test is over after a minute, a certificate is told of for a day', async () => {
    const there = await played(playAlertmanager());
    await send(there.url, told({ event: 'test' }));
    expect(there.firing(NOW)).toEqual(['StatusPingTest']);
    expect(there.firing(NOW + 2 * MINUTE)).toEqual([]);
    await send(there.url, told({ event: 'ssl_expiring' }));
    expect(there.firing(NOW + 2 * MINUTE)).toEqual(['StatusPingCertificateExpiring']);
    expect(there.firing(NOW + 2 * DAY)).toEqual([]);
  });
});
