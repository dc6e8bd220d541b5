/** redis and ioredis against a real Redis: what a team sees of its commands, and what nobody may see. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNothingPlanted, settings, startDatabaseService } from "../helpers/database-service.ts";
import { startDatabase } from "../helpers/database-servers.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

let server: DatabaseServer;

beforeAll(async () => {
  server = await startDatabase("redis");
});
afterAll(() => server[Symbol.asyncDispose]());

const calls = [
  ["set", ["SET"], undefined],
  ["get", ["GET"], undefined],
  ["wrong", ["HGET"], "WRONGTYPE"],
  ["several", ["GET", "INCR"], undefined],
  ["unknown", ["MADE.UP"], "ERR"],
] as const;

const cases = ["redis", "ioredis"].flatMap((library) => settings.map((setting) => ({ library, setting, ...setting })));

describe.each(cases)("$library as $kind on Node.js $node", ({ library, setting }) => {
  test("commands are spans and durations, and neither keys nor values are seen", async (context) => {
    await using service = await startDatabaseService(library, setting, server.url, context);
    const { program, call, spansOf } = service;
    await spansOf("setup");
    for (const [name, commands, code] of calls) {
      const { request, operations } = await spansOf(name, commands.length);
      expect([name, operations.map((span) => span.name)]).toEqual([name, commands]);
      for (const { parentId, attributes, status } of operations) {
        expect(parentId).toBe(request.spanId);
        expect(status).toBe(code === undefined ? 0 : 2);
        expect(attributes).toMatchObject({
          "db.system.name": "redis",
          "db.namespace": "2",
          "server.address": server.host,
          "server.port": server.port,
        });
        expect([name, attributes["error.type"]]).toEqual([name, code]);
        expect(attributes).not.toHaveProperty("db.query.text");
      }
    }
    const multi = await spansOf("multi");
    expect(multi.operations.map((span) => [span.name, span.attributes["db.operation.batch.size"]])).toContainEqual([
      "MULTI",
      2,
    ]);
    const durations = samplesOf(await scrape(program), "db_client_operation_duration_seconds_count");
    expect(durations.map(({ labels, value }) => [labels["db_operation_name"], labels["error_type"], value])).toEqual(
      expect.arrayContaining([
        ["GET", undefined, 2],
        ["HGET", "WRONGTYPE", 1],
      ]),
    );
    await call("end");
    await expectNothingPlanted(service);
  });
});
