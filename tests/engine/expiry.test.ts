import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderAlert } from '../../src/channels/mail-render.ts';
import { type AlertMessage, alertMessage, alertWords } from '../../src/core/alert.ts';
import type { CertificateFacts } from '../../src/core/certificate.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { type Expiry, recordExpiry } from '../../src/engine/expiry.ts';
import { closeOpenIncident } from '../../src/engine/incidents.ts';
import { type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { parcelOf } from '../support/mail.ts';

let w: EngineWorld;
beforeEach(async () => {
  w = await engineWorld();
});
afterEach(() => w.close());

function certificate(fingerprint: string, daysLeft: number, more: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    host: 'shop.example',
    fingerprint,
    key_fingerprint: `key of ${fingerprint}`,
    subject: 'CN=shop.example',
    issuer: 'O=Good Authority, CN=Good R3',
    sans: ['shop.example', 'www.shop.example'],
    not_before: w.clock.now() - 30 * DAY,
    not_after: w.clock.now() + daysLeft * DAY,
    ...more,
  };
}

const shows = (shown: CertificateFacts, warnDays?: number[]): Verdict => ({
  ...UP,
  found: { certificate: shown, warnDays },
});

/** What was queued, oldest first: event, channel and threshold. */
async function told(): Promise<string[]> {
  const rows = await w.db.read.all<{ line: string }>(sql`
    select event || ' ' || channel_id || ' ' || (payload ->> '$.expiry.threshold') as line
    from deliveries where payload ->> '$.expiry' is not null order by rowid`);
  return rows.map(({ line }) => line);
}

async function stored() {
  return w.db.read.all<{ monitor_no: number; fingerprint: string; first_seen_at: number; last_seen_at: number }>(
    sql`select monitor_no, fingerprint, first_seen_at, last_seen_at from certificates order by monitor_no`,
  );
}

describe('warnings about a certificate', () => {
  test('come once for each threshold, not with every check', async () => {
    const shop = await w.addMonitor();
    const shown = certificate('AA', 32);
    for (let day = 0; day <= 34; day += 1) {
      await w.seen(shop, shows(shown));
      w.clock.advance(MINUTE);
      await w.seen(shop, shows(shown));
      w.clock.advance(DAY - MINUTE);
    }
    expect(await told()).toEqual(['30', '14', '7', '3', '1', '0'].map((days) => `ssl_expiring chn_alice ${days}`));
  });

  test('are one for all monitors that see it', async () => {
    const [shop, blog] = [await w.addMonitor(), await w.addMonitor()];
    const shown = certificate('AA', 10);
    await w.seen(shop, shows(shown));
    await w.seen(blog, shows(shown));
    expect(await told()).toEqual(['ssl_expiring chn_alice 14']);
  });

  test('go to the channels of every monitor that has seen it', async () => {
    await w.db.write('arrange', (tx) =>
      tx.run(sql`insert into channels (id, account_id, kind, name, config, created_at)
        values ('chn_ops', 'acc_alice', 'email', 'Ops', '{"to":["alice@example.com"]}', 1)`),
    );
    const [shop, blog] = [await w.addMonitor(), await w.addMonitor()];
    await w.db.write('arrange', (tx) =>
      tx.run(sql`update monitor_channels set channel_id = 'chn_ops' where monitor_no = ${blog}`),
    );
    const shown = certificate('AA', 31);
    await w.seen(shop, shows(shown));
    await w.seen(blog, shows(shown));
    w.clock.advance(2 * DAY);
    await w.seen(shop, shows(shown));
    await w.seen(blog, shows(shown));
    expect((await told()).toSorted()).toEqual(['ssl_expiring chn_alice 30', 'ssl_expiring chn_ops 30']);
  });

  test('start anew with the next certificate, and follow the days asked for', async () => {
    const shop = await w.addMonitor();
    await w.seen(shop, shows(certificate('AA', 2)));
    w.clock.advance(MINUTE);
    await w.seen(shop, shows(certificate('BB', 90)));
    w.clock.advance(MINUTE);
    await w.seen(shop, shows(certificate('CC', 50), [60]));
    expect(await told()).toEqual(['3', '-1', '60'].map((days) => `ssl_expiring chn_alice ${days}`));
  });

  test('are not part of the free plan', async () => {
    await w.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'free'`));
    const shop = await w.addMonitor();
    await w.seen(shop, shows(certificate('AA', 2)));
    expect(await told()).toEqual([]);
    expect(await stored()).toHaveLength(1);
    await w.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'pro'`));
    w.clock.advance(DAY);
    await w.seen(shop, shows(certificate('AA', 1)));
    expect(await told()).toEqual(['ssl_expiring chn_alice 1']);
  });
});

describe('a change of the certificate', () => {
  test.each<[string, number, Partial<CertificateFacts>, string | null]>([
    ['renewed in time', 20, {}, null],
    [
      'another issuer long before the end',
      60,
      { issuer: 'CN=Cheap CA' },
      'It is issued by Cheap CA; before it was Good R3.',
    ],
    ['another key long before the end', 60, {}, 'It has another key than before.'],
    ['the same key, issued again', 60, { key_fingerprint: 'key of AA' }, null],
    ['another host', 60, { host: 'blog.example' }, null],
  ])('%s', async (_what, daysLeft, more, note) => {
    const shop = await w.addMonitor();
    await w.seen(shop, shows(certificate('AA', daysLeft), [1]));
    w.clock.advance(MINUTE);
    await w.seen(shop, shows(certificate('BB', 90, more), [1]));
    const rows = await w.db.read.all<{ note: string | null; threshold: number }>(
      sql`select payload ->> '$.expiry.note' as note, payload ->> '$.expiry.threshold' as threshold from deliveries`,
    );
    expect(rows).toEqual(note === null ? [] : [{ note, threshold: -1 }]);
  });

  test('two servers that take turns are told of once each', async () => {
    const shop = await w.addMonitor();
    for (const which of ['AA', 'BB', 'AA', 'BB', 'AA']) {
      await w.seen(shop, shows(certificate(which, 80)));
      w.clock.advance(MINUTE);
    }
    expect(await told()).toHaveLength(2);
  });
});

describe('what is stored', () => {
  test('is written when it is new and once a day, and forgotten when the monitor looks elsewhere', async () => {
    const shop = await w.addMonitor();
    const start = w.clock.now();
    const shown = certificate('AA', 80);
    await w.seen(shop, shows(shown));
    w.clock.advance(DAY - MINUTE);
    await w.seen(shop, shows(shown));
    expect(await stored()).toMatchObject([{ first_seen_at: start, last_seen_at: start }]);
    w.clock.advance(MINUTE);
    await w.seen(shop, shows(shown));
    expect(await stored()).toMatchObject([{ first_seen_at: start, last_seen_at: start + DAY }]);
    w.clock.advance(MINUTE);
    await w.seen(shop, shows(certificate('BB', 90)));
    expect(await stored()).toMatchObject([{ fingerprint: 'BB', first_seen_at: w.clock.now() }]);
    await w.db.write('edit', (tx) => closeOpenIncident(tx, { monitorNo: shop, cause: 'changed', now: w.clock.now() }));
    expect(await stored()).toEqual([]);
  });
});

test('a domain is warned of in the same way', async () => {
  const shop = await w.addMonitor();
  const expiry: Expiry = {
    event: 'domain_expiring',
    accountId: 'acc_alice',
    monitorNo: shop,
    subject: 'domain:shop.example:1',
    host: 'shop.example',
    expiresAt: w.clock.now() + 5 * DAY,
    warnDays: undefined,
    now: w.clock.now(),
  };
  const record = () => w.db.write('record', (tx) => recordExpiry(tx, expiry));
  expect(await record()).toBe(1);
  expect(await record()).toBe(0);
  expect(await told()).toEqual(['domain_expiring chn_alice 7']);
});

describe('the words', () => {
  async function queued(): Promise<AlertMessage[]> {
    const rows = await w.db.read.all<{ payload: string }>(sql`select payload from deliveries order by rowid`);
    return rows.map(({ payload }) => alertMessage.parse(JSON.parse(payload)));
  }

  test('say host, day and what is left when the message leaves', async () => {
    const shop = await w.addMonitor();
    await w.seen(shop, shows(certificate('AA', 6.5)));
    const [alert] = await queued();
    if (!alert) throw new Error('nothing was queued');
    const at = w.clock.now();
    const words = alertWords(alert, at, at);
    expect(words).toMatchObject({
      tone: 'bad',
      badge: 'Expiring',
      subject: 'Expires soon: certificate of shop.example (6 days left)',
      headline: 'The certificate of shop.example has 6 days left.',
      path: '/certificates',
      late: null,
    });
    expect(words.facts).toContainEqual({ label: 'Monitor', value: 'Shop 1' });
    const link = `https://status.example${words.path}`;
    const mail = renderAlert(parcelOf(alert, { words, link, acknowledge: null }), 'https://status.example');
    expect(mail.text).toContain('The certificate of shop.example has 6 days left.');
    expect(mail.html).toContain('href="https://status.example/certificates"');
    const late = alertWords(alert, at, at + 7 * DAY);
    expect(late).toMatchObject({
      badge: 'Expired',
      headline: 'The certificate of shop.example has expired less than a day ago.',
    });
    expect(late.late).toContain('late');
  });

  test('of a change name what changed', async () => {
    const shop = await w.addMonitor();
    await w.seen(shop, shows(certificate('AA', 80)));
    w.clock.advance(MINUTE);
    await w.seen(shop, shows(certificate('BB', 80, { issuer: 'CN=Cheap CA' })));
    const [alert] = await queued();
    if (!alert) throw new Error('nothing was queued');
    const words = alertWords(alert, w.clock.now(), w.clock.now());
    expect(words.subject).toBe('Certificate changed: shop.example');
    expect(words.facts.at(-1)?.value).toContain('issued by Cheap CA');
  });
});
