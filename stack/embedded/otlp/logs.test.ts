import { JsonLogsSerializer, ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../example-records.ts";
import { decode } from "./decode.ts";
import { takeLogRecords } from "./logs.ts";
import { object } from "./read.ts";
import { logsRequest } from "./schema.ts";

type Readable = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

const { value } = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(anyText, fc.boolean(), fc.maxSafeInteger(), fc.constant(null)),
  value: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(anyText, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const time = fc.tuple(fc.integer({ min: 1, max: 4_000_000_000 }), fc.nat(999_999_999));
const hex = (digits: number) =>
  fc.bigInt({ min: 1n, max: 16n ** BigInt(digits) - 1n }).map((id) => id.toString(16).padStart(digits, "0"));
const record = fc.record({
  hrTime: fc.oneof(time, fc.constant<[number, number]>([0, 0])),
  hrTimeObserved: time,
  spanContext: fc.option(fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.constant(1) }), {
    nil: undefined,
  }),
  severityNumber: fc.nat(24),
  severityText: anyText,
  body: value,
  attributes: fc.dictionary(anyText, value, { maxKeys: 4, noNullPrototype: true }),
});

const resource = { attributes: { "service.name": "shop" } };
const rest = { resource, instrumentationScope: { name: "lib" }, droppedAttributesCount: 0 };

function microseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

test("any record that OpenTelemetry writes, as protobuf or JSON, comes out as it went in", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 4 }), (all) => {
      const readable = all.map((given) => ({ ...given, ...rest }) as unknown as Readable);
      const protobuf = ProtobufLogsSerializer.serializeRequest(readable) ?? new Uint8Array();
      const json = JsonLogsSerializer.serializeRequest(readable) ?? new Uint8Array();
      const records = all.map((given) => ({
        resource: resource.attributes,
        timeUs: microseconds(given.hrTime) || microseconds(given.hrTimeObserved),
        severity: given.severityNumber,
        message: typeof given.body === "string" ? given.body : given.body === null ? "" : JSON.stringify(given.body),
        traceId: given.spanContext?.traceId ?? null,
        spanId: given.spanContext?.spanId ?? null,
        attributes: given.attributes,
      }));
      expect(takeLogRecords(decode(protobuf, logsRequest))).toEqual({ records, rejected: 0 });
      expect(takeLogRecords(object(JSON.parse(Buffer.from(json).toString())))).toEqual({ records, rejected: 0 });
    }),
  );
});

function take(...logRecords: readonly object[]) {
  return takeLogRecords({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }).records;
}

test("a record without any time is of now, under a name for services without one", () => {
  const before = Date.now() * 1000;
  const [taken] = take({ body: { stringValue: "a" } });
  expect(taken?.timeUs).toBeGreaterThanOrEqual(before);
  expect(taken).toMatchObject({ severity: 0, traceId: null, resource: { "service.name": "unknown_service" } });
});

test("a severity that no table can keep counts as absent", () => {
  expect(take({ severityNumber: "Infinity" }, { severityNumber: 0.5 })).toMatchObject([
    { severity: 0 },
    { severity: 0 },
  ]);
});

test("no JSON makes it throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(() => {
        takeLogRecords(object(a));
        takeLogRecords({ resourceLogs: a });
        take(object(a), { body: a, attributes: b, severityNumber: b, timeUnixNano: a, traceId: a });
      }).not.toThrow();
    }),
  );
});
