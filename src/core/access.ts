export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** What a person may do to an account. */
export type Ability = 'read' | 'write' | 'manage';

const CAN: Record<Role, readonly Ability[]> = {
  owner: ['read', 'write', 'manage'],
  admin: ['read', 'write', 'manage'],
  member: ['read', 'write'],
  viewer: ['read'],
};

export function can(role: Role, ability: Ability): boolean {
  return CAN[role].includes(ability);
}

/** Who changes something, and for which account: the first thing an action is told. */
export interface Actor {
  accountId: string;
  userId: string;
  role: Role;
}
