import * as fc from "fast-check";
import { expect, test } from "vitest";
import { returnPath } from "./return-path.ts";

test.each([
  "/",
  "/grafana/d/a?b=c&d=%2F%2Fe#f",
  "/kibana/app/discover#/?_g=(time:(from:now-15m))",
  "/a//b",
  "/a?u=//b",
])("%s is a place of ours", (path) => {
  expect(returnPath(path)).toBe(path);
});

test.each([
  undefined,
  null,
  "",
  "grafana",
  "//evil.test",
  "/\\evil.test",
  "\\/evil.test",
  "/a\\b",
  "/\t/evil.test",
  "/\n/evil.test",
  " //evil.test",
  "/a b",
  "/ä",
  "https://evil.test",
  "javascript:alert(1)",
  `/${"a".repeat(2048)}`,
])("%j is none", (path) => {
  expect(returnPath(path)).toBe("/");
});

test("whatever is asked for, a browser stays on the origin", () => {
  const pieces = fc.constantFrom("/", "\\", ".", "@", ":", "\t", "\n", "evil.test", "%2f", "?", "#", " ", "a");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const url = new URL(returnPath(parts.join("")), "https://box.test/oauth2/sign_in");
      expect(url.origin).toBe("https://box.test");
    }),
    { numRuns: 5000 },
  );
});
