import { oneLine } from './alert.ts';
import { type Draft, isObject, scalarText } from './import-draft.ts';
import { nameOf, Sheet } from './import-sheet.ts';
import type { Entry, Line } from './manifest.ts';
import { slugFrom } from './slug.ts';

const LOOKS = 'Pages have their own look; give the new one yours in its editor.';

/** Public pages with their groups, and what stands beside them in the tables of version 2. */
export function kumaPages(file: Sheet, draft: Draft, monitors: ReadonlyMap<string, string>): void {
  for (const value of file.list('statusPageList')) readPage(value, draft, monitors);
  for (const value of file.list('maintenanceList')) {
    const sheet = new Sheet(`maintenance "${titleOf(value, 'title')}"`, value, draft.losses);
    sheet.loseAll('Plan it anew under Maintenance.');
  }
  for (const value of file.list('incidentList')) {
    const sheet = new Sheet(`incident "${titleOf(value, 'title')}"`, value, draft.losses);
    sheet.loseAll('What was announced there stays there.');
  }
  for (const value of file.list('dockerHostList')) {
    const sheet = new Sheet(`docker host "${titleOf(value, 'name')}"`, value, draft.losses);
    sheet.loseAll('Containers are not looked at.');
  }
  const history = file.number('history');
  if (history !== null && history > 0) {
    file.lose('history', `${history.toLocaleString('en')} results stay behind: history begins anew here.`);
  }
}

function titleOf(value: unknown, field: string): string {
  return oneLine(isObject(value) ? (scalarText(value[field]) ?? '') : '', 100);
}

function readPage(value: unknown, draft: Draft, monitors: ReadonlyMap<string, string>): void {
  const slug = isObject(value) ? scalarText(value['slug']) : null;
  const sheet = new Sheet(`status page "${slug ?? ''}"`, value, draft.losses);
  const given = sheet.text('title');
  const made = slugFrom(slug ?? '');
  if (made !== slug) sheet.lose('slug', `Its address becomes "${made}".`);
  const shown = new Set<string>();
  const components = sheet.list('groups').flatMap((group) => readGroup(group, sheet, draft, monitors, shown));
  const description = sheet.text('description');
  if (components.length > 500) sheet.lose('groups', 'A page has 500 lines at most.');
  if (description !== null && description.length > 300) sheet.lose('description', 'It is cut to 300 characters.');
  if (!sheet.yes('published', true)) sheet.lose('published', 'The page is public as soon as it is made.');
  const entry: Entry = {
    slug: made,
    title: nameOf(sheet, given, made, 80),
    ...(description === null ? {} : { description: oneLine(description, 300) }),
    ...(sheet.yes('search_engine_index', true) ? {} : { hidden_from_search: true }),
    components: components.slice(0, 500),
  };
  sheet.drop('theme', LOOKS, 'auto', 'light');
  for (const name of ['icon', 'custom_css', 'footer_text']) sheet.drop(name, LOOKS, '/icon.svg');
  sheet.drop('show_tags', LOOKS);
  sheet.drop('show_powered_by', 'The mark at the foot is a matter of the plan.', 1, true);
  sheet.drop('password', 'Choose who may see the new page in its editor.');
  sheet.drop('google_analytics_tag_id', 'Pages have no trackers.');
  sheet.drop('auto_refresh_interval', 'Pages bring themselves up to date.', 300);
  sheet.drop('domains', 'Add the domain to the new page, and point its name here.');
  sheet.drop('show_certificate_expiry', LOOKS);
  sheet.drop('show_only_last_heartbeat', LOOKS);
  sheet.skip('id', 'slug', 'created_date', 'modified_date');
  sheet.close();
  draft.add('pages', entry);
}

function readGroup(
  value: unknown,
  page: Sheet,
  draft: Draft,
  monitors: ReadonlyMap<string, string>,
  shown: Set<string>,
): Line[] {
  const sheet = new Sheet(`${page.where}, group "${titleOf(value, 'name')}"`, value, draft.losses);
  const name = nameOf(sheet, sheet.text('name'), 'Services', 80);
  const lines = sheet.list('monitors').flatMap((one): Line[] => {
    const line = new Sheet(sheet.where, one, draft.losses);
    const id = scalarText(line.take('monitor_id')) ?? '';
    line.drop('send_url', 'Pages do not show what is watched.');
    line.drop('custom_url', 'Pages do not show what is watched.');
    line.skip('id', 'group_id', 'weight');
    line.close();
    const key = monitors.get(id);
    const monitor = key === undefined ? undefined : draft.monitors.get(key);
    if (key === undefined || !monitor) sheet.lose(`monitor ${id}`, 'This monitor does not come over.');
    else if (shown.has(key)) sheet.lose(`monitor "${String(monitor['name'])}"`, 'It stands on this page already.');
    else {
      shown.add(key);
      // A page shows only what may be shown.
      monitor['public'] = true;
      return [{ monitor: key }];
    }
    return [];
  });
  if (!sheet.yes('public', true)) sheet.lose('public', 'Groups of a page are as public as the page.');
  sheet.skip('id', 'status_page_id', 'created_date', 'weight', 'active');
  sheet.close();
  return [{ group: name, components: lines }];
}
