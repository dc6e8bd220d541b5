import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../../stack/embedded/otlp/decode.ts";
import { object } from "../../../../stack/embedded/otlp/read.ts";
import { tracesRequest } from "../../../../stack/embedded/otlp/schema.ts";
import { takeSpans } from "../../../../stack/embedded/otlp/spans.ts";
import { encodings } from "./encodings.ts";

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({
  resource: resourceFromAttributes({ "service.name": "orders" }),
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
});
for (let number = 0; number < 30; number++)
  provider
    .getTracer(`scope ${number % 2}`)
    .startSpan(`span ${number}`)
    .end();
const spans = exporter.getFinishedSpans();

const readers = {
  "http/protobuf": (body: Uint8Array) => decode(body, tracesRequest),
  "http/json": (body: Uint8Array) => object(JSON.parse(Buffer.from(body).toString())),
};
const whole = {
  "http/protobuf": (all: ReadableSpan[]) => ProtobufTraceSerializer.serializeRequest(all),
  "http/json": (all: ReadableSpan[]) => JsonTraceSerializer.serializeRequest(all),
};

describe.each(["http/protobuf", "http/json"] as const)("%s", (protocol) => {
  const { encode, join, readPartialSuccess } = encodings[protocol];
  const idsIn = (body: Uint8Array) =>
    takeSpans(readers[protocol](body))
      .records.map(({ spanId }) => spanId)
      .toSorted();

  test("what is encoded in slices holds the spans that it holds when it is encoded at once", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(cuts, (sizes) => {
        let at = 0;
        const slices = sizes.map((size) => spans.slice(at, (at += size))).filter((slice) => slice.length > 0);
        const expected = whole[protocol](slices.flat()) ?? new Uint8Array();
        expect(idsIn(join(slices.map(encode)))).toEqual(idsIn(expected));
      }),
    );
  });

  test("an answer that is no answer of OTLP rejects nothing, and never throws", () => {
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom("", "ok", "null", "[]", "<html>").map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(some, (body) => {
        expect(readPartialSuccess(body).rejected).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
