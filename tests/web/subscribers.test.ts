import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { AWAY, type FollowerWorld, followerWorld } from '../support/followers.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';
import { signUp } from '../support/world.ts';

let sink: SmtpSink;
let world: FollowerWorld;
beforeAll(async () => {
  sink = await smtpSink();
});
afterAll(() => sink.stop());
beforeEach(async () => {
  sink.mails.length = 0;
  sink.behave('accept');
  world = await followerWorld(sink.smtp);
});
afterEach(() => world.close());

const PAGE = '/s/alice-shop';

function ask(target: string, more: Record<string, string | string[]> = {}, ip = '198.51.100.7') {
  return world.test
    .visitor({ ip })
    .post(`${PAGE}/subscribe`, { by: 'email', target, incidents: 'true', maintenance: 'true', scope: 'all', ...more });
}

/** Paths of the links in a mail's text, by their purpose. */
function links(text = ''): Record<string, string> {
  const found = [...text.matchAll(/https:\/\/status\.example\.test(\/s\/alice-shop\/(\w+)\/[\w.-]+)/g)];
  return Object.fromEntries(found.map(([, path = '', purpose = '']) => [purpose, path]));
}

/** A mail program that posts what RFC 8058 says, with neither cookie nor origin. */
function oneClick(path: string) {
  return world.test.app.request(`${AWAY}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
}

describe('by mail', () => {
  test('nothing is sent before the link in the first mail was used, and opening it is not using it', async () => {
    const form = await world.test.visitor().get(`${PAGE}/subscribe`);
    expect(form.status).toBe(200);
    const html = await form.text();
    expect(html).toContain('Backend');
    expect(html).not.toContain('Secret lab');
    expect(html).not.toContain('<script');

    expect((await ask('Reader@Example.org')).status).toBe(200);
    await world.run();
    expect(sink.mails).toHaveLength(1);
    const [first] = sink.mails;
    expect(first?.envelopeTo).toEqual(['Reader@Example.org']);
    expect(first?.subject).toBe('Confirm your subscription to Alice Shop');
    const { confirm = '' } = links(first?.text);
    const visitor = world.test.visitor();
    expect((await visitor.get(confirm)).status).toBe(200);
    await world.publish([]);
    await world.run();
    expect(sink.mails).toHaveLength(1);
    expect((await world.followers())[0]?.confirmed_at).toBeNull();

    for (let times = 0; times < 2; times++) {
      const yes = await visitor.post(confirm);
      expect(yes.status).toBe(200);
      expect(await yes.text()).toContain('You are subscribed');
    }
    await world.publish([], 'It is the **database**.');
    await world.run();
    expect(sink.mails).toHaveLength(2);
    const mail = sink.mails[1];
    expect(mail?.subject).toBe('[Alice Shop] Investigating: Orders fail');
    expect(mail?.text).toContain('It is the database.');
    expect(mail?.html).toContain('<strong>database</strong>');
    expect(mail?.from?.name).toBe('Alice Shop');
  });

  test('one click ends it, however often; a scanner that opens the link ends nothing', async () => {
    await world.follow('email', 'reader@example.org');
    await world.publish([]);
    await world.run();
    const [mail] = sink.mails;
    const header = (key: string) => mail?.headers.find((one) => one.key === key)?.value ?? '';
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    const address = /^<https:\/\/status\.example\.test(\S+)>$/.exec(header('list-unsubscribe'))?.[1] ?? '';
    expect((await world.test.visitor().get(address)).status).toBe(200);
    expect(await world.followers()).toHaveLength(1);

    await world.publish([], 'Waiting when it ends.');
    await world.job();
    for (let times = 0; times < 3; times++) {
      const answer = await oneClick(address);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('You are unsubscribed');
    }
    expect(await world.followers()).toHaveLength(0);
    await world.run();
    expect(sink.mails).toHaveLength(1);
    expect(await (await world.test.visitor().get(address)).text()).toContain('You are unsubscribed');
  });

  test('all mails of one report are one thread, each with a key of its own', async () => {
    await world.follow('email', 'reader@example.org');
    const report = await world.publish([]);
    await world.run();
    await world.update(report, 'resolved', 'Works again.');
    await world.run();
    const [first, second] = sink.mails;
    expect(second?.subject).toBe('[Alice Shop] Resolved: Orders fail');
    expect(first?.inReplyTo).toBe(second?.inReplyTo);
    expect(first?.inReplyTo).toContain(report);
    expect(first?.messageId).not.toBe(second?.messageId);
    const auto = second?.headers.find(({ key }) => key === 'auto-submitted')?.value;
    expect(auto).toBe('auto-generated');
  });

  test('a known address gets the same answer, a mail that says so, and keeps what it chose', async () => {
    await world.follow('email', 'reader@example.org', { components: [world.lines.shop], maintenance: 0 });
    const [known, unknown] = [await ask('reader@example.org'), await ask('nobody@example.org')];
    expect(known.status).toBe(unknown.status);
    expect(await known.text()).toBe(await unknown.text());
    await world.run();
    const mail = sink.mails.find(({ envelopeTo }) => envelopeTo[0] === 'reader@example.org');
    expect(mail?.subject).toBe('You already follow Alice Shop');
    expect(links(mail?.text)['preferences']).toBeDefined();
    const [row] = await world.followers();
    expect(row?.component_ids).toBe(JSON.stringify([world.lines.shop]));
    expect(row?.maintenance).toBe(0);
  });

  test('a flood sends three mails an hour to an address, in whatever spelling, and six a day', async () => {
    const answers = new Set<string>();
    for (let i = 0; i < 30; i++) {
      const answer = await ask(i % 2 ? 'victim@example.org' : `Victim+${i}@example.org`, {}, `203.0.113.${i}`);
      answers.add(`${answer.status} ${await answer.text()}`);
      await world.run();
    }
    expect(answers.size).toBe(1);
    expect(sink.mails).toHaveLength(3);
    for (let hour = 0; hour < 5; hour++) {
      world.clock.advance(HOUR + 1);
      for (let i = 0; i < 5; i++) {
        await ask('victim@example.org', {}, `203.0.113.${i}`);
        await world.run();
      }
    }
    expect(sink.mails).toHaveLength(6);
  });

  test('one visitor can make no more than twenty mails go out in an hour', async () => {
    const states: number[] = [];
    for (let i = 0; i < 25; i++) states.push((await ask(`reader${i}@example.org`)).status);
    await world.run();
    expect(sink.mails).toHaveLength(20);
    expect(states.slice(20)).toEqual([429, 429, 429, 429, 429]);
  });

  test.each([
    ['no address', { target: 'nonsense' }],
    ['two addresses', { target: 'a@example.org, b@example.org' }],
    ['a header', { target: 'a@example.org\r\nBcc: b@example.org' }],
    ['nothing to hear of', { incidents: [], maintenance: [] }],
    ['no component', { scope: 'some' }],
    ['a hidden component', { scope: 'some', component: 'hidden' }],
  ])('%s is refused beside the field', async (_what, given) => {
    const more: Record<string, string | string[]> = { ...given };
    if (more['component'] === 'hidden') more['component'] = world.lines.hidden;
    const answer = await ask('reader@example.org', more);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('class="fault"');
    expect(await world.followers()).toHaveLength(0);
  });

  test('what was chosen decides: components, their groups, kinds of news', async () => {
    const { lines } = world;
    await world.follow('email', 'shop@example.org', { components: [lines.shop] });
    await world.follow('email', 'group@example.org', { components: [lines.group] });
    await world.follow('email', 'api@example.org', { components: [lines.api] });
    await world.follow('email', 'all@example.org');
    await world.follow('email', 'work@example.org', { incidents: 0 });
    const heard = async () => {
      await world.run();
      return sink.mails
        .splice(0)
        .map(({ envelopeTo: [to = ''] }) => to.split('@')[0] ?? '')
        .toSorted((a, b) => a.localeCompare(b));
    };
    await world.publish([lines.api]);
    expect(await heard()).toEqual(['all', 'api', 'group']);
    await world.publish([lines.group]);
    expect(await heard()).toEqual(['all', 'api', 'group']);
    await world.publish([]);
    expect(await heard()).toEqual(['all', 'api', 'group', 'shop']);
    await world.publish([lines.hidden], 'Nobody may know of the lab.');
    expect(await heard()).toEqual([]);
    await world.publish([lines.hidden, lines.shop]);
    await world.run();
    expect(sink.mails).toHaveLength(2);
    expect(JSON.stringify(sink.mails)).not.toContain('Secret lab');
  });

  test('preferences are changed by a link, and only with something in them', async () => {
    await world.follow('email', 'reader@example.org');
    await world.publish([]);
    await world.run();
    const { preferences = '' } = links(sink.mails[0]?.text);
    const visitor = world.test.visitor();
    expect(await (await visitor.get(preferences)).text()).toContain('Your subscription');
    const wish = { maintenance: 'true', scope: 'some', component: [world.lines.api], language: 'de' };
    expect((await visitor.post(preferences, wish)).status).toBe(200);
    expect(await world.followers()).toMatchObject([
      { incidents: 0, maintenance: 1, component_ids: JSON.stringify([world.lines.api]), language: 'de' },
    ]);
    expect((await visitor.post(preferences, { scope: 'all' })).status).toBe(422);
  });

  test('a link is good for its purpose, its page and its time only', async () => {
    await ask('reader@example.org');
    await world.run();
    const { confirm = '' } = links(sink.mails[0]?.text);
    const token = confirm.split('/').at(-1) ?? '';
    const visitor = world.test.visitor();
    for (const path of [`unsubscribe/${token}`, `preferences/${token}`, `confirm/${token}x`, 'confirm/x']) {
      expect((await visitor.post(`${PAGE}/${path}`, { incidents: 'true', scope: 'all' })).status).toBe(404);
    }
    await signUp(world.test, 'mallory@example.net', 'mallory-inc');
    expect((await visitor.post(confirm.replace('alice-shop', 'mallory-inc'))).status).toBe(404);
    expect((await world.followers())[0]?.confirmed_at).toBeNull();
    world.clock.advance(73 * HOUR);
    expect((await visitor.post(confirm)).status).toBe(404);
    expect((await world.followers())[0]?.confirmed_at).toBeNull();
  });

  test('an address that refuses three times in a row is left alone; the others get their mail', async () => {
    await world.follow('email', 'bad@example.org');
    await world.follow('email', 'good@example.org');
    sink.behave((to) => (to.startsWith('bad') ? 'refuse' : 'accept'));
    for (let i = 0; i < 4; i++) {
      await world.publish([], `News ${i}`);
      await world.run();
    }
    expect(sink.mails.map(({ envelopeTo: [to] }) => to)).toEqual(Array(4).fill('good@example.org'));
    const [bad, good] = await world.followers();
    expect(bad).toMatchObject({ failures: 3 });
    expect(bad?.disabled_at).not.toBeNull();
    expect(good).toMatchObject({ failures: 0, disabled_at: null });
    sink.behave('accept');
    await ask('bad@example.org');
    await world.run();
    const { confirm = '' } = links(sink.mails.at(-1)?.text);
    await world.test.visitor().post(confirm);
    expect((await world.followers())[0]).toMatchObject({ failures: 0, disabled_at: null });
  });

  test('what was learnt is told even weeks after the end', async () => {
    await world.follow('email', 'reader@example.org');
    const report = await world.publish([world.lines.shop]);
    await world.update(report, 'resolved', 'Works again.');
    world.clock.advance(30 * 24 * HOUR);
    await world.update(report, 'postmortem', 'A disk was full.');
    await world.run();
    expect(sink.mails.map(({ subject }) => subject?.split(' ')[2])).toEqual([
      'Investigating:',
      'Resolved:',
      'Postmortem:',
    ]);
  });

  test.each(['members', 'password'])(
    'a page for %s takes no wishes of strangers; links of messages still work',
    async (visibility) => {
      await world.follow('email', 'reader@example.org');
      await world.publish([]);
      await world.run();
      const { preferences = '', unsubscribe = '' } = links(sink.mails[0]?.text);
      await world.deps.db.write('arrange', (tx) =>
        tx.run(sql`update status_pages set visibility = ${visibility}, password_hash = 'x' where id = ${world.pageId}`),
      );
      world.deps.live.publish({ accountId: world.alice.accountId, type: 'settings', monitorIds: [] });
      const stranger = world.test.visitor();
      const form = await stranger.get(`${PAGE}/subscribe`);
      expect(await form.text()).not.toContain('name="target"');
      await ask('stranger@example.org');
      expect((await world.followers()).map(({ target }) => target)).toEqual(['reader@example.org']);
      expect((await stranger.get(preferences)).status).toBe(200);
      expect((await oneClick(unsubscribe)).status).toBe(200);
      expect(await world.followers()).toEqual([]);
    },
  );

  test('a page that moved takes the links of its messages along, until somebody else lives there', async () => {
    await world.follow('email', 'reader@example.org');
    await world.publish([]);
    await world.run();
    const { preferences = '', unsubscribe = '' } = links(sink.mails[0]?.text);
    const rename = (slug: string, id: string) =>
      world.deps.db.write('arrange', (tx) => tx.run(sql`update status_pages set slug = ${slug} where id = ${id}`));
    await rename('alice-new', world.pageId);
    expect((await world.test.visitor().get(preferences)).status).toBe(200);
    const mallory = await signUp(world.test, 'mallory@example.net', 'mallory-inc');
    const [page] = await world.deps.db.read.all<{ id: string }>(
      sql`select id from status_pages where account_id = ${mallory.accountId}`,
    );
    await rename('alice-shop', page?.id ?? '');
    expect((await oneClick(unsubscribe)).status).toBe(404);
    expect((await oneClick(unsubscribe.replace('alice-shop', 'alice-new'))).status).toBe(200);
    expect(await world.followers()).toEqual([]);
  });

  test('on a domain of its own, everything happens there', async () => {
    const host = 'status.alice.test';
    await world.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into page_domains (host, page_id, token, verified_at, created_at)
        values (${host}, ${world.pageId}, 'x', ${world.clock.now()}, ${world.clock.now()})`),
    );
    world.deps.live.publish({ accountId: world.alice.accountId, type: 'settings', monitorIds: [] });
    const at = (path: string, form?: Record<string, string>) =>
      world.test.app.request(`https://${host}${path}`, {
        headers: { host, accept: 'text/html' },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      });
    const form = await (await at('/subscribe')).text();
    expect(form).toContain('action="/subscribe"');
    const sheet = /href="(\/assets\/css\/follow\.css[^"]*)"/.exec(form)?.[1] ?? '';
    expect((await at(sheet)).headers.get('content-type')).toContain('text/css');
    const wish = { by: 'email', target: 'reader@example.org', incidents: 'true', scope: 'all' };
    expect((await at('/subscribe', wish)).status).toBe(200);
    await world.run();
    const confirm = /https:\/\/status\.alice\.test(\/confirm\/\S+)/.exec(sink.mails[0]?.text ?? '')?.[1] ?? '';
    const yes = await (await at(confirm, {})).text();
    const preferences = /href="(\/preferences\/[^"]+)"/.exec(yes)?.[1] ?? '';
    expect((await at(preferences)).status).toBe(200);
    await world.publish([]);
    await world.run();
    const stop = sink.mails[1]?.headers.find(({ key }) => key === 'list-unsubscribe')?.value;
    const path = /^<https:\/\/status\.alice\.test(\/unsubscribe\/\S+)>$/.exec(stop ?? '')?.[1] ?? '';
    expect((await at(path, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200);
    expect(await world.followers()).toEqual([]);
  });
});
