import { afterEach, beforeEach, expect, test } from "vitest";
import { addSamples, openExampleStore } from "../example-records.ts";
import type { Store } from "../store/store.ts";
import { chartMetric } from "./metrics.ts";
import type { MetricQuery } from "./metrics.ts";

const second = 1_000_000;
const start = 1_700_000_000_000_000;

let store: Store;
beforeEach(() => {
  store = openExampleStore();
});
afterEach(() => store.close());

/** The chart of the first ten minutes, a value every five seconds. */
function chart(name: string, query: Partial<MetricQuery> = {}) {
  const range = { fromUs: start, toUs: start + 600 * second };
  return chartMetric(store, { name, groupBy: undefined, statistic: undefined, service: undefined, ...range, ...query });
}

/** Values of the first line at these seconds. */
function valuesAt(seconds: readonly number[], name: string, query: Partial<MetricQuery> = {}) {
  return seconds.map((at) => chart(name, query)?.lines[0]?.values[at / 5]);
}

function count(at: number, value: number, labels: Record<string, string> = {}, service = "shop"): void {
  addSamples(store, ["jobs", "counter"], start + at * second, [{ name: "jobs_total", labels, value }], service);
}

test("a metric that nobody has sent has no chart", () => {
  expect(chart("jobs")).toBeUndefined();
});

test("a counter is shown as its increase a second", () => {
  for (let at = 0; at <= 100; at += 5) count(at, at * 3);
  expect(chart("jobs")).toMatchObject({ type: "counter", statistic: "rate", statistics: ["rate"], lineCount: 1 });
  expect(valuesAt([20, 50, 100], "jobs")).toEqual([3, 3, 3]);
  expect(chart("jobs")?.timesUs.slice(0, 2)).toEqual([start, start + 5 * second]);
});

test("a counter that begins anew has risen by what it shows since", () => {
  for (let at = 0; at <= 50; at += 5) count(at, 1000 + at);
  for (let at = 55; at <= 100; at += 5) count(at, at - 50);
  expect(valuesAt([50, 55, 75, 100], "jobs")).toEqual([1, 1, 1, 1]);
});

test("a counter that was not seen for a while has not risen by all that it counted before", () => {
  for (let at = 0; at <= 100; at += 5) count(at, at * 10);
  for (let at = 300; at <= 400; at += 5) count(at, 1000 + (at - 300) * 10);
  expect(valuesAt([100, 200, 300, 310, 320, 400], "jobs")).toEqual([10, null, 0, 5, 10, 10]);
});

test("a service that has stopped has no value after a while", () => {
  addSamples(store, ["load", "gauge"], start, [{ value: 7 }]);
  expect(valuesAt([0, 90, 95], "load")).toEqual([7, 7, null]);
});

test("a gauge has a line for each series, or their average by a label", () => {
  for (const [zone, cpu, value] of [
    ["a", "0", 1],
    ["a", "1", 3],
    ["b", "0", 5],
  ] as const)
    addSamples(store, ["load", "gauge"], start, [{ labels: { zone, cpu, service_version: "1" }, value }]);
  const lines = (query: Partial<MetricQuery>) =>
    chart("load", query)?.lines.map(({ label, values }) => [label, values[0]]);
  expect(lines({})).toEqual([
    ["zone=a cpu=0", 1],
    ["zone=a cpu=1", 3],
    ["zone=b cpu=0", 5],
  ]);
  expect(lines({ groupBy: "zone" })).toEqual([
    ["a", 2],
    ["b", 5],
  ]);
  expect(lines({ groupBy: "constructor" })).toEqual([["", 3]]);
  expect(chart("load")?.labels).toEqual(["cpu", "service_version", "zone"]);
});

test("a chart of one service shows its series only, and no more lines than can be told apart", () => {
  for (let index = 0; index < 30; index++)
    addSamples(store, ["load", "gauge"], start, [{ labels: { index: String(index) }, value: index }], `s${index % 2}`);
  expect(chart("load")).toMatchObject({ lineCount: 30 });
  expect(chart("load")?.lines).toHaveLength(20);
  expect(chart("load", { service: "s1" })?.lines).toHaveLength(15);
  expect(chart("load", { service: "nobody" })?.lines).toEqual([]);
});

function observe(at: number, counts: readonly (readonly [string, number])[]): void {
  const buckets = counts.map(([le, value]) => ({ name: "wait_bucket", labels: { le }, value }));
  const total = { name: "wait_count", labels: {}, value: counts.at(-1)?.[1] ?? 0 };
  addSamples(store, ["wait", "histogram"], start + at * second, [...buckets, total]);
}

test("a quantile lies straight between the bounds of its bucket", () => {
  observe(0, [
    ["0.1", 0],
    ["1", 0],
    ["+Inf", 0],
  ]);
  observe(20, [
    ["0.1", 50],
    ["1", 100],
    ["+Inf", 100],
  ]);
  expect(valuesAt([20], "wait", { statistic: "p50" })).toEqual([0.1]);
  expect(valuesAt([20], "wait")[0]).toBeCloseTo(0.1 + 0.9 * 0.9, 10);
  expect(valuesAt([20], "wait", { statistic: "rate" })).toEqual([5]);
  expect(valuesAt([0], "wait")).toEqual([null]);
});

test("a quantile beyond the last bound is the last bound", () => {
  observe(0, [
    ["0.1", 0],
    ["1", 0],
    ["+Inf", 0],
  ]);
  observe(20, [
    ["0.1", 1],
    ["1", 1],
    ["+Inf", 100],
  ]);
  expect(valuesAt([20], "wait", { statistic: "p99" })).toEqual([1]);
});

test("a statistic that the metric does not have is the usual one", () => {
  count(0, 1);
  expect(chart("jobs", { statistic: "p99" })?.statistic).toBe("rate");
  expect(chart("jobs", { statistic: "constructor" })?.statistic).toBe("rate");
});

test("exemplars are at most one for each sixtieth of the chart, the highest of it", () => {
  for (let index = 0; index < 600; index++) {
    const timeUs = start + index * second;
    const value = (index * 7) % 10;
    const exemplar = { traceId: String(index).padStart(32, "a"), spanId: "b".repeat(16), value, timeUs };
    addSamples(store, ["jobs", "counter"], timeUs, [{ name: "jobs_total", value: index, exemplar }]);
  }
  const exemplars = chart("jobs")?.exemplars ?? [];
  expect(exemplars).toHaveLength(60);
  expect(new Set(exemplars.map(({ value }) => value))).toEqual(new Set([9]));
});

test.each([
  ["the beginning is the end", { fromUs: start, toUs: start }],
  ["the end is before the beginning", { fromUs: start + 60 * second, toUs: start }],
  ["it is all of time", { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }],
])("a range is a range, also when %s", (_what, range) => {
  count(0, 1);
  expect(chart("jobs", range)?.timesUs.length).toBeLessThanOrEqual(121);
});
