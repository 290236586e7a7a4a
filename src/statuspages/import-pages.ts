import { type Context, Hono } from 'hono';
import type { Loss } from '../core/statuspage-documents.ts';
import type { ImportPlan } from '../core/statuspage-import.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Refusal, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { importPage } from './import-actions.ts';
import { alreadyThere, IMPORT_TRIES, planOf, proposeSlug } from './import-plan.ts';
import { fetchSource, readSource } from './import-source.ts';
import { COMPONENT_WORDS, STATUS_WORDS } from './report-words.ts';

/** Lines of each list that the dry run shows. */
const SHOWN = 12;

/** What was asked for: an address, or the files themselves, and the address of the new page once it was proposed. */
interface Wish {
  url: string;
  texts: string[];
  slug: string | null;
  confirmed: boolean;
}

/** `/status-pages/import`: a page of Statuspage, first as a dry run, then as a new page. */
export function pageImportPages(deps: Deps, views: Views, prefix: string): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/import', (c) => {
    requireAbility(c, 'write');
    return drawForm(c, { url: '', texts: [], slug: null, confirmed: false }, null);
  });

  routes.post('/status-pages/import', async (c) => {
    const session = requireAbility(c, 'write');
    const wish = await readWish(c);
    let read: { plan: ImportPlan; losses: Loss[] };
    try {
      read = await readPlan(session, wish);
    } catch (error) {
      return drawForm(c, wish, refusal(error));
    }
    if (!wish.confirmed) return drawPlan(c, session, wish, read, null);
    const slug = wish.slug ?? '';
    try {
      const id = await importPage(deps, actorOf(session), slug, read.plan, read.losses);
      setFlash(c, 'good', madeSentence(read.plan, read.losses));
      return c.redirect(`/status-pages/${id}`, 303);
    } catch (error) {
      return drawPlan(c, session, wish, read, refusal(error));
    }
  });

  async function readPlan(session: Session, { url, texts }: Wish) {
    if (url === '') return planOf(deps, readSource(texts));
    await limitRate(deps, `import:${session.account.id}`, IMPORT_TRIES);
    return planOf(deps, await fetchSource(deps, url));
  }

  function drawForm(c: Context<AppEnv>, { url, texts }: Wish, no: Refusal | null) {
    const shown = { url, pasted: texts[0] ?? '', errors: no?.errors ?? {}, problem: no?.problem ?? null };
    return views.page(c, 'statuspages/import', shown, no?.status ?? 200);
  }

  async function drawPlan(
    c: Context<AppEnv>,
    session: Session,
    wish: Wish,
    { plan, losses }: { plan: ImportPlan; losses: Loss[] },
    no: Refusal | null,
  ) {
    const { components, reports, maintenance } = plan;
    const depth = new Map<string, number>();
    for (const { key, group } of components) depth.set(key, group === null ? 0 : (depth.get(group) ?? 0) + 1);
    const data = {
      title: plan.page.title,
      timezone: plan.page.timezone,
      url: wish.url,
      texts: wish.url === '' ? wish.texts : [],
      prefix,
      slug: wish.slug ?? (await proposeSlug(deps, session.account.id, plan.page.title)),
      components: components.slice(0, SHOWN).map((one) => ({
        name: one.name,
        indent: depth.get(one.key) ?? 0,
        status: one.status === null ? 'Group' : COMPONENT_WORDS[one.status],
      })),
      reports: reports
        .toReversed()
        .slice(0, SHOWN)
        .map((one) => ({
          title: one.title,
          at: one.startedAt,
          status: STATUS_WORDS[one.status].label,
          updates: one.updates.length,
        })),
      maintenance: maintenance.slice(0, SHOWN),
      counts: { components: components.length, reports: reports.length, maintenance: maintenance.length },
      shown: SHOWN,
      there: await alreadyThere(deps, session.account.id, plan),
      losses,
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
    };
    return views.page(c, 'statuspages/import-plan', data, no?.status ?? 200);
  }

  return routes;
}

/** Texts come from the field, from files, or from the dry run, which carries along what it was given. */
async function readWish(c: Context<AppEnv>): Promise<Wish> {
  const form = await c.req.parseBody({ all: true });
  const all = (name: string) => [form[name] ?? []].flat();
  const word = (name: string) => all(name).find((value) => typeof value === 'string') ?? '';
  const files = all('files').filter((value) => value instanceof File);
  const uploaded = await Promise.all(files.map((file) => file.text()));
  const typed = [...all('pasted'), ...all('text')].filter((value) => typeof value === 'string');
  return {
    url: word('url').trim(),
    texts: [...typed, ...uploaded].filter((text) => text.trim() !== '').slice(0, 8),
    slug: 'slug' in form ? word('slug') : null,
    confirmed: word('confirm') === 'true',
  };
}

/** Names what is lost as far as a sentence bears it; the dry run told all of it, and the audit log keeps it. */
function madeSentence({ components, reports }: ImportPlan, losses: readonly Loss[]): string {
  const lines = components.filter(({ kind }) => kind === 'manual').length;
  const made = `Imported: ${counted(lines, 'component')}, ${counted(reports.length, 'report')}.`;
  const named = losses.slice(0, 6).map(({ what }) => what.toLowerCase().slice(0, 45));
  const more = losses.length > named.length ? ` and ${losses.length - named.length} more` : '';
  return `${made} Not taken over: ${named.join(', ')}${more}.`;
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
