import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { ROLES } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { answer, body, createApi, guard, guardPerson, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { invite, resendInvitation, revokeInvitation } from './invitation-actions.ts';
import { findInvitation, type InvitationRow, listInvitations } from './invitation-queries.ts';
import { changeRole, removeMember } from './member-actions.ts';
import { countInvite, InvitationInput, MemberPatch } from './member-input.ts';
import { findMember, listMembers, type MemberRow } from './member-queries.ts';

const tags = ['Members'];
const params = z.object({ id: z.string() });

const Member = z
  .object({
    id: z.string().openapi({ description: 'The person.', example: 'usr_0123456789abcdef' }),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(ROLES),
    created_at: z.iso.datetime().openapi({ description: 'Since when they belong to the account.' }),
  })
  .openapi('Member');

const Invitation = z
  .object({
    id: z.string().openapi({ example: 'inv_0123456789abcdef' }),
    email: z.string(),
    role: z.enum(ROLES),
    invited_by: z.string().nullable().openapi({ description: 'Address of who asked.' }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .openapi('Invitation');

/** `/api/members`: who belongs to the account, and who was asked to. Changed by people, never by a token (R-TK-2). */
export function memberApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  addMembers(api, deps);
  addInvitations(api, deps);
  return api;
}

function addMembers(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/members',
      tags,
      summary: 'Who belongs to the account, in the order they came',
      middleware: guard('read'),
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Member)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const members = await listMembers(deps.db.read, requireSession(c).account.id);
      return c.json(cutPage(members.map(memberJson), c.req.valid('query')), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/members',
      tags,
      summary: 'Ask somebody into the account',
      description:
        'They get a mail whose link works for seven days and belong to the account once they accept. A newer invitation of an address replaces the older. Business plan.',
      middleware: guardPerson('manage'),
      request: { body: body(InvitationInput) },
      responses: { 201: answer('The invitation', Invitation), ...problems(400, 401, 403, 409, 422, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      await countInvite(deps, session.account.id);
      const id = await invite(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/members/invitations/${id}`);
      return c.json(await invitationOf(deps, session, id), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/members/{id}',
      tags,
      summary: 'Give a member another role',
      description: 'Nobody gives or takes a role above their own; the only owner stays one. Business plan.',
      middleware: guardPerson('manage'),
      request: { params, body: body(MemberPatch) },
      responses: { 200: answer('The member', Member), ...problems(400, 401, 403, 404, 409, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      const { role } = c.req.valid('json');
      if (role !== undefined) await changeRole(deps, actorOf(session), id, role);
      const member = await findMember(deps.db.read, session.account.id, id);
      if (!member) throw notFound();
      return c.json(memberJson(member), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/members/{id}',
      tags,
      summary: 'Take a member out of the account',
      description: 'Their sessions and API tokens for it end at once. What they made stays.',
      middleware: guardPerson('manage'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404, 409) },
    }),
    async (c) => {
      await removeMember(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
}

function addInvitations(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/members/invitations',
      tags,
      summary: 'Invitations that wait for an answer, oldest first',
      middleware: guardPerson('manage'),
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Invitation)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const open = await listInvitations(deps.db.read, requireSession(c).account.id, deps.clock.now());
      const { data, next_cursor } = cutPage(open, c.req.valid('query'));
      return c.json({ data: data.map(invitationJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/members/invitations/{id}',
      tags,
      summary: 'One invitation that waits for an answer',
      middleware: guardPerson('manage'),
      request: { params },
      responses: { 200: answer('The invitation', Invitation), ...problems(401, 403, 404) },
    }),
    async (c) => c.json(await invitationOf(deps, requireSession(c), c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/members/invitations/{id}/resend',
      tags,
      summary: 'Send an invitation again, with a new link for another seven days',
      middleware: guardPerson('manage'),
      request: { params },
      responses: { 200: answer('The invitation', Invitation), ...problems(401, 403, 404, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await countInvite(deps, session.account.id);
      await resendInvitation(deps, actorOf(session), id);
      return c.json(await invitationOf(deps, session, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/members/invitations/{id}',
      tags,
      summary: 'Take an invitation back; its link stops working',
      middleware: guardPerson('manage'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await revokeInvitation(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
}

async function invitationOf(deps: Deps, { account }: Session, id: string) {
  const invitation = await findInvitation(deps.db.read, account.id, id, deps.clock.now());
  if (!invitation) throw notFound();
  return invitationJson(invitation);
}

function memberJson({ user_id, email, name, role, created_at }: MemberRow): z.infer<typeof Member> {
  return { id: user_id, email, name, role, created_at: iso(created_at) };
}

function invitationJson(row: InvitationRow): z.infer<typeof Invitation> {
  const { id, email, role, inviter, created_at, expires_at } = row;
  return { id, email, role, invited_by: inviter, created_at: iso(created_at), expires_at: iso(expires_at) };
}
