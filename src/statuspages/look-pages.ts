import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { accentOf } from '../core/colour.ts';
import { notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { changePage } from './actions.ts';
import { putAsset, removeAsset } from './asset-actions.ts';
import { MOST_BYTES, MOST_PIXELS } from './asset-picture.ts';
import { ASSET_ROLES, type AssetName, type AssetRole, listAssets } from './asset-queries.ts';
import { assetFile } from './look.ts';
import { lookErrors, type LookForm, lookInput, sentLook, storedLook } from './look-form.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import { PageInput } from './page-input.ts';
import type { PageRow } from './queries.ts';

const PICTURES: Record<AssetRole, { label: string; help: string; taken: string; gone: string }> = {
  logo: {
    label: 'Logo',
    help: 'In place of the name at the top, 48 pixels high at most.',
    taken: 'The logo is on the page.',
    gone: 'The logo is gone.',
  },
  logo_dark: {
    label: 'Logo for dark screens',
    help: 'Where the page is dark; without it the other one is shown there too.',
    taken: 'The logo for dark screens is on the page.',
    gone: 'The logo for dark screens is gone.',
  },
  favicon: {
    label: 'Favicon',
    help: 'The picture in the tab. Without it the tab shows the state of the page.',
    taken: 'The favicon is on the page.',
    gone: 'The tab shows the state again.',
  },
};

/** `/status-pages/{id}/look`: pictures, colours, links, what is shown, who may frame it, CSS. */
export function lookPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/look', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    return draw(c, session, page, storedLook(page.appearance));
  });

  routes.post('/status-pages/:id/look', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const branded = allows(session.account.plan, 'branding');
    const form = sentLook(await readForm(c), storedLook(page.appearance), branded);
    try {
      await changePage(deps, actorOf(session), page.id, parseInput(PageInput, { appearance: lookInput(form) }));
    } catch (error) {
      return draw(c, session, page, form, refusal(error));
    }
    setFlash(c, 'good', 'Saved. Visitors see it at once.');
    return c.redirect(`/status-pages/${page.id}/look`, 303);
  });

  routes.post('/status-pages/:id/look/:picture', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const role = roleOf(c);
    const file = (await c.req.parseBody())['file'];
    const upload = file instanceof File ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
    try {
      await putAsset(deps, actorOf(session), page.id, role, upload);
    } catch (error) {
      return draw(c, session, page, storedLook(page.appearance), refusal(error));
    }
    setFlash(c, 'good', PICTURES[role].taken);
    return c.redirect(`/status-pages/${page.id}/look`, 303);
  });

  routes.post('/status-pages/:id/look/:picture/remove', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const role = roleOf(c);
    await removeAsset(deps, actorOf(session), page.id, role);
    setFlash(c, 'good', PICTURES[role].gone);
    return c.redirect(`/status-pages/${page.id}/look`, 303);
  });

  async function draw(c: Context<AppEnv>, session: Session, page: PageRow, form: LookForm, no?: Refusal) {
    const assets = await listAssets(deps.db.read, session.account.id, page.id);
    const errors = lookErrors(no?.errors ?? {});
    const branded = allows(session.account.plan, 'branding');
    const shown = {
      frame: editorFrame(deps, page, 'look'),
      form,
      errors,
      problem: no?.problem ?? null,
      // On a plan without them they are kept, but visitors get none.
      pictures: ASSET_ROLES.map((role) => picture(page, role, branded ? assets : [], errors[role])),
      limits: { kib: MOST_BYTES / 1024, pixels: MOST_PIXELS },
      swatches: branded ? swatches(form) : [],
      themes: THEMES,
      locked: branded ? null : PLAN[planFor('branding')].label,
      mayWrite: can(session.role, 'write'),
    };
    return views.page(c, 'statuspages/look', shown, no?.status ?? 200);
  }
  return routes;
}

const THEMES = [
  { value: 'auto', label: 'As the visitor’s screen is set' },
  { value: 'light', label: 'Always light' },
  { value: 'dark', label: 'Always dark' },
];

function roleOf(c: Context<AppEnv>): AssetRole {
  const role = ASSET_ROLES.find((one) => one === c.req.param('picture'));
  if (!role) throw notFound();
  return role;
}

function picture(page: PageRow, role: AssetRole, assets: readonly AssetName[], error: string | undefined) {
  const { label, help } = PICTURES[role];
  const stored = assets.find((one) => one.role === role);
  return { role, label, help, error, src: stored ? `/s/${page.slug}/assets/${assetFile(stored)}` : null };
}

const COLOUR = /^#[0-9a-f]{6}$/i;

/** What becomes of the accents, with a sentence where one had to be changed to be read. */
function swatches({ accent, accent_dark }: LookForm) {
  const day = COLOUR.test(accent) ? { ...accentOf(accent, 'light'), place: 'light' } : null;
  const night = [accent_dark, accent].find((one) => COLOUR.test(one));
  const dark = night ? { ...accentOf(night, 'dark'), place: 'dark' } : null;
  return [day, dark].flatMap((one) => {
    if (one === null) return [];
    const too = one.place === 'light' ? 'pale' : 'dark';
    const adjusted = `${one.fill} is too ${too} to read on a ${one.place} page, so words are written in ${one.text}.`;
    const kept = `${one.fill} can be read on a ${one.place} page.`;
    return [{ ...one, words: one.adjusted ? adjusted : kept }];
  });
}
