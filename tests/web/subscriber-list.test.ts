import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseCsv } from '../../src/core/csv.ts';
import { type FollowerWorld, followerWorld } from '../support/followers.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';
import { addMember } from '../support/world.ts';

let sink: SmtpSink;
let world: FollowerWorld;
let here: string;
beforeAll(async () => {
  sink = await smtpSink();
});
afterAll(() => sink.stop());
beforeEach(async () => {
  sink.mails.length = 0;
  world = await followerWorld(sink.smtp);
  here = `/status-pages/${world.pageId}/subscribers`;
});
afterEach(() => world.close());

const alice = () => world.alice.browser;

function send(text: string, consent = false) {
  const form = new FormData();
  form.set('file', new File([text], 'list.csv', { type: 'text/csv' }));
  if (consent) form.set('consent', 'true');
  return alice().request(`${here}/import`, {
    method: 'POST',
    headers: { accept: 'text/html', origin: world.deps.config.baseUrl, 'sec-fetch-site': 'same-origin' },
    body: form,
  });
}

describe('the list', () => {
  test('whoever is added by hand is asked first; who follows already is named so', async () => {
    expect((await alice().post(here, { kind: 'email', target: 'new@example.org' })).status).toBe(303);
    await world.run();
    expect(sink.mails.map(({ subject }) => subject)).toEqual(['Confirm your subscription to Alice Shop']);
    await world.follow('email', 'old@example.org');
    const again = await alice().post(here, { kind: 'email', target: 'Old@example.org' });
    expect(again.status).toBe(422);
    expect(await again.text()).toContain('follows the page already');
    expect((await alice().post(here, { kind: 'slack', target: 'not an address' })).status).toBe(422);
  });

  test('addresses are found by a part of them, and shown to those who may change the page only', async () => {
    await world.follow('email', 'ann@example.org');
    await world.follow('slack', 'https://hooks.slack.com/services/T0/B0/verysecretkey99');
    const found = await (await alice().get(`${here}?find=ANN`)).text();
    expect(found).toContain('ann@example.org');
    expect(found).not.toContain('hooks.slack.com');
    const all = await (await alice().get(here)).text();
    expect(all).toContain('hooks.slack.com');
    expect(all).not.toContain('verysecretkey99');
    const viewer = await addMember(world.test, world.alice, 'viewer@example.com', 'viewer');
    const seen = await (await viewer.browser.get(here)).text();
    expect(seen).not.toContain('ann@example.org');
    expect(seen).toContain('<b>2</b>');
  });

  test('whoever is taken off the list hears no more, and the record says who did it', async () => {
    const id = await world.follow('email', 'reader@example.org');
    await world.publish([]);
    await world.job();
    expect((await alice().post(`${here}/${id}/remove`)).status).toBe(303);
    await world.run();
    expect(sink.mails).toEqual([]);
    const record = await world.deps.db.read.all<{ action: string; subject: string }>(
      sql`select action, subject from audit_log where action like 'subscriber%'`,
    );
    expect(record).toEqual([{ action: 'subscriber.removed', subject: 'reader@example.org' }]);
  });

  test('one that was switched off says why, and can be tried again', async () => {
    const id = await world.follow('email', 'bad@example.org');
    sink.behave('refuse');
    for (let i = 0; i < 3; i++) {
      await world.publish([], `News ${i}`);
      await world.run();
    }
    sink.behave('accept');
    const html = await (await alice().get(`${here}?state=disabled`)).text();
    expect(html).toContain('bad@example.org');
    expect(html).toContain('no such mailbox here');
    await alice().post(`${here}/${id}/resume`);
    await world.publish([]);
    await world.run();
    expect(sink.mails).toHaveLength(1);
  });

  test('a page of fifty leads on to the next', async () => {
    for (let i = 0; i < 60; i++) await world.follow('email', `reader${String(i).padStart(2, '0')}@example.org`);
    const first = await (await alice().get(here)).text();
    expect(first.match(/reader\d\d@example\.org<\/span>/g)).toHaveLength(50);
    const next = /href="([^"]*after=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await (await alice().get(next)).text();
    expect(second.match(/reader5\d@example\.org<\/span>/g)).toHaveLength(10);
  });
});

describe('files', () => {
  test('a list comes in with a reason for each line that cannot, and goes out so that it can come in again', async () => {
    const text = [
      'email;components;incidents;maintenance;language',
      'ann@example.org;Shop|API;yes;no;de',
      '"quoted@example.org";;;;',
      'nonsense;;;;',
      'ann@example.org;;;;',
      'bob@example.org;Nothing such;;;',
      'cat@example.org;;no;no;',
    ].join('\r\n');
    const answer = await send(text);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain('2 subscribers were added');
    for (const line of [4, 5, 6, 7]) expect(html).toContain(`Line ${line}:`);
    await world.run();
    expect(sink.mails).toHaveLength(2);
    expect(sink.mails.map(({ subject }) => subject)).toContain('Bestätigen Sie Ihr Abonnement von Alice Shop');
    const rows = await world.followers();
    expect(rows.map(({ confirmed_at: at }) => at)).toEqual([null, null]);
    expect(rows[0]).toMatchObject({
      maintenance: 0,
      component_ids: JSON.stringify([world.lines.shop, world.lines.api]),
    });

    const file = await alice().get(`${here}.csv`);
    expect(file.headers.get('content-disposition')).toContain('attachment');
    const csv = await file.text();
    expect(parseCsv(csv)[1]?.cells.slice(0, 6)).toEqual([
      'email',
      'ann@example.org',
      `${world.lines.shop};${world.lines.api}`,
      'true',
      'false',
      'de',
    ]);
    await world.deps.db.write('arrange', (tx) => tx.run(sql`delete from subscribers`));
    expect(await (await send(csv, true)).text()).toContain('2 subscribers were added');
    expect((await world.followers()).map(({ component_ids: ids, target }) => [target, ids])).toEqual(
      rows.map(({ component_ids: ids, target }) => [target, ids]),
    );
  });

  test('with consent mail addresses count as confirmed; a webhook is still asked', async () => {
    await send(
      'kind,target\nemail,a@example.org\nwebhook,https://example.org/hook\nslack,https://hooks.slack.com/services/a',
      true,
    );
    const rows = await world.followers();
    expect(rows.map(({ kind, confirmed_at: at }) => [kind, at !== null])).toEqual([
      ['email', true],
      ['webhook', false],
      ['slack', false],
    ]);
    expect(await world.states()).toEqual(['confirm queued', 'confirm queued']);
  });

  test('ten thousand are taken, one more is refused with the number', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `r${i}@example.org`).join('\n');
    const over = await send(many(10_001));
    expect(over.status).toBe(422);
    expect(await over.text()).toContain('It has 10001 lines');
    expect(await (await send(many(10_000))).text()).toContain('10,000 subscribers were added');
    const [waiting] = await world.deps.db.read.all<{ n: number }>(
      sql`select count(*) as n from deliveries where event = 'confirm' and state = 'queued'`,
    );
    expect(waiting?.n).toBe(10_000);
    expect(await (await alice().get(here)).text()).toContain('10,000 messages are on the way');
  });

  test('files cannot be used to write to one person again and again', async () => {
    for (let i = 0; i < 6; i++) {
      await send('victim@example.org');
      await world.run();
      await world.deps.db.write('arrange', (tx) => tx.run(sql`delete from subscribers`));
    }
    expect(sink.mails).toHaveLength(3);
  });

  test('nothing in it, and nothing at all', async () => {
    expect((await send('')).status).toBe(422);
    expect((await send('email,kind\n')).status).toBe(422);
  });
});

test('of webhooks the host alone can be seen, looked for, and read from where the list goes on', async () => {
  const keys = ['T0FIRSTSECRET', 'T0OTHERSECRET', 'T0THIRDSECRET'];
  for (const key of keys) await world.follow('webhook', `https://hooks.example.net/services/${key}/${'x'.repeat(150)}`);
  const api = `/api${here}?find=hooks.example.net&limit=1`;
  const part = async (more: string) => {
    const answer = await alice().json('GET', `${api}${more}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as { data: { id: string }[]; next_cursor: string | null };
  };
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await part(`&cursor=${cursor}`);
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
    expect(Buffer.from(cursor ?? '', 'base64url').toString()).not.toContain('T0');
  }
  expect(new Set(seen).size).toBe(3);
  for (const find of ['t0first', 'services', 'secret']) {
    expect(((await (await alice().json('GET', `/api${here}?find=${find}`)).json()) as { data: [] }).data).toEqual([]);
    expect(await (await alice().get(`${here}?find=${find}`)).text()).not.toContain('hooks.example.net');
  }
  // Somebody who goes while the list is read takes nobody else along.
  const first = await part('');
  expect((await alice().json('DELETE', `/api${here}/${first.data[0]?.id}`)).status).toBe(204);
  const left = await part(`&cursor=${first.next_cursor}`);
  expect(left.data.map(({ id }) => id)).toEqual([seen[1]]);
  for (const cursor of ['x', Buffer.from('["fax","a"]').toString('base64url')])
    expect((await alice().json('GET', `${api}&cursor=${cursor}`)).status).toBe(422);
  for (const id of seen.slice(1)) await alice().json('DELETE', `/api${here}/${id}`);
});

test('the API adds, lists page by page, and removes', async () => {
  const api = `/api${here}`;
  const added = await alice().json('POST', api, { target: 'a@example.org', component_ids: [world.lines.shop] });
  expect(added.status).toBe(201);
  const one = (await added.json()) as { id: string };
  expect(one).toMatchObject({ kind: 'email', state: 'waiting', component_ids: [world.lines.shop], incidents: true });
  await world.follow('email', 'b@example.org');
  const list = (await (await alice().json('GET', `${api}?limit=1`)).json()) as { data: object[]; next_cursor: string };
  expect(list.data).toHaveLength(1);
  const rest = (await (await alice().json('GET', `${api}?limit=1&cursor=${list.next_cursor}`)).json()) as object;
  expect(rest).toMatchObject({ data: [{ target: 'b@example.org', state: 'active' }], next_cursor: null });
  for (const bad of [{ target: 'nonsense' }, { target: 'c@example.org', component_ids: ['cmp_x'] }, { kind: 'fax' }]) {
    expect((await alice().json('POST', api, bad)).status).toBe(422);
  }
  expect((await alice().json('DELETE', `${api}/${one.id}`)).status).toBe(204);
  expect((await alice().json('DELETE', `${api}/${one.id}`)).status).toBe(404);
});
