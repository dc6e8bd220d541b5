/** The MongoDB driver against a stand-in that speaks the wire protocol: not proven against a real server. */
import { describe, expect, test } from "vitest";
import { expectNothingPlanted, settings, startDatabaseService } from "../helpers/database-service.ts";
import { startMongodbStandIn } from "../helpers/mongodb-stand-in.ts";
import { poolStateOf } from "../helpers/pool-state.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

describe.each(settings)("mongodb as $kind on Node.js $node", (setting) => {
  test("commands are spans and durations, pools are read, and no value is seen", async (context) => {
    await using server = await startMongodbStandIn();
    const url = `mongodb://127.0.0.1:${server.port}/?directConnection=true`;
    await using service = await startDatabaseService("mongodb", setting, url, context);
    const { program, call, spansOf } = service;
    await call("setup");
    const calls = [
      ["insert", "insert users", 0, undefined],
      ["find", "find users", 0, undefined],
      ["failing", "aggregate users", 2, "50"],
    ] as const;
    for (const [name, spanName, status, errorType] of calls) {
      const { request, operations } = await spansOf(name);
      expect(operations).toMatchObject([
        {
          name: spanName,
          parentId: request.spanId,
          status,
          attributes: {
            "db.system.name": "mongodb",
            "db.namespace": "shop",
            "db.collection.name": "users",
            "server.address": "127.0.0.1",
            "server.port": server.port,
          },
        },
      ]);
      expect(operations[0]?.attributes["error.type"]).toBe(errorType);
    }
    const durations = samplesOf(await scrape(program), "db_client_operation_duration_seconds_count");
    expect(durations.map(({ labels, value }) => [labels["db_operation_name"], labels["error_type"], value])).toEqual(
      expect.arrayContaining([
        ["insert", undefined, 1],
        ["find", undefined, 1],
        ["aggregate", "50", 1],
      ]),
    );
    expect(await poolStateOf(program, `127.0.0.1:${server.port}`)).toMatchObject({ used: 0, pending: 0, max: 2 });
    await expectNothingPlanted(service);
  });
});
