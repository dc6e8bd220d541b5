/** Local users as users.json keeps them. */
import { fieldsOf, listOf, numberOf, optional, textOf } from "../files/fields.ts";
import { isRole } from "../roles.ts";
import type { Role } from "../roles.ts";

/** A link through which a password can be chosen, once. The token itself is not kept. */
export interface Link {
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

export interface User {
  readonly name: string;
  readonly role: Role;
  /** Changes with everything that ends the user's sessions; never the same twice, also for a user who was removed. */
  readonly generation: number;
  readonly created: number;
  /** The scrypt hash; absent until the user has chosen a password. */
  readonly password?: string;
  readonly link?: Link;
}

export interface UsersFile {
  readonly users: ReadonlyMap<string, User>;
  /** When the link that the box was made with was used, or replaced by another one. */
  readonly firstLinkClosed?: number;
}

export const noUsers: UsersFile = { users: new Map() };

const version = 1;

/** @throws Error that says what is wrong. */
export function parseUsers(json: unknown): UsersFile {
  const fields = fieldsOf(json, "the file");
  if (fields["version"] !== version)
    throw new Error(`its version is ${String(fields["version"])}, expected ${version}`);
  const users = listOf(fields["users"], "users").map(parseUser);
  return { users: new Map(users.map((user) => [user.name, user])), ...optional("firstLinkClosed", fields, numberOf) };
}

export function formatUsers({ users, ...rest }: UsersFile): unknown {
  return { version, ...rest, users: [...users.values()] };
}

function parseUser(json: unknown): User {
  const fields = fieldsOf(json, "a user");
  const role = fields["role"];
  if (!isRole(role)) throw new Error(`a role is ${JSON.stringify(role)}`);
  return {
    name: textOf(fields, "name"),
    role,
    generation: numberOf(fields, "generation"),
    created: numberOf(fields, "created"),
    ...optional("password", fields, textOf),
    ...optional("link", fields, parseLink),
  };
}

function parseLink(fields: Readonly<Record<string, unknown>>, name: string): Link {
  const link = fieldsOf(fields[name], name);
  return { sha256: textOf(link, "sha256"), expires: numberOf(link, "expires") };
}
