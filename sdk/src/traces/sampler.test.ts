import { ROOT_CONTEXT, SpanKind, trace, TraceFlags } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSampling } from "./sampler.ts";
import type { SamplerOptions } from "./sampler.ts";

type Name = SamplerOptions["sampler"];

/** Whether a sampler keeps a span: one without a parent, or with one that was, or was not, kept. */
function keeps(name: Name, ratio: number, traceId: string, parent?: "kept" | "dropped"): boolean {
  const traceFlags = parent === "kept" ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const spanContext = { traceId, spanId: "b7ad6b7169203331", traceFlags, isRemote: true };
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext);
  const { sampler } = createSampling({ sampler: name, ratio, slowMs: 1000, callersPerSecond: undefined });
  const { decision } = sampler.shouldSample(context, traceId, "GET", SpanKind.SERVER, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}

const anyTraceId = fc
  .array(fc.integer({ min: 0, max: 15 }), { minLength: 32, maxLength: 32 })
  .map((digits) => digits.map((digit) => digit.toString(16)).join(""))
  .filter((id) => /[1-9a-f]/.test(id));

describe("a sampler", () => {
  test.each([
    ["always_on", 0, [true, true, true]],
    ["always_off", 1, [false, false, false]],
    ["traceidratio", 1, [true, true, true]],
    ["traceidratio", 0, [false, false, false]],
    ["parentbased_always_on", 0, [true, true, false]],
    ["parentbased_always_off", 1, [false, true, false]],
    ["parentbased_traceidratio", 1, [true, true, false]],
    ["parentbased_traceidratio", 0, [false, true, false]],
  ] as const)(
    "%s with ratio %d decides for a root, below a kept and below a dropped span",
    (name, ratio, decisions) => {
      fc.assert(
        fc.property(anyTraceId, (traceId) => {
          const roots = [undefined, "kept", "dropped"] as const;
          expect(roots.map((parent) => keeps(name, ratio, traceId, parent))).toEqual(decisions);
        }),
        { numRuns: 20 },
      );
    },
  );

  test.each([
    ["parentbased_always_off", 0, 7],
    ["parentbased_traceidratio", 0, 7],
    ["parentbased_traceidratio", 1, 500],
    ["parentbased_always_on", 0, 500],
  ] as const)(
    "%s with ratio %d keeps %d of 500 that callers want kept, when 7 a second may be",
    (name, ratio, kept) => {
      const { sampler } = createSampling({ sampler: name, ratio, slowMs: 1000, callersPerSecond: 7 });
      const spanContext = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
      const context = trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, isRemote: true });
      const decisions = Array.from(
        { length: 500 },
        () => sampler.shouldSample(context, spanContext.traceId, "GET", SpanKind.SERVER, {}, []).decision,
      );
      expect(decisions.filter((decision) => decision === SamplingDecision.RECORD_AND_SAMPLED).length).toBe(kept);
    },
  );

  test("traceidratio keeps its share, and with a higher ratio what it kept with a lower one", () => {
    const traceIds = Array.from({ length: 2000 }, (_, index) => createHash("md5").update(`${index}`).digest("hex"));
    const kept = (ratio: number) => traceIds.filter((traceId) => keeps("traceidratio", ratio, traceId));
    expect(kept(0.25).length / traceIds.length).toBeCloseTo(0.25, 1);
    expect(kept(0.5)).toEqual(expect.arrayContaining(kept(0.25)));
  });
});
