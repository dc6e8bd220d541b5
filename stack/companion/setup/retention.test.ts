import { expect, test } from "vitest";
import { elasticsearchTime } from "./retention.ts";

test.each<[number, string]>([
  [14 * 864e5, "14d"],
  [36 * 36e5, "36h"],
  [90 * 6e4, "90m"],
  [45_000, "45s"],
])("%i ms is %s", (ms, text) => {
  expect(elasticsearchTime(ms)).toBe(text);
});
