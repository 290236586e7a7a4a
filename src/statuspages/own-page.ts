import { notFound } from '../core/errors.ts';
import { marksOf } from '../core/managed.ts';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv, Session } from '../web/env.ts';
import { requireSession } from '../web/session.ts';
import { findPage, type PageRow } from './queries.ts';

/** Parts of a page's editor in the order they are shown; each has its route below `/status-pages/{id}`. */
const TABS = [
  { key: 'content', path: '', label: 'Content' },
  { key: 'look', path: '/look', label: 'Look' },
  { key: 'access', path: '/access', label: 'Access' },
  { key: 'reports', path: '/reports', label: 'Reports' },
  { key: 'subscribers', path: '/subscribers', label: 'Subscribers' },
  { key: 'domain', path: '/domain', label: 'Domain' },
  { key: 'copy', path: '/copy', label: 'Static copy' },
  { key: 'share', path: '/share', label: 'Share' },
  { key: 'settings', path: '/settings', label: 'Settings' },
] as const;
export type TabKey = (typeof TABS)[number]['key'];

/** A page of the session's account; anybody else's is the same as none, `AppError` `not_found`. */
export async function loadOwnPage(deps: Deps, session: Session, id: string): Promise<PageRow> {
  const page = await findPage(deps.db.read, session.account.id, id);
  if (!page) throw notFound();
  return page;
}

/** Lets programs on only to a page of theirs, before their input is judged: a stranger learns nothing from it. */
export function guardPage(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await loadOwnPage(deps, requireSession(c), c.req.param('id') ?? '');
    await next();
  };
}

/** What `statuspages/_tabs` draws above every part of the editor: pass it to the view as `frame`. */
export function editorFrame(deps: Deps, page: PageRow, current: TabKey) {
  const here = `/status-pages/${page.id}`;
  return {
    here,
    title: page.title,
    fromFile: marksOf(page),
    fromFileFields: (page.managed_fields ?? []).join(', ').replaceAll('_', ' '),
    url: `${deps.config.baseUrl}/s/${page.slug}`,
    tabs: TABS.map(({ key, path, label }) => ({ label, href: `${here}${path}`, current: key === current })),
  };
}
