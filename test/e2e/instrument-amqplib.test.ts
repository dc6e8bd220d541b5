/** amqplib against a real RabbitMQ: what a team sees of its messages on both sides, and what nobody may see. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNothingPlanted, settings } from "../helpers/database-service.ts";
import type { DatabaseServer } from "../helpers/database-servers.ts";
import { startRabbit } from "../helpers/queue-servers.ts";
import { consumerKind, producerKind, seenOf, startQueueService } from "../helpers/queue-service.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

let server: DatabaseServer;

beforeAll(async () => {
  server = await startRabbit();
});
afterAll(() => server[Symbol.asyncDispose]());

const sent = ["publish orders", undefined] as const;
const handled = ["process orders", undefined] as const;
const sentSeveral = ["publish several", undefined] as const;
const handledSeveral = ["process several", undefined] as const;

/** What each call is seen as, in its own trace. */
const calls = [
  ["publish", [sent, handled]],
  ["exchange", [["publish shop", undefined], handled]],
  ["confirmed", [sent, handled]],
  ["waited", [sent, handled]],
  [
    "later",
    [
      ["publish later", undefined],
      ["process later", undefined],
    ],
  ],
  [
    "refused",
    [
      ["publish refused", undefined],
      ["process refused", "nack"],
    ],
  ],
  [
    "unacknowledged",
    [
      ["publish unacknowledged", undefined],
      ["process unacknowledged", undefined],
    ],
  ],
  ["several", [sentSeveral, sentSeveral, sentSeveral, handledSeveral, handledSeveral, handledSeveral]],
  [
    "temporary",
    [
      ["publish (temporary)", undefined],
      ["process (temporary)", undefined],
    ],
  ],
  [
    "left",
    [
      ["publish left", undefined],
      ["process left", "channel_closed"],
    ],
  ],
  [
    "callback",
    [
      ["publish callback", undefined],
      ["process callback", "reject"],
    ],
  ],
  ["got", [["publish answers", undefined]]],
  ["missing", [["publish no-such-exchange", "Error"]]],
  ["closed", [["publish orders", "IllegalOperationError"]]],
] as const;

describe.each(settings)("amqplib as $kind on Node.js $node", (setting) => {
  test("messages are spans on both sides of the broker, durations and lines, and no value is seen", async (context) => {
    await using service = await startQueueService("amqplib", setting, server.url, context);
    const { program, receiver, call, messagesOf } = service;
    expect(await call("setup")).toBe("null");
    for (const [name, expected] of calls) {
      const { request, messages } = await messagesOf(name, expected.length);
      expect([name, messages.map(seenOf)]).toEqual([name, expected]);
      const senders = messages.filter(({ kind }) => kind === producerKind);
      expect(senders.map(({ parentId }) => parentId)).toEqual(senders.map(() => request.spanId));
      const parents = messages.filter(({ kind }) => kind === consumerKind).map(({ parentId }) => parentId);
      expect(new Set(parents)).toEqual(new Set(parents.length === 0 ? [] : senders.map(({ spanId }) => spanId)));
      for (const { attributes } of messages)
        expect(attributes).toMatchObject({
          "messaging.system": "rabbitmq",
          "server.address": server.host,
          "server.port": server.port,
        });
    }
    expect(await call("got")).toBe('["traceparent"]');

    const samples = await scrape(program);
    const countOf = (metric: string, queue: string, errorType?: string) =>
      samplesOf(samples, `${metric}_seconds_count`).find(
        ({ labels }) => labels["messaging_destination_name"] === queue && labels["error_type"] === errorType,
      )?.value;
    const pid = program.child.pid;
    expect(countOf("messaging_client_operation_duration", `orders-${pid}`)).toBe(3);
    expect(countOf("messaging_client_operation_duration", `orders-${pid}`, "IllegalOperationError")).toBe(1);
    expect(countOf("messaging_process_duration", `orders-${pid}`)).toBe(4);
    expect(countOf("messaging_process_duration", `refused-${pid}`, "nack")).toBe(1);
    expect(countOf("messaging_process_duration", "(temporary)")).toBe(1);
    const handlers = receiver.spans.filter(({ name }) => /^process (orders|unacknowledged)/.test(name));
    const lines = program.lines().filter(({ message }) => message === "handled");
    expect(new Set(lines.map((line) => line["span.id"]))).toEqual(new Set(handlers.map(({ spanId }) => spanId)));
    await expectNothingPlanted(service);
    expect(await program.end()).toBe(0);
  });
});

test("a broker that goes away makes errors of what is sent to it, and holds up neither the service nor its end", async (context) => {
  const away = await startRabbit();
  await using service = await startQueueService("amqplib", { node: "24.21.0", kind: "mjs" }, away.url, context);
  const { program, call, messagesOf } = service;
  await call("setup");
  expect((await messagesOf("publish", 2)).messages.map(seenOf)).toEqual([sent, handled]);
  await away[Symbol.asyncDispose]();
  const { messages } = await messagesOf("publish", 1);
  expect(messages).toMatchObject([{ kind: producerKind, status: 2 }]);
  expect(messages[0]?.attributes["error.type"]).toMatch(/^\w+$/);
  await expectNothingPlanted(service);
  const before = performance.now();
  expect(await program.end()).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
});
