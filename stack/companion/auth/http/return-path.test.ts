import * as fc from "fast-check";
import { expect, test } from "vitest";
import { returnPath, wantedPath } from "./return-path.ts";

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

test.each([
  ["/oauth2/sign_in?rd=/grafana/d/x?a=1&b=2%2F3", "/grafana/d/x?a=1&b=2%2F3"],
  ["/oauth2/sign_in?rd=%2Fgrafana%2Fd%2Fx%3Fa%3D1%26b%3D2&x=1", "/grafana/d/x?a=1&b=2"],
  ["/oauth2/sign_in?x=1&rd=/grafana/", "/grafana/"],
  ["/oauth2/sign_in", null],
])("%s asks for %s", (url, wanted) => {
  expect(wantedPath({ url })).toBe(wanted);
});
