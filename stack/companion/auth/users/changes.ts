/** What can happen to users.json: each change takes the content and gives the new one. */
import { OperatorError } from "../../errors.ts";
import type { Role } from "../roles.ts";
import { isSameDigest, sha256 } from "../secret-digest.ts";
import type { Link, User, UsersFile } from "./user.ts";

/** How long a one-time link can be used. */
const linkLifetimeMs = 24 * 60 * 60_000;

const maxUsers = 10_000;

/** Name of the administrator whom the box has from the start. */
export const firstUser = "admin";

/** Everybody who is there, the first administrator included who has not chosen a password yet. */
export function allUsers({ users, firstLinkClosed }: UsersFile): ReadonlyMap<string, User> {
  if (firstLinkClosed !== undefined || users.has(firstUser)) return users;
  return new Map([[firstUser, { name: firstUser, role: "admin", generation: 0, created: 0 } as const], ...users]);
}

/** @throws OperatorError when there is such a user already. */
export function addUser(file: UsersFile, name: string, role: Role, token: string, now: number): UsersFile {
  if (allUsers(file).has(name)) {
    throw new OperatorError(
      `there is a user ${name} already`,
      "change the role with users role, or make a new link with users reset",
    );
  }
  if (file.users.size >= maxUsers) throw new OperatorError(`there are ${maxUsers} users already`, "remove some first");
  return withUser(file, { name, role, generation: now, created: now, link: linkOf(token, now) });
}

/** Makes a new link; the password that was valid is not any more. */
export function resetUser(file: UsersFile, name: string, token: string, now: number): UsersFile {
  const { password: _, ...user } = knownUser(file, name);
  const changed = withUser(file, { ...user, ...newGeneration(user, now), link: linkOf(token, now) });
  return { ...changed, ...closedFirstLink(file, name, now) };
}

/** @throws OperatorError when there is no such user. */
export function changeRole(file: UsersFile, name: string, role: Role, now: number): UsersFile {
  const user = knownUser(file, name);
  return user.role === role ? file : withUser(file, { ...user, role, ...newGeneration(user, now) });
}

/** @throws OperatorError when there is no such user. */
export function removeUser(file: UsersFile, name: string, now: number): UsersFile {
  const users = new Map(file.users);
  users.delete(knownUser(file, name).name);
  return { ...file, users, ...closedFirstLink(file, name, now) };
}

/**
 * Finds the user whom a link is for.
 *
 * @param firstLink - Token of the link that the box was made with.
 */
export function findLink(file: UsersFile, token: string, firstLink: string | undefined, now: number): User | undefined {
  const digest = sha256(token);
  for (const user of file.users.values()) {
    if (user.link !== undefined && user.link.expires > now && isSameDigest(user.link.sha256, digest)) return user;
  }
  const isFirst = firstLink !== undefined && isSameDigest(sha256(firstLink), digest);
  return isFirst && file.firstLinkClosed === undefined ? allUsers(file).get(firstUser) : undefined;
}

/** Sets the password of a link's user; the link is used up. */
export function useLink(file: UsersFile, linked: User, password: string, now: number): UsersFile {
  const { link: _, ...user } = linked;
  const changed = withUser(file, { ...user, password, ...newGeneration(user, now) });
  return { ...changed, ...closedFirstLink(file, user.name, now) };
}

/** What happens to the first administrator ends the link that the box was made with, for ever. */
function closedFirstLink(file: UsersFile, name: string, now: number): Pick<UsersFile, "firstLinkClosed"> {
  return name === firstUser ? { firstLinkClosed: file.firstLinkClosed ?? now } : {};
}

function withUser(file: UsersFile, user: User): UsersFile {
  return { ...file, users: new Map(file.users).set(user.name, user) };
}

function knownUser(file: UsersFile, name: string): User {
  const user = allUsers(file).get(name);
  if (user === undefined) throw new OperatorError(`there is no user ${name}`, "users list shows who there is");
  return user;
}

/** Ends the sessions that there are. The first administrator is there only from the first change on. */
function newGeneration({ generation, created }: User, now: number): Pick<User, "generation" | "created"> {
  return { generation: Math.max(now, generation + 1), created: created || now };
}

function linkOf(token: string, now: number): Link {
  return { sha256: sha256(token), expires: now + linkLifetimeMs };
}
