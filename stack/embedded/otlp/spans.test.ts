import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../example-records.ts";
import { decode } from "./decode.ts";
import { object } from "./read.ts";
import { tracesRequest } from "./schema.ts";
import { takeSpans } from "./spans.ts";

const value = fc.oneof(
  anyText,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noInteger: true, noDefaultInfinity: true }),
  fc.array(anyText),
  fc.array(fc.maxSafeInteger()),
);
const attributes = fc.dictionary(anyText, value, { maxKeys: 5, noNullPrototype: true });
const hex = (digits: number) =>
  fc.bigInt({ min: 1n, max: 16n ** BigInt(digits) - 1n }).map((id) => id.toString(16).padStart(digits, "0"));
const context = fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.constant(1) });
const time = fc.tuple(fc.integer({ min: 1, max: 4_000_000_000 }), fc.nat(999_999_999));

const span = fc.record({
  context,
  parentSpanContext: fc.option(context, { nil: undefined }),
  name: anyText,
  kind: fc.nat(4),
  startTime: time,
  endTime: time,
  status: fc.record({ code: fc.nat(2), message: anyText }),
  attributes,
  events: fc.array(fc.record({ name: anyText, time, attributes }), { maxLength: 3 }),
  links: fc.array(fc.record({ context, attributes }), { maxLength: 3 }),
});

type Given = typeof span extends fc.Arbitrary<infer T> ? T : never;

const resource = { attributes: { "service.name": "shop", numbers: [1, 2.5] } };

function toReadable({ context, ...given }: Given): ReadableSpan {
  const counts = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
  const rest = { ...counts, resource, instrumentationScope: { name: "lib", version: "1" }, ended: true };
  return { ...given, ...rest, spanContext: () => context } as unknown as ReadableSpan;
}

function microseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

test("any span that OpenTelemetry writes, as protobuf or JSON, comes out as it went in", () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 4 }), (all) => {
      const protobuf = ProtobufTraceSerializer.serializeRequest(all.map(toReadable)) ?? new Uint8Array();
      const json = JsonTraceSerializer.serializeRequest(all.map(toReadable)) ?? new Uint8Array();
      const records = all.map((given) => ({
        resource: resource.attributes,
        scope: "lib",
        traceId: given.context.traceId,
        spanId: given.context.spanId,
        parentId: given.parentSpanContext?.spanId ?? null,
        name: given.name,
        kind: given.kind + 1,
        startUs: microseconds(given.startTime),
        durationUs: Math.max(0, microseconds(given.endTime) - microseconds(given.startTime)),
        status: given.status.code,
        statusMessage: given.status.message,
        attributes: given.attributes,
        events: given.events.map((event) => ({
          name: event.name,
          timeUs: microseconds(event.time),
          attributes: event.attributes,
        })),
        links: given.links.map((link) => ({
          traceId: link.context.traceId,
          spanId: link.context.spanId,
          attributes: link.attributes,
        })),
      }));
      expect(takeSpans(decode(protobuf, tracesRequest))).toEqual({ records, rejected: 0 });
      expect(takeSpans(object(JSON.parse(Buffer.from(json).toString())))).toEqual({ records, rejected: 0 });
    }),
  );
});

function request(...spans: readonly object[]) {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

const ids = { traceId: "a".repeat(32), spanId: "b".repeat(16) };

test("spans without valid ids are refused and counted, the others are taken", () => {
  const { records, rejected } = takeSpans(request(ids, {}, { ...ids, spanId: "0".repeat(16) }, { ...ids, traceId: 5 }));
  expect(records).toMatchObject([{ ...ids, resource: { "service.name": "unknown_service" } }]);
  expect(rejected).toBe(3);
});

test("numbers that no table can keep count as absent", () => {
  const odd = { kind: 1.5, status: { code: "Infinity" }, startTimeUnixNano: 1e300, endTimeUnixNano: "9".repeat(25) };
  const [record] = takeSpans(request({ ...ids, ...odd })).records;
  expect(record).toMatchObject({ kind: 0, status: 0, startUs: Number.MAX_SAFE_INTEGER, durationUs: 0 });
});

test("no JSON makes it throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(() => {
        takeSpans(object(a));
        takeSpans({ resourceSpans: a });
        takeSpans(request(object(a), { ...ids, attributes: a, events: b, links: [a], status: b, name: a }));
      }).not.toThrow();
    }),
  );
});
