import { describe, expect, test } from "vitest";
import { expectSeen, settings } from "../helpers/framework-service.ts";
import type { Expected } from "../helpers/framework-service.ts";

const requests: readonly Expected[] = [
  { path: "/api/secret/things/4711?q=secret", route: "/api/:tenant/things/:id", status: 200 },
  { path: "/api/secret/boom/4711", route: "/api/:tenant/boom/:id", status: 500 },
  { path: "/api/secret/missing/4711", route: "/api/:tenant/missing/:id", status: 404 },
  { path: "/api/secret/filtered/4711", route: "/api/:tenant/filtered/:id", status: 503 },
  { path: "/api/secret/guarded/4711", route: "/api/:tenant/guarded/:id", status: 403 },
  { path: "/unknown/4711", route: undefined, status: 404 },
];

describe.each(settings)("NestJS 12 on Express as $kind on Node.js $node", (setting) => {
  test("gives spans and metrics the template of the controller's route, whoever answers", async (context) => {
    expect.hasAssertions();
    await expectSeen("nestjs", requests, setting, context);
  });
});
