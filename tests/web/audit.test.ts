import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/console.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

interface Entry {
  action: string;
  subject: string | null;
  detail: string | null;
  changes: string | null;
  via: string | null;
  ip: string | null;
}

function recorded(action: string): Promise<Entry[]> {
  return it.deps.db.read.all<Entry>(sql`select * from audit_log where action = ${action} order by id`);
}

describe('from where a change came', () => {
  test('changes at the same moment keep their own roads and addresses', async () => {
    const { email } = w.alice;
    const password = 'correct horse battery';
    const visitors = await Promise.all(
      ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map(async (ip) => {
        const visitor = it.visitor({ ip });
        expect((await visitor.post('/auth/login', { email, password })).status).toBe(303);
        return visitor;
      }),
    );
    // They meet in the queue behind one writer.
    let letGo = () => {};
    const holder = it.deps.db.write('holder', () => new Promise<void>((resolve) => (letGo = resolve)));
    const answers = visitors.flatMap((visitor, i) =>
      [1, 2, 3].map((n) =>
        visitor.json('POST', '/api/monitors', { name: `${i + 1}`, type: 'heartbeat', tags: [`n${n}`] }),
      ),
    );
    const pages = visitors.map((visitor, i) =>
      visitor.post('/monitors', { type: 'heartbeat', name: `${i + 1}`, interval_seconds: '60', grace_seconds: '60' }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    letGo();
    await holder;
    for (const answer of await Promise.all(answers)) expect(answer.status, await answer.clone().text()).toBe(201);
    for (const answer of await Promise.all(pages)) expect(answer.status, await answer.clone().text()).toBe(303);
    const rows = await recorded('monitor.created');
    expect(rows).toHaveLength(12);
    for (const { detail, ip } of rows) {
      const { name } = JSON.parse(detail ?? '{}') as { name: string };
      expect(ip).toBe(`198.51.100.${name}`);
    }
    expect(rows.filter(({ via }) => via === 'api')).toHaveLength(9);
    expect(rows.filter(({ via }) => via === 'page')).toHaveLength(3);
  });

  test('a program with an access token came by the API', async () => {
    const { email } = w.alice;
    const visitor = it.visitor({ ip: '203.0.113.9' });
    const login = await visitor.json('POST', '/auth/login', { email, password: 'correct horse battery' });
    visitor.token = ((await login.json()) as { access_token: string }).access_token;
    await visitor.json('POST', '/api/monitors', { name: 'Job', type: 'heartbeat' });
    expect(await recorded('monitor.created')).toMatchObject([{ via: 'api', ip: '203.0.113.9' }]);
  });

  test('a link from a mail is named as such, and so is the console', async () => {
    const visitor = it.visitor({ ip: '203.0.113.10' });
    await visitor.post('/reset', { email: w.alice.email });
    const [mail] = (await it.accountMails(w.alice.email)).filter(({ event }) => event === 'reset');
    const path = new URL(mail?.data.link ?? '').pathname;
    expect((await visitor.post(path, { password: 'another horse battery' })).status).toBe(303);
    expect(await recorded('password.changed')).toMatchObject([{ via: 'link', ip: '203.0.113.10' }]);

    await runCommand(it.deps, { command: 'user set-plan', args: [w.alice.email, 'pro'] });
    expect(await recorded('plan.changed')).toMatchObject([{ via: 'console', ip: null }]);
  });

  test('signing up by the form comes from a page', async () => {
    expect(await recorded('account.created')).toMatchObject([
      { via: 'page', ip: '127.0.0.1' },
      { via: 'page', ip: '127.0.0.1' },
    ]);
  });
});
