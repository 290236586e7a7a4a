import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { createOutbox, enqueueIncident } from '../../src/engine/outbox.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { alertOf } from '../support/mail.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';
import { type World, world } from '../support/world.ts';

const PASSWORD = 'correct horse battery';
const LOGIN = { user: 'ops@acme.example', pass: PASSWORD };
const OUTSIDERS = ['oncall@acme.example', 'boss@acme.example'];

/** The installation's mail server, and one of Alice's own. */
let ours: SmtpSink;
let hers: SmtpSink;
let app: TestApp;
let people: World;

beforeEach(async () => {
  ours = await smtpSink();
  hers = await smtpSink({ starttls: true, auth: LOGIN });
  app = await testApp({ config: { smtp: ours.smtp } });
  app.deps.outbound.authorities = [hers.certificate.cert];
  people = await world(app, { plan: 'pro' });
  await app.deps.db.write('arrange', (tx) => tx.run(sql`delete from deliveries`));
});

afterEach(async () => {
  await app.close();
  await ours.stop();
  await hers.stop();
});

function settings(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    to: OUTSIDERS,
    smtp_server: 'localhost',
    smtp_port: hers.port,
    username: LOGIN.user,
    password: PASSWORD,
    from_email: 'monitoring@acme.example',
    ...given,
  };
}

async function addChannel(given: Record<string, unknown> = {}): Promise<string> {
  const body = { kind: 'email', name: 'On call', config: settings(given) };
  const answer = await people.alice.browser.json('POST', '/api/channels', body);
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

/** Queues an alert for the channel and everybody else of Alice's account. */
async function goDown(): Promise<void> {
  const { alice } = people;
  const now = app.clock.now();
  await app.deps.db.write('arrange', async (tx) => {
    const [row] = await tx.all<{ no: number }>(sql`
      insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      values ('mon_1', ${alice.accountId}, 'Shop', 'http', 'https://shop.example', '{}', 60, 10, 3, 1, 1, '[]', ${now})
      returning no`);
    const no = row?.no ?? 0;
    await tx.run(sql`insert into monitor_channels (monitor_no, channel_id)
      select ${no}, id from channels where account_id = ${alice.accountId}`);
    await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      values ('inc_9', ${alice.accountId}, ${no}, 'bad_status', 'x', ${now}, ${now})`);
    const alert = alertOf({ incident: { startedAt: now } });
    const what = { event: 'down' as const, accountId: alice.accountId, monitorNo: no, incidentId: 'inc_9' };
    await enqueueIncident(tx, { ...what, now, alert });
  });
}

async function sendAll(): Promise<void> {
  const outbox = createOutbox(app.deps);
  await outbox.tick();
  await outbox.stop();
}

async function deliveries() {
  return app.deps.db.read.all<{ recipient: string; state: string; last_error: string | null }>(
    sql`select recipient, state, last_error from deliveries where channel_id is not null order by recipient`,
  );
}

/** Everything somebody could read of a channel afterwards. */
async function everythingShown(id: string): Promise<string> {
  const { browser } = people.alice;
  const pages = ['/channels', `/channels/${id}/edit`, '/deliveries', '/settings', '/api/channels', '/api/deliveries'];
  const texts: string[] = [];
  for (const path of [...pages, `/api/channels/${id}`]) {
    const answer = await browser.get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    texts.push(await answer.text());
  }
  const audit = await app.deps.db.read.all(sql`select * from audit_log`);
  const kept = await app.deps.db.read.all(sql`select last_error, answer, payload from deliveries`);
  return [...texts, JSON.stringify(audit), JSON.stringify(kept), JSON.stringify(app.logged)].join('\n');
}

describe('a channel with its own mail server', () => {
  test('tells people who are no members, each in a mail of their own, and not through ours', async () => {
    const id = await addChannel();
    await goDown();
    await sendAll();
    expect(hers.mails).toHaveLength(2);
    expect(new Set(hers.mails.flatMap(({ envelopeTo }) => envelopeTo))).toEqual(new Set(OUTSIDERS));
    for (const mail of hers.mails) {
      expect(mail).toMatchObject({ secure: true, user: LOGIN.user, from: { address: 'monitoring@acme.example' } });
      expect(mail.to).toHaveLength(1);
    }
    expect(ours.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['alice@example.com']]);
    expect(await everythingShown(id)).not.toContain(PASSWORD);
  });

  test('shows its password nowhere, and keeps it when the mask is sent back', async () => {
    const id = await addChannel();
    const { browser } = people.alice;
    const read = await browser.json('GET', `/api/channels/${id}`);
    const { config } = (await read.json()) as { config: Record<string, unknown> };
    expect(config).toMatchObject({ smtp_server: 'localhost', username: LOGIN.user, password: '********' });
    const patched = await browser.json('PATCH', `/api/channels/${id}`, { config: { ...config, to: [OUTSIDERS[0]] } });
    expect(patched.status).toBe(200);
    const tested = await browser.json('POST', `/api/channels/${id}/test`);
    expect(tested.status).toBe(200);
    expect(await tested.json()).toMatchObject({ sent: true, answers: [{ message: '250 taken as 1' }] });
    expect(await everythingShown(id)).not.toContain(PASSWORD);
  });

  test('that refuses one address takes the other', async () => {
    await addChannel();
    hers.behave((to) => (to.startsWith('boss') ? 'refuse' : 'accept'));
    await goDown();
    await sendAll();
    expect(await deliveries()).toEqual([
      { recipient: 'alice@example.com', state: 'sent', last_error: null },
      { recipient: 'boss@acme.example', state: 'dead', last_error: '550 5.1.1 no such mailbox here' },
      { recipient: 'oncall@acme.example', state: 'sent', last_error: null },
    ]);
  });

  test('that refuses the log-in waits without holding up anybody, and goes on when it is mended', async () => {
    const id = await addChannel({ password: 'not this one' });
    await goDown();
    await sendAll();
    const waiting = (await deliveries()).filter(({ state }) => state === 'queued');
    expect(waiting.map(({ recipient }) => recipient)).toEqual(OUTSIDERS.toSorted());
    expect(waiting.map(({ last_error: error }) => error)).toContain('Your mail server refused the log-in (535).');
    expect(ours.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['alice@example.com']]);
    const notice = await (await people.alice.browser.get('/dashboard')).text();
    expect(notice).not.toContain('refused the log-in');

    const patch = { config: { password: PASSWORD } };
    expect((await people.alice.browser.json('PATCH', `/api/channels/${id}`, patch)).status).toBe(200);
    app.clock.advance(2 * MINUTE);
    await sendAll();
    expect(hers.mails).toHaveLength(2);
    expect(new Set(hers.mails.flatMap(({ envelopeTo }) => envelopeTo))).toEqual(new Set(OUTSIDERS));
    expect(await everythingShown(id)).not.toContain(PASSWORD);
  });

  test('at a private address is not dialled where those are forbidden', async () => {
    const id = await addChannel();
    app.deps.outbound.allowPrivate = false;
    const tested = await people.alice.browser.json('POST', `/api/channels/${id}/test`);
    const said = (await tested.json()) as { sent: boolean; answers: { message: string }[] };
    expect(said.sent).toBe(false);
    expect(said.answers[0]?.message).toMatch(/^Your mail server may not be contacted\. /);
    expect(hers.connections()).toBe(0);
  });
});

test('without one, only members are told', async () => {
  const body = { kind: 'email', config: { to: OUTSIDERS } };
  const answer = await people.alice.browser.json('POST', '/api/channels', body);
  expect(answer.status).toBe(422);
  expect(JSON.stringify(await answer.json())).toContain('config.to');
});
