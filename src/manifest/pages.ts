import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import { inPieces } from '../core/pace.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv, Session } from '../web/env.ts';
import { setFlash } from '../web/forms.ts';
import type { Askable } from '../web/inside.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { readAside } from './aside.ts';
import { insideClient, type Job, type Jobs } from './job.ts';
import { type Parsed, parsedOf } from './parse.ts';
import type { Values } from './placeholders.ts';
import { type Plan, planning } from './plan.ts';
import { readServer } from './server.ts';
import { type Fault, ManifestFault } from './source.ts';
import { counts, goneWords, planJson, progressWords, stepView, subject } from './words.ts';

/** The page shows a file and takes it along in a form; the command line takes more. */
const MOST_BYTES = 256 * 1_024;
const LOOKS = { max: 20, windowMs: MINUTE };
const FILE_NAME = 'statusping.yaml';

/** What the page was given: the text of a file, and after the plan was shown what belongs to its button. */
interface Wish {
  text: string;
  seen: string | null;
  prune: boolean;
  values: Values;
}

/** `/settings/file`: the account as a settings file, and a settings file as a plan that can be applied. */
export function manifestPages(deps: Deps, views: Views, app: Askable, jobs: Jobs): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const client = (c: Context<AppEnv>, session: Session) => insideClient(deps, app, session, c.get('clientIp'));

  routes.get('/settings/file', (c) => {
    requireAbility(c, 'read');
    return drawForm(c, '', [], 200);
  });

  routes.get(`/settings/file/${FILE_NAME}`, async (c) => {
    const session = requireAbility(c, 'read');
    c.header('Content-Type', 'application/yaml; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="${FILE_NAME}"`);
    c.header('Cache-Control', 'no-store');
    return c.body(await readAside(session.account.id, 'account', { current: await readServer(client(c, session)) }));
  });

  routes.post('/settings/file', async (c) => {
    const session = requireAbility(c, 'write');
    const wish = await readWish(c);
    return withFile(c, wish, async () => {
      await limitRate(deps, `settings-file:${session.account.id}`, LOOKS);
      const file = await parse(session, wish);
      const plan = await inPieces(planning(await readServer(client(c, session)), file));
      await nextTurn();
      return drawPlan(c, wish, plan, null, 200);
    });
  });

  routes.post('/settings/file/apply', async (c) => {
    const session = requireAbility(c, 'write');
    const wish = await readWish(c);
    return withFile(c, wish, async () => {
      await limitRate(deps, `settings-file:${session.account.id}`, LOOKS);
      const file = await parse(session, wish);
      const current = await readServer(client(c, session));
      const shown = await inPieces(planning(current, file));
      await nextTurn();
      if (wish.seen !== digest(shown)) {
        return drawPlan(
          c,
          wish,
          shown,
          'The account has changed since this plan was made. This is how it is now.',
          409,
        );
      }
      const secrets = Object.keys(wish.values).length > 0;
      const filled = secrets ? await parse(session, wish, wish.values) : file;
      const plan = await inPieces(planning(current, filled, { prune: wish.prune, secrets }));
      if (plan.missing.length > 0) {
        return drawPlan(c, wish, shown, `Fill in ${plan.missing.join(', ')}: the server has nothing for it yet.`, 422);
      }
      if (plan.steps.length === 0) {
        setFlash(c, 'info', 'Nothing to do: the account is as the file says.');
        return c.redirect('/settings/file', 303);
      }
      jobs.startApply(session.account.id, session.user.email, client(c, session), plan);
      return c.redirect('/settings/file/progress', 303);
    });
  });

  routes.get('/settings/file/progress', async (c) => {
    const { account } = requireAbility(c, 'read');
    const job = jobs.find(account.id);
    // The page draws itself again until there is nothing more to come: it works without scripts.
    if (job && isRunning(job)) c.header('Refresh', '2');
    return views.page(c, 'manifest/progress', { job: job && jobView(job) });
  });

  /** Answers a file that cannot be taken with its faults, and everything a person can mend with the sentence for it. */
  async function withFile(c: Context<AppEnv>, wish: Wish, act: () => Promise<Response>): Promise<Response> {
    try {
      if (wish.text.trim() === '') throw new ManifestFault([at('Choose a file, or paste one.')]);
      if (Buffer.byteLength(wish.text) > MOST_BYTES) {
        throw new ManifestFault([at('This file is larger than 256 KiB; the command line takes up to 1 MiB.')]);
      }
      return await act();
    } catch (error) {
      if (error instanceof ManifestFault) return drawForm(c, wish.text, error.faults, 422);
      if (!(error instanceof AppError) || error.code === 'unauthorised') throw error;
      return drawForm(c, wish.text, [], error.status, error.message);
    }
  }

  function drawForm(
    c: Context<AppEnv>,
    text: string,
    faults: readonly Fault[],
    status: 200 | AppError['status'],
    problem: string | null = null,
  ) {
    const { account, role } = requireAbility(c, 'read');
    const job = jobs.find(account.id);
    const shown = { text, faults, problem, mayWrite: can(role, 'write'), job: job && jobView(job) };
    return views.page(c, 'manifest/file', shown, status);
  }

  function drawPlan(c: Context<AppEnv>, wish: Wish, plan: Plan, problem: string | null, status: 200 | 409 | 422) {
    const names = [...new Set(plan.file.variables.map(({ name }) => name))];
    return views.page(
      c,
      'manifest/plan',
      {
        text: wish.text,
        seen: digest(plan),
        problem,
        counts: counts(plan),
        steps: plan.steps.slice(0, SHOWN).map(stepView),
        more: Math.max(0, plan.steps.length - SHOWN),
        gone: plan.gone.map(goneWords),
        prune: wish.prune,
        needed: plan.missing,
        kept: names.filter((name) => !plan.missing.includes(name)),
      },
      status,
    );
  }

  return routes;
}

async function parse({ account }: Session, { text }: Wish, values: Values = {}): Promise<Parsed> {
  return parsedOf(await readAside(account.id, 'manifest', { text, values }));
}

/** What a plan says, as one short word: two plans that say the same have the same. */
function digest(plan: Plan): string {
  return createHash('sha256')
    .update(JSON.stringify(planJson(plan)))
    .digest('base64url')
    .slice(0, 22);
}

function at(message: string): Fault {
  return { line: 1, column: 1, message };
}

function isRunning({ outcome, broken }: Job): boolean {
  return outcome === null && !broken;
}

/** Most steps a page shows. */
const SHOWN = 200;

function jobView(job: Job) {
  const { by, startedAt, total, steps, outcome, broken } = job;
  const failed = outcome?.failed ?? null;
  return {
    by,
    startedAt,
    total,
    done: steps.length,
    running: isRunning(job),
    broken,
    steps: steps.slice(-SHOWN).map(progressWords),
    failed: failed && { ...failed, subject: subject(failed.step) },
    left: outcome?.left.slice(0, SHOWN).map((step) => subject(step)) ?? [],
  };
}

/** An uploaded file counts before what was pasted. A blank secret is one that was not given. */
async function readWish(c: Context<AppEnv>): Promise<Wish> {
  const form = await c.req.parseBody();
  const word = (name: string) => (typeof form[name] === 'string' ? form[name] : '');
  const { file } = form;
  // Browsers send the line breaks of a field in their own way.
  const text = (file instanceof File && file.size > 0 ? await file.text() : word('text')).replaceAll('\r\n', '\n');
  const values = Object.entries(form).flatMap(([name, value]) =>
    name.startsWith('secret.') && typeof value === 'string' && value !== ''
      ? [[name.slice('secret.'.length), value]]
      : [],
  );
  return {
    text,
    seen: word('seen') || null,
    prune: word('prune') === 'true',
    values: Object.fromEntries(values) as Values,
  };
}
