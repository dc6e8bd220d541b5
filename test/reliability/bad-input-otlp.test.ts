/** What the box of `obsbox dev` does with OTLP that is too much, or none: it refuses or cuts it, and goes on. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import * as fc from "fast-check";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { memoryOf } from "../helpers/process-memory.ts";
import { otlpSpan, startBox, traces } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

const seed = Number(process.env["OBSBOX_SEED"] ?? Date.now() % 2 ** 31);
const mebibyte = 1024 ** 2;

/** A body has 20 MiB at most, whatever becomes of it. */
const mostMiB = 500;

const bomb = gzipBomb(256);

let box: Box;
beforeAll(async () => {
  box = await startBox();
});
afterAll(() => box[Symbol.asyncDispose]());

afterEach(async () => {
  const name = `good-${Math.random()}`;
  await box.send("traces", traces([otlpSpan({ name })]));
  await waitFor("the next good span", async () => (await found(name)).length > 0);
});

const signals = ["traces", "logs", "metrics"] as const;
type Signal = (typeof signals)[number];

async function found(operation: string): Promise<readonly { readonly traceId: string }[]> {
  const { traces: all } = await box.get<{ traces: { traceId: string }[] }>(`/api/traces?operation=${operation}`);
  return all;
}

async function post(signal: Signal, body: Uint8Array | string, headers: Record<string, string>): Promise<number> {
  const content = typeof body === "string" ? body : Buffer.from(body);
  const response = await fetch(`${box.otlpUrl}/v1/${signal}`, { method: "POST", body: content, headers });
  await response.arrayBuffer();
  return response.status;
}

const protobuf = { "content-type": "application/x-protobuf" };
const json = { "content-type": "application/json" };
const isRefusedOrTaken = (status: number) => status === 200 || (status >= 400 && status < 500);
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const many = <T>(count: number, item: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => item(at));
const id = (digits: number) => Buffer.from(many(digits / 2, (at) => at + 1)).toString("hex");

describe.each(signals)("/v1/%s", (signal) => {
  test(`random bytes, whole or behind a good beginning, are taken or refused (seed ${seed})`, async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const field = fc.record({ number: fc.integer({ min: 1, max: 15 }), type: fc.nat(7), bytes });
    const likeProtobuf = fc
      .array(field, { maxLength: 5 })
      .map((fields) => Buffer.concat(fields.map((one) => Buffer.from([(one.number << 3) | one.type, ...one.bytes]))));
    const body = fc.oneof(bytes, likeProtobuf, likeProtobuf.map(inMessages));
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        expect(await post(signal, given, protobuf)).toSatisfy(isRefusedOrTaken);
      }),
      { seed, numRuns: 300, endOnFailure: true },
    );
  });

  test(`any JSON is taken or refused (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, async (given) => {
        expect(await post(signal, JSON.stringify(given), json)).toSatisfy(isRefusedOrTaken);
      }),
      { seed, numRuns: 300, endOnFailure: true },
    );
  });

  test.each([
    ["gzip that becomes 256 MiB", () => bomb, { ...protobuf, "content-encoding": "gzip" }, 413],
    ["20 MiB and a byte", () => Buffer.alloc(20 * mebibyte + 1), protobuf, 413],
    ["gzip that is cut off", () => gzipBomb(1).subarray(0, -20), { ...protobuf, "content-encoding": "gzip" }, 400],
    ["gzip in gzip", () => gzipSync(gzipBomb(1)), { ...protobuf, "content-encoding": "gzip, gzip" }, 415],
    ["JSON of 100,000 levels", () => "[".repeat(100_000), json, 400],
    ["protobuf that is called JSON", () => Buffer.from([10, 0]), json, 400],
    ["no content type", () => "{}", { "content-type": "" }, 415],
    ["a form", () => "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ])("refuses %s", async (_what, body, headers, status) => {
    expect(await post(signal, body(), headers)).toBe(status);
  });
});

describe("a span", () => {
  test.each([
    ["an attribute of 1 MB", { attributes: [text("long", "x".repeat(1e6))] }],
    ["10,000 attributes", { attributes: many(10_000, (at) => text(`key-${at}`, "x")) }],
    ["10,000 links", { links: many(10_000, () => ({ traceId: id(32), spanId: id(16) })) }],
    ["10,000 events", { events: many(10_000, (at) => ({ name: `event-${at}`, timeUnixNano: "1" })) }],
    ["a name of 1 MB", { name: `long-name-${"x".repeat(1e6)}` }],
    ["an end before its start", { endTimeUnixNano: "1" }],
    ["an end beyond all numbers", { endTimeUnixNano: "9".repeat(400) }],
    ["a duration that is no number", { attributes: [{ key: "n", value: { doubleValue: "NaN" } }] }],
    ["itself as its parent", { traceId: "d".repeat(32), spanId: id(16), parentSpanId: id(16) }],
  ])("with %s is kept and shown", async (_what, fields) => {
    const name = `odd-${Math.random()}`;
    const span = otlpSpan({ name, ...fields });
    expect((await box.send("traces", traces([span]))).status).toBe(200);
    const [trace] = await waitFor("the span", async () => {
      const all = await found("name" in fields ? "long-name-" : name);
      return all.length > 0 && all;
    });
    const shown = await box.get<{ spans: { durationUs: number }[] }>(`/api/traces/${trace?.traceId}`);
    expect(shown.spans[0]?.durationUs).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ["ids of zeros", { traceId: "0".repeat(32) }],
    ["a trace id of 15 bytes", { traceId: "a".repeat(30) }],
    ["a span id of 7 bytes", { spanId: "a".repeat(14) }],
    ["ids that are none", { traceId: "x".repeat(32) }],
    ["ids that are numbers", { traceId: 5, spanId: 6 }],
  ])("with %s is refused by number", async (_what, fields) => {
    const response = await box.send("traces", traces([otlpSpan(fields), otlpSpan()]));
    expect([response.status, await response.json()]).toEqual([
      200,
      { partialSuccess: expect.objectContaining({ rejectedSpans: "1" }) },
    ]);
  });

  test("whose id comes twice is shown with the other", async () => {
    const traceId = "e".repeat(32);
    const twice = many(2, (at) => otlpSpan({ traceId, spanId: id(16), name: `twice-${at}` }));
    expect((await box.send("traces", traces(twice))).status).toBe(200);
    const spans = await waitFor("the trace", async () => {
      const trace = await box.get<{ spans: unknown[] }>(`/api/traces/${traceId}`).catch(() => undefined);
      return trace?.spans;
    });
    expect(spans).toHaveLength(2);
  });
});

describe("a point", () => {
  const value = { timeUnixNano: String(Date.now() * 1e6), attributes: [] };
  test.each([
    ["that is no number", { gauge: { dataPoints: [{ ...value, asDouble: "NaN" }] } }],
    ["that is endless", { gauge: { dataPoints: [{ ...value, asDouble: "Infinity" }] } }],
    ["of a counter below zero", { sum: { isMonotonic: true, dataPoints: [{ ...value, asInt: "-5" }] } }],
    [
      "with 10,000 labels",
      { gauge: { dataPoints: [{ ...value, asInt: "1", attributes: many(10_000, (at) => text(`l${at}`, "x")) }] } },
    ],
    [
      "with a label of 1 MB",
      { gauge: { dataPoints: [{ ...value, asInt: "1", attributes: [text("l", "x".repeat(1e6))] }] } },
    ],
    [
      "of a histogram with 100,000 buckets",
      {
        histogram: {
          dataPoints: [
            { ...value, count: "1", bucketCounts: many(100_001, () => "1"), explicitBounds: many(100_000, (at) => at) },
          ],
        },
      },
    ],
    [
      "of a histogram whose bounds fall",
      {
        histogram: {
          dataPoints: [{ ...value, count: "-1", bucketCounts: ["-1", "1"], explicitBounds: [5, 1, "NaN"] }],
        },
      },
    ],
    ["without anything", { sum: {} }],
  ])("%s is taken or refused by number", async (_what, data) => {
    const metrics = [{ name: `odd.${Math.random()}`, ...data }];
    expect((await box.send("metrics", { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })).status).toBe(200);
    expect((await fetch(`${box.url}/api/metrics`)).status).toBe(200);
  });
});

test("the memory of the box had a bound in all this", async () => {
  const { peakMiB } = await memoryOf(box.program.child.pid);
  console.log(`the box had ${Math.round(peakMiB)} MiB at most`);
  expect(peakMiB).toBeLessThan(mostMiB);
});

/** What stands in the innermost message of a request. */
function inMessages(bytes: Uint8Array): Uint8Array {
  const inside = (field: number, content: Uint8Array) =>
    new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(content).finish();
  return inside(1, inside(2, inside(2, bytes)));
}

function gzipBomb(mebibytes: number): Buffer {
  return gzipSync(Buffer.alloc(mebibytes * mebibyte));
}

/** Requests with right names and whatever values. */
const names = fc.constantFrom(
  ..."resourceSpans resourceLogs resourceMetrics scopeSpans scopeLogs scopeMetrics resource scope spans logRecords".split(
    " ",
  ),
  ..."metrics attributes key value stringValue intValue doubleValue kvlistValue arrayValue values traceId spanId".split(
    " ",
  ),
  ..."name kind status code body severityNumber timeUnixNano gauge sum histogram summary dataPoints asInt asDouble".split(
    " ",
  ),
  ..."bucketCounts exemplars events links __proto__ constructor toString service.name".split(" "),
);
const leaf = fc.oneof(
  fc.constantFrom(null, true, -1, 1e308, "", "NaN", "Infinity", id(32), id(16), "9".repeat(30), "\u0000", "__proto__"),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.double(),
);
const { anyRequest } = fc.letrec<{ anyRequest: unknown }>((tie) => ({
  anyRequest: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    fc.array(tie("anyRequest"), { maxLength: 3 }),
    fc.dictionary(names, tie("anyRequest"), { maxKeys: 6 }),
  ),
}));
