import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anyText, exampleSpan, nowUs, openExampleStore } from "../example-records.ts";
import type { Span } from "../records.ts";
import type { TraceFilter } from "./spans.ts";
import type { Store } from "./store.ts";

let store: Store;
beforeEach(() => {
  store = openExampleStore();
});
afterEach(() => store.close());

function find(filter: Partial<TraceFilter>) {
  return store.tables.spans.search({ limit: 10, ...filter }).traces.map(({ operation }) => operation);
}

test("a trace comes back as it went in, by its start", () => {
  const first = exampleSpan({ scope: "lib", statusMessage: "no", status: 2 });
  const second: Span = exampleSpan({
    traceId: first.traceId,
    parentId: first.spanId,
    startUs: nowUs + 1,
    attributes: { text: "ä", list: [1, "two"], nothing: null, inner: { deep: true } },
    events: [{ name: "exception", timeUs: nowUs, attributes: { "exception.type": "E" } }],
    links: [{ traceId: "f".repeat(32), spanId: "e".repeat(16), attributes: {} }],
  });
  store.addSpans([second, exampleSpan(), first]);
  expect(store.tables.spans.trace(first.traceId)).toEqual([first, second]);
});

describe("a search", () => {
  beforeEach(() => {
    store.addSpans([
      exampleSpan({ name: "GET /slow", durationUs: 9_000_000, startUs: nowUs - 1_000_000 }),
      exampleSpan({ name: "POST /failing", status: 2, resource: { "service.name": "cart" } }),
      exampleSpan({
        name: "GET /attributes",
        startUs: nowUs - 2_000_000,
        attributes: { "http.route": "/a", code: 404, ratio: 0.5, "cache.hit": true, none: null },
      }),
    ]);
  });

  test.each<[string, Partial<TraceFilter>, readonly string[]]>([
    ["gives the newest first", {}, ["POST /failing", "GET /slow", "GET /attributes"]],
    ["gives as many as are asked for", { limit: 2 }, ["POST /failing", "GET /slow"]],
    ["by service", { service: "cart" }, ["POST /failing"]],
    ["by an unknown service", { service: "nobody" }, []],
    ["by a part of the operation in any case", { operation: "post /F" }, ["POST /failing"]],
    ["by an operation that looks like a pattern", { operation: "%" }, []],
    ["by the shortest duration", { minUs: 9_000_000 }, ["GET /slow"]],
    ["by the longest duration", { maxUs: 8_999_999 }, ["POST /failing", "GET /attributes"]],
    ["by errors", { onlyErrors: true }, ["POST /failing"]],
    ["by time", { fromUs: nowUs - 1_500_000, toUs: nowUs - 500_000 }, ["GET /slow"]],
    ["by all of them at once", { onlyErrors: true, service: "shop" }, []],
    ["by a text attribute", { attribute: { key: "http.route", value: "/a" } }, ["GET /attributes"]],
    ["by a number attribute", { attribute: { key: "code", value: "404" } }, ["GET /attributes"]],
    ["by a fraction attribute", { attribute: { key: "ratio", value: "0.5" } }, ["GET /attributes"]],
    ["by a boolean attribute", { attribute: { key: "cache.hit", value: "true" } }, ["GET /attributes"]],
    ["by another value of an attribute", { attribute: { key: "cache.hit", value: "false" } }, []],
  ])("%s", (_what, filter, found) => {
    expect(find(filter)).toEqual(found);
  });
});

test("any attribute is found by its key and value", () => {
  fc.assert(
    fc.property(anyText, anyText, (key, value) => {
      const span = exampleSpan({ attributes: Object.fromEntries([[key, value]]) });
      store.addSpans([span]);
      const { traces } = store.tables.spans.search({ attribute: { key, value }, limit: 1000 });
      expect(traces.map(({ traceId }) => traceId)).toContain(span.traceId);
    }),
  );
});

test("a trace is summed up: its root, its whole time, its services and errors", () => {
  const traceId = "c".repeat(32);
  const root = exampleSpan({ traceId, name: "root", parentId: "f".repeat(16), durationUs: 100 });
  store.addSpans([
    exampleSpan({ traceId, name: "child", parentId: root.spanId, startUs: nowUs + 50, durationUs: 200, status: 2 }),
    exampleSpan({ traceId, parentId: root.spanId, startUs: nowUs + 10, resource: { "service.name": "cart" } }),
    root,
  ]);
  expect(store.tables.spans.search({ limit: 10 }).traces).toEqual([
    {
      traceId,
      service: "shop",
      operation: "root",
      startUs: nowUs,
      durationUs: 5010,
      spans: 3,
      errors: 1,
      services: ["shop", "cart"],
    },
  ]);
});

test("the map has a line from every service to those that it calls, and none to itself", () => {
  const call = (from: Span, service: string, fields: Partial<Span> = {}) =>
    exampleSpan({ traceId: from.traceId, parentId: from.spanId, resource: { "service.name": service }, ...fields });
  const request = exampleSpan();
  const own = call(request, "shop");
  const answered = call(request, "cart");
  const internal = call(request, "stock", { kind: 1 });
  const old = call(request, "old", { startUs: nowUs - 60_000_000 });
  const consumed = call(answered, "mail", { kind: 5 });
  store.addSpans([request, own, answered, internal, old, consumed, call(request, "cart", { status: 2 })]);
  const edges = store.tables.spans.edges(nowUs - 1000);
  expect(edges.toSorted((a, b) => (a.from < b.from ? -1 : 1))).toEqual([
    { from: "cart", to: "mail", calls: 1, errors: 0 },
    { from: "shop", to: "cart", calls: 2, errors: 1 },
  ]);
});
