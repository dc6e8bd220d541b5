import { expect, test } from "vitest";
import { pauseAfter } from "./back-off.ts";

const timings = { retryMinMs: 1000, retryMaxMs: 30_000 };

test("a pause is never shorter than the shortest, and grows with each failure up to the longest", () => {
  const longest = [0, 1, 2, 3, 4, 5, 50].map((failures) => pauseAfter(failures, timings, 1));
  expect(longest).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect([0, 1, 2, 50].map((failures) => pauseAfter(failures, timings, 0))).toEqual([1000, 1000, 1000, 1000]);
});

test("pauses of services that failed together differ", () => {
  expect(new Set(Array.from({ length: 20 }, () => pauseAfter(5, timings))).size).toBeGreaterThan(15);
});
