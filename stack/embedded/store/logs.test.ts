import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anyText, exampleLog, nowUs, openExampleStore } from "../example-records.ts";
import type { LogFilter } from "./logs.ts";
import type { Store } from "./store.ts";

let store: Store;
beforeEach(() => {
  store = openExampleStore();
});
afterEach(() => store.close());

function find(filter: Partial<LogFilter>) {
  return store.tables.logs.search({ limit: 10, ...filter }).map(({ message }) => message);
}

const traceId = "a".repeat(32);

describe("a search", () => {
  beforeEach(() => {
    store.addLogs([
      exampleLog({ message: "Order 17 placed", attributes: { user: { id: "u-99" }, list: ["blue"] } }),
      exampleLog({ message: "Payment refused", severity: 17, traceId, resource: { "service.name": "pay" } }),
      exampleLog({
        message: "order 18 lost",
        severity: 13,
        timeUs: nowUs - 1_000_000,
        resource: { "service.name": "--" },
      }),
    ]);
  });

  test.each<[string, Partial<LogFilter>, readonly string[]]>([
    ["gives what came last first", {}, ["order 18 lost", "Payment refused", "Order 17 placed"]],
    ["gives as many as are asked for", { limit: 1 }, ["order 18 lost"]],
    ["by a word in any case", { text: "ORDER" }, ["order 18 lost", "Order 17 placed"]],
    ["by the beginning of a word", { text: "pay" }, ["Payment refused"]],
    ["by several words that all occur", { text: "placed order" }, ["Order 17 placed"]],
    ["by words of which one does not occur", { text: "order refused" }, []],
    ["by an attribute deep inside", { text: "u-99 blue" }, ["Order 17 placed"]],
    ["by a service, which is no text", { text: "pay", service: "shop" }, []],
    ["by text and service", { text: "refused", service: "pay" }, ["Payment refused"]],
    ["by text and a service without a letter", { text: "lost", service: "--" }, ["order 18 lost"]],
    ["by severity", { severity: 13 }, ["order 18 lost", "Payment refused"]],
    ["by trace", { traceId }, ["Payment refused"]],
    ["by time", { fromUs: nowUs - 1, toUs: nowUs }, ["Payment refused", "Order 17 placed"]],
    ["by signs only, which is no text", { text: ' - " * ( ' }, ["order 18 lost", "Payment refused", "Order 17 placed"]],
    ["by syntax of the index, which is text", { text: "order NOT lost" }, []],
    ["by columns of the index, which are text", { text: "service:pay" }, []],
  ])("%s", (_what, filter, found) => {
    expect(find(filter)).toEqual(found);
  });

  test("goes on where the page before has ended, and comes back to a record", () => {
    const [first, second] = store.tables.logs.search({ limit: 2 });
    expect(find({ before: second?.id })).toEqual(["Order 17 placed"]);
    expect(find({ at: second?.id, limit: 1 })).toEqual(["Payment refused"]);
    expect(find({ at: first?.id })).toHaveLength(3);
  });
});

test("no text and no service makes a search fail", () => {
  const sign = fc.constantFrom(
    ...Array.from("\"'*:^(){}[]+-.,;\\/ \t\n\0%_$"),
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "a",
    "text",
    "😀",
  );
  const input = fc.oneof(anyText, fc.string({ unit: "grapheme" }), fc.string({ unit: sign }));
  store.addLogs([exampleLog()]);
  fc.assert(
    fc.property(input, fc.option(input, { nil: undefined }), (text, service) => {
      expect(find({ text, service }).length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});

test("every record is found by each of its words", () => {
  const word = fc
    .string({ unit: fc.constantFrom(...Array.from("abcäöéß01-_.:/@\"'")), minLength: 1 })
    .filter((text) => /\w/.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      store.addLogs([exampleLog({ message: words.join(" ") })]);
      for (const text of [...words, words.join(" ")]) expect(find({ text })[0]).toBe(words.join(" "));
    }),
  );
});

test("a text of thousands of words is searched for like a short one", () => {
  store.addLogs([exampleLog({ message: "many words" })]);
  expect(find({ text: "many words ".repeat(3000) })).toEqual(["many words"]);
});

test("a record comes back as it went in, with a number that grows", () => {
  const record = exampleLog({ traceId, spanId: "b".repeat(16), attributes: { a: [1, { b: null }], "ä\0": "😀" } });
  store.addLogs([record, record]);
  const [second, first] = store.tables.logs.search({ limit: 2 });
  expect(first).toEqual({ ...record, id: first?.id });
  expect(second?.id).toBeGreaterThan(first?.id ?? 0);
  expect([...store.tables.logs.all()]).toEqual([first, second]);
});
