/** Traces through queues that nobody instruments, by the code that docs/instrument.md shows: from process to process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDatabase } from "../helpers/database-servers.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { startKafka, startRabbit } from "../helpers/queue-servers.ts";
import { flags, programs } from "../helpers/queue-service.ts";
import { readText } from "../helpers/repository.ts";
import { fixtures, register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";

const documented = [...readText("docs/instrument.md").matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

function run(recipe: string, role: "send" | "work", server: DatabaseServer, receiver: OtlpReceiver): Program {
  return startProgram(`${programs}/recipe.mjs`, {
    flags: [...register, ...flags],
    env: {
      RECIPE: recipe,
      ROLE: role,
      QUEUE_URL: server.url,
      OTEL_SERVICE_NAME: role === "send" ? "shop" : "stock",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: "kafkajs,amqplib,ioredis",
    },
  });
}

describe.each([
  { recipe: "bullmq", start: () => startDatabase("redis"), sent: "send orders" },
  { recipe: "kafkajs", start: startKafka, sent: "send orders" },
  { recipe: "amqplib", start: startRabbit, sent: "publish orders" },
])("the recipe for $recipe", ({ recipe, start, sent }) => {
  let server: DatabaseServer;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("is the one in the document", () => {
    expect(documented).toContain(readFileSync(join(fixtures, `queues/recipes/${recipe}.mjs`), "utf8"));
  });

  test("shows one trace from the process that sends to the one that handles, and its line", async () => {
    await using receiver = await startOtlpReceiver();
    await using worker = run(recipe, "work", server, receiver);
    await waitFor("the worker", () => worker.stdout().includes("working"), 30_000);
    await using sender = run(recipe, "send", server, receiver);
    expect(await sender.ended()).toBe(0);
    const spans = await waitFor("the spans of both", () => {
      const ours = receiver.spans.filter(({ name }) => /order/.test(name));
      return ours.length >= 3 && ours.toSorted((a, b) => a.startUs - b.startUs);
    });
    expect(spans.map(({ name, resource, kind }) => [name, resource["service.name"], kind])).toEqual([
      ["place order", "shop", 1],
      [sent, "shop", 4],
      ["process orders", "stock", 5],
    ]);
    const [first, second, third] = spans;
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect([second?.parentId, third?.parentId]).toEqual([first?.spanId, second?.spanId]);
    const line = await waitFor("the line", () => worker.lines().find(({ message }) => message === "handled"));
    expect([line["trace.id"], line["span.id"]]).toEqual([first?.traceId, third?.spanId]);
    expect(await worker.end()).toBe(0);
    expect([sender.stderr(), worker.stderr()]).toEqual(["", ""]);
  });
});
