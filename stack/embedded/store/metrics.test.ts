import { afterEach, beforeEach, expect, test } from "vitest";
import { addSamples, openExampleStore } from "../example-records.ts";
import type { Store } from "./store.ts";

let store: Store;
beforeEach(() => {
  store = openExampleStore();
});
afterEach(() => store.close());

const start = 1_700_000_000_000_000;
const second = 1_000_000;
const gauge = ["load", "gauge"] as const;

function pointsOf(name: string) {
  const [series] = store.tables.metrics.series(name);
  return store.tables.metrics.points(series?.id ?? 0, start, start + 3600 * second);
}

test("a value that stands still is written once a minute, one that moves at once", () => {
  const values = [1, 1, 1, 2, 2, ...Array.from({ length: 13 }, () => 2)];
  for (const [index, value] of values.entries()) addSamples(store, gauge, start + index * 5 * second, [{ value }]);
  expect(pointsOf("load").map(({ timeUs, value }) => [(timeUs - start) / second, value])).toEqual([
    [0, 1],
    [15, 2],
    [75, 2],
  ]);
});

test("what is no number is a gap, and what has no end is a number", () => {
  for (const [index, value] of [1, Number.NaN, Infinity].entries())
    addSamples(store, gauge, start + index * 5 * second, [{ value }]);
  expect(pointsOf("load").map(({ value }) => value)).toEqual([1, null, Infinity]);
});

test("samples of the same name are series of their own by their labels and by who sent them", () => {
  addSamples(store, gauge, start, [
    { value: 1, labels: { cpu: "0" } },
    { value: 2, labels: { cpu: "1" } },
  ]);
  addSamples(store, gauge, start, [{ value: 3, labels: { cpu: "0" } }], "cart");
  expect(store.tables.metrics.series("load").map(({ labels }) => labels)).toEqual([
    { cpu: "0" },
    { cpu: "1" },
    { cpu: "0" },
  ]);
  expect(store.tables.metrics.families()).toEqual([{ name: "load", type: "gauge", unit: "", help: "", series: 3 }]);
});

test("points begin with those that still hold at the beginning of a range", () => {
  for (const at of [0, 100, 200, 300]) addSamples(store, gauge, start + at * second, [{ value: at }]);
  const [series] = store.tables.metrics.series("load");
  const points = store.tables.metrics.points(series?.id ?? 0, start + 180 * second, start + 250 * second);
  expect(points.map(({ value }) => value)).toEqual([100, 200]);
});

test("each step of a range has one exemplar, the highest of all that lie in it", () => {
  const values = [3, 9, 4, 1, 8, 2, 7, 6, 5];
  for (const [index, value] of values.entries()) {
    const timeUs = start + index * 4 * second;
    const exemplar = { traceId: String(index).padStart(32, "a"), spanId: "b".repeat(16), value, timeUs };
    const labels = { le: index % 2 === 0 ? "1" : "10" };
    addSamples(store, ["wait", "histogram"], timeUs, [{ name: "wait_bucket", labels, value: index, exemplar }]);
  }
  const { metrics } = store.tables;
  const series = metrics.series("wait").map(({ id }) => id);
  const range = { fromUs: start + second, toUs: start + 31 * second, stepUs: 10 * second };
  expect(series).toHaveLength(2);
  expect(
    metrics.highestExemplars(series, range).map(({ timeUs, value }) => [(timeUs - start) / second, value]),
  ).toEqual([
    [4, 9],
    [16, 8],
    [24, 7],
  ]);
  expect(metrics.highestExemplars([], range)).toEqual([]);
});
