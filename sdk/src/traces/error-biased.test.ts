import { ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Span, Tracer } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { epochMs } from "../clock.ts";
import { createErrorBiased } from "./error-biased.ts";
import type { ErrorBiased } from "./error-biased.ts";
import { createTracerProvider } from "./provider.ts";
import type { BufferLimits } from "./undecided-traces.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

interface Setup {
  readonly tracer: Tracer;
  readonly biased: ErrorBiased;
  readonly processor: SpanProcessor;
  /** Names of the spans that are passed on, in their order. */
  readonly kept: string[];
}

function setUp(options: { ratio?: number; callersPerSecond?: number } = {}, limits?: Partial<BufferLimits>): Setup {
  const kept: string[] = [];
  const next: SpanProcessor = {
    onStart() {},
    onEnd(span: ReadableSpan) {
      expect(span.spanContext().traceFlags & 1).toBe(1);
      kept.push(span.name);
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const given = { ratio: 0, slowMs: 1000, callersPerSecond: undefined, ...options };
  const biased = createErrorBiased(given, limits);
  const processor = biased.before(next);
  const spanLimits = { attributeCount: 128, attributeLength: 1000 };
  const provider = createTracerProvider({
    resource: emptyResource(),
    sampler: biased.sampler,
    limits: spanLimits,
    processor,
  });
  return { tracer: provider.getTracer("test"), biased, processor, kept };
}

/** Moments since the test began. */
const at = (ms: number) => 1_800_000_000_000 + ms;
const below = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);

function begin(tracer: Tracer, name: string, parent?: Span): Span {
  return tracer.startSpan(name, { startTime: at(0) }, parent === undefined ? ROOT_CONTEXT : below(parent));
}

function fromCaller(flags: number, traceId = "0af7651916cd43dd8448eb211c80319c"): Context {
  const spanContext = { traceId, spanId: "b7ad6b7169203331", traceFlags: flags, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

describe("a trace is kept", () => {
  test("with all its spans when one of them has failed", () => {
    const { tracer, kept, biased } = setUp();
    const root = begin(tracer, "root");
    begin(tracer, "fine", root).end(at(1));
    const failed = begin(tracer, "failed", root).setStatus({ code: SpanStatusCode.ERROR });
    failed.end(at(2));
    begin(tracer, "later", root).end(at(3));
    root.end(at(4));
    begin(tracer, "after all", root).end(at(5));
    expect(kept).toEqual(["fine", "failed", "later", "root", "after all"]);
    expect(Object.fromEntries(biased.traces)).toMatchObject({ error: 1, none: 0 });
  });

  test("when its first span was slow", () => {
    const { tracer, kept } = setUp();
    const root = begin(tracer, "root");
    begin(tracer, "child", root).end(at(1));
    root.end(at(1000));
    expect(kept).toEqual(["child", "root"]);
  });

  test("as soon as it has been open for so long that it is slow", () => {
    const { tracer, kept, biased } = setUp();
    const root = tracer.startSpan("root", { startTime: epochMs() - 2000 });
    begin(tracer, "child", root).end(at(1));
    expect(kept).toEqual([]);
    vi.advanceTimersByTime(600);
    expect(kept).toEqual(["child"]);
    expect(root.spanContext().traceFlags).toBe(1);
    expect(biased.traces.get("slow")).toBe(1);
  });

  test("from its beginning when it is in the share", () => {
    const { tracer, kept } = setUp({ ratio: 1 });
    const root = begin(tracer, "root");
    begin(tracer, "child", root).end(at(1));
    expect(kept).toEqual(["child"]);
  });

  test("from its beginning when the caller keeps it", () => {
    const { tracer, kept, biased } = setUp();
    tracer.startSpan("root", {}, fromCaller(1)).end();
    expect(kept).toEqual(["root"]);
    expect(biased.traces.get("caller")).toBe(1);
  });
});

describe("a trace is not kept", () => {
  test("when nothing was wrong with it, and nothing of it stays", () => {
    const { tracer, kept, biased } = setUp();
    const root = tracer.startSpan("root", { startTime: at(0) }, fromCaller(0));
    begin(tracer, "child", root).end(at(1));
    expect(biased.pending()).toBe(1);
    root.end(at(999));
    begin(tracer, "after all", root).end(at(5));
    expect([kept, biased.pending()]).toEqual([[], 0]);
    expect(Object.fromEntries(biased.traces)).toEqual({ error: 0, slow: 0, caller: 0, ratio: 0, none: 1 });
  });

  test("because callers say so, beyond their limit, whatever id they choose", () => {
    const { tracer, kept } = setUp({ callersPerSecond: 5, ratio: 0.001 });
    for (let count = 0; count < 1000; count++) {
      tracer.startSpan("flag", { startTime: at(0) }, fromCaller(1)).end(at(1));
      tracer.startSpan("id", { startTime: at(0) }, fromCaller(0, `${"0".repeat(31)}1`)).end(at(1));
    }
    expect(kept.length).toBeGreaterThanOrEqual(5);
    expect(kept.length).toBeLessThan(30);
  });
});

test("a failure after the trace was let go stands alone", () => {
  const { tracer, kept, biased } = setUp({}, { spansOfTrace: 2 });
  const root = begin(tracer, "root");
  for (const name of ["1", "2", "3", "4"]) begin(tracer, name, root).end(at(1));
  expect(Object.fromEntries(biased.dropped)).toEqual({ trace_spans: 4 });
  root.setStatus({ code: SpanStatusCode.ERROR }).end(at(2));
  expect(kept).toEqual(["root"]);
});

test("where there are too many the oldest goes, whichever has been decided between", () => {
  const { tracer, kept, biased } = setUp({}, { traces: 3 });
  const open = (name: string) => {
    const root = begin(tracer, name);
    begin(tracer, `child of ${name}`, root).end(at(1));
    return root;
  };
  const [a, b, c] = [open("a"), open("b"), open("c")];
  b?.end(at(2));
  const roots = [a, c, open("d"), open("e"), open("f")];
  expect(Object.fromEntries(biased.dropped)).toEqual({ traces: 2 });
  for (const root of roots) root?.setStatus({ code: SpanStatusCode.ERROR }).end(at(3));
  expect(kept).toEqual(["a", "c", "child of d", "d", "child of e", "e", "child of f", "f"]);
});

test.each([
  [{ traces: 4 }, { traces: 5 }],
  [{ spans: 24 }, { spans: 5 }],
  [{ spansOfTrace: 4 }, { trace_spans: 25 }],
  [{ bytes: 20_000 }, { bytes: 5 }],
])("with a limit of %o five traces of five spans let go %o", (limits, dropped) => {
  const { tracer, biased } = setUp({}, limits);
  for (let count = 0; count < 5; count++) {
    const root = begin(tracer, "root");
    for (let child = 0; child < 5; child++) begin(tracer, "child", root).end(at(1));
  }
  expect(Object.fromEntries(biased.dropped)).toEqual(dropped);
});

test("a trace that is open too long to wait for is let go", () => {
  const { tracer, biased } = setUp({}, { ageMs: 300 });
  begin(tracer, "child", tracer.startSpan("root", { startTime: epochMs() })).end();
  vi.advanceTimersByTime(501);
  expect(Object.fromEntries(biased.dropped)).toEqual({ age: 1 });
});

test("what is undecided at the end is let go and counted", async () => {
  const { tracer, biased, processor } = setUp();
  begin(tracer, "child", begin(tracer, "root")).end(at(1));
  await processor.shutdown();
  expect([biased.pending(), Object.fromEntries(biased.dropped)]).toEqual([0, { shutdown: 1 }]);
});

test("the buffer keeps its bounds whatever happens, and every span is kept, dropped, let go or waiting", () => {
  const limits = { traces: 3, spans: 8, spansOfTrace: 6, bytes: 20_000, ageMs: 60_000 };
  const step = fc.record({
    trace: fc.nat({ max: 5 }),
    act: fc.constantFrom("child", "child", "child", "failed child", "large child", "end", "failed end"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { tracer, biased, kept } = setUp({}, limits);
      const roots = new Map<number, Span>();
      const unkept = { ended: 0 };
      let ended = 0;
      for (const { trace: number, act } of steps) {
        const root = roots.get(number) ?? begin(tracer, "root");
        roots.set(number, root);
        const span = act.endsWith("end") ? root : begin(tracer, "child", root);
        if (act.startsWith("failed")) span.setStatus({ code: SpanStatusCode.ERROR });
        if (act.startsWith("large")) span.setAttribute("text", "x".repeat(900)).setAttribute("more", "x".repeat(900));
        const before = [kept.length, biased.pending(), sum(biased.dropped)];
        span.end(at(1));
        ended += 1;
        if (span === root) {
          roots.delete(number);
          const [keptBefore = 0, waitingBefore = 0] = before;
          const isKept = kept.length > keptBefore;
          if (!isKept) unkept.ended += 1 + waitingBefore - biased.pending();
        }
        expect(biased.pending()).toBeLessThanOrEqual(limits.spans);
        expect(kept.length + sum(biased.dropped) + unkept.ended + biased.pending()).toBe(ended);
      }
    }),
  );
});

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
