import { describe, expect, test } from "vitest";
import { expectSeen, programs, settings } from "../helpers/framework-service.ts";
import type { Expected } from "../helpers/framework-service.ts";
import { withLibrary } from "../helpers/library-versions.ts";

const requests: readonly Expected[] = [
  { path: "/", route: "/", status: 200 },
  { path: "/things/4711?q=secret", route: "/things/:id", status: 200 },
  { path: "/files/a/4711.txt", route: String(/^\/files\/(.*)$/), status: 200 },
  { path: "/api/secret/items/4711", route: "/api/:tenant/items/:id", status: 200 },
  { path: "/api/secret/boom/4711", route: "/api/:tenant/boom/:id", status: 500, exception: "RangeError" },
  { path: "/api/secret/refused/4711", route: "/api/:tenant/refused/:id", status: 404 },
  { path: "/api/secret/own-503/4711", route: "/api/:tenant/own-503/:id", status: 503 },
  { path: "/things/4711", headers: { "x-fails": "middleware" }, route: undefined, status: 500, exception: "TypeError" },
  { path: "/unknown/4711", route: undefined, status: 404 },
];

describe.each(settings)("Koa 3 as $kind on Node.js $node", (setting) => {
  test("gives spans and metrics the template of the route, and faults their exception", async (context) => {
    expect.hasAssertions();
    await expectSeen("koa", requests, setting, context);
  });
});

test.for([
  ["koa", "2.16.1", "cjs"],
  ["koa", "2.16.1", "mjs"],
  ["@koa/router", "12.0.1", "cjs"],
] as const)("%s %s as %s is seen as the newest is", async ([library, version, kind], context) => {
  expect.hasAssertions();
  const folder = await withLibrary(library, version, programs, context);
  await expectSeen("koa", requests, { node: process.versions.node, kind }, context, folder);
});
