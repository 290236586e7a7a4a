import { AppError } from './errors.ts';
import { allows, type Plan } from './plan.ts';

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** What a person may do to an account: look, change what it watches, change who and how it is, decide over it as a whole. */
export type Ability = 'read' | 'write' | 'manage' | 'own';

/** The one table of who may do what. */
const CAN: Record<Role, readonly Ability[]> = {
  owner: ['read', 'write', 'manage', 'own'],
  admin: ['read', 'write', 'manage'],
  member: ['read', 'write'],
  viewer: ['read'],
};

export function can(role: Role, ability: Ability): boolean {
  return CAN[role].includes(ability);
}

/** What a role is worth on a plan: where the plan has no team, everybody but the owner may only look, until it has. */
export function roleOn(plan: Plan, role: Role): Role {
  return role === 'owner' || allows(plan, 'team') ? role : 'viewer';
}

/** Whether somebody with this role may give or take that one: never one above their own, nor an owner's. */
export function mayGive(own: Role, other: Role): boolean {
  return can(own, 'manage') && ROLES.indexOf(other) >= ROLES.indexOf(own);
}

/** `AppError` `forbidden` unless the role may do that. */
export function demand(role: Role, ability: Ability): void {
  if (can(role, ability)) return;
  throw new AppError('forbidden', `Your role in this account (${role}) does not allow this.`);
}

/** What an API token may be good for. */
export const SCOPES = ['read', 'write', 'ping', 'page'] as const;
export type Scope = (typeof SCOPES)[number];

/** The part of the API a route belongs to: status pages and heartbeats have scopes of their own. */
export type Area = 'account' | 'page' | 'ping';

/**
 * Whether a token with these scopes may do that. `write` includes `read`, `page` reads and writes status pages alone,
 * `ping` reports heartbeats alone; nothing lets a token manage or own an account (R-TK-2).
 */
export function scopeAllows(scopes: readonly Scope[], ability: Ability, area: Area): boolean {
  if (ability === 'manage' || ability === 'own') return false;
  if (area === 'page' && scopes.includes('page')) return true;
  if (area === 'ping' && scopes.includes('ping')) return true;
  return scopes.includes('write') || (ability === 'read' && scopes.includes('read'));
}

/** Who changes something, and for which account: the first thing an action is told. */
export interface Actor {
  accountId: string;
  userId: string;
  role: Role;
}
