/** pg against a real PostgreSQL: what a team sees of its queries, and what nobody may see. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNothingPlanted, settings, startDatabaseService } from "../helpers/database-service.ts";
import { startDatabase } from "../helpers/database-servers.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { noPool, poolStateOf } from "../helpers/pool-state.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

let server: DatabaseServer;

beforeAll(async () => {
  server = await startDatabase("postgres");
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(settings)("pg as $kind on Node.js $node", (setting) => {
  test("queries are spans and durations, pools are read, and no value is seen", async (context) => {
    await using service = await startDatabaseService("pg", setting, server.url, context);
    const { program, call, spansOf } = service;
    const where = { "server.address": server.host, "server.port": server.port };
    const common = { "db.system.name": "postgresql", "db.namespace": "shop", ...where };

    const setup = await spansOf("setup", 2);
    expect(setup.operations.map(({ name }) => name)).toEqual(["connect shop", "DROP shop"]);

    const query = await spansOf("query");
    expect(query.operations).toMatchObject([
      {
        name: "SELECT shop",
        parentId: query.request.spanId,
        status: 0,
        attributes: {
          ...common,
          "db.operation.name": "SELECT",
          "db.query.text": "select name from users where id = $1 and name <> ?",
        },
      },
    ]);
    const others = [
      ["insert", "INSERT shop"],
      ["object", "SELECT shop"],
      ["callback", "UPDATE shop"],
      ["submitted", "DELETE shop"],
    ] as const;
    for (const [name, spanName] of others) {
      const { request, operations } = await spansOf(name);
      expect([name, operations.map((span) => [span.name, span.parentId])]).toEqual([
        name,
        [[spanName, request.spanId]],
      ]);
    }
    for (const name of ["callback", "submitted"]) {
      const { request } = await spansOf(name);
      await waitFor("the line of the callback", () =>
        program.lines().some((line) => line["message"] === "in the callback" && line["span.id"] === request.spanId),
      );
    }

    const failures = [
      ["value", "22P02"],
      ["duplicate", "23505"],
      ["refused", "ECONNREFUSED"],
    ] as const;
    for (const [name, code] of failures) {
      // A pool gives up a connection on which a query failed: the next one connects.
      const { operations } = await spansOf(name);
      expect([name, operations.at(-1)?.status, operations.at(-1)?.attributes["error.type"]]).toEqual([name, 2, code]);
    }

    const durations = samplesOf(await scrape(program), "db_client_operation_duration_seconds_count");
    expect(durations.map(({ labels, value }) => [labels["db_operation_name"], labels["error_type"], value])).toEqual(
      expect.arrayContaining([
        ["SELECT", undefined, 2],
        ["INSERT", undefined, 1],
        ["SELECT", "22P02", 1],
        ["INSERT", "23505", 1],
      ]),
    );
    expect(durations[0]?.labels).toMatchObject({ db_system_name: "postgresql", db_namespace: "shop" });

    const state = () => poolStateOf(program, `${server.host}:${server.port}/shop`);
    await call("hold");
    expect(await state()).toEqual({ idle: 0, used: 2, pending: 1, max: 2 });
    await call("give");
    await waitFor("the connections to be idle", async () => (await state()).idle === 2);

    await expectNothingPlanted(service);
    await call("end");
    expect(await state()).toEqual(noPool);
  });

  test("a query that waits for a connection belongs to the request that made it", async (context) => {
    await using service = await startDatabaseService("pg", setting, server.url, context);
    await Promise.all(["slow", "slow", "slow"].map((name) => service.call(name)));
    const spans = await service.receiver.requests(7);
    const queries = spans.filter(({ name }) => name === "SELECT shop");
    const requests = spans.filter(({ kind }) => kind === 2).map(({ spanId }) => spanId);
    expect(new Set(queries.map(({ parentId }) => parentId))).toEqual(new Set(requests));
  });
});
