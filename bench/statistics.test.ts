import { expect, test } from "vitest";
import { median, quantile, spreadOf } from "./statistics.ts";

test("the median of an even number of values lies between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});

test("a quantile is the value by the nearest rank, whatever the order", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.9, 0.99, 1].map((share) => quantile(values, share))).toEqual([50, 90, 99, 100]);
});

test("the spread goes from the lowest to the highest, and of nothing there is none", () => {
  expect([spreadOf([0.5, 0.7, 0.4]), spreadOf([])]).toEqual([{ median: 0.5, lowest: 0.4, highest: 0.7 }, undefined]);
});
