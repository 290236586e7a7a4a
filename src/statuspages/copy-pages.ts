import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { MASK } from '../core/secrets.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { setCopyTarget } from './copy-actions.ts';
import { CopyInput } from './copy-input.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import { COPIES_FOLDER } from './publish.ts';
import type { PageRow } from './queries.ts';

const FIELDS = {
  folder: ['folder'],
  s3: ['endpoint', 'region', 'bucket', 'prefix', 'access_key', 'secret_key'],
} as const;
type Values = Record<string, string>;

/** `/status-pages/{id}/copy`: where a page is copied to, so that it can be read while we are away. */
export function copyPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/copy', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    return draw(c, session, page, valuesOf(page, c.req.query('to')));
  });

  routes.post('/status-pages/:id/copy', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const form = await readForm(c);
    const values = sent(form);
    try {
      const fields = values['kind'] === 's3' ? FIELDS.s3 : FIELDS.folder;
      const input = Object.fromEntries(fields.map((name) => [name, values[name]]));
      const kind = values['kind'] === 's3' ? 's3' : 'folder';
      const left = await setCopyTarget(deps, actorOf(session), page.id, parseInput(CopyInput, { kind, ...input }));
      flash(c, left, 'The page is copied there within seconds, and after each change.');
    } catch (error) {
      return draw(
        c,
        session,
        page,
        { ...values, kind: values['kind'] === 's3' ? 's3' : 'folder', secret_key: '' },
        refusal(error),
      );
    }
    return c.redirect(`/status-pages/${page.id}/copy`, 303);
  });

  routes.post('/status-pages/:id/copy/remove', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    if (page.publish_to) {
      flash(
        c,
        await setCopyTarget(deps, actorOf(session), page.id, null),
        'The page is copied no more, and the copy is gone.',
      );
    }
    return c.redirect(`/status-pages/${page.id}/copy`, 303);
  });

  async function draw(c: Context<AppEnv>, session: Session, page: PageRow, values: Values, no?: Refusal) {
    const shown = {
      frame: editorFrame(deps, page, 'copy'),
      values,
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
      set: page.publish_to !== null,
      bucket:
        page.publish_to?.kind === 's3'
          ? `${page.publish_to.bucket} at ${new URL(page.publish_to.endpoint).host}`
          : null,
      folder: page.publish_to?.kind === 'folder' ? `${COPIES_FOLDER}/${page.publish_to.folder}` : null,
      under: `${COPIES_FOLDER}/`,
      publishedAt: page.published_at,
      error: page.publish_error,
      open: page.visibility === 'public',
      mask: page.publish_to?.kind === 's3' ? MASK : null,
      mayWrite: can(session.role, 'write'),
    };
    return views.page(c, 'statuspages/copy', shown, no?.status ?? 200);
  }
  return routes;
}

/** What the form begins with: the place there is, unless the person looks at the other kind. */
function valuesOf({ publish_to: target, slug }: PageRow, asked: string | undefined): Values {
  const kind = asked === 's3' || asked === 'folder' ? asked : (target?.kind ?? 'folder');
  if (target?.kind !== kind) return kind === 's3' ? { kind, region: 'us-east-1' } : { kind, folder: slug };
  return { ...target, ...(target.kind === 's3' ? { secret_key: '' } : {}) };
}

function sent(form: Form): Values {
  const names = ['kind', ...FIELDS.folder, ...FIELDS.s3];
  return Object.fromEntries(names.map((name) => [name, textOf(form, name)]));
}

function flash(c: Context<AppEnv>, left: string | null, good: string): void {
  if (left === null) setFlash(c, 'good', good);
  else setFlash(c, 'info', `Saved, but the copy at the place before could not be taken away: ${left}`);
}
