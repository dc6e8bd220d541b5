import { expect, test } from "vitest";
import { addUser, allUsers, changeRole, findLink, removeUser, resetUser, useLink } from "./changes.ts";
import { formatUsers, noUsers, parseUsers } from "./user.ts";
import type { User, UsersFile } from "./user.ts";

const day = 86_400_000;

/** The user of a link that has to work. */
function userOf(file: UsersFile, token: string, now: number): User {
  const user = findLink(file, token, "first", now);
  if (user === undefined) throw new Error(`the link ${token} does not work`);
  return user;
}

/** A box whose first administrator has chosen a password at the time 1, and where Vera has a link from the time 10. */
function usedBox(): UsersFile {
  return addUser(useLink(noUsers, userOf(noUsers, "first", 1), "hash", 1), "vera", "viewer", "token", 10);
}

test("the first link is for the administrator, until that password has been chosen", () => {
  expect(findLink(noUsers, "first", "first", 1)).toMatchObject({ name: "admin", role: "admin" });
  expect(findLink(noUsers, "other", "first", 1)).toBeUndefined();
  expect(findLink(noUsers, "", undefined, 1)).toBeUndefined();
  expect(findLink(usedBox(), "first", "first", 2)).toBeUndefined();
  expect(findLink(removeUser(usedBox(), "admin", 3), "first", "first", 4)).toBeUndefined();
  expect(findLink(resetUser(noUsers, "admin", "new", 3), "first", "first", 4)).toBeUndefined();
});

test("a link works for a day, once, and a new one replaces it", () => {
  const box = usedBox();
  const vera = userOf(box, "token", 10 + day - 1);
  expect(vera.name).toBe("vera");
  expect(findLink(box, "token", "first", 10 + day)).toBeUndefined();
  expect(findLink(useLink(box, vera, "hash", 20), "token", "first", 21)).toBeUndefined();
  const reset = resetUser(box, "vera", "second", 20);
  expect([findLink(reset, "token", "first", 21), findLink(reset, "second", "first", 21)?.name]).toEqual([
    undefined,
    "vera",
  ]);
});

test("the first administrator was created when the password was chosen", () => {
  expect(usedBox().users.get("admin")?.created).toBe(1);
});

test("a reset takes the password away", () => {
  expect(resetUser(usedBox(), "admin", "new", 5).users.get("admin")?.password).toBeUndefined();
});

test("every change that ends sessions gives a generation that was never there before", () => {
  const box = usedBox();
  const generationOf = (file: UsersFile) => file.users.get("vera")?.generation ?? 0;
  const steps = [
    box,
    changeRole(box, "vera", "admin", 5), // The clock went back.
    resetUser(changeRole(box, "vera", "admin", 5), "vera", "t", 5),
    addUser(removeUser(box, "vera", 30), "vera", "viewer", "t", 40),
  ].map(generationOf);
  expect(steps).toEqual([10, 11, 12, 40]);
  expect(changeRole(box, "vera", "viewer", 50)).toBe(box);
});

test("the first administrator is there from the start, and can be removed", () => {
  expect([...allUsers(noUsers).keys()]).toEqual(["admin"]);
  expect(() => addUser(noUsers, "admin", "viewer", "t", 1)).toThrow("there is a user admin already");
  expect([...allUsers(removeUser(noUsers, "admin", 1)).keys()]).toEqual([]);
});

test("what is written is read again", () => {
  expect(parseUsers(JSON.parse(JSON.stringify(formatUsers(usedBox()))))).toEqual(usedBox());
});

test.each([
  [[], "not an object"],
  [{ version: 2, users: [] }, "version is 2"],
  [{ version: 1 }, "users is not a list"],
  [{ version: 1, users: [{ name: "a", role: "root" }] }, 'a role is "root"'],
  [{ version: 1, users: [{ name: 1, role: "admin" }] }, "name is not a text"],
  [{ version: 1, users: [{ name: "a", role: "admin", generation: "1" }] }, "generation is not a number"],
])("%j is said to be wrong", (json, message) => {
  expect(() => parseUsers(json)).toThrow(message);
});
