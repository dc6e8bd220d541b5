/** The three roles, weakest first, and the groups that carry them. */

export const roles = ["viewer", "editor", "admin"] as const;

export type Role = (typeof roles)[number];

/** Name of the group that gives each role; Nginx knows people by these alone. */
export type RoleGroups = Readonly<Record<Role, string>>;

export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** The strongest role that a list of groups gives. */
export function roleOf(groups: readonly string[], names: RoleGroups): Role | undefined {
  return roles.findLast((role) => groups.includes(names[role]));
}

/** Those of a list of groups that give a role: others are nobody's business behind Nginx, and could hold a comma. */
export function knownGroups(groups: readonly string[], names: RoleGroups): readonly string[] {
  return roles.map((role) => names[role]).filter((group) => groups.includes(group));
}
