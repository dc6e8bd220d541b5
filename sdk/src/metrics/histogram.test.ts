import { TraceFlags } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/api";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHistograms } from "./histogram.ts";
import type { HistogramPoint, OwnHistogram } from "./histogram.ts";

function create(boundaries: readonly number[], limits = {}) {
  const histograms = createHistograms({ seriesLimit: 10, exemplars: true, ...limits });
  const histogram = histograms.histogram({ name: "wait", unit: "s", description: "", boundaries });
  const points = async () => {
    const { resourceMetrics } = await histograms.producer.collect();
    const [metric] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return (metric?.dataPoints ?? []) as unknown as readonly HistogramPoint[];
  };
  return { histograms, histogram, points };
}

async function pointOf(boundaries: readonly number[], values: readonly number[]): Promise<HistogramPoint | undefined> {
  const { histogram, points } = create(boundaries);
  for (const value of values) histogram.series({}).record(value);
  return (await points())[0];
}

function spanOf(traceId: string, traceFlags = TraceFlags.SAMPLED): Span {
  return { spanContext: () => ({ traceId, spanId: "b7ad6b7169203331", traceFlags }) } as Span;
}

// Small whole numbers too, so that values lie on bounds.
const whole = fc.integer({ min: -10, max: 10 });
const bounds = fc.uniqueArray(whole, { maxLength: 10 }).map((all) => all.toSorted(byValue));
const value = fc.oneof(whole, fc.double({ min: -20, max: 20, noNaN: true }));
const values = fc.array(value, { minLength: 1, maxLength: 50 });

function byValue(a: number, b: number): number {
  return a - b;
}

describe("a histogram", () => {
  test("counts each value once, in the first bucket whose bound is not below it", async () => {
    await fc.assert(
      fc.asyncProperty(bounds, values, async (boundaries, recorded) => {
        const point = await pointOf(boundaries, recorded);
        const expected = [...boundaries, Infinity].map(
          (bound, index) =>
            recorded.filter((value) => value <= bound && value > (boundaries[index - 1] ?? -Infinity)).length,
        );
        expect(point?.value.buckets).toEqual({ boundaries, counts: expected });
        expect(point?.value.count).toBe(recorded.length);
        expect(point?.value.sum).toBe(recorded.reduce((sum, value) => sum + value, 0));
        expect([point?.value.min, point?.value.max]).toEqual([Math.min(...recorded), Math.max(...recorded)]);
      }),
    );
  });

  test("holds every quantile of what was recorded within the bounds of one bucket", async () => {
    await fc.assert(
      fc.asyncProperty(
        bounds,
        values,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (boundaries, recorded, share) => {
          const point = await pointOf(boundaries, recorded);
          const rank = Math.max(1, Math.ceil(share * recorded.length));
          const quantile = recorded.toSorted(byValue)[rank - 1] ?? Number.NaN;
          let below = 0;
          const bucket = point?.value.buckets.counts.findIndex((count) => (below += count) >= rank) ?? -1;
          expect(quantile).toBeLessThanOrEqual(boundaries[bucket] ?? Infinity);
          expect(quantile).toBeGreaterThan(boundaries[bucket - 1] ?? -Infinity);
        },
      ),
    );
  });

  test.each([
    ["not in order", [5, 1, 2.5]],
    ["with one twice", [1, 2.5, 2.5, 5]],
    ["that end in Infinity", [1, 2.5, 5, Infinity]],
    ["that are no numbers", [1, Number.NaN, 2.5, -Infinity, 5]],
  ])("takes bounds %s as rising and finite", async (_how, boundaries) => {
    const point = await pointOf(boundaries, [2]);
    expect(point?.value.buckets).toEqual({ boundaries: [1, 2.5, 5], counts: [0, 1, 0, 0] });
  });

  test.each([Number.NaN, undefined, null, "0.3", 5n, {}])("leaves out %o, which is no number", async (value) => {
    const point = await pointOf([1], [0.5, value as number]);
    expect(point?.value).toMatchObject({ count: 1, sum: 0.5, min: 0.5, max: 0.5 });
  });

  test("gives snapshots that later values do not change", async () => {
    const { histogram, points } = create([1]);
    histogram.series({}).record(0.5, spanOf("a1"));
    const [before] = await points();
    histogram.series({}).record(0.7, spanOf("b2"));
    expect(before).toMatchObject({ value: { count: 1, buckets: { counts: [1, 0] } } });
    expect(before?.exemplars[0]?.traceId).toBe("a1");
  });

  test("is found again by its name, and shows nothing before its first value", async () => {
    const { histograms, histogram, points } = create([1]);
    histogram.series({});
    expect(await points()).toEqual([]);
    expect(histograms.histogram({ name: "wait", unit: "", description: "", boundaries: [] })).toBe(histogram);
  });
});

describe("series", () => {
  const attributesOf = (histogram: OwnHistogram) => [...histogram.all()].map(([attributes]) => attributes);

  test("are told apart by their attributes, not by the order of these", () => {
    const { histogram } = create([1]);
    expect(histogram.series({ a: 1, b: 2 })).toBe(histogram.series({ b: 2, a: 1 }));
    expect(histogram.series({ a: 1 })).not.toBe(histogram.series({ a: "1" }));
    expect(attributesOf(histogram)).toEqual([{ a: 1, b: 2 }, { a: 1 }, { a: "1" }]);
  });

  test("beyond the limit share one overflow series, and the known ones go on", async () => {
    const { histogram, points } = create([1], { seriesLimit: 3 });
    for (let id = 0; id < 10; id++) histogram.series({ id }).record(id);
    histogram.series({ id: 0 }).record(0);
    const counts = (await points()).map(({ attributes, value }) => [attributes["id"] ?? "overflow", value.count]);
    expect(counts).toEqual([
      [0, 2],
      [1, 1],
      [2, 1],
      ["overflow", 7],
    ]);
  });

  test("keep their attributes when the caller changes the object", () => {
    const { histogram } = create([1]);
    const attributes = { kind: "web" };
    histogram.series(attributes);
    attributes.kind = "evil";
    expect(attributesOf(histogram)).toEqual([{ kind: "web" }]);
  });
});

describe("exemplars", () => {
  test("are the latest value of a sampled span in each bucket", async () => {
    const { histogram, points } = create([1, 2]);
    const series = histogram.series({});
    series.record(0.1, spanOf("a1"));
    series.record(0.2, spanOf("b2"));
    series.record(1.5, spanOf("c3", TraceFlags.NONE));
    series.record(9);
    const [point] = await points();
    expect(point?.exemplars).toEqual([
      { value: 0.2, traceId: "b2", spanId: "b7ad6b7169203331", timeMs: expect.any(Number) },
      undefined,
      undefined,
    ]);
  });

  test("are not kept when they are switched off", async () => {
    const { histogram, points } = create([1], { exemplars: false });
    histogram.series({}).record(0.1, spanOf("a1"));
    expect((await points())[0]?.exemplars).toEqual([]);
  });
});
