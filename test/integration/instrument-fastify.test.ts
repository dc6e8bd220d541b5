import { describe, expect, test } from "vitest";
import { expectSeen, programs, settings } from "../helpers/framework-service.ts";
import type { Expected } from "../helpers/framework-service.ts";
import { withLibrary } from "../helpers/library-versions.ts";

const requests: readonly Expected[] = [
  { path: "/", route: "/", status: 200 },
  { path: "/things/4711?q=secret", route: "/things/:id", status: 200 },
  { path: "/files/a/4711.txt", route: "/files/*", status: 200 },
  { path: "/api/boom/4711", route: "/api/boom/:id", status: 500, exception: "RangeError" },
  { path: "/api/thrown/4711", route: "/api/thrown/:id", status: 500, exception: "RangeError" },
  { path: "/api/refused/4711", route: "/api/refused/:id", status: 404 },
  { path: "/api/private/4711", route: "/api/private/:id", status: 401 },
  { path: "/api/private/4711", headers: { "x-user": "ann" }, route: "/api/private/:id", status: 200 },
  { path: "/api/counted/secret", route: "/api/counted/:count", status: 400 },
  { path: "/things/4711", headers: { "x-fails": "hook" }, route: "/things/:id", status: 500, exception: "TypeError" },
  { path: "/unknown/4711", route: undefined, status: 404 },
];

describe.each(settings)("Fastify 5 as $kind on Node.js $node", (setting) => {
  test("gives spans and metrics the template of the route, whoever answers, and faults their exception", async (context) => {
    expect.hasAssertions();
    await expectSeen("fastify", requests, setting, context);
  });
});

test("Fastify 4 is seen as Fastify 5 is", async (context) => {
  expect.hasAssertions();
  const folder = await withLibrary("fastify", "4.29.0", programs, context);
  await expectSeen("fastify", requests, { node: process.versions.node, kind: "mjs" }, context, folder);
});
