/** Versions of clients that publish nothing yet: their operations look the same, by contributed instrumentations. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNothingPlanted, programs, startDatabaseService } from "../helpers/database-service.ts";
import { startDatabase } from "../helpers/database-servers.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { withLibrary } from "../helpers/library-versions.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

let servers: Readonly<Record<"mariadb" | "redis", DatabaseServer>>;

beforeAll(async () => {
  servers = { mariadb: await startDatabase("mariadb"), redis: await startDatabase("redis") };
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
});

const statements = [
  ["insert", ["INSERT shop"], undefined],
  ["query", ["SELECT shop"], undefined],
  ["callback", ["UPDATE shop"], undefined],
  ["duplicate", ["INSERT shop"], "_OTHER"],
] as const;

const commands = [
  ["set", ["SET"], undefined],
  ["get", ["GET"], undefined],
  ["wrong", ["HGET"], "WRONGTYPE"],
  ["several", ["GET", "INCR"], undefined],
] as const;

const clients = [
  { library: "mysql2", version: "2.3.3", server: "mariadb", calls: statements },
  { library: "mysql2", version: "3.19.1", server: "mariadb", calls: statements },
  { library: "redis", version: "4.7.1", server: "redis", calls: commands },
  { library: "redis", version: "5.11.0", server: "redis", calls: commands },
  { library: "ioredis", version: "4.28.5", server: "redis", calls: commands },
  { library: "ioredis", version: "5.10.1", server: "redis", calls: commands },
] as const;

const settings = (["22.18.0", "24.21.0", "26.10.0"] as const).flatMap((node) => [
  { node, kind: "cjs" },
  { node, kind: "mjs" },
]);

test.for(clients.flatMap((client) => settings.map((setting) => ({ ...client, ...setting }))))(
  "$library $version as $kind on Node.js $node: operations are spans and durations, and no value is seen",
  async ({ library, version, server, calls, ...setting }, context) => {
    const folder = await withLibrary(library, version, programs, context);
    await using service = await startDatabaseService(library, setting, servers[server].url, context, folder);
    await service.spansOf("setup");
    for (const [name, spanNames, errorType] of calls) {
      const { request, operations } = await service.spansOf(name, spanNames.length);
      expect([name, operations.map((span) => [span.name, span.parentId, span.attributes["error.type"]])]).toEqual([
        name,
        spanNames.map((spanName) => [spanName, request.spanId, errorType]),
      ]);
    }
    const durations = samplesOf(await scrape(service.program), "db_client_operation_duration_seconds_count");
    const failed = calls.map(([, , errorType]) => errorType).find((errorType) => errorType !== undefined);
    expect(durations.find(({ labels }) => labels["error_type"] === failed)?.value).toBe(1);
    await expectNothingPlanted(service);
  },
);
