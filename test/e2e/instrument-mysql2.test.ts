/** mysql2 against a real MariaDB: what a team sees of its statements, and what nobody may see. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNothingPlanted, settings, startDatabaseService } from "../helpers/database-service.ts";
import { startDatabase } from "../helpers/database-servers.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { noPool, poolStateOf } from "../helpers/pool-state.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

let server: DatabaseServer;

beforeAll(async () => {
  server = await startDatabase("mariadb");
});
afterAll(() => server[Symbol.asyncDispose]());

const calls = [
  ["query", "SELECT shop", "select name from users where id = ? and name <> ?"],
  ["insert", "INSERT shop", "insert into users values (?, ?)"],
  ["callback", "UPDATE shop", "update users set name = ? where id = ?"],
  ["executed", "DELETE shop", "delete from users where id = ?"],
] as const;

const failures = [
  ["value", "ER_BAD_FIELD_ERROR"],
  ["duplicate", "ER_DUP_ENTRY"],
] as const;

describe.each(settings)("mysql2 as $kind on Node.js $node", (setting) => {
  test("statements are spans and durations, pools are read, and no value is seen", async (context) => {
    await using service = await startDatabaseService("mysql2", setting, server.url, context);
    const { program, call, spansOf } = service;
    await spansOf("setup", 2);
    for (const [name, spanName, text] of calls) {
      const { request, operations } = await spansOf(name);
      expect(operations).toMatchObject([
        {
          name: spanName,
          parentId: request.spanId,
          status: 0,
          attributes: {
            "db.system.name": "mysql",
            "db.namespace": "shop",
            "db.query.text": text,
            "server.address": server.host,
            "server.port": server.port,
          },
        },
      ]);
    }
    for (const [name, code] of failures) {
      const { operations } = await spansOf(name);
      expect([name, operations.map(({ status, attributes }) => [status, attributes["error.type"]])]).toEqual([
        name,
        [[2, code]],
      ]);
    }
    const durations = samplesOf(await scrape(program), "db_client_operation_duration_seconds_count");
    expect(durations.map(({ labels, value }) => [labels["db_operation_name"], labels["error_type"], value])).toEqual(
      expect.arrayContaining([
        ["SELECT", undefined, 1],
        ["INSERT", undefined, 1],
        ["INSERT", "ER_DUP_ENTRY", 1],
      ]),
    );

    const state = () => poolStateOf(program, `${server.host}:${server.port}/shop`);
    await call("hold");
    expect(await state()).toEqual({ idle: 0, used: 2, pending: 1, max: 2 });
    await call("give");
    await waitFor("the connections to be idle", async () => (await state()).idle === 2);

    expect(await call("refused")).toBe("failed: ECONNREFUSED");
    await expectNothingPlanted(service);
    await call("end");
    expect(await state()).toEqual(noPool);
  });

  test("callbacks run in the context of their request, also after waiting for a connection", async (context) => {
    await using service = await startDatabaseService("mysql2", setting, server.url, context);
    await Promise.all(["slow", "slow", "slow"].map((name) => service.call(name)));
    const spans = await service.receiver.requests(6);
    const requests = spans.filter(({ kind }) => kind === 2).map(({ spanId }) => spanId);
    const queries = spans.filter(({ name }) => name === "SELECT shop").map(({ parentId }) => parentId);
    const lines = await waitFor("a line of each callback", () => {
      const found = service.program.lines().filter(({ message }) => message === "in the callback");
      return found.length === requests.length && found;
    });
    expect(new Set(queries)).toEqual(new Set(requests));
    expect(new Set(lines.map((line) => line["span.id"]))).toEqual(new Set(requests));
  });
});
