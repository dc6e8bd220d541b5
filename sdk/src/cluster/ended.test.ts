import { afterAll, beforeAll, expect, test } from "vitest";
import { silenceDiagnostics } from "../diagnostics.ts";
import type { Family, Sample } from "../metrics/families.ts";
import { createEnded } from "./ended.ts";

beforeAll(() => silenceDiagnostics(true));
afterAll(() => silenceDiagnostics(false));

const common = 'service_name="orders"';
const counter = (samples: readonly Sample[]): Family => ({ name: "c", type: "counter", unit: "", help: "", samples });
const series = (kind: string, value: number): Sample => ({
  suffix: "_total",
  labels: `${common},kind="${kind}"`,
  value,
});

test("counts of processes that have ended are kept, their gauges are not", () => {
  const ended = createEnded(10);
  const gauge: Family = {
    name: "g",
    type: "gauge",
    unit: "",
    help: "",
    samples: [{ suffix: "", labels: "", value: 7 }],
  };
  ended.add({ common, families: [counter([series("web", 2)]), gauge] });
  ended.add({ common, families: [counter([series("web", 3)])] });
  expect(ended.totals()).toEqual([{ common, families: [counter([{ ...series("web", 5), exemplar: undefined }])] }]);
});

test("a thousand processes with labels of their own take no more than the limit, and no count is lost", () => {
  const limit = 10;
  const ended = createEnded(limit);
  for (let process = 0; process < 1000; process++) {
    ended.add({ common, families: [counter([series(String(process), 1), series("all", 1)])] });
  }
  const samples = ended.totals()[0]?.families[0]?.samples ?? [];
  expect(samples).toHaveLength(limit + 1);
  expect(samples.at(-1)?.labels).toBe(`${common},otel_metric_overflow="true"`);
  expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(2000);
  expect(new Set(samples.map(({ labels }) => labels)).size).toBe(samples.length);
});

test("what is beyond the limit keeps its buckets", () => {
  const ended = createEnded(1);
  const histogram = (kind: string): Family => ({
    name: "h",
    type: "histogram",
    unit: "",
    help: "",
    samples: [
      { suffix: "_bucket", labels: `${common},kind="${kind}",le="1.0"`, value: 1 },
      { suffix: "_bucket", labels: `${common},kind="${kind}",le="+Inf"`, value: 2 },
      { suffix: "_count", labels: `${common},kind="${kind}"`, value: 2 },
    ],
  });
  for (const kind of ["a", "b", "c"]) ended.add({ common, families: [histogram(kind)] });
  const samples = ended.totals()[0]?.families[0]?.samples.slice(3) ?? [];
  const overflow = `${common},otel_metric_overflow="true"`;
  expect(samples.map(({ labels, value }) => [labels, value])).toEqual([
    [`${overflow},le="1.0"`, 2],
    [`${overflow},le="+Inf"`, 4],
    [overflow, 4],
  ]);
});

test("a version of which no process has lived for ten minutes is forgotten", () => {
  let now = 0;
  const ended = createEnded(10, () => now);
  ended.add({ common: "old", families: [counter([series("web", 1)])] });
  ended.add({ common: "new", families: [counter([series("web", 1)])] });
  for (const minute of [5, 9]) {
    now = minute * 60_000;
    ended.forget(new Set(["new"]));
    expect(ended.totals()).toHaveLength(2);
  }
  now = 11 * 60_000;
  ended.forget(new Set(["new"]));
  expect(ended.totals().map((total) => total.common)).toEqual(["new"]);
});
