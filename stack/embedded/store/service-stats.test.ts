import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exampleSpan, openExampleStore } from "../example-records.ts";
import { addDurations, quantileUs } from "./service-stats.ts";
import type { Store } from "./store.ts";

let store: Store;
beforeEach(() => {
  store = openExampleStore();
});
afterEach(() => store.close());

const slice = 1_700_000_000;

function slices() {
  return store.tables.stats.slices(slice * 1e6, (slice + 60) * 1e6);
}

test("quantiles are within five percent of the exact ones", () => {
  const duration = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 600_000_000 }));
  const durations = fc.array(duration, { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (all, quantile) => {
      store.clear();
      store.addSpans(all.map((durationUs) => exampleSpan({ startUs: slice * 1e6, durationUs })));
      const exact = all.toSorted((a, b) => a - b)[Math.ceil(quantile * all.length) - 1] ?? 0;
      const found = quantileUs(slices()[0]?.durations ?? {}, quantile);
      expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(0.05);
    }),
  );
});

test("durations of several slices are those of all of them", () => {
  const all = addDurations([{ 1: 2, 5: 1 }, {}, { 5: 3, 70: 1 }]);
  expect(all).toEqual({ 1: 2, 5: 4, 70: 1 });
  expect(quantileUs({}, 0.5)).toBe(0);
});

test("only what a service took counts as a request, in the slice in which it began", () => {
  const at = (seconds: number, fields = {}) => exampleSpan({ startUs: (slice + seconds) * 1e6, ...fields });
  store.addSpans([at(0), at(9.999999, { status: 2 }), at(10, { kind: 5 }), at(10, { kind: 3 }), at(10, { kind: 1 })]);
  expect(slices().map(({ second, requests, errors }) => [second - slice, requests, errors])).toEqual([
    [0, 2, 1],
    [10, 1, 0],
  ]);
});

test("a late span is added to its slice, also when that has been put away", () => {
  const resource = { "service.name": "a service with spaces" };
  store.addSpans([exampleSpan({ startUs: slice * 1e6, resource })]);
  store.write();
  const others = Array.from({ length: 600 }, (_, index) => exampleSpan({ startUs: (slice + 1000 + index * 10) * 1e6 }));
  store.addSpans(others);
  store.write();
  store.addSpans([exampleSpan({ startUs: slice * 1e6, resource })]);
  expect(slices()).toMatchObject([{ service: "a service with spaces", requests: 2 }]);
});
