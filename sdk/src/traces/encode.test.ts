import { createTraceState, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeSpans } from "./encode.ts";

/** The bounds are where lengths and integers take another byte. */
const text = fc.oneof(
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 200 }),
  fc.constantFrom("", "a".repeat(32), "a".repeat(127), "é".repeat(128), "水".repeat(6000), "x".repeat(20_000)),
);
const integer = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, -1, 127, 128, 2 ** 32, -(2 ** 63)));
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  integer,
  fc.double(),
  fc.boolean(),
  fc.array(text, { maxLength: 3 }),
  fc.array(fc.double(), { maxLength: 20 }),
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(null, undefined),
  fc.dictionary(fc.string({ maxLength: 9 }), fc.oneof(text, integer), { maxKeys: 3 }),
);
const attributes = fc.dictionary(fc.string({ maxLength: 40 }), value, { maxKeys: 8 }) as fc.Arbitrary<Attributes>;
const time = fc.tuple(fc.nat({ max: 2 ** 33 }), fc.nat({ max: 999_999_999 })) as fc.Arbitrary<HrTime>;
const hex = (length: number) =>
  fc.string({ unit: fc.nat({ max: 15 }).map((digit) => digit.toString(16)), minLength: length, maxLength: length });
const context: fc.Arbitrary<SpanContext> = fc.record(
  {
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: fc.constantFrom(0, 1),
    isRemote: fc.boolean(),
    traceState: fc.constantFrom("a=1", "vendor=x,b=2").map((state) => createTraceState(state)),
  },
  { requiredKeys: ["traceId", "spanId", "traceFlags"] },
);
const dropped = fc.nat({ max: 300 });
const resources = [{}, { "service.name": "orders", "process.pid": 4711 }].map((one) => resourceFromAttributes(one));
const scopes = [
  { name: "@obsbox/sdk", version: "1.2.3" },
  { name: "", schemaUrl: "https://schema" },
];

const span = fc.record({
  spanContext: context.map((own) => () => own),
  parentSpanContext: fc.option(context, { nil: undefined }),
  name: text,
  kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CONSUMER),
  startTime: time,
  endTime: time,
  duration: time,
  ended: fc.constant(true),
  attributes,
  events: fc.array(fc.record({ time, name: text, attributes, droppedAttributesCount: dropped }), { maxLength: 3 }),
  links: fc.array(fc.record({ context, attributes, droppedAttributesCount: dropped }), { maxLength: 3 }),
  status: fc.record({ code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.ERROR), message: text }),
  resource: fc.constantFrom(...resources),
  instrumentationScope: fc.constantFrom(...scopes),
  droppedAttributesCount: dropped,
  droppedEventsCount: dropped,
  droppedLinksCount: dropped,
});

/** A span without a parent has no such property. */
function readable({ parentSpanContext, ...rest }: typeof span extends fc.Arbitrary<infer S> ? S : never): ReadableSpan {
  return parentSpanContext === undefined ? rest : { ...rest, parentSpanContext };
}

test("spans are the same bytes as OpenTelemetry's serialiser makes of them", () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (generated) => {
      const spans = generated.map(readable);
      const expected = ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array();
      expect(Buffer.from(encodeSpans(spans)).equals(expected)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a batch larger than the buffer is whole, and stays as it is while the next one is written", () => {
  const [one] = fc.sample(span, { numRuns: 1, seed: 7 });
  const spans = Array.from(
    { length: 3000 },
    () => ({ ...one, name: "work", events: [], attributes: { text: "x".repeat(500) } }) as ReadableSpan,
  );
  const encoded = Buffer.from(encodeSpans(spans).buffer);
  encodeSpans(spans.slice(0, 10));
  expect(encoded.equals(ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array())).toBe(true);
});

test("a batch that cannot be encoded leaves nothing behind in the next one", () => {
  const [one] = fc.sample(span, { numRuns: 1, seed: 7 }).map(readable);
  const broken = {
    ...one,
    attributes: {
      get secret(): string {
        throw new Error("not to be read");
      },
    },
  } as ReadableSpan;
  expect(() => encodeSpans([broken])).toThrow("not to be read");
  expect(Buffer.from(encodeSpans([])).length).toBe(0);
});
