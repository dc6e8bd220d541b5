import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchRoutes } from "./routes.ts";

describe("a route", () => {
  test.each([
    ["GET /orders/:id", "GET", "/orders/7", true],
    ["GET /orders/:id", "GET", "/orders/7/", true],
    ["GET /orders/:id", "POST", "/orders/7", false],
    ["GET /orders/:id", "GET", "/orders/7/items", false],
    ["GET /orders/:id", "GET", "/orders/", false],
    ["GET /orders/:id", "GET", "/shop/orders/7", false],
    ["/orders/:id", "DELETE", "/orders/7", true],
    ["/static/*", "GET", "/static/a/b.js", true],
    ["/a.b", "GET", "/axb", false],
    ["/", "GET", "/", true],
    ["/", "GET", "/orders", false],
  ])("%s takes %s %s: %s", (route, method, path, isTaken) => {
    expect(matchRoutes([route])(method, path)).toBe(isTaken);
  });
});

test("no path makes the check fail, and the longest ones take no time", () => {
  const isOnRoute = matchRoutes(["GET /:a/:b/:c/:d/*", "/(a+)+/:x"]);
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (path) => {
      expect(isOnRoute("GET", `/${path}`)).toBeTypeOf("boolean");
    }),
  );
  const before = performance.now();
  for (const part of ["/a", "/", "a", "a/", "(a+)+"]) isOnRoute("GET", `/${part.repeat(8000)}`);
  expect(performance.now() - before).toBeLessThan(500);
});
