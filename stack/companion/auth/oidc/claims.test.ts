import { expect, test } from "vitest";
import { personOf } from "./claims.ts";

test.each([
  [{ sub: "1", email: "ann@corp.test", preferred_username: "ann" }, "ann@corp.test"],
  [{ sub: "1", email: "admin@corp.test", email_verified: false, preferred_username: "admin" }, "admin@sso.test"],
  [{ sub: "1", email: "admin" }, "1@sso.test"],
  [{ sub: "1" }, "1@sso.test"],
  [{ sub: "1", preferred_username: "jürgen\r\nx: y" }, "j%C3%BCrgen%0D%0Ax: y@sso.test"],
  [{ sub: "1", preferred_username: "a%0Ab\uD800" }, "a%250Ab%EF%BF%BD@sso.test"],
])("%j is called %s", (claims, user) => {
  expect(personOf(claims, "groups", "sso.test")?.user).toBe(user);
});

test.each([
  [
    ["a", 1, null, "b"],
    ["a", "b"],
  ],
  ["a", ["a"]],
  [undefined, []],
  [{ a: true }, []],
])("the claim %j holds the groups %j", (claim, groups) => {
  expect(personOf({ sub: "1", "realm/groups": claim }, "realm/groups", "sso.test")?.groups).toEqual(groups);
});

test("without a subject there is nobody", () => {
  expect(personOf({ email: "ann@corp.test" }, "groups", "sso.test")).toBeUndefined();
});
