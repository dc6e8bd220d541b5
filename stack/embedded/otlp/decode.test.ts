import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "./decode.ts";
import type { Decoded } from "./decode.ts";
import { takeLogRecords } from "./logs.ts";
import { takeMetrics } from "./metrics.ts";
import { logsRequest, metricsRequest, tracesRequest } from "./schema.ts";
import type { Message } from "./schema.ts";
import { takeSpans } from "./spans.ts";

const requests = [
  ["traces", tracesRequest, takeSpans],
  ["logs", logsRequest, takeLogRecords],
  ["metrics", metricsRequest, takeMetrics],
] as const;

/** Nothing where the decoder refuses the bytes, which it does with an error and with nothing else. */
function decodeIfValid(bytes: Uint8Array, message: Message): Decoded {
  try {
    return decode(bytes, message);
  } catch (error) {
    if (error instanceof Error) return {};
    throw error;
  }
}

function serialized(): Uint8Array {
  const exporter = new InMemorySpanExporter();
  const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer("test");
  const attributes = { text: "ä", number: 5, list: [1.5, 2.5] };
  tracer.startSpan("first", { attributes }).addEvent("event", attributes).end();
  tracer.startSpan("second").end();
  return ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans()) ?? new Uint8Array();
}

describe.each(requests)("a %s request", (_signal, message, take) => {
  test("of any bytes is refused with an error, or what is in it is taken", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => take(decodeIfValid(bytes, message))).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

test("a request that is cut off anywhere is refused, but between two of its parts", () => {
  const whole = serialized();
  for (let length = 1; length < whole.length; length++) {
    expect(() => decode(whole.subarray(0, length), tracesRequest)).toThrow(Error);
  }
  expect(takeSpans(decode(whole, tracesRequest)).records.map(({ name }) => name)).toEqual(["first", "second"]);
});

test("a request with any one byte changed is refused with an error, or what is in it is taken", () => {
  const whole = serialized();
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (place, value) => {
      const changed = Uint8Array.from(whole);
      changed[place] = value;
      expect(() => takeSpans(decodeIfValid(changed, tracesRequest))).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});

const numbers: Message = { 1: { name: "values", kind: "fixed64", isRepeated: true } };

function writer(): BinaryWriter {
  return new BinaryWriter();
}

test("repeated numbers are the same packed and one by one", () => {
  const packed = writer().tag(1, WireType.LengthDelimited).fork().fixed64(1).fixed64("18446744073709551615").join();
  const single = writer().tag(1, WireType.Bit64).fixed64(1).tag(1, WireType.Bit64).fixed64("18446744073709551615");
  expect(decode(packed.finish(), numbers)).toEqual({ values: ["1", "18446744073709551615"] });
  expect(decode(single.finish(), numbers)).toEqual({ values: ["1", "18446744073709551615"] });
});

test("packed numbers that go beyond their length are refused", () => {
  const bytes = writer().tag(1, WireType.LengthDelimited).uint32(12).fixed64(1).fixed64(2).finish();
  expect(() => decode(bytes, numbers)).toThrow("values");
});

test("fields that the table does not have are passed over, of whatever kind they are", () => {
  const bytes = writer()
    .tag(90, WireType.Varint)
    .uint32(7)
    .tag(91, WireType.Bit64)
    .fixed64(7)
    .tag(92, WireType.LengthDelimited)
    .string("seven")
    .tag(93, WireType.StartGroup)
    .tag(1, WireType.Varint)
    .uint32(7)
    .tag(93, WireType.EndGroup)
    .tag(94, WireType.Bit32)
    .fixed32(7)
    .tag(1, WireType.Bit64)
    .fixed64(5)
    .finish();
  expect(decode(bytes, numbers)).toEqual({ values: ["5"] });
});

test.each([
  [60, true],
  [70, false],
])("messages within each other, %i of them: taken is %s", (depth, isTaken) => {
  const nested: Message = { 1: { name: "inner", kind: () => nested } };
  let bytes = new Uint8Array();
  for (let level = 0; level < depth; level++) bytes = writer().tag(1, WireType.LengthDelimited).bytes(bytes).finish();
  expect(Object.keys(decodeIfValid(bytes, nested))).toEqual(isTaken ? ["inner"] : []);
});

test.each([
  ["a group without end in groups", Buffer.alloc(200_000, 0x0b)],
  ["a length beyond the end", Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
  ["a number without end", Buffer.alloc(64, 0xff)],
  ["a part that is longer than what it is part of", Buffer.from([0x0a, 0x02, 0x12, 0x7f])],
  ["a field of another wire type", Buffer.from([0x08, 0x01])],
])("%s is refused", (_what, bytes) => {
  expect(() => decode(bytes, tracesRequest)).toThrow(Error);
});
