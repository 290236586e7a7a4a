import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { DAY } from '../../src/core/time.ts';
import { type FormValues, testApp, type TestApp, type Visitor } from '../support/app.ts';
import { plantMonitors } from '../support/pages.ts';
import { type World, world } from '../support/world.ts';

let t: TestApp;
let people: World;
let page: string;
let own: { id: string; no: number; componentId: string }[];

beforeEach(async () => {
  t = await testApp();
  people = await world(t);
  const { accountId } = people.alice;
  page = await firstPage(accountId);
  const monitors = [{ name: 'Website' }, { name: 'API' }, { name: 'Ledger', public: false }];
  own = await plantMonitors(t.deps.db, t.clock.now(), accountId, page, monitors);
  t.deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
});
afterEach(() => t.close());

async function firstPage(accountId: string): Promise<string> {
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${accountId} order by created_at, rowid`,
  );
  return rows[0]?.id ?? '';
}
const here = (rest = '') => `/status-pages/${page}${rest}`;
const alice = () => people.alice.browser;

/** What a browser would send of the form that is drawn, with changes. */
function fieldsOf(html: string): Record<string, string | string[]> {
  const form = html.match(/<form class="form" id="editor"[\s\S]*?<\/form>/)?.[0] ?? '';
  const sent: Record<string, string | string[]> = {};
  const put = (name: string, value: string) => {
    const before = sent[name];
    sent[name] = before === undefined ? value : [before, value].flat();
  };
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const name = attribute(tag, 'name');
    const box = attribute(tag, 'type') === 'checkbox';
    if (name !== null && (!box || / checked/.test(tag))) put(name, attribute(tag, 'value') ?? '');
  }
  for (const [, name = '', body = ''] of form.matchAll(/<select [^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g)) {
    put(name, body.match(/value="([^"]*)" selected/)?.[1] ?? body.match(/value="([^"]*)"/)?.[1] ?? '');
  }
  for (const [, name = '', body = ''] of form.matchAll(/<textarea [^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/textarea>/g)) {
    put(name, body);
  }
  return sent;
}
function attribute(tag: string, name: string): string | null {
  return tag.match(new RegExp(` ${name}="([^"]*)"`))?.[1] ?? null;
}
const editor = async (browser: Visitor = alice()) => (await browser.get(here())).text();
async function form(changes: FormValues = {}): Promise<FormValues> {
  return { ...fieldsOf(await editor()), ...changes };
}
const save = async (changes?: FormValues) => alice().post(here(), await form(changes));
const html = async (slug = 'alice-shop') => (await t.visitor().get(`/s/${slug}`)).text();
interface Facts {
  page: { name: string };
  components: { id: string; name: string; status: string }[];
}
const facts = async (slug = 'alice-shop') => (await (await t.visitor().get(`/s/${slug}/api`)).json()) as Facts;
const names = async (slug?: string) => (await facts(slug)).components.map(({ name }) => name);
const stored = () =>
  t.deps.db.read.all<{ id: string; kind: string; name: string | null; parent_id: string | null }>(
    sql`select id, kind, name, parent_id from components where page_id = ${page} order by position`,
  );
const keyOf = (i: number) => own[i]?.componentId ?? '';

describe('the content of a page', () => {
  test('what is saved unchanged changes nothing', async () => {
    const before = await stored();
    expect((await save()).status).toBe(303);
    expect(await stored()).toEqual(before);
  });

  test('title, description and names reach visitors at once', async () => {
    expect(await names()).toEqual(['Website', 'API']);
    const answer = await save({ title: 'Alice & Co', description: 'Live state', [`name_${keyOf(1)}`]: 'Interface' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, here()]);
    expect(await names()).toEqual(['Website', 'Interface']);
    const shown = await html();
    expect(shown).toContain('Alice &amp; Co');
    expect(shown).toContain('Live state');
    expect(shown).toContain(keyOf(1));
  });

  test('order by numbers and by arrows; nothing is public before it is saved', async () => {
    expect((await save({ [`position_${keyOf(0)}`]: '1', [`position_${keyOf(1)}`]: '1' })).status).toBe(303);
    expect(await names()).toEqual(['API', 'Website']);
    const drawn = await alice().post(here(), await form({ do: `down:${keyOf(1)}`, title: 'Typed' }));
    const again = await drawn.text();
    expect([drawn.status, again.includes('Not saved yet'), again.includes('value="Typed"')]).toEqual([200, true, true]);
    expect(fieldsOf(again)['line']).toEqual([keyOf(0), keyOf(1), keyOf(2)]);
    expect(await names()).toEqual(['API', 'Website']);
    expect((await alice().post(here(), fieldsOf(again))).status).toBe(303);
    expect(await names()).toEqual(['Website', 'API']);
    expect((await facts()).page.name).toBe('Typed');
  });

  test('groups and lines by hand, without any script', async () => {
    const press = async (values: FormValues) => fieldsOf(await (await alice().post(here(), values)).text());
    let fields = await press(await form({ do: 'add-group' }));
    fields = await press({ ...fields, name_group_1: 'Shop', do: 'add-manual' });
    fields = { ...fields, name_manual_1: 'Help desk', status_manual_1: 'degraded', parent_manual_1: 'group_1' };
    fields = await press({ ...fields, [`parent_${keyOf(1)}`]: 'group_1', do: `up:${keyOf(1)}` });
    expect((await alice().post(here(), fields)).status).toBe(303);
    const rows = await stored();
    const shop = rows.find(({ kind }) => kind === 'group');
    expect(rows.map(({ name, parent_id }) => [name, parent_id])).toEqual([
      [null, null],
      [null, null],
      [null, null],
      ['Shop', null],
      ['Help desk', shop?.id],
    ]);
    fields = { ...(await form()), [`parent_${keyOf(1)}`]: shop?.id ?? '' };
    expect((await alice().post(here(), fields)).status).toBe(303);
    const list = (await facts()).components;
    expect(list.find(({ name }) => name === 'Help desk')?.status).toBe('degraded');
    expect((await stored()).filter(({ parent_id }) => parent_id === shop?.id)).toHaveLength(2);
    // Taking the group away leaves what was in it.
    fields = await press(await form({ do: `remove:${shop?.id}` }));
    expect((await alice().post(here(), fields)).status).toBe(303);
    expect((await stored()).map(({ kind }) => kind)).toEqual(['monitor', 'monitor', 'monitor', 'manual']);
    expect((await stored()).every(({ parent_id }) => parent_id === null)).toBe(true);
  });

  test('monitors leave the page and come back, several at once', async () => {
    let fields = fieldsOf(await (await alice().post(here(), await form({ do: `remove:${keyOf(0)}` }))).text());
    fields = fieldsOf(await (await alice().post(here(), { ...fields, do: `remove:${keyOf(1)}` })).text());
    expect((await alice().post(here(), fields)).status).toBe(303);
    expect(await names()).toEqual([]);
    const offered = await editor();
    expect(offered.match(/name="add"/g)).toHaveLength(2);
    const add = [own[0]?.id ?? '', own[1]?.id ?? ''];
    fields = fieldsOf(await (await alice().post(here(), await form({ do: 'add-monitors', add }))).text());
    expect((await alice().post(here(), fields)).status).toBe(303);
    expect(await names()).toEqual(['API', 'Website']);
  });

  test('what others put on the page meanwhile stays on it', async () => {
    const mine = await form({ title: 'Mine' });
    const [later] = await plantMonitors(t.deps.db, t.clock.now(), people.alice.accountId, page, [{ name: 'Later' }]);
    expect((await alice().post(here(), mine)).status).toBe(303);
    expect((await stored()).map(({ id }) => id)).toContain(later?.componentId);
  });

  test('a report keeps pointing to its components when the page is saved', async () => {
    await t.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, started_at, created_at, updated_at)
        values ('rep_1', ${page}, 'Slow', 'minor', 'investigating', 1, 1, 1)`);
      await tx.run(sql`insert into status_report_components values ('rep_1', ${keyOf(0)}, 'degraded')`);
    });
    await save({ [`name_${keyOf(0)}`]: 'Other' });
    expect(await t.deps.db.read.all(sql`select component_id from status_report_components`)).toHaveLength(1);
  });

  test('a private monitor is named in the editor with the way out, and shown nowhere else', async () => {
    const drawn = await editor();
    expect(drawn).toContain('Private, not shown');
    expect(drawn).toContain(`/monitors/${own[2]?.id}/edit`);
    expect(await names()).not.toContain('Ledger');
  });

  test('what does not fit: 422, a sentence beside the field, everything typed is kept', async () => {
    const long = 'x'.repeat(81);
    const fields = fieldsOf(await (await alice().post(here(), await form({ do: 'add-group' }))).text());
    for (const [changes, sentence] of [
      [{ title: '  ' }, 'Give the page a title.'],
      [{ [`name_${keyOf(1)}`]: long, name_group_1: 'Kept group' }, 'Use at most 80 characters.'],
      [{}, 'Give it a name.'],
      [{ name_group_1: 'Kept group', [`description_${keyOf(0)}`]: 'y'.repeat(201) }, 'Use at most 200 characters.'],
    ] as [FormValues, string][]) {
      const sent = { title: 'Kept title', ...fields, ...changes };
      const answer = await alice().post(here(), sent);
      const drawn = await answer.text();
      expect(answer.status).toBe(422);
      expect(drawn).toContain(sentence);
      expect(fieldsOf(drawn)).toEqual(sent);
    }
    expect(await stored()).toHaveLength(3);
  });

  test('hostile names and keys stay text', async () => {
    const evil = '"><script>alert(1)</script>';
    const drawn = await (
      await alice().post(
        here(),
        await form({ do: 'add-group', title: evil, [`name_${keyOf(0)}`]: evil, line: [keyOf(0), evil] }),
      )
    ).text();
    expect(drawn).not.toContain('<script>alert');
    expect(fieldsOf(drawn)['line']).toEqual([keyOf(0), 'group_1']);
  });

  test('a hundred components are drawn and saved', async () => {
    const many = Array.from({ length: 97 }, (_, i) => ({ name: `Service ${i}` }));
    await plantMonitors(t.deps.db, t.clock.now(), people.alice.accountId, page, many);
    // With scripts there are no numbers: the lines stand where they were dragged to.
    const fields = Object.fromEntries(Object.entries(await form()).filter(([name]) => !name.startsWith('position_')));
    expect(fields['line']).toHaveLength(100);
    const reversed = (fields['line'] as string[]).toReversed();
    expect((await alice().post(here(), { ...fields, line: reversed })).status).toBe(303);
    expect((await stored()).map(({ id }) => id)).toEqual(reversed);
  });

  test('a viewer looks but does not change; others find nothing', async () => {
    const { bob, mallory } = people;
    const drawn = await editor(bob.browser);
    expect(drawn).not.toContain('Save page');
    expect((await bob.browser.post(here(), await form({ title: 'Bob was here' }))).status).toBe(403);
    expect((await mallory.browser.get(here())).status).toBe(404);
    expect((await mallory.browser.post(here(), await form({ title: 'Grabbed' }))).status).toBe(404);
    expect((await facts()).page.name).not.toMatch(/Bob|Grabbed/);
  });
});

describe('the preview', () => {
  const preview = async (changes: FormValues, browser = alice()) => browser.post(here('/preview'), await form(changes));

  test('shows what is typed, as visitors would see it, and stores nothing', async () => {
    const before = await html();
    const answer = await preview({ title: 'Draft title', [`name_${keyOf(0)}`]: 'Draft name', frame: '1' });
    const drawn = await answer.text();
    expect(answer.status).toBe(200);
    expect(drawn).toContain('Draft title');
    expect(drawn).toContain('Draft name');
    expect(await html()).toBe(before);
    await preview({ line: [], known: (await stored()).map(({ id }) => id).join(' '), frame: '1' });
    expect(await stored()).toHaveLength(3);
  });

  test('what is saved then is the same page', async () => {
    const changes = { title: 'Same', description: 'Text', [`name_${keyOf(1)}`]: 'Interface' };
    const drawn = await (await preview(changes)).text();
    await save(changes);
    const main = (text: string) => text.slice(text.indexOf('<body'), text.indexOf('</main>'));
    expect(main(drawn).length).toBeGreaterThan(200);
    expect(main(await html())).toBe(main(drawn));
  });

  test('nobody keeps it, nothing in it runs, only our own pages may frame it', async () => {
    const answer = await preview({});
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).toContain('sandbox allow-same-origin');
    expect(policy).not.toContain('allow-scripts');
    expect(answer.headers.get('x-frame-options')).toBeNull();
    const editing = await alice().get(here());
    expect(editing.headers.get('content-security-policy')).toContain("frame-src 'self'");
    expect(editing.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect((await alice().get('/status-pages')).headers.get('content-security-policy')).not.toContain('frame-src');
  });

  test('members’ lines show to members only', async () => {
    const changes = { [`members_${keyOf(1)}`]: 'true' };
    expect(await (await preview({ ...changes, as: 'public' })).text()).not.toContain('>API<');
    expect(await (await preview({ ...changes, as: 'member' })).text()).toContain('API');
  });

  test('a group without a name yet does not stop it; what is in it is shown', async () => {
    const fields = fieldsOf(await (await alice().post(here(), await form({ do: 'add-group' }))).text());
    const drawn = await preview({ ...fields, [`parent_${keyOf(1)}`]: 'group_1', title: 'Goes on', frame: '1' });
    const text = await drawn.text();
    expect(text).toContain('Goes on');
    expect(text).toContain('>API<');
  });

  test('what cannot be saved is a sentence in the frame, and the form itself without one', async () => {
    const framed = await preview({ title: '', frame: '1' });
    expect(await framed.text()).toMatch(/data-refused[\s\S]*Give the page a title\./);
    const plain = await preview({ title: '', [`name_${keyOf(0)}`]: 'Kept' });
    const drawn = await plain.text();
    expect([plain.status, drawn.includes('Give the page a title.'), drawn.includes('value="Kept"')]).toEqual([
      422,
      true,
      true,
    ]);
  });

  test('a viewer sees the page as it stands; others nothing', async () => {
    expect((await people.bob.browser.get(here('/preview'))).status).toBe(200);
    expect((await preview({}, people.bob.browser)).status).toBe(403);
    expect((await preview({}, people.mallory.browser)).status).toBe(404);
    expect((await people.mallory.browser.get(here('/preview'))).status).toBe(404);
  });
});

describe('the settings of a page', () => {
  const settings = { slug: 'alice-shop', timezone: 'Europe/Berlin', language: 'de', auto_report: 'draft' };
  const change = (values: FormValues) => alice().post(here('/settings'), { ...settings, ...values });

  test('are stored and drawn', async () => {
    expect((await change({ hidden_from_search: 'true' })).headers.get('location')).toBe(here('/settings'));
    const [row] = await t.deps.db.read.all(
      sql`select timezone, language, auto_report, hidden_from_search, branding from status_pages where id = ${page}`,
    );
    expect(row).toEqual({
      timezone: 'Europe/Berlin',
      language: 'de',
      auto_report: 'draft',
      hidden_from_search: 1,
      branding: 1,
    });
    const drawn = await (await alice().get(here('/settings'))).text();
    expect(drawn).toContain('value="Europe/Berlin" selected');
    expect(drawn).toContain('value="de" selected');
  });

  test.each([
    [{ slug: 'mallory-inc' }, 'is taken'],
    [{ slug: 'admin' }, 'is reserved'],
    [{ slug: 'a b' }, 'Use letters'],
    [{ timezone: 'Mars/Olympus' }, 'There is no such time zone.'],
    [{ language: 'tlh' }, 'This must be one of'],
    [{ auto_report: 'always' }, 'This must be one of'],
  ])('%o is refused beside its field', async (values, sentence) => {
    const answer = await change(values);
    expect([answer.status, (await answer.text()).includes(sentence)]).toEqual([422, true]);
  });

  test('a new address works at once, the old one is gone and rests for 30 days (R-SP-11)', async () => {
    expect((await change({ slug: 'Alice-Store' })).status).toBe(303);
    expect((await t.visitor().get('/s/alice-shop')).status).toBe(404);
    expect(await names('alice-store')).toEqual(['Website', 'API']);
    const theirs = `/status-pages/${await firstPage(people.mallory.accountId)}/settings`;
    const { browser, email } = people.mallory;
    expect((await browser.post(theirs, settings)).status).toBe(422);
    t.clock.advance(31 * DAY);
    await browser.post('/auth/login', { email, password: 'correct horse battery' });
    expect((await browser.post(theirs, settings)).status).toBe(303);
    expect(await names('alice-shop')).toEqual([]);
  });

  test('our mark goes only where the plan allows it (E65, E66)', async () => {
    expect((await change({})).status).toBe(303);
    expect(await html()).toContain('StatusPing</a>');
    await t.deps.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'pro'`));
    expect((await change({ branding: 'true' })).status).toBe(303);
    expect(await html()).toContain('StatusPing</a>');
    expect((await change({})).status).toBe(303);
    expect(await html()).not.toContain('StatusPing</a>');
  });

  test('the old address of the editor leads to the first page', async () => {
    const answer = await alice().get('/status-page');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, here()]);
  });
});
