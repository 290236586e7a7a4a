import { type Context, Hono } from 'hono';
import { AppError } from '../core/errors.ts';
import { IMPORT_SOURCES, type ImportSource, SOURCE_NAMES } from '../core/import-draft.ts';
import { PLAN } from '../core/plan.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv, Session } from '../web/env.ts';
import { setFlash } from '../web/forms.ts';
import type { Askable } from '../web/inside.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { readAside } from './aside.ts';
import { isDatabase, tablesOf } from './import-database.ts';
import { CLASHES, type Clash, type Fit, fitAccount } from './import-fit.ts';
import { createPending } from './import-pending.ts';
import { importCounts, lossReport, madeRow, madeWords, worstFirst } from './import-words.ts';
import { insideClient, type Jobs } from './job.ts';
import type { Values } from './placeholders.ts';
import type { Given } from './readings.ts';
import { readServer } from './server.ts';

/** Looks at a foreign file, by page and API together, of one account. */
export const IMPORT_LOOKS = { max: 20, windowMs: MINUTE };
/** Lines of each table that the page shows; the report has all of them. */
const SHOWN = 300;
const GONE = 'This file is not kept any longer. Give it again.';

/** `/settings/import`: the settings of another product, first as a preview with a report of losses, then as monitors. */
export function importPages(deps: Deps, views: Views, app: Askable, jobs: Jobs): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const pending = createPending(() => deps.clock.now());

  routes.get('/settings/import', (c) => {
    requireAbility(c, 'write');
    return drawForm(c, null, '', null, 200);
  });

  routes.post('/settings/import', async (c) => {
    const session = requireAbility(c, 'write');
    const upload = await readUpload(c);
    return mending(c, upload, async () => {
      await limitRate(deps, `import:${session.account.id}`, IMPORT_LOOKS);
      const given = await givenOf(session, upload);
      const fitted = await fit(c, session, given, 'skip', {}, false);
      return drawPreview(c, pending.keep(session.account.id, session.user.id, given), fitted, 'skip');
    });
  });

  routes.get('/settings/import/losses', async (c) => {
    const session = requireAbility(c, 'write');
    const clash = clashOf(c.req.query('clash'));
    const given = pending.find(session.account.id, session.user.id, c.req.query('id') ?? '');
    if (!given) return drawForm(c, null, '', GONE, 422);
    await limitRate(deps, `import:${session.account.id}`, IMPORT_LOOKS);
    const { source, losses } = await fit(c, session, given, clash, {}, false);
    c.header('Content-Disposition', 'attachment; filename="statusping-import.txt"');
    c.header('Cache-Control', 'no-store');
    return c.text(lossReport(source, losses));
  });

  routes.post('/settings/import/apply', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await c.req.parseBody();
    const word = (name: string) => (typeof form[name] === 'string' ? form[name] : '');
    const clash = clashOf(word('clash'));
    const given = pending.find(session.account.id, session.user.id, word('id'));
    if (!given) return drawForm(c, null, '', GONE, 422);
    return mending(c, null, async () => {
      await limitRate(deps, `import:${session.account.id}`, IMPORT_LOOKS);
      if (word('look') === 'true') {
        return drawPreview(c, word('id'), await fit(c, session, given, clash, {}, false), clash);
      }
      const values = Object.entries(form).flatMap(([name, value]) =>
        name.startsWith('secret.') && typeof value === 'string' && value !== ''
          ? [[name.slice('secret.'.length), value]]
          : [],
      );
      const fitted = await fit(c, session, given, clash, Object.fromEntries(values) as Values, true);
      if (fitted.plan.steps.length === 0) {
        setFlash(c, 'info', 'Nothing to do: all of it is there, or cannot be taken over.');
        return c.redirect('/settings/import', 303);
      }
      const client = insideClient(deps, app, session, c.get('clientIp'));
      jobs.startApply(session.account.id, session.user.email, client, fitted.plan);
      setFlash(c, 'good', `Importing ${madeWords(importCounts(fitted))} from ${SOURCE_NAMES[fitted.source]}.`);
      return c.redirect('/settings/file/progress', 303);
    });
  });

  async function fit(
    c: Context<AppEnv>,
    session: Session,
    given: Given,
    clash: Clash,
    values: Values,
    leaveOpen: boolean,
  ): Promise<Fitted> {
    const read = await readAside(session.account.id, 'foreign', { given, values, document: false });
    const current = await readServer(insideClient(deps, app, session, c.get('clientIp')));
    return { source: read.source, ...(await fitAccount(deps, session.account, read, current, clash, leaveOpen)) };
  }

  /** Answers what a person can mend with the sentence for it. */
  async function mending(c: Context<AppEnv>, given: Upload | null, act: () => Promise<Response>): Promise<Response> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'unauthorised' || error.code === 'forbidden') throw error;
      return drawForm(c, given?.source ?? null, given?.text ?? '', error.message, error.status);
    }
  }

  function drawForm(
    c: Context<AppEnv>,
    source: ImportSource | null,
    text: string,
    problem: string | null,
    status: 200 | AppError['status'],
  ) {
    const options = [
      { value: '', label: 'See by the file' },
      ...IMPORT_SOURCES.map((value) => ({ value, label: SOURCE_NAMES[value] })),
    ];
    return views.page(c, 'manifest/import', { options, source: source ?? '', text, problem }, status);
  }

  function drawPreview(c: Context<AppEnv>, id: string, fitted: Fitted, clash: Clash) {
    const { account } = requireAbility(c, 'write');
    const counts = importCounts(fitted);
    return views.page(c, 'manifest/import-preview', {
      id,
      clash,
      product: SOURCE_NAMES[fitted.source],
      counts,
      made: madeWords(counts),
      plan: PLAN[account.plan].label,
      rows: fitted.plan.steps.slice(0, SHOWN).map(madeRow),
      there: fitted.there.slice(0, SHOWN),
      losses: worstFirst(fitted.losses).slice(0, SHOWN),
      shown: SHOWN,
      total: fitted.plan.steps.length,
      needed: fitted.needed,
    });
  }

  return routes;
}

function clashOf(word: string | undefined): Clash {
  return CLASHES.find((one) => one === word) ?? 'skip';
}

interface Upload {
  source: ImportSource | null;
  text: string;
  database: Uint8Array | null;
}

/** An uploaded file counts before what was pasted. */
async function readUpload(c: Context<AppEnv>): Promise<Upload> {
  const form = await c.req.parseBody();
  const source = IMPORT_SOURCES.find((one) => one === form['source']) ?? null;
  const { file, text } = form;
  if (!(file instanceof File) || file.size === 0)
    return { source, text: typeof text === 'string' ? text : '', database: null };
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isDatabase(bytes)) return { source, text: '', database: bytes };
  return { source, text: new TextDecoder().decode(bytes), database: null };
}

async function givenOf({ account }: Session, { source, text, database }: Upload): Promise<Given> {
  if (database) return { as: 'tables', content: await tablesOf(account.id, database), source: 'kuma' };
  if (text.trim() === '') throw new AppError('invalid', 'Choose a file, or paste what is in it.');
  return { as: 'text', content: text, source };
}

/** An import as it would be carried out, and where it comes from. */
type Fitted = Fit & { source: ImportSource };
