/** Our spans and OpenTelemetry's own, side by side: whatever is done to both, they end up the same. */
import {
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Attributes, AttributeValue, Context, Exception, Span, SpanContext, Tracer } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { ReadableSpan, Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { configureRedaction } from "../redaction/index.ts";
import { createTracerProvider } from "./provider.ts";

const limits = { attributeCount: 4, attributeLength: 6 };

const samplers: Readonly<Record<string, Sampler>> = {
  on: new AlwaysOnSampler(),
  off: new AlwaysOffSampler(),
  parentBased: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  recordOnly: decide({ decision: SamplingDecision.RECORD, attributes: { sampler: "rule" } }),
  marking: decide({ decision: SamplingDecision.RECORD_AND_SAMPLED, traceState: createTraceState("rule=7") }),
};

const parentContext: SpanContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};
const contexts: Readonly<Record<string, Context>> = {
  none: ROOT_CONTEXT,
  sampled: trace.setSpanContext(ROOT_CONTEXT, { ...parentContext, traceState: createTraceState("a=1") }),
  unsampled: trace.setSpanContext(ROOT_CONTEXT, { ...parentContext, traceFlags: 0, isRemote: true }),
  invalid: trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT),
  suppressed: suppressTracing(ROOT_CONTEXT),
};

const time = fc.oneof(
  fc.integer({ min: 1_795_000_000_000, max: 1_796_000_000_000 }),
  fc.date({ min: new Date("2026-01-01"), max: new Date("2027-01-01"), noInvalidDate: true }),
  fc.tuple(fc.constant(1_795_000_000), fc.nat({ max: 999_999_999 })),
);
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.string({ maxLength: 9 }),
  fc.double(),
  fc.boolean(),
  fc.array(fc.oneof(fc.string({ maxLength: 9 }), fc.integer()), { maxLength: 3 }),
  fc.uint8Array({ maxLength: 3 }),
  fc.constantFrom<unknown>(undefined, null, 5n, Symbol.iterator, () => {}, { nested: ["long text"] }, [() => {}]),
);
const key = fc.constantFrom("", "a", "b", "c", "d", "e", "f");
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(key, value, { maxKeys: 7, noNullPrototype: true });
const link = fc.record({ context: fc.constant(parentContext), attributes });
const exception = fc.oneof(
  fc.string(),
  fc.record(
    { name: fc.string(), code: fc.oneof(fc.string(), fc.nat()), message: fc.string(), stack: fc.string() },
    { requiredKeys: [], noNullPrototype: true },
  ),
) as fc.Arbitrary<Exception>;

type Step = (span: Span) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, value).map(
    ([name, given]): Step =>
      (span) =>
        span.setAttribute(name, given),
  ),
  attributes.map(
    (given): Step =>
      (span) =>
        span.setAttributes(given),
  ),
  fc.tuple(attributes, time).map(
    ([given, at]): Step =>
      (span) =>
        span.addEvent("event", given, at),
  ),
  time.map(
    (at): Step =>
      (span) =>
        span.addEvent("moment", at),
  ),
  link.map(
    (given): Step =>
      (span) =>
        span.addLink(given),
  ),
  fc.array(link, { maxLength: 2 }).map(
    (given): Step =>
      (span) =>
        span.addLinks(given),
  ),
  fc
    .record(
      { code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR), message: fc.string() },
      { requiredKeys: ["code"] },
    )
    .map(
      (status): Step =>
        (span) =>
          span.setStatus(status),
    ),
  fc.string().map(
    (name): Step =>
      (span) =>
        span.updateName(name),
  ),
  fc.tuple(exception, time).map(
    ([given, at]): Step =>
      (span) =>
        span.recordException(given, at),
  ),
  time.map(
    (at): Step =>
      (span) =>
        span.end(at),
  ),
);

test("a span is the same as OpenTelemetry's, whatever is done to it", ({ onTestFinished }) => {
  configureRedaction({ enabled: false, keys: [] }); // Theirs shows secrets.
  onTestFinished(() => configureRedaction({ enabled: true, keys: [] }));
  const beginning = fc.record({
    sampler: fc.constantFrom(...Object.values(samplers)),
    context: fc.constantFrom(...Object.values(contexts)),
    options: fc.record(
      {
        kind: fc.constantFrom(SpanKind.SERVER, SpanKind.CLIENT),
        attributes,
        links: fc.array(link, { maxLength: 2 }),
        startTime: time,
        root: fc.boolean(),
      },
      { requiredKeys: ["startTime"] },
    ),
  });
  fc.assert(
    fc.property(beginning, fc.array(step, { maxLength: 12 }), time, ({ sampler, context, options }, steps, end) => {
      const [ours, theirs] = bothTracers(sampler).map(({ tracer, ended }) => {
        const span = tracer.startSpan("work", options, context);
        for (const act of steps) act(span);
        const wasRecording = span.isRecording();
        span.end(end);
        return { wasRecording, context: withoutIds(span.spanContext(), context), ended: ended.map(contentOf) };
      });
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 1000 },
  );
});

test("what is too much is dropped and counted", () => {
  const { tracer, ended } = ourTracer(new AlwaysOnSampler());
  const span = tracer.startSpan("work", { attributes: { a: 1, b: 2, c: 3, d: "long text", e: 5 } });
  for (let count = 0; count < 130; count++) span.addEvent(`event ${count}`).addLink({ context: parentContext });
  span.end();
  expect(ended[0]).toMatchObject({
    attributes: { a: 1, b: 2, c: 3, d: "long t" },
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 2,
  });
  expect(ended[0]?.events[0]?.name).toBe("event 2");
});

test("an active span is the parent of what is started in it, and its function's result comes back", () => {
  const { tracer } = ourTracer(new AlwaysOnSampler());
  expect(tracer.startActiveSpan("outer", (span) => span.spanContext().spanId)).toMatch(/^[0-9a-f]{16}$/);
  expect(tracer.startActiveSpan("outer", { root: true }, contexts["sampled"] ?? ROOT_CONTEXT, () => 7)).toBe(7);
});

function bothTracers(sampler: Sampler) {
  return [ourTracer(sampler), theirTracer(sampler)];
}

interface Observed {
  readonly tracer: Tracer;
  readonly ended: ReadableSpan[];
}

function ourTracer(sampler: Sampler): Observed {
  const { processor, ended } = recording();
  const provider = createTracerProvider({ resource: emptyResource(), sampler, limits, processor });
  return { tracer: provider.getTracer("test", "1"), ended };
}

function theirTracer(sampler: Sampler): Observed {
  const { processor, ended } = recording();
  const spanLimits = { attributeCountLimit: limits.attributeCount, attributeValueLengthLimit: limits.attributeLength };
  const provider = new TracerProvider({ resource: emptyResource(), sampler, spanLimits, spanProcessors: [processor] });
  return { tracer: provider.getTracer("test", "1"), ended };
}

function recording(): { processor: SpanProcessor; ended: ReadableSpan[] } {
  const ended: ReadableSpan[] = [];
  const nothing = async () => {};
  const processor = {
    onStart() {},
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: nothing,
    shutdown: nothing,
  };
  return { processor, ended };
}

function decide(result: ReturnType<Sampler["shouldSample"]>): Sampler {
  return { shouldSample: () => result, toString: () => "test" };
}

/** Ids are made up, but for the trace of a parent. */
function withoutIds({ traceId, traceFlags, traceState }: SpanContext, context: Context) {
  const isInherited = traceId === trace.getSpanContext(context)?.traceId;
  return { isInherited, traceFlags, traceState: traceState?.serialize() };
}

function contentOf(span: ReadableSpan) {
  const { name, kind, parentSpanContext, startTime, endTime, duration, ended, status, attributes: own } = span;
  const { events, links, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const dropped = [droppedAttributesCount, droppedEventsCount, droppedLinksCount];
  const scope = span.instrumentationScope;
  return {
    name,
    kind,
    parentSpanContext,
    startTime,
    endTime,
    duration,
    ended,
    status,
    own,
    events,
    links,
    dropped,
    scope,
  };
}
