/** kafkajs against a real Kafka: what a team sees of its messages on both sides, and what nobody may see. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNothingPlanted, settings } from "../helpers/database-service.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { startKafka } from "../helpers/queue-servers.ts";
import { consumerKind, producerKind, seenOf, startQueueService } from "../helpers/queue-service.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

let server: DatabaseServer;

beforeAll(async () => {
  server = await startKafka();
});
afterAll(() => server[Symbol.asyncDispose]());

const sent = ["send orders", undefined] as const;
const handled = ["process orders", undefined] as const;

/** What each call is seen as, in its own trace. */
const calls = [
  ["send", [sent, handled]],
  ["several", [sent, handled, handled]],
  ["unchanged", [sent, handled]],
  ["commit", [sent, handled]],
  ["abort", [sent]],
  [
    "refused",
    [
      ["send refused", undefined],
      ["process refused", "Error"],
      ["process refused", undefined],
    ],
  ],
  ["missing", [["send no-such-topic", "UNKNOWN_TOPIC_OR_PARTITION"]]],
  ["wrong", [["send orders", "KafkaJSNonRetriableError"]]],
] as const;

describe.each(settings)("kafkajs as $kind on Node.js $node", (setting) => {
  test("messages are spans on both sides of the broker, durations and lines, and no value is seen", async (context) => {
    await using service = await startQueueService("kafkajs", setting, server.url, context);
    const { program, receiver, call, messagesOf } = service;
    expect(await call("setup")).toBe("null");
    for (const [name, expected] of calls) {
      const { request, messages } = await messagesOf(name, expected.length);
      expect([name, messages.map(seenOf)]).toEqual([name, expected]);
      const [first, ...others] = messages;
      expect(first).toMatchObject({ kind: producerKind, parentId: request.spanId });
      for (const { kind, parentId, attributes } of others) {
        expect({ kind, parentId }).toEqual({ kind: consumerKind, parentId: first?.spanId });
        expect(attributes).toMatchObject({
          "messaging.system": "kafka",
          "messaging.operation.type": "process",
          "messaging.destination.name": first?.attributes["messaging.destination.name"],
          "messaging.destination.partition.id": "0",
          "messaging.consumer.group.name": expect.stringMatching(/^group-of-/),
        });
      }
    }
    const { messages } = await messagesOf("batch", 3);
    expect(messages.map(seenOf)).toEqual(expect.arrayContaining([["send invoices", undefined], sent, handled]));
    const ofInvoices = messages.find(({ name }) => name.startsWith("send invoices"));
    const batch = await waitFor("the span of the batch", () =>
      receiver.spans.find(({ name }) => name.startsWith("process invoices")),
    );
    expect(batch).toMatchObject({ kind: consumerKind, parentId: null });
    expect(batch.attributes["messaging.batch.message_count"]).toBe(2);
    expect(batch.links.map(({ spanId }) => spanId)).toEqual([ofInvoices?.spanId]);

    const samples = await scrape(program);
    const countOf = (metric: string, topic: string, errorType?: string) =>
      samplesOf(samples, `${metric}_seconds_count`).find(
        ({ labels }) =>
          labels["messaging_destination_name"] === `${topic}-${program.child.pid}` &&
          labels["error_type"] === errorType,
      )?.value;
    expect(countOf("messaging_client_operation_duration", "orders")).toBe(6);
    expect(countOf("messaging_process_duration", "orders")).toBe(6);
    expect(countOf("messaging_process_duration", "refused", "Error")).toBe(1);
    const handlers = receiver.spans.filter(({ kind, name }) => kind === consumerKind && !name.includes("refused"));
    const lines = program.lines().filter(({ message }) => message === "handled");
    expect(new Set(lines.map((line) => line["span.id"]))).toEqual(new Set(handlers.map(({ spanId }) => spanId)));
    await expectNothingPlanted(service);
    expect(await program.end()).toBe(0);
  });
});

test("a broker that goes away makes errors of what is sent to it, and holds up neither the service nor its end", async (context) => {
  const away = await startKafka();
  await using service = await startQueueService("kafkajs", { node: "24.21.0", kind: "mjs" }, away.url, context);
  const { program, call, messagesOf } = service;
  await call("setup");
  expect((await messagesOf("send", 2)).messages.map(seenOf)).toEqual([sent, handled]);
  await away[Symbol.asyncDispose]();
  const { messages } = await messagesOf("send", 1);
  expect(messages).toMatchObject([{ kind: producerKind, status: 2 }]);
  expect(messages[0]?.attributes["error.type"]).toMatch(/^\w+$/);
  await expectNothingPlanted(service);
  const before = performance.now();
  expect(await program.end()).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
});
