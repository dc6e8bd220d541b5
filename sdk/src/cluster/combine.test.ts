import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnosticCounts, silenceDiagnostics } from "../diagnostics.ts";
import type { Family, Sample } from "../metrics/families.ts";
import { combine } from "./combine.ts";

beforeAll(() => silenceDiagnostics(true));
afterAll(() => silenceDiagnostics(false));

const family = (type: Family["type"], samples: readonly Sample[], more: Partial<Family> = {}): Family => ({
  name: "m",
  type,
  unit: "",
  help: "",
  samples,
  ...more,
});
const one = (value: number, labels = "", suffix = ""): Sample => ({ suffix, labels, value });
const valuesOf = (families: readonly Family[]) => families.flatMap(({ samples }) => samples.map(({ value }) => value));

describe("several processes", () => {
  test("add up what they count, series by series, and what only one has is kept", () => {
    const [sum] = combine([
      [family("counter", [one(1, 'a="x"', "_total"), one(2, 'a="y"', "_total")])],
      [family("counter", [one(10, 'a="y"', "_total"), one(20, 'a="z"', "_total")])],
    ]);
    expect(sum?.samples.map(({ labels, value }) => [labels, value])).toEqual([
      ['a="x"', 1],
      ['a="y"', 12],
      ['a="z"', 20],
    ]);
  });

  test("add up histograms bucket by bucket, each with the latest exemplar", () => {
    const bucket = (value: number, timeMs?: number): Sample => ({
      ...one(value, 'le="1.0",a="x"', "_bucket"),
      exemplar: timeMs === undefined ? undefined : { labels: `trace_id="${timeMs}"`, value: 0.5, timeMs },
    });
    const rest = (count: number) => [one(count, 'le="+Inf",a="x"', "_bucket"), one(count, 'a="x"', "_count")];
    const [sum] = combine([
      [family("histogram", [bucket(1, 1000), ...rest(2)])],
      [family("histogram", [bucket(2, 3000), ...rest(3)])],
      [family("histogram", [bucket(4), ...rest(5)])],
    ]);
    expect(sum?.samples.map(({ suffix, value }) => [suffix, value])).toEqual([
      ["_bucket", 7],
      ["_bucket", 10],
      ["_count", 10],
    ]);
    expect(sum?.samples[0]?.exemplar?.timeMs).toBe(3000);
  });

  test.each([
    ["sum", 9],
    ["max", 5],
    ["min", 1],
    ["mean", 3],
    ["first", 3],
    ["omit", undefined],
  ] as const)("show a gauge with the rule %s as %s", (rule, value) => {
    const parts = [3, 1, 5].map((each) => [family("gauge", [one(each)], { rule })]);
    expect(valuesOf(combine(parts))).toEqual(value === undefined ? [] : [value]);
  });

  test("show the worst quantile of a summary, and its whole count", () => {
    const part = (quantile: number, count: number) => [
      family("summary", [one(quantile, 'quantile="0.9"'), one(count, "", "_count")]),
    ];
    expect(valuesOf(combine([part(3, 10), part(5, 1)]))).toEqual([5, 11]);
  });

  test("are one target, without what is different in each", () => {
    const target = (pid: number) =>
      family("info", [one(1, `host_name="h",process_pid="${pid}",service_instance_id="i${pid}"`, "_info")]);
    const [info] = combine([[target(1)], [target(2)]]);
    expect(info?.samples).toEqual([one(1, 'host_name="h"', "_info")]);
  });

  test("that disagree about a type, or about buckets, show the first, and it is said", () => {
    const before = diagnosticCounts().get("cluster-metric-conflict") ?? 0;
    expect(valuesOf(combine([[family("gauge", [one(1)])], [family("counter", [one(2)])]]))).toEqual([1]);
    expect(diagnosticCounts().get("cluster-metric-conflict")).toBe(before + 1);
    const buckets = (bound: string) => family("histogram", [one(1, `le="${bound}"`, "_bucket")]);
    expect(valuesOf(combine([[buckets("1.0")], [buckets("2.0")]]))).toEqual([1]);
    expect(diagnosticCounts().get("cluster-buckets")).toBe(1);
  });
});

/** Sums of doubles depend on the order; a total that is lower by its last bit is a reset to Prometheus. */
test("a total is the same in whatever order, and however the processes are grouped", () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(values, fc.nat(), (given, at) => {
      const parts = given.map((value) => [family("counter", [one(value, "", "_total")])]);
      const cut = 1 + (at % (parts.length - 1));
      const [together] = valuesOf(combine(parts));
      expect(valuesOf(combine(parts.toReversed()))).toEqual([together]);
      expect(valuesOf(combine([combine(parts.slice(cut)), ...parts.slice(0, cut)]))).toEqual([together]);
      expect(together).toBeGreaterThanOrEqual(Math.max(...given));
    }),
  );
});
