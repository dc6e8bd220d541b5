import { describe, expect, test } from "vitest";
import { parentOf, pickPattern, toTemplate } from "./route-patterns.ts";

test.each([
  ["/items/:id", "/items/:id"],
  ["items", "/items"],
  ["/items/", "/items"],
  ["/", ""],
  ["", ""],
  ["///", ""],
  [/^\/v(\d+)$/i, String.raw`/^\/v(\d+)$/i`],
])("the pattern %o is the template %s", (pattern, template) => {
  expect(toTemplate(pattern)).toBe(template);
});

describe("of several patterns", () => {
  test.each([
    [["/a", "/b"], "/b", "whole", "/b"],
    [["/a", "/b"], "/B/", "whole", "/b"],
    [["/a/:x", "/b/:y"], "/b/7", "whole", "/b/:y"],
    [["/:x", "/:x/:y"], "/1/2", "whole", "/:x/:y"],
    [["/:x(\\d+)", "/b"], "/7", "whole", "/:x(\\d+)"],
    [["/a", ["/b", [/^\/c/]]], "/cc", "whole", /^\/c/],
    [["/files", "/assets"], "/api/v1/assets", "end", "/assets"],
    [["/x/y", "/y"], "/y", "end", "/y"],
  ] as const)("%j the one that fits %s (%s) is taken", (patterns, path, where, pattern) => {
    expect(pickPattern(patterns, path, where)).toEqual(pattern);
  });

  test.each([
    [["/a*", "/b?"], "/secret", "/(/a*|/b?)"],
    [["/{:lang}", "/*rest"], "/secret", "/(/{:lang}|/*rest)"],
    [["/a", "/b"], "/secret", "/(/a|/b)"],
  ])("%j none that can be told leaves all of them, and never the path", (patterns, path, template) => {
    expect(pickPattern(patterns, path, "whole")).toBe(template);
  });

  test("one that keeps its place between matches is neither disturbed nor missed", () => {
    const sticky = /\/c/g;
    sticky.lastIndex = 5;
    expect(pickPattern(["/a", sticky], "/c", "whole")).toBe(sticky);
    expect(sticky.lastIndex).toBe(5);
  });
});

test("a single pattern is taken as it is", () => {
  expect(pickPattern("/a", "/anything", "whole")).toBe("/a");
});

describe("the parent of a mount", () => {
  const mounts = ["/api", "/api/v1", "/api/v10"].map((baseUrl) => ({ pattern: baseUrl, baseUrl }));

  test.each([
    ["/deep/:x", "/api/deep/7", "/api"],
    ["/:tenant", "/acme", ""],
    ["/:x(\\d+)", "/api/7", "/api"],
    ["/*rest", "/api/v1/some/thing", "/api/v1"],
    ["/{:lang}", "/api/v10/de", "/api/v10"],
    ["/{:lang}", "/api/v12/de", "/api"],
    [String.raw`/^\/users/`, "/api/v1/users", "/api/v1"],
    [String.raw`/^\/users$/`, "/users", ""],
  ])("%s at %s is %s", (pattern, baseUrl, parent) => {
    expect(parentOf({ pattern, baseUrl }, mounts)).toBe(parent);
  });
});
