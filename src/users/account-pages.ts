import { type Context, Hono } from 'hono';
import { type AccountRow, listAccountsOf } from '../accounts/member-queries.ts';
import { PLAN } from '../core/plan.ts';
import { entryWords } from '../core/words/entry/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import {
  dropSessionCookie,
  requireSession,
  setBetweenCookie,
  setLastAccount,
  setSessionCookie,
} from '../web/session.ts';
import { createAccount, leaveAccount, type Mover, openAccount } from './account-actions.ts';
import { newAccountInput } from './account-input.ts';
import { refuseClosed, signupsClosed } from './actions.ts';
import { whoIsBetween } from './between.ts';
import { askedTail, drawEntry } from './entry.ts';
import type { NewSession } from './sessions.ts';

/** `/accounts`: the accounts of a person, another one, and the way out; `/no-account` for those who have none open. */
export function accountsPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/accounts', (c) => {
    requireSession(c);
    return draw(c, {});
  });

  routes.post('/accounts', async (c) => {
    const session = requireSession(c);
    const form = await readForm(c);
    try {
      refuseClosed(deps, session.user.operator);
      const made = await createAccount(deps, mover(c, session.user.id, session.id), parseInput(newAccountInput, form));
      await moveTo(c, made);
    } catch (error) {
      return draw(c, form, refusal(error));
    }
    setFlash(c, 'good', 'The account is there, and you are in it.');
    return c.redirect('/dashboard', 303);
  });

  routes.post('/accounts/:id/open', async (c) => {
    const session = requireSession(c);
    const accountId = c.req.param('id');
    const opened = await openAccount(deps, mover(c, session.user.id, session.id), accountId);
    await moveTo(c, { session: opened, accountId });
    return c.redirect('/dashboard', 303);
  });

  routes.get('/settings/members/leave', (c) => {
    const { account, role } = requireSession(c);
    return views.page(c, 'users/leave', { account, role, problem: null });
  });

  routes.post('/settings/members/leave', async (c) => {
    const { id, user, account, role } = requireSession(c);
    let gone;
    try {
      gone = await leaveAccount(deps, { ...mover(c, user.id, id), accountId: account.id });
    } catch (error) {
      const no = refusal(error);
      return views.page(c, 'users/leave', { account, role, problem: no.problem }, no.status);
    }
    setFlash(c, 'good', `You have left ${account.name}.`);
    if (gone.session) {
      await moveTo(c, gone);
      return c.redirect('/dashboard', 303);
    }
    dropSessionCookie(deps, c);
    await setBetweenCookie(deps, c, { userId: user.id, tokenVersion: gone.tokenVersion }, gone.startedAt ?? undefined);
    return c.redirect('/no-account', 303);
  });

  routes.get('/no-account', (c) => drawBetween(c, {}));

  routes.post('/no-account', async (c) => {
    const user = await whoIsBetween(deps, c);
    if (!user) return c.redirect(`/login${askedTail(c)}`, 303);
    const form = await readForm(c);
    try {
      refuseClosed(deps, user.operator);
      await moveTo(c, await createAccount(deps, between(c, user), parseInput(newAccountInput, form)));
    } catch (error) {
      return drawBetween(c, form, refusal(error));
    }
    return c.redirect('/dashboard', 303);
  });

  routes.post('/no-account/:id/open', async (c) => {
    const user = await whoIsBetween(deps, c);
    if (!user) return c.redirect(`/login${askedTail(c)}`, 303);
    const accountId = c.req.param('id');
    await moveTo(c, { session: await openAccount(deps, between(c, user), accountId), accountId });
    return c.redirect('/dashboard', 303);
  });

  return routes;

  async function moveTo(c: Context<AppEnv>, { session, accountId }: { session: NewSession; accountId: string }) {
    await setSessionCookie(deps, c, session, session.expiresAt);
    setLastAccount(deps, c, accountId);
  }

  /** In English, as all that stands in the frame of the product. */
  async function draw(c: Context<AppEnv>, typed: Form, no?: Refusal): Promise<Response> {
    const { user, account } = requireSession(c);
    const rows = await listAccountsOf(deps.db.read, user.id);
    const data = {
      accounts: rows.map((row) => line(row, account.id)),
      ...formData(typed, user.operator, no),
    };
    return views.page(c, 'users/accounts', { ...data, w: entryWords('en') }, no?.status ?? 200);
  }

  async function drawBetween(c: Context<AppEnv>, typed: Form, no?: Refusal): Promise<Response> {
    if (c.get('session')) return c.redirect('/accounts', 303);
    const user = await whoIsBetween(deps, c);
    if (!user) return c.redirect(`/login${askedTail(c)}`, 303);
    const rows = await listAccountsOf(deps.db.read, user.id);
    c.header('Cache-Control', 'private, no-store');
    const data = {
      email: user.email,
      accounts: rows.map((row) => line(row, null)),
      ...formData(typed, user.operator, no),
    };
    return drawEntry(views, c, 'users/no-account', data, no?.status ?? 200);
  }

  function formData(typed: Form, operator: boolean, no?: Refusal) {
    return {
      values: { name: typed['name'] ?? '', slug: typed['slug'] ?? '' },
      closed: operator ? null : signupsClosed(deps),
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
  }
}

function mover(c: Context<AppEnv>, userId: string, sessionId: string | null): Mover {
  return { userId, sessionId, kind: 'browser', userAgent: c.req.header('user-agent') ?? '' };
}

/** Somebody without a session, who is as they were when they logged in. */
function between(c: Context<AppEnv>, who: { id: string; startedAt: number; token_version: number }): Mover {
  return { ...mover(c, who.id, null), startedAt: who.startedAt, tokenVersion: who.token_version };
}

function line({ id, name, plan, role, slug }: AccountRow, current: string | null) {
  return { id, name, slug, role, plan: PLAN[plan].label, current: id === current };
}
