import { expect, test } from "vitest";
import { cookie, readCookie, removedCookie, sessionCookie } from "./cookies.ts";

test.each([
  [undefined, undefined],
  ["", undefined],
  ["other=1", undefined],
  [`${sessionCookie}=abc`, "abc"],
  [`other=1;${sessionCookie}=abc ; more=2`, "abc"],
  [`x${sessionCookie}=abc`, undefined],
  [`${sessionCookie}=`, undefined],
  [`${sessionCookie}=${"a".repeat(5000)}`, undefined],
])("the header %j holds %j", (header, value) => {
  expect(readCookie(header, sessionCookie)).toBe(value);
});

test("a cookie has every protection that there is, and one that is removed ends at once", () => {
  expect(cookie("a", "b", 1.9)).toBe("a=b; Path=/; Max-Age=1; Secure; HttpOnly; SameSite=Lax");
  expect(removedCookie("a")).toContain("a=; Path=/; Max-Age=0;");
});
