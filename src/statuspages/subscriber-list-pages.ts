import { type Context, Hono } from 'hono';
import { csvCell } from '../core/csv.ts';
import type { AppError } from '../core/errors.ts';
import { isSubscriberKind, SUBSCRIBER_KINDS } from '../core/subscriber.ts';
import { iso, utcDate } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, readForm, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { listComponents } from './component-queries.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import type { PageRow } from './queries.ts';
import { importPages } from './subscriber-import-pages.ts';
import { wishOf } from './subscriber-input.ts';
import { addSubscriber, removeSubscriber, resumeSubscriber } from './subscriber-list-actions.ts';
import { packPlace, placeAfter } from './subscriber-place.ts';
import { countSubscribers, listSubscribers, type SubscriberState } from './subscriber-queries.ts';
import { listRights, stateLinks, SUBSCRIBER_STATES, subscriberLine, subscriberState } from './subscriber-view.ts';

const SHOWN = 50;
/** Lines of a file read at a time. */
const READ_AT_ONCE = 500;

/** `/status-pages/{id}/subscribers`: who follows a page. */
export function subscriberListPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/subscribers', async (c) => {
    const session = requireAbility(c, 'read');
    return draw(c, session, await loadOwnPage(deps, session, c.req.param('id')), {});
  });

  routes.post('/status-pages/:id/subscribers', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const form = await readForm(c);
    const kind = String(form['kind'] ?? 'email');
    try {
      const input = { kind: isSubscriberKind(kind) ? kind : 'email', target: String(form['target'] ?? '') } as const;
      await addSubscriber(deps, actorOf(session), await wishOf(deps, page, input));
    } catch (error) {
      return draw(c, session, page, { values: form, ...refusal(error) });
    }
    setFlash(c, 'good', 'A message with a link is on its way. Nothing else is sent before the link was used.');
    return c.redirect(`/status-pages/${page.id}/subscribers`, 303);
  });

  routes.post('/status-pages/:id/subscribers/:subscriber/remove', async (c) => {
    const session = requireAbility(c, 'write');
    const { id, subscriber } = c.req.param();
    await removeSubscriber(deps, actorOf(session), id, subscriber);
    setFlash(c, 'good', 'They are off the list and hear no more.');
    return c.redirect(`/status-pages/${id}/subscribers`, 303);
  });

  routes.post('/status-pages/:id/subscribers/:subscriber/resume', async (c) => {
    const session = requireAbility(c, 'write');
    const { id, subscriber } = c.req.param();
    try {
      await resumeSubscriber(deps, actorOf(session), id, subscriber);
      setFlash(c, 'good', 'They get the next message again.');
    } catch (error) {
      setFlash(c, 'bad', refusal(error).problem);
    }
    return c.redirect(`/status-pages/${id}/subscribers`, 303);
  });

  routes.get('/status-pages/:id/subscribers.csv', async (c) => {
    const session = requireAbility(c, 'manage');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    c.header('Content-Type', 'text/csv; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="subscribers-${utcDate(deps.clock.now())}.csv"`);
    return c.body(await csvOf(deps, page.id));
  });

  async function draw(
    c: Context<AppEnv>,
    session: Session,
    page: PageRow,
    shown: { values?: Form; status?: 200 | AppError['status']; errors?: Record<string, string> },
  ) {
    const here = `/status-pages/${page.id}/subscribers`;
    const asked = c.req.query('state');
    const state: SubscriberState | undefined = SUBSCRIBER_STATES.find((one) => one === asked);
    const find = (c.req.query('find') ?? '').trim().slice(0, 200);
    const after = await placeAfter(deps.db.read, page.id, c.req.query('after'));
    const rights = listRights(session.role);
    const counts = await countSubscribers(deps.db.read, page.id);
    const filter = { find, ...(state ? { state } : {}), after, limit: SHOWN + 1 };
    const rows = rights.mayWrite ? await listSubscribers(deps.db.read, page.id, filter) : [];
    const lines = await listComponents(deps.db.read, session.account.id, page.id);
    const names = new Map(lines.map(({ id, name, monitor_name }) => [id, name ?? monitor_name ?? '']));
    const last = rows.length > SHOWN ? rows[SHOWN - 1] : undefined;
    const query = new URLSearchParams({ ...(find && { find }), ...(state && { state }) });
    const next = last && `${here}?${new URLSearchParams([...query, ['after', packPlace(last)]]).toString()}`;
    const data = {
      frame: editorFrame(deps, page, 'subscribers'),
      here,
      ...rights,
      counts,
      total: counts.active + counts.waiting + counts.disabled,
      states: stateLinks(here, counts, state),
      state,
      find,
      filtered: find !== '' || state !== undefined || after !== null,
      subscribers: rows.slice(0, SHOWN).map((row) => subscriberLine(row, names)),
      pager: {
        next: next ?? null,
        first: after ? `${here}?${query.toString()}` : null,
        text: '',
        firstText: 'First',
        nextText: 'More',
      },
      values: { kind: 'email', target: '', ...shown.values },
      errors: shown.errors ?? {},
      kinds: SUBSCRIBER_KINDS.map((kind) => ({ value: kind, label: KIND_LABEL[kind] })),
      publicForm: `${deps.config.baseUrl}/s/${page.slug}/subscribe`,
    };
    return views.page(c, 'statuspages/subscribers', data, shown.status ?? 200);
  }

  routes.route('/', importPages(deps, views));
  return routes;
}

const KIND_LABEL = { email: 'E-mail', webhook: 'Webhook', slack: 'Slack' };

/** The whole list as a file that can be read in again, here or elsewhere. */
async function csvOf(deps: Deps, pageId: string): Promise<string> {
  const text = ['kind,target,components,incidents,maintenance,language,state,confirmed_at,created_at\r\n'];
  let after: [string, string] | null = null;
  do {
    const rows: Awaited<ReturnType<typeof listSubscribers>> = await listSubscribers(deps.db.read, pageId, {
      after,
      limit: READ_AT_ONCE,
    });
    for (const one of rows) {
      const { kind, target, component_ids: ids, incidents, maintenance, language, confirmed_at: confirmed } = one;
      const cells = [kind, target, ids?.join(';') ?? '', String(incidents), String(maintenance), language];
      const rest = [subscriberState(one), confirmed === null ? null : iso(confirmed), iso(one.created_at)];
      text.push(`${[...cells, ...rest].map(csvCell).join(',')}\r\n`);
    }
    const last = rows.at(-1);
    after = last && rows.length === READ_AT_ONCE ? [last.kind, last.target_key] : null;
  } while (after !== null);
  return text.join('');
}
