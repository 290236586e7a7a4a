import { type Context, Hono } from 'hono';
import { can, mayGive, type Role } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { invite, resendInvitation, revokeInvitation } from './invitation-actions.ts';
import { findInvitation, listInvitations } from './invitation-queries.ts';
import { changeRole, removeMember } from './member-actions.ts';
import { countInvite, GIVEN_ROLES, InvitationInput, MemberPatch, ROLE_WORDS } from './member-input.ts';
import { findMember, listMembers, type MemberRow } from './member-queries.ts';

/** `/settings/members`: who belongs to the account, who was asked to, and what each may do. */
export function memberPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/members', async (c) => draw(c, { email: '', role: 'member' }));

  routes.post('/settings/members', async (c) => {
    const session = requireAbility(c, 'manage');
    const form = await readForm(c);
    try {
      await countInvite(deps, session.account.id);
      const input = parseInput(InvitationInput, form);
      await invite(deps, actorOf(session), input);
      setFlash(c, 'good', `An invitation is on its way to ${input.email.trim()}. It is good for seven days.`);
    } catch (error) {
      return draw(c, form, refusal(error));
    }
    return c.redirect('/settings/members', 303);
  });

  routes.post('/settings/members/invitations/:id/resend', (c) =>
    settle(c, async (session, id) => {
      const invitation = await findInvitation(deps.db.read, session.account.id, id, deps.clock.now());
      if (!invitation) throw notFound();
      await countInvite(deps, session.account.id);
      await resendInvitation(deps, actorOf(session), id);
      return `Another mail is on its way to ${invitation.email}; the link before it has ended.`;
    }),
  );

  routes.post('/settings/members/invitations/:id/revoke', (c) =>
    settle(c, async (session, id) => {
      await revokeInvitation(deps, actorOf(session), id);
      return 'The invitation is taken back; its link does not work any more.';
    }),
  );

  routes.get('/settings/members/:id', async (c) => {
    const session = requireAbility(c, 'manage');
    const member = await load(session, c.req.param('id'));
    return drawMember(c, session, member, { role: member.role });
  });

  routes.post('/settings/members/:id', async (c) => {
    const session = requireAbility(c, 'manage');
    const member = await load(session, c.req.param('id'));
    const form = await readForm(c);
    try {
      const { role } = parseInput(MemberPatch, form);
      if (role !== undefined) await changeRole(deps, actorOf(session), member.user_id, role);
      setFlash(c, 'good', 'Saved. It counts from now on.');
    } catch (error) {
      return drawMember(c, session, member, form, refusal(error));
    }
    return c.redirect('/settings/members', 303);
  });

  routes.post('/settings/members/:id/remove', (c) =>
    settle(c, async (session, id) => {
      const member = await load(session, id);
      await removeMember(deps, actorOf(session), id);
      return `${member.name ?? member.email} does not belong to this account any more.`;
    }),
  );

  return routes;

  async function load({ account }: Session, userId: string): Promise<MemberRow> {
    const member = await findMember(deps.db.read, account.id, userId);
    if (!member) throw notFound();
    return member;
  }

  async function draw(c: Context<AppEnv>, values: Form, no?: ReturnType<typeof refusal>): Promise<Response> {
    const session = requireAbility(c, 'read');
    const { account, user, role } = session;
    const mayManage = can(role, 'manage');
    const members = await listMembers(deps.db.read, account.id);
    const open = mayManage ? await listInvitations(deps.db.read, account.id, deps.clock.now()) : [];
    const data = {
      members: members.map((member) => ({
        ...member,
        you: member.user_id === user.id,
        mayChange: member.user_id !== user.id && mayGive(role, member.role),
      })),
      invitations: open,
      mayManage,
      verified: user.email_verified,
      locked: allows(account.plan, 'team') ? null : PLAN[planFor('team')].label,
      roles: roleOptions(role),
      values,
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
    return views.page(c, 'accounts/members', data, no?.status ?? 200);
  }

  function drawMember(
    c: Context<AppEnv>,
    { role, account }: Session,
    member: MemberRow,
    values: Form,
    no?: ReturnType<typeof refusal>,
  ) {
    const data = {
      member,
      mayChange: mayGive(role, member.role),
      locked: allows(account.plan, 'team') ? null : PLAN[planFor('team')].label,
      roles: roleOptions(role),
      values,
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
    return views.page(c, 'accounts/member', data, no?.status ?? 200);
  }
}

/** The roles somebody may give, the mightiest first. */
function roleOptions(own: Role) {
  return GIVEN_ROLES.filter((role) => mayGive(own, role)).map((role) => ({ value: role, label: ROLE_WORDS[role] }));
}

/** A button of the list: done and back with a sentence, which may be why it was not. */
async function settle(
  c: Context<AppEnv, '/:id'>,
  act: (session: Session, id: string) => Promise<string>,
): Promise<Response> {
  const session = requireAbility(c, 'manage');
  try {
    setFlash(c, 'good', await act(session, c.req.param('id')));
  } catch (error) {
    setFlash(c, 'bad', refusal(error).problem);
  }
  return c.redirect('/settings/members', 303);
}
