import { sql } from 'drizzle-orm';
import { insertMembership } from '../../src/accounts/queries.ts';
import { newId } from '../../src/db/ids.ts';
import type { TestApp, Visitor } from './app.ts';
import type { Person, World } from './world.ts';

const OF_PAGE = 'in (select id from status_pages where account_id = ';
/** Ids of an account's things, by the collection that stands before them in a path. */
const IDS: Record<string, string> = {
  monitors: 'select id from monitors where deleted_at is null and account_id = ',
  incidents: 'select id from incidents where account_id = ',
  maintenance: 'select id from maintenance_windows where deleted_at is null and account_id = ',
  channels: 'select id from channels where account_id = ',
  deliveries: 'select id from deliveries where account_id = ',
  'escalation-policies': 'select id from escalation_policies where account_id = ',
  members: 'select user_id as id from memberships where account_id = ',
  invitations: 'select id from invitations where account_id = ',
  tokens: 'select id from api_tokens where account_id = ',
  webhooks: 'select id from change_hooks where account_id = ',
  sessions: 'select id from sessions where account_id = ',
  accounts: 'select id from accounts where id = ',
  passkeys:
    "select k.id from passkeys k join memberships m on m.user_id = k.user_id and m.role = 'owner' where m.account_id = ",
  'status-pages': 'select id from status_pages where account_id = ',
  'report-templates': 'select id from status_report_templates where account_id = ',
  components: `select id from components where page_id ${OF_PAGE}`,
  reports: `select id from status_reports where page_id ${OF_PAGE}`,
  subscribers: `select id from subscribers where page_id ${OF_PAGE}`,
  updates: `select u.id from status_report_updates u join status_reports r on r.id = u.report_id where r.page_id ${OF_PAGE}`,
};

export type Pool = Record<string, string[]>;

/** The ids an account has now, by collection. */
export async function poolOf(test: TestApp, accountId: string): Promise<Pool> {
  const selects = Object.entries(IDS).map(([collection, select]) => {
    const whole = `${select}'${accountId}'${select.endsWith(OF_PAGE) ? ')' : ''}`;
    return `select '${collection}' as collection, id from (${whole} order by 1 limit 20)`;
  });
  const rows = await test.deps.db.read.all<{ collection: string; id: string }>(sql.raw(selects.join(' union all ')));
  const found: Pool = Object.fromEntries(Object.keys(IDS).map((collection) => [collection, []]));
  for (const { collection, id } of rows) found[collection]?.push(id);
  return found;
}

/** Gives the account one of everything that it has not (any more). */
export async function furnish(test: TestApp, w: World, owner: Person): Promise<Pool> {
  // Two thousand wrong requests use up what people may do in an hour; what they find must be made all the same.
  await test.deps.db.write('arrange', (tx) => tx.run(sql`delete from rate_limits`));
  let pool = await poolOf(test, owner.accountId);
  const lacks = (collection: string) => pool[collection]?.length === 0;
  const browser = owner.browser;
  if (lacks('status-pages'))
    await make(browser, '/api/status-pages', { title: 'Fuzz', slug: `fuzz-${newId('pag').slice(-8)}` });
  if (lacks('monitors')) {
    await make(browser, '/api/monitors', { name: 'Web', type: 'http', target: 'http://127.0.0.1:9/', public: true });
    await make(browser, '/api/monitors', { name: 'Job', type: 'heartbeat' });
  }
  if (lacks('channels'))
    await make(browser, '/api/channels', { kind: 'webhook', config: { url: 'http://127.0.0.1:9/' } });
  if (lacks('maintenance')) {
    pool = await poolOf(test, owner.accountId);
    const window = {
      title: 'Work',
      monitor_ids: pool['monitors'],
      starts_at: '2027-01-31T02:00:00Z',
      ends_at: '2027-01-31T04:00:00Z',
    };
    await make(browser, '/api/maintenance', window);
  }
  if (lacks('escalation-policies')) await makePolicy(test, owner);
  if (lacks('report-templates')) await makeTemplate(test, owner);
  if (lacks('tokens')) await make(browser, '/api/tokens', { name: 'Fuzz', scopes: ['read'] });
  if (lacks('webhooks')) await make(browser, '/api/webhooks', { name: 'Fuzz', url: 'http://127.0.0.1:9/' });
  if (lacks('passkeys')) await makePasskey(test, owner);
  if (lacks('invitations'))
    await make(browser, '/api/members', { email: `guest-${newId('inv').slice(-8)}@example.org`, role: 'viewer' });
  pool = await poolOf(test, owner.accountId);
  if (lacks('incidents') || lacks('deliveries')) await makeTrouble(test, owner, pool);
  if (lacks('reports') || lacks('components') || lacks('subscribers') || lacks('updates')) await makeLines(test, pool);
  if (owner === w.alice && !pool['members']?.includes(w.bob.userId)) await takeBack(test, w);
  return poolOf(test, owner.accountId);
}

async function make(browser: Visitor, path: string, body: object): Promise<void> {
  const answer = await browser.json('POST', path, body);
  if (answer.status !== 201) throw new Error(`cannot furnish ${path}: ${answer.status} ${await answer.text()}`);
}

/** One that no authenticator holds: it can be listed, named and removed. */
async function makePasskey(test: TestApp, { userId }: Person): Promise<void> {
  await test.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into passkeys (id, user_id, name, public_key, counter, transports, created_at)
      values (${newId('tok')}, ${userId}, 'Fuzz', 'x', 0, '[]', ${test.clock.now()})`),
  );
}

async function makePolicy(test: TestApp, { accountId }: Person): Promise<void> {
  await test.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into escalation_policies (id, account_id, name, steps, created_at)
      values (${newId('esc')}, ${accountId}, 'Night', '[]', ${test.clock.now()})`),
  );
}

async function makeTemplate(test: TestApp, { accountId }: Person): Promise<void> {
  await test.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into status_report_templates (id, account_id, name, title, body, impact, created_at)
      values (${newId('tpl')}, ${accountId}, 'Outage', 'Outage', 'We look into it.', 'minor', ${test.clock.now()})`),
  );
}

async function makeTrouble(test: TestApp, { accountId }: Person, pool: Pool): Promise<void> {
  const now = test.clock.now();
  const [incident, delivery] = [newId('inc'), newId('dlv')];
  const [monitor, channel] = [pool['monitors']?.[0], pool['channels']?.[0]];
  await test.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      select ${incident}, ${accountId}, no, 'connect_refused', 'refused', ${now}, ${now} from monitors where id = ${monitor}`);
    await tx.run(sql`insert into deliveries (id, account_id, channel_id, event, dedup_key, payload, state, created_at)
      values (${delivery}, ${accountId}, ${channel}, 'down', ${delivery}, '{}', 'dead', ${now})`);
  });
}

async function makeLines(test: TestApp, pool: Pool): Promise<void> {
  const now = test.clock.now();
  const page = pool['status-pages']?.[0];
  const [report, address] = [newId('rep'), `${newId('sub')}@example.org`];
  await test.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into components (id, page_id, kind, name, manual_status, position)
      values (${newId('cmp')}, ${page}, 'manual', 'Door', 'operational', 9)`);
    await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, started_at, created_at, updated_at)
      values (${report}, ${page}, 'Outage', 'minor', 'investigating', ${now}, ${now}, ${now})`);
    await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at)
      values (${newId('upd')}, ${report}, 'investigating', 'We look into it.', ${now})`);
    await tx.run(sql`insert into subscribers (id, page_id, kind, target, target_key, confirmed_at, created_at)
      values (${newId('sub')}, ${page}, 'email', ${address}, ${address}, ${now}, ${now})`);
  });
}

async function takeBack(test: TestApp, { alice, bob }: World): Promise<void> {
  const membership = { account_id: alice.accountId, user_id: bob.userId, role: 'viewer' as const };
  await test.deps.db.write('arrange', (tx) => insertMembership(tx, { ...membership, created_at: test.clock.now() }));
}
